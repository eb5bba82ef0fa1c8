//! What somebody is writing, and what is to be sent and is not stored as an event yet: drafts and intents. Pure.
//!
//! A *draft* belongs to a place (the composer, the answer to a post, a form). On Enter it becomes an *intent* ([`Unsent`]) with a
//! name of its own. Both are records in the node's own database, beside its events; whoever commits an intent's event deletes the
//! intent in the same transaction, so that whatever crashes, one of the two is there and never both. [`Desk`] says what is to be
//! written when; it never waits. There is no intent without an open database: a room is shown only once its node's is open.
//!
//! | what ends the page | what is there afterwards |
//! | --- | --- |
//! | anything, while nothing is unsaved | all |
//! | closing, reloading, hiding | all: what is unsaved goes into [`Desk::note`], which is kept synchronously |
//! | a crash | what the last finished write held; one write is under way at a time, and the next takes all that came since |

mod desk;
mod place;

use serde::{Deserialize, Serialize};

pub use desk::{Change, Desk, GiveBack};
pub use place::Place;

/// Bytes of the longest text that is kept as a draft: far more than any post may have, and less than would fill a browser's quota.
pub const DRAFT_BYTES: usize = 1024 * 1024;

/// What somebody is writing at one place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The words.
    pub text: String,
    /// What else was chosen or written there, by name, such as the kind of a post or the sources of a correction.
    pub fields: Vec<(String, String)>,
    /// Whether its form was open when it was last seen.
    pub open: bool,
}

impl Draft {
    /// A field; empty if there is none.
    pub fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(it, _)| it == name).map_or("", |(_, value)| value)
    }

    /// Sets a field; an empty one is none.
    pub fn set_field(&mut self, name: &str, value: &str) {
        self.fields.retain(|(it, _)| it != name);
        if !value.is_empty() {
            self.fields.push((name.into(), value.into()));
        }
    }

    /// Whether nothing was written or chosen.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.fields.is_empty()
    }
}

/// Words that shall be sent and are not stored as an event yet: an intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// Its name; nobody else has one like it.
    pub id: String,
    /// Where it was written: says what it is about.
    pub place: Place,
    /// Which of the things that can be done there, such as how a loop is answered.
    #[serde(default)]
    pub act: String,
    /// When, Unix milliseconds.
    pub made: u64,
    /// Why it does not go out by itself: the code of a notice; empty if it does.
    #[serde(default)]
    pub held: String,
    /// What was written.
    #[serde(default)]
    pub draft: Draft,
    /// It was made before this page was opened: no form shows it any more.
    #[serde(skip)]
    pub resumed: bool,
}

#[cfg(test)]
mod tests;
