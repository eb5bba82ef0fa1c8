//! Catching up: with whom, when and how, until every linked peer's tips are here.
//!
//! A session with a peer begins when it reports tips that are not here: at once when its hello does, after
//! [`PATIENCE`] when a beacon does (what is new is usually on its way), soon when an event's parent is missing.
//!
//! | state | goes to | when |
//! | --- | --- | --- |
//! | idle | rounds | its tips are unknown and this node holds a fair share of what it holds |
//! | idle | streaming | its tips are unknown and this node holds next to nothing: everything, oldest first |
//! | rounds | idle | the last round: what is here and not there is told with `Have`; or silence |
//! | rounds | waiting | both sides began at once: the smaller node goes on, the other waits for its `Have` |
//! | waiting, streaming | idle | `Have`, the last page; or silence |
//! | any | idle | the peer breaks the protocol, or does not answer a request |
//!
//! Two sessions at a time ([`SESSIONS`]), one while streaming, so that a newcomer does not learn (or download) the same
//! from seven peers. What a reconciliation found is asked for by name ([`crate::want_list`]). If that is more than one request holds,
//! or before a stream, the peer is asked by a version vector what of it those wrote who are known here ([`crate::regulars`]): that
//! goes ahead, and so nobody waits for the length of a flood of new keys. It only says in which order: reconciliation finds what
//! numbers hide. Who does not answer is left
//! alone for a while, longer each time. Pages come oldest first, since that is the order in which they can be admitted.
//!
//! Nothing that a peer claims keeps others from being asked for long: a stream and a request are given more time only for
//! blocks that are new here, all of them end ([`STREAM_TIME`], [`ROUNDS_TIME`], [`REQUEST_TIME`]), and a stream stands in
//! the way of other sessions only while it is young or keeps its pace ([`STREAM_PACE`]).

mod limits;
mod peer;
mod requests;
mod session;

use paceline_room::{
    Cid, Event, NodeId,
    cost::{BTreeMap, LiteMap},
    sorted,
};
use serde_bytes::{ByteArray, ByteBuf};

pub use limits::PARENT_PATIENCE;
use limits::{
    ANSWER_TIME, HELLO_PATIENCE, MAX_CLAIMED, PAGES, PATIENCE, ROUNDS, ROUNDS_TIME, SESSIONS, STREAM_ALONE,
    STREAM_EVENTS, STREAM_PACE, STREAM_TIMES, TOGETHER,
};
pub use peer::Claim;
use peer::{LoneWords, Peer};
use session::Session;

use crate::{
    index::Index,
    time::Millis,
    want_list::{Turn, WANT_CIDS, WantList},
    wire::{BULK_CIDS, Bulk, Cids, Have, Item, Key, Page, Since, Stream},
};

/// What a session wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Send this.
    Send(NodeId, Bulk),
    /// An event of that name came.
    Event(NodeId, Cid, Item),
    /// Words came.
    Words(NodeId, ByteBuf),
    /// All it will send for a request has come: once that is worked in, [`Sync::end_request`].
    Answered(NodeId),
    /// The peer broke the protocol.
    Bad(NodeId),
}

/// What a session may ask of the rest of the node.
pub struct Local<'a> {
    /// Whether an event is here, be it admitted or waiting: it need not be sent again.
    pub known: &'a dyn Fn(&Cid) -> bool,
    /// Whether an event is admitted or will be without any help: a tip of that kind needs no session.
    pub settled: &'a dyn Fn(&Cid) -> bool,
    /// Whether there is room for another page of bulk.
    pub room: bool,
    /// Whether there is room for more of what goes ahead.
    pub room_ahead: bool,
    /// How far the chains of those who are known here are here.
    pub since: &'a dyn Fn() -> Since,
}

impl Local<'_> {
    const fn has_room(&self, turn: Turn) -> bool {
        match turn {
            Turn::Ahead => self.room_ahead,
            Turn::InOrder => self.room,
        }
    }
}

