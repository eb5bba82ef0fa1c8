//! The way from a baton's opening to its current transfer, and what is shown of it.

use std::{cmp::Reverse, collections::BTreeSet, mem, sync::Arc};

use super::{
    Batons, Lead, Node, Track,
    forks::{Branch, Verdict},
};
use crate::{
    Cid, Ix, Log, NodeId,
    cost::{self, HashMap},
    fold::step::{Key, Step},
    limits, sorted,
    state::{Baton, BatonState, Term},
};

/// What a baton shows of its current transfer.
#[derive(PartialEq, Eq)]
struct Head {
    tip: Key,
    settled: bool,
    state: BatonState,
    holder: Option<NodeId>,
    offer: Option<(Cid, NodeId)>,
    may_reclaim: Option<NodeId>,
    mandate: Option<(Cid, Option<NodeId>)>,
    run_ends: Vec<Cid>,
    may_close: Vec<NodeId>,
    anyone_may_close: bool,
}

impl Head {
    fn of(baton: &Baton) -> Self {
        Self {
            tip: (baton.tip_depth, baton.tip),
            settled: baton.settled,
            state: baton.state,
            holder: baton.holder,
            offer: baton.offer.zip(baton.offered_to),
            may_reclaim: baton.may_reclaim,
            mandate: baton.mandate.map(|it| (it, baton.displaced)),
            run_ends: baton.run_ends.clone(),
            may_close: baton.may_close.clone(),
            anyone_may_close: baton.anyone_may_close,
        }
    }

    fn put(self, baton: &mut Baton) {
        (baton.offer, baton.offered_to) = self.offer.unzip();
        (baton.tip_depth, baton.tip) = self.tip;
        (baton.settled, baton.state, baton.holder) = (self.settled, self.state, self.holder);
        (baton.may_reclaim, baton.run_ends) = (self.may_reclaim, self.run_ends);
        let (mandate, displaced) = self.mandate.unzip();
        (baton.mandate, baton.displaced) = (mandate, displaced.flatten());
        (baton.may_close, baton.anyone_may_close) = (self.may_close, self.anyone_may_close);
    }
}

impl Batons {
    /// Puts a valid transfer into the tree, and on the path if nothing stands beside it.
    pub(super) fn add(&mut self, step: &Step, node: Node) {
        let (ix, opening, tips, key) = (step.ix, node.opening, node.tips.clone(), node.key);
        let run = node.run;
        for tip in &tips {
            let Some(parent) = self.nodes.get_mut(tip) else { continue };
            parent.children.insert(key, ix);
            if parent.moved.get(step.entry.chain) == 0 {
                parent.moved.set(step.entry.chain, step.entry.place);
            }
            if let Some(seen) = parent.run.and_then(|run| self.runs.get_mut(&run.base)) {
                seen.ends.remove(&end(parent.key));
            }
        }
        if let Some(run) = run {
            let seen = self.runs.entry(run.base).or_default();
            seen.ends.insert(end(key));
            if !seen.movers.contains_key(&step.entry.chain) {
                seen.movers.insert(step.entry.chain, ix);
            }
        }
        self.nodes.insert(ix, node);
        for tip in &tips {
            self.grow(step, *tip);
        }
        let changed = self.stale.entry(opening).or_default();
        changed.extend(tips);
        changed.push(ix);
    }

    /// If the path leads over `tip`, on which this event builds: it goes on here, or there is something to choose.
    fn grow(&mut self, step: &Step, tip: Ix) {
        let Some((opening, place)) = self.nodes.get(&tip).and_then(|it| Some((it.opening, it.place?))) else { return };
        let Some(track) = self.tracks.get_mut(&opening).filter(|it| it.path.len() == place + 1) else {
            return self.branch(step, tip);
        };
        track.path.push(step.ix);
        if let Some(node) = self.nodes.get_mut(&step.ix) {
            node.place = Some(place + 1);
        }
    }

    /// One more stands beside others on this tip.
    fn branch(&mut self, step: &Step, tip: Ix) {
        let nodes = &self.nodes;
        let Some(node) = nodes.get(&tip) else { return };
        self.forks.branch(step, (tip, node.key.1), &node.children, &|ix| branch(nodes, ix));
    }

    /// Shows a baton anew if this tip is its current one.
    pub(super) fn show_tip(&mut self, tip: Ix) {
        let Some(opening) = self.nodes.get(&tip).map(|node| node.opening) else { return };
        if self.tracks.get(&opening).and_then(|track| track.path.last()) == Some(&tip) {
            self.stale.entry(opening).or_default();
        }
    }

    /// Counts votes, follows who won, and shows what that changes.
    pub(crate) fn settle(&mut self, log: &Log) {
        for tip in self.forks.settle(log) {
            let mut changed = Vec::new();
            if let Some(opening) = self.walk_from(log, tip, &mut changed) {
                self.stale.entry(opening).or_default().extend(changed);
            }
        }
        for (opening, changed) in mem::take(&mut self.stale) {
            self.show(opening, &sorted::set(changed));
        }
    }

