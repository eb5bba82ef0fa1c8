//! What the app sees of the network: configuration, events, views. No behaviour.

use paceline_mesh::Lane;
use paceline_room::{Keypair, NodeId};
use serde::{Deserialize, Serialize};

use crate::{clock::Clock, link::RoomLink};

/// What carries a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Path {
    /// A WebRTC data channel, straight to the peer.
    Webrtc,
    /// `BroadcastChannel`, within one browser.
    Broadcast,
    /// Through a circuit relay.
    Relayed,
    /// No link of its own: through another node.
    Through,
    /// One that a later build has.
    #[serde(other)]
    Unknown,
}

impl Path {
    /// As the app shows it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Webrtc => "webrtc",
            Self::Broadcast => "broadcast",
            Self::Relayed => "relayed",
            Self::Through => "through",
            Self::Unknown => "unknown",
        }
    }
}

/// Which ways to link are tried. All by default; tests force one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paths {
    /// WebRTC data channels.
    pub webrtc: bool,
    /// Links over `BroadcastChannel`, where WebRTC does not come up.
    pub broadcast: bool,
}

impl Default for Paths {
    fn default() -> Self {
        Self { webrtc: true, broadcast: true }
    }
}

/// What a node needs to go online in a room.
#[derive(Debug, Clone)]
pub struct NetConfig {
    /// The room.
    pub link: RoomLink,
    /// This node's key.
    pub keypair: Keypair,
    /// The folder of the page (`/p/` for `/p/index.html`): pages in other folders of one origin are other worlds.
    pub page_path: String,
    /// STUN and TURN servers (`stun:host:port`); empty: this network only. Bad entries are not used, and told as
    /// [`NetEvent::Failed`] `bad-ice-server`.
    pub ice_servers: Vec<IceServer>,
    /// This node's addresses stay hidden from the others: WebRTC goes through TURN servers only. Without one there is no
    /// WebRTC to other browsers, which is told as [`NetEvent::Failed`] `relay-only-without-turn`.
    pub relay_only: bool,
    /// Which ways to link are tried.
    pub paths: Paths,
    /// Whether other tabs of this browser are looked for.
    pub same_browser: bool,
    /// Nostr relays (`wss://host/path`) through which others are looked for, all of them: one's own, and the page's host's. Of
    /// more than [`MAX_OWN_RELAYS`], and of what is named twice, the first count. Contacted as soon as the node is online.
    pub relays: Vec<String>,
    /// More of them, of which the room uses some: [`crate::CHOSEN_RELAYS`] as long as they work. At most
    /// [`MAX_LISTED_RELAYS`] in the room's order.
    pub listed_relays: Vec<String>,
    /// What time it is, as others see it: for what relays are told, and for nothing else.
    pub clock: Clock,
}

/// Relays of one's own that a node uses.
pub const MAX_OWN_RELAYS: usize = 16;
/// Relays of a list that a node looks at.
pub const MAX_LISTED_RELAYS: usize = 48;
/// All relays that a node knows.
pub(crate) const MAX_RELAYS: usize = MAX_OWN_RELAYS + MAX_LISTED_RELAYS;

impl NetConfig {
    /// With all that needs no server.
    pub fn new(link: RoomLink, keypair: Keypair, page_path: impl Into<String>) -> Self {
        Self {
            link,
            keypair,
            page_path: page_path.into(),
            ice_servers: Vec::new(),
            relay_only: false,
            paths: Paths::default(),
            same_browser: true,
            relays: Vec::new(),
            listed_relays: Vec::new(),
            clock: Clock::default(),
        }
    }
}

/// A server that helps WebRTC through NATs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IceServer {
    /// `stun:` and `turn:` addresses of one server.
    pub urls: Vec<String>,
    /// For TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// For TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

impl From<IceServer> for libp2p_webrtc_browser::IceServer {
    fn from(IceServer { urls, username, credential }: IceServer) -> Self {
        Self { urls, username, credential }
    }
}

