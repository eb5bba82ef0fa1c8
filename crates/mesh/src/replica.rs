//! One whole node of a room without its surroundings: log, fold, spreading, catching up, presence.
//!
//! **Contract.** The driver calls [`Replica::handle`] for each input and [`Replica::work`] (or [`Replica::to_verify`] and
//! [`Replica::verified`]) as long as [`Replica::has_work`] says so (yielding to the browser between calls), and carries out every
//! [`Output`] in order.
//! Own events: [`Replica::draft`], sign, commit durably, and only then [`Input::Own`]; so nothing is sent before it is
//! stored. Others' events are admitted and forwarded at once, and reported as held (reach) after [`Input::Stored`].

mod admission;
mod messages;
mod sending;

pub use admission::{ToVerify, Verified};

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use litemap::LiteMap;
use paceline_room::{
    Admission, Body, Cid, Draft, Event, Fold, Ix, Keypair, Log, NodeId, Stored, body::PostKind, sorted,
};

use crate::{
    budgets::{BEACONS, Bucket, REFUSED, REFUSED_LEAST, SERVED},
    held::Held,
    index::Index,
    ingest::Ingest,
    letters::Letters,
    listening::Listening,
    pending::{Arrival, Checked, Pending, Source},
    plumtree::{Origin, PlumTree},
    recent::Refused,
    roster::Roster,
    serve::WordsMap,
    sync::Sync,
    wire::{Beacon, Cids, Form, Hello, Key, Live, Signed, State},
};

/// Milliseconds on a clock that never goes back; its zero is the driver's choice.
pub type Millis = u64;

/// Which stream of a link carries a message: what is live does not wait behind what is bulk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Pushes, announcements, beacons: small and urgent.
    Live,
    /// Catching up: batches of blocks.
    Bulk,
}

/// What happens to a node.
#[derive(Debug, Clone)]
pub enum Input {
    /// A link to this node is up and its membership is proved.
    LinkUp(NodeId),
    /// The same, and the node runs a build that reads messages in the form [`Form::Placed`] alone.
    OlderLinkUp(NodeId),
    /// The link is gone. `goodbye`: its tab closed on purpose or is known to be dead, rather than silent.
    LinkDown {
        /// Whose.
        peer: NodeId,
        /// Known to have left.
        goodbye: bool,
    },
    /// Bytes from a peer.
    Received {
        /// From whom.
        peer: NodeId,
        /// On which stream.
        lane: Lane,
        /// One whole message.
        bytes: Vec<u8>,
    },
    /// An own event, signed and durably stored.
    Own {
        /// Its name.
        cid: Cid,
        /// The event.
        event: Box<Event>,
        /// The event block.
        block: Arc<[u8]>,
        /// The words' name and block.
        words: Option<(Cid, Arc<[u8]>)>,
    },
    /// Blocks (events or words) that an [`Output::Store`] named are stored now.
    Stored(Vec<Cid>),
    /// Blocks from an imported CAR: checked like the network's.
    Import(Vec<Arc<[u8]>>),
    /// A letter for a member who is not linked with this node: at most [`crate::wire::LETTER_BYTES`], sealed. It may get lost.
    Carry {
        /// For whom.
        to: NodeId,
        /// The letter.
        bytes: Vec<u8>,
    },
    /// Whether newcomers would be heard here now: a server where they call is reached.
    Hears(bool),
    /// This tab is hidden or shown: `away` in the beacon.
    Away(bool),
    /// This node leaves on purpose: says so to its neighbours (the outputs are the last worth sending).
    Leave,
    /// Time has come: the moment of the last [`Output::WakeAt`], or later.
    Tick,
}

