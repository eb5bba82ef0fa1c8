//! The messages between a relay and its clients (NIP-01, and AUTH of NIP-42), as JSON texts. What is longer than [`MAX_FRAME`] is
//! not read at all; within it memory is bounded by what is written there.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, IgnoredAny, SeqAccess, Visitor},
};

use super::event::{Event, KIND};
use crate::envelope::MAX_ENVELOPE;

/// The longest text of a relay that is read, in bytes: an event with the largest envelope, and then some.
pub(crate) const MAX_FRAME: usize = MAX_ENVELOPE / 3 * 4 + 4 * 1024;
/// Of what a relay says in words, this many characters are kept.
const MAX_SAID: usize = 200;

/// From a relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RelayMessage {
    /// An event for a subscription.
    Event { subscription: String, event: Event },
    /// Whether it took an event.
    Ok { event: String, accepted: bool, said: String },
    /// It has sent all that it stored; what follows happens now.
    Eose { subscription: String },
    /// It ended a subscription.
    Closed { subscription: String, said: String },
    /// For people.
    Notice { said: String },
    /// It wants to know who this is.
    Auth,
    /// Of a kind not known here.
    Other,
}

/// Why a text is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    TooLong,
    Malformed,
}

impl RelayMessage {
    pub(crate) fn decode(text: &str) -> Result<Self, Unread> {
        if text.len() > MAX_FRAME {
            return Err(Unread::TooLong);
        }
        serde_json::from_str(text).map_err(|_| Unread::Malformed)
    }
}

impl<'de> Deserialize<'de> for RelayMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Frame)
    }
}

/// Reads an array whose first element says what the others are.
struct Frame;

impl<'de> Visitor<'de> for Frame {
    type Value = RelayMessage;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message of a relay")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<RelayMessage, A::Error> {
        let kind: String = next(&mut seq)?;
        let message = match kind.as_str() {
            "EVENT" => RelayMessage::Event { subscription: next(&mut seq)?, event: next(&mut seq)? },
            "OK" => RelayMessage::Ok { event: next(&mut seq)?, accepted: next(&mut seq)?, said: words(&mut seq)? },
            "EOSE" => RelayMessage::Eose { subscription: next(&mut seq)? },
            "CLOSED" => RelayMessage::Closed { subscription: next(&mut seq)?, said: words(&mut seq)? },
            "NOTICE" => RelayMessage::Notice { said: words(&mut seq)? },
            "AUTH" => RelayMessage::Auth,
            _ => RelayMessage::Other,
        };
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(message)
    }
}

fn next<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(seq: &mut A) -> Result<T, A::Error> {
    seq.next_element()?.ok_or_else(|| A::Error::custom("it ends early"))
}

/// What a relay says in words; some leave it out.
fn words<'de, A: SeqAccess<'de>>(seq: &mut A) -> Result<String, A::Error> {
    let said: String = seq.next_element()?.unwrap_or_default();
    Ok(said.chars().filter(|c| !c.is_control()).take(MAX_SAID).collect())
}

/// How much a relay is asked for of what it stored. Of ephemeral events it stores none, but not every relay takes either form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Stored {
    /// Nothing, as NIP-01 allows: only what is sent from now on.
    #[default]
    Nothing,
    /// One event at most: some relays take no limit of 0.
    One,
}

impl Stored {
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Nothing => Self::One,
            Self::One => Self::Nothing,
        }
    }
}

#[derive(Serialize)]
struct Filter<'a> {
    kinds: [u32; 1],
    #[serde(rename = "#x")]
    topics: [&'a str; 1],
    limit: u32,
}

fn encode(message: &impl Serialize) -> String {
    serde_json::to_string(message).expect("texts and numbers encode into memory")
}

/// Asks for the events of a topic.
pub(crate) fn request(subscription: &str, topic: &str, stored: Stored) -> String {
    let limit = match stored {
        Stored::Nothing => 0,
        Stored::One => 1,
    };
    encode(&("REQ", subscription, Filter { kinds: [KIND], topics: [topic], limit }))
}

/// Ends a subscription.
pub(crate) fn close(subscription: &str) -> String {
    encode(&("CLOSE", subscription))
}

/// Publishes an event.
pub(crate) fn publish(event: &Event) -> String {
    encode(&("EVENT", event))
}

/// An envelope as an event's content.
pub(crate) fn to_content(envelope: &[u8]) -> String {
    STANDARD.encode(envelope)
}

