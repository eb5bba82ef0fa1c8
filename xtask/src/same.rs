//! The same bytes from elsewhere: the page is built again from a copy in another folder, with another home of cargo, and compared with
//! `dist/` by its checksums. Whoever has the sources can so tell what a host hands out.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{
    dist, files,
    process::{Run, step},
    repo,
};

/// What of cargo's home is taken along, so that nothing is downloaded again. Sources are unpacked anew.
const KEPT: &[&str] = &["registry/cache", "registry/index", "config.toml"];

/// What came of it.
#[derive(Debug)]
pub enum Compared {
    /// How many files are the same.
    Same(String),
    /// Each file that is not, and where the other build is kept.
    Differ(Vec<String>),
}

/// Builds the page elsewhere and compares it with what was built here last.
///
/// # Errors
/// It does not build there.
pub fn compare() -> Result<Compared> {
    let elsewhere = repo::cache()?.join(format!("elsewhere-{}", std::process::id()));
    let tree = elsewhere.join("tree");
    step("Building the page again, elsewhere (as long as the first time)", || {
        for file in files::listed()? {
            copy(&repo::root().join(&file), &tree.join(&file))?;
        }
        let (home, other) = (cargo_home()?, elsewhere.join("cargo"));
        KEPT.iter().map(|it| (home.join(it), other.join(it))).try_for_each(|(from, to)| copy(&from, &to))?;
        // This program as it is, told that it stands there.
        Run::new(env::current_exe()?)
            .arg("dist")
            .env("CARGO_MANIFEST_DIR", tree.join("xtask"))
            .env("CARGO_HOME", &other)
            .env("CARGO_TARGET_DIR", elsewhere.join("built"))
            .env("PACELINE_CACHE", repo::cache()?)
            .dir(&tree)
            .run()
    })?;
    let sums = |dist: PathBuf| fs::read_to_string(dist.join(dist::SUMS)).with_context(|| dist.display().to_string());
    let (here, there) = (sums(repo::dist())?, sums(tree.join("dist"))?);
    let mut differ = differences(&here, &there);
    if differ.is_empty() {
        fs::remove_dir_all(&elsewhere)?;
        let count = here.lines().count();
        return Ok(Compared::Same(format!(
            "bytes: {count} files are the same from another folder and another CARGO_HOME"
        )));
    }
    differ.push(format!("bytes: what was built elsewhere is in {}", elsewhere.display()));
    Ok(Compared::Differ(differ))
}

fn cargo_home() -> Result<PathBuf> {
    let default = || Some(env::home_dir()?.join(".cargo"));
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(default).context("this user has no home folder")
}

/// Copies a file, or a folder with all that is in it; what is not there is not copied.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if from.is_file() {
        fs::create_dir_all(to.parent().context("a file stands in a folder")?)?;
        fs::copy(from, to).with_context(|| from.display().to_string())?;
    }
    Ok(())
}

/// What differs between two lists of checksums, a line a file.
fn differences(here: &str, there: &str) -> Vec<String> {
    let [here, there] = [here, there].map(|it| {
        it.lines().filter_map(|line| line.split_once("  ")).map(|(sum, name)| (name, sum)).collect::<BTreeMap<_, _>>()
    });
    let names: BTreeSet<_> = here.keys().chain(there.keys()).collect();
    let differs = |name: &&str| match (here.get(name), there.get(name)) {
        (Some(sum), Some(other)) if sum == other => None,
        (Some(_), Some(_)) => Some(format!("bytes: {name} differs")),
        (Some(_), None) => Some(format!("bytes: {name} is here alone")),
        _ => Some(format!("bytes: {name} is elsewhere alone")),
    };
    names.into_iter().filter_map(differs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_that_differs_is_named_and_no_other() {
        let here = "aa  a.js\nbb  b.css\ncc  c.wasm\n";
        assert_eq!(differences(here, here), [""; 0]);
        assert_eq!(
            differences(here, "aa  a.js\nbc  b.css\ndd  d.wasm\n"),
            ["bytes: b.css differs", "bytes: c.wasm is here alone", "bytes: d.wasm is elsewhere alone"]
        );
        // Nothing to compare is no agreement.
        assert_eq!(differences(here, "").len(), 3);
    }

    #[test]
    fn a_folder_is_copied_with_all_that_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir_all(from.join("a/b")).unwrap();
        fs::write(from.join("a/b/c"), "abc").unwrap();
        copy(&from, &to).unwrap();
        copy(&from.join("missing"), &to.join("missing")).unwrap();
        assert_eq!(fs::read_to_string(to.join("a/b/c")).unwrap(), "abc");
        assert!(!to.join("missing").exists());
    }
}
