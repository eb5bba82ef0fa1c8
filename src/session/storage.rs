//! What this browser keeps: how much there is room for, and what extra tabs left behind.
//!
//! Every tab has a database of its own. One that no tab writes to any more is a copy that nobody needs once all of it is
//! in this node's: it goes by itself after 30 unused days, or by hand. Nothing is deleted that is not stored here first.

use std::{rc::Rc, sync::Arc};

use futures::StreamExt;
use paceline_room::{Cid, NodeId};
use paceline_store::{Desk, IdbStore, KnownNode, MemoryStore, Store, adopt, device};

use super::{
    Session,
    engine::Engine,
    error::Outcome,
    notices::{self, storage},
    places::{Places, storage_key},
    view::{DeviceView, Leftover, LeftoverSize},
};

/// A leftover as it was read.
struct Found {
    copy: MemoryStore,
    damaged: bool,
}

impl Found {
    async fn read(known: &KnownNode) -> Outcome<Self> {
        let copy = MemoryStore::new();
        let adopted = IdbStore::read_into(&known.database, &copy).await.map_err(storage)?;
        Ok(Self { copy, damaged: adopted.is_some_and(|it| it.damaged > 0) })
    }

    async fn is_here(&self, engine: &Engine) -> Outcome<bool> {
        let events = self.copy.load_page(None, usize::MAX).await.map_err(storage)?;
        let replica = engine.node.replica();
        let has = |words: Option<&(Cid, Arc<[u8]>)>| {
            words.is_none_or(|(cid, _)| !replica.fold().words_wanted(cid) || replica.words(cid).is_some())
        };
        Ok(events.iter().all(|it| replica.log().find(&it.cid).is_some() && has(it.words.as_ref())))
    }

    /// If all of it is here, sees that it is stored here; else says no.
    async fn keep(&self, engine: &Engine) -> Outcome<bool> {
        let here = self.is_here(engine).await?;
        if here {
            // Only for what came a moment ago and waits to be stored: all else is stored and costs a look.
            adopt(&self.copy, &*engine.node.store()).await.map_err(storage)?;
        }
        Ok(here)
    }
}

impl Session {
    /// How much this site takes up in this browser, where the browser tells.
    pub async fn device(&self) -> Option<DeviceView> {
        device::estimate().await.map(|it| DeviceView { used: it.usage as u64, quota: it.quota as u64 })
    }

    /// The other copies of the open room in this browser, the last used first.
    pub async fn leftovers(&self) -> Outcome<Vec<Leftover>> {
        let (engine, places) = (self.engine()?, self.places().await?);
        let known = others(&engine, &places).await?;
        let look = |known: KnownNode| {
            let (engine, rooms) = (&engine, places.keys.rooms());
            async move {
                let holds = if rooms.is_free(&known).await { Some(size(engine, &known).await?) } else { None };
                Ok(Leftover { node: known.node, name: known.name, used: known.used, holds })
            }
        };
        futures::future::try_join_all(known.into_iter().map(look)).await
    }

    /// Deletes a copy and its key. What it alone holds is taken in first, like an import.
    pub async fn clear_leftover(&self, node: NodeId) -> Outcome<()> {
        let (engine, places) = (self.engine()?, self.places().await?);
        let known = others(&engine, &places).await?.into_iter().find(|it| it.node == node);
        let known = known.ok_or_else(|| notices::error("not-found"))?;
        let mut outcome = Ok(());
        let rooms = places.keys.rooms();
        let removed = rooms.remove_node(&known, async || {
            outcome = take_in(&engine, &known).await;
            if outcome.is_ok() {
                outcome = match unsent_of(&known).await {
                    Ok(desk) => self.take_unsent(&engine, &desk).await,
                    Err(error) => Err(error),
                };
            }
            outcome.is_ok()
        });
        let removed = removed.await.map_err(storage)?;
        outcome?;
        if removed { Ok(()) } else { Err(notices::error("copy-in-use")) }
    }

    /// Clears what nobody used for 30 days and this node has, too.
    pub(super) async fn clear_stale(&self) -> Outcome<()> {
        let (engine, places) = (self.engine()?, self.places().await?);
        let rooms = places.keys.rooms();
        let stale = rooms.stale_nodes().await.map_err(storage)?;
        let mine = others(&engine, &places).await?.into_iter().filter(|it| stale.contains(it));
        let mut mine = futures::stream::iter(mine);
        while let Some(known) = mine.next().await {
            let is_kept = async || match (Found::read(&known).await, unsent_of(&known).await) {
                // Words that nobody sent are nowhere else.
                (Ok(found), Ok(desk)) => desk.is_empty() && !found.damaged && found.keep(&engine).await == Ok(true),
                _ => false,
            };
            // One that another tab has just taken stays.
            let _taken = rooms.remove_node(&known, is_kept).await.map_err(storage)?;
        }
        Ok(())
    }
}

/// What is being written there.
async fn unsent_of(known: &KnownNode) -> Outcome<Desk> {
    Ok(Desk::open(IdbStore::read_unsent(&known.database).await.map_err(storage)?, None))
}

async fn others(engine: &Rc<Engine>, places: &Places) -> Outcome<Vec<KnownNode>> {
    let known = places.keys.known(engine.link.room, storage_key(&engine.link)).await;
    let known = known.map_err(storage)?;
    Ok(known.into_iter().filter(|it| it.node != engine.me).collect())
}

async fn size(engine: &Engine, known: &KnownNode) -> Outcome<LeftoverSize> {
    let found = Found::read(known).await?;
    let counts = found.copy.counts();
    Ok(LeftoverSize { events: counts.events, bytes: counts.bytes as u64, here: found.is_here(engine).await? })
}

/// Admits what only this copy has, and stores it. What is not of this room's making is left behind.
async fn take_in(engine: &Rc<Engine>, known: &KnownNode) -> Outcome<()> {
    let found = Found::read(known).await?;
    if found.keep(engine).await? {
        return Ok(());
    }
    let blocks = found
        .copy
        .load_page(None, usize::MAX)
        .await
        .map_err(storage)?
        .into_iter()
        .flat_map(|it| it.words.map(|(_, words)| words).into_iter().chain([it.block]));
    engine.node.import(blocks.collect()).await.map_err(notices::node)?;
    found.keep(engine).await.map(|_| ())
}
