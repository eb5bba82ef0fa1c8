//! Times in the words of the browser's locale. Shown to people only; nothing is decided by them.

use std::cell::OnceCell;

use js_sys::{Array, Date, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::texts::t;

thread_local! {
    // Building a formatter costs a hundred times what using it does.
    static CLOCK: OnceCell<js_sys::Function> = const { OnceCell::new() };
    static DAY: OnceCell<js_sys::Function> = const { OnceCell::new() };
}

fn formatter(options: &[(&str, &str)]) -> js_sys::Function {
    let bag = Object::new();
    for (name, value) in options {
        let _ = Reflect::set(&bag, &(*name).into(), &(*value).into());
    }
    Intl::DateTimeFormat::new(&Array::new(), &bag).format()
}

fn format(function: &js_sys::Function, at: u64) -> String {
    let date = Date::new(&JsValue::from_f64(at as f64));
    function.call1(&JsValue::UNDEFINED, &date).ok().and_then(|it| it.as_string()).unwrap_or_default()
}

/// `09:41`
pub fn clock(at: u64) -> String {
    CLOCK.with(|cell| format(cell.get_or_init(|| formatter(&[("hour", "2-digit"), ("minute", "2-digit")])), at))
}

/// `Sunday 22 November`
pub fn day(at: u64) -> String {
    let options = [("weekday", "long"), ("day", "numeric"), ("month", "long")];
    DAY.with(|cell| format(cell.get_or_init(|| formatter(&options)), at))
}

/// Machine-readable, for `<time datetime>`.
pub fn iso(at: u64) -> String {
    let date = Date::new(&JsValue::from_f64(at as f64));
    // `toISOString` throws for times outside of its range, which an author's clock may well be.
    if date.get_time().is_nan() { String::new() } else { date.to_iso_string().into() }
}

/// Minutes by which this browser's clock stands apart from UTC now, for telling days apart without asking the browser
/// for every post.
pub fn offset_minutes() -> i64 {
    -(Date::new_0().get_timezone_offset() as i64)
}

/// `4 min`, `2 h`, `3 days`: how long something lasts or lasted.
pub fn span(milliseconds: u64) -> String {
    let minutes = milliseconds / 60_000;
    match minutes {
        0 => t!("span-under-a-minute"),
        1..60 => t!("span-minutes", n = minutes),
        60..1_440 => t!("span-hours", n = minutes / 60),
        _ => t!("span-days", n = minutes / 1_440),
    }
}
