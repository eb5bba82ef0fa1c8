//! Golden vectors: blocks made by other implementations of DAG-CBOR, CIDs and Ed25519, and by a second writing-down of the
//! table of kinds (`vectors/events.py`). They hold the format still: whoever changes one of these bytes makes rooms that
//! others cannot read.

use paceline_room::{
    Body, Cid, Draft, Event, EventError, Keypair, Log, NodeId, Words,
    body::{
        Amended, Answer, Asked, Ballot, BallotCast, BatonAccepted, BatonClosed, BatonDeclined, BatonOfferWithdrawn,
        BatonOffered, BatonOpened, BatonReclaimed, BatonReleased, BatonSteppedIn, BatonTaken, DecisionClosed, Edited,
        Effect, FeedbackAnswered, FeedbackGiven, FeedbackWithdrawn, FoldRaised, FormValues, Handing, Introduced,
        Nominated, Policy, PostKind, Posted, PromiseDropped, PromiseKept, PromiseRenewed, Promised, ProposalWithdrawn,
        Proposed, Retracted, RoomFounded, Shadowing, Stance,
    },
    words::Text,
};
use serde::Deserialize;
use serde_bytes::ByteArray;

#[derive(Deserialize)]
struct Vectors {
    events: Vec<Golden>,
    unknown: Vec<GoldenUnknown>,
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
struct GoldenUnknown {
    name: String,
    kind: String,
    words: Option<Cid>,
    cid: Cid,
    block: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum GoldenText {
    One(String),
    List(Vec<String>),
}

#[derive(Deserialize)]
struct GoldenWords {
    text: GoldenText,
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
    let values = FormValues { policy: Policy::Consent, quorum: 50_u64.try_into().unwrap(), quorum_cap: 12, grace: 30 };
    let (title, purpose, form) =
        ("Golden".try_into().unwrap(), "To agree on bytes".try_into().unwrap(), "blank".try_into().unwrap());
    RoomFounded { fold: 1_u64.try_into().unwrap(), title, purpose, form, values, nonce: nonce() }.into()
}

/// The events of the vectors from the third on, each following the one before.
#[rustfmt::skip] // a table
fn chain(room: Cid, first: Cid, one: NodeId, short: Cid, long: Cid) -> Vec<(&'static str, Body)> {
    let (baton, tip, post, feedback) = (first, room, first, first);
    vec![
        ("posted", Posted { kind: PostKind::Update, words: short, reply_to: None, tags: Default::default(), mentions: Default::default() }.into()),
        ("posted, all fields", Posted {
            kind: PostKind::Driver, words: long, reply_to: Some(first), tags: vec!["a".try_into().unwrap(), "b".try_into().unwrap()].try_into().unwrap(), mentions: vec![one].try_into().unwrap(),
        }.into()),
        ("edited", Edited { post, words: short }.into()),
        ("retracted", Retracted { post, alone: false }.into()),
        ("feedback-given", FeedbackGiven { target: first, stance: Stance::BuildOn, words: None, sources: Default::default() }.into()),
        ("feedback-given, all fields", FeedbackGiven {
            target: first, stance: Stance::Correct, words: Some(short), sources: vec!["https://example.org/".try_into().unwrap()].try_into().unwrap(),
        }.into()),
        ("feedback-answered", FeedbackAnswered { feedback, answer: Answer::Noted, words: None, by: None }.into()),
        ("feedback-answered, all fields", FeedbackAnswered { feedback, answer: Answer::Adjusted, words: Some(short), by: Some(room) }.into()),
        ("feedback-withdrawn", FeedbackWithdrawn { feedback }.into()),
        ("baton-opened", BatonOpened { title: "Release".try_into().unwrap(), strengths: Default::default(), minutes: None, need: None }.into()),
        ("baton-opened, all fields", BatonOpened {
            title: "Release".try_into().unwrap(), strengths: vec!["calm".try_into().unwrap()].try_into().unwrap(), minutes: Some(25), need: Some(first),
        }.into()),
        ("baton-offered", BatonOffered { baton, tip, to: one, note: Default::default() }.into()),
        ("baton-offered, all fields", BatonOffered { baton, tip, to: one, note: "Yours?".try_into().unwrap() }.into()),
        ("baton-offer-withdrawn", BatonOfferWithdrawn { offer: first }.into()),
        ("baton-declined", BatonDeclined { offer: first, why: Default::default() }.into()),
        ("baton-declined, all fields", BatonDeclined { offer: first, why: "Not today".try_into().unwrap() }.into()),
        ("baton-accepted", BatonAccepted { baton, tip, by: first }.into()),
        ("baton-taken", BatonTaken { baton, tip }.into()),
        ("baton-stepped-in", BatonSteppedIn { baton, tip, silent_for: ((1_u64 << 53) - 1).try_into().unwrap() }.into()),
        ("baton-reclaimed", BatonReclaimed { baton, tips: vec![room, first].try_into().unwrap() }.into()),
        ("baton-released", BatonReleased { baton, tip, note: Default::default() }.into()),
        ("baton-released, all fields", BatonReleased { baton, tip, note: "Done for now".try_into().unwrap() }.into()),
        ("baton-closed", BatonClosed { baton, tip, outcome: Default::default(), by: None }.into()),
        ("baton-closed, all fields", BatonClosed { baton, tip, outcome: "Shipped".try_into().unwrap(), by: Some(room) }.into()),
        ("nominated", Nominated { baton, node: one, why: Default::default() }.into()),
        ("nominated, all fields", Nominated { baton, node: one, why: "Has done it before".try_into().unwrap() }.into()),
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
    let strengths = vec!["facilitation".try_into().unwrap(), "Überblick".try_into().unwrap()];
    let body = Introduced {
        name: "zwölf".try_into().unwrap(),
        strengths: strengths.try_into().unwrap(),
        hue: 11_u64.try_into().unwrap(),
    }
    .into();
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
        let read = Event::decode_and_verify(&block);
        assert!(read.is_ok(), "{}: {read:?}", it.name);
        let understood = it.name != "unknown" && !it.name.starts_with("nested");
        let known = read.is_ok_and(|event| !matches!(event.body, Body::Unknown(_)));
        assert_eq!(known, understood, "{}", it.name);
    }
}

#[test]
fn every_golden_kind_is_written_again_to_the_bit() {
    let mut kinds = std::collections::BTreeSet::new();
    for it in vectors().events {
        let block = hex(&it.block);
        let Event { room, author, seq, prev, parents, depth, at, body, .. } =
            Event::decode(&block).expect("it is good");
        let signer = [1, 2].map(keypair).into_iter().find(|it| it.node() == author).expect("one of the two");
        if !matches!(body, Body::Unknown(_)) {
            kinds.insert(body.kind().to_owned());
            let draft = Draft { room, author, seq, prev, parents, depth, at, body };
            assert_eq!(draft.sign(&signer).expect("within its limits").2, block, "{}", it.name);
        }
    }
    assert_eq!(kinds.len(), 51, "{kinds:?}");
}

#[test]
fn a_raise_of_the_fold_is_a_kind_of_version_1() {
    let vectors = vectors();
    let it = vectors.events.iter().find(|it| it.name == "fold-raised, at its limits").expect("it is there");
    let event = Event::decode(&hex(&it.block)).expect("it is good");
    let closing = vectors.events[1].cid;
    assert_eq!(event.body, FoldRaised { to: u32::MAX, closing }.into());
}

#[test]
fn asks_and_promises_say_what_the_second_table_says() {
    let vectors = vectors();
    let (first, node) = (vectors.events[1].cid, keypair(1).node());
    let (words, promise) = (first, first);
    let last: paceline_room::Day = "9999-12-31".parse().expect("a day");
    #[rustfmt::skip] // a table
    let said: [(&str, Body); 9] = [
        ("asked, at its limits", Asked { node, words }.into()),
        ("promised, at its limits", Promised { words, due: Some(last), from: Some(first) }.into()),
        ("promised, no more than it needs", Promised { words, due: None, from: None }.into()),
        ("promise-kept, at its limits", PromiseKept { promise, evidence: Some(first) }.into()),
        ("promise-kept, no more than it needs", PromiseKept { promise, evidence: None }.into()),
        ("promise-dropped, at its limits", PromiseDropped { promise, words }.into()),
        ("promise-dropped, no more than it needs", PromiseDropped { promise, words }.into()),
        ("promise-renewed, at its limits", PromiseRenewed { promise, due: Some(last) }.into()),
        ("promise-renewed, no more than it needs", PromiseRenewed { promise, due: None }.into()),
    ];
    for (name, body) in said {
        let it = vectors.events.iter().find(|it| it.name == name).expect("it is there");
        assert_eq!(Event::decode(&hex(&it.block)).map(|it| it.body), Ok(body), "{name}");
    }
}

#[test]
fn decisions_say_what_the_second_table_says() {
    let vectors = vectors();
    let first = vectors.events[1].cid;
    let (words, proposal, version, last) = (first, first, first, "9999-12-31".parse().ok());
    let (title, none) = ("x".try_into().expect("it fits"), Default::default());
    let plain = Proposed {
        title,
        words,
        policy: None,
        effect: None,
        trial: false,
        review_on: None,
        meeting: None,
        about: None,
    };
    let changing = |effect: Effect| Proposed { effect: Some(effect), ..plain.clone() };
    let handing = Handing { baton: first, to: keypair(1).node() };
    let closed = DecisionClosed { proposal, version };
    #[rustfmt::skip] // a table
    let said: [(&str, Body); 12] = [
        ("proposed, no more than it needs", plain.clone().into()),
        ("proposed to change behind-notice", changing(Effect::BehindNotice(keypair(1).node())).into()),
        ("proposed to change no-notice", changing(Effect::NoNotice(keypair(1).node())).into()),
        ("proposed to change version", changing(Effect::Version(u64::from(u32::MAX).try_into().expect("it fits"))).into()),
        ("proposed to change hand-baton", changing(Effect::HandBaton(handing)).into()),
        ("proposed to change close-baton", changing(Effect::CloseBaton(first)).into()),
        ("amended, no more than it needs", Amended { proposal, words, title: none, effect: None, fix: None }.into()),
        ("proposal-withdrawn, at its limits", ProposalWithdrawn { proposal }.into()),
        ("ballot-cast, at its limits", BallotCast { proposal, version, stance: Ballot::StandAside, words: Some(words) }.into()),
        ("ballot-cast, no more than it needs", BallotCast { proposal, version, stance: Ballot::StandAside, words: None }.into()),
        ("decision-closed, at its limits", closed.clone().into()),
        ("decision-closed, no more than it needs", closed.into()),
    ];
    for (name, body) in said {
        let it = vectors.events.iter().find(|it| it.name == name).expect("it is there");
        assert_eq!(Event::decode(&hex(&it.block)).map(|it| it.body), Ok(body), "{name}");
    }
    let full = vectors.events.iter().find(|it| it.name == "proposed, at its limits").expect("it is there");
    let Ok(Body::Proposed(full)) = Event::decode(&hex(&full.block)).map(|it| it.body) else { panic!("a proposal") };
    assert_eq!((full.review_on, full.trial, full.policy), (last, true, Some(Policy::Advice)));
}

#[test]
fn what_fits_no_kind_is_admitted_with_its_words_and_means_nothing() {
    for it in vectors().unknown {
        let block = hex(&it.block);
        assert_eq!(Cid::of(&block), it.cid, "{}", it.name);
        let event = Event::decode_and_verify(&block).unwrap_or_else(|error| panic!("{}: {error}", it.name));
        let read = (event.body.kind(), event.body.words());
        assert_eq!(read, (it.kind.as_str(), it.words), "{}", it.name);
        assert!(matches!(event.body, Body::Unknown(_)), "{}: {:?}", it.name, event.body);
        if event.room.is_none() {
            let admission = Log::new(it.cid).admit(&block);
            assert!(matches!(admission, Ok(paceline_room::Admission::Admitted(_))), "{}: {admission:?}", it.name);
        }
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
        let text = match it.text {
            GoldenText::One(text) => Text::One(text),
            GoldenText::List(texts) => Text::List(texts),
        };
        let words = Words(room, keypair(2).node(), it.seq, nonce(), text);
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
