//! How people are drawn: initials, hues, and somebody who is not known yet.

use paceline_room::{NodeId, body::HUES, fold::own_hue, state::Person};

use crate::excerpt;
pub use crate::session::{called, is_visible, name_in, nameless, titled};

/// Somebody whose first event is not here.
pub fn stranger(node: NodeId) -> Person {
    Person { node, name: String::new(), strengths: Vec::new(), hue: own_hue(&node), split: false }
}

/// One or two letters for a disc, with what belongs to them; of a name without letters what it begins with.
pub fn initials(name: &str) -> String {
    let letter = |word: &'_ str| {
        let found = excerpt::characters(word).map(|(_, it)| it).find(|it| it.contains(char::is_alphanumeric));
        found.map(str::to_owned)
    };
    let mut words = name.split_whitespace().filter_map(letter);
    let first = words.next();
    let last = words.next_back();
    let mut letters: String = first.into_iter().chain(last).collect();
    if letters.is_empty() {
        letters.push_str(excerpt::beginning(name.trim_start(), 1));
    }
    // The browser has the table of capitals; the standard library's would come with the page.
    js_sys::JsString::from(letters).to_upper_case().into()
}

/// The class of a hue; what a newer version may send beyond twelve wraps around.
pub fn hue_class(hue: u8) -> String {
    format!("hue-{}", hue % HUES)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_the_last_word() {
        assert_eq!(initials("Quiet Heron"), "QH");
        assert_eq!(initials("amber"), "A");
        assert_eq!(initials("Birch of the Hill"), "BH");
        assert_eq!(initials("  "), "");
        assert_eq!(initials("(you) éclair"), "YÉ");
        assert_eq!(initials("e\u{301}va"), "E\u{301}");
        assert_eq!(initials("👩‍👩‍👧‍👦 🎉"), "👩‍👩‍👧‍👦");
    }
}
