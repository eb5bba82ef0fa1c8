//! What is drawn of a text: examples of each kind, and texts made by chance of which no letter may be lost. How it looks is not
//! tested here.

use wasm_bindgen_test::wasm_bindgen_test as test;
use yew::virtual_dom::VNode;

use super::*;

/// The words that are drawn, and where links lead.
fn drawn(text: &str) -> (String, Vec<String>) {
    let (mut words, mut links) = (String::new(), Vec::new());
    read(&render(text), &mut words, &mut links, false);
    (words, links)
}

fn read(node: &Html, words: &mut String, links: &mut Vec<String>, inside: bool) {
    match node {
        VNode::VText(text) => words.push_str(&text.text),
        VNode::VList(list) => list.iter().for_each(|it| read(it, words, links, inside)),
        VNode::VTag(tag) => {
            let href = tag.attributes.iter().find(|(name, _)| *name == "href").map(|(_, to)| to.to_owned());
            assert!(!(inside && href.is_some()), "a link in a link");
            let inside = inside || href.is_some();
            links.extend(href);
            match tag.tag() {
                "br" => words.push('\n'),
                // A line across is seen.
                "hr" => words.push('―'),
                _ => {}
            }
            if let Some(children) = tag.children() {
                read(children, words, links, inside);
            }
            if matches!(tag.tag(), "p" | "li" | "pre") {
                words.push('\n');
            }
        }
        other => panic!("{other:?} is nothing that words are drawn with"),
    }
}

fn shows(text: &str) -> String {
    drawn(text).0.trim().to_owned()
}

fn leads(text: &str) -> Vec<String> {
    drawn(text).1
}

#[test]
fn what_stands_after_a_lone_carriage_return_is_there() {
    for text in ["    0\n\r3", "    0\r\n\r\n3", "0\r3", "- 0\r\r  3", "> 0\r3", "```\r0\r```\r3"] {
        let (shown, _) = drawn(text);
        assert!(shown.contains('0') && shown.contains('3'), "{text:?} is {shown:?}");
    }
}

#[test]
fn raw_html_stays_text() {
    let drawn = format!("{:?}", render("a <img src=x onerror=alert(1)> b\n\n<script>x</script>"));
    assert!(!drawn.contains("VTag { inner: Other { tag: \"script\"") && !drawn.contains("\"img\""), "{drawn}");
    assert_eq!(shows("<!-- secret -->\nmore"), "<!-- secret -->\nmore");
}

#[test]
fn deep_nesting_is_flattened_and_loses_no_words() {
    assert!(shows(&format!("{} deep", ">".repeat(5_000))).contains("deep"));
    let list: String = (0..200).map(|n| format!("{}1. a{n}\n", " ".repeat(n * 3))).collect();
    let shown = shows(&list);
    assert!((0..200).all(|n| shown.contains(&format!("a{n}"))), "{shown}");
    assert_eq!(leads(&format!("{} [x](https://example.org)", ">".repeat(50))), ["https://example.org"]);
}

#[test]
fn what_defines_a_reference_is_shown_where_it_stands() {
    assert_eq!(shows("[Note]: yes"), "[Note]: yes");
    assert_eq!(shows("[a]: one\n[a]: two"), "[a]: one\n[a]: two");
    assert_eq!(shows("[^1]: a note"), "[^1]: a note");
    assert_eq!(shows("before\n\n[Note]: yes\n\nafter"), "before\n[Note]: yes\nafter");
    assert_eq!(shows("[Note]: yes\nafter"), "[Note]: yes\nafter");
    for inside in
        ["> [Note]: yes", "- [Note]: yes", "1. [Note]: yes\n2. more", "> > [Note]: yes\n> x", "- a\n\n  [Note]: yes"]
    {
        assert!(shows(inside).contains("[Note]: yes"), "{inside}: {}", shows(inside));
    }
    let (shown, links) = drawn("See [the plan][p] and [p]\n\n[p]: https://example.org/plan \"the title\"");
    assert_eq!(links, ["https://example.org/plan"; 3]);
    assert!(shown.contains("[p]: https://example.org/plan \"the title\""), "{shown}");
    // What it refers to leads nowhere, so it is no link and shown as it was written.
    assert_eq!(shows("See [Note], [x][note], [Note][]\n\n[Note]: yes"), "See [Note], [x][note], [Note][]\n[Note]: yes");
}

