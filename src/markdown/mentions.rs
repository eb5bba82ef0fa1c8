//! People named in a text: `@` and what somebody is called.

use std::rc::Rc;

use paceline_room::NodeId;

/// Somebody who is named, and what they are called.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// What they are called.
    pub name: Rc<str>,
    /// Who.
    pub node: NodeId,
}

/// Where a text names somebody so, after the `@` of an address or in a longer word apart: from and to, in bytes.
pub fn find(text: &str, name: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find('@').map(|it| from + it) {
        let end = at + 1 + name.len();
        let goes_on = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
        let (before, after) = (text.get(..at)?.chars().next_back(), text.get(end..).and_then(|it| it.chars().next()));
        if !name.is_empty() && text.get(at + 1..end) == Some(name) && !goes_on(before) && !goes_on(after) {
            return Some((at, end));
        }
        from = at + 1;
    }
    None
}

/// A text in its parts, those that name somebody with whom.
pub fn split<'a>(text: &'a str, names: &[Named]) -> Vec<(&'a str, Option<NodeId>)> {
    let (mut parts, mut rest) = (Vec::new(), text);
    // Of several the first; of those the longest: Ada is called in "@Ada L" only if nobody there is called that.
    let first = |text: &str| {
        let found = names.iter().filter_map(|it| Some((find(text, &it.name)?, it.node)));
        found.min_by_key(|((from, to), _)| (*from, usize::MAX - to))
    };
    while let Some(((from, to), node)) = first(rest) {
        parts.extend(rest.get(..from).filter(|it| !it.is_empty()).map(|it| (it, None)));
        parts.extend(rest.get(from..to).map(|it| (it, Some(node))));
        rest = rest.get(to..).unwrap_or_default();
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push((rest, None));
    }
    parts
}

/// The beginning of a name that is being written where the cursor stands, in bytes, and where its `@` is.
pub fn begun(text: &str, cursor: usize) -> Option<(usize, &str)> {
    /// No name that is looked for is longer, in bytes.
    const LONGEST: usize = 80;
    let before = text.get(..cursor)?;
    let at = before.rfind('@')?;
    let name = before.get(at + 1..)?;
    let stands_apart = !before.get(..at)?.chars().next_back().is_some_and(char::is_alphanumeric);
    let is_one = name.len() <= LONGEST && !name.contains('\n') && !name.starts_with(char::is_whitespace);
    (stands_apart && is_one).then_some((at, name))
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn somebody_is_named_by_their_whole_name_and_not_within_words_or_addresses() {
        assert_eq!(find("so @Ben, and", "Ben"), Some((3, 7)));
        assert_eq!(find("@Benjamin and @Ben", "Ben"), Some((14, 18)));
        for text in ["ben@Ben.example", "@Benjamin", "Ben", "@ Ben", "@ben", ""] {
            assert_eq!(find(text, "Ben"), None, "{text}");
        }
        assert_eq!(find("@", ""), None);
        assert_eq!(find("é@ @Ædä ·x7Kq!", "Ædä ·x7Kq"), Some((4, 17)));
    }

    #[test]
    fn of_two_who_begin_alike_the_longer_name_is_meant() {
        let named = |name: &str, of| Named { name: name.into(), node: NodeId::from_bytes([of; 32]) };
        let names = [named("Ada", 1), named("Ada L", 2)];
        let parts = |text| {
            split(text, &names).into_iter().map(|(it, of)| (it, of.map(|it| it.as_bytes()[0]))).collect::<Vec<_>>()
        };
        assert_eq!(
            parts("to @Ada L and @Ada."),
            [("to ", None), ("@Ada L", Some(2)), (" and ", None), ("@Ada", Some(1)), (".", None)]
        );
        assert_eq!((parts("nobody"), parts("")), (vec![("nobody", None)], vec![("", None)]));
    }

    #[test]
    fn a_name_is_begun_behind_an_at_sign_that_stands_apart() {
        assert_eq!(begun("so @Be", 6), Some((3, "Be")));
        assert_eq!(begun("@", 1), Some((0, "")));
        assert_eq!(begun("(@Ada L", 7), Some((1, "Ada L")));
        assert_eq!(begun("so @Be", 3), None, "the cursor stands before it");
        for text in ["mail ben@exa", "@ Ada", "@Ada\nso"] {
            assert_eq!(begun(text, text.len()), None, "{text}");
        }
    }
}
