//! Ways to mean harm, as logs of any length: each by its worst shape known, with what is left to choose as knobs that a search can
//! turn. Every event is valid, and would be admitted by any node.

mod deciding;

use super::Scene;
use crate::{
    Body, Cid, Draft,
    body::{
        BatonAccepted, BatonClosed, BatonOfferWithdrawn, BatonReclaimed, BatonReleased, BatonSteppedIn, BatonTaken,
        FeedbackGiven, FeedbackWithdrawn, PromiseKept, PromiseRenewed, Promised, Stance,
    },
    limits,
};

/// The first of the keys that mean harm.
const FIRST: usize = 100;

/// A way to mean harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// First events of few keys: each is a tip, and a chain of its own.
    Lanes,
    /// Sides that saw every other chain, joined again and again.
    Joins,
    /// As many parents as there may be, each another chain.
    Wide,
    /// As many parents as there may be, from all along one chain.
    Deep,
    /// Many keys, each of which has seen all before.
    People,
    /// A post edited again and again, taken back again and again.
    Edits,
    /// Posts with the same words, each taken back.
    SharedWords,
    /// Kinds that nobody knows.
    Unknown,
    /// Posts of few keys, whose words never come.
    Posts,
    /// A promise that ends, or goes on, again and again, side by side; more from one ask.
    Promises,
    /// Corrections of one post, each withdrawn.
    Corrections,
    /// A baton that goes to and fro.
    Handoffs,
    /// An offer taken back side by side, and accepted side by side.
    Endings,
    /// People who write beside a stand-in, who hands on and is reclaimed from.
    StandIns,
    /// A baton that many take side by side, so that each new one wins.
    Takers,
    /// A baton that many take side by side, while others follow one or another of them.
    Crowd,
    /// Forks, and new keys each of which has seen one side.
    Sides,
    /// Ballots of many, who change their minds again and again.
    Ballots,
    /// Closings of what is decided, by all who decided it, again and again.
    Closings,
    /// The same side by side, and objections beside all of them.
    ClosingsApart,
    /// Objections of many beside the closing, with which others have gone on.
    Objections,
    /// Objections of many who have no say, each heard by somebody who has.
    Strangers,
    /// A proposal amended again and again, with ballots on each version.
    Amendments,
    /// A proposal taken back and stood behind again and again, side by side.
    Withdrawals,
    /// Decisions by which a baton goes from one to another, each closed and made use of again and again.
    Mandates,
    /// Forks of a transfer: batons on which it happened side by side.
    Forks(Transfer),
}

/// What can happen side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Transfer {
    Taken,
    Accepted,
    SteppedIn,
    Reclaimed,
    Released,
    Closed,
}

/// What is left to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Knobs {
    /// Keys that take part; of one key what stands side by side are twins.
    pub keys: usize,
    /// Of sixteen parts of the log, so many lay the ground, and the rest is built on it; 1 to 15.
    pub ground: usize,
    /// How many events go with one fork, at least two.
    pub branches: usize,
}

impl Knobs {
    /// Some, by this seed.
    pub fn drawn(seed: u64) -> Self {
        let drawn = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let at = |shift: u32, most: u64| ((drawn >> shift) % most) as usize;
        Self { keys: 1 << at(20, 9), ground: 1 + at(32, 15), branches: 2 << at(48, 4) }
    }
}

impl Harm {
    /// All of them.
    pub const ALL: [Self; 31] = [
        Self::Lanes,
        Self::Joins,
        Self::Wide,
        Self::Deep,
        Self::People,
        Self::Edits,
        Self::SharedWords,
        Self::Unknown,
        Self::Posts,
        Self::Promises,
        Self::Corrections,
        Self::Handoffs,
        Self::Endings,
        Self::StandIns,
        Self::Takers,
        Self::Crowd,
        Self::Sides,
        Self::Ballots,
        Self::Closings,
        Self::ClosingsApart,
        Self::Objections,
        Self::Strangers,
        Self::Amendments,
        Self::Withdrawals,
        Self::Mandates,
        Self::Forks(Transfer::Taken),
        Self::Forks(Transfer::Accepted),
        Self::Forks(Transfer::SteppedIn),
        Self::Forks(Transfer::Reclaimed),
        Self::Forks(Transfer::Released),
        Self::Forks(Transfer::Closed),
    ];

