//! All rendezvous of a node with its switchboard: what the driver and the app's handle share, so that a goodbye is said at once,
//! without waiting for a task.

use std::{
    collections::{BTreeMap, VecDeque},
    task::{Context, Poll},
};

use paceline_mesh::replica::Millis;
use paceline_room::NodeId;
use sha2::{Digest, Sha256};

use crate::{
    changes::Changes,
    platform::NetworkChanges,
    rendezvous::{Arrival, Reach, Rendezvous},
    switchboard::{Output, Switchboard, Through, Via},
    types::{RendezvousState, RendezvousStatus},
};

/// Shown for nodes met by a pasted code.
const OUT_OF_BAND: &str = "by-hand";
/// Envelopes remembered, to know one that comes by several ways; the oldest goes first.
const MAX_SEEN: usize = 1024;

pub(crate) struct Meeting {
    pub(crate) switchboard: Switchboard,
    rendezvous: Vec<Box<dyn Rendezvous>>,
    seen: Seen,
    out_of_band: (u64, u64),
    changes: Changes,
    /// The transports, which look for new paths when the network changes.
    network: NetworkChanges,
}

/// Through which rendezvous an envelope came first, and who wrote it. One for everybody comes through several.
#[derive(Debug, Default)]
struct Seen {
    envelopes: BTreeMap<[u8; 32], (Via, Option<NodeId>)>,
    order: VecDeque<[u8; 32]>,
}

impl Seen {
    fn insert(&mut self, hash: [u8; 32], via: Via, author: Option<NodeId>) {
        if self.envelopes.insert(hash, (via, author)).is_some() {
            return;
        }
        self.order.push_back(hash);
        if self.order.len() > MAX_SEEN
            && let Some(oldest) = self.order.pop_front()
        {
            self.envelopes.remove(&oldest);
        }
    }
}

impl Meeting {
    /// `network`: told of its changes.
    pub(crate) fn new(switchboard: Switchboard, rendezvous: Vec<Box<dyn Rendezvous>>, network: NetworkChanges) -> Self {
        let (seen, changes) = (Seen::default(), Changes::default());
        Self { switchboard, rendezvous, seen, out_of_band: (0, 0), changes, network }
    }

    /// When [`Self::tick`] is to be called.
    pub(crate) fn wake_at(&self) -> Millis {
        let switchboard = self.switchboard.wake_at();
        self.changes.due().map_or(switchboard, |due| due.min(switchboard))
    }

    /// Time has come.
    pub(crate) fn tick(&mut self, now: Millis) {
        if self.changes.tick(now) {
            self.follow_network(now);
        }
        self.switchboard.tick(now);
    }

