//! Minutes as a page of their own (HTML): one file that loads nothing, runs nothing, is light or dark as whoever reads it has it, and
//! prints. What people wrote is text in it and nothing else, in the direction of its own letters.
//!
//! What is contested stands beneath what corrects it: nobody reads that without it.

use std::{fmt::Write as _, sync::Arc};

use super::{
    DecisionEntry, Entry, Minutes, PromiseEntry, Role, grouped,
    incident::Moment,
    markdown::{Heading, Wording, answer, beginning, by_answer, counts},
};
use crate::{
    NodeId,
    body::rounds::Ask,
    state::{Cast, Feedback, Placed, Post, Round, Sheet},
};

/// Nothing is loaded, nothing runs; the style stands in the file.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
/// How it looks: the page's own colours.
const STYLE: &str = "\
:root { color-scheme: light dark; --paper: #f7f5f0; --ink: #1c1b1a; --quiet: #5c564c; --line: #d9d2c6; --alarm: #b8371a }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181a; --ink: #ece8df; --quiet: #a9a398; --line: #3a3d40; --alarm: #ff8a6b }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
main { max-width: 42rem; margin: 0 auto; padding: 2rem 1rem 4rem }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2rem 0 .5rem; border-top: 1px solid var(--line); padding-top: 1rem }
ul { margin: 0; padding-inline-start: 1.25rem }
li { margin: .25rem 0 }
.quiet { color: var(--quiet) }
.contested { border-inline-start: 3px solid var(--alarm); padding-inline-start: .75rem; list-style: none; margin-inline-start: -1.25rem }
.contested > ul { color: var(--quiet) }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --quiet: #444; --line: #bbb; --alarm: #b8371a }
  main { max-width: none; padding: 0 }
  h2 { break-after: avoid }
  li { break-inside: avoid }
}
";

/// The minutes as one file. `language` is that of the wording (BCP 47).
pub fn html(minutes: &Minutes, wording: &dyn Wording, language: &str) -> String {
    let title = escaped(&minutes.meeting.title);
    let mut page = Page { text: String::new(), wording };
    _ = write!(
        page.text,
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1 dir=\"auto\">{title}</h1>\n<p class=\"quiet\">{}</p>\n",
        escaped(language),
        escaped(&wording.when(&minutes.meeting)),
    );
    page.parts(minutes);
    if let Some(last) = minutes.meeting.ended.as_ref().and_then(|it| it.text.as_deref()) {
        _ = writeln!(page.text, "<p dir=\"auto\">{}</p>", lines(last));
    }
    page.text.push_str("</main>\n</body>\n</html>\n");
    page.text
}

struct Page<'a> {
    text: String,
    wording: &'a dyn Wording,
}

