//! Meetings as a whole: begun from a form with their role, their questions and their turns, and ended.

use futures::future::try_join_all;
use paceline_room::{
    Cid, NodeId,
    body::{
        batons, meetings,
        rounds::{self, Ask, Spoken, True},
    },
};

use super::{Session, browser::random, error::Outcome, notices};
use crate::forms::{self, FormMeeting};

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
        let FormMeeting { role, prompts, seconds_each, .. } = form.meeting.unwrap_or_default();
        if let Some(open) = self.open_meeting() {
            self.act(meetings::Command::Close { meeting: open, note: String::new() }).await?;
        }
        let open =
            meetings::Command::Open { title, form: form.name, prompts: prompts.clone(), call_link, resumes: None };
        let meeting = self.act(open).await?;
        let baton =
            self.act(batons::Command::Open { title: role, need: None, strengths: vec![], minutes: None }).await?;
        self.act(meetings::Command::RoleOf { meeting, baton }).await?;
        self.act(batons::Command::Take { baton }).await?;
        let asked = prompts.into_iter().map(|question| {
            let (ask, order, many) = (Ask::Words(True), Vec::new(), false);
            self.act(rounds::Command::Open { question, ask, sealed: false, meeting: Some(meeting), order, many })
        });
        try_join_all(asked).await?;
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

    /// Somebody's turn ends, or is theirs again; whose it is then has the time that each has.
    pub async fn turn(&self, round: Cid, node: NodeId, state: rounds::Turn, seconds: Option<u64>) -> Outcome<()> {
        self.act(rounds::Command::Turn { round, node, state }).await?;
        if let Some(seconds) = seconds {
            self.act(meetings::Command::Timer { seconds, about: Some(round) }).await?;
        }
        Ok(())
    }

    fn open_meeting(&self) -> Option<Cid> {
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
