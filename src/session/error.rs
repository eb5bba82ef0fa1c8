//! What can go wrong with something a person asked for: a stable code and a plain sentence. Also the `PacelineError` of
//! `window.paceline`.

/// A rejected command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct SessionError {
    /// Stable name, documented in `docs/notices.md`.
    pub code: &'static str,
    /// What happened, what was kept, what to do.
    pub text: String,
}

impl SessionError {
    /// A code and its sentence.
    pub fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }
}

/// The outcome of a command.
pub type Outcome<T> = Result<T, SessionError>;
