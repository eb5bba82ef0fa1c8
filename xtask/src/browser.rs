//! The browsers of the tests: the system's Chromium and its driver, and Firefox for those across browsers; installed where
//! that is allowed.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};

use crate::{
    process::{Run, say},
    tools::GECKODRIVER,
};

/// Names under which Chromium and its siblings are installed.
const CHROMIUMS: &[&str] = &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
/// Where they are on systems that keep them off `PATH`.
const CHROMIUM_PLACES: &[&str] = &[
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Names under which Firefox is installed, and where it is on systems that keep it off `PATH`.
const FIREFOXES: &[&str] = &["firefox-esr", "firefox"];
const FIREFOX_PLACES: &[&str] = &["/Applications/Firefox.app/Contents/MacOS/firefox"];

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
        if let Some(apt) = Apt::here() {
            apt.install("Chromium and its driver", &["chromium", "chromium-driver"])?;
        }
        match Self::find() {
            Some(browser) => Ok(browser),
            None => bail!("{}", missing()),
        }
    }

    fn find() -> Option<Self> {
        let chromium = from_environment("PACELINE_CHROMIUM").or_else(|| installed(CHROMIUMS, CHROMIUM_PLACES))?;
        let chromedriver = from_environment("CHROMEDRIVER").or_else(|| on_path("chromedriver"))?;
        Some(Self { chromium, chromedriver })
    }
}

/// Another browser than Chromium, to meet it in one room.
#[derive(Debug)]
pub struct Firefox {
    /// Firefox itself.
    pub firefox: PathBuf,
    /// Its driver.
    pub geckodriver: PathBuf,
}

impl Firefox {
    /// Finds it, or installs it where this user may. Without it the tests that need it are skipped, as `tests/skips.txt` allows.
    ///
    /// # Errors
    /// It is there, and its driver cannot be built.
    pub fn ready() -> Result<Option<Self>> {
        if Self::find().is_none()
            && let Some(apt) = Apt::here()
            && apt.install("Firefox", &["firefox-esr"]).is_err()
        {
            say("Firefox could not be installed: tests across browsers are skipped");
        }
        let Some(firefox) = Self::find() else { return Ok(None) };
        let geckodriver = match from_environment("GECKODRIVER") {
            Some(geckodriver) => geckodriver,
            None => GECKODRIVER.ready()?.join("geckodriver").with_extension(env::consts::EXE_EXTENSION),
        };
        Ok(Some(Self { firefox, geckodriver }))
    }

    /// For its driver: this one, and what it asks the person (may the page keep what it stores?) is granted.
    pub fn settings(&self) -> String {
        let firefox = self.firefox.display().to_string();
        let prompt = "dom.storageManager.prompt.testing";
        format!(
            r#"{{"moz:firefoxOptions": {{"binary": {firefox:?}, "prefs": {{"{prompt}": true, "{prompt}.allow": true}}}}}}"#
        )
    }

    fn find() -> Option<PathBuf> {
        from_environment("PACELINE_FIREFOX").or_else(|| installed(FIREFOXES, FIREFOX_PLACES))
    }
}

/// Programs with which tests make networks of their own, and the packages they are in.
const NETWORKS: &[(&str, &str)] = &[("ip", "iproute2"), ("nft", "nftables"), ("turnserver", "coturn")];

/// Installs what tests need to make networks of their own, where this user may. Without it they are skipped, as `tests/skips.txt`
/// allows.
pub fn networks() {
    let missing: Vec<&str> =
        NETWORKS.iter().filter(|(program, _)| on_path(program).is_none()).map(|(_, package)| *package).collect();
    if !missing.is_empty()
        && let Some(apt) = Apt::here()
        && apt.install("what makes networks for tests", &missing).is_err()
    {
        say("It could not be installed: tests behind routers of their own are skipped");
    }
}

fn from_environment(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file())
}

fn installed(names: &[&str], places: &[&str]) -> Option<PathBuf> {
    let place = || places.iter().map(PathBuf::from).find(|path| path.is_file());
    names.iter().find_map(|name| on_path(name)).or_else(place)
}

/// The full path of a program, if it is on `PATH`.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let name = Path::new(program).with_extension(env::consts::EXE_EXTENSION);
    env::split_paths(&env::var_os("PATH")?).map(|dir| dir.join(&name)).find(|path| path.is_file())
}

/// Debian's package manager, where this user may install with it.
struct Apt;

impl Apt {
    fn here() -> Option<Self> {
        let may = || Run::new("id").arg("-u").read().is_ok_and(|printed| printed.trim() == "0");
        (cfg!(target_os = "linux") && on_path("apt-get").is_some() && may()).then_some(Self)
    }

    fn install(&self, what: &str, packages: &[&str]) -> Result<()> {
        say(format!("Installing {what} with apt-get ({})", packages.join(", ")));
        let apt = || Run::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive");
        let install = || apt().args(["install", "--yes", "--no-install-recommends"]).args(packages);
        // Package lists may be stale or empty on a fresh machine.
        if install().run().is_err() {
            apt().arg("update").run()?;
            install().run()?;
        }
        Ok(())
    }
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
