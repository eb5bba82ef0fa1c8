//! Batons: how leadership moves without a server (section 3 of the room's design).
//!
//! Every opening and every *valid* transfer is a `Node`; a node's parents are the tips it builds on. `rules` judges
//! a transfer once, at admission, by its causal past alone. `forks` lets the network choose where valid transfers
//! happened side by side. `path` follows the winners from the opening down and shows what that means.
//!
//! Where the rules leave room, this is what holds:
//! - **One is not handed a baton by oneself.** An offer to its own author is ignored: else a stand-in would become a
//!   true holder without anyone.
//! - **A reclaim names the ends it wants to end.** All tips must be ends of one run that its author led before. One
//!   that names fewer ends than it has seen is valid: the loss is its author's alone, whose reclaim may lie on a branch
//!   that loses.
//! - **A run** begins with a step-in and goes on with every step-in, release, accept and take that builds on it. It ends
//!   with a reclaim; with an accept or take by the one who led before it, who is then back; and with an accept or take in
//!   whose past more than half of the room has gone on with it. Asked are the authors in the past of the tip it began on;
//!   the holder and whoever moved the baton within the run, side branches in that past too, are not. Each counts once if
//!   any of its events has the *latest* step-in on the way to the tip in its past. Nobody to ask is no majority, so two
//!   who collude, and keys made since, give nobody a lead for good.
//! - **Who leads within a run** may offer, release and be stood in for, not close: only a true holder ends the work.
//! - **A freshly opened baton** is free but was released by nobody, so it is closed by taking it first.
//! - **Several offers** on one tip may stand; the latest by `(depth, cid)` is shown.
//! - **A stand-in nobody followed.** Where a reclaim finds, in its past, more authors who wrote beside the step-in
//!   (knowing the turn it ended, not the step-in itself) than on it (stand-ins apart, and on it the reclaimer), the
//!   step-in's term is kept as parallel lead although no transfer competed with it: the room had gone on under its
//!   holder.
//! - **Twins** cost a vote only where they disagree; an author that is split and of one mind still has its one vote. An
//!   elector's "latest known event has neither branch" means that none of its events has.
//! - **Beside the path** forks are not decided: a parallel term is shown to end with the first valid transfer from it.

pub(crate) mod bodies;
mod commands;
mod forks;
#[cfg(any(test, feature = "test-utils"))]
mod growth;
pub(crate) mod history;
mod ignored;
mod nominations;
mod path;
mod rules;
pub(crate) mod state;

use std::{cmp::Reverse, sync::Arc};

use super::{BatonOpened, Capability, decisions::Mandate};
use crate::{
    Cid, Ix, NodeId, Tree,
    clock::Clock,
    cost::{self, BTreeMap, BTreeSet, HashMap, LiteMap},
    fold::{
        step::{Key, Step},
        subjects::Owner,
    },
    ix::ChainIx,
    state::{Act, Baton, BatonState, Note, TermBy},
};
pub use commands::Command;
use forks::Forks;
pub use ignored::IgnoredTransfer;
use nominations::Named;

/// What a node of the tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NodeKind {
    Opened,
    Taken,
    Accepted,
    /// Accepted by a decision.
    Mandated,
    SteppedIn,
    Reclaimed,
    Released,
    Closed,
}

impl NodeKind {
    /// How a term begins with it, if one does.
    fn term(self) -> Option<TermBy> {
        match self {
            Self::Taken => Some(TermBy::Taken),
            Self::Accepted => Some(TermBy::Accepted),
            Self::Mandated => Some(TermBy::Decision),
            Self::SteppedIn => Some(TermBy::SteppedIn),
            Self::Reclaimed => Some(TermBy::Reclaimed),
            Self::Opened | Self::Released | Self::Closed => None,
        }
    }
}

/// Who leads once a node is current.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lead {
    /// Nobody. `released`: by a true holder, so that anyone may close.
    Free {
        released: bool,
    },
    Held(NodeId),
    Closed,
}

/// What moves on from a step-in belongs to a run: the holder before it may still come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// The node that its first step-in builds on.
    base: Ix,
    /// The latest step-in on the way here.
    stand_in: Ix,
}

/// All of a run that is here.
#[derive(Debug, Clone, Default)]
struct RunSeen {
    /// What nothing builds on; in the order in which a draft names tips, so that a reclaim that cannot name all names those
    /// it has seen.
    ends: BTreeSet<(Reverse<u64>, Cid)>,
    /// The first transfer of it in each chain that has one: whose they are, is asked by none.
    movers: LiteMap<ChainIx, Ix>,
}

/// An opening or a valid transfer.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    key: Key,
    opening: Ix,
    author: NodeId,
    at: u64,
    kind: NodeKind,
    lead: Lead,
    /// What it builds on: one node, or for a reclaim the ends of a run.
    tips: Vec<Ix>,
    /// The run it belongs to, if somebody stood in.
    run: Option<Run>,
    /// The mandate by which it came to whoever has had it since, until the one before is back.
    mandate: Option<Mandate>,
    /// For a reclaim: those of its tips that the network had not followed.
    unfollowed: Vec<Ix>,
    /// Valid transfers that build on it.
    children: BTreeMap<Key, Ix>,
    /// The first of them in each chain, by its place: who has seen one of them, has moved on.
    moved: Clock,
    /// Offers of its holder that stand.
    offers: LiteMap<Key, Ix>,
    /// Its place on the path, if the network follows it.
    place: Option<usize>,
}

