//! The worst that members are known to write, as logs of any size: chains, forks, chains of edits and what takes them back, wide
//! parents, many keys, shared words, kinds nobody knows. Every block is valid and signed, as a real node would admit it.
//!
//! Deterministic, like [`World`]. It deliberately has one node, which admits and folds everything at once and measures the last
//! step: several nodes are the simulation's.

mod harm;

use std::{cell::RefCell, cmp::Reverse, collections::BTreeMap, sync::Arc};

use sha2::{Digest, Sha256};

use super::{World, unknown};
use crate::{
    Admission, Body, Cid, Draft, Fold, Keypair, Log, NodeId, Stored, Words,
    body::{
        BatonAccepted, BatonOffered, BatonOpened, BatonReclaimed, BatonReleased, BatonSteppedIn, BatonTaken, Edited,
        Introduced, PostKind, Posted, Retracted,
    },
    cost,
};

pub use harm::{Harm, Knobs, Transfer};

/// All are in one room: that of the world with this seed.
pub const SEED: u64 = 97;

thread_local! {
    /// Of each kind that was written: whether one counted, and whether one changed the room's settings.
    static WITNESS: RefCell<Option<BTreeMap<String, (bool, bool)>>> = const { RefCell::new(None) };
}

/// What only a decision changes.
fn settings(fold: &Fold) -> impl PartialEq + use<> {
    (fold.title().to_owned(), fold.purpose().to_owned(), fold.values(), fold.decisions().rules.clone(), fold.version())
}

/// Does something in rooms like these, and tells of each kind that was written there whether one counted, and whether one
/// changed what the room is called, what it is for, or any of its rules.
pub fn witnessed(work: impl FnOnce()) -> BTreeMap<String, (bool, bool)> {
    WITNESS.set(Some(BTreeMap::new()));
    work();
    WITNESS.take().unwrap_or_default()
}

/// A room that somebody means harm.
#[derive(Debug)]
pub struct Scene {
    world: World,
    keys: BTreeMap<usize, Keypair>,
    /// All that was written.
    pub log: Log,
    /// What it means.
    pub fold: Fold,
    /// What it cost to admit and fold the last event.
    pub last: u64,
    /// What it cost to admit and fold all of them.
    pub spent: u64,
    blocks: Vec<Stored>,
    at: u64,
}

impl Default for Scene {
    fn default() -> Self {
        Self::new()
    }
}

impl Scene {
    /// A room with its founder, author 0, and nobody else.
    pub fn new() -> Self {
        let world = World::new(SEED);
        let (log, fold) = (Log::new(world.room()), Fold::default());
        let blocks = world.blocks();
        let mut scene =
            Self { world, keys: BTreeMap::new(), log, fold, last: 0, spent: 0, blocks: Vec::new(), at: 1_000 };
        blocks.into_iter().for_each(|stored| scene.admit(stored));
        scene
    }

    /// All events in the order in which they were written, without words.
    pub fn blocks(&self) -> &[Stored] {
        &self.blocks
    }

    /// The room.
    pub fn room(&self) -> Cid {
        self.world.room()
    }

    /// Who author `i` is.
    pub fn node(&mut self, i: usize) -> NodeId {
        self.key(i).node()
    }

    /// The signing key of author `i`.
    pub fn keypair(&mut self, i: usize) -> Keypair {
        self.key(i).clone()
    }

    fn key(&mut self, i: usize) -> &Keypair {
        let Self { world, keys, .. } = self;
        keys.entry(i).or_insert_with(|| world.keypair(i))
    }

    /// What author `i` would write on all tips.
    pub fn draft(&mut self, i: usize, body: impl Into<Body>) -> Draft {
        self.at += 1;
        let node = self.node(i);
        self.log.draft(node, self.at, body.into())
    }

