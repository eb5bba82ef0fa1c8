//! Who is here, and what each says it has stored.
//!
//! Each node signs a beacon every [`EVERY`] and soon after a change, and sends it to its neighbours. For nodes that could
//! not link with each other (two NATs), neighbours they share pass beacons on: a beacon lists its node's links, so each
//! shared neighbour can work out alone whether it is one of the [`BEARERS`]. Farther away a beacon travels now and then
//! ([`FAR_EVERY`]) and when a node's state changes. Nothing here is kept but what others have stored, and nothing depends on
//! clocks of others: a node that comes back learns its last counter from its neighbours' hellos and counts on.
//!
//! Keys are free. Who has written nothing and is not linked with this node is a stranger: its beacon is taken and passed
//! on only if the neighbour that brings it says that it is linked with it, and it is neither shown nor counted.
//!
//! A link is the better witness: while it is up its node is here, when it goes the node is gone, until somebody passes on
//! a newer beacon. Who says nothing on its link for [`QUIET_AFTER`] is away until it speaks.

mod floor;
mod heard;
mod linked;
mod quiet;
mod recalled;
mod recalling;

use litemap::LiteMap;
use paceline_room::{
    Cid, Ix, Log, NodeId,
    cost::{self, BTreeSet, look},
    log::Seen,
    sorted,
};
use serde_bytes::ByteArray;

pub use heard::{BeaconError, Heard};
pub use quiet::QUIET_AFTER;
use recalled::Recalled;

use crate::{
    changed::Changed,
    listening::Smaller,
    plumtree::Cover,
    shown::{Here, Presence, Reached},
    sync::Claim,
    time::Millis,
    wire::{Beacon, Behind, Cids, LINKS, MessageError, ShortId, ShortIds, Signed, State, short_cid, short_node},
};

/// Between two beacons without a change.
pub const EVERY: Millis = 5_000;
/// From a change to the beacon that tells it: changes that come together travel together.
pub const SOON: Millis = 40;
/// Between two beacons that tell changes, at least; per link [`GAP_PER_LINK`] if that is more.
pub const GAP: Millis = 200;
/// With many links a node speaks less often, so that cost per node stays level: 1 s with 50 links.
pub const GAP_PER_LINK: Millis = 20;
/// How often a beacon travels beyond the neighbours' neighbours.
pub const FAR_EVERY: Millis = 20_000;
/// Shared neighbours that pass a beacon on to one node: one and one to spare.
pub const BEARERS: usize = 2;
/// Beacons of others that a new neighbour gets at once; the rest comes within [`EVERY`]. More would be a burden where many join
/// a large room together.
const WELCOMED: usize = 16;
/// Nodes remembered. Keys are free, so when it is full strangers make room first, then those gone longest, and no others.
const MAX_NODES: usize = 1024;

#[derive(Debug)]
struct Node {
    presence: Presence,
    linked: bool,
    /// Linked with this node now or before.
    was_linked: bool,
    beacon: Option<(Signed, Beacon)>,
    /// The counter of the last beacon that came by its own link, as long as that is up.
    said: Option<u64>,
    heard: Millis,
    /// It is linked and has said nothing for long.
    quiet: bool,
    /// The neighbour that brought its latest beacon.
    brought_by: Option<NodeId>,
    relayed: Millis,
    /// What it has ever reported as stored; only grows, since what is durably stored stays.
    held: Seen,
    /// A timer as it has told by its own link: the event, and when it ends at the earliest of all that it has said.
    timer: Option<(ByteArray<32>, Millis)>,
}

/// Everybody this node knows of.
#[derive(Debug)]
pub struct Roster {
    me: NodeId,
    room: Cid,
    nodes: cost::LiteMap<NodeId, Node>,
    /// Links on which the peer has said hello: it knows our last counter has been asked for.
    greeted: BTreeSet<NodeId>,
    /// Those that our last beacon listed.
    listed: BTreeSet<NodeId>,
    counter: u64,
    last_sent: Option<Millis>,
    due: Option<Millis>,
    /// When who is silent was looked at last, and since when that was done without a pause: in one this node hears nobody.
    looked: Millis,
    looks_since: Millis,
    /// Links, or what others say of theirs, have changed since the last look.
    stirred: bool,
    /// Besides that, through whom somebody is reached may have changed, or who is a stranger.
    stale: bool,
    /// Who raises a hand or asks to wait.
    voices: BTreeSet<NodeId>,
    /// Tips that were reported and are not admitted here yet, by whom: at most those of each one's latest beacon.
    awaited: BTreeSet<(Cid, NodeId)>,
    recalled: Recalled,
    changed: Changed,
}

