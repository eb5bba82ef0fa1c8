//! Telling somebody what happened to a baton while they were apart: their term is kept as parallel lead, or somebody
//! stepped in for them. Each is told once.

use std::{collections::BTreeSet, sync::Arc};

use litemap::LiteMap;
use paceline_mesh::replica::Millis;
use paceline_room::{Cid, NodeId, state::Baton};

use super::{RoomView, SessionError, notices};
use crate::people;

/// Whether this node may step in: the holder has left or is silent for too long, or the minutes meant for the term are over.
/// A short drop never moves a baton, and nobody is pushed aside who is here.
pub fn may_step_in(room: &RoomView, baton: &Baton) -> bool {
    let Some(holder) = baton.holder.filter(|it| *it != room.me) else { return true };
    let vanished = room.people.iter().any(|it| it.person.node == holder && it.may_be_replaced);
    vanished || room.overtime.contains(&baton.cid)
}

/// Since when this tab has known the current terms, by its own clock that never goes back. Others' clocks may be hours off:
/// what an event says of its time pushes nobody aside. A term that began before this tab was opened counts from then, so
/// a step-in is offered too late rather than too early.
#[derive(Debug, Default)]
pub struct Terms {
    known: LiteMap<Cid, Millis>,
}

impl Terms {
    /// The batons whose current term has lasted longer than it was meant to.
    pub fn overtime<'a>(&mut self, batons: impl Iterator<Item = &'a Arc<Baton>>, now: Millis) -> Vec<Cid> {
        let before = std::mem::take(&mut self.known);
        let mut over = Vec::new();
        for baton in batons {
            let meant = baton.minutes.map(|minutes| u64::from(minutes) * 60_000);
            let term = baton.terms.iter().rev().find(|it| !it.parallel && it.until.is_none());
            let Some((meant, term)) = meant.zip(term) else { continue };
            let since = before.get(&term.from).copied().unwrap_or(now);
            self.known.insert(term.from, since);
            if now.saturating_sub(since) > meant {
                over.push(baton.cid);
            }
        }
        over
    }
}

/// A notice and the transfer it is about.
type News = (SessionError, Cid);

/// What was told already.
#[derive(Debug, Default)]
pub struct Handoffs {
    told: BTreeSet<Cid>,
}

impl Handoffs {
    /// Looks at the batons of a new snapshot: what is new in them for this node.
    pub fn follow(&mut self, me: NodeId, room: &RoomView) -> Vec<News> {
        let name = |node: &NodeId| people::name_in(&room.people, node);
        let mut news = Vec::new();
        for baton in room.batons.iter() {
            self.on_parallel(me, baton, &name, &mut news);
            self.on_stand_in(me, baton, &name, &mut news);
        }
        news
    }

    fn on_parallel(&mut self, me: NodeId, baton: &Baton, name: &impl Fn(&NodeId) -> String, news: &mut Vec<News>) {
        for term in baton.terms.iter().filter(|it| it.parallel && it.holder == me) {
            let Some(holder) = baton.holder.filter(|it| *it != me) else { continue };
            if self.told.insert(term.from) {
                let settled = if baton.settled { "yes" } else { "no" };
                let values = [
                    ("title", baton.title.as_str().into()),
                    ("name", name(&holder).into()),
                    ("settled", settled.into()),
                ];
                news.push((notices::error_with("parallel-lead", &values), term.from));
            }
        }
    }

    fn on_stand_in(&mut self, me: NodeId, baton: &Baton, name: &impl Fn(&NodeId) -> String, news: &mut Vec<News>) {
        let Some(holder) = baton.holder.filter(|it| *it != me && baton.may_reclaim == Some(me)) else { return };
        if self.told.insert(baton.tip) {
            let values = [("name", name(&holder).into()), ("title", baton.title.as_str().into())];
            news.push((notices::error_with("stepped-in", &values), baton.tip));
        }
    }
}

#[cfg(test)]
mod tests {
    use paceline_room::state::{BatonState, Term, TermBy};
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn led(from: u8, began: u64) -> Arc<Baton> {
        let holder = NodeId::from_bytes([1; 32]);
        let term = Term {
            holder,
            by: TermBy::Taken,
            from: Cid::from_digest([from; 32]),
            began,
            until: None,
            ended: None,
            depth: 2,
            parallel: false,
        };
        Arc::new(Baton {
            cid: Cid::from_digest([9; 32]),
            title: "Facilitator".into(),
            strengths: vec![],
            minutes: Some(1),
            need: None,
            state: BatonState::Held,
            holder: Some(holder),
            offer: None,
            offered_to: None,
            tip: term.from,
            settled: true,
            may_reclaim: None,
            run_ends: vec![],
            may_close: vec![],
            anyone_may_close: false,
            terms: vec![term],
            notes: vec![],
        })
    }

    #[test]
    fn a_term_is_over_by_this_tabs_clock_whatever_its_author_says() {
        let (mut terms, long_ago) = (Terms::default(), [led(1, 0)]);
        assert_eq!(terms.overtime(long_ago.iter(), 5_000), vec![], "it is known only since now");
        assert_eq!(terms.overtime(long_ago.iter(), 65_000), vec![]);
        assert_eq!(terms.overtime(long_ago.iter(), 65_001), vec![long_ago[0].cid]);
        assert_eq!(
            terms.overtime([led(2, u64::MAX)].iter(), 65_002),
            vec![],
            "the next term counts from its own beginning"
        );
        assert_eq!(terms.overtime(long_ago.iter(), 65_003), vec![], "what is not current is forgotten");
    }
}