    /// What author `i` would write having seen just these: after `prev`, or as its first event.
    ///
    /// # Panics
    /// If one of them is not in the log.
    pub fn draft_on(&mut self, i: usize, prev: Option<Cid>, parents: &[Cid], body: impl Into<Body>) -> Draft {
        self.at += 1;
        let author = self.node(i);
        let event = |cid: &Cid| &self.log.entry(self.log.find(cid).expect("it was written")).event;
        let mut parents: Vec<Cid> = parents.to_vec();
        parents.sort_by_key(|cid| (Reverse(event(cid).depth), *cid));
        let depth = 1 + prev.iter().chain(&parents).map(|cid| event(cid).depth).max().unwrap_or(0);
        let seq = prev.as_ref().map_or(0, |cid| event(cid).seq + 1);
        Draft { room: Some(self.room()), author, seq, prev, parents, depth, at: self.at, body: body.into() }
    }

    /// Author `i` signs it, and it is admitted and folded.
    ///
    /// # Panics
    /// If it is not valid.
    pub fn put(&mut self, i: usize, draft: Draft) -> Cid {
        let (cid, event, block) = draft.sign(self.key(i)).expect("a valid event");
        self.admit(Stored { cid, depth: event.depth, block: block.into(), words: None });
        cid
    }

    fn admit(&mut self, stored: Stored) {
        let event = crate::Event::decode(&stored.block).expect("a valid event");
        let kind = event.body.kind().to_owned();
        let before = WITNESS.with_borrow(Option::is_some).then(|| settings(&self.fold));
        let Self { log, fold, .. } = self;
        let step = || match log.admit_verified(stored.cid, event, stored.block.clone()).expect("a valid event") {
            Admission::Admitted(ix) => drop(fold.apply(log, ix)),
            other => panic!("{other:?}"),
        };
        self.last = cost::of(step).1;
        self.spent += self.last;
        if let Some(before) = before {
            let (counts, changes) = (self.fold.why_ignored(&stored.cid).is_none(), settings(&self.fold) != before);
            WITNESS.with_borrow_mut(|seen| {
                let seen = seen.get_or_insert_default().entry(kind).or_default();
                (seen.0, seen.1) = (seen.0 || counts, seen.1 || changes);
            });
        }
        self.blocks.push(stored);
    }

    /// Author `i` writes on all tips.
    pub fn write(&mut self, i: usize, body: impl Into<Body>) -> Cid {
        let draft = self.draft(i, body);
        self.put(i, draft)
    }

    /// So many first events of one author: each has a chain of its own.
    pub fn twins(&mut self, i: usize, n: usize) -> Vec<Cid> {
        (0..n).map(|_| self.join(i, &[self.room()])).collect()
    }

    /// A first event of author `i`, which has seen these alone; again and again the same author makes twins.
    pub fn join(&mut self, i: usize, parents: &[Cid]) -> Cid {
        let draft = self.draft_on(i, None, parents, self.introduced());
        self.put(i, draft)
    }

    /// Author `i` sees all of these, in as many events as that takes; the last of them.
    ///
    /// # Panics
    /// If there are none.
    pub fn gather(&mut self, i: usize, all: Vec<Cid>) -> Cid {
        let mut last = None;
        for some in all.chunks(crate::limits::PARENTS / 2) {
            let draft = self.draft_on(i, last, some, self.introduced());
            last = Some(self.put(i, draft));
        }
        last.expect("some")
    }

    /// A words block of author `i`, that any of its events may link.
    ///
    /// # Panics
    /// If it does not fit.
    pub fn words(&mut self, i: usize) -> (Cid, Arc<[u8]>) {
        let words = Words(self.room(), self.node(i), 0, serde_bytes::ByteArray::new([7; 16]), "again and again".into());
        let (cid, block) = words.encode().expect("it fits");
        (cid, block.into())
    }

    /// The words come; what that costs.
    ///
    /// # Panics
    /// If nothing wants them.
    pub fn fill(&mut self, (cid, block): &(Cid, Arc<[u8]>)) -> u64 {
        let Self { log, fold, .. } = self;
        let (wanted, cost) = cost::of(|| fold.words(log, *cid, block));
        assert!(wanted, "something links them");
        cost
    }

    /// A body that says who somebody is.
    pub fn introduced(&self) -> Introduced {
        Introduced {
            name: "somebody".try_into().expect("it fits"),
            strengths: Default::default(),
            hue: 0_u64.try_into().expect("it fits"),
        }
    }

