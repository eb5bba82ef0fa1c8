//! Times in the words of the browser's locale. Shown to people only; nothing is decided by them.

use std::cell::OnceCell;

use js_sys::{Array, Date, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::{browser, texts::t};

thread_local! {
    // Building a formatter costs a hundred times what using it does.
    static CLOCK: OnceCell<js_sys::Function> = const { OnceCell::new() };
    static DAY: OnceCell<js_sys::Function> = const { OnceCell::new() };
    static DAY_AND_YEAR: OnceCell<js_sys::Function> = const { OnceCell::new() };
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

/// `Sunday 22 November`; with the year if that is another one.
pub fn day(at: u64) -> String {
    day_seen(at, browser::now())
}

/// `28 Nov`: in the name of what is of that day.
pub fn short_day(at: u64) -> String {
    format(&formatter(&[("day", "numeric"), ("month", "short")]), at)
}

/// `Friday`
pub fn weekday(at: u64) -> String {
    format(&formatter(&[("weekday", "long")]), at)
}

fn day_seen(at: u64, today: u64) -> String {
    let options = [("weekday", "long"), ("day", "numeric"), ("month", "long"), ("year", "numeric")];
    if year(at) == year(today) {
        let [options @ .., _] = &options;
        DAY.with(|cell| format(cell.get_or_init(|| formatter(options)), at))
    } else {
        DAY_AND_YEAR.with(|cell| format(cell.get_or_init(|| formatter(&options)), at))
    }
}

/// By this browser's clock. Years that are out of range are no year, and the same one.
fn year(at: u64) -> u32 {
    Date::new(&JsValue::from_f64(at as f64)).get_full_year()
}

/// Machine-readable, for `<time datetime>`.
pub fn iso(at: u64) -> String {
    let date = Date::new(&JsValue::from_f64(at as f64));
    // `toISOString` throws for times outside of its range, which an author's clock may well be.
    if date.get_time().is_nan() { String::new() } else { date.to_iso_string().into() }
}

/// The same by this browser's clock, with nothing that says so.
pub fn local(at: u64) -> String {
    let ahead = Date::new(&JsValue::from_f64(at as f64)).get_timezone_offset() * 60_000.0;
    iso((at as f64 - ahead) as u64).trim_end_matches('Z').to_owned()
}

/// Tells days apart by this browser's clock, with the offset from UTC that held then: clocks change. Posts follow each
/// other, so the browser is asked once a day of theirs, not once a post.
#[derive(Debug, Default)]
pub struct Days {
    from: f64,
    until: f64,
}

impl Days {
    /// The moment at which the day of `at` begins.
    pub fn begin(&mut self, at: u64) -> u64 {
        let at = at as f64;
        if !(self.from <= at && at < self.until) {
            let midnight = |days: u32| {
                let date = Date::new(&JsValue::from_f64(at));
                date.set_date(date.get_date() + days);
                // Where the clocks change at midnight it is the first moment of the day that there is.
                date.set_hours(0);
                date.set_minutes(0);
                date.set_seconds(0);
                date.set_milliseconds(0);
                date.get_time()
            };
            (self.from, self.until) = (midnight(0), midnight(1));
        }
        self.from as u64
    }
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

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const HOUR: u64 = 3_600_000;

    fn local(year: u32, month: i32, day: i32, hour: i32) -> u64 {
        Date::new_with_year_month_day_hr(year, month, day, hour).get_time() as u64
    }

    #[test]
    fn a_day_is_told_with_the_offset_of_that_day() {
        let mut days = Days::default();
        for month in 0..24 {
            let (morning, night) = (local(2024, month, 15, 0), local(2024, month, 15, 23));
            assert_eq!(days.begin(night), morning);
            assert_eq!(days.begin(morning), morning);
            assert_eq!(days.begin(morning - HOUR), local(2024, month, 14, 0));
        }
    }

    #[test]
    fn a_time_that_cannot_be_is_told_apart_from_the_others() {
        let mut days = Days::default();
        assert_eq!(days.begin(u64::MAX), days.begin(u64::MAX - 1));
        assert_eq!(days.begin(local(2024, 5, 1, 8)), local(2024, 5, 1, 0));
        assert_eq!(iso(u64::MAX), "");
    }

    #[test]
    fn the_year_is_told_where_it_is_another() {
        let today = local(2026, 10, 27, 12);
        assert!(!day_seen(local(2026, 0, 1, 1), today).contains("2026"));
        assert!(day_seen(local(2025, 11, 31, 23), today).contains("2025"));
    }
}
