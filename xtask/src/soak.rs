//! `soak`: what takes too long for every run, before a release. What each part does is elsewhere; this says which run, and how they went.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use crate::{
    dist,
    fuzz::SOAK_SECONDS,
    same,
    storm::SOAK_MINUTES,
    test::{self, Outcome, Stage},
};

/// The folder of tests with pages that run here alone.
const TABS: &str = "tests/soak";
/// Fuzz targets on one line of the end.
const A_LINE: usize = 6;

/// A part of it, each with its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Storms,
    Fuzz,
    Bytes,
    Tabs,
    Sweeps,
}

const PARTS: [(&str, Part); 5] = [
    ("storms", Part::Storms),
    ("fuzz", Part::Fuzz),
    ("bytes", Part::Bytes),
    ("tabs", Part::Tabs),
    ("sweeps", Part::Sweeps),
];

#[derive(Debug, PartialEq, Eq)]
struct Options {
    parts: BTreeSet<Part>,
    minutes: u64,
    build: Option<dist::Build>,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let build = Some(dist::Build::Release);
        let mut options = Self { parts: BTreeSet::new(), minutes: SOAK_MINUTES, build };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{argument} needs something after it"));
            match argument.as_str() {
                "--only" => {
                    for name in value()?.split(',') {
                        let part = PARTS.iter().find(|(it, _)| *it == name);
                        let (_, part) = part.with_context(|| format!("`soak` has no part {name}"))?;
                        options.parts.insert(*part);
                    }
                }
                "--minutes" => {
                    let minutes = value()?;
                    options.minutes = minutes.parse().with_context(|| format!("{minutes} is no number"))?;
                }
                "--no-build" => options.build = None,
                "--quick" => options.build = Some(dist::Build::Quick),
                other => bail!("`soak` does not know {other}; its parts are chosen by --only"),
            }
        }
        if options.parts.is_empty() {
            options.parts = PARTS.iter().map(|(_, part)| *part).collect();
        }
        if options.parts.contains(&Part::Bytes) && options.build != Some(dist::Build::Release) {
            bail!("bytes are compared with those of a release build");
        }
        Ok(options)
    }
}

/// Runs the parts asked for, all by default, and ends with what each says of itself.
///
/// # Errors
/// A part fails, or cannot be run.
pub fn run(arguments: &[String]) -> Result<()> {
    let options = Options::parse(arguments)?;
    let has = |part| options.parts.contains(&part);
    let mut outcome = Outcome::default();
    // What is missing is said before anything long starts.
    let browser = if has(Part::Tabs) { Some(test::set_up()?) } else { None };
    if has(Part::Storms) {
        test::storms(Some(options.minutes), &mut outcome)?;
    }
    if has(Part::Fuzz) {
        let tried = test::fuzz(Some(SOAK_SECONDS), &mut outcome)?;
        outcome.lines.extend(tried.chunks(A_LINE).map(|it| format!("fuzz: inputs: {}", it.join(", "))));
    }
    if let Some(build) = options.build.filter(|_| [Part::Bytes, Part::Tabs, Part::Sweeps].into_iter().any(has)) {
        dist::run(build)?;
    }
    if has(Part::Bytes) {
        match same::compare()? {
            same::Compared::Same(line) => outcome.lines.push(line),
            same::Compared::Differ(faults) => outcome.faults.extend(faults),
        }
    }
    if let Some(browser) = &browser {
        test::with_pages(TABS, browser, None, true, &mut outcome)?;
    }
    if has(Part::Sweeps) {
        let stages = [Stage::Native, Stage::Browser, Stage::EndToEnd, Stage::Interop];
        let sweeps = test::Options { stages: stages.into(), only: None, build: None, soak: true, minutes: None };
        test::perform(&sweeps, &mut outcome)?;
    }
    outcome.conclude()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(line: &str) -> Result<Options> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn all_parts_of_a_soak_run_unless_some_are_named() {
        assert_eq!(options("").unwrap().parts.len(), PARTS.len());
        assert_eq!(options("").unwrap().minutes, SOAK_MINUTES);
        let some = options("--only storms,fuzz --only tabs --minutes 60").unwrap();
        assert_eq!((some.parts, some.minutes), (BTreeSet::from([Part::Storms, Part::Fuzz, Part::Tabs]), 60));
        for wrong in ["--only", "--only storm", "--minutes soon", "storms", "--only bytes --quick", "--no-build"] {
            assert!(options(wrong).is_err(), "{wrong}");
        }
        assert_eq!(options("--only tabs --no-build").unwrap().build, None);
    }
}
