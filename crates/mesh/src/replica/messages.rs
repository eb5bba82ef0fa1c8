//! What each message of a peer does. Nothing in here trusts a byte: what cannot be read or does not fit is refused with
//! its code and held against the sender.

use paceline_room::{Cid, NodeId, limits};
use serde_bytes::ByteBuf;

use super::{Lane, Output, Replica, Takes};
use crate::{
    budgets::{BEACONS, BEACONS_BORNE, SERVED},
    pending::{Arrival, Source},
    plumtree::{GRAFT_CIDS, Origin, Spread},
    relayed::{Fate, TOO_MANY_RELAYED},
    roster::BeaconError,
    serve,
    sync::{Act, Claim, Local},
    want_list::Turn,
    wire::{
        Announce, BULK_BYTES, Bulk, Cids, Hello, Item, Key, Live, MessageError, NEWER_FIELD, Push, RELAYED_BYTES,
        Signed, Since, Stream, Want,
    },
};

/// Bytes pushed in answer to one graft, words counted at their largest; what is left out is grafted again or caught up.
const GRAFTED_BYTES: usize = 1024 * 1024;
/// Events from which on a newcomer gets the newest posts first; fewer come in a page or two.
const NEWEST_FROM: usize = 512;
/// More beacons from one neighbour than it may pass here: not looked at.
const TOO_MANY_BEACONS: &str = "too-many-beacons";
/// Pages a peer may have under way at a time, whatever it asks for.
const SERVED_PAGES: u8 = 8;

/// What sessions may ask, borrowed from just the fields that know, so that `self.sync` stays free.
macro_rules! here {
    ($self:ident, $here:ident) => {
        let (log, ingest, pending, refused) = (&$self.log, &$self.ingest, &$self.pending, &$self.refused_cids);
        let known = |cid: &Cid| log.find(cid).is_some() || ingest.is_waiting(cid) || refused.contains(cid);
        let settled = |cid: &Cid| log.find(cid).is_some() || ingest.is_waiting(cid) && !pending.contains(cid);
        let regulars = &$self.regulars;
        let since = || regulars.since(log);
        let (room, room_ahead) = (ingest.has_room(Turn::InOrder), ingest.has_room(Turn::Ahead));
        let $here = Local { known: &known, settled: &settled, room, room_ahead, since: &since };
    };
}

// What a message of one kind comes to stays out of line (`inline(never)`): browsers compile a function as a whole when it is called
// first, and who has just come needs few kinds.
impl Replica {
    pub(super) fn on_received(&mut self, peer: NodeId, lane: Lane, bytes: &[u8]) {
        if self.links.get(&peer).is_none_or(|link| link.dropped) {
            return;
        }
        let outcome = match lane {
            Lane::Live => Live::decode_and_count(bytes).map(|(message, newer)| {
                self.on_live(peer, message, bytes.len());
                newer
            }),
            Lane::Bulk => Bulk::decode_and_count(bytes).map(|(message, newer)| {
                self.on_bulk(peer, message, bytes.len());
                newer
            }),
        };
        match outcome {
            Ok(0) => {}
            // A newer build is no offender.
            Ok(_) => self.refuse(NEWER_FIELD, Some(peer), 0),
            Err(error @ MessageError::Newer) => self.refuse(error.code(), Some(peer), 0),
            Err(error) => self.refuse(error.code(), Some(peer), bytes.len()),
        }
    }

    fn on_live(&mut self, peer: NodeId, message: Live, size: usize) {
        match message {
            Live::Hello(hello) => self.on_hello(peer, hello, size),
            Live::Push(push) => self.on_push(peer, push),
            Live::Announce(announce) => self.on_announce(peer, announce),
            Live::Graft(cids) => self.on_graft(peer, &cids.0),
            Live::Prune => self.tree.on_prune(&peer),
            Live::Beacon(signed) => self.on_beacon(peer, signed, size),
            Live::Carry(carry) => {
                let me = self.node();
                let fate = self.relayed.on_carry(peer, carry, &me, &self.roster, self.now);
                self.do_with_relayed(fate, Some(peer), size);
            }
        }
    }

