//! A rendezvous over Nostr relays: small public WebSocket servers that pass signed events on to whoever subscribed to them.
//!
//! Events are *ephemeral* (relays do not store them), tagged with the topic of the day, signed by a throw-away key, and carry a
//! sealed envelope. What a relay sees: an address, the page's origin (browsers send it), a topic and a key that both change every UTC day and differ in each room and
//! tab, and when how much is sent. It can link what comes over one connection or from one address; nothing in the events links
//! two days, two rooms or two tabs. (A clock that is wrong in its own way shows in their times.)
//!
//! Relays lose messages, overloaded ones most of all: what is not confirmed is asked for or sent again, a bounded number of times.
//!
//! [`event`] is NIP-01's event, [`wire`] its messages, [`topics`] where members meet today, [`subscriptions`] what a relay was asked
//! for, [`unconfirmed`] what it has not said that it took, [`refusal`] what it means by saying no, [`relay`] how one relay is treated,
//! [`choice`] which of a list are, and `pool` all of them; these are pure. [`relays`] drives them over sockets.

mod choice;
mod context;
mod event;
#[cfg(feature = "test-utils")]
pub(crate) mod fuzzing;
mod outgoing;
mod peers;
mod pool;
mod refusal;
mod relay;
mod relays;
#[cfg(test)]
mod simulation;
mod subscriptions;
mod topics;
mod trouble;
mod unconfirmed;
mod wire;

pub use choice::CHOSEN_RELAYS;
pub(crate) use relays::Relays;
pub(crate) use wire::MAX_FRAME;
