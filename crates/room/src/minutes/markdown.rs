//! Minutes as Markdown (CommonMark). What people wrote stands in items of lists and can neither end them nor make headings, items,
//! quotes, tables or references: every line of it begins with what is no mark of a block.

use std::{cmp::Reverse, collections::BTreeMap, fmt::Write as _, sync::Arc};

use super::{
    DecisionEntry, DecisionWording, Entry, Held, Minutes, PromiseEntry, Role, grouped,
    incident::{Moment, Sort},
};
use crate::{
    Cid, Day, NodeId,
    body::rounds::{Ask, Value},
    limits,
    state::{Feedback, Meeting, Placed, Post, PromiseState, Round, Sheet, TermBy},
};

/// What stands over a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Heading {
    Attended,
    Timeline,
    Decisions,
    Agenda,
    Promises,
    Roles,
    Contested,
    Open,
    Later,
}

/// The caller's words: names, dates, and what is said of things.
pub trait Wording: DecisionWording {
    /// What somebody is called.
    fn name(&self, node: &NodeId) -> String;
    /// When it was, and until when, if it has ended.
    fn when(&self, meeting: &Meeting) -> String;
    /// A heading.
    fn heading(&self, it: Heading) -> String;
    /// A time of day.
    fn at(&self, at: u64) -> String;
    /// What sort of line of an incident's log it is, if it is one to be named.
    fn sort(&self, sort: Sort) -> Option<String>;
    /// Who began to lead what, and how.
    fn led(&self, by: TermBy, name: &str, title: &str) -> String;
    /// Who let whom go on.
    fn let_go_on(&self, by: &str, name: &str) -> String;
    /// What a line is marked with that somebody thanked for.
    fn star(&self) -> String {
        "★".into()
    }
    /// How long somebody had a role.
    fn held(&self, held: &Held) -> String;
    /// Where a promise stands, whether it was said to go on, and by when it is due.
    fn promise(&self, state: PromiseState, renewed: bool, due: Option<Day>) -> String;
    /// Words that are not here, or were taken back.
    fn no_words(&self) -> String;
    /// An answer that is sealed still.
    fn not_opened(&self) -> String;
    /// An answer that no reveal has seen.
    fn apart(&self) -> String;
    /// Who corrects a post.
    fn correction(&self, by: &str) -> String;
    /// Who wrote something, and when.
    fn wrote(&self, post: &Post) -> String;
    /// Who had written what is corrected.
    fn corrected(&self, by: &str) -> String;
    /// Who asks whom.
    fn asks(&self, by: &str, of: Option<&str>) -> String;
}

/// The minutes as Markdown.
pub fn markdown(minutes: &Minutes, wording: &dyn Wording) -> String {
    let mut page = Page { text: String::new(), wording };
    page.line(&format!("# {}", escaped(&minutes.meeting.title)));
    page.line(&escaped(&wording.when(&minutes.meeting)));
    page.part(Heading::Attended, &minutes.attended, |page, node| page.item(&bold(&page.wording.name(node))));
    page.part(Heading::Timeline, &minutes.timeline, |page, it| page.moment(it));
    page.part(Heading::Decisions, &minutes.decisions, |page, it| page.decision(it));
    for (round, sheet) in &minutes.rounds {
        page.round(round, sheet, &minutes.rounds);
    }
    page.part(Heading::Agenda, &minutes.agenda, |page, it| {
        let done = it.item.done.as_deref();
        let title = format!("{} {}", if done.is_some() { "[x]" } else { "[ ]" }, page.title(it));
        page.item(&told(&title, done.filter(|it| !it.is_empty())));
    });
    page.part(Heading::Promises, &minutes.promises, |page, it| page.promise(it));
    page.part(Heading::Roles, &minutes.roles, |page, it| page.role(it));
    page.part(Heading::Contested, &minutes.contested, |page, (post, corrections)| {
        corrections.iter().for_each(|it| page.correction(it));
        page.corrected(post);
    });
    page.part(Heading::Open, &minutes.open, |page, it| page.open(it));
    page.part(Heading::Later, &minutes.later, |page, it| page.item(&page.title(it)));
    if let Some(last) = minutes.meeting.ended.as_ref().and_then(|it| it.text.as_deref()) {
        page.line(&lines(last, ""));
    }
    page.text
}

