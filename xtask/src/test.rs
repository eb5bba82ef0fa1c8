//! `test`: every test there is, and one line that says how many passed.

use std::{collections::BTreeSet, fs, path::PathBuf, thread};

use anyhow::{Context, Result, anyhow, bail};

use crate::{
    browser::{self, Browser, Firefox},
    check,
    counts::{self, CargoTest, Counts},
    dist, fuzz, hostile, node,
    process::{Run, say, step},
    programs, repo, storm,
    tools::{self, WASM_BINDGEN},
};

/// Crates whose own unit tests must not vanish, by the name of their test binary.
const NATIVE: &[&str] = &[
    "paceline_room",
    "paceline_mesh",
    "libp2p_webrtc_browser",
    "paceline_net",
    "paceline_node",
    "paceline_store",
    "paceline_host",
    "paceline_fuzz_engine",
    "paceline_storm",
    "xtask",
];
/// Crates with tests that need a browser: package and test binary.
const BROWSER: &[&str] = &["libp2p-webrtc-browser", "paceline-net", "paceline-store", "paceline"];
/// Those that run in Firefox, too, each with what the names of its tests contain: storage, and a whole node over it. What browsers
/// do differently besides is found end to end.
const FIREFOX: &[(&str, &str)] = &[("paceline-store", ""), ("paceline", "session::tests::")];
/// How the browser's runner is told about a browser, in the folder of what was built.
const FIREFOX_SETTINGS: &str = "firefox.json";
/// The folder of the end-to-end tests.
const E2E: &str = "tests/e2e";
/// The folder of the tests in which programs that others wrote read what ours write.
const INTEROP: &str = "tests/interop";
/// Seeds of each simulation in a soak.
const SOAK_SEEDS: &str = "200";
/// Tests that may be skipped, one a line, each with its reason after a `#`.
const SKIPS: &str = "tests/skips.txt";
/// How long one end-to-end test may take, in milliseconds: far above the slowest, so that a hang ends.
const E2E_TIMEOUT: &str = "--test-timeout=600000";
/// Files of tests with pages that run beside each other: they wait for timers and networks more than they work.
const AT_ONCE: usize = 3;
/// Files that share the machine with no other: its network interfaces, or more tabs than it has cores.
const ALONE: &[&str] = &["nat.", "eight-tabs", "late-joiner."];

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// What runs.
    pub stages: BTreeSet<Stage>,
    /// Only files with this in their name.
    pub only: Option<String>,
    /// How the page is built first; without it the one that is there is opened.
    pub build: Option<dist::Build>,
    /// Whether sweeps run whole, however long they take. What a soak does by time it does by itself.
    pub soak: bool,
    /// How long storms take; else as many rooms as every run goes through.
    pub minutes: Option<u64>,
}

/// A part of the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Check,
    Native,
    Storms,
    Browser,
    EndToEnd,
    Interop,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let build = Some(dist::Build::Release);
        let mut options = Self { stages: BTreeSet::new(), only: None, build, soak: false, minutes: None };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "check" => _ = options.stages.insert(Stage::Check),
                "native" => _ = options.stages.insert(Stage::Native),
                "storms" => _ = options.stages.insert(Stage::Storms),
                "browser" => _ = options.stages.insert(Stage::Browser),
                "e2e" => _ = options.stages.insert(Stage::EndToEnd),
                "interop" => _ = options.stages.insert(Stage::Interop),
                "--no-build" => options.build = None,
                "--quick" => options.build = Some(dist::Build::Quick),
                "--only" => options.only = Some(arguments.next().context("--only needs a name after it")?.clone()),
                "--minutes" => {
                    let minutes = arguments.next().context("--minutes needs a number after it")?;
                    options.minutes = Some(minutes.parse().with_context(|| format!("{minutes} is no number"))?);
                }
                other => bail!(
                    "`test` does not know {other}; its stages are check, native, storms, browser, e2e and interop"
                ),
            }
        }
        let by_file = [Stage::EndToEnd, Stage::Interop].map(|stage| BTreeSet::from([stage]));
        if options.only.is_some() && !by_file.contains(&options.stages) {
            bail!("--only chooses among files: `cargo xtask test e2e --only NAME`, or interop");
        }
        if options.stages.is_empty() {
            let native = [Stage::Check, Stage::Native, Stage::Storms];
            options.stages = native.into_iter().chain([Stage::Browser, Stage::EndToEnd, Stage::Interop]).collect();
        }
        Ok(options)
    }
}

