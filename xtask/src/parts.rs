//! Which part of the page may know which: what people see knows snapshots and commands, and no view knows another.
//!
//! It reads the paths that sources name (`crate::..`, `super::..`), as written. What a macro would make of them it does not see.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::{files, repo};

/// What is drawn: snapshots and commands are all it knows.
const DRAWN: &[&str] = &["views", "components", "pages", "hooks"];
/// What is behind the session, which alone knows it.
const BEHIND: &[&str] = &["paceline_net", "paceline_mesh", "paceline_store", "paceline_node"];
/// Who may not name what in the page, each with the reason.
const BELOW: &[(&str, &[&str], &str)] = &[
    ("components", &["views", "pages"], "it is what several views are made of"),
    ("hooks", &["views", "pages", "components"], "it is what all that is drawn stands on"),
    ("views", &["pages"], "pages say where views stand"),
    ("session", &["views", "pages", "components", "hooks"], "it publishes snapshots, whoever draws them"),
];

/// Where the room's kinds stand, one a line of the table.
const KINDS: &str = "crates/room/src/kinds.rs";
/// What only a node does: events, the keys that sign them, what is stored together. By crate, as it is named there.
const A_NODES: &[(&str, &[&str])] = &[
    ("paceline_room", &["Body", "Draft", "Event", "Keypair", "Stored", "Words"]),
    ("paceline_store", &["Change", "Durability"]),
];
/// The same by what is called.
const A_NODES_CALLS: &[&str] = &["commit", "commit_with", "drop_words", "put_words", "sign"];

/// Checks the page's sources.
///
/// # Errors
/// Names each file and what it must not know.
pub fn check() -> Result<()> {
    let files = files::listed()?;
    let views = views(files.iter().map(|it| it.as_path()));
    let kinds = kinds(&fs::read_to_string(repo::root().join(KINDS)).context(KINDS)?);
    if kinds.is_empty() {
        bail!("{KINDS}: the table of kinds is not found");
    }
    let mut wrong = Vec::new();
    for path in files.iter().filter(|it| it.starts_with("src") && it.extension().is_some_and(|it| it == "rs")) {
        let source = fs::read_to_string(repo::root().join(path)).with_context(|| path.display().to_string())?;
        let faults = faults(path, &source, &views).into_iter().chain(a_nodes(path, &source, &kinds));
        wrong.extend(faults.map(|it| format!("  {}: {it}", path.display())));
    }
    if !wrong.is_empty() {
        bail!("parts of the page know what they must not (see ARCHITECTURE.md):\n{}", wrong.join("\n"));
    }
    Ok(())
}

/// The views: the folders in `src/views`. Files there are what they share, and the tables of them.
fn views<'a>(files: impl Iterator<Item = &'a Path>) -> BTreeSet<String> {
    let folder = |path: &Path| {
        let mut inside = path.strip_prefix("src/views").ok()?.components();
        let first = inside.next()?.as_os_str().to_str()?.to_owned();
        inside.next().map(|_| first)
    };
    files.filter_map(folder).collect()
}

/// The kinds of events, as the table names them: `Posted = "posted",`.
fn kinds(table: &str) -> BTreeSet<String> {
    let kind = |line: &str| {
        let (kind, name) = line.trim().split_once(" = \"")?;
        let is_kind = kind.starts_with(|c: char| c.is_ascii_uppercase()) && kind.chars().all(char::is_alphanumeric);
        (is_kind && name.ends_with("\",")).then(|| kind.to_owned())
    };
    table.lines().filter_map(kind).collect()
}