/// What somebody says it has stored.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// Since this node began.
    now: Option<&'a Node>,
    before: Option<&'a Seen>,
}

impl Report<'_> {
    /// Whether an event is among it, its words apart. Once it is, it stays.
    pub fn holds(&self, log: &Log, ix: Ix) -> bool {
        look(1);
        let held = self.now.map(|it| &it.held);
        held.into_iter().chain(self.before).any(|it| log.is_seen(it, ix))
    }

    /// Whether these words are missing there, as it says. What it does not list is unknown and not lacking, even if it lacks more
    /// than it can list: it lists some of each author, and nobody's count is another's to take.
    pub fn lacks(&self, words: &Cid) -> bool {
        let beacon = self.now.and_then(|it| it.beacon.as_ref());
        beacon.is_some_and(|(_, beacon)| beacon.missing_words.0.contains(&short_cid(words)))
    }
}

impl Roster {
    /// Nobody yet.
    pub fn new(me: NodeId, room: Cid) -> Self {
        Self {
            me,
            room,
            nodes: cost::LiteMap::new(),
            greeted: BTreeSet::new(),
            listed: BTreeSet::new(),
            counter: 0,
            last_sent: None,
            due: None,
            looked: 0,
            looks_since: 0,
            stirred: false,
            stale: false,
            voices: BTreeSet::new(),
            awaited: BTreeSet::new(),
            recalled: Recalled::default(),
            changed: Changed::default(),
        }
    }

    /// Beacons count on from here, if this is more than they have counted.
    pub fn count_from(&mut self, counter: u64) {
        self.counter = self.counter.max(counter);
    }

    /// A link is up. Returns the latest beacon of that node, for its hello.
    pub fn link_up(&mut self, peer: NodeId, now: Millis) -> Option<Signed> {
        self.stirred = true;
        self.changed.node(peer);
        let node = self.node(peer, now);
        let known = node.beacon.as_ref().map(|(signed, _)| signed.clone());
        (node.linked, node.was_linked, node.said) = (true, true, None);
        (node.heard, node.quiet) = (now, false);
        if node.presence.here == Here::Gone {
            node.presence = Presence { here: Here::Here, since: now, goodbye: false };
        }
        known
    }

    /// A link is gone.
    pub fn link_down(&mut self, peer: &NodeId, goodbye: bool, now: Millis) {
        self.greeted.remove(peer);
        self.listed.remove(peer);
        self.stirred = true;
        self.change(now);
        self.changed.node(*peer);
        let Some(node) = self.nodes.get_mut(peer) else { return };
        (node.linked, node.quiet) = (false, false);
        if node.presence.here != Here::Gone {
            node.presence = Presence { here: Here::Gone, since: now, goodbye };
        }
        node.presence.goodbye |= goodbye;
    }

    /// The peer said hello; with what it knows of us, the next beacon counts on.
    pub fn on_hello(&mut self, peer: NodeId, mine: Option<&Signed>, now: Millis) -> Result<(), MessageError> {
        self.greeted.insert(peer);
        self.stirred = true;
        self.change(now);
        let Some(signed) = mine else { return Ok(()) };
        let beacon = signed.read(&self.room)?;
        if beacon.node != self.me || !signed.is_signed_by(&self.me) {
            return Err(MessageError::BadBeacon);
        }
        self.counter = self.counter.max(beacon.counter);
        Ok(())
    }

    /// Something a beacon tells has changed.
    pub fn change(&mut self, now: Millis) {
        let gap = GAP.max(GAP_PER_LINK * self.greeted.len() as u64);
        let earliest = self.last_sent.map_or(0, |last| last + gap);
        let due = earliest.max(now + SOON);
        self.due = Some(self.due.map_or(due, |it| it.min(due)));
    }

