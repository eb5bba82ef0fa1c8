//! Posts, their edits and retractions.

#[cfg(any(test, feature = "test-utils"))]
mod growth;

use std::{cmp::Reverse, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Capability, Kind, List, Tags, UNNAMED, bodies};
use crate::{
    Cid, Ix, NodeId, Tree,
    command::{Ask, Asker, CommandError, Saying},
    cost::{HashMap, LiteMap},
    fold::{
        Common, IgnoredReason,
        past::Past,
        step::{Key, News, Step},
        subjects::Owner,
        words::Home,
    },
    limits,
    log::Entry,
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

impl PostKind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Update, Self::Question, Self::Idea, Self::Need, Self::Driver];

    /// As it is written in events and in `window.paceline`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Question => "question",
            Self::Idea => "idea",
            Self::Need => "need",
            Self::Driver => "driver",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
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

/// What a post that was edited said, first or with an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PostVersion {
    /// The post.
    pub post: Cid,
    /// The event that says it: the post itself, or an edit.
    pub cid: Cid,
    /// Where its words are.
    pub words: WordsState,
    /// They, if they are here.
    pub text: Option<Arc<str>>,
    /// The author's clock, Unix milliseconds.
    pub at: u64,
    /// Its depth in the log.
    pub depth: u64,
}

/// What posts that were edited have said, by post, the latest first.
pub type PostVersions = Tree<(Cid, Reverse<Key>), PostVersion>;

/// What a post has said, the latest first; nothing if it was never edited.
pub fn versions_of<'a>(all: &'a PostVersions, post: &Cid) -> impl Iterator<Item = &'a Arc<PostVersion>> {
    let post = *post;
    all.from(&(post, LATEST)).take_while(move |((of, _), _)| *of == post).map(|(_, version)| version)
}

/// How many versions a post has.
pub fn count_versions(all: &PostVersions, post: &Cid) -> usize {
    let before_all = Reverse((0, Cid::from_digest([0; 32])));
    all.rank(&(*post, before_all)) - all.rank(&(*post, LATEST))
}

/// Before the latest version of a post.
const LATEST: Reverse<Key> = Reverse((u64::MAX, Cid::from_digest([255; 32])));

#[derive(Debug, Clone)]
struct Record {
    key: Key,
    /// The words of the posting and of each edit, with the event that links them; none of what was taken back. The last are
    /// shown, so that nothing stands after them that was taken back.
    versions: LiteMap<Key, Option<(Cid, Ix)>>,
    /// Of a post that was edited: the version that an event says. Events are numbered as they come, so each stands last.
    by: LiteMap<Ix, Key>,
    retracted: bool,
}

impl Record {
    /// Whether nothing of it is left to read.
    fn is_gone(&self) -> bool {
        self.retracted || self.versions.is_empty()
    }
}

/// All posts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Posts {
    records: HashMap<Cid, Record>,
    pub(crate) shown: Tree<Key, Post>,
    pub(crate) versions: PostVersions,
    pub(crate) spoken_to: SpokenTo,
    version: u64,
}

/// Whom posts speak to: whom they name, and what they answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpokenTo {
    /// Posts by the nodes that they name, the newest first.
    pub mentions: Tree<(NodeId, Reverse<Key>), ()>,
    /// Who answered what.
    pub answered: Tree<(NodeId, Cid), ()>,
}

impl SpokenTo {
    /// The posts that name a node, the newest first.
    pub fn naming(&self, node: NodeId) -> impl Iterator<Item = Key> {
        let last = (u64::MAX, Cid::from_digest([255; 32]));
        let all = self.mentions.from(&(node, Reverse(last))).take_while(move |((of, _), _)| *of == node);
        all.map(|((_, Reverse(key)), _)| *key)
    }

    /// Whether a node has answered a post.
    pub fn has_answered(&self, node: NodeId, post: Cid) -> bool {
        self.answered.get(&(node, post)).is_some()
    }

    fn add(&mut self, key: Key, post: &Post) {
        for node in &post.mentions {
            self.mentions.insert((*node, Reverse(key)), Arc::new(()));
        }
        if let Some(answered) = post.reply_to {
            self.answered.insert((post.author, answered), Arc::new(()));
        }
    }
}

/// A post, or new words for one.
#[derive(Debug)]
pub(crate) enum Fact {
    /// Said; the answered post is one.
    Posted(Box<Posted>),
    /// By its author.
    Edited(Edited),
}

impl Kind for Posted {
    type Of = Posts;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let reply_to = self.reply_to.filter(|it| past.subject(it).is_some_and(|it| it.owner == Owner::Posts));
        Ok(Fact::Posted(Box::new(Posted { reply_to, ..self.clone() })))
    }

    fn taken_back(&self, posts: &mut Posts, entry: &Entry, _: &mut Step) {
        posts.take_back(&entry.cid);
    }
}

