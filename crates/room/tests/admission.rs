//! What is admitted and what is not: every rule broken once, by a block that keeps all others.

use paceline_room::{
    Admission, Body, Cid, Draft, EventError, Log, NodeId, Table,
    body::{BatonOpened, FormValues, Hue, Introduced, Policy, Retracted, RoomFounded},
    log::Refusal,
    testing::{World, unknown, unknown_bytes},
};

/// Author 1 has written three posts and author 2 two, apart; author 0 has seen them all.
fn room() -> World {
    let mut world = World::new(5);
    for i in [1, 1, 1, 2, 2] {
        world.post(i, "apart");
    }
    world.send(1, 0);
    world.send(2, 0);
    world
}

/// A good next event of author `i` as author 0 would see it.
fn draft(world: &World, i: usize) -> Draft {
    world.log(0).draft(world.author(i), 9, Retracted { post: world.room(), alone: false }.into())
}

/// What author 0 says to it, signed by author `i`.
fn admit(world: &World, i: usize, draft: Draft) -> Result<Admission, Refusal> {
    let (_, _, block) = draft.sign(&world.keypair(i)).expect("within its limits");
    world.log(0).clone().admit(&block)
}

fn changed(i: usize, change: impl FnOnce(&World, &mut Draft)) -> Result<Admission, Refusal> {
    let world = room();
    let mut draft = draft(&world, i);
    change(&world, &mut draft);
    admit(&world, i, draft)
}

#[test]
fn a_draft_on_what_was_seen_is_admitted() {
    assert!(matches!(changed(1, |_, _| {}), Ok(Admission::Admitted(_))));
    assert!(matches!(changed(0, |_, _| {}), Ok(Admission::Admitted(_))));
    assert!(matches!(changed(3, |_, _| {}), Ok(Admission::Admitted(_))));
}

#[test]
fn an_event_offered_twice_is_known() {
    let mut world = room();
    let cid = world.post(0, "once");
    let block = world.log(0).entry(world.ix(0, &cid)).block.clone();
    let mut log = world.log(0).clone();
    let ix = log.find(&cid).unwrap();
    assert_eq!(log.admit(&block), Ok(Admission::Known(ix)));
}

#[test]
fn an_event_before_what_it_builds_on_names_all_that_is_missing() {
    let mut world = room();
    let cid = world.write(0, Retracted { post: world.room(), alone: false });
    let entry = world.log(0).entry(world.ix(0, &cid)).clone();
    assert_eq!(entry.event.parents.len(), 2);
    let mut empty = Log::new(world.room());
    assert_eq!(empty.admit(&entry.block), Ok(Admission::Pending(entry.event.seen().copied().collect())));
}

#[test]
fn a_block_that_is_no_event_is_refused_for_that() {
    let world = room();
    let mut log = world.log(0).clone();
    assert_eq!(log.admit(b"\xa0"), Err(Refusal::Event(EventError::Malformed)));
    assert_eq!(log.admit(&[0; 40_000]), Err(Refusal::Event(EventError::TooLarge)));
}

#[test]
fn an_event_signed_by_another_is_refused() {
    let world = room();
    // Known to the log or not, the author's own key decides.
    for i in [1, 9] {
        let refused = admit(&world, 2, draft(&world, i));
        assert_eq!(refused, Err(Refusal::Event(EventError::BadSignature)));
    }
}

#[test]
fn an_event_of_another_room_is_refused() {
    let other = World::new(6).room();
    assert_eq!(changed(1, |_, draft| draft.room = Some(other)), Err(Refusal::WrongRoom));
}

#[test]
fn the_founding_event_of_another_room_is_refused() {
    let other = World::new(6);
    assert_eq!(room().log(0).clone().admit(&other.blocks()[0].block), Err(Refusal::WrongRoom));
}

#[test]
fn a_wrong_room_is_noticed_before_anything_is_waited_for() {
    let mut other = World::new(6);
    other.post(0, "elsewhere");
    assert_eq!(Log::new(room().room()).admit(&other.blocks()[1].block), Err(Refusal::WrongRoom));
}

