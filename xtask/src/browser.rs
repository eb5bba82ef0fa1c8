//! The browser of the tests: the system's Chromium and its driver, installed where that is allowed.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};

use crate::process::{Run, say};

/// Names under which Chromium and its siblings are installed.
const CHROMIUMS: &[&str] = &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
/// Where they are on systems that keep them off `PATH`.
const CHROMIUM_PLACES: &[&str] = &[
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// A browser and its driver.
#[derive(Debug)]
pub struct Browser {
    /// Chromium, for the end-to-end tests.
    pub chromium: PathBuf,
    /// Its driver, for the browser tests.
    pub chromedriver: PathBuf,
}

impl Browser {
    /// Finds both; on a Debian-like system where this user may, installs what is missing.
    ///
    /// # Errors
    /// They are missing; the message names the package to install.
    pub fn ready() -> Result<Self> {
        if let Some(browser) = Self::find() {
            return Ok(browser);
        }
        if cfg!(target_os = "linux") && on_path("apt-get").is_some() {
            install_with_apt()?;
        }
        match Self::find() {
            Some(browser) => Ok(browser),
            None => bail!("{}", missing()),
        }
    }

    fn find() -> Option<Self> {
        let chromium =
            env::var_os("PACELINE_CHROMIUM").map(PathBuf::from).filter(|path| path.is_file()).or_else(chromium)?;
        let chromedriver = env::var_os("CHROMEDRIVER")
            .map(PathBuf::from)
            .filter(|path| path.is_file())
            .or_else(|| on_path("chromedriver"))?;
        Some(Self { chromium, chromedriver })
    }
}

fn chromium() -> Option<PathBuf> {
    let places = CHROMIUM_PLACES.iter().map(PathBuf::from).find(|path| path.is_file());
    CHROMIUMS.iter().find_map(|name| on_path(name)).or(places)
}

/// The full path of a program, if it is on `PATH`.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let name = Path::new(program).with_extension(env::consts::EXE_EXTENSION);
    env::split_paths(&env::var_os("PATH")?).map(|dir| dir.join(&name)).find(|path| path.is_file())
}

fn install_with_apt() -> Result<()> {
    let root = Run::new("id").arg("-u").read().is_ok_and(|printed| printed.trim() == "0");
    if !root {
        return Ok(());
    }
    say("Installing Chromium and its driver with apt-get (packages chromium and chromium-driver)");
    let apt = || Run::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive");
    let install = || apt().args(["install", "--yes", "--no-install-recommends", "chromium", "chromium-driver"]);
    // Package lists may be stale or empty on a fresh machine.
    if install().run().is_err() {
        apt().arg("update").run()?;
        install().run()?;
    }
    Ok(())
}

fn missing() -> String {
    let how = if cfg!(target_os = "macos") {
        "`brew install --cask chromium chromedriver`"
    } else if cfg!(windows) {
        "install Google Chrome and put the chromedriver of the same version on PATH"
    } else if on_path("apt-get").is_some() {
        "`sudo apt-get install chromium-driver` (it brings chromium)"
    } else if on_path("dnf").is_some() {
        "`sudo dnf install chromedriver` (it brings chromium)"
    } else if on_path("pacman").is_some() {
        "`sudo pacman -S chromium` (it holds both)"
    } else {
        "install Chromium and the chromedriver of the same version"
    };
    format!(
        "Chromium or its driver is missing, and the tests need both: {how}; or set PACELINE_CHROMIUM and CHROMEDRIVER"
    )
}
