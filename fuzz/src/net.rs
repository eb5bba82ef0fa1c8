//! What comes from those who are not linked yet, and what links are made of: envelopes, signalling, room links, codes by hand,
//! session descriptions, frames, relays.

use std::sync::OnceLock;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ipld_core::ipld::Ipld;
use libp2p_webrtc_browser::{IceServer, SdpError, Signal, sdp, sift};
use paceline_fuzz_engine::{Chance, Target};
use paceline_net::{
    HandCode, LinkError, OutOfBandError, RoomKeys, RoomLink,
    envelope::{self, Content, EnvelopeError, MAX_ENVELOPE},
    fuzzing::{self, Carrier, Heard},
    link::ROUTE,
};
use paceline_room::{Cid, Keypair};
use serde_bytes::{ByteArray, ByteBuf};
use sha2::{Digest, Sha256};

use crate::{memory::bounded, room::encode};

pub(crate) const ENVELOPE: Target = Target {
    name: "envelope",
    check: check_envelope,
    make: make_envelope,
    words: &["broom", "dfrom", "bto", "gsession", "crun", "ecount", "decho", "dbody", "azeta"],
    most: MAX_ENVELOPE + 64,
};
pub(crate) const SIGNAL: Target = Target {
    name: "signal",
    check: check_signal,
    make: make_signal,
    words: &[
        "ehello",
        "cbye",
        "eoffer",
        "fanswer",
        "jcandidates",
        "eabort",
        "grestart",
        "irestarted",
        "nrestart-wanted",
        "dpath",
        "fwebrtc",
        "csdp",
    ],
    most: 8192,
};
pub(crate) const LINK: Target = Target {
    name: "link",
    check: check_link,
    make: make_link,
    words: &[ROUTE, "%23/r/", "=2F", "\u{2013}", "\u{200b}", "\n> ", "&lt;"],
    most: 8192,
};
pub(crate) const OUT_OF_BAND: Target = Target {
    name: "by-hand",
    check: check_code,
    make: make_code,
    words: &["INVITE:", "REPLY:", "invite.", ROUTE, "\n> ", "*"],
    most: 8192,
};
pub(crate) const CARRIED: Target =
    Target { name: "carried", check: check_carried, make: make_packed, words: &[], most: 2048 };
pub(crate) const PACKED_SDP: Target =
    Target { name: "packed-sdp", check: check_packed, make: make_packed, words: &["v=0\r\n"], most: 2048 };
pub(crate) const SDP: Target = Target {
    name: "sdp",
    check: check_sdp,
    make: |chance| description(chance).into_bytes(),
    words: &[
        "\r\n",
        "\n",
        "\r",
        "a=fingerprint:sha-256 ",
        "a=candidate:1 1 udp 1 ",
        " typ host",
        " typ relay",
        "m=application 9 UDP/DTLS/SCTP x\r\n",
        "m=audio 9 X 0\r\n",
        "a=setup:active",
        "a=mid:",
        "a=sctp-port:",
        "a=max-message-size:",
        "a=ice-pwd:",
        "::1",
        ".local",
        "candidate:",
    ],
    most: sdp::MAX_SDP + 64,
};
pub(crate) const FRAMES: Target =
    Target { name: "frames", check: check_frames, make: make_frames, words: &["\0\0\0\0\u{1}"], most: 4096 };
pub(crate) const NOSTR: Target = Target {
    name: "nostr-page",
    check: check_nostr,
    make: make_nostr,
    words: &[
        "[\"EVENT\",",
        "\"OK\",",
        "\"NOTICE\",",
        "true,",
        "invalid: ",
        "created_at ",
        "1700000000",
        "\\u0000",
        "[[",
        "\"x\"",
        "rate-limited:",
    ],
    most: 32 * 1024,
};

/// A room, its keys, and those of another.
fn keys() -> &'static (RoomLink, RoomKeys, RoomKeys) {
    static KEYS: OnceLock<(RoomLink, RoomKeys, RoomKeys)> = OnceLock::new();
    KEYS.get_or_init(|| {
        let link = RoomLink { room: Cid::of(b"a room"), secret: [7; 32] };
        let other = RoomLink { secret: [8; 32], ..link.clone() };
        (link.clone(), RoomKeys::new(&link), RoomKeys::new(&other))
    })
}