    /// Whether it is time for a beacon.
    pub fn is_due(&self, now: Millis) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    /// The frame of the next beacon; the caller fills in what is stored, signs it, and sends it to all of
    /// [`Roster::greeted`].
    pub fn beacon(&mut self, now: Millis) -> Beacon {
        self.counter = self.counter.saturating_add(1);
        self.last_sent = Some(now);
        self.due = Some(now + EVERY);
        Beacon {
            room: ByteArray::new(*self.room.digest()),
            node: self.me,
            counter: self.counter,
            state: State::Here,
            tips: Cids::default(),
            events: 0,
            missing_words: ShortIds::default(),
            more_missing: false,
            links: ShortIds(self.greeted.iter().take(LINKS).map(short_node).collect()),
            listens: false,
            floor: None,
            behind: Behind::default(),
        }
    }

    /// Beacons to pass on right after our own: it lists new neighbours, so from now on others believe what we bring of them.
    /// The new ones learn who else is here, the others of the new ones. (What has no place here comes with the next beacons.)
    /// To whom, and of whom.
    pub fn welcome(&mut self) -> Vec<(NodeId, NodeId)> {
        let fresh: Vec<NodeId> = self.greeted.difference(&self.listed).copied().collect();
        self.listed.clone_from(&self.greeted);
        let old = |node: &&NodeId| !fresh.contains(node);
        let to_fresh = fresh.iter().flat_map(|to| self.greeted.iter().take(WELCOMED).map(move |of| (of, to)));
        let to_old = fresh.iter().flat_map(|of| self.greeted.iter().filter(old).map(move |to| (of, to)));
        let wanting = to_fresh.chain(to_old).filter(|(of, to)| of != to && self.cover(of, to) == Cover::Me);
        wanting.filter(|(of, _)| self.latest(of).is_some()).map(|(of, to)| (*to, *of)).collect()
    }

    /// Neighbours that have said hello.
    pub fn greeted(&self) -> &BTreeSet<NodeId> {
        &self.greeted
    }

    /// A beacon came from `peer`, its own or passed on.
    pub fn on_beacon(&mut self, peer: NodeId, signed: Signed, log: &Log, now: Millis) -> Result<Heard, BeaconError> {
        let (beacon, newer) = signed.read_and_count(&self.room)?;
        let from = beacon.node;
        if from == self.me {
            return Ok(self.hear_own(&signed, &beacon, now));
        }
        let known = self.nodes.get(&from).and_then(|node| node.beacon.as_ref());
        if let Some((last, last_beacon)) = known
            && beacon.counter <= last_beacon.counter
        {
            // What others pass on may be late: paths differ, and a node that came back may have been heard elsewhere first.
            if *last == signed || peer != from {
                return Ok(Heard::default());
            }
            // So may what others have passed on since its link came up: of a time when its clock was ahead, and it has not heard that.
            let Some(node) = self.nodes.get_mut(&from) else { return Ok(Heard::default()) };
            if node.said.is_some_and(|before| beacon.counter <= before) {
                return Err(BeaconError::Replayed);
            }
            node.said = Some(beacon.counter);
            return Ok(Heard { behind: true, ..Heard::default() });
        }
        if !self.is_vouched_for(&from, &peer, log) {
            return Ok(Heard::default());
        }
        if !signed.is_signed_by(&from) {
            return Err(MessageError::BadBeacon.into());
        }
        if !self.has_room_for(&from, log) {
            return Ok(Heard::default());
        }
        self.forget_awaited(&from);
        let node = self.node(from, now);
        let (before, was_quiet) = (node.presence, std::mem::take(&mut node.quiet));
        let here = match beacon.state {
            State::Here => Here::Here,
            State::Away => Here::Away,
            State::Gone => Here::Gone,
        };
        if here != before.here {
            node.presence = Presence { here, since: now, goodbye: false };
        }
        node.presence.goodbye = here == Here::Gone;
        node.heard = now;
        let brought = node.brought_by.replace(peer);
        let rerouted = !node.linked && brought != Some(peer);
        let changed = node.presence != before || was_quiet;
        let stirs = |last: &Beacon| last.links != beacon.links || last.listens != beacon.listens;
        let stirred = changed || node.beacon.as_ref().is_none_or(|(_, last)| stirs(last));
        let says = |last: &Beacon| last.tips != beacon.tips || last.missing_words != beacon.missing_words;
        let news = changed || node.beacon.as_ref().is_none_or(|(_, last)| says(last));
        let spoken = node.hear_floor(&beacon, (peer == from).then_some(now));
        let far = changed || spoken || now >= node.relayed + FAR_EVERY;
        let claim = (peer == from).then(|| Claim {
            events: beacon.events,
            tips: beacon.tips.0.clone(),
            behind: beacon.behind.0,
        });
        if peer == from {
            node.said = Some(beacon.counter);
        }
        node.beacon = Some((signed, beacon));
        self.stirred |= stirred;
        // Who brings it counts where no neighbour is known to be linked with it.
        self.stale |= rerouted && !self.greeted.iter().any(|it| self.are_linked(it, &from));
        if news {
            self.changed.node(from);
        }
        if spoken {
            self.note_voice(from);
        }
        self.resolve(&from, log);
        let relay = self.relays(&from, &peer, far);
        if far && let Some(node) = self.nodes.get_mut(&from) {
            node.relayed = now;
        }
        Ok(Heard { of: Some(from), relay, changed, claim, behind: false, newer })
    }

