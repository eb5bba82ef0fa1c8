//! Session descriptions for people's hands: stripped to what differs from one to the next, and put together again.
//!
//! `setup ufrag pwd fingerprint port max`, then one line a candidate: `type priority address port`. Only what browsers write for
//! one data channel is understood; anything else travels whole. TCP candidates go: two browsers cannot use them.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

/// Candidates kept, the ones with the highest priority.
const MAX_CANDIDATES: usize = 16;

/// The short form; the description itself if it is not of the usual shape.
pub(crate) fn strip(sdp: &str) -> String {
    try_strip(sdp).unwrap_or_else(|| sdp.to_owned())
}

fn try_strip(sdp: &str) -> Option<String> {
    let value = |name: &str| sdp.lines().find_map(|line| line.trim_end().strip_prefix("a=")?.strip_prefix(name));
    let setup = match value("setup:")? {
        "actpass" => 'b',
        "active" => 'a',
        "passive" => 'p',
        _ => return None,
    };
    let fingerprint = fingerprint_bytes(value("fingerprint:sha-256 ")?)?;
    let (ufrag, pwd) = (value("ice-ufrag:")?, value("ice-pwd:")?);
    let (port, max) = (value("sctp-port:")?, value("max-message-size:").unwrap_or("65536"));
    if value("mid:")? != "0" {
        return None;
    }
    let fingerprint = STANDARD_NO_PAD.encode(fingerprint);
    let mut short = format!("{setup} {ufrag} {pwd} {fingerprint} {port} {max}");
    let mut candidates: Vec<(u32, String)> =
        sdp.lines().filter_map(|line| strip_candidate(line.trim_end().strip_prefix("a=candidate:")?)).collect();
    candidates.sort_by(|a, b| b.cmp(a));
    candidates.dedup();
    for (_, line) in candidates.into_iter().take(MAX_CANDIDATES) {
        short.push('\n');
        short.push_str(&line);
    }
    Some(short)
}

/// `foundation component transport priority address port typ type ...`
fn strip_candidate(candidate: &str) -> Option<(u32, String)> {
    let words: Vec<&str> = candidate.split_ascii_whitespace().collect();
    let [_, "1", transport, priority, address, port, "typ", kind, ..] = words[..] else { return None };
    let kind = match kind {
        "host" => 'h',
        "srflx" => 's',
        "prflx" => 'p',
        "relay" => 'r',
        _ => return None,
    };
    if !transport.eq_ignore_ascii_case("udp") {
        return None;
    }
    Some((priority.parse().ok()?, format!("{kind} {priority} {address} {port}")))
}

/// The description; `None` if the short form is broken.
pub(crate) fn restore(short: &str) -> Option<String> {
    if short.starts_with("v=0") {
        return Some(short.to_owned());
    }
    let mut lines = short.split('\n');
    let words: Vec<&str> = lines.next()?.split(' ').collect();
    let [setup, ufrag, pwd, fingerprint, port, max] = words[..] else { return None };
    let setup = match setup {
        "b" => "actpass",
        "a" => "active",
        "p" => "passive",
        _ => return None,
    };
    let fingerprint: [u8; 32] = STANDARD_NO_PAD.decode(fingerprint).ok()?.try_into().ok()?;
    let fingerprint = fingerprint.map(|byte| format!("{byte:02X}")).join(":");
    let (port, max): (u16, u64) = (port.parse().ok()?, max.parse().ok()?);
    if ![ufrag, pwd].iter().all(|word| is_ice_text(word)) {
        return None;
    }
    let mut sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
         m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n\
         a=ice-ufrag:{ufrag}\r\na=ice-pwd:{pwd}\r\na=fingerprint:sha-256 {fingerprint}\r\na=setup:{setup}\r\n\
         a=mid:0\r\na=sctp-port:{port}\r\na=max-message-size:{max}\r\n"
    );
    for (number, line) in lines.enumerate().take(MAX_CANDIDATES) {
        sdp.push_str(&restore_candidate(number, line)?);
    }
    Some(sdp)
}