/// What a node wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send one message.
    Send {
        /// To whom.
        peer: NodeId,
        /// On which stream.
        lane: Lane,
        /// The message.
        bytes: Vec<u8>,
    },
    /// Keep these; answer with [`Input::Stored`].
    Store(Vec<Stored>),
    /// Keep these words, whose events are stored already; answer with [`Input::Stored`].
    StoreWords(Vec<(Cid, Arc<[u8]>)>),
    /// Words whose author took them back: delete them.
    DropWords(Vec<Cid>),
    /// An event was admitted, own or other.
    Admitted {
        /// Its name.
        cid: Cid,
        /// Whose.
        author: NodeId,
        /// Of which kind.
        kind: String,
    },
    /// A letter for this node, from anybody: only what is in it says from whom.
    Carried {
        /// The letter.
        bytes: Vec<u8>,
    },
    /// Who is present and not linked with this node, to be introduced; those that have written before strangers. Replaces what was
    /// said before.
    Acquainted(Vec<NodeId>),
    /// Others listen to newcomers (true), or this node should: whether it may let go of the servers where they call.
    Rest(bool),
    /// Presence, reach or progress changed: worth a redraw.
    Changed,
    /// Something was refused and counted under this code (see [`Replica::refused`]).
    Refused {
        /// Why: `bad-signature`, `not-canonical`, `too-large`, `wrong-room`, `wrong-depth` ...
        code: &'static str,
        /// Who forwarded it.
        peer: Option<NodeId>,
    },
    /// The peer broke the protocol beyond forgiving: drop the link.
    Disconnect(NodeId),
    /// Call [`Input::Tick`] at this time; replaces earlier wishes.
    WakeAt(Millis),
}

/// Who is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Here {
    /// Linked (or beaconed lately) and its tab is visible.
    Here,
    /// Linked, its tab hidden.
    Away,
    /// Not any more.
    Gone,
}

/// What is known of a node's presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    /// Where it is.
    pub here: Here,
    /// Since when.
    pub since: Millis,
    /// Gone on purpose or known to be dead, rather than silent: step-in is offered at once.
    pub goodbye: bool,
}

/// Who is here and not linked with this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// Who.
    pub node: NodeId,
    /// The neighbour through which it is reached.
    pub through: NodeId,
    /// It has written nothing that is here and was never linked with this node: perhaps a newcomer, perhaps a made-up key.
    pub is_stranger: bool,
}

/// How catching up stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Events known to exist that are not admitted yet.
    pub missing_events: usize,
    /// Words known to exist that are not here.
    pub missing_words: usize,
    /// Whether a reconciliation is under way with any peer.
    pub reconciling: bool,
    /// Whether at least one reconciliation with a current peer has completed since its link came up.
    pub reconciled: bool,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Newly admitted.
    pub admitted: usize,
    /// Here before.
    pub known: usize,
    /// Waiting for what they build on.
    pub pending: usize,
    /// Refused, by code.
    pub refused: BTreeMap<String, usize>,
}

/// A post whose past is not here yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchecked {
    /// Its name.
    pub cid: Cid,
    /// Who signed it.
    pub author: NodeId,
    /// What it is.
    pub kind: PostKind,
    /// Its words, if they came along and are the ones it links.
    pub text: Option<String>,
    /// By its author's clock.
    pub at: u64,
    /// Where it says it belongs.
    pub depth: u64,
}

/// How many nodes have reported that they stored an event and its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Those that reported it, this node included.
    pub stored: usize,
    /// Nodes present, this one included.
    pub of: usize,
}

/// What is kept of a link.
#[derive(Debug)]
struct Link {
    /// In which it reads messages.
    form: Form,
    refused: Bucket,
    served: Bucket,
    beacons: Bucket,
    /// Where it is in a stream of everything.
    streaming: Option<Key>,
    /// Told to go: what still comes is not looked at.
    dropped: bool,
}

