//! The schema of a room's database, as the steps that lead to it. A step that was released never changes again.

use wasm_bindgen::JsValue;
use web_sys::{IdbDatabase, IdbTransaction};

use super::connection::Step;

/// The store of segments by number.
pub(super) const SEGMENTS: &str = "segments";
/// The store of drafts and intents by key.
pub(super) const UNSENT: &str = "unsent";
/// The version this build writes.
const VERSION: usize = 3;

/// Step `n` leads from version `n` to `n + 1`. Raising [`VERSION`] without writing the step does not compile.
pub(super) const STEPS: [Step; VERSION] = [to_1_nothing, to_2_segments, to_3_unsent];

/// Version 1 is what a browser makes when anything opens the database without a version: no stores at all.
fn to_1_nothing(_: &IdbDatabase, _: &IdbTransaction) -> Result<(), JsValue> {
    Ok(())
}

/// Segments by number.
fn to_2_segments(db: &IdbDatabase, _: &IdbTransaction) -> Result<(), JsValue> {
    db.create_object_store(SEGMENTS).map(|_| ())
}

/// Drafts and intents by key, as JSON.
fn to_3_unsent(db: &IdbDatabase, _: &IdbTransaction) -> Result<(), JsValue> {
    db.create_object_store(UNSENT).map(|_| ())
}
