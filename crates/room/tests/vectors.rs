//! Golden vectors: blocks made by other implementations of DAG-CBOR, CIDs and Ed25519 (`vectors/events.py`). They hold
//! the format still: whoever changes one of these bytes makes rooms that others cannot read.

use paceline_room::{
    Body, Cid, Draft, Event, EventError, Keypair, Log, NodeId, Words,
    body::{
        Answer, BatonAccepted, BatonClosed, BatonDeclined, BatonOfferWithdrawn, BatonOffered, BatonOpened,
        BatonReclaimed, BatonReleased, BatonSteppedIn, BatonTaken, Edited, FeedbackAnswered, FeedbackGiven,
        FeedbackWithdrawn, FormValues, Introduced, Nominated, Policy, PostKind, Posted, Retracted, RoomFounded,
        Shadowing, Stance,
    },
};
use serde::Deserialize;
use serde_bytes::ByteArray;

#[derive(Deserialize)]
struct Vectors {
    events: Vec<Golden>,
    words: Vec<GoldenWords>,
    refused: Vec<Wrong>,
}

#[derive(Deserialize)]
struct Golden {
    name: String,
    cid: Cid,
    block: String,
}

#[derive(Deserialize)]
struct GoldenWords {
    text: String,
    seq: u64,
    cid: Cid,
    block: String,
}

#[derive(Deserialize)]
struct Wrong {
    name: String,
    code: String,
    block: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors/events.json")).expect("the vectors are of this shape")
}

fn hex(text: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits");
    (0..text.len()).step_by(2).map(byte).collect()
}

fn keypair(of: u8) -> Keypair {
    Keypair::from_secret([of; 32])
}

fn nonce() -> ByteArray<16> {
    ByteArray::new(std::array::from_fn(|i| i as u8))
}

fn founding() -> Body {
    let values = FormValues { policy: Policy::Consent, quorum: 50, quorum_cap: 12, grace: 30 };
    let (title, purpose, form) = ("Golden".into(), "To agree on bytes".into(), "blank".into());
    RoomFounded { fold: 1, title, purpose, form, values, nonce: nonce() }.into()
}

/// The events of the vectors from the third on, each following the one before.
#[rustfmt::skip] // a table
fn chain(room: Cid, first: Cid, one: NodeId, short: Cid, long: Cid) -> Vec<(&'static str, Body)> {
    let (baton, tip, post, feedback) = (first, room, first, first);
    vec![
        ("posted", Posted { kind: PostKind::Update, words: short, reply_to: None, tags: vec![], mentions: vec![] }.into()),
        ("posted, all fields", Posted {
            kind: PostKind::Driver, words: long, reply_to: Some(first), tags: vec!["a".into(), "b".into()], mentions: vec![one],
        }.into()),
        ("edited", Edited { post, words: short }.into()),
        ("retracted", Retracted { post }.into()),
        ("feedback-given", FeedbackGiven { target: first, stance: Stance::BuildOn, words: None, sources: vec![] }.into()),
        ("feedback-given, all fields", FeedbackGiven {
            target: first, stance: Stance::Correct, words: Some(short), sources: vec!["https://example.org/".into()],
        }.into()),
        ("feedback-answered", FeedbackAnswered { feedback, answer: Answer::Noted, words: None, by: None }.into()),
        ("feedback-answered, all fields", FeedbackAnswered { feedback, answer: Answer::Adjusted, words: Some(short), by: Some(room) }.into()),
        ("feedback-withdrawn", FeedbackWithdrawn { feedback }.into()),
        ("baton-opened", BatonOpened { title: "Release".into(), strengths: vec![], minutes: None, need: None }.into()),
        ("baton-opened, all fields", BatonOpened {
            title: "Release".into(), strengths: vec!["calm".into()], minutes: Some(25), need: Some(first),
        }.into()),
        ("baton-offered", BatonOffered { baton, tip, to: one, note: String::new() }.into()),
        ("baton-offered, all fields", BatonOffered { baton, tip, to: one, note: "Yours?".into() }.into()),
        ("baton-offer-withdrawn", BatonOfferWithdrawn { offer: first }.into()),
        ("baton-declined", BatonDeclined { offer: first, why: String::new() }.into()),
        ("baton-declined, all fields", BatonDeclined { offer: first, why: "Not today".into() }.into()),
        ("baton-accepted", BatonAccepted { baton, tip, by: first }.into()),
        ("baton-taken", BatonTaken { baton, tip }.into()),
        ("baton-stepped-in", BatonSteppedIn { baton, tip, silent_for: (1 << 53) - 1 }.into()),
        ("baton-reclaimed", BatonReclaimed { baton, tips: vec![room, first] }.into()),
        ("baton-released", BatonReleased { baton, tip, note: String::new() }.into()),
        ("baton-released, all fields", BatonReleased { baton, tip, note: "Done for now".into() }.into()),
        ("baton-closed", BatonClosed { baton, tip, outcome: String::new(), by: None }.into()),
        ("baton-closed, all fields", BatonClosed { baton, tip, outcome: "Shipped".into(), by: Some(room) }.into()),
        ("nominated", Nominated { baton, node: one, why: String::new() }.into()),
        ("nominated, all fields", Nominated { baton, node: one, why: "Has done it before".into() }.into()),
        ("shadowing", Shadowing { baton }.into()),
    ]
}