pub(super) struct Page<'a> {
    text: String,
    pub(super) wording: &'a dyn Wording,
}

impl Page<'_> {
    fn decision(&mut self, it: &DecisionEntry) {
        let words = |text: Option<&str>| text.map_or_else(|| self.wording.no_words(), str::to_owned);
        let stands = format!("{} ({})", bold(&it.version.title), escaped(&self.wording.decision(it)));
        let mut out = told(&stands, Some(&words(it.version.text.as_deref())));
        for before in &it.before {
            let said = lines(&words(before.text.as_deref()), "    ");
            _ = write!(out, "\n  - {}: {said}", escaped(&self.wording.before()));
        }
        for ballot in &it.ballots {
            let who = format!("{} {}", bold(&self.wording.name(&ballot.node)), escaped(&self.wording.ballot(ballot)));
            _ = write!(out, "\n  - {who}");
            if ballot.words.is_some() {
                _ = write!(out, ": {}", lines(&words(ballot.reason.as_deref()), "    "));
            }
            if let Some(fix) = &ballot.fix {
                _ = write!(out, "\n    - {}: {}", escaped(&self.wording.fix()), lines(fix, "      "));
            }
        }
        self.item(&out);
    }

    /// A block of its own.
    fn line(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        _ = writeln!(self.text, "{line}");
    }

    /// An item of the list that is open.
    pub(super) fn item(&mut self, item: &str) {
        _ = writeln!(self.text, "- {item}");
    }

    fn part<T>(&mut self, heading: Heading, all: &[T], each: impl Fn(&mut Self, &T)) {
        if all.is_empty() {
            return;
        }
        let heading = self.wording.heading(heading);
        self.line(&format!("## {}\n", escaped(&heading)));
        all.iter().for_each(|it| each(self, it));
    }

    /// When, who, and what: marked if somebody thanked for it.
    fn moment(&mut self, it: &Moment) {
        let wording = self.wording;
        let name = |node: &NodeId| wording.name(node);
        let (at, said) = match it {
            Moment::Said { post, sort, stars } => {
                let mut who = bold(&name(&post.author));
                if let Some(sort) = wording.sort(*sort) {
                    _ = write!(who, " ({})", escaped(&sort));
                }
                let said = told(&who, Some(&self.words(post.text.as_deref())));
                (post.at, if stars.is_empty() { said } else { format!("{} {said}", escaped(&wording.star())) })
            }
            Moment::Led { holder, by, at, title, .. } => (*at, escaped(&wording.led(*by, &name(holder), title))),
            Moment::LetGoOn { by, holder, at, .. } => (*at, escaped(&wording.let_go_on(&name(by), &name(holder)))),
        };
        self.item(&format!("{} {said}", escaped(&wording.at(at))));
    }

    fn round(&mut self, round: &Round, sheet: &Sheet, all: &[(Arc<Round>, Sheet)]) {
        if sheet.answers.is_empty() && sheet.totals.is_none() {
            return;
        }
        self.line(&format!("## {}\n", escaped(&round.question)));
        match (&round.ask, &sheet.totals) {
            (Ask::Words(_), _) | (_, None) => {
                for (placed, others) in grouped(sheet) {
                    let it = &placed.answer;
                    let mut said =
                        told(&bold(&self.wording.name(&it.node)), Some(&answer(self.wording, round, placed)));
                    let mut beside: Vec<String> = placed.theme.iter().map(|it| escaped(it)).collect();
                    beside.extend(it.apart.then(|| escaped(&self.wording.apart())));
                    if !beside.is_empty() {
                        _ = write!(said, " ({})", beside.join("; "));
                    }
                    _ = writeln!(self.text, "- {said}");
                    for it in others {
                        let said = format!(
                            "{}: {}",
                            bold(&self.wording.name(&it.answer.node)),
                            lines(&answer(self.wording, round, it), "    ")
                        );
                        _ = writeln!(self.text, "  - {said}");
                    }
                }
            }
            (_, Some(totals)) => {
                let (plain, answers) = by_answer(counts(round, totals), all);
                plain.into_iter().for_each(|(name, many)| self.item(&format!("{}: {many}", escaped(name))));
                answers.into_iter().for_each(|(text, many)| self.item(&told(&many.to_string(), Some(&text))));
            }
        }
    }

    fn promise(&mut self, entry: &PromiseEntry) {
        let it = &entry.promise;
        let said = it.text.as_deref().map_or_else(|| self.wording.no_words(), str::to_owned);
        let promise = told(&bold(&self.wording.name(&it.node)), Some(&said));
        let stands = escaped(&self.wording.promise(it.state, entry.renewed, entry.due));
        self.item(&if stands.is_empty() { promise } else { format!("{promise} ({stands})") });
    }

    fn role(&mut self, role: &Role) {
        self.item(&escaped(&role.title));
        for held in &role.terms {
            let (name, time) = (bold(&self.wording.name(&held.holder)), escaped(&self.wording.held(held)));
            _ = writeln!(self.text, "  - {name} {time}");
            for (by, words) in &held.words {
                let said = lines(words, "      ");
                _ = writeln!(self.text, "    - {}: {said}", bold(&self.wording.name(by)));
            }
        }
    }

    /// Before what it corrects: nobody reads that without it.
    fn correction(&mut self, it: &Feedback) {
        let who = self.wording.correction(&self.wording.name(&it.author));
        self.item(&told(&escaped(&who), Some(&self.words(it.text.as_deref()))));
    }

    fn corrected(&mut self, post: &Post) {
        let who = self.wording.corrected(&self.wording.name(&post.author));
        _ = writeln!(self.text, "  - {}: {}", escaped(&who), lines(&self.words(post.text.as_deref()), "    "));
    }

    fn open(&mut self, it: &Feedback) {
        let of = it.addressee.map(|it| self.wording.name(&it));
        let who = self.wording.asks(&self.wording.name(&it.author), of.as_deref());
        self.item(&told(&escaped(&who), Some(&self.words(it.text.as_deref()))));
    }

    /// What an item is called: if a post says it, how that begins, and whose it is.
    fn title(&self, it: &Entry) -> String {
        match beginning(it) {
            Some((post, said)) => told(&escaped(&self.wording.wrote(post)), Some(&self.words(said.as_deref()))),
            None => escaped(&it.item.title),
        }
    }

    fn words(&self, text: Option<&str>) -> String {
        text.map_or_else(|| self.wording.no_words(), str::to_owned)
    }
}

