//! What relays mean by the words with which they do not take something.

/// What a relay means by not taking something: the words before the colon (NIP-01, NIP-42).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It has it already, or nobody asked for it.
    None,
    /// Later, or less of it.
    ForNow,
    /// Not from us.
    ForGood,
}

impl Refusal {
    /// The word that tells machines why.
    fn word(said: &str) -> Option<&str> {
        said.split_once(':').map(|(word, _)| word)
    }

    pub(super) fn of(said: &str) -> Self {
        match Self::word(said) {
            Some("duplicate" | "mute") => Self::None,
            Some("blocked" | "restricted" | "auth-required" | "pow" | "invalid" | "unsupported") => Self::ForGood,
            _ => Self::ForNow,
        }
    }

    /// Whether the words may be about how something was asked for, rather than about who asks or how often.
    pub(super) fn may_be_about_form(said: &str) -> bool {
        Self::word(said)
            .is_none_or(|word| matches!(word.to_ascii_lowercase().as_str(), "invalid" | "unsupported" | "error"))
    }
}
