//! Section 3 of the room's design once more, as plainly as it can be written: whole sets of ancestors, every pair of
//! branches counted from scratch, nothing remembered. Slow, and good for one thing: to be compared with.

use std::collections::{BTreeMap, BTreeSet};

use paceline_room::{Body, Cid, Event, NodeId};
use sha2::{Digest, Sha256};

pub struct Oracle {
    /// In `(depth, cid)` order: parents before children.
    events: Vec<(Cid, Event)>,
    at: BTreeMap<Cid, usize>,
    past: Vec<BTreeSet<usize>>,
    /// Openings and valid transfers: their tips.
    tree: BTreeMap<usize, Vec<usize>>,
    /// The run that each of these belongs to.
    runs: BTreeMap<usize, Vec<usize>>,
}

/// What the oracle says of a baton.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    pub tip: Cid,
    pub holder: Option<NodeId>,
    /// The holder before the run that is current.
    pub before: Option<NodeId>,
    pub settled: bool,
    pub path: Vec<Cid>,
    pub terms: BTreeSet<Cid>,
    /// The smallest lead by which a branch on the path beats another, if there are forks.
    pub least_lead: Option<usize>,
    pub forks: usize,
}

struct Count {
    votes: [usize; 2],
    built: [usize; 2],
    open: usize,
}

impl Oracle {
    pub fn new(events: impl IntoIterator<Item = (Cid, Event)>) -> Self {
        let mut events: Vec<_> = events.into_iter().collect();
        events.sort_by_key(|(cid, event)| (event.depth, *cid));
        let at: BTreeMap<Cid, usize> = events.iter().enumerate().map(|(at, (cid, _))| (*cid, at)).collect();
        let mut past: Vec<BTreeSet<usize>> = Vec::new();
        for (_, event) in &events {
            let mut mine = BTreeSet::new();
            for seen in event.seen() {
                mine.insert(at[seen]);
                mine.extend(&past[at[seen]]);
            }
            past.push(mine);
        }
        let mut oracle = Self { events, at, past, tree: BTreeMap::new(), runs: BTreeMap::new() };
        for event in 0..oracle.events.len() {
            if let Some(tips) = oracle.valid(event) {
                oracle.runs.insert(event, oracle.run_of(event, &tips));
                oracle.tree.insert(event, tips);
            }
        }
        oracle
    }

    pub fn is_valid_transfer(&self, cid: &Cid) -> bool {
        self.tree.contains_key(&self.at[cid])
    }

    fn body(&self, event: usize) -> &Body {
        &self.events[event].1.body
    }

    fn author(&self, event: usize) -> NodeId {
        self.events[event].1.author
    }

    fn seen(&self, by: usize, cid: &Cid) -> Option<usize> {
        self.at.get(cid).copied().filter(|it| self.past[by].contains(it))
    }

    fn has(&self, event: usize, other: usize) -> bool {
        event == other || self.past[event].contains(&other)
    }

    fn children(&self, tip: usize) -> Vec<usize> {
        self.tree.iter().filter(|(_, tips)| tips.contains(&tip)).map(|(it, _)| *it).collect()
    }

    fn opening(&self, mut node: usize) -> usize {
        while let Some(tip) = self.tree[&node].first() {
            node = *tip;
        }
        node
    }

    fn holder(&self, node: usize) -> Option<NodeId> {
        match self.body(node) {
            Body::BatonTaken(_) | Body::BatonAccepted(_) | Body::BatonSteppedIn(_) | Body::BatonReclaimed(_) => {
                Some(self.author(node))
            }
            _ => None,
        }
    }

    fn is_free(&self, node: usize) -> bool {
        matches!(self.body(node), Body::BatonOpened(_) | Body::BatonReleased(_))
    }

    fn is_stand_in(&self, node: usize) -> bool {
        matches!(self.body(node), Body::BatonSteppedIn(_))
    }

    /// The run that a valid node belongs to, from the latest to the first: everything since the last true holder.
    fn run_of(&self, node: usize, tips: &[usize]) -> Vec<usize> {
        let on_run = || tips.first().map(|tip| self.run(*tip)).filter(|run| !run.is_empty());
        let before = match self.body(node) {
            Body::BatonSteppedIn(_) => Some(on_run().unwrap_or_default()),
            Body::BatonReleased(_) => on_run(),
            Body::BatonAccepted(_) | Body::BatonTaken(_) => on_run().filter(|_| !self.ends_run(node, tips[0])),
            _ => None,
        };
        before.map(|before| [&[node], before].concat()).unwrap_or_default()
    }

    fn run(&self, node: usize) -> &[usize] {
        &self.runs[&node]
    }