#[test]
fn depth_must_be_exact() {
    assert_eq!(changed(1, |_, draft| draft.depth += 1), Err(Refusal::WrongDepth));
    assert_eq!(changed(1, |_, draft| draft.depth -= 1), Err(Refusal::WrongDepth));
    assert_eq!(changed(1, |_, draft| draft.depth = (1 << 53) - 1), Err(Refusal::WrongDepth));
}

#[test]
fn prev_must_be_the_authors_own_event_before() {
    // A gap in the numbers.
    assert_eq!(changed(1, |_, draft| draft.seq += 1), Err(Refusal::WrongPrev));
    // A later event without one before it, and a first one with one.
    assert_eq!(changed(1, |_, draft| draft.prev = None), Err(Refusal::WrongPrev));
    assert_eq!(changed(1, |_, draft| draft.seq = 0), Err(Refusal::WrongPrev));
    // Somebody else's event of the right number: author 2 goes on with author 1's chain.
    let somebody_elses = |world: &World, draft: &mut Draft| {
        let other = self::draft(world, 1);
        (draft.seq, draft.prev) = (other.seq, other.prev);
        draft.parents.retain(|it| Some(*it) != other.prev);
        draft.depth = other.depth;
    };
    assert_eq!(changed(2, somebody_elses), Err(Refusal::WrongPrev));
}

#[test]
fn parents_must_be_there_once_each_and_deepest_first() {
    // Upside down.
    assert_eq!(changed(0, |_, draft| draft.parents.reverse()), Err(Refusal::WrongParents));
    // One twice.
    assert_eq!(changed(0, |_, draft| draft.parents.push(draft.parents[1])), Err(Refusal::WrongParents));
    // `prev` among them.
    assert_eq!(changed(0, |_, draft| draft.parents.extend(draft.prev)), Err(Refusal::WrongParents));
    // Only the founding event stands on nothing.
    let nothing = |_: &World, draft: &mut Draft| (draft.parents, draft.depth) = (vec![], 1);
    assert_eq!(changed(3, nothing), Err(Refusal::WrongParents));
}

#[test]
fn parents_of_one_depth_come_in_the_order_of_their_names() {
    let mut world = World::new(8);
    for i in 1..6 {
        world.post(i, "at once");
        world.send(i, 0);
    }
    let draft = draft(&world, 7);
    assert_eq!(draft.parents.len(), 5);
    assert!(draft.parents.is_sorted());
    let mut other = draft.clone();
    other.parents.swap(1, 3);
    assert!(admit(&world, 7, draft).is_ok());
    assert_eq!(admit(&world, 7, other), Err(Refusal::WrongParents));
}

#[test]
fn a_draft_names_64_tips_at_most_the_deepest() {
    let mut world = World::new(9);
    for i in 1..=80 {
        world.post(i, "at once");
        if i % 2 == 0 {
            world.post(i, "and again");
        }
        world.send(i, 0);
    }
    let draft = draft(&world, 0);
    assert_eq!((draft.parents.len(), draft.depth), (64, 4));
    let log = world.log(0);
    let depth = |cid: &Cid| log.entry(log.find(cid).unwrap()).event.depth;
    assert!(draft.parents[..40].iter().all(|it| depth(it) == 3) && draft.parents[40..].iter().all(|it| depth(it) == 2));
    assert!(matches!(admit(&world, 0, draft), Ok(Admission::Admitted(_))));
}

#[test]
fn a_key_that_is_no_point_is_refused_also_where_its_signature_is_not_looked_at() {
    let world = room();
    let mut log = world.log(0).clone();
    let mut draft = draft(&world, 3);
    draft.author = NodeId::from_bytes([0; 32]);
    let (cid, event, block) = draft.sign(&world.keypair(3)).expect("within its limits");
    let bad = Err(Refusal::Event(EventError::BadSignature));
    assert_eq!(log.admit(&block), bad);
    assert_eq!(log.admit_verified(cid, event, block.into()), bad);
    assert_eq!(log.authors().count(), 3);
}

