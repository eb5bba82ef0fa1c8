//! What several views are made of. Components take small properties, ask the session, and know no view; none touches network or store.

pub mod connection;
pub mod copyable;
pub mod decision;
pub mod dialog;
pub mod disc;
pub mod doubtful;
pub mod ending;
pub mod export;
pub mod feedback;
pub mod fields;
pub mod go_on;
pub mod icons;
pub mod more;
pub mod notes;
pub mod notices;
pub mod own_name;
pub mod path;
pub mod qr;
pub mod reading;
pub mod scanner;
pub mod theme;
pub mod timer;
pub mod told;
pub mod undo;
pub mod verify;
pub mod written;