    /// Whether a beacon of `from` that `peer` brings is worth anything: somebody's who is known here, or linked with it.
    fn is_vouched_for(&self, from: &NodeId, peer: &NodeId, log: &Log) -> bool {
        let is_linked = self.nodes.get(from).is_some_and(|node| node.linked);
        from == peer || is_linked || has_written(from, log) || self.links_of(peer).contains(&short_node(from))
    }

    fn links_of(&self, node: &NodeId) -> &[ShortId] {
        self.nodes.get(node).and_then(|node| node.beacon.as_ref()).map_or(&[], |(_, beacon)| &beacon.links.0)
    }

    /// Our own beacon, come back around: if it is from later than we are, this tab's clock went back.
    fn hear_own(&mut self, signed: &Signed, beacon: &Beacon, now: Millis) -> Heard {
        if beacon.counter > self.counter && signed.is_signed_by(&self.me) {
            self.counter = beacon.counter;
            self.change(now);
        }
        Heard::default()
    }

    /// The latest beacon of a node.
    pub fn latest(&self, node: &NodeId) -> Option<&Signed> {
        self.nodes.get(node)?.beacon.as_ref().map(|(signed, _)| signed)
    }

    /// To whom this node passes a beacon of `from` that came from `peer`.
    fn relays(&self, from: &NodeId, peer: &NodeId, far: bool) -> Vec<NodeId> {
        let linked = self.nodes.get(from).is_some_and(|node| node.linked);
        let others = self.greeted.iter().filter(|to| *to != from && *to != peer);
        let wanting = others.filter(|to| match self.cover(from, to) {
            Cover::Author => false,
            Cover::Me => true,
            Cover::Others => !linked && far,
        });
        wanting.copied().collect()
    }

    /// Who brings `to` what `author` sends to all its links.
    pub fn cover(&self, author: &NodeId, to: &NodeId) -> Cover {
        let (theirs, authors) = (self.links_of(to), self.links_of(author));
        let is_linked = self.nodes.get(author).is_some_and(|node| node.linked);
        let (author, to, me) = (short_node(author), short_node(to), short_node(&self.me));
        if author == to || theirs.contains(&author) || authors.contains(&to) {
            return Cover::Author;
        }
        // Who is not linked with the author is no shared neighbour.
        if !is_linked && !authors.contains(&me) {
            return Cover::Others;
        }
        // The shared neighbours in an order that depends on the pair, so that the burden is spread.
        let place = |id: &ShortId| -> ShortId { std::array::from_fn(|at| id[at] ^ author[at].wrapping_add(to[at])) };
        let before = theirs.iter().filter(|id| authors.contains(id) && **id != me && place(id) < place(&me)).count();
        if before < BEARERS { Cover::Me } else { Cover::Others }
    }

