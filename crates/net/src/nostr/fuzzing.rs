//! What the fuzz targets need of what pages and relays say to each other.

use super::{
    event::ThrowAway,
    refusal::{self, Refusal},
    wire::{self, RelayMessage},
};

/// What a relay said, as far as it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// An event: written again as a client publishes it, and its content.
    Event(String, String),
    /// Words of a relay.
    Said(String),
    /// Something without either.
    Other,
}

/// Reads what a relay says.
pub fn heard(text: &str) -> Option<Heard> {
    Some(match RelayMessage::decode(text).ok()? {
        RelayMessage::Event { event, .. } => Heard::Event(wire::publish(&event), event.content),
        RelayMessage::Ok { said, .. } | RelayMessage::Closed { said, .. } | RelayMessage::Notice { said } => {
            Heard::Said(said)
        }
        RelayMessage::Eose { .. } | RelayMessage::Auth | RelayMessage::Other => Heard::Other,
    })
}

/// An envelope as an event's content.
pub fn content_of(envelope: &[u8]) -> String {
    wire::to_content(envelope)
}

/// The envelope in an event's content.
pub fn envelope_of(content: &str) -> Option<Vec<u8>> {
    wire::from_content(content)
}

/// The time that a refusal names, besides that of what was refused.
pub fn named_time(said: &str, written: u64) -> Option<u64> {
    refusal::named_time(said, written)
}

/// What a refusal is taken for, for messages of tests.
pub fn said_as(said: &str) -> String {
    format!("{:?}", Refusal::of(said))
}

/// An event as a page publishes it.
pub fn event(secret: &[u8; 32], topic: &str, content: String, created_at: u64) -> Option<String> {
    let event = ThrowAway::from_secret(secret)?.event(topic, content, created_at, &[9; 32])?;
    Some(wire::publish(&event))
}