    /// If the path leads over `tip`: follows the winners from there on, until the path is as it was. Of which baton.
    fn walk_from(&mut self, log: &Log, tip: Ix, changed: &mut Vec<Ix>) -> Option<Ix> {
        let (opening, mut place) = self.nodes.get(&tip).and_then(|it| Some((it.opening, it.place?)))?;
        let mut here = tip;
        while let Some((next, settled)) = self.choose(log, here) {
            let track = self.tracks.get_mut(&opening)?;
            match settled {
                Some(true) => _ = track.leaning.remove(&here),
                Some(false) => _ = track.leaning.insert(here),
                None => {}
            }
            if track.path.get(place + 1) == Some(&next) {
                break;
            }
            for left in track.path.split_off(place + 1) {
                changed.push(left);
                track.leaning.remove(&left);
                self.forks.forget(left);
                if let Some(node) = self.nodes.get_mut(&left) {
                    node.place = None;
                }
            }
            track.path.push(next);
            changed.extend([here, next]);
            place += 1;
            here = next;
            if let Some(node) = self.nodes.get_mut(&next) {
                node.place = Some(place);
            }
        }
        Some(opening)
    }

    /// The child of `here` that the network follows, and, where there are several, whether that is settled.
    fn choose(&mut self, log: &Log, here: Ix) -> Option<(Ix, Option<bool>)> {
        let nodes = &self.nodes;
        let node = nodes.get(&here)?;
        if node.children.len() < 2 {
            return node.children.values().next().map(|it| (*it, None));
        }
        let tip = (here, node.key.1);
        let Verdict { winner, settled } = self.forks.decide(log, tip, &node.children, &|ix| branch(nodes, ix))?;
        Some((winner.ix, Some(settled)))
    }

    /// Brings what is shown up to date: the head, and the terms of these nodes. What stays as it is keeps its `Arc`.
    fn show(&mut self, opening: Ix, changed: &BTreeSet<Ix>) {
        let Some(track) = self.tracks.get(&opening) else { return };
        let Some(node) = track.path.last().and_then(|ix| self.nodes.get(ix)) else { return };
        let head = self.head(node, track.leaning.is_empty());
        let (key, terms) = (track.key, changed.iter().filter_map(|ix| self.term(track, *ix)));
        let terms: Vec<Term> = terms.collect();
        let list = &mut self.shown;
        let Some(shown) = list.get(&key) else { return };
        let is_new = |term: &Term| shown.terms.get(&(term.depth, term.from)) != Some(term);
        let edits: Vec<_> = terms.into_iter().filter(is_new).collect();
        if edits.is_empty() && head == Head::of(shown) {
            return;
        }
        let Some(shown) = list.get_mut(&key) else { return };
        cost::unshare(shown, Baton::weight);
        let baton = Arc::make_mut(shown);
        head.put(baton);
        edits.into_iter().for_each(|term| baton.terms.put(term));
        self.version += 1;
    }

    fn head(&self, node: &Node, settled: bool) -> Head {
        let holder = match node.lead {
            Lead::Held(holder) => Some(holder),
            _ => None,
        };
        let offer = node.offers.last().and_then(|(key, ix)| Some((key.1, self.offers.get(ix)?.to)));
        let state = match node.lead {
            Lead::Free { .. } => BatonState::Free,
            Lead::Held(_) if offer.is_some() => BatonState::Offered,
            Lead::Held(_) => BatonState::Held,
            Lead::Closed => BatonState::Closed,
        };
        let may_reclaim = node.run.and_then(|run| match self.nodes.get(&run.base)?.lead {
            Lead::Held(before) => Some(before),
            _ => None,
        });
        let seen = node.run.and_then(|run| self.runs.get(&run.base));
        let others = seen.into_iter().flat_map(|seen| &seen.ends).map(|(_, cid)| *cid).filter(|cid| *cid != node.key.1);
        let current = node.run.map(|_| node.key.1);
        let run_ends = current.into_iter().chain(others).take(limits::PARENTS).collect();
        Head {
            tip: node.key,
            settled,
            state,
            holder,
            offer,
            may_reclaim,
            mandate: node.mandate.map(|it| (it.cid, it.displaced)),
            run_ends,
            may_close: holder.filter(|_| node.run.is_none()).into_iter().collect(),
            anyone_may_close: node.lead == Lead::Free { released: true },
        }
    }

    /// The term that this node begins.
    fn term(&self, track: &Track, ix: Ix) -> Option<Term> {
        let node = self.nodes.get(&ix)?;
        let by = node.kind.term()?;
        let next = match node.place {
            Some(place) => track.path.get(place + 1).copied(),
            None => node.children.values().next().copied(),
        };
        let next = next.and_then(|ix| self.nodes.get(&ix));
        let left_alone = next.is_some_and(|next| next.unfollowed.contains(&ix));
        Some(Term {
            holder: node.author,
            from: node.key.1,
            until: next.map(|next| next.key.1),
            by,
            parallel: node.place.is_none() || left_alone,
            began: node.at,
            ended: next.map(|next| next.at),
            depth: node.key.0,
        })
    }
}

/// This node as one of several on a tip.
fn branch(nodes: &HashMap<Ix, Node>, ix: Ix) -> Option<Branch> {
    let it = nodes.get(&ix)?;
    Some(Branch { ix, key: it.key, author: it.author, kind: it.kind })
}

/// How the end of a run is kept: deepest first, like the parents of a draft.
fn end((depth, cid): Key) -> (Reverse<u64>, Cid) {
    (Reverse(depth), cid)
}
