//! What clients and relay say to each other (NIP-01), one JSON array a message.

use serde_json::{Value, json};
use thiserror::Error;

use super::{event::Event, limits::SUBSCRIPTION_NAME};

/// What a client asks for.
#[derive(Debug, PartialEq)]
pub enum Request {
    /// Pass this event on.
    Event(Box<Event>),
    /// Pass on to me what matches one of these filters, under this name.
    Subscribe(String, Vec<Value>),
    /// No longer.
    Unsubscribe(String),
}

/// Why a message is not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RequestError {
    /// No JSON array that starts with a word.
    #[error("invalid: a message is a JSON array that starts with EVENT, REQ or CLOSE")]
    NoRequest,
    /// A word of another protocol extension.
    #[error("unsupported: this relay knows only EVENT, REQ and CLOSE")]
    Unsupported,
    /// Not an event with all its fields.
    #[error("invalid: that is not an event as in NIP-01")]
    NoEvent,
    /// The name of a subscription is missing, empty or longer than allowed.
    #[error("invalid: a subscription has a name of 1 to 64 characters")]
    NoName,
}

impl Request {
    /// Reads one message.
    ///
    /// # Errors
    /// It is none of the three.
    pub fn read(text: &str) -> Result<Self, RequestError> {
        let Ok(Value::Array(parts)) = serde_json::from_str(text) else { return Err(RequestError::NoRequest) };
        let mut parts = parts.into_iter();
        let Some(Value::String(word)) = parts.next() else { return Err(RequestError::NoRequest) };
        match word.as_str() {
            "EVENT" => {
                let event = parts.next().and_then(|event| serde_json::from_value(event).ok());
                Ok(Self::Event(Box::new(event.ok_or(RequestError::NoEvent)?)))
            }
            "REQ" => Ok(Self::Subscribe(name(parts.next())?, parts.collect())),
            "CLOSE" => Ok(Self::Unsubscribe(name(parts.next())?)),
            _ => Err(RequestError::Unsupported),
        }
    }
}

fn name(value: Option<Value>) -> Result<String, RequestError> {
    match value {
        Some(Value::String(name)) if (1..=SUBSCRIPTION_NAME).contains(&name.chars().count()) => Ok(name),
        _ => Err(RequestError::NoName),
    }
}

/// Whether an event was passed on, and if not why.
pub fn ok(id: &str, passed: bool, why: &str) -> String {
    json!(["OK", id, passed, why]).to_string()
}

/// There is nothing stored: from now on only what is new.
pub fn end_of_stored(name: &str) -> String {
    json!(["EOSE", name]).to_string()
}

/// A subscription that is not, or no longer, served.
pub fn closed(name: &str, why: &str) -> String {
    json!(["CLOSED", name, why]).to_string()
}

/// Something for the person behind the client.
pub fn notice(words: &str) -> String {
    json!(["NOTICE", words]).to_string()
}

/// An event (already as JSON) for a subscription.
pub fn event(name: &str, event: &str) -> String {
    format!("[\"EVENT\",{},{event}]", Value::from(name))
}

#[cfg(test)]
mod tests {
    use super::{super::event::tests::signed, *};

    #[test]
    fn the_three_requests_are_read() {
        let event = signed(1, 20_001, &[("x", "a")], "words");
        assert_eq!(Request::read(&json!(["EVENT", event]).to_string()), Ok(Request::Event(Box::new(event))));
        let subscribe = Request::Subscribe("mine".to_owned(), vec![json!({"#x": ["a"]}), json!({})]);
        assert_eq!(Request::read("[\"REQ\",\"mine\",{\"#x\":[\"a\"]},{}]"), Ok(subscribe));
        assert_eq!(Request::read("[\"CLOSE\",\"mine\"]"), Ok(Request::Unsubscribe("mine".to_owned())));
    }

    #[test]
    fn each_way_to_be_wrong_has_its_words() {
        for (text, error) in [
            ("", RequestError::NoRequest),
            ("{}", RequestError::NoRequest),
            ("[]", RequestError::NoRequest),
            ("[3]", RequestError::NoRequest),
            (&"[".repeat(10_000), RequestError::NoRequest),
            ("[\"AUTH\",\"x\"]", RequestError::Unsupported),
            ("[\"EVENT\"]", RequestError::NoEvent),
            ("[\"EVENT\",{\"id\":\"x\"}]", RequestError::NoEvent),
            ("[\"REQ\"]", RequestError::NoName),
            ("[\"REQ\",\"\"]", RequestError::NoName),
            ("[\"CLOSE\",3]", RequestError::NoName),
        ] {
            assert_eq!(Request::read(text), Err(error), "{text}");
        }
        let long = format!("[\"REQ\",\"{}\"]", "é".repeat(SUBSCRIPTION_NAME + 1));
        assert_eq!(Request::read(&long), Err(RequestError::NoName));
    }

    #[test]
    fn a_name_with_quotes_does_not_break_out() {
        assert_eq!(event("a\"b", "{}"), "[\"EVENT\",\"a\\\"b\",{}]");
    }
}
