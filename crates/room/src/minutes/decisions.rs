//! What a meeting decided, or left open: each proposal with its texts, and with what was said to it in words.

use std::sync::Arc;

use super::within::Within;
use crate::{
    Fold,
    fold::{Key, Lists},
    state::{Cast, Meeting, Proposal, Version},
};

/// A proposal of a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionEntry {
    /// It, as it stands now.
    pub proposal: Arc<Proposal>,
    /// The text that counts: what is carried, or else the latest.
    pub version: Arc<Version>,
    /// The others before it, in the order of the log.
    pub before: Vec<Arc<Version>>,
    /// What was said in words, and what counts without, in the order of the log.
    pub ballots: Vec<Arc<Cast>>,
}

/// The caller's words about decisions.
pub trait DecisionWording {
    /// Where a proposal stands, and since when.
    fn decision(&self, it: &DecisionEntry) -> String;
    /// What somebody says to it, without who and why.
    fn ballot(&self, it: &Cast) -> String;
    /// What would fix what somebody objects to.
    fn fix(&self) -> String;
    /// What a text before the one that counts is called.
    fn before(&self) -> String;
}

/// What was proposed in a meeting or for it, and what was decided in it.
pub(super) fn decided(
    fold: &Fold,
    lists: &Lists,
    within: &Within,
    line: &[&Meeting],
    began: Key,
) -> Vec<DecisionEntry> {
    let is_of = |it: &Proposal| it.meeting.is_some_and(|(_, meeting)| line.iter().any(|it| it.cid == meeting));
    let is_closed = |it: &Proposal| it.carried.as_ref().is_some_and(|it| within.has(&it.closing));
    // What was proposed before may have been decided in it: there are few proposals, and no list of them by when that was.
    let all = fold.decisions().all.iter();
    let of = all.filter(|it| is_of(it) || is_closed(it) || it.key() >= began && within.has(&it.cid));
    of.filter_map(|it| entry(lists, it)).collect()
}

fn entry(lists: &Lists, it: &Arc<Proposal>) -> Option<DecisionEntry> {
    let counts = it.carried.as_ref().map_or(it.version.cid, |it| it.version);
    let mut versions: Vec<_> = lists.decisions.versions_of(it.cid).cloned().collect();
    let at = versions.iter().position(|it| it.cid == counts)?;
    versions.truncate(at + 1);
    let version = versions.pop()?;
    let ballots = lists.decisions.ballots_of(it.cid).filter(|it| it.words.is_some() || it.counts).cloned().collect();
    Some(DecisionEntry { proposal: it.clone(), version, before: versions, ballots })
}
