//! How long, how often and how much, with the reason of each number.

use paceline_mesh::{Rate, replica::Millis};

/// A socket that is not open by then is given up.
pub(crate) const CONNECT_WITHIN: Millis = 10_000;
/// A relay that answers, and has confirmed no subscription by then though each was asked for eight times, is given up.
pub(crate) const SUBSCRIBE_WITHIN: Millis = 60_000;
/// From when on a relay that connects or subscribes is called slow.
pub(crate) const SLOW_AFTER: Millis = 3_000;
/// A relay that says nothing at all for so long after something was sent is given up: requests and events are answered (NIP-01),
/// and were sent four times by then. Sockets that are open and dead are found so: something is said at least every minute (a
/// hello), and at once when the browser or the clock tells of another network or of sleep.
pub(crate) const ANSWER_WITHIN: Millis = 15_000;
/// The first wait after a connection failed; doubled with each further failure. All waits vary by a quarter.
pub(crate) const BACK_OFF: Millis = 2_000;
/// The longest such wait.
pub(crate) const MAX_BACK_OFF: Millis = 5 * 60_000;
/// A connection that served so long forgives the failures before it.
pub(crate) const STEADY_AFTER: Millis = ANSWER_WITHIN;
/// How long a relay that refuses to serve us (`blocked:`, `restricted:`, `auth-required:`, `pow:` ...) is left alone; doubled each
/// time, until it takes something.
pub(crate) const REFUSED_FOR: Millis = 10 * 60_000;
/// The longest such wait.
pub(crate) const MAX_REFUSED_FOR: Millis = 3 * 60 * 60_000;
/// How long a relay that lies or floods is left alone.
pub(crate) const MISBEHAVED_FOR: Millis = 10 * 60_000;
/// How long nothing is sent to a relay that says `rate-limited:`, or that it failed; doubled each time, to [`REFUSED_FOR`],
/// and forgiven after that long without.
pub(crate) const MUTE_FOR: Millis = 30_000;
/// Events sent to a relay at once, and then one every [`SEND_EVERY`].
pub(crate) const SEND_BURST: u32 = 24;
/// See [`SEND_BURST`].
pub(crate) const SEND_EVERY: Millis = 2_000;
/// What waits to be sent for so long, is dropped: whoever wrote it tries again.
pub(crate) const WAIT_AT_MOST: Millis = 10_000;
/// So much waits to be sent; the oldest goes first.
pub(crate) const MAX_WAITING: usize = 32;
/// Messages of a relay that are read at once, and then one every [`READ_EVERY`]; others are dropped unread.
pub(crate) const READ_BURST: u32 = 1_000;
/// See [`READ_BURST`].
pub(crate) const READ_EVERY: Millis = 10;
/// A relay of which so many messages were dropped unread in one connection floods.
pub(crate) const MAX_DROPPED: u32 = 5_000;
/// What an event costs of [`SENDING`], which gains one a second.
pub(super) const EVENT_COST: u64 = SEND_EVERY / 1_000;
pub(super) const SENDING: Rate = {
    let burst = SEND_BURST as u64 * EVENT_COST;
    Rate { burst, first: burst, per_second: 1 }
};
pub(super) const READING: Rate =
    Rate { burst: READ_BURST as u64, first: READ_BURST as u64, per_second: 1_000 / READ_EVERY };
/// Messages that break the protocol (not JSON, not asked for), in one connection. What others may have made a relay say (events that
/// are no envelopes) is dropped, and not its fault.
pub(crate) const MAX_LIES: u32 = 16;
/// How long the socket of a resting node stays open.
pub(crate) const LINGER: Millis = 30_000;
