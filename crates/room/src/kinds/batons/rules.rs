//! Whether a transfer counts: judged once, at its admission, by its own past. What comes later never changes it.

use std::collections::BTreeSet;

use litemap::LiteMap;

use super::{Batons, Ending, Kind, Lead, Node, Run};
use crate::{
    Body, Cid, Ix, NodeId,
    body::{BatonAccepted, BatonOffered},
    fold::{IgnoredReason, step::Step},
    sorted,
};

impl Batons {
    /// The node that a transfer becomes if it is valid.
    pub(super) fn judge_transfer(&self, step: &mut Step) -> Result<Node, IgnoredReason> {
        let author = step.event().author;
        match &step.event().body {
            Body::BatonTaken(body) => {
                let tip = self.tip(step, &body.baton, &body.tip)?;
                match self.lead(tip)? {
                    Lead::Free { .. } => {
                        let run = self.run_beyond(step, tip);
                        Ok(Node { run, ..self.node(step, tip, Kind::Taken, Lead::Held(author)) })
                    }
                    _ => Err(IgnoredReason::NotFree),
                }
            }
            Body::BatonAccepted(body) => {
                let tip = self.tip(step, &body.baton, &body.tip)?;
                self.judge_accepted(step, body, tip)?;
                let run = self.run_beyond(step, tip);
                Ok(Node { run, ..self.node(step, tip, Kind::Accepted, Lead::Held(author)) })
            }
            Body::BatonSteppedIn(body) => {
                let tip = self.tip(step, &body.baton, &body.tip)?;
                if self.holder(tip)? == author {
                    return Err(IgnoredReason::AlreadyLeading);
                }
                let base = self.run_at(tip).map_or(tip, |run| run.base);
                let run = Some(Run { base, stand_in: step.ix });
                Ok(Node { run, ..self.node(step, tip, Kind::SteppedIn, Lead::Held(author)) })
            }
            Body::BatonReleased(body) => {
                let tip = self.tip(step, &body.baton, &body.tip)?;
                self.held_by(tip, author)?;
                let run = self.run_at(tip);
                let lead = Lead::Free { released: run.is_none() };
                Ok(Node { run, ..self.node(step, tip, Kind::Released, lead) })
            }
            Body::BatonClosed(body) => {
                let tip = self.tip(step, &body.baton, &body.tip)?;
                if body.by.is_some() {
                    return Err(IgnoredReason::ByDecision);
                }
                match self.lead(tip)? {
                    Lead::Free { released: true } => {}
                    Lead::Free { released: false } => return Err(IgnoredReason::NotReleased),
                    _ => self.held_by(tip, author)?,
                }
                if self.run_at(tip).is_some() {
                    return Err(IgnoredReason::StandInCloses);
                }
                Ok(self.node(step, tip, Kind::Closed, Lead::Closed))
            }
            Body::BatonReclaimed(body) => self.judge_reclaimed(step, &body.baton, &body.tips),
            _ => Err(IgnoredReason::TargetNotSeen),
        }
    }

    /// The tip of an offer that counts.
    pub(super) fn judge_offer(&self, step: &mut Step, body: &BatonOffered) -> Result<Ix, IgnoredReason> {
        let author = step.event().author;
        let tip = self.tip(step, &body.baton, &body.tip)?;
        self.held_by(tip, author)?;
        if body.to == author { Err(IgnoredReason::OfferedToSelf) } else { Ok(tip) }
    }

