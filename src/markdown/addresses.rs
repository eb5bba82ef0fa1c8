//! Addresses that stand in a text without any marks, by the rules of GitHub's *autolinks (extension)*, and two of our own
//! for scripts that write no spaces: an address may follow any letter that is not Latin, and ends where such a script
//! puts its full stop, comma or bracket. Pure.

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// As it stands there.
    pub(super) text: &'a str,
    /// Where it leads, if it is an address.
    pub(super) href: Option<String>,
}

/// Whether a link may lead there.
pub(super) fn is_safe(address: &str) -> bool {
    let address = address.trim();
    ["http://", "https://", "mailto:"].iter().any(|scheme| begins(address, scheme))
}

/// Cuts a text into addresses and what is between them. Nothing is lost: the parts make the text again.
pub(super) fn split(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(rest) = text.get(at..) {
        let Some(next) = rest.find(['h', 'H', 'w', 'W', 'm', 'M', '@']) else { break };
        at += next;
        match address(text, from, at) {
            Some((begin, end, href)) => {
                parts.push(Part { text: &text[from..begin], href: None });
                parts.push(Part { text: &text[begin..end], href: Some(href) });
                (from, at) = (end, end);
            }
            None => at += 1,
        }
    }
    parts.push(Part { text: text.get(from..).unwrap_or_default(), href: None });
    parts.retain(|it| !it.text.is_empty());
    parts
}

