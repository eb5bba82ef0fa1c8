//! What components hook into: the session, commands of a person, the keyboard, the passing of time.

mod chosen;
mod commands;
mod composing;
mod draft;
mod printing;
mod session;
mod shortcuts;
mod time;

pub use chosen::use_chosen;
pub use commands::{Commands, then, use_commands};
pub use composing::guard_composition;
pub use draft::{Drafting, use_about, use_draft};
pub use printing::use_printing;
pub use session::{use_session, use_view};
pub use shortcuts::{allow_shortcuts, shortcuts_allowed, use_keys};
pub use time::use_now;
