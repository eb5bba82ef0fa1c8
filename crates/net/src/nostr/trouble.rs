//! Why a relay is not of use, in codes that people find words for.

use super::refusal::Refusal;
use crate::sockets::SocketError;

/// Why a relay is not of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No connection, or it broke.
    Unreachable,
    /// It is connected and does not answer.
    Silent,
    /// It wants less to be sent.
    Limits,
    /// It failed to take something.
    Fails,
    /// It takes our time for wrong.
    Clock,
    /// It takes nothing of this kind.
    Invalid,
    /// It takes nothing from here.
    Blocked,
    /// It serves some people only.
    Refuses,
    /// It serves those only whom it knows.
    Auth,
    /// It wants work for each event.
    Work,
    /// It does not keep to the protocol.
    Misbehaves,
    MixedContent,
    BadAddress,
}

impl Trouble {
    /// What a refusal amounts to, if to anything.
    pub(super) const fn of(refusal: Refusal) -> Option<Self> {
        Some(match refusal {
            Refusal::None => return None,
            Refusal::Limits => Self::Limits,
            Refusal::Failed => Self::Fails,
            Refusal::Clock => Self::Clock,
            Refusal::Invalid => Self::Invalid,
            Refusal::Blocked => Self::Blocked,
            Refusal::Restricted => Self::Refuses,
            Refusal::Auth => Self::Auth,
            Refusal::Work => Self::Work,
        })
    }

    /// It said no: another one is needed, and it is asked again only after long.
    pub(super) const fn is_for_good(self) -> bool {
        matches!(self, Self::Invalid | Self::Blocked | Self::Refuses | Self::Auth | Self::Work)
    }

    /// It is heard, and nothing is sent to it for a while.
    pub(super) const fn is_for_now(self) -> bool {
        matches!(self, Self::Limits | Self::Fails | Self::Clock)
    }

    /// It said so itself.
    pub(super) const fn is_refusal(self) -> bool {
        self.is_for_good() || self.is_for_now()
    }

    /// See `docs/notices.md`.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "relay-unreachable",
            Self::Silent => "relay-silent",
            Self::Limits => "relay-limits",
            Self::Fails => "relay-fails",
            Self::Clock => "relay-clock",
            Self::Invalid => "relay-invalid",
            Self::Blocked => "relay-blocked",
            Self::Refuses => "relay-refuses",
            Self::Auth => "relay-auth",
            Self::Work => "relay-work",
            Self::Misbehaves => "relay-misbehaves",
            Self::MixedContent => "relay-mixed-content",
            Self::BadAddress => "relay-bad-address",
        }
    }
}

impl From<SocketError> for Trouble {
    fn from(error: SocketError) -> Self {
        match error {
            SocketError::BadAddress => Self::BadAddress,
            SocketError::MixedContent => Self::MixedContent,
            SocketError::Unreachable => Self::Unreachable,
        }
    }
}
