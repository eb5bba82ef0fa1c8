//! What decisions do to batons once more, as plainly as it can be written: every transfer judged from scratch by the past of its
//! event. For batons that nobody moves side by side; good for showing what an earlier draft would have let through ([`Rules`]).

use std::collections::{BTreeMap, BTreeSet};

use paceline_room::{
    Body, Cid, Event, NodeId,
    body::{BatonAccepted, Effect},
    testing::World,
};

use crate::{
    decisions::written,
    decisions_oracle::{Oracle, View},
    sim::Written,
};

/// What an earlier draft said otherwise. By default nothing does: these are the rules in force.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    /// Each closing gives a mandate, not each proposal.
    pub a_closing_each: bool,
    /// A mandate lasts, whatever the room did since.
    pub lasts: bool,
    /// Who was displaced comes back from who accepted, not from whom it was handed on to.
    pub from_the_named_alone: bool,
}

/// An opening, or a transfer that counts.
#[derive(Debug, Clone, Copy)]
struct Turn {
    holder: Option<NodeId>,
    tip: Option<Cid>,
    /// The turn before a run of step-ins.
    base: Option<Cid>,
    /// The closing by which whoever leads has it, and who led before.
    displaced: Option<(Cid, Option<NodeId>)>,
    cited: Option<Cid>,
}

pub struct Judge {
    rules: Rules,
    oracle: Oracle,
    /// In `(depth, cid)` order.
    events: Vec<Written>,
    turns: BTreeMap<Cid, Turn>,
}

impl Judge {
    /// Of all that was written.
    pub fn by(rules: Rules, world: &World) -> Self {
        let mut events = written(world);
        events.sort_by_key(|(cid, event, _)| (event.depth, *cid));
        let oracle = Oracle::new(world.room(), &events);
        let mut judge = Self { rules, oracle, events: events.clone(), turns: BTreeMap::new() };
        for (cid, event, _) in &events {
            let past = judge.oracle.past_of(cid);
            if let Some(turn) = judge.turn(*cid, event, &past) {
                judge.turns.insert(*cid, turn);
            }
        }
        judge
    }

    /// The transfers that count.
    pub fn counting(&self) -> BTreeSet<Cid> {
        self.turns.iter().filter(|(_, it)| it.tip.is_some()).map(|(cid, _)| *cid).collect()
    }

    /// Who leads in the end.
    pub fn holder(&self, baton: Cid) -> Option<NodeId> {
        let mut at = baton;
        while let Some((next, _)) = self.turns.iter().find(|(_, it)| it.tip == Some(at)) {
            at = *next;
        }
        self.turns[&at].holder
    }

    fn event(&self, cid: &Cid) -> &Event {
        &self.events.iter().find(|it| it.0 == *cid).expect("it was written").1
    }

    fn has(&self, past: &View, cid: &Cid) -> bool {
        past.iter().any(|it| self.events[*it].0 == *cid)
    }

    /// The turn that a transfer builds on, if nothing else does in its past.
    fn before(&self, past: &View, tip: &Cid) -> Option<&Turn> {
        let moved = self.turns.iter().any(|(cid, it)| it.tip == Some(*tip) && self.has(past, cid));
        self.turns.get(tip).filter(|_| !moved && self.has(past, tip))
    }

    fn turn(&self, cid: Cid, event: &Event, past: &View) -> Option<Turn> {
        let author = event.author;
        let on = |tip: Cid| self.before(past, &tip).map(|it| (tip, *it));
        match &event.body {
            Body::BatonOpened(_) => Some(Turn { holder: None, tip: None, base: None, displaced: None, cited: None }),
            Body::BatonTaken(it) => {
                let (tip, turn) = on(it.tip).filter(|(_, it)| it.holder.is_none())?;
                Some(next(tip, turn, Some(author)))
            }
            Body::BatonReleased(it) => {
                let (tip, turn) = on(it.tip).filter(|(_, it)| it.holder == Some(author))?;
                Some(next(tip, turn, None))
            }
            Body::BatonSteppedIn(it) => {
                let (tip, turn) = on(it.tip).filter(|(_, it)| it.holder.is_some_and(|it| it != author))?;
                Some(Turn { base: turn.base.or(Some(tip)), ..next(tip, turn, Some(author)) })
            }
            Body::BatonAccepted(it) => {
                let (tip, turn) = on(it.tip)?;
                match &self.event(&it.by).body {
                    Body::DecisionClosed(_) => self.may(cid, author, it, past).then(|| Turn {
                        base: None,
                        displaced: Some((it.by, turn.holder)),
                        cited: Some(it.by),
                        ..next(tip, turn, Some(author))
                    }),
                    Body::BatonOffered(offer) => {
                        let is_his = offer.to == author && offer.tip == it.tip && self.has(past, &it.by);
                        is_his.then(|| next(tip, turn, Some(author)))
                    }
                    _ => None,
                }
            }
            Body::BatonReclaimed(it) => {
                let (tip, turn) = on(it.tips[0])?;
                let back = Turn { base: None, ..next(tip, turn, Some(author)) };
                if self.is_displaced(&turn, author, past) {
                    return Some(Turn { displaced: None, ..back });
                }
                let base = self.turns[&turn.base?];
                (base.holder == Some(author)).then_some(Turn { displaced: base.displaced, ..back })
            }
            _ => None,
        }
    }

