//! Session descriptions for people's hands: packed to what differs from one to the next, and put together again.
//!
//! ```text
//! packed:     flags 1 | name of the section 1, unless 0 | ufrag | password | fingerprint 32 | port 2, unless 5000 | largest message, unless 262,144 | candidates
//! flags:      setup (2 bits) | port is 5000 | largest message is 262,144 | the section is not called 0
//! text:       length 1, then 6 bits a character (`ice-char` of RFC 8839)
//! number:     LEB128
//! candidate:  type (2 bits), form of the address (6 bits, up to 3) | address | port 2
//! field:      what a later build adds, among the candidates: a byte from 16 on, which is its name | length, a number | that many bytes
//! address:    IPv4 4, IPv6 16, the UUID of an mDNS name 16, or any other name: length 1, then the name
//! ```
//!
//! Only what browsers write for one data channel is understood; anything else travels whole, after the byte 255. TCP candidates
//! go: two browsers cannot use them. Candidates stand in the order of their priorities, which are made up again from it
//! (RFC 8445, section 5.1.2): two sides need not agree on the numbers. Fields are no part of the description: they are skipped,
//! and told of.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Candidates kept of each type, the ones with the highest priority: a code must fit a picture.
const MAX_OF_A_TYPE: usize = 3;
/// Names of fields begin here: below are candidates.
const FIELDS_FROM: u8 = 16;
/// Fields that are skipped in one description.
const MAX_FIELDS: usize = 16;
/// Begins what travels whole.
const WHOLE: u8 = 0xff;
const USUAL_PORT: u16 = 5000;
const USUAL_PORT_FLAG: u8 = 4;
const USUAL_MAX: u64 = 262_144;
const USUAL_MAX_FLAG: u8 = 8;
const OTHER_MID_FLAG: u8 = 16;
const SETUPS: [&str; 3] = ["actpass", "active", "passive"];
/// Types of candidates, and what they count in a priority (RFC 8445, section 5.1.2.2).
const TYPES: [(&str, u32); 4] = [("host", 126), ("prflx", 110), ("srflx", 100), ("relay", 2)];
/// Set 6 bits a character (base64's, which is exactly `ice-char`).
const ICE_CHARS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const MDNS: &str = ".local";

/// The packed form.
pub(crate) fn pack(sdp: &str) -> Vec<u8> {
    try_pack(sdp).unwrap_or_else(|| [&[WHOLE], sdp.as_bytes()].concat())
}

fn try_pack(sdp: &str) -> Option<Vec<u8>> {
    let value = |name: &str| sdp.lines().find_map(|line| line.trim_end().strip_prefix("a=")?.strip_prefix(name));
    let setup = value("setup:")?;
    let setup = SETUPS.iter().position(|known| *known == setup)?;
    let fingerprint = fingerprint_bytes(value("fingerprint:sha-256 ")?)?;
    let port: u16 = value("sctp-port:")?.parse().ok()?;
    let max: u64 = value("max-message-size:").unwrap_or("65536").parse().ok()?;
    let mid: u8 =
        value("mid:").filter(|mid| !mid.starts_with('+') && (*mid == "0" || !mid.starts_with('0')))?.parse().ok()?;
    let mut flags = u8::try_from(setup).ok()?;
    flags |= if port == USUAL_PORT { USUAL_PORT_FLAG } else { 0 };
    flags |= if max == USUAL_MAX { USUAL_MAX_FLAG } else { 0 };
    flags |= if mid == 0 { 0 } else { OTHER_MID_FLAG };
    let mut packed = vec![flags];
    if mid != 0 {
        packed.push(mid);
    }
    push_text(&mut packed, value("ice-ufrag:")?)?;
    push_text(&mut packed, value("ice-pwd:")?)?;
    packed.extend_from_slice(&fingerprint);
    if port != USUAL_PORT {
        packed.extend_from_slice(&port.to_be_bytes());
    }
    if max != USUAL_MAX {
        push_number(&mut packed, max);
    }
    for candidate in kept(sdp) {
        packed.extend_from_slice(&candidate);
    }
    Some(packed)
}

