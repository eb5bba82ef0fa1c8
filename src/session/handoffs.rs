//! Telling somebody what happened to a baton while they were apart: their term is kept as parallel lead, or somebody
//! stepped in for them. Each is told once.

use std::collections::BTreeSet;

use paceline_room::{Cid, NodeId, fold::List, state::Baton};

use super::{error::SessionError, names, notices, view::RoomView};

/// Whether this node may step in: the holder has left or is silent for too long, or the minutes meant for the term are over.
/// A short drop never moves a baton, and nobody is pushed aside who is here.
pub fn may_step_in(room: &RoomView, baton: &Baton) -> bool {
    let Some(holder) = baton.holder.filter(|it| *it != room.me) else { return true };
    room.vanished.contains(&holder) || room.unheard.contains(&baton.cid) || room.overtime.contains(&baton.cid)
}

/// A notice and the transfer it is about.
type News = (SessionError, Cid);

/// What was told already.
#[derive(Debug, Default)]
pub struct Handoffs {
    told: BTreeSet<Cid>,
}

impl Handoffs {
    /// Looks at the batons that changed since the last snapshot of the room: what is new in them for this node.
    pub fn follow(&mut self, me: NodeId, before: Option<&RoomView>, room: &RoomView) -> Vec<News> {
        let name = |node: &NodeId| names::name_in(&room.people, node);
        let mut news = Vec::new();
        let none = List::default();
        let changed = room.batons.since(before.map_or(&none, |it| &it.batons));
        for baton in changed.into_iter().filter_map(|it| it.now) {
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
                    ("title", names::titled(&baton.title).into()),
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
            let values = [("name", name(&holder).into()), ("title", names::titled(&baton.title).into())];
            news.push((notices::error_with("stepped-in", &values), baton.tip));
        }
    }
}
