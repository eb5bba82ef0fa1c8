//! What we must know about a session description before handing it to the browser, and no more: it describes exactly one data
//! channel section, and it names exactly one sha-256 certificate fingerprint. Everything else in it is the browser's business.

use std::fmt;

/// Longest session description taken from outside, in bytes. A description with all candidates of a machine with a dozen
/// addresses stays under 4 KiB.
pub const MAX_SDP: usize = 16 * 1024;

/// The sha-256 of the certificate with which one side authenticates its DTLS handshake. The browser refuses a connection
/// whose certificate does not match; who vouches for the description therefore vouches for the connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Fingerprint {
    /// As in a session description: upper-case hexadecimal bytes separated by colons.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            let colon = if at == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

/// What is wrong with a session description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// Longer than [`MAX_SDP`].
    #[error("the session description is longer than {MAX_SDP} bytes")]
    TooLong,
    /// Anything but one `m=application ... DTLS/SCTP` section.
    #[error("the session description does not describe exactly one data channel section")]
    NotOneDataChannel,
    /// No `a=fingerprint` line.
    #[error("the session description names no certificate fingerprint")]
    NoFingerprint,
    /// Several fingerprints that differ: it would be open which one the connection is bound to.
    #[error("the session description names several certificate fingerprints")]
    SeveralFingerprints,
    /// A fingerprint by another hash than sha-256.
    #[error("the session description names a fingerprint that is not sha-256")]
    OtherHash,
    /// A fingerprint that is not 32 hexadecimal bytes separated by colons.
    #[error("the session description names a malformed certificate fingerprint")]
    MalformedFingerprint,
}

/// Checks a session description and returns the fingerprint it binds the connection to.
pub fn fingerprint(sdp: &str) -> Result<Fingerprint, SdpError> {
    if sdp.len() > MAX_SDP {
        return Err(SdpError::TooLong);
    }
    check_media(sdp)?;
    let mut found = None;
    for value in lines(sdp).filter_map(|line| line.strip_prefix("a=fingerprint:")) {
        let next = parse_fingerprint(value)?;
        match found {
            Some(known) if known != next => return Err(SdpError::SeveralFingerprints),
            _ => found = Some(next),
        }
    }
    found.ok_or(SdpError::NoFingerprint)
}

/// Whether the description holds at least one ICE candidate.
pub fn has_candidates(sdp: &str) -> bool {
    lines(sdp).any(|line| line.starts_with("a=candidate:"))
}

fn lines(sdp: &str) -> impl Iterator<Item = &str> {
    // RFC 8866 asks parsers to take a bare line feed too; a carriage return alone is a line end for nobody, but some parsers
    // split there, so it must not be able to hide a line from us.
    sdp.split(['\n', '\r']).filter(|line| !line.is_empty())
}

fn check_media(sdp: &str) -> Result<(), SdpError> {
    let mut media = lines(sdp).filter_map(|line| line.strip_prefix("m="));
    let (Some(only), None) = (media.next(), media.next()) else { return Err(SdpError::NotOneDataChannel) };
    let mut words = only.split(' ');
    let kind = words.next();
    let protocol = words.nth(1);
    if kind == Some("application") && matches!(protocol, Some("UDP/DTLS/SCTP" | "TCP/DTLS/SCTP")) {
        Ok(())
    } else {
        Err(SdpError::NotOneDataChannel)
    }
}

fn parse_fingerprint(value: &str) -> Result<Fingerprint, SdpError> {
    let (hash, hex) = value.split_once(' ').ok_or(SdpError::MalformedFingerprint)?;
    if !hash.eq_ignore_ascii_case("sha-256") {
        return Err(SdpError::OtherHash);
    }
    let mut bytes = [0u8; 32];
    let mut pairs = hex.split(':');
    for byte in &mut bytes {
        *byte = pairs.next().and_then(parse_pair).ok_or(SdpError::MalformedFingerprint)?;
    }
    if pairs.next().is_some() {
        return Err(SdpError::MalformedFingerprint);
    }
    Ok(Fingerprint(bytes))
}

