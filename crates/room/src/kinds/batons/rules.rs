//! Whether a transfer counts: judged once, at its admission, by its own past. What comes later never changes it.

use std::collections::BTreeSet;

use super::super::{Effect, decisions::Mandate};
use super::{
    super::{
        BatonAccepted, BatonClosed, BatonDeclined, BatonOfferWithdrawn, BatonOffered, BatonOpened, BatonReclaimed,
        BatonReleased, BatonSteppedIn, BatonTaken, Kind, Nominated, Shadowing,
    },
    Batons, Carry, Ending, Fact, Lead, Move, NodeKind, Run,
};
use crate::{
    Body, Cid, Ix, NodeId,
    clock::Clock,
    fold::{IgnoredReason, past::Past, subjects::Owner},
    sorted,
};

type Verdict<T = Fact> = Result<T, IgnoredReason>;

impl Kind for BatonOpened {
    type Of = Batons;

    fn judge(&self, past: &Past) -> Verdict {
        let need = self.need.filter(|it| past.subject(it).is_some_and(|it| it.owner == Owner::Posts));
        Ok(Fact::Opened(Box::new(Self { need, ..self.clone() })))
    }
}

impl Kind for BatonOffered {
    type Of = Batons;

    fn judge(&self, past: &Past) -> Verdict {
        let batons = of(past);
        let tip = batons.tip(past, &self.baton, &self.tip)?;
        batons.held_by(tip, past.author)?;
        let (to, note) = (self.to, self.note.to_string());
        if to == past.author { Err(IgnoredReason::OfferedToSelf) } else { Ok(Fact::Offered { tip, to, note }) }
    }

    fn note(&self) -> Option<&str> {
        Some(self.note.as_str()).filter(|it| !it.is_empty())
    }
}

impl Kind for BatonOfferWithdrawn {
    type Of = Batons;

    fn judge(&self, past: &Past) -> Verdict {
        of(past).ended(past, &self.offer, Ending::Withdrawn, "")
    }
}

impl Kind for BatonDeclined {
    type Of = Batons;

    fn judge(&self, past: &Past) -> Verdict {
        of(past).ended(past, &self.offer, Ending::Declined, &self.why)
    }

    fn note(&self) -> Option<&str> {
        Some(self.why.as_str()).filter(|it| !it.is_empty())
    }
}

impl Kind for BatonTaken {
    type Of = Batons;

    fn judge(&self, past: &Past) -> Verdict {
        let batons = of(past);
        let tip = batons.tip(past, &self.baton, &self.tip)?;
        match batons.lead(tip)? {
            Lead::Free { .. } => {
                let run = batons.run_beyond(past, tip);
                Ok(moved(NodeKind::Taken, Lead::Held(past.author), tip, run))
            }
            _ => Err(IgnoredReason::NotFree),
        }
    }

    fn transfers(&self) -> Option<Cid> {
        Some(self.baton)
    }
}

impl Kind for BatonAccepted {
    type Of = Batons;

    fn judge(&self, past: &Past) -> Verdict {
        let batons = of(past);
        let tip = batons.tip(past, &self.baton, &self.tip)?;
        let lead = Lead::Held(past.author);
        if let Some(mandate) = batons.mandated(
            past,
            &self.by,
            tip,
            &|it| matches!(it, Effect::HandBaton(it) if it.baton == self.baton && it.to == past.author),
        )? {
            return Ok(by_mandate(NodeKind::Mandated, lead, tip, mandate, ""));
        }
        batons.judge_accepted(past, self, tip)?;
        let run = batons.run_beyond(past, tip);
        Ok(moved(NodeKind::Accepted, lead, tip, run))
    }

    fn transfers(&self) -> Option<Cid> {
        Some(self.baton)
    }
}

impl Kind for BatonSteppedIn {
    type Of = Batons;

    fn judge(&self, past: &Past) -> Verdict {
        let batons = of(past);
        let tip = batons.tip(past, &self.baton, &self.tip)?;
        if batons.holder(tip)? == past.author {
            return Err(IgnoredReason::AlreadyLeading);
        }
        let base = batons.run_at(tip).map_or(tip, |run| run.base);
        Ok(moved(NodeKind::SteppedIn, Lead::Held(past.author), tip, Carry::StandsIn { base }))
    }

    fn transfers(&self) -> Option<Cid> {
        Some(self.baton)
    }
}

impl Kind for BatonReleased {
    type Of = Batons;

