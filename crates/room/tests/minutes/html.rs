//! The minutes as a page of their own: all that Markdown says, and nothing that people write makes a part of it, loads or runs.

use paceline_room::{
    Cid,
    minutes::{Minutes, Wording, html, markdown, minutes},
    testing::World,
};
use proptest::prelude::*;

use crate::{
    english::English,
    page::{end, folded, held},
};

fn shown(world: &World, meeting: Cid) -> (String, String) {
    let (fold, log) = folded(world);
    let minutes = minutes(&fold, &log, &meeting).expect("a meeting");
    (html(&minutes, &English(&fold), "en"), markdown(&minutes, &English(&fold)))
}

/// The tags of a page in order, each with its attributes.
fn tags(page: &str) -> Vec<&str> {
    page.split('<').skip(1).map(|it| it.split('>').next().expect("a tag")).collect()
}

/// What stands between the tags, words alone.
fn text(page: &str) -> String {
    let body = page.split_once("<body>").expect("a body").1;
    let words: String = body.split('<').map(|it| it.split_once('>').map_or(it, |(_, words)| words)).collect();
    let plain = words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    plain.replace("&amp;", "&")
}

/// The notes, which as a page say the same.
pub fn both(minutes: &Minutes, wording: &dyn Wording) -> String {
    let notes = markdown(minutes, wording);
    assert_said(&html(minutes, wording, "en"), &notes);
    notes
}

/// The page says all that the notes say, in their order.
fn assert_said(page: &str, notes: &str) {
    let said = text(page);
    let mut rest = said.as_str();
    // What is contested stands beneath what corrects it, as there.
    for line in notes.lines() {
        let words = line.replace("**", "").replace("[x]", "☑").replace("[ ]", "☐").replace('\\', "");
        for part in words.trim_start_matches(['#', '-', ' ']).split(['(', ')', ';', ':']).map(str::trim) {
            let at = rest.find(part).unwrap_or_else(|| panic!("{part:?} of {line:?} in {rest}"));
            rest = &rest[at + part.len()..];
        }
    }
}

#[test]
fn the_page_says_all_that_the_notes_say_in_their_order() {
    let (mut world, meeting) = held("It moved.\nAnd how");
    end(&mut world, meeting, "See you");
    let (page, notes) = shown(&world, meeting);
    assert_said(&page, &notes);
    let correction = page.find("Cleo corrects").expect("a correction");
    assert!(correction < page.find("Ben had written").expect("what it corrects"));
    assert!(page.contains("<li dir=\"auto\" class=\"contested\">Cleo corrects"), "{page}");
}

#[test]
fn the_page_needs_nothing_else_and_runs_nothing() {
    let (world, meeting) = held("https://example.org/ <img src=https://example.org/x> javascript:alert(1)");
    let (page, _) = shown(&world, meeting);
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
    let policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
                  base-uri 'none'; form-action 'none'\">";
    assert!(page.find(policy).is_some_and(|at| at < page.find("<style>").expect("a style")));
    assert!(page.contains("@media print") && page.contains("prefers-color-scheme: dark"));
    for never in ["script", "link", "img", "iframe", "object", "a", "form", "base"] {
        let is = |tag: &&str| tag.trim_start_matches('/').split([' ', '\n']).next() == Some(never);
        assert!(!tags(&page).iter().any(is), "{never}");
    }
    assert!(!tags(&page).iter().any(|tag| tag.contains("src=") || tag.contains("href=") || tag.contains(" on")));
    assert!(!page.contains("url(") && !page.contains("@import"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_people_write_makes_a_part_of_the_page(
        text in "(<|>|&|\"|'|</li>|<script>|<!--|-->|]]>|&lt;|\\PC|\\n){1,24}",
    ) {
        let (plain, meeting) = held("word");
        let expected = shown(&plain, meeting).0;
        let (world, meeting) = held(&text);
        let page = shown(&world, meeting).0;
        // Lines that were broken apart, all other tags are those of the page.
        let of = |page: &str| tags(page).into_iter().filter(|it| *it != "br").map(String::from).collect::<Vec<_>>();
        prop_assert_eq!(of(&page), of(&expected), "{}", page);
    }
}