/// Nobody's node.
const NOBODY: NodeId = NodeId::from_bytes([0; 32]);

/// How an offer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Declined,
    Withdrawn,
}

/// An offer by the holder of its tip.
#[derive(Debug, Clone)]
struct Offer {
    key: Key,
    tip: Ix,
    author: NodeId,
    to: NodeId,
    /// The place of the first withdrawal in each chain of who made it, and of the first decline in each of who got it: later ones
    /// add nothing.
    withdrawn: Clock,
    declined: Clock,
}

/// The way from the opening to the current transfer.
#[derive(Debug, Clone)]
struct Track {
    /// Of the opening: by which the baton is shown.
    key: Key,
    path: Vec<Ix>,
    /// Forks on the path that are not settled, by their tip.
    leaning: BTreeSet<Ix>,
}

/// What counts, of what was said about batons.
#[derive(Debug)]
pub(crate) enum Fact {
    /// The need it answers is a post in its past.
    Opened(Box<BatonOpened>),
    /// At this tip.
    Offered {
        tip: Ix,
        to: NodeId,
        note: String,
    },
    /// This offer.
    Ended {
        offer: Ix,
        ending: Ending,
        why: String,
    },
    Moved(Box<Move>),
    /// For this baton.
    Nominated {
        opening: Ix,
        node: NodeId,
        why: String,
    },
    /// What is encoded only, so far.
    Nothing,
}

/// A valid transfer.
#[derive(Debug)]
pub(crate) struct Move {
    kind: NodeKind,
    lead: Lead,
    /// What it builds on; never empty.
    tips: Vec<Ix>,
    run: Carry,
    /// Those of its tips that the network had not followed.
    unfollowed: Vec<Ix>,
    /// What it makes use of.
    mandate: Option<Mandate>,
    note: String,
}

/// How a transfer stands to a run of step-ins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carry {
    /// In none, or it ends it.
    Out,
    Within(Run),
    /// A step-in, into a run that began on this node.
    StandsIn {
        base: Ix,
    },
}

/// All batons.
#[derive(Debug, Clone, Default)]
pub(crate) struct Batons {
    nodes: HashMap<Ix, Node>,
    offers: HashMap<Ix, Offer>,
    /// Runs, by the node that their first step-in builds on.
    runs: HashMap<Ix, RunSeen>,
    tracks: HashMap<Ix, Track>,
    /// Of each baton what a mandate may die of: takes, accepts and reclaims.
    takings: HashMap<Ix, BTreeMap<Key, Ix>>,
    /// The first use of each proposal's mandate in each chain, by its place.
    used: HashMap<Cid, Clock>,
    /// Whom each author named for each baton.
    named: HashMap<(Ix, NodeId), Named>,
    forks: Forks,
    /// What is to be shown anew, once votes are counted: by its opening, and of which nodes the terms.
    stale: BTreeMap<Ix, Vec<Ix>>,
    pub(crate) shown: Tree<Key, Baton>,
    keys: HashMap<Cid, Key>,
    version: u64,
}

impl Capability for Batons {
    type Fact = Fact;

    fn take(&mut self, fact: Fact, step: &mut Step) {
        match fact {
            Fact::Opened(opened) => self.open(step, *opened),
            Fact::Offered { tip, to, note } => self.offer(step, tip, to, &note),
            Fact::Ended { offer, ending, why } => self.end_offer(step, offer, ending, &why),
            Fact::Moved(transfer) => self.transfer(step, *transfer),
            Fact::Nominated { opening, node, why } => self.nominate(step, opening, node, &why),
            Fact::Nothing => {}
        }
    }

    /// Lets an event vote.
    fn every(&mut self, step: &mut Step) {
        self.forks.note(step);
    }

    fn version(&self) -> u64 {
        self.version
    }
}

impl Batons {
    fn open(&mut self, step: &mut Step, opened: BatonOpened) {
        let (key, event) = (step.key(), step.event());
        let BatonOpened { title, strengths, minutes, need } = opened;
        let node = Node {
            key,
            opening: step.ix,
            author: event.author,
            at: event.at,
            kind: NodeKind::Opened,
            lead: Lead::Free { released: false },
            tips: Vec::new(),
            run: None,
            mandate: None,
            unfollowed: Vec::new(),
            children: BTreeMap::new(),
            moved: Clock::default(),
            offers: LiteMap::new(),
            place: Some(0),
        };
        self.nodes.insert(step.ix, node);
        self.tracks.insert(step.ix, Track { key, path: vec![step.ix], leaning: BTreeSet::new() });
        let baton = Baton {
            cid: step.entry.cid,
            title: title.into(),
            strengths: strengths.into_strings(),
            minutes,
            need,
            state: BatonState::Free,
            holder: None,
            offer: None,
            offered_to: None,
            tip: step.entry.cid,
            tip_depth: key.0,
            settled: true,
            may_reclaim: None,
            mandate: None,
            displaced: None,
            run_ends: Vec::new(),
            may_close: Vec::new(),
            anyone_may_close: false,
            terms: Default::default(),
            notes: Default::default(),
            nominations: Default::default(),
        };
        self.shown.insert(key, Arc::new(baton));
        self.keys.insert(step.entry.cid, key);
        self.version += 1;
    }

