//! Where a connection with a relay stands.

use paceline_mesh::replica::Millis;

/// | state | until | then |
/// | --- | --- | --- |
/// | `Waiting` | its time has come | `Connecting` |
/// | `Connecting` | the socket is open | `Subscribing` |
/// | | it fails, or takes [`CONNECT_WITHIN`](super::limits::CONNECT_WITHIN) | `Waiting` |
/// | `Subscribing` | a subscription is confirmed | `Open` |
/// | | it takes [`SUBSCRIBE_WITHIN`](super::limits::SUBSCRIBE_WITHIN) | `Waiting` |
/// | `Subscribing`, `Open` | the socket closes, the relay refuses, lies, floods, or says nothing for [`ANSWER_WITHIN`](super::limits::ANSWER_WITHIN) to what was sent | `Waiting` |
/// | the last three | the node rests | `Lingering`, or `Resting` where there is no socket yet |
/// | `Lingering`, where it is still spoken to | [`LINGER`](super::limits::LINGER) have passed | `Resting` |
/// | `Resting`, `Lingering` | the node wakes | `Waiting`, `Subscribing` |
/// | any | its address cannot be used | `Hopeless` |
/// | any but `Hopeless` | it is one of the list and others serve | `Reserve`, from where it is called to `Waiting` |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Waiting { until: Millis },
    Connecting { since: Millis },
    Subscribing { since: Millis },
    Open { since: Millis },
    Lingering { until: Millis },
    Resting,
    Reserve,
    Hopeless,
}

impl State {
    /// Whether the table above has a line for it.
    pub(super) const fn may_become(self, to: Self) -> bool {
        use State::{Connecting, Hopeless, Lingering, Open, Reserve, Resting, Subscribing, Waiting};
        match (self, to) {
            (_, Hopeless) => true,
            (Hopeless, _) => false,
            (from, Reserve) => !matches!(from, Reserve),
            (Waiting { .. }, Connecting { .. } | Resting | Waiting { .. }) => true,
            (Connecting { .. }, Subscribing { .. } | Waiting { .. } | Resting) => true,
            (Subscribing { .. }, Open { .. } | Waiting { .. } | Lingering { .. }) => true,
            (Open { .. }, Waiting { .. } | Lingering { .. }) => true,
            (Lingering { .. }, Resting | Subscribing { .. }) => true,
            (Resting | Reserve, Waiting { .. }) => true,
            _ => false,
        }
    }
}
