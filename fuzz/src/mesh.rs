//! What nodes say to one another: messages, beacons, rounds of reconciliation, and what a whole replica makes of them.

use std::sync::OnceLock;

use paceline_fuzz_engine::{Chance, Target};
use paceline_mesh::{
    Input, Lane, Output, Replica,
    fuzzing::Index,
    wire::{
        Announce, BULK_BYTES, Beacon, Behind, Blocks, Bulk, Carry, Cids, Floor, Form, Have, Hello, Item, LINKS,
        LIVE_BYTES, Live, MISSING_WORDS, Page, Push, RELAYED_BYTES, ShortIds, Signed, Since, State, Stream, TIPS,
        TimeLeft, Want,
    },
};
use paceline_room::{
    Cid, Keypair, Stored,
    testing::{World, hostile::SEED},
};
use serde_bytes::{ByteArray, ByteBuf};

use crate::{hostile, memory::bounded};

/// Names of parts of messages, in their encoding.
const PARTS: &[&str] = &[
    "ehello",
    "dpush",
    "hannounce",
    "egraft",
    "eprune",
    "fbeacon",
    "ecarry",
    "eround",
    "fanswer",
    "dhave",
    "dwant",
    "fblocks",
    "fstream",
    "dmore",
    "dpage",
    "fnewest",
    "fevents",
    "dtips",
    "eblock",
    "ewords",
    "dhops",
    "fdirect",
    "bto",
    "fletter",
    "csig",
    "frange",
    "call",
    "eitems",
    "glacking",
    "dlast",
    "aznew",
    "\u{7}",
];

pub(crate) const WIRE: Target =
    Target { name: "wire", check: check_wire, make: make_wire, words: PARTS, most: BULK_BYTES + 64 };
pub(crate) const BEACON: Target = Target {
    name: "beacon",
    check: check_beacon,
    make: |chance| beacon(chance).0.into_vec(),
    words: &["ar", "an", "ac", "as", "at", "ae", "aw", "am", "al", "ah", "dhere", "daway", "dgone", "dlost"],
    most: 8192,
};
pub(crate) const RECONCILIATION: Target =
    Target { name: "reconciliation", check: check_rounds, make: make_round, words: &["a", "\u{7f}"], most: 16 * 1024 };
pub(crate) const REPLICA: Target =
    Target { name: "replica", check: check_replica, make: make_talk, words: PARTS, most: 8192 };

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        // The room of those who mean harm.
        let mut world = World::new(SEED);
        for n in 0..6 {
            world.post(n % 3, "words");
            world.sync_all();
        }
        world.open_baton(1, "Release");
        world
    })
}

fn cids(chance: &mut Chance, most: usize) -> Cids {
    let known: Vec<Cid> = world().blocks().iter().map(|it| it.cid).collect();
    Cids(
        (0..chance.below(most + 1))
            .map(|_| {
                if chance.once_in(2) {
                    Cid::from_digest(chance.array())
                } else {
                    *chance.of(&known).expect("there are some")
                }
            })
            .collect(),
    )
}

fn buf(chance: &mut Chance, most: usize) -> ByteBuf {
    let count = chance.below(most + 1);
    ByteBuf::from(chance.bytes(count))
}

fn floor(chance: &mut Chance) -> Floor {
    Floor {
        hand: chance.once_in(2).then(|| chance.size()),
        timer: chance.once_in(2).then(|| TimeLeft { set: ByteArray::new(chance.array()), left: chance.size() }),
        waits: chance.once_in(2).then(|| ByteArray::new(chance.array())),
    }
}

