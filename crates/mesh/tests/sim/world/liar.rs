//! Members that do not keep to the protocol.

use paceline_mesh::{
    Lane,
    replica::Millis,
    wire::{
        Beacon, Blocks, Bulk, Carry, Cids, Have, Hello, Item, Live, Page, ShortIds, Signed, State, Want, short_node,
    },
};
use paceline_room::{Cid, NodeId};
use serde_bytes::{ByteArray, ByteBuf};

use super::Net;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Sends noise on both lanes.
    Garbage,
    /// Says it holds events that nobody wrote, and answers reconciliations with more of them.
    FalseTips,
    /// Says it holds a lot and never answers.
    Silent,
    /// Says it holds a lot and streams pages of nothing.
    EmptyPages,
    /// Says it holds a lot and streams one known event at a time, just before patience ends.
    Trickle,
    /// Says that it is linked with everybody, and swallows the relayed messages that this brings.
    EveryLink,
    /// Sends everybody more relayed messages for everybody than anybody carries.
    RelayedFlood,
    /// Tells of what there is, and when asked for it goes on answering without ever sending any.
    SlowBlocks,
}

/// Just within the time that one answer may take.
const JUST_IN_TIME: Millis = 4_700;

impl Net {
    /// What a liar does on its own.
    pub(super) fn lie(&mut self, at: usize) {
        let Some(lie) = self.nodes[at].lie else { return };
        let peers: Vec<NodeId> = self.alive().into_iter().map(|at| self.nodes[at].key.node()).collect();
        for peer in peers {
            match lie {
                Lie::Garbage => {
                    let noise: [u8; 64] = self.rng.bytes();
                    let lane = if self.rng.chance(50) { Lane::Live } else { Lane::Bulk };
                    self.send(at, peer, lane, noise.to_vec());
                }
                Lie::EveryLink => {
                    let links = ShortIds(self.nodes.iter().map(|node| short_node(&node.key.node())).collect());
                    let hello = Live::Hello(Hello(0, Cids::default(), None));
                    self.send(at, peer, Lane::Live, hello.encode());
                    let beacon = Beacon { links, ..self.lying_beacon(at, Cids::default(), 0) };
                    let signed = Signed::new(&beacon, &self.nodes[at].key);
                    self.send(at, peer, Lane::Live, Live::Beacon(signed).encode());
                }
                Lie::RelayedFlood => {
                    for to in self.alive() {
                        let to = self.nodes[to].key.node();
                        for _ in 0..100 {
                            let noise: [u8; 32] = self.rng.bytes();
                            let text = noise.map(|byte| b'a' + byte % 26).repeat(32);
                            let message = Live::Carry(Carry(to, 2, ByteBuf::from(text)));
                            self.send(at, peer, Lane::Live, message.encode());
                        }
                    }
                }
                Lie::FalseTips | Lie::Silent | Lie::EmptyPages | Lie::Trickle | Lie::SlowBlocks => {
                    if lie == Lie::SlowBlocks {
                        let all = Cids(self.events(0).into_iter().collect());
                        self.send(at, peer, Lane::Bulk, Bulk::Have(Have(all, true)).encode());
                    }
                    let tips = Cids(vec![Cid::from_digest(self.rng.bytes())]);
                    let hello = Live::Hello(Hello(1_000_000, tips.clone(), None));
                    self.send(at, peer, Lane::Live, hello.encode());
                    let beacon = self.lying_beacon(at, tips, 1_000_000);
                    let signed = Signed::new(&beacon, &self.nodes[at].key);
                    self.send(at, peer, Lane::Live, Live::Beacon(signed).encode());
                }
            }
        }
        let wait = self.rng.range(500, 3_000);
        self.schedule_lie(at, wait);
    }

    fn lying_beacon(&self, at: usize, tips: Cids, events: u64) -> Beacon {
        Beacon {
            room: ByteArray::new(*self.room.digest()),
            node: self.nodes[at].key.node(),
            counter: self.now,
            state: State::Here,
            tips,
            events,
            missing_words: ShortIds::default(),
            more_missing: false,
            links: ShortIds::default(),
            listens: false,
        }
    }

    /// What a liar answers.
    pub(super) fn lie_to(&mut self, at: usize, lie: Lie, peer: NodeId, lane: Lane, bytes: &[u8]) {
        if lane != Lane::Bulk {
            return;
        }
        let answer = match (lie, Bulk::decode(bytes)) {
            (Lie::FalseTips, Ok(Bulk::Round(_))) => {
                // Version, one range without end, a list of 40 ids that do not exist.
                let mut answer = vec![0x61, 0, 0, 2, 40];
                (0..40).for_each(|_| answer.extend(self.rng.bytes::<32>()));
                Bulk::Answer(ByteBuf::from(answer))
            }
            (Lie::FalseTips, Ok(Bulk::Stream(_))) => {
                let ids = (0..100).map(|_| Cid::from_digest(self.rng.bytes())).collect();
                Bulk::Have(Have(Cids(ids), false))
            }
            (Lie::EmptyPages, Ok(Bulk::Stream(_) | Bulk::More(_))) => {
                let depth = self.now;
                Bulk::Page(Page(Vec::new(), 1_000, depth, ByteArray::new(self.rng.bytes())))
            }
            (Lie::Trickle, Ok(request @ (Bulk::Stream(_) | Bulk::More(_)))) => {
                let founding = self.nodes[0].disk.events[&self.room].block.to_vec();
                let items = vec![Item(ByteBuf::from(founding), None)];
                let page = Bulk::Page(Page(items, 1_000, self.now, ByteArray::new(self.rng.bytes())));
                let wait = if matches!(request, Bulk::Stream(_)) { 0 } else { JUST_IN_TIME };
                return self.send_later(at, peer, page.encode(), wait);
            }
            (Lie::SlowBlocks, Ok(Bulk::Want(Want(serial, ..)))) => {
                let nothing = Bulk::Blocks(Blocks(serial, vec![], vec![], Cids::default(), false)).encode();
                (0..40).for_each(|turn| self.send_later(at, peer, nothing.clone(), turn * JUST_IN_TIME));
                return;
            }
            _ => return,
        };
        self.send(at, peer, Lane::Bulk, answer.encode());
    }
}
