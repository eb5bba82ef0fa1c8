//! Harm done with decisions: by who proposes, by many who have a say, and by many who have none.

use super::{FIRST, Plot};
use crate::{
    Cid,
    body::{
        Amended, Ballot, BallotCast, BatonAccepted, DecisionClosed, Effect, Handing, Policy, ProposalWithdrawn,
        Proposed,
    },
};

/// What people say in turn who change their minds.
const STANCES: [Ballot; 4] = [Ballot::Consent, Ballot::Object, Ballot::Concern, Ballot::StandAside];

/// A proposal, and who was there before it: each with the last of what it wrote.
struct Asked {
    proposal: Cid,
    people: Vec<(usize, Cid)>,
}

impl Plot {
    /// So many come, and one who has seen them all proposes something.
    fn asked(&mut self, people: usize, policy: Option<Policy>) -> Asked {
        let room = self.it.room();
        let people: Vec<_> = (FIRST..FIRST + people.max(2)).map(|i| (i, self.it.join(i, &[room]))).collect();
        self.it.gather(1, people.iter().map(|it| it.1).collect());
        Asked { proposal: self.propose(policy, "Another name".try_into().ok().map(Effect::Title)), people }
    }

    fn propose(&mut self, policy: Option<Policy>, effect: Option<Effect>) -> Cid {
        let (title, words) = ("A title".try_into().unwrap_or_default(), Cid::of(b"words"));
        let (trial, review_on, meeting, about) = (false, None, None, None);
        self.it.write(1, Proposed { title, words, policy, effect, trial, review_on, meeting, about })
    }

    /// All consent, each having seen the proposal alone; who proposed it hears that, and closes.
    fn carried(&mut self, people: usize) -> (Asked, Cid) {
        let mut asked = self.asked(people, None);
        let proposal = asked.proposal;
        for (i, last) in &mut asked.people {
            let draft = self.it.draft_on(*i, Some(*last), &[proposal], cast(proposal, proposal, Ballot::Consent));
            *last = self.it.put(*i, draft);
        }
        let closing = self.it.write(1, DecisionClosed { proposal, version: proposal });
        (asked, closing)
    }

    pub(super) fn ballots(&mut self) {
        let Asked { proposal, people } = self.asked(self.ground(), Some(Policy::Unanimous));
        self.each(|plot, at| {
            let stance = STANCES[(at + at / people.len()) % STANCES.len()];
            plot.it.write(people[at % people.len()].0, cast(proposal, proposal, stance));
        });
    }

    pub(super) fn closings(&mut self) {
        let (Asked { proposal, people }, _) = self.carried(self.ground() / 2);
        self.each(|plot, at| {
            plot.it.write(people[at % people.len()].0, DecisionClosed { proposal, version: proposal });
        });
    }

    /// Closings side by side, none of which has seen another, and what keeps all of them from standing.
    pub(super) fn closings_apart(&mut self) {
        let Asked { proposal, mut people } = self.asked(self.ground() / 4, None);
        for (i, _) in &people {
            self.it.write(*i, cast(proposal, proposal, Ballot::Consent));
        }
        let all = self.it.write(1, self.it.introduced());
        self.each(|plot, at| {
            let many = people.len();
            let (i, last) = &mut people[at % many];
            let body = match at / many % 2 {
                0 => DecisionClosed { proposal, version: proposal }.into(),
                _ => crate::Body::from(cast(proposal, proposal, Ballot::Object)),
            };
            let draft = plot.it.draft_on(*i, Some(*last), &[all], body);
            *last = plot.it.put(*i, draft);
        });
    }

    pub(super) fn objections(&mut self) {
        let (Asked { proposal, mut people }, closing) = self.carried(self.ground() / 2);
        // Some go on with it; the others object, and have not heard that it was closed.
        let few = people.len() / 3;
        for (i, last) in &mut people[..few] {
            let draft = self.it.draft_on(*i, Some(*last), &[closing], self.it.introduced());
            *last = self.it.put(*i, draft);
        }
        self.each(|plot, at| {
            let many = people.len() - few;
            let (i, last) = &mut people[few + at % many];
            let draft = plot.it.draft_on(*i, Some(*last), &[], cast(proposal, proposal, Ballot::Object));
            *last = plot.it.put(*i, draft);
        });
    }

    /// Objections of many who came later; those who decide hear of them one by one.
    pub(super) fn strangers(&mut self) {
        let (Asked { proposal, mut people }, _) = self.carried((self.ground() / 8).max(2));
        let strangers = 16 * FIRST;
        self.each(|plot, at| {
            let draft = plot.it.draft_on(strangers + at, None, &[proposal], cast(proposal, proposal, Ballot::Object));
            let objection = plot.it.put(strangers + at, draft);
            let many = people.len();
            let (i, last) = &mut people[at % many];
            let draft = plot.it.draft_on(*i, Some(*last), &[objection], plot.it.introduced());
            *last = plot.it.put(*i, draft);
        });
    }

    pub(super) fn amendments(&mut self) {
        let Asked { proposal, people } = self.asked(self.ground() / 2, None);
        let (mut version, title) = (proposal, crate::kinds::Title::default());
        self.each(|plot, at| {
            if at % plot.knobs.branches == 0 {
                let words = Cid::of(b"words");
                version = plot.it.write(1, Amended { proposal, words, title: title.clone(), effect: None, fix: None });
            } else {
                let stance = STANCES[at % 2];
                plot.it.write(people[at % people.len()].0, cast(proposal, version, stance));
            }
        });
    }

    pub(super) fn withdrawals(&mut self) {
        let (Asked { proposal, people }, _) = self.carried(self.ground() / 2);
        let last = people[0].1;
        self.each(|plot, at| match at % 3 {
            0 => _ = plot.it.write(1, ProposalWithdrawn { proposal }),
            1 => _ = plot.it.write(1, cast(proposal, proposal, Ballot::Consent)),
            _ => plot.put_on(1, None, &[proposal, last], ProposalWithdrawn { proposal }),
        });
    }

    /// A baton that is handed to one after another by decisions, each closed and made use of by several.
    pub(super) fn mandates(&mut self) {
        let Asked { people, .. } = self.asked(self.knobs.keys.min(8), None);
        let baton = self.it.open(0);
        let mut tip = self.it.take(1, baton, baton);
        self.each(|plot, at| {
            let named = people[at % people.len()].0;
            let to = plot.it.node(named);
            let proposal = plot.propose(None, Some(Effect::HandBaton(Handing { baton, to })));
            people.iter().for_each(|(i, _)| _ = plot.it.write(*i, cast(proposal, proposal, Ballot::Consent)));
            let mut by = proposal;
            for branch in 0..plot.knobs.branches {
                let who = people[(at + branch) % people.len()].0;
                by = plot.it.write(who, DecisionClosed { proposal, version: proposal });
            }
            let before = tip;
            tip = plot.it.write(named, BatonAccepted { baton, tip: before, by });
            for _ in 0..plot.knobs.branches {
                plot.put_on(named, None, &[by], BatonAccepted { baton, tip: before, by });
                plot.it.write(named, BatonAccepted { baton, tip, by });
            }
        });
    }
}

fn cast(proposal: Cid, version: Cid, stance: Ballot) -> BallotCast {
    BallotCast { proposal, version, stance, words: None }
}