impl Kind for Edited {
    type Of = Posts;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let post = past.subject(&self.post).filter(|it| it.owner == Owner::Posts);
        match post.ok_or(IgnoredReason::TargetNotSeen)?.answers_to == past.author {
            true => Ok(Fact::Edited(self.clone())),
            false => Err(IgnoredReason::NotAuthor),
        }
    }

    fn goes_with(&self) -> Option<Cid> {
        Some(self.post)
    }

    fn taken_back(&self, posts: &mut Posts, entry: &Entry, step: &mut Step) {
        posts.take_version_back(step, &self.post, entry.key());
    }
}

impl Capability for Posts {
    type Fact = Fact;

    fn take(&mut self, fact: Fact, step: &mut Step) {
        match fact {
            Fact::Posted(posted) => self.post(step, *posted),
            Fact::Edited(edited) => self.edit(step, &edited),
        }
    }

    /// What was taken back claims nothing, so it is not contested.
    fn hear(&mut self, news: &News, common: &Common) {
        let News::Marked(post) = news;
        let Some(record) = self.records.get(post) else { return };
        let contested = common.subjects.is_marked(post) && !record.is_gone();
        self.change(post, |post| post.contested = contested);
    }

    fn words(&mut self, home: &Home, text: &Arc<str>) {
        let Some(record) = self.records.get(&home.at).filter(|it| !it.retracted) else { return };
        let latest = record.versions.last().and_then(|(_, version)| *version);
        let version = record.by.get(&home.by).copied();
        if latest.is_some_and(|(_, by)| by == home.by) {
            self.change(&home.at, |post| {
                post.words = WordsState::Here;
                post.text = Some(text.clone());
            });
        }
        if let Some(key) = version {
            self.change_version(&home.at, key, |version| {
                version.words = WordsState::Here;
                version.text = Some(text.clone());
            });
        }
    }

    fn version(&self) -> u64 {
        self.version
    }
}

impl Posts {
    fn post(&mut self, step: &mut Step, posted: Posted) {
        let (key, event, cid) = (step.key(), step.event(), step.entry.cid);
        let Posted { kind, words, reply_to, tags, mentions } = posted;
        let text = step.common.words.settle(&words, Home { at: cid, by: step.ix });
        let post = Post {
            cid,
            author: event.author,
            kind,
            words: state_of(text.as_ref()),
            text,
            reply_to,
            tags: tags.into_strings(),
            mentions: mentions.to_vec(),
            at: event.at,
            depth: event.depth,
            edited: false,
            contested: false,
            late: event.depth < step.common.deepest,
        };
        self.spoken_to.add(key, &post);
        self.shown.insert(key, Arc::new(post));
        self.version += 1;
        let mut versions = LiteMap::new();
        versions.insert(key, Some((words, step.ix)));
        self.records.insert(cid, Record { key, versions, by: LiteMap::new(), retracted: false });
        step.is_subject(Owner::Posts, event.author);
    }

    fn edit(&mut self, step: &mut Step, edited: &Edited) {
        let (key, post) = (step.key(), edited.post);
        let Some(record) = self.records.get_mut(&post) else { return };
        if record.by.is_empty() {
            // It is the first edit that makes what was said before a version.
            if let Some((_, by)) = record.versions.get(&record.key).copied().flatten() {
                record.by.insert(by, record.key);
            }
            if let Some(shown) = self.shown.get(&record.key) {
                let Post { words, at, depth, .. } = **shown;
                let first = PostVersion { post, cid: post, words, text: shown.text.clone(), at, depth };
                self.versions.insert((post, Reverse(record.key)), Arc::new(first));
            }
        }
        let text = step.common.words.settle(&edited.words, Home { at: post, by: step.ix });
        record.versions.insert(key, Some((edited.words, step.ix)));
        record.by.insert(step.ix, key);
        let newer = record.versions.last().is_some_and(|(latest, _)| *latest == key);
        let gone = record.retracted;
        let words = if gone { WordsState::Retracted } else { state_of(text.as_ref()) };
        let event = step.event();
        let version =
            PostVersion { post, cid: step.entry.cid, words, text: text.clone(), at: event.at, depth: event.depth };
        self.versions.insert((post, Reverse(key)), Arc::new(version));
        let contested = step.common.subjects.is_marked(&post) && !gone;
        self.version += 1;
        self.change(&post, |post| {
            post.edited = true;
            post.contested = contested;
            if newer && !gone {
                post.words = words;
                post.text = text;
            }
        });
    }