    /// What it is called, where it is counted or written down.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lanes => "many-chains",
            Self::Joins => "joined-sides",
            Self::Wide => "wide-parents",
            Self::Deep => "deep-parents",
            Self::People => "many-keys",
            Self::Edits => "edits-taken-back",
            Self::SharedWords => "shared-words",
            Self::Unknown => "unknown-kinds",
            Self::Posts => "posts-without-words",
            Self::Promises => "promises-that-end",
            Self::Corrections => "corrections-withdrawn",
            Self::Handoffs => "handoffs",
            Self::Endings => "offers-withdrawn",
            Self::StandIns => "stand-ins",
            Self::Takers => "many-takers",
            Self::Crowd => "takers-and-followers",
            Self::Sides => "one-side-of-forks",
            Self::Ballots => "ballots",
            Self::Closings => "closings",
            Self::ClosingsApart => "closings-side-by-side",
            Self::Objections => "objections",
            Self::Strangers => "objections-of-strangers",
            Self::Amendments => "amendments",
            Self::Withdrawals => "proposals-withdrawn",
            Self::Mandates => "mandates",
            Self::Forks(Transfer::Taken) => "forks-taken",
            Self::Forks(Transfer::Accepted) => "forks-accepted",
            Self::Forks(Transfer::SteppedIn) => "forks-stepped-in",
            Self::Forks(Transfer::Reclaimed) => "forks-reclaimed",
            Self::Forks(Transfer::Released) => "forks-released",
            Self::Forks(Transfer::Closed) => "forks-closed",
        }
    }

    /// The worst of so many draws: what an event of a log of so many costs most.
    ///
    /// # Panics
    /// Nothing is drawn.
    pub fn worst(self, draws: u64, events: usize) -> Knobs {
        let cost = |knobs: &Knobs| {
            let log = self.log(*knobs, events);
            log.spent * 1_000 / log.blocks().len() as u64
        };
        (0..draws).map(Knobs::drawn).max_by_key(cost).expect("some are drawn")
    }

    /// A log of at least so many events.
    pub fn log(self, knobs: Knobs, events: usize) -> Scene {
        let mut plot = Plot { it: Scene::new(), knobs, events };
        plot.play(self);
        plot.it
    }
}

/// A log as it is written.
struct Plot {
    it: Scene,
    knobs: Knobs,
    events: usize,
}

impl Plot {
    fn play(&mut self, harm: Harm) {
        match harm {
            Harm::Lanes => _ = self.lanes(self.events),
            Harm::Joins => self.joins(),
            Harm::Wide => self.parents(true),
            Harm::Deep => self.parents(false),
            Harm::People => self.it.people(self.events),
            Harm::Edits => self.edits(),
            Harm::SharedWords => self.shared_words(),
            Harm::Unknown => self.each(|plot, at| _ = plot.it.unknown(plot.key(at), &format!("kind-{at}"))),
            Harm::Posts => self.each(|plot, at| _ = plot.it.post(plot.key(at))),
            Harm::Promises => self.promises(),
            Harm::Corrections => self.corrections(),
            Harm::Handoffs => self.handoffs(),
            Harm::Endings => self.endings(),
            Harm::StandIns => self.stand_ins(),
            Harm::Takers => _ = self.it.takers(self.events.saturating_sub(2)),
            Harm::Crowd => self.crowd(),
            Harm::Sides => self.sides(),
            Harm::Ballots => self.ballots(),
            Harm::Closings => self.closings(),
            Harm::ClosingsApart => self.closings_apart(),
            Harm::Objections => self.objections(),
            Harm::Strangers => self.strangers(),
            Harm::Amendments => self.amendments(),
            Harm::Withdrawals => self.withdrawals(),
            Harm::Mandates => self.mandates(),
            Harm::Forks(transfer) => self.each(|plot, at| plot.fork(transfer, at)),
        }
    }

    /// One of the keys that take part.
    fn key(&self, at: usize) -> usize {
        FIRST + at % self.knobs.keys
    }

    /// How many events lay the ground.
    fn ground(&self) -> usize {
        (self.events * self.knobs.ground / 16).max(1)
    }

    fn is_done(&self) -> bool {
        self.it.blocks().len() >= self.events
    }

