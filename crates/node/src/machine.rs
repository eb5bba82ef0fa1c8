//! What a node does when: one state machine without clock, task or storage. [`crate::Node`] carries out what it wants.
//!
//! Two things are written one write at a time each: the *log* (events and words) and the *desk* (drafts and intents). An own event
//! needs both, so that whatever it builds on is on disk with it or before it, and so that its intent goes as it comes.
//!
//! | the log's turn | the desk's turn | by what |
//! | --- | --- | --- |
//! | free -> own | free -> taken | own events wait and the founding event is here |
//! | free -> others | as it is | others' events wait; own ones do not, or had the last turn |
//! | as it is | free -> taken | drafts or intents changed, and no own event waits for it alone |
//! | free -> anew | free -> taken | all is to be stored anew |
//! | own -> noting | taken -> free | storage has them |
//! | noting -> free | as it is | how far they go is noted beside the database, or cannot be |
//! | own -> free | taken -> free | storage refused them |
//! | others -> free | as it is | storage answered |
//! | as it is | taken -> free | storage answered, to a write of the desk alone |
//! | anew -> free | taken -> free | all was stored anew, or could not be |
//!
//! | the node | becomes | by what |
//! | --- | --- | --- |
//! | open | key taken | an own event comes that was not written here |
//! | open, key taken | closed | whoever opened the node closes it |
//!
//! What failed waits again: own events are given back to who asked, others' until it is tried again, drafts with the next write.

#[cfg(test)]
mod growth;
mod openings;
mod own;
mod turns;
mod waiting;

use std::{collections::VecDeque, sync::Arc};

use futures::channel::oneshot;
use paceline_mesh::{
    Input, Output, Replica,
    replica::{Changed, Millis, Takes, Verified},
};
use paceline_room::{Cid, Keypair, NodeId, Stored, cost};
use paceline_store::{Change, Desk, Durability, StoreError};

use crate::{
    NodeError,
    openings::Openings,
    write::{Salt, Storing, Write},
};
use turns::{DeskTurn, Standing, Turn};
use waiting::Waiting;

/// What a node tells whoever opened it.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// An event was admitted.
    Admitted {
        /// Its name.
        cid: Cid,
        /// Whose.
        author: NodeId,
        /// Of which kind.
        kind: String,
    },
    /// Something visible changed.
    Changed,
    /// What was written here is on its way, or stored, or refused.
    Own,
    /// Something that the person should know went wrong.
    Failed(NodeError),
    /// An own event came that was not written here: another writes with this key. Nothing is signed any more.
    KeyTaken,
}

/// What the machine wants done, in this order.
pub(crate) enum Effect {
    /// By the links.
    Link(Output),
    /// By storage; its end is told with [`Machine::stored`].
    Store(Job),
    /// A tick at this time; replaces earlier wishes.
    WakeAt(Millis),
    /// [`Machine::advance`], once the caller is done: what is asked for until then is one write.
    Soon,
    /// [`Machine::open_up`], at this time; replaces earlier wishes.
    OpenUpAt(Millis),
    /// [`Machine::keep_again`], in a while.
    KeepAgain,
    /// What is not stored of the desk is left for the next page.
    LeaveUnsaved,
    /// Own events are stored up to this position, which is to be noted; its end is told with [`Machine::noted`].
    Note(u64),
    /// To whoever opened the node.
    Tell(Told),
}

/// What a write to storage is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// Own events, with what they build on, and the end of their intents.
    Own,
    /// Others' events and words.
    Others,
    /// Drafts and intents.
    Desk,
}

/// One write to storage: each part is all or nothing, and none begins before the one before it is done.
pub(crate) struct Job {
    pub(crate) of: For,
    pub(crate) events: Vec<Stored>,
    pub(crate) unsent: Vec<Change>,
    pub(crate) durability: Durability,
    pub(crate) words: Vec<(Cid, Arc<[u8]>)>,
    pub(crate) drops: Vec<Cid>,
}

