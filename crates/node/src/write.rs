//! Own events: one after the other, each signed, durably stored, and only then sent.
//!
//! What a person asks for arrives as an [`Intent`]; the writer looks at the state when its turn comes, so that two clicks
//! in a row build on one another. Intents that do not depend on what stands before them (posts, feedback) share one
//! transaction; the rest go one by one.

use std::sync::Arc;

use futures::channel::oneshot;
use paceline_mesh::{Input, Replica};
use paceline_room::{
    Body, Cid, Draft, Event, Keypair, Stored, Words,
    body::{PostKind, Retracted},
    command::Saying,
};
use serde_bytes::ByteArray;

use crate::NodeError;

/// Bytes that make the name of words impossible to guess.
pub(crate) type Salt = [u8; 16];

/// Makes the body once it is known where its words are.
type MakeBody = Box<dyn FnOnce(Option<Cid>) -> Body>;

/// What an own event will say.
pub struct Intent {
    /// Its words.
    pub text: Option<String>,
    /// Its body.
    pub body: MakeBody,
}

impl Intent {
    /// An event without words.
    pub fn plain(body: impl Into<Body>) -> Self {
        let body = body.into();
        Self { text: None, body: Box::new(|_| body) }
    }

    /// An event whose words ride beside it.
    pub fn worded(text: impl Into<String>, body: impl FnOnce(Cid) -> Body + 'static) -> Self {
        // The writer makes the words block whenever there is a text, so the link is always there.
        Self { text: Some(text.into()), body: Box::new(move |words| body(words.unwrap_or(Cid::from_digest([0; 32])))) }
    }

    /// An event that may have words.
    pub fn perhaps_worded(text: Option<String>, body: impl FnOnce(Option<Cid>) -> Body + 'static) -> Self {
        Self { text: text.filter(|it| !it.trim().is_empty()), body: Box::new(body) }
    }
}

impl From<Saying> for Intent {
    fn from(saying: Saying) -> Self {
        Self { text: saying.text.clone(), body: Box::new(move |words| saying.into_body(words)) }
    }
}

/// Looks at the state when the turn comes, and says what to write or why not.
pub type MakeIntent = Box<dyn FnOnce(&Replica) -> Result<Intent, NodeError>>;

/// Whoever waits for an own event.
pub(crate) type Reply = oneshot::Sender<Result<Cid, NodeError>>;

/// An own post on its way to storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storing {
    /// Its name.
    pub cid: Cid,
    /// What it is.
    pub kind: PostKind,
    /// Its words.
    pub text: String,
    /// The post it answers.
    pub reply_to: Option<Cid>,
}

/// One wish to write.
pub(crate) struct Write {
    /// What.
    pub(crate) make: MakeIntent,
    /// Whether it must see what was wished before it.
    pub(crate) alone: bool,
    /// The intent among what is not sent yet that it settles.
    pub(crate) settles: Option<String>,
    /// Told once it is stored, or why not.
    pub(crate) reply: Reply,
}

/// A signed event that is not stored yet.
pub(crate) struct Written {
    /// The event.
    pub(crate) event: Event,
    /// The blocks.
    pub(crate) stored: Stored,
    /// Shown while it is being stored.
    pub(crate) shown: Option<Storing>,
}

impl Written {
    /// For the replica, once stored.
    pub(crate) fn into_input(self) -> Input {
        let Stored { cid, block, words, .. } = self.stored;
        Input::Own { cid, event: Box::new(self.event), block, words }
    }
}

/// Signs the next own event, at this time by the wall clock; `after` is the one signed just before in the same batch.
pub(crate) fn sign(
    replica: &Replica,
    keypair: &Keypair,
    intent: Intent,
    after: Option<&Written>,
    at: u64,
    salt: Salt,
) -> Result<Written, NodeError> {
    // The draft's place does not depend on its body; the words block needs the place, and the body needs the words' name.
    let stand_in = Retracted { post: replica.log().room() };
    let place = replica.draft(at, stand_in.into());
    let mut draft = match after {
        None => place,
        Some(last) => Draft {
            seq: last.event.seq + 1,
            prev: Some(last.stored.cid),
            parents: Vec::new(),
            depth: last.event.depth + 1,
            ..place
        },
    };
    let words = match intent.text {
        None => None,
        Some(text) => {
            let room = replica.log().room();
            let block = Words(room, keypair.node(), draft.seq, ByteArray::new(salt), text.clone().into());
            let (cid, block) = block.encode().map_err(|_| NodeError::TooLong)?;
            Some((text, (cid, Arc::from(block))))
        }
    };
    draft.body = (intent.body)(words.as_ref().map(|(_, (cid, _))| *cid));
    if !replica.log().table().has(&draft.body) {
        return Err(NodeError::NotInThisRoom);
    }
    // Whatever the rule, only the length of what was written depends on the person.
    let (cid, event, block) = draft.sign(keypair).map_err(|_| NodeError::TooLong)?;
    let shown = match (&event.body, &words) {
        (Body::Posted(post), Some((text, _))) => {
            Some(Storing { cid, kind: post.kind, text: text.clone(), reply_to: post.reply_to })
        }
        _ => None,
    };
    let stored = Stored { cid, depth: event.depth, block: block.into(), words: words.map(|(_, block)| block) };
    Ok(Written { event, stored, shown })
}
