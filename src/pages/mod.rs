//! One file per screen.

mod room;
mod start;

pub use room::RoomPage;
pub use start::StartPage;