    fn take_back(&mut self, post: &Cid) {
        let Some(record) = self.records.get_mut(post) else { return };
        record.retracted = true;
        let first = record.key;
        self.change_version(post, first, taken_back);
        self.change(post, |post| {
            post.words = WordsState::Retracted;
            post.text = None;
            post.contested = false;
        });
    }

    /// The first words of a post go, and its edits stay.
    pub(crate) fn take_opening_back(&mut self, entry: &Entry, step: &mut Step) {
        self.take_version_back(step, &entry.cid, entry.key());
    }

    /// What was said before it is shown again, if it was the last.
    fn take_version_back(&mut self, step: &mut Step, post: &Cid, key: Key) {
        let Some(record) = self.records.get_mut(post) else { return };
        if let Some(version) = record.versions.get_mut(&key) {
            *version = None;
        }
        while let Some(gone) = record.versions.last().filter(|(_, version)| version.is_none()).map(|(key, _)| *key) {
            record.versions.remove(&gone);
        }
        let (gone, retracted) = (record.is_gone(), record.retracted);
        let latest = record.versions.last().and_then(|(_, version)| *version);
        self.change_version(post, key, taken_back);
        if retracted {
            return;
        }
        let text = latest.and_then(|(words, by)| step.common.words.settle(&words, Home { at: *post, by }));
        let contested = step.common.subjects.is_marked(post) && !gone;
        self.change(post, |post| {
            post.words = if gone { WordsState::Retracted } else { state_of(text.as_ref()) };
            post.text = text;
            post.contested = contested;
        });
    }

    /// Whether there is such a version of a post, and it was not taken back.
    pub(crate) fn has_version(&self, post: &Cid, key: &Key) -> bool {
        let record = self.records.get(post).filter(|it| !it.retracted);
        record.is_some_and(|it| it.versions.get(key).copied().flatten().is_some())
    }

    pub(crate) fn get(&self, post: &Cid) -> Option<&Arc<Post>> {
        self.shown.get(&self.records.get(post)?.key)
    }

    /// Changes what is shown, keeping the `Arc` where nothing differs.
    fn change(&mut self, post: &Cid, change: impl FnOnce(&mut Post)) {
        let Some(record) = self.records.get(post) else { return };
        self.version += u64::from(self.shown.change(&record.key, change));
    }

    fn change_version(&mut self, post: &Cid, key: Key, change: impl FnOnce(&mut PostVersion)) {
        self.version += u64::from(self.versions.change(&(*post, Reverse(key)), change));
    }
}

/// Where words are that were not taken back.
fn state_of(text: Option<&Arc<str>>) -> WordsState {
    if text.is_some() { WordsState::Here } else { WordsState::Missing }
}

fn taken_back(version: &mut PostVersion) {
    version.words = WordsState::Retracted;
    version.text = None;
}

/// What a person may do.
#[derive(Debug, Clone)]
pub enum Command {
    /// Say something to everyone.
    Post {
        /// What it is.
        kind: PostKind,
        /// The words.
        text: String,
        /// The post it answers.
        reply_to: Option<Cid>,
        /// Tags.
        tags: Vec<String>,
        /// Nodes it speaks to.
        mentions: Vec<NodeId>,
    },
    /// Give a post of one's own new words.
    Edit {
        /// The post.
        post: Cid,
        /// The words.
        text: String,
    },
}

impl Ask for Command {
    fn ask(self, asker: Asker) -> Result<Saying, CommandError> {
        let (Self::Post { text, .. } | Self::Edit { text, .. }) = &self;
        if text.trim().is_empty() {
            return Err(CommandError::EmptyText);
        }
        match self {
            Self::Post { kind, text, reply_to, tags, mentions } => {
                if reply_to.is_some_and(|it| asker.fold.post(&it).is_none()) {
                    return Err(CommandError::NotFound);
                }
                let (tags, mentions) = (Tags::of(tags)?, mentions.try_into()?);
                asker.worded(Some(text), Posted { kind, words: UNNAMED, reply_to, tags, mentions })
            }
            Self::Edit { post, text } => {
                let said = asker.worded(Some(text), Edited { post, words: UNNAMED })?;
                let gone = asker.fold.post(&post).is_none_or(|it| it.words == WordsState::Retracted);
                if gone { Err(CommandError::NotFound) } else { Ok(said) }
            }
        }
    }

    fn typed(&self) -> Vec<&str> {
        let (Self::Post { text, .. } | Self::Edit { text, .. }) = self;
        vec![text.trim()]
    }

    fn is_independent(&self) -> bool {
        matches!(self, Self::Post { .. })
    }
}
