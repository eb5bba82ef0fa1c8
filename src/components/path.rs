//! By which path a peer is reached, in words.

use crate::{
    people,
    session::{Path, PeerView, People},
    texts::t,
};

/// How a peer is reached, with the round trip where it is known.
pub fn reached(peer: &PeerView, people: &People) -> String {
    if let Some(through) = &peer.through {
        return t!("path-through-name", name = people::name_in(people, through));
    }
    let how = match peer.path {
        Path::Webrtc => t!("path-webrtc"),
        Path::Broadcast => t!("path-broadcast"),
        Path::Relayed => t!("path-relayed"),
        Path::Through | Path::Unknown => t!("path-through"),
    };
    match peer.rtt_ms {
        Some(rtt) => t!("path-with-rtt", how = how, rtt = rtt),
        None => how,
    }
}
