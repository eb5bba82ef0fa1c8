//! What a node does with one peer, whether that keeps others waiting, and when it is given up.

use paceline_room::Cid;

use super::limits::{STREAM_ALONE, STREAM_PACE, STREAM_TIME};
use crate::{time::Millis, wire::Key};

/// The states of the table in the module above.
#[derive(Debug, Default, PartialEq)]
pub enum Session {
    #[default]
    Idle,
    Rounds {
        count: u32,
        have: Vec<Cid>,
        all: bool,
        until: Millis,
        ends: Millis,
    },
    Waiting {
        until: Millis,
    },
    Streaming {
        after: Key,
        left: u64,
        under_way: u8,
        until: Millis,
        since: Millis,
        /// New events it brought.
        fresh: u64,
        /// The newest posts, which may go ahead once, are still to come.
        ahead: bool,
    },
}

impl Session {
    /// Whether the table in the module above has a line for it. What is over ends again with whatever else ends.
    pub const fn may_become(&self, to: &Self) -> bool {
        match (self, to) {
            (_, Self::Idle) | (Self::Idle, Self::Rounds { .. } | Self::Streaming { .. }) => true,
            (Self::Rounds { .. }, Self::Waiting { .. }) => true,
            (Self::Idle | Self::Rounds { .. } | Self::Waiting { .. } | Self::Streaming { .. }, _) => false,
        }
    }

    /// Whether another session has to wait for this one.
    pub fn is_in_the_way(&self, now: Millis) -> bool {
        match self {
            Self::Idle => false,
            Self::Streaming { since, fresh, .. } => {
                let took = now.saturating_sub(*since);
                took < STREAM_ALONE || fresh.saturating_mul(1_000) >= took.saturating_mul(STREAM_PACE)
            }
            Self::Rounds { .. } | Self::Waiting { .. } => true,
        }
    }

    /// When it is given up.
    pub fn until(&self) -> Option<Millis> {
        match self {
            Self::Idle => None,
            Self::Rounds { until, ends, .. } => Some(*until.min(ends)),
            Self::Waiting { until } => Some(*until),
            // With no page under way it is this node that takes its time.
            Self::Streaming { under_way: 0, since, .. } => Some(since + STREAM_TIME),
            Self::Streaming { until, since, .. } => Some(*until.min(&(since + STREAM_TIME))),
        }
    }
}
