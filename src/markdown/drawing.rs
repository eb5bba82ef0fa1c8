//! The parser's events become elements. Everything that is open is a frame on a stack; a frame knows whether anything in it
//! can be seen, and where in the text it began, so that what would be lost can be shown as it was written.

use std::{mem, ops::Range};

use paceline_room::NodeId;
use pulldown_cmark::{CodeBlockKind, Event, LinkType, Tag};
use yew::{
    prelude::*,
    virtual_dom::{VNode, VTag},
};

use super::{
    addresses,
    elements::{link, with},
    mentions::{self, Named},
};

/// Elements nested deeper than this are flattened: nesting costs stack, and words come from anybody.
const MAX_NESTING: usize = 24;

/// What is open.
struct Frame {
    /// `None`: what is in it goes to what it is in.
    element: Option<VTag>,
    children: Vec<Html>,
    /// Something in it can be seen.
    seen: bool,
    /// The text in it is inline: no definition can hide between its parts.
    inline: bool,
    /// A numbered item: its words stand beside the number.
    numbered: bool,
    address: Option<Address>,
}

/// What a link or image has besides its words.
struct Address {
    /// As it was written.
    shown: String,
    /// Where it leads, if it may.
    href: Option<String>,
    title: String,
    /// What stands after the words if the whole is shown as it was written.
    written: Option<String>,
}

impl Frame {
    fn new(element: Option<VTag>, inline: bool) -> Self {
        Self { element, children: Vec::new(), seen: false, inline, numbered: false, address: None }
    }

    fn is_anchor(&self) -> bool {
        self.element.as_ref().is_some_and(|it| it.tag() == "a")
    }
}

/// A drawing that grows event by event.
pub(super) struct Drawing<'a> {
    text: &'a str,
    names: &'a [Named],
    stack: Vec<Frame>,
    root: Frame,
    /// Up to here the text is drawn, or known to be marks.
    done: usize,
    /// Addresses of links inside of a link: they follow it.
    later: Vec<String>,
    /// How many nodes it may still have.
    room: usize,
    /// Where what is drawn now begins, and how many of its characters are.
    at: (usize, usize),
    /// Where there was no room any more, as above.
    cut: Option<(usize, usize)>,
}

impl<'a> Drawing<'a> {
    /// Of at most so many nodes, but for a few that end what is open.
    pub(super) fn new(text: &'a str, room: usize, names: &'a [Named]) -> Self {
        let root = Frame::new(None, false);
        Self { text, names, stack: Vec::new(), root, done: 0, later: Vec::new(), room, at: (0, 0), cut: None }
    }

    /// Whether nothing more can be drawn.
    pub(super) fn is_full(&mut self, event: &Event<'_>, range: &Range<usize>) -> bool {
        // Where something ends, nothing new begins.
        if self.room == 0 && !matches!(event, Event::End(_)) {
            self.cut.get_or_insert((range.start, 0));
        }
        self.cut.is_some()
    }

    pub(super) fn draw(&mut self, event: Event<'_>, range: Range<usize>) {
        self.at = (range.start, 0);
        match event {
            Event::Start(tag) => {
                self.catch_up(range.start);
                self.open(tag, range);
                return;
            }
            Event::End(_) => return self.close(range),
            _ => self.catch_up(range.start),
        }
        match event {
            Event::Text(words) if self.is_verbatim() => self.push(Html::from(&*words), is_visible(&words)),
            Event::Text(words) | Event::Html(words) | Event::InlineHtml(words) => self.lines(&words),
            Event::Code(words) => {
                self.push(html! { <code dir="auto">{ words.to_string() }</code> }, is_visible(&words))
            }
            // In a conversation a line that ends is meant to end.
            Event::SoftBreak | Event::HardBreak => self.push(html! { <br /> }, false),
            Event::Rule => self.push(html! { <hr /> }, true),
            // Nothing else is turned on; if it comes, it is shown as it was written.
            _ => self.lines(self.text.get(range.clone()).unwrap_or_default()),
        }
        self.done = self.done.max(range.end);
    }

    /// What was drawn, and how many characters of the text are not.
    pub(super) fn finish(mut self) -> (Html, usize) {
        let whole = self.text;
        if let Some((end, _)) = self.cut {
            self.text = whole.get(..end).unwrap_or(whole);
        }
        // Unbalanced events would leave elements open; the parser does not produce them, but nothing may be lost if it did.
        while !self.stack.is_empty() {
            self.close(self.done..self.text.len());
        }
        self.catch_up(self.text.len());
        if !self.root.seen && self.cut.is_none() {
            self.written(0..self.text.len());
        }
        let left = |(end, drawn)| whole.get(end..).map_or(0, |it: &str| it.chars().count()).saturating_sub(drawn);
        (self.root.children.into_iter().collect(), self.cut.map_or(0, left))
    }