fn key(of: u8) -> Keypair {
    Keypair::from_secret([of; 32])
}

fn content(chance: &mut Chance) -> Content {
    let to = chance.once_in(2).then(|| key(2).node());
    Content {
        room: keys().0.room,
        from: key(1).node(),
        to,
        session: chance.once_in(2).then(|| ByteArray::new(chance.array())),
        run: ByteArray::new(chance.array()),
        count: chance.size(),
        echo: to.map(|_| ByteArray::new(chance.array())),
        body: ByteBuf::from(make_signal(chance)),
    }
}

/// An envelope, or a content alone.
fn make_envelope(chance: &mut Chance) -> Vec<u8> {
    let content = content(chance);
    if chance.once_in(2) {
        return serde_ipld_dagcbor::to_vec(&content).unwrap_or_default();
    }
    envelope::seal(&keys().1, &key(1), &content, &chance.array()).0
}

/// Nothing opens that a member did not seal: not with another room's keys, not with one bit changed. What is sealed rightly
/// opens if it is a content, and is what was sealed.
fn check_envelope(bytes: &[u8]) -> bool {
    let (link, keys, other) = keys();
    let (me, open) = (key(2).node(), |bytes: &[u8]| envelope::open(keys, &link.room, &key(2).node(), bytes));
    assert!(envelope::open(other, &link.room, &me, bytes).is_err(), "it opens without the key");
    let opened = bounded(bytes, 8, 8192, || open(bytes));
    if let Ok(opened) = &opened {
        let nonce = bytes.get(1..25).and_then(|it| it.try_into().ok()).expect("an envelope has a nonce");
        assert_eq!(opened.content.from, key(1).node(), "it is of somebody who has sealed nothing");
        let sealed = envelope::seal(keys, &key(1), &opened.content, nonce);
        assert!(opened.newer || sealed.0 == bytes, "it opens, and is not what was sealed");
    }
    // The bytes as what is sealed.
    let nonce: [u8; 24] = std::array::from_fn(|at| bytes.get(at).copied().unwrap_or_default());
    let sealed = |to| fuzzing::seal_content(keys, &key(1), to, bytes, &nonce);
    let for_all = sealed(None);
    // Signing takes as long as many inputs: for both only now and then.
    let inner =
        if nonce[2].is_multiple_of(8) { vec![open(&for_all), open(&sealed(Some(&me)))] } else { vec![open(&for_all)] };
    for it in inner.iter().flatten() {
        let again = serde_ipld_dagcbor::to_vec(&it.content).unwrap_or_default();
        assert_eq!(it.newer, again != bytes, "what is new is not told");
        assert_eq!(it.hash, <[u8; 32]>::from(Sha256::digest(bytes)));
        assert_eq!((it.content.from, it.content.room), (key(1).node(), link.room));
    }
    assert!(inner.len() == 1 || !inner.iter().all(Result::is_ok), "one content is for all and for one");
    let mut changed = for_all;
    let at = usize::from(nonce[0]) * 37 % changed.len();
    changed[at] ^= 1 << (nonce[1] % 8);
    let refused = open(&changed);
    assert!(refused.is_err(), "one changed bit, and it opens");
    assert!(refused != Err(EnvelopeError::BadSignature), "one changed bit, and its seal is not broken");
    opened.is_ok() || inner.iter().any(Result::is_ok)
}

