//! What the admitted events mean, kept up to date event by event.
//!
//! Order-independent: equal sets of events give equal states, whatever the order in which they were admitted (parents
//! before children). Whatever "latest" decides is decided by `(depth, cid)`, and whatever is allowed is judged by the
//! event's own past. Local, and so apart from that promise, are only the texts (words may not be here yet) and
//! [`Post::late`].
//!
//! Incremental: one event costs work that does not grow with the log, but for binary searches and ordered maps (a
//! logarithm) and for what the event itself changes (a retraction drops the words of all edits of its post; a fork
//! looks once at every author). [`Changes::touched`] counts it.
//!
//! The fold keeps no clock and asks nobody: silence, presence and grace times are for those who offer a step-in.

mod digest;
mod ignored;
pub(crate) mod step;
pub(crate) mod words;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

pub use crate::kinds::people::own_hue;
pub use ignored::IgnoredReason;

use crate::{
    Body, Cid, Ix, Log, NodeId,
    body::{FeedbackGiven, FormValues, RoomFounded},
    kinds::{batons::Batons, feedback::Loops, people::People, posts::Posts, taking_back::TakenBack},
    state::{Baton, Feedback, Person, Post, RoomState, UnknownEvent},
};
use digest::SetDigest;
use step::{Key, Step};
use words::{Home, WordsTable};

/// The room's state, updated by one event at a time. Order-independent: equal sets of events give equal states.
#[derive(Debug, Clone, Default)]
pub struct Fold {
    founder: Option<NodeId>,
    /// None, too, in a room of a newer version.
    founding: Option<RoomFounded>,
    digest: SetDigest,
    deepest: u64,
    people: People,
    words: WordsTable,
    posts: Posts,
    loops: Loops,
    batons: Batons,
    taken_back: TakenBack,
    unknown: BTreeMap<Key, Arc<UnknownEvent>>,
    ignored: HashMap<Cid, IgnoredReason>,
}

/// What one event (or words block) changed, for those who redraw or drop things.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Words blocks to drop from memory and storage: their author took them back.
    pub drop_words: Vec<Cid>,
    /// Batons whose current transfer, offer or terms changed.
    pub batons: Vec<Cid>,
    /// Entries of the log this step looked at: the cost, for tests.
    pub touched: usize,
}

impl Fold {
    /// Takes in the event just admitted as `ix`; each event once, in the order of admission.
    pub fn apply(&mut self, log: &Log, ix: Ix) -> Changes {
        let mut step = Step::new(log, ix);
        let cid = step.entry.cid;
        self.digest.add(&cid);
        self.people.note(&mut step);
        self.batons.note(&mut step);
        self.link_words(&mut step);
        if let Err(reason) = self.take_in(&mut step) {
            self.ignored.insert(cid, reason);
        }
        self.deepest = self.deepest.max(step.event().depth);
        Changes {
            drop_words: step.drop_words.into_iter().collect(),
            batons: step.batons.into_iter().collect(),
            touched: step.touched,
        }
    }

    /// Before anything is made of an event: its words are kept, be it unknown or ignored.
    fn link_words(&mut self, step: &mut Step) {
        let body = &step.event().body;
        let Some(words) = body.words() else { return };
        self.words.link(step.log, words, step.ix);
        if let Body::Edited(body) = body
            && self.taken_back.edit(step, &body.post)
        {
            self.void_words(step, step.ix);
        }
    }

    /// What `ix` links is wanted no more.
    fn void_words(&mut self, step: &mut Step, ix: Ix) {
        if let Some(words) = step.log.entry(ix).event.body.words()
            && self.words.void(&words, ix)
        {
            step.drop_words.insert(words);
        }
    }

