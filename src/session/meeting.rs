//! Meetings as a whole: begun from a form with their role, their questions and their turns, and ended.

use std::{collections::BTreeMap, sync::Arc};

use futures::future::try_join_all;
use paceline_room::{
    Cid, NodeId,
    body::{
        Title, batons,
        meetings::{self, MeetingValues},
        rounds::{self, Ask, Dots, OwnAnswer, Spoken, True, Value},
    },
    fold::Key,
    limits,
    minutes::renewed_in,
    state::{Meeting, Renewal},
    suggest::{Suggestion, runs_next, runs_next_among},
};

use super::{Session, browser::random, error::Outcome, notices};
use crate::forms::{self, Form, FormMeeting, FormNotes, NoteValues};

impl Session {
    /// Begins a meeting of a form: who begins it runs it. Others that still go on are ended first, their notes stay. `order`: who is
    /// here; it is shuffled.
    pub async fn begin_meeting(
        &self,
        form: String,
        title: String,
        call_link: String,
        order: Vec<NodeId>,
    ) -> Outcome<Cid> {
        let form = forms::by_name(&form).ok_or_else(|| notices::error("no-such-form"))?;
        let values = values_of(&form);
        let FormMeeting { role, prompts, seconds_each, notes, .. } = form.meeting.unwrap_or_default();
        if let Some(open) = self.open_meeting() {
            self.act(meetings::Command::Close { meeting: open, note: String::new() }).await?;
        }
        let (form_name, asked) = (form.name, prompts.clone());
        let open = meetings::Command::Open { title, form: form_name, prompts: asked, call_link, resumes: None, values };
        let meeting = self.act(open).await?;
        let baton =
            self.act(batons::Command::Open { title: role, need: None, strengths: vec![], minutes: None }).await?;
        self.act(meetings::Command::RoleOf { meeting, baton }).await?;
        self.act(batons::Command::Take { baton }).await?;
        match notes {
            Some(notes) => self.ask_for_notes(meeting, notes).await?,
            None => self.ask_each(meeting, prompts).await?,
        }
        if let Some(seconds) = seconds_each {
            let ask = Ask::Spoken(Spoken { seconds: seconds.try_into().ok() });
            let (question, order) = (form.title, shuffled(order));
            let turns =
                rounds::Command::Open { question, ask, sealed: false, meeting: Some(meeting), order, many: false };
            let turns = self.act(turns).await?;
            self.act(meetings::Command::Timer { seconds, about: Some(turns) }).await?;
        }
        Ok(meeting)
    }

    /// Goes on with a meeting that ended: with its roles, what was asked in it, and what it had come to. Where one goes on, that one.
    pub async fn go_on_with(&self, meeting: Cid) -> Outcome<Cid> {
        if let Some(open) = self.open_meeting() {
            return Ok(open);
        }
        let (Meeting { title, form, prompts, call_link, timer, values, .. }, roles) = {
            let engine = self.engine()?;
            let replica = engine.node.replica();
            let before = replica.fold().meeting(&meeting).ok_or_else(|| notices::error("not-found"))?;
            let roles: Vec<_> = replica.fold().meetings().roles_of(meeting).collect();
            (Meeting::clone(before), roles)
        };
        let open = meetings::Command::Open { title, form, prompts, call_link, resumes: Some(meeting), values };
        let now = self.act(open).await?;
        for baton in roles {
            self.act(meetings::Command::RoleOf { meeting: now, baton }).await?;
        }
        if let Some(timer) = timer.filter(|it| it.seconds > 0) {
            self.act(meetings::Command::Timer { seconds: timer.seconds, about: timer.about }).await?;
        }
        Ok(now)
    }

    /// Puts what is for later on the agenda of a meeting, in this order.
    pub async fn bring_back(&self, items: Vec<Cid>, meeting: Cid) -> Outcome<()> {
        for item in items {
            let (before, meeting) = (Some(None), Some(Some(meeting)));
            self.act(meetings::Command::Change { item, title: None, minutes: None, before, meeting }).await?;
        }
        Ok(())
    }