/// The address that shows itself at this place, its beginning not before `from`.
fn address(text: &str, from: usize, at: usize) -> Option<(usize, usize, String)> {
    let (before, rest) = text.split_at_checked(at)?;
    let previous = before.get(from..)?.chars().next_back();
    if rest.starts_with('@') {
        return mail(text, from, at);
    }
    if previous.is_some_and(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    let scheme = ["https://", "http://", "mailto:"].into_iter().find(|scheme| begins(rest, scheme));
    let Some(scheme) = scheme else {
        let apart = previous.is_none_or(|c| !matches!(c, '.' | '-' | '/' | '@' | ':'));
        let end = at + web(rest, 0).filter(|_| apart && begins(rest, "www."))?;
        // One part more than `www`.
        let named = host(&text[at..end]).trim_end_matches('.').matches('.').count() > 1;
        return named.then(|| (at, end, format!("http://{}", &text[at..end])));
    };
    let end = if scheme == "mailto:" {
        let name = rest.get(scheme.len()..)?;
        mail(name, 0, name.find('@')?).filter(|(begin, ..)| *begin == 0)?.1 + scheme.len()
    } else {
        web(rest, scheme.len())?
    };
    Some((at, at + end, rest[..end].to_owned()))
}

/// Where an address of the web ends; its host begins at `skip`.
fn web(rest: &str, skip: usize) -> Option<usize> {
    let end = rest.find(ends_address).unwrap_or(rest.len());
    let end = trimmed(&rest[..end]);
    let host = host(rest.get(skip..end)?).trim_end_matches('.');
    let labels: Vec<&str> = host.split('.').collect();
    let plain = |label: &&str| !label.is_empty() && label.chars().all(|c| !c.is_ascii() || is_word(c));
    let underscored = labels.iter().rev().take(2).any(|label| label.contains('_'));
    (labels.iter().all(plain) && !underscored).then_some(end)
}

/// The host at the beginning, without the port and who asks.
fn host(address: &str) -> &str {
    let authority = address.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.split(':').next().unwrap_or_default()
}

/// The mail address around an `@`.
fn mail(text: &str, from: usize, at: usize) -> Option<(usize, usize, String)> {
    let local = text.get(from..at)?;
    let begin = from
        + local
            .rfind(|c: char| !(is_word(c) || matches!(c, '.' | '+')))
            .map_or(0, |it| it + local[it..].chars().next().map_or(1, char::len_utf8));
    let domain = text.get(at + 1..)?;
    let end = domain.find(|c: char| !(is_word(c) || c == '.')).unwrap_or(domain.len());
    let domain = domain[..end].trim_end_matches('.');
    let whole =
        domain.contains('.') && domain.split('.').all(|label| !label.is_empty()) && !domain.ends_with(['-', '_']);
    let apart = !text[..begin].ends_with('/') && begin < at;
    let end = at + 1 + domain.len();
    (whole && apart).then(|| (begin, end, format!("mailto:{}", &text[begin..end])))
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

fn ends_address(c: char) -> bool {
    let elsewhere = matches!(c, '\u{3000}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{ff01}' | '\u{ff08}' | '\u{ff09}' | '\u{ff0c}' | '\u{ff1a}' | '\u{ff1b}' | '\u{ff1f}');
    c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`') || elsewhere
}

/// Its length without what belongs to the sentence around it.
fn trimmed(address: &str) -> usize {
    let mut kept = address;
    while let Some(last) = kept.chars().next_back() {
        let shorter = &kept[..kept.len() - last.len_utf8()];
        kept = match last {
            ')' if kept.matches(')').count() > kept.matches('(').count() => shorter,
            ']' if kept.matches(']').count() > kept.matches('[').count() => shorter,
            ';' => {
                let name = shorter.trim_end_matches(|c: char| c.is_ascii_alphanumeric());
                name.strip_suffix('&').filter(|_| name.len() < shorter.len()).unwrap_or(shorter)
            }
            '?' | '!' | '.' | ',' | ':' | '*' | '_' | '~' | '\'' | '|' => shorter,
            '\u{2019}' | '\u{201d}' | '\u{201c}' | '\u{bb}' | '\u{2026}' | '\u{60c}' | '\u{61b}' | '\u{61f}'
            | '\u{6d4}' | '\u{964}' => shorter,
            // What is not seen: joiners, marks of direction.
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => shorter,
            _ => break,
        };
    }
    kept.len()
}

fn begins(text: &str, with: &str) -> bool {
    text.get(..with.len()).is_some_and(|it| it.eq_ignore_ascii_case(with))
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn links(text: &str) -> Vec<(&str, String)> {
        let parts = split(text);
        assert_eq!(parts.iter().map(|it| it.text).collect::<String>(), text, "nothing is lost");
        parts.into_iter().filter_map(|it| Some((it.text, it.href?))).collect()
    }

    fn texts(text: &str) -> Vec<&str> {
        links(text).into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn only_web_and_mail_addresses_are_links() {
        assert!(is_safe("https://example.org") && is_safe("HTTP://example.org") && is_safe("mailto:a@example.org"));
        for bad in ["javascript:alert(1)", " javascript:x", "data:text/html,x", "//example.org", "/x", "file:///x", ""]
        {
            assert!(!is_safe(bad), "{bad}");
        }
    }

    #[test]
    fn addresses_without_marks_are_links_to_where_they_say() {
        assert_eq!(
            links("see https://example.org/notes now"),
            [("https://example.org/notes", "https://example.org/notes".into())]
        );
        assert_eq!(links("www.example.org/a"), [("www.example.org/a", "http://www.example.org/a".into())]);
        assert_eq!(
            links("to a.b+c@mail.example.org!"),
            [("a.b+c@mail.example.org", "mailto:a.b+c@mail.example.org".into())]
        );
        assert_eq!(links("mailto:a@example.org"), [("mailto:a@example.org", "mailto:a@example.org".into())]);
        for whole in [
            "http://localhost:3000/x?y=1#z",
            "HTTPS://Example.org",
            "https://a.example/b_c_(d)",
            "https://me@example.org/@you",
        ] {
            assert_eq!(texts(whole), [whole]);
        }
    }

    #[test]
    fn what_belongs_to_the_sentence_is_not_part_of_the_address() {
        for around in [
            "{}.",
            "({})",
            "\u{201c}{}\u{201d}",
            "{}, and",
            "*{}*",
            "<{}>",
            "[{}]",
            "{}?!",
            "{}&hl;",
            "{}\u{3002}",
            "\u{898b}{}\u{ff0c}",
            "{}\u{61f}",
            "\"{}\"",
            "{}\u{200b}",
        ] {
            assert_eq!(
                texts(&around.replace("{}", "https://example.org/a_(b)?q=1&r")),
                ["https://example.org/a_(b)?q=1&r"],
                "{around}"
            );
            assert_eq!(texts(&around.replace("{}", "a@example.org")), ["a@example.org"], "{around}");
        }
    }

    #[test]
    fn what_only_looks_like_an_address_is_none() {
        for text in [
            "http://",
            "https://.",
            "www.",
            "www.example",
            "wwww.example.org",
            "a@b",
            "@example.org",
            "a@b.",
            "a@.b",
            "a@example.org-",
            "/a@example.org",
            "https://a_b.c_d",
            "xhttps://example.org",
            "javascript:x",
            "mailto:x",
            "mailto:@x.y",
            "ftp://example.org",
        ] {
            assert_eq!(texts(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn many_addresses_in_a_line_are_each_one() {
        assert_eq!(
            texts("a@b.org,c@d.org https://e.org www.f.org"),
            ["a@b.org", "c@d.org", "https://e.org", "www.f.org"]
        );
    }
}
