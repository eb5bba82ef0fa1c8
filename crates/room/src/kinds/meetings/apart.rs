//! Who moved a meeting on without having seen how others did: to be told once they see each other again.
//!
//! **Cost.** Of the last step of each chain the latest [`AT_ONCE`] are kept, and compared with one another when that is asked for.

use super::{
    super::rounds::{End, Turn},
    Meetings,
};
use crate::{
    Body, Cid, Fold, Ix, Log, NodeId,
    cost::BTreeMap,
    fold::{Key, step::Step},
    ix::ChainIx,
};

/// So many steps are compared.
const AT_ONCE: usize = 16;

/// The last step of each chain, of these the latest. What falls out never comes back: those that are kept only get later.
pub(super) type Steps = BTreeMap<Key, (ChainIx, Ix)>;

/// A step that moves a meeting on for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingStep {
    /// Its event.
    pub cid: Cid,
    /// Who.
    pub by: NodeId,
    /// What.
    pub did: Did,
}

/// What moves a meeting on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Did {
    /// Ended somebody's turn, or gave it back.
    Turn(NodeId, Turn),
    /// Came to an item of the agenda, or back to before the first.
    Item(Option<Cid>),
    /// Came to an answer.
    Answer(Cid),
    /// Showed all of a round.
    Show(Cid),
    /// Ended a round.
    Close(Cid),
    /// Went on with a round that was ended.
    GoOn(Cid),
    /// Ended the meeting.
    End,
}

/// What an event does for all, if it moves a meeting on at all.
fn did(body: &Body) -> Option<Did> {
    match body {
        Body::TurnDone(it) if it.state != Turn::Joined => Some(Did::Turn(it.node, it.state)),
        Body::AgendaAt(it) => Some(Did::Item(it.item)),
        Body::TimerSet(it) => it.about.map(Did::Answer),
        Body::RevealOpened(it) => Some(Did::Show(it.round)),
        Body::RoundClosed(it) if it.how == Some(End::Again) => Some(Did::GoOn(it.round)),
        Body::RoundClosed(it) => Some(Did::Close(it.round)),
        Body::MeetingClosed(_) => Some(Did::End),
        _ => None,
    }
}

impl Meetings {
    /// Notes what moves a meeting on; time does only if it is for an answer, one in the past of who gives it.
    pub(super) fn note_step(&mut self, meeting: &Cid, step: &Step, to_answer: bool) {
        let (entry, body) = (step.entry, &step.event().body);
        let moves_on = did(body).is_some() && (to_answer || !matches!(body, Body::TimerSet(_)));
        if let Some(record) = self.meetings.get_mut(meeting).filter(|_| moves_on) {
            record.steps.retain(|_, (chain, _)| *chain != entry.chain);
            record.steps.insert(step.key(), (entry.chain, step.ix));
            if record.steps.len() > AT_ONCE {
                record.steps.pop_first();
            }
        }
    }
}

impl Fold {
    /// The steps that moved a meeting on last, each by somebody who had not seen the others: none, as long as all see each other's, or once
    /// anybody who has seen them all goes on.
    pub fn steps_apart(&self, log: &Log, meeting: &Cid) -> Vec<MeetingStep> {
        let Some(record) = self.capabilities.meetings.meetings.get(meeting) else { return Vec::new() };
        let all = || record.steps.values().map(|(_, ix)| *ix);
        let is_last = |ix: &Ix| !all().any(|it| it != *ix && log.is_ancestor(*ix, it));
        let apart: Vec<_> = all().filter(is_last).collect();
        if apart.len() < 2 {
            return Vec::new();
        }
        let told = |ix: Ix| {
            let entry = log.entry(ix);
            Some(MeetingStep { cid: entry.cid, by: entry.event.author, did: did(&entry.event.body)? })
        };
        apart.into_iter().filter_map(told).collect()
    }
}