/// All sessions of a node.
#[derive(Debug)]
pub struct Sync {
    me: NodeId,
    peers: LiteMap<NodeId, Peer>,
    want_list: WantList,
    lone: BTreeMap<Cid, LoneWords>,
    /// When to look through `lone` again: it may be long, and mostly nothing has changed.
    lone_at: Option<Millis>,
    /// When it was looked through, somebody who may have some of them had not answered yet: they are asked once they have.
    lone_waits: bool,
    serial: u64,
}

impl Sync {
    /// No peers yet.
    pub fn new(me: NodeId) -> Self {
        Self {
            me,
            peers: LiteMap::new(),
            want_list: WantList::default(),
            lone: BTreeMap::new(),
            lone_at: None,
            lone_waits: false,
            serial: 0,
        }
    }

    /// How many peers it knows.
    #[cfg(feature = "test-utils")]
    pub fn peers(&self) -> usize {
        self.peers.len()
    }

    /// How full it is.
    #[cfg(feature = "test-utils")]
    pub fn queues(&self) -> [crate::queue::Queue; 1] {
        [crate::queue::Queue::new("events that are wanted", self.want_list.count(), crate::want_list::MAX_WANTED)]
    }

    /// A link is up.
    pub fn link_up(&mut self, peer: NodeId, now: Millis) {
        self.link_down(&peer);
        self.peers.insert(peer, Peer::linked_at(now));
        self.lone.values_mut().for_each(|lone| lone.not_before = 0);
        self.lone_at = Some(0);
    }

    /// A link is gone: its claims are free for others.
    pub fn link_down(&mut self, peer: &NodeId) {
        if let Some(asked) = self.peers.remove(peer).and_then(|peer| peer.asked) {
            self.release(&asked, Some(peer));
        }
        self.want_list.forget(peer);
    }

    /// What the peer holds by its hello.
    pub fn on_hello(&mut self, peer: &NodeId, claim: Claim, now: Millis) {
        let patience = if self.has_completed() { HELLO_PATIENCE } else { 0 };
        let Some(it) = self.peers.get_mut(peer) else { return };
        it.hear(claim, now);
        it.look_at = Some(now + patience);
    }

    /// What the peer holds by its beacon. Returns whether it is anything new.
    pub fn on_tips(&mut self, peer: &NodeId, claim: Claim, here: &Local<'_>, now: Millis) -> bool {
        let Some(it) = self.peers.get_mut(peer) else { return false };
        it.hear(claim, now);
        let news = !it.tips.iter().all(here.settled);
        if news {
            it.look_at.get_or_insert(now + PATIENCE);
        }
        news
    }

    /// An event from `peer` builds on these, which are not here. What goes ahead takes what it builds on with it, within a budget:
    /// who builds on a flood waits for it.
    /// `due`: until then they may come by themselves.
    pub fn on_missing_parents(&mut self, peer: &NodeId, parents: Vec<Key>, turn: Turn, due: Millis, now: Millis) {
        let Some(it) = self.peers.get_mut(peer).filter(|_| !parents.is_empty()) else { return };
        if turn == Turn::Ahead && it.takes_along(parents.len(), now) {
            it.parents_ahead.extend(parents.into_iter().map(|key| key.1));
        } else {
            it.parents.extend(parents);
            it.parents.truncate(BULK_CIDS);
        }
        it.parents_at = Some(it.parents_at.map_or(due, |at| at.min(due)));
    }

    /// Whether one more event may go ahead because what a known author wrote, and this peer sent, builds on it.
    pub fn takes_along(&mut self, peer: &NodeId, now: Millis) -> bool {
        self.peers.get_mut(peer).is_some_and(|it| it.takes_along(1, now))
    }

    /// An event is admitted, waiting or refused: it need not be asked for. Returns in which queue it was wanted, if it was.
    pub fn on_event(&mut self, cid: &Cid) -> Option<Turn> {
        self.want_list.remove(cid)
    }

    /// Something of this peer was admitted: it is worth asking.
    pub fn on_good(&mut self, peer: &NodeId) {
        if let Some(it) = self.peers.get_mut(peer) {
            it.failures = 0;
        }
    }

