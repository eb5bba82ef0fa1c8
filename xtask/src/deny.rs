//! `cargo deny`: on which terms and from where the code of others comes, and which of it is not wanted. The rules are in `deny.toml`.
//!
//! Rules that refuse nothing look like rules that are kept: what they must refuse is planted each time, into what cargo tells of this
//! workspace. What is known to be unsafe stands in a database that not every machine can fetch: where it was not asked, that is said.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{process::Run, repo, tools::CARGO_DENY};

/// What needs nothing but the crates themselves, each with the bit of the exit code by which it says that it refuses.
const RULES: [(&str, i32); 3] = [("bans", 2), ("licenses", 4), ("sources", 8)];
/// A crate from elsewhere, to which something is done that its rule must refuse: by field, with what stands there then.
const PLANTED: [(&str, &str, &str); 4] = [
    ("bans", "name", "openssl-sys"),
    ("licenses", "license", "GPL-3.0-only"),
    ("sources", "source", "registry+https://registry.invalid/index"),
    ("sources", "source", "git+https://registry.invalid/crate"),
];
/// Where cargo's crates come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Checks licences, sources and bans, and advisories where their database can be fetched.
///
/// # Errors
/// Something is refused; or a rule refuses nothing.
pub fn check() -> Result<()> {
    let program = CARGO_DENY.ready()?.join("cargo-deny");
    let told = Run::cargo().args(["metadata", "--format-version", "1", "--locked", "--all-features"]).read()?;
    let graph = repo::target().join("deny.json");
    fs::create_dir_all(repo::target())?;
    fs::write(&graph, &told)?;
    deny(&program, &graph).args(["check", "--hide-inclusion-graph"]).args(RULES.map(|(rule, _)| rule)).run()?;
    planted(&program, &serde_json::from_str(&told)?)?;
    advisories(&program, &graph)
}

/// Each rule refuses what it is there for.
fn planted(program: &Path, told: &Value) -> Result<()> {
    for (rule, field, value) in PLANTED {
        let graph = repo::target().join(format!("deny-{rule}.json"));
        fs::write(&graph, with(told, field, value)?.to_string())?;
        let code = deny(program, &graph).args(["check", rule]).code()?;
        let expected = RULES.iter().find(|(it, _)| *it == rule).map(|(_, bit)| *bit);
        if code != expected {
            bail!("the rules for {rule} let a crate pass whose {field} is {value} ({code:?}, not {expected:?})");
        }
    }
    Ok(())
}

/// The same, but for one crate of the registry.
fn with(told: &Value, field: &str, value: &str) -> Result<Value> {
    let mut told = told.clone();
    let packages = told.get_mut("packages").and_then(Value::as_array_mut).context("cargo names no packages")?;
    let one = packages.iter_mut().find(|it| it.get("source").and_then(Value::as_str) == Some(REGISTRY));
    let one = one.and_then(Value::as_object_mut).context("cargo names no crate of the registry")?;
    one.insert(field.to_owned(), Value::from(value));
    Ok(told)
}

fn advisories(program: &Path, graph: &Path) -> Result<()> {
    let fetched = deny(program, graph).args(["fetch", "db"]).code()? == Some(0);
    if !fetched {
        println!("   advisories not checked: their database cannot be fetched from here");
        return Ok(());
    }
    deny(program, graph).args(["--offline", "check", "--hide-inclusion-graph", "advisories"]).run()
}

fn deny(program: &Path, graph: &Path) -> Run {
    Run::new(program).args(["--log-level", "warn", "--locked", "--workspace", "--metadata-path"]).arg(graph)
}
