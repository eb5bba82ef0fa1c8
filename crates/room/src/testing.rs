//! A small world of authors for tests (feature `test-utils`): each has its own key and its own log, writes valid, signed
//! events on what *it* has seen, and meets others only when a test says so.
//!
//! Deterministic: the same seed and calls give the same bytes. It deliberately checks every block in full wherever it
//! crosses from one author to another, so a test cannot rest on an event that a real node would refuse.

pub mod growth;
pub mod hidden;
pub mod hostile;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use ipld_core::ipld::Ipld;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    Admission, Body, Cid, Event, Fold, Ix, Keypair, Log, NodeId, Stored, Unknown, Words,
    body::{
        BatonOpened, BatonTaken, FOLD_VERSION, FormValues, Introduced, Mentions, Policy, PostKind, Posted, RoomFounded,
        Tags,
    },
    encode::encode,
    fold::{
        IgnoredReason,
        past::{Look, Past},
    },
};

/// One author: its key, and the log as far as it has seen it.
#[derive(Debug, Clone)]
pub struct TestAuthor {
    keypair: Keypair,
    log: Log,
}

/// What an older build does not know: kinds, and fields of kinds. It reads what has one of them as unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mask {
    /// Names of kinds.
    pub kinds: &'static [&'static str],
    /// Kinds with the name of one of their fields.
    pub fields: &'static [(&'static str, &'static str)],
}

impl Mask {
    /// Whether an older build has no such kind or field.
    pub fn hides(&self, body: &Body, block: &[u8]) -> bool {
        let masked = self.fields.iter().filter(|(kind, _)| *kind == body.kind());
        let fields: Vec<_> = masked.map(|(_, field)| *field).collect();
        self.kinds.contains(&body.kind())
            || !fields.is_empty() && fields_of(block).iter().any(|it| fields.contains(&it.as_str()))
    }

    /// The body as an older build has it.
    pub(crate) fn read(&self, body: Body, block: &[u8]) -> Body {
        if self.hides(&body, block) { body.into_unknown() } else { body }
    }
}

