//! Whether a relay is good for what pages need of it: two that do not know each other subscribe and hear each other, with the largest
//! messages, and with as many as a join takes; and what its information document (NIP-11) forbids.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    time::{Instant, SystemTime},
};

use anyhow::{Context, Result, bail};
use hyper::Uri;
use k256::schnorr::SigningKey;
use paceline_host::relay::event::{Event, hex};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::connect::{Relay, document};

/// The kind of a page's events, which no relay stores.
const KIND: u16 = 25_715;
/// The content of the largest event of a page, in characters: 16 KiB in base64.
const LARGE: usize = 21_848;
/// Events that a page may send at once; a join takes a handful.
const BURST: usize = 12;

/// What was found out about a relay.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Found {
    /// Which.
    pub url: String,
    /// It answers.
    pub alive: bool,
    /// It takes an ephemeral event.
    pub takes: bool,
    /// It gives it to another who asked for it.
    pub gives: bool,
    /// The same for the largest one.
    pub large: bool,
    /// Of the events that came at once it took so many.
    pub burst: usize,
    /// From nothing to an open WebSocket, in milliseconds.
    pub connect_ms: Option<u64>,
    /// From one to the other, in milliseconds.
    pub passes_ms: Option<u64>,
    /// What its information document forbids.
    pub forbids: Vec<String>,
    /// Whether pages should use it.
    pub good: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Tries a relay.
pub async fn probe(url: &str) -> Found {
    let mut found = Found { url: url.to_owned(), ..Found::default() };
    let tried = try_all(url, &mut found).await;
    found.why = match tried {
        Err(error) => Some(format!("{error:#}")),
        Ok(()) => found.forbids.first().cloned(),
    };
    found.good = found.why.is_none();
    found
}

async fn try_all(url: &str, found: &mut Found) -> Result<()> {
    let url: Uri = url.parse().context("this is no address")?;
    let start = Instant::now();
    let mut listener = Relay::connect(&url).await?;
    found.connect_ms = Some(millis(start));
    found.alive = true;
    // A relay without the document may be a good one.
    if let Ok(document) = document(&url).await {
        found.forbids = forbidden(&document);
    }
    let mut writer = Relay::connect(&url).await?;
    let author = Author::new();
    let topic = hex(&random());
    subscribe(&mut listener, &topic).await?;

    let event = author.write(&topic, "small")?;
    let start = Instant::now();
    publish(&mut writer, &event).await?;
    found.takes = true;
    hear(&mut listener, &event).await?;
    found.passes_ms = Some(millis(start));
    found.gives = true;

    let event = author.write(&topic, &"A".repeat(LARGE))?;
    publish(&mut writer, &event).await.context("the largest event of a page")?;
    hear(&mut listener, &event).await.context("the largest event of a page")?;
    found.large = true;

    for n in 0..BURST {
        let event = author.write(&topic, &n.to_string())?;
        let taken = publish(&mut writer, &event).await;
        taken.with_context(|| format!("event {} of {BURST} that came at once", n + 1))?;
        found.burst = n + 1;
    }
    Ok(())
}

/// Asks for what is written under a topic from now on, in either of the forms that pages use.
async fn subscribe(relay: &mut Relay, topic: &str) -> Result<()> {
    let mut said = String::new();
    for limit in [0, 1] {
        relay.say(&json!(["REQ", "probe", {"kinds": [KIND], "#x": [topic], "limit": limit}])).await?;
        let closed = relay
            .until("subscribing", |message| match message.get(0).and_then(Value::as_str) {
                Some("EOSE") => Some(None),
                Some("CLOSED" | "NOTICE") => Some(Some(words(message))),
                _ => None,
            })
            .await?;
        let Some(closed) = closed else { return Ok(()) };
        said = closed;
    }
    bail!("it takes no subscription: {said}")
}

/// Publishes an event; an error says why it was not taken.
async fn publish(relay: &mut Relay, event: &Event) -> Result<()> {
    relay.say(&json!(["EVENT", event])).await?;
    let refused = relay
        .until("publishing", |message| match (message.get(0)?.as_str()?, message.get(1)?) {
            ("OK", id) if *id == event.id => Some((message.get(2) != Some(&Value::Bool(true))).then(|| words(message))),
            _ => None,
        })
        .await?;
    refused.map_or(Ok(()), |why| bail!("it takes no event: {why}"))
}

async fn hear(relay: &mut Relay, event: &Event) -> Result<()> {
    let is_it = |message: &Value| {
        (message.get(0)?.as_str()? == "EVENT" && message.get(2)?.get("id")? == event.id.as_str()).then_some(())
    };
    relay.until("hearing it on the other side", is_it).await
}

/// The last text of a message: why.
fn words(message: &Value) -> String {
    message.as_array().and_then(|parts| parts.last()).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// What of a page's needs an information document forbids.
fn forbidden(document: &Value) -> Vec<String> {
    let limits = document.get("limitation").unwrap_or(&Value::Null);
    let is = |name: &str| limits.get(name).and_then(Value::as_bool) == Some(true);
    let number = |name: &str| limits.get(name).and_then(Value::as_u64);
    let mut forbids = Vec::new();
    for (name, words) in [("auth_required", "it wants an account"), ("payment_required", "it wants to be paid")] {
        if is(name) {
            forbids.push(words.to_owned());
        }
    }
    if let Some(bits) = number("min_pow_difficulty").filter(|bits| *bits > 0) {
        forbids.push(format!("it wants {bits} bits of work for each event"));
    }
    let event = LARGE as u64 + 512;
    if let Some(bytes) = number("max_message_length").filter(|bytes| *bytes < event) {
        forbids.push(format!("it takes messages of at most {bytes} bytes"));
    }
    if let Some(length) = number("max_content_length").filter(|length| *length < LARGE as u64) {
        forbids.push(format!("it takes contents of at most {length} characters"));
    }
    forbids
}

/// A throw-away key.
struct Author(SigningKey);

impl Author {
    fn new() -> Self {
        loop {
            // The few hashes in 2^128 that are no key are passed over.
            if let Ok(key) = SigningKey::from_slice(&random()) {
                return Self(key);
            }
        }
    }

    fn write(&self, topic: &str, content: &str) -> Result<Event> {
        let created_at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
        let (pubkey, tags) = (hex(&self.0.verifying_key().to_bytes()), vec![vec!["x".to_owned(), topic.to_owned()]]);
        let id: [u8; 32] = Sha256::digest(serde_json::to_vec(&(0, &pubkey, created_at, KIND, &tags, content))?).into();
        let sig = hex(&self.0.sign_raw(&id, &random()).context("the key does not sign")?.to_bytes());
        Ok(Event { id: hex(&id), pubkey, created_at, kind: KIND, tags, content: content.to_owned(), sig })
    }
}

/// Nothing depends on it but that two runs do not meet: the library's own random keys are enough.
fn random() -> [u8; 32] {
    let more = || RandomState::new().build_hasher().finish();
    Sha256::digest([more(), more(), more(), more()].map(u64::to_be_bytes).concat()).into()
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
