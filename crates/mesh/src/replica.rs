//! One whole node of a room without its surroundings: log, fold, spreading, catching up, presence.
//!
//! **Contract.** The driver calls [`Replica::handle`] for each input, and [`Replica::to_verify`] and [`Replica::verified`] as long
//! as [`Replica::has_work`] says so (yielding to the browser between calls), and carries out every [`Output`] in order.
//! Own events: [`Replica::draft`], sign, commit durably, and only then [`Input::Own`]; so nothing is sent before it is
//! stored. Others' events are admitted and forwarded at once, and reported as held (reach) after [`Input::Stored`].

mod admission;
mod floor;
mod link;
mod links;
mod messages;
mod reporting;
mod sending;
mod trying;
mod verifying;
#[cfg(feature = "test-utils")]
mod watching;

pub use link::Trial;
pub use verifying::{Portion, ToVerify, Verified, verify_all};

#[cfg(feature = "test-utils")]
pub use crate::queue::Queue;
pub use crate::{
    changed::Changed,
    intake::{Amount, MOST, Takes},
    io::{Input, Lane, Output},
    roster::{QUIET_AFTER, Report},
    shown::{Here, Imported, Presence, Progress, Reach, Reached, Unchecked},
    time::Millis,
};

use std::{collections::BTreeMap, sync::Arc};

use link::Link;
use litemap::LiteMap;
use paceline_room::{
    Admission, Body, Cid, Draft, Event, Fold, Ix, Keypair, Log, NodeId, Stored,
    cost::{self, BTreeSet, look},
    fold::Folding,
    log::Rank,
};

use crate::{
    floor::Floor,
    held::Held,
    index::Index,
    ingest::Ingest,
    intake::Intake,
    listening::Listening,
    pending::{Arrival, Checked, Pending, Source},
    plumtree::{Origin, PlumTree},
    recent::Refused,
    regulars::Regulars,
    relayed::Relayed,
    roster::Roster,
    serve::WordsMap,
    spoilers::Spoilers,
    sync::Sync,
    want_list::Turn,
    wire::{Form, State},
};

