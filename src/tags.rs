//! The tags in a text: hashtags as UTR 31 (*Hashtag Identifiers*) has them, in whatever script, in composed form (NFC). The
//! tables of letters are the browser's; in the page they would weigh more than all the rest of this.

use std::cell::OnceCell;

use js_sys::{Array, JsString, RegExp};
use paceline_room::limits;

use crate::markdown;

/// A hash sign, not after a letter or in an entity or address, and what may follow it: letters with their marks, digits,
/// emoji, joiners, `_`, `-`, `+`.
const TAG: &str = r"(?:^|[^\p{L}\p{M}\p{N}\p{Pc}&/#＃﹟])[#＃﹟]((?:[\p{XIDC}\p{Extended_Pictographic}\p{Emoji_Modifier}\p{RI}\u200C\u200D\uFE0F_+-])+)";
/// A number alone is none: `#42` is the forty-second of something.
const WORD: &str = r"[\p{L}\p{Extended_Pictographic}\p{RI}]";

thread_local! {
    static PATTERNS: OnceCell<(RegExp, RegExp)> = const { OnceCell::new() };
}

/// Its tags, each once, within the limits of an event. Code and addresses have none.
pub fn tags_in(text: &str) -> Vec<String> {
    let text: String = JsString::from(markdown::prose(text)).normalize("NFC").into();
    PATTERNS.with(|cell| {
        let (tag, word) = cell.get_or_init(|| (RegExp::new(TAG, "gu"), RegExp::new(WORD, "u")));
        let mut tags: Vec<String> = Vec::new();
        tag.set_last_index(0);
        while let Some(found) = tag.exec(&text).filter(|_| tags.len() < limits::TAGS) {
            let Some(name) = found_name(&found) else { continue };
            let fits = name.chars().count() <= limits::TAG_CHARS && word.test(&name);
            if fits && !tags.contains(&name) {
                tags.push(name);
            }
        }
        tags
    })
}

fn found_name(found: &Array) -> Option<String> {
    let name = found.get(1).as_string()?;
    Some(name.trim_end_matches(['-', '+', '\u{200c}', '\u{200d}']).to_owned())
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn tags_are_words_with_a_hash_and_letters() {
        assert_eq!(tags_in("#release now, see #42 and # heading #a-b. #release"), ["release", "a-b"]);
        assert_eq!(tags_in(&"#".repeat(50)), [""; 0]);
        let many: String = (0..40).map(|n| format!("#t{n} ")).collect();
        assert_eq!(tags_in(&many).len(), limits::TAGS);
        assert_eq!(tags_in(&format!("#{} #b", "a".repeat(limits::TAG_CHARS + 1))), ["b"]);
    }

    #[test]
    fn tags_are_whole_in_every_script() {
        for tag in [
            "हिन्दी",
            "แฟชั่น",
            "日本語",
            "עברית",
            "العربية",
            "نمی\u{200c}خواهم",
            "naïve",
            "ελληνικά",
            "한국어",
            "❤️",
            "a_b",
            "c++x",
        ] {
            assert_eq!(tags_in(&format!("#{tag}")), [tag]);
            assert_eq!(tags_in(&format!("so (#{tag}), then")), [tag]);
        }
        assert_eq!(tags_in("#cafe\u{301}"), ["café"], "composed");
        assert_eq!(tags_in("＃日本語。﹟small"), ["日本語", "small"]);
        assert_eq!(tags_in("#a,#b/#c **#d** _#e_"), ["a", "b", "d", "e"]);
    }

    #[test]
    fn what_only_looks_like_a_tag_is_none() {
        for text in [
            "a#b",
            "&#x41;",
            "https://example.org/#part",
            "https://example.org/?#part",
            "`#code`",
            "##twice",
            "# heading",
        ] {
            assert_eq!(tags_in(text), [""; 0], "{text}");
        }
    }
}