fn beacon(chance: &mut Chance) -> Signed {
    let keypair = world().keypair(chance.below(3));
    let shorts = |chance: &mut Chance, most: usize| ShortIds((0..chance.below(most)).map(|_| chance.array()).collect());
    let beacon = Beacon {
        room: ByteArray::new(*world().room().digest()),
        node: keypair.node(),
        counter: chance.size(),
        state: *chance.of(&[State::Here, State::Away, State::Gone]).expect("there are three"),
        tips: cids(chance, 3),
        events: chance.size(),
        missing_words: shorts(chance, 4),
        more_missing: chance.once_in(2),
        links: shorts(chance, 4),
        listens: chance.once_in(2),
        floor: chance.once_in(2).then(|| floor(chance)),
        behind: Behind(chance.once_in(2)),
    };
    Signed::new(&beacon, &keypair)
}

/// A block with its words: of a real event, or any bytes.
fn item(chance: &mut Chance) -> Item {
    let blocks = world().blocks();
    let stored = if chance.once_in(3) { hostile::event(chance) } else { chance.of(&blocks) };
    match stored.filter(|_| !chance.once_in(3)) {
        Some(stored) => {
            let words = stored.words.as_ref().map(|(_, block)| ByteBuf::from(block.to_vec()));
            Item(ByteBuf::from(stored.block.to_vec()), words)
        }
        None => Item(buf(chance, 40), chance.once_in(2).then(|| buf(chance, 20))),
    }
}

fn live(chance: &mut Chance) -> Live {
    match chance.below(7) {
        0 => Live::Hello(Hello(
            chance.size(),
            cids(chance, 4),
            chance.once_in(2).then(|| beacon(chance)),
            Behind(chance.once_in(2)),
        )),
        1 => {
            let Item(block, words) = item(chance);
            Live::Push(Push(block, words, chance.below(5) as u8, chance.once_in(2)))
        }
        2 => {
            let cids = cids(chance, 4);
            let hops = ByteBuf::from(chance.bytes(cids.0.len()));
            Live::Announce(Announce(cids, hops))
        }
        3 => Live::Graft(cids(chance, 4)),
        4 => Live::Prune,
        5 => Live::Beacon(beacon(chance)),
        _ => Live::Carry(Carry(world().author(chance.below(3)), chance.below(3) as u8, buf(chance, 60))),
    }
}

fn bulk(chance: &mut Chance) -> Bulk {
    let items = |chance: &mut Chance| (0..chance.below(4)).map(|_| item(chance)).collect::<Vec<_>>();
    match chance.below(11) {
        0 => Bulk::Round(ByteBuf::from(make_round(chance))),
        1 => Bulk::Answer(ByteBuf::from(make_round(chance))),
        2 => Bulk::Have(Have(cids(chance, 4), chance.once_in(2))),
        3 => Bulk::Want(Want(chance.size(), cids(chance, 3), cids(chance, 3))),
        4 => Bulk::Blocks(Blocks(
            chance.size(),
            items(chance),
            vec![buf(chance, 30)],
            cids(chance, 2),
            chance.once_in(2),
        )),
        5 => Bulk::Stream(Stream(chance.size(), ByteArray::new(chance.array()), chance.below(5) as u8)),
        6 => Bulk::More(chance.number() as u8),
        7 => Bulk::Page(Page(items(chance), chance.size(), chance.size(), ByteArray::new(chance.array()))),
        8 => {
            let seqs: Vec<u64> = (0..chance.below(4)).map(|_| chance.size()).collect();
            Bulk::Since(Since(ShortIds(seqs.iter().map(|_| chance.array()).collect()), seqs))
        }
        9 => Bulk::Ahead(cids(chance, 4)),
        _ => Bulk::Newest(items(chance)),
    }
}

fn make_wire(chance: &mut Chance) -> Vec<u8> {
    let form = if chance.once_in(4) { Form::Placed } else { Form::Named };
    if chance.once_in(2) { live(chance).encode_as(form) } else { bulk(chance).encode_as(form) }
}