/// What the session names and only a node may: it publishes, and hands over commands.
fn a_nodes(path: &Path, source: &str, kinds: &BTreeSet<String>) -> BTreeSet<String> {
    let mut faults = BTreeSet::new();
    // Tests of nodes in a browser are no part of it.
    if !path.starts_with("src/session") || path.ends_with("tests.rs") {
        return faults;
    }
    for named in paths_in(source) {
        let Some((first, inside)) = named.split_first() else { continue };
        let crates = A_NODES.iter().filter(|(it, _)| it == first);
        let is_kind = |name: &String| first == "paceline_room" && kinds.contains(name);
        for name in inside {
            if crates.clone().any(|(_, names)| names.contains(&&**name)) || is_kind(name) {
                faults.insert(format!("names {name} of {first}: events are a node's affair"));
            }
        }
        if let Some(call) = named.last().filter(|it| A_NODES_CALLS.contains(&&***it)) {
            faults.insert(format!("calls {call}: a node signs and stores"));
        }
    }
    faults
}

/// What one file knows and must not.
fn faults(path: &Path, source: &str, views: &BTreeSet<String>) -> BTreeSet<String> {
    let module = module_of(path);
    let Some(part) = module.first().cloned() else { return BTreeSet::new() };
    let own = module.get(1).filter(|it| part == "views" && views.contains(*it));
    let mut faults = BTreeSet::new();
    for named in paths_in(source) {
        let named = resolved(&module, named);
        let Some(first) = named.first() else { continue };
        if DRAWN.contains(&&*part) && BEHIND.contains(&&**first) {
            faults.insert(format!("names {first}: snapshots and commands are all it may know"));
        }
        for (_, others, why) in BELOW.iter().filter(|(it, ..)| *it == part) {
            if others.contains(&&**first) {
                faults.insert(format!("names {first}: {why}"));
            }
        }
        if let (Some(own), Some(other)) = (own, named.get(1).filter(|it| first == "views" && views.contains(*it)))
            && own != other
        {
            faults.insert(format!("the view {own} names the view {other}: what both need is a component"));
        }
    }
    faults
}

/// The module of a file: `src/views/batons/open.rs` is `views::batons::open`.
fn module_of(path: &Path) -> Vec<String> {
    let inside = path.strip_prefix("src").unwrap_or(path).with_extension("");
    let names = inside.components().filter_map(|it| it.as_os_str().to_str().map(str::to_owned));
    names.filter(|it| it != "mod" && it != "main").collect()
}

/// A path from the crate's root, or from another crate.
pub fn resolved(module: &[String], path: Vec<String>) -> Vec<String> {
    let up = path.iter().take_while(|it| *it == "super").count();
    match path.first().map(String::as_str) {
        Some("crate") => path.into_iter().skip(1).collect(),
        Some("self") => module.iter().cloned().chain(path.into_iter().skip(1)).collect(),
        Some("super") => {
            let from = module.iter().take(module.len().saturating_sub(up)).cloned();
            from.chain(path.into_iter().skip(up)).collect()
        }
        _ => path,
    }
}

/// All paths that a source names, those of `use a::{b, c::d}` one by one.
pub fn paths_in(source: &str) -> Vec<Vec<String>> {
    let words = words_of(source);
    let (mut paths, mut at) = (Vec::new(), 0);
    while at < words.len() {
        at = if is_name(&words[at]) { path(&words, at, &[], &mut paths) } else { at + 1 };
    }
    paths
}

/// Reads a path or a tree of them; returns where it ends.
fn path(words: &[String], mut at: usize, before: &[String], paths: &mut Vec<Vec<String>>) -> usize {
    let mut names = before.to_vec();
    loop {
        match words.get(at).map(String::as_str) {
            Some("{") => {
                at += 1;
                while let Some(word) = words.get(at).filter(|it| *it != "}") {
                    at = if word == "," { at + 1 } else { path(words, at, &names, paths) };
                }
                return at + 1;
            }
            Some(word) => names.push(word.to_owned()),
            None => break,
        }
        at += 1;
        if words.get(at).map(String::as_str) != Some("::") {
            break;
        }
        at += 1;
    }
    paths.push(names);
    at
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names, `::` and other signs, without comments and strings.
fn words_of(source: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '"' {
            string(rest)
        } else if rest.starts_with("::") {
            words.push("::".to_owned());
            2
        } else if is_name(rest) {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            words.push(rest[..end].to_owned());
            end
        } else {
            if !first.is_whitespace() {
                words.push(first.to_string());
            }
            // A quote as a letter is no beginning of a string.
            if rest.starts_with("'\"'") { 3 } else { first.len_utf8() }
        };
        rest = &rest[length..];
    }
    words
}

