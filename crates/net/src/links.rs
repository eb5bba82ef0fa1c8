//! One link per peer, made of however many connections it has at the time.
//!
//! A connection is *ready* when both its lanes are open and the peer has named its run on each. The first ready one makes the
//! link. A later one of the same run replaces it if it is better (WebRTC before `BroadcastChannel`, then the one that the
//! smaller node dialled): each side goes over on its own, closes what it wrote on the old one and begins its next *turn* on
//! the new one; the other side reads the turns in order, each to its end, so nothing is lost or overtaken. A connection
//! of another run means that the peer has started again: the old link is down.
//!
//! | connection | on | becomes |
//! | --- | --- | --- |
//! | opening | both lanes greeted | ready: current, or spare |
//! | opening | 10 s | closed |
//! | current | a better one is ready | spare |
//! | spare | the peer writes no more on it | closed |
//! | current | ended, broken | link down, closing |
//! | current | the app or the peer's run ends the link | parting or closing |

use std::{
    collections::VecDeque,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use futures::channel::oneshot;
use libp2p_swarm::ConnectionId;
use litemap::LiteMap;
use paceline_mesh::{Lane, replica::Millis};
use paceline_room::NodeId;

use crate::{
    envelope::Run,
    events::EventQueue,
    lanes::{Frame, LaneQueue, MAX_QUEUED_BULK, MAX_QUEUED_LIVE, Overflow, Reader, Report, Turn},
    types::{NetEvent, Path, PeerInfo},
};

/// A connection whose lanes are not open by then, or whose last words are not written by then, is closed.
const TIME_LIMIT: Millis = 10_000;
/// Connections of one peer at a time: the one in use, one to replace it, one that is ending.
const MAX_CONNECTIONS_PER_PEER: usize = 4;

/// What the driver has to do.
#[derive(Debug, PartialEq)]
pub(crate) enum Action {
    /// Close a connection.
    Close(ConnectionId),
    /// A link is up or goes on over another path.
    Linked { peer: NodeId, path: Path, run: Run, new: bool },
    /// A link is down.
    Unlinked { peer: NodeId, goodbye: bool },
    /// Count this.
    Refused { code: &'static str, peer: NodeId },
}

/// What starts the tasks of a lane.
pub(crate) struct OpenLane {
    pub(crate) queue: Rc<LaneQueue>,
    pub(crate) reader: Reader,
}

#[derive(Debug)]
struct Connection {
    peer: NodeId,
    path: Path,
    /// The smaller node dialled it.
    preferred: bool,
    lanes: [Option<LaneState>; 2],
    stage: Stage,
    deadline: Option<Millis>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Opening,
    Ready,
    /// Its last words are being written.
    Parting,
    /// It is being closed; its link is down already.
    Closing,
}

#[derive(Debug)]
struct LaneState {
    queue: Rc<LaneQueue>,
    older: bool,
    attach: Option<oneshot::Sender<Rc<Turn>>>,
    run: Option<Run>,
    /// The peer's turn is here.
    begun: bool,
    read_ended: bool,
    written: bool,
}

#[derive(Debug)]
struct Link {
    run: Run,
    current: ConnectionId,
    next_turn: u32,
    turns: [Rc<Turn>; 2],
    via: String,
    rtt_ms: Option<u32>,
    /// The peer said that it drops the link, but stays.
    parting: bool,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Links {
    events: Rc<EventQueue>,
    connections: LiteMap<ConnectionId, Connection>,
    links: LiteMap<NodeId, Link>,
    actions: VecDeque<Action>,
    waker: Option<Waker>,
}

const LANES: [Lane; 2] = [Lane::Live, Lane::Bulk];

const fn index(lane: Lane) -> usize {
    match lane {
        Lane::Live => 0,
        Lane::Bulk => 1,
    }
}

impl Connection {
    fn queues(&self) -> impl Iterator<Item = &LaneState> {
        self.lanes.iter().flatten()
    }

    /// The run, once both lanes are greeted with the same.
    fn greeted(&self) -> Option<Run> {
        match &self.lanes {
            [Some(live), Some(bulk)] if live.run == bulk.run => live.run,
            _ => None,
        }
    }

    fn rank(&self) -> (bool, bool) {
        (self.path == Path::Webrtc, self.preferred)
    }

    fn all(&self, which: impl Fn(&LaneState) -> bool) -> bool {
        self.lanes.iter().all(|lane| lane.as_ref().is_some_and(&which))
    }
}

impl Links {
    pub(crate) fn new(events: Rc<EventQueue>) -> Self {
        Self { events, connections: LiteMap::new(), links: LiteMap::new(), actions: VecDeque::new(), waker: None }
    }

    fn act(&mut self, action: Action) {
        self.actions.push_back(action);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    pub(crate) fn poll_action(&mut self, cx: &mut Context<'_>) -> Poll<Action> {
        if let Some(action) = self.actions.pop_front() {
            return Poll::Ready(action);
        }
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    /// A connection is there; membership is proved.
    pub(crate) fn established(&mut self, id: ConnectionId, peer: NodeId, path: Path, preferred: bool, now: Millis) {
        let others = self.connections.values().filter(|connection| connection.peer == peer).count();
        if others >= MAX_CONNECTIONS_PER_PEER {
            return self.act(Action::Close(id));
        }
        let deadline = Some(now + TIME_LIMIT);
        let connection = Connection { peer, path, preferred, lanes: [None, None], stage: Stage::Opening, deadline };
        self.connections.insert(id, connection);
    }

    /// A lane of a connection is open: what its tasks need. `older`: the peer speaks an older form on it.
    pub(crate) fn open_lane(&mut self, id: ConnectionId, lane: Lane, older: bool) -> Option<OpenLane> {
        let connection = self.connections.get_mut(&id)?;
        let (capacity, [live, bulk]) =
            (if lane == Lane::Live { MAX_QUEUED_LIVE } else { MAX_QUEUED_BULK }, &mut connection.lanes);
        let slot = if lane == Lane::Live { live } else { bulk };
        let queue = Rc::new(LaneQueue::new(capacity));
        let (attach, turn) = oneshot::channel();
        *slot = Some(LaneState {
            queue: Rc::clone(&queue),
            attach: Some(attach),
            older,
            run: None,
            begun: false,
            read_ended: false,
            written: false,
        });
        Some(OpenLane { queue, reader: Reader { peer: connection.peer, lane, events: Rc::clone(&self.events), turn } })
    }

    /// What a task of a lane has to say. `via` names the rendezvous that brought a peer.
    pub(crate) fn report(&mut self, id: ConnectionId, lane: Lane, report: Report, via: impl Fn(&NodeId) -> String) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let peer = connection.peer;
        let Some(state) =
            connection.lanes.iter_mut().zip(LANES).find(|(_, which)| *which == lane).and_then(|l| l.0.as_mut())
        else {
            return;
        };
        match report {
            Report::Greeted(run) => {
                state.run = Some(run);
                if connection.stage == Stage::Opening
                    && let Some(run) = connection.greeted()
                {
                    self.ready(id, run, via);
                }
            }
            Report::Begun => state.begun = true,
            Report::Parting => {
                if let Some(link) = self.links.get_mut(&peer) {
                    link.parting = true;
                }
            }
            Report::Later => self.act(Action::Refused { code: "newer-frame", peer }),
            Report::ReadEnd(Ok(())) => {
                state.read_ended = true;
                self.close_if_unused(id);
            }
            Report::ReadEnd(Err(code)) => {
                if let Some(code) = code {
                    self.act(Action::Refused { code, peer });
                }
                self.broken(id);
            }
            Report::WriteEnd => {
                state.written = true;
                self.close_if_unused(id);
            }
        }
    }

    fn ready(&mut self, id: ConnectionId, run: Run, via: impl Fn(&NodeId) -> String) {
        let Some(peer) = self.connections.get(&id).map(|connection| connection.peer) else { return };
        if self.links.get(&peer).is_some_and(|link| link.run != run) {
            self.take_down(peer, true, Some(id));
        }
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.stage = Stage::Ready;
        connection.deadline = None;
        let (path, rank) = (connection.path, connection.rank());
        let older = connection.queues().any(|lane| lane.older);
        let current = self.links.get(&peer).map(|link| link.current);
        let current_rank = current.and_then(|current| self.connections.get(&current)).map(Connection::rank);
        let new = current.is_none();
        let link = self.links.entry(peer).or_insert_with(|| Link {
            run,
            current: id,
            next_turn: 0,
            turns: [Rc::default(), Rc::default()],
            via: via(&peer),
            rtt_ms: None,
            parting: false,
        });
        let (turns, turn) = (link.turns.clone(), link.next_turn);
        if new || current_rank.is_none_or(|current| rank > current) {
            link.current = id;
            link.next_turn += 1;
            link.via = via(&peer);
            let via = link.via.clone();
            let changed = new || current_rank.is_none_or(|current| current.0 != rank.0);
            self.finish_writing(current);
            self.begin(id, turn);
            if new {
                self.events.push(NetEvent::LinkUp { peer, path, via, older });
            } else if changed {
                self.events.push(NetEvent::PathChanged { peer, path, via });
            }
            self.act(Action::Linked { peer, path, run, new });
        } else {
            self.finish_writing(Some(id));
        }
        self.attach(id, turns);
    }

    fn begin(&self, id: ConnectionId, turn: u32) {
        let Some(connection) = self.connections.get(&id) else { return };
        for lane in connection.queues() {
            // Frames without bytes never overflow.
            let _ = lane.queue.push(Frame::Begin(turn));
        }
    }

    fn finish_writing(&self, id: Option<ConnectionId>) {
        let connection = id.and_then(|id| self.connections.get(&id));
        connection.into_iter().flat_map(Connection::queues).for_each(|lane| lane.queue.close());
    }

    /// Lets the lanes of a connection deliver.
    fn attach(&mut self, id: ConnectionId, turns: [Rc<Turn>; 2]) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        for (lane, turn) in connection.lanes.iter_mut().flatten().zip(turns) {
            if let Some(attach) = lane.attach.take() {
                let _ = attach.send(turn);
            }
        }
    }

    fn close_if_unused(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get(&id) else { return };
        let current = self.links.get(&connection.peer).is_some_and(|link| link.current == id);
        let unused = match connection.stage {
            Stage::Opening | Stage::Closing => false,
            Stage::Ready => !current && connection.all(|lane| lane.read_ended && lane.written),
            Stage::Parting => connection.all(|lane| lane.written),
        };
        if unused {
            self.act(Action::Close(id));
        }
    }

    fn broken(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get(&id) else { return };
        let (peer, stage) = (connection.peer, connection.stage);
        if stage == Stage::Ready {
            self.take_down(peer, false, None);
        } else {
            self.act(Action::Close(id));
        }
    }

    /// A connection is gone. `orderly`: the other side closed it, rather than losing it. Says whether it ever was ready.
    pub(crate) fn closed(&mut self, id: ConnectionId, orderly: bool) -> bool {
        let Some(connection) = self.connections.remove(&id) else { return false };
        if let Some(link) = self.links.get(&connection.peer).filter(|_| connection.stage == Stage::Ready) {
            let spare = link.current != id && connection.all(|lane| !lane.begun || lane.read_ended);
            let goodbye = orderly && !link.parting;
            if !spare {
                self.take_down(connection.peer, goodbye, None);
            }
        }
        connection.stage != Stage::Opening
    }

    /// Ends a link. `goodbye`: the peer has left.
    pub(crate) fn drop_link(&mut self, peer: NodeId, goodbye: bool, now: Millis) {
        if !goodbye {
            // The peer should not think that this node left.
            let all = self.connections.iter_mut().map(|(_, connection)| connection);
            for connection in all.filter(|connection| connection.peer == peer && connection.stage == Stage::Ready) {
                connection.stage = Stage::Parting;
                connection.deadline = Some(now + TIME_LIMIT);
                for lane in connection.queues() {
                    let _ = lane.queue.push(Frame::Parting);
                    lane.queue.close();
                }
            }
        }
        self.take_down(peer, goodbye, None);
    }

    /// The link is down, and all its connections but `keep` and the one that is parting go.
    fn take_down(&mut self, peer: NodeId, goodbye: bool, keep: Option<ConnectionId>) {
        let mut going = Vec::new();
        for (id, connection) in &mut self.connections {
            if connection.peer == peer && Some(*id) != keep && connection.stage == Stage::Ready {
                connection.stage = Stage::Closing;
                going.push(*id);
            }
        }
        going.into_iter().for_each(|id| self.act(Action::Close(id)));
        if let Some(link) = self.links.remove(&peer) {
            link.turns.iter().for_each(|turn| turn.end());
            self.events.push(NetEvent::LinkDown { peer, goodbye });
            self.act(Action::Unlinked { peer, goodbye });
        }
    }

    /// All links are down: this node goes offline.
    pub(crate) fn end(&mut self) {
        let peers: Vec<NodeId> = self.links.keys().copied().collect();
        peers.into_iter().for_each(|peer| self.take_down(peer, false, None));
        self.connections.clear();
        self.actions.clear();
    }

    /// When [`Self::tick`] is to be called.
    pub(crate) fn deadline(&self) -> Option<Millis> {
        self.connections.values().filter_map(|connection| connection.deadline).min()
    }

    /// Closes what did not come up or end in time.
    pub(crate) fn tick(&mut self, now: Millis) {
        let late = |connection: &Connection| connection.deadline.is_some_and(|deadline| deadline <= now);
        let ids: Vec<ConnectionId> =
            self.connections.iter().filter(|(_, connection)| late(connection)).map(|(id, _)| *id).collect();
        for id in ids {
            if let Some(connection) = self.connections.get_mut(&id) {
                connection.deadline = None;
            }
            self.act(Action::Close(id));
        }
    }

    /// Puts a message into a lane; a link whose lane is full goes down (see [`Overflow`]). Without a link nothing happens.
    pub(crate) fn send(&mut self, peer: NodeId, lane: Lane, bytes: Vec<u8>, now: Millis) {
        let Some(queue) = self.queue(&peer, lane) else { return };
        if queue.push(Frame::Message(bytes)) == Err(Overflow) {
            self.drop_link(peer, false, now);
        }
    }

    fn queue(&self, peer: &NodeId, lane: Lane) -> Option<&Rc<LaneQueue>> {
        let connection = self.connections.get(&self.links.get(peer)?.current)?;
        connection.lanes.get(index(lane))?.as_ref().map(|state| &state.queue)
    }

    pub(crate) fn run(&self, peer: &NodeId) -> Option<Run> {
        self.links.get(peer).map(|link| link.run)
    }

    pub(crate) fn set_rtt(&mut self, id: ConnectionId, rtt_ms: u32) {
        let peer = self.connections.get(&id).map(|connection| connection.peer);
        if let Some(link) = peer.and_then(|peer| self.links.get_mut(&peer))
            && link.current == id
        {
            link.rtt_ms = Some(rtt_ms);
        }
    }

    pub(crate) fn peers(&self) -> Vec<PeerInfo> {
        let info = |(node, link): (&NodeId, &Link)| {
            let path = self.connections.get(&link.current)?.path;
            Some(PeerInfo { node: *node, direct: true, rtt_ms: link.rtt_ms, via: link.via.clone(), path })
        };
        self.links.iter().filter_map(info).collect()
    }
}

#[cfg(test)]
mod tests;
