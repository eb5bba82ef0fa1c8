//! Addresses of servers as people and files write them: which are good, and why the others are not.

use web_sys::Url;

/// Longer addresses are not looked at, in characters.
const MAX_ADDRESS: usize = 300;

/// What a server is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Carries the first words of two tabs that look for each other.
    Relay,
    /// Tells a tab its address as seen from outside.
    Stun,
    /// Carries a connection where no direct one comes up.
    Turn,
}

/// Why an address cannot be used; the texts are for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Empty, or longer than any address.
    #[error("there is no address in it")]
    Empty,
    /// It begins with something else than it should.
    #[error("it should begin with {}", match .0 { Kind::Relay => "wss:// or ws://", Kind::Stun => "stun:", Kind::Turn => "turn: or turns:" })]
    Scheme(Kind),
    /// No host, or one that cannot be.
    #[error("the name of the server is missing or has a character that cannot be there")]
    Host,
    /// A port that is none.
    #[error("the number after the last colon should be a port, from 1 to 65535")]
    Port,
    /// More than host and port.
    #[error("there is more in it than a server and its port")]
    TooMuch,
}

impl Kind {
    /// The absolute address of an entry of this kind; a relay may stand relative to the page.
    pub fn resolve(self, entry: &str, page: &str) -> Result<String, AddressError> {
        let entry = entry.trim();
        if entry.is_empty() || entry.len() > MAX_ADDRESS || entry.contains(char::is_whitespace) {
            return Err(AddressError::Empty);
        }
        match self {
            Self::Relay => relay(entry, page),
            Self::Stun => server(self, entry, &["stun:", "stuns:"]),
            Self::Turn => server(self, entry, &["turn:", "turns:"]),
        }
    }
}

fn relay(entry: &str, page: &str) -> Result<String, AddressError> {
    let absolute = entry.starts_with("ws://") || entry.starts_with("wss://");
    // `relay.example:7777` reads as a scheme; whatever else has one is no relay.
    if !absolute && (entry.contains("://") || entry.split(['/', '?']).next().is_some_and(|first| first.contains(':'))) {
        return Err(AddressError::Scheme(Kind::Relay));
    }
    let url = Url::new_with_base(entry, page).map_err(|_| AddressError::Host)?;
    match url.protocol().as_str() {
        "http:" => url.set_protocol("ws:"),
        "https:" => url.set_protocol("wss:"),
        "ws:" | "wss:" => {}
        _ => return Err(AddressError::Scheme(Kind::Relay)),
    }
    if !url.hash().is_empty() || !url.username().is_empty() || !url.password().is_empty() {
        return Err(AddressError::TooMuch);
    }
    Ok(url.href())
}

/// `scheme:host[:port]`, for TURN with `?transport=udp` or `tcp` (RFC 7064, RFC 7065).
fn server(kind: Kind, entry: &str, schemes: &[&str]) -> Result<String, AddressError> {
    let rest = schemes.iter().find_map(|scheme| entry.strip_prefix(scheme)).ok_or(AddressError::Scheme(kind))?;
    let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
    let transport = [Some("transport=udp"), Some("transport=tcp")];
    if query.is_some() && !(kind == Kind::Turn && transport.contains(&query)) {
        return Err(AddressError::TooMuch);
    }
    let (host, port) = if place.starts_with('[') {
        let (host, rest) = place.split_once(']').ok_or(AddressError::Host)?;
        let host = host.trim_start_matches('[');
        if !host.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.')) {
            return Err(AddressError::Host);
        }
        (host, rest.strip_prefix(':').or(rest.is_empty().then_some("")).ok_or(AddressError::TooMuch)?)
    } else {
        let (host, port) = place.split_once(':').unwrap_or((place, ""));
        if !host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')) {
            return Err(AddressError::Host);
        }
        if place.contains(':') && port.is_empty() {
            return Err(AddressError::Port);
        }
        (host, port)
    };
    if host.is_empty() {
        return Err(AddressError::Host);
    }
    if !port.is_empty() && !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err(AddressError::Port);
    }
    Ok(entry.to_owned())
}

