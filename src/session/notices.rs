//! Codes of errors and notices. What a person reads (what happened, what was kept, what to do) is a text like all others:
//! `notice-CODE` in `locales`. `cargo xtask check` proves that every code has one and is in `docs/notices.md`.

use std::borrow::Borrow;

use paceline_node::NodeError;
use paceline_store::StoreError;

use super::error::SessionError;
use crate::{
    parts::Missing,
    texts::{self, Value},
};

/// The code of what was asked for before somebody went elsewhere. Nobody needs to be told.
pub const SUPERSEDED: &str = "superseded";

/// The sentence of a code.
pub fn sentence(code: &str) -> String {
    sentence_with(code, &[])
}

/// The sentence of a code, with its values.
pub fn sentence_with(code: &str, values: &[(&str, Value<'_>)]) -> String {
    texts::notice(code, values)
}

/// An error by its code.
pub fn error(code: &'static str) -> SessionError {
    SessionError::new(code, sentence(code))
}

/// An error that says more than its code.
pub fn error_with(code: &'static str, values: &[(&str, Value<'_>)]) -> SessionError {
    SessionError::new(code, sentence_with(code, values))
}

/// A pasted code that could not be used.
pub fn out_of_band(error: paceline_net::OutOfBandError) -> SessionError {
    self::error(error.code())
}

/// A part of the page that did not come.
pub fn part(_: Missing) -> SessionError {
    self::error("part-missing")
}

/// A storage error in a person's words.
pub fn storage(error: impl Borrow<StoreError>) -> SessionError {
    self::error(error.borrow().code())
}

/// What a node could not do, in a person's words.
pub fn node(error: NodeError) -> SessionError {
    self::error(error.code())
}