/// A node of a room: everything but network, storage and clock.
#[derive(Debug)]
pub struct Replica {
    keypair: Keypair,
    log: Log,
    fold: Fold,
    index: Index,
    held: Held,
    words: WordsMap,
    /// Words here whose storing was asked for and not confirmed.
    unstored_words: BTreeSet<Cid>,
    ingest: Ingest,
    pending: Pending,
    tree: PlumTree,
    sync: Sync,
    roster: Roster,
    letters: Letters,
    listening: Listening,
    hears: bool,
    acquainted: Vec<NodeId>,
    links: LiteMap<NodeId, Link>,
    /// Names of refused blocks, so that nobody is asked for them again and each counts once.
    refused_cids: Refused,
    refused: BTreeMap<&'static str, u64>,
    importing: Option<Imported>,
    imported: Option<Imported>,
    state: State,
    now: Millis,
    woken: Option<Millis>,
    /// Sessions have something to look at; else they sleep until `sync_at`.
    sync_stirred: bool,
    sync_at: Option<Millis>,
    changed: bool,
    store: Vec<Stored>,
    out: Vec<Output>,
}

impl Replica {
    /// An empty replica. Every choice it makes is by names and order of links, so it needs no randomness.
    pub fn new(room: Cid, keypair: Keypair) -> Self {
        let me = keypair.node();
        Self {
            keypair,
            log: Log::new(room),
            fold: Fold::default(),
            index: Index::default(),
            held: Held::default(),
            words: WordsMap::new(),
            unstored_words: BTreeSet::new(),
            ingest: Ingest::default(),
            pending: Pending::default(),
            tree: PlumTree::default(),
            sync: Sync::new(me),
            roster: Roster::new(me, room),
            letters: Letters::default(),
            listening: Listening::default(),
            hears: false,
            acquainted: Vec::new(),
            links: LiteMap::new(),
            refused_cids: Refused::default(),
            refused: BTreeMap::new(),
            importing: None,
            imported: None,
            state: State::Here,
            now: 0,
            woken: None,
            sync_stirred: false,
            sync_at: None,
            changed: false,
            store: Vec::new(),
            out: Vec::new(),
        }
    }

    /// An empty replica of a build that lacks some kinds and fields.
    #[cfg(feature = "test-utils")]
    pub fn with_mask(room: Cid, keypair: Keypair, mask: paceline_room::testing::Mask) -> Self {
        Self { log: Log::with_mask(room, mask), ..Self::new(room, keypair) }
    }

    /// This node's wall clock as it starts, in Unix milliseconds: its beacons count on from there, so that after a reload
    /// they are newer than those before. Decides nothing else; a clock that went back is made good by what neighbours
    /// remember.
    pub fn started(&mut self, at: u64) {
        self.roster.count_from(at);
    }

    /// Takes what storage held, before anything else, in any order, in slices the caller chooses. Signatures were checked before
    /// it was stored; CIDs, encodings and places are checked again (a damaged database is noticed: returned with the code).
    pub fn load(&mut self, blocks: Vec<Stored>) -> Vec<(Cid, &'static str)> {
        let mut damaged = Vec::new();
        for Stored { cid, block, words, .. } in blocks {
            if Cid::of(&block) != cid {
                damaged.push((cid, "wrong-cid"));
                continue;
            }
            let words = words.and_then(|(name, words)| {
                let right = Cid::of(&words) == name;
                if !right {
                    damaged.push((name, "wrong-cid"));
                }
                right.then_some(words)
            });
            match Event::decode(&block) {
                Ok(event) => {
                    let arrival = Arrival { cid, block, words, source: Source::Storage, live: None };
                    damaged.extend(self.place_loaded(Checked { arrival, event }));
                }
                Err(error) => damaged.push((cid, error.code())),
            }
        }
        damaged
    }

    /// This node.
    pub fn node(&self) -> NodeId {
        self.keypair.node()
    }

    /// The log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// What it means.
    pub fn fold(&self) -> &Fold {
        &self.fold
    }

    /// The words block of that name, if it is here and not taken back.
    pub fn words(&self, cid: &Cid) -> Option<Arc<[u8]>> {
        self.words.get(cid).cloned()
    }

    /// The next own event; sign it, store it, and hand it back as [`Input::Own`] before drafting another.
    pub fn draft(&self, at: u64, body: Body) -> Draft {
        self.log.draft(self.node(), at, body)
    }