/// The post that says what an item is called, and its first line, if it is here.
pub(super) fn beginning(it: &Entry) -> Option<(&Post, Option<String>)> {
    let post = it.about.as_ref().filter(|_| it.item.title.is_empty())?;
    let first = post.text.as_deref().and_then(|it| it.lines().find(|it| !it.trim().is_empty()));
    Some((post, first.map(|it| it.chars().take(limits::TITLE_CHARS).collect())))
}

/// What somebody answered.
pub(super) fn answer(wording: &dyn Wording, round: &Round, placed: &Placed) -> String {
    let it = &placed.answer;
    match (&it.text, &it.value) {
        (Some(text), _) => text.to_string(),
        (None, Some(Value::Number(number))) => number.get().to_string(),
        (None, Some(Value::Choice(at))) => {
            round.ask.options().get(at.get() as usize).map(ToString::to_string).unwrap_or_default()
        }
        (None, Some(Value::Dots(_))) => String::new(),
        (None, None) if !it.opened => wording.not_opened(),
        (None, None) => wording.no_words(),
    }
}

/// How often a thing was counted, by what it is called.
type Counts<'a> = Vec<(&'a String, &'a u64)>;

/// As the options stand; of a scale, from the least number on.
pub(super) fn counts<'a>(round: &Round, totals: &'a BTreeMap<String, u64>) -> Counts<'a> {
    let mut counts: Counts = totals.iter().collect();
    let place = |name: &str| round.ask.options().iter().position(|it| **it == *name);
    counts.sort_by_key(|(name, _)| (place(name), name.parse::<i64>().unwrap_or_default()));
    counts
}

