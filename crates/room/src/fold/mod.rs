//! What the admitted events mean, kept up to date event by event.
//!
//! Order-independent: equal sets of events give equal states, whatever the order in which they were admitted (parents
//! before children). Whatever "latest" decides is decided by `(depth, cid)`, and whatever is allowed is judged by the
//! event's own past. Local, and so apart from that promise, are only the texts (words may not be here yet) and
//! [`Post::late`].
//!
//! Incremental: one event costs work that does not grow with the log, but for binary searches and ordered maps (a
//! logarithm) and for what the event itself changes (a retraction drops the words of all edits of its post; a fork
//! looks once at every author). [`cost`] counts it, and each kind has its laws.
//!
//! What can be done in a room lies in [`kinds`](crate::kinds), one part each: its kinds *judge* (they read everything, as
//! the event's past has it), then its state *takes*. Here is what they share: the past, the step, what can be pointed at,
//! the words, the digest.
//!
//! The fold keeps no clock and asks nobody: silence, presence and grace times are for those who offer a step-in.

mod digest;
mod folding;
mod ignored;
pub(crate) mod past;
pub(crate) mod raises;
pub(crate) mod step;
pub(crate) mod subjects;
pub(crate) mod words;

use std::sync::Arc;

pub use crate::kinds::{
    Versions,
    feedback::on as feedback_on,
    people::own_hue,
    posts::{count_versions, versions_of},
};
pub use ignored::IgnoredReason;

use crate::{
    Body, Cid, Ix, Log, NodeId, Tree,
    body::FormValues,
    cid::Named,
    cost::{self, HashMap, look},
    kinds::Capabilities,
    state::{
        Baton, DecisionLists, Feedback, MeetingLists, Person, PersonLists, Post, PostVersion, PostVersions,
        PromiseLists, Raised, RoomState, RoundLists, SpokenTo, UnknownEvent,
    },
};
use digest::SetDigest;
pub use folding::Folding;
use past::{Look, Past};
use raises::Raises;
pub use step::Key;
use step::Step;
use subjects::Subjects;
use words::WordsTable;

/// The room's state, updated by one event at a time. Order-independent: equal sets of events give equal states.
#[derive(Debug, Clone, Default)]
pub struct Fold {
    pub(crate) common: Common,
    pub(crate) capabilities: Capabilities,
}

/// Entries in the order of the log.
pub type List<T> = Tree<Key, T>;

/// What is shown in lists, at one time: equal as long as nothing in them changed, and [`Tree::since`] tells what did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lists {
    /// In order of their first event.
    pub people: List<Person>,
    /// Which of them are one person.
    pub persons: PersonLists,
    /// In display order: `(depth, cid)`.
    pub posts: List<Post>,
    /// Of those that were edited: what was said first, and with each edit.
    pub versions: PostVersions,
    /// Whom they speak to.
    pub spoken_to: SpokenTo,
    /// In display order.
    pub feedback: List<Feedback>,
    /// By what it is about ([`feedback_on`]).
    pub feedback_on: Tree<(Cid, Key), Feedback>,
    /// In order of opening.
    pub batons: List<Baton>,
    /// Asks and promises.
    pub promises: PromiseLists,
    /// Meetings and their agendas.
    pub meetings: MeetingLists,
    /// Rounds and what was answered in them.
    pub rounds: RoundLists,
    /// Proposals, and what was said about them.
    pub decisions: DecisionLists,
    /// How the room came to its version, by version.
    pub raised: Tree<u32, Raised>,
    /// From a newer version, in display order.
    pub unknown: List<UnknownEvent>,
}

/// What all capabilities share.
#[derive(Debug, Clone, Default)]
pub(crate) struct Common {
    pub(crate) subjects: Subjects,
    pub(crate) words: WordsTable,
    pub(crate) ignored: HashMap<Cid, IgnoredReason>,
    /// The same, in the order in which they came.
    ignored_in_turn: Vec<Ix>,
    digest: SetDigest,
    /// By which version each event is read.
    pub(crate) raises: Raises,
    /// The greatest depth so far.
    pub(crate) deepest: u64,
}

/// What one event (or words block) changed, for those who redraw or drop things.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Words blocks to drop from memory and storage: their author took them back.
    pub drop_words: Vec<Cid>,
}

impl Fold {
    /// Takes in the event just admitted as `ix`; each event once, in the order of admission.
    pub fn apply(&mut self, log: &Log, ix: Ix) -> Changes {
        let changes = self.take(log, ix);
        self.settle(log);
        changes
    }

