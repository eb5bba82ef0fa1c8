//! `bench`: figures as JSON lines, one a measurement, each with the aim it is for where there is one. Nothing is asserted:
//! machines differ, and what counts is the floor that was measured in the same run.

use anyhow::{Result, bail};
use serde_json::json;

use crate::{
    browser::Browser,
    dist::{self, Weight},
    process::{Run, step},
    test::node_test,
};

/// The part that runs without a browser; the others are named in `tests/e2e/bench.js`.
const NATIVE: &str = "native";
/// The part that only looks at what was built.
const WEIGHT: &str = "weight";

/// Files that no first visit loads: the reader of QR codes, the contract for scripts, the font's licence.
const LATER: &[&str] = &["paceline-scan", ".d.ts", "LICENSE"];

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    build: bool,
    /// Parts whose name contains one of these; all if there are none.
    words: Vec<String>,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let (flags, words): (Vec<_>, Vec<_>) = arguments.iter().cloned().partition(|it| it.starts_with("--"));
        if let Some(unknown) = flags.iter().find(|flag| *flag != "--no-build") {
            bail!("`bench` does not know {unknown}; it takes --no-build and words that choose among its parts");
        }
        Ok(Self { build: flags.is_empty(), words })
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
            print_weights(&weights);
        }
    } else if options.chooses(WEIGHT) {
        print_weights(&dist::weigh()?);
    }
    if options.chooses(NATIVE) {
        step("Ingest, native, beside bare signature verification (aim: >= 25 000 entries/s)", native)?;
    }
    if let Some(browser) = browser {
        let words = options.words.iter().filter(|word| !NATIVE.contains(*word) && !WEIGHT.contains(*word));
        step("In the browser", || node_test(&browser)?.arg("tests/e2e/bench.js").args(words).run())?;
    }
    Ok(())
}

fn native() -> Result<()> {
    Run::cargo()
        .args(["run", "--quiet", "--release", "--locked", "--package", "paceline-room", "--example", "ingest"])
        .run()
}

fn print_weights(weights: &[Weight]) {
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
    let first: Vec<&Weight> = weights.iter().filter(|it| !LATER.iter().any(|part| it.file.contains(part))).collect();
    total("first visit (aim: <= 450 KiB brotli)", &first);
    total("all", &weights.iter().collect::<Vec<_>>());
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
        assert!(all.build && all.chooses(NATIVE) && all.chooses(WEIGHT) && all.chooses_browser());
        let native = options("native").unwrap();
        assert!(native.chooses(NATIVE) && !native.chooses(WEIGHT) && !native.chooses_browser());
        let tab = options("--no-build second-tab").unwrap();
        assert!(!tab.build && !tab.chooses(NATIVE) && tab.chooses_browser());
        assert!(options("--fast").unwrap_err().to_string().contains("--fast"));
    }
}
