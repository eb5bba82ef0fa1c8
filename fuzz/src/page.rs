//! What the page reads: words that people wrote, as Markdown, and forms. Its very sources: what they draw are nodes, which need no
//! browser until they are shown.

use paceline_fuzz_engine::{Chance, Target};
use paceline_room::{Event, body::RoomFounded, testing::World};
use yew::virtual_dom::VNode;

use crate::memory::bounded;

#[path = "../../src/forms.rs"]
#[allow(dead_code, missing_docs)] // the page's, which uses all of it
mod forms;
#[path = "../../src/markdown/mod.rs"]
#[allow(dead_code, unused_imports)] // the page's, which uses all of it
mod markdown;

pub(crate) const MARKDOWN: Target = Target {
    name: "markdown",
    check: check_markdown,
    make: |chance| chance.text(PIECES, 40).into_bytes(),
    words: PIECES,
    most: 4096,
};
pub(crate) const FORM: Target = Target {
    name: "form",
    check: check_form,
    make: make_form,
    words: &[
        "\"name\":",
        "\"values\":{",
        "\"policy\":\"majority\"",
        "\"quorum\":",
        "\"minutes\":",
        "null",
        "[]",
        "{}",
        "1e3",
        "-1",
        "65536",
    ],
    most: 4096,
};

/// What texts are made of.
const PIECES: &[&str] = &[
    "word",
    "[",
    "]",
    "(",
    ")",
    "](",
    "]: ",
    "[x]: ",
    "[x][",
    "![",
    "<",
    ">",
    "> ",
    "# ",
    "- ",
    "+ ",
    "*",
    "**",
    "_",
    "~~",
    "`",
    "```",
    "~~~\n",
    "\n",
    "\n\n",
    "    ",
    "  ",
    "\t",
    "\\",
    "!",
    "|",
    "---",
    "***",
    ":",
    "\"",
    "<!--",
    "-->",
    "<b ",
    "</b>",
    "1. ",
    "23) ",
    "https://a.example/",
    "www.b.example",
    "c@d.example",
    "javascript:alert(1)",
    "mailto:",
    "data:text/html,x",
    "&amp;",
    "&#106;",
    "é",
    "\u{202e}",
    "\u{1f389}",
    "[x](https://a.example)",
];

/// What may be drawn.
const TAGS: &[&str] =
    &["p", "blockquote", "pre", "ol", "ul", "li", "em", "strong", "s", "span", "a", "code", "br", "hr", "div"];
const ATTRIBUTES: &[&str] = &["dir", "class", "tabindex", "role", "href", "rel", "target"];

#[derive(Default)]
struct Drawn {
    nodes: usize,
    deepest: usize,
    shown: String,
}

impl Drawn {
    fn read(&mut self, node: &VNode, depth: usize) {
        self.nodes += 1;
        self.deepest = self.deepest.max(depth);
        match node {
            VNode::VText(text) => self.shown.push_str(&text.text),
            VNode::VList(list) => list.iter().for_each(|it| self.read(it, depth)),
            VNode::VTag(tag) => {
                assert!(TAGS.contains(&tag.tag()), "{} is drawn", tag.tag());
                for (name, value) in tag.attributes.iter() {
                    assert!(ATTRIBUTES.contains(&name), "{name} is set");
                    if name == "href" {
                        let address = value.trim_start().to_ascii_lowercase();
                        assert!(
                            ["http://", "https://", "mailto:"].iter().any(|it| address.starts_with(it)),
                            "a link to {value}"
                        );
                        self.shown.push_str(value);
                    }
                }
                if let Some(children) = tag.children() {
                    self.read(children, depth + 1);
                }
            }
            other => panic!("{other:?} is nothing that words are drawn with"),
        }
    }
}

/// Words are drawn with few elements for each byte, none deeper than a bound, links lead nowhere but to web and mail, and no letter that
/// was written is lost.
fn check_markdown(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let nodes = bounded(text.as_bytes(), 4_096, 64 * 1024, || markdown::render(&text));
    let mut drawn = Drawn::default();
    drawn.read(&nodes, 0);
    // A mark of one byte may open an element with a list of its children and a text.
    assert!(drawn.nodes <= 4 * text.len() + 16, "{} nodes for {} bytes", drawn.nodes, text.len());
    assert!(drawn.deepest <= 40, "{} levels", drawn.deepest);
    let plain = markdown::plain(&text);
    assert!(
        plain.len() <= 2 * text.len() + 16 || text.contains("]:"),
        "{} bytes of plain words of {}",
        plain.len(),
        text.len()
    );
    assert!(plain.starts_with(&markdown::first_line(&text)));
    let _ = markdown::prose(&text);
    // What stands for another character, as `&amp;` does, is not shown as it was written.
    if !text.contains('&') {
        for letter in ('0'..='9').chain('a'..='z') {
            let count = |text: &str| text.chars().filter(|it| it.eq_ignore_ascii_case(&letter)).count();
            assert!(count(&drawn.shown) >= count(&text), "a {letter} is lost: {:?}", drawn.shown);
        }
    }
    drawn.nodes > 1
}

fn make_form(chance: &mut Chance) -> Vec<u8> {
    let minutes = if chance.once_in(2) { serde_json::Value::Null } else { chance.size().into() };
    serde_json::json!({
        "name": "stand-up", "title": chance.text(&["A ", "title"], 3), "purpose": "", "steps": ["one"], "prompts": [], "norms": [],
        "batons": [{"title": "lead", "minutes": minutes}],
        "values": {"policy": "consent", "quorum": chance.below(120), "quorum_cap": chance.below(40), "grace": chance.below(90)},
    })
    .to_string()
    .into_bytes()
}

/// A form that is read says what a room can be founded with, and has no field that is not known.
fn check_form(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let Ok(form) = bounded(bytes, 128, 8192, || serde_json::from_str::<forms::Form>(text)) else { return false };
    if let Ok(serde_json::Value::Object(mut fields)) = serde_json::from_str(text) {
        fields.insert("rights".to_owned(), true.into());
        assert!(serde_json::from_value::<forms::Form>(fields.into()).is_err(), "a form has rights");
    }
    let world = World::new(1);
    let (Ok(title), Ok(purpose), Ok(name)) = (form.title.try_into(), form.purpose.try_into(), form.name.try_into())
    else {
        return true;
    };
    let founding = RoomFounded {
        title,
        purpose,
        form: name,
        values: form.values,
        ..paceline_room::testing::founding("", [0; 16])
    };
    let draft = paceline_room::Log::founding_draft(world.author(0), 1, founding.clone().into());
    let (_, event, block) = draft.sign(&world.keypair(0)).expect("a room can be founded with it");
    assert_eq!(Event::decode(&block).as_ref(), Ok(&event));
    assert_eq!(event.body, founding.into(), "it is read as something else");
    true
}
