//! What people, rooms and batons are called: safe to show, people told apart, and words for those who have not said who they are.
//!
//! Of several who are called alike **all** carry a mark, the same in every tab, and none is said to have been first. Who was first could
//! only be read from a log that a hostile member writes, too: it begins with as low a depth as it likes, builds on what it likes, and
//! a key that slept under another name is older than whom it copies. A tab that catches up has seen nobody come. A claim that can be
//! forged would turn against those who are copied; a mark cannot, since it is a part of the key.

use js_sys::{JsString, RegExp};
use paceline_node::{Naming, People};
use paceline_room::NodeId;

use crate::{hidden::is_hidden, letters, texts::t};

thread_local! {
    // The browser has the tables.
    static SEEN: RegExp = RegExp::new(r"[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\u2800]", "u");
    static UNSEEN: RegExp = RegExp::new(r"[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]", "gu");
}

/// Whether there is anything to see in it.
pub fn is_visible(text: &str) -> bool {
    text.bytes().any(|it| it.is_ascii_graphic()) || (!text.is_ascii() && SEEN.with(|it| it.test(text)))
}

/// What to call a node by the name it gave itself.
pub fn called(node: &NodeId, name: &str) -> String {
    let plain = plain(name);
    if plain.is_empty() { nameless(node) } else { plain }
}

/// A name or a title without what is hidden in it; empty if nothing is left to see.
pub fn plain(text: &str) -> String {
    let plain: String = text.chars().filter(|it| !is_hidden(*it)).collect();
    if is_visible(&plain) { plain.trim().to_owned() } else { String::new() }
}

/// What a baton is called.
pub fn titled(title: &str) -> String {
    let plain = plain(title);
    if plain.is_empty() { t!("baton-untitled") } else { plain }
}