    fn offer(&mut self, step: &mut Step, tip: Ix, to: NodeId, note: &str) {
        let (key, author) = (step.key(), step.event().author);
        self.offers
            .insert(step.ix, Offer { key, tip, author, to, withdrawn: Clock::default(), declined: Clock::default() });
        if let Some(node) = self.nodes.get_mut(&tip) {
            node.offers.insert(key, step.ix);
        }
        self.note_down(step, tip, Act::Offered, Some(to), note);
        self.show_tip(tip);
    }

    fn end_offer(&mut self, step: &mut Step, offer: Ix, ending: Ending, why: &str) {
        let Some(offer) = self.offers.get_mut(&offer) else { return };
        let ended = match ending {
            Ending::Withdrawn => &mut offer.withdrawn,
            Ending::Declined => &mut offer.declined,
        };
        if ended.get(step.entry.chain) == 0 {
            ended.set(step.entry.chain, step.entry.place);
        }
        let (key, tip) = (offer.key, offer.tip);
        if let Some(node) = self.nodes.get_mut(&tip) {
            node.offers.remove(&key);
        }
        self.show_tip(tip);
        self.note_down(step, tip, Act::Declined, None, why);
    }

    fn transfer(&mut self, step: &mut Step, transfer: Move) {
        let Move { kind, lead, tips, run, unfollowed, mandate, note } = transfer;
        let Some(tip) = tips.first().copied() else { return };
        let event = step.event();
        if let Some(it) = &mandate {
            let used = self.used.entry(it.proposal).or_default();
            if used.get(step.entry.chain) == 0 {
                used.set(step.entry.chain, step.entry.place);
            }
        }
        let mandate = mandate
            .or_else(|| self.inherited(kind, tip))
            .filter(|it| lead != Lead::Held(it.displaced.unwrap_or(NOBODY)));
        let node = Node {
            key: step.key(),
            opening: self.nodes.get(&tip).map_or(tip, |node| node.opening),
            author: event.author,
            at: event.at,
            kind,
            lead,
            tips,
            run: match run {
                Carry::Out => None,
                Carry::Within(run) => Some(run),
                Carry::StandsIn { base } => Some(Run { base, stand_in: step.ix }),
            },
            mandate,
            unfollowed,
            children: BTreeMap::new(),
            moved: Clock::default(),
            offers: LiteMap::new(),
            place: None,
        };
        if kind.term().is_some() {
            step.is_subject(Owner::Batons, node.author);
        }
        if matches!(kind, NodeKind::Taken | NodeKind::Accepted | NodeKind::Mandated | NodeKind::Reclaimed) {
            self.takings.entry(node.opening).or_default().insert(node.key, step.ix);
        }
        self.add(step, node);
        let act = if kind == NodeKind::Closed { Act::Closed } else { Act::Released };
        self.note_down(step, tip, act, None, &note);
    }

    /// The mandate by which whoever leads after a transfer at this tip has it: who comes back, by what they had it before.
    fn inherited(&self, kind: NodeKind, tip: Ix) -> Option<Mandate> {
        let node = self.nodes.get(&tip)?;
        let run = node.run.filter(|_| kind == NodeKind::Reclaimed);
        run.map_or(Some(node), |run| self.nodes.get(&run.base))?.mandate
    }

    /// Keeps the word that came with an act at this tip.
    fn note_down(&mut self, step: &mut Step, tip: Ix, act: Act, to: Option<NodeId>, text: &str) {
        let Some(node) = self.nodes.get(&tip).filter(|_| !text.is_empty()) else { return };
        // Who closes what was released closes the work of the term before.
        let term = if node.kind == NodeKind::Released { node.tips.first() } else { Some(&tip) };
        let term = term.and_then(|ix| self.nodes.get(ix)).map_or(node.key.1, |node| node.key.1);
        let opening = self.nodes.get(&node.opening).map(|it| it.key);
        let Some(opening) = opening else { return };
        let (event, (depth, cid)) = (step.event(), step.key());
        let note = Note { cid, author: event.author, act, term, to, text: text.into(), at: event.at, depth };
        let Some(shown) = self.shown.get_mut(&opening) else { return };
        cost::unshare(shown, Baton::weight);
        Arc::make_mut(shown).notes.put(note);
        self.version += 1;
    }

    pub(crate) fn get(&self, cid: &Cid) -> Option<&Arc<Baton>> {
        self.shown.get(self.keys.get(cid)?)
    }
}
