//! CommonMark to nodes of the page, in such a way that no letter somebody wrote is lost: it can be read, or reached as the
//! address of a link. What would draw nothing (a lone `#`, a link without words, the definition of a reference) is shown
//! as it was written. Raw HTML is shown as text, images become links (nothing is loaded from elsewhere), and only http,
//! https and mailto links are links; other addresses stand beside their words. No `innerHTML` anywhere.

mod addresses;
mod drawing;
mod elements;
pub mod mentions;
#[cfg(test)]
mod tests;

use pulldown_cmark::{Options, Parser, TextMergeWithOffset};
use yew::{prelude::*, virtual_dom::VNode};

use self::{drawing::Drawing, mentions::Named};
pub use self::{drawing::mention, elements::link};

/// Nodes in which a text is looked at where little of it is wanted: what is read out, or quoted in one line.
const LOOKED_AT: usize = 300;

/// The words of a post, drawn.
pub fn render(text: &str) -> Html {
    begin(text, usize::MAX).0
}

/// The beginning of a post in at most so many nodes, and how many characters of it are not drawn: two bytes may be an element, so
/// what others write needs a bound.
pub fn begin(text: &str, most: usize) -> (Html, usize) {
    begin_naming(text, most, &[])
}

/// The same, with those who are named in it.
pub fn begin_naming(text: &str, most: usize, names: &[Named]) -> (Html, usize) {
    // A lone carriage return ends a line, too (CommonMark 2.1); after indented code the parser loses the line that follows it.
    if text.contains('\r') {
        return begin_naming(&text.replace("\r\n", "\n").replace('\r', "\n"), most, names);
    }
    let parser = Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH).into_offset_iter();
    let mut drawing = Drawing::new(text, most, names);
    // Merged, so that an address is one text, whatever its underscores might have meant.
    for (event, range) in TextMergeWithOffset::new(parser) {
        if drawing.is_full(&event, &range) {
            break;
        }
        drawing.draw(event, range);
    }
    drawing.finish()
}

/// The words of a post without its marks, as they are read out and quoted: one line a paragraph, item or line. Of a text that goes
/// on for hundreds of lines its beginning.
pub fn plain(text: &str) -> String {
    words(&begin(text, LOOKED_AT).0, |_| true)
}

/// The words of a post that are neither code nor part of an address: where tags are looked for.
pub fn prose(text: &str) -> String {
    words(&render(text), |tag| !matches!(tag, "code" | "pre" | "a"))
}

/// The first line with words, for a title.
pub fn first_line(text: &str) -> String {
    plain(text).lines().next().unwrap_or_default().to_owned()
}

fn words(drawn: &Html, wanted: fn(&str) -> bool) -> String {
    let mut said = String::new();
    gather(drawn, wanted, &mut said);
    let lines = said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn gather(node: &Html, wanted: fn(&str) -> bool, said: &mut String) {
    match node {
        VNode::VText(text) => said.push_str(&text.text),
        VNode::VList(list) => list.iter().for_each(|it| gather(it, wanted, said)),
        VNode::VTag(tag) => {
            let breaks = matches!(tag.tag(), "p" | "li" | "pre" | "blockquote" | "br" | "hr");
            if breaks {
                said.push('\n');
            }
            if let Some(children) = tag.children().filter(|_| wanted(tag.tag())) {
                gather(children, wanted, said);
            }
            said.push_str(match tag.tag() {
                _ if breaks => "\n",
                // Words beside what is left out stay apart.
                other if !wanted(other) => " ",
                _ => "",
            });
        }
        _ => {}
    }
}