/// A message that is read reads back as itself in both forms; in the form of today it is written byte by byte as it came, unless it
/// has parts that are not known here: then it is shorter. None takes more memory than its bytes, but for what stands around them.
fn check_wire(bytes: &[u8]) -> bool {
    // A block in a message takes two lengths and pointers, and as little as two bytes.
    const EACH: usize = 64;
    let live = bounded(bytes, EACH, 4096, || Live::decode_and_count(bytes));
    let bulk = bounded(bytes, EACH, 4096, || Bulk::decode_and_count(bytes));
    if let Ok((message, newer)) = &live {
        assert!(bytes.len() <= LIVE_BYTES);
        for (form, message) in [(Form::Named, message.clone()), (Form::Placed, placed(message.clone()))] {
            assert_eq!(Live::decode_and_count(&message.encode_as(form)), Ok((message, 0)), "{form:?}");
        }
        told(bytes, &message.encode(), *newer);
    }
    if let Ok((message, newer)) = &bulk {
        assert!(bytes.len() <= BULK_BYTES);
        for form in [Form::Named, Form::Placed] {
            assert_eq!(Bulk::decode_and_count(&message.encode_as(form)), Ok((message.clone(), 0)), "{form:?}");
        }
        told(bytes, &message.encode(), *newer);
    }
    assert!(live.is_err() || bulk.is_err(), "one message is of both lanes");
    live.is_ok() || bulk.is_ok()
}

/// What of it has a place in the form of before.
fn placed(message: Live) -> Live {
    match message {
        Live::Hello(Hello(events, tips, beacon, _)) => Live::Hello(Hello(events, tips, beacon, Behind::default())),
        other => other,
    }
}

fn told(bytes: &[u8], again: &[u8], newer: usize) {
    // Of the form by place, only what today's builds write has one spelling.
    if bytes.first().is_some_and(|it| it >> 5 == 4) {
        return;
    }
    match newer {
        0 => assert_eq!(again, bytes, "it has two spellings"),
        _ => assert_ne!(again, bytes, "what is not known is written all the same"),
    }
}

/// A beacon that is read is within its bounds and one of our room; what is known of it is written as it came.
fn check_beacon(bytes: &[u8]) -> bool {
    let signed = Signed(ByteBuf::from(bytes), ByteArray::new([0; 64]));
    let room = world().room();
    let read = bounded(bytes, 8, 4096, || signed.read_and_count(&room));
    assert!(signed.read(&Cid::of(b"another room")).is_err(), "it is a beacon of two rooms");
    let Ok((beacon, newer)) = read else { return false };
    assert!(
        beacon.tips.0.len() <= TIPS && beacon.missing_words.0.len() <= MISSING_WORDS && beacon.links.0.len() <= LINKS
    );
    let keypair = Keypair::from_secret([3; 32]);
    let again = Signed::new(&beacon, &keypair);
    assert_eq!(again.read_and_count(&room), Ok((beacon, 0)));
    told(bytes, &again.0, newer);
    true
}

fn index(of: impl IntoIterator<Item = u64>) -> Index {
    let mut index = Index::default();
    of.into_iter().for_each(|number| index.insert(number / 3, &Cid::of(&number.to_le_bytes())));
    index
}

/// Many events: the ones that messages of others are about.
fn many() -> impl Iterator<Item = u64> {
    0..200
}

fn make_round(chance: &mut Chance) -> Vec<u8> {
    if chance.once_in(3) {
        // Many of one depth, or one of each.
        let mut other = Index::default();
        let log = chance.of(hostile::logs()).map_or(&[][..], |it| &it.blocks);
        log.iter().for_each(|it| other.insert(it.depth, &it.cid));
        return other.initiate().unwrap_or_default();
    }
    let mut other = index(many().filter(|number| number % 7 != 0).chain(900..910));
    let round = other.initiate().unwrap_or_default();
    if chance.once_in(2) {
        return round;
    }
    index(many().take(chance.below(200))).answer(&round).unwrap_or_default()
}