/// The envelope in an event's content, if it is one.
pub(crate) fn from_content(content: &str) -> Option<Vec<u8>> {
    STANDARD.decode(content).ok().filter(|envelope| envelope.len() <= MAX_ENVELOPE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::nostr::event::ThrowAway;

    fn event(content: String) -> Event {
        ThrowAway::from_secret(&[7; 32]).unwrap().event("ab", content, 1, &[9; 32]).unwrap()
    }

    #[test]
    fn each_message_of_a_relay_is_read() {
        let read = |text: &str| RelayMessage::decode(text).unwrap();
        let event = event("bm8=".into());
        let text = format!(r#"["EVENT", "s1", {}]"#, serde_json::to_string(&event).unwrap());
        assert_eq!(read(&text), RelayMessage::Event { subscription: "s1".into(), event });
        let refused = r#"["OK","00ff",false,"rate-limited: slow down"]"#;
        let said = "rate-limited: slow down".into();
        assert_eq!(read(refused), RelayMessage::Ok { event: "00ff".into(), accepted: false, said });
        let taken = RelayMessage::Ok { event: "00ff".into(), accepted: true, said: String::new() };
        assert_eq!(read(r#"["OK","00ff",true]"#), taken);
        assert_eq!(read(r#"["EOSE","s1"]"#), RelayMessage::Eose { subscription: "s1".into() });
        let closed = RelayMessage::Closed { subscription: "s1".into(), said: "error: shutting down".into() };
        assert_eq!(read(r#"["CLOSED","s1","error: shutting down"]"#), closed);
        assert_eq!(read(r#"["NOTICE","hello"]"#), RelayMessage::Notice { said: "hello".into() });
        assert_eq!(read(r#"["AUTH","challenge"]"#), RelayMessage::Auth);
        assert_eq!(read(r#"["COUNT","s1",{"count":3}]"#), RelayMessage::Other);
    }

    #[test]
    fn our_messages_are_those_of_nip_01() {
        let asked = |stored| request("s1", "ab", stored);
        assert_eq!(asked(Stored::Nothing), r##"["REQ","s1",{"kinds":[25715],"#x":["ab"],"limit":0}]"##);
        assert_eq!(asked(Stored::One), r##"["REQ","s1",{"kinds":[25715],"#x":["ab"],"limit":1}]"##);
        assert_eq!(close("s1"), r#"["CLOSE","s1"]"#);
        let event = event("bm8=".into());
        let Event { id, pubkey, sig, .. } = &event;
        let expected = format!(
            r#"["EVENT",{{"id":"{id}","pubkey":"{pubkey}","created_at":1,"kind":25715,"tags":[["x","ab"]],"content":"bm8=","sig":"{sig}"}}]"#
        );
        assert_eq!(publish(&event), expected);
    }

    #[test]
    fn what_is_no_message_is_malformed() {
        for text in ["", "[]", "{}", "7", "null", r#"["EVENT"]"#, r#"["EVENT","s1",{}]"#, r#"["OK","x","yes"]"#, "[[]]"]
        {
            assert_eq!(RelayMessage::decode(text), Err(Unread::Malformed), "{text}");
        }
        let deep = "[".repeat(MAX_FRAME);
        assert_eq!(RelayMessage::decode(&deep), Err(Unread::Malformed));
    }

    #[test]
    fn what_is_too_long_is_not_read() {
        let text = format!(r#"["NOTICE","{}"]"#, "a".repeat(MAX_FRAME));
        assert_eq!(RelayMessage::decode(&text), Err(Unread::TooLong));
    }

    #[test]
    fn the_largest_envelope_fits_a_frame_and_a_larger_one_is_not_read() {
        let envelope = vec![255; MAX_ENVELOPE];
        let text = format!(
            r#"["EVENT","{}",{}]"#,
            "s".repeat(64),
            serde_json::to_string(&event(to_content(&envelope))).unwrap()
        );
        let Ok(RelayMessage::Event { event, .. }) = RelayMessage::decode(&text) else { panic!("it is read") };
        assert_eq!(from_content(&event.content), Some(envelope));
        assert_eq!(from_content(&to_content(&vec![255; MAX_ENVELOPE + 1])), None);
        assert_eq!(from_content("not base64!"), None);
    }

    #[test]
    fn what_a_relay_says_is_short_and_plain() {
        let text = format!(r#"["NOTICE","a\u0000\nb{}"]"#, "é".repeat(1000));
        let Ok(RelayMessage::Notice { said }) = RelayMessage::decode(&text) else { panic!("it is read") };
        assert!(said.starts_with("abé") && said.chars().count() == MAX_SAID);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in any::<String>()) {
            let _ = RelayMessage::decode(&text);
        }

        #[test]
        fn anything_like_a_message_is_read_without_panic(
            text in r#"\["(EVENT|OK|EOSE|CLOSED|NOTICE|AUTH|X)"(,("[a-f0-9:]{0,9}"|true|false|[0-9]{1,30}|\{"id":("a"|1)(,"tags":\[(\[("x"|1)?\])?\])?\}|\[\]|null)){0,5}\]?"#
        ) {
            if let Ok(RelayMessage::Ok { said, .. } | RelayMessage::Closed { said, .. } | RelayMessage::Notice { said }) =
                RelayMessage::decode(&text)
            {
                prop_assert!(said.chars().count() <= MAX_SAID);
            }
        }

        #[test]
        fn every_envelope_reads_back(envelope in proptest::collection::vec(any::<u8>(), 0..500)) {
            prop_assert_eq!(from_content(&to_content(&envelope)), Some(envelope));
        }
    }
}