fn make_signal(chance: &mut Chance) -> Vec<u8> {
    let text = |it: &str| Ipld::String(it.to_owned());
    let path =
        ("path".to_owned(), text(chance.of(&["webrtc", "broadcast", "through", "new"]).copied().unwrap_or_default()));
    let sdp = ("sdp".to_owned(), Ipld::String(if chance.once_in(2) { description(chance) } else { String::new() }));
    let round = ("round".to_owned(), Ipld::Integer((chance.size() >> 32).into()));
    let line = |chance: &mut Chance| {
        let mid = chance.once_in(2).then(|| ("mid".to_owned(), text("0")));
        let line = [("candidate".to_owned(), text("candidate:1 1 udp 1 192.0.2.1 1 typ host"))];
        Ipld::Map(line.into_iter().chain(mid).collect())
    };
    let (kind, parts) = match chance.below(8) {
        0 => ("hello", vec![]),
        1 => ("bye", vec![]),
        2 => ("offer", vec![path, sdp, ("trickle".to_owned(), Ipld::Bool(chance.once_in(2)))]),
        3 => ("answer", vec![path, sdp, ("offer".to_owned(), Ipld::Bytes(chance.bytes(32)))]),
        4 => (
            "candidates",
            vec![path, ("candidates".to_owned(), Ipld::List((0..chance.below(4)).map(|_| line(chance)).collect()))],
        ),
        5 => ("abort", vec![path]),
        6 => ("restart", vec![path, round, sdp]),
        _ => ("restart-wanted", vec![path, round]),
    };
    encode(&Ipld::Map([(kind.to_owned(), Ipld::Map(parts.into_iter().collect()))].into()))
}

/// What is read of a message is written again as it came, unless there is more in it; then it is less.
fn check_signal(bytes: &[u8]) -> bool {
    // A line is two texts of 24 bytes, and may be as short as fourteen bytes.
    let Ok((again, newer)) = bounded(bytes, 32, 8192, || fuzzing::signal(bytes)) else { return false };
    assert_eq!(newer, again != bytes);
    assert!(again.len() <= bytes.len());
    assert_eq!(fuzzing::signal(&again), Ok((again.clone(), false)), "written again it is another message");
    true
}

fn make_link(chance: &mut Chance) -> Vec<u8> {
    let link = RoomLink { room: Cid::from_digest(chance.array()), secret: chance.array() };
    const AROUND: [&str; 8] = ["See ", "https://example.org/", "\n> ", " and ", ".", "%20", "<", ">"];
    let text = match chance.below(3) {
        0 => link.code(),
        1 => link.url("https://example.org/rooms/"),
        _ => format!("{}{ROUTE}{}{}", chance.text(&AROUND, 4), link.code(), chance.text(&AROUND, 4)),
    };
    text.into_bytes()
}

/// A link that is found has one code, which leads to it from anywhere; what later builds add to one is skipped.
fn check_link(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let found = bounded(text.as_bytes(), 64, 16 * 1024, || RoomLink::find(&text));
    assert_eq!(RoomLink::parse(&text), found.clone().map(|(link, _)| link));
    if let Ok((link, _)) = &found {
        for text in [link.code(), link.url("https://example.org/"), format!("\n {ROUTE}{}.", link.code())] {
            assert_eq!(RoomLink::find(&text), Ok((link.clone(), false)), "{text}");
        }
    }
    // The bytes as a code: room, secret, and what was added.
    let part = |from: usize| std::array::from_fn(|at| bytes.get(from + at).copied().unwrap_or_default());
    let link = RoomLink { room: Cid::from_digest(part(0)), secret: part(32) };
    let added = bytes.get(64..bytes.len().min(2_000)).unwrap_or_default();
    let mut code = [&[1][..], link.room.digest(), &link.secret, added].concat();
    let sum = Sha256::digest(&code);
    code.extend_from_slice(&sum[..4]);
    let code = URL_SAFE_NO_PAD.encode(code);
    assert!(!added.is_empty() || code == link.code(), "a second writer writes {code}");
    let expected = Ok((link, !added.is_empty()));
    assert_eq!(RoomLink::find(&format!("https://example.org/{ROUTE}{code}")), expected);
    found.is_ok() || found != Err(LinkError::NotALink)
}

fn make_code(chance: &mut Chance) -> Vec<u8> {
    let count = chance.below(200);
    let sealed = chance.bytes(count);
    let kind = if chance.once_in(2) { HandCode::Invite } else { HandCode::Reply };
    let code = fuzzing::write_code(kind, &sealed);
    let code = if chance.once_in(2) { code.to_lowercase() } else { code };
    if chance.once_in(2) { code.into_bytes() } else { format!("Hi! Here it is: {code}, see you").into_bytes() }
}