    /// Until the log is long enough.
    fn each(&mut self, mut write: impl FnMut(&mut Self, usize)) {
        let mut at = 0;
        while !self.is_done() {
            write(self, at);
            at += 1;
        }
    }

    /// First events that have seen the founding alone.
    fn lanes(&mut self, n: usize) -> Vec<Cid> {
        let room = self.it.room();
        (0..n).map(|at| self.it.join(self.key(at), &[room])).collect()
    }

    fn joins(&mut self) {
        let lanes = self.lanes(self.ground().max(2));
        let sides = [0, 1].map(|odd| self.it.gather(2 + odd, lanes.iter().skip(odd).step_by(2).copied().collect()));
        self.each(|plot, at| _ = plot.it.join(2 * FIRST + plot.key(at), &sides));
    }

    /// Events with many parents: each a lane, or each from the same chain.
    fn parents(&mut self, wide: bool) {
        let n = self.ground();
        let before: Vec<Cid> =
            if wide { self.lanes(n) } else { (0..n).map(|_| self.it.write(1, self.it.introduced())).collect() };
        self.each(|plot, at| {
            let step = (before.len() / limits::PARENTS).max(1);
            let parents: Vec<Cid> =
                before.iter().skip(at % step).step_by(step).take(limits::PARENTS).copied().collect();
            plot.it.join(2 * FIRST + plot.key(at), &parents);
        });
    }

    fn edits(&mut self) {
        let post = self.it.post(1);
        (0..self.ground()).for_each(|_| _ = self.it.edit(1, post));
        self.each(|plot, _| _ = plot.it.retract(1, post));
    }

    fn shared_words(&mut self) {
        let words = self.it.words(1);
        let posts: Vec<Cid> = (0..self.ground()).map(|_| self.it.write(1, self.it.posted(words.0, None))).collect();
        self.it.spent += self.it.fill(&words);
        self.each(|plot, at| _ = plot.it.retract(1, posts[at % posts.len()]));
    }

    fn promises(&mut self) {
        let words = Cid::of(b"words");
        let ask = self.it.post(1);
        let promised = |from| Promised { words, due: None, from };
        let promise = self.it.write(1, promised(Some(ask)));
        (0..self.ground()).for_each(|at| _ = self.it.write(self.key(at), promised(Some(ask))));
        let last = self.it.write(1, self.it.introduced());
        self.each(|plot, at| match at % 2 {
            0 => plot.put_on(1, Some(last), &[], PromiseKept { promise, evidence: None }),
            _ => plot.put_on(1, Some(last), &[], PromiseRenewed { promise, due: None }),
        });
    }

    fn corrections(&mut self) {
        let post = self.it.post(1);
        let given = FeedbackGiven {
            target: post,
            stance: Stance::Correct,
            words: Some(Cid::of(b"words")),
            sources: Default::default(),
        };
        let all: Vec<Cid> = (0..self.ground()).map(|at| self.it.write(self.key(at), given.clone())).collect();
        self.each(|plot, at| _ = plot.it.write(plot.key(at), FeedbackWithdrawn { feedback: all[at % all.len()] }));
    }

    fn handoffs(&mut self) {
        let baton = self.it.open(0);
        let mut tip = self.it.take(self.key(0), baton, baton);
        self.each(|plot, at| {
            let (from, to) = (plot.key(at), plot.key(at + 1));
            tip = if from == to {
                let free = plot.it.release(from, baton, tip);
                plot.it.take(to, baton, free)
            } else {
                plot.it.hand_on(from, baton, tip, to)
            };
        });
    }

    fn endings(&mut self) {
        let baton = self.it.open(0);
        let tip = self.it.take(1, baton, baton);
        let offer = self.it.offer(1, baton, tip, 2);
        (0..self.ground()).for_each(|_| self.put_on(1, Some(offer), &[], BatonOfferWithdrawn { offer }));
        self.each(|plot, _| plot.put_on(2, None, &[offer], BatonAccepted { baton, tip, by: offer }));
    }

    fn stand_ins(&mut self) {
        let people = self.ground();
        self.it.people(people / 2);
        let baton = self.it.open(0);
        let mut tip = self.it.take(1, baton, baton);
        tip = self.it.step_in(2, baton, tip);
        // Fewer than it takes for the stand-in to lead like any other.
        self.it.people(people / 8);
        self.each(|plot, at| {
            tip = match at % 3 {
                0 => plot.it.hand_on(2, baton, tip, 3),
                1 => plot.it.reclaim(1, baton, &[tip]),
                _ => plot.it.step_in(2, baton, tip),
            };
        });
    }

