//! What reaches the disk: others' events many at once, own ones with whatever they build on. Deliberately signs and sends nothing.

use std::{rc::Rc, sync::Arc};

use futures::{StreamExt, channel::mpsc};
use gloo::timers::callback::Timeout;
use paceline_mesh::Input;
use paceline_room::{Cid, Stored};
use paceline_store::{Durability, StoreError};

use super::{Engine, Told};
use crate::session::{SessionError, notices};

/// When storing others' events is tried again after it failed (a full disk), in milliseconds: a guess.
const KEEP_AGAIN_MS: u32 = 10_000;

/// What is to be kept of others' events, and is not yet. It is bounded by the log, which holds the same blocks.
#[derive(Default)]
pub(super) struct Waiting {
    pub(super) blocks: Vec<Stored>,
    pub(super) words: Vec<(Cid, Arc<[u8]>)>,
    pub(super) drops: Vec<Cid>,
}

impl Waiting {
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.words.is_empty() && self.drops.is_empty()
    }

    /// What could not be stored waits again, before what came since.
    pub(super) fn put_back(&mut self, mut failed: Self) {
        failed.blocks.append(&mut self.blocks);
        failed.words.append(&mut self.words);
        failed.drops.append(&mut self.drops);
        *self = failed;
    }

    /// Everything that [`Input::Stored`] names once it is stored.
    pub(super) fn names(&self) -> Vec<Cid> {
        let beside = self.blocks.iter().filter_map(|it| it.words.as_ref());
        let words = beside.chain(&self.words).map(|(cid, _)| *cid);
        self.blocks.iter().map(|it| it.cid).chain(words).collect()
    }
}

impl Engine {
    pub(super) async fn keep_all(self: Rc<Self>, mut calls: mpsc::UnboundedReceiver<()>) {
        while calls.next().await.is_some() {
            while calls.try_recv().is_ok() {}
            let alone = self.committing.lock().await;
            let batch = self.waiting.take();
            if batch.is_empty() {
                continue;
            }
            let stored = self.keep_batch(&batch).await;
            drop(alone);
            match stored {
                Ok(()) => self.on_kept(&batch),
                Err(error) => {
                    self.waiting.borrow_mut().put_back(batch);
                    self.on_keep_failed(&error);
                }
            }
        }
    }

    async fn keep_batch(&self, batch: &Waiting) -> Result<(), StoreError> {
        if !batch.blocks.is_empty() {
            self.store().commit(batch.blocks.clone(), Durability::Relaxed).await?;
        }
        if !batch.words.is_empty() {
            self.store().put_words(batch.words.clone()).await?;
        }
        if !batch.drops.is_empty() {
            self.store().drop_words(batch.drops.clone()).await?;
        }
        Ok(())
    }

    pub(super) fn on_kept(self: &Rc<Self>, batch: &Waiting) {
        if self.keep_failed.replace(false) {
            self.call_keeper();
        }
        let stored = batch.names();
        if !stored.is_empty() && !self.is_closed() {
            self.input(Input::Stored(stored));
        }
    }

    /// Own events go to disk together with everything they may build on that is not there yet, or not at all; and with them the
    /// intents that they settle go from it.
    pub(super) async fn commit_own(
        &self,
        own: Vec<Stored>,
        before: &Waiting,
        settled: &[String],
    ) -> Result<(), StoreError> {
        let blocks = before.blocks.iter().cloned().chain(own).collect();
        let _one = self.drafts.writing.lock().await;
        let unsent = self.drafts.desk.borrow_mut().take(settled).unwrap_or_default();
        let outcome = self.store().commit_with(blocks, unsent, Durability::Strict).await;
        self.on_drafts_written(&outcome);
        outcome
    }

    fn on_keep_failed(&self, error: &StoreError) {
        self.try_again_later();
        self.gone.set(self.gone.get() || *error == StoreError::Closed);
        // Said once: the room goes on in memory, and the others see that this tab does not hold what it did not store.
        if !self.keep_failed.replace(true) {
            (self.tell)(Told::Notice(notices::storage(error)));
        }
    }

    /// A script gets the error; the person at the tab is told as well, since their own words are concerned.
    pub(super) fn on_own_failed(&self, error: &StoreError) -> SessionError {
        let error = notices::storage(error);
        (self.tell)(Told::Notice(error.clone()));
        error
    }

    fn try_again_later(&self) {
        let calls = self.keep_soon.clone();
        let again = move || {
            // Fails only once the room is closed.
            let _ = calls.unbounded_send(());
        };
        *self.keep_again.borrow_mut() = Some(Timeout::new(KEEP_AGAIN_MS, again));
    }
}
