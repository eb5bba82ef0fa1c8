//! Own events: one after the other, each signed, durably stored, and only then sent.
//!
//! What a person asks for is a [`Command`]; the room is asked what it comes to when its turn comes, so that two clicks in a row
//! build on one another. Commands that do not depend on what stands before them (posts, feedback) share one transaction; the rest
//! go one by one.

use std::sync::Arc;

use futures::channel::oneshot;
use paceline_mesh::{
    Input, Replica,
    replica::{Here, Millis, Presence},
};
use paceline_room::{
    Body, Cid, Draft, Event, Keypair, NodeId, Stored, Words,
    body::{PostKind, Retracted},
    command::{Asker, Command, CommandError, Saying},
};
use serde_bytes::ByteArray;

use crate::NodeError;

/// Bytes that make the name of words impossible to guess.
pub(crate) type Salt = [u8; 16];

/// What to write.
pub(crate) struct Making {
    /// The body, and its words.
    pub(crate) saying: Saying,
    /// The words block that the body links already, instead.
    pub(crate) beside: Option<Vec<u8>>,
}

/// Looks at the state when the turn comes, and says what to write or why not.
pub(crate) type MakeSaying = Box<dyn FnOnce(&Replica, &Keypair) -> Result<Making, NodeError>>;

/// What the room says to a command now. An answer in a sealed round is sealed for the place in the chain that is next.
pub(crate) fn ask(replica: &Replica, keypair: &Keypair, command: Command, now: Millis) -> Result<Making, NodeError> {
    let refused = |it: CommandError| NodeError::Refused(it.code());
    let command = match command {
        Command::Rounds(it) => it.sealed(replica.fold(), replica.log(), keypair).map_err(refused)?.into(),
        other => other,
    };
    let silence = |node: &NodeId| silence(replica.presence().get(node), now);
    let asker = Asker { fold: replica.fold(), log: replica.log(), node: replica.node(), silence: &silence };
    Ok(Making { saying: command.ask(asker).map_err(refused)?, beside: None })
}

/// For how long a node has been gone, in milliseconds; 0 while it is here.
pub fn silence(seen: Option<&Presence>, now: Millis) -> u64 {
    match seen {
        Some(it) if it.here == Here::Gone => now.saturating_sub(it.since),
        Some(_) => 0,
        // Never met since this node was opened.
        None => now,
    }
}

/// What became of an own event.
pub(crate) type Outcome = Result<Cid, NodeError>;

/// Whoever waits for an own event.
pub(crate) type Reply = oneshot::Sender<Outcome>;

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
    pub(crate) make: MakeSaying,
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
    making: Making,
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
    let Making { saying, beside } = making;
    let words = match &saying.text {
        None => None,
        Some(text) => {
            let room = replica.log().room();
            let block = Words(room, keypair.node(), draft.seq, ByteArray::new(salt), text.clone().into());
            let (cid, block) = block.encode().map_err(|_| NodeError::TooLong)?;
            Some((text.clone(), (cid, Arc::from(block))))
        }
    };
    draft.body = saying.into_body(words.as_ref().map(|(_, (cid, _))| *cid));
    let beside = beside.map(|block| (Cid::of(&block), Arc::from(block)));
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
    let stored =
        Stored { cid, depth: event.depth, block: block.into(), words: words.map(|(_, block)| block).or(beside) };
    Ok(Written { event, stored, shown })
}