#[test]
fn links_without_words_and_addresses_without_links_can_be_read() {
    assert_eq!(
        drawn("![](https://example.org/plan.png)"),
        ("https://example.org/plan.png\n".into(), vec!["https://example.org/plan.png".into()])
    );
    assert_eq!(drawn("[](https://example.org)"), ("https://example.org\n".into(), vec!["https://example.org".into()]));
    assert_eq!(shows("[call me](tel:+49123)"), "call me (tel:+49123)");
    assert_eq!(shows("![a cat](cat.png)"), "a cat (cat.png)");
    assert_eq!(shows("<tel:+49123>"), "<tel:+49123>");
    assert_eq!(shows("[](tel:+49123)"), "tel:+49123");
    assert_eq!(shows("[click](javascript:alert(1))"), "click (javascript:alert(1))");
    assert!(leads("[click](javascript:alert(1)) <tel:+1> [a](b)").is_empty());
    assert_eq!(
        drawn("<somebody@example.org>"),
        ("somebody@example.org\n".into(), vec!["mailto:somebody@example.org".into()])
    );
    assert_eq!(shows("[a](https://example.org \"the title\")"), "a (the title)");
    assert_eq!(shows("[]()"), "[]()");
    assert_eq!(shows("![]()"), "![]()");
}

#[test]
fn an_image_in_a_link_leads_to_both() {
    let (shown, links) = drawn("[![build](https://example.org/b.svg)](https://example.org/ci) now");
    assert_eq!(links, ["https://example.org/ci", "https://example.org/b.svg"]);
    assert_eq!(shown.trim(), "build (https://example.org/b.svg) now");
    let (shown, links) = drawn("![one [two](https://b.example) three](https://a.example)");
    assert_eq!((shown.trim(), links.len()), ("one two three (https://b.example)", 2));
}

#[test]
fn marks_alone_are_shown_as_they_are() {
    for alone in ["#", ">", "-", "+", "*", "##", "```", "~~~", "&nbsp;", "=", "`", "**"] {
        assert_eq!(shows(alone), alone);
    }
    for within in ["> >", "- -", "> #", "> -", "1. #"] {
        assert!(shows(within).contains(within.chars().last().unwrap_or_default()), "{within}: {}", shows(within));
    }
    assert_eq!(shows("one\n\n#\n\ntwo\n\n>\n\nthree"), "one\n#\ntwo\n>\nthree");
    assert_eq!(shows("1."), "1.");
}

#[test]
fn numbers_of_items_are_those_that_were_written() {
    assert_eq!(shows("1986. What a year"), "1986. What a year");
    assert_eq!(shows("7. a\n3. b\n3. c"), "7. a\n3. b\n3. c");
    assert_eq!(shows("007) Bond"), "007) Bond");
    assert_eq!(shows("1234567890123. too long to be one"), "1234567890123. too long to be one");
}

#[test]
fn the_language_of_code_is_told() {
    assert_eq!(shows("```rust\nfn main() {}\n```"), "rust\nfn main() {}");
    assert_eq!(shows("```Hello there"), "Hello there");
    assert!(leads("```\nhttps://example.org\n```\n`https://example.org`").is_empty());
}

#[test]
fn lines_end_where_somebody_ended_them() {
    assert_eq!(shows("Shopping:\nmilk\neggs"), "Shopping:\nmilk\neggs");
    assert_eq!(shows("- a\n  b\n\n> c\n> d"), "a\nb\nc\nd");
    assert_eq!(shows("<b>\n<i>"), "<b>\n<i>");
}

#[test]
fn addresses_are_links_outside_of_links_and_code() {
    assert_eq!(
        leads("https://example.org/a_b_c and <https://example.org> (www.example.org)"),
        ["https://example.org/a_b_c", "https://example.org", "http://www.example.org"]
    );
    assert_eq!(leads("**https://example.org**\n> to a@example.org"), ["https://example.org", "mailto:a@example.org"]);
    assert_eq!(leads("[https://example.org](https://example.com)"), ["https://example.com"]);
}

#[test]
fn plain_words_have_no_marks() {
    assert_eq!(
        plain("**Vote** on [the plan](https://example.org) `now`\n\n1. _one_\n2. two"),
        "Vote on the plan now\n1. one\n2. two"
    );
    assert_eq!(first_line("\n# We need a **host**\nsoon"), "We need a host");
    assert_eq!(prose("a `#b` https://example.org/#c #d\n\n```\n#e\n```"), "a #d");
}

