//! No file of a crate takes from another what that takes from it again, by however many files between: whoever reads one would have
//! to read all. Circles that are meant are listed, with the reason.
//!
//! It reads the paths that sources name, as `parts` does. What a module passes on (`pub use`) is not taken by it, and counts as that
//! module's where it is; tests do not count.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result, bail};

use crate::{
    files,
    parts::{paths_in, resolved},
    repo,
};

/// Files that may stand in one circle, by the beginning of their paths, and why.
const MEANT: &[(&[&str], &str)] = &[
    (
        &[
            "crates/room/src/kinds",
            "crates/room/src/fold",
            "crates/room/src/command",
            "crates/room/src/day",
            "crates/room/src/event",
            "crates/room/src/fields",
            "crates/room/src/log",
            "crates/room/src/scan",
            "crates/room/src/seal",
            "crates/room/src/state",
            "crates/room/src/table",
            "crates/room/src/testing",
            "crates/room/src/words",
        ],
        "one table names all kinds: what an event says is one of them, the log holds events, a kind is judged by all that its past means, \
     and that is what all kinds have come to",
    ),
    (&["crates/room/src/cost"], "collections count by the counter beside which they are named"),
];

/// A module's path inside its crate.
type Module = Vec<String>;

/// Checks all crates.
///
/// # Errors
/// Names the files of each circle that is not meant, and what is meant and no circle.
pub fn check() -> Result<()> {
    let mut crates: BTreeMap<String, BTreeMap<Module, String>> = BTreeMap::new();
    for path in files::listed()?.iter().filter(|it| it.extension().is_some_and(|it| it == "rs")) {
        let Some((root, module)) = place_of(path) else { continue };
        let source = fs::read_to_string(repo::root().join(path)).with_context(|| path.display().to_string())?;
        crates.entry(root).or_default().insert(module, source);
    }
    let found = crates.iter().flat_map(|(root, modules)| {
        let name = move |module: &Module| format!("{root}/{}", module.join("/"));
        circles(modules).into_iter().map(move |circle| circle.iter().map(name).collect::<Vec<_>>())
    });
    let wrong = unmeant(&found.collect::<Vec<_>>(), MEANT);
    if !wrong.is_empty() {
        bail!("files that take from one another in a circle:\n  {}", wrong.join("\n  "));
    }
    Ok(())
}

/// What is wrong with these circles, and with what is meant of them.
fn unmeant(found: &[Vec<String>], meant: &[(&[&str], &str)]) -> Vec<String> {
    let is_in = |file: &String, files: &[&str]| files.iter().any(|it| file.starts_with(it));
    let is_meant = |circle: &&Vec<String>| meant.iter().any(|(files, _)| circle.iter().all(|it| is_in(it, files)));
    let mut wrong: Vec<String> = found.iter().filter(|it| !is_meant(it)).map(|it| it.join(", ")).collect();
    for file in meant.iter().flat_map(|(files, _)| files.iter()) {
        if !found.iter().flatten().any(|it| it.starts_with(file)) {
            wrong.push(format!("{file} is listed as part of a circle and stands in none"));
        }
    }
    wrong
}

/// The folder of a crate's sources, and the module that a file is; `None` for tests and what is no source of a crate.
fn place_of(path: &Path) -> Option<(String, Module)> {
    let path = path.with_extension("");
    let names: Vec<&str> = path.iter().filter_map(|it| it.to_str()).collect();
    let src = names.iter().position(|it| *it == "src")?;
    let (root, inside) = names.split_at_checked(src + 1)?;
    if names.first() == Some(&"tests") || inside.contains(&"tests") {
        return None;
    }
    let is_module = |it: &&str| !matches!(*it, "mod" | "lib" | "main");
    Some((root.join("/"), inside.iter().copied().filter(is_module).map(str::to_owned).collect()))
}

/// Sets of modules of which each takes from each, through others perhaps.
fn circles(modules: &BTreeMap<Module, String>) -> Vec<BTreeSet<Module>> {
    let passed = modules.iter().map(|(module, source)| (module, passed_on(module, source, modules))).collect();
    let takes: BTreeMap<&Module, BTreeSet<&Module>> =
        modules.iter().map(|(module, source)| (module, taken(module, source, modules, &passed))).collect();
    let reached = |from: &Module| {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&Module> = takes.get(from).into_iter().flatten().copied().collect();
        while let Some(module) = next.pop() {
            if reached.insert(module) {
                next.extend(takes.get(module).into_iter().flatten());
            }
        }
        reached
    };
    let reached: BTreeMap<&Module, BTreeSet<&Module>> = modules.keys().map(|it| (it, reached(it))).collect();
    let both = |a: &Module, b: &Module| reached.get(a).is_some_and(|it| it.contains(b));
    let circle = |module: &&Module| -> BTreeSet<Module> {
        modules.keys().filter(|it| both(module, it) && both(it, module)).cloned().collect()
    };
    let circles: BTreeSet<_> = modules.keys().collect::<Vec<_>>().iter().map(circle).collect();
    circles.into_iter().filter(|it| it.len() > 1).collect()
}

/// By module and name, whose the names are that it passes on.
type Passed<'a> = BTreeMap<&'a Module, BTreeMap<String, Module>>;

/// What a module passes on: `pub use log::Ix` makes `crate::Ix` the log's.
fn passed_on(own: &Module, source: &str, modules: &BTreeMap<Module, String>) -> BTreeMap<String, Module> {
    let (_, passed) = without_passed(source);
    let paths = paths_in(&passed).into_iter().filter_map(|path| inside(own, path, modules));
    paths.filter_map(|path| Some((path.last()?.clone(), path))).collect()
}

