//! Counting tests in what the runners print, so that the last line of `cargo xtask test` is true.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::AddAssign,
};

/// How many tests went which way, and the names of those that were skipped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that did not run.
    pub skipped: BTreeSet<String>,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped.extend(other.skipped);
    }
}

impl Counts {
    /// Tests that ran.
    pub fn ran(&self) -> u64 {
        self.passed + self.failed
    }
}

/// Reads what `cargo test` prints, natively or through wasm-bindgen's runner, and keeps the counts of each test binary.
#[derive(Debug, Default)]
pub struct CargoTest {
    binary: String,
    binaries: BTreeMap<String, Counts>,
    ignored: BTreeSet<String>,
}

impl CargoTest {
    /// One line of output.
    pub fn line(&mut self, line: &str) {
        let line = line.trim();
        if let Some(running) = line.strip_prefix("Running ").or_else(|| line.strip_prefix("Doc-tests ")) {
            self.binary = binary_name(running);
        } else if let Some(name) = line.strip_prefix("test ").and_then(ignored_name) {
            self.ignored.insert(format!("{}::{name}", self.binary));
        } else if let Some(result) = line.strip_prefix("test result: ") {
            let number =
                |word: &str| {
                    result.split([';', '.', ' ']).collect::<Vec<_>>().windows(2).find_map(|pair| {
                        if pair.get(1) == Some(&word) { pair.first()?.parse::<u64>().ok() } else { None }
                    })
                };
            let skipped = std::mem::take(&mut self.ignored);
            *self.binaries.entry(self.binary.clone()).or_default() +=
                Counts { passed: number("passed").unwrap_or(0), failed: number("failed").unwrap_or(0), skipped };
        }
    }

    /// The sum over all test binaries.
    pub fn total(&self) -> Counts {
        self.binaries.values().cloned().fold(Counts::default(), |mut sum, counts| {
            sum += counts;
            sum
        })
    }

    /// How many tests ran in a crate's own binary, the one with its unit tests or a test of that name.
    pub fn ran_in(&self, binary: &str) -> u64 {
        self.binaries.get(binary).map_or(0, Counts::ran)
    }
}

/// `unittests src/lib.rs (target/debug/deps/paceline_room-0123456789abcdef)` -> `paceline_room`.
fn binary_name(running: &str) -> String {
    let path = running.split_once('(').map_or(running, |(_, path)| path.trim_end_matches(')'));
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
    stem.rsplit_once('-').map_or(stem, |(name, _)| name).to_owned()
}

/// `name ... ignored, reason` -> `name`; also as wasm-bindgen's runner prints it.
fn ignored_name(rest: &str) -> Option<&str> {
    let (name, outcome) = rest.split_once(" ... ")?;
    outcome.starts_with("ignored").then_some(name)
}

/// Reads the TAP report of Node.js's test runner: only tests themselves count, not the files and suites around them.
pub fn tap(report: &str) -> Counts {
    let mut counts = Counts::default();
    let number = |line: &str, word: &str| line.strip_prefix("# ")?.strip_prefix(word)?.trim().parse::<u64>().ok();
    for line in report.lines() {
        counts.passed += number(line, "pass ").unwrap_or(0);
        counts.failed += number(line, "fail ").unwrap_or(0) + number(line, "cancelled ").unwrap_or(0);
        let test = line.trim_start();
        if let Some((name, _)) =
            test.strip_prefix("ok ").or_else(|| test.strip_prefix("not ok ")).and_then(|rest| rest.split_once(" # "))
            && let Some((_, name)) = name.split_once(" - ")
        {
            counts.skipped.insert(format!("e2e::{name}"));
        }
    }
    counts
}

/// What tests say of themselves in such a report that is said again at the end: what begins with `tabs: `.
pub fn told(report: &str) -> impl Iterator<Item = String> {
    let said = report.lines().filter_map(|line| line.trim_start().strip_prefix("# "));
    said.filter(|it| it.starts_with("tabs: ")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NATIVE: &str = "
     Running unittests src/lib.rs (/t/debug/deps/paceline_room-0123456789abcdef)

running 3 tests
test log::a ... ok
test log::b ... ignored, takes an hour
test log::c ... FAILED

test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s

     Running tests/serving.rs (/t/debug/deps/serving-1911149fa776ea4d)
test result: ok. 8 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s
   Doc-tests paceline_host
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
";

    #[test]
    fn tests_are_counted_for_each_binary() {
        let mut cargo = CargoTest::default();
        NATIVE.lines().for_each(|line| cargo.line(line));
        let total = cargo.total();
        assert_eq!((total.passed, total.failed), (11, 1));
        assert_eq!(total.skipped, BTreeSet::from(["paceline_room::log::b".to_owned()]));
        assert_eq!(cargo.ran_in("paceline_room"), 2);
        assert_eq!(cargo.ran_in("serving"), 8);
        assert_eq!(cargo.ran_in("paceline_mesh"), 0);
    }

    #[test]
    fn a_wasm_binary_is_named_like_its_crate() {
        assert_eq!(binary_name("unittests src/lib.rs (/t/wasm32/debug/deps/paceline_net-01ab.wasm)"), "paceline_net");
        assert_eq!(binary_name("paceline_host"), "paceline_host");
    }

    #[test]
    fn a_report_of_node_is_counted_with_its_skips() {
        let report = "TAP version 13\n# Subtest: a\n    ok 1 - inner # SKIP no network namespaces\n1..1\nok 2 - b\n\
                      # tests 4\n# suites 1\n# pass 2\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 0\n# duration_ms 5\n";
        let counts = tap(report);
        assert_eq!((counts.passed, counts.failed), (2, 2));
        assert_eq!(counts.skipped, BTreeSet::from(["e2e::inner".to_owned()]));
    }

    #[test]
    fn an_empty_report_counts_nothing() {
        assert_eq!(tap("").ran(), 0);
        assert_eq!(CargoTest::default().total().ran(), 0);
    }

    #[test]
    fn what_is_said_at_the_end_is_what_tabs_say() {
        let report = "TAP version 13\n    # tabs: calm\n    # other\nok 1 - tabs: no # SKIP\n# tabs: beset\n# pass 1\n";
        assert_eq!(told(report).collect::<Vec<_>>(), ["tabs: calm", "tabs: beset"]);
    }
}
