//! What the page reads: words that people wrote, as Markdown, and forms. Its very sources: what they draw are nodes, which need no
//! browser until they are shown.

use paceline_fuzz_engine::{Chance, Target};
use paceline_room::{Event, body::RoomFounded, limits, testing::World};
use yew::virtual_dom::VNode;

use crate::memory::bounded;

#[path = "../../src/forms/mod.rs"]
#[allow(dead_code, missing_docs)] // the page's, which uses all of it
mod forms;
#[path = "../../src/hidden.rs"]
mod hidden;
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
        "\"meeting\":{",
        "\"prompts\":[",
        "\"agenda\":[{\"title\":",
        "\"kind\":\"decision\"",
        "\"notes\":{",
        "\"dots\":",
        "\\u202e",
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

/// What the texts of forms are made of.
const FORM_PIECES: &[&str] =
    &["A ", "title", "\u{202e}", "\u{2800}", "\n", " ", "\u{1f389}", "Runs the meeting, whoever they are. "];

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
    let maybe = |chance: &mut Chance| if chance.once_in(2) { serde_json::Value::Null } else { chance.size().into() };
    let texts = |chance: &mut Chance| (0..chance.below(20)).map(|_| chance.text(FORM_PIECES, 4)).collect::<Vec<_>>();
    let item = |chance: &mut Chance| {
        let kind = ["talk", "round", "decision", "order"][chance.below(4)];
        serde_json::json!({ "title": chance.text(FORM_PIECES, 3), "minutes": maybe(chance), "kind": kind })
    };
    let notes = serde_json::json!({
        "question": chance.text(FORM_PIECES, 3), "write_seconds": chance.size(), "dots": chance.below(30),
        "vote_seconds": chance.size(), "talk_seconds": chance.below(5_000),
    });
    let incident = serde_json::json!({ "question": chance.text(FORM_PIECES, 3), "update_seconds": chance.size() });
    let meeting = serde_json::json!({
        "role": chance.text(FORM_PIECES, 3), "prompts": texts(chance), "seconds_each": maybe(chance), "every_days": maybe(chance),
        "agenda": (0..chance.below(20)).map(|_| item(chance)).collect::<Vec<_>>(),
        "notes": if chance.once_in(2) { notes } else { serde_json::Value::Null },
        "incident": if chance.once_in(2) { incident } else { serde_json::Value::Null },
    });
    serde_json::json!({
        "name": "stand-up", "title": chance.text(FORM_PIECES, 3), "purpose": "", "steps": ["one"], "prompts": [], "norms": [],
        "batons": [{"title": "lead", "minutes": maybe(chance)}],
        "values": {"policy": "consent", "quorum": chance.below(120), "quorum_cap": chance.below(40), "grace": chance.below(90)},
        "meeting": if chance.once_in(8) { serde_json::Value::Null } else { meeting },
    })
    .to_string()
    .into_bytes()
}

/// Whatever a file says, a form that is read stays within its limits and is the same when it is read again, with nothing to say; a field
/// that is not known changes nothing, and a room can be founded with it.
fn check_form(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let read = bounded(bytes, 128, 8192, || forms::read(text));
    let Some(form) = read.form else {
        assert!(!read.said.is_empty(), "no form, and no reason");
        return false;
    };
    assert_within_limits(&form);
    let again = serde_json::to_string(&form).expect("a form is written");
    assert_eq!(forms::read(&again), forms::Read { form: Some(form.clone()), said: Vec::new() });
    if let Ok(serde_json::Value::Object(mut fields)) = serde_json::from_str(text) {
        fields.insert("rights".to_owned(), true.into());
        let with = forms::read(&serde_json::Value::from(fields).to_string());
        assert_eq!(with.form.as_ref(), Some(&form), "a form has rights");
        assert!(with.said.iter().any(|it| it.place == "rights" && it.what == forms::What::Unknown));
    }
    let founding = RoomFounded {
        title: form.title.try_into().expect("a title is short"),
        purpose: form.purpose.try_into().expect("a purpose is short"),
        form: form.name.try_into().expect("a name is short"),
        values: form.values,
        ..paceline_room::testing::founding("", [0; 16])
    };
    let world = World::new(1);
    let draft = paceline_room::Log::founding_draft(world.author(0), 1, founding.clone().into());
    let (_, event, block) = draft.sign(&world.keypair(0)).expect("a room can be founded with it");
    assert_eq!(Event::decode(&block).as_ref(), Ok(&event));
    assert_eq!(event.body, founding.into(), "it is read as something else");
    true
}

fn assert_within_limits(form: &forms::Form) {
    use forms::reading::{BATONS, DAYS, DOTS, ITEMS, MINUTES, SECONDS};
    let is_title = |it: &String| {
        let shown = it.chars().any(|it| !hidden::is_blank(it)) && !it.contains(hidden::is_hidden);
        assert!(shown && it.chars().count() <= limits::TITLE_CHARS, "{it:?}");
    };
    is_title(&form.title);
    [&form.steps, &form.prompts, &form.norms].into_iter().flatten().for_each(is_title);
    assert!([&form.steps, &form.prompts, &form.norms].into_iter().all(|it| it.len() <= limits::TAGS));
    form.batons.iter().for_each(|it| is_title(&it.title));
    assert!(
        form.batons.len() <= BATONS
            && form.batons.iter().filter_map(|it| it.minutes).all(|it| MINUTES.contains(&it.into()))
    );
    let Some(meeting) = &form.meeting else { return };
    meeting.prompts.iter().chain([&meeting.role]).for_each(is_title);
    assert!(meeting.prompts.len() <= limits::TAGS);
    assert!(meeting.seconds_each.is_none_or(|it| SECONDS.contains(&it)));
    assert!(meeting.every_days.is_none_or(|it| DAYS.contains(&it.into())));
    meeting.agenda.iter().for_each(|it| is_title(&it.title));
    assert!(meeting.agenda.len() <= ITEMS);
    assert!(meeting.agenda.iter().filter_map(|it| it.minutes).all(|it| MINUTES.contains(&it.into())));
    if let Some(forms::FormIncident { question, update_seconds }) = &meeting.incident {
        is_title(question);
        assert!(SECONDS.contains(update_seconds));
    }
    let Some(notes) = &meeting.notes else { return };
    is_title(&notes.question);
    let forms::NoteValues { write_seconds, dots, vote_seconds, talk_seconds } = notes.values;
    assert!(DOTS.contains(&dots));
    assert!([write_seconds, vote_seconds, talk_seconds].iter().all(|it| SECONDS.contains(it)));
}
