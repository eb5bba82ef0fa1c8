//! How long leaders lead, by this node's own clock. Decides nothing: it says whose term has lasted longer than it was meant to.

use std::sync::Arc;

use litemap::LiteMap;
use paceline_mesh::replica::Millis;
use paceline_room::{Cid, state::Baton};

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

#[cfg(test)]
mod tests {
    use paceline_room::{
        NodeId,
        state::{BatonState, History, Term, TermBy},
    };

    use super::*;

    fn led(from: u8, began: u64) -> Arc<Baton> {
        let holder = NodeId::from_bytes([1; 32]);
        let mut terms = History::default();
        let tip = Cid::from_digest([from; 32]);
        terms.put(Term {
            holder,
            by: TermBy::Taken,
            from: tip,
            began,
            until: None,
            ended: None,
            depth: 2,
            parallel: false,
        });
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
            tip,
            tip_depth: 2,
            settled: true,
            may_reclaim: None,
            mandate: None,
            displaced: None,
            run_ends: vec![],
            may_close: vec![],
            anyone_may_close: false,
            terms,
            notes: History::default(),
            nominations: History::default(),
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
