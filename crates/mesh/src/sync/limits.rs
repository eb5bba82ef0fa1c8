//! How long, how many and how much, with the source of each number.

use crate::time::Millis;

/// How long unknown tips in a beacon may be on their way before this node asks (guess: a few round trips).
pub const PATIENCE: Millis = 1_000;
/// The same for tips in a hello, once this node has caught up with somebody: a link that comes back amid talk finds most
/// of it on its way.
pub const HELLO_PATIENCE: Millis = 500;
/// How long a missing parent may be on its way before it is asked for (guess: a few hops along the tree).
pub const PARENT_PATIENCE: Millis = 400;
/// How long a peer may take for one message of an answer (guess: 256 KiB over a slow line).
pub const ANSWER_TIME: Millis = 5_000;

/// The longest that a peer is believed to lack something which others have: as long as a stream may take.
pub const BEHIND_TIME: Millis = STREAM_TIME;

/// Links that come up within so long belong to one arrival (guess: browsers link in tenths of it).
pub const TOGETHER: Millis = 2_000;
/// Sessions at a time.
pub const SESSIONS: usize = 2;
/// Fewest events of a peer for which a stream of everything pays; to who has nothing at all it always does.
pub const STREAM_EVENTS: u64 = 64;
/// A stream of everything pays when the peer holds this many times what is here.
pub const STREAM_TIMES: u64 = 8;
/// Pages under way in a stream.
pub const PAGES: u8 = 4;
/// The longest a stream may take (guess: a large room over a fair line); what is left is reconciled.
pub const STREAM_TIME: Millis = 60_000;
/// For so long a stream is the only session, however slow.
pub const STREAM_ALONE: Millis = 5_000;
/// New events a second for which it stays the only one (guess: a slow line brings ten times as many).
pub const STREAM_PACE: u64 = 20;
/// The longest the rounds of one reconciliation may take (guess: ten of them over a slow line).
pub const ROUNDS_TIME: Millis = 30_000;
/// The longest all answers to one request may take (guess: 1 MiB over a slow line).
pub const REQUEST_TIME: Millis = 30_000;
/// Most events a peer is believed to hold: the figure is shown to people and decides what to begin with.
pub const MAX_CLAIMED: u64 = 1 << 20;
/// Rounds of one reconciliation; beyond, the other side is not honest (each round splits ranges by 16).
pub const ROUNDS: u32 = 64;
/// How long to leave a peer alone after a failure; doubles each time.
pub const BACK_OFF: Millis = 2_000;
/// The longest a peer is left alone.
pub const MAX_BACK_OFF: Millis = 120_000;
/// How long after a version vector the same peer is asked with another: a guess.
pub const SINCE_AGAIN: Millis = 10_000;
/// How long after all peers were asked in vain for words they are asked again.
pub const WORDS_AGAIN: Millis = 30_000;
