//! CommonMark to nodes of the page. Raw HTML is shown as text, images become links (nothing is loaded from elsewhere),
//! and only http, https and mailto links are links. No `innerHTML` anywhere.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use yew::{prelude::*, virtual_dom::VTag};

/// Elements nested deeper than this are flattened: nesting costs stack, and words come from anybody.
const MAX_NESTING: usize = 24;

/// The words of a post, drawn.
pub fn render(text: &str) -> Html {
    let mut stack: Vec<(Option<VTag>, Vec<Html>)> = vec![(None, Vec::new())];
    let mut skipped = 0_usize;
    for event in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(_) if stack.len() > MAX_NESTING => skipped += 1,
            Event::Start(tag) => stack.push((element(&tag), Vec::new())),
            Event::End(_) if skipped > 0 => skipped -= 1,
            Event::End(end) => close(&mut stack, end),
            Event::Text(words) | Event::Html(words) | Event::InlineHtml(words) => push(&mut stack, Html::from(&*words)),
            Event::Code(words) => push(&mut stack, html! { <code>{ words.to_string() }</code> }),
            Event::SoftBreak => push(&mut stack, Html::from("\n")),
            Event::HardBreak => push(&mut stack, html! { <br /> }),
            Event::Rule => push(&mut stack, html! { <hr /> }),
            _ => {}
        }
    }
    // Unbalanced events would leave elements open; the parser does not produce them, but nothing may be lost if it did.
    while stack.len() > 1 {
        close(&mut stack, TagEnd::Paragraph);
    }
    stack.pop().map(|(_, children)| children.into_iter().collect::<Html>()).unwrap_or_default()
}

fn push(stack: &mut [(Option<VTag>, Vec<Html>)], node: Html) {
    if let Some((_, children)) = stack.last_mut() {
        children.push(node);
    }
}

fn close(stack: &mut Vec<(Option<VTag>, Vec<Html>)>, _end: TagEnd) {
    let Some((element, children)) = stack.pop() else { return };
    let node = match element {
        Some(mut element) => {
            element.add_children(children);
            element.into()
        }
        None => children.into_iter().collect::<Html>(),
    };
    push(stack, node);
}

/// Headings inside a post are not headings of the page: they are drawn strong, one size down.
fn element(tag: &Tag<'_>) -> Option<VTag> {
    let name = match tag {
        Tag::Paragraph => "p",
        Tag::Heading { .. } => return Some(with(VTag::new("p"), "class", "md-heading")),
        Tag::BlockQuote(_) => "blockquote",
        Tag::CodeBlock(kind) => {
            // Long lines scroll, which has to work by key, too.
            let pre = with(VTag::new("pre"), "tabindex", "0");
            return Some(match kind {
                CodeBlockKind::Fenced(language) if !language.is_empty() => with(pre, "data-language", language),
                _ => pre,
            });
        }
        Tag::HtmlBlock => "p",
        Tag::List(Some(start)) => return Some(with(VTag::new("ol"), "start", &start.to_string())),
        Tag::List(None) => "ul",
        Tag::Item => "li",
        Tag::Emphasis => "em",
        Tag::Strong => "strong",
        Tag::Strikethrough => "s",
        Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => return link(dest_url),
        _ => return None,
    };
    Some(VTag::new(name))
}

/// A link that tells the other side nothing about this page, or nothing if the address is of another kind.
pub fn link(address: &str) -> Option<VTag> {
    if !is_safe(address) {
        return None;
    }
    let anchor = with(VTag::new("a"), "href", address);
    Some(with(with(anchor, "rel", "noopener noreferrer"), "target", "_blank"))
}

fn is_safe(address: &str) -> bool {
    let lower = address.trim().to_ascii_lowercase();
    ["http://", "https://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme))
}

fn with(mut element: VTag, name: &'static str, value: &str) -> VTag {
    element.add_attribute(name, value.to_owned());
    element
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn only_web_and_mail_addresses_are_links() {
        assert!(is_safe("https://example.org") && is_safe("HTTP://example.org") && is_safe("mailto:a@example.org"));
        for bad in ["javascript:alert(1)", " javascript:x", "data:text/html,x", "//example.org", "/x", "file:///x", ""]
        {
            assert!(!is_safe(bad), "{bad}");
        }
    }

    #[test]
    fn raw_html_stays_text() {
        let drawn = format!("{:?}", render("a <img src=x onerror=alert(1)> b\n\n<script>x</script>"));
        assert!(!drawn.contains("VTag { inner: Other { tag: \"script\"") && !drawn.contains("\"img\""), "{drawn}");
    }

    #[test]
    fn deep_nesting_is_flattened_and_loses_no_words() {
        let drawn = format!("{:?}", render(&format!("{} deep", ">".repeat(5_000))));
        assert!(drawn.contains("deep"));
    }
}