/// Packed candidates, the highest priority first.
fn kept(sdp: &str) -> Vec<Vec<u8>> {
    let mut all: Vec<(u32, usize, Vec<u8>)> =
        sdp.lines().filter_map(|line| pack_candidate(line.trim_end().strip_prefix("a=candidate:")?)).collect();
    all.sort_unstable_by(|a, b| b.cmp(a));
    all.dedup();
    let mut counts = [0; TYPES.len()];
    all.retain(|(_, kind, _)| {
        let count = counts.get_mut(*kind);
        count.is_some_and(|count| {
            *count += 1;
            *count <= MAX_OF_A_TYPE
        })
    });
    all.into_iter().map(|(_, _, packed)| packed).collect()
}

/// `foundation component transport priority address port typ type ...`: priority, type, packed.
fn pack_candidate(candidate: &str) -> Option<(u32, usize, Vec<u8>)> {
    let words: Vec<&str> = candidate.split_ascii_whitespace().collect();
    let [_, "1", transport, priority, address, port, "typ", kind, ..] = words[..] else { return None };
    if !transport.eq_ignore_ascii_case("udp") {
        return None;
    }
    let (kind, port) = (TYPES.iter().position(|(name, _)| *name == kind)?, port.parse::<u16>().ok()?);
    let (form, address) = pack_address(address)?;
    let mut packed = vec![u8::try_from(kind).ok()? | form << 2];
    packed.extend_from_slice(&address);
    packed.extend_from_slice(&port.to_be_bytes());
    Some((priority.parse().ok()?, kind, packed))
}

fn pack_address(address: &str) -> Option<(u8, Vec<u8>)> {
    if let Ok(address) = address.parse::<Ipv4Addr>() {
        return Some((0, address.octets().to_vec()));
    }
    if let Ok(address) = address.parse::<Ipv6Addr>() {
        return Some((1, address.octets().to_vec()));
    }
    if let Some(uuid) = address.strip_suffix(MDNS).and_then(uuid_bytes) {
        return Some((2, uuid.to_vec()));
    }
    let length = u8::try_from(address.len()).ok().filter(|_| is_name(address))?;
    Some((3, [&[length], address.as_bytes()].concat()))
}

/// A description put together again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unpacked {
    pub(crate) sdp: String,
    /// A later build added something, which was skipped.
    pub(crate) newer: bool,
}

/// The description; `None` if the packed form is broken.
pub(crate) fn unpack(packed: &[u8]) -> Option<Unpacked> {
    let mut rest = Reader(packed);
    let flags = rest.byte()?;
    if flags == WHOLE {
        let sdp = std::str::from_utf8(rest.0).ok()?;
        return sdp.starts_with("v=0").then(|| Unpacked { sdp: sdp.to_owned(), newer: false });
    }
    if flags & !(3 | USUAL_PORT_FLAG | USUAL_MAX_FLAG | OTHER_MID_FLAG) != 0 {
        return None;
    }
    let setup = SETUPS.get(usize::from(flags & 3))?;
    let mid = if flags & OTHER_MID_FLAG == 0 { 0 } else { rest.byte()? };
    let (ufrag, pwd) = (rest.text()?, rest.text()?);
    let fingerprint: [u8; 32] = rest.take()?;
    let fingerprint = fingerprint.map(|byte| format!("{byte:02X}")).join(":");
    let port = if flags & USUAL_PORT_FLAG == 0 { u16::from_be_bytes(rest.take()?) } else { USUAL_PORT };
    let max = if flags & USUAL_MAX_FLAG == 0 { rest.number()? } else { USUAL_MAX };
    let mut sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {mid}\r\n\
         m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n\
         a=ice-ufrag:{ufrag}\r\na=ice-pwd:{pwd}\r\na=fingerprint:sha-256 {fingerprint}\r\na=setup:{setup}\r\n\
         a=mid:{mid}\r\na=sctp-port:{port}\r\na=max-message-size:{max}\r\n"
    );
    let (mut candidates, mut fields) = (0, 0);
    while !rest.0.is_empty() {
        let head = rest.byte()?;
        if head >= FIELDS_FROM {
            let length = usize::try_from(rest.number()?).ok()?;
            rest.some(length)?;
            fields += 1;
        } else {
            sdp.push_str(&unpack_candidate(head, candidates, &mut rest)?);
            candidates += 1;
        }
        if candidates > MAX_OF_A_TYPE * TYPES.len() || fields > MAX_FIELDS {
            return None;
        }
    }
    Some(Unpacked { sdp, newer: fields > 0 })
}