    fn crowd(&mut self) {
        let (people, takers) = ((self.ground() / 4).max(1), 8 * FIRST);
        let mut people: Vec<(usize, Cid)> =
            (FIRST..FIRST + people).map(|i| (i, self.it.write(i, self.it.introduced()))).collect();
        let baton = self.it.open(0);
        let mut took = Vec::new();
        self.each(|plot, at| {
            let round = at / plot.knobs.branches;
            if at % plot.knobs.branches > 0 || took.is_empty() {
                let draft = plot.it.draft_on(takers + at, None, &[baton], BatonTaken { baton, tip: baton });
                took.push(plot.it.put(takers + at, draft));
            } else {
                let person = round % people.len();
                let (i, last) = people[person];
                let follows = took[round * 7 % took.len()];
                let draft = plot.it.draft_on(i, Some(last), &[follows], plot.it.introduced());
                people[person].1 = plot.it.put(i, draft);
            }
        });
    }

    fn sides(&mut self) {
        let batons: Vec<Cid> = (0..self.ground().div_ceil(3)).map(|_| self.it.open(0)).collect();
        let opened = batons.last().copied();
        let ends = [1, 2].map(|i| {
            batons.iter().fold(None, |last, baton| {
                let seen = opened.filter(|_| last.is_none());
                let taken = BatonTaken { baton: *baton, tip: *baton };
                let draft = self.it.draft_on(i, last, seen.as_slice(), taken);
                Some(self.it.put(i, draft))
            })
        });
        self.each(|plot, at| _ = plot.it.join(plot.key(at), ends[at % 2].as_slice()));
    }

    /// One baton on which this happened side by side.
    fn fork(&mut self, transfer: Transfer, at: usize) {
        let (room, baton) = (self.it.room(), self.it.open(0));
        let held = |plot: &mut Self| plot.it.take(1, baton, baton);
        let (tip, ground) = match transfer {
            Transfer::Taken => (baton, baton),
            Transfer::Accepted | Transfer::SteppedIn | Transfer::Released | Transfer::Closed => {
                let tip = held(self);
                (tip, tip)
            }
            Transfer::Reclaimed => {
                let tip = held(self);
                let end = self.it.step_in(2, baton, tip);
                (end, end)
            }
        };
        // Who has seen nobody accept yet offers to all.
        let offers: Vec<Cid> = match transfer {
            Transfer::Accepted => {
                (0..self.knobs.branches).map(|branch| self.it.offer(1, baton, tip, self.key(at + branch))).collect()
            }
            _ => Vec::new(),
        };
        for branch in 0..self.knobs.branches {
            let many = self.key(at + branch);
            let by_holder = matches!(transfer, Transfer::Reclaimed | Transfer::Released | Transfer::Closed);
            let who = if by_holder { 1 } else { many };
            let (by, parent) = offers.get(branch).map_or((room, ground), |offer| (*offer, *offer));
            let body: Body = match transfer {
                Transfer::Taken => BatonTaken { baton, tip }.into(),
                Transfer::Accepted => BatonAccepted { baton, tip, by }.into(),
                Transfer::SteppedIn => {
                    BatonSteppedIn { baton, tip, silent_for: 1_u64.try_into().expect("it fits") }.into()
                }
                Transfer::Reclaimed => BatonReclaimed { baton, tips: vec![tip].try_into().expect("they fit") }.into(),
                Transfer::Released => BatonReleased { baton, tip, note: Default::default() }.into(),
                Transfer::Closed => BatonClosed { baton, tip, outcome: Default::default(), by: None }.into(),
            };
            if by_holder && transfer != Transfer::Reclaimed {
                self.put_on(1, Some(tip), &[], body);
            } else {
                self.put_on(who, None, &[parent], body);
            }
        }
    }

    fn put_on(&mut self, i: usize, prev: Option<Cid>, parents: &[Cid], body: impl Into<Body>) {
        let draft: Draft = self.it.draft_on(i, prev, parents, body);
        self.it.put(i, draft);
    }
}