    /// What comes next from any rendezvous.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<(Via, Arrival)> {
        for (via, rendezvous) in self.rendezvous.iter_mut().enumerate() {
            if let Poll::Ready(arrival) = rendezvous.poll_next(cx) {
                return Poll::Ready((via, arrival));
            }
        }
        Poll::Pending
    }

    /// An envelope came in. One that came another way already is no replay: it only tells that its author is heard here, too.
    pub(crate) fn received(&mut self, via: Via, envelope: &[u8], now: Millis) {
        let hash = Sha256::digest(envelope).into();
        let author = match self.seen.envelopes.get(&hash) {
            Some((first, author)) if *first != via => {
                let author = *author;
                author.iter().for_each(|author| self.switchboard.also_heard(*author, via));
                author
            }
            _ => {
                let author = self.switchboard.received(via, envelope, now);
                self.seen.insert(hash, via, author);
                author
            }
        };
        if let (Some(author), Some(rendezvous)) = (author, self.rendezvous.get_mut(via)) {
            rendezvous.written_by(envelope, &author);
        }
    }

    pub(crate) fn send(&mut self, through: Through, to: Option<&NodeId>, envelope: &[u8]) {
        for (index, rendezvous) in self.rendezvous.iter_mut().enumerate() {
            let chosen = match through {
                Through::All => true,
                Through::Near => rendezvous.reach() == Reach::Browser,
                Through::One(via) => via == index,
            };
            if chosen {
                rendezvous.send(to, envelope);
            }
        }
    }

    /// Whether newcomers are heard: a server is reached.
    pub(crate) fn hears(&self) -> bool {
        let servers = self.rendezvous.iter().filter(|rendezvous| rendezvous.reach() == Reach::World);
        servers.flat_map(|rendezvous| rendezvous.statuses()).any(|status| status.state == RendezvousState::Open)
    }

    /// Tells everybody that this node leaves.
    pub(crate) fn say_bye(&mut self) {
        let envelope = self.switchboard.bye();
        self.send(Through::All, None, &envelope);
    }

    /// Says hello now.
    pub(crate) fn say_hello(&mut self, now: Millis) {
        self.switchboard.hello(now);
        for output in self.switchboard.outputs() {
            if let Output::Send { through, to, envelope } = output {
                self.send(through, to.as_ref(), &envelope);
            }
        }
    }

    /// Whether servers are listened to. A node at rest is found by what its room does for newcomers.
    pub(crate) fn rest(&mut self, rest: bool, now: Millis) {
        self.switchboard.rest(rest, now);
        let servers = self.rendezvous.iter_mut().filter(|rendezvous| rendezvous.reach() == Reach::World);
        servers.for_each(|rendezvous| rendezvous.rest(rest));
    }

    /// The network may be another one now: tries whatever was put off, and says hello. At once, or soon if it was just done.
    pub(crate) fn network_changed(&mut self, now: Millis) {
        if self.changes.changed(now) {
            self.follow_network(now);
        }
    }

    /// Another time counts now.
    pub(crate) fn time_learned(&mut self) {
        self.rendezvous.iter_mut().for_each(|rendezvous| rendezvous.time_learned());
    }

    fn follow_network(&mut self, now: Millis) {
        self.network.changed();
        self.rendezvous.iter_mut().for_each(|rendezvous| rendezvous.retry());
        self.switchboard.hello_again(now);
    }

    /// Whether there are servers, all have been tried, and none is of use.
    pub(crate) fn servers_fail(&self) -> bool {
        let servers = self.rendezvous.iter().filter(|rendezvous| rendezvous.reach() == Reach::World);
        let statuses: Vec<RendezvousStatus> = servers.flat_map(|rendezvous| rendezvous.statuses()).collect();
        !statuses.is_empty()
            && statuses
                .iter()
                .all(|status| matches!(status.state, RendezvousState::BackedOff | RendezvousState::Refused))
    }

    pub(crate) fn code_sent(&mut self) {
        self.out_of_band.0 += 1;
    }

    pub(crate) fn code_received(&mut self) {
        self.out_of_band.1 += 1;
    }

    /// The kind of rendezvous through which a node is heard.
    pub(crate) fn via(&self, node: &NodeId) -> String {
        let via = self.switchboard.via(node).and_then(|via| self.rendezvous.get(via));
        via.map_or(OUT_OF_BAND, |rendezvous| rendezvous.kind()).to_owned()
    }

    /// Whether that node was heard within this browser.
    pub(crate) fn same_browser(&self, node: &NodeId) -> bool {
        let via = self.switchboard.via(node).and_then(|via| self.rendezvous.get(via));
        via.is_some_and(|rendezvous| rendezvous.reach() == Reach::Browser)
    }

    pub(crate) fn status(&self, out_of_band: RendezvousState) -> Vec<RendezvousStatus> {
        let each = self.rendezvous.iter().flat_map(|rendezvous| rendezvous.statuses());
        let (sent, received) = self.out_of_band;
        each.chain([RendezvousStatus { sent, received, ..RendezvousStatus::new(OUT_OF_BAND, out_of_band) }]).collect()
    }
}