    /// Asks everybody each of these questions.
    async fn ask_each(&self, meeting: Cid, prompts: Vec<String>) -> Outcome<()> {
        let asked = prompts.into_iter().map(|question| {
            let (ask, order, many) = (Ask::Words(True), Vec::new(), false);
            self.act(rounds::Command::Open { question, ask, sealed: false, meeting: Some(meeting), order, many })
        });
        try_join_all(asked).await.map(drop)
    }

    /// Asks everybody for notes that nobody else sees until all show theirs.
    async fn ask_for_notes(&self, meeting: Cid, notes: FormNotes) -> Outcome<()> {
        let FormNotes { question, values: NoteValues { write_seconds, .. } } = notes;
        let (ask, order, many) = (Ask::Words(True), Vec::new(), true);
        let open = rounds::Command::Open { question, ask, sealed: true, meeting: Some(meeting), order, many };
        self.act(open).await?;
        self.act(meetings::Command::Timer { seconds: write_seconds, about: None }).await.map(drop)
    }

    /// Asks everybody to vote on these answers.
    pub async fn begin_vote(
        &self,
        meeting: Cid,
        question: String,
        answers: Vec<Cid>,
        values: NoteValues,
    ) -> Outcome<()> {
        let options = answers.iter().take(limits::OPTIONS).map(|it| it.to_string().as_str().try_into());
        let options = options.collect::<Result<Vec<Title>, _>>().and_then(TryInto::try_into);
        let (Ok(options), Ok(budget)) = (options, values.dots.try_into()) else {
            return Err(notices::error("too-long"));
        };
        let (ask, order) = (Ask::Dots(Dots { budget, options }), Vec::new());
        let open = rounds::Command::Open { question, ask, sealed: false, meeting: Some(meeting), order, many: false };
        let vote = self.act(open).await?;
        self.act(meetings::Command::Timer { seconds: values.vote_seconds, about: Some(vote) }).await.map(drop)
    }

    /// Takes back that a vote was begun, as long as nobody has voted.
    pub async fn undo_vote(&self, vote: Cid) -> Outcome<()> {
        self.act(rounds::Command::Undo { round: vote }).await?;
        self.act(meetings::Command::Timer { seconds: 0, about: None }).await.map(drop)
    }

    /// Ends the vote, and begins to talk about an answer.
    pub async fn end_vote(&self, vote: Cid, first: Option<Cid>, seconds: u64) -> Outcome<()> {
        self.act(rounds::Command::Close { round: vote }).await?;
        self.act(meetings::Command::Timer { seconds, about: first }).await.map(drop)
    }

    /// What the person at this tab wrote in a round, before all show theirs.
    pub fn own_answers(&self, round: &Cid) -> Vec<(Cid, String)> {
        let Ok(engine) = self.engine() else { return Vec::new() };
        let all = engine.node.own_answers(round).into_iter();
        let text = |(cid, answer)| if let OwnAnswer::Text(text) = answer { Some((cid, text)) } else { None };
        all.filter_map(text).collect()
    }

    /// What the person at this tab answered last in a round, before all show theirs, if it is no text.
    pub fn own_value(&self, round: &Cid) -> Option<Value> {
        let answer = self.engine().ok()?.node.own_answers(round).pop()?.1;
        if let OwnAnswer::Value(value) = answer { Some(value) } else { None }
    }

    /// Who might run the meeting after this one, but for these.
    pub fn runs_next(&self, meeting: &Cid, not: &[NodeId]) -> Option<Suggestion> {
        let engine = self.engine().ok()?;
        let replica = engine.node.replica();
        runs_next(replica.fold(), replica.log(), meeting, not)
    }

    /// Who of these might, by their homes, which are in order.
    pub fn runs_next_among(&self, meeting: &Cid, homes: &[NodeId]) -> Option<Suggestion> {
        let engine = self.engine().ok()?;
        let replica = engine.node.replica();
        runs_next_among(replica.fold(), replica.log(), meeting, &|it| homes.binary_search(it).is_ok())
    }