    /// By an offer of the holder at this tip to the author, neither declined nor withdrawn in the author's past.
    fn judge_accepted(&self, step: &mut Step, body: &BatonAccepted, tip: Ix) -> Result<(), IgnoredReason> {
        self.lead(tip)?;
        let by = step.seen(&body.by).ok_or(IgnoredReason::OfferNotSeen)?;
        let offer = match self.offers.get(&by) {
            Some(offer) => offer,
            None if matches!(step.log.entry(by).event.body, Body::Unknown(_)) => {
                return Err(IgnoredReason::ByDecision);
            }
            None => return Err(IgnoredReason::OfferNotSeen),
        };
        if offer.to != step.event().author {
            return Err(IgnoredReason::OfferedToAnother);
        }
        if offer.tip != tip {
            return Err(IgnoredReason::OfferOfAnotherTurn);
        }
        let mut ended_by = |ending| offer.endings.iter().any(|(_, ix, it)| *it == ending && step.saw(*ix));
        if ended_by(Ending::Declined) {
            return Err(IgnoredReason::OfferDeclined);
        }
        if ended_by(Ending::Withdrawn) {
            return Err(IgnoredReason::OfferWithdrawn);
        }
        Ok(())
    }

    /// By the holder before the run that all the tips are ends of.
    fn judge_reclaimed(&self, step: &mut Step, baton: &Cid, tips: &[Cid]) -> Result<Node, IgnoredReason> {
        let author = step.event().author;
        let mut ends = BTreeSet::new();
        let mut run = None;
        for cid in tips {
            let tip = self.tip(step, baton, cid)?;
            self.lead(tip)?;
            let base = self.run_at(tip).ok_or(IgnoredReason::NoStandIn)?.base;
            if self.holder(base)? != author {
                return Err(IgnoredReason::NotHolderBefore);
            }
            if *run.get_or_insert(base) != base {
                return Err(IgnoredReason::DifferentRuns);
            }
            ends.insert(tip);
        }
        let first = *ends.first().ok_or(IgnoredReason::TipNotSeen)?;
        let stand_ins = sorted::set(ends.iter().filter_map(|end| Some(self.nodes.get(end)?.author)));
        let unfollowed = ends.iter().copied().filter(|end| self.went_on_without(step, *end, &stand_ins)).collect();
        let tips = ends.into_iter().collect();
        Ok(Node { tips, unfollowed, ..self.node(step, first, Kind::Reclaimed, Lead::Held(author)) })
    }

    /// Whether, in the past of the reclaim that is this step, more authors wrote beside the step-in `end` than on it;
    /// those who stood in apart.
    fn went_on_without(&self, step: &mut Step, end: Ix, stand_ins: &BTreeSet<NodeId>) -> bool {
        let Some(node) = self.nodes.get(&end) else { return false };
        let Some(turn) = node.tips.first().copied() else { return false };
        let (log, reclaim, reclaimer) = (step.log, step.ix, step.event().author);
        let (mut beside, mut on) = (0_usize, 0_usize);
        for author in log.authors().filter(|author| !stand_ins.contains(author)) {
            let (mut wrote_beside, mut wrote_on) = (false, false);
            for (lane, chain) in log.lanes_of(&author) {
                let seen = log.seen_of_lane(reclaim, lane) as usize;
                let before = log.seen_of_lane(end, lane) as usize;
                let after = step.first_after(lane, chain.events.len(), end);
                let after = after.map_or(usize::MAX, |ix| log.entry(ix).place as usize - 1);
                wrote_on |= after < seen && author != reclaimer;
                // The last of the lane that neither is in the step-in's past nor has it in its own.
                let last = seen.min(after);
                wrote_beside |=
                    last > before && chain.events.get(last - 1).is_some_and(|ix| step.is_ancestor(turn, *ix));
            }
            beside += usize::from(wrote_beside);
            on += usize::from(wrote_on);
        }
        beside > on
    }