    pub(super) fn send_relayed(&mut self, to: NodeId, bytes: Vec<u8>) {
        if to != self.node() && bytes.len() <= RELAYED_BYTES {
            let fate = self.relayed.send(to, bytes, &self.roster, self.now);
            self.do_with_relayed(fate, None, 0);
        }
    }

    #[inline(never)]
    fn do_with_relayed(&mut self, fate: Fate, from: Option<NodeId>, size: usize) {
        match fate {
            Fate::Mine(bytes) => self.out.push(Output::Carried { bytes }),
            Fate::GoesOn(next, carry) => {
                let message = Live::Carry(carry);
                next.into_iter().for_each(|peer| self.send_live(peer, &message));
            }
            Fate::TooMany => self.refuse(TOO_MANY_RELAYED, from, size),
        }
    }

    #[inline(never)]
    fn on_hello(&mut self, peer: NodeId, hello: Hello, size: usize) {
        let Hello(events, tips, mine, behind) = hello;
        if let Err(error) = self.roster.on_hello(peer, mine.as_ref(), self.now) {
            self.refuse(error.code(), Some(peer), size);
        }
        self.sync.on_hello(&peer, Claim { events, tips: tips.0, behind: behind.0 }, self.now);
        self.sync_stirred = true;
        self.changed = true;
    }

    #[inline(never)]
    fn on_push(&mut self, peer: NodeId, push: Push) {
        let Push(block, words, hops, direct) = push;
        let cid = Cid::of(&block);
        if self.refused_cids.contains(&cid) {
            return self.charge_again(peer, &cid, block.len());
        }
        // What is not taken is not passed on either: it comes to others by other ways, as what is known does.
        if self.is_known(&cid) || !self.intake.takes_pushed(self.amount()) {
            if !direct {
                let prune = self.tree.on_duplicate(peer);
                self.send_spread(prune);
            }
            return self.take_late_words(&cid, words, peer);
        }
        let origin = if direct { Origin::Direct(peer) } else { Origin::Pushed(peer, hops) };
        let words = words.map(|words| words.into_vec().into());
        let block = block.into_vec().into();
        let (source, turn) = (Source::Peer(peer), Turn::InOrder);
        let arrival = Arrival { cid, block, words, source, turn, live: Some(origin) };
        if self.ingest.push_live(peer, arrival) {
            self.tree.on_first(cid, origin);
            self.sync.on_event(&cid);
        }
    }

    /// A block that was refused before comes once more.
    fn charge_again(&mut self, peer: NodeId, cid: &Cid, bytes: usize) {
        if !self.refused_cids.is_newer(cid) {
            self.charge(peer, bytes);
        }
    }

    #[inline(never)]
    fn on_announce(&mut self, peer: NodeId, announce: Announce) {
        if !self.intake.takes_pushed(self.amount()) {
            return;
        }
        for (cid, hops) in announce.0.0.iter().zip(announce.1.iter()) {
            let known = self.is_known(cid);
            let spreads = self.tree.on_announce(peer, *cid, *hops, known, self.now);
            self.send_spread(spreads);
        }
    }

    #[inline(never)]
    fn on_graft(&mut self, peer: NodeId, cids: &[Cid]) {
        let mut bytes = 0;
        let mut fits = |cid: &Cid| {
            let size = self.log.find(cid).map_or(0, |ix| self.log.entry(ix).block.len() + limits::WORDS_BLOCK_BYTES);
            bytes += size;
            size > 0 && bytes <= GRAFTED_BYTES
        };
        let here: Vec<Cid> = cids.iter().take(GRAFT_CIDS).filter(|cid| fits(cid)).copied().collect();
        if self.serves(&peer, bytes) {
            let spreads = self.tree.on_graft(peer, &here);
            self.send_spread(spreads);
        }
    }

