//! Behind a proxy: whose relay connection it is, by the header in which the proxy says so.
//!
//! Only what the nearest proxy wrote itself is believed: the last address of the one header that was chosen. What stands before it,
//! or in the other header, anybody may have sent. Whoever reaches this program past the proxy can claim any address: it belongs
//! behind it, on an address that only the proxy reaches.

use std::{net::IpAddr, sync::Arc, time::Instant};

use clap::ValueEnum;
use hyper::{HeaderMap, header::HeaderName};

use crate::gate::{Gate, GateLimits, Pass};

/// In which header the proxy names its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProxyHeader {
    /// `X-Forwarded-For: client, proxy ...`
    XForwardedFor,
    /// `Forwarded: for=client, for=proxy ...` (RFC 7239)
    Forwarded,
}

/// The relay's gate behind a proxy, where the connections themselves are all of one address.
#[derive(Debug)]
pub struct Proxied {
    header: ProxyHeader,
    gate: Arc<Gate>,
}

impl ProxyHeader {
    const fn name(self) -> HeaderName {
        match self {
            Self::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
            Self::Forwarded => HeaderName::from_static("forwarded"),
        }
    }

    /// The address that the nearest proxy names; none if it names none, or hides it.
    pub fn client(self, headers: &HeaderMap) -> Option<IpAddr> {
        let text = headers.get_all(self.name()).iter().next_back()?.to_str().ok()?;
        let last = text.rsplit(',').next()?;
        match self {
            Self::XForwardedFor => address(last),
            Self::Forwarded => last.split(';').find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                name.trim().eq_ignore_ascii_case("for").then(|| address(value))?
            }),
        }
    }
}

/// An address as proxies write it: in quotes or brackets, with a port or without.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    if let Some((address, _)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address.parse().ok();
    }
    let without_port =
        text.split_once(':').filter(|(_, rest)| !rest.contains(':')).map_or(text, |(address, _)| address);
    without_port.parse().ok()
}

impl Proxied {
    /// `limits` are those of all together. A quarter of the connections is left for the page, whose clients are not told apart.
    pub fn new(header: ProxyHeader, limits: GateLimits) -> Self {
        let connections = limits.connections.div_ceil(4).saturating_mul(3);
        Self { header, gate: Gate::new(GateLimits { connections, ..limits }) }
    }

    /// What the gate lets in of connections, which all come from the proxy.
    pub const fn outer(limits: GateLimits) -> GateLimits {
        GateLimits { per_address: limits.connections, ..limits }
    }

    /// The pass of a client who came over the connection of another pass; none if there are too many. A client of whom the proxy
    /// says nothing counts as the proxy itself.
    pub fn enter(&self, headers: &HeaderMap, connection: Arc<Pass>, now: Instant) -> Option<Pass> {
        let address = self.header.client(headers).unwrap_or(connection.address());
        self.gate.enter(address, now).map(|pass| pass.over(connection))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn client(header: ProxyHeader, lines: &[(&'static str, &str)]) -> Option<String> {
        header.client(&headers(lines)).map(|address| address.to_string())
    }

    #[test]
    fn the_last_address_counts_in_every_spelling() {
        use ProxyHeader::{Forwarded, XForwardedFor};
        for (header, name, value, expected) in [
            (XForwardedFor, "x-forwarded-for", "192.0.2.1", "192.0.2.1"),
            (XForwardedFor, "x-forwarded-for", "198.51.100.9, 192.0.2.1:4711", "192.0.2.1"),
            (XForwardedFor, "x-forwarded-for", "2001:db8::1", "2001:db8::1"),
            (XForwardedFor, "x-forwarded-for", "a, [2001:db8::1]:80", "2001:db8::1"),
            (Forwarded, "forwarded", "for=192.0.2.1", "192.0.2.1"),
            (Forwarded, "forwarded", "For=198.51.100.9, proto=https; FOR=\"192.0.2.1:80\" ;by=x", "192.0.2.1"),
            (Forwarded, "forwarded", "for=\"[2001:db8::1]:4711\"", "2001:db8::1"),
        ] {
            assert_eq!(client(header, &[(name, value)]).as_deref(), Some(expected), "{value}");
        }
    }

    #[test]
    fn what_others_may_have_written_does_not_count() {
        let claimed =
            [("x-forwarded-for", "198.51.100.9"), ("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=203.0.113.5")];
        assert_eq!(client(ProxyHeader::XForwardedFor, &claimed).as_deref(), Some("192.0.2.1"));
        assert_eq!(client(ProxyHeader::Forwarded, &claimed).as_deref(), Some("203.0.113.5"));
    }

    #[test]
    fn what_names_nobody_is_none() {
        for (header, name, value) in [
            (ProxyHeader::XForwardedFor, "x-forwarded-for", ""),
            (ProxyHeader::XForwardedFor, "x-forwarded-for", "192.0.2.1, unknown"),
            (ProxyHeader::XForwardedFor, "forwarded", "for=192.0.2.1"),
            (ProxyHeader::Forwarded, "forwarded", "for=_hidden"),
            (ProxyHeader::Forwarded, "forwarded", "for=192.0.2.1, proto=https"),
            (ProxyHeader::Forwarded, "forwarded", "for=\"[2001:db8::1\""),
        ] {
            assert_eq!(client(header, &[(name, value)]), None, "{value}");
        }
    }

    #[test]
    fn clients_of_one_proxy_are_told_apart_and_hold_its_connection() {
        let limits = GateLimits { connections: 8, per_address: 2, messages_per_second: 10 };
        let (proxied, outer, now) =
            (Proxied::new(ProxyHeader::XForwardedFor, limits), Gate::new(Proxied::outer(limits)), Instant::now());
        let proxy: IpAddr = [127, 0, 0, 1].into();
        let enter = |from: &str| {
            let connection = Arc::new(outer.enter(proxy, now)?);
            proxied.enter(&headers(&[("x-forwarded-for", from)]), connection, now)
        };
        let greedy: Vec<_> = (0..4).filter_map(|_| enter("192.0.2.1")).collect();
        let hidden: Vec<_> = (0..4).filter_map(|_| enter("unknown")).collect();
        assert_eq!((greedy.len(), hidden.len()), (2, 2));
        assert!((0..100).filter(|_| greedy[0].pay(now)).count() < 100);
        let other = enter("192.0.2.2").unwrap();
        assert!(other.pay(now), "its purse is its own");
        assert_eq!(outer.connections(), 5);
        drop(greedy);
        assert_eq!(outer.connections(), 3);
    }
}
