//! Habits that no compiler checks: small files, modules that say what they are for, an ARCHITECTURE.md that is true.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{files, repo};

/// Longest source file, in lines.
const MAX_LINES: usize = 600;
/// Longest component or hook of the page, in lines: beyond, it is two.
const MAX_COMPONENT: usize = 60;
/// What stands above one.
const COMPONENTS: &[&str] = &["#[component]", "#[hook]"];
/// Longest line of source, in characters; what rustfmt cannot break is a little longer.
const MAX_WIDTH: usize = 200;
/// The files that may be unsafe: what cuts the page into parts, and what counts the memory that fuzzing takes.
const UNSAFE: &[&str] = &["src/parts.rs", "fuzz/src/memory.rs"];
/// The page that describes the house.
const ARCHITECTURE: &str = "ARCHITECTURE.md";
/// What makes a word in backquotes a path even without a slash.
const PATH_ENDINGS: &[&str] = &[".rs", ".toml", ".md", ".html", ".css", ".js", ".ts", ".json", ".lock", ".txt"];

/// Checks the whole repository.
///
/// # Errors
/// Lists everything that is untidy.
pub fn check() -> Result<()> {
    let files = files::listed()?;
    let mut untidy = Vec::new();
    let mut sources = Vec::new();
    for path in files.iter().filter(|path| is_source(path)) {
        let text = fs::read_to_string(repo::root().join(path)).with_context(|| path.display().to_string())?;
        untidy.extend(faults(path, &text));
        sources.push((path.as_path(), text));
    }
    untidy.extend(tests_that_never_run(&sources));
    let architecture = fs::read_to_string(repo::root().join(ARCHITECTURE))
        .with_context(|| format!("{ARCHITECTURE} describes where things live, and is missing"))?;
    let paths = mentioned(&architecture);
    if paths.is_empty() {
        untidy.push(format!("{ARCHITECTURE} mentions no path in backquotes"));
    }
    for path in paths.iter().filter(|path| !exists(path, &files)) {
        untidy.push(format!("{ARCHITECTURE} mentions {path}, which does not exist"));
    }
    if !untidy.is_empty() {
        bail!("untidy:\n  {}", untidy.join("\n  "));
    }
    Ok(())
}

fn is_source(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    matches!(extension, "rs" | "js" | "mjs" | "css")
}

fn faults(path: &Path, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |line: usize, what: &str| faults.push(format!("{}:{line}: {what}", path.display()));
    let lines = text.lines().count();
    if lines > MAX_LINES {
        fault(lines, "too long: split it by meaning (600 lines at most)");
    }
    let rust = path.extension().is_some_and(|extension| extension == "rs");
    if rust && !text.trim_start().starts_with("//!") {
        fault(1, "does not start with `//!`: say what it is for and what it deliberately does not do");
    }
    for (line, length) in components(text).filter(|(_, length)| *length > MAX_COMPONENT) {
        fault(line, &format!("a component of {length} lines is two ({MAX_COMPONENT} at most)"));
    }
    for (number, line) in text.lines().enumerate() {
        if line.chars().count() > MAX_WIDTH {
            fault(number + 1, "too wide");
        }
        // In two halves, so that this line does not find itself.
        let allows_unsafe = line.contains(concat!("(unsafe", "_code)")) && !line.contains("forbid");
        if allows_unsafe && !UNSAFE.iter().any(|it| path == Path::new(it)) {
            fault(number + 1, "nothing is unsafe here");
        }
        for word in [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("dbg", "!(")] {
            if line.contains(word) {
                fault(number + 1, &format!("{word} is not left behind"));
            }
        }
    }
    faults
}

/// Where each component and hook begins, and how many lines it has.
fn components(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let lines: Vec<_> = text.lines().collect();
    let length = move |at: usize| {
        let after = lines.get(at + 1..)?;
        let begin = after.iter().position(|it| it.contains("fn "))?;
        let indent = after.get(begin).map(|it| it.len() - it.trim_start().len())?;
        let end = format!("{:indent$}}}", "");
        let length = after.get(begin..)?.iter().position(|it| *it == end)?;
        Some((at + begin + 2, length + 1))
    };
    let marked = |(at, line): (usize, &str)| COMPONENTS.contains(&line.trim()).then_some(at);
    let marked: Vec<_> = text.lines().enumerate().filter_map(marked).collect();
    marked.into_iter().filter_map(length)
}

/// What is compiled for the browser alone, and so tested by its runner alone: the page itself, the node that lies, and modules that
/// a crate has only there.
const IN_BROWSER: &[&str] = &["src", "tests/hostile/src"];
/// How such a module is declared.
const ONLY_THERE: &[&str] =
    &["#[cfg(target_arch = \"wasm32\")]", "#[cfg(all(target_arch = \"wasm32\", feature = \"indexed-db\"))]"];
/// What makes `#[test]` a test that the browser's runner finds.
const FOUND_THERE: &str = "wasm_bindgen_test as test;";