    /// Takes it in, but for what is counted once of many events: who leads. [`Folding`] is for those.
    fn take(&mut self, log: &Log, ix: Ix) -> Changes {
        cost::ground(|| log.entries());
        let look = Look::new(log);
        let entry = log.entry(ix);
        let past = Past::of_event(self, &look, ix);
        let version = past.version();
        let verdict = past.judge_by(version, &entry.event.body);
        let Self { common, capabilities } = self;
        common.digest.add(&entry.cid);
        // Before anything is made of an event: its words are kept, be it unknown or ignored.
        if let Some(words) = entry.event.body.words() {
            common.words.link(log, words, ix);
        }
        let mut step = Step::new(&look, ix, common);
        capabilities.every(&mut step);
        match verdict {
            Ok(fact) => capabilities.take(fact, &mut step),
            Err(reason) => {
                step.common.ignored.insert(entry.cid, reason);
                step.common.ignored_in_turn.push(ix);
            }
        }
        if let Some(meeting) = step.acts_in {
            capabilities.meetings.act(&meeting, &step);
        }
        capabilities.meetings.settle(&capabilities.persons, &step);
        for ix in std::mem::take(&mut step.taken_back) {
            step.void_words(ix);
            capabilities.take_back(look.entry(ix), &mut step);
        }
        if let Some(ix) = step.opening_taken_back {
            step.void_words(ix);
            capabilities.posts.take_opening_back(look.entry(ix), &mut step);
        }
        for news in std::mem::take(&mut step.news) {
            capabilities.hear(&news, step.common);
        }
        let raised_to = step.raises_to;
        step.common.raises.note(ix, version, raised_to);
        step.common.deepest = step.common.deepest.max(entry.event.depth);
        Changes { drop_words: step.drop_words.into_iter().collect() }
    }

    /// Counts what was said since it was last settled.
    fn settle(&mut self, log: &Log) {
        let Capabilities { batons, decisions, persons, founding, .. } = &mut self.capabilities;
        batons.settle(log);
        decisions.settle(log, persons);
        founding.settle(log, decisions, &self.common.raises);
    }

    /// Why it would mean nothing here if `author` wrote this now, if it would: the same judge asks that decides about the
    /// event afterwards.
    pub fn judge(&self, log: &Log, author: NodeId, body: &Body) -> Result<(), IgnoredReason> {
        let (look, clock) = (Look::new(log), log.draft_clock(&author));
        Past::of_draft(self, &look, &clock, author).judge(body).map(drop)
    }

    /// Takes in a words block. Returns whether it is wanted: linked by an admitted event, counting or not, that has not
    /// been taken back, with that event's room, author and at most its seq inside, and of the name it claims.
    pub fn words(&mut self, log: &Log, cid: Cid, block: &[u8]) -> bool {
        let named = Named::of(block);
        named.cid() == cid && self.named_words(log, named)
    }

    /// The same of a block that was hashed already.
    pub fn named_words(&mut self, log: &Log, block: Named<'_>) -> bool {
        cost::ground(|| log.entries());
        let Some(filled) = self.common.words.fill(log, block) else { return false };
        for home in &filled.homes {
            self.capabilities.words(home, filled.at(log, home));
        }
        true
    }

    /// Words blocks that admitted events link, that are wanted and not here.
    pub fn missing_words(&self) -> Vec<Cid> {
        self.common.words.missing().collect()
    }

    /// Whether this words block is to be kept: linked by an event whose author has not taken it back.
    pub fn words_wanted(&self, cid: &Cid) -> bool {
        self.common.words.is_wanted(cid)
    }

    /// Bytes of all words that are here.
    pub fn words_bytes(&self) -> usize {
        self.common.words.bytes()
    }

    /// Why an admitted event means nothing here; `None` for those that count and those from a newer version.
    pub fn why_ignored(&self, cid: &Cid) -> Option<IgnoredReason> {
        self.common.ignored.get(cid).copied()
    }

    /// Admitted events that mean nothing here: those that came after the first so many, in the order in which they came: nothing that was ignored ever counts later.
    pub fn ignored_after(&self, known: usize) -> &[Ix] {
        let after = self.common.ignored_in_turn.get(known..).unwrap_or_default();
        look(after.len());
        after
    }

    /// Of the set of admitted events, lower-case hex.
    pub fn digest(&self) -> String {
        self.common.digest.to_hex()
    }

    /// Events from a newer version, in display order.
    pub fn unknown(&self) -> impl DoubleEndedIterator<Item = &Arc<UnknownEvent>> {
        self.capabilities.unknown.shown.iter()
    }

    /// What the room is called; empty before the founding event is here, and in a room of a newer version.
    pub fn title(&self) -> &str {
        let decided = self.rules().title.as_ref().map(|it| &*it.is);
        decided.unwrap_or_else(|| self.founding_title())
    }

    fn founding_title(&self) -> &str {
        self.capabilities.founding.body.as_ref().map_or("", |it| &it.title)
    }

    /// What it is for.
    pub fn purpose(&self) -> &str {
        let decided = self.rules().purpose.as_ref().map(|it| &*it.is);
        decided.unwrap_or_else(|| self.founding_purpose())
    }