    /// Events asked for, or to be asked for, by name.
    pub fn wanted(&self) -> usize {
        self.want_list.count()
    }

    /// Events that a stream of everything has still to bring, those included that came ahead of it.
    pub fn streamed(&self) -> usize {
        let streamed = self.peers.values().map(|it| match it.session() {
            Session::Streaming { left, .. } => usize::try_from(*left).unwrap_or(usize::MAX),
            _ => 0,
        });
        // Streams of the same events are counted once.
        streamed.max().unwrap_or(0)
    }

    /// What is lacking is not asked for: what is under way ends, and what was wanted is forgotten.
    pub fn give_up(&mut self) {
        self.want_list = WantList::default();
        let asked: Vec<_> = self.peers.iter_mut().filter_map(|(_, it)| it.rest()).collect();
        asked.iter().for_each(|it| self.release(it, None));
    }

    /// Each peer is asked once for its newest posts, and for nothing else.
    pub fn ask_newest(&mut self) -> Vec<Act> {
        let unasked = self.peers.iter_mut().filter(|(_, it)| !it.tips.is_empty() && !it.newest_asked);
        let asks = unasked.map(|(peer, it)| {
            (it.newest_asked, it.newest_due) = (true, true);
            Act::Send(*peer, Bulk::Stream(Stream(0, ByteArray::new([0; 32]), 0)))
        });
        asks.collect()
    }

    /// Something else may be taken from now on.
    pub fn look_again(&mut self, now: Millis) {
        for (_, it) in &mut self.peers {
            (it.look_at, it.not_before, it.mute_until) = (Some(now), 0, 0);
            (it.newest_asked, it.newest_due) = (false, false);
        }
        self.lone_at = Some(0);
    }

    /// Whether any reconciliation is under way.
    pub fn is_busy(&self) -> bool {
        self.peers.values().any(|it| *it.session() != Session::Idle)
    }

    /// Whether a reconciliation with a current peer has been completed.
    pub fn has_completed(&self) -> bool {
        self.peers.values().any(|it| it.completed.is_some())
    }

    /// Whether what is here is what the others have, as far as they say. One completed reconciliation may have been with somebody who
    /// came a moment ago, too: who was linked at about that time is heard first, and what it says it has is here. Who knows of more than
    /// it has says so, and counts once it has that.
    pub fn is_reconciled(&self, settled: &dyn Fn(&Cid) -> bool, now: Millis) -> bool {
        let whole = self.peers.values().filter(|it| !it.is_behind(now));
        let Some(first) = whole.filter_map(|it| it.completed).min() else { return false };
        let with_it = |it: &&Peer| it.linked <= first + TOGETHER && now < it.whole_since() + ANSWER_TIME;
        let has_more = |it: &Peer| !(it.heard && it.tips.iter().all(settled));
        let is_awaited = |it: &Peer| (it.completed.is_none() || it.was_behind()) && has_more(it);
        !self.peers.values().filter(with_it).any(is_awaited)
    }

    /// The same as if no time had passed: nobody was given up, neither who says nothing nor who is behind.
    pub fn is_certain(&self, settled: &dyn Fn(&Cid) -> bool) -> bool {
        self.is_reconciled(settled, 0)
    }

    /// A peer began or goes on with a reconciliation.
    #[inline(never)]
    pub fn on_round(&mut self, peer: &NodeId, round: &[u8], index: &mut Index, now: Millis) -> Vec<Act> {
        let Some(it) = self.peers.get_mut(peer) else { return Vec::new() };
        if let Session::Rounds { count: 0, .. } = it.session() {
            if self.me < *peer {
                return Vec::new();
            }
            it.set(Session::Waiting { until: now + ANSWER_TIME });
        }
        match index.answer(round) {
            Ok(answer) => vec![Act::Send(*peer, Bulk::Answer(ByteBuf::from(answer)))],
            Err(_) => vec![Act::Bad(*peer)],
        }
    }