/// A code that is read is written again and reads back; any bytes travel in one, whatever lines it is broken into.
fn check_code(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let mut found = false;
    for kind in [HandCode::Invite, HandCode::Reply] {
        let read = bounded(text.as_bytes(), 64, 16 * 1024, || fuzzing::read_code(kind, &text));
        if let Ok(sealed) = read {
            found = true;
            assert!(HandCode::of(&text).is_some());
            assert_eq!(fuzzing::read_code(kind, &fuzzing::write_code(kind, &sealed)), Ok(sealed));
        }
        // As many as a code has that a phone reads; one kind at a time, since every place is tried where a code may end.
        let sealed = bytes.get(..bytes.len().min(300)).unwrap_or_default();
        if (kind == HandCode::Invite) == bytes.len().is_multiple_of(2) {
            continue;
        }
        let code = fuzzing::write_code(kind, sealed);
        let width = 1 + usize::from(bytes.first().copied().unwrap_or_default());
        let lines: Vec<&str> = code.as_bytes().chunks(width).filter_map(|it| std::str::from_utf8(it).ok()).collect();
        let broken = format!(" \n{}\n", lines.join("\r\n> ")).to_lowercase();
        assert_eq!(fuzzing::read_code(kind, &broken).as_deref(), Ok(sealed));
        assert_eq!(HandCode::of(&broken), Some(kind));
        let cut = &code[..code.len() - 1];
        assert!(
            matches!(fuzzing::read_code(kind, cut), Err(OutOfBandError::Damaged | OutOfBandError::NotACode)),
            "a code that was cut is read"
        );
    }
    found
}

fn carrier(of: u8) -> Carrier {
    let (link, keys, _) = keys();
    Carrier { keys: keys.clone(), room: link.room, keypair: key(of), run: [of; 16] }
}

/// What is carried is what the other side reads, for whatever description a browser writes; to nobody else, and changed to nobody.
fn check_carried(bytes: &[u8]) -> bool {
    let Some((sdp, _)) = fuzzing::unpack(bytes) else { return false };
    let (one, two, three) = (carrier(1), carrier(2), carrier(3));
    let session = [4; 16];
    let (invite, hash) = one.invite(session, &sdp);
    let (opened, newer) = two.open_invite(&invite).expect("an invite opens");
    assert!(opened.from == key(1).node() && opened.to.is_none() && !newer);
    let reply = two.reply(&one, session, hash, &sdp, [6; 12]);
    let (opened, _) = one.open_reply(&reply, session, hash).expect("a reply opens");
    assert!(opened.from == key(2).node() && opened.to == Some(key(1).node()));
    assert!(three.open_reply(&reply, session, hash).is_err(), "a reply opens for somebody else");
    let at = bytes.len() * 31 % invite.len().min(reply.len());
    for (mut changed, is_invite) in [(invite, true), (reply, false)] {
        changed[at] ^= 1 << (at % 8);
        let opened = if is_invite { two.open_invite(&changed) } else { one.open_reply(&changed, session, hash) };
        assert!(opened.is_err(), "one changed bit, and it opens");
    }
    true
}

const HEX: &str = "0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9:0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9";

/// As a browser writes it, more or less.
fn description(chance: &mut Chance) -> String {
    let mut sdp = String::from(
        "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n",
    );
    let addresses = ["192.0.2.1", "2001:db8::1", "b0a5d3c2-0a4f-4a3f-8a43-111111111111.local", "relay.example"];
    for n in 0..chance.below(6) {
        let address = chance.of(&addresses).copied().unwrap_or_default();
        let kind = chance.of(&["host", "srflx", "prflx", "relay"]).copied().unwrap_or_default();
        let priority = chance.number() as u32;
        let transport = if chance.once_in(5) { "tcp" } else { "udp" };
        sdp += &format!("a=candidate:{n} 1 {transport} {priority} {address} {} typ {kind}\r\n", chance.number() as u16);
    }
    let setup = chance.of(&["actpass", "active", "passive"]).copied().unwrap_or_default();
    let (mid, port) =
        (chance.of(&["0", "0", "1", "255"]).copied().unwrap_or_default(), if chance.once_in(3) { 5001 } else { 5000 });
    let most = if chance.once_in(3) { chance.size() } else { 262_144 };
    sdp += &format!(
        "a=ice-ufrag:Wx1k\r\na=ice-pwd:abcdefghijklmnopqrstuv+/\r\na=fingerprint:sha-256 {HEX}\r\na=setup:{setup}\r\na=mid:{mid}\r\n\
         a=sctp-port:{port}\r\na=max-message-size:{most}\r\n"
    );
    sdp
}

