//! Names as text: of blocks, of nodes, of days, of places where something is written, of folders.

use std::{fmt::Display, str::FromStr};

use paceline_fuzz_engine::{Chance, Target};
use paceline_room::{Cid, Day, Keypair, NodeId};
use paceline_store::Place;

use crate::memory::bounded;

pub(crate) const NAMES: Target = Target {
    name: "names",
    check,
    make,
    words: &["bafyrei", "12D3KooW", "reply/", "feedback/", "/question", "composer", "2026-", "%41", "%2F", "/"],
    most: 1024,
};

fn make(chance: &mut Chance) -> Vec<u8> {
    let cid = Cid::from_digest(chance.array());
    match chance.below(5) {
        0 => cid.to_string(),
        1 => Keypair::from_secret(chance.array()).node().to_string(),
        2 => format!("{:04}-{:02}-{:02}", chance.below(3_000), chance.below(14), chance.below(33)),
        3 => {
            let name = chance.of(&["composer", "reply/", "edit/", "feedback/", "answer/"]).copied().unwrap_or_default();
            let about = if name.ends_with('/') { cid.to_string() } else { String::new() };
            format!("{name}{about}{}", if name.starts_with('f') { "/concern" } else { "" })
        }
        _ => chance.text(&["/", "a", "%41", "%2f", "%", "é", "room", "index.html"], 9),
    }
    .into_bytes()
}

/// What is read has one spelling: it is written as it was read.
fn check(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let folder = paceline_store::folder(text);
    let escaped = |it: &str| it.len() >= 2 && it.bytes().take(2).all(|digit| digit.is_ascii_hexdigit());
    // A browser's path has no `%` that escapes nothing but where somebody typed it.
    if text.split('%').skip(1).all(escaped) {
        assert_eq!(paceline_store::folder(&folder), folder, "the folder of a folder is another");
    }
    spelt::<Cid>(text) | spelt::<NodeId>(text) | spelt::<Day>(text) | spelt::<Place>(text)
}

fn spelt<T: FromStr + Display + PartialEq>(text: &str) -> bool {
    let Ok(read) = bounded(text.as_bytes(), 8, 1024, || text.parse::<T>()) else { return false };
    let spelt = read.to_string();
    assert_eq!(spelt, text, "there is another spelling of it");
    true
}