/// A node of a room: everything but network, storage and clock.
#[derive(Debug)]
pub struct Replica {
    keypair: Keypair,
    log: Log,
    fold: Folding,
    index: Index,
    held: Held,
    words: WordsMap,
    /// Words here whose storing was asked for and not confirmed.
    unstored_words: BTreeSet<Cid>,
    ingest: Ingest,
    intake: Intake,
    pending: Pending,
    tree: PlumTree,
    sync: Sync,
    roster: Roster,
    regulars: Regulars,
    relayed: Relayed,
    listening: Listening,
    floor: Floor,
    hears: bool,
    /// What others were told last: that more is known of than is here.
    told_behind: bool,
    acquainted: Vec<NodeId>,
    /// The last tip that was reported, if there were more.
    reported: Option<Rank>,
    reached: Arc<[Reached]>,
    links: cost::LiteMap<NodeId, Link>,
    /// Names of refused blocks, so that nobody is asked for them again and each counts once.
    refused_cids: Refused,
    refused: BTreeMap<&'static str, u64>,
    spoilers: Spoilers,
    #[cfg(feature = "test-utils")]
    blamed: BTreeMap<(NodeId, &'static str), u64>,
    importing: Option<Imported>,
    imported: Option<Imported>,
    state: State,
    now: Millis,
    woken: Option<Millis>,
    /// Sessions have something to look at; else they sleep until `sync_at`.
    sync_stirred: bool,
    sync_at: Option<Millis>,
    /// When beacons that wait may be passed on.
    relay_at: Option<Millis>,
    /// How often all links were tried.
    trials: u64,
    changed: bool,
    /// Words of which that is told with it.
    changed_words: Changed,
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
            fold: Folding::default(),
            index: Index::default(),
            held: Held::default(),
            words: WordsMap::new(),
            unstored_words: BTreeSet::new(),
            ingest: Ingest::default(),
            intake: Intake::default(),
            pending: Pending::default(),
            tree: PlumTree::default(),
            sync: Sync::new(me),
            roster: Roster::new(me, room),
            regulars: Regulars::default(),
            relayed: Relayed::default(),
            listening: Listening::new(u64::from_le_bytes(std::array::from_fn(|at| me.as_bytes()[at]))),
            floor: Floor::default(),
            hears: false,
            told_behind: false,
            acquainted: Vec::new(),
            reported: None,
            reached: [].into(),
            links: cost::LiteMap::new(),
            refused_cids: Refused::default(),
            refused: BTreeMap::new(),
            spoilers: Spoilers::default(),
            #[cfg(feature = "test-utils")]
            blamed: BTreeMap::new(),
            importing: None,
            imported: None,
            state: State::Here,
            now: 0,
            woken: None,
            sync_stirred: false,
            sync_at: None,
            relay_at: None,
            trials: 0,
            changed: false,
            changed_words: Changed::default(),
            store: Vec::new(),
            out: Vec::new(),
        }
    }

    /// An empty replica of a build that lacks some kinds and fields.
    #[cfg(feature = "test-utils")]
    pub fn with_mask(room: Cid, keypair: Keypair, mask: paceline_room::testing::Mask) -> Self {
        Self { log: Log::with_mask(room, mask), ..Self::new(room, keypair) }
    }

    /// An empty replica of a build that knows the versions of the fold up to this one.
    #[cfg(feature = "test-utils")]
    pub fn knowing(room: Cid, keypair: Keypair, version: u32) -> Self {
        Self { fold: Folding::knowing(version), ..Self::new(room, keypair) }
    }

    /// This node's wall clock as it starts, in Unix milliseconds: its beacons count on from there, so that after a reload
    /// they are newer than those before. Decides nothing else; a clock that went back is made good by what neighbours
    /// remember.
    pub fn started(&mut self, at: u64) {
        self.roster.count_from(at);
    }

    /// So many events are about to be loaded.
    pub fn expect(&mut self, events: usize) {
        self.log.make_room(events);
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
                    let arrival =
                        Arrival { cid, block, words, source: Source::Storage, turn: Turn::InOrder, live: None };
                    damaged.extend(self.place_loaded(Checked { arrival, event }));
                }
                Err(error) => damaged.push((cid, error.code())),
            }
        }
        self.fold.settle(&self.log);
        self.regulars.loaded(&self.log);
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
        self.fold.settled()
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
        cost::ground(|| self.log.entries());
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
            Input::Carry { to, bytes } => self.send_relayed(to, bytes),
            Input::Hears(hears) => {
                if std::mem::replace(&mut self.hears, hears) != hears {
                    self.roster.change(self.now);
                }
            }
            Input::Away(away) => {
                self.state = if away { State::Away } else { State::Here };
                self.roster.change(self.now);
            }
            Input::Hand(up) => self.raise(up),
            Input::Wait(round) => self.wait(round),
            Input::Try => self.try_links(),
            Input::Leave => {
                self.state = State::Gone;
                self.send_beacon();
            }
            Input::Take(takes) => self.take(takes),
            Input::Tick => self.woken = None,
        }
        self.flush()
    }

    /// How much it takes in without asking.
    pub const fn bound(&mut self, most: Amount) {
        self.intake.most = most;
    }

    /// What the person here chose to take of the room, and whether as much is here as is taken without asking.
    pub fn intake(&self) -> (Takes, bool) {
        (self.intake.takes, self.intake.is_full(self.amount()))
    }

    fn take(&mut self, takes: Takes) {
        self.intake.takes = takes;
        self.pending.keep_newest(takes == Takes::Newest);
        self.sync.look_again(self.now);
        self.sync_stirred = true;
        self.changed = true;
    }

    fn amount(&self) -> Amount {
        Amount { events: self.log.len(), bytes: self.log.bytes() + self.fold.words_bytes() }
    }

    fn takes_rest(&self) -> bool {
        self.intake.takes_rest(self.amount())
    }

    /// Whether received events wait to be checked and folded.
    pub fn has_work(&self) -> bool {
        self.ingest.has_work(self.now)
    }

    /// Takes up to so many waiting events, live ones first: those whose signatures are to be verified go out, and come back by
    /// [`Replica::verified`]; what else may happen meanwhile. The others are folded.
    pub fn to_verify(&mut self, most: Portion, now: Millis) -> Vec<ToVerify> {
        cost::ground(|| self.log.entries());
        self.now = self.now.max(now);
        let waiting = self.ingest.count();
        self.log.make_room(self.sync.streamed().saturating_add(waiting));
        let (mut to_verify, mut bytes) = (Vec::with_capacity(waiting.min(most.events)), 0);
        for taken in 0..most.events {
            if bytes >= most.bytes || taken - to_verify.len() >= most.folded {
                break;
            }
            let Some(next) = self.ingest.next(&self.log, self.now) else { break };
            bytes += self.work_off(next, &mut to_verify);
            self.sync_stirred = true;
        }
        self.fold.settle(&self.log);
        to_verify
    }

    /// Folds what was verified. To be called after each [`Replica::to_verify`], also if nothing went out.
    pub fn verified(&mut self, verified: Vec<Verified>, now: Millis) -> Vec<Output> {
        self.now = self.now.max(now);
        verified.into_iter().for_each(|it| self.take_verified(it));
        self.end_import();
        self.flush()
    }

    /// Verifies and folds up to `most` waiting events at once, with a secret that everybody knows, so that runs are the same.
    #[cfg(feature = "test-utils")]
    pub fn work(&mut self, most: usize, now: Millis) -> Vec<Output> {
        let to_verify = self.to_verify(Portion::of(most), now);
        self.verified(verify_all(to_verify, &paceline_room::batch::Batcher::new([0; 32])), now)
    }

    /// Who is here, this node not included.
    pub fn presence(&self) -> LiteMap<NodeId, Presence> {
        cost::ground(|| self.log.entries());
        self.roster.presence(&self.log)
    }

    /// How one of them is; `None` for who was never met.
    pub fn presence_of(&self, node: &NodeId) -> Option<Presence> {
        self.roster.presence_of(node, &self.log)
    }

    /// Whether nothing is to be expected from one of them now: it is gone, looks elsewhere, or has been silent on its link.
    pub fn is_still(&self, node: &NodeId, now: Millis) -> bool {
        *node != self.node() && self.roster.is_still(node, &self.log, now)
    }

    /// For how long nothing has come from one of them that should speak (see `Roster::unheard`).
    pub fn unheard(&self, node: &NodeId, now: Millis) -> Millis {
        self.roster.unheard(node, &self.log, now)
    }

    /// What one of them says it has stored, or has said before it went.
    pub fn report_of(&self, node: &NodeId) -> Option<Report<'_>> {
        self.roster.report_of(node, &self.log)
    }

    /// A node held these events and all before them when this one ran last; to be told once all that was stored is loaded.
    pub fn recall(&mut self, node: NodeId, tips: &[Cid]) {
        self.roster.recall(node, tips, &self.log);
    }

    /// Whether anybody held an event when this node ran last, as far as that was kept.
    pub fn was_held(&self, ix: Ix) -> bool {
        self.roster.was_held(&self.log, ix)
    }

    /// What is to be recalled when this node runs again: who has written, and the tips of what it has stored.
    pub fn to_recall(&self) -> Vec<(NodeId, Vec<Cid>)> {
        self.roster.to_recall(&self.log)
    }

    /// Everybody who is known of, be they strangers or gone.
    pub fn everybody(&self) -> impl Iterator<Item = NodeId> {
        self.roster.everybody()
    }

    /// Which two of these nodes are linked, by their places among them: this node's own links, and those of which both tell.
    pub fn links_among(&self, nodes: &[NodeId]) -> Vec<(usize, usize)> {
        self.roster.links_among(nodes)
    }

    /// Who is here and not linked with this node, and through which neighbour it is reached; strangers last.
    pub fn reached_through(&self) -> Vec<Reached> {
        self.roster.reached_through(&self.log)
    }

    /// The same as of the last step, shared: the same one as long as nothing of it changed.
    pub fn reached(&self) -> &Arc<[Reached]> {
        &self.reached
    }

    /// How many of the nodes present hold an event.
    pub fn reach(&self, cid: &Cid) -> Reach {
        cost::ground(|| self.log.entries());
        let Some(ix) = self.log.find(cid) else { return Reach::default() };
        let (stored, of) = self.roster.reach(&self.log, ix);
        Reach { stored: stored + usize::from(self.has_stored(ix)), of: of + 1 }
    }

    /// Whether this node itself has stored an event, all before it, and its words.
    pub fn has_stored(&self, ix: Ix) -> bool {
        look(1);
        let words = self.log.entry(ix).event.body.words();
        self.held.holds(ix)
            && words.is_none_or(|cid| !self.unstored_words.contains(&cid) && !self.sync.lacks_words(&cid))
    }

    /// How catching up stands.
    pub fn progress(&self) -> Progress {
        let pending = self.pending.count();
        // What waits for its past came ahead of the stream that brings this past, and once more itself.
        let missing = self.sync.streamed().max(pending).saturating_add(self.sync.wanted());
        let is_here = |cid: &Cid| self.log.find(cid).is_some();
        Progress {
            missing_events: missing.saturating_add(self.ingest.count().saturating_sub(pending)),
            missing_words: self.sync.missing_words(),
            reconciling: self.sync.is_busy(),
            reconciled: self.sync.is_reconciled(&is_here, self.now),
            certain: self.sync.is_certain(&is_here),
        }
    }

    /// Whether a stream of everything has still something to bring.
    pub fn is_streaming(&self) -> bool {
        self.sync.streamed() > 0
    }

    /// Whether an event came while its author's key was new here.
    pub fn came_new(&self, cid: &Cid) -> bool {
        self.log.find(cid).is_some_and(|ix| self.regulars.came_new(&self.log, ix))
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
        posts.into_iter().map(|it| verifying::unchecked(it, self.log.room())).collect()
    }

    /// What changed since the last [`Output::Changed`], for who looks before the next.
    pub fn take_changed(&mut self) -> Changed {
        let mut changed = self.roster.take_changed();
        changed.add(std::mem::take(&mut self.changed_words));
        changed
    }

    /// What was refused since the start, by code.
    pub fn refused(&self) -> BTreeMap<&'static str, u64> {
        self.refused.clone()
    }

    /// The counts of the last [`Input::Import`], once all of it was worked off.
    pub fn imported(&mut self) -> Option<Imported> {
        self.imported.take()
    }

    fn on_own(&mut self, cid: Cid, event: Event, block: Arc<[u8]>, words: Option<(Cid, Arc<[u8]>)>) {
        let seconds = crate::floor::seconds_of(&event.body);
        match self.log.admit_verified(cid, event, block) {
            Ok(Admission::Admitted(ix)) => {
                self.take_in(ix, words.map(|(_, words)| words), Source::Storage);
                self.held.store(&self.log, ix);
                self.roster.change(self.now);
                self.see_live(cid, seconds);
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

    /// Ends a step: what is due is done, what gathered is put out.
    fn flush(&mut self) -> Vec<Output> {
        self.fold.settle(&self.log);
        if self.sync_stirred || self.sync_at.is_some_and(|at| at <= self.now) {
            self.tick_sync();
            self.sync_stirred = false;
            self.sync_at = self.sync.next_wake(self.now);
        }
        self.expire_floor();
        let spreads = self.tree.tick(self.now);
        self.send_spread(spreads);
        if self.roster.is_due(self.now) {
            self.changed |= self.roster.expire(self.now);
            self.expire_pending();
            self.regulars.note(&self.log, self.now);
            self.send_beacon();
        }
        if self.told_behind && !self.is_behind() {
            // Somebody may wait for that.
            self.roster.change(self.now);
        }
        self.relay_late();
        self.look_around();
        if !self.store.is_empty() {
            self.out.push(Output::Store(std::mem::take(&mut self.store)));
        }
        if std::mem::take(&mut self.changed) {
            let changed = self.take_changed();
            self.out.push(Output::Changed(changed));
        }
        let wakes = [
            self.sync_at,
            self.relay_at,
            self.tree.next_wake(),
            self.roster.next_wake(),
            self.listening.next_wake(),
            self.floor.next_wake(),
            self.ingest.next_wake().filter(|at| *at > self.now),
        ];
        let wake = wakes.into_iter().flatten().min().map(|at| at.max(self.now + 1));
        if wake.is_some() && wake != self.woken {
            self.woken = wake;
            self.out.extend(wake.map(Output::WakeAt));
        }
        std::mem::take(&mut self.out)
    }
}
