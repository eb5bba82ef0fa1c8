//! Reads a form's file, whoever wrote it: what is too long is cut, what is out of bounds is brought within them, what is not known
//! is left out, and each such change is named by its place. It judges no words, and knows nothing of other forms.

use std::{cell::RefCell, ops::RangeInclusive};

use paceline_room::{
    body::{FormValues, Policy, meetings::ItemKind},
    limits,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    super::hidden::{is_blank, is_hidden},
    Form, FormBaton, FormIncident, FormItem, FormMeeting, FormNotes, NoteValues,
};

/// Longer files are not read, in bytes: one takes one or two thousand.
pub const MAX_BYTES: usize = 16 * 1024;
/// Characters of a form's title: with a day behind it it is a room's or a meeting's ([`limits::TITLE_CHARS`]).
pub const FORM_TITLE_CHARS: usize = 80;
/// Batons that a form opens: each is an event in every room of it.
pub const BATONS: usize = 8;
/// How long each speaks, or all write, vote and talk, and how long after an update the next is due, in seconds.
pub const SECONDS: RangeInclusive<u64> = limits::FORM_SECONDS_LEAST..=limits::FORM_SECONDS;
/// So long after an update the next is due where a form does not say, in seconds.
const UPDATE_SECONDS: u64 = 30 * 60;
/// The silence after which somebody may step in, in seconds.
pub const GRACE: RangeInclusive<u64> = 5..=3_600;
/// Items on the agenda that a meeting begins with: each is an event in every meeting of it.
pub const ITEMS: usize = 16;
/// How long a term is meant to be, or something on an agenda to take, in minutes: up to a day.
pub const MINUTES: RangeInclusive<u64> = 1..=24 * 60;
/// Days between two meetings: up to a year.
pub const DAYS: RangeInclusive<u64> = 1..=limits::FORM_DAYS;
/// Votes that each has.
pub const DOTS: RangeInclusive<u64> = 1..=limits::DOTS;
/// Characters of a place that is named: an unknown key may be as long as the file.
const PLACE_CHARS: usize = 60;

/// What a file says, as far as it can be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// The form; none if the file is none.
    pub form: Option<Form>,
    /// What was not taken as it is written, in the order in which it was read.
    pub said: Vec<Said>,
}

/// One thing that was not taken as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Where it stands: `meeting.prompts[3]`; empty for the file.
    pub place: String,
    /// What was done.
    pub what: What,
}

/// What was done with something in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The file is not there, or did not come in time.
    Absent,
    /// The file is longer than [`MAX_BYTES`].
    TooLong,
    /// The file is no JSON object.
    Malformed,
    /// The form has no name of letters, digits and hyphens.
    Nameless,
    /// Another form has its name.
    Taken,
    /// A text was cut at its limit.
    Cut,
    /// Characters that nobody sees, or that a name cannot have, were taken out of a text.
    Cleaned,
    /// A number was brought within its bounds.
    Clamped,
    /// Of a list only the first are used.
    Shortened,
    /// It is there twice: the second was left out.
    Repeated,
    /// No form has it: it was left out.
    Unknown,
    /// It is of another kind, or empty: it was left out.
    Unfit,
}

impl Read {
    /// No form, for a reason that the whole file gives.
    pub fn none(what: What) -> Self {
        Self { form: None, said: vec![Said { place: String::new(), what }] }
    }
}

/// Reads a form's file.
pub fn read(text: &str) -> Read {
    if text.len() > MAX_BYTES {
        return Read::none(What::TooLong);
    }
    let Ok(object) = serde_json::from_str::<Map<String, Value>>(text) else { return Read::none(What::Malformed) };
    let said = Sayings::default();
    let form = form(Fields { place: String::new(), values: object, said: &said });
    Read { form, said: said.0.into_inner() }
}

fn form(mut from: Fields<'_>) -> Option<Form> {
    let name = from.name("name")?;
    let title = from.text("title", FORM_TITLE_CHARS);
    let title = if title.is_empty() { name.clone() } else { title };
    let form = Form {
        name,
        purpose: from.text("purpose", limits::NOTE_CHARS),
        line: from.text("line", limits::TITLE_CHARS),
        steps: from.texts("steps"),
        batons: from.list("batons", BATONS, baton, |one, other| one.title == other.title),
        prompts: from.texts("prompts"),
        norms: from.texts("norms"),
        values: values(from.object("values"))?,
        meeting: from.object("meeting").map(|it| meeting(it, &title)),
        title,
    };
    from.end();
    Some(form)
}