    fn judge(&self, past: &Past) -> Verdict {
        let batons = of(past);
        let tip = batons.tip(past, &self.baton, &self.tip)?;
        batons.held_by(tip, past.author)?;
        let run = batons.run_at(tip);
        let lead = Lead::Free { released: run.is_none() };
        Ok(noted(NodeKind::Released, lead, tip, run.map_or(Carry::Out, Carry::Within), &self.note))
    }

    fn transfers(&self) -> Option<Cid> {
        Some(self.baton)
    }

    fn note(&self) -> Option<&str> {
        Some(self.note.as_str()).filter(|it| !it.is_empty())
    }
}

impl Kind for BatonClosed {
    type Of = Batons;

    fn judge(&self, past: &Past) -> Verdict {
        let batons = of(past);
        let tip = batons.tip(past, &self.baton, &self.tip)?;
        if let Some(by) = &self.by {
            batons.lead(tip)?;
            let closes = |it: &Effect| *it == Effect::CloseBaton(self.baton);
            let mandate = batons.mandated(past, by, tip, &closes)?.ok_or(IgnoredReason::NoMandate)?;
            return Ok(by_mandate(NodeKind::Closed, Lead::Closed, tip, mandate, &self.outcome));
        }
        match batons.lead(tip)? {
            Lead::Free { released: true } => {}
            Lead::Free { released: false } => return Err(IgnoredReason::NotReleased),
            _ => batons.held_by(tip, past.author)?,
        }
        if batons.run_at(tip).is_some() {
            return Err(IgnoredReason::StandInCloses);
        }
        Ok(noted(NodeKind::Closed, Lead::Closed, tip, Carry::Out, &self.outcome))
    }

    fn transfers(&self) -> Option<Cid> {
        Some(self.baton)
    }

    fn note(&self) -> Option<&str> {
        Some(self.outcome.as_str()).filter(|it| !it.is_empty())
    }
}

impl Kind for BatonReclaimed {
    type Of = Batons;

    fn judge(&self, past: &Past) -> Verdict {
        of(past).judge_reclaimed(past, &self.baton, &self.tips)
    }

    fn transfers(&self) -> Option<Cid> {
        Some(self.baton)
    }
}

impl Kind for Nominated {
    type Of = Batons;

    fn judge(&self, past: &Past) -> Verdict {
        let opening = of(past).opened(past, &self.baton)?;
        if !past.was_there(&self.node) {
            return Err(IgnoredReason::Stranger);
        }
        Ok(Fact::Nominated { opening, node: self.node, why: self.why.to_string() })
    }

    fn note(&self) -> Option<&str> {
        Some(self.why.as_str()).filter(|it| !it.is_empty())
    }
}

impl Kind for Shadowing {
    type Of = Batons;

    fn judge(&self, _: &Past) -> Verdict {
        Ok(Fact::Nothing)
    }
}

/// The batons that a judge reads.
fn of<'a>(past: &Past<'a>) -> &'a Batons {
    &past.fold.capabilities.batons
}

fn moved(kind: NodeKind, lead: Lead, tip: Ix, run: Carry) -> Fact {
    noted(kind, lead, tip, run, "")
}

fn noted(kind: NodeKind, lead: Lead, tip: Ix, run: Carry, note: &str) -> Fact {
    let (tips, unfollowed, mandate) = (vec![tip], Vec::new(), None);
    Fact::Moved(Box::new(Move { kind, lead, tips, run, unfollowed, mandate, note: note.into() }))
}

fn by_mandate(kind: NodeKind, lead: Lead, tip: Ix, mandate: Mandate, note: &str) -> Fact {
    let (tips, unfollowed, mandate) = (vec![tip], Vec::new(), Some(mandate));
    Fact::Moved(Box::new(Move { kind, lead, tips, run: Carry::Out, unfollowed, mandate, note: note.into() }))
}

impl Batons {
    /// The one who made an offer takes it back, or the one it was made to says no.
    fn ended(&self, past: &Past, offer: &Cid, ending: Ending, why: &str) -> Verdict {
        let ix = past.seen(offer).ok_or(IgnoredReason::TargetNotSeen)?;
        let offer = self.offers.get(&ix).ok_or(IgnoredReason::TargetNotSeen)?;
        match ending {
            Ending::Withdrawn if offer.author != past.author => Err(IgnoredReason::NotAuthor),
            Ending::Declined if offer.to != past.author => Err(IgnoredReason::OfferedToAnother),
            _ => Ok(Fact::Ended { offer: ix, ending, why: why.into() }),
        }
    }