/// How it went, for the end.
#[derive(Debug, Default)]
pub struct Outcome {
    counts: Counts,
    /// What went wrong besides tests that failed and were counted.
    pub faults: Vec<String>,
    /// What else is said then.
    pub lines: Vec<String>,
}

/// Runs the stages asked for, all by default; ends with one line of counts.
///
/// # Errors
/// A check or a test failed, a suite ran nothing, or a test was skipped that is not on the list.
pub fn run(arguments: &[String]) -> Result<()> {
    let mut outcome = Outcome::default();
    perform(&Options::parse(arguments)?, &mut outcome)?;
    outcome.conclude()
}

/// Runs the stages.
///
/// # Errors
/// A check failed, or a stage cannot be run.
pub fn perform(options: &Options, outcome: &mut Outcome) -> Result<()> {
    if options.stages.contains(&Stage::Check) {
        check::run()?;
    }
    // What is missing is said before anything long starts.
    let browser = if options.stages.iter().any(|stage| *stage >= Stage::Browser) { Some(set_up()?) } else { None };
    if options.stages.contains(&Stage::Native) {
        step("Native tests", || native(options, outcome))?;
    }
    let pages = [(Stage::EndToEnd, E2E), (Stage::Interop, INTEROP)];
    let pages = pages.into_iter().filter(|(stage, _)| options.stages.contains(stage));
    let pages: Vec<_> = pages.map(|(_, folder)| folder).collect();
    // The page is built on one core; what is tried meanwhile counts inputs, rooms and tests, not seconds.
    thread::scope(|scope| -> Result<()> {
        let build = options.build.filter(|_| !pages.is_empty());
        let build = build.map(|build| scope.spawn(move || dist::run(build)));
        let tried = tried_beside(options, browser.as_ref(), &pages, outcome);
        let built = build.map(|it| it.join().map_err(|_| anyhow!("building the page panicked")));
        tried?;
        built.transpose()?.transpose().map(drop)
    })?;
    if let Some(browser) = &browser {
        for folder in pages {
            with_pages(folder, browser, options.only.as_deref(), options.soak, outcome)?;
        }
    }
    Ok(())
}

/// What needs no built page: fuzz targets, storms, tests in a browser, and what the tests with pages do harm with.
fn tried_beside(options: &Options, browser: Option<&Browser>, pages: &[&str], outcome: &mut Outcome) -> Result<()> {
    if options.stages.contains(&Stage::Native) && !options.soak {
        fuzz(None, outcome)?;
    }
    if options.stages.contains(&Stage::Storms) {
        storms(options.minutes, outcome)?;
    }
    if let Some(browser) = browser.filter(|_| options.stages.contains(&Stage::Browser)) {
        step("Browser tests", || in_browser(browser, outcome))?;
    }
    for folder in pages {
        harm(&test_files(folder, options.only.as_deref())?, folder)?;
    }
    Ok(())
}

/// What these files do harm with: a page that lies, and logs. Each is a whole debug build: only for the tests that open it.
fn harm(files: &[String], folder: &str) -> Result<[PathBuf; 2]> {
    let has = |name: &str| files.iter().any(|file| file.contains(name));
    let page = if has("hostile") { hostile::build(folder != E2E)? } else { PathBuf::new() };
    let logs = if has("/harm.test.js") { hostile::logs()? } else { PathBuf::new() };
    Ok([page, logs])
}

/// What tests with a browser need.
///
/// # Errors
/// It is not there, and cannot be fetched.
pub fn set_up() -> Result<Browser> {
    step("Setting up the tests", || {
        tools::wasm_target()?;
        node::test_modules()?;
        node::interop_modules()?;
        WASM_BINDGEN.ready()?;
        Browser::ready()
    })
}

/// Tries every decoder of outside bytes, for so many seconds each or as many inputs as each says; what each tried.
///
/// # Errors
/// The driver cannot be started, or runs nothing.
pub fn fuzz(seconds: Option<u32>, outcome: &mut Outcome) -> Result<Vec<String>> {
    let targets = step("Fuzz targets", || fuzz::count(seconds))?;
    outcome.add(targets.counts, targets.succeeded, "fuzz targets");
    Ok(targets.tried)
}

/// Whole rooms while everything goes wrong, for so many minutes or as many as every run goes through.
///
/// # Errors
/// The driver cannot be started, or runs nothing.
pub fn storms(minutes: Option<u64>, outcome: &mut Outcome) -> Result<()> {
    let storms = step("Storms", || storm::count(minutes))?;
    outcome.add(storms.counts, storms.succeeded, "storms");
    outcome.lines.push(storms.sum);
    Ok(())
}

