//! A blind Nostr relay for rendezvous: ephemeral events go to those who listen for their topic right now, and nowhere
//! else.
//!
//! It stores nothing, logs nothing, and shows nobody a topic they cannot name. It knows nothing of rooms: what passes
//! are random bytes under random topics, signed by throw-away keys. It deliberately has no accounts, no history and no
//! peers.

pub mod event;
pub mod filter;
pub mod hub;
pub mod limits;
pub mod message;
pub mod outbox;
pub mod session;
mod socket;

#[cfg(test)]
mod growth;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use hyper::{HeaderMap, Request, Response, StatusCode, body::Incoming, header};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::{
    closing::Closing,
    files::{Answer, finish, response},
    gate::Pass,
    relay::hub::Hub,
};

/// The last segment of its address: it answers beside the page, at any sub-path.
pub const NAME: &str = "relay";
/// The type of the information document (NIP-11).
const INFORMATION: &str = "application/nostr+json";
/// How long the connection may take to change over after the answer to its upgrade.
const UPGRADE_TIMEOUT: Duration = Duration::from_secs(10);

/// The relay: those who are connected to it.
#[derive(Debug, Clone, Default)]
pub struct Relay {
    hub: Arc<Hub>,
    strict_clock: bool,
}

impl Relay {
    /// One that, if asked to, judges events by the time at which they were written.
    pub fn new(strict_clock: bool) -> Self {
        Self { strict_clock, ..Self::default() }
    }

    /// Answers a request to the relay's address: changes over to WebSocket, or says what this is. `closing` says when
    /// the host stops.
    pub fn answer(&self, request: Request<Incoming>, pass: Arc<Pass>, closing: Closing) -> Answer {
        let Some(key) = websocket_key(request.headers()).map(|key| derive_accept_key(key.as_bytes())) else {
            return self.information(request.headers());
        };
        let hub = Arc::clone(&self.hub);
        let clock = self.strict_clock.then_some(unix_seconds as fn() -> u64);
        tokio::spawn(async move {
            let upgraded = tokio::time::timeout(UPGRADE_TIMEOUT, hyper::upgrade::on(request)).await;
            if let Ok(Ok(upgraded)) = upgraded {
                socket::serve(upgraded, &hub.join(), &pass, clock, closing).await;
            }
        });
        let mut answer = Response::new(Default::default());
        *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = answer.headers_mut();
        headers.insert(header::CONNECTION, header::HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, header::HeaderValue::from_static("websocket"));
        if let Ok(accept) = key.parse() {
            headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
        }
        answer
    }

    /// NIP-11 for programs, a sentence for people.
    fn information(&self, headers: &HeaderMap) -> Answer {
        let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !accepts.contains(INFORMATION) {
            let wrong = response(StatusCode::UPGRADE_REQUIRED)
                .header(header::CONNECTION, "upgrade")
                .header(header::UPGRADE, "websocket")
                .header(header::CONTENT_TYPE, "text/plain; charset=utf-8");
            return finish(
                wrong,
                "This is Paceline's relay: pages connect to it by WebSocket. There is nothing to read here.\n",
            );
        }
        let mut document = json!({
            "name": "paceline-host",
            "description": "Passes ephemeral events on between browsers that are looking for each other. Stores nothing, logs nothing.",
            "supported_nips": [1, 11],
            "software": "paceline-host",
            "version": env!("CARGO_PKG_VERSION"),
            "limitation": {
                "max_message_length": limits::MESSAGE_BYTES,
                "max_subscriptions": limits::SUBSCRIPTIONS,
                "max_filters": limits::FILTERS,
                "max_limit": 0,
                "max_subid_length": limits::SUBSCRIPTION_NAME,
                "max_event_tags": limits::EVENT_TAGS,
                "auth_required": false,
                "payment_required": false,
                "restricted_writes": true,
            },
            "retention": [{"kinds": [[event::EPHEMERAL.start, event::EPHEMERAL.end - 1]], "time": 0}],
        });
        if self.strict_clock
            && let Some(limitation) = document.get_mut("limitation").and_then(Value::as_object_mut)
        {
            limitation.insert("created_at_lower_limit".to_owned(), limits::EVENT_AGE.into());
            limitation.insert("created_at_upper_limit".to_owned(), limits::EVENT_LEAD.into());
        }
        let answer = response(StatusCode::OK)
            .header(header::CONTENT_TYPE, INFORMATION)
            // NIP-11 asks for these, so that pages of other hosts can read it.
            .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
            .header(header::ACCESS_CONTROL_ALLOW_HEADERS, "*")
            .header(header::ACCESS_CONTROL_ALLOW_METHODS, "GET");
        finish(answer, document.to_string())
    }
}

/// The key of a request to change over to WebSocket (RFC 6455, section 4.2.1), if it is one.
fn websocket_key(headers: &HeaderMap) -> Option<&str> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let names = |name, word: &str| {
        text(name).is_some_and(|value| value.split(',').any(|one| one.trim().eq_ignore_ascii_case(word)))
    };
    let asked = names(header::CONNECTION, "upgrade") && names(header::UPGRADE, "websocket");
    (asked && text(header::SEC_WEBSOCKET_VERSION) == Some("13")).then(|| text(header::SEC_WEBSOCKET_KEY)).flatten()
}

/// This machine's clock.
fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_complete_request_changes_over() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "keep-alive, Upgrade"),
            ("upgrade", "WebSocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ] {
            assert_eq!(websocket_key(&headers), None);
            headers.insert(name, value.parse().unwrap());
        }
        assert_eq!(websocket_key(&headers), Some("dGhlIHNhbXBsZSBub25jZQ=="));
        headers.insert("sec-websocket-version", "8".parse().unwrap());
        assert_eq!(websocket_key(&headers), None);
    }
}