/// What happens on the network, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum NetEvent {
    /// A link is up: both sides are members and may send.
    LinkUp {
        /// To whom.
        peer: NodeId,
        /// What carries it.
        path: Path,
        /// The kind of rendezvous that brought both together.
        via: String,
        /// The peer runs a build that reads messages in the placed form alone (see `paceline_mesh::wire`).
        older: bool,
    },
    /// A link is gone; nothing more comes from this peer until the next `LinkUp`.
    LinkDown {
        /// To whom.
        peer: NodeId,
        /// The node left on purpose or is known to be dead, rather than silent.
        goodbye: bool,
    },
    /// The link goes on over something else; nothing was lost.
    PathChanged {
        /// To whom.
        peer: NodeId,
        /// What carries it now.
        path: Path,
        /// The kind of rendezvous that brought both together.
        via: String,
    },
    /// One whole message came in.
    Received {
        /// From whom.
        peer: NodeId,
        /// On which lane.
        lane: Lane,
        /// The message.
        bytes: Vec<u8>,
    },
    /// A relayed message to be carried through the room; it comes out by [`crate::Net::carried`] there.
    Carry {
        /// For whom.
        to: NodeId,
        /// A sealed envelope.
        bytes: Vec<u8>,
    },
    /// Something was refused; [`crate::Net::refused`] counts.
    Refused {
        /// Why: `replayed-envelope`, `forged-envelope` ...
        code: &'static str,
        /// Who sent it, where that is proved.
        peer: Option<NodeId>,
    },
    /// [`crate::Net::rendezvous`] has changed its state.
    Rendezvous,
    /// What others say of the time is not what this node thinks: the page's host should be asked, see [`crate::Clock::host_said`].
    TimeDoubted,
    /// Another time counts now; see [`crate::Clock::offset`].
    TimeLearned,
    /// Something does not work here; the rest goes on.
    Failed {
        /// Stable: `webrtc-unavailable`, `by-hand-failed` ...
        code: &'static str,
        /// Why, in a few words.
        text: String,
    },
}

/// One linked peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerInfo {
    /// Who.
    pub node: NodeId,
    /// Linked without another node between; always true here, the mesh knows of others.
    pub direct: bool,
    /// Round-trip time of the last ping, in milliseconds.
    pub rtt_ms: Option<u32>,
    /// The kind of rendezvous that brought both together.
    pub via: String,
    /// What carries the link.
    pub path: Path,
}

/// How one rendezvous stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RendezvousStatus {
    /// `broadcast-channel`, `by-hand` ...
    pub kind: &'static str,
    /// Where it is, if it is a server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// In a word.
    pub state: RendezvousState,
    /// Why it does not work, if it does not: a code of `docs/notices.md`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// What the server itself said about that. Foreign text, at most 200 characters, without control characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// Envelopes sent.
    pub sent: u64,
    /// Envelopes that came in, for whomever.
    pub received: u64,
}

/// How a rendezvous stands, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RendezvousState {
    /// It is of use.
    Open,
    /// It is being reached.
    Connecting,
    /// It takes long to answer.
    Slow,
    /// It failed, and is tried again later.
    BackedOff,
    /// It does not want this node, or cannot be used at all.
    Refused,
    /// It is not needed now.
    Resting,
    /// This browser has no means for it.
    Unavailable,
}

impl RendezvousState {
    /// As the app and scripts see it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Connecting => "connecting",
            Self::Slow => "slow",
            Self::BackedOff => "backed-off",
            Self::Refused => "refused",
            Self::Resting => "resting",
            Self::Unavailable => "unavailable",
        }
    }
}

impl Serialize for RendezvousState {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl RendezvousStatus {
    /// With nothing but a kind and a state.
    pub(crate) fn new(kind: &'static str, state: RendezvousState) -> Self {
        Self { kind, url: None, state, code: None, said: None, sent: 0, received: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_read_the_words_that_the_page_shows() {
        for path in [Path::Webrtc, Path::Broadcast, Path::Relayed, Path::Through, Path::Unknown] {
            assert_eq!(serde_json::json!(path), path.as_str());
        }
        assert_eq!(serde_json::json!(RendezvousState::BackedOff), "backed-off");
    }
}