    fn take_in(&mut self, step: &mut Step) -> Result<(), IgnoredReason> {
        let Self { founding, people, words, posts, loops, batons, deepest, .. } = self;
        if step.event().room.is_none() {
            self.founder = Some(step.event().author);
        }
        match &step.event().body {
            Body::RoomFounded(body) => *founding = Some(body.clone()),
            Body::Introduced(body) => people.introduce(step, body),
            Body::Posted(body) => posts.post(step, words, body, step.event().depth < *deepest),
            Body::Edited(body) => posts.edit(step, words, body)?,
            Body::Retracted(body) => self.take_back(step, &body.post)?,
            Body::FeedbackGiven(body) => self.feedback_given(step, body)?,
            Body::FeedbackAnswered(body) => loops.answer(step, words, posts, body)?,
            Body::FeedbackWithdrawn(body) => self.take_back(step, &body.feedback)?,
            Body::BatonOpened(body) => {
                let need = body.need.filter(|it| posts.contains(it) && step.seen(it).is_some());
                batons.open(step, body, need);
            }
            Body::BatonOffered(body) => batons.offer(step, body)?,
            Body::BatonOfferWithdrawn(body) => batons.withdraw_offer(step, &body.offer)?,
            Body::BatonDeclined(body) => batons.decline_offer(step, body)?,
            Body::BatonAccepted(_)
            | Body::BatonTaken(_)
            | Body::BatonSteppedIn(_)
            | Body::BatonReclaimed(_)
            | Body::BatonReleased(_)
            | Body::BatonClosed(_) => batons.transfer(step)?,
            Body::Unknown(body) => {
                let event = step.event();
                let unknown = UnknownEvent {
                    cid: step.entry.cid,
                    author: event.author,
                    kind: body.kind.clone(),
                    at: event.at,
                    depth: event.depth,
                };
                self.unknown.insert(step.key(), Arc::new(unknown));
            }
            Body::FoldRaised(_) | Body::Nominated(_) | Body::Shadowing(_) => {}
        }
        Ok(())
    }

