//! The want-list: blocks known to exist and not here; who has them, who was asked for them, and what happens when nobody answers.
//!
//! One block is asked of one peer at a time (a *claim*); a claim ends with the block, with the peer's "not here", with
//! its silence or with its link. There are two queues: what goes *ahead* (of authors that are known here, see [`crate::regulars`])
//! and all else, in about the order of depth. As long as both have something to ask a peer for, one request of four is for the
//! second, so that neither waits for the other's length. It sends nothing itself: [`crate::sync`] does.

use std::collections::BTreeSet;

use paceline_room::{
    Cid, NodeId,
    cost::{BTreeMap, LiteMap},
};

use crate::wire::{AHEAD_CIDS, Key};

/// Names in one request: small enough that answers of two peers do not leave many events waiting for parents.
pub const WANT_CIDS: usize = 512;
/// Events wanted at a time, those that go ahead apart; what a reconciliation finds beyond is found again by the next.
pub const MAX_WANTED: usize = 32 * 1024;
/// Peers remembered as having one event.
const MAX_SOURCES: usize = 8;
/// Of so many requests for both queues one is for what does not go ahead.
const TURNS: u64 = 4;

/// In which queue an event stands, here and on its way through [`crate::ingest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// With what known authors wrote.
    Ahead,
    /// With all else.
    InOrder,
}

#[derive(Debug)]
struct Wanted {
    turn: Turn,
    place: (u64, u64),
    sources: BTreeSet<NodeId>,
    /// Who told of it: what one peer may send ahead is bounded.
    told: NodeId,
    claimed: bool,
}

/// How many events of a source are unclaimed, so that asking costs nothing when there is nothing to ask.
#[derive(Debug, Default)]
struct Open {
    ahead: usize,
    in_order: usize,
}

impl Open {
    const fn of(&mut self, turn: Turn) -> &mut usize {
        match turn {
            Turn::Ahead => &mut self.ahead,
            Turn::InOrder => &mut self.in_order,
        }
    }
}

/// Events that are wanted.
#[derive(Debug, Default)]
pub struct WantList {
    ahead: BTreeMap<(u64, u64), Cid>,
    in_order: BTreeMap<(u64, u64), Cid>,
    events: BTreeMap<Cid, Wanted>,
    open: LiteMap<NodeId, Open>,
    /// How many of those that go ahead a peer told of.
    told: LiteMap<NodeId, usize>,
    added: u64,
    requests: u64,
}

impl WantList {
    /// How many events are wanted.
    pub fn count(&self) -> usize {
        self.events.len()
    }

    /// Whether this event is wanted.
    pub fn contains(&self, cid: &Cid) -> bool {
        self.events.contains_key(cid)
    }

    /// `source` has this event, whose depth is at most `key.0`.
    pub fn add(&mut self, key: Key, source: NodeId) {
        if self.add_source(&key.1, source) || self.in_order.len() >= MAX_WANTED {
            return;
        }
        self.insert(key.1, Turn::InOrder, key.0, source);
    }

    /// The same for what goes ahead, in the order in which it is told. What there is no room for stays where it was.
    pub fn add_ahead(&mut self, cid: Cid, source: NodeId) {
        let known = self.add_source(&cid, source);
        let is_ahead = self.events.get(&cid).is_some_and(|it| it.turn == Turn::Ahead);
        if is_ahead || self.told.get(&source).is_some_and(|told| *told >= AHEAD_CIDS) {
            return;
        }
        *self.told.entry(source).or_default() += 1;
        if !known {
            return self.insert(cid, Turn::Ahead, 0, source);
        }
        let place = (0, self.added);
        self.added += 1;
        let Some(wanted) = self.events.get_mut(&cid) else { return };
        self.in_order.remove(&wanted.place);
        (wanted.turn, wanted.place, wanted.told) = (Turn::Ahead, place, source);
        self.ahead.insert(place, cid);
        if !wanted.claimed {
            close(&mut self.open, &wanted.sources, Turn::InOrder);
            reopen(&mut self.open, &wanted.sources, Turn::Ahead);
        }
    }

