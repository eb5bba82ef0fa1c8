//! By when: days as this browser's clock and language have them. Nothing rests on it but what is shown.

use js_sys::Date;
use paceline_room::Day;
use wasm_bindgen::JsValue;

use crate::{browser, texts::t, when};

/// As `Date` numbers the days of a week.
const FRIDAY: u32 = 5;

/// The day it is here; none where the clock is beyond the calendar.
pub fn today() -> Option<Day> {
    in_days(0)
}

/// The day on which something was, as its author's clock had it.
pub fn day_of(at: u64) -> Option<Day> {
    days_after(at, 0)
}

/// The day so many days from today.
pub fn in_days(days: u16) -> Option<Day> {
    days_after(browser::now(), days)
}

/// The day on which something is held next that was held last at that moment, if it ever was, and is held every so many days.
pub fn next(last: Option<u64>, every: u16) -> Option<Day> {
    next_seen(last, every, browser::now())
}

/// A day that is over is none to hold anything on: then it is so many days from now. So it is if the last time is still to come, by a
/// clock that was wrong.
fn next_seen(last: Option<u64>, every: u16, now: u64) -> Option<Day> {
    let (today, latest) = (days_after(now, 0)?, days_after(now, every)?);
    let then = last.and_then(|last| days_after(last, every)).filter(|then| (today..=latest).contains(then));
    Some(then.unwrap_or(latest))
}

/// The next Friday that is still to come.
pub fn next_friday() -> Option<Day> {
    friday_after(browser::now())
}

fn friday_after(now: u64) -> Option<Day> {
    let weekday = Date::new(&JsValue::from_f64(now as f64)).get_day();
    days_after(now, u16::try_from((FRIDAY + 6 - weekday) % 7 + 1).ok()?)
}

/// What that day of the week is called.
pub fn weekday(day: Day) -> String {
    when::weekday(noon_of(day) as u64)
}

/// This browser's noon, whose day is the same in every zone.
fn noon_of(day: Day) -> f64 {
    // Without an offset it is of this browser.
    Date::new(&format!("{day}T12:00").into()).get_time()
}

fn days_after(at: u64, days: u16) -> Option<Day> {
    let then = Date::new(&JsValue::from_f64(at as f64));
    then.set_date(then.get_date() + u32::from(days));
    Day::new(u16::try_from(then.get_full_year()).ok()?, then.get_month() as u8 + 1, then.get_date() as u8).ok()
}

/// `Tuesday 1 December`, with the year if it is another one.
pub fn told(day: Day) -> String {
    let noon = noon_of(day);
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

    /// That time of that day, by this browser's clock.
    fn at(time: &str) -> u64 {
        Date::new(&time.into()).get_time() as u64
    }

    #[test]
    fn one_waits_until_a_friday_that_is_still_to_come() {
        for (now, then) in [
            ("2026-11-29T12:00", "2026-12-04"),
            ("2026-12-03T23:59", "2026-12-04"),
            // It is one: the next.
            ("2026-12-04T00:00", "2026-12-11"),
            ("2026-12-05T09:00", "2026-12-11"),
            ("2026-12-30T09:00", "2027-01-01"),
        ] {
            assert_eq!(friday_after(at(now)), Some(day(then)), "{now}");
        }
        assert_eq!(friday_after(u64::MAX), None);
        assert_ne!(weekday(day("2026-12-04")), weekday(day("2026-12-05")));
        assert_eq!(weekday(day("2026-12-04")), weekday(day("2026-12-11")));
    }

    #[test]
    fn the_next_one_is_counted_from_the_last_and_from_today_where_that_is_over_or_there_was_none() {
        let now = at("2026-10-28T15:00");
        let next = |last: Option<&str>, every| next_seen(last.map(at), every, now);
        for (last, every, then) in [
            (None, 14, "2026-11-11"),
            (None, 1, "2026-10-29"),
            (Some("2026-10-20T09:00"), 14, "2026-11-03"),
            (Some("2026-10-28T09:00"), 1, "2026-10-29"),
            // It is held today.
            (Some("2026-10-27T23:59"), 1, "2026-10-28"),
            (Some("2026-10-14T00:00"), 14, "2026-10-28"),
            // It was not held when it should have been.
            (Some("2026-10-26T09:00"), 1, "2026-10-29"),
            (Some("2026-10-13T23:59"), 14, "2026-11-11"),
            // A clock was wrong.
            (Some("2026-12-24T09:00"), 14, "2026-11-11"),
        ] {
            assert_eq!(next(last, every), Some(day(then)), "{last:?}, every {every}");
        }
        assert_eq!(next_seen(Some(u64::MAX), 14, now), Some(day("2026-11-11")));
        assert_eq!(next_seen(None, 14, u64::MAX), None);
    }
}