fn baton(value: Value, place: String, said: &Sayings) -> Option<FormBaton> {
    let mut from = Fields::of(value, place.clone(), said)?;
    let title = from.text("title", limits::TITLE_CHARS);
    let minutes = from.number("minutes", MINUTES).and_then(|it| it.try_into().ok());
    from.end();
    if title.is_empty() {
        said.push(place, What::Unfit);
        return None;
    }
    Some(FormBaton { title, minutes })
}

/// What is left out is as in the forms of this build.
fn values(from: Option<Fields<'_>>) -> Option<FormValues> {
    let usual = FormValues { policy: Policy::Consent, quorum: 50_u64.try_into().ok()?, quorum_cap: 12, grace: 30 };
    let Some(mut from) = from else { return Some(usual) };
    let policy = from.word("policy").unwrap_or(usual.policy);
    let quorum = from.number("quorum", 0..=100).and_then(|it| it.try_into().ok()).unwrap_or(usual.quorum);
    let cap = from.number("quorum_cap", 1..=u64::from(u16::MAX)).and_then(|it| it.try_into().ok());
    let grace = from.number("grace", GRACE).and_then(|it| it.try_into().ok());
    from.end();
    Some(FormValues {
        policy,
        quorum,
        quorum_cap: cap.unwrap_or(usual.quorum_cap),
        grace: grace.unwrap_or(usual.grace),
    })
}

/// A meeting needs something to lead: where nothing is said, that is the form itself.
fn meeting(mut from: Fields<'_>, title: &str) -> FormMeeting {
    let role = from.text("role", limits::TITLE_CHARS);
    let meeting = FormMeeting {
        role: if role.is_empty() { title.to_owned() } else { role },
        prompts: from.texts("prompts"),
        seconds_each: from.number("seconds_each", SECONDS),
        every_days: from.number("every_days", DAYS).and_then(|it| it.try_into().ok()),
        // The same may be come to twice.
        agenda: from.list("agenda", ITEMS, item, |_, _| false),
        notes: from.object("notes").map(|it| notes(it, title)),
        incident: from.object("incident").map(|it| incident(it, title)),
    };
    from.end();
    meeting
}

/// Without a kind it is talked about.
fn item(value: Value, place: String, said: &Sayings) -> Option<FormItem> {
    let mut from = Fields::of(value, place.clone(), said)?;
    let title = from.text("title", limits::TITLE_CHARS);
    let minutes = from.number("minutes", MINUTES).and_then(|it| it.try_into().ok());
    let kind = from.word("kind").unwrap_or(ItemKind::Talk);
    from.end();
    if title.is_empty() {
        said.push(place, What::Unfit);
        return None;
    }
    Some(FormItem { title, minutes, kind })
}

fn notes(mut from: Fields<'_>, title: &str) -> FormNotes {
    let usual = NoteValues::default();
    let question = from.text("question", limits::TITLE_CHARS);
    let values = NoteValues {
        write_seconds: from.number("write_seconds", SECONDS).unwrap_or(usual.write_seconds),
        dots: from.number("dots", DOTS).unwrap_or(usual.dots),
        vote_seconds: from.number("vote_seconds", SECONDS).unwrap_or(usual.vote_seconds),
        talk_seconds: from.number("talk_seconds", SECONDS).unwrap_or(usual.talk_seconds),
    };
    from.end();
    FormNotes { question: if question.is_empty() { title.to_owned() } else { question }, values }
}

fn incident(mut from: Fields<'_>, title: &str) -> FormIncident {
    let question = from.text("question", limits::TITLE_CHARS);
    let update_seconds = from.number("update_seconds", SECONDS).unwrap_or(UPDATE_SECONDS);
    from.end();
    FormIncident { question: if question.is_empty() { title.to_owned() } else { question }, update_seconds }
}

/// What was not taken as it is written, so far.
#[derive(Default)]
struct Sayings(RefCell<Vec<Said>>);

impl Sayings {
    fn push(&self, place: String, what: What) {
        self.0.borrow_mut().push(Said { place, what });
    }

    /// A text within its limit, without what nobody sees; a break of lines is a space. Empty if nothing is left to see.
    fn text(&self, text: &str, most: usize, place: &str) -> String {
        let spaced = text.chars().map(|c| if c.is_ascii_whitespace() { ' ' } else { c });
        let clean: String = spaced.filter(|c| !is_hidden(*c)).collect();
        let trimmed = clean.trim();
        let cut: String = trimmed.chars().take(most).collect();
        let is_seen = !cut.chars().all(is_blank);
        if clean != text || !is_seen && !cut.is_empty() {
            self.push(place.to_owned(), What::Cleaned);
        }
        if cut.len() < trimmed.len() {
            self.push(place.to_owned(), What::Cut);
        }
        if is_seen { cut.trim_end().to_owned() } else { String::new() }
    }
}