    /// One more has it; whether it is wanted at all.
    fn add_source(&mut self, cid: &Cid, source: NodeId) -> bool {
        let Some(wanted) = self.events.get_mut(cid) else { return false };
        if wanted.sources.len() < MAX_SOURCES && wanted.sources.insert(source) && !wanted.claimed {
            reopen(&mut self.open, &[source].into(), wanted.turn);
        }
        true
    }

    fn insert(&mut self, cid: Cid, turn: Turn, depth: u64, source: NodeId) {
        let place = (depth, self.added);
        self.added += 1;
        self.order(turn).insert(place, cid);
        let sources = BTreeSet::from([source]);
        reopen(&mut self.open, &sources, turn);
        self.events.insert(cid, Wanted { turn, place, sources, told: source, claimed: false });
    }

    const fn order(&mut self, turn: Turn) -> &mut BTreeMap<(u64, u64), Cid> {
        match turn {
            Turn::Ahead => &mut self.ahead,
            Turn::InOrder => &mut self.in_order,
        }
    }

    /// It is here (or refused): no longer wanted. In which queue it stood.
    pub fn remove(&mut self, cid: &Cid) -> Option<Turn> {
        let wanted = self.events.remove(cid)?;
        if !wanted.claimed {
            close(&mut self.open, &wanted.sources, wanted.turn);
        }
        if wanted.turn == Turn::Ahead
            && let Some(told) = self.told.get_mut(&wanted.told)
        {
            *told -= 1;
            if *told == 0 {
                self.told.remove(&wanted.told);
            }
        }
        self.order(wanted.turn).remove(&wanted.place);
        Some(wanted.turn)
    }

    /// The next events to ask `peer` for, which are claimed by that: of one queue, and only of one of these.
    pub fn claim(&mut self, peer: &NodeId, may: impl Fn(Turn) -> bool) -> Vec<Cid> {
        let Some(open) = self.open.get(peer) else { return Vec::new() };
        let ahead = open.ahead > 0 && may(Turn::Ahead);
        let in_order = open.in_order > 0 && may(Turn::InOrder);
        let turn = match (ahead, in_order) {
            (false, false) => return Vec::new(),
            (true, false) => Turn::Ahead,
            (false, true) => Turn::InOrder,
            (true, true) => {
                self.requests += 1;
                if self.requests.is_multiple_of(TURNS) { Turn::InOrder } else { Turn::Ahead }
            }
        };
        let order = match turn {
            Turn::Ahead => &self.ahead,
            Turn::InOrder => &self.in_order,
        };
        let mut claimed = Vec::new();
        for cid in order.values() {
            let Some(wanted) = self.events.get_mut(cid) else { continue };
            if !wanted.claimed && wanted.sources.contains(peer) {
                wanted.claimed = true;
                close(&mut self.open, &wanted.sources, turn);
                claimed.push(*cid);
                if claimed.len() == WANT_CIDS {
                    break;
                }
            }
        }
        claimed
    }

    /// Ends the claims on these; with `failed`, that peer is no longer taken to have them.
    pub fn release<'a>(&mut self, cids: impl IntoIterator<Item = &'a Cid>, failed: Option<&NodeId>) {
        for cid in cids {
            let Some(wanted) = self.events.get_mut(cid) else { continue };
            if wanted.claimed {
                wanted.claimed = false;
                reopen(&mut self.open, &wanted.sources, wanted.turn);
            }
            if let Some(peer) = failed {
                self.forget_one(cid, peer);
            }
        }
    }

    /// The peer's link is gone: nothing can be asked of it.
    pub fn forget(&mut self, peer: &NodeId) {
        let theirs: Vec<Cid> = self.ahead.values().chain(self.in_order.values()).copied().collect();
        for cid in theirs {
            self.forget_one(&cid, peer);
        }
    }

    fn forget_one(&mut self, cid: &Cid, peer: &NodeId) {
        let Some(wanted) = self.events.get_mut(cid) else { return };
        if wanted.sources.remove(peer) {
            if !wanted.claimed {
                close(&mut self.open, &BTreeSet::from([*peer]), wanted.turn);
            }
            if wanted.sources.is_empty() {
                self.remove(cid);
            }
        }
    }
}