/// The fields at the top of an event's body.
fn fields_of(block: &[u8]) -> Vec<String> {
    let event: Ipld = serde_ipld_dagcbor::from_slice(block).expect("an admitted block is DAG-CBOR");
    let Ok(Some(Ipld::Map(body))) = event.get("body") else { return Vec::new() };
    match body.values().next() {
        Some(Ipld::Map(fields)) => fields.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// A body as a newer version might write it.
///
/// # Panics
/// If the content cannot stand in a block.
pub fn unknown(kind: &str, content: &impl Serialize) -> Body {
    let content = encode(content).expect("what DAG-CBOR can hold").into();
    Body::Unknown(Unknown { kind: kind.into(), words: None, content })
}

/// The same whose content is spelt out, right or wrong.
pub fn unknown_bytes(kind: &str, content: &[u8]) -> Body {
    Body::Unknown(Unknown { kind: kind.into(), words: None, content: content.into() })
}

/// What an admitted event comes to, judged again on what the fold has taken in by now, if it counts; in words that are the
/// same on every node. The parts stand in an order of their own.
pub fn judge_again(fold: &Fold, log: &Log, ix: Ix) -> Result<String, IgnoredReason> {
    let look = Look::new(log);
    let fact = Past::of_event(fold, &look, ix).judge(&log.entry(ix).event.body)?;
    let said = format!("{fact:?}");
    let mut parts: Vec<String> = said
        .split_inclusive(|it: char| !it.is_alphanumeric() && it != '(')
        .map(|part| {
            let number = part.rsplit_once("Ix(").and_then(|(_, it)| it.trim_end_matches(')').parse().ok());
            number.map_or_else(|| part.to_owned(), |it| log.entry(Ix(it)).cid.to_string())
        })
        .collect();
    parts.sort();
    Ok(parts.concat())
}

/// A room with any number of authors, numbered from 0 (the founder). An author comes into being with its first use and
/// then holds the founding event and nothing else.
#[derive(Debug, Clone)]
pub struct World {
    seed: u64,
    now: u64,
    founded: Log,
    founding: Cid,
    authors: BTreeMap<usize, TestAuthor>,
    blocks: BTreeMap<(u64, Cid), Stored>,
    words: BTreeMap<Cid, Arc<[u8]>>,
}

/// What founds a room for a test.
pub fn founding(title: &str, nonce: [u8; 16]) -> RoomFounded {
    RoomFounded {
        fold: u64::from(FOLD_VERSION).try_into().expect("it fits"),
        title: title.try_into().expect("it fits"),
        purpose: Default::default(),
        form: "blank".try_into().expect("it fits"),
        values: FormValues {
            policy: Policy::Consent,
            quorum: 50_u64.try_into().expect("it fits"),
            quorum_cap: 12,
            grace: 30,
        },
        nonce: serde_bytes::ByteArray::new(nonce),
    }
}

impl World {
    /// A founded room; its founder is author 0.
    pub fn new(seed: u64) -> Self {
        let body = RoomFounded {
            purpose: "To try things out".try_into().expect("it fits"),
            ..founding("A test room", bytes_of(seed, "nonce", 0))
        };
        Self::founded_by(seed, body.into())
    }

    /// A room founded in another way, such as a newer version's.
    ///
    /// # Panics
    /// If nothing can be founded with this.
    pub fn founded_by(seed: u64, body: Body) -> Self {
        let keypair = key_of(seed, 0);
        let draft = Log::founding_draft(keypair.node(), 1_000, body);
        let (cid, event, block) = draft.sign(&keypair).expect("a valid founding event");
        let block: Arc<[u8]> = block.into();
        let mut log = Log::new(cid);
        log.admit_verified(cid, event, block.clone()).expect("a founding event is admitted to its own room");
        let mut world = Self {
            seed,
            now: 1_000,
            founded: log.clone(),
            founding: cid,
            authors: BTreeMap::from([(0, TestAuthor { keypair, log })]),
            blocks: BTreeMap::new(),
            words: BTreeMap::new(),
        };
        world.blocks.insert((1, cid), Stored { cid, depth: 1, block, words: None });
        world
    }

    /// The room: the CID of the founding event.
    pub fn room(&self) -> Cid {
        self.founding
    }

    /// Who author `i` is; the same for every use of one seed.
    pub fn author(&self, i: usize) -> NodeId {
        self.keypair(i).node()
    }

    /// The signing key of author `i`.
    pub fn keypair(&self, i: usize) -> Keypair {
        key_of(self.seed, i)
    }

    /// What author `i` has seen.
    pub fn log(&self, i: usize) -> &Log {
        self.authors.get(&i).map_or(&self.founded, |author| &author.log)
    }

    /// The clock that the next event will carry moves on by so many milliseconds (each event also adds one second).
    pub fn wait(&mut self, millis: u64) {
        self.now += millis;
    }

    /// Author `i` writes `body` on all tips it has seen.
    ///
    /// # Panics
    /// If the body is over its limits.
    pub fn write(&mut self, i: usize, body: impl Into<Body>) -> Cid {
        self.now += 1_000;
        let draft = self.log(i).draft(self.author(i), self.now, body.into());
        let (cid, event, block) = draft.sign(&self.keypair(i)).expect("a valid event");
        self.keep(i, cid, event, block);
        cid
    }

    /// Author `i` writes a twin of its own event `of`: the same `seq`, `prev` and `parents`, another body.
    ///
    /// # Panics
    /// If `i` does not hold `of`, or `of` is not by `i`, or `body` and time are the same as `of`'s.
    pub fn write_twin(&mut self, i: usize, of: Cid, body: impl Into<Body>) -> Cid {
        self.now += 1_000;
        let log = self.log(i);
        let twin = Event::decode(&log.entry(log.find(&of).expect("the event is held")).block).expect("it was admitted");
        assert_eq!(twin.author, self.author(i), "an author can only fork its own chain");
        let draft = crate::Draft {
            room: twin.room,
            author: twin.author,
            seq: twin.seq,
            prev: twin.prev,
            parents: twin.parents,
            depth: twin.depth,
            at: self.now,
            body: body.into(),
        };
        let (cid, event, block) = draft.sign(&self.keypair(i)).expect("a valid event");
        assert_ne!(cid, of, "a twin differs");
        self.keep(i, cid, event, block);
        cid
    }

    /// Makes a words block that the next event of author `i` may link.
    pub fn say(&mut self, i: usize, text: &str) -> Cid {
        let author = self.author(i);
        let seq =
            self.log(i).draft(author, 0, Body::from(crate::body::Retracted { post: self.founding, alone: false })).seq;
        let salt = serde_bytes::ByteArray::new(bytes_of(self.seed, "salt", self.words.len() as u64));
        let words = Words(self.founding, author, seq, salt, text.into());
        let (cid, block) = words.encode().expect("words within their limit");
        self.words.insert(cid, block.into());
        cid
    }

    /// Author `i` posts an update.
    pub fn post(&mut self, i: usize, text: &str) -> Cid {
        let words = self.say(i, text);
        self.write(
            i,
            Posted {
                kind: PostKind::Update,
                words,
                reply_to: None,
                tags: Tags::default(),
                mentions: Mentions::default(),
            },
        )
    }

    /// Author `i` says who it is.
    ///
    /// # Panics
    /// If the name is too long.
    pub fn introduce(&mut self, i: usize, name: &str) -> Cid {
        self.write(
            i,
            Introduced {
                name: name.try_into().expect("it fits"),
                strengths: Tags::default(),
                hue: ((i % 12) as u64).try_into().expect("it fits"),
            },
        )
    }

    /// Author `i` opens a baton.
    ///
    /// # Panics
    /// If the title is too long.
    pub fn open_baton(&mut self, i: usize, title: &str) -> Cid {
        self.write(
            i,
            BatonOpened {
                title: title.try_into().expect("it fits"),
                strengths: Tags::default(),
                minutes: None,
                need: None,
            },
        )
    }

    /// Author `i` takes a baton, building on `tip`.
    pub fn take(&mut self, i: usize, baton: Cid, tip: Cid) -> Cid {
        self.write(i, BatonTaken { baton, tip })
    }

    /// `to` receives everything `from` has seen.
    pub fn send(&mut self, from: usize, to: usize) {
        let (ours, theirs) = (self.log(from), self.log(to));
        // Back from the tips to what the other holds, so that the cost is that of the difference.
        let mut news = BTreeSet::new();
        let mut next: Vec<Ix> = ours.tips().iter().collect();
        while let Some(ix) = next.pop() {
            let entry = ours.entry(ix);
            if theirs.find(&entry.cid).is_none() && news.insert(ix) {
                next.extend(entry.event.seen().filter_map(|cid| ours.find(cid)));
            }
        }
        let blocks: Vec<_> = news.into_iter().map(|ix| ours.entry(ix).block.clone()).collect();
        self.give(to, blocks.iter().map(AsRef::as_ref));
    }

    /// Both receive everything the other has seen.
    pub fn sync(&mut self, i: usize, j: usize) {
        self.send(i, j);
        self.send(j, i);
    }

    /// Everyone who came into being receives everything.
    pub fn sync_all(&mut self) {
        let blocks: Vec<_> = self.blocks.values().map(|stored| stored.block.clone()).collect();
        let all: Vec<_> = self.authors.keys().copied().collect();
        for i in all {
            self.give(i, blocks.iter().map(AsRef::as_ref));
        }
    }

    /// Author `i` receives just these events, which must be admissible in this order.
    ///
    /// # Panics
    /// If one is refused or lacks a parent.
    pub fn give<'a>(&mut self, i: usize, blocks: impl IntoIterator<Item = &'a [u8]>) {
        let author = self.being(i);
        for block in blocks {
            let admission = author.log.admit(block).expect("a valid event");
            assert!(!matches!(admission, Admission::Pending(_)), "given before its parents");
        }
    }

    /// Every event written so far with its words, in `(depth, cid)` order: parents before children.
    pub fn blocks(&self) -> Vec<Stored> {
        self.blocks.values().cloned().collect()
    }

    /// The same in an order of `seed`'s choosing.
    pub fn shuffled(&self, seed: u64) -> Vec<Stored> {
        let mut blocks: Vec<_> = self.blocks().into_iter().enumerate().collect();
        blocks.sort_by_cached_key(|(at, _)| bytes_of::<32>(seed, "shuffle", *at as u64));
        blocks.into_iter().map(|(_, stored)| stored).collect()
    }

    /// A words block by name.
    pub fn words(&self, cid: &Cid) -> Option<Arc<[u8]>> {
        self.words.get(cid).cloned()
    }

    /// A log that holds every event written so far.
    pub fn whole(&self) -> Log {
        let mut log = Log::new(self.founding);
        for stored in self.blocks.values() {
            log.admit(&stored.block).expect("a valid event");
        }
        log
    }

    /// The number that author `i`'s log gives an event.
    ///
    /// # Panics
    /// If `i` does not hold it.
    pub fn ix(&self, i: usize, cid: &Cid) -> Ix {
        self.log(i).find(cid).expect("the event is held")
    }

    fn being(&mut self, i: usize) -> &mut TestAuthor {
        let Self { seed, founded, authors, .. } = self;
        authors.entry(i).or_insert_with(|| TestAuthor { keypair: key_of(*seed, i), log: founded.clone() })
    }

    fn keep(&mut self, i: usize, cid: Cid, event: Event, block: Vec<u8>) {
        let words = event.body.words().and_then(|it| Some((it, self.words.get(&it)?.clone())));
        let stored = Stored { cid, depth: event.depth, block: block.into(), words };
        let author = self.being(i);
        assert_eq!(author.keypair.node(), event.author, "an author writes under its own name");
        let admission = author.log.admit_verified(cid, event, stored.block.clone()).expect("a valid event");
        assert!(matches!(admission, Admission::Admitted(_)), "an author holds what it builds on");
        self.blocks.insert((stored.depth, cid), stored);
    }
}

fn key_of(seed: u64, i: usize) -> Keypair {
    Keypair::from_secret(bytes_of(seed, "key", i as u64))
}

fn bytes_of<const N: usize>(seed: u64, what: &str, i: u64) -> [u8; N] {
    let digest = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(what).chain_update(i.to_le_bytes());
    let digest: [u8; 32] = digest.finalize().into();
    std::array::from_fn(|at| digest[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_see_only_what_they_were_sent() {
        let mut world = World::new(1);
        let first = world.post(1, "one");
        let second = world.post(2, "two");
        assert!(world.log(1).find(&second).is_none() && world.log(2).find(&first).is_none());
        world.send(1, 2);
        assert!(world.log(2).find(&first).is_some() && world.log(1).find(&second).is_none());
        let third = world.post(2, "three");
        world.sync_all();
        for i in 0..3 {
            assert_eq!(world.log(i).len(), 4);
            assert!(world.log(i).is_ancestor(world.ix(i, &first), world.ix(i, &third)));
        }
    }

    #[test]
    fn a_twin_splits_its_author_and_stays_admitted() {
        let mut world = World::new(2);
        let one = world.introduce(1, "first");
        let two = world.write_twin(
            1,
            one,
            Introduced {
                name: "second".try_into().unwrap(),
                strengths: Default::default(),
                hue: 1_u64.try_into().unwrap(),
            },
        );
        let log = world.whole();
        assert!(log.find(&one).is_some() && log.find(&two).is_some());
        assert!(log.is_split(&world.author(1)));
    }

    #[test]
    fn one_seed_means_one_run() {
        let run = |seed| {
            let mut world = World::new(seed);
            world.post(1, "one");
            world.blocks()
        };
        assert_eq!(run(3), run(3));
        assert_ne!(run(3), run(4));
    }
}
