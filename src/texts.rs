//! The page's texts: Fluent messages from `locales/`, one file a capability, read when the page is built (`build.rs`). Nothing else of
//! what is drawn holds words for people. One language so far; adding one is a folder and a table made of it. The rules of its plurals
//! the browser knows.

use std::{borrow::Cow, cell::RefCell, fmt::Write as _};

use js_sys::{Array, Intl, Object};
use yew::{AttrValue, Html, html};

/// A text: what it is made of.
#[derive(Debug, Clone, Copy)]
pub struct Text(&'static [Part]);

/// A part of a text.
#[derive(Debug)]
enum Part {
    Words(&'static str),
    Value(&'static str),
    Choice(&'static Choice),
}

/// What a text says depending on a value: a word, a number or a plural category.
#[derive(Debug)]
struct Choice {
    by: &'static str,
    cases: &'static [(&'static str, &'static [Part])],
    otherwise: &'static [Part],
}

/// A value that stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// Words.
    Words(Cow<'a, str>),
    /// A number.
    Number(u64),
}

mod tables {
    use super::{Choice, Part, Text};

    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}

/// The text of this name. The macro [`t!`] asks while the page is compiled: a name that is not there is an error then.
pub const fn find(key: &str) -> Text {
    let mut at = 0;
    while at < tables::KEYS.len() {
        if is_same(tables::KEYS[at].as_bytes(), key.as_bytes()) {
            return Text(tables::TEXTS[at]);
        }
        at += 1;
    }
    panic!("no text has this name")
}

/// `==`, which constants cannot use yet.
const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// A text with its values. Use the macro [`t!`], which `cargo xtask check` reads.
pub fn text(text: Text, values: &[(&str, Value<'_>)]) -> String {
    let mut said = String::new();
    say(text.0, values, &mut said);
    said
}

/// The sentence of a notice, by its code; the code itself if it has none.
pub fn notice(code: &str, values: &[(&str, Value<'_>)]) -> String {
    let found = tables::NOTICES.iter().find(|(it, _)| *it == code);
    found.map_or_else(|| code.to_owned(), |(_, it)| text(*it, values))
}

/// Words that may change while what they stand in stays: another text is another element, never an update of the old one.
///
/// A browser that translates puts elements of its own where text nodes were. What is written to such a node afterwards is never
/// seen, what is to be placed before it finds it gone. So beside these words stand elements, not bare text.
pub fn changing(words: impl Into<AttrValue>) -> Html {
    fn draw(words: AttrValue) -> Html {
        // In a list of its own: what stands beside it may say the same.
        html! { <><span key={&*words}>{ words.clone() }</span></> }
    }
    draw(words.into())
}

fn say(parts: &[Part], values: &[(&str, Value<'_>)], said: &mut String) {
    let value = |name: &str| values.iter().find(|(it, _)| *it == name).map(|(_, value)| value);
    for part in parts {
        match part {
            Part::Words(words) => said.push_str(words),
            Part::Value(name) => match value(name) {
                Some(Value::Words(words)) => insert(words, said),
                // Writing to a string does not fail.
                Some(Value::Number(number)) => _ = write!(said, "{number}"),
                None => said.push_str(name),
            },
            Part::Choice(choice) => {
                let fits = |key: &str| value(choice.by).is_some_and(|value| fits(key, value));
                let case = choice.cases.iter().find(|(key, _)| fits(key));
                say(case.map_or(choice.otherwise, |(_, parts)| *parts), values, said);
            }
        }
    }
}

/// Words of several people in one line, each for itself.
pub fn list<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let mut said = String::new();
    for item in items {
        if !said.is_empty() {
            said.push_str(", ");
        }
        insert(item.as_ref(), &mut said);
    }
    said
}

/// Puts words somebody wrote into a sentence so that they do not turn it around: between a first-strong isolate and its end, as
/// Fluent does, without what would override directions or end the isolate early. What is ASCII turns nothing.
fn insert(words: &str, said: &mut String) {
    if words.is_ascii() {
        return said.push_str(words);
    }
    let mut open = 1;
    said.push(ISOLATE);
    for letter in words.chars() {
        match letter {
            ISOLATE => open += 1,
            END if open == 1 => continue,
            END => open -= 1,
            '\u{202a}'..='\u{202e}' | '\u{2066}' | '\u{2067}' => continue,
            _ => {}
        }
        said.push(letter);
    }
    said.extend(std::iter::repeat_n(END, open));
}

/// Begins a part whose first letter says its direction; ends it.
const ISOLATE: char = '\u{2068}';
const END: char = '\u{2069}';

fn fits(key: &str, value: &Value<'_>) -> bool {
    match value {
        Value::Words(words) => words == key,
        Value::Number(number) => category(tables::LANGUAGE, *number) == key || key.parse() == Ok(*number),
    }
}

/// The language in which the page speaks (BCP 47).
pub const fn language() -> &'static str {
    tables::LANGUAGE
}

/// The plural category of a whole number in a language (CLDR).
fn category(language: &str, number: u64) -> &'static str {
    match language {
        // Known here: to be asked for the first time takes the browser some ten milliseconds, just when two tabs have met.
        "en" => match number {
            1 => "one",
            _ => "other",
        },
        _ => asked(language, number),
    }
}

/// The same by the browser, which has the rules of all languages.
fn asked(language: &str, number: u64) -> &'static str {
    thread_local! {
        // Making the rules costs a hundred times what using them does.
        static RULES: RefCell<Option<(String, Intl::PluralRules)>> = const { RefCell::new(None) };
    }
    let category: String = RULES.with_borrow_mut(|rules| {
        let (_, rules) = match rules {
            Some(kept) if kept.0 == language => kept,
            _ => {
                let made = Intl::PluralRules::new(&Array::of1(&language.into()), &Object::new());
                rules.insert((language.to_owned(), made))
            }
        };
        rules.select(number as f64).into()
    });
    ["zero", "one", "two", "few", "many"].into_iter().find(|it| *it == category).unwrap_or("other")
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(words: &'a str) -> Self {
        Self::Words(words.into())
    }
}

impl From<String> for Value<'_> {
    fn from(words: String) -> Self {
        Self::Words(words.into())
    }
}

impl From<usize> for Value<'_> {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

/// A text by its key: `t!("invite")`, `t!("reach", stored = 2_u32, of = 3_u32)`.
macro_rules! t {
    ($key:literal) => {
        crate::texts::text(const { crate::texts::find($key) }, &[])
    };
    ($key:literal, $($name:ident = $value:expr),+ $(,)?) => {
        crate::texts::text(const { crate::texts::find($key) }, &[$((stringify!($name), $value.into())),+])
    };
}
pub(crate) use t;

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_text_takes_its_values_and_its_number() {
        assert_eq!(t!("reach", stored = 2_u32, of = 3_u32), "2 of 3");
        assert_eq!(t!("connection-in-sync", n = 1_u32), "connected with 1 other");
        assert_eq!(t!("connection-in-sync", n = 7_u32), "connected with 7 others");
        assert_eq!(t!("leftover-size", events = 1_u32, size = "2 KB"), "1 event, 2 KB");
    }

    #[test]
    fn a_value_does_not_turn_its_sentence_around() {
        let said = |name: &str| t!("announce-free", title = name);
        assert_eq!(said("Scribe"), "Scribe is free.");
        assert_eq!(said("שלום"), "\u{2068}שלום\u{2069} is free.");
        assert_eq!(said("evil\u{202e}"), "\u{2068}evil\u{2069} is free.");
        assert_eq!(said("\u{2069}\u{202e}live\u{2067}"), "\u{2068}live\u{2069} is free.");
        // A sentence in a sentence keeps its own isolates, and one that was cut is closed.
        let inner = t!("path-through-name", name = "שלום");
        let outer = t!("path-with-rtt", how = inner, rtt = 5_u32);
        assert_eq!(outer, "\u{2068}through \u{2068}שלום\u{2069}\u{2069}, 5 ms");
        assert_eq!(list(["Ada", "שלום"]), "Ada, \u{2068}שלום\u{2069}");
        assert_eq!(said("\u{2068}שלום"), "\u{2068}\u{2068}שלום\u{2069}\u{2069} is free.");
    }

    #[test]
    fn a_text_chooses_by_a_word_and_keeps_spaces_that_were_quoted() {
        let leans = |settled| notice("parallel-lead", &[("settled", Value::from(settled))]);
        assert!(leans("no").contains("kept. This leans") && leans("yes").ends_with("time is kept."));
    }

    #[test]
    fn each_text_is_found_by_its_name_and_says_something() {
        for (at, key) in tables::KEYS.iter().enumerate() {
            let said = text(find(key), &[]);
            assert_eq!(said, text(Text(tables::TEXTS[at]), &[]), "{key}");
            assert_ne!(said.trim(), "", "{key}");
        }
    }

    #[test]
    fn each_language_counts_by_its_own_rule() {
        let categories = |language, numbers: [u64; 6]| numbers.map(|it| category(language, it));
        assert_eq!(categories("ar", [0, 1, 2, 3, 11, 100]), ["zero", "one", "two", "few", "many", "other"]);
        assert_eq!(categories("pl", [1, 2, 5, 12, 22, 25]), ["one", "few", "many", "many", "few", "many"]);
        assert_eq!(categories("cy", [0, 1, 2, 3, 4, 6]), ["zero", "one", "two", "few", "other", "many"]);
        assert_eq!(categories("ja", [0, 1, 2, 3, 11, 100]), ["other"; 6]);
        // What is known here of English is what the browser says of it.
        for number in 0..200 {
            assert_eq!(category("en", number), asked("en", number), "{number}");
        }
    }

    #[test]
    fn a_notice_without_a_text_shows_its_code() {
        assert_eq!(notice("no-such-code", &[]), "no-such-code");
        assert_eq!(notice("not-found", &[]), t!("notice-not-found"));
    }
}
