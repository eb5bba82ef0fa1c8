//! How much of a room this tab takes, as its person chose. The choice is this browser's and of one room: it is kept beside the page's
//! settings, and goes with the room.

use paceline_mesh::{
    Input,
    replica::{Amount, MOST},
};
use paceline_room::Cid;
use paceline_store::Settings;

use super::{Session, Takes, error::Outcome};
use crate::browser::page_path;

/// All choices, with their words in settings, in `status()` and for scripts.
const WORDS: [(Takes, &str); 4] =
    [(Takes::UntilFull, "until-full"), (Takes::All, "all"), (Takes::Newest, "newest"), (Takes::Nothing, "nothing")];

/// The word of a choice.
pub fn takes_word(takes: Takes) -> &'static str {
    WORDS.iter().find(|(it, _)| *it == takes).map_or("", |(_, word)| word)
}

/// The choice of a word.
pub fn takes_of(word: &str) -> Option<Takes> {
    WORDS.iter().find(|(_, it)| *it == word).map(|(takes, _)| *takes)
}

fn settings() -> Settings {
    Settings::new(&page_path())
}

fn name(room: Cid) -> String {
    format!("takes-{room}")
}

/// What was chosen for a room.
pub fn chosen(room: Cid) -> Takes {
    settings().get(&name(room)).and_then(|word| takes_of(&word)).unwrap_or_default()
}

/// How much is taken without asking: for small or large machines the settings `most-events` and `most-bytes` say otherwise.
pub fn most() -> Amount {
    let settings = settings();
    let number = |name: &str, usual| settings.get(name).and_then(|it| it.parse().ok()).unwrap_or(usual);
    Amount { events: number("most-events", MOST.events), bytes: number("most-bytes", MOST.bytes) }
}

/// The room is forgotten.
pub fn forget(room: Cid) {
    settings().set(&name(room), None);
}

impl Session {
    /// Takes so much of the open room from now on, in this browser.
    pub fn take(&self, takes: Takes) -> Outcome<()> {
        self.may_keep()?;
        let engine = self.engine()?;
        let word = (takes != Takes::UntilFull).then(|| takes_word(takes));
        settings().set(&name(engine.link.room), word);
        engine.node.input(Input::Take(takes));
        self.publish_now();
        Ok(())
    }
}
