//! The log of an incident: what was said while it went on, line by line, and who led. A line is a post: whatever is typed while something
//! is broken is in it, at its place in the log of the room. What sort of line it is, its tags say; which one stands out, who thanked for it.
//!
//! **Cost.** A page asks for the latest lines with each event: of what was said it looks at the last [`LOOKED`] posts at most.

use std::{cmp::Reverse, collections::BTreeSet, sync::Arc};

use super::within::{Within, is_mistake};
use crate::{
    Cid, Fold, Log, NodeId,
    body::Stance,
    fold::Key,
    state::{Baton, Feedback, FeedbackState, Meeting, Post, TermBy, WordsState},
};

/// So many posts are looked at for the latest lines.
pub const LOOKED: usize = 4_096;

/// What sort of line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// What somebody saw or did.
    Said,
    /// Where it stands, for everybody.
    Update,
    /// How bad it is: the latest says it.
    Severity,
    /// Somebody is here to help.
    Here,
}

impl Sort {
    /// The tag that lines of this sort carry; none for what is just said.
    pub const fn tag(self) -> Option<&'static str> {
        match self {
            Self::Said => None,
            Self::Update => Some("update"),
            Self::Severity => Some("severity"),
            Self::Here => Some("here"),
        }
    }

    /// What sort a post is.
    pub fn of(post: &Post) -> Self {
        let has = |sort: &Self| sort.tag().is_some_and(|tag| post.tags.iter().any(|it| it == tag));
        [Self::Update, Self::Severity, Self::Here].into_iter().find(has).unwrap_or(Self::Said)
    }
}

/// One thing in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// Somebody said something.
    Said {
        /// The post.
        post: Arc<Post>,
        /// What sort of line it is.
        sort: Sort,
        /// Who thanked for it, by their homes: those lines stand out.
        stars: Vec<NodeId>,
    },
    /// Somebody began to lead something.
    Led {
        /// The transfer, by its place.
        key: Key,
        /// What is led.
        title: String,
        /// Who.
        holder: NodeId,
        /// How it began.
        by: TermBy,
        /// By its author's clock, Unix milliseconds.
        at: u64,
        /// The room did not go on with it.
        parallel: bool,
    },
    /// Who led before lets who stepped in go on.
    LetGoOn {
        /// What says so, by its place.
        key: Key,
        /// Who led before.
        by: NodeId,
        /// Who leads.
        holder: NodeId,
        /// By its author's clock, Unix milliseconds.
        at: u64,
    },
}

impl Moment {
    /// Its place in the log.
    pub fn key(&self) -> Key {
        match self {
            Self::Said { post, .. } => (post.depth, post.cid),
            Self::Led { key, .. } | Self::LetGoOn { key, .. } => *key,
        }
    }
}

/// The latest of a log, as a page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Latest {
    /// The latest first.
    pub moments: Vec<Moment>,
    /// How many there are, as far as was looked.
    pub count: usize,
    /// The latest line that says how bad it is.
    pub severity: Option<Arc<Post>>,
    /// Who said to be here, by their homes, in order of that.
    pub here: Vec<NodeId>,
}

/// The latest of an incident's log: so much of it.
pub fn latest(fold: &Fold, log: &Log, meeting: &Cid, most: usize) -> Latest {
    let Some(meeting) = fold.meeting(meeting) else { return Latest::default() };
    let within = Within::new(fold, log, meeting);
    let began = began(fold, meeting);
    let posts = fold.posts().rev().take(LOOKED).take_while(|it| (it.depth, it.cid) > began);
    let posts: Vec<_> = posts.filter(|it| stands(it) && within.has(&it.cid)).collect();
    let of = |sort: Sort| posts.iter().filter(move |it| Sort::of(it) == sort);
    let severity = of(Sort::Severity).next().map(|it| (*it).clone());
    let mut seen = BTreeSet::new();
    let here = of(Sort::Here).rev().map(|it| fold.joined().home_of(it.author)).filter(|it| seen.insert(*it)).collect();
    let mut moments = handovers(fold, meeting, &within);
    let count = moments.len() + posts.len();
    moments.extend(posts.into_iter().take(most).map(|it| said(fold, it)));
    in_order(&mut moments);
    moments.truncate(most);
    Latest { moments, count, severity, here }
}