#[test]
fn what_is_refused_leaves_no_trace() {
    let world = room();
    let mut log = world.log(0).clone();
    let before = format!("{log:?}");
    let mut draft = draft(&world, 3);
    draft.depth += 7;
    let (_, _, block) = draft.sign(&world.keypair(3)).expect("within its limits");
    assert_eq!(log.admit(&block), Err(Refusal::WrongDepth));
    assert_eq!(format!("{log:?}"), before);
}

#[test]
fn both_twins_are_admitted_with_their_descendants_and_nobody_else_is_touched() {
    let mut world = World::new(10);
    let first = world.introduce(1, "one");
    world.send(1, 2);
    let on_first = world.post(2, "on the first");
    let hue = 3_u64;
    let twin = world.write_twin(
        1,
        first,
        Introduced { name: "another".try_into().unwrap(), strengths: Default::default(), hue: hue.try_into().unwrap() },
    );
    // A node that has seen the twin alone goes on with it.
    let event = world.log(1).entry(world.ix(1, &twin)).block.clone();
    world.give(3, [event.as_ref()]);
    let on_twin = world.post(3, "on the twin");
    world.sync_all();
    let last = world.post(0, "on all");
    world.sync_all();
    for i in 0..4 {
        let log = world.log(i);
        let ix = |cid: &Cid| log.find(cid).unwrap();
        let split: Vec<bool> = (0..4).map(|who| log.is_split(&world.author(who))).collect();
        assert_eq!(split, [false, true, false, false]);
        assert!(log.is_ancestor(ix(&first), ix(&on_first)) && !log.is_ancestor(ix(&twin), ix(&on_first)));
        assert!(log.is_ancestor(ix(&twin), ix(&on_twin)) && !log.is_ancestor(ix(&first), ix(&on_twin)));
        assert!(log.is_ancestor(ix(&first), ix(&last)) && log.is_ancestor(ix(&twin), ix(&last)));
    }
}

