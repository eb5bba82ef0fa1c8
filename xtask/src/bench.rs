//! `bench`: figures as JSON lines, one a measurement, each with the aim it is for where there is one (BENCHMARKS.md says what each counts).
//! No speed is asserted: machines differ, and what counts is the floor that was measured in the same run.

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::{
    browser::{Browser, Firefox},
    dist::{self, Weight},
    node,
    process::{Run, step},
    split,
    test::node_test,
    weight,
};

/// The part that runs without a browser; the others are named in `tests/bench/main.js`.
const NATIVE: &str = "native";
/// What measures in browsers.
const PROGRAM: &str = "tests/bench/main.js";
/// The part that only looks at what was built.
const WEIGHT: &str = "weight";

/// How often each is measured unless it is said.
const RUNS: u32 = 7;

/// Files that no first visit loads: the reader of QR codes, the contract for scripts, the font's licence, checksums.
const LATER: &[&str] = &["paceline-scan", ".d.ts", "LICENSE", dist::SUMS];

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    build: bool,
    runs: u32,
    /// Parts whose name contains one of these; all if there are none.
    words: Vec<String>,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self { build: true, runs: RUNS, words: Vec::new() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--no-build" => options.build = false,
                "--runs" => {
                    let runs = arguments.next().context("--runs needs a number after it")?;
                    options.runs = runs.parse().with_context(|| format!("{runs} is no number"))?;
                    if options.runs == 0 {
                        bail!("of no run there is no median");
                    }
                }
                flag if flag.starts_with("--") => bail!(
                    "`bench` does not know {flag}; it takes --no-build, --runs N and words that choose among its parts"
                ),
                word => options.words.push(word.to_owned()),
            }
        }
        Ok(options)
    }

    fn chooses(&self, part: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| part.contains(word.as_str()))
    }

    /// Whether anything but the two parts above was asked for.
    fn chooses_browser(&self) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| !NATIVE.contains(word) && !WEIGHT.contains(word))
    }
}

/// Prints the figures.
///
/// # Errors
/// The page cannot be built or does not run.
pub fn run(arguments: &[String]) -> Result<()> {
    let options = Options::parse(arguments)?;
    let browser = if options.chooses_browser() { Some(Browser::ready()?) } else { None };
    if options.build && (browser.is_some() || options.chooses(WEIGHT)) {
        let weights = dist::run(dist::Build::Release)?;
        if options.chooses(WEIGHT) {
            print_weights(&weights)?;
        }
    } else if options.chooses(WEIGHT) {
        print_weights(&dist::weigh()?)?;
    }
    if options.chooses(NATIVE) {
        step("Ingest, native, beside bare signature verification (aim: >= 25 000 entries/s)", native)?;
    }
    if let Some(browser) = browser {
        let words = options.words.iter().filter(|word| !NATIVE.contains(*word) && !WEIGHT.contains(*word));
        step("In the browser", || {
            in_browser(&browser)?.arg(PROGRAM).args(words).env("PACELINE_RUNS", options.runs.to_string()).run()
        })?;
    }
    Ok(())
}

/// Node.js with what the measurements read from the environment.
fn in_browser(browser: &Browser) -> Result<Run> {
    let run =
        node_test(browser)?.env("PACELINE_BENCH_NODE", node::bench_modules()?).env("PACELINE_NAMED", weight::named());
    Ok(match Firefox::ready()? {
        Some(it) => run.env("PACELINE_FIREFOX", &it.firefox).env("PACELINE_GECKODRIVER", &it.geckodriver),
        None => run.env_remove("PACELINE_FIREFOX"),
    })
}

fn native() -> Result<()> {
    Run::cargo()
        .args(["run", "--quiet", "--release", "--locked", "--package", "paceline-room", "--example", "ingest"])
        .run()
}

fn print_weights(weights: &[Weight]) -> Result<()> {
    let line = |file: &str, raw: usize, gzip: usize, brotli: usize| {
        println!(
            "{}",
            json!({"measure": "page weight", "unit": "bytes", "file": file, "raw": raw, "gzip": gzip, "brotli": brotli})
        );
    };
    for weight in weights {
        line(&weight.file, weight.raw, weight.gzip, weight.brotli);
    }
    let total = |name: &str, of: &[&Weight]| {
        let sum = |size: fn(&Weight) -> usize| of.iter().map(|it| size(it)).sum::<usize>();
        line(name, sum(|it| it.raw), sum(|it| it.gzip), sum(|it| it.brotli));
    };
    let (parts, rest): (Vec<&Weight>, Vec<&Weight>) = weights.iter().partition(|it| it.file.starts_with(split::PARTS));
    let first: Vec<&Weight> = rest.into_iter().filter(|it| !LATER.iter().any(|part| it.file.contains(part))).collect();
    total("first visit (aim: <= 600 KiB brotli)", &first);
    total("parts, which come when they are opened", &parts);
    total("all", &weights.iter().collect::<Vec<_>>());
    print_areas()
}

/// What each part is made of, the heaviest first, and by how much that has changed since this was asked here the last time.
fn print_areas() -> Result<()> {
    let parts = weight::areas()?;
    let before = weight::since(&parts)?;
    for (part, areas) in &parts {
        let mut areas: Vec<_> = areas.iter().collect();
        areas.sort_by_key(|(_, it)| std::cmp::Reverse(it.brotli));
        for (area, it) in areas {
            let change = before.get(part).map(|of| it.brotli as i64 - of.get(area).copied().unwrap_or(0) as i64);
            println!(
                "{}",
                json!({
                    "measure": "area", "unit": "bytes", "part": part, "area": area, "functions": it.functions,
                    "raw": it.raw, "brotli": it.brotli, "change": change
                })
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(line: &str) -> Result<Options> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn words_choose_among_the_parts() {
        let all = options("").unwrap();
        assert!(all.build && all.runs == RUNS && all.chooses(NATIVE) && all.chooses(WEIGHT) && all.chooses_browser());
        let native = options("native").unwrap();
        assert!(native.chooses(NATIVE) && !native.chooses(WEIGHT) && !native.chooses_browser());
        let tab = options("--no-build second-tab").unwrap();
        assert!(!tab.build && !tab.chooses(NATIVE) && tab.chooses_browser());
        assert_eq!(options("keys --runs 3").unwrap(), Options { build: true, runs: 3, words: vec!["keys".into()] });
        assert!(options("--fast").unwrap_err().to_string().contains("--fast"));
        for wrong in ["--runs", "--runs few", "--runs 0"] {
            assert!(options(wrong).is_err(), "{wrong}");
        }
    }
}
