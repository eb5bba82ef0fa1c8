//! What nodes are tested in: clock, executor and randomness, a disk that takes its time, fails and crashes, and what is noted beside it.
//! Every step is taken by whoever tests. For tests alone (feature `test-utils`); it knows no links: those differ from test to test.

mod disk;
mod place;

use std::{
    cell::{Cell, RefCell},
    future::{pending, poll_fn},
    rc::Rc,
    task::Poll,
};

use futures::future::LocalBoxFuture;
use paceline_mesh::Replica;
use paceline_room::{
    NodeId, Words,
    body::{PostKind, posts, promises, taking_back},
    command::Command,
};
use paceline_store::{Place as Field, Unsent};

pub use disk::{Disk, Fault};
pub use place::Place;

use crate::{Key, NodeError};

/// What is noted beside a database: it survives the process.
#[derive(Debug, Default)]
pub struct TestKey {
    /// What the last page left behind.
    pub note: RefCell<Option<String>>,
    /// How far this node has written.
    pub mark: Rc<Cell<Option<u64>>>,
    /// How often its place has something else to do before a mark is noted, once.
    pub slow: Cell<usize>,
    /// No mark can be noted.
    pub forgets: Cell<bool>,
    /// Whoever asks for a mark to be noted never hears of it.
    pub never: Cell<bool>,
    /// The note is refused.
    pub refuses: Cell<bool>,
}

impl Key for TestKey {
    fn leave_unsaved(&self, note: Option<&str>) -> bool {
        if !self.refuses.get() {
            *self.note.borrow_mut() = note.map(str::to_owned);
        }
        !self.refuses.get()
    }

    fn note_written(&self, seq: u64) -> LocalBoxFuture<'static, ()> {
        if self.never.get() {
            return Box::pin(pending());
        }
        let (mark, forgets, mut turns) = (self.mark.clone(), self.forgets.get(), self.slow.get() + 1);
        Box::pin(poll_fn(move |cx| {
            turns -= 1;
            if turns > 0 {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if !forgets {
                mark.set(mark.get().max(Some(seq)));
            }
            Poll::Ready(())
        }))
    }
}

/// What intents stand for, as a page has it for posts.
///
/// # Errors
/// It is none of those that tests write.
pub fn express(unsent: Unsent) -> Result<Command, NodeError> {
    let text = unsent.draft.text;
    let post = |text, reply_to| {
        Command::from(posts::Command::Post { kind: PostKind::Update, text, reply_to, tags: vec![], mentions: vec![] })
    };
    match unsent.place {
        Field::Composer => Ok(post(text, None)),
        Field::Reply(to) => Ok(post(text, Some(to))),
        Field::Edit(post) => Ok(posts::Command::Edit { post, text }.into()),
        Field::Retract(post) => Ok(taking_back::Command::Retract { post }.into()),
        Field::Promise => Ok(promises::Command::Make { text, due: None, from: None }.into()),
        _ => Err(NodeError::Refused("not-found")),
    }
}

/// The words of all events that a node has, edits too, each as often as it is there.
///
/// # Panics
/// If words were admitted that are none.
pub fn own_texts(replica: &Replica, author: NodeId) -> Vec<String> {
    let entries = replica.log().entries().filter(|(_, it)| it.event.author == author);
    let blocks = entries.filter_map(|(_, it)| replica.words(&it.event.body.words()?));
    blocks.map(|block| Words::decode(&block).expect("admitted words").text().into_owned()).collect()
}
