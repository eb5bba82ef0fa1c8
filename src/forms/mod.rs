//! The forms a room can be founded from: data files in `forms/`, embedded when the page is built, and those that the page's host
//! adds. A form sets texts and numbers, never rights. It does not open anything by itself: founding a room opens the form's
//! batons, and whoever is there may open them again. Fetching the host's is `config`'s.

pub mod reading;

use std::cell::{LazyCell, RefCell};

use paceline_room::body::{FormValues, meetings::ItemKind};
use serde::Serialize;

pub use reading::{Read, Said, What, read};

/// A room's template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Form {
    /// Stable name, kebab case; what the founding event says.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it is for, in one sentence.
    pub purpose: String,
    /// What it is, in a few words, where many are shown; the purpose where there are none.
    pub line: String,
    /// What to do first.
    pub steps: Vec<String>,
    /// Batons to open when the room is founded.
    pub batons: Vec<FormBaton>,
    /// Questions that everybody answers.
    pub prompts: Vec<String>,
    /// What the room asks of everybody.
    pub norms: Vec<String>,
    /// The values that decide anything.
    pub values: FormValues,
    /// What a meeting of it is, if it is one.
    pub meeting: Option<FormMeeting>,
}

impl Form {
    /// What it is, as shortly as it says.
    pub fn in_short(&self) -> &str {
        if self.line.is_empty() { &self.purpose } else { &self.line }
    }

    /// It is there for a meeting: one in which people are asked something, or decide, or an incident.
    pub fn is_to_meet(&self) -> bool {
        let meets = self.meeting.as_ref().is_some_and(|it| !it.prompts.is_empty() || it.incident.is_some());
        meets || self.name == DECIDE
    }

    /// What tells its meetings from others, if they are incidents.
    pub fn incident(&self) -> Option<&FormIncident> {
        self.meeting.as_ref()?.incident.as_ref()
    }
}

/// What a meeting of a form begins with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FormMeeting {
    /// What is led by who runs it.
    pub role: String,
    /// What everybody is asked to write.
    pub prompts: Vec<String>,
    /// How long each speaks, in seconds, if they speak in turn.
    pub seconds_each: Option<u64>,
    /// So many days later the next one is held, as a rule: until then what is promised in it is due.
    pub every_days: Option<u16>,
    /// What is on its agenda, in order.
    pub agenda: Vec<FormItem>,
    /// Notes that are hidden until all show theirs, voted on, and talked about.
    pub notes: Option<FormNotes>,
    /// It is an incident: begun by saying what is broken, led by who says so, and logged.
    pub incident: Option<FormIncident>,
}

/// Something on the agenda of each meeting of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormItem {
    /// What.
    pub title: String,
    /// How long it is meant to take.
    pub minutes: Option<u32>,
    /// What is done about it.
    pub kind: ItemKind,
}

/// Notes that are written, shown, voted on and talked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormNotes {
    /// What is asked of everybody; the meeting's prompts are the sorts of note.
    pub question: String,
    /// How long each step takes, and how many votes there are.
    #[serde(flatten)]
    pub values: NoteValues,
}

/// How an incident is begun and told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormIncident {
    /// What is asked of who begins it: the answer is what it is called.
    pub question: String,
    /// So long after an update the next one is due, in seconds.
    pub update_seconds: u64,
}

/// How long each step with notes takes, and how many votes there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NoteValues {
    /// How long all write, in seconds.
    pub write_seconds: u64,
    /// How many votes each has.
    pub dots: u64,
    /// How long all vote, in seconds.
    pub vote_seconds: u64,
    /// How long a note is talked about, in seconds.
    pub talk_seconds: u64,
}

impl Default for NoteValues {
    /// Where neither a form nor a meeting says anything.
    fn default() -> Self {
        Self { write_seconds: 300, dots: 3, vote_seconds: 180, talk_seconds: 300 }
    }
}

/// A baton that a form opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormBaton {
    /// What is led.
    pub title: String,
    /// How long a term is meant to be.
    pub minutes: Option<u32>,
}

/// The form of meetings that are held to decide something.
pub const DECIDE: &str = "decide";

/// The files, in the order in which they are offered.
const FILES: [&str; 5] = [
    include_str!("../../forms/blank.json"),
    include_str!("../../forms/stand-up.json"),
    include_str!("../../forms/retro.json"),
    include_str!("../../forms/decide.json"),
    include_str!("../../forms/incident.json"),
];

thread_local! {
    static BUNDLED: LazyCell<Vec<Form>> = LazyCell::new(|| FILES.iter().filter_map(|file| read(file).form).collect());
    // A page has one host.
    static HOSTED: RefCell<Vec<Form>> = const { RefCell::new(Vec::new()) };
}

/// The forms of this build.
pub fn bundled() -> Vec<Form> {
    BUNDLED.with(|it| (**it).clone())
}

/// Those that the page's host added.
pub fn hosted() -> Vec<Form> {
    HOSTED.with_borrow(Clone::clone)
}

/// How many the page's host added: they come after the page has begun.
pub fn count_hosted() -> usize {
    HOSTED.with_borrow(Vec::len)
}

/// All forms, those of this build first.
pub fn all() -> Vec<Form> {
    [bundled(), hosted()].concat()
}

/// The form of that name, if there is one here.
pub fn by_name(name: &str) -> Option<Form> {
    let of = |all: &[Form]| all.iter().find(|form| form.name == name).cloned();
    BUNDLED.with(|it| of(it)).or_else(|| HOSTED.with_borrow(|it| of(it)))
}

/// Takes over a form of the page's host, unless there is one of its name. Returns what was read, as far as it was used.
pub fn take_over(mut read: Read) -> Read {
    if let Some(form) = read.form.take_if(|it| by_name(&it.name).is_some()) {
        read.said = vec![Said { place: form.name, what: What::Taken }];
    } else if let Some(form) = &read.form {
        HOSTED.with_borrow_mut(|hosted| hosted.push(form.clone()));
    }
    read
}

#[cfg(test)]
mod tests;