/// What an object of the file still holds; each value is taken once.
struct Fields<'a> {
    /// Where it stands; empty for the form itself.
    place: String,
    values: Map<String, Value>,
    said: &'a Sayings,
}

impl<'a> Fields<'a> {
    fn of(value: Value, place: String, said: &'a Sayings) -> Option<Self> {
        if let Value::Object(values) = value {
            return Some(Self { place, values, said });
        }
        said.push(place, What::Unfit);
        None
    }

    /// A value and its place; `null` is none.
    fn take(&mut self, key: &str) -> Option<(Value, String)> {
        let value = self.values.remove(key).filter(|it| !it.is_null())?;
        Some((value, self.place_of(key)))
    }

    fn place_of(&self, key: &str) -> String {
        if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) }
    }

    fn unfit<T>(&self, place: String) -> Option<T> {
        self.said.push(place, What::Unfit);
        None
    }

    fn object(&mut self, key: &str) -> Option<Self> {
        let (value, place) = self.take(key)?;
        Fields::of(value, place, self.said)
    }

    /// Empty if there is none.
    fn text(&mut self, key: &str, most: usize) -> String {
        let Some((value, place)) = self.take(key) else { return String::new() };
        match value {
            Value::String(text) => self.said.text(&text, most, &place),
            _ => self.unfit(place).unwrap_or_default(),
        }
    }

    /// In kebab case.
    fn name(&mut self, key: &str) -> Option<String> {
        let (value, place) = self.take(key).unwrap_or_else(|| (Value::Null, self.place_of(key)));
        let given = value.as_str().unwrap_or_default();
        let plain = given.chars().map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() });
        let plain = plain.filter(|c| matches!(c, 'a'..='z' | '0'..='9' | '-')).collect::<String>();
        let name = plain.get(..limits::TAG_CHARS).unwrap_or(&plain).to_owned();
        if name.trim_matches('-').is_empty() {
            self.said.push(place, What::Nameless);
            return None;
        }
        if name != plain {
            self.said.push(place, What::Cut);
        } else if name != given {
            self.said.push(place, What::Cleaned);
        }
        Some(name)
    }

    /// Of several texts those that say something, each once.
    fn texts(&mut self, key: &str) -> Vec<String> {
        let one = |value: Value, place: String, said: &Sayings| {
            let text = value.as_str().map(|it| said.text(it, limits::TITLE_CHARS, &place));
            let text = text.filter(|it| !it.is_empty());
            if text.is_none() {
                said.push(place, What::Unfit);
            }
            text
        };
        self.list(key, limits::TAGS, one, PartialEq::eq)
    }

    fn list<T>(
        &mut self,
        key: &str,
        most: usize,
        one: fn(Value, String, &Sayings) -> Option<T>,
        is_same: fn(&T, &T) -> bool,
    ) -> Vec<T> {
        let Some((value, place)) = self.take(key) else { return Vec::new() };
        let Value::Array(values) = value else { return self.unfit(place).unwrap_or_default() };
        if values.len() > most {
            self.said.push(place.clone(), What::Shortened);
        }
        let mut taken = Vec::new();
        for (at, value) in values.into_iter().take(most).enumerate() {
            let place = format!("{place}[{at}]");
            match one(value, place.clone(), self.said) {
                Some(it) if taken.iter().any(|before| is_same(before, &it)) => self.said.push(place, What::Repeated),
                Some(it) => taken.push(it),
                None => {}
            }
        }
        taken
    }

    /// A whole number within bounds, if there is one.
    fn number(&mut self, key: &str, bounds: RangeInclusive<u64>) -> Option<u64> {
        let (value, place) = self.take(key)?;
        let Some(given) = value.as_f64() else { return self.unfit(place) };
        // What is below nothing is nothing, what is not whole loses its fraction.
        let number = value.as_u64().unwrap_or(given as u64).clamp(*bounds.start(), *bounds.end());
        if number as f64 != given {
            self.said.push(place, What::Clamped);
        }
        Some(number)
    }

    /// One of a few words.
    fn word<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let (value, place) = self.take(key)?;
        serde_json::from_value(value).ok().or_else(|| self.unfit(place))
    }

    /// Whatever is left is not known.
    fn end(self) {
        for key in self.values.keys() {
            let shown: String = self.place_of(key).chars().filter(|c| !is_hidden(*c)).take(PLACE_CHARS).collect();
            self.said.push(shown, What::Unknown);
        }
    }
}
