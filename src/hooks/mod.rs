//! What components hook into: the session, commands of a person, the keyboard, the passing of time.

mod chosen;
mod commands;
mod composing;
#[allow(dead_code, reason = "the meeting's screen uses it")]
mod countdown;
mod draft;
mod printing;
mod session;
mod shortcuts;
mod time;
#[allow(dead_code, reason = "the meeting's screen uses it")]
mod title;
#[allow(dead_code, reason = "the meeting's screen uses it")]
mod wake_lock;

pub use chosen::use_chosen;
pub use commands::{Commands, then, use_commands};
pub use composing::guard_composition;
#[allow(unused_imports, reason = "the meeting's screen uses it")]
pub use countdown::{seconds_left, use_seconds_left};
pub use draft::{Drafting, use_about, use_draft};
pub use printing::use_printing;
pub use session::{use_session, use_view};
pub use shortcuts::{allow_shortcuts, shortcuts_allowed, use_keys};
pub use time::use_now;
#[allow(unused_imports, reason = "the meeting's screen uses it")]
pub use title::use_title;
#[allow(unused_imports, reason = "the meeting's screen uses it")]
pub use wake_lock::use_wake_lock;
