//! `fuzz`: tries every decoder of outside bytes. What is tried, and what must hold, is in `fuzz`. The tests try as many inputs as each
//! target says, the same on every machine: what was green stays green until something is changed. A soak goes by time.

use anyhow::{Result, bail};

use crate::{
    counts::{CargoTest, Counts},
    process::Run,
};

/// Seconds that each target takes in a soak.
pub const SOAK_SECONDS: u32 = 60;

/// Runs the targets; arguments are the driver's (see `fuzz/examples/run.rs`).
///
/// # Errors
/// A property does not hold.
pub fn run(arguments: &[String]) -> Result<()> {
    driver().args(arguments).run()
}

/// How the targets went.
#[derive(Debug)]
pub struct Targets {
    /// What passed, and what did not.
    pub counts: Counts,
    /// Whether the driver came to its end.
    pub succeeded: bool,
    /// Each target, and how many inputs it tried.
    pub tried: Vec<String>,
}

/// Runs all targets, for so long each or as many inputs as each says.
///
/// # Errors
/// It cannot be started, or runs nothing.
pub fn count(seconds: Option<u32>) -> Result<Targets> {
    let (mut seen, mut tried) = (CargoTest::default(), Vec::new());
    let seconds = seconds.map(|it| ["--seconds".to_owned(), it.to_string()]);
    let succeeded = driver().args(seconds.iter().flatten()).watch(|line| {
        seen.line(line);
        tried.extend(inputs_of(line));
    })?;
    if seen.total().ran() == 0 {
        bail!("no fuzz target ran");
    }
    Ok(Targets { counts: seen.total(), succeeded, tried })
}

/// `test car ... ok (20000 inputs, 7 of them read)` -> `car 20000`.
fn inputs_of(line: &str) -> Option<String> {
    let (name, outcome) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let inputs = outcome.split_once('(')?.1.split_once(" inputs")?.0;
    Some(format!("{name} {inputs}"))
}

fn driver() -> Run {
    Run::cargo().args(["run", "--quiet", "--locked", "--package", "paceline-fuzz", "--example", "run", "--"])
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::inputs_of;
    use crate::repo;

    #[test]
    fn how_many_inputs_a_target_tried_is_read_and_nothing_else() {
        assert_eq!(inputs_of("test car ... ok (20000 inputs, 7 of them read)").as_deref(), Some("car 20000"));
        assert_eq!(inputs_of("test car ... FAILED (3 inputs, 0 of them read)").as_deref(), Some("car 3"));
        for other in
            ["test result: ok. 26 passed; 0 failed; 0 ignored", "test a ... ok", "     Running fuzz targets (x)"]
        {
            assert_eq!(inputs_of(other), None, "{other}");
        }
    }

    /// Names in a folder of `fuzz`, without their endings.
    fn names(folder: &str) -> BTreeSet<String> {
        let entries = fs::read_dir(repo::root().join("fuzz").join(folder)).unwrap();
        entries.map(|it| it.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn each_target_has_its_seeds_and_its_way_into_libfuzzer() {
        let targets = names("fuzz_targets");
        assert_eq!(targets, names("seeds"));
        let manifest = fs::read_to_string(repo::root().join("fuzz/Cargo.toml")).unwrap();
        let named =
            |it: &str| it.strip_prefix("path = \"fuzz_targets/").map(|it| it.trim_end_matches(".rs\"").to_owned());
        assert_eq!(targets, manifest.lines().filter_map(named).collect());
        let folder = repo::root().join("fuzz/src");
        let sources = fs::read_dir(folder).unwrap().map(|it| fs::read_to_string(it.unwrap().path()).unwrap());
        let all: String = sources.collect();
        for target in targets {
            let file = format!("fuzz/fuzz_targets/{target}.rs");
            assert!(
                fs::read_to_string(repo::root().join(file)).unwrap().contains(&format!("libfuzzer!(\"{target}\")"))
            );
            assert!(all.contains(&format!("name: \"{target}\"")), "{target} is in no table");
        }
    }
}