/// How many nodes there are in it.
fn nodes(node: &Html) -> usize {
    match node {
        VNode::VList(list) => list.iter().map(nodes).sum(),
        VNode::VTag(tag) => 1 + tag.children().map_or(0, nodes),
        _ => 1,
    }
}

#[test]
fn a_text_is_drawn_in_so_many_nodes_and_the_rest_is_counted() {
    for piece in [
        "-\n",
        "# a\n",
        "*a* ",
        "***\n",
        "[",
        "a\n",
        "1. a\n",
        "> a\n\n",
        "<b>\n",
        "a@b.cd ",
        "`a` ",
        "[a](https://b.cd) ",
    ] {
        let text = piece.repeat(16 * 1_024 / piece.len());
        let (drawn, left) = begin(&text, 300);
        let (whole, none) = begin(&text, usize::MAX);
        // Each of those that are open may end with a few more.
        assert!(nodes(&drawn) <= 2 * 300 + MANY_MORE, "{piece:?}: {}", nodes(&drawn));
        assert!(none == 0 && (left > 0) == (nodes(&drawn) < nodes(&whole)), "{piece:?}: {left} of {}", text.len());
        assert!(left < text.len(), "{piece:?}");
    }
    assert_eq!([2, 3, 4].map(|room| begin("one\ntwo", room).1), [4, 3, 0]);
    assert_eq!(begin("a https://a.example b https://b.example", 3).1, " b https://b.example".len());
    assert_eq!(begin("", 1).1, 0);
}

/// Ends of what is open when there is no more room.
const MANY_MORE: usize = 50;

/// Numbers without end from one; the same ones each time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

/// What texts are made of: marks, in pieces and whole, and words that are found again.
const PIECES: [&str; 68] = [
    "[",
    "]",
    "(",
    ")",
    "](",
    "]:",
    "]: ",
    "[x]: ",
    "[x][",
    "![",
    "[",
    "<",
    ">",
    "> ",
    "# ",
    "#",
    "- ",
    "+ ",
    "* ",
    "*",
    "**",
    "_",
    "__",
    "~~",
    "~",
    "`",
    "``",
    "```",
    "~~~",
    "\n",
    "\n",
    "\n\n",
    "\n\n",
    "    ",
    "  ",
    "\t",
    "\\",
    "\\\n",
    "!",
    "|",
    "|---|",
    "---",
    "===",
    "***",
    ":",
    "\"",
    "'",
    "'t'",
    "<!--",
    "-->",
    "<b ",
    "</b>",
    "1. ",
    "23) ",
    "1986. ",
    "[^1]",
    "https://a.example/",
    "www.b.example",
    "c@d.example",
    "tel:+",
    "mailto:",
    "<tel:",
    ".",
    " ",
    " ",
    "é",
    "\u{301}",
    "🎉",
];

/// Every word of a made-up text is in what is drawn, or in an address.
#[test]
fn no_letter_is_lost_whatever_the_text() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut kinds = [0_usize; 3];
    for round in 0..6_000 {
        let (mut text, mut words) = (String::new(), Vec::new());
        for at in 0..1 + dice.throw(18) {
            let word = format!("q{at}z");
            match dice.throw(12) {
                0..4 => text += &word,
                4 => text += &format!("[w](https://a.example/{word})"),
                _ => text += PIECES[dice.throw(PIECES.len())],
            }
            words.extend(text.ends_with([')', 'z']).then_some(word).filter(|word| text.contains(word)));
        }
        let (mut shown, links) = drawn(&text);
        kinds[0] += usize::from(!links.is_empty());
        kinds[1] += usize::from(text.contains("]:") && shown.contains("]:"));
        kinds[2] += usize::from(words.iter().any(|word| !shown.contains(word)));
        for link in &links {
            shown += "\n";
            shown += link;
        }
        for word in &words {
            assert!(shown.contains(word), "round {round}: {word} of {text:?} is neither in {shown:?}");
        }
        let letters = |text: &str| text.chars().filter(char::is_ascii_digit).count();
        assert!(letters(&shown) >= letters(&text), "round {round}: a number of {text:?} is not in {shown:?}");
        assert!(text.trim().is_empty() || !shown.trim().is_empty(), "round {round}: nothing of {text:?} is seen");
    }
    assert!(kinds.iter().all(|it| *it > 50), "links, definitions, and words that only an address has: {kinds:?}");
}
