//! The stage between coming and being folded: signatures are verified, wherever that is fastest.

use std::sync::Arc;

use paceline_room::{
    Body, Cid, Event, Words,
    batch::{Batch, Batcher, Verdict},
    body::PostKind,
    log::{Refusal, Unverified},
};

use crate::{
    pending::{Arrival, Checked},
    shown::Unchecked,
};

/// How much goes out to be verified at once.
#[derive(Debug, Clone, Copy)]
pub struct Portion {
    /// Events, those that are folded at once included.
    pub events: usize,
    /// Of them such as need no verifying: they are folded, or read.
    pub folded: usize,
    /// Bytes of blocks whose signatures are to be verified, but for the last one.
    pub bytes: usize,
}

impl Portion {
    /// So many events, whatever they are.
    pub const fn of(events: usize) -> Self {
        Self { events, folded: events, bytes: usize::MAX }
    }
}

/// An event that is in good order but for its signature.
#[derive(Debug)]
pub struct ToVerify {
    pub(super) arrival: Arrival,
    pub(super) unverified: Unverified,
    /// What came from there has spoilt a batch.
    pub(super) alone: bool,
}

impl ToVerify {
    /// Verifies it; nothing else is needed, so that it can be done anywhere.
    pub fn verify(self) -> Verified {
        let event = self.unverified.verify(&self.arrival.block);
        Verified { arrival: self.arrival, event, spoilt: false }
    }

    fn judged(self, verdict: Verdict) -> Verified {
        let event = self.unverified.judged(verdict);
        Verified { arrival: self.arrival, event, spoilt: verdict == Verdict::Spoilt }
    }
}

/// Verifies all of them: what may go together together, the rest one by one.
pub fn verify_all(all: Vec<ToVerify>, batcher: &Batcher) -> Vec<Verified> {
    let mut batch = Batch::with_capacity(all.len());
    for it in &all {
        it.unverified.join(&it.arrival.block, &mut batch);
        if it.alone {
            batch.set_apart();
        }
    }
    all.into_iter().zip(batcher.check(&batch)).map(|(it, verdict)| it.judged(verdict)).collect()
}

/// An event whose signature is known to be good, or not.
#[derive(Debug)]
pub struct Verified {
    pub(super) arrival: Arrival,
    pub(super) event: Result<Event, Refusal>,
    /// Others were verified again because of it.
    pub(super) spoilt: bool,
}

/// A post as it can be shown before it is admitted. Words that are not the linked ones, or another's, are left out.
pub(super) fn unchecked(checked: &Checked, room: Cid) -> Unchecked {
    let Checked { arrival, event } = checked;
    let kind = match &event.body {
        Body::Posted(post) => post.kind,
        _ => PostKind::Update,
    };
    let linked = |words: &&Arc<[u8]>| event.body.words() == Some(Cid::of(words));
    let words = arrival.words.as_ref().filter(linked).and_then(|words| Words::decode(words).ok());
    let own = words.filter(|it| (it.0, it.1, it.2) == (room, event.author, event.seq));
    Unchecked {
        cid: arrival.cid,
        author: event.author,
        kind,
        text: own.map(|it| it.text().into_owned()),
        at: event.at,
        depth: event.depth,
    }
}
