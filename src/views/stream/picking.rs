//! Naming somebody: `@` opens a list of people, which gets shorter as one types. Arrows and Enter choose, Escape closes it, a press chooses.
//!
//! The pattern is that of a text field with suggestions (ARIA Authoring Practices, *combobox*); a field of several lines may not say
//! that it is one, so that how many there are is said beside it.

use std::sync::Arc;

use js_sys::JsString;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::{
    components::disc::disc_of,
    hooks::Drafting,
    markdown::mentions::begun,
    session::{People, PersonView},
    texts::{changing, t},
};

/// So many people are listed.
const LISTED: usize = 6;
/// The list, by its name on the page.
const LIST: &str = "naming";

/// The name that is being written.
#[derive(Debug, Clone, Default, PartialEq)]
struct Asked {
    /// Where its `@` is, in bytes.
    from: usize,
    /// What of it is written.
    name: String,
    /// Which of those found has the mark.
    at: usize,
    /// Somebody was chosen, or nobody is to be.
    closed: bool,
}

/// Choosing whom to name, in one field.
#[derive(Clone)]
pub struct Picking {
    asked: UseStateHandle<Option<Asked>>,
    found: Vec<Arc<PersonView>>,
    field: NodeRef,
    drafting: Drafting,
}

/// For the field of a draft.
#[hook]
pub fn use_picking(field: &NodeRef, drafting: &Drafting, people: &People) -> Picking {
    let asked = use_state(|| None::<Asked>);
    let open = asked.as_ref().filter(|it| !it.closed);
    let found = open.map(|it| find(people, &it.name)).unwrap_or_default();
    Picking { asked, found, field: field.clone(), drafting: drafting.clone() }
}

/// People but for this one, of whose names a word begins so.
fn find(people: &People, begun: &str) -> Vec<Arc<PersonView>> {
    // The browser has the tables of letters.
    let lower = |it: &str| String::from(JsString::from(it).to_lower_case());
    let begun = lower(begun);
    let begins = |it: &&Arc<PersonView>| {
        let name = lower(&it.name);
        name.starts_with(&begun)
            || name.match_indices(' ').any(|(at, _)| name.get(at + 1..).is_some_and(|it| it.starts_with(&begun)))
    };
    people.iter().filter(|it| !it.me).filter(begins).take(LISTED).cloned().collect()
}

impl Picking {
    /// What the field is described by: the list, and what of it has the mark.
    pub fn list_id(&self) -> Option<&'static str> {
        (!self.found.is_empty()).then_some(LIST)
    }

    /// The option that has the mark.
    pub fn active_id(&self) -> Option<String> {
        self.chosen().map(|it| option_id(it))
    }

    fn chosen(&self) -> Option<&Arc<PersonView>> {
        let at = self.asked.as_ref().map_or(0, |it| it.at);
        self.found.get(at).or(self.found.last())
    }

    /// Something was written, or the cursor moved.
    pub fn look(&self) {
        let written = self.field.cast::<HtmlTextAreaElement>().and_then(|it| {
            let cursor = it.selection_start().ok()??;
            Some((it.value(), cursor as usize))
        });
        let now = written.as_ref().and_then(|(text, cursor)| begun(text, bytes(text, *cursor)));
        let before = self.asked.as_ref();
        let asked = now.map(|(from, name)| {
            let closed = before.is_some_and(|it| it.closed && it.from == from);
            Asked { from, name: name.to_owned(), at: 0, closed }
        });
        if asked != (*self.asked).clone().map(|it| Asked { at: 0, ..it }) {
            self.asked.set(asked);
        }
    }

    /// Whether a key was for the list.
    pub fn takes(&self, event: &KeyboardEvent) -> bool {
        let Some(asked) = self.asked.as_ref().filter(|_| !self.found.is_empty() && !event.is_composing()) else {
            return false;
        };
        let len = self.found.len();
        let at = asked.at.min(len - 1);
        let moved = |at: usize| self.asked.set(Some(Asked { at, ..asked.clone() }));
        match (event.key().as_str(), event.shift_key()) {
            ("ArrowDown", _) => moved((at + 1) % len),
            ("ArrowUp", _) => moved((at + len - 1) % len),
            ("Enter" | "Tab", false) => self.chosen().iter().for_each(|it| self.pick(it)),
            ("Escape", _) => {
                event.stop_propagation();
                self.asked.set(Some(Asked { closed: true, ..asked.clone() }));
            }
            _ => return false,
        }
        event.prevent_default();
        true
    }

    /// Writes somebody's name, and remembers who that is.
    fn pick(&self, person: &PersonView) {
        let (Some(asked), Some(field)) = (&*self.asked, self.field.cast::<HtmlTextAreaElement>()) else { return };
        let text = field.value();
        let (before, rest) = text.split_at_checked(asked.from).unwrap_or((&text, ""));
        let after = rest.get(1 + asked.name.len()..).unwrap_or_default();
        let named = format!("{before}@{} ", person.name);
        let cursor = named.encode_utf16().count() as u32;
        let text = format!("{named}{}", after.strip_prefix(' ').unwrap_or(after));
        field.set_value(&text);
        let _ = field.set_selection_range(cursor, cursor);
        self.drafting.write(|draft| {
            let line = format!("{} {}", person.person.node, person.name);
            let others = draft.field("mentions").lines().filter(|it| *it != line).map(str::to_owned);
            let all: Vec<String> = others.chain([line.clone()]).collect();
            draft.set_field("mentions", &all.join("\n"));
            draft.text = text;
        });
        self.asked.set(Some(Asked { closed: true, ..asked.clone() }));
    }

    /// Draws the list.
    pub fn draw(&self) -> Html {
        let chosen = self.chosen().map(|it| it.person.node);
        let option = |it: &Arc<PersonView>| {
            let node = it.person.node;
            let onclick = {
                let (picking, person) = (self.clone(), it.clone());
                Callback::from(move |_: MouseEvent| picking.pick(&person))
            };
            // The field keeps the keyboard.
            let onmousedown = Callback::from(|event: MouseEvent| event.prevent_default());
            html! {
                <li role="option" id={option_id(it)} key={node.to_string()} aria-selected={(chosen == Some(node)).to_string()}
                    data-testid="mention-option" data-node={node.to_string()} {onclick} {onmousedown}>
                    { disc_of(&it.person, &it.name, it.here, false) }<bdi translate="no">{ it.name.to_string() }</bdi>
                </li>
            }
        };
        html! {
            <div class="naming">
                if !self.found.is_empty() {
                    <ul role="listbox" id={LIST} data-testid="mention-list" aria-label={t!("mention-whom")}>{ for self.found.iter().map(option) }</ul>
                }
                <div role="status" class="visually-hidden">{ changing(if self.found.is_empty() { String::new() } else { t!("mention-found", n = self.found.len()) }) }</div>
            </div>
        }
    }
}

fn option_id(it: &PersonView) -> String {
    format!("naming-{}", it.person.node)
}

/// A place in a text as the browser counts, in bytes.
fn bytes(text: &str, cursor: usize) -> usize {
    let mut left = cursor;
    let letters = text.chars().take_while(|it| {
        let fits = left >= it.len_utf16();
        left = left.saturating_sub(it.len_utf16());
        fits
    });
    letters.map(char::len_utf8).sum()
}