fn restore_candidate(number: usize, line: &str) -> Option<String> {
    let words: Vec<&str> = line.split(' ').collect();
    let [kind, priority, address, port] = words[..] else { return None };
    let (kind, related) = match kind {
        "h" => ("host", ""),
        "s" => ("srflx", " raddr 0.0.0.0 rport 0"),
        "p" => ("prflx", " raddr 0.0.0.0 rport 0"),
        "r" => ("relay", " raddr 0.0.0.0 rport 0"),
        _ => return None,
    };
    let (priority, port): (u32, u16) = (priority.parse().ok()?, port.parse().ok()?);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-');
    if address.is_empty() || !address.chars().all(plain) {
        return None;
    }
    Some(format!("a=candidate:{number} 1 udp {priority} {address} {port} typ {kind}{related}\r\n"))
}

/// `ice-char` of RFC 8839.
fn is_ice_text(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/'))
}

fn fingerprint_bytes(text: &str) -> Option<[u8; 32]> {
    let bytes: Option<Vec<u8>> = text.split(':').map(|pair| u8::from_str_radix(pair, 16).ok()).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As Chromium 140 writes it.
    const CHROMIUM: &str = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
        a=extmap-allow-mixed\r\na=msid-semantic: WMS\r\nm=application 54609 UDP/DTLS/SCTP webrtc-datachannel\r\n\
        c=IN IP4 192.168.0.2\r\n\
        a=candidate:1 1 udp 2113937151 b0a5d3c2-0a4f-4a3f-8a43-111111111111.local 54609 typ host generation 0 network-cost 999\r\n\
        a=candidate:2 1 udp 1677729535 203.0.113.7 40001 typ srflx raddr 0.0.0.0 rport 0 generation 0\r\n\
        a=candidate:3 1 tcp 1518280447 192.168.0.2 9 typ host tcptype active generation 0\r\n\
        a=ice-ufrag:Wx1k\r\na=ice-pwd:abcdefghijklmnopqrstuv+/\r\na=ice-options:trickle\r\n\
        a=fingerprint:sha-256 0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9:0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9\r\n\
        a=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n";

    #[test]
    fn what_matters_of_a_description_survives() {
        let short = strip(CHROMIUM);
        assert!(short.len() < 230, "{} bytes", short.len());
        let restored = restore(&short).unwrap();
        for line in CHROMIUM.lines().filter(|line| {
            ["ice-ufrag", "ice-pwd", "fingerprint", "setup", "mid", "sctp-port", "max-message-size"]
                .iter()
                .any(|name| line.starts_with(&format!("a={name}:")))
        }) {
            assert!(restored.contains(line), "{line}");
        }
        assert!(restored.contains("udp 2113937151 b0a5d3c2-0a4f-4a3f-8a43-111111111111.local 54609 typ host"));
        assert!(restored.contains("udp 1677729535 203.0.113.7 40001 typ srflx raddr"));
        assert!(!restored.contains("tcp "));
        assert_eq!(strip(&restored), short, "stripping again changes nothing");
    }

    #[test]
    fn what_is_not_understood_travels_whole() {
        let odd = CHROMIUM.replace("a=mid:0", "a=mid:data");
        assert_eq!(strip(&odd), odd);
        assert_eq!(restore(&odd), Some(odd));
    }

    #[test]
    fn broken_short_forms_are_refused() {
        let good = strip(CHROMIUM);
        for (from, to) in [
            ("b Wx1k", "x Wx1k"),
            ("Wx1k", "Wx\r1k"),
            ("5000", "50000000"),
            ("203.0.113.7", "203.0.113.7\r\na=x"),
            ("s 1677729535", "z 1677729535"),
        ] {
            let broken = good.replace(from, to);
            assert_ne!(broken, good);
            assert_eq!(restore(&broken), None, "{from}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[a-z0-9 :\n=.-]{0,200}") {
            let _ = restore(&text);
            let _ = strip(&text);
        }
    }
}