    /// A peer answered this node's round.
    #[inline(never)]
    pub fn on_answer(
        &mut self,
        peer: &NodeId,
        answer: &[u8],
        index: &mut Index,
        here: &Local<'_>,
        now: Millis,
    ) -> Vec<Act> {
        let Some(it) = self.peers.get_mut(peer) else { return Vec::new() };
        // An answer to a round that was given up, or that nobody asked for: nothing rests on it.
        let Session::Rounds { count, have, all, until, .. } = it.session_mut() else { return Vec::new() };
        let Ok(round) = index.proceed(answer) else {
            it.fail(now);
            return vec![Act::Bad(*peer)];
        };
        *count += 1;
        *until = now + ANSWER_TIME;
        *all &= have.len() + round.have.len() <= BULK_CIDS;
        have.extend(round.have);
        have.truncate(BULK_CIDS);
        for key in round.need {
            if !(here.known)(&key.1) {
                self.want_list.add(key, *peer);
            }
        }
        let mut acts = Vec::new();
        match round.next {
            Some(next) if *count < ROUNDS => acts.push(Act::Send(*peer, Bulk::Round(ByteBuf::from(next)))),
            Some(_) => {
                it.fail(now);
                acts.push(Act::Bad(*peer));
            }
            None => {
                let have = Have(Cids(std::mem::take(have)), *all);
                self.finish(peer, here, now);
                acts.push(Act::Send(*peer, Bulk::Have(have)));
            }
        }
        acts.extend(self.ask_ahead(peer, here, now));
        acts
    }

    /// Once there is more to ask for than goes into one request: what of it is by those who are known here?
    fn ask_ahead(&mut self, peer: &NodeId, here: &Local<'_>, now: Millis) -> Option<Act> {
        let it = self.peers.get_mut(peer).filter(|_| self.want_list.count() > WANT_CIDS)?;
        it.since(here.since, now).map(|since| Act::Send(*peer, Bulk::Since(since)))
    }

    /// What a peer says there is beyond a version vector. What it has told of already counts within a bound of its own, so that
    /// nothing rests on when it says so.
    #[inline(never)]
    pub fn on_ahead(&mut self, peer: &NodeId, names: Cids, here: &Local<'_>) {
        if !self.peers.contains_key(peer) {
            return;
        }
        for cid in names.0 {
            if !(here.known)(&cid) {
                self.want_list.add_ahead(cid, *peer);
            }
        }
    }

    /// A peer finished its reconciliation with this node.
    #[inline(never)]
    pub fn on_have(&mut self, peer: &NodeId, have: Have, here: &Local<'_>, now: Millis) -> Vec<Act> {
        if !self.peers.contains_key(peer) {
            return Vec::new();
        }
        for cid in have.0.0 {
            if !(here.known)(&cid) {
                // Depths are not told; what has no depth is asked for after what has.
                self.want_list.add((u64::MAX, cid), *peer);
            }
        }
        self.finish(peer, here, now);
        if let Some(it) = self.peers.get_mut(peer)
            && !have.1
        {
            it.look_at = Some(now);
        }
        self.ask_ahead(peer, here, now).into_iter().collect()
    }

    /// The session is over; if the tips it began for are neither here nor wanted now, the peer told of what it does not
    /// have: the next try waits.
    fn finish(&mut self, peer: &NodeId, here: &Local<'_>, now: Millis) {
        let Some(it) = self.peers.get_mut(peer) else { return };
        it.completed.get_or_insert(now);
        it.set(Session::Idle);
        it.look_at = None;
        if !it.tips.iter().all(|cid| (here.settled)(cid) || self.want_list.contains(cid)) {
            it.leave_alone(now);
        }
    }

