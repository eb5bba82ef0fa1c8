//! Figures that change by themselves: how long a round trip took, how much went through a server. No snapshot tells a new one unless
//! somebody looks at them: each would have the page drawn anew, and a room at rest shall cost nothing.

use std::{cell::Cell, rc::Rc};

use paceline_net::RendezvousStatus;

use super::view::PeerView;

/// How many places show them.
#[derive(Default, Clone)]
pub struct Figures(Rc<Cell<usize>>);

impl Figures {
    /// Whether anybody looks at them.
    pub fn are_shown(&self) -> bool {
        self.0.get() > 0
    }

    /// One more place shows them.
    pub fn show(&self) -> Showing {
        self.0.set(self.0.get() + 1);
        Showing(self.clone())
    }
}

/// One place shows them until this is dropped.
pub struct Showing(Figures);

impl Drop for Showing {
    fn drop(&mut self) {
        let Figures(places) = &self.0;
        places.set(places.get().saturating_sub(1));
    }
}

/// The same peers with the figures that were told before.
pub fn earlier_round_trips(mut now: Vec<PeerView>, before: &[PeerView]) -> Vec<PeerView> {
    for it in &mut now {
        let earlier = before.iter().find(|earlier| earlier.node == it.node).and_then(|earlier| earlier.rtt_ms);
        it.rtt_ms = earlier.filter(|_| it.rtt_ms.is_some()).or(it.rtt_ms);
    }
    now
}

/// The same rendezvous with the figures that were told before.
pub fn earlier_counts(mut now: Vec<RendezvousStatus>, before: &[RendezvousStatus]) -> Vec<RendezvousStatus> {
    for it in &mut now {
        if let Some(earlier) = before.iter().find(|earlier| (earlier.kind, &earlier.url) == (it.kind, &it.url)) {
            (it.sent, it.received) = (earlier.sent, earlier.received);
        }
    }
    now
}

#[cfg(test)]
mod tests {
    use paceline_net::{Path, RendezvousState};
    use paceline_room::NodeId;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn peer(n: u8, rtt_ms: Option<u32>) -> PeerView {
        let node = NodeId::from_bytes([n; 32]);
        let (name, via) = (String::new(), String::new());
        PeerView { node, name, direct: true, rtt_ms, via, path: Path::Webrtc, through: None }
    }

    #[test]
    fn a_round_trip_stays_as_it_was_told_and_a_first_one_is_told() {
        let before = [peer(1, Some(5)), peer(2, None), peer(3, Some(7))];
        let now = vec![peer(1, Some(9)), peer(2, Some(4)), peer(3, None), peer(4, Some(1))];
        let told = earlier_round_trips(now, &before);
        assert_eq!(told.iter().map(|it| it.rtt_ms).collect::<Vec<_>>(), [Some(5), Some(4), None, Some(1)]);
    }

    #[test]
    fn counts_stay_as_they_were_told_and_all_else_is_new() {
        let status = |kind, url: Option<&str>, state, count| RendezvousStatus {
            kind,
            url: url.map(String::from),
            state,
            code: None,
            said: None,
            sent: count,
            received: count + 1,
        };
        let (open, slow) = (RendezvousState::Open, RendezvousState::Slow);
        let before = [status("nostr", Some("one"), open, 1), status("room", None, open, 2)];
        let now = vec![status("nostr", Some("one"), slow, 10), status("nostr", Some("two"), open, 20)];
        let told = earlier_counts(now, &before);
        assert_eq!(told, [status("nostr", Some("one"), slow, 1), status("nostr", Some("two"), open, 20)]);
    }
}