    /// What was said in a meeting of promises that go on, by the places of these.
    pub fn renewed_in(&self, meeting: &Cid) -> BTreeMap<Key, Arc<Renewal>> {
        let Ok(engine) = self.engine() else { return BTreeMap::new() };
        let replica = engine.node.replica();
        renewed_in(replica.fold(), replica.log(), meeting)
    }

    /// Asks to wait with showing a round, and stops the countdown for all.
    pub async fn hold(&self, round: Cid) -> Outcome<()> {
        self.wait_with(round)?;
        self.act(meetings::Command::Timer { seconds: 0, about: Some(round) }).await.map(drop)
    }

    /// Somebody's turn ends, or is theirs again; whose it is then has the time that each has.
    pub async fn turn(&self, round: Cid, node: NodeId, state: rounds::Turn, seconds: Option<u64>) -> Outcome<()> {
        self.act(rounds::Command::Turn { round, node, state }).await?;
        if let Some(seconds) = seconds {
            self.act(meetings::Command::Timer { seconds, about: Some(round) }).await?;
        }
        Ok(())
    }

    /// Whether nothing is to be expected now from any of these: gone, elsewhere, or a page that does not speak.
    pub fn are_still(&self, nodes: &[NodeId]) -> bool {
        self.engine().is_ok_and(|engine| nodes.iter().all(|it| engine.node.is_still(it)))
    }

    fn open_meeting(&self) -> Option<Cid> {
        let engine = self.engine().ok()?;
        let replica = engine.node.replica();
        replica.fold().meeting_now(replica.log()).map(|it| it.leading.cid)
    }
}

/// What a form says of its meetings, as an opening carries it. What would not fit there is left out: a file was read within the same
/// bounds.
fn values_of(form: &Form) -> MeetingValues {
    let meeting = form.meeting.as_ref();
    let notes = meeting.and_then(|it| it.notes.as_ref()).map(|it| it.values);
    let seconds = |it: fn(NoteValues) -> u64| notes.and_then(|notes| it(notes).try_into().ok());
    MeetingValues {
        title: form.title.as_str().try_into().unwrap_or_default(),
        seconds_each: meeting.and_then(|it| it.seconds_each?.try_into().ok()),
        every_days: meeting.and_then(|it| u64::from(it.every_days?).try_into().ok()),
        write_seconds: seconds(|it| it.write_seconds),
        dots: notes.and_then(|it| it.dots.try_into().ok()),
        vote_seconds: seconds(|it| it.vote_seconds),
        talk_seconds: seconds(|it| it.talk_seconds),
    }
}

/// In an order that nobody chose (Fisher and Yates).
fn shuffled(mut all: Vec<NodeId>) -> Vec<NodeId> {
    for last in (1..all.len()).rev() {
        let drawn = u64::from_le_bytes(random()) % (last as u64 + 1);
        all.swap(last, drawn as usize);
    }
    all
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn an_opening_carries_all_numbers_of_its_form() {
        let file = r#"{"name": "ours", "title": "Ours", "meeting": {"seconds_each": 45, "every_days": 7,
            "notes": {"write_seconds": 20, "dots": 5, "vote_seconds": 30, "talk_seconds": 40}}}"#;
        let it = values_of(&forms::read(file).form.expect("a form"));
        let seconds = [it.seconds_each, it.write_seconds, it.vote_seconds, it.talk_seconds];
        assert_eq!(seconds.map(|it| it.map(|it| it.get())), [45, 20, 30, 40].map(Some));
        let (days, dots) = (it.every_days.map(|it| it.get()), it.dots.map(|it| it.get()));
        assert_eq!((&*it.title, days, dots), ("Ours", Some(7), Some(5)));
    }

    #[test]
    fn a_shuffled_order_has_everybody_once() {
        let all: Vec<_> = (0..9).map(|it| NodeId::from_bytes([it; 32])).collect();
        let mut orders: Vec<_> = (0..20).map(|_| shuffled(all.clone())).collect();
        for order in &orders {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, all);
        }
        orders.dedup();
        assert!(orders.len() > 1, "not always the same order");
    }
}
