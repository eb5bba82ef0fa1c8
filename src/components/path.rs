//! By which path a peer is reached, in words.

use crate::{
    people,
    session::{PeerView, People},
    texts::t,
};

/// How a peer is reached, with the round trip where it is known.
pub fn reached(peer: &PeerView, people: &People) -> String {
    if let Some(through) = &peer.through {
        return t!("path-through-name", name = people::name_in(people, through));
    }
    let how = match peer.path {
        "webrtc" => t!("path-webrtc"),
        "broadcast" => t!("path-broadcast"),
        "relayed" => t!("path-relayed"),
        _ => t!("path-through"),
    };
    match peer.rtt_ms {
        Some(rtt) => t!("path-with-rtt", how = how, rtt = rtt),
        None => how,
    }
}