/// What makes two names alike: compatible forms, capitals, spaces, what is not seen, and in which of three scripts a letter is that looks the
/// same in them make no difference; nor do any letters that look alike, once their tables are here.
fn likeness(name: &str) -> String {
    let folded = if name.is_ascii() {
        name.to_ascii_lowercase()
    } else {
        let capitals: String = JsString::from(name).normalize("NFKC").to_upper_case().into();
        let latin: String = capitals.chars().map(as_latin).collect();
        UNSEEN.with(|it| JsString::from(latin).to_lower_case().replace_by_pattern(it, "")).into()
    };
    let folded = letters::skeleton(&folded).map_or(folded, |it| JsString::from(it).to_lower_case().into());
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The Latin capital that a Greek or Cyrillic one is drawn like (Unicode, UTS 39, `intentional.txt`): what is told apart from the first
/// drawing on. Whatever else looks alike is known a moment later (`letters.rs`).
const fn as_latin(capital: char) -> char {
    match capital {
        'Α' | 'А' => 'A',
        'Β' | 'В' => 'B',
        'Ϲ' | 'С' => 'C',
        'Ԁ' => 'D',
        'Ε' | 'Е' => 'E',
        'Η' | 'Н' | 'Һ' => 'H',
        'Ι' | 'І' | 'Ӏ' => 'I',
        'Ϳ' | 'Ј' => 'J',
        'Κ' | 'К' => 'K',
        'Μ' | 'М' => 'M',
        'Ν' => 'N',
        'Ο' | 'О' => 'O',
        'Ρ' | 'Р' => 'P',
        'Ԛ' => 'Q',
        'Ѕ' => 'S',
        'Τ' | 'Т' => 'T',
        'Ԝ' => 'W',
        'Χ' | 'Х' => 'X',
        'Υ' | 'У' | 'Ү' => 'Y',
        'Ζ' => 'Z',
        other => other,
    }
}

/// How people of a room are named: names that look alike carry the end of their node's id.
pub const NAMING: Naming = Naming { called, likeness, mark };

/// The end of a PeerId: tells those apart who are called the same. It is the same for all.
fn mark(node: &NodeId) -> String {
    let id = node.to_string();
    id.get(id.len().saturating_sub(4)..).unwrap_or_default().to_owned()
}

/// What to call a node, also one that has not written anything.
pub fn name_in(people: &People, node: &NodeId) -> String {
    people.find(node).map_or_else(|| nameless(node), |it| it.name.to_string())
}

/// `Newcomer x7Kq`: the end of a PeerId tells nodes without a name apart.
pub fn nameless(node: &NodeId) -> String {
    t!("newcomer", id = mark(node))
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use paceline_mesh::replica::Here;
    use paceline_node::Crowd;
    use paceline_room::{Cid, state::Person};

    use super::*;

    /// Shows people whose nodes and first events have these numbers.
    fn show(crowd: &mut Crowd, names: &[&str]) -> Vec<String> {
        let nodes: Vec<_> = (1..).take(names.len()).map(|at| NodeId::from_bytes([at; 32])).collect();
        for (node, (name, at)) in nodes.iter().zip(names.iter().zip(1..)) {
            let person = Person { node: *node, name: (*name).into(), strengths: Vec::new(), hue: 0, split: false };
            crowd.show((at, Cid::from_digest([1; 32])), person.into(), Here::Here);
        }
        nodes.iter().map(|node| name_in(crowd.people(), node)).collect()
    }

    fn named(names: &[&str]) -> Vec<String> {
        show(&mut Crowd::new(NodeId::from_bytes([99; 32]), NAMING), names)
    }

    fn mark_of(at: u8) -> String {
        mark(&NodeId::from_bytes([at; 32]))
    }

    #[test]
    fn names_that_look_alike_are_told_apart_and_no_others() {
        assert_eq!(named(&["Ada", "Ben"]), ["Ada", "Ben"]);
        let [one, two] = [1, 2].map(mark_of);
        assert_eq!(mark_of(1).len(), 4);
        assert_eq!(named(&["Ada", "Ada", "Ben"]), [format!("Ada ·{one}"), format!("Ada ·{two}"), "Ben".into()]);
        for (a, b) in [
            ("Ada", "ada"),
            ("Ada L", " Ada  L"),
            ("É", "e\u{301}"),
            ("Straße", "STRASSE"),
            ("Ａｄａ", "Ada"),
            ("open\u{200b}er", "opener"),
            ("a\u{200d}b", "ab"),
            ("admin", "\u{202e}admin"),
            ("opener", "\u{3bf}pener"),
            ("Corporate", "\u{421}\u{43e}r\u{440}\u{43e}r\u{430}t\u{435}"),
            ("\u{3a7}\u{3b1}\u{3bf}\u{3c2}", "\u{425}\u{430}\u{43e}\u{3c3}"),
            // By the tables of Unicode: Armenian, Lisu, digits, two letters for one.
            ("opener", "\u{585}pener"),
            ("ADA", "\u{a4ee}\u{a4d3}\u{a4ee}"),
            ("Bob", "B0b"),
            ("Tim", "Tirn"),
        ] {
            assert!(named(&[a, b]).iter().zip([&one, &two]).all(|(name, mark)| name.ends_with(mark)), "{a} {b}");
        }
        let newcomer = nameless(&NodeId::from_bytes([1; 32]));
        assert!(named(&["", &newcomer])[1].ends_with(&two), "nobody passes for somebody without a name");
    }

    #[test]
    fn names_in_one_script_are_not_alike_because_another_has_such_letters() {
        let names = ["Вова", "Нина", "Рая", "Νίκη", "Ζωή", "Vova", "Nina", "Paya"];
        assert_eq!(named(&names), names);
    }

    #[test]
    fn nothing_is_hidden_in_a_title_and_none_is_without_a_word() {
        assert_eq!(plain(" Sc\u{200b}ri\u{202e}be\u{ad} "), "Scribe");
        assert_eq!(titled("\u{202e}ebircS"), "ebircS");
        for nothing in ["\u{200b}", "\u{2800}", "\u{202e}\u{2066}"] {
            assert_eq!((plain(nothing), titled(nothing)), (String::new(), t!("baton-untitled")));
        }
        assert_eq!(titled("👩‍👩‍👧‍👦 שלום"), "👩‍👩‍👧‍👦 שלום");
    }

    #[test]
    fn a_name_that_changes_takes_its_mark_along() {
        let mut crowd = Crowd::new(NodeId::from_bytes([99; 32]), NAMING);
        let before = show(&mut crowd, &["Ada", "Ada"]);
        assert_ne!(before[0], before[1]);
        assert_eq!(show(&mut crowd, &["Ada", "Bea"]), ["Ada", "Bea"]);
    }

    #[test]
    fn what_cannot_be_seen_is_no_name_and_what_turns_around_is_not_shown() {
        let unseen = [
            "",
            "  ",
            "\u{200b}",
            "\u{2800}",
            "\u{202e}",
            "\u{fe0f}",
            "\u{e0041}\u{200d}",
            "\u{3000}\u{3164}",
            "\u{ad}",
        ];
        let newcomer = nameless(&NodeId::from_bytes([1; 32]));
        for name in unseen {
            assert!(!is_visible(name), "{name:?}");
            assert_eq!(named(&[name])[0], newcomer);
        }
        for name in ["a", "·", "한", "🎉", "\u{2800}!", "שלום", "👩‍👩‍👧‍👦"] {
            assert!(is_visible(name), "{name:?}");
            assert_eq!(named(&[name]), [name]);
        }
        assert_eq!(named(&["evil\u{202e}", "\u{202e}nimda\u{2066}"]), ["evil", "nimda"]);
    }
}