#[test]
fn our_encoder_makes_the_golden_bytes_of_every_kind() {
    let vectors = vectors();
    let (one, two) = (keypair(1), keypair(2));
    let mut golden = vectors.events.iter();
    let mut at = 1_790_000_000_000;
    let mut expect = |name: &str, draft: Draft, keypair: &Keypair| {
        let it = golden.next().expect("a vector for each event");
        assert_eq!(it.name, name);
        let (cid, event, block) = draft.sign(keypair).expect("within its limits");
        assert_eq!(block, hex(&it.block), "{name}");
        assert_eq!(cid, it.cid, "{name}");
        assert_eq!(Event::decode_and_verify(&hex(&it.block)), Ok(event), "{name}");
        cid
    };

    let room = expect("room-founded", Log::founding_draft(one.node(), at, founding()), &one);
    let strengths = vec!["facilitation".into(), "Überblick".into()];
    let body = Introduced { name: "zwölf".into(), strengths, hue: 11 }.into();
    at += 1;
    let author = two.node();
    let introduced = Draft { room: Some(room), author, seq: 0, prev: None, parents: vec![room], depth: 2, at, body };
    let first = expect("introduced", introduced, &two);
    let words: Vec<Cid> = vectors.words.iter().map(|it| it.cid).collect();
    let (mut prev, mut seq) = (first, 0);
    for (name, body) in chain(room, first, one.node(), words[0], words[1]) {
        (seq, at) = (seq + 1, at + 1);
        let (prev_now, parents, depth) = (Some(prev), vec![], seq + 2);
        prev = expect(name, Draft { room: Some(room), author, seq, prev: prev_now, parents, depth, at, body }, &two);
    }
}

#[test]
fn every_golden_block_is_read_with_its_name_and_signature() {
    for it in vectors().events {
        let block = hex(&it.block);
        assert_eq!(Cid::of(&block), it.cid, "{}", it.name);
        let event = Event::decode_and_verify(&block).unwrap_or_else(|error| panic!("{}: {error}", it.name));
        assert_eq!(serde_ipld_dagcbor::to_vec(&event).expect("it was decoded"), block, "{}", it.name);
    }
}

#[test]
fn an_unknown_kind_keeps_its_bytes_and_shows_its_words() {
    let vectors = vectors();
    let it = vectors.events.iter().find(|it| it.name == "unknown").expect("it is there");
    let event = Event::decode_and_verify(&hex(&it.block)).expect("it is good");
    assert_eq!(event.body.kind(), "from-a-newer-version");
    assert_eq!(event.body.words(), Some(vectors.words[0].cid));
}

#[test]
fn golden_words_are_made_and_read() {
    let vectors = vectors();
    let room = vectors.events[0].cid;
    for it in vectors.words {
        let words = Words(room, keypair(2).node(), it.seq, nonce(), it.text);
        let (cid, block) = words.encode().expect("within their limit");
        assert_eq!((cid, &block), (it.cid, &hex(&it.block)));
        assert_eq!(Words::decode(&block), Ok(words));
    }
}

#[test]
fn every_block_that_breaks_one_rule_is_refused_with_the_code_of_that_rule() {
    for it in vectors().refused {
        let refused = Event::decode_and_verify(&hex(&it.block)).map_err(EventError::code);
        assert_eq!(refused.err(), Some(it.code.as_str()), "{}", it.name);
    }
}

#[test]
fn the_vectors_break_every_rule_that_a_block_alone_can_break() {
    let codes: std::collections::BTreeSet<String> = vectors().refused.into_iter().map(|it| it.code).collect();
    let rules = [
        EventError::Malformed,
        EventError::TooDeep,
        EventError::NotCanonical,
        EventError::NewerVersion,
        EventError::BadSignature,
        EventError::FieldTooLong,
        EventError::OutOfRange,
        EventError::WrongFounding,
    ];
    assert_eq!(codes, rules.map(|it| it.code().to_owned()).into());
}
