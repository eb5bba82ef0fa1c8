//! Links of the open room: on and off, refused, made by hand.

use std::sync::Arc;

use paceline_mesh::Input;
use paceline_node::Ways;
use paceline_room::NodeId;

use super::{Session, error::Outcome, notices};

impl Session {
    /// Drops all links and keeps working.
    pub async fn offline(&self) -> Outcome<()> {
        self.0.offline.set(true);
        if let Ok(engine) = self.engine() {
            engine.node.say_goodbye();
        }
        self.publish();
        Ok(())
    }

    /// Looks for the others again.
    pub async fn online(&self) -> Outcome<()> {
        self.0.offline.set(false);
        if let Ok(engine) = self.engine() {
            engine.come_back();
        }
        self.publish();
        Ok(())
    }

    /// No direct link with that node; a local choice.
    pub fn refuse(&self, node: NodeId) {
        if let Ok(engine) = self.engine() {
            engine.net.refuse(node);
        }
    }

    /// Takes [`Session::refuse`] back.
    pub fn allow(&self, node: NodeId) {
        if let Ok(engine) = self.engine() {
            engine.net.allow(node);
        }
    }

    /// How these persons, each with its nodes, reach each other, as far as this node knows.
    pub fn ways_among(&self, persons: &[Arc<[NodeId]>]) -> Ways {
        self.engine().map_or_else(|_| Ways::new(0, []), |engine| Ways::among(&engine.node.replica(), persons))
    }

    /// Asks each neighbour now whether its link carries words, and looks for ways to the others anew.
    pub fn try_links(&self) {
        if let Ok(engine) = self.engine() {
            engine.node.input(Input::Try);
            engine.node.network_changed();
        }
    }

    /// Who was asked so, and after how long each answered, in milliseconds.
    pub fn answers(&self) -> Vec<(NodeId, Option<u64>)> {
        let Ok(engine) = self.engine() else { return Vec::new() };
        let replica = engine.node.replica();
        replica.trials().map(|(node, it)| (node, it.answered.map(|at| at.saturating_sub(it.asked)))).collect()
    }

    /// The code to give to somebody who cannot be reached otherwise.
    pub async fn out_of_band_invite(&self) -> Outcome<String> {
        self.engine()?.net.out_of_band_invite().await.map_err(notices::out_of_band)
    }

    /// The reply to a pasted invite.
    pub async fn out_of_band_reply(&self, invite: String) -> Outcome<String> {
        self.engine()?.net.out_of_band_reply(&invite).await.map_err(notices::out_of_band)
    }

    /// The pasted reply to one's own invite.
    pub async fn out_of_band_accept(&self, reply: String) -> Outcome<()> {
        self.engine()?.net.out_of_band_accept(&reply).await.map_err(notices::out_of_band)
    }

    /// Tells others whether this tab is looked at.
    pub fn away(&self, away: bool) {
        if let Ok(engine) = self.engine() {
            engine.node.input(Input::Away(away));
        }
    }
}