    /// A page of a stream.
    #[inline(never)]
    pub fn on_page(&mut self, peer: &NodeId, page: Page, here: &Local<'_>, now: Millis) -> Vec<Act> {
        let Some(it) = self.peers.get_mut(peer) else { return Vec::new() };
        let Session::Streaming { after, left, under_way, until, fresh, ahead, .. } = it.session_mut() else {
            return Vec::new();
        };
        let last = last_key(&page);
        let Page(items, still, ..) = page;
        let progress = last.is_some_and(|last| last > *after) && *under_way > 0;
        let is_end = items.is_empty() && still == 0;
        if !progress && !is_end {
            it.fail(now);
            return vec![Act::Bad(*peer)];
        }
        let items: Vec<(Cid, Item)> = items.into_iter().map(|item| (Cid::of(&item.0), item)).collect();
        let new = sorted::set(items.iter().map(|(cid, _)| *cid).filter(|cid| !(here.known)(cid)));
        if !new.is_empty() {
            *until = now + ANSWER_TIME;
            *fresh = fresh.saturating_add(new.len() as u64);
        }
        *ahead = false;
        (*after, *left) = (last.unwrap_or(*after), still.min(MAX_CLAIMED));
        *under_way = under_way.saturating_sub(1);
        let mut acts: Vec<Act> = items.into_iter().map(|(cid, item)| Act::Event(*peer, cid, item)).collect();
        if still == 0 {
            it.set(Session::Idle);
            it.completed.get_or_insert(now);
            it.look_at = Some(now + PARENT_PATIENCE);
        } else {
            acts.extend(more(peer, it, here, now));
        }
        acts
    }

    /// The newest posts, ahead of the first page of a stream or asked for alone. Another time they are not taken.
    #[inline(never)]
    pub fn on_newest(&mut self, peer: &NodeId, items: Vec<Item>) -> Vec<Act> {
        let Some(it) = self.peers.get_mut(peer) else { return Vec::new() };
        let mut due = std::mem::take(&mut it.newest_due);
        if let Session::Streaming { ahead, .. } = it.session_mut() {
            due |= std::mem::take(ahead);
        }
        let items = if due { items } else { Vec::new() };
        items.into_iter().map(|item| Act::Event(*peer, Cid::of(&item.0), item)).collect()
    }

    /// Ends what has waited too long, begins what is due, asks for what is wanted.
    pub fn tick(&mut self, index: &mut Index, here: &Local<'_>, now: Millis) -> Vec<Act> {
        let mut acts = Vec::new();
        self.expire(now);
        self.want_parents(here, now);
        self.begin_sessions(index, here, now, &mut acts);
        for (peer, it) in &mut self.peers {
            acts.extend(more(peer, it, here, now));
        }
        if here.room || here.room_ahead {
            self.ask(here, now, &mut acts);
        }
        acts
    }

    fn expire(&mut self, now: Millis) {
        let mut silent = Vec::new();
        for (peer, it) in &mut self.peers {
            if it.session().until().is_some_and(|until| until <= now) {
                it.fail(now);
            }
            if it.asked.as_ref().is_some_and(|asked| asked.until <= now) {
                it.fail(now);
                silent.extend(it.asked.take().map(|asked| (*peer, asked)));
            }
        }
        for (peer, asked) in silent {
            self.release(&asked, Some(&peer));
        }
    }

    fn want_parents(&mut self, here: &Local<'_>, now: Millis) {
        for (peer, it) in &mut self.peers {
            if it.parents_at.is_some_and(|at| at <= now) {
                for cid in std::mem::take(&mut it.parents_ahead) {
                    if !(here.known)(&cid) {
                        self.want_list.add_ahead(cid, *peer);
                    }
                }
                if matches!(it.session(), Session::Streaming { .. }) {
                    // It sends everything, these too; what does not come by then is asked for.
                    it.parents_at = Some(now + PARENT_PATIENCE);
                    continue;
                }
                it.parents_at = None;
                for key in std::mem::take(&mut it.parents) {
                    if !(here.known)(&key.1) {
                        self.want_list.add(key, *peer);
                    }
                }
            }
        }
    }

