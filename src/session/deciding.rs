//! What is decided together: steps of several events each, all of them or none.

use paceline_node::Acts;
use paceline_room::{
    Cid, NodeId,
    body::{
        Policy,
        decisions::{Ballot, Command, Effect, Handing},
        rounds::{self, Ask, True},
    },
    command::Command as Any,
    limits,
};
use paceline_store::{Draft, Place};

use super::{Session, error::Outcome, express::decisions, notices};
use crate::{due, excerpt};

/// What comes of something that was decided once it is looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    /// It stays as it is.
    Keep,
    /// It counts no longer: what it changed is set back.
    Drop,
}

/// What is asked of all about a proposal before anybody objects, in order; the answers are of it by where they stand in the log.
pub struct Asked {
    /// What is not understood.
    pub questions: String,
    /// What each thinks of it.
    pub reactions: String,
}

impl Session {
    /// Proposes what is written at a place; what is written there is gone once that is stored. In a meeting all are asked for questions
    /// and reactions first; elsewhere who proposes it stands behind it at once.
    pub async fn propose(&self, place: Place, meeting: Option<(Cid, Asked)>) -> Outcome<Cid> {
        let (draft, _) = self.draft(&place);
        let mut command = decisions::proposed(draft, place.target()).map_err(notices::node)?;
        if let (Command::Propose { meeting: of, .. }, Some((meeting, _))) = (&mut command, &meeting) {
            *of = Some(*meeting);
        }
        let mut acts = Acts::default();
        let proposed = acts.beside(command);
        match meeting {
            Some((meeting, asked)) => {
                for question in [asked.questions, asked.reactions] {
                    let (ask, meeting, order) = (Ask::Words(True), Some(meeting), Vec::new());
                    acts.beside(rounds::Command::Open { question, ask, sealed: false, meeting, order, many: true });
                }
            }
            None => _ = acts.after(move |it| Ok(consent(it.of(proposed)?))),
        }
        let proposal = self.made(acts, proposed).await?;
        self.set_draft(&place, |it| *it = Draft::default());
        Ok(proposal)
    }

    /// Proposes that somebody leads, whom others named; who proposes it stands behind it. It is decided by consent at least.
    pub async fn propose_lead(
        &self,
        baton: Cid,
        to: NodeId,
        policy: Option<Policy>,
        title: String,
        text: String,
    ) -> Outcome<Cid> {
        let policy = policy.is_none_or(|it| it < Policy::Consent).then_some(Policy::Consent);
        let effect = Some(Effect::HandBaton(Handing { baton, to }));
        let title = excerpt::title(&title, limits::TITLE_CHARS);
        let mut acts = Acts::default();
        let (trial, review_on, meeting, about) = (false, None, None, None);
        let proposed = acts.beside(Command::Propose { title, text, policy, effect, trial, review_on, meeting, about });
        acts.after(move |it| Ok(consent(it.of(proposed)?)));
        self.made(acts, proposed).await
    }

    /// Changes the text of an own proposal to what is written at its place, and stands behind that.
    pub async fn amend(&self, proposal: Cid) -> Outcome<()> {
        let place = Place::Amendment(proposal);
        let mut acts = Acts::default();
        acts.beside(decisions::amended(self.draft(&place).0, proposal));
        acts.after(move |_| Ok(consent(proposal)));
        self.act_all(acts).await?;
        self.set_draft(&place, |it| *it = Draft::default());
        Ok(())
    }

    /// Proposes to keep what was decided or to drop it, as strictly as that was decided; who does stands behind that at once.
    pub async fn propose_again(&self, decided: Cid, review: Review, title: String, text: String) -> Outcome<Cid> {
        let command = {
            let engine = self.engine()?;
            let replica = engine.node.replica();
            let fold = replica.fold();
            let earlier = fold.proposal(&decided).ok_or_else(|| notices::error("not-found"))?;
            let stricter = fold.values().is_some_and(|it| earlier.policy > it.policy);
            let (effect, review_on) = match review {
                Review::Keep => (fold.kept(&decided), due::in_days(decisions::REVIEW_DAYS)),
                // What was before needs nobody to look at it again.
                Review::Drop => (fold.set_back(&decided), None),
            };
            let policy = stricter.then_some(earlier.policy);
            Command::Propose {
                title,
                text,
                policy,
                effect,
                trial: false,
                review_on,
                meeting: None,
                about: Some(decided),
            }
        };
        let mut acts = Acts::default();
        let proposed = acts.beside(command);
        acts.after(move |it| Ok(consent(it.of(proposed)?)));
        self.made(acts, proposed).await
    }

    /// Says something without words to the version of a proposal that was read: not to one that came before anybody could see it.
    pub async fn answer_proposal(&self, proposal: Cid, version: Cid, stance: Ballot) -> Outcome<()> {
        let (version, reason, fix) = (Some(version), String::new(), String::new());
        self.act(Command::Cast { proposal, version, stance, reason, fix }).await.map(drop)
    }

    /// Asks all whether they object; who proposed it stands behind it with that.
    pub async fn ask_for_objections(&self, proposal: Cid, reactions: Cid) -> Outcome<()> {
        let engine = self.engine()?;
        let is_mine = engine.node.replica().fold().proposal(&proposal).is_some_and(|it| it.author == engine.me);
        let mut acts = Acts::default();
        acts.beside(rounds::Command::Close { round: reactions });
        if is_mine {
            acts.after(move |_| Ok(consent(proposal)));
        }
        self.act_all(acts).await.map(drop)
    }

    /// Decides what all have answered, unless that is done or came otherwise meanwhile: nobody asked for it.
    pub async fn decide(&self, proposal: Cid) -> Outcome<()> {
        let is_done = self.view().room.as_ref().is_none_or(|room| room.polls.iter().all(|it| it.proposal != proposal));
        if is_done {
            return Ok(());
        }
        match self.act(Command::Close { proposal }).await {
            Err(error) if error.code == "not-decided" => Ok(()),
            outcome => outcome.map(drop),
        }
    }
}

/// By who proposed it: to the text that is the latest.
fn consent(proposal: Cid) -> Any {
    let (version, stance, reason, fix) = (None, Ballot::Consent, String::new(), String::new());
    Command::Cast { proposal, version, stance, reason, fix }.into()
}
