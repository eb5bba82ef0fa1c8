//! `paceline.json`, the page's configuration beside it: what the host puts into it, so that the page finds the host's
//! relay.

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use crate::relay;

/// The file's name: it is answered beside the page, at any sub-path.
pub const NAME: &str = "paceline.json";
/// The field with the relays.
const RELAYS: &str = "relays";

/// Which relays the page is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Relays {
    /// This host's own relay and no other; the rest (STUN, TURN ...) comes from the page's paceline.json
    #[default]
    Own,
    /// This host's own relay first, then those of the page's paceline.json
    First,
    /// Those of the page's paceline.json; this host serves the file as it is
    Page,
}

/// The file as it is answered, from the page's own if there is one. `None`: send the page's own as it is, also because
/// it cannot be understood, which the page then tells the person.
pub fn compose(own: Option<&str>, relays: Relays) -> Option<String> {
    if relays == Relays::Page {
        return None;
    }
    let mut fields = match own {
        None => Map::new(),
        Some(text) => fields(text)?,
    };
    // Relative, so that the page resolves it against its own address, whatever names and proxies lead there.
    let mut named = vec![json!(relay::NAME)];
    if let (Relays::First, Some(Value::Array(others))) = (relays, fields.remove(RELAYS)) {
        named.extend(others);
    }
    fields.insert(RELAYS.to_owned(), named.into());
    Some(Value::Object(fields).to_string())
}

fn fields(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(text).ok()
}

/// Why the page's own file cannot be understood, if so.
pub fn fault(own: &str) -> Option<String> {
    serde_json::from_str::<Map<String, Value>>(own).err().map(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = r#"{"relays": ["wss://relay.example"], "stun": ["stun:stun.example:3478"], "more": 1}"#;

    fn composed(own: Option<&str>, relays: Relays) -> Value {
        serde_json::from_str(&compose(own, relays).unwrap()).unwrap()
    }

    #[test]
    fn the_page_finds_this_host_and_keeps_its_other_settings() {
        assert_eq!(composed(None, Relays::Own), json!({"relays": ["relay"]}));
        let own = composed(Some(OWN), Relays::Own);
        assert_eq!(own, json!({"relays": ["relay"], "stun": ["stun:stun.example:3478"], "more": 1}));
        assert_eq!(composed(Some(OWN), Relays::First)["relays"], json!(["relay", "wss://relay.example"]));
        assert_eq!(compose(Some(OWN), Relays::Page), None);
    }

    #[test]
    fn what_cannot_be_understood_is_left_for_the_page_to_tell() {
        for malformed in ["{", "[]", "", "{\"relays\": }"] {
            assert_eq!(compose(Some(malformed), Relays::Own), None);
            assert!(fault(malformed).is_some());
        }
        assert_eq!(fault(OWN), None);
    }
}
