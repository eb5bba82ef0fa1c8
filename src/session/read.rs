//! What scripts read of the open room.

use std::sync::Arc;

use paceline_room::{Cid, state::RoomState};

use super::{
    Session,
    error::Outcome,
    publish,
    report::{LocalState, PageReport, Status},
};
use crate::tags::tags_in;

impl Session {
    /// This node, now.
    pub fn status(&self) -> Outcome<Status> {
        let offline = self.0.offline.get();
        let without = |_| Status::without_room(offline, self.page());
        Ok(self.engine().map_or_else(without, |engine| publish::status(&engine, offline)))
    }

    /// How this page fares.
    pub fn page(&self) -> PageReport {
        publish::page(self.0.engine.borrow().as_deref())
    }

    /// Whether a post came while its author's key was new here.
    pub fn came_new(&self, post: &Cid) -> bool {
        self.engine().is_ok_and(|engine| engine.node.replica().came_new(post))
    }

    /// The room's state, from the log alone.
    pub fn state(&self) -> Outcome<RoomState> {
        let engine = self.engine()?;
        let replica = engine.node.replica();
        let mut state = replica.fold().state(replica.log());
        // An edit carries words alone: its tags are those of these words, which every node has or will have.
        for post in state.posts.iter_mut().filter(|it| it.edited) {
            let post = Arc::make_mut(post);
            post.tags = post.text.as_deref().map(tags_in).unwrap_or_default();
        }
        Ok(state)
    }

    /// This node's own view.
    pub fn local(&self) -> Outcome<LocalState> {
        let mut local = publish::local(&*self.engine()?, self.0.clock.offset());
        local.notices = self.0.notices.borrow().clone();
        Ok(local)
    }
}
