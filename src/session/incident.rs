//! Incidents: their log, what is added to them while they go on, and the look back that follows. Each step is one of a meeting's.

use paceline_node::{Acts, MOST_ACTS};
use paceline_room::{
    Cid,
    body::{
        Stance, batons,
        meetings::{Command, ItemKind, NewItem},
    },
    fold::feedback_on,
    minutes::incident::{Latest, latest, starred},
    state::{Baton, FeedbackState},
};

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
    pub async fn add_role(&self, meeting: Cid, title: String) -> Outcome<()> {
        let mut acts = Acts::default();
        let baton = acts.beside(batons::Command::Open { title, need: None, strengths: vec![], minutes: None });
        acts.after(move |it| Ok(Command::RoleOf { meeting, baton: it.of(baton)? }.into()));
        self.act_all(acts).await.map(drop)
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