    /// Whether who is linked with whom, or who listens, may have changed since the last call.
    pub fn take_stirred(&mut self) -> bool {
        std::mem::take(&mut self.stirred)
    }

    /// Whether who is reached through whom may have changed otherwise.
    pub fn take_stale(&mut self) -> bool {
        std::mem::take(&mut self.stale)
    }

    /// Whose presence or report changed since the last call.
    pub fn take_changed(&mut self) -> Changed {
        std::mem::take(&mut self.changed)
    }

    /// An event was admitted: those who reported it as a tip before it was here hold it, and its author is no stranger.
    pub fn admitted(&mut self, log: &Log, ix: Ix) {
        let entry = log.entry(ix);
        while !self.awaited.is_empty()
            && let Some(pair) = self.awaited.range((entry.cid, NodeId::from_bytes([0; 32]))..).next().copied()
        {
            if pair.0 != entry.cid {
                break;
            }
            self.awaited.remove(&pair);
            if let Some(node) = self.nodes.get_mut(&pair.1) {
                log.see(&mut node.held, ix);
                self.changed.node(pair.1);
            }
        }
        if entry.event.seq == 0 && self.nodes.contains_key(&entry.event.author) {
            self.changed.node(entry.event.author);
            self.stale = true;
        }
    }

    /// Of the neighbours with smaller ids than this node's, how many there are and how many listen to newcomers.
    pub fn smaller(&self) -> Smaller {
        let smaller = self.greeted.range(..self.me);
        let listens = |it: &NodeId| self.nodes.get(it)?.beacon.as_ref().map(|(_, beacon)| beacon.listens);
        let listening = smaller.clone().filter(|it| listens(it) == Some(true)).count();
        Smaller { all: smaller.count(), listening }
    }

    /// Who is here, this node and strangers not included.
    pub fn presence(&self, log: &Log) -> LiteMap<NodeId, Presence> {
        // As they come from a map, they are in order.
        LiteMap::from_sorted_store_unchecked(self.people(log).map(|(id, node)| (*id, node.shown())).collect())
    }

    /// How one of them is.
    pub fn presence_of(&self, id: &NodeId, log: &Log) -> Option<Presence> {
        self.person(id, log).map(Node::shown)
    }

