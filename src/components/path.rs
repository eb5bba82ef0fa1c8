//! By which path a peer is reached, in words.

use crate::{
    people,
    session::{Path, PeerView, People},
    texts::t,
};

/// How a peer is reached.
pub fn way(peer: &PeerView, people: &People) -> String {
    if let Some(through) = &peer.through {
        return t!("path-through-name", name = people::name_in(people, through));
    }
    match peer.path {
        Path::Webrtc => t!("path-webrtc"),
        Path::Broadcast => t!("path-broadcast"),
        Path::Relayed => t!("path-relayed"),
        Path::Through | Path::Unknown => t!("path-through"),
    }
}

/// The same with the round trip where it is known. Who shows that [looks at figures](crate::hooks::use_figures).
pub fn reached(peer: &PeerView, people: &People) -> String {
    let how = way(peer, people);
    match peer.rtt_ms {
        Some(rtt) => t!("path-with-rtt", how = how, rtt = rtt),
        None => how,
    }
}