    /// Whether a closing lets this author have that baton.
    fn may(&self, cid: Cid, author: NodeId, it: &BatonAccepted, past: &View) -> bool {
        let Some((proposal, effect)) = self.decided(&it.by, past) else { return false };
        let is_named = matches!(effect, Some(Effect::HandBaton(to)) if to.baton == it.baton && to.to == author);
        let is_same = |closing: &Cid| match self.rules.a_closing_each {
            true => *closing == it.by,
            false => self.of(closing).0 == proposal,
        };
        let cited = self.turns.iter().filter(|(turn, _)| self.has(past, turn)).filter_map(|(_, it)| it.cited);
        let is_used = cited.into_iter().any(|it| is_same(&it));
        is_named && !is_used && (self.rules.lasts || !self.is_over(cid, &it.by, past))
    }

    /// The proposal and version that a closing names.
    fn of(&self, closing: &Cid) -> (Cid, Cid) {
        let Body::DecisionClosed(it) = &self.event(closing).body else { panic!("a closing") };
        (it.proposal, it.version)
    }

    /// The proposal of a closing, and what it changes, if that is carried in a past.
    fn decided(&self, closing: &Cid, past: &View) -> Option<(Cid, Option<Effect>)> {
        let (proposal, version) = self.of(closing);
        let is_there = self.has(past, closing) && self.oracle.counts(closing);
        let carried = self.oracle.said(&proposal, past).carried.map(|(version, _)| version);
        let Body::Proposed(body) = &self.event(&version).body else { panic!("nothing is amended here") };
        (is_there && carried == Some(version)).then(|| (proposal, body.effect.clone()))
    }

    /// Whether most who had balloted wrote after somebody who had seen the closing had the baton.
    fn is_over(&self, by: Cid, closing: &Cid, past: &View) -> bool {
        let (proposal, _) = self.of(closing);
        let before = self.oracle.past_of(closing);
        let of_it = |event: &Event| matches!(&event.body, Body::BallotCast(it) if it.proposal == proposal);
        let casts = before.iter().map(|it| &self.events[*it].1).filter(|it| of_it(it));
        let balloters: BTreeSet<NodeId> = casts.map(|it| it.author).collect();
        let is_since = |cid: &Cid| *cid != by && self.has(past, cid) && self.has(&self.oracle.past_of(cid), closing);
        let mut takings = self.turns.iter().filter(|(cid, it)| it.holder.is_some() && is_since(cid));
        takings.any(|(cid, _)| {
            let after = past.iter().map(|it| &self.events[*it]);
            let after = after.filter(|it| self.has(&self.oracle.past_of(&it.0), cid)).map(|it| it.1.author);
            let on: BTreeSet<NodeId> = after.filter(|it| balloters.contains(it)).collect();
            2 * on.len() > balloters.len()
        })
    }

    /// Whether a decision took it from somebody, and does not stand any more.
    fn is_displaced(&self, turn: &Turn, author: NodeId, past: &View) -> bool {
        let is_named = turn.cited.is_some() || !self.rules.from_the_named_alone;
        turn.displaced
            .is_some_and(|(closing, who)| is_named && who == Some(author) && self.decided(&closing, past).is_none())
    }
}

/// What builds on a turn and does not end what it belongs to.
fn next(tip: Cid, turn: Turn, holder: Option<NodeId>) -> Turn {
    let displaced = turn.displaced.filter(|(_, who)| holder.is_none() || *who != holder);
    Turn { holder, tip: Some(tip), displaced, cited: None, ..turn }
}
