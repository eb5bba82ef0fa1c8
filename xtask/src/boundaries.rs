//! Which crate may know which: the arrows of ARCHITECTURE.md, proved from what cargo resolves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{files, process::Run, repo};

/// What each of our crates may depend on among our crates. A crate that is not named here must be added on purpose.
const ARROWS: &[(&str, &[&str])] = &[
    ("paceline-room", &[]),
    ("paceline-mesh", &["paceline-room"]),
    ("libp2p-webrtc-browser", &[]),
    ("paceline-net", &["paceline-mesh", "paceline-room", "libp2p-webrtc-browser"]),
    ("paceline-store", &["paceline-room"]),
    ("paceline-node", &["paceline-mesh", "paceline-room", "paceline-store"]),
    ("paceline-host", &["paceline-mesh", "paceline-net", "paceline-room"]),
    (
        "paceline",
        &["paceline-mesh", "paceline-net", "paceline-node", "paceline-room", "paceline-store", "libp2p-webrtc-browser"],
    ),
    ("paceline-scan", &[]),
    // Test-only pages may use everything that ships, and nothing that ships may use them.
    ("paceline-hostile", &["paceline-mesh", "paceline-net", "paceline-room", "libp2p-webrtc-browser"]),
    // Every decoder is tried natively, from one place.
    (
        "paceline-fuzz",
        &[
            "paceline-fuzz-engine",
            "paceline-host",
            "paceline-mesh",
            "paceline-net",
            "paceline-room",
            "paceline-store",
            "libp2p-webrtc-browser",
        ],
    ),
    ("paceline-fuzz-engine", &[]),
    // Whole nodes, without a page and without a network.
    ("paceline-storm", &["paceline-fuzz-engine", "paceline-mesh", "paceline-node", "paceline-room", "paceline-store"]),
    ("xtask", &[]),
];

/// Pure: given the same input they do the same everywhere, so they must not even be able to reach the browser, the network, a
/// clock or randomness.
const PURE: &[&str] = &["paceline-room", "paceline-mesh", "paceline-node"];

/// What the pure crates must not reach, each with the reason; a name that ends with `*` stands for all that start so.
const IMPURE: &[(&str, &str)] = &[
    ("web-sys", "the browser"),
    ("js-sys", "the browser"),
    ("wasm-bindgen*", "the browser"),
    ("gloo*", "the browser"),
    ("yew*", "the screen"),
    ("idb", "storage"),
    ("libp2p*", "the network"),
    ("tokio*", "the network and timers"),
    ("hyper*", "the network"),
    ("socket2", "the network"),
    ("mio", "the network"),
    ("async-std", "the network and timers"),
    ("futures-timer", "timers"),
    ("web-time", "a clock"),
    ("instant", "a clock"),
    ("chrono", "a clock"),
    ("time", "a clock"),
    ("getrandom", "randomness"),
    ("rand", "randomness"),
    ("fastrand", "randomness"),
    ("uuid", "randomness"),
];

/// What only a node does, and where a page would do it: signing events and writing to storage.
const OF_A_NODE: &[&str] = &[
    ".sign(",
    ".commit(",
    ".commit_with(",
    ".put_words(",
    ".drop_words(",
    "Durability",
    "Input::Own",
    "Input::Stored",
];

/// Checks every arrow and the reach of the pure crates.
///
/// # Errors
/// Names the crate that knows what it must not.
pub fn check() -> Result<()> {
    check_page()?;
    let metadata = Run::cargo().args(["metadata", "--format-version", "1", "--no-deps", "--locked"]).read()?;
    let arrows = arrows_of(&serde_json::from_str(&metadata)?)?;
    let mut wrong = wrong_arrows(&arrows);
    for name in PURE {
        for target in ["wasm32-unknown-unknown", "all"] {
            let tree = Run::cargo()
                .args(["tree", "--locked", "--package", name, "--edges", "normal,build", "--target", target])
                .args(["--prefix", "none", "--format", "{p}"])
                .read()?;
            wrong.extend(impure(name, tree.lines().filter_map(|line| line.split(' ').next())));
        }
    }
    if !wrong.is_empty() {
        bail!(
            "crates know what they must not (see ARCHITECTURE.md):\n{}",
            wrong.into_iter().collect::<Vec<_>>().join("\n")
        );
    }
    Ok(())
}