/// A source without what it passes on, and that.
fn without_passed(source: &str) -> (String, String) {
    let (mut kept, mut passed) = (String::new(), String::new());
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        // They stand at the end.
        if line.ends_with("mod tests {") {
            break;
        }
        let begins = line.trim_start();
        let passes = begins.strip_prefix("pub").and_then(|rest| {
            let rest = rest.strip_prefix('(').map_or(Some(rest), |it| it.split_once(')').map(|(_, rest)| rest));
            rest?.strip_prefix(" use ")
        });
        match passes {
            None => kept.push_str(&format!("{line}\n")),
            Some(tree) => {
                passed.push_str(&format!("{tree}\n"));
                let mut ended = tree.contains(';');
                while !ended && let Some(line) = lines.next() {
                    ended = line.contains(';');
                    passed.push_str(&format!("{line}\n"));
                }
            }
        }
    }
    (kept, passed)
}

/// A path from the crate's root, if it is one inside the crate.
fn inside(own: &Module, path: Module, modules: &BTreeMap<Module, String>) -> Option<Module> {
    match path.first()?.as_str() {
        // `pub(super)` names nothing.
        _ if path.len() < 2 => None,
        "crate" | "self" | "super" => Some(resolved(own, path)),
        child if modules.contains_key(&[&own[..], &[child.to_owned()]].concat()) => Some([&own[..], &path].concat()),
        _ => None,
    }
}

/// The modules that a source takes from.
fn taken<'a>(
    own: &Module,
    source: &str,
    modules: &'a BTreeMap<Module, String>,
    passed: &Passed<'_>,
) -> BTreeSet<&'a Module> {
    let mut taken = BTreeSet::new();
    let (source, _) = without_passed(source);
    for path in paths_in(&source) {
        let Some(mut named) = inside(own, path, modules) else { continue };
        // As long as it is passed on; no further than there are modules.
        for _ in 0..modules.len() {
            let of = (0..=named.len()).rev().find_map(|it| modules.get_key_value(named.get(..it)?));
            let Some((module, _)) = of else { break };
            let rest = named.get(module.len()..).unwrap_or_default();
            let passed = rest.first().and_then(|name| passed.get(module)?.get(name));
            match passed {
                Some(whose) if *whose != named => {
                    named = whose.iter().chain(rest.iter().skip(1)).cloned().collect();
                }
                _ => {
                    // What a root holds itself is little: all may name it.
                    taken.extend(Some(module).filter(|it| *it != own && !it.is_empty()));
                    break;
                }
            }
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let modules = files.iter().map(|(path, source)| {
            let (_, module) = place_of(Path::new(path)).expect("a source");
            (module, (*source).to_owned())
        });
        let circles = circles(&modules.collect());
        circles.into_iter().map(|it| it.into_iter().map(|it| it.join("/")).collect()).collect()
    }

    #[test]
    fn a_circle_is_found_however_it_is_named() {
        let clean = [("src/lib.rs", "mod a; mod b;"), ("src/a.rs", "use crate::b::B;"), ("src/b.rs", "struct B;")];
        assert_eq!(found(&clean), [[""; 0]; 0]);
        for back in ["use crate::a::A;", "use super::a::{A, X};", "fn f() { crate::a::f() }", "use crate::A;"] {
            let files =
                [("src/lib.rs", "pub use a::{A, f as g};"), ("src/a.rs", "use crate::b::B;"), ("src/b.rs", back)];
            assert_eq!(found(&files), [["a", "b"]], "{back}");
        }
        let through =
            [("src/a.rs", "use crate::b::B;"), ("src/b.rs", "use crate::c::C;"), ("src/c.rs", "use crate::a::A;")];
        assert_eq!(found(&through), [["a", "b", "c"]]);
    }

    #[test]
    fn a_module_and_what_lies_in_it_may_be_a_circle_and_tests_are_none() {
        let child = [("src/a.rs", "mod b; use b::B;"), ("src/a/b.rs", "use super::A;")];
        assert_eq!(found(&child), [["a", "a/b"]]);
        let methods = [("src/a.rs", "mod b; fn f(b: u8) { self.b(b) }"), ("src/a/b.rs", "impl super::A {}")];
        assert_eq!(found(&methods), [[""; 0]; 0]);
        let tests = [("src/a.rs", "use crate::b::B;"), ("src/b.rs", "#[cfg(test)]\nmod tests {\n use crate::a::A; }")];
        assert_eq!(found(&tests), [[""; 0]; 0]);
        let seen = [("src/a.rs", "mod b; use b::B;"), ("src/a/b.rs", "pub(super) struct B;")];
        assert_eq!(found(&seen), [[""; 0]; 0]);
        assert_eq!(place_of(Path::new("crates/mesh/src/sync/tests.rs")), None);
    }

    #[test]
    fn what_is_meant_passes_and_what_is_meant_in_vain_does_not() {
        let found = [vec!["src/a".to_owned(), "src/a/b".to_owned()]];
        assert_eq!(unmeant(&found, &[]).len(), 1);
        assert_eq!(unmeant(&found, &[(&["src/a"], "one thing")]), [""; 0]);
        assert_eq!(unmeant(&found, &[(&["src/a"], "one thing"), (&["src/c"], "gone")]).len(), 1);
    }
}
