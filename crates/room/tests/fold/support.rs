//! Short ways of saying things, and of folding what was said.

use paceline_room::{
    Cid, Fold, Log, NodeId, Stored,
    body::{
        Answer, BatonAccepted, BatonClosed, BatonDeclined, BatonOfferWithdrawn, BatonOffered, BatonReclaimed,
        BatonReleased, BatonSteppedIn, Edited, FeedbackAnswered, FeedbackGiven, FeedbackWithdrawn, PostKind, Posted,
        Retracted, Stance,
    },
    fold::Changes,
    log::Admission,
    state::{Baton, RoomState, Term},
    testing::World,
};

/// A log and what it means.
pub struct Node {
    pub log: Log,
    pub fold: Fold,
}

impl Node {
    pub fn new(room: Cid) -> Self {
        Self { log: Log::new(room), fold: Fold::default() }
    }

    /// Of a build that knows the versions up to this one.
    pub fn knowing(room: Cid, version: u32) -> Self {
        Self { log: Log::new(room), fold: Fold::knowing(version) }
    }

    /// Takes in an event; its words apart. `None` if it was known.
    pub fn admit(&mut self, block: &[u8]) -> Option<Changes> {
        match self.log.admit(block).expect("a valid event") {
            Admission::Admitted(ix) => Some(self.fold.apply(&self.log, ix)),
            Admission::Known(_) => None,
            Admission::Pending(missing) => panic!("given before its parents {missing:?}"),
        }
    }

    /// Takes in events in any order, each as soon as what it builds on is here.
    pub fn admit_all(&mut self, blocks: &[Stored]) {
        let mut waiting: Vec<_> = blocks.iter().collect();
        while !waiting.is_empty() {
            let before = waiting.len();
            waiting.retain(|stored| match self.log.admit(&stored.block).expect("a valid event") {
                Admission::Admitted(ix) => {
                    self.fold.apply(&self.log, ix);
                    false
                }
                Admission::Known(_) => false,
                Admission::Pending(_) => true,
            });
            assert!(waiting.len() < before, "parents are missing");
        }
    }

    /// Takes in the words that came with these events.
    pub fn fill(&mut self, blocks: &[Stored]) {
        for (cid, block) in blocks.iter().filter_map(|stored| stored.words.as_ref()) {
            self.fold.words(&self.log, *cid, block);
        }
    }

    pub fn state(&self) -> RoomState {
        self.fold.state(&self.log)
    }
}

/// Everything written so far, folded in `(depth, cid)` order, with all words.
pub fn whole(world: &World) -> Node {
    let mut node = Node::new(world.room());
    node.admit_all(&world.blocks());
    node.fill(&world.blocks());
    node
}

/// What author `i` has seen, folded.
pub fn seen_by(world: &World, i: usize) -> Node {
    let mut node = Node::new(world.room());
    for (_, entry) in world.log(i).entries() {
        node.admit(&entry.block);
    }
    node
}

/// What a baton shows to all.
pub fn baton(world: &World, cid: Cid) -> Baton {
    Baton::clone(whole(world).fold.baton(&cid).expect("a baton"))
}

/// The term that this transfer began.
pub fn term(baton: &Baton, from: Cid) -> &Term {
    baton.terms.iter().find(|term| term.from == from).expect("a term")
}

/// The moves that [`World`] does not have.
pub trait Moves {
    fn node(&self, i: usize) -> NodeId;
    fn do_it(&mut self, i: usize, body: paceline_room::Body) -> Cid;

    fn offer(&mut self, i: usize, baton: Cid, tip: Cid, to: usize) -> Cid {
        let to = self.node(to);
        self.do_it(i, BatonOffered { baton, tip, to, note: Default::default() }.into())
    }
    fn withdraw_offer(&mut self, i: usize, offer: Cid) -> Cid {
        self.do_it(i, BatonOfferWithdrawn { offer }.into())
    }
    fn decline(&mut self, i: usize, offer: Cid) -> Cid {
        self.do_it(i, BatonDeclined { offer, why: Default::default() }.into())
    }
    fn accept(&mut self, i: usize, baton: Cid, tip: Cid, by: Cid) -> Cid {
        self.do_it(i, BatonAccepted { baton, tip, by }.into())
    }
    fn step_in(&mut self, i: usize, baton: Cid, tip: Cid) -> Cid {
        self.do_it(i, BatonSteppedIn { baton, tip, silent_for: 30_000.try_into().unwrap() }.into())
    }
    fn reclaim(&mut self, i: usize, baton: Cid, tips: &[Cid]) -> Cid {
        self.do_it(i, BatonReclaimed { baton, tips: tips.to_vec().try_into().unwrap() }.into())
    }
    fn release(&mut self, i: usize, baton: Cid, tip: Cid) -> Cid {
        self.do_it(i, BatonReleased { baton, tip, note: Default::default() }.into())
    }
    fn close(&mut self, i: usize, baton: Cid, tip: Cid) -> Cid {
        self.do_it(i, BatonClosed { baton, tip, outcome: Default::default(), by: None }.into())
    }
    fn reply(&mut self, i: usize, words: Cid, to: Cid) -> Cid {
        let body = Posted {
            kind: PostKind::Idea,
            words,
            reply_to: Some(to),
            tags: vec!["a".try_into().unwrap()].try_into().unwrap(),
            mentions: Default::default(),
        };
        self.do_it(i, body.into())
    }
    fn edit(&mut self, i: usize, post: Cid, words: Cid) -> Cid {
        self.do_it(i, Edited { post, words }.into())
    }
    fn retract(&mut self, i: usize, post: Cid) -> Cid {
        self.do_it(i, Retracted { post, alone: false }.into())
    }
    fn retract_first(&mut self, i: usize, post: Cid) -> Cid {
        self.do_it(i, Retracted { post, alone: true }.into())
    }
    fn feedback(&mut self, i: usize, target: Cid, stance: Stance, words: Option<Cid>) -> Cid {
        self.do_it(i, FeedbackGiven { target, stance, words, sources: Default::default() }.into())
    }
    fn answer(&mut self, i: usize, feedback: Cid, answer: Answer, words: Option<Cid>) -> Cid {
        self.do_it(i, FeedbackAnswered { feedback, answer, words, by: None }.into())
    }
    fn withdraw(&mut self, i: usize, feedback: Cid) -> Cid {
        self.do_it(i, FeedbackWithdrawn { feedback }.into())
    }
}

impl Moves for World {
    fn node(&self, i: usize) -> NodeId {
        self.author(i)
    }
    fn do_it(&mut self, i: usize, body: paceline_room::Body) -> Cid {
        self.write(i, body)
    }
}
