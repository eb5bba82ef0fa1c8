//! What a subscription asks for (NIP-01), and whether an event is that.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use super::{
    event::{Event, HEX_32, letter},
    limits::VALUE_BYTES,
};

/// Why a filter is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FilterError {
    /// It is no object, or a field holds what it must not.
    #[error("invalid: a filter is an object with ids, authors, kinds, since, until, limit and #x fields")]
    Malformed,
    /// It names no tag, so it would hear other people's topics.
    #[error("restricted: name what to listen to with a tag (like #x); this relay does not show who else is there")]
    Nosy,
    /// A tag value is longer than any that this relay carries.
    #[error("invalid: a tag value in a filter is too long (128 bytes at most)")]
    LongValue,
}

/// One filter. `limit` is read and ignored: nothing is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    ids: Option<BTreeSet<String>>,
    authors: Option<BTreeSet<String>>,
    kinds: Option<BTreeSet<u64>>,
    since: Option<u64>,
    until: Option<u64>,
    tags: BTreeMap<char, BTreeSet<String>>,
}

/// A tag's letter and value: what subscriptions are found by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Topic(pub char, pub String);

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// It is malformed, or would hear everything.
    pub fn read(value: Value) -> Result<Self, FilterError> {
        let Value::Object(mut fields) = value else { return Err(FilterError::Malformed) };
        let hex = |text: &String| text.len() == HEX_32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let ids = take::<BTreeSet<String>>(&mut fields, "ids")?;
        let authors = take::<BTreeSet<String>>(&mut fields, "authors")?;
        if ids.iter().chain(&authors).flatten().any(|text| !hex(text)) {
            return Err(FilterError::Malformed);
        }
        let kinds = take(&mut fields, "kinds")?;
        let since = take(&mut fields, "since")?;
        let until = take(&mut fields, "until")?;
        let _: Option<u64> = take(&mut fields, "limit")?;
        let mut tags = BTreeMap::new();
        for (name, value) in fields {
            let letter = name.strip_prefix('#').and_then(letter).ok_or(FilterError::Malformed)?;
            let values: BTreeSet<String> = serde_json::from_value(value).map_err(|_| FilterError::Malformed)?;
            if values.iter().any(|value| value.len() > VALUE_BYTES) {
                return Err(FilterError::LongValue);
            }
            tags.insert(letter, values);
        }
        if tags.is_empty() {
            return Err(FilterError::Nosy);
        }
        Ok(Self { ids, authors, kinds, since, until, tags })
    }

    /// How much it names: what its memory is measured by.
    pub fn values(&self) -> usize {
        let count = |set: &Option<BTreeSet<String>>| set.as_ref().map_or(0, BTreeSet::len);
        let tags: usize = self.tags.values().map(|values| values.len().max(1)).sum();
        count(&self.ids) + count(&self.authors) + self.kinds.as_ref().map_or(0, BTreeSet::len) + tags
    }

    /// The topics one of which every event has that it matches: those of the tag with the fewest values.
    pub fn topics(&self) -> impl Iterator<Item = Topic> {
        let fewest = self.tags.iter().min_by_key(|(_, values)| values.len());
        fewest.into_iter().flat_map(|(letter, values)| values.iter().map(|value| Topic(*letter, value.clone())))
    }

    /// Whether this event is one it asks for.
    pub fn matches(&self, event: &Event) -> bool {
        let among = |set: &Option<BTreeSet<String>>, text: &str| set.as_ref().is_none_or(|set| set.contains(text));
        among(&self.ids, &event.id)
            && among(&self.authors, &event.pubkey)
            && self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&event.kind.into()))
            && self.since.is_none_or(|since| event.created_at >= since)
            && self.until.is_none_or(|until| event.created_at <= until)
            && self
                .tags
                .iter()
                .all(|(name, values)| event.topics().any(|(letter, value)| letter == *name && values.contains(value)))
    }
}

fn take<T: for<'a> Deserialize<'a>>(fields: &mut Map<String, Value>, name: &str) -> Result<Option<T>, FilterError> {
    fields.remove(name).map(serde_json::from_value).transpose().map_err(|_| FilterError::Malformed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::event::tests::signed, *};

    fn matches(filter: Value, event: &Event) -> bool {
        Filter::read(filter).unwrap().matches(event)
    }

    #[test]
    fn every_field_narrows() {
        let event = signed(7, 20_001, &[("x", "a"), ("x", "b"), ("p", "c")], "");
        assert!(matches(json!({"#x": ["b", "z"]}), &event));
        assert!(!matches(json!({"#x": ["z"]}), &event));
        assert!(!matches(json!({"#x": []}), &event));
        assert!(matches(json!({"#x": ["a"], "#p": ["c"]}), &event));
        assert!(!matches(json!({"#x": ["a"], "#p": ["d"]}), &event));
        assert!(matches(json!({"#x": ["a"], "kinds": [1, 20_001], "limit": 0}), &event));
        assert!(!matches(json!({"#x": ["a"], "kinds": [20_002]}), &event));
        assert!(matches(json!({"#x": ["a"], "authors": [event.pubkey], "ids": [event.id]}), &event));
        assert!(!matches(json!({"#x": ["a"], "authors": ["0".repeat(64)]}), &event));
        assert!(matches(json!({"#x": ["a"], "since": 1_700_000_000, "until": 1_700_000_000}), &event));
        assert!(!matches(json!({"#x": ["a"], "since": 1_700_000_001}), &event));
        assert!(!matches(json!({"#x": ["a"], "until": 1_699_999_999}), &event));
    }

    #[test]
    fn nobody_hears_topics_they_cannot_name() {
        for nosy in [json!({}), json!({"kinds": [20_001]}), json!({"authors": ["0".repeat(64)]})] {
            assert_eq!(Filter::read(nosy), Err(FilterError::Nosy));
        }
    }

    #[test]
    fn what_is_no_filter_is_named() {
        for malformed in [
            json!(3),
            json!([]),
            json!({"#x": "a"}),
            json!({"#xy": ["a"]}),
            json!({"#x": ["a"], "ids": ["short"]}),
            json!({"#x": ["a"], "kinds": ["one"]}),
            json!({"#x": ["a"], "since": -1}),
            json!({"#x": ["a"], "search": "words"}),
        ] {
            assert_eq!(Filter::read(malformed.clone()), Err(FilterError::Malformed), "{malformed}");
        }
        assert_eq!(Filter::read(json!({"#x": ["a".repeat(VALUE_BYTES + 1)]})), Err(FilterError::LongValue));
    }

    #[test]
    fn it_is_found_by_the_tag_with_the_fewest_values() {
        let filter = Filter::read(json!({"#x": ["a", "b"], "#y": ["c"], "kinds": [20_001]})).unwrap();
        assert_eq!(filter.topics().collect::<Vec<_>>(), [Topic('y', "c".to_owned())]);
        assert_eq!(filter.values(), 4);
    }
}
