//! Incidents: their log, what is added to them while they go on, and the look back that follows. Each step is one of a meeting's.

use paceline_node::{Acts, MOST_ACTS};
use paceline_room::{
    Cid,
    body::{
        Stance, batons,
        meetings::{Command, ItemKind, NewItem},
        taking_back,
    },
    fold::feedback_on,
    minutes::incident::{Latest, latest, starred},
    state::{Baton, FeedbackState},
};

use paceline_store::Place;

use super::{
    Session,
    beginning::{add_to, beginning},
    error::Outcome,
    notices,
    view::RoomView,
};
use crate::forms;

/// The kind of meeting in which one looks back on an incident.
const REVIEW: &str = "retro";
/// So many lines a look back begins with at most: with what else begins it, they are one step.
const LINES: usize = MOST_ACTS - 16;

impl Session {
    /// The latest of an incident's log.
    pub fn incident(&self, meeting: &Cid, most: usize) -> Latest {
        let Ok(engine) = self.engine() else { return Latest::default() };
        let replica = engine.node.replica();
        latest(replica.fold(), replica.log(), meeting, most)
    }

    /// Opens something to lead in a meeting that goes on: nobody has it yet.
    pub async fn add_role(&self, meeting: Cid, title: String) -> Outcome<Cid> {
        let mut acts = Acts::default();
        let baton = acts.beside(batons::Command::Open { title, need: None, strengths: vec![], minutes: None });
        acts.after(move |it| Ok(Command::RoleOf { meeting, baton: it.of(baton)? }.into()));
        self.made(acts, baton).await
    }

    /// Ends something to lead that was added by mistake, as long as nobody has it: it stands in no notes.
    pub async fn remove_role(&self, baton: Cid) -> Outcome<()> {
        let mut acts = Acts::default();
        acts.beside(batons::Command::Take { baton });
        acts.after(move |_| Ok(batons::Command::Close { baton, outcome: String::new() }.into()));
        self.act_all(acts).await.map(drop)
    }

    /// Takes back a line that was just said; of an update the time until the next is so many seconds again, and its words are in the field,
    /// if nothing else is.
    pub async fn unsay(&self, meeting: Cid, post: Cid, seconds: Option<u64>) -> Outcome<()> {
        let text = self.engine()?.node.replica().fold().post(&post).and_then(|it| it.text.clone());
        let mut acts = Acts::default();
        acts.beside(taking_back::Command::Retract { post });
        if let Some(seconds) = seconds {
            acts.beside(Command::Timer { seconds, about: None });
        }
        self.act_all(acts).await?;
        let place = Place::Line(meeting);
        if let Some(text) = text.filter(|_| seconds.is_some() && !self.is_drafted(&place)) {
            self.set_draft(&place, |it| it.text = text.to_string());
        }
        Ok(())
    }

    /// Begins the look back on an incident, in one step: the lines that somebody thanked for are on its agenda.
    pub async fn review(&self, incident: Cid, title: String) -> Outcome<Cid> {
        let form = forms::by_name(REVIEW).ok_or_else(|| notices::error("no-such-form"))?;
        let lines: Vec<Cid> = {
            let engine = self.engine()?;
            let replica = engine.node.replica();
            let (fold, log) = (replica.fold(), replica.log());
            // What somebody has kept for later already stays there.
            let waits = |post: &Cid| fold.meetings().about(*post).any(|it| it.done.is_none());
            let lines = starred(fold, log, &incident).into_iter().map(|it| it.cid);
            lines.filter(|it| !waits(it)).take(LINES).collect()
        };
        let (mut acts, meeting) = beginning(form, title, String::new(), Vec::new(), self.open_meeting());
        for about in lines {
            let (title, kind, about) = (String::new(), ItemKind::Talk, Some(about));
            add_to(&mut acts, meeting, NewItem { title, kind, minutes: None, tags: vec![], meeting: None, about });
        }
        self.made(acts, meeting).await
    }
}

/// Whether who may take something back that another has taken over has thanked for that instead: it lets them go on.
pub fn lets_go_on(room: &RoomView, baton: &Baton) -> bool {
    let Some(before) = baton.may_reclaim else { return false };
    let is_thanks = |stance, state| stance == Stance::Appreciate && state == FeedbackState::Given;
    let mut on = feedback_on(&room.feedback_on, &baton.tip);
    on.any(|it| is_thanks(it.stance, it.state) && room.joined.is_same(it.author, before))
}
