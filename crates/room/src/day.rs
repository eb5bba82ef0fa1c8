//! A day of the calendar, as people agree on one: no time and no zone, the same day for everybody wherever they are.
//!
//! As text and on the wire it is `2026-12-01`, and nothing else is one: a day that no calendar has (the Gregorian one, before it
//! was there too) cannot be made. Which day it is today is for those who have a clock to say.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::EventError;

/// A day of the years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

/// Characters of one.
const CHARS: usize = "2026-12-01".len();
/// Days of each month, February's in a leap year.
const MONTHS: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl Day {
    /// The day with these numbers, month and day from 1.
    ///
    /// # Errors
    /// No calendar has it.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, EventError> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let most = match month.checked_sub(1).and_then(|it| MONTHS.get(usize::from(it))) {
            Some(29) if !leap => 28,
            Some(most) => *most,
            None => 0,
        };
        let is_real = (1..=9999).contains(&year) && (1..=most).contains(&day);
        if is_real { Ok(Self { year, month, day }) } else { Err(EventError::OutOfRange) }
    }

    /// How many days lie between the beginning of the calendar and this one: what differs by one is a day apart.
    pub fn number(self) -> i32 {
        // Years begin in March here, so that the day that some have more is their last one.
        let (year, month) = match self.month {
            1 | 2 => (i32::from(self.year) - 1, i32::from(self.month) + 9),
            _ => (i32::from(self.year), i32::from(self.month) - 3),
        };
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + i32::from(self.day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Day {
    type Err = EventError;

    fn from_str(text: &str) -> Result<Self, EventError> {
        let is_spelt = |(at, it): (usize, char)| if at == 4 || at == 7 { it == '-' } else { it.is_ascii_digit() };
        if text.len() != CHARS || !text.char_indices().all(is_spelt) {
            return Err(EventError::OutOfRange);
        }
        let mut numbers = text.split('-').map(|it| it.parse::<u16>().unwrap_or_default());
        let mut next = || numbers.next().unwrap_or_default();
        let (year, month, day) = (next(), next(), next());
        // Two digits each.
        Self::new(year, month as u8, day as u8)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_one_spelling_and_keeps_it() {
        for text in ["2026-12-01", "0001-01-01", "9999-12-31", "2024-02-29", "2000-02-29", "1970-01-31"] {
            assert_eq!(text.parse::<Day>().map(|it| it.to_string()), Ok(text.into()));
        }
        for text in
            ["", "2026-12-1", "2026-12-011", "26-12-01", "2026/12/01", "2026-12-01T00", "+026-12-01", "2026-1２"]
        {
            assert_eq!(text.parse::<Day>(), Err(EventError::OutOfRange), "{text}");
        }
    }

    #[test]
    fn a_day_that_no_calendar_has_is_none() {
        for text in [
            "0000-01-01",
            "2026-00-01",
            "2026-13-01",
            "2026-01-00",
            "2026-01-32",
            "2026-04-31",
            "2026-02-29",
            "1900-02-29",
        ] {
            assert_eq!(text.parse::<Day>(), Err(EventError::OutOfRange), "{text}");
        }
        assert_eq!((Day::new(2024, 2, 29).is_ok(), Day::new(10_000, 1, 1).is_ok()), (true, false));
    }

    #[test]
    fn every_day_follows_the_one_before_in_order_and_in_number() {
        let mut days = (1..=9999).flat_map(|year| (1..=12).map(move |month| (year, month)));
        let mut before = None;
        let mut count = 0;
        for (year, month) in days.by_ref() {
            for day in (1..=31).filter_map(|it| Day::new(year, month, it).ok()) {
                let is_next = before.is_none_or(|it: Day| it < day && it.number() + 1 == day.number());
                assert!(is_next, "{day} after {before:?}");
                before = Some(day);
                count += 1;
            }
        }
        // 146,097 days in 400 years; the last one of 25 times as many is not there.
        assert_eq!(count, 146_097 * 25 - 366);
    }

    #[test]
    fn a_day_is_read_from_its_text_alone() {
        let read = |bytes: &[u8]| serde_ipld_dagcbor::from_slice::<Day>(bytes).ok();
        assert_eq!(read(b"\x6a2026-12-01"), Day::new(2026, 12, 1).ok());
        assert_eq!((read(b"\x6a2026-02-30"), read(b"\x19\x07\xea"), read(b"\x4a2026-12-01")), (None, None, None));
        assert_eq!(serde_ipld_dagcbor::to_vec(&Day::new(2026, 12, 1).unwrap()).unwrap(), b"\x6a2026-12-01");
    }
}