    fn is_in_run(&self, node: usize) -> bool {
        !self.run(node).is_empty()
    }

    /// What the run of this node began on; itself if it is in none.
    fn base(&self, node: usize) -> usize {
        self.run(node).last().map_or(node, |first| self.tree[first][0])
    }

    /// Whether an accept or take on the run's `tip` gives a lead for good.
    fn ends_run(&self, event: usize, tip: usize) -> bool {
        let base = self.base(tip);
        if self.holder(base) == Some(self.author(event)) {
            return true;
        }
        let stand_in = *self.run(tip).iter().find(|it| self.is_stand_in(**it)).expect("a run begins with a step-in");
        let mut apart: BTreeSet<NodeId> = [self.author(event)].into();
        apart.extend(self.holder(base));
        let moves = self.tree.keys().filter(|it| self.past[event].contains(it) && self.base(**it) == base);
        apart.extend(moves.filter(|it| self.is_in_run(**it)).map(|it| self.author(*it)));
        let asked: BTreeSet<NodeId> =
            self.past[base].iter().map(|it| self.author(*it)).filter(|it| !apart.contains(it)).collect();
        let on: BTreeSet<NodeId> = self.past[event]
            .iter()
            .filter(|it| self.past[**it].contains(&stand_in))
            .map(|it| self.author(*it))
            .collect();
        asked.intersection(&on).count() * 2 > asked.len()
    }

    /// The tips of an opening or a valid transfer.
    fn valid(&self, event: usize) -> Option<Vec<usize>> {
        let (author, body) = (self.author(event), self.body(event));
        let tip = |baton: &Cid, tip: &Cid| {
            let opening = self.seen(event, baton).filter(|it| matches!(self.body(*it), Body::BatonOpened(_)))?;
            let tip = self.seen(event, tip).filter(|it| self.tree.contains_key(it))?;
            let moved_on = self.children(tip).iter().any(|child| self.past[event].contains(child));
            (self.opening(tip) == opening && !moved_on).then_some(tip)
        };
        let (tips, holds) = match body {
            Body::BatonOpened(_) => (vec![], true),
            Body::BatonTaken(it) => {
                let tip = tip(&it.baton, &it.tip)?;
                (vec![tip], self.is_free(tip))
            }
            Body::BatonAccepted(it) => {
                let tip = tip(&it.baton, &it.tip)?;
                (vec![tip], self.offer_holds(event, tip, self.seen(event, &it.by)?))
            }
            Body::BatonSteppedIn(it) => {
                let tip = tip(&it.baton, &it.tip)?;
                (vec![tip], self.holder(tip).is_some_and(|holder| holder != author))
            }
            Body::BatonReleased(it) => {
                let tip = tip(&it.baton, &it.tip)?;
                (vec![tip], self.holder(tip) == Some(author))
            }
            Body::BatonClosed(it) => {
                let tip = tip(&it.baton, &it.tip)?;
                let may = self.holder(tip) == Some(author) || matches!(self.body(tip), Body::BatonReleased(_));
                (vec![tip], it.by.is_none() && may && !self.is_in_run(tip))
            }
            Body::BatonReclaimed(it) => {
                let tips: Option<BTreeSet<usize>> = it.tips.iter().map(|cid| tip(&it.baton, cid)).collect();
                let tips = tips?;
                let bases: BTreeSet<usize> = tips.iter().map(|tip| self.base(*tip)).collect();
                let run = tips.iter().all(|tip| self.is_in_run(*tip)) && bases.len() == 1;
                let mine = bases.iter().all(|base| self.holder(*base) == Some(author));
                (tips.into_iter().collect(), run && mine)
            }
            _ => return None,
        };
        holds.then_some(tips)
    }

    fn offer_holds(&self, event: usize, tip: usize, offer: usize) -> bool {
        let Body::BatonOffered(body) = self.body(offer) else { return false };
        let ended = self.past[event].iter().any(|it| match self.body(*it) {
            Body::BatonDeclined(end) => self.seen(*it, &end.offer) == Some(offer) && self.author(*it) == body.to,
            Body::BatonOfferWithdrawn(end) => {
                self.seen(*it, &end.offer) == Some(offer) && self.author(*it) == self.author(offer)
            }
            _ => false,
        });
        self.seen(offer, &body.tip) == Some(tip)
            && self.seen(offer, &body.baton) == Some(self.opening(tip))
            && self.holder(tip) == Some(self.author(offer))
            && body.to == self.author(event)
            && body.to != self.author(offer)
            && !ended
    }