fn native(options: &Options, outcome: &mut Outcome) -> Result<()> {
    let mut seen = CargoTest::default();
    let run = Run::cargo().args(["test", "--locked", "--no-fail-fast", "--workspace"]);
    let run = if options.soak { run.env("PACELINE_SEEDS", SOAK_SEEDS) } else { run };
    let run = run.args(check::flags("--exclude", &["paceline", "paceline-hostile"]));
    let succeeded = run.watch(|line| seen.line(line))?;
    if succeeded {
        programs::note_built();
    }
    for binary in NATIVE.iter().filter(|binary| seen.ran_in(binary) == 0) {
        outcome.faults.push(format!("no native test of {binary} ran"));
    }
    outcome.add(seen.total(), succeeded, "native tests");
    Ok(())
}

fn in_browser(browser: &Browser, outcome: &mut Outcome) -> Result<()> {
    for package in BROWSER {
        let run = |run: Run| {
            run.env("CHROMEDRIVER", &browser.chromedriver)
                .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", repo::root().join("tests/webdriver.json"))
        };
        tests_of(package, "", "browser tests", run, outcome)?;
    }
    let Some(firefox) = Firefox::ready()? else {
        say("There is no Firefox here: storage and nodes over it are tested in Chromium alone");
        return Ok(());
    };
    let settings = repo::target().join(FIREFOX_SETTINGS);
    fs::write(&settings, firefox.settings())?;
    for (package, names) in FIREFOX {
        let run = |run: Run| {
            run.env("GECKODRIVER", &firefox.geckodriver)
                .env_remove("CHROMEDRIVER")
                .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &settings)
        };
        tests_of(package, names, "Firefox tests", run, outcome)?;
    }
    Ok(())
}

/// Runs the tests of a package whose names contain that in the browser that `set_up` chooses.
fn tests_of(
    package: &str,
    names: &str,
    what: &str,
    set_up: impl FnOnce(Run) -> Run,
    outcome: &mut Outcome,
) -> Result<()> {
    let mut seen = CargoTest::default();
    let run = Run::cargo()
        .args(["test", "--locked", "--no-fail-fast", "--package", package])
        .args(check::WASM)
        .args(Some(names).filter(|names| !names.is_empty()))
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", WASM_BINDGEN.ready()?.join("wasm-bindgen-test-runner"))
        // Seconds without a sign of life from the page before it is given up.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "300");
    let succeeded = set_up(run).watch(|line| seen.line(line))?;
    let total = seen.total();
    if total.ran() == 0 {
        outcome.faults.push(format!("none of the {what} of {package} ran"));
    }
    outcome.add(total, succeeded, &format!("{what} of {package}"));
    Ok(())
}

/// Runs the files of a folder of tests that open the built page.
///
/// # Errors
/// There are none, or they left no report.
pub fn with_pages(
    folder: &str,
    browser: &Browser,
    only: Option<&str>,
    soak: bool,
    outcome: &mut Outcome,
) -> Result<()> {
    let files = test_files(folder, only)?;
    // Built already, most often.
    let [hostile, logs] = harm(&files, folder)?;
    let firefox = Firefox::ready()?;
    browser::networks();
    fs::create_dir_all(repo::target())?;
    let (alone, beside): (Vec<&String>, Vec<&String>) =
        files.iter().partition(|file| ALONE.iter().any(|it| file.contains(it)));
    step(&format!("Tests with pages, {folder} ({} files)", files.len()), || {
        for (files, at_once) in [(beside, AT_ONCE), (alone, 1)].into_iter().filter(|(files, _)| !files.is_empty()) {
            let report = repo::target().join("pages.tap");
            let run = node_test(browser)?
                .args(["--test", &format!("--test-concurrency={at_once}"), E2E_TIMEOUT])
                .args(["--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=tap"])
                .arg(format!("--test-reporter-destination={}", report.display()))
                .args(&files)
                .env("PACELINE_HOSTILE", &hostile)
                .env("PACELINE_HOSTILE_LOGS", &logs)
                .env("PACELINE_SOAK", if soak { "1" } else { "0" });
            let run = match &firefox {
                Some(it) => run.env("PACELINE_FIREFOX", &it.firefox).env("PACELINE_GECKODRIVER", &it.geckodriver),
                None => run.env_remove("PACELINE_FIREFOX"),
            };
            let _ = fs::remove_file(&report);
            let succeeded = run.watch(|_| ())?;
            let report = fs::read_to_string(&report).with_context(|| format!("{folder} left no report"))?;
            let counts = counts::tap(&report);
            outcome.lines.extend(counts::told(&report));
            if counts.ran() < files.len() as u64 {
                outcome.faults.push(format!("{} files of {folder} ran only {} tests", files.len(), counts.ran()));
            }
            outcome.add(counts, succeeded, &format!("tests of {folder}"));
        }
        Ok(())
    })
}