/// One event more to ask these for.
fn reopen(open: &mut LiteMap<NodeId, Open>, sources: &BTreeSet<NodeId>, turn: Turn) {
    for source in sources {
        *open.entry(*source).or_default().of(turn) += 1;
    }
}

/// One event less.
fn close(open: &mut LiteMap<NodeId, Open>, sources: &BTreeSet<NodeId>, turn: Turn) {
    for source in sources {
        if let Some(counts) = open.get_mut(source) {
            *counts.of(turn) -= 1;
            if counts.ahead + counts.in_order == 0 {
                open.remove(source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(number: u8) -> NodeId {
        NodeId::from_bytes([number; 32])
    }

    fn cid(number: u64) -> Cid {
        Cid::of(&number.to_le_bytes())
    }

    const fn any(_: Turn) -> bool {
        true
    }

    #[test]
    fn what_is_claimed_is_not_asked_of_anybody_else() {
        let mut want_list = WantList::default();
        for depth in 0..3 {
            want_list.add((depth, cid(depth)), node(1));
            want_list.add((depth, cid(depth)), node(2));
        }
        assert_eq!(want_list.claim(&node(2), any), vec![cid(0), cid(1), cid(2)]);
        assert_eq!(want_list.claim(&node(1), any), vec![]);
        want_list.release(&[cid(1)], Some(&node(2)));
        assert_eq!(want_list.claim(&node(2), any), vec![], "it did not have it");
        assert_eq!(want_list.claim(&node(1), any), vec![cid(1)]);
        assert_eq!(want_list.count(), 3);
    }

    #[test]
    fn what_nobody_has_any_more_is_not_wanted() {
        let mut want_list = WantList::default();
        want_list.add((1, cid(1)), node(1));
        want_list.add((2, cid(2)), node(1));
        want_list.add((2, cid(2)), node(2));
        assert_eq!(want_list.claim(&node(1), any).len(), 2);
        want_list.forget(&node(1));
        want_list.release(&[cid(1), cid(2)], Some(&node(1)));
        assert_eq!((want_list.count(), want_list.claim(&node(2), any)), (1, vec![cid(2)]));
    }

    #[test]
    fn requests_and_the_whole_list_are_bounded_and_the_shallow_come_first() {
        let mut want_list = WantList::default();
        for depth in (0..MAX_WANTED as u64 + 10).rev() {
            want_list.add((depth, cid(depth)), node(1));
        }
        assert_eq!(want_list.count(), MAX_WANTED);
        let first = want_list.claim(&node(1), any);
        assert_eq!((first.len(), first[0]), (WANT_CIDS, cid(10)));
        assert_eq!((want_list.remove(&cid(10)), want_list.remove(&cid(10))), (Some(Turn::InOrder), None));
    }

    #[test]
    fn what_goes_ahead_is_asked_for_in_three_requests_of_four_however_much_else_is_wanted() {
        let mut want_list = WantList::default();
        (0..4_000).for_each(|it| want_list.add((1, cid(it)), node(1)));
        (3_000..6_000).for_each(|it| want_list.add_ahead(cid(it), node(1)));
        assert_eq!(want_list.count(), 5_048, "a peer may send so much ahead and no more");
        assert_eq!(want_list.claim(&node(1), any), (3_000..3_512).map(cid).collect::<Vec<_>>());
        let firsts: Vec<Cid> = (0..5).map(|_| want_list.claim(&node(1), any)[0]).collect();
        assert_eq!(firsts, [3_512, 4_024, 0, 4_536, 512].map(cid));
        want_list.forget(&node(1));
        assert_eq!((want_list.count(), want_list.open.len(), want_list.told.len()), (0, 0, 0));
    }

    #[test]
    fn who_tells_of_much_keeps_nobody_else_from_telling() {
        let mut want_list = WantList::default();
        (0..AHEAD_CIDS as u64).for_each(|it| want_list.add_ahead(cid(it), node(1)));
        want_list.add_ahead(cid(9_999), node(1));
        want_list.add_ahead(cid(9_999), node(2));
        assert_eq!(want_list.claim(&node(2), any), vec![cid(9_999)]);
        assert_eq!(want_list.claim(&node(1), |turn| turn == Turn::InOrder), vec![]);
    }
}