    /// The mandate that a closing gives, if one is cited.
    fn mandated(
        &self,
        past: &Past,
        closing: &Cid,
        tip: Ix,
        says: &dyn Fn(&Effect) -> bool,
    ) -> Verdict<Option<Mandate>> {
        let cited = past.seen(closing).map(|ix| &past.look.entry(ix).event.body);
        if !matches!(cited, Some(Body::DecisionClosed(_))) {
            return Ok(None);
        }
        self.lead(tip)?;
        let decisions = &past.fold.capabilities.decisions;
        let (proposal, closing) = decisions.mandate(past, closing, says)?;
        if self.used.get(&proposal).is_some_and(|it| past.has_any(it)) {
            return Err(IgnoredReason::MandateUsed);
        }
        let node = self.nodes.get(&tip).ok_or(IgnoredReason::TipNotSeen)?;
        let takings =
            self.takings.get(&node.opening).into_iter().flat_map(|it| it.range(past.look.entry(closing).key()..));
        let mut since = takings.filter(|(_, ix)| past.has(**ix) && past.look.is_ancestor(closing, **ix));
        if since.any(|(_, ix)| decisions.went_on_after(past, closing, *ix)) {
            return Err(IgnoredReason::MandateOver);
        }
        let displaced = self.holder(tip).ok();
        Ok(Some(Mandate { proposal, closing, cid: past.look.entry(closing).cid, displaced }))
    }

    /// Whether, for the author, what displaced it does not stand any more.
    fn is_displaced(&self, past: &Past, tip: Ix) -> bool {
        let mandate = self.nodes.get(&tip).and_then(|it| it.mandate).filter(|it| it.displaced == Some(past.author));
        mandate.is_some_and(|it| !past.fold.capabilities.decisions.is_carried_by(past, it.closing))
    }

    /// By an offer of the holder at this tip to the author, neither declined nor withdrawn in the author's past.
    fn judge_accepted(&self, past: &Past, body: &BatonAccepted, tip: Ix) -> Verdict<()> {
        self.lead(tip)?;
        let by = past.seen(&body.by).ok_or(IgnoredReason::OfferNotSeen)?;
        let offer = self.offers.get(&by).ok_or(IgnoredReason::OfferNotSeen)?;
        if offer.to != past.author {
            return Err(IgnoredReason::OfferedToAnother);
        }
        if offer.tip != tip {
            return Err(IgnoredReason::OfferOfAnotherTurn);
        }
        if past.has_any(&offer.declined) {
            return Err(IgnoredReason::OfferDeclined);
        }
        if past.has_any(&offer.withdrawn) {
            return Err(IgnoredReason::OfferWithdrawn);
        }
        Ok(())
    }

    /// By the holder before the run that all the tips are ends of.
    fn judge_reclaimed(&self, past: &Past, baton: &Cid, tips: &[Cid]) -> Verdict {
        let mut ends = BTreeSet::new();
        let mut run = None;
        if let [tip] = tips {
            let tip = self.tip(past, baton, tip)?;
            if self.is_displaced(past, tip) {
                return Ok(moved(NodeKind::Reclaimed, Lead::Held(past.author), tip, Carry::Out));
            }
        }
        for cid in tips {
            let tip = self.tip(past, baton, cid)?;
            self.lead(tip)?;
            let base = self.run_at(tip).ok_or(IgnoredReason::NoStandIn)?.base;
            if self.holder(base)? != past.author {
                return Err(IgnoredReason::NotHolderBefore);
            }
            if *run.get_or_insert(base) != base {
                return Err(IgnoredReason::DifferentRuns);
            }
            ends.insert(tip);
        }
        let stand_ins = sorted::set(ends.iter().filter_map(|end| Some(self.nodes.get(end)?.author)));
        let unfollowed = ends.iter().copied().filter(|end| self.went_on_without(past, *end, &stand_ins)).collect();
        let (kind, lead, tips) = (NodeKind::Reclaimed, Lead::Held(past.author), ends.into_iter().collect());
        let (run, mandate, note) = (Carry::Out, None, String::new());
        Ok(Fact::Moved(Box::new(Move { kind, lead, tips, run, unfollowed, mandate, note })))
    }

    /// Whether, in the past of the reclaim, more authors wrote beside the step-in `end` than on it;
    /// those who stood in apart.
    fn went_on_without(&self, past: &Past, end: Ix, stand_ins: &BTreeSet<NodeId>) -> bool {
        let Some(node) = self.nodes.get(&end) else { return false };
        let Some(turn) = node.tips.first().copied() else { return false };
        let log = past.look.log;
        let (mut beside, mut on) = (BTreeSet::new(), BTreeSet::new());
        // Who has not written since is on neither side.
        for chain in past.chains_since(end) {
            let (author, events) = (log.chain(chain).author, &log.chain(chain).events);
            if stand_ins.contains(&author) {
                continue;
            }
            let seen = past.seen_of_chain(chain) as usize;
            let before = log.seen_of_chain(end, chain) as usize;
            let after = past.look.first_after(chain, end);
            let after = after.map_or(usize::MAX, |ix| log.entry(ix).place as usize - 1);
            if after < seen && author != past.author {
                on.insert(author);
            }
            // The last of the chain that neither is in the step-in's past nor has it in its own.
            let last = seen.min(after);
            if last > before && events.get(last - 1).is_some_and(|ix| past.look.is_ancestor(turn, *ix)) {
                beside.insert(author);
            }
        }
        beside.len() > on.len()
    }

