//! The stage between coming and being folded: signatures are verified, wherever that is fastest.

use std::sync::Arc;

use paceline_room::{
    Body, Cid, Event, Words,
    body::PostKind,
    log::{Refusal, Unverified},
};

use crate::{
    pending::{Arrival, Checked},
    shown::Unchecked,
};

/// An event that is in good order but for its signature.
#[derive(Debug)]
pub struct ToVerify {
    pub(super) arrival: Arrival,
    pub(super) unverified: Unverified,
}

impl ToVerify {
    /// Verifies it; nothing else is needed, so that it can be done anywhere.
    pub fn verify(self) -> Verified {
        let event = self.unverified.verify(&self.arrival.block);
        Verified { arrival: self.arrival, event }
    }
}

/// An event whose signature is known to be good, or not.
#[derive(Debug)]
pub struct Verified {
    pub(super) arrival: Arrival,
    pub(super) event: Result<Event, Refusal>,
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