    fn founding_purpose(&self) -> &str {
        self.capabilities.founding.body.as_ref().map_or("", |it| &it.purpose)
    }

    /// Name of its form.
    pub fn form(&self) -> &str {
        self.capabilities.founding.body.as_ref().map_or("", |it| &it.form)
    }

    /// The form's deciding values.
    pub fn values(&self) -> Option<FormValues> {
        self.capabilities.founding.body.as_ref().map(|it| self.rules().of(&it.values))
    }

    /// Who founded it.
    pub fn founder(&self) -> Option<NodeId> {
        self.capabilities.founding.founder
    }

    /// Posts in display order; unchanged ones keep their `Arc`, so that pages redraw only what changed.
    pub fn posts(&self) -> impl DoubleEndedIterator<Item = &Arc<Post>> {
        self.capabilities.posts.shown.iter()
    }

    /// A post by name.
    pub fn post(&self, cid: &Cid) -> Option<&Arc<Post>> {
        self.capabilities.posts.get(cid)
    }

    /// What a post has said so far, the latest first; nothing if it was never edited.
    pub fn versions_of(&self, post: &Cid) -> impl Iterator<Item = &Arc<PostVersion>> {
        versions_of(&self.capabilities.posts.versions, post)
    }

    /// Feedback in display order.
    pub fn feedback(&self) -> impl DoubleEndedIterator<Item = &Arc<Feedback>> {
        self.capabilities.feedback.shown.iter()
    }

    /// Feedback by name.
    pub fn feedback_by_cid(&self, cid: &Cid) -> Option<&Arc<Feedback>> {
        self.capabilities.feedback.get(cid)
    }

    /// Feedback on a post or term, in display order.
    pub fn feedback_on(&self, target: &Cid) -> impl Iterator<Item = &Arc<Feedback>> {
        feedback_on(&self.capabilities.feedback.on, target)
    }

    /// Batons in order of opening.
    pub fn batons(&self) -> impl DoubleEndedIterator<Item = &Arc<Baton>> {
        self.capabilities.batons.shown.iter()
    }

    /// A baton by its opening.
    pub fn baton(&self, cid: &Cid) -> Option<&Arc<Baton>> {
        self.capabilities.batons.get(cid)
    }

    /// People in order of their first event.
    pub fn people(&self) -> impl DoubleEndedIterator<Item = &Arc<Person>> {
        self.capabilities.people.shown.iter()
    }

    /// A hue for somebody who introduces itself without choosing one: as few as can be have it already.
    pub fn free_hue(&self, node: &NodeId) -> u8 {
        self.capabilities.people.free_hue(node)
    }

    /// A person by node.
    pub fn person(&self, node: &NodeId) -> Option<&Arc<Person>> {
        self.capabilities.people.get(node)
    }

    /// All that is shown in lists, as it is now: copies of so many pointers.
    pub fn lists(&self) -> Lists {
        let Capabilities {
            people,
            persons,
            posts,
            feedback,
            batons,
            promises,
            meetings,
            rounds,
            decisions,
            founding,
            unknown,
            ..
        } = &self.capabilities;
        Lists {
            people: people.shown.clone(),
            persons: persons.lists.clone(),
            posts: posts.shown.clone(),
            versions: posts.versions.clone(),
            spoken_to: posts.spoken_to.clone(),
            feedback: feedback.shown.clone(),
            feedback_on: feedback.on.clone(),
            batons: batons.shown.clone(),
            promises: promises.lists.clone(),
            meetings: meetings.lists.clone(),
            rounds: rounds.lists.clone(),
            decisions: decisions.lists.clone(),
            raised: founding.raised.clone(),
            unknown: unknown.shown.clone(),
        }
    }

    /// How often what each capability shows has changed.
    pub fn versions(&self) -> Versions {
        self.capabilities.versions()
    }

    /// The state in its whole.
    pub fn state(&self, log: &Log) -> RoomState {
        RoomState {
            digest: self.digest(),
            title: self.title().into(),
            purpose: self.purpose().into(),
            form: self.form().into(),
            values: self.values(),
            founder: self.founder(),
            people: self.people().cloned().collect(),
            persons: self.persons().collect(),
            posts: self.posts().cloned().collect(),
            versions: self.capabilities.posts.versions.iter().cloned().collect(),
            feedback: self.feedback().cloned().collect(),
            batons: self.batons().cloned().collect(),
            promises: self.promises().cloned().collect(),
            meetings: self.meetings().whole(&self.capabilities.posts.shown),
            backlog: self.meetings().backlog(&self.capabilities.posts.shown),
            proposals: self.proposals_whole(log),
            rounds: self.rounds().whole(),
            version: self.version(),
            raised: self.raised().cloned().collect(),
            newer: self.is_newer(),
            unknown: self.unknown().cloned().collect(),
        }
    }
}
