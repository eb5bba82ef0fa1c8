//! Values on their way between the page and scripts.

use js_sys::Reflect;
use paceline_room::Day;
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;

use crate::{
    session::{Outcome, SessionError},
    texts::t,
};

/// What a script hands over.
pub fn parse<T: DeserializeOwned>(value: JsValue) -> Outcome<T> {
    serde_wasm_bindgen::from_value(value).map_err(|error| bad_argument(error.to_string()))
}

/// Why it cannot be read.
pub fn bad_argument(why: impl Into<String>) -> SessionError {
    SessionError::new("bad-argument", t!("notice-bad-argument", why = why.into()))
}

/// What a script is given.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::UNDEFINED)
}

/// An `Error` with a `code`: the `PacelineError` of the contract.
pub fn js_error(error: SessionError) -> JsValue {
    let js = js_sys::Error::new(&error.text);
    js.set_name("PacelineError");
    let _ = Reflect::set(&js, &"code".into(), &error.code.into());
    js.into()
}

/// A day, if one is given.
pub(super) fn day(text: Option<String>) -> Outcome<Option<Day>> {
    text.map(|it| it.parse()).transpose().map_err(|_| bad_argument("due: a day, as 2026-12-01"))
}