    fn begin_sessions(&mut self, index: &mut Index, here: &Local<'_>, now: Millis, acts: &mut Vec<Act>) {
        let in_the_way = |it: &&Peer| it.session().is_in_the_way(now);
        let streams = |it: &Peer| matches!(it.session(), Session::Streaming { .. });
        let mut busy = self.peers.values().filter(in_the_way).count();
        let mut alone = self.peers.values().filter(in_the_way).any(streams);
        let mut streaming = self.peers.values().any(streams);
        // Who failed less comes first, so that many who fail cannot take turns at keeping the others out.
        let mut order: Vec<_> = self.peers.iter_mut().collect();
        sorted::short_list(&mut order, |(_, it)| (it.no_stream, it.failures));
        for (peer, it) in order {
            if alone || busy >= SESSIONS {
                return;
            }
            let due = it.look_at.is_some_and(|at| at <= now) && it.not_before <= now;
            if !due || *it.session() != Session::Idle {
                continue;
            }
            if it.tips.iter().all(here.settled) {
                it.completed.get_or_insert(now);
                (it.look_at, it.put_off) = (None, None);
                continue;
            }
            // Who promised what is wanted may be slow, or have nothing: then this peer is a better source.
            let patient = now < it.put_off.unwrap_or(now) + ANSWER_TIME;
            if patient && it.tips.iter().all(|cid| (here.settled)(cid) || self.want_list.contains(cid)) {
                it.put_off.get_or_insert(now);
                it.look_at = Some(now + PATIENCE);
                continue;
            }
            busy += 1;
            (it.look_at, it.put_off) = (None, None);
            let mine = index.count() as u64;
            let pays = !streaming && !it.no_stream && (it.events >= STREAM_EVENTS || mine == 0);
            if pays && mine.saturating_mul(STREAM_TIMES) <= it.events {
                (streaming, alone) = (true, true);
                let after = (0, Cid::from_digest([0; 32]));
                let (left, until) = (it.events, now + ANSWER_TIME);
                acts.extend(it.since(here.since, now).map(|since| Act::Send(*peer, Bulk::Since(since))));
                it.set(Session::Streaming { after, left, under_way: PAGES, until, since: now, fresh: 0, ahead: true });
                acts.push(Act::Send(*peer, Bulk::Stream(Stream(after.0, ByteArray::new(*after.1.digest()), PAGES))));
            } else if let Ok(first) = index.initiate() {
                let (until, ends) = (now + ANSWER_TIME, now + ROUNDS_TIME);
                it.set(Session::Rounds { count: 0, have: Vec::new(), all: true, until, ends });
                acts.push(Act::Send(*peer, Bulk::Round(ByteBuf::from(first))));
            }
        }
    }

    /// When [`Sync::tick`] has something to do.
    pub fn next_wake(&self, now: Millis) -> Option<Millis> {
        let mut wake: Option<Millis> = None;
        // What is due already waits for something else than time: a free session, an answer.
        let mut at = |time: Millis| {
            if time > now {
                wake = Some(wake.map_or(time, |wake| wake.min(time)));
            }
        };
        for it in self.peers.values() {
            it.session().until().into_iter().for_each(&mut at);
            if let Session::Streaming { since, fresh, .. } = it.session() {
                at(since + STREAM_ALONE.max(fresh.saturating_mul(1_000) / STREAM_PACE + 1));
            }
            it.asked.iter().for_each(|asked| at(asked.until));
            it.parents_at.into_iter().for_each(&mut at);
            it.look_at.into_iter().for_each(|look| at(look.max(it.not_before)));
        }
        self.lone_at.into_iter().for_each(at);
        wake
    }
}

/// The place of a page's last event, by the event itself: what the page says of it must be true.
fn last_key(page: &Page) -> Option<Key> {
    let block = &page.0.last()?.0;
    let key = (Event::decode(block).ok()?.depth, Cid::of(block));
    (key == (page.2, Cid::from_digest(*page.3))).then_some(key)
}

/// Asks for more pages when there is room for them.
fn more(peer: &NodeId, it: &mut Peer, here: &Local<'_>, now: Millis) -> Option<Act> {
    let Session::Streaming { under_way, until, .. } = it.session_mut() else { return None };
    let pages = PAGES.saturating_sub(*under_way);
    if !here.room || pages == 0 {
        return None;
    }
    if *under_way == 0 {
        *until = now + ANSWER_TIME;
    }
    *under_way = PAGES;
    Some(Act::Send(*peer, Bulk::More(pages)))
}

#[cfg(test)]
mod tests;
