//! The two streams of a link: *live* for what is small and urgent, *bulk* for catching up, so that the one does not wait behind
//! the other. The dialer of a connection opens both; each is used both ways.

mod behaviour;
mod frame;
mod io;
mod queue;

pub(crate) use behaviour::{Behaviour, LaneOpened};
pub(crate) use frame::Frame;
pub(crate) use io::{Reader, Report, Turn, tasks};
pub(crate) use queue::{LaneQueue, MAX_QUEUED_BULK, MAX_QUEUED_LIVE, Overflow};

pub use frame::MAX_MESSAGE;
