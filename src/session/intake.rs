//! How much of a room this tab takes in: chosen by the person here, room by room, and kept in this browser. What it means is the
//! node's.

use paceline_mesh::{
    Input,
    replica::{Most, Takes},
};
use paceline_room::Cid;
use paceline_store::Settings;

use super::Session;
use crate::browser::page_path;

/// The setting with another bound than the usual: events, then bytes.
const MOST: &str = "room-most";

fn name(room: Cid) -> String {
    format!("takes.{room}")
}

/// The word of a choice, in settings and for scripts.
pub const fn takes_word(takes: Takes) -> &'static str {
    match takes {
        Takes::UntilFull => "until-full",
        Takes::All => "all",
        Takes::Newest => "newest",
        Takes::Nothing => "nothing",
    }
}

/// The choice of that word.
pub fn takes_of(word: &str) -> Takes {
    let all = [Takes::All, Takes::Newest, Takes::Nothing];
    all.into_iter().find(|it| takes_word(*it) == word).unwrap_or_default()
}

/// What was chosen for a room.
pub fn chosen(room: Cid) -> Takes {
    takes_of(&Settings::new(&page_path()).get(&name(room)).unwrap_or_default())
}

/// How much of a room is taken in without asking.
pub fn most() -> Most {
    let text = Settings::new(&page_path()).get(MOST).unwrap_or_default();
    let mut numbers = text.split(' ').map(|it| it.parse().ok());
    let usual = Most::default();
    Most {
        events: numbers.next().flatten().unwrap_or(usual.events),
        bytes: numbers.next().flatten().unwrap_or(usual.bytes),
    }
}

/// The room is gone from this browser.
pub fn forget(room: Cid) {
    Settings::new(&page_path()).set(&name(room), None);
}

impl Session {
    /// Takes so much of the open room from now on.
    pub fn take(&self, takes: Takes) {
        let Ok(engine) = self.engine() else { return };
        let chosen = (takes != Takes::UntilFull).then(|| takes_word(takes));
        // Where nothing is kept it holds for this tab.
        Settings::new(&page_path()).set(&name(engine.link.room), chosen);
        engine.node.input(Input::Take(takes));
        self.publish_now();
    }
}