impl Page<'_> {
    /// What a meeting came to, a part each, in the order of the minutes.
    fn parts(&mut self, minutes: &Minutes) {
        self.part(Heading::Attended, &minutes.attended, |page, it| page.item(&bold(&page.wording.name(it))));
        self.part(Heading::Timeline, &minutes.timeline, |page, it| page.moment(it));
        self.part(Heading::Decisions, &minutes.decisions, |page, it| page.decision(it));
        for (round, sheet) in &minutes.rounds {
            self.round(round, sheet, &minutes.rounds);
        }
        self.part(Heading::Agenda, &minutes.agenda, |page, it| page.agenda(it));
        self.part(Heading::Promises, &minutes.promises, |page, it| page.promise(it));
        self.part(Heading::Roles, &minutes.roles, |page, it| page.role(it));
        self.part(Heading::Contested, &minutes.contested, |page, (post, by)| page.contested(post, by));
        self.part(Heading::Open, &minutes.open, |page, it| {
            let of = it.addressee.map(|it| page.wording.name(&it));
            let who = page.wording.asks(&page.wording.name(&it.author), of.as_deref());
            page.item(&told(&escaped(&who), &page.words(it.text.as_deref())));
        });
        self.part(Heading::Later, &minutes.later, |page, it| page.item(&page.title(it)));
    }

    fn part<T>(&mut self, heading: Heading, all: &[T], each: impl Fn(&mut Self, &T)) {
        if !all.is_empty() {
            let heading = self.wording.heading(heading);
            self.list(&heading, |page| all.iter().for_each(|it| each(page, it)));
        }
    }

    /// A heading and what stands under it.
    fn list(&mut self, heading: &str, items: impl FnOnce(&mut Self)) {
        _ = write!(self.text, "<section>\n<h2 dir=\"auto\">{}</h2>\n<ul>\n", escaped(heading));
        items(self);
        self.text.push_str("</ul>\n</section>\n");
    }

    fn item(&mut self, item: &str) {
        _ = writeln!(self.text, "<li dir=\"auto\">{item}</li>");
    }

    /// An item with a list of its own.
    fn items(&mut self, item: &str, class: &str, within: impl FnOnce(&mut Self)) {
        _ = write!(self.text, "<li dir=\"auto\"{class}>{item}\n<ul>\n");
        within(self);
        self.text.push_str("</ul>\n</li>\n");
    }

    fn moment(&mut self, it: &Moment) {
        let wording = self.wording;
        let name = |node: &NodeId| wording.name(node);
        let (at, said) = match it {
            Moment::Said { post, sort, stars } => {
                let mut who = bold(&name(&post.author));
                if let Some(sort) = wording.sort(*sort) {
                    _ = write!(who, " ({})", escaped(&sort));
                }
                let said = told(&who, &self.words(post.text.as_deref()));
                (post.at, if stars.is_empty() { said } else { format!("{} {said}", escaped(&wording.star())) })
            }
            Moment::Led { holder, by, at, title, .. } => (*at, escaped(&wording.led(*by, &name(holder), title))),
            Moment::LetGoOn { by, holder, at, .. } => (*at, escaped(&wording.let_go_on(&name(by), &name(holder)))),
        };
        self.item(&format!("{} {said}", escaped(&wording.at(at))));
    }

    /// What was decided, or not, with the texts before, and what was said to it.
    fn decision(&mut self, it: &DecisionEntry) {
        let stands = format!("{} ({})", bold(&it.version.title), escaped(&self.wording.decision(it)));
        let item = told(&stands, &self.words(it.version.text.as_deref()));
        self.items(&item, "", |page| {
            for before in &it.before {
                let what = escaped(&page.wording.before());
                page.item(&told(&what, &page.words(before.text.as_deref())));
            }
            it.ballots.iter().for_each(|ballot| page.ballot(ballot));
        });
    }

    fn ballot(&mut self, it: &Cast) {
        let who = format!("{} {}", bold(&self.wording.name(&it.node)), escaped(&self.wording.ballot(it)));
        let said = if it.words.is_some() { told(&who, &self.words(it.reason.as_deref())) } else { who };
        match &it.fix {
            Some(fix) => self.items(&said, "", |page| page.item(&told(&escaped(&page.wording.fix()), fix))),
            None => self.item(&said),
        }
    }

    fn round(&mut self, round: &Round, sheet: &Sheet, all: &[(Arc<Round>, Sheet)]) {
        if sheet.answers.is_empty() && sheet.totals.is_none() {
            return;
        }
        self.list(&round.question, |page| match (&round.ask, &sheet.totals) {
            (Ask::Words(_), _) | (_, None) => {
                for (placed, others) in grouped(sheet) {
                    let said = page.answer(round, placed);
                    if others.is_empty() {
                        page.item(&said);
                    } else {
                        page.items(&said, "", |page| {
                            others.into_iter().for_each(|it| page.item(&page.answer(round, it)));
                        });
                    }
                }
            }
            (_, Some(totals)) => {
                let (plain, answers) = by_answer(counts(round, totals), all);
                plain.into_iter().for_each(|(name, many)| page.item(&format!("{}: {many}", escaped(name))));
                answers.into_iter().for_each(|(text, many)| page.item(&told(&many.to_string(), &text)));
            }
        });
    }

    fn answer(&self, round: &Round, placed: &Placed) -> String {
        let it = &placed.answer;
        let mut said = told(&bold(&self.wording.name(&it.node)), &answer(self.wording, round, placed));
        let mut beside: Vec<String> = placed.theme.iter().map(|it| escaped(it)).collect();
        beside.extend(it.apart.then(|| escaped(&self.wording.apart())));
        if !beside.is_empty() {
            _ = write!(said, " <span class=\"quiet\">({})</span>", beside.join("; "));
        }
        said
    }

    fn agenda(&mut self, it: &Entry) {
        let done = it.item.done.as_deref();
        let title = format!("{} {}", if done.is_some() { "☑" } else { "☐" }, self.title(it));
        match done.filter(|it| !it.is_empty()) {
            Some(outcome) => self.item(&told(&title, outcome)),
            None => self.item(&title),
        }
    }

    fn promise(&mut self, entry: &PromiseEntry) {
        let it = &entry.promise;
        let mut said = told(&bold(&self.wording.name(&it.node)), &self.words(it.text.as_deref()));
        let stands = escaped(&self.wording.promise(it.state, entry.renewed, entry.due));
        if !stands.is_empty() {
            _ = write!(said, " <span class=\"quiet\">({stands})</span>");
        }
        self.item(&said);
    }

    fn role(&mut self, role: &Role) {
        self.items(&escaped(&role.title), "", |page| {
            for held in &role.terms {
                let (name, time) = (bold(&page.wording.name(&held.holder)), escaped(&page.wording.held(held)));
                let held_by = format!("{name} {time}");
                if held.words.is_empty() {
                    page.item(&held_by);
                } else {
                    page.items(&held_by, "", |page| {
                        let said = held.words.iter().map(|(by, words)| told(&bold(&page.wording.name(by)), words));
                        said.collect::<Vec<_>>().iter().for_each(|it| page.item(it));
                    });
                }
            }
        });
    }

    fn contested(&mut self, post: &Post, corrections: &[Arc<Feedback>]) {
        let correct = |it: &Arc<Feedback>| {
            let who = self.wording.correction(&self.wording.name(&it.author));
            told(&escaped(&who), &self.words(it.text.as_deref()))
        };
        let corrections = corrections.iter().map(correct).collect::<Vec<_>>().join("<br>\n");
        let who = self.wording.corrected(&self.wording.name(&post.author));
        let said = told(&escaped(&who), &self.words(post.text.as_deref()));
        self.items(&corrections, " class=\"contested\"", |page| page.item(&said));
    }

    /// What an item is called: if a post says it, how that begins, and whose it is.
    fn title(&self, it: &Entry) -> String {
        match beginning(it) {
            Some((post, said)) => told(&escaped(&self.wording.wrote(post)), &self.words(said.as_deref())),
            None => escaped(&it.item.title),
        }
    }

    fn words(&self, text: Option<&str>) -> String {
        text.map_or_else(|| self.wording.no_words(), str::to_owned)
    }
}

fn bold(name: &str) -> String {
    format!("<strong><bdi>{}</bdi></strong>", escaped(name.trim()))
}

/// Who or what, which is written already, and what is said there.
fn told(what: &str, said: &str) -> String {
    format!("{what}: <bdi>{}</bdi>", lines(said))
}

/// A text of several lines.
fn lines(text: &str) -> String {
    let lines = text.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']).map(escaped);
    lines.filter(|it| !it.is_empty()).collect::<Vec<_>>().join("<br>\n")
}

/// Text in which nothing means anything to HTML, also within quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.trim().chars() {
        match it {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            it if it.is_control() => out.push(' '),
            it => out.push(it),
        }
    }
    out
}