fn make_packed(chance: &mut Chance) -> Vec<u8> {
    let mut packed = fuzzing::pack(&description(chance));
    if chance.once_in(4) {
        let count = chance.below(20);
        packed.push(16 + chance.below(200) as u8);
        packed.push(count as u8);
        packed.extend(chance.bytes(count));
    }
    packed
}

/// What an unpacked description may consist of.
const LINES: &[&str] = &[
    "v=0",
    "o=- 1 1 IN IP4 0.0.0.0",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE ",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "c=IN IP4 0.0.0.0",
    "a=ice-ufrag:",
    "a=ice-pwd:",
    "a=fingerprint:sha-256 ",
    "a=setup:",
    "a=mid:",
    "a=sctp-port:",
    "a=max-message-size:",
    "a=candidate:",
];

/// What comes out of packed bytes has no foreign line and is one data channel with one fingerprint; packed once more it stays
/// the same.
fn check_packed(bytes: &[u8]) -> bool {
    let Some((sdp, _)) = bounded(bytes, 16, 8192, || fuzzing::unpack(bytes)) else { return false };
    if bytes.first() == Some(&255) {
        // It travels whole, and is checked before a browser sees it.
        assert_eq!(sdp.as_bytes(), &bytes[1..]);
        return true;
    }
    for line in sdp.split("\r\n").filter(|it| !it.is_empty()) {
        assert!(LINES.iter().any(|it| line.starts_with(it)), "a foreign line: {line:?}");
        assert!(!line.contains(['\r', '\n']), "a line in a line: {line:?}");
    }
    for once in LINES.iter().filter(|it| **it != "a=candidate:") {
        assert_eq!(sdp.split("\r\n").filter(|it| it.starts_with(once)).count(), 1, "{once}");
    }
    assert!(sdp::fingerprint(&sdp).is_ok());
    let settled = |sdp: &str| {
        let (sdp, newer) = fuzzing::unpack(&fuzzing::pack(sdp)).expect("what was packed is unpacked");
        assert!(!newer);
        sdp
    };
    let once = settled(&sdp);
    assert_eq!(settled(&once), once, "packing again changes it");
    let fixed =
        |sdp: &str| sdp.lines().filter(|it| !it.starts_with("a=candidate:")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(fixed(&once), fixed(&sdp), "packing changes more than the order of candidates");
    true
}

/// A description that passes is one data channel with one fingerprint, which stands in it; one that a browser might write is packed
/// and unpacked, and keeps it.
fn check_sdp(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let checked = bounded(text.as_bytes(), 4, 8192, || sdp::fingerprint(&text));
    let signal = |sdp: String| Signal::Offer { session: [1; 16], sdp, trickle: true };
    assert_eq!(signal(text.to_string()).check().is_ok(), checked.is_ok());
    if text.len() > sdp::MAX_SDP {
        assert_eq!(checked, Err(SdpError::TooLong));
    }
    let lines: Vec<&str> = text.split(['\r', '\n']).collect();
    if let Ok(fingerprint) = &checked {
        assert_eq!(lines.iter().filter(|it| it.starts_with("m=")).count(), 1);
        assert!(text.to_ascii_uppercase().contains(&fingerprint.to_string()));
    }
    let candidate = Signal::Candidate { session: [1; 16], candidate: text.to_string(), mid: None };
    assert!(
        candidate.check().is_err()
            || lines.len() == 1 && text.len() <= 1024 && (text.is_empty() || text.starts_with("candidate:"))
    );
    let packed = fuzzing::pack(&text);
    assert!(packed.len() <= text.len() + 1, "packed it is larger");
    if let (Ok(fingerprint), Some((unpacked, newer))) = (&checked, fuzzing::unpack(&packed)) {
        assert!(!newer);
        assert_eq!(sdp::fingerprint(&unpacked).as_ref(), Ok(fingerprint), "packed it is bound to another certificate");
    }
    let server = IceServer { urls: lines.iter().map(|it| (*it).to_owned()).collect(), ..IceServer::default() };
    let (usable, faults) = sift(std::slice::from_ref(&server));
    let kept: usize = usable.iter().map(|it| it.urls.len()).sum();
    assert!(kept <= libp2p_webrtc_browser::MAX_ICE_URLS && kept + faults.len() == server.urls.len());
    checked.is_ok()
}

fn make_frames(chance: &mut Chance) -> Vec<u8> {
    let mut lane = Vec::new();
    for _ in 0..chance.below(5) {
        let length = chance.below(20);
        let (kind, number) = match chance.below(4) {
            0 => (1, chance.number() as u32),
            1 => (2, 0),
            2 => (16 + chance.below(200) as u8, length as u32),
            _ => (0, length as u32),
        };
        lane.push(kind);
        lane.extend(number.to_be_bytes());
        if !(1..16).contains(&kind) {
            lane.extend(chance.bytes(length));
        }
    }
    lane
}

/// Frames that are read are those that stand there, one after the other; a length that lies takes no more than one message's
/// memory.
fn check_frames(bytes: &[u8]) -> bool {
    let (frames, end) = bounded(bytes, 64, paceline_net::MAX_MESSAGE + 4096, || fuzzing::frames(bytes));
    let mut rest = bytes;
    for frame in &frames {
        let length = match frame {
            Some(frame) if frame[0] == 2 => {
                assert_eq!(rest.first(), Some(&2));
                5
            }
            Some(frame) => {
                assert!(rest.starts_with(frame), "another frame than the one that is there");
                frame.len()
            }
            None => {
                let (head, _) = rest.split_first_chunk::<5>().expect("a frame has a head");
                assert!(head[0] >= 16);
                5 + u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize
            }
        };
        rest = rest.get(length..).expect("a frame is not longer than the lane");
    }
    assert_eq!(end.is_ok(), rest.is_empty(), "{end:?}");
    !frames.is_empty()
}

fn make_nostr(chance: &mut Chance) -> Vec<u8> {
    let quoted = |it: &str| serde_json::to_string(it).unwrap_or_default();
    let said = chance
        .text(&["invalid: ", "rate-limited: ", "too late ", "1700000123 ", "\u{7}", "é", "pow: ", "created_at "], 6);
    match chance.below(6) {
        0..=2 => {
            let count = chance.below(60);
            let content = fuzzing::content_of(&chance.bytes(count));
            let event = fuzzing::nostr_event(&[7; 32], "ab", content, chance.size()).unwrap_or_default();
            event.replacen("[\"EVENT\",", "[\"EVENT\",\"s1\",", 1)
        }
        3 => format!("[\"OK\",\"00ff\",{},{}]", chance.once_in(2), quoted(&said)),
        4 => format!("[\"NOTICE\",{}]", quoted(&said)),
        _ => format!("[\"CLOSED\",\"s1\",{}]", quoted(&said)),
    }
    .into_bytes()
}

/// What a relay says is kept within bounds: words without control characters, envelopes no larger than any. An event is written
/// as it was read; a time that a refusal names stands in it.
fn check_nostr(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let Some(heard) = bounded(bytes, 64, 8192, || fuzzing::heard(text)) else { return false };
    match heard {
        Heard::Event(written, content) => {
            let read = fuzzing::heard(&written.replacen("[\"EVENT\",", "[\"EVENT\",\"s\",", 1));
            assert_eq!(read, Some(Heard::Event(written, content.clone())), "written again it is another event");
            if let Some(envelope) = fuzzing::envelope_of(&content) {
                assert!(envelope.len() <= MAX_ENVELOPE && fuzzing::content_of(&envelope) == content);
            }
        }
        Heard::Said(said) => {
            assert!(said.chars().count() <= 200 && !said.contains(char::is_control));
            assert!(!fuzzing::said_as(&said).is_empty());
            if let Some(time) = fuzzing::named_time(&said, 1_700_000_000) {
                assert!(time % 1_000 == 0 && said.contains(&(time / 1_000).to_string()));
                assert!((time / 1_000).abs_diff(1_700_000_000) > 30);
            }
        }
        Heard::Other => {}
    }
    true
}
