//! What a person at the terminal needs to know: the link, a code for phones, and what works over it.

use std::net::{IpAddr, SocketAddr};

use fast_qr::{ECL, QRBuilder};

use crate::tls::Tls;

const STOP: &str = "Press ctrl-c to stop; rooms that are open go on without this server.";
const NO_LAN: &str = "This machine has no address in a local network right now.";
const SELF_SIGNED: &str = "Nobody vouches for this certificate, so each browser warns once; go on if it shows this SHA-256 \
                           fingerprint:";
/// What browsers give only to pages that came over https (or from this machine itself).
const PLAIN: &str = "Over plain http other devices get no camera (for scanning codes), no offline start and no Web Locks; the room \
                     itself works.\nFor those, start with --self-signed.";

/// Light modules around the code, besides the one that it is drawn with: four together, as ISO/IEC 18004 asks for.
const FRAME: usize = 3;
/// White on black, whatever the terminal's own colours are: some readers do not know a code in reverse.
const LIGHT_ON_DARK: &str = "\x1b[38;5;231;48;5;16m";
const PLAIN_AGAIN: &str = "\x1b[0m";

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
    /// Whether the terminal knows colours.
    pub colours: bool,
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
                    parts.extend(code(&link, self.colours));
                }
            }
        } else {
            let link = self.link(self.address.ip());
            parts.push(format!("Paceline is at {link}"));
            if !self.address.ip().is_loopback() {
                parts.extend(code(&link, self.colours));
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

/// A QR code in half blocks, for phones to scan off the terminal; with the light frame around it that readers look for.
fn code(link: &str, colours: bool) -> Option<String> {
    let drawn = QRBuilder::new(link).ecl(ECL::M).build().ok()?.to_str();
    let width = drawn.lines().next()?.chars().count() + 2 * FRAME;
    let light = "█".repeat(width);
    let side = "█".repeat(FRAME);
    // The first line is the lower half of the frame already.
    let rows = drawn.lines().skip(1).map(|row| format!("{side}{row}{side}"));
    let rows = [light.clone(), light.clone()].into_iter().chain(rows).chain([light]);
    Some(
        rows.map(|row| if colours { format!("{LIGHT_ON_DARK}{row}{PLAIN_AGAIN}") } else { row })
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn greeting(address: &str, lan: &[IpAddr], tls: Option<&Tls>) -> String {
        Greeting { address: address.parse().unwrap(), lan, tls, relay: true, colours: false }.text()
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
    fn the_code_has_a_light_frame_all_around() {
        let drawn = code("http://192.0.2.7:8080/", false).unwrap();
        let rows: Vec<Vec<char>> = drawn.lines().map(|row| row.chars().collect()).collect();
        assert!(rows.iter().all(|row| row.len() == rows[0].len()));
        let light = |row: &[char]| row.iter().all(|module| *module == '█');
        assert!(light(&rows[0]) && light(&rows[1]) && rows.last().is_some_and(|row| light(row)));
        assert!(rows.iter().all(|row| light(&row[..FRAME + 1]) && light(&row[row.len() - FRAME - 1..])));
        assert!(code("http://192.0.2.7:8080/", true).unwrap().lines().all(|row| row.ends_with(PLAIN_AGAIN)));
    }

    #[test]
    fn a_certificate_of_our_own_is_shown_with_its_fingerprint() {
        let dir = tempfile::TempDir::new().unwrap();
        let tls = Tls::self_signed(dir.path(), &[], SystemTime::now()).unwrap();
        let text = greeting("192.0.2.7:443", &[], Some(&tls));
        assert!(text.contains("https://192.0.2.7:443/") && text.contains(&tls.fingerprint) && !text.contains("camera"));
    }
}