fn unpack_candidate(head: u8, number: usize, rest: &mut Reader<'_>) -> Option<String> {
    let (kind, preference) = TYPES.get(usize::from(head & 3))?;
    let address = match head >> 2 {
        0 => Ipv4Addr::from(rest.take::<4>()?).to_string(),
        1 => Ipv6Addr::from(rest.take::<16>()?).to_string(),
        2 => uuid_text(&rest.take()?) + MDNS,
        3 => {
            let length = usize::from(rest.byte()?);
            let name = std::str::from_utf8(rest.some(length)?).ok()?;
            is_name(name).then(|| name.to_owned())?
        }
        _ => return None,
    };
    let port = u16::from_be_bytes(rest.take()?);
    let order = 65_535 - u32::try_from(number).ok()?;
    let priority = (preference << 24) + (order << 8) + 255;
    let related = if *kind == "host" { "" } else { " raddr 0.0.0.0 rport 0" };
    Some(format!("a=candidate:{number} 1 udp {priority} {address} {port} typ {kind}{related}\r\n"))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-'))
}

fn uuid_bytes(text: &str) -> Option<[u8; 16]> {
    let digits: String = text.split('-').collect();
    let value = u128::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 32)?.to_be_bytes();
    // Only what comes out again as it went in.
    (uuid_text(&value) == text).then_some(value)
}

fn uuid_text(bytes: &[u8; 16]) -> String {
    let digits = format!("{:032x}", u128::from_be_bytes(*bytes));
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

fn fingerprint_bytes(text: &str) -> Option<[u8; 32]> {
    let bytes: Option<Vec<u8>> = text.split(':').map(|pair| u8::from_str_radix(pair, 16).ok()).collect();
    bytes?.try_into().ok()
}

fn push_number(to: &mut Vec<u8>, mut number: u64) {
    while number >= 128 {
        to.push((number as u8 & 127) | 128);
        number >>= 7;
    }
    to.push(number as u8);
}

fn push_text(to: &mut Vec<u8>, text: &str) -> Option<()> {
    to.push(u8::try_from(text.len()).ok().filter(|length| *length > 0)?);
    let (mut bits, mut held) = (0_u32, 0);
    for c in text.bytes() {
        let value = ICE_CHARS.iter().position(|known| *known == c)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        held += 6;
        while held >= 8 {
            held -= 8;
            to.push((bits >> held) as u8);
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        to.push((bits << (8 - held)) as u8);
    }
    Some(())
}

/// Takes packed bytes from the front; `None` once there are too few.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn some(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.some(N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Some(number);
            }
        }
        None
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::from(self.byte()?);
        let packed = self.some((length * 6).div_ceil(8))?;
        let bit = |at: usize| packed.get(at / 8).is_some_and(|byte| byte & (128 >> (at % 8)) != 0);
        let char_at = |n: usize| {
            let value = (0..6).fold(0, |value, at| value << 1 | usize::from(bit(n * 6 + at)));
            ICE_CHARS.get(value).map(|c| char::from(*c))
        };
        (length > 0).then(|| (0..length).map(char_at).collect())?
    }
}