    #[inline(never)]
    fn on_beacon(&mut self, peer: NodeId, signed: Signed, size: usize) {
        let now = self.now;
        let Some(link) = self.links.get_mut(&peer) else { return };
        let borne = link.borne.take(BEACONS_BORNE, 1, now);
        if !link.beacons.take(BEACONS, 1, now) {
            return self.refuse(TOO_MANY_BEACONS, Some(peer), if borne { 0 } else { size });
        }
        match self.roster.on_beacon(peer, signed, &self.log, self.now) {
            Ok(heard) => {
                self.changed = true;
                if heard.newer > 0 {
                    self.refuse(NEWER_FIELD, Some(peer), 0);
                }
                if let Some(of) = heard.of {
                    heard.relay.into_iter().for_each(|to| self.relay(to, of));
                }
                if heard.behind {
                    self.tell_latest_of(peer);
                }
                if let Some(claim) = heard.claim {
                    here!(self, here);
                    self.sync_stirred |= self.sync.on_tips(&peer, claim, &here, self.now);
                }
            }
            Err(error) => {
                self.refuse(error.code(), Some(peer), size);
                if error == BeaconError::Replayed {
                    self.tell_latest_of(peer);
                }
            }
        }
    }

    /// Tells a peer what is the latest known of itself: should its clock have gone back, it can count on from this.
    fn tell_latest_of(&mut self, peer: NodeId) {
        if let Some(latest) = self.roster.latest(&peer) {
            let latest = Live::Beacon(latest.clone());
            self.send_live(peer, &latest);
        }
    }

    #[inline(never)]
    fn on_bulk(&mut self, peer: NodeId, message: Bulk, size: usize) {
        let now = self.now;
        if let Bulk::Blocks(blocks) = &message {
            self.note_trial(&peer, blocks);
        }
        here!(self, here);
        let acts = match message {
            Bulk::Answer(answer) => self.sync.on_answer(&peer, &answer, &mut self.index, &here, now),
            Bulk::Have(have) => self.sync.on_have(&peer, have, &here, now),
            Bulk::Ahead(names) => {
                self.sync.on_ahead(&peer, names, &here);
                Vec::new()
            }
            Bulk::Page(page) => self.sync.on_page(&peer, page, &here, now),
            Bulk::Newest(items) => self.sync.on_newest(&peer, items),
            Bulk::Blocks(blocks) => self.sync.on_blocks(&peer, blocks, now),
            Bulk::Round(round) => {
                // Every range of a round may be summed over and split once.
                if !self.serves(&peer, size + self.index.count() * 8) {
                    return;
                }
                self.sync.on_round(&peer, &round, &mut self.index, now)
            }
            Bulk::Since(since) => return self.on_since(peer, &since),
            Bulk::Want(want) => return self.on_want(peer, &want),
            Bulk::Stream(stream) => return self.on_stream(peer, stream),
            Bulk::More(pages) => return self.on_more(peer, pages),
        };
        self.carry_out(acts, size);
        self.sync_stirred = true;
        self.changed = true;
    }

    #[inline(never)]
    fn on_since(&mut self, peer: NodeId, since: &Since) {
        if !self.serves(&peer, serve::ahead_cost(since)) {
            return;
        }
        let names = serve::ahead(&self.log, since);
        if !names.0.is_empty() {
            self.send_bulk(peer, &Bulk::Ahead(names));
        }
    }

    #[inline(never)]
    fn on_want(&mut self, peer: NodeId, want: &Want) {
        if !self.serves(&peer, serve::cost(&self.log, &self.words, want)) {
            return;
        }
        for answer in serve::blocks(&self.log, &self.words, want) {
            self.send_bulk(peer, &answer);
        }
    }

    #[inline(never)]
    fn on_stream(&mut self, peer: NodeId, stream: Stream) {
        let Stream(depth, digest, pages) = stream;
        let after: Key = (depth, Cid::from_digest(digest.into_array()));
        if let Some(link) = self.links.get_mut(&peer) {
            link.streaming = Some(after);
        }
        if depth == 0 && self.index.count() > NEWEST_FROM && self.serves(&peer, BULK_BYTES) {
            let posts = self.fold.posts().rev().map(|post| &post.cid);
            let newest = serve::newest(&self.log, &self.words, posts);
            if !newest.is_empty() {
                self.send_bulk(peer, &Bulk::Newest(newest));
            }
        }
        self.on_more(peer, pages);
    }

