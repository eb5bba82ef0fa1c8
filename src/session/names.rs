//! What people are called: safe to show, told apart, and words for those who have not said who they are.

use std::{collections::BTreeSet, rc::Rc};

use js_sys::{JsString, RegExp};
use litemap::LiteMap;
use paceline_room::{NodeId, state::Person};

use super::view::PersonView;
use crate::texts::t;

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
    let plain: String = name.chars().filter(|it| !is_hidden(*it)).collect();
    if is_visible(&plain) { plain.trim().to_owned() } else { nameless(node) }
}

/// What takes no room in a name, or turns what follows around. Joiners are part of what they join.
const fn is_hidden(c: char) -> bool {
    matches!(c, '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// What makes two names alike: compatible forms, capitals, spaces and what is not seen make no difference.
fn likeness(name: &str) -> String {
    let folded = if name.is_ascii() {
        name.to_ascii_lowercase()
    } else {
        let folded = JsString::from(name).normalize("NFKC").to_upper_case().to_lower_case();
        UNSEEN.with(|it| folded.replace_by_pattern(it, "")).into()
    };
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What people of a room are called: names that look alike carry the end of their node's id.
#[derive(Debug, Default)]
pub struct Names {
    named: LiteMap<NodeId, Named>,
    /// Likenesses that more than one has.
    shared: BTreeSet<Rc<str>>,
}

#[derive(Debug)]
struct Named {
    /// As its node gave it.
    given: String,
    called: Rc<str>,
    likeness: Rc<str>,
}

impl Names {
    /// Names everybody. A name is looked at once; where nothing changed this compares, and no more.
    pub fn name(&mut self, people: &mut [PersonView]) {
        let mut changed = false;
        for it in people.iter() {
            let Person { node, name, .. } = &*it.person;
            if self.named.get(node).is_none_or(|known| known.given != *name) {
                let called = called(node, name);
                let likeness = likeness(&called).into();
                self.named.insert(*node, Named { given: name.clone(), called: called.into(), likeness });
                changed = true;
            }
        }
        if changed {
            let mut seen = BTreeSet::new();
            self.shared.clear();
            for named in self.named.values().filter(|it| !seen.insert(it.likeness.clone())) {
                self.shared.insert(named.likeness.clone());
            }
        }
        for it in people {
            if let Some(named) = self.named.get(&it.person.node) {
                it.name = named.called.clone();
                if self.shared.contains(&named.likeness) {
                    it.name = format!("{} ·{}", named.called, mark(&it.person.node)).into();
                }
            }
        }
    }
}

/// The end of a PeerId: tells those apart who are called the same. It is the same for all.
fn mark(node: &NodeId) -> String {
    let id = node.to_string();
    id.get(id.len().saturating_sub(4)..).unwrap_or_default().to_owned()
}

/// What to call a node, also one that has not written anything.
pub fn name_in(people: &[PersonView], node: &NodeId) -> String {
    people.iter().find(|it| it.person.node == *node).map_or_else(|| nameless(node), |it| it.name.to_string())
}

/// `Newcomer x7Kq`: the end of a PeerId tells nodes without a name apart.
pub fn nameless(node: &NodeId) -> String {
    t!("newcomer", id = mark(node))
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn stranger(at: u8) -> Person {
        let node = NodeId::from_bytes([at; 32]);
        Person { node, name: String::new(), strengths: Vec::new(), hue: 0, split: false }
    }

    fn named(names: &[&str]) -> Vec<String> {
        let view = |(at, name): (usize, &&str)| PersonView {
            person: Person { name: (*name).into(), ..stranger(at as u8 + 1) }.into(),
            name: "".into(),
            here: paceline_mesh::replica::Here::Here,
            me: false,
            path: None,
            may_be_replaced: false,
            silent_ms: 0,
        };
        let mut people: Vec<_> = names.iter().enumerate().map(view).collect();
        Names::default().name(&mut people);
        people.iter().map(|it| it.name.to_string()).collect()
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
        ] {
            assert!(named(&[a, b]).iter().zip([&one, &two]).all(|(name, mark)| name.ends_with(mark)), "{a} {b}");
        }
        let newcomer = nameless(&NodeId::from_bytes([1; 32]));
        assert!(named(&["", &newcomer])[1].ends_with(&two), "nobody passes for somebody without a name");
    }

    #[test]
    fn a_name_that_changes_takes_its_mark_along() {
        let mut names = Names::default();
        let view = |at: u8, name: &str| PersonView {
            person: Person { name: name.into(), ..stranger(at) }.into(),
            name: "".into(),
            here: paceline_mesh::replica::Here::Here,
            me: false,
            path: None,
            may_be_replaced: false,
            silent_ms: 0,
        };
        let mut people = [view(1, "Ada"), view(2, "Ada")];
        names.name(&mut people);
        assert_ne!(people[0].name, people[1].name);
        let mut people = [view(1, "Ada"), view(2, "Bea")];
        names.name(&mut people);
        assert_eq!([&*people[0].name, &*people[1].name], ["Ada", "Bea"]);
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
