//! Events that were sent over one connection and that the relay has not confirmed yet, by an OK or by sending them back. What is not
//! confirmed is sent again, the very same event, a few times. Pure.

use std::{collections::VecDeque, rc::Rc};

use paceline_mesh::replica::Millis;

use super::{context::Context, outgoing::Outgoing};
use crate::vary::vary;

/// What is not confirmed by then is sent again; each time after twice as long. All waits vary by a quarter.
pub(super) const SEND_AGAIN_AFTER: Millis = 2_000;
/// How often an event is sent again.
pub(super) const MAX_SENT_AGAIN: u32 = 3;
/// So many are remembered; the oldest goes first.
const MAX_UNCONFIRMED: usize = 32;

struct Sent {
    /// The event's.
    id: String,
    envelope: Rc<Outgoing>,
    again: u32,
    again_at: Millis,
}

/// See the module.
#[derive(Default)]
pub(super) struct Unconfirmed(VecDeque<Sent>, Outdated);

/// Events that were written by a time that counts no longer; what the relay says of that is no news.
#[derive(Default)]
struct Outdated(Vec<String>);

impl Unconfirmed {
    /// An envelope went for the first time, as that event.
    pub(super) fn sent(&mut self, id: String, envelope: Rc<Outgoing>, cx: &Context<'_>) {
        // Whoever sends an envelope once more has waited for an answer in vain: that counts from now.
        self.forget(&envelope);
        if self.0.len() >= MAX_UNCONFIRMED {
            self.0.pop_front();
        }
        self.0.push_back(Sent { id, envelope, again: 0, again_at: cx.now + vary(SEND_AGAIN_AFTER, cx.random) });
    }

    /// The relay has that event.
    pub(super) fn confirmed(&mut self, id: &str) {
        self.0.retain(|sent| sent.id != id);
    }

    /// That envelope is not sent again.
    pub(super) fn forget(&mut self, envelope: &Outgoing) {
        self.0.retain(|sent| !sent.envelope.is_same(envelope));
    }

    /// Another time counts: all of it is to be written anew. Returns it, in order.
    pub(super) fn outdate(&mut self) -> Vec<Rc<Outgoing>> {
        let sent = std::mem::take(&mut self.0);
        self.1 = Outdated(sent.iter().map(|sent| sent.id.clone()).collect());
        sent.into_iter().map(|sent| sent.envelope).collect()
    }

    /// Whether that event was written by a time that counts no longer.
    pub(super) fn is_outdated(&self, id: &str) -> bool {
        self.1.0.iter().any(|it| it == id)
    }

    /// Nothing is sent again.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// When [`Self::due`] is to be called.
    pub(super) fn next(&self) -> Option<Millis> {
        self.0.iter().map(|sent| sent.again_at).min()
    }

    /// What is to be sent again now.
    pub(super) fn due(&mut self, cx: &Context<'_>) -> Vec<Rc<Outgoing>> {
        let mut due = Vec::new();
        self.0.retain_mut(|sent| {
            if cx.now < sent.again_at {
                return true;
            }
            sent.again += 1;
            sent.again_at = cx.now + vary(SEND_AGAIN_AFTER << sent.again, cx.random);
            due.push(Rc::clone(&sent.envelope));
            sent.again < MAX_SENT_AGAIN
        });
        due
    }
}