/// Node.js with what the end-to-end tests and measurements read from the environment.
pub fn node_test(browser: &Browser) -> Result<Run> {
    Ok(Run::new("node")
        .env("PACELINE_CHROMIUM", &browser.chromium)
        .env("PACELINE_NODE", node::test_modules()?)
        .env("PACELINE_INTEROP", node::interop_modules()?)
        .env("PACELINE_DIST", repo::dist())
        .env("PACELINE_HOST", programs::native("paceline-host", "paceline-host", &[])?)
        .env("PACELINE_SCREENSHOTS", repo::target().join("screenshots")))
}

fn test_files(folder: &str, only: Option<&str>) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(repo::root().join(folder))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".test.js") && only.is_none_or(|only| name.contains(only)) {
            files.push(format!("{folder}/{name}"));
        }
    }
    files.sort();
    if files.is_empty() {
        bail!("no file in {folder} is named like that");
    }
    Ok(files)
}

impl Outcome {
    /// Adds a suite. A runner that failed although it counted no failure (it crashed, or did not compile) is a fault.
    fn add(&mut self, counts: Counts, succeeded: bool, suite: &str) {
        if !succeeded && counts.failed == 0 {
            self.faults.push(format!("the {suite} ended with an error"));
        }
        self.counts += counts;
    }

    /// Says how it went; what fails ends the program here.
    ///
    /// # Errors
    /// The list of tests that may be skipped is missing.
    pub fn conclude(mut self) -> Result<()> {
        let allowed = allowed_skips()?;
        for name in self.counts.skipped.difference(&allowed) {
            self.faults.push(format!("{name} was skipped, and is not listed in {SKIPS}"));
        }
        let Counts { passed, failed, skipped } = &self.counts;
        say("Result");
        for line in self.faults.iter().chain(&self.lines) {
            println!("   {line}");
        }
        println!("{passed} passed, {failed} failed, {} skipped", skipped.len());
        if *failed > 0 || !self.faults.is_empty() {
            // The counts are the last line: what is wrong was said above.
            std::process::exit(1);
        }
        Ok(())
    }
}

fn allowed_skips() -> Result<BTreeSet<String>> {
    let list = fs::read_to_string(repo::root().join(SKIPS)).with_context(|| format!("{SKIPS} is missing"))?;
    Ok(skips(&list))
}

fn skips(list: &str) -> BTreeSet<String> {
    let names = list.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(line: &str) -> Result<Options> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn all_stages_run_unless_some_are_named() {
        assert_eq!(options("").unwrap().stages.len(), 6);
        assert_eq!(options("native").unwrap().stages, BTreeSet::from([Stage::Native]));
        assert_eq!(options("storms --minutes 3").unwrap().minutes, Some(3));
        assert!(options("storms --minutes").is_err() && options("--minutes soon").is_err());
        assert_eq!(options("e2e --only three").unwrap().only.as_deref(), Some("three"));
        assert_eq!(options("interop --only car").unwrap().only.as_deref(), Some("car"));
        assert!(options("--only three").is_err() && options("native --only three").is_err());
        assert!(options("fuzz").unwrap_err().to_string().contains("fuzz"));
    }

    #[test]
    fn the_files_that_run_alone_are_there() {
        let files = test_files(E2E, None).unwrap();
        for name in ALONE {
            assert!(files.iter().any(|file| file.contains(name)), "{name}");
        }
    }

    #[test]
    fn a_runner_that_dies_without_counting_a_failure_is_a_fault() {
        let mut outcome = Outcome::default();
        outcome.add(Counts { passed: 3, ..Counts::default() }, false, "native tests");
        assert_eq!(outcome.faults.len(), 1);
        outcome.add(Counts { failed: 1, ..Counts::default() }, false, "browser tests");
        assert_eq!((outcome.faults.len(), outcome.counts.passed, outcome.counts.failed), (1, 3, 1));
    }

    #[test]
    fn the_list_of_skips_reads_names_and_ignores_reasons() {
        assert_eq!(skips("# why\n\ne2e::a b  # no namespaces\n"), BTreeSet::from(["e2e::a b".to_owned()]));
    }
}
