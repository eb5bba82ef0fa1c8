//! An event of NIP-01: reading it, and proving that its id and signature are right.
//! <https://github.com/nostr-protocol/nips/blob/master/01.md>

use std::ops::Range;

use k256::schnorr::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::limits::{EVENT_AGE, EVENT_LEAD, EVENT_TAGS, TAG_VALUES};

/// The kinds that no relay stores (NIP-01): the only ones that pass here.
pub const EPHEMERAL: Range<u16> = 20_000..30_000;
/// Characters of an id or a public key: 32 bytes in lower-case hexadecimal.
pub const HEX_32: usize = 64;

/// Why an event is not passed on. The words before the colon are those NIP-01 prescribes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EventError {
    /// Another kind would have to be stored.
    #[error("blocked: only ephemeral events (kinds 20000 to 29999) pass through this relay")]
    NotEphemeral,
    /// More tags, or values in one, than it allows.
    #[error("invalid: too many tags (32 with 16 values each at most)")]
    TooManyTags,
    /// Where events are judged by their time, older than they may be. In strfry's words.
    #[error("invalid: ephemeral event expired")]
    TooOld,
    /// ... or further ahead. In strfry's words.
    #[error("invalid: created_at too late")]
    TooEarly,
    /// The id is not the hash of the event.
    #[error("invalid: the id is not the hash of the event")]
    WrongId,
    /// The key is no key, or it did not sign this id.
    #[error("invalid: the signature is not of this key over this id")]
    WrongSignature,
}

/// One event, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Event {
    /// SHA-256 of the rest, in hexadecimal.
    pub id: String,
    /// The key that signed it.
    pub pubkey: String,
    /// Seconds since 1970, by the sender's clock; believed by nobody here, and at most compared with this machine's.
    pub created_at: u64,
    /// What kind of event.
    pub kind: u16,
    /// Names and values; those with a name of one letter can be subscribed to.
    pub tags: Vec<Vec<String>>,
    /// For us, nothing but bytes.
    pub content: String,
    /// BIP-340 signature over the id.
    pub sig: String,
}

impl Event {
    /// Everything this relay asks of an event, the cheapest first.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self) -> Result<(), EventError> {
        if !EPHEMERAL.contains(&self.kind) {
            return Err(EventError::NotEphemeral);
        }
        if self.tags.len() > EVENT_TAGS || self.tags.iter().any(|tag| tag.len() > TAG_VALUES) {
            return Err(EventError::TooManyTags);
        }
        let id = self.hash();
        if self.id != hex(&id) {
            return Err(EventError::WrongId);
        }
        self.verify(&id).ok_or(EventError::WrongSignature)
    }

    /// Whether it was written about now, in Unix seconds, as strict relays want it.
    ///
    /// # Errors
    /// It was not.
    pub const fn check_time(&self, now: u64) -> Result<(), EventError> {
        if self.created_at < now.saturating_sub(EVENT_AGE) {
            return Err(EventError::TooOld);
        }
        if self.created_at > now.saturating_add(EVENT_LEAD) { Err(EventError::TooEarly) } else { Ok(()) }
    }

    /// The first values of its tags with a name of one letter: what subscriptions find it by.
    pub fn topics(&self) -> impl Iterator<Item = (char, &str)> {
        self.tags.iter().filter_map(|tag| match tag.as_slice() {
            [name, value, ..] => Some((letter(name)?, value.as_str())),
            _ => None,
        })
    }

    fn hash(&self) -> [u8; 32] {
        // serde_json escapes just what NIP-01 says, as JavaScript's JSON.stringify does.
        let signed = (0, &self.pubkey, self.created_at, self.kind, &self.tags, &self.content);
        Sha256::digest(serde_json::to_vec(&signed).unwrap_or_default()).into()
    }

    fn verify(&self, id: &[u8; 32]) -> Option<()> {
        let key = VerifyingKey::from_slice(&unhex::<32>(&self.pubkey)?).ok()?;
        let signature = Signature::from_slice(&unhex::<64>(&self.sig)?).ok()?;
        key.verify_raw(id, &signature).ok()
    }
}

/// The letter that a tag's name consists of, if it is one.
pub fn letter(name: &str) -> Option<char> {
    let mut characters = name.chars();
    characters.next().filter(|letter| letter.is_ascii_alphabetic() && characters.next().is_none())
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().map_or('0', char::from);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Undoes [`hex`]; nothing for other lengths or digits, upper-case ones included.
fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let bytes: Vec<u8> = text
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect::<Option<_>>()?;
    bytes.try_into().ok()
}

