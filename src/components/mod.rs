//! What pages are made of. Components take small properties, ask the session, and never touch network or store.

pub mod about;
pub mod batons;
pub mod by_hand;
pub mod composer;
pub mod connection;
pub mod dialog;
pub mod disc;
pub mod feedback;
pub mod icons;
pub mod invite;
pub mod keys;
pub mod loops;
pub mod name_bar;
pub mod network;
pub mod notices;
pub mod people;
pub mod qr;
pub mod scanner;
pub mod servers;
pub mod settings;
pub mod storage;
pub mod stream;
pub mod unsent;
