//! Batons as they stand: which are led, by whom somebody may step in for, what waits for this node; and what was done with
//! them and did not count.

use std::{rc::Rc, sync::Arc};

use paceline_mesh::{Replica, replica::Here};
use paceline_room::{
    Body, Cid, Ix, Log, NodeId, Tree,
    cost::{BTreeMap, BTreeSet, HashMap},
    fold::{Key, Lists},
    state::{Baton, BatonState, IgnoredTransfer, Meeting, MeetingLists},
};

use super::when::{UNHEARD, When, grace, same};
use crate::{terms::Terms, write::silence};

/// Those of all batons that are in somebody's hands, or wait for this node.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batons {
    /// Those that somebody leads, in order of opening; what ended with its meeting is in no list but its own.
    pub led: Tree<Key, Baton>,
    /// Of the first, those that this node leads.
    pub mine: Tree<Key, Baton>,
    /// Those that nobody leads.
    pub free: Tree<Key, Baton>,
    /// Those that are done.
    pub closed: Tree<Key, Baton>,
    /// Those that are offered to this node, or that it may reclaim.
    pub for_me: Tree<Key, Baton>,
    /// Roles of meetings that are all over: nobody leads them any more, whoever holds them.
    pub ended: Tree<Key, Baton>,
    /// Of the first, those whose current term has lasted longer than meant, by this node's own clock.
    pub overtime: Rc<[Cid]>,
    /// Who leads one of them and has left, or was silent for too long: somebody may step in.
    pub vanished: Rc<[NodeId]>,
    /// Of the first, roles of incidents whose leader has said nothing for ten seconds: somebody may step in, too.
    pub unheard: Rc<[Cid]>,
}

impl Batons {
    pub(super) fn follow(&mut self, before: &Lists, now: &Lists, roles: &mut Roles, log: &Log, me: NodeId) {
        let mut changed: BTreeMap<Key, Option<Arc<Baton>>> = BTreeMap::new();
        for change in now.batons.since(&before.batons) {
            changed.insert(*change.key, change.now.cloned());
        }
        for baton in roles.follow(&before.meetings, &now.meetings, log) {
            changed.insert(baton, now.batons.get(&baton).cloned());
        }
        for (key, baton) in changed {
            let ended = baton.as_ref().is_some_and(|it| roles.has_ended(&it.cid, &now.meetings));
            let current = baton.as_ref().filter(|_| !ended);
            let waits =
                |it: &Baton| it.offered_to == Some(me) || it.may_reclaim == Some(me) && it.state != BatonState::Closed;
            set(&mut self.led, &key, current.filter(|it| it.holder.is_some()));
            set(&mut self.mine, &key, current.filter(|it| it.holder == Some(me)));
            set(&mut self.free, &key, current.filter(|it| it.state == BatonState::Free));
            set(&mut self.closed, &key, current.filter(|it| it.state == BatonState::Closed));
            set(&mut self.for_me, &key, current.filter(|it| waits(it)));
            set(&mut self.ended, &key, baton.as_ref().filter(|_| ended));
        }
    }

    /// What time alone brings: terms that are over, and silence.
    pub(super) fn pass_time(&mut self, replica: &Replica, roles: &Roles, terms: &mut Terms, me: NodeId, when: &When) {
        self.overtime = same(&self.overtime, terms.overtime(self.led.iter(), when.now));
        let grace = grace(replica.fold());
        let is_silent = |holder: &NodeId| {
            let seen = replica.presence_of(holder);
            let goodbye = seen.is_some_and(|it| it.goodbye && it.here == Here::Gone);
            let gone = seen.is_none_or(|it| it.here == Here::Gone);
            goodbye || (gone && silence(seen.as_ref(), when.now) >= grace && !when.cut_off)
        };
        let holders = self.led.iter().filter_map(|it| it.holder).filter(|it| *it != me);
        let mut vanished: Vec<NodeId> = Vec::new();
        for holder in holders {
            if !vanished.contains(&holder) && is_silent(&holder) {
                vanished.push(holder);
            }
        }
        self.vanished = same(&self.vanished, vanished);
        let meetings = replica.fold().meetings();
        let is_unheard = |it: &NodeId| *it != me && !when.cut_off && replica.unheard(it, when.now) >= UNHEARD;
        let unheard = self.led.iter().filter(|it| roles.is_of_incident(&it.cid, meetings));
        let unheard = unheard.filter(|it| it.holder.as_ref().is_some_and(is_unheard)).map(|it| it.cid).collect();
        self.unheard = same(&self.unheard, unheard);
    }
}

