//! What happens to a node, and what it wants done: all that its driver and it say to one another.

use std::sync::Arc;

use paceline_room::{Cid, Event, NodeId, Stored};

use crate::{changed::Changed, intake::Takes, time::Millis};

/// Which stream of a link carries a message: what is live does not wait behind what is bulk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Pushes, announcements, beacons: small and urgent.
    Live,
    /// Catching up: batches of blocks.
    Bulk,
}

/// What happens to a node.
#[derive(Debug, Clone)]
pub enum Input {
    /// A link to this node is up and its membership is proved.
    LinkUp(NodeId),
    /// The same, and the node runs a build that reads messages in the form [`Form::Placed`](crate::wire::Form::Placed) alone.
    OlderLinkUp(NodeId),
    /// The link is gone. `goodbye`: its tab closed on purpose or is known to be dead, rather than silent.
    LinkDown {
        /// Whose.
        peer: NodeId,
        /// Known to have left.
        goodbye: bool,
    },
    /// Bytes from a peer.
    Received {
        /// From whom.
        peer: NodeId,
        /// On which stream.
        lane: Lane,
        /// One whole message.
        bytes: Vec<u8>,
    },
    /// An own event, signed and durably stored.
    Own {
        /// Its name.
        cid: Cid,
        /// The event.
        event: Box<Event>,
        /// The event block.
        block: Arc<[u8]>,
        /// The words' name and block.
        words: Option<(Cid, Arc<[u8]>)>,
    },
    /// Blocks (events or words) that an [`Output::Store`] named are stored now.
    Stored(Vec<Cid>),
    /// Blocks from an imported CAR: checked like the network's.
    Import(Vec<Arc<[u8]>>),
    /// A relayed message for a member who is not linked with this node: at most [`crate::wire::RELAYED_BYTES`], sealed. It may
    /// get lost.
    Carry {
        /// For whom.
        to: NodeId,
        /// The message.
        bytes: Vec<u8>,
    },
    /// Whether newcomers would be heard here now: a server where they call is reached.
    Hears(bool),
    /// This tab is hidden or shown: `away` in the beacon.
    Away(bool),
    /// The person here raises a hand, or takes it down.
    Hand(bool),
    /// The person here asks to wait with the reveal of a round: for [`crate::floor::WAITS`].
    Wait(Cid),
    /// The person here tries all links: each neighbour is asked (see [`Replica::trials`](crate::Replica::trials)).
    Try,
    /// This node leaves on purpose: says so to its neighbours (the outputs are the last worth sending).
    Leave,
    /// What the person here chose to take of the room.
    Take(Takes),
    /// Time has come: the moment of the last [`Output::WakeAt`], or later.
    Tick,
}

/// What a node wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send one message.
    Send {
        /// To whom.
        peer: NodeId,
        /// On which stream.
        lane: Lane,
        /// The message.
        bytes: Vec<u8>,
    },
    /// Keep these; answer with [`Input::Stored`].
    Store(Vec<Stored>),
    /// Keep these words, whose events are stored already; answer with [`Input::Stored`].
    StoreWords(Vec<(Cid, Arc<[u8]>)>),
    /// Words whose author took them back: delete them.
    DropWords(Vec<Cid>),
    /// An event was admitted, own or other.
    Admitted {
        /// Its name.
        cid: Cid,
        /// Whose.
        author: NodeId,
        /// Of which kind.
        kind: String,
    },
    /// A relayed message for this node, from anybody: only what is in it says from whom.
    Carried {
        /// The message.
        bytes: Vec<u8>,
    },
    /// Who is present and not linked with this node, to be introduced; those that have written before strangers. Replaces what was
    /// said before.
    Acquainted(Vec<NodeId>),
    /// Others listen to newcomers (true), or this node should: whether it may let go of the servers where they call.
    Rest(bool),
    /// Something that can be seen changed; of presence and reach, whose.
    Changed(Changed),
    /// Something was refused and counted under this code (see [`Replica::refused`](crate::Replica::refused)).
    Refused {
        /// Why: `bad-signature`, `not-canonical`, `too-large`, `wrong-room`, `wrong-depth` ...
        code: &'static str,
        /// Who forwarded it.
        peer: Option<NodeId>,
    },
    /// The peer broke the protocol beyond forgiving: drop the link.
    Disconnect(NodeId),
    /// Call [`Input::Tick`] at this time; replaces earlier wishes.
    WakeAt(Millis),
}
