//! The forms a room can be founded from: data files in `forms/`, embedded when the page is built. A form sets texts and
//! numbers, never rights. It does not open anything by itself: founding a room opens the form's batons, and whoever is
//! there may open them again.

use paceline_room::body::FormValues;
use serde::Deserialize;

/// A room's template.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Stable name, kebab case; what the founding event says.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it is for, in one sentence.
    pub purpose: String,
    /// What it is, in a few words, where many are shown; the purpose where there are none.
    #[serde(default)]
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
    #[serde(default)]
    pub meeting: Option<FormMeeting>,
}

impl Form {
    /// What it is, as shortly as it says.
    pub fn in_short(&self) -> &str {
        if self.line.is_empty() { &self.purpose } else { &self.line }
    }

    /// It is there for a meeting in which people are asked something.
    pub fn is_to_meet(&self) -> bool {
        self.meeting.as_ref().is_some_and(|it| !it.prompts.is_empty())
    }
}

/// What a meeting of a form begins with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormMeeting {
    /// What is led by who runs it.
    pub role: String,
    /// What everybody is asked to write.
    pub prompts: Vec<String>,
    /// How long each speaks, in seconds, if they speak in turn.
    pub seconds_each: Option<u64>,
    /// So many days later the next one is held, as a rule: until then what is promised in it is due.
    #[serde(default)]
    pub every_days: Option<u16>,
    /// Notes that are hidden until all show theirs, voted on, and talked about.
    #[serde(default)]
    pub notes: Option<FormNotes>,
}

/// Notes that are written, shown, voted on and talked about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormNotes {
    /// What is asked of everybody; the meeting's prompts are the sorts of note.
    pub question: String,
    /// How long all write, in seconds.
    pub write_seconds: u64,
    /// How many votes each has.
    pub dots: u64,
    /// How long all vote, in seconds.
    pub vote_seconds: u64,
    /// How long a note is talked about, in seconds.
    pub talk_seconds: u64,
}

impl Default for FormNotes {
    /// For a meeting whose form this build does not have.
    fn default() -> Self {
        Self { question: String::new(), write_seconds: 300, dots: 3, vote_seconds: 180, talk_seconds: 300 }
    }
}

/// A baton that a form opens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormBaton {
    /// What is led.
    pub title: String,
    /// How long a term is meant to be.
    pub minutes: Option<u32>,
}

/// The files, in the order in which they are offered.
const FILES: [&str; 3] =
    [include_str!("../forms/blank.json"), include_str!("../forms/stand-up.json"), include_str!("../forms/retro.json")];

/// All forms of this build.
pub fn all() -> Vec<Form> {
    FILES.iter().filter_map(|file| serde_json::from_str(file).ok()).collect()
}

/// The form of that name, if this build has it.
pub fn by_name(name: &str) -> Option<Form> {
    all().into_iter().find(|form| form.name == name)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use paceline_room::limits;

    #[test]
    fn every_form_file_reads_and_names_itself_once() {
        let forms = all();
        assert_eq!(forms.len(), FILES.len());
        for form in &forms {
            assert_eq!(forms.iter().filter(|it| it.name == form.name).count(), 1);
            assert!(form.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{} is not kebab case", form.name);
        }
    }

    #[test]
    fn every_form_stays_within_the_limits_of_the_room() {
        for form in all() {
            assert!(form.values.quorum_cap > 0, "{}", form.name);
            assert!((5..=3_600).contains(&form.values.grace), "{}", form.name);
            if let Some(it) = form.meeting {
                let titles = it.prompts.iter().chain([&it.role]);
                assert!(titles.into_iter().all(|it| !it.is_empty() && it.chars().count() <= limits::TITLE_CHARS));
                assert!(it.prompts.len() <= limits::TAGS);
                assert!(it.seconds_each.is_none_or(|it| (10..=3_600).contains(&it)), "{}", form.name);
                assert!(it.every_days.is_none_or(|it| (1..=366).contains(&it)), "{}", form.name);
                if let Some(it) = it.notes {
                    assert!(!it.question.is_empty() && it.question.chars().count() <= limits::TITLE_CHARS);
                    assert!((1..=limits::DOTS).contains(&it.dots), "{}", form.name);
                    for seconds in [it.write_seconds, it.vote_seconds, it.talk_seconds] {
                        assert!((10..=3_600).contains(&seconds), "{}", form.name);
                    }
                }
            }
            for baton in form.batons {
                assert!(!baton.title.is_empty() && baton.title.chars().count() <= limits::TITLE_CHARS);
                assert!(baton.minutes.is_none_or(|minutes| (1..=24 * 60).contains(&minutes)));
            }
        }
    }
}
