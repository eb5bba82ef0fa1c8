//! The room as a file: out, and in again.

use std::sync::Arc;

use paceline_room::{Cid, car, json_lines};

use super::{Session, error::Outcome, names, notices, report::ImportReport};

impl Session {
    /// The log and all words that are here, as CAR.
    pub async fn export_car(&self) -> Outcome<Vec<u8>> {
        let engine = self.engine()?;
        let replica = engine.node.replica();
        Ok(car::export(replica.log(), |cid| replica.words(cid)))
    }

    /// The log as JSON lines, one event each, with the words that are here and what people are called.
    pub async fn export_json(&self) -> Outcome<String> {
        let engine = self.engine()?;
        let replica = engine.node.replica();
        let people = self.view().room.as_ref().map(|it| it.people.clone()).unwrap_or_default();
        Ok(json_lines::export(replica.log(), |cid| replica.words(cid), |node| names::name_in(&people, node)))
    }

    /// Takes in a CAR of this room, checked like what comes from the network.
    pub async fn import_car(&self, bytes: Vec<u8>) -> Outcome<ImportReport> {
        let engine = self.engine()?;
        let blocks = read(&bytes, engine.link.room)?;
        let done = engine.node.import(blocks).await.map_err(notices::node)?;
        // What somebody brought is on the screen when it is told that it is here.
        self.publish_now();
        Ok(ImportReport { admitted: done.admitted, known: done.known, pending: done.pending, refused: done.refused })
    }
}

/// All blocks of a CAR of this room, or why none of it is taken in.
fn read(bytes: &[u8], room: Cid) -> Outcome<Vec<Arc<[u8]>>> {
    let damaged = |error: car::CarError| notices::error_with("import-damaged", &[("why", error.to_string().into())]);
    let (mut reader, mut blocks) = (car::Reader::new(), Vec::new());
    reader.push(bytes, &mut blocks).map_err(damaged)?;
    let root = reader.room();
    reader.finish().map_err(damaged)?;
    if root == Some(room) {
        Ok(blocks.into_iter().map(|it| it.block).collect())
    } else {
        Err(notices::error("wrong-import"))
    }
}
