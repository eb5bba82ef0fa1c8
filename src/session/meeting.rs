//! Meetings as a whole: begun from a form with their role, their questions and their turns, and ended.

use std::{collections::BTreeMap, sync::Arc};

use paceline_node::{Acts, MOST_ACTS, Made, Named};
use paceline_room::{
    Cid, NodeId,
    body::{
        Title,
        meetings::{self, NewItem},
        rounds::{self, Ask, Dots, OwnAnswer, Value},
    },
    fold::Key,
    limits,
    minutes::renewed_in,
    state::{Meeting, Renewal},
    suggest::{Suggestion, runs_next, runs_next_among},
};

use super::{
    Session,
    beginning::{add_to, beginning, going_on},
    browser::random,
    error::Outcome,
    notices,
};
use crate::forms::{self, NoteValues};

impl Session {
    /// Begins a meeting of a form, all of it in one step: who begins it runs it. Others that still go on are ended with that, their
    /// notes stay. `order`: who is here; it is shuffled.
    pub async fn begin_meeting(
        &self,
        form: String,
        title: String,
        call_link: String,
        order: Vec<NodeId>,
    ) -> Outcome<Cid> {
        let form = forms::by_name(&form).ok_or_else(|| notices::error("no-such-form"))?;
        let (acts, meeting) = beginning(form, title, call_link, shuffled(order), self.open_meeting());
        self.made(acts, meeting).await
    }

    /// Goes on with a meeting that ended. Where one goes on, that one.
    pub async fn go_on_with(&self, meeting: Cid) -> Outcome<Cid> {
        if let Some(open) = self.open_meeting() {
            return Ok(open);
        }
        let (acts, now) = {
            let engine = self.engine()?;
            let replica = engine.node.replica();
            let before = replica.fold().meeting(&meeting).ok_or_else(|| notices::error("not-found"))?;
            going_on(Meeting::clone(before), replica.fold().meetings().roles_of(meeting).collect())
        };
        self.made(acts, now).await
    }

    /// Opens a meeting with these on its agenda, in one step; what that does not hold follows in steps of its own.
    pub async fn open_meeting_with(&self, open: meetings::Command, mut agenda: Vec<NewItem>) -> Outcome<Cid> {
        let mut rest = agenda.split_off(agenda.len().min(MOST_ACTS - 1));
        let mut acts = Acts::default();
        let meeting = acts.beside(open);
        agenda.into_iter().for_each(|it| add_to(&mut acts, meeting, it));
        let meeting = self.made(acts, meeting).await?;
        while !rest.is_empty() {
            let later = rest.split_off(rest.len().min(MOST_ACTS));
            let mut acts = Acts::default();
            for item in std::mem::replace(&mut rest, later) {
                acts.after(
                    move |_| Ok(meetings::Command::Add(NewItem { meeting: Some(Some(meeting)), ..item }).into()),
                );
            }
            self.act_all(acts).await?;
        }
        Ok(meeting)
    }

    /// Puts what is for later on the agenda of a meeting, in this order; all of it in one step, as far as one holds it.
    pub async fn bring_back(&self, items: Vec<Cid>, meeting: Cid) -> Outcome<()> {
        for items in items.chunks(MOST_ACTS) {
            let mut acts = Acts::default();
            for item in items.iter().copied() {
                let (before, meeting) = (Some(None), Some(Some(meeting)));
                let back = meetings::Command::Change { item, title: None, minutes: None, before, meeting };
                acts.after(move |_| Ok(back.into()));
            }
            self.act_all(acts).await?;
        }
        Ok(())
    }

    /// Asks everybody to vote on these answers, and gives that its time.
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
        let mut acts = Acts::default();
        let vote = acts.beside(open);
        acts.naming(move |it| {
            Ok(meetings::Command::Timer { seconds: values.vote_seconds, about: Some(it.of(vote)?) }.into())
        });
        self.act_all(acts).await.map(drop)
    }

    /// Takes back that a vote was begun, as long as nobody has voted.
    pub async fn undo_vote(&self, vote: Cid) -> Outcome<()> {
        self.with_time(rounds::Command::Undo { round: vote }, 0, None).await
    }

    /// Ends the vote, and begins to talk about an answer.
    pub async fn end_vote(&self, vote: Cid, first: Option<Cid>, seconds: u64) -> Outcome<()> {
        self.with_time(rounds::Command::Close { round: vote }, seconds, first).await
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
        let turn = rounds::Command::Turn { round, node, state };
        match seconds {
            Some(seconds) => self.with_time(turn, seconds, Some(round)).await,
            None => self.act(turn).await.map(drop),
        }
    }

    /// Whether nothing is to be expected now from any of these: gone, elsewhere, or a page that does not speak.
    pub fn are_still(&self, nodes: &[NodeId]) -> bool {
        self.engine().is_ok_and(|engine| nodes.iter().all(|it| engine.node.is_still(it)))
    }

    /// Does something and gives time to what follows, in one step.
    async fn with_time(&self, command: rounds::Command, seconds: u64, about: Option<Cid>) -> Outcome<()> {
        let mut acts = Acts::default();
        acts.beside(command);
        acts.beside(meetings::Command::Timer { seconds, about });
        self.act_all(acts).await.map(drop)
    }

    /// Does all of it, for one of the events.
    pub(super) async fn made(&self, acts: Acts, made: Made) -> Outcome<Cid> {
        let all = self.act_all(acts).await?;
        Named::new(&all).of(made).map_err(notices::node)
    }

    /// The meeting that goes on.
    pub(super) fn open_meeting(&self) -> Option<Cid> {
        let engine = self.engine().ok()?;
        let replica = engine.node.replica();
        replica.fold().meeting_now(replica.log()).map(|it| it.leading.cid)
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
