//! Beginnings of what people wrote, cut between what people see as characters: never inside an emoji, never between a letter
//! and its accent. The browser knows where that is (`Intl.Segmenter`); where it does not, a rule of thumb does.

use std::cell::OnceCell;

use js_sys::{Array, Function, Reflect};
use paceline_room::limits;
use wasm_bindgen::{JsCast, JsValue};

use crate::markdown;

/// Characters of a post that are quoted in one line.
pub const QUOTED: usize = 80;

thread_local! {
    static SEGMENTER: OnceCell<Option<JsValue>> = const { OnceCell::new() };
}

/// The beginning of a post in one line, without its marks.
pub fn excerpt(text: &str, most: usize) -> String {
    let words = markdown::plain(text).replace('\n', " ");
    let cut = beginning(&words, most);
    if cut.len() < words.len() { format!("{}…", cut.trim_end()) } else { words }
}

/// The first line of a post as a title, within the limits of one.
pub fn title(text: &str, most: usize) -> String {
    let line = markdown::first_line(text);
    let mut cut = beginning(&line, most);
    let mut most = most;
    // An emoji may be of many code points.
    while cut.chars().count() > limits::TITLE_CHARS && most > 0 {
        most -= 1;
        cut = beginning(&line, most);
    }
    cut.trim_end().to_owned()
}

/// The first `most` characters, as people count them.
pub fn beginning(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = characters(text).take(most).last().map_or(0, |(end, _)| end);
    text.get(..end).unwrap_or(text)
}

/// What people see as characters, each with the place where it ends.
pub fn characters(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut begin = 0;
    lengths(text).map_while(move |length| {
        let character = text.get(begin..begin + length)?;
        begin += length;
        Some((begin, character))
    })
}

fn lengths(text: &str) -> Box<dyn Iterator<Item = usize> + '_> {
    match segments(text) {
        Some(segments) => segments,
        None => Box::new(by_thumb(text)),
    }
}

/// Asks the browser, character by character: a text may be long, and little of it wanted.
fn segments(text: &str) -> Option<Box<dyn Iterator<Item = usize>>> {
    let segments = SEGMENTER.with(|cell| {
        let segmenter = cell.get_or_init(segmenter).as_ref()?;
        let segment: Function = Reflect::get(segmenter, &"segment".into()).ok()?.dyn_into().ok()?;
        segment.call1(segmenter, &text.into()).ok()
    })?;
    let segments = js_sys::try_iter(&segments).ok()??;
    Some(Box::new(segments.map_while(|it| {
        let segment = Reflect::get(&it.ok()?, &"segment".into()).ok()?;
        Some(segment.as_string()?.len())
    })))
}

fn segmenter() -> Option<JsValue> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let made: Function = Reflect::get(&intl, &"Segmenter".into()).ok()?.dyn_into().ok()?;
    Reflect::construct(&made, &Array::new()).ok()
}

/// Without the browser's help: what joins, marks and colours stays with what is before it.
fn by_thumb(text: &str) -> impl Iterator<Item = usize> + '_ {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut letters = rest.char_indices();
        let (_, mut previous) = letters.next()?;
        let mut flags = usize::from(is_flag(previous));
        let mut end = rest.len();
        for (at, letter) in letters {
            let paired = is_flag(letter) && flags % 2 == 1;
            if !(is_joined(letter) || previous == '\u{200d}' || paired) {
                end = at;
                break;
            }
            flags += usize::from(is_flag(letter));
            previous = letter;
        }
        rest = rest.get(end..).unwrap_or_default();
        Some(end)
    })
}

const fn is_flag(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

/// Joiners, variants, skin tones, tags, and the accents of most scripts.
const fn is_joined(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}'
        | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{93c}' | '\u{93e}'..='\u{94f}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{200c}' | '\u{200d}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const FAMILY: &str = "👩‍👩‍👧‍👦";

    #[test]
    fn nothing_is_cut_that_people_see_as_one() {
        for one in [
            FAMILY,
            "🇩🇪",
            "👍🏽",
            "e\u{301}",
            "❤️",
            "ธ์",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "1️⃣",
        ] {
            let text = format!("ab{one}{one}c");
            assert_eq!(beginning(&text, 3), format!("ab{one}"), "{one}");
            assert_eq!(beginning(&text, 5), text, "{one}");
            assert_eq!(
                by_thumb(&text).collect::<Vec<_>>(),
                [1, 1, one.len(), one.len(), 1],
                "without the browser: {one}"
            );
        }
    }

    #[test]
    fn an_excerpt_is_one_line_of_words() {
        assert_eq!(excerpt("**Vote** on\n[the plan](https://example.org)", 80), "Vote on the plan");
        assert_eq!(excerpt("one two", 4), "one…");
        assert_eq!(excerpt(&format!("{FAMILY}{FAMILY}"), 1), format!("{FAMILY}…"));
    }

    #[test]
    fn a_title_has_no_marks_and_fits() {
        assert_eq!(title("We need a **host**\nsoon", 80), "We need a host");
        let many = title(&FAMILY.repeat(80), 80);
        assert!(
            many.chars().count() <= limits::TITLE_CHARS && many.len().is_multiple_of(FAMILY.len()) && !many.is_empty()
        );
    }
}