/// A round is answered within the lane's bounds or refused; an answer tells of what it lists and of what is here, and nothing else.
fn check_rounds(bytes: &[u8]) -> bool {
    let mut index = index(many());
    let answer = bounded(bytes, 512, 64 * 1024, || index.answer(bytes));
    if let Ok(answer) = &answer {
        assert!(answer.len() <= 64 * 1024, "an answer of {} bytes", answer.len());
    }
    let taken = bounded(bytes, 512, 64 * 1024, || index.proceed(bytes));
    let Ok(round) = &taken else { return answer.is_ok() };
    let own: Vec<Cid> = many().map(|number| Cid::of(&number.to_le_bytes())).collect();
    assert!(round.have.iter().all(|it| own.contains(it)), "it is told to have what it has not");
    assert!(round.need.len() * 32 <= bytes.len(), "more is needed than was listed");
    assert!(
        round.need.iter().all(|(_, cid)| bytes.windows(32).any(|it| it == cid.digest())),
        "what nobody listed is needed"
    );
    true
}

/// `[from and lane 1, length 2, message]`, one after the other.
fn make_talk(chance: &mut Chance) -> Vec<u8> {
    let mut talk = Vec::new();
    for _ in 0..=chance.below(8) {
        let bulk_lane = chance.once_in(2);
        let bytes = if bulk_lane { bulk(chance).encode() } else { live(chance).encode() };
        talk.push(chance.below(2) as u8 | u8::from(bulk_lane) << 1);
        talk.extend((bytes.len() as u16).to_be_bytes());
        talk.extend(bytes);
    }
    talk
}

/// Whatever two neighbours say, only whole events of the room are held, everything that goes out can be read, and no more is
/// said than what was heard calls for.
fn check_replica(bytes: &[u8]) -> bool {
    let world = world();
    let mut replica = Replica::new(world.room(), Keypair::from_secret([9; 32]));
    let blocks = world.blocks();
    let half = blocks.len() / 2;
    replica.load(blocks.iter().take(half).cloned().collect());
    let all: Vec<&Stored> = blocks.iter().chain(hostile::logs().iter().flat_map(|it| &it.blocks)).collect();
    let peers = [world.author(1), world.author(2)];
    let mut now = 1_000;
    let mut outputs: Vec<Output> = peers.iter().flat_map(|peer| replica.handle(Input::LinkUp(*peer), now)).collect();
    let (mut rest, mut heard) = (bytes, 0);
    while let Some((head, after)) = rest.split_first_chunk::<3>() {
        let length = usize::from(u16::from_be_bytes([head[1], head[2]]));
        let (message, after) = after.split_at(length.min(after.len()));
        rest = after;
        heard += 1;
        now += u64::from(head[0] >> 2) * 50;
        let lane = if head[0] & 2 == 0 { Lane::Live } else { Lane::Bulk };
        let peer = peers[usize::from(head[0] & 1)];
        outputs.extend(replica.handle(Input::Received { peer, lane, bytes: message.to_vec() }, now));
        while replica.has_work() {
            outputs.extend(replica.work(100, now));
        }
    }
    outputs.extend(replica.handle(Input::Tick, now + 60_000));
    for (_, entry) in replica.log().entries() {
        assert!(all.iter().any(|it| it.block == entry.block), "an event is held that nobody wrote");
    }
    assert_eq!(replica.log().entries().count(), replica.log().len());
    let mut said = 0;
    for output in outputs {
        if let Output::Send { lane, bytes, .. } = output {
            said += bytes.len();
            let read = match lane {
                Lane::Live => Live::decode_and_count(&bytes).map(|(_, newer)| newer),
                Lane::Bulk => Bulk::decode_and_count(&bytes).map(|(_, newer)| newer),
            };
            assert_eq!(read, Ok(0), "what it says cannot be read");
        }
    }
    // What is said at first and each minute, and for each message at most all that there is, to both.
    let all: usize =
        all.iter().map(|it| it.block.len() + it.words.as_ref().map_or(0, |(_, block)| block.len()) + 200).sum();
    assert!(said <= 8 * 1024 + 2 * (heard + 1) * (all + RELAYED_BYTES), "{heard} messages made it say {said} bytes");
    heard > 0
}
