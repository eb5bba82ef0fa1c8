//! Posts that name the person at this tab wait until they opened or answered them. What was opened is remembered in this browser.

use std::collections::BTreeSet;

use paceline_room::{
    Cid, NodeId,
    fold::{Key, Lists},
    state::{Post, WordsState},
};

use super::{Session, engine::Engine};
use crate::browser::{preference, set_preference};

/// Of so many posts that name a node, the newest, it is looked whether they wait.
const LOOKED_AT: usize = 64;
/// More nodes than a person has.
const NODES: usize = 16;

fn name(room: Cid) -> String {
    format!("opened-{room}")
}

/// The room is forgotten.
pub fn forget(room: Cid) {
    set_preference(&name(room), "");
}

impl Engine {
    /// Whether a post that names this person was opened.
    fn has_opened(&self, post: &Cid) -> bool {
        let mut opened = self.own.opened.borrow_mut();
        let read = || preference(&name(self.link.room)).unwrap_or_default();
        let opened = opened.get_or_insert_with(|| match self.is_kept() {
            true => read().split_whitespace().filter_map(|it| it.parse().ok()).collect(),
            false => BTreeSet::new(),
        });
        opened.contains(post)
    }

    /// The posts that name this person and wait, the newest first.
    pub(super) fn mentions(&self, lists: &Lists) -> Vec<Key> {
        let mine: Vec<NodeId> = lists.persons.nodes_of(self.me).take(NODES).collect();
        let waits = |post: &Post| {
            let own = lists.persons.is_same(post.author, self.me);
            let answered = mine.iter().any(|it| lists.spoken_to.has_answered(*it, post.cid));
            !own && !answered && post.words != WordsState::Retracted && !self.has_opened(&post.cid)
        };
        let all = mine.iter().flat_map(|it| lists.spoken_to.naming(*it).take(LOOKED_AT));
        let mut all: Vec<Key> = all.filter(|it| lists.posts.get(it).is_some_and(|it| waits(it))).collect();
        if mine.len() > 1 {
            all.sort_unstable_by(|one, other| other.cmp(one));
            all.dedup();
        }
        all
    }
}

impl Session {
    /// Somebody has a post before them that names this person.
    pub fn note_opened(&self, post: Cid) {
        let Ok(engine) = self.engine() else { return };
        let waits = self.view().room.as_ref().is_some_and(|it| it.mentions.iter().any(|(_, it)| *it == post));
        if !waits || engine.has_opened(&post) {
            return;
        }
        let lists = engine.node.replica().fold().lists();
        let mine = lists.persons.nodes_of(engine.me).take(NODES);
        let looked_at: BTreeSet<Cid> =
            mine.flat_map(|it| lists.spoken_to.naming(it).take(LOOKED_AT)).map(|(_, it)| it).collect();
        if let Some(opened) = &mut *engine.own.opened.borrow_mut() {
            opened.insert(post);
            // Nobody asks of others any more.
            opened.retain(|it| looked_at.contains(it));
            if engine.is_kept() {
                let words: Vec<String> = opened.iter().map(ToString::to_string).collect();
                set_preference(&name(engine.link.room), &words.join(" "));
            }
        }
        self.publish_now();
    }

    /// Shows a post, wherever in the stream it stands.
    pub fn show_post(&self, post: Cid) {
        self.told(&format!("{SHOW}{post}"));
    }
}

const SHOW: &str = "show ";

/// The post that is to be shown, if that is told.
pub fn shows(told: &str) -> Option<Cid> {
    told.strip_prefix(SHOW)?.parse().ok()
}
