//! From a node's database to a replica, in slices.

use paceline_mesh::{Replica, replica::Amount};
use paceline_room::{Cid, Keypair, NodeId};
use paceline_store::{Store, StoreError, chain_is_whole};

use crate::{
    slice::{self, Slice},
    surroundings::Surroundings,
};

/// Events read from storage at a time.
const LOAD_PAGE: usize = 1_000;

/// A replica with all that storage held.
pub struct Ready {
    pub(crate) replica: Replica,
    /// Records that could not be read.
    pub damaged: usize,
}

impl Ready {
    /// Reads a node's database.
    pub async fn load(
        room: Cid,
        keypair: &Keypair,
        store: &dyn Store,
        around: &dyn Surroundings,
    ) -> Result<Self, StoreError> {
        Self::fill(Replica::new(room, keypair.clone()), store, around).await
    }

    /// The same in a build that knows the versions of the fold up to this one.
    #[cfg(feature = "test-utils")]
    pub async fn knowing(
        version: u32,
        room: Cid,
        keypair: &Keypair,
        store: &dyn Store,
        around: &dyn Surroundings,
    ) -> Result<Self, StoreError> {
        Self::fill(Replica::knowing(room, keypair.clone(), version), store, around).await
    }

    async fn fill(mut replica: Replica, store: &dyn Store, around: &dyn Surroundings) -> Result<Self, StoreError> {
        replica.started(around.wall_clock());
        replica.expect(store.counts().events);
        let (mut after, mut damaged) = (None, 0);
        loop {
            let page = store.load_page(after, LOAD_PAGE).await?;
            let Some(last) = page.last() else { return Ok(Self { replica, damaged }) };
            after = Some((last.depth, last.cid));
            around.turn().await;
            let (mut page, mut slice) = (page.into_iter(), Slice::begin(around));
            while !page.as_slice().is_empty() {
                damaged += replica.load(page.by_ref().take(slice::EVENTS).collect()).len();
                if slice.is_over(around) {
                    around.turn().await;
                    slice = Slice::begin(around);
                }
            }
            around.turn().await;
        }
    }

    /// What was read.
    pub fn replica(&self) -> &Replica {
        &self.replica
    }

    /// How much of the room is taken in without asking.
    pub const fn bound(&mut self, most: Amount) {
        self.replica.bound(most);
    }

    /// A node held these events and all before them when this one ran last.
    pub fn recall(&mut self, node: NodeId, tips: &[Cid]) {
        self.replica.recall(node, tips);
    }

    /// Whether storage held nothing.
    pub fn is_empty(&self) -> bool {
        self.replica.log().is_empty()
    }

    /// Whether this node may write on: storage held the past of all it held (some of what is missing may be this node's own), and
    /// none of its own events is missing up to the highest that was ever stored. If not, one position could get two events.
    pub fn is_whole(&self, high_water: Option<u64>) -> bool {
        self.replica.pending() == 0 && chain_is_whole(self.own_seqs(), high_water)
    }

    /// What is to be noted as written before this node opens, if anything: a page may end between storing and noting, and what is
    /// here is sent.
    pub fn unnoted(&self, high_water: Option<u64>) -> Option<u64> {
        self.own_seqs().into_iter().max().filter(|last| Some(*last) > high_water)
    }

    /// Positions of this node's own events that are here.
    fn own_seqs(&self) -> Vec<u64> {
        let log = self.replica.log();
        log.chains_of(&self.replica.node())
            .flat_map(|(_, chain)| &chain.events)
            .map(|ix| log.entry(*ix).event.seq)
            .collect()
    }
}
