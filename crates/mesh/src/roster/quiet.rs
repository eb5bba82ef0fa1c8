//! Who has not been heard for long: away where a link to it stands (its page is frozen, or its line is), gone where none does.

use paceline_room::{Log, NodeId};

use super::{EVERY, Node, Roster};
use crate::{
    shown::{Here, Presence},
    time::Millis,
};

/// After this long without any word who is linked is shown as away: its page is frozen, or its line is.
pub const QUIET_AFTER: Millis = 3 * EVERY;
/// After this long without any word a node without a link is gone.
const SILENT_AFTER: Millis = 50_000;

impl Node {
    /// How it is, as far as it speaks.
    pub(super) fn shown(&self) -> Presence {
        match self.presence.here {
            Here::Here if self.quiet => Presence { here: Here::Away, ..self.presence },
            _ => self.presence,
        }
    }
}

impl Roster {
    /// Nodes that nobody has heard of for long are gone, and away if they are linked. Returns whether any went.
    pub fn expire(&mut self, now: Millis) -> bool {
        let (mut changed, mut quieted) = (false, false);
        if std::mem::replace(&mut self.looked, now) + 2 * EVERY < now {
            self.looks_since = now;
        }
        for (id, node) in self.nodes.iter_mut() {
            let quiet = node.linked && node.heard.max(self.looks_since) + QUIET_AFTER <= now;
            if quiet && !std::mem::replace(&mut node.quiet, true) {
                self.changed.node(*id);
                quieted = true;
            }
            let silent = !node.linked && node.presence.here != Here::Gone && node.heard + SILENT_AFTER <= now;
            if silent {
                node.presence = Presence { here: Here::Gone, since: now, goodbye: false };
                self.changed.node(*id);
                changed = true;
            }
        }
        self.stirred |= changed;
        changed || quieted
    }

    /// Whether nothing is to be expected from it now: it is gone or looks elsewhere, or a link to it stands and it does not speak (a page
    /// that is frozen).
    pub fn is_still(&self, id: &NodeId, log: &Log, now: Millis) -> bool {
        let of = |node: &Node| node.presence.here != Here::Here || node.linked && node.heard + 2 * EVERY < now;
        self.person(id, log).is_none_or(of)
    }

    /// For how long nothing has come from a node that should speak: one to which a link stands, or that is gone. Where several links stand
    /// and nothing comes on any of them any more, it is rather this node that hears nobody, and none is silent.
    pub fn unheard(&self, id: &NodeId, log: &Log, now: Millis) -> Millis {
        let since = |node: &Node| now.saturating_sub(node.heard.max(self.looks_since));
        let Some(node) = self.person(id, log) else { return 0 };
        let unheard = since(node);
        match node.linked {
            true => {
                let others = || self.nodes.iter().filter(|(it, other)| *it != id && other.linked);
                // Who fell silent with it did so within the time between two beacons.
                let deaf = others().next().is_some() && others().all(|(_, other)| since(other) + EVERY >= unheard);
                if deaf { 0 } else { unheard }
            }
            false if node.presence.here == Here::Gone => unheard,
            false => 0,
        }
    }
}