/// Tests that compile and that no runner ever sees: plain `#[test]`s in what only the browser compiles.
fn tests_that_never_run(sources: &[(&Path, String)]) -> Vec<String> {
    let mut there: Vec<PathBuf> = IN_BROWSER.iter().map(PathBuf::from).collect();
    for (path, text) in sources {
        let Some(folder) = path.parent() else { continue };
        for declared in ONLY_THERE.iter().flat_map(|it| text.split(it).skip(1)) {
            let line = declared.trim_start().lines().next().unwrap_or_default();
            let line = line.trim_start_matches("pub ").trim_start_matches("(crate) ");
            if let Some(name) = line.strip_prefix("mod ").and_then(|it| it.strip_suffix(';')) {
                there.extend([folder.join(name), folder.join(format!("{name}.rs"))]);
            }
        }
    }
    let unseen = |(path, text): &&(&Path, String)| {
        let plain = text.lines().any(|line| line.trim() == "#[test]") && !text.contains(FOUND_THERE);
        plain && there.iter().any(|it| path.starts_with(it))
    };
    let fault = |(path, _): &(&Path, String)| {
        format!("{}: its tests never run: `use wasm_bindgen_test::{FOUND_THERE}` among them", path.display())
    };
    sources.iter().filter(unseen).map(fault).collect()
}

/// Words in backquotes that look like paths, outside of code blocks; what follows a `#` or `:` is a place within the file.
fn mentioned(page: &str) -> BTreeSet<String> {
    let mut inside_block = false;
    let mut paths = BTreeSet::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            inside_block = !inside_block;
        } else if !inside_block {
            let words = line.split('`').skip(1).step_by(2);
            paths.extend(
                words
                    .filter(|word| looks_like_path(word))
                    .map(|word| word.split(['#', ':']).next().unwrap_or(word).trim_start_matches("./").to_owned()),
            );
        }
    }
    paths
}

fn looks_like_path(word: &str) -> bool {
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "._-/#:".contains(c));
    let path = word.contains('/') || PATH_ENDINGS.iter().any(|ending| word.ends_with(ending));
    // `::` is a name in Rust, a leading slash a protocol or an address.
    plain && path && !word.contains("::") && !word.contains("//") && !word.starts_with(['/', '#'])
}

/// Whether a file of the repository has this path, or is in a folder that has. What is built does not count, but for the folders
/// that the build is known to fill.
fn exists(path: &str, files: &[PathBuf]) -> bool {
    const BUILT: &[&str] = &["dist", "target", "node_modules"];
    let path = path.trim_end_matches('/');
    BUILT.contains(&path.split('/').next().unwrap_or(path)) || files.iter().any(|file| file.starts_with(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_other_words() {
        let page = "See `crates/room` and `src/main.rs#L3`, `Trunk.toml`; not `std::fs`, `/webrtc/p2p`, `a b/c`, \
                    `wss://x/y`, `room`.\n```text\n`crates/none`\n```\n";
        let expected = ["Trunk.toml", "crates/room", "src/main.rs"].map(str::to_owned);
        assert_eq!(mentioned(page), BTreeSet::from(expected));
    }

    #[test]
    fn a_path_that_is_gone_is_noticed() {
        let files = [PathBuf::from("crates/room/src/lib.rs"), PathBuf::from("Trunk.toml")];
        assert!(exists("crates/room/", &files) && exists("Trunk.toml", &files) && exists("dist/", &files));
        assert!(!exists("crates/roo", &files) && !exists("Trunk.tom", &files));
    }

    #[test]
    fn a_test_that_no_runner_sees_is_named() {
        let plain = "mod tests {\n    #[test]\n    fn x() {}\n}\n".to_owned();
        let seen = format!("use wasm_bindgen_test::{FOUND_THERE}\n{plain}");
        for declared in ONLY_THERE {
            let lib = format!("//! A.\n{declared}\npub mod web;\nmod native;\n");
            let files = [
                ("crates/a/src/lib.rs", lib),
                ("crates/a/src/web.rs", plain.clone()),
                ("crates/a/src/web/deep.rs", plain.clone()),
                ("crates/a/src/native.rs", plain.clone()),
                ("src/page.rs", plain.clone()),
                ("src/other.rs", seen.clone()),
            ];
            let sources: Vec<_> = files.iter().map(|(path, text)| (Path::new(path), text.clone())).collect();
            let faults = tests_that_never_run(&sources);
            let named: Vec<_> = faults.iter().filter_map(|it| it.split(':').next()).collect();
            assert_eq!(named, ["crates/a/src/web.rs", "crates/a/src/web/deep.rs", "src/page.rs"]);
        }
    }

    #[test]
    fn each_fault_is_named_with_its_line() {
        let path = Path::new("src/a.rs");
        assert_eq!(faults(path, "//! Good.\nfn f() {}\n"), Vec::<String>::new());
        assert!(faults(path, "fn f() {}\n")[0].contains("src/a.rs:1"));
        let component =
            |lines: usize| format!("//! x\n#[component]\npub fn A() -> Html {{\n{}}}\n", "    x\n".repeat(lines - 2));
        assert_eq!(faults(path, &component(MAX_COMPONENT)), Vec::<String>::new());
        assert!(faults(path, &component(MAX_COMPONENT + 1))[0].contains("src/a.rs:3: a component of 61"));
        assert!(faults(path, &"//! x\n".repeat(MAX_LINES + 1))[0].contains("too long"));
        assert!(faults(path, concat!("//! x\n// TO", "DO\n"))[0].contains("src/a.rs:2"));
        let allowed = concat!("//! x\n#[allow(unsafe", "_code)]\n");
        assert!(faults(path, allowed)[0].contains("src/a.rs:2"));
        assert_eq!(faults(Path::new(UNSAFE[0]), allowed), Vec::<String>::new());
        assert!(faults(Path::new("a.css"), &format!("/* {} */", "x".repeat(MAX_WIDTH)))[0].contains("too wide"));
    }
}