fn parse_pair(pair: &str) -> Option<u8> {
    // `from_str_radix` would also take a sign.
    let hexadecimal = pair.len() == 2 && pair.bytes().all(|digit| digit.is_ascii_hexdigit());
    hexadecimal.then(|| u8::from_str_radix(pair, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9:0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9";

    fn sdp(extra: &str) -> String {
        format!(
            "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
             m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:Wx1k\r\n{extra}a=mid:0\r\n"
        )
    }

    fn with_fingerprint(line: &str) -> String {
        sdp(&format!("a=fingerprint:{line}\r\n"))
    }

    #[test]
    fn the_fingerprint_of_a_browser_is_read() {
        let read = fingerprint(&with_fingerprint(&format!("sha-256 {HEX}"))).unwrap();
        assert_eq!(read.0[..4], [0x0A, 0x1B, 0x2C, 0x3D]);
        assert_eq!(read.to_string(), HEX);
    }

    #[test]
    fn case_does_not_matter_and_a_repeated_fingerprint_is_one() {
        let twice =
            sdp(&format!("a=fingerprint:SHA-256 {}\r\na=fingerprint:sha-256 {HEX}\r\n", HEX.to_ascii_lowercase()));
        assert_eq!(fingerprint(&twice).unwrap().to_string(), HEX);
    }

    #[test]
    fn an_overlong_description_is_refused() {
        let long = with_fingerprint(&format!("sha-256 {HEX}")) + &"a=x\r\n".repeat(MAX_SDP / 5);
        assert_eq!(fingerprint(&long), Err(SdpError::TooLong));
    }

    #[test]
    fn a_description_without_a_fingerprint_is_refused() {
        assert_eq!(fingerprint(&sdp("")), Err(SdpError::NoFingerprint));
    }

    #[test]
    fn two_different_fingerprints_are_refused_wherever_they_hide() {
        let other = HEX.replacen("0A", "0B", 1);
        for end in ["\r\n", "\n", "\r"] {
            let two = sdp(&format!("a=fingerprint:sha-256 {HEX}{end}a=fingerprint:sha-256 {other}\r\n"));
            assert_eq!(fingerprint(&two), Err(SdpError::SeveralFingerprints), "{end:?}");
        }
    }

    #[test]
    fn another_hash_is_refused() {
        assert_eq!(fingerprint(&with_fingerprint(&format!("sha-1 {HEX}"))), Err(SdpError::OtherHash));
    }

    #[test]
    fn a_malformed_fingerprint_is_refused() {
        let short = &HEX[3..];
        let long = format!("{HEX}:00");
        let sign = HEX.replacen("0A", "+A", 1);
        let space = HEX.replacen("0A:", "0A :", 1);
        for bad in ["sha-256", "sha-256 ", &format!("sha-256 {short}"), &format!("sha-256 {long}")] {
            assert_eq!(fingerprint(&with_fingerprint(bad)), Err(SdpError::MalformedFingerprint), "{bad}");
        }
        for bad in [sign, space] {
            let line = with_fingerprint(&format!("sha-256 {bad}"));
            assert_eq!(fingerprint(&line), Err(SdpError::MalformedFingerprint), "{bad}");
        }
    }

    #[test]
    fn anything_but_one_data_channel_section_is_refused() {
        let line = format!("a=fingerprint:sha-256 {HEX}\r\n");
        let none = format!("v=0\r\n{line}");
        let audio =
            sdp(&line).replace("m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "m=audio 9 UDP/TLS/RTP/SAVPF 0");
        let two = sdp(&line) + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n";
        let plain = sdp(&line).replace("UDP/DTLS/SCTP", "UDP/SCTP");
        for bad in [none, audio, two, plain] {
            assert_eq!(fingerprint(&bad), Err(SdpError::NotOneDataChannel), "{bad}");
        }
    }

    #[test]
    fn candidates_are_found_only_where_they_are() {
        assert!(!has_candidates(&sdp("")));
        let line = "candidate:1 1 udp 2122260223 192.168.0.2 50000 typ host";
        let with = sdp(&format!("a={line}\r\n"));
        assert!(has_candidates(&with));
    }
}
