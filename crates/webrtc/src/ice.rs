//! Which STUN and TURN servers a browser will take. It throws at the first address it does not like and then makes no
//! connection at all, so a bad one must never reach it.

use crate::config::IceServer;

/// Most addresses used, of all servers together. Browsers ask each of them on every attempt, and warn from five on.
pub const MAX_ICE_URLS: usize = 16;

/// Longest address, in bytes: a host name has at most 253.
const MAX_URL: usize = 300;
/// Longest user name in bytes (RFC 8489, section 14.3).
const MAX_USERNAME: usize = 508;

/// Why an address of a server is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IceServerError {
    /// A server without any address.
    #[error("it names no address")]
    NoAddress,
    /// Not of the form `stun:host:port`, `turn:host:port?transport=udp` or `turns:...` (RFC 7064, RFC 7065).
    #[error("\"{0}\" is not an address like stun:host:port or turn:host:port")]
    Malformed(String),
    /// TURN without a user name (of at most 508 bytes) and a credential.
    #[error("\"{0}\" needs a username and a credential")]
    NoCredential(String),
    /// One more than [`MAX_ICE_URLS`].
    #[error("\"{0}\" is one more than the {MAX_ICE_URLS} addresses used")]
    TooMany(String),
}

/// What of these servers can be used, and what is wrong with the rest.
pub fn sift(servers: &[IceServer]) -> (Vec<IceServer>, Vec<IceServerError>) {
    let (mut usable, mut faults, mut count) = (Vec::new(), Vec::new(), 0);
    for server in servers {
        let mut urls = Vec::new();
        if server.urls.is_empty() {
            faults.push(IceServerError::NoAddress);
        }
        for url in &server.urls {
            match check(server, url) {
                Err(fault) => faults.push(fault),
                Ok(()) if count >= MAX_ICE_URLS => faults.push(IceServerError::TooMany(shown(url))),
                Ok(()) => {
                    count += 1;
                    urls.push(url.clone());
                }
            }
        }
        if !urls.is_empty() {
            usable.push(IceServer { urls, ..server.clone() });
        }
    }
    (usable, faults)
}