    /// What one of them says it has stored, or has said before it went.
    pub fn report_of(&self, id: &NodeId, log: &Log) -> Option<Report<'_>> {
        let (now, before) = (self.person(id, log), self.recalled.of(id));
        (now.is_some() || before.is_some()).then_some(Report { now, before })
    }

    /// Everybody who is known of, strangers too.
    pub fn everybody(&self) -> impl Iterator<Item = NodeId> {
        self.nodes.keys().copied()
    }

    fn person(&self, id: &NodeId, log: &Log) -> Option<&Node> {
        self.nodes.get(id).filter(|node| node.was_linked || has_written(id, log))
    }

    /// All but strangers. Who was linked once and is gone is shown as gone.
    fn people<'a>(&'a self, log: &'a Log) -> impl Iterator<Item = (&'a NodeId, &'a Node)> {
        self.nodes.iter().filter(|(id, node)| node.was_linked || has_written(id, log))
    }

    /// Whether a neighbour is linked with a node, as either of them says.
    pub fn are_linked(&self, neighbour: &NodeId, node: &NodeId) -> bool {
        self.links_of(node).contains(&short_node(neighbour)) || self.links_of(neighbour).contains(&short_node(node))
    }

    /// Who is here and not linked with this node, and the neighbour through which it is reached. Strangers are among them, last:
    /// a newcomer has written nothing yet.
    pub fn reached_through(&self, log: &Log) -> Vec<Reached> {
        let is_here = |node: &Node| !node.linked && node.presence.here != Here::Gone && node.beacon.is_some();
        let reached = self.nodes.iter().filter(|(_, node)| is_here(node)).filter_map(|(id, node)| {
            let between = self.greeted.iter().find(|peer| self.are_linked(peer, id)).copied();
            let through = between.or(node.brought_by.filter(|peer| self.greeted.contains(peer)))?;
            Some(Reached { node: *id, through, is_stranger: !node.was_linked && !has_written(id, log) })
        });
        let mut reached: Vec<Reached> = reached.collect();
        sorted::short_list(&mut reached, |it| (it.is_stranger, it.node));
        reached
    }

    /// Takes in the tips that this node reports; those that are not admitted here, once they are.
    fn resolve(&mut self, id: &NodeId, log: &Log) {
        let Some(node) = self.nodes.get_mut(id) else { return };
        let tips = node.beacon.as_ref().map(|(_, beacon)| beacon.tips.0.clone()).unwrap_or_default();
        for tip in tips {
            match log.find(&tip) {
                Some(ix) => log.see(&mut node.held, ix),
                None => _ = self.awaited.insert((tip, *id)),
            }
        }
    }

    /// What this node's latest beacon reports is not waited for any more.
    fn forget_awaited(&mut self, id: &NodeId) {
        let beacon = self.nodes.get(id).and_then(|node| node.beacon.as_ref());
        for tip in beacon.into_iter().flat_map(|(_, beacon)| &beacon.tips.0) {
            self.awaited.remove(&(*tip, *id));
        }
    }

    /// How many present nodes report having stored the event and its words; and how many are present.
    pub fn reach(&self, log: &Log, ix: Ix) -> (usize, usize) {
        let words = log.entry(ix).event.body.words();
        let present = self.people(log).map(|(_, node)| node).filter(|node| node.presence.here != Here::Gone);
        let (mut stored, mut of) = (0, 0);
        for node in present {
            of += 1;
            let Some((_, beacon)) = &node.beacon else { continue };
            let lacks_words = words.is_some_and(|words| Report { now: Some(node), before: None }.lacks(&words));
            // Tips that were not admitted here when the beacon came may be by now.
            let mut tips = beacon.tips.0.iter().filter_map(|cid| log.find(cid));
            let holds = log.is_seen(&node.held, ix) || tips.any(|tip| log.is_ancestor(ix, tip));
            stored += usize::from(holds && !lacks_words);
        }
        (stored, of)
    }

    /// How many nodes it may know of, at most; links are never forgotten.
    #[cfg(feature = "test-utils")]
    pub fn most(&self, links: usize) -> usize {
        MAX_NODES + links
    }

    /// How full it is.
    #[cfg(feature = "test-utils")]
    pub fn queues(&self, links: usize) -> [crate::queue::Queue; 2] {
        let most = self.most(links);
        [
            crate::queue::Queue::new("nodes known of", self.nodes.len(), most),
            crate::queue::Queue::new(
                "tips that were reported and are not here",
                self.awaited.len(),
                most * crate::wire::TIPS,
            ),
        ]
    }

    /// When the next beacon is due; who is gone is looked at with it.
    pub fn next_wake(&self) -> Option<Millis> {
        self.due
    }

    fn node(&mut self, id: NodeId, now: Millis) -> &mut Node {
        self.nodes.entry(id).or_insert_with(|| Node {
            presence: Presence { here: Here::Gone, since: now, goodbye: false },
            linked: false,
            was_linked: false,
            beacon: None,
            heard: now,
            quiet: false,
            brought_by: None,
            said: None,
            relayed: 0,
            held: Seen::default(),
            timer: None,
        })
    }

    fn has_room_for(&mut self, id: &NodeId, log: &Log) -> bool {
        if self.nodes.contains_key(id) || self.nodes.len() < MAX_NODES {
            return true;
        }
        let is_known = |id: &NodeId, node: &Node| node.was_linked || has_written(id, log);
        let free = self.nodes.iter().map(|(id, node)| (is_known(id, node), node.presence.since, *id, node));
        let free = free.filter(|(known, _, _, node)| !node.linked && (!known || node.presence.here == Here::Gone));
        let longest = free.map(|(known, since, id, _)| (known, since, id)).min().map(|(_, _, id)| id);
        longest.is_some_and(|id| {
            self.forget_awaited(&id);
            self.changed.node(id);
            self.voices.remove(&id);
            self.nodes.remove(&id).is_some()
        })
    }
}

/// Whether any of its events is here.
fn has_written(node: &NodeId, log: &Log) -> bool {
    log.chains_of(node).next().is_some()
}

#[cfg(test)]
mod tests;