/// Every shape that canonical DAG-CBOR has may stand in a body, and no build asks what it means.
#[test]
fn what_a_body_says_never_decides_whether_it_is_admitted() {
    let known_but_wrong = |kind| unknown(kind, &std::collections::BTreeMap::from([("why", "")]));
    let deep = [&b"\x81".repeat(29)[..], b"\x80"].concat();
    let bodies = [
        known_but_wrong("retracted"),
        known_but_wrong("baton-declined"),
        unknown("posted", &"not even a map"),
        unknown("introduced", &-0.75),
        unknown("room-founded", &()),
        unknown("", &()),
        unknown(&"é".repeat(40), &u64::MAX),
        unknown_bytes("deep", &deep),
        unknown_bytes("low", b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff"),
        unknown_bytes("link", b"\xd8\x2a\x45\x00\x01\x55\x00\x00"),
    ];
    for body in bodies {
        let kind = body.kind().to_owned();
        let admission = changed(1, |_, draft| draft.body = body);
        assert!(matches!(admission, Ok(Admission::Admitted(_))), "{kind}: {admission:?}");
    }
}

#[test]
fn what_is_not_canonical_is_refused_wherever_it_stands() {
    use EventError::{FieldTooLong, Malformed, NotCanonical, TooDeep};
    let cases: [(&str, &[u8], EventError); 9] = [
        ("a long head", b"\x18\x01", NotCanonical),
        ("a list without a length", b"\x9f\xff", NotCanonical),
        ("keys in disorder", b"\xa2\x61b\x01\x61a\x01", NotCanonical),
        ("a key twice", b"\xa2\x61a\x01\x61a\x01", NotCanonical),
        ("a key that is no text", b"\xa1\x01\x01", Malformed),
        ("half a CID", b"\xd8\x2a\x45\x00\x01\x55\x00\x01", NotCanonical),
        ("another tag", b"\xc1\x01", Malformed),
        ("a small float", b"\xfa\x3f\x80\x00\x00", NotCanonical),
        ("too deep", &b"\x81".repeat(31), TooDeep),
    ];
    let world = room();
    let refused = |kind: &str, content: &[u8]| {
        let mut draft = draft(&world, 1);
        draft.body = unknown_bytes(kind, content);
        draft.sign(&world.keypair(1)).err()
    };
    for (name, content, error) in cases {
        assert_eq!(refused("kind", content), Some(error), "{name}");
    }
    assert_eq!(refused(&"é".repeat(41), b"\xf6"), Some(FieldTooLong));
}

#[test]
fn what_exceeds_its_kind_is_not_written_and_says_which_rule() {
    let world = room();
    let sign = |body: Body| {
        let mut draft = draft(&world, 1);
        draft.body = body;
        draft.sign(&world.keypair(1)).err()
    };
    let opened = |title: String| {
        let opened = |title| BatonOpened { title, strengths: Default::default(), minutes: None, need: None };
        title.try_into().map(opened)
    };
    assert_eq!(opened("é".repeat(201)).err(), Some(EventError::FieldTooLong));
    assert_eq!(sign(opened("é".repeat(200)).unwrap().into()), None);
    assert_eq!(Hue::try_from(12), Err(EventError::OutOfRange));
    let quorum = 50_u64.try_into().unwrap();
    let values = FormValues { policy: Policy::Consent, quorum, quorum_cap: 12, grace: 30 };
    let fold = 1_u64.try_into().unwrap();
    let (title, purpose, form) = Default::default();
    let nonce = serde_bytes::ByteArray::new([0; 16]);
    let founding = RoomFounded { fold, title, purpose, form, values, nonce };
    assert_eq!(sign(founding.clone().into()), Some(EventError::WrongFounding), "inside a room");
    let found = |body: Body| Log::founding_draft(world.author(1), 1, body).sign(&world.keypair(1)).err();
    let version = |it: u64| it.try_into().map(|fold| RoomFounded { fold, ..founding.clone() });
    assert_eq!(version(2), Err(EventError::OutOfRange));
    assert_eq!(found(opened(String::new()).unwrap().into()), Some(EventError::WrongFounding));
    assert_eq!(found(founding.into()), None);
}

/// A room whose founding event no build of this version knows, with the four things that are the same in every version.
#[test]
fn a_room_of_a_newer_version_admits_everything_and_reads_what_never_changes() {
    let two = std::collections::BTreeMap::from([("fold", 2)]);
    let of_another_kind = unknown("retracted", &std::collections::BTreeMap::from([("post", Cid::of(b"anything"))]));
    for founding in [unknown("room-founded", &two), of_another_kind, unknown("world-founded", &two)] {
        let mut world = World::founded_by(11, founding);
        assert_eq!(world.whole().table(), Table::Newer);
        let post = world.post(1, "the same in every version");
        let baton = world.open_baton(1, "perhaps something else by now");
        let gone = world.write(1, Retracted { post, alone: false });
        let log = world.whole();
        let known = |cid: &Cid| !matches!(log.entry(log.find(cid).unwrap()).event.body, Body::Unknown(_));
        assert!(known(&post) && known(&gone) && !known(&baton));
        assert_eq!(log.entry(log.find(&baton).unwrap()).event.body.kind(), "baton-opened");
    }
    assert_eq!(World::new(11).whole().table(), Table::One);
}

#[test]
fn every_refusal_has_a_code_of_its_own() {
    let refusals = [
        Refusal::NewerParent,
        Refusal::WrongRoom,
        Refusal::WrongDepth,
        Refusal::WrongPrev,
        Refusal::WrongParents,
        Refusal::RefusedParent,
        Refusal::Event(EventError::TooLarge),
    ];
    let codes: std::collections::BTreeSet<_> = refusals.map(Refusal::code).into();
    assert_eq!(codes.len(), refusals.len());
}

#[test]
fn a_block_of_32_kib_is_admitted_and_a_byte_more_is_refused() {
    let world = room();
    let of = |bytes: usize| {
        let mut draft = draft(&world, 1);
        draft.body = unknown("from-a-newer-version", &ipld_core::ipld::Ipld::Bytes(vec![7; bytes]));
        draft
    };
    let (_, _, block) = of(30_000).sign(&world.keypair(1)).expect("within its limits");
    let most = 30_000 + 32 * 1024 - block.len();
    assert!(matches!(admit(&world, 1, of(most)), Ok(Admission::Admitted(_))));
    assert_eq!(of(most + 1).sign(&world.keypair(1)).err(), Some(EventError::TooLarge));
}
