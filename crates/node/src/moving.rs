//! Where a node comes from, and where it goes on when its key must write no more.

use paceline_room::{
    Cid, Draft, Keypair, Stored,
    body::{FormValues, RoomFounded},
};
use paceline_store::{Change, Desk, Durability, Store, StoreError, adopt};

use crate::{MOVED, NodeError, Surroundings, UnkeptKey};

/// A new room: its founding event, signed by a new key.
pub struct Founding {
    /// The room.
    pub room: Cid,
    /// The key of its first node.
    pub keypair: Keypair,
    stored: Stored,
}

impl Founding {
    /// Founds a room.
    pub fn draw(
        around: &dyn Surroundings,
        title: &str,
        purpose: &str,
        form: &str,
        values: FormValues,
    ) -> Result<Self, NodeError> {
        let UnkeptKey { keypair } = UnkeptKey::draw(around);
        let mut nonce = [0; 16];
        around.random(&mut nonce);
        let body = RoomFounded::new(title, purpose, form, values, nonce);
        let body = body.map_err(|refused| NodeError::Refused(refused.code()))?;
        Self::sign(keypair, around.wall_clock(), body)
    }

    /// The same with a key that is there, at this time by the wall clock.
    pub fn sign(keypair: Keypair, at: u64, body: RoomFounded) -> Result<Self, NodeError> {
        let author = keypair.node();
        let draft =
            Draft { room: None, author, seq: 0, prev: None, parents: Vec::new(), depth: 1, at, body: body.into() };
        // Only the length of what was written depends on the person.
        let (room, event, block) = draft.sign(&keypair).map_err(|_| NodeError::TooLong)?;
        let stored = Stored { cid: room, depth: event.depth, block: block.into(), words: None };
        Ok(Self { room, keypair, stored })
    }

    /// Stores it, durably.
    pub async fn keep(&self, store: &dyn Store) -> Result<(), StoreError> {
        store.commit(vec![self.stored.clone()], Durability::Strict).await
    }
}

/// What goes along from one node's database to another's: all events, and what was being written there.
pub struct Move {
    there: Vec<Change>,
    here: Vec<Change>,
}

impl Move {
    /// Of what is on this desk; `all`: also what was there before the person came.
    pub fn of(desk: &Desk, all: bool) -> Self {
        let (there, here) = desk.carry(all, MOVED);
        Self { there, here }
    }

    /// Copies it. Intents wait in the other database until somebody says that they shall go out.
    pub async fn copy(&mut self, from: &dyn Store, to: &dyn Store) -> Result<(), StoreError> {
        adopt(from, to).await?;
        to.commit_with(Vec::new(), std::mem::take(&mut self.there), Durability::Strict).await
    }

    /// Takes away what was being written, once it is in the other database. What cannot be deleted is there twice, as words that
    /// nobody sends.
    pub async fn clear(self, from: &dyn Store) -> Result<(), StoreError> {
        from.commit_with(Vec::new(), self.here, Durability::Strict).await
    }
}
