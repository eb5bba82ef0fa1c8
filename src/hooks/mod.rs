//! What components hook into: the session, commands of a person, the keyboard, the passing of time.

mod chosen;
mod commands;
mod composing;
mod countdown;
mod draft;
mod early;
mod figures;
mod filled;
mod printing;
mod seen;
mod session;
mod shortcuts;
mod time;
mod title;
mod wake_lock;
mod writing;

pub use chosen::use_chosen;
pub use commands::{Commands, then, use_commands};
pub use composing::guard_composition;
pub use countdown::{seconds_left, use_seconds_left};
pub use draft::{Drafting, use_about, use_draft};
pub use early::use_early;
pub use figures::use_figures;
pub use filled::{Filled, use_filled};
pub use printing::use_printing;
pub use seen::{use_seen, use_while_seen};
pub use session::{use_session, use_view};
pub use shortcuts::{allow_shortcuts, shortcuts_allowed, use_keys};
pub use time::use_now;
pub use title::use_title;
pub use wake_lock::use_wake_lock;
pub use writing::use_writing_in;