    /// Takes one input.
    pub fn handle(&mut self, input: Input, now: Millis) -> Vec<Output> {
        self.now = self.now.max(now);
        match input {
            Input::LinkUp(peer) => self.on_link_up(peer, Form::Named),
            Input::OlderLinkUp(peer) => self.on_link_up(peer, Form::Placed),
            Input::LinkDown { peer, goodbye } => self.on_link_down(&peer, goodbye),
            Input::Received { peer, lane, bytes } => self.on_received(peer, lane, &bytes),
            Input::Own { cid, event, block, words } => self.on_own(cid, *event, block, words),
            Input::Stored(cids) => self.on_stored(&cids),
            Input::Import(blocks) => {
                self.importing.get_or_insert_default();
                self.ingest.push_import(blocks);
            }
            Input::Carry { to, bytes } => self.send_letter(to, bytes),
            Input::Hears(hears) => {
                if std::mem::replace(&mut self.hears, hears) != hears {
                    self.roster.change(self.now);
                }
            }
            Input::Away(away) => {
                self.state = if away { State::Away } else { State::Here };
                self.roster.change(self.now);
            }
            Input::Leave => {
                self.state = State::Gone;
                self.send_beacon();
            }
            Input::Tick => self.woken = None,
        }
        self.flush()
    }

    /// Whether received events wait to be checked and folded.
    pub fn has_work(&self) -> bool {
        self.ingest.has_work(self.now)
    }

    /// Takes up to `most` waiting events, live ones first: those whose signatures are to be verified go out, and come back by
    /// [`Replica::verified`]; what else may happen meanwhile. The others are folded.
    pub fn to_verify(&mut self, most: usize, now: Millis) -> Vec<ToVerify> {
        self.now = self.now.max(now);
        let mut to_verify = Vec::new();
        for _ in 0..most {
            let Some(next) = self.ingest.next(&self.log, self.now) else { break };
            self.work_off(next, &mut to_verify);
            self.sync_stirred = true;
        }
        to_verify
    }

    /// Folds what was verified. To be called after each [`Replica::to_verify`], also if nothing went out.
    pub fn verified(&mut self, verified: Vec<Verified>, now: Millis) -> Vec<Output> {
        self.now = self.now.max(now);
        verified.into_iter().for_each(|it| self.take_verified(it));
        self.end_import();
        self.flush()
    }

    /// Verifies and folds up to `most` waiting events at once.
    pub fn work(&mut self, most: usize, now: Millis) -> Vec<Output> {
        let verified = self.to_verify(most, now).into_iter().map(ToVerify::verify).collect();
        self.verified(verified, now)
    }

    /// Who is here, this node not included.
    pub fn presence(&self) -> LiteMap<NodeId, Presence> {
        self.roster.presence(&self.log)
    }

    /// Who is here and not linked with this node, and through which neighbour it is reached; strangers last.
    pub fn reached_through(&self) -> Vec<Reached> {
        self.roster.reached_through(&self.log)
    }

    /// How many nodes hold an event.
    pub fn reach(&self, cid: &Cid) -> Reach {
        let Some(ix) = self.log.find(cid) else { return Reach::default() };
        let (stored, of) = self.roster.reach(&self.log, ix);
        let words = self.log.entry(ix).event.body.words();
        let mine = self.held.holds(ix)
            && words.is_none_or(|cid| !self.unstored_words.contains(&cid) && !self.sync.lacks_words(&cid));
        Reach { stored: stored + usize::from(mine), of: of + 1 }
    }

    /// How catching up stands.
    pub fn progress(&self) -> Progress {
        let pending = self.pending.count();
        // What waits for its past came ahead of the stream that brings this past, and once more itself.
        let missing = self.sync.streamed().max(pending).saturating_add(self.sync.wanted());
        Progress {
            missing_events: missing.saturating_add(self.ingest.count().saturating_sub(pending)),
            missing_words: self.sync.missing_words(),
            reconciling: self.sync.is_busy(),
            reconciled: self.sync.has_completed(),
        }
    }