    /// A body of a post.
    pub fn posted(&self, words: Cid, reply_to: Option<Cid>) -> Posted {
        let (tags, mentions) = Default::default();
        Posted { kind: PostKind::Update, words, reply_to, tags, mentions }
    }

    /// Author `i` posts, with words that never come.
    pub fn post(&mut self, i: usize) -> Cid {
        self.write(i, self.posted(Cid::of(b"words"), None))
    }

    /// Author `i` edits a post, always with the same words.
    pub fn edit(&mut self, i: usize, post: Cid) -> Cid {
        self.write(i, Edited { post, words: Cid::of(b"words") })
    }

    /// Author `i` takes an event back.
    pub fn retract(&mut self, i: usize, post: Cid) -> Cid {
        self.write(i, Retracted { post, alone: false })
    }

    /// Something of a kind that no build knows.
    pub fn unknown(&mut self, i: usize, kind: &str) -> Cid {
        self.write(i, unknown(kind, &BTreeMap::from([("what", "anything")])))
    }

    /// Author `i` opens a baton.
    pub fn open(&mut self, i: usize) -> Cid {
        let title = "lead".try_into().expect("it fits");
        self.write(i, BatonOpened { title, strengths: Default::default(), minutes: None, need: None })
    }

    /// Author `i` takes a free baton.
    pub fn take(&mut self, i: usize, baton: Cid, tip: Cid) -> Cid {
        self.write(i, BatonTaken { baton, tip })
    }

    /// Author `i` lets go of it.
    pub fn release(&mut self, i: usize, baton: Cid, tip: Cid) -> Cid {
        self.write(i, BatonReleased { baton, tip, note: Default::default() })
    }

    /// Author `i` offers it to author `to`.
    pub fn offer(&mut self, i: usize, baton: Cid, tip: Cid, to: usize) -> Cid {
        let to = self.node(to);
        self.write(i, BatonOffered { baton, tip, to, note: Default::default() })
    }

    /// Author `i` offers it to author `to`, who accepts.
    pub fn hand_on(&mut self, i: usize, baton: Cid, tip: Cid, to: usize) -> Cid {
        let by = self.offer(i, baton, tip, to);
        self.write(to, BatonAccepted { baton, tip, by })
    }

    /// Author `i` steps in.
    pub fn step_in(&mut self, i: usize, baton: Cid, tip: Cid) -> Cid {
        self.write(i, BatonSteppedIn { baton, tip, silent_for: 1_u64.try_into().expect("it fits") })
    }

    /// Author `i` is back.
    ///
    /// # Panics
    /// If there are too many ends.
    pub fn reclaim(&mut self, i: usize, baton: Cid, ends: &[Cid]) -> Cid {
        self.write(i, BatonReclaimed { baton, tips: ends.to_vec().try_into().expect("they fit") })
    }

    /// A baton that so many keys took side by side, in the order in which each new one wins the draw. The transfers.
    pub fn takers(&mut self, n: usize) -> (Cid, Vec<Cid>) {
        let baton = self.open(0);
        let draw = |node: NodeId| -> [u8; 32] {
            Sha256::new().chain_update(baton.digest()).chain_update(node.as_bytes()).finalize().into()
        };
        let mut order: Vec<usize> = (100..100 + n).collect();
        order.sort_by_key(|i| Reverse(draw(self.node(*i))));
        let take = |i: usize| {
            let draft = self.draft_on(i, None, &[baton], BatonTaken { baton, tip: baton });
            self.put(i, draft)
        };
        (baton, order.into_iter().map(take).collect())
    }

    /// So many batons, each taken by two side by side.
    pub fn forks(&mut self, n: usize) {
        for _ in 0..n {
            let baton = self.open(0);
            let both = [1, 2].map(|i| (i, self.draft(i, BatonTaken { baton, tip: baton })));
            both.into_iter().for_each(|(i, draft)| _ = self.put(i, draft));
        }
    }

    /// So many people, each of whom has seen all before.
    pub fn people(&mut self, n: usize) {
        (100..100 + n).for_each(|i| _ = self.write(i, self.introduced()));
    }
}
