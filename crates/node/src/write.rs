//! Own events: one after the other, each signed, durably stored, and only then sent.
//!
//! What a person asks for is a [`Command`]; the room is asked what it comes to when its turn comes, so that two clicks in a row
//! build on one another. Commands that do not depend on what stands before them (posts, feedback) share one transaction; the rest
//! go one by one. What is done in one step ([`crate::Acts`]) shares one, too: whatever rests on something before it is asked of a
//! copy of the room that has that already.

use std::sync::Arc;

use futures::channel::oneshot;
use paceline_mesh::{
    Input, Replica,
    replica::{Here, Millis, Presence},
};
use paceline_room::{
    Admission, Body, Cid, Draft, Event, Fold, Keypair, Log, NodeId, Stored, Words,
    body::{PostKind, Retracted},
    command::{Asker, Command, CommandError, Saying},
    cost,
};
use serde_bytes::ByteArray;

use crate::{NodeError, acts::Named};

/// Bytes that make the name of words impossible to guess.
pub(crate) type Salt = [u8; 16];

/// What to write.
pub(crate) struct Making {
    /// The body, and its words.
    pub(crate) saying: Saying,
    /// The words block that the body links already, instead.
    pub(crate) beside: Option<Vec<u8>>,
}

/// The room as whoever writes next sees it.
#[derive(Clone, Copy)]
pub(crate) struct Sight<'a> {
    pub(crate) replica: &'a Replica,
    /// With what was signed just before in the same write, if that matters.
    pub(crate) ahead: Option<&'a Ahead>,
}

impl<'a> Sight<'a> {
    pub(crate) fn log(self) -> &'a Log {
        self.ahead.map_or(self.replica.log(), |it| &it.log)
    }

    pub(crate) fn fold(self) -> &'a Fold {
        self.ahead.map_or(self.replica.fold(), |it| &it.fold)
    }

    /// This is written, unless this node goes on in the room's version first.
    pub(crate) fn made(
        self,
        making: Making,
        again: impl FnOnce(Sight, &Keypair) -> Result<Made, NodeError> + 'static,
    ) -> Made {
        match self.fold().raise_before(self.log(), self.replica.node(), &making.saying) {
            None => Made::Now(Box::new(making)),
            Some(closing) => Made::AfterRaise(closing, Box::new(move |sight, _, keypair| again(sight, keypair))),
        }
    }
}

/// The room as it will be once what was signed so far is stored: a copy, since storage may yet refuse it.
pub(crate) struct Ahead {
    log: Log,
    fold: Fold,
    taken: usize,
}

impl Ahead {
    pub(crate) fn of(replica: &Replica) -> Self {
        cost::look(replica.log().len());
        Self { log: replica.log().clone(), fold: replica.fold().clone(), taken: 0 }
    }

    /// Takes in what it has not of these.
    pub(crate) fn take<'a>(&mut self, written: impl Iterator<Item = &'a Written>) {
        for Written { event, stored, .. } in written.skip(self.taken) {
            let admitted = self.log.admit_verified(stored.cid, event.clone(), stored.block.clone());
            if let Ok(Admission::Admitted(ix)) = admitted {
                self.fold.apply(&self.log, ix);
            }
            if let Some((cid, block)) = &stored.words {
                self.fold.words(&self.log, *cid, block);
            }
            self.taken += 1;
        }
    }
}

/// Looks at the state when the turn comes, with the names of what was signed before in the same write, and says what to write or why
/// not.
pub(crate) type MakeSaying = Box<dyn FnOnce(Sight, Named, &Keypair) -> Result<Made, NodeError>>;

/// What comes of that.
pub(crate) enum Made {
    /// It is written.
    Now(Box<Making>),
    /// First this node goes on in the room's version, by this closing; then it is asked again, of the room as that leaves it.
    AfterRaise(Cid, MakeSaying),
}

/// One event of a write.
pub(crate) struct Step {
    /// What.
    pub(crate) make: MakeSaying,
    /// Whether it must see what comes before it in the same write.
    pub(crate) rests: bool,
}

/// What the room says to a command now. An answer in a sealed round is sealed for the place in the chain that is next.
pub(crate) fn ask(sight: Sight, keypair: &Keypair, command: Command, now: Millis) -> Result<Made, NodeError> {
    let refused = |it: CommandError| NodeError::Refused(it.code());
    let (fold, log, replica) = (sight.fold(), sight.log(), sight.replica);
    let asked = match command.clone() {
        Command::Rounds(it) => it.sealed(fold, log, keypair).map_err(refused)?.into(),
        other => other,
    };
    let silence = |node: &NodeId| silence(replica.presence().get(node), now).max(replica.unheard(node, now));
    let asker = Asker { fold, log, node: replica.node(), silence: &silence };
    let making = Making { saying: asked.ask(asker).map_err(refused)?, beside: None };
    Ok(sight.made(making, move |sight, keypair| ask(sight, keypair, command, now)))
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

/// What became of own events that were wished for together: their names, in this order.
pub(crate) type Outcome = Result<Vec<Cid>, NodeError>;

/// Whoever waits for own events.
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
    /// What: all of it, or nothing.
    pub(crate) steps: Vec<Step>,
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
    /// It was asked for, and does not only go before that.
    pub(crate) is_asked: bool,
}

impl Write {
    /// Of one event that sees all that was wished before it.
    pub(crate) fn alone(make: MakeSaying, reply: Reply) -> Self {
        Self { steps: vec![Step { make, rests: false }], alone: true, settles: None, reply }
    }
}

impl Written {
    /// For the replica, once stored.
    pub(crate) fn into_input(self) -> Input {
        let Stored { cid, block, words, .. } = self.stored;
        Input::Own { cid, event: Box::new(self.event), block, words }
    }
}

/// Signs the next own event, at this time by the wall clock; `after` is the one signed just before in the same transaction.
pub(crate) fn sign(
    replica: &Replica,
    keypair: &Keypair,
    making: Making,
    after: Option<&Written>,
    at: u64,
    salt: Salt,
) -> Result<Written, NodeError> {
    // The draft's place does not depend on its body; the words block needs the place, and the body needs the words' name.
    let stand_in = Retracted { post: replica.log().room(), alone: false };
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
            let block = Words(room, keypair.node(), draft.seq, ByteArray::new(salt), saying.words(text));
            let (cid, block) = block.encode().map_err(|_| NodeError::TooLong)?;
            Some((text.clone(), (cid, Arc::from(block))))
        }
    };
    draft.body = saying.into_body(words.as_ref().map(|(_, (cid, _))| *cid));
    let beside = beside.map(|block| (Cid::of(&block), Arc::from(block)));
    if !replica.fold().may_write(replica.log(), &replica.node(), &draft.body) {
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
    Ok(Written { event, stored, shown, is_asked: true })
}
