//! By when: days as this browser's clock and language have them. Nothing rests on it but what is shown.

use js_sys::Date;
use paceline_room::Day;
use wasm_bindgen::JsValue;

use crate::{browser, texts::t, when};

/// The day it is here; none where the clock is beyond the calendar.
pub fn today() -> Option<Day> {
    let now = Date::new(&JsValue::from_f64(browser::now() as f64));
    let year = u16::try_from(now.get_full_year()).ok()?;
    Day::new(year, now.get_month() as u8 + 1, now.get_date() as u8).ok()
}

/// The day so many days from today.
pub fn in_days(days: u16) -> Option<Day> {
    let then = Date::new(&JsValue::from_f64(browser::now() as f64));
    then.set_date(then.get_date() + u32::from(days));
    Day::new(u16::try_from(then.get_full_year()).ok()?, then.get_month() as u8 + 1, then.get_date() as u8).ok()
}

/// `Tuesday 1 December`, with the year if it is another one.
pub fn told(day: Day) -> String {
    // Without an offset it is this browser's noon, whose day is the same in every zone.
    let noon = Date::new(&format!("{day}T12:00").into()).get_time();
    // Before the first of 1970 there is no moment to tell it by.
    if noon > 0.0 { when::day(noon as u64) } else { day.to_string() }
}

/// How close it is, as far as that is worth a word; and whether it is too late.
pub fn hint(day: Day, today: Day) -> Option<(String, bool)> {
    match day.number() - today.number() {
        0 => Some((t!("promise-due-today"), false)),
        1 => Some((t!("promise-due-tomorrow"), false)),
        late @ ..0 => Some((t!("promise-overdue", n = late.unsigned_abs() as usize), true)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn a_day_is_told_as_that_day_in_every_zone_and_with_its_year_if_it_is_another() {
        for text in ["2031-01-01", "2031-12-31", "2032-02-29"] {
            let (told, date) = (told(day(text)), text.rsplit('-').next().expect("its date").trim_start_matches('0'));
            assert!(told.contains(date) && told.contains(&text[..4]), "{told}");
        }
        assert_eq!(told(day("0001-01-01")), "0001-01-01");
    }

    #[test]
    fn what_is_close_or_late_is_said_and_nothing_else() {
        let today = day("2026-12-31");
        let late = |text: &str| hint(day(text), today).map(|(_, late)| late);
        assert_eq!(
            [late("2026-12-31"), late("2027-01-01"), late("2027-01-02"), late("2026-12-30")],
            [Some(false), Some(false), None, Some(true)]
        );
        assert_ne!(hint(day("2026-12-30"), today), hint(day("2026-12-29"), today));
    }

    #[test]
    fn today_is_a_day_of_this_browsers_clock() {
        let now = Date::new(&JsValue::from_f64(browser::now() as f64));
        let date = today().expect("a day").to_string();
        assert!(
            date.ends_with(&format!("-{:02}", now.get_date())) && date.starts_with(&now.get_full_year().to_string())
        );
    }
}