/// All of an incident's log, the latest first; nothing of another meeting.
pub(super) fn moments(fold: &Fold, log: &Log, meeting: &Meeting) -> Vec<Moment> {
    if !meeting.is_incident() {
        return Vec::new();
    }
    let within = Within::new(fold, log, meeting);
    let posts = within.of(&fold.lists().posts, began(fold, meeting), |it| it.cid);
    let mut all = handovers(fold, meeting, &within);
    all.extend(posts.iter().filter(|it| stands(it)).map(|it| said(fold, it)));
    in_order(&mut all);
    all
}

/// The lines of an incident that somebody thanked for, in their order: what a look back begins with.
pub fn starred(fold: &Fold, log: &Log, meeting: &Cid) -> Vec<Arc<Post>> {
    let Some(meeting) = fold.meeting(meeting) else { return Vec::new() };
    let within = Within::new(fold, log, meeting);
    let posts = within.of(&fold.lists().posts, began(fold, meeting), |it| it.cid);
    posts.into_iter().filter(|it| stands(it) && !stars(fold, it).is_empty()).collect()
}

/// What says that who led before lets who stepped in go on: thanks for that term, once it began.
pub fn let_go_on(fold: &Fold, baton: &Baton) -> bool {
    baton.may_reclaim.is_some_and(|it| thanked(fold, &baton.tip, it).is_some())
}

/// The place where its log begins.
fn began(fold: &Fold, meeting: &Meeting) -> Key {
    fold.meetings().line(meeting).last().map_or(meeting.key(), |it| it.key())
}

fn in_order(moments: &mut [Moment]) {
    moments.sort_by_key(|it| Reverse(it.key()));
}

fn said(fold: &Fold, post: &Arc<Post>) -> Moment {
    Moment::Said { sort: Sort::of(post), stars: stars(fold, post), post: post.clone() }
}

/// Whether its author has not taken it back.
fn stands(post: &Post) -> bool {
    post.words != WordsState::Retracted
}

/// Who thanked for a line, each person once.
fn stars(fold: &Fold, post: &Post) -> Vec<NodeId> {
    let on = fold.feedback_on(&post.cid);
    let thanks = on.filter(|it| it.stance == Stance::Appreciate && it.state == FeedbackState::Given);
    let homes: BTreeSet<_> = thanks.map(|it| fold.joined().home_of(it.author)).collect();
    homes.into_iter().collect()
}

/// The place and time of somebody's thanks for a term.
fn thanked(fold: &Fold, term: &Cid, by: NodeId) -> Option<(Key, u64)> {
    let joined = fold.joined();
    let first = (*term, (0, Cid::from_digest([0; 32])));
    let on = fold.lists().feedback_on;
    let on = on.from(&first).take_while(|((of, _), _)| of == term);
    let is_thanks = |it: &Feedback| {
        it.stance == Stance::Appreciate && it.state == FeedbackState::Given && joined.is_same(it.author, by)
    };
    on.filter(|(_, it)| is_thanks(it)).map(|((_, key), it)| (*key, it.at)).next()
}

/// Who began to lead what, and who let whom go on.
fn handovers(fold: &Fold, meeting: &Meeting, within: &Within) -> Vec<Moment> {
    let mut seen = BTreeSet::new();
    let line: Vec<_> = fold.meetings().line(meeting).collect();
    let roles = line.iter().rev().flat_map(|it| fold.meetings().roles_of(it.cid)).filter(|it| seen.insert(*it));
    let mut all = Vec::new();
    for baton in roles.filter_map(|it| fold.baton(&it)).filter(|it| !is_mistake(it)) {
        let mut led = None;
        for term in baton.terms.iter().filter(|it| within.has(&it.from)) {
            let (key, holder, title) = ((term.depth, term.from), term.holder, baton.title.clone());
            all.push(Moment::Led { key, title, holder, by: term.by, at: term.began, parallel: term.parallel });
            // Who steps in for a stand-in does so for who led before both.
            match (term.parallel, term.by) {
                (true, _) => {}
                (false, TermBy::SteppedIn) => {
                    let let_go_on = led.and_then(|by| Some((by, thanked(fold, &term.from, by)?)));
                    all.extend(let_go_on.map(|(by, (key, at))| Moment::LetGoOn { key, by, holder, at }));
                }
                _ => led = Some(holder),
            }
        }
    }
    all
}