/// How long the string is that a text begins with.
fn string(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_file(path: &str, source: &str) -> Vec<String> {
        let views = ["batons", "loops", "stream"].map(str::to_owned).into();
        faults(Path::new(path), source, &views).into_iter().collect()
    }

    #[test]
    fn a_view_that_names_another_is_found_however_it_does() {
        let tree = "use crate::{\n    texts::t,\n    views::{cards, loops::{self, waiting}},\n};";
        for source in ["use super::super::loops::waiting;", "fn f() { crate::views::loops::waiting() }", tree] {
            let faults = in_file("src/views/batons/open.rs", source);
            assert!(faults.len() == 1 && faults[0].contains("loops"), "{source}: {faults:?}");
        }
        assert_eq!(in_file("src/views/batons/mod.rs", "use super::{cards::Kind, stream::step};").len(), 1);
        assert_eq!(
            in_file("src/views/batons/mod.rs", "use super::{cards::Kind, View}; mod open; use self::open::O;"),
            [""; 0]
        );
        assert_eq!(
            in_file("src/views/mod.rs", "mod batons; static VIEWS: [View; 2] = [batons::VIEW, loops::VIEW];"),
            [""; 0]
        );
        assert_eq!(in_file("src/views/cards.rs", "use super::{batons, stream};"), [""; 0]);
    }

    #[test]
    fn what_is_behind_the_session_is_found_in_all_that_is_drawn() {
        for path in ["src/views/loops/mod.rs", "src/components/disc.rs", "src/pages/room.rs", "src/hooks/draft.rs"] {
            assert_eq!(in_file(path, "use paceline_store::{Draft, Place};").len(), 1, "{path}");
            assert_eq!(
                in_file(path, "use paceline_room::Cid; // not paceline_mesh\nconst A: &str = \"paceline_net\";"),
                [""; 0]
            );
        }
        assert_eq!(in_file("src/session/mod.rs", "use paceline_store::Draft;"), [""; 0]);
    }

    #[test]
    fn components_know_no_view_and_the_session_nothing_that_is_drawn() {
        assert_eq!(in_file("src/components/disc.rs", "use crate::views::loops::waiting;").len(), 1);
        assert_eq!(in_file("src/session/view.rs", "use crate::{hooks::use_now, components};").len(), 2);
        assert_eq!(in_file("src/pages/room.rs", "use crate::{views::View, components::icons::Icon};"), [""; 0]);
    }

    #[test]
    fn the_session_names_no_event_no_key_and_no_transaction() {
        let kinds = kinds("    posts: Posts lasting {\n        Posted = \"posted\",\n    }\n    let a = \"b\",\n");
        assert_eq!(kinds, BTreeSet::from(["Posted".to_owned()]));
        let faults = |source: &str| a_nodes(Path::new("src/session/act.rs"), source, &kinds).len();
        assert_eq!(faults("use paceline_room::{Cid, Keypair, body::{Answer, Posted}};"), 2);
        assert_eq!(faults("use paceline_store::Durability; fn f() { store.commit(all); Founding::sign(key) }"), 3);
        assert_eq!(faults("use paceline_room::{Cid, command::Command}; use paceline_store::{Draft, Store};"), 0);
        assert_eq!(a_nodes(Path::new("src/session/tests.rs"), "use paceline_room::Keypair;", &kinds).len(), 0);
    }

    #[test]
    fn views_are_folders_and_tables_are_files() {
        let files = ["src/views/mod.rs", "src/views/cards.rs", "src/views/loops/mod.rs", "src/app.rs"].map(Path::new);
        assert_eq!(views(files.into_iter()), BTreeSet::from(["loops".to_owned()]));
    }
}