    #[inline(never)]
    fn on_more(&mut self, peer: NodeId, pages: u8) {
        for _ in 0..pages.min(SERVED_PAGES) {
            let Some(after) = self.links.get(&peer).and_then(|link| link.streaming) else { return };
            // Charged as a full one before it is put together.
            if !self.serves(&peer, BULK_BYTES) {
                return;
            }
            let (page, more) = serve::page(&self.log, &mut self.index, &self.words, &after);
            let next = more.then_some((page.2, Cid::from_digest(*page.3)));
            if let Some(link) = self.links.get_mut(&peer) {
                link.streaming = next;
            }
            self.send_bulk(peer, &Bulk::Page(page));
        }
    }

    /// Whether a peer may have so much more work done for it; it is charged. Who asks for more than its budget is not
    /// answered, takes this node for silent, and asks again later or elsewhere.
    fn serves(&mut self, peer: &NodeId, bytes: usize) -> bool {
        let now = self.now;
        self.links.get_mut(peer).is_some_and(|link| link.served.take(SERVED, bytes as u64, now))
    }

    pub(super) fn tick_sync(&mut self) {
        let ends = !self.takes_rest();
        let ended = std::mem::replace(&mut self.intake.ended, ends);
        if ends {
            if !ended {
                self.ingest.drop_unchecked();
            }
            self.sync.give_up();
            let newest = if self.intake.takes == Takes::Newest { self.sync.ask_newest() } else { Vec::new() };
            return self.carry_out(newest, 0);
        }
        here!(self, here);
        let acts = self.sync.tick(&mut self.index, &here, self.now);
        self.carry_out(acts, 0);
    }

    fn carry_out(&mut self, acts: Vec<Act>, size: usize) {
        for act in acts {
            match act {
                Act::Send(peer, message) => self.send_bulk(peer, &message),
                Act::Event(peer, cid, item) => self.on_item(peer, cid, item),
                Act::Words(peer, block) => self.on_lone_words(peer, block),
                Act::Answered(peer) => self.sync.end_request(&peer),
                Act::Bad(peer) => self.refuse(MessageError::Malformed.code(), Some(peer), size),
            }
        }
    }

    fn on_item(&mut self, peer: NodeId, cid: Cid, item: Item) {
        let Item(block, words) = item;
        let turn = self.sync.on_event(&cid).unwrap_or(Turn::InOrder);
        self.tree.on_known(&cid);
        if self.refused_cids.contains(&cid) {
            self.charge_again(peer, &cid, block.len());
        } else if self.is_known(&cid) {
            self.take_late_words(&cid, words, peer);
        } else {
            let words = words.map(|words| words.into_vec().into());
            let block = block.into_vec().into();
            self.ingest.push_bulk(Arrival { cid, block, words, source: Source::Peer(peer), turn, live: None });
        }
    }

    pub(super) fn send_spread(&mut self, spreads: impl IntoIterator<Item = Spread>) {
        for spread in spreads {
            let (to, message) = match spread {
                Spread::Push { to, cid, hops, direct } => {
                    let Some(message) = self.push_message(&cid, hops, direct) else { continue };
                    (to, message)
                }
                Spread::Announce(to, names) => {
                    let (cids, hops): (Vec<Cid>, Vec<u8>) = names.into_iter().unzip();
                    (to, Live::Announce(Announce(Cids(cids), ByteBuf::from(hops))))
                }
                Spread::Graft(to, cids) => (to, Live::Graft(Cids(cids))),
                Spread::Prune(to) => (to, Live::Prune),
            };
            self.send_live(to, &message);
        }
    }

    pub(super) fn is_known(&self, cid: &Cid) -> bool {
        self.log.find(cid).is_some() || self.ingest.is_waiting(cid)
    }
}