#[cfg(test)]
pub(crate) mod tests {
    use k256::schnorr::SigningKey;

    use super::*;

    /// An event signed with a key made from `seed`.
    pub fn signed(seed: u8, kind: u16, tags: &[(&str, &str)], content: &str) -> Event {
        let key = SigningKey::from_slice(&[seed; 32]).unwrap();
        let mut event = Event {
            id: String::new(),
            pubkey: hex(&key.verifying_key().to_bytes()),
            created_at: 1_700_000_000,
            kind,
            tags: tags.iter().map(|(name, value)| vec![(*name).to_owned(), (*value).to_owned()]).collect(),
            content: content.to_owned(),
            sig: String::new(),
        };
        let id = event.hash();
        event.id = hex(&id);
        event.sig = hex(&key.sign_raw(&id, &[0; 32]).unwrap().to_bytes());
        event
    }

    #[test]
    fn an_event_that_another_program_signed_is_right() {
        // An example of the `nostr` crate's documentation: right in everything but its kind.
        let event: Event = serde_json::from_str(
            r#"{"content":"uRuvYr585B80L6rSJiHocw==?iv=oh6LVqdsYYol3JfFnXTbPA==","created_at":1640839235,
            "id":"2be17aa3031bdcb006f0fce80c146dea9c1c0268b0af2398bb673365c6444d45","kind":4,
            "pubkey":"f86c44a2de95d9149b51c6a29afeabba264c18e2fa7c49de93424a0c56947785",
            "sig":"a5d9290ef9659083c490b303eb7ee41356d8778ff19f2f91776c8dc4443388a64ffcf336e61af4c25c05ac3ae952d1ced889ed655b67790891222aaa15b99fdd",
            "tags":[["p","13adc511de7e1cfcf1c6b7f6365fb5a03442d7bcacf565ea57fa7770912c023d"]]}"#,
        )
        .unwrap();
        assert_eq!(hex(&event.hash()), event.id);
        assert_eq!(event.verify(&event.hash()), Some(()));
        assert_eq!(event.check(), Err(EventError::NotEphemeral));
    }

    #[test]
    fn every_changed_part_is_noticed() {
        let event = signed(7, 20_001, &[("x", "topic")], "a \"quoted\" line\n\u{1}\u{7f}é");
        assert_eq!(event.check(), Ok(()));
        let wrong = |change: fn(&mut Event)| {
            let mut event = event.clone();
            change(&mut event);
            event.check().unwrap_err()
        };
        assert_eq!(wrong(|event| event.content.push('!')), EventError::WrongId);
        assert_eq!(wrong(|event| event.created_at += 1), EventError::WrongId);
        assert_eq!(wrong(|event| event.tags.clear()), EventError::WrongId);
        assert_eq!(wrong(|event| event.kind = 1), EventError::NotEphemeral);
        assert_eq!(wrong(|event| event.kind = 30_000), EventError::NotEphemeral);
        assert_eq!(wrong(|event| event.id = event.id.to_uppercase()), EventError::WrongId);
        assert_eq!(wrong(|event| event.sig = signed(7, 20_001, &[], "").sig), EventError::WrongSignature);
        assert_eq!(wrong(|event| event.sig = event.sig.to_uppercase()), EventError::WrongSignature);
        assert_eq!(wrong(|event| event.sig.truncate(127)), EventError::WrongSignature);
        assert_eq!(wrong(|event| event.tags = vec![vec![]; EVENT_TAGS + 1]), EventError::TooManyTags);
        assert_eq!(wrong(|event| event.tags = vec![vec![String::new(); TAG_VALUES + 1]]), EventError::TooManyTags);
    }

    #[test]
    fn a_key_that_is_no_point_of_the_curve_is_refused() {
        let mut event = signed(7, 20_001, &[], "");
        event.pubkey = "f".repeat(HEX_32);
        event.id = hex(&event.hash());
        assert_eq!(event.check(), Err(EventError::WrongSignature));
    }

    #[test]
    fn only_the_first_values_of_tags_of_one_letter_are_topics() {
        let mut event = signed(7, 20_001, &[("x", "one"), ("long", "two"), ("é", "three"), ("y", "four")], "");
        event.tags.push(vec!["z".to_owned()]);
        assert_eq!(event.topics().collect::<Vec<_>>(), [('x', "one"), ('y', "four")]);
    }
}
