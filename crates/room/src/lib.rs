//! Paceline's room: what an event is, which events are admitted, and what they mean together.
//!
//! This crate is pure. It has no clock, no randomness, no network and no browser: given the same *set* of
//! events, in whatever order they came, every node computes the same [`state`]. Keys, salts and wall-clock
//! times are passed in.
//!
//! The way through it: a [`body::Body`] is put into an [`event::Draft`], signed into an [`event::Event`] and
//! encoded as one canonical DAG-CBOR block; [`log::Log`] admits blocks; [`fold::Fold`] keeps what they mean.
#![forbid(unsafe_code)]

pub mod batch;
pub mod canonical;
pub mod car;
pub mod cid;
mod clock;
pub mod command;
pub mod cost;
mod day;
mod encode;
pub mod event;
mod fields;
pub mod fold;
mod ix;
pub mod json_lines;
pub mod kinds;
pub mod limits;
pub mod log;
pub mod minutes;
pub mod node;
mod scan;
pub mod seal;
pub mod sorted;
pub mod state;
pub mod stored;
pub mod suggest;
mod table;
#[cfg(any(test, feature = "test-utils"))]
pub mod testing;
pub mod threads;
pub mod tree;
pub mod verify;
pub mod words;

pub use cid::Cid;
pub use day::Day;
pub use event::{Draft, Event, EventError};
pub use fold::Fold;
pub use kinds::{self as body, Body, Unknown};
pub use log::{Admission, Ix, Log};
pub use node::{Keypair, NodeId};
pub use stored::Stored;
pub use table::Table;
pub use tree::Tree;
pub use words::Words;
