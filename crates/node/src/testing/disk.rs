//! Storage that takes its time, fails and crashes, before the memory store: every write is all or nothing, strict ones survive
//! whatever follows, and of the relaxed ones since the last strict one any number of the latest may be lost.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

use async_trait::async_trait;
use futures::{channel::oneshot, executor::block_on};
use paceline_room::{Cid, Stored};
use paceline_store::{Change, Counts, Damage, Durability, MemoryStore, Store, StoreError};

/// What goes wrong with a write, counted from the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// This one fails.
    Once(usize),
    /// From this one on so many find the disk full.
    Full(usize, usize),
}

/// One write.
#[derive(Debug, Clone)]
enum Tx {
    Commit(Vec<Stored>, Vec<Change>, Durability),
    PutWords(Vec<(Cid, Arc<[u8]>)>),
    DropWords(Vec<Cid>),
}

impl Tx {
    /// What a crash of the machine cannot take back. Deleting words is strict in IndexedDB, too.
    fn is_strict(&self) -> bool {
        matches!(self, Self::Commit(_, _, Durability::Strict) | Self::DropWords(_))
    }

    fn apply(self, to: &MemoryStore) -> Result<(), StoreError> {
        block_on(async {
            match self {
                Self::Commit(events, unsent, durability) => to.commit_with(events, unsent, durability).await,
                Self::PutWords(words) => to.put_words(words).await,
                Self::DropWords(words) => to.drop_words(words).await,
            }
        })
    }
}

type Answer = oneshot::Sender<Result<(), StoreError>>;

/// A disk with one database. Clones are the same disk.
#[derive(Clone, Default)]
pub struct Disk(Rc<Inner>);

#[derive(Default)]
struct Inner {
    memory: MemoryStore,
    /// Writes that came to their end, in order.
    journal: RefCell<Vec<Tx>>,
    /// Writes that were begun.
    begun: RefCell<Vec<(Tx, Answer)>>,
    ended: Cell<usize>,
    fault: Cell<Option<Fault>>,
    failed: Cell<usize>,
}

impl Disk {
    /// What goes wrong with it.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.0.fault.set(fault);
    }

    /// What goes wrong with it.
    pub fn fault(&self) -> Option<Fault> {
        self.0.fault.get()
    }

    /// How many writes failed.
    pub fn failed(&self) -> usize {
        self.0.failed.get()
    }

    /// How many writes came to their end, well or not.
    pub fn ended(&self) -> usize {
        self.0.ended.get()
    }

    /// How many writes are under way.
    pub fn begun(&self) -> usize {
        self.0.begun.borrow().len()
    }

    /// How many writes could still be lost.
    pub fn relaxed(&self) -> usize {
        self.0.journal.borrow().iter().rev().take_while(|tx| !tx.is_strict()).count()
    }

    /// Ends the write that was begun first.
    pub fn end_write(&self) {
        if self.0.begun.borrow().is_empty() {
            return;
        }
        let (tx, answer) = self.0.begun.borrow_mut().remove(0);
        let at = self.0.ended.get();
        self.0.ended.set(at + 1);
        let error = match self.0.fault.get() {
            Some(Fault::Once(which)) if at == which => Some(StoreError::Failed("a test wants it so".into())),
            Some(Fault::Full(from, many)) if (from..from + many).contains(&at) => Some(StoreError::Full),
            _ => None,
        };
        let outcome = match error {
            Some(error) => {
                self.0.failed.set(self.0.failed.get() + 1);
                Err(error)
            }
            None => {
                self.0.journal.borrow_mut().push(tx.clone());
                tx.apply(&self.0.memory)
            }
        };
        // Whoever asked may be gone; the write goes on all the same.
        let _ = answer.send(outcome);
    }

    /// What is on the disk after a crash that took the latest `lost` relaxed writes; of those under way the ones in the mask `landed`
    /// came to their end.
    ///
    /// # Panics
    /// If what was possible before is not any more.
    pub fn after_crash(&self, landed: usize, lost: usize) -> Self {
        self.after_losing(landed, lost.min(self.relaxed()))
    }

    /// The same of a disk that may break its promise: strict writes are lost like any other. For tests of tests.
    ///
    /// # Panics
    /// If what was possible before is not any more.
    pub fn after_losing(&self, landed: usize, lost: usize) -> Self {
        let journal = self.0.journal.borrow();
        let kept = journal.len().saturating_sub(lost);
        let disk = Self::default();
        let begun = self.0.begun.borrow();
        let landed = begun.iter().enumerate().filter(|(at, _)| landed & (1 << at) != 0).map(|(_, (tx, _))| tx);
        for tx in journal[..kept].iter().chain(landed) {
            tx.clone().apply(&disk.0.memory).expect("it was possible before");
            disk.0.journal.borrow_mut().push(tx.clone());
        }
        disk
    }

    /// What was on the disk once so many of its writes had come to their end: an older copy of it, or none.
    ///
    /// # Panics
    /// If what was possible before is not any more.
    pub fn copy_of(&self, writes: usize) -> Self {
        let disk = Self::default();
        for tx in self.0.journal.borrow().iter().take(writes) {
            tx.clone().apply(&disk.0.memory).expect("it was possible before");
        }
        disk
    }

    /// How many writes came to a good end.
    pub fn written(&self) -> usize {
        self.0.journal.borrow().len()
    }

    fn begin(&self, tx: Tx) -> oneshot::Receiver<Result<(), StoreError>> {
        let (answer, outcome) = oneshot::channel();
        self.0.begun.borrow_mut().push((tx, answer));
        outcome
    }
}

async fn end(outcome: oneshot::Receiver<Result<(), StoreError>>) -> Result<(), StoreError> {
    outcome.await.unwrap_or(Err(StoreError::Closed))
}

#[async_trait(?Send)]
impl Store for Disk {
    async fn commit_with(
        &self,
        events: Vec<Stored>,
        unsent: Vec<Change>,
        durability: Durability,
    ) -> Result<(), StoreError> {
        end(self.begin(Tx::Commit(events, unsent, durability))).await
    }

    async fn unsent(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.0.memory.unsent().await
    }

    async fn put_words(&self, words: Vec<(Cid, Arc<[u8]>)>) -> Result<(), StoreError> {
        end(self.begin(Tx::PutWords(words))).await
    }

    async fn drop_words(&self, words: Vec<Cid>) -> Result<(), StoreError> {
        end(self.begin(Tx::DropWords(words))).await
    }

    async fn load_page(&self, after: Option<(u64, Cid)>, most: usize) -> Result<Vec<Stored>, StoreError> {
        self.0.memory.load_page(after, most).await
    }

    async fn get(&self, cid: &Cid) -> Result<Option<Stored>, StoreError> {
        self.0.memory.get(cid).await
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.0.memory.clear().await
    }

    fn counts(&self) -> Counts {
        self.0.memory.counts()
    }

    fn damaged(&self) -> Vec<Damage> {
        self.0.memory.damaged()
    }
}