impl IceServer {
    /// Whether an address of it is a TURN relay's.
    pub fn is_relay(&self) -> bool {
        self.urls.iter().any(|url| scheme(url).is_some_and(|(scheme, _)| scheme != Scheme::Stun))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Stun,
    Turn,
}

fn scheme(url: &str) -> Option<(Scheme, &str)> {
    let (scheme, rest) = url.split_once(':')?;
    match scheme.to_ascii_lowercase().as_str() {
        "stun" => Some((Scheme::Stun, rest)),
        "turn" | "turns" => Some((Scheme::Turn, rest)),
        _ => None,
    }
}

fn check(server: &IceServer, url: &str) -> Result<(), IceServerError> {
    let malformed = || IceServerError::Malformed(shown(url));
    let (scheme, rest) = scheme(url).filter(|_| url.len() <= MAX_URL).ok_or_else(malformed)?;
    let address = match (scheme, rest.split_once('?')) {
        (_, None) => rest,
        (Scheme::Turn, Some((address, "transport=udp" | "transport=tcp"))) => address,
        _ => return Err(malformed()),
    };
    if !is_address(address) {
        return Err(malformed());
    }
    let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    let named = given(&server.username) && server.username.as_ref().is_none_or(|name| name.len() <= MAX_USERNAME);
    if scheme == Scheme::Turn && !(named && given(&server.credential)) {
        return Err(IceServerError::NoCredential(shown(url)));
    }
    Ok(())
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
fn is_address(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(Some((host, ""))) => (host, None),
        Some(Some((host, port))) => (host, Some(port.strip_prefix(':').unwrap_or("bad"))),
        Some(None) => return false,
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let is_v6 = text.starts_with('[');
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let host_ok = if is_v6 {
        host.parse::<std::net::Ipv6Addr>().is_ok()
    } else {
        !host.is_empty()
            && host.bytes().all(known)
            && (!looks_like_v4(host) || host.parse::<std::net::Ipv4Addr>().is_ok())
    };
    host_ok && port.is_none_or(is_port)
}

/// Only digits and dots: browsers read such a host as an address, and refuse it if it is none.
fn looks_like_v4(host: &str) -> bool {
    host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn is_port(port: &str) -> bool {
    !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Short enough for a sentence.
fn shown(url: &str) -> String {
    let mut shown: String = url.chars().filter(|letter| !letter.is_control()).take(80).collect();
    if shown.len() < url.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stun(url: &str) -> IceServer {
        IceServer { urls: vec![url.to_owned()], ..IceServer::default() }
    }

    fn turn(url: &str) -> IceServer {
        IceServer { urls: vec![url.to_owned()], username: Some("u".into()), credential: Some("c".into()) }
    }

    #[test]
    fn addresses_of_the_rfcs_are_used() {
        let good = [
            stun("stun:stun.example.org"),
            stun("STUN:stun.example.org:3478"),
            stun("stun:192.0.2.1:3478"),
            stun("stun:[2001:db8::1]:3478"),
            stun("stun:[2001:db8::1]"),
            turn("turn:relay_1.example.org:3478?transport=udp"),
            turn("turns:192.0.2.1:443?transport=tcp"),
            turn("turn:localhost"),
        ];
        assert_eq!(sift(&good), (good.to_vec(), vec![]));
    }

    #[test]
    fn anything_else_is_left_out_and_named() {
        let bad = [
            "",
            "stun",
            "stun:",
            "stun:host:",
            "stun:host:0",
            "stun:host:65536",
            "stun:host:+1",
            "stun:ho st",
            "stun://host",
            "stun:user@host",
            "stun:999.0.0.1",
            "stun:[::1",
            "stun:[zz]",
            "stun:[::1]3478",
            "stun:host?transport=udp",
            "turn:host?transport=quic",
            "turn:host?",
            "http://host",
            "stuns:host",
        ];
        for url in bad {
            let (usable, faults) = sift(&[turn(url), stun("stun:good")]);
            assert_eq!(usable, [stun("stun:good")], "{url}");
            assert_eq!(faults, [IceServerError::Malformed(url.to_owned())]);
        }
        let long = format!("stun:{}", "a".repeat(MAX_URL));
        let (_, faults) = sift(&[stun(&long)]);
        assert!(matches!(&faults[..], [IceServerError::Malformed(shown)] if shown.len() < 100));
    }

    #[test]
    fn a_bad_address_does_not_take_the_good_ones_of_its_server_along() {
        let two = IceServer { urls: vec!["nonsense".into(), "stun:good".into()], ..IceServer::default() };
        assert_eq!(sift(&[two]).0, [stun("stun:good")]);
    }

    #[test]
    fn a_server_without_address_is_named() {
        assert_eq!(sift(&[IceServer::default()]), (vec![], vec![IceServerError::NoAddress]));
    }

    #[test]
    fn a_relay_without_credential_is_left_out() {
        let url = "turn:host";
        let missing = Err(IceServerError::NoCredential(url.to_owned()));
        let of = |username: &str, credential: &str| IceServer {
            username: Some(username.into()),
            credential: Some(credential.into()),
            ..stun(url)
        };
        let long = "u".repeat(MAX_USERNAME + 1);
        for server in [stun(url), of("", "c"), of("u", ""), of(&long, "c")] {
            assert_eq!(check(&server, url), missing);
        }
        assert_eq!(check(&of("u", "c"), url), Ok(()));
    }

    #[test]
    fn more_addresses_than_a_browser_should_ask_are_left_out() {
        let many: Vec<_> = (0..=MAX_ICE_URLS).map(|n| stun(&format!("stun:host{n}"))).collect();
        let (usable, faults) = sift(&many);
        assert_eq!(usable.len(), MAX_ICE_URLS);
        assert_eq!(faults, [IceServerError::TooMany(format!("stun:host{MAX_ICE_URLS}"))]);
    }

    #[test]
    fn only_turn_relays() {
        assert!(turn("turn:a").is_relay() && turn("turns:a").is_relay());
        assert!(!stun("stun:a").is_relay() && !stun("nonsense").is_relay());
    }
}