/// What was counted for options that stand for themselves; and for those that stand for answers, by what the first says of those that
/// say the same, the most first.
pub(super) fn by_answer<'a>(counts: Counts<'a>, all: &[(Arc<Round>, Sheet)]) -> (Counts<'a>, Vec<(String, u64)>) {
    let answers = || all.iter().flat_map(|(_, sheet)| &sheet.answers);
    let find = |cid: Cid| answers().find(|it| it.answer.cid == cid);
    let (mut plain, mut groups) = (Vec::new(), Vec::<(Cid, u64)>::new());
    for (name, many) in counts {
        match name.parse().ok().and_then(find) {
            Some(placed) => match groups.iter_mut().find(|it| it.0 == placed.group) {
                Some(group) => group.1 += many,
                None => groups.push((placed.group, *many)),
            },
            None => plain.push((name, many)),
        }
    }
    groups.sort_by_key(|it| Reverse(it.1));
    let text = |cid| find(cid).and_then(|it| it.answer.text.as_deref()).unwrap_or("…").to_owned();
    (plain, groups.into_iter().map(|(cid, many)| (text(cid), many)).collect())
}

pub(super) fn bold(name: &str) -> String {
    format!("**{}**", escaped(name.trim()))
}

/// Who or what, and what is said there, within an item.
pub(super) fn told(what: &str, said: Option<&str>) -> String {
    match said {
        Some(said) => format!("{what}: {}", lines(said, "  ")),
        None => what.to_owned(),
    }
}

/// A text of several lines within an item: each after the first begins anew, so far in.
pub(super) fn lines(text: &str, indent: &str) -> String {
    let lines = text.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']).map(inline);
    let lines: Vec<String> = lines.filter(|it| !it.is_empty()).collect();
    // Two spaces at its end break a line without ending the item.
    lines.join(&format!("  \n{indent}"))
}

/// One line in which nothing means anything to Markdown.
pub(super) fn escaped(text: &str) -> String {
    marked(text, |at, it, starts| match it {
        '*' | '_' | '`' | '~' => true,
        _ => starts && at == 0,
    })
}

/// One line of which emphasis and code are left.
fn inline(text: &str) -> String {
    marked(text, |at, _, starts| starts && at == 0)
}

/// Marks what would make a block, a reference, HTML or a picture, and what the caller says besides: by its place, and whether the line
/// begins as a block does.
fn marked(text: &str, also: fn(usize, char, bool) -> bool) -> String {
    let line: String = text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    let line = line.trim();
    let starts = begins_a_block(line);
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    let mut out = String::with_capacity(line.len());
    for (at, it) in line.chars().enumerate() {
        let always = matches!(it, '<' | '\\' | '[' | ']' | '|' | '&' | '!');
        let numbers = digits > 0 && at == digits && matches!(it, '.' | ')');
        if always || numbers || also(at, it, starts) {
            out.push('\\');
        }
        out.push(it);
    }
    out
}

/// Whether a line begins with what makes a heading, a quote, an item, a fence, a rule or an underline; numbers apart.
fn begins_a_block(line: &str) -> bool {
    let mut letters = line.chars();
    let Some(first) = letters.next() else { return false };
    let alone = letters.clone().next().is_none_or(char::is_whitespace);
    let rule = line.chars().all(|it| it == first || it.is_whitespace());
    match first {
        '#' | '>' | '=' | ':' => true,
        '-' | '+' => alone || rule || letters.next() == Some('-'),
        '*' | '_' => alone || rule,
        '`' | '~' => line.chars().take(3).all(|it| it == first),
        _ => false,
    }
}
