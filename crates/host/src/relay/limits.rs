//! What the relay allows, each bound with its reason. Together with the bounds on connections they bound its memory.

use std::time::Duration;

/// Largest message in bytes: a sealed envelope of 16 KiB in base64, with the event around it, twice over a little.
pub const MESSAGE_BYTES: usize = 32 * 1024;
/// Live subscriptions of one connection: a page has a few per room.
pub const SUBSCRIPTIONS: usize = 16;
/// Filters of one subscription.
pub const FILTERS: usize = 8;
/// Ids, authors, kinds and tag values that all subscriptions of one connection may name together: Trystero asks for up
/// to 250 at once.
pub const VALUES: usize = 256;
/// Longest tag value to subscribe to, in bytes: a topic is 64 hexadecimal digits.
pub const VALUE_BYTES: usize = 128;
/// Longest name of a subscription, in characters (NIP-01).
pub const SUBSCRIPTION_NAME: usize = 64;
/// Tags of one event.
pub const EVENT_TAGS: usize = 32;
/// Values of one tag.
pub const TAG_VALUES: usize = 16;
/// Messages of one connection each second; joining a room takes a handful.
pub const MESSAGES_PER_SECOND: u32 = 20;
/// So many of them may come at once.
pub const MESSAGE_BURST: u32 = 100;
/// Refused messages before a connection is closed, and how many are forgiven each second.
pub const REFUSALS: u32 = 100;
/// See [`REFUSALS`].
pub const REFUSALS_FORGIVEN_PER_SECOND: u32 = 2;
/// An event costs its sender one more message for each so many subscriptions it reached, so that what the relay sends
/// is bounded by what it lets in.
pub const LISTENERS_PER_MESSAGE: usize = 32;
/// Where events are judged by their time: how old one may be, in seconds. strfry's default for ephemeral events.
pub const EVENT_AGE: u64 = 60;
/// ... and how far ahead of this machine's clock, in seconds; the same.
pub const EVENT_LEAD: u64 = 15 * 60;
/// Messages that wait for one reader; a slower one is dropped.
pub const WAITING_MESSAGES: usize = 256;
/// Bytes that wait for one reader.
pub const WAITING_BYTES: usize = 256 * 1024;
/// Bytes that wait for all readers together; who would exceed it is dropped.
pub const WAITING_BYTES_OF_ALL: usize = 32 * 1024 * 1024;
/// How long one message may take to be taken off our hands.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a silent connection is asked whether it is still there.
pub const PING_EVERY: Duration = Duration::from_secs(30);
/// How long a connection may be silent, pongs included.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(75);
/// How long the other side may take to close with us.
pub const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// What the whole program stays under with the bounds above and the default ones on connections, in bytes: for each of
/// [`crate::gate::CONNECTIONS`] at most 16 KiB of HTTP, 36 KiB of a message on its way in, 64 KiB on its way out, 96
/// KiB of subscriptions and 34 KiB of TLS; then what waits for all, the page's files (64 MiB at most are kept), and the
/// program itself.
pub const MEMORY_BOUND: usize = 384 * 1024 * 1024;