    /// The opening of a baton.
    fn opened(&self, past: &Past, baton: &Cid) -> Verdict<Ix> {
        past.seen(baton).filter(|ix| self.tracks.contains_key(ix)).ok_or(IgnoredReason::UnknownBaton)
    }

    /// A tip of this baton that is valid, in the event's past, and from which the event has seen no other valid
    /// transfer.
    fn tip(&self, past: &Past, baton: &Cid, tip: &Cid) -> Verdict<Ix> {
        let opening = self.opened(past, baton)?;
        let tip = past.seen(tip).ok_or(IgnoredReason::TipNotSeen)?;
        let Some(node) = self.nodes.get(&tip) else {
            let ignored = past.look.entry(tip).event.body.transfers().is_some();
            return Err(if ignored { IgnoredReason::TipIgnored } else { IgnoredReason::TipNotSeen });
        };
        if node.opening != opening {
            return Err(IgnoredReason::TipNotSeen);
        }
        if past.has_any(&node.moved) { Err(IgnoredReason::MovedOn) } else { Ok(tip) }
    }

    /// Who leads at this tip, if the baton is open there.
    fn lead(&self, tip: Ix) -> Verdict<Lead> {
        match self.nodes.get(&tip).ok_or(IgnoredReason::TipNotSeen)?.lead {
            Lead::Closed => Err(IgnoredReason::Closed),
            open => Ok(open),
        }
    }

    fn holder(&self, tip: Ix) -> Verdict<NodeId> {
        match self.lead(tip)? {
            Lead::Held(holder) => Ok(holder),
            _ => Err(IgnoredReason::NotHeld),
        }
    }

    fn held_by(&self, tip: Ix, node: NodeId) -> Verdict<()> {
        if self.holder(tip)? == node { Ok(()) } else { Err(IgnoredReason::NotHolder) }
    }

    fn run_at(&self, tip: Ix) -> Option<Run> {
        self.nodes.get(&tip)?.run
    }

    /// How an accept or take at `tip` stands to the run there: it may end it.
    fn run_beyond(&self, past: &Past, tip: Ix) -> Carry {
        let Some(run) = self.run_at(tip) else { return Carry::Out };
        let holder = self.holder(run.base).ok();
        let ends = holder == Some(past.author) || self.went_on_with(past, run, holder);
        if ends { Carry::Out } else { Carry::Within(run) }
    }

    /// Whether, in the past of the accept or take, more than half of the authors in the past of the tip
    /// that the run began on wrote on its step-in; holder and run apart.
    fn went_on_with(&self, past: &Past, run: Run, holder: Option<NodeId>) -> bool {
        let (log, mover) = (past.look.log, past.author);
        let movers = self.runs.get(&run.base).map(|seen| &seen.movers);
        let is_asked = |author: &NodeId| {
            let mut chains = log.chains_of(author);
            let moved = |chain| movers.and_then(|movers| movers.get(&chain)).is_some_and(|ix| past.has(*ix));
            *author != mover && Some(*author) != holder && !chains.any(|(chain, _)| moved(chain))
        };
        let mut on = BTreeSet::new();
        for chain in past.chains_since(run.stand_in) {
            let author = log.chain(chain).author;
            let after = past.look.first_after(chain, run.stand_in);
            let wrote_on = after.is_some_and(|ix| log.entry(ix).place <= past.seen_of_chain(chain));
            let was_there = || log.chains_of(&author).any(|(chain, _)| log.seen_of_chain(run.base, chain) > 0);
            if wrote_on && was_there() && is_asked(&author) {
                on.insert(author);
            }
        }
        if on.is_empty() {
            return false;
        }
        // No more are counted than it takes to know that they are no majority.
        let mut asked = BTreeSet::new();
        log.entry(run.base).clock().beyond(&Clock::default(), &mut |chain| {
            let author = log.chain(chain).author;
            if is_asked(&author) {
                asked.insert(author);
            }
            asked.len() < 2 * on.len()
        });
        2 * on.len() > asked.len()
    }
}
