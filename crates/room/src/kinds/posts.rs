//! Posts, their edits and retractions.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use litemap::LiteMap;

use serde::{Deserialize, Serialize};

use super::{List, Tags, bodies};
use crate::{
    Cid, Ix, NodeId,
    fold::{
        IgnoredReason, change_shared,
        step::{Key, Step},
        words::{Home, WordsTable},
    },
    limits,
};

/// What a post is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the words of the room
pub enum PostKind {
    Update,
    Question,
    Idea,
    Need,
    Driver,
}

/// Nodes that a post speaks to.
pub type Mentions = List<NodeId, { limits::TAGS }>;

bodies! {
    /// Something said to everyone.
    Posted {
        /// What it is.
        kind: PostKind,
        /// The words block.
        words: Cid,
        /// The post it answers.
        [optional] reply_to: Option<Cid>,
        /// Tags.
        [optional] tags: Tags,
        /// Nodes it speaks to.
        [optional] mentions: Mentions,
    }
    /// New words for one's own post; the latest wins.
    Edited {
        /// The post.
        post: Cid,
        /// The words block.
        words: Cid,
    }
}

/// Where a post's words are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WordsState {
    /// In this node's log.
    Here,
    /// Not here yet.
    Missing,
    /// Taken back by their author.
    Retracted,
}

/// A post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Post {
    /// Its event.
    pub cid: Cid,
    /// Who says it.
    pub author: NodeId,
    /// What it is.
    pub kind: PostKind,
    /// Where its (latest) words are.
    pub words: WordsState,
    /// The latest words, if they are here.
    pub text: Option<Arc<str>>,
    /// The post it answers; `None` also where it names what is no post in its past.
    pub reply_to: Option<Cid>,
    /// Tags.
    pub tags: Vec<String>,
    /// Nodes it speaks to.
    #[serde(skip)]
    pub mentions: Vec<NodeId>,
    /// The author's clock, Unix milliseconds.
    pub at: u64,
    /// Its depth in the log.
    pub depth: u64,
    /// Whether the words were changed.
    pub edited: bool,
    /// Whether a correction stands against it.
    pub contested: bool,
    /// When it was admitted, events deeper than it were there already. This node's view: not part of the state that
    /// equal digests promise.
    #[serde(skip)]
    pub late: bool,
}

#[derive(Debug, Clone)]
struct Record {
    key: Key,
    ix: Ix,
    author: NodeId,
    /// The words of the posting and of each edit that was not taken back, with the event that links them. The last are shown.
    versions: LiteMap<Key, (Cid, Ix)>,
    retracted: bool,
    /// Corrections that stand against it.
    corrections: usize,
}

/// All posts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Posts {
    records: HashMap<Cid, Record>,
    shown: BTreeMap<Key, Arc<Post>>,
}

impl Posts {
    pub(crate) fn post(&mut self, step: &mut Step, words: &mut WordsTable, body: &Posted, late: bool) {
        let (key, event, cid) = (step.key(), step.event(), step.entry.cid);
        let text = words.settle(&body.words, step.ix, Home::Post(cid));
        let reply_to = body.reply_to.filter(|it| self.records.contains_key(it) && step.seen(it).is_some());
        let post = Post {
            cid,
            author: event.author,
            kind: body.kind,
            words: if text.is_some() { WordsState::Here } else { WordsState::Missing },
            text,
            reply_to,
            tags: body.tags.to_strings(),
            mentions: body.mentions.to_vec(),
            at: event.at,
            depth: event.depth,
            edited: false,
            contested: false,
            late,
        };
        self.shown.insert(key, Arc::new(post));
        let mut versions = LiteMap::new();
        versions.insert(key, (body.words, step.ix));
        let record = Record { key, ix: step.ix, author: event.author, versions, retracted: false, corrections: 0 };
        self.records.insert(cid, record);
    }

    pub(crate) fn edit(&mut self, step: &mut Step, words: &mut WordsTable, body: &Edited) -> Result<(), IgnoredReason> {
        let key = step.key();
        let record = own_post(&mut self.records, step, &body.post)?;
        let text = words.settle(&body.words, step.ix, Home::Post(body.post));
        record.versions.insert(key, (body.words, step.ix));
        let newer = record.versions.last().is_some_and(|(latest, _)| *latest == key);
        let retracted = record.retracted;
        self.change(&body.post, |post| {
            post.edited = true;
            if newer && !retracted {
                post.words = if text.is_some() { WordsState::Here } else { WordsState::Missing };
                post.text = text;
            }
        });
        Ok(())
    }

    /// Its author took the post back.
    pub(crate) fn take_back(&mut self, post: &Cid) {
        let Some(record) = self.records.get_mut(post) else { return };
        record.retracted = true;
        self.change(post, |post| {
            post.words = WordsState::Retracted;
            post.text = None;
            post.contested = false;
        });
    }

    /// Its author took an edit back: what was said before is shown again.
    pub(crate) fn take_edit_back(&mut self, words: &mut WordsTable, post: &Cid, edit: Key) {
        let Some(record) = self.records.get_mut(post) else { return };
        record.versions.remove(&edit);
        let latest = record.versions.last().filter(|_| !record.retracted);
        let Some((cid, ix)) = latest.map(|(_, version)| *version) else { return };
        let text = words.settle(&cid, ix, Home::Post(*post));
        self.change(post, |post| {
            post.words = if text.is_some() { WordsState::Here } else { WordsState::Missing };
            post.text = text;
        });
    }

    /// Words of a post have come.
    pub(crate) fn fill(&mut self, post: &Cid, words: &Cid, text: &Arc<str>) {
        let shows = |record: &Record| {
            !record.retracted && record.versions.last().is_some_and(|(_, (latest, _))| latest == words)
        };
        if self.records.get(post).is_some_and(shows) {
            self.change(post, |post| {
                post.words = WordsState::Here;
                post.text = Some(text.clone());
            });
        }
    }

    /// A correction of this post begins or ceases to stand. What was taken back claims nothing, so it is not contested.
    pub(crate) fn correction(&mut self, post: &Cid, stands: bool) {
        let Some(record) = self.records.get_mut(post) else { return };
        record.corrections = if stands { record.corrections + 1 } else { record.corrections.saturating_sub(1) };
        let contested = record.corrections > 0 && !record.retracted;
        self.change(post, |post| post.contested = contested);
    }

    pub(crate) fn author(&self, post: &Cid) -> Option<NodeId> {
        self.records.get(post).map(|record| record.author)
    }

    pub(crate) fn contains(&self, post: &Cid) -> bool {
        self.records.contains_key(post)
    }

    pub(crate) fn get(&self, post: &Cid) -> Option<&Arc<Post>> {
        self.shown.get(&self.records.get(post)?.key)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Post>> {
        self.shown.values()
    }

    /// Changes what is shown, keeping the `Arc` where nothing differs.
    fn change(&mut self, post: &Cid, change: impl FnOnce(&mut Post)) {
        let Some(shown) = self.records.get(post).and_then(|record| self.shown.get_mut(&record.key)) else { return };
        change_shared(shown, change);
    }
}

/// The post that the step's author may change.
fn own_post<'a>(
    records: &'a mut HashMap<Cid, Record>,
    step: &mut Step,
    post: &Cid,
) -> Result<&'a mut Record, IgnoredReason> {
    let record = records.get_mut(post).ok_or(IgnoredReason::TargetNotSeen)?;
    if !step.saw(record.ix) {
        return Err(IgnoredReason::TargetNotSeen);
    }
    if record.author != step.event().author {
        return Err(IgnoredReason::NotAuthor);
    }
    Ok(record)
}