/// See the module.
pub(crate) struct Machine {
    pub(crate) replica: Replica,
    pub(crate) desk: Desk,
    /// Own posts on their way to storage.
    pub(crate) storing: Vec<Storing>,
    /// The last write of the desk was refused: what it holds is kept only while the node is open.
    pub(crate) unkept: bool,
    /// The database was deleted or taken: what is here is in memory alone.
    pub(crate) gone: bool,
    /// Something was left behind for the next page.
    pub(crate) left: bool,
    pub(crate) out: Vec<Effect>,
    /// What changed since the last snapshot.
    pub(crate) changed: Changed,
    keypair: Keypair,
    /// As many as the person here, or a script of theirs, asks for.
    writes: VecDeque<Write>,
    waiting: Waiting,
    openings: Openings,
    standing: Standing,
    log_turn: Turn,
    /// The last turn was for own events: others' are next.
    others_next: bool,
    /// Others' events wait, and nothing says that storing them is in vain.
    keep_due: bool,
    /// Storing others' events failed: they wait until it is tried again, rather than for whatever comes in next.
    keep_failed: bool,
    desk_turn: DeskTurn,
    desk_due: bool,
    /// Those who wait for what the desk holds now to be written, or refused; then those for the write that is under way.
    desk_asked: Vec<oneshot::Sender<()>>,
    /// Who wants to know when others' events that wait are kept, and when those that are being kept are.
    keep_asked: Vec<oneshot::Sender<()>>,
    keep_answered: Vec<oneshot::Sender<()>>,
    desk_answered: Vec<oneshot::Sender<()>>,
    anew: Vec<oneshot::Sender<()>>,
}

impl Machine {
    /// With all that storage held. `left`: the last page of this node left something behind.
    pub(crate) fn new(replica: Replica, keypair: Keypair, desk: Desk, left: bool) -> Self {
        Self {
            replica,
            desk,
            storing: Vec::new(),
            unkept: false,
            gone: false,
            left,
            out: Vec::new(),
            changed: Changed::default(),
            keypair,
            writes: VecDeque::new(),
            waiting: Waiting::default(),
            openings: Openings::default(),
            standing: Standing::Open,
            log_turn: Turn::Free,
            others_next: false,
            keep_due: false,
            keep_failed: false,
            desk_turn: DeskTurn::Free,
            desk_due: false,
            desk_asked: Vec::new(),
            keep_asked: Vec::new(),
            keep_answered: Vec::new(),
            desk_answered: Vec::new(),
            anew: Vec::new(),
        }
    }

    fn set_standing(&mut self, to: Standing) {
        debug_assert!(self.standing.may_become(to), "{:?} -> {to:?}", self.standing);
        self.standing = to;
    }

    /// What the turn before was for.
    fn set_log_turn(&mut self, to: Turn) -> Turn {
        debug_assert!(self.log_turn.may_become(&to), "{} -> {}", self.log_turn.name(), to.name());
        std::mem::replace(&mut self.log_turn, to)
    }

    fn set_desk_turn(&mut self, to: DeskTurn) {
        debug_assert!(self.desk_turn != to, "{to:?} twice");
        self.desk_turn = to;
    }