/// Whether a browser refuses this relay on this page: an encrypted page may open no unencrypted connection, but to itself.
pub fn is_mixed(relay: &str, page: &str) -> bool {
    let local = || {
        let host = Url::new(relay).map(|url| url.hostname()).unwrap_or_default();
        host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || host.starts_with("127.")
    };
    page.starts_with("https:") && relay.starts_with("ws:") && !local()
}

/// Whether a relay is at the page's own host (and port): then it serves whoever has the page.
pub fn is_beside(relay: &str, page: &str) -> bool {
    let host = |address: &str| Url::new(address).map(|url| url.host()).ok();
    host(relay).is_some_and(|it| Some(it) == host(page))
}

/// Whether it is a path of the page's own host, and says no more.
pub fn is_path_beside(path: &str, page: &str) -> bool {
    let is_path = !path.is_empty() && path.len() <= MAX_ADDRESS && !path.contains([':', '\\', '#']);
    let origin = |url: Result<Url, _>| url.map(|it| it.origin()).ok();
    is_path && origin(Url::new_with_base(path, page)).is_some_and(|it| Some(it) == origin(Url::new(page)))
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const PAGE: &str = "https://example.org/x/";

    #[test]
    fn good_addresses_are_taken() {
        for (kind, entry, address) in [
            (Kind::Relay, " wss://relay.example ", "wss://relay.example/"),
            (Kind::Relay, "ws://relay.example:7777/x", "ws://relay.example:7777/x"),
            (Kind::Relay, "../relay", "wss://example.org/relay"),
            (Kind::Stun, "stun:stun.example", "stun:stun.example"),
            (Kind::Stun, "stun:[2001:db8::1]:3478", "stun:[2001:db8::1]:3478"),
            (Kind::Turn, "turns:turn.example:443?transport=tcp", "turns:turn.example:443?transport=tcp"),
        ] {
            assert_eq!(kind.resolve(entry, PAGE).as_deref(), Ok(address), "{entry}");
        }
    }

    #[test]
    fn each_bad_address_is_named() {
        for (kind, entry, error) in [
            (Kind::Relay, "  ", AddressError::Empty),
            (Kind::Relay, "two words", AddressError::Empty),
            (Kind::Relay, "https://relay.example", AddressError::Scheme(Kind::Relay)),
            (Kind::Relay, "relay.example:7777", AddressError::Scheme(Kind::Relay)),
            (Kind::Relay, "wss://", AddressError::Host),
            (Kind::Relay, "wss://a:b@relay.example/", AddressError::TooMuch),
            (Kind::Stun, "stun.example:3478", AddressError::Scheme(Kind::Stun)),
            (Kind::Stun, "stun:", AddressError::Host),
            (Kind::Stun, "stun:sp@ce", AddressError::Host),
            (Kind::Stun, "stun:stun.example:", AddressError::Port),
            (Kind::Stun, "stun:stun.example:70000", AddressError::Port),
            (Kind::Stun, "stun:stun.example?transport=udp", AddressError::TooMuch),
            (Kind::Turn, "stun:stun.example", AddressError::Scheme(Kind::Turn)),
            (Kind::Turn, "turn:turn.example?x=y", AddressError::TooMuch),
        ] {
            assert_eq!(kind.resolve(entry, PAGE), Err(error), "{entry}");
        }
    }

    #[test]
    fn an_encrypted_page_may_open_unencrypted_connections_to_this_machine_only() {
        assert!(is_mixed("ws://relay.example/", PAGE));
        assert!(!is_mixed("ws://127.0.0.1:7777/", PAGE));
        assert!(!is_mixed("wss://relay.example/", PAGE));
        assert!(!is_mixed("ws://relay.example/", "http://example.org/"));
    }
}
