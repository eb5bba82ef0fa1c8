//! What a person at the terminal needs to know: the link, a code for phones, and what works over it.

use std::net::{IpAddr, SocketAddr};

use fast_qr::QRBuilder;

use crate::tls::Tls;

const STOP: &str = "Press ctrl-c to stop; rooms that are open go on without this server.";
const NO_LAN: &str = "This machine has no address in a local network right now.";
const SELF_SIGNED: &str = "Nobody vouches for this certificate, so each browser warns once; go on if it shows this SHA-256 \
                           fingerprint:";
/// What browsers give only to pages that came over https (or from this machine itself).
const PLAIN: &str = "Over plain http other devices get no camera (for scanning codes), no offline start and no Web Locks; the room \
                     itself works.\nFor those, start with --self-signed.";

/// Where the host is, and how.
#[derive(Clone, Copy)]
pub struct Greeting<'a> {
    /// Where it listens.
    pub address: SocketAddr,
    /// The addresses others in the network can use.
    pub lan: &'a [IpAddr],
    /// How connections are secured, if they are.
    pub tls: Option<&'a Tls>,
    /// Whether it has a relay.
    pub relay: bool,
}

impl Greeting<'_> {
    /// The whole text.
    pub fn text(&self) -> String {
        let mut parts = Vec::new();
        if self.address.ip().is_unspecified() {
            parts.push(format!("Paceline is at {}", self.link([127, 0, 0, 1].into())));
            match self.lan {
                [] => parts.push(NO_LAN.to_owned()),
                [first, others @ ..] => {
                    let link = self.link(*first);
                    parts.push(format!("Others in your network open {link}"));
                    parts.extend(others.iter().map(|ip| format!("  or {}", self.link(*ip))));
                    parts.extend(code(&link));
                }
            }
        } else {
            let link = self.link(self.address.ip());
            parts.push(format!("Paceline is at {link}"));
            if !self.address.ip().is_loopback() {
                parts.extend(code(&link));
            }
        }
        match self.tls {
            Some(tls) if tls.self_signed => parts.push(format!("{SELF_SIGNED}\n  {}", tls.fingerprint)),
            None if !self.address.ip().is_loopback() => parts.push(PLAIN.to_owned()),
            _ => {}
        }
        if self.relay {
            parts.push(
                "Pages served here meet through this host's own relay; it passes on sealed bytes and keeps nothing."
                    .into(),
            );
        }
        parts.push(STOP.to_owned());
        parts.join("\n")
    }

    fn link(&self, ip: IpAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let address = SocketAddr::new(ip, self.address.port());
        format!("{scheme}://{address}/")
    }
}

/// A QR code in half blocks, for phones to scan off the terminal.
fn code(link: &str) -> Option<String> {
    QRBuilder::new(link).build().ok().map(|code| code.to_str())
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn greeting(address: &str, lan: &[IpAddr], tls: Option<&Tls>) -> String {
        Greeting { address: address.parse().unwrap(), lan, tls, relay: true }.text()
    }

    #[test]
    fn on_this_machine_the_link_is_enough() {
        let text = greeting("127.0.0.1:8080", &[], None);
        assert!(text.starts_with("Paceline is at http://127.0.0.1:8080/\n"));
        assert!(!text.contains('█') && !text.contains("plain http"));
    }

    #[test]
    fn for_a_lan_there_is_a_code_and_what_plain_http_lacks() {
        let text = greeting("0.0.0.0:8080", &[[192, 0, 2, 7].into(), [198, 51, 100, 7].into()], None);
        for words in
            ["http://127.0.0.1:8080/", "http://192.0.2.7:8080/", "or http://198.51.100.7:8080/", "█", "no camera"]
        {
            assert!(text.contains(words), "{words} in\n{text}");
        }
        assert!(greeting("0.0.0.0:8080", &[], None).contains(NO_LAN));
    }

    #[test]
    fn a_certificate_of_our_own_is_shown_with_its_fingerprint() {
        let dir = tempfile::TempDir::new().unwrap();
        let tls = Tls::self_signed(dir.path(), &[], SystemTime::now()).unwrap();
        let text = greeting("192.0.2.7:443", &[], Some(&tls));
        assert!(text.contains("https://192.0.2.7:443/") && text.contains(&tls.fingerprint) && !text.contains("camera"));
    }
}