    /// Whether nothing is signed any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.standing != Standing::Open
    }

    /// Hands the replica one input.
    pub(crate) fn input(&mut self, input: Input, now: Millis) {
        let own = match &input {
            Input::Own { cid, .. } => Some(*cid),
            _ => None,
        };
        let outputs = self.replica.handle(input, now);
        self.absorb(outputs, own, now);
    }

    /// Folds received events whose signatures were verified.
    pub(crate) fn verified(&mut self, verified: Vec<Verified>, now: Millis) {
        let outputs = self.replica.verified(verified, now);
        self.absorb(outputs, None, now);
    }

    /// `own`: what was just written here.
    fn absorb(&mut self, outputs: Vec<Output>, own: Option<Cid>, now: Millis) {
        for output in outputs {
            match output {
                Output::Store(blocks) => self.keep(|it| it.blocks.extend(blocks)),
                Output::StoreWords(words) => self.keep(|it| it.words.extend(words)),
                Output::DropWords(words) => self.keep(|it| it.drops.extend(words)),
                Output::Admitted { cid, author, kind } => {
                    self.look_at(&cid, now);
                    if !self.writes.is_empty() {
                        // The first event of a log is the founding one, for which the writer waits.
                        self.out.push(Effect::Soon);
                    }
                    if author == self.keypair.node() && own != Some(cid) && !self.is_closed() {
                        self.end(Standing::KeyTaken);
                        self.tell(Told::KeyTaken);
                    }
                    self.tell(Told::Admitted { cid, author, kind });
                }
                Output::Changed(changed) => {
                    self.changed.add(changed);
                    self.tell(Told::Changed);
                }
                Output::Refused { .. } => self.tell(Told::Changed),
                Output::WakeAt(at) => self.out.push(Effect::WakeAt(at)),
                output => self.out.push(Effect::Link(output)),
            }
        }
        self.open_up(now);
    }

    fn tell(&mut self, told: Told) {
        self.out.push(Effect::Tell(told));
    }

    fn keep(&mut self, add: impl FnOnce(&mut Waiting)) {
        self.waiting.ground();
        add(&mut self.waiting);
        if !self.keep_failed {
            self.keep_due = true;
            self.out.push(Effect::Soon);
        }
    }

    /// Time to try again what could not be stored.
    pub(crate) fn keep_again(&mut self) {
        self.keep_due = true;
        self.out.push(Effect::Soon);
    }

    /// Somebody wants an own event.
    pub(crate) fn ask(&mut self, write: Write) {
        if self.is_closed() {
            // Whoever asked may have gone.
            let _ = write.reply.send(Err(NodeError::Closed));
            return;
        }
        if self.replica.intake().0 == Takes::Nothing {
            let _ = write.reply.send(Err(NodeError::ReadOnly));
            return;
        }
        self.writes.push_back(write);
        self.out.push(Effect::Soon);
    }

    /// What the desk holds is to be written. `tell`: once that is done, or refused.
    pub(crate) fn keep_desk(&mut self, tell: Option<oneshot::Sender<()>>) {
        self.desk_due = true;
        self.desk_asked.extend(tell);
        self.out.push(Effect::Soon);
    }

    /// Tells once what others wrote and is here by now is stored, or could not be.
    pub(crate) fn when_kept(&mut self, tell: oneshot::Sender<()>) {
        if !self.waiting.is_empty() && !self.keep_failed {
            self.keep_asked.push(tell);
        } else if matches!(self.log_turn, Turn::Others(_) | Turn::Own { .. }) {
            self.keep_answered.push(tell);
        } else {
            let _ = tell.send(());
        }
    }

    /// All is to be stored in another database: tells once nothing else is being written. [`Machine::end_anew`] ends it.
    pub(crate) fn ask_anew(&mut self, tell: oneshot::Sender<()>) {
        self.anew.push(tell);
        self.out.push(Effect::Soon);
    }

    /// From now on nothing is signed: another node may write with the key. What is being stored is stored; what was only asked for
    /// is refused.
    pub(crate) fn close(&mut self) {
        if self.standing != Standing::Closed {
            self.end(Standing::Closed);
        }
    }

    fn end(&mut self, standing: Standing) {
        cost::ground(|| cost::looking(self.writes.iter()));
        self.set_standing(standing);
        self.anew.clear();
        for write in cost::looking(self.writes.drain(..)) {
            let _ = write.reply.send(Err(NodeError::Closed));
        }
    }

    /// Begins what can begin, at this time by the wall clock.
    pub(crate) fn advance(&mut self, at: u64, salt: &mut dyn FnMut() -> Salt) {
        self.waiting.ground();
        cost::ground(|| cost::looking(self.writes.iter()));
        if self.log_turn.is_free() && self.desk_turn == DeskTurn::Free {
            while let Some(tell) = self.anew.pop() {
                if tell.send(()).is_ok() {
                    self.set_log_turn(Turn::Anew);
                    self.set_desk_turn(DeskTurn::Taken);
                    return;
                }
            }
        }
        // The desk is left to own events that wait for it alone.
        let mut reserved = !self.anew.is_empty();
        while self.log_turn.is_free() && !reserved {
            let others = self.keep_due && !self.waiting.is_empty();
            if self.may_write() && !(others && self.others_next) {
                reserved = self.desk_turn == DeskTurn::Taken;
                if !reserved {
                    self.begin_own(at, salt);
                }
            } else if others {
                self.begin_others();
            } else {
                break;
            }
        }
        if self.desk_due && self.desk_turn == DeskTurn::Free && !reserved {
            self.begin_desk();
        }
    }

    /// Everything builds on the founding event: who has just come may ask to write before it is here.
    fn may_write(&self) -> bool {
        !self.writes.is_empty() && !self.replica.log().is_empty()
    }

    fn begin_others(&mut self) {
        self.keep_due = false;
        self.others_next = false;
        let batch = std::mem::take(&mut self.waiting);
        self.keep_answered.append(&mut self.keep_asked);
        cost::look(batch.len());
        let (events, words, drops) = (batch.blocks.clone(), batch.words.clone(), batch.drops.clone());
        self.set_log_turn(Turn::Others(batch));
        let (unsent, durability) = (Vec::new(), Durability::Relaxed);
        self.store(Job { of: For::Others, events, unsent, durability, words, drops });
    }

    fn begin_desk(&mut self) {
        // Others' words can be fetched again, and a draft is worth less than a keystroke's delay; what was sent is neither.
        let durability = if self.desk.is_intent_dirty() { Durability::Strict } else { Durability::Relaxed };
        if !self.desk.is_dirty() {
            self.desk_due = false;
            self.desk_asked.drain(..).for_each(|tell| _ = tell.send(()));
            if self.left {
                self.out.push(Effect::LeaveUnsaved);
            }
            return;
        }
        let unsent = self.take_desk(&[]);
        let (events, words, drops) = (Vec::new(), Vec::new(), Vec::new());
        self.store(Job { of: For::Desk, events, unsent, durability, words, drops });
    }

    /// Takes the desk's turn with all that changed on it.
    fn take_desk(&mut self, settled: &[String]) -> Vec<Change> {
        self.set_desk_turn(DeskTurn::Taken);
        self.desk_changes(settled)
    }

    /// All that changed on the desk, for whoever has its turn.
    pub(crate) fn desk_changes(&mut self, settled: &[String]) -> Vec<Change> {
        self.desk_due = false;
        self.desk_answered = std::mem::take(&mut self.desk_asked);
        self.desk.take(settled).unwrap_or_default()
    }

    fn store(&mut self, job: Job) {
        self.out.push(Effect::Store(job));
    }

    /// Storage answered.
    pub(crate) fn stored(&mut self, of: For, outcome: &Result<(), StoreError>, now: Millis) {
        self.waiting.ground();
        match of {
            For::Desk => self.on_desk(outcome),
            For::Own => {
                self.on_desk(outcome);
                self.on_own(outcome, now);
            }
            For::Others => {
                if let Turn::Others(batch) = self.set_log_turn(Turn::Free) {
                    self.on_others(batch, outcome, now);
                }
            }
        }
        if of != For::Desk {
            let all = self.waiting.is_empty() || self.keep_failed;
            let asked = if all { std::mem::take(&mut self.keep_asked) } else { Vec::new() };
            self.keep_answered.drain(..).chain(asked).for_each(|tell| _ = tell.send(()));
        }
        self.out.push(Effect::Soon);
    }

    fn on_others(&mut self, batch: Waiting, outcome: &Result<(), StoreError>, now: Millis) {
        match outcome {
            Ok(()) => self.on_kept(&batch, now),
            Err(error) => {
                self.waiting.put_back(batch);
                self.out.push(Effect::KeepAgain);
                self.gone |= *error == StoreError::Closed;
                // Said once: the room goes on in memory, and the others see that this tab does not hold what it did not store.
                if !std::mem::replace(&mut self.keep_failed, true) {
                    self.tell(Told::Failed(error.clone().into()));
                }
            }
        }
    }

    fn on_kept(&mut self, batch: &Waiting, now: Millis) {
        if std::mem::replace(&mut self.keep_failed, false) {
            self.keep_due = true;
        }
        let stored = batch.names();
        if !stored.is_empty() && !self.is_closed() {
            self.input(Input::Stored(stored), now);
        }
    }

    fn on_desk(&mut self, outcome: &Result<(), StoreError>) {
        self.set_desk_turn(DeskTurn::Free);
        self.desk.wrote(outcome.is_ok());
        let before = std::mem::replace(&mut self.unkept, outcome.is_err());
        if outcome.is_err() || self.left {
            // What the database refuses may still have a place there.
            self.out.push(Effect::LeaveUnsaved);
        }
        self.gone |= *outcome == Err(StoreError::Closed);
        if before != outcome.is_err() {
            self.tell(Told::Changed);
        }
        self.desk_answered.drain(..).for_each(|tell| _ = tell.send(()));
    }

    /// Everything that is here of the log.
    pub(crate) fn everything(&self) -> Vec<Stored> {
        cost::ground(|| self.replica.log().entries());
        let words = |cid: Cid| Some((cid, self.replica.words(&cid)?));
        let entries = self.replica.log().entries();
        let stored = entries.map(|(_, it)| Stored {
            cid: it.cid,
            depth: it.event.depth,
            block: it.block.clone(),
            words: it.event.body.words().and_then(words),
        });
        stored.collect()
    }

    /// After [`Machine::ask_anew`]. `None`: no database was opened, or nobody waits any more for what becomes of it; else how
    /// storing everything in it went.
    pub(crate) fn end_anew(&mut self, outcome: Option<&Result<(), StoreError>>) {
        self.set_log_turn(Turn::Free);
        match outcome {
            Some(outcome) => {
                if outcome.is_ok() {
                    self.gone = false;
                    // What waited to be stored is stored; the others are told.
                    self.keep_due = true;
                }
                self.on_desk(outcome);
            }
            None => {
                self.set_desk_turn(DeskTurn::Free);
                // What was taken to be written there waits again, and so do those who wait for it.
                self.desk.wrote(false);
                self.desk_asked.append(&mut self.desk_answered);
                self.desk_due = true;
            }
        }
        self.out.push(Effect::Soon);
    }
}