fn set(list: &mut Tree<Key, Baton>, key: &Key, baton: Option<&Arc<Baton>>) {
    match baton {
        Some(baton) => list.insert(*key, baton.clone()),
        None => _ = list.remove(key),
    }
}

/// Which batons are roles of which meetings.
#[derive(Default)]
pub(super) struct Roles {
    /// The places of a baton's meetings.
    of: HashMap<Cid, BTreeSet<Key>>,
}

impl Roles {
    /// Takes in what changed; returns the batons of which it may be otherwise now whether they ended with their meetings.
    fn follow(&mut self, before: &MeetingLists, now: &MeetingLists, log: &Log) -> BTreeSet<Key> {
        let mut changed = BTreeSet::new();
        let place = |cid: &Cid| log.find(cid).map(|ix| log.entry(ix).key());
        for it in now.roles.since(&before.roles) {
            if let (Some(baton), Some(meeting)) = (it.now, place(&it.key.0)) {
                self.of.entry(**baton).or_default().insert(meeting);
                changed.extend(place(baton));
            }
        }
        let is_over = |it: Option<&Arc<Meeting>>| it.is_some_and(|it| it.ended.is_some());
        for it in now.all.since(&before.all).into_iter().filter(|it| is_over(it.before) != is_over(it.now)) {
            changed.extend(now.roles_of(it.key.1).filter_map(|baton| place(&baton)));
        }
        changed
    }

    /// Whether it is a role of an incident that goes on.
    fn is_of_incident(&self, baton: &Cid, now: &MeetingLists) -> bool {
        let of = self.of.get(baton).into_iter().flatten();
        of.filter_map(|it| now.open.get(it)).any(|it| it.is_incident())
    }

    /// Whether it is a role of meetings, and all of them are over.
    fn has_ended(&self, baton: &Cid, now: &MeetingLists) -> bool {
        self.of.get(baton).is_some_and(|all| all.iter().all(|it| now.open.get(it).is_none()))
    }
}

/// What was done with batons and did not count, by baton and in display order.
#[derive(Default)]
pub(super) struct Ignoreds {
    shown: Tree<(Cid, Key), IgnoredTransfer>,
    /// How many ignored events, and how many of any kind, were looked at.
    ignored: usize,
    events: usize,
    /// What declines an offer that is not here: of which baton that is, is known when it comes.
    of_offer: BTreeSet<(Cid, Ix)>,
}

impl Ignoreds {
    pub(super) fn follow(&mut self, replica: &Replica) -> &Tree<(Cid, Key), IgnoredTransfer> {
        let (fold, log) = (replica.fold(), replica.log());
        let after = fold.ignored_after(self.ignored);
        self.ignored += after.len();
        let mut fresh = after.to_vec();
        if !self.of_offer.is_empty() {
            for (_, entry) in log.entries_after(self.events) {
                let waiting = self.of_offer.range((entry.cid, Ix(0))..).take_while(|(offer, _)| *offer == entry.cid);
                fresh.extend(waiting.map(|(_, ix)| *ix));
            }
        }
        self.events = log.len();
        for ix in fresh {
            let entry = log.entry(ix);
            match &entry.event.body {
                Body::BatonDeclined(it) if log.find(&it.offer).is_none() => _ = self.of_offer.insert((it.offer, ix)),
                _ => {
                    if let Some(transfer) = fold.ignored_transfer(log, ix) {
                        self.shown.insert((transfer.baton, entry.key()), Arc::new(transfer));
                    }
                }
            }
        }
        &self.shown
    }
}
