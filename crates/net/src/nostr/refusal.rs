//! What relays mean by the words with which they do not take something (NIP-01, NIP-42), and what is to be done about each.
//!
//! | word | means | then |
//! | --- | --- | --- |
//! | `duplicate`, `mute` | it has it already; nobody listens | nothing |
//! | `rate-limited` | less of it | it is spared: nothing is sent for a while, ever longer; it is heard |
//! | `error`, or no word | it failed | the same |
//! | `invalid`, about the time | one of both clocks is wrong | the time is asked for; nothing is sent until it is another |
//! | `invalid` otherwise, `unsupported` | it does not take such events | another relay |
//! | `blocked` | not from this address or key | another relay |
//! | `restricted` | not without being one of its people | another relay |
//! | `auth-required` | not without an account | another relay |
//! | `pow` | not without work for each event | another relay |

/// Why a relay does not take something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It has it already, or nobody asked for it.
    None,
    /// Less of it.
    Limits,
    /// It failed.
    Failed,
    /// It takes the time at which something was written for wrong.
    Clock,
    /// It takes nothing of this kind.
    Invalid,
    /// Not from here.
    Blocked,
    /// Only from some.
    Restricted,
    /// Only from those whom it knows.
    Auth,
    /// Only for work.
    Work,
}

/// What relays say of a time that they do not like. strfry: `created_at too early`, `created_at too late`, `ephemeral event expired`;
/// NIP-01's own example: `event creation date is too far off from the current time`.
const ABOUT_TIME: [&str; 9] =
    ["created_at", "creation date", "expired", "too early", "too late", "future", "timestamp", "too old", "clock"];
/// Unix seconds have that many digits from 2001 to 2286.
const DIGITS_OF_SECONDS: usize = 10;
/// A number so near to the time of what was refused is that time, not the relay's. In seconds.
const SAME_TIME: u64 = 30;

impl Refusal {
    /// The word that tells machines why.
    fn word(said: &str) -> Option<String> {
        said.split_once(':').map(|(word, _)| word.trim().to_ascii_lowercase())
    }

    pub(super) fn of(said: &str) -> Self {
        match Self::word(said).as_deref() {
            Some("duplicate" | "mute") => Self::None,
            Some("rate-limited") => Self::Limits,
            Some("invalid") if is_about_time(said) => Self::Clock,
            Some("invalid" | "unsupported") => Self::Invalid,
            Some("blocked") => Self::Blocked,
            Some("restricted") => Self::Restricted,
            Some("auth-required") => Self::Auth,
            Some("pow") => Self::Work,
            _ => Self::Failed,
        }
    }

    /// Whether the words may be about how something was asked for, rather than about who asks or how often.
    pub(super) fn may_be_about_form(said: &str) -> bool {
        Self::word(said).is_none_or(|word| matches!(word.as_str(), "invalid" | "unsupported" | "error"))
    }
}

fn is_about_time(said: &str) -> bool {
    let said = said.to_ascii_lowercase();
    ABOUT_TIME.iter().any(|words| said.contains(words))
}

/// The time that a relay names, in Unix milliseconds, if it names one besides that of what it refused (`written`, Unix seconds).
pub(super) fn named_time(said: &str, written: u64) -> Option<u64> {
    let numbers = said.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() == DIGITS_OF_SECONDS);
    let seconds =
        numbers.filter_map(|digits| digits.parse::<u64>().ok()).find(|it| it.abs_diff(written) > SAME_TIME)?;
    seconds.checked_mul(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_has_its_meaning() {
        for (said, refusal) in [
            ("duplicate: already have this event", Refusal::None),
            (
                "mute: no one was listening to your ephemeral event and it wasn't handled in any way, it was ignored",
                Refusal::None,
            ),
            ("rate-limited: slow down there chief", Refusal::Limits),
            ("Rate-Limited: slow down", Refusal::Limits),
            ("invalid: ephemeral event expired", Refusal::Clock),
            ("invalid: created_at too early", Refusal::Clock),
            ("invalid: created_at too late", Refusal::Clock),
            ("invalid: event creation date is too far off from the current time", Refusal::Clock),
            ("invalid: created_at is too far in the future", Refusal::Clock),
            ("invalid: bad event id", Refusal::Invalid),
            ("invalid: too many tags: 5", Refusal::Invalid),
            ("unsupported: kind 25715", Refusal::Invalid),
            ("blocked: you are banned from posting here", Refusal::Blocked),
            ("restricted: not allowed to write", Refusal::Restricted),
            ("auth-required: we only accept events from registered users", Refusal::Auth),
            ("pow: 26 bits needed. (2)", Refusal::Work),
            ("error: could not connect to the database", Refusal::Failed),
            ("something went wrong", Refusal::Failed),
            ("an expired event", Refusal::Failed),
            ("", Refusal::Failed),
        ] {
            assert_eq!(Refusal::of(said), refusal, "{said}");
        }
    }

    #[test]
    fn only_words_that_may_be_about_form_are() {
        for said in ["invalid: filter", "unsupported: filter", "error: bad req", "no word at all", "ERROR: bad req"] {
            assert!(Refusal::may_be_about_form(said), "{said}");
        }
        for said in ["rate-limited: x", "blocked: x", "auth-required: x", "restricted: x", "pow: x", "x: y"] {
            assert!(!Refusal::may_be_about_form(said), "{said}");
        }
    }

    #[test]
    fn a_time_that_is_named_is_found_and_that_of_the_event_is_none() {
        let written = 1_700_000_000;
        assert_eq!(
            named_time("invalid: created_at too early (1700000000), it is 1700000120 here", written),
            Some(1_700_000_120_000)
        );
        assert_eq!(named_time("invalid: created_at 1700000000 too early", written), None);
        assert_eq!(named_time("invalid: expired", written), None);
        assert_eq!(named_time("invalid: 99999999999999999999 17000001200 170000012", written), None);
    }
}
