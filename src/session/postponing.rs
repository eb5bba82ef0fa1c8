//! What somebody waits with until a day, since not all who decide have answered. That is their own affair: it is remembered in this browser, of
//! each of its nodes apart, and nobody else is told.

use paceline_room::{Cid, Day, NodeId};

use super::{Session, engine::Engine, own::Postponed};
use crate::browser::{preference, set_preference};

/// So many lines are remembered of a room at most, the newest.
const MOST: usize = 64;

fn name(room: Cid) -> String {
    format!("postponed-{room}")
}

/// The room is forgotten.
pub fn forget(room: Cid) {
    set_preference(&name(room), "");
}

/// What is remembered of a room: a line each, with whose it is.
fn read(room: Cid) -> Vec<(NodeId, Postponed)> {
    let line = |it: &str| {
        let mut words = it.split_whitespace();
        let (node, proposal) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        Some((node, (proposal, words.next()?.parse().ok()?)))
    };
    preference(&name(room)).unwrap_or_default().lines().filter_map(line).collect()
}

impl Engine {
    /// What the person at this tab waits with.
    pub(super) fn postponed(&self) -> Vec<Postponed> {
        let read = || {
            let all = if self.is_kept() { read(self.link.room) } else { Vec::new() };
            all.into_iter().filter(|(node, _)| *node == self.me).map(|(_, it)| it).collect()
        };
        self.own.postponed.borrow_mut().get_or_insert_with(read).clone()
    }

    fn keep_postponed(&self, postponed: Vec<Postponed>) {
        if self.is_kept() {
            let others = read(self.link.room).into_iter().filter(|(node, _)| *node != self.me);
            let all: Vec<_> = others.chain(postponed.iter().map(|it| (self.me, *it))).collect();
            let newest = all.iter().skip(all.len().saturating_sub(MOST));
            let lines: Vec<_> = newest.map(|(node, (proposal, day))| format!("{node} {proposal} {day}")).collect();
            set_preference(&name(self.link.room), &lines.join("\n"));
        }
        *self.own.postponed.borrow_mut() = Some(postponed);
    }
}

impl Session {
    /// Waits with deciding something until that day, or no longer.
    pub fn postpone(&self, proposal: Cid, until: Option<Day>) {
        let Ok(engine) = self.engine() else { return };
        let view = self.view();
        let is_open =
            |it: &Cid| view.room.as_ref().is_some_and(|room| room.polls.iter().any(|poll| poll.proposal == *it));
        let mut postponed = engine.postponed();
        // What is decided meanwhile waits for nobody.
        postponed.retain(|(it, _)| *it != proposal && is_open(it));
        postponed.extend(until.map(|day| (proposal, day)));
        engine.keep_postponed(postponed);
        self.publish_now();
    }
}