/// Writes a number for [`Reader::number`].
pub(crate) fn number(number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    push_number(&mut bytes, number);
    bytes
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

    fn survives(sdp: &str, most: usize) -> String {
        let packed = pack(sdp);
        assert!(packed.len() <= most, "{} bytes", packed.len());
        let Unpacked { sdp: restored, newer } = unpack(&packed).unwrap();
        assert!(!newer);
        for line in sdp.lines().filter(|line| {
            ["ice-ufrag", "ice-pwd", "fingerprint", "setup", "mid", "sctp-port", "max-message-size"]
                .iter()
                .any(|name| line.starts_with(&format!("a={name}:")))
        }) {
            assert!(restored.contains(line), "{line}");
        }
        assert_eq!(pack(&restored), packed, "packing again changes nothing");
        restored
    }

    #[test]
    fn what_matters_of_a_description_survives() {
        let restored = survives(CHROMIUM, 90);
        assert!(restored.contains(" b0a5d3c2-0a4f-4a3f-8a43-111111111111.local 54609 typ host"));
        assert!(restored.contains(" 203.0.113.7 40001 typ srflx raddr"));
        assert!(!restored.contains("tcp "));
    }

    #[test]
    fn a_section_that_is_not_the_first_keeps_its_name() {
        survives(&CHROMIUM.replace("a=mid:0", "a=mid:1").replace("BUNDLE 0", "BUNDLE 1"), 91);
    }

    #[test]
    fn what_firefox_writes_survives_too() {
        let firefox = CHROMIUM
            .replace("Wx1k", "8a1b3c4d")
            .replace("abcdefghijklmnopqrstuv+/", "0123456789abcdef0123456789abcdef")
            .replace("262144", "1073741823");
        survives(&firefox, 110);
    }

    #[test]
    fn all_kinds_of_addresses_survive_in_their_order() {
        let more = "a=candidate:9 1 udp 2113937152 2001:db8::1 1 typ host\r\na=candidate:9 1 UDP 5 relay.example 65535 typ relay\r\n";
        let restored = survives(&CHROMIUM.replace("a=mid:0", &format!("{more}a=mid:0")), 140);
        let at = |text: &str| restored.find(text).unwrap_or_else(|| panic!("{text} in {restored}"));
        assert!(at(" 2001:db8::1 1 typ host") < at("b0a5d3c2"));
        assert!(at("203.0.113.7") < at(" relay.example 65535 typ relay raddr"));
    }

    #[test]
    fn of_many_candidates_the_best_of_each_type_are_kept() {
        let many: String =
            (1..=9).map(|n| format!("a=candidate:1 1 udp {} 10.0.0.{n} 9 typ host\r\n", 2_113_937_152 + n)).collect();
        let restored = unpack(&pack(&CHROMIUM.replace("a=mid:0", &format!("{many}a=mid:0")))).unwrap().sdp;
        assert_eq!(restored.matches("typ host").count(), MAX_OF_A_TYPE);
        assert!(restored.contains("10.0.0.9") && restored.contains("typ srflx"));
    }

    #[test]
    fn what_is_not_understood_travels_whole() {
        for odd in [CHROMIUM.replace("a=mid:0", "a=mid:data"), CHROMIUM.replace("Wx1k", "Wx-k")] {
            assert_eq!(unpack(&pack(&odd)), Some(Unpacked { sdp: odd, newer: false }));
        }
    }

    #[test]
    fn broken_packed_forms_are_refused() {
        let good = pack(CHROMIUM);
        let with = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            bytes
        };
        let candidates = good.len() - 26;
        for (what, bytes) in [
            ("nothing", Vec::new()),
            ("an unknown flag", with(0, 0x2c)),
            ("an unknown setup", with(0, 3 | USUAL_PORT_FLAG | USUAL_MAX_FLAG)),
            ("an empty name", with(1, 0)),
            ("a field longer than what is there", with(candidates, 0x10)),
            ("too many fields", [good.clone(), [16, 1, 9].repeat(MAX_FIELDS + 1)].concat()),
            ("a cut candidate", good[..good.len() - 1].to_vec()),
            ("no description", vec![WHOLE, b'x']),
            ("too many candidates", [good.clone(), [0, 1, 2, 3, 4, 0, 9].repeat(12)].concat()),
        ] {
            assert_eq!(unpack(&bytes), None, "{what}");
        }
    }

    #[test]
    fn what_a_later_build_adds_to_a_description_is_skipped() {
        let (good, plain) = (pack(CHROMIUM), unpack(&pack(CHROMIUM)).unwrap());
        let candidates = good.len() - 26;
        let long = [&[200_u8, 172, 2][..], &[7; 300]].concat();
        for field in [&[16, 0][..], &[255, 3, 1, 2, 3], &[255, 0, 16, 1, 0], &long] {
            for at in [candidates, candidates + 19, good.len()] {
                let with = [&good[..at], field, &good[at..]].concat();
                assert_eq!(unpack(&with), Some(Unpacked { newer: true, ..plain.clone() }), "{field:?} at {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack(&bytes);
        }

        #[test]
        fn any_text_is_packed_without_panic(text in "[a-z0-9 :\n=.-]{0,200}") {
            let _ = pack(&text);
        }
    }
}