    /// The votes on two branches, `x` the smaller by `(depth, cid)`.
    fn count(&self, x: usize, y: usize) -> Count {
        let mut count = Count { votes: [0; 2], built: [0; 2], open: 0 };
        let authors: BTreeSet<NodeId> = self.events.iter().map(|(_, event)| event.author).collect();
        for author in authors.into_iter().filter(|it| *it != self.author(x) && *it != self.author(y)) {
            let own: Vec<usize> = (0..self.events.len()).filter(|it| self.author(*it) == author).collect();
            let elector = own.iter().any(|it| self.past[x].contains(it) && self.past[y].contains(it));
            // The first of each chain to have either: those whose predecessor has neither.
            let firsts = own.iter().filter(|it| {
                let before = self.events[**it].1.prev.map(|prev| self.at[&prev]);
                let met = |event: usize| self.has(event, x) || self.has(event, y);
                met(**it) && !before.is_some_and(met)
            });
            let votes: BTreeSet<bool> =
                firsts.filter(|it| self.has(**it, x) != self.has(**it, y)).map(|it| self.has(*it, y)).collect();
            if let [vote] = votes.iter().copied().collect::<Vec<_>>()[..] {
                count.built[usize::from(vote)] += 1;
                count.votes[usize::from(vote)] += usize::from(elector);
            }
            let met = own.iter().any(|it| self.has(*it, x) || self.has(*it, y));
            count.open += usize::from(elector && !met);
        }
        count
    }

    /// Whether `x` wins over `y`, and the lead and whether it is settled.
    fn wins(&self, tip: usize, x: usize, y: usize) -> (bool, usize, bool) {
        let key = |it: usize| (self.events[it].1.depth, self.events[it].0);
        let swap = key(x) > key(y);
        let (a, b) = if swap { (y, x) } else { (x, y) };
        let count = self.count(a, b);
        let draw = |it: usize| -> [u8; 32] {
            let bytes = [&self.events[tip].0.digest()[..], &self.author(it).as_bytes()[..]].concat();
            Sha256::digest(bytes).into()
        };
        let reclaimed = |it: usize| matches!(self.body(it), Body::BatonReclaimed(_));
        let closed = |it: usize| matches!(self.body(it), Body::BatonClosed(_));
        let a_wins = if count.votes[0] != count.votes[1] {
            count.votes[0] > count.votes[1]
        } else if reclaimed(a) != reclaimed(b) {
            reclaimed(a)
        } else if closed(a) != closed(b) {
            closed(b)
        } else if count.built[0] != count.built[1] {
            count.built[0] > count.built[1]
        } else if draw(a) != draw(b) {
            draw(a) < draw(b)
        } else {
            self.events[a].0 < self.events[b].0
        };
        let lead = count.votes[0].abs_diff(count.votes[1]);
        (a_wins != swap, lead, lead > count.open)
    }

    /// How many accepts and takes stayed in a run, and how many ended one.
    pub fn moved_in_runs(&self) -> [usize; 2] {
        let moves = self.tree.iter().filter(|(it, tips)| {
            matches!(self.body(**it), Body::BatonAccepted(_) | Body::BatonTaken(_)) && self.is_in_run(tips[0])
        });
        let (stayed, ended): (Vec<_>, Vec<_>) = moves.partition(|(it, _)| self.is_in_run(**it));
        [stayed.len(), ended.len()]
    }

    pub fn said(&self, baton: &Cid) -> Said {
        let opening = self.at[baton];
        let (mut here, mut path, mut settled) = (opening, vec![opening], true);
        let (mut least_lead, mut forks) = (None, 0);
        loop {
            let mut branches = self.children(here);
            branches.sort_by_key(|it| (self.events[*it].1.depth, self.events[*it].0));
            let Some(next) = branches.iter().copied().reduce(|a, b| if self.wins(here, a, b).0 { a } else { b }) else {
                break;
            };
            forks += usize::from(branches.len() > 1);
            for other in branches.into_iter().filter(|it| *it != next) {
                let (wins, lead, pair_settled) = self.wins(here, next, other);
                settled &= wins && pair_settled;
                let lead = if wins { lead } else { 0 };
                least_lead = Some(least_lead.unwrap_or(lead).min(lead));
            }
            path.push(next);
            here = next;
        }
        let terms = self.tree.keys().filter(|it| self.holder(**it).is_some() && self.opening(**it) == opening);
        Said {
            tip: self.events[here].0,
            holder: self.holder(here),
            before: if self.is_in_run(here) { self.holder(self.base(here)) } else { None },
            settled,
            path: path.iter().map(|it| self.events[*it].0).collect(),
            terms: terms.map(|it| self.events[*it].0).collect(),
            least_lead,
            forks,
        }
    }
}