/// The page signs nothing and stores nothing by itself: that is its node's.
fn check_page() -> Result<()> {
    let mut wrong = Vec::new();
    for path in files::listed()? {
        let name = path.display().to_string();
        if name.starts_with("src/") && name.ends_with(".rs") {
            let source = fs::read_to_string(repo::root().join(&path)).with_context(|| name.clone())?;
            wrong.extend(
                done_by_a_node(&source).map(|what| format!("  {name} has `{what}`, which is its node's to do")),
            );
        }
    }
    if !wrong.is_empty() {
        bail!("the page does what only a node does (see ARCHITECTURE.md):\n{}", wrong.join("\n"));
    }
    Ok(())
}

fn done_by_a_node(source: &str) -> impl Iterator<Item = &'static str> {
    OF_A_NODE.iter().copied().filter(move |what| source.contains(what))
}

/// Our crates and the ones among them that each depends on, test dependencies apart.
fn arrows_of(metadata: &Value) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let ours: BTreeSet<String> = packages.iter().map(name).collect();
    Ok(packages
        .iter()
        .map(|package| {
            let known = package["dependencies"].as_array().into_iter().flatten();
            let known = known.filter(|dependency| dependency["kind"].as_str() != Some("dev")).map(name);
            (name(package), known.filter(|dependency| ours.contains(dependency)).collect())
        })
        .collect())
}

fn wrong_arrows(arrows: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = BTreeSet::new();
    for (name, known) in arrows {
        let Some(allowed) = allowed.get(name.as_str()) else {
            wrong.insert(format!("  {name} is a new crate: say in xtask/src/boundaries.rs what it may know"));
            continue;
        };
        for other in known.iter().filter(|other| !allowed.contains(&other.as_str())) {
            wrong.insert(format!("  {name} depends on {other}"));
        }
    }
    wrong
}

fn impure<'a>(name: &str, reached: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let matches = |pattern: &str, reached: &str| match pattern.strip_suffix('*') {
        Some(start) => reached.starts_with(start),
        None => reached == pattern,
    };
    reached
        .filter_map(|reached| {
            let (_, what) = IMPURE.iter().find(|(pattern, _)| matches(pattern, reached))?;
            Some(format!("  {name} is pure, but reaches {what} through {reached}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrow(from: &str, to: &str) -> BTreeMap<String, BTreeSet<String>> {
        BTreeMap::from([(from.to_owned(), BTreeSet::from([to.to_owned()]))])
    }

    #[test]
    fn an_arrow_against_the_plan_is_found() {
        assert!(wrong_arrows(&arrow("paceline-node", "paceline-store")).is_empty());
        assert_eq!(wrong_arrows(&arrow("paceline-node", "paceline-net")).len(), 1);
        assert!(wrong_arrows(&arrow("paceline-mesh", "paceline-room")).is_empty());
        assert_eq!(wrong_arrows(&arrow("paceline-room", "paceline-mesh")).len(), 1);
        assert_eq!(wrong_arrows(&arrow("paceline", "paceline-host")).len(), 1);
        assert_eq!(wrong_arrows(&arrow("paceline", "paceline-hostile")).len(), 1);
        assert_eq!(wrong_arrows(&arrow("paceline-new", "paceline-room")).len(), 1);
    }

    #[test]
    fn a_page_that_signs_or_stores_is_found() {
        assert_eq!(done_by_a_node("let signed = draft.sign(&keypair)?;").collect::<Vec<_>>(), [".sign("]);
        assert_eq!(done_by_a_node("store.commit_with(blocks, unsent, Durability::Strict)").count(), 2);
        assert_eq!(done_by_a_node("engine.node.write(true, None, make).await").count(), 0);
    }

    #[test]
    fn test_dependencies_are_free() {
        let metadata = serde_json::json!({"packages": [
            {"name": "a", "dependencies": [{"name": "b", "kind": "dev"}, {"name": "c", "kind": null}, {"name": "x", "kind": null}]},
            {"name": "b", "dependencies": []},
            {"name": "c", "dependencies": []},
        ]});
        assert_eq!(arrows_of(&metadata).unwrap()["a"], BTreeSet::from(["c".to_owned()]));
    }

    #[test]
    fn the_browser_the_network_and_the_clock_are_found_by_name_and_by_family() {
        let reached = ["serde", "wasm-bindgen-futures", "libp2p-identity", "web-time", "randomize"];
        assert_eq!(impure("paceline-room", reached.into_iter()).len(), 3);
    }
}
