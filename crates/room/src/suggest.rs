//! Who might run the next meeting: a suggestion with its reason, never a rank and never a right.
//!
//! From the log alone, so that all who hold the same events suggest the same person. **Cost.** It looks at the last [`MEETINGS`]
//! meetings, of each at the last [`TERMS`] terms of the role of who runs it, and at the first event that each chain wrote in the meeting.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Cid, Fold, Log, NodeId,
    fold::Key,
    minutes::{Within, attended},
    state::Meeting,
};

/// So many meetings are looked back on, of any form.
pub const MEETINGS: usize = 32;
/// So many terms of a role are looked at.
pub const TERMS: usize = 16;

/// Somebody who might run the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suggestion {
    /// Who, by its home.
    pub node: NodeId,
    /// Why.
    pub reason: Reason,
}

/// Why somebody is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Ran none of the meetings looked at.
    NotLately,
    /// Last ran one so many meetings of that form ago; 1: the one before the given one.
    Ago(usize),
}

/// Who might run the meeting after this one: of those who were in it, without the one who ran it last and without `not`, the one who
/// last ran a meeting of its form longest ago. Nobody if it is none of the last [`MEETINGS`], or if nobody else was in it.
pub fn runs_next(fold: &Fold, log: &Log, meeting: &Cid, not: &[NodeId]) -> Option<Suggestion> {
    runs_next_among(fold, log, meeting, &|it| !not.contains(it))
}

/// The same, of those only who may be suggested, by their homes.
pub fn runs_next_among(fold: &Fold, log: &Log, meeting: &Cid, may: &dyn Fn(&NodeId) -> bool) -> Option<Suggestion> {
    let of = fold.meeting(meeting)?;
    let lists = fold.lists();
    let recent = lists.meetings.all.iter().rev().take(MEETINGS).skip_while(|it| it.cid != *meeting);
    let gone_on: BTreeSet<_> = lists.meetings.all.iter().rev().take(MEETINGS).filter_map(|it| it.resumes).collect();
    let alike: Vec<_> = recent.filter(|it| it.form == of.form && !gone_on.contains(&it.key())).collect();
    if alike.is_empty() {
        return None;
    }
    let mut last = BTreeMap::new();
    let mut ran = None;
    for (ago, it) in alike.into_iter().enumerate() {
        for (began, home) in terms(fold, log, it) {
            if ago == 0 {
                ran = ran.max(Some((began, home)));
            }
            last.entry(home).and_modify(|it: &mut (usize, Key)| it.1 = began.max(it.1)).or_insert((ago, began));
        }
    }
    let ran = ran.map(|(_, home)| home);
    let there = attended(fold, &Within::new(fold, log, of)).into_iter().filter(|it| Some(*it) != ran && may(it));
    // Of equals the first is the least: those who ran none stand in the order of their first event.
    let node = there.min_by_key(|it| last.get(it).map(|(_, began)| *began))?;
    let reason = match last.get(&node) {
        None => Reason::NotLately,
        Some((ago, _)) => Reason::Ago(*ago),
    };
    Some(Suggestion { node, reason })
}

/// Who ran a meeting, and since when.
fn terms(fold: &Fold, log: &Log, meeting: &Meeting) -> Vec<(Key, NodeId)> {
    let within = Within::new(fold, log, meeting);
    let lists = fold.lists();
    let role = lists.meetings.roles_of(meeting.cid).next().and_then(|it| fold.baton(&it));
    let terms = role.into_iter().flat_map(|it| it.terms.iter().rev().take(TERMS));
    let own = terms.filter(|it| !it.parallel && within.has(&it.from));
    own.map(|it| ((it.depth, it.from), fold.joined().home_of(it.holder))).collect()
}