    /// How many events wait for what they build on.
    pub fn pending(&self) -> usize {
        self.pending.count()
    }

    /// Posts that wait for what they build on, in order of display: the newest so many. Their signatures are checked; that
    /// they belong where they say is not.
    pub fn unchecked_posts(&self, most: usize) -> Vec<Unchecked> {
        let mut posts = self.pending.posts(most);
        posts.reverse();
        posts.into_iter().map(|it| admission::unchecked(it, self.log.room())).collect()
    }

    /// What was refused since the start, by code.
    pub fn refused(&self) -> BTreeMap<&'static str, u64> {
        self.refused.clone()
    }

    /// The counts of the last [`Input::Import`], once all of it was worked off.
    pub fn imported(&mut self) -> Option<Imported> {
        self.imported.take()
    }

    fn on_link_up(&mut self, peer: NodeId, form: Form) {
        if self.links.contains_key(&peer) {
            self.on_link_down(&peer, false);
        }
        let now = self.now;
        let link = Link {
            form,
            refused: Bucket::new(REFUSED, now),
            served: Bucket::new(SERVED, now),
            beacons: Bucket::new(BEACONS, now),
            streaming: None,
            dropped: false,
        };
        self.links.insert(peer, link);
        self.sync.link_up(peer);
        self.letters.link_up(peer, now);
        let theirs = self.roster.link_up(peer, now);
        let hello = Hello(self.log.len() as u64, self.reported_tips(self.log.tips().collect(), 0), theirs);
        self.send_live(peer, &Live::Hello(hello));
        self.sync_stirred = true;
        let graft = self.tree.link_up(peer);
        self.send_spread(graft);
        self.changed = true;
    }

    fn on_link_down(&mut self, peer: &NodeId, goodbye: bool) {
        if self.links.remove(peer).is_none() {
            return;
        }
        self.sync.link_down(peer);
        self.letters.link_down(peer);
        self.sync_stirred = true;
        self.ingest.forget(peer);
        self.roster.link_down(peer, goodbye, self.now);
        let graft = self.tree.link_down(peer);
        self.send_spread(graft);
        self.changed = true;
    }

    fn on_own(&mut self, cid: Cid, event: Event, block: Arc<[u8]>, words: Option<(Cid, Arc<[u8]>)>) {
        match self.log.admit_verified(cid, event, block) {
            Ok(Admission::Admitted(ix)) => {
                self.take_in(ix, words.map(|(_, words)| words), Source::Storage);
                self.held.store(&self.log, ix);
                self.roster.change(self.now);
                self.spread(cid, Origin::Own);
            }
            Ok(Admission::Known(_)) => {}
            Ok(Admission::Pending(_)) => self.refuse("own-out-of-order", None, 0),
            Err(refusal) => self.refuse(refusal.code(), None, 0),
        }
    }

    fn on_stored(&mut self, cids: &[Cid]) {
        let mut changed = false;
        for cid in cids {
            match self.log.find(cid) {
                Some(ix) => changed |= self.held.store(&self.log, ix),
                None => changed |= self.unstored_words.remove(cid),
            }
        }
        if changed {
            self.roster.change(self.now);
            self.changed = true;
        }
    }

    /// Tips as they are reported: deepest first; if they are too many, each time others.
    fn reported_tips(&self, mut tips: Vec<Ix>, turn: u64) -> Cids {
        sorted::short_list(&mut tips, |ix| {
            (std::cmp::Reverse(self.log.entry(*ix).event.depth), self.log.entry(*ix).cid)
        });
        if tips.len() > crate::wire::TIPS {
            let start = (turn as usize).wrapping_mul(crate::wire::TIPS) % tips.len();
            tips.rotate_left(start);
            tips.truncate(crate::wire::TIPS);
        }
        Cids(tips.into_iter().map(|ix| self.log.entry(ix).cid).collect())
    }

    fn send_beacon(&mut self) {
        let missing: Vec<&Cid> = self.sync.lone_words().chain(&self.unstored_words).collect();
        let listed = missing.iter().take(crate::wire::MISSING_WORDS).map(|cid| crate::wire::short_cid(cid)).collect();
        let more_missing = missing.len() > crate::wire::MISSING_WORDS;
        let beacon = Beacon {
            tips: self.reported_tips(self.held.tips().collect(), self.roster.counter()),
            state: self.state,
            events: self.held.count() as u64,
            missing_words: crate::wire::ShortIds(listed),
            more_missing,
            listens: self.hears && !self.listening.is_resting(),
            ..self.roster.beacon(self.now)
        };
        if self.roster.greeted().is_empty() {
            return;
        }
        let signed = Live::Beacon(Signed::new(&beacon, &self.keypair));
        let greeted: Vec<NodeId> = self.roster.greeted().iter().copied().collect();
        greeted.into_iter().for_each(|peer| self.send_live(peer, &signed));
        for (peer, beacon) in self.roster.welcome() {
            self.send_live(peer, &Live::Beacon(beacon));
        }
    }

    /// Ends a step: what is due is done, what gathered is put out.
    fn flush(&mut self) -> Vec<Output> {
        if self.sync_stirred || self.sync_at.is_some_and(|at| at <= self.now) {
            self.tick_sync();
            self.sync_stirred = false;
            self.sync_at = self.sync.next_wake(self.now);
        }
        let spreads = self.tree.tick(self.now);
        self.send_spread(spreads);
        if self.roster.is_due(self.now) {
            self.changed |= self.roster.expire(self.now);
            self.expire_pending();
            self.send_beacon();
        }
        self.look_around();
        if !self.store.is_empty() {
            self.out.push(Output::Store(std::mem::take(&mut self.store)));
        }
        if std::mem::take(&mut self.changed) {
            self.out.push(Output::Changed);
        }
        let wakes = [
            self.sync_at,
            self.tree.next_wake(),
            self.roster.next_wake(),
            self.listening.next_wake(),
            self.ingest.next_wake().filter(|at| *at > self.now),
        ];
        let wake = wakes.into_iter().flatten().min().map(|at| at.max(self.now + 1));
        if wake.is_some() && wake != self.woken {
            self.woken = wake;
            self.out.extend(wake.map(Output::WakeAt));
        }
        std::mem::take(&mut self.out)
    }

    /// Tells whom to get acquainted with, and whether others listen to newcomers.
    fn look_around(&mut self) {
        let stirred = self.roster.take_stirred();
        if stirred {
            let acquainted: Vec<NodeId> = self.reached_through().into_iter().map(|it| it.node).collect();
            if acquainted != self.acquainted {
                self.acquainted.clone_from(&acquainted);
                self.out.push(Output::Acquainted(acquainted));
                self.changed = true;
            }
        }
        let due = self.listening.next_wake().is_some_and(|due| due <= self.now);
        if (stirred || due)
            && let Some(rest) = self.listening.look(self.roster.smaller(), self.now)
        {
            self.out.push(Output::Rest(rest));
            self.roster.change(self.now);
        }
    }

    /// Counts a refusal, once, and holds so many bytes against the peer that sent it; none if it could not know better.
    fn refuse(&mut self, code: &'static str, peer: Option<NodeId>, bytes: usize) {
        *self.refused.entry(code).or_default() += 1;
        self.out.push(Output::Refused { code, peer });
        if let Some(peer) = peer.filter(|_| bytes > 0) {
            self.charge(peer, bytes);
        }
    }

    fn charge(&mut self, peer: NodeId, bytes: usize) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        let cost = (bytes as u64).max(REFUSED_LEAST);
        if !link.dropped && !link.refused.take(REFUSED, cost, self.now) {
            link.dropped = true;
            self.out.push(Output::Disconnect(peer));
        }
    }
}