    /// The author takes back an event of its own: words go, and what is shown of it says so.
    fn take_back(&mut self, step: &mut Step, target: &Cid) -> Result<(), IgnoredReason> {
        for ix in self.taken_back.take(step, target)? {
            self.void_words(step, ix);
            let entry = step.log.entry(ix);
            match &entry.event.body {
                Body::Posted(_) => self.posts.take_back(&entry.cid),
                Body::Edited(body) => {
                    self.posts.take_edit_back(&mut self.words, &body.post, (entry.event.depth, entry.cid));
                }
                Body::FeedbackGiven(_) => self.loops.take_back(&mut self.posts, &entry.cid),
                Body::FeedbackAnswered(body) => {
                    self.loops.take_answer_back(&body.feedback, (entry.event.depth, entry.cid));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The addressee is the author of the post, or the holder of the term that the target began.
    fn feedback_given(&mut self, step: &mut Step, body: &FeedbackGiven) -> Result<(), IgnoredReason> {
        let addressee = self.posts.author(&body.target).or_else(|| self.batons.term_holder(step.log, &body.target));
        let addressee = addressee.filter(|_| step.seen(&body.target).is_some()).ok_or(IgnoredReason::TargetNotSeen)?;
        self.loops.give(step, &mut self.words, &mut self.posts, body, addressee);
        Ok(())
    }

    /// Takes in a words block. Returns whether it is wanted: linked by an admitted event, counting or not, that has not
    /// been taken back, with that event's room, author and at most its seq inside, and of the name it claims.
    pub fn words(&mut self, log: &Log, cid: Cid, block: &[u8]) -> bool {
        let Some((text, homes)) = self.words.fill(log, cid, block) else { return false };
        for home in homes {
            match home {
                Home::None => {}
                Home::Post(post) => self.posts.fill(&post, &cid, &text),
                Home::Feedback(feedback) => self.loops.fill(&feedback, &cid, &text),
                Home::Answer(feedback) => self.loops.fill_answer(&feedback, &cid, &text),
            }
        }
        true
    }

    /// Words blocks that admitted events link, that are wanted and not here.
    pub fn missing_words(&self) -> Vec<Cid> {
        self.words.missing().collect()
    }

    /// Whether this words block is to be kept: linked by an event whose author has not taken it back.
    pub fn words_wanted(&self, cid: &Cid) -> bool {
        self.words.is_wanted(cid)
    }

    /// Why an admitted event means nothing here; `None` for those that count and those from a newer version.
    pub fn why_ignored(&self, cid: &Cid) -> Option<IgnoredReason> {
        self.ignored.get(cid).copied()
    }

    /// All admitted events that mean nothing here, in no order.
    pub fn ignored(&self) -> impl Iterator<Item = (&Cid, IgnoredReason)> {
        self.ignored.iter().map(|(cid, reason)| (cid, *reason))
    }

    /// Of the set of admitted events, lower-case hex.
    pub fn digest(&self) -> String {
        self.digest.to_hex()
    }

    /// Events from a newer version, in display order.
    pub fn unknown(&self) -> impl DoubleEndedIterator<Item = &Arc<UnknownEvent>> {
        self.unknown.values()
    }

    /// What the room is called; empty before the founding event is here, and in a room of a newer version.
    pub fn title(&self) -> &str {
        self.founding.as_ref().map_or("", |it| &it.title)
    }

    /// What it is for.
    pub fn purpose(&self) -> &str {
        self.founding.as_ref().map_or("", |it| &it.purpose)
    }

    /// Name of its form.
    pub fn form(&self) -> &str {
        self.founding.as_ref().map_or("", |it| &it.form)
    }

    /// The form's deciding values.
    pub fn values(&self) -> Option<&FormValues> {
        self.founding.as_ref().map(|it| &it.values)
    }

    /// Who founded it.
    pub fn founder(&self) -> Option<NodeId> {
        self.founder
    }

    /// Whether the room is of a version that this build does not know: it reads on, and writes only introductions, posts
    /// and feedback, and takes them back.
    pub fn is_newer(&self) -> bool {
        self.founder.is_some() && self.founding.is_none()
    }

    /// Posts in display order; unchanged ones keep their `Arc`, so that pages redraw only what changed.
    pub fn posts(&self) -> impl DoubleEndedIterator<Item = &Arc<Post>> {
        self.posts.iter()
    }

    /// A post by name.
    pub fn post(&self, cid: &Cid) -> Option<&Arc<Post>> {
        self.posts.get(cid)
    }

    /// Feedback in display order.
    pub fn feedback(&self) -> impl DoubleEndedIterator<Item = &Arc<Feedback>> {
        self.loops.iter()
    }

    /// Feedback by name.
    pub fn feedback_by_cid(&self, cid: &Cid) -> Option<&Arc<Feedback>> {
        self.loops.get(cid)
    }

    /// Feedback on a post or term, in display order.
    pub fn feedback_on(&self, target: &Cid) -> impl DoubleEndedIterator<Item = &Arc<Feedback>> {
        self.loops.on(target)
    }

    /// Batons in order of opening.
    pub fn batons(&self) -> impl DoubleEndedIterator<Item = &Arc<Baton>> {
        self.batons.iter()
    }

    /// A baton by its opening.
    pub fn baton(&self, cid: &Cid) -> Option<&Arc<Baton>> {
        self.batons.get(cid)
    }

    /// People in order of their first event.
    pub fn people(&self) -> impl DoubleEndedIterator<Item = &Arc<Person>> {
        self.people.iter()
    }

    /// A hue for somebody who introduces itself without choosing one: as few as can be have it already.
    pub fn free_hue(&self, node: &NodeId) -> u8 {
        self.people.free_hue(node)
    }

    /// A person by node.
    pub fn person(&self, node: &NodeId) -> Option<&Arc<Person>> {
        self.people.get(node)
    }

    /// The state in its whole.
    pub fn state(&self, _log: &Log) -> RoomState {
        RoomState {
            digest: self.digest(),
            title: self.title().into(),
            purpose: self.purpose().into(),
            form: self.form().into(),
            values: self.values().cloned(),
            founder: self.founder(),
            people: self.people().cloned().collect(),
            posts: self.posts().cloned().collect(),
            feedback: self.feedback().cloned().collect(),
            batons: self.batons().cloned().collect(),
            newer: self.is_newer(),
            unknown: self.unknown().cloned().collect(),
        }
    }
}

/// Changes what is shown; where nothing differs the `Arc` stays the same one.
pub(crate) fn change_shared<T: Clone + PartialEq>(shared: &mut Arc<T>, change: impl FnOnce(&mut T)) {
    let mut changed = T::clone(shared);
    change(&mut changed);
    if changed != **shared {
        *shared = Arc::new(changed);
    }
}
