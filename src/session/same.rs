//! One person in several tabs: which other tabs of this browser could be the same, and the second word where this browser knows that both
//! keys are its own. Between devices either person has to say it: nothing in here does.

use paceline_mesh::replica::Here;
use paceline_net::Path;
use paceline_room::{NodeId, body::persons};
use wasm_bindgen_futures::spawn_local;

use super::{Session, engine::Engine, places::storage_key};

/// Who says to be the same person and waits for an answer: so many are shown.
const CLAIMS: usize = 3;
/// For so many whose word came unexpected it is looked whether they are this browser's: more tabs than anybody opens.
const UNEXPECTED: usize = 64;

impl Engine {
    /// Other tabs of this browser that are open in the room as somebody else, of whom anything is known.
    pub(super) fn other_tabs(&self) -> Vec<NodeId> {
        let replica = self.node.replica();
        let (fold, joined) = (replica.fold(), replica.fold().joined());
        let is_open = |it: &NodeId| replica.presence_of(it).is_some_and(|it| it.here != Here::Gone);
        let nodes = self.own.nodes.borrow();
        let others = nodes.iter().filter(|it| fold.person(it).is_some() && joined.home_of(**it) == **it);
        others.filter(|it| is_open(it) && !joined.is_same(self.me, **it)).copied().collect()
    }

    /// Who says to be the person at this tab, from elsewhere.
    pub(super) fn claims(&self) -> Vec<NodeId> {
        let replica = self.node.replica();
        let claims = replica.fold().joined().claimants(self.me);
        claims.filter(|it| !self.own.has(it) || self.own.answered.borrow().contains(it)).take(CLAIMS).collect()
    }
}

impl Session {
    /// Looks again at which nodes are this browser's.
    pub(super) fn look_for_own(&self) {
        let session = self.clone();
        spawn_local(async move {
            session.after_first_sync().await;
            let (Ok(engine), Ok(places)) = (session.engine(), session.places().await) else { return };
            // Without an answer nobody is offered: each may still be joined as if it were another device.
            let Ok(known) = places.keys.known(engine.link.room, storage_key(&engine.link)).await else { return };
            *engine.own.nodes.borrow_mut() =
                known.into_iter().map(|it| it.node).filter(|it| *it != engine.me).collect();
            session.publish_calmly();
        });
    }

    /// A link came up: it may be another tab of this browser.
    pub(super) fn linked_with(&self, node: NodeId) {
        let Ok(engine) = self.engine() else { return };
        let is_near =
            |peers: Vec<paceline_net::PeerInfo>| peers.iter().any(|it| it.node == node && it.path == Path::Broadcast);
        if !engine.own.has(&node) && is_near(engine.net.peers()) {
            self.look_for_own();
        }
    }

    /// Another tab of this browser said that it is the same person: so does this one.
    pub(super) fn answer_own(&self, engine: &Engine) {
        let claims: Vec<NodeId> = engine.node.replica().fold().joined().claimants(engine.me).collect();
        for node in claims {
            if !engine.own.has(&node) {
                let unexpected = &mut *engine.own.unexpected.borrow_mut();
                if unexpected.len() < UNEXPECTED && unexpected.insert(node) {
                    self.look_for_own();
                }
            } else if engine.own.answered.borrow_mut().insert(node) {
                let said = self.act(persons::Command::AlsoMe { node });
                spawn_local(async move {
                    // What is refused is shown as asked, and can be answered by hand.
                    let _ = said.await;
                });
            }
        }
    }
}