    fn open(&mut self, tag: Tag<'_>, range: Range<usize>) {
        self.done = self.done.max(range.start);
        self.room = self.room.saturating_sub(1);
        let source = self.text.get(range.clone()).unwrap_or_default();
        let deep = self.stack.iter().filter(|it| it.element.is_some()).count() >= MAX_NESTING;
        let outermost = self.stack.is_empty();
        let (name, inline) = match tag {
            Tag::Paragraph | Tag::Heading { .. } | Tag::HtmlBlock => ("p", true),
            Tag::BlockQuote(_) => ("blockquote", false),
            Tag::CodeBlock(_) => ("pre", true),
            Tag::List(Some(_)) => ("ol", false),
            Tag::List(None) => ("ul", false),
            Tag::Item => ("li", false),
            Tag::Emphasis => ("em", true),
            Tag::Strong => ("strong", true),
            Tag::Strikethrough => ("s", true),
            Tag::Link { .. } | Tag::Image { .. } => return self.open_link(tag, source),
            _ => ("span", true),
        };
        let mut element = (!deep).then(|| VTag::new(name));
        // Every paragraph has the direction of its own letters; what is inside of a list or quotation, that of the whole.
        if outermost && !deep {
            element = element.map(|it| with(it, "dir", "auto"));
        }
        element = match &tag {
            // Headings inside a post are not headings of the page: they are drawn strong, one size down.
            Tag::Heading { .. } => element.map(|it| with(it, "class", "md-heading")),
            // Long lines scroll, which has to work by key, too.
            Tag::CodeBlock(_) => element.map(|it| with(it, "tabindex", "0")),
            // The numbers are drawn as they were written; a list without markers is none to some screen readers.
            Tag::List(Some(_)) => element.map(|it| with(it, "role", "list")),
            _ => element,
        };
        let flat = element.is_none();
        self.stack.push(Frame::new(element, inline));
        match tag {
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) if is_visible(&info) => {
                self.push(html! { <span class="md-language">{ info.trim().to_owned() }{ "\n" }</span> }, true);
            }
            Tag::Item => self.mark(source, range.start, flat),
            _ => {}
        }
    }

    /// The number of an item, as it was written: counting from the first would change what somebody said.
    fn mark(&mut self, source: &str, start: usize, flat: bool) {
        let item = source.trim_start();
        let digits = item.bytes().take_while(u8::is_ascii_digit).count();
        let marker = item.get(..digits + 1).unwrap_or_default();
        self.done = self.done.max(start + source.len() - item.len() + marker.len());
        if digits == 0 {
            return;
        }
        let number = format!("{marker} ");
        if flat {
            return self.push(Html::from(number), true);
        }
        self.push(html! { <span class="md-number">{ number }</span> }, true);
        if let Some(frame) = self.stack.last_mut() {
            frame.numbered = true;
        }
    }

    fn open_link(&mut self, tag: Tag<'_>, source: &str) {
        let is_image = matches!(tag, Tag::Image { .. });
        let (Tag::Link { link_type, dest_url, title, id } | Tag::Image { link_type, dest_url, title, id }) = tag else {
            return;
        };
        let shown = dest_url.to_string();
        let wanted = if link_type == LinkType::Email { format!("mailto:{shown}") } else { shown.clone() };
        let href = addresses::is_safe(&wanted).then_some(wanted);
        // A definition is drawn where it stands, and an address that leads nowhere makes no link of what refers to it.
        let written = match link_type {
            LinkType::Inline => None,
            _ if href.is_some() => None,
            LinkType::Autolink | LinkType::Email => Some(("<", ">".to_owned())),
            LinkType::Reference => Some(("[", format!("][{id}]"))),
            LinkType::Collapsed => Some(("[", "][]".to_owned())),
            _ => Some(("[", "]".to_owned())),
        };
        let title = if link_type == LinkType::Inline { title.to_string() } else { String::new() };
        let inside = self.stack.iter().any(Frame::is_anchor);
        let mut frame = Frame::new(href.as_deref().filter(|_| !inside).and_then(link), true);
        let before = written.as_ref().map(|(before, _)| *before);
        frame.address = Some(Address { shown, href, title, written: written.map(|(_, after)| after) });
        self.stack.push(frame);
        if let Some(before) = before {
            let before = if is_image && source.starts_with('!') { format!("!{before}") } else { before.to_owned() };
            self.push(Html::from(before), true);
        }
    }

    fn close(&mut self, range: Range<usize>) {
        self.catch_up(range.end);
        self.done = self.done.max(range.end);
        let Some(mut frame) = self.stack.pop() else { return };
        let address = frame.address.take();
        let Some(address) = address else {
            if frame.seen || frame.element.as_ref().is_some_and(|it| it.tag() == "li") {
                self.put(frame);
            } else {
                self.written(range);
            }
            return;
        };
        let wordless = !frame.seen;
        if wordless {
            let words = if address.shown.trim().is_empty() {
                self.text.get(range).unwrap_or_default().trim()
            } else {
                address.shown.trim()
            };
            frame.children.push(Html::from(words.to_owned()));
            frame.seen = true;
        }
        let (is_anchor, outside) = (frame.is_anchor(), !self.stack.iter().any(Frame::is_anchor));
        self.put(frame);
        match address.written {
            Some(after) => self.push(Html::from(after), true),
            None if is_anchor => {}
            None => match address.href {
                Some(href) => self.later.push(href),
                None if wordless || address.shown.is_empty() => {}
                None => self.push(Html::from(format!(" ({})", address.shown)), true),
            },
        }
        if is_visible(&address.title) {
            self.push(html! { <span class="md-title">{ format!(" ({})", address.title) }</span> }, true);
        }
        if outside {
            for href in mem::take(&mut self.later) {
                self.push(Html::from(" ("), true);
                self.push(anchor(&href, &href), true);
                self.push(Html::from(")"), true);
            }
        }
    }

    /// A finished frame goes to what it is in.
    fn put(&mut self, frame: Frame) {
        let Frame { element, mut children, seen, numbered, .. } = frame;
        // The end of a block ends its last line, too.
        while element.is_some() && children.last().is_some_and(is_break) {
            children.pop();
        }
        let top = self.top();
        top.seen |= seen;
        let Some(mut element) = element else { return top.children.append(&mut children) };
        if numbered && !children.is_empty() {
            let words: Html = children.split_off(1).into_iter().collect();
            children.push(html! { <div>{ words }</div> });
        }
        element.add_children(children);
        top.children.push(element.into());
    }

    /// Definitions of references make no events. They come between the blocks, and are shown as they were written.
    fn catch_up(&mut self, to: usize) {
        if self.stack.last().is_some_and(|it| it.inline) || to <= self.done {
            return;
        }
        let skipped = self.done..to;
        self.done = to;
        if self.text.get(skipped.clone()).is_some_and(|it| it.contains("]:")) {
            self.written(skipped);
        }
    }

    /// A stretch of the text as it was written.
    fn written(&mut self, range: Range<usize>) {
        self.at = (range.start, 0);
        let source = self.text.get(range).unwrap_or_default().trim();
        if source.is_empty() || self.cut.is_some() {
            return;
        }
        if self.stack.last().is_some_and(|it| it.inline) {
            return self.lines(source);
        }
        let paragraph = VTag::new("p");
        let element = if self.stack.is_empty() { with(paragraph, "dir", "auto") } else { paragraph };
        self.stack.push(Frame::new(Some(element), true));
        self.lines(source);
        if let Some(frame) = self.stack.pop() {
            self.put(frame);
        }
    }

    /// Text, its lines broken where they were, its addresses made links.
    fn lines(&mut self, text: &str) {
        let ends = text.ends_with('\n');
        let linked = self.stack.iter().any(|it| it.address.is_some());
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next().filter(|_| self.cut.is_none()) {
            if linked {
                self.push(Html::from(line), is_visible(line));
            } else {
                for part in addresses::split(line) {
                    match &part.href {
                        Some(href) => self.push(anchor(href, part.text), is_visible(part.text)),
                        None => self.naming(part.text),
                    }
                    self.at.1 += part.text.chars().count();
                }
            }
            if ends || lines.peek().is_some() {
                self.push(html! { <br /> }, false);
            }
        }
    }

    /// Words, of which those that name somebody lead to them: whoever draws this listens to presses.
    fn naming(&mut self, text: &str) {
        for (words, node) in mentions::split(text, self.names) {
            let drawn = match node {
                Some(node) => mention(node, words),
                None => Html::from(words),
            };
            self.push(drawn, is_visible(words));
        }
    }

    fn is_verbatim(&self) -> bool {
        self.stack.iter().any(|it| it.element.as_ref().is_some_and(|it| it.tag() == "pre"))
    }

    fn push(&mut self, node: Html, seen: bool) {
        if self.room == 0 {
            self.cut.get_or_insert(self.at);
        }
        if self.cut.is_some() {
            return;
        }
        self.room -= 1;
        let top = self.top();
        top.seen |= seen;
        top.children.push(node);
    }

    fn top(&mut self) -> &mut Frame {
        self.stack.last_mut().unwrap_or(&mut self.root)
    }
}

/// A link whose words are an address: its direction is that of the address, whatever stands around it.
fn anchor(href: &str, words: &str) -> Html {
    match link(href) {
        Some(element) => {
            let mut element = with(element, "dir", "auto");
            element.add_child(Html::from(words));
            element.into()
        }
        None => Html::from(words),
    }
}

/// What leads to somebody who is named.
pub fn mention(node: NodeId, words: &str) -> Html {
    html! { <button type="button" class="mention" data-testid="mention" data-node={node.to_string()} translate="no">{ words.to_owned() }</button> }
}

fn is_break(node: &Html) -> bool {
    matches!(node, VNode::VTag(tag) if tag.tag() == "br")
}

fn is_visible(text: &str) -> bool {
    text.contains(|c: char| !c.is_whitespace())
}