    /// A tip of this baton that is valid, in the event's past, and from which the event has seen no other valid
    /// transfer.
    fn tip(&self, step: &mut Step, baton: &Cid, tip: &Cid) -> Result<Ix, IgnoredReason> {
        let opening = step.seen(baton).filter(|ix| self.tracks.contains_key(ix)).ok_or(IgnoredReason::UnknownBaton)?;
        let tip = step.seen(tip).ok_or(IgnoredReason::TipNotSeen)?;
        let Some(node) = self.nodes.get(&tip) else {
            let ignored = is_transfer(&step.log.entry(tip).event.body);
            return Err(if ignored { IgnoredReason::TipIgnored } else { IgnoredReason::TipNotSeen });
        };
        if node.opening != opening {
            return Err(IgnoredReason::TipNotSeen);
        }
        if node.children.values().any(|child| step.saw(*child)) { Err(IgnoredReason::MovedOn) } else { Ok(tip) }
    }

    /// Who leads at this tip, if the baton is open there.
    fn lead(&self, tip: Ix) -> Result<Lead, IgnoredReason> {
        match self.nodes.get(&tip).ok_or(IgnoredReason::TipNotSeen)?.lead {
            Lead::Closed => Err(IgnoredReason::Closed),
            open => Ok(open),
        }
    }

    fn holder(&self, tip: Ix) -> Result<NodeId, IgnoredReason> {
        match self.lead(tip)? {
            Lead::Held(holder) => Ok(holder),
            _ => Err(IgnoredReason::NotHeld),
        }
    }

    fn held_by(&self, tip: Ix, node: NodeId) -> Result<(), IgnoredReason> {
        if self.holder(tip)? == node { Ok(()) } else { Err(IgnoredReason::NotHolder) }
    }

    fn run_at(&self, tip: Ix) -> Option<Run> {
        self.nodes.get(&tip)?.run
    }

    /// The run in which an accept or take at `tip` stays; `None` if there is none, or if this ends it.
    fn run_beyond(&self, step: &mut Step, tip: Ix) -> Option<Run> {
        let run = self.run_at(tip)?;
        let holder = self.holder(run.base).ok();
        if holder == Some(step.event().author) || self.went_on_with(step, run, holder) { None } else { Some(run) }
    }

    /// Whether, in the past of the accept or take that is this step, more than half of the authors in the past of the tip
    /// that the run began on wrote on its step-in; holder and run apart.
    fn went_on_with(&self, step: &mut Step, run: Run, holder: Option<NodeId>) -> bool {
        let (log, transfer, mover) = (step.log, step.ix, step.event().author);
        let movers = self.runs.get(&run.base).map(|seen| &seen.movers);
        let (mut asked, mut on) = (0_usize, 0_usize);
        for author in log.authors().filter(|author| *author != mover && Some(*author) != holder) {
            let (mut was_there, mut moved, mut wrote_on) = (false, false, false);
            for (lane, chain) in log.lanes_of(&author) {
                step.touched += 1;
                was_there |= log.seen_of_lane(run.base, lane) > 0;
                moved |= movers.and_then(|movers| movers.get(&lane)).is_some_and(|ix| step.saw(*ix));
                let after = step.first_after(lane, chain.events.len(), run.stand_in);
                wrote_on |= after.is_some_and(|ix| log.entry(ix).place <= log.seen_of_lane(transfer, lane));
            }
            asked += usize::from(was_there && !moved);
            on += usize::from(was_there && !moved && wrote_on);
        }
        2 * on > asked
    }

    fn node(&self, step: &Step, tip: Ix, kind: Kind, lead: Lead) -> Node {
        let event = step.event();
        Node {
            key: step.key(),
            opening: self.nodes.get(&tip).map_or(tip, |node| node.opening),
            author: event.author,
            at: event.at,
            kind,
            lead,
            tips: vec![tip],
            run: None,
            unfollowed: Vec::new(),
            children: LiteMap::new(),
            offers: LiteMap::new(),
            place: None,
        }
    }
}

fn is_transfer(body: &Body) -> bool {
    matches!(
        body,
        Body::BatonAccepted(_)
            | Body::BatonTaken(_)
            | Body::BatonSteppedIn(_)
            | Body::BatonReclaimed(_)
            | Body::BatonReleased(_)
            | Body::BatonClosed(_)
    )
}
