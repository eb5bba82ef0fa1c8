//! Members that do not keep to the protocol: what they say by themselves, and what they answer.

use paceline_room::{Cid, Keypair, NodeId};
use serde_bytes::{ByteArray, ByteBuf};

use crate::{
    Lane,
    replica::Millis,
    wire::{
        Beacon, Behind, Blocks, Bulk, Carry, Cids, Have, Hello, Item, Live, Page, ShortIds, Signed, State, Want,
        short_node,
    },
};

/// In which way somebody lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
/// Relayed messages in a row for each member.
const RELAYED: usize = 100;

/// Something a liar says.
#[derive(Debug, Clone)]
pub struct Said {
    /// To whom.
    pub peer: NodeId,
    /// On which lane.
    pub lane: Lane,
    /// What.
    pub bytes: Vec<u8>,
    /// How long it waits before.
    pub wait: Millis,
}

/// A liar, and what it knows of the room.
#[derive(Debug)]
pub struct Liar<'a> {
    /// In which way.
    pub lie: Lie,
    /// Its key.
    pub key: &'a Keypair,
    /// The room.
    pub room: Cid,
    /// The founding block.
    pub founding: &'a [u8],
    /// Events that are there.
    pub known: &'a [Cid],
    /// Everybody.
    pub everybody: &'a [NodeId],
    /// What time it is.
    pub now: Millis,
}

/// Numbers by chance.
pub type Numbers<'a> = &'a mut dyn FnMut() -> u64;

fn bytes<const N: usize>(numbers: Numbers) -> [u8; N] {
    std::array::from_fn(|_| numbers() as u8)
}

impl Liar<'_> {
    /// What it says to these by itself, again and again.
    pub fn speak(&self, peers: &[NodeId], numbers: Numbers) -> Vec<Said> {
        let mut all = Vec::new();
        for peer in peers {
            let mut say = |lane: Lane, bytes: Vec<u8>| all.push(Said { peer: *peer, lane, bytes, wait: 0 });
            match self.lie {
                Lie::Garbage => {
                    let noise: [u8; 64] = bytes(numbers);
                    say(if numbers() % 100 < 50 { Lane::Live } else { Lane::Bulk }, noise.to_vec());
                }
                Lie::EveryLink => {
                    let links = ShortIds(self.everybody.iter().map(short_node).collect());
                    say(Lane::Live, Live::Hello(Hello(0, Cids::default(), None, Behind::default())).encode());
                    say(Lane::Live, self.beacon(Beacon { links, ..self.frame(Cids::default(), 0) }));
                }
                Lie::RelayedFlood => {
                    for to in self.everybody {
                        for _ in 0..RELAYED {
                            let noise: [u8; 32] = bytes(numbers);
                            let text = noise.map(|byte| b'a' + byte % 26).repeat(32);
                            say(Lane::Live, Live::Carry(Carry(*to, 2, ByteBuf::from(text))).encode());
                        }
                    }
                }
                Lie::FalseTips | Lie::Silent | Lie::EmptyPages | Lie::Trickle | Lie::SlowBlocks => {
                    if self.lie == Lie::SlowBlocks {
                        say(Lane::Bulk, Bulk::Have(Have(Cids(self.known.to_vec()), true)).encode());
                    }
                    let tips = Cids(vec![Cid::from_digest(bytes(numbers))]);
                    say(Lane::Live, Live::Hello(Hello(1_000_000, tips.clone(), None, Behind::default())).encode());
                    say(Lane::Live, self.beacon(self.frame(tips, 1_000_000)));
                }
            }
        }
        all
    }

    /// What it answers to that.
    pub fn answer(&self, peer: NodeId, lane: Lane, message: &[u8], numbers: Numbers) -> Vec<Said> {
        if lane != Lane::Bulk {
            return Vec::new();
        }
        let said = |bytes: Vec<u8>, wait: Millis| Said { peer, lane: Lane::Bulk, bytes, wait };
        let (answer, wait) = match (self.lie, Bulk::decode(message)) {
            (Lie::FalseTips, Ok(Bulk::Round(_))) => {
                // Version, one range without end, a list of 40 ids that do not exist.
                let mut answer = vec![0x61, 0, 0, 2, 40];
                (0..40).for_each(|_| answer.extend(bytes::<32>(numbers)));
                (Bulk::Answer(ByteBuf::from(answer)), 0)
            }
            (Lie::FalseTips, Ok(Bulk::Stream(_))) => {
                let ids = (0..100).map(|_| Cid::from_digest(bytes(numbers))).collect();
                (Bulk::Have(Have(Cids(ids), false)), 0)
            }
            (Lie::EmptyPages, Ok(Bulk::Stream(_) | Bulk::More(_))) => {
                (Bulk::Page(Page(Vec::new(), 1_000, self.now, ByteArray::new(bytes(numbers)))), 0)
            }
            (Lie::Trickle, Ok(request @ (Bulk::Stream(_) | Bulk::More(_)))) => {
                let items = vec![Item(ByteBuf::from(self.founding.to_vec()), None)];
                let page = Bulk::Page(Page(items, 1_000, self.now, ByteArray::new(bytes(numbers))));
                (page, if matches!(request, Bulk::Stream(_)) { 0 } else { JUST_IN_TIME })
            }
            (Lie::SlowBlocks, Ok(Bulk::Want(Want(serial, ..)))) => {
                let nothing = Bulk::Blocks(Blocks(serial, vec![], vec![], Cids::default(), false)).encode();
                return (0..40).map(|turn| said(nothing.clone(), turn * JUST_IN_TIME)).collect();
            }
            _ => return Vec::new(),
        };
        vec![said(answer.encode(), wait)]
    }

    /// A beacon in its name that says nothing else.
    pub fn frame(&self, tips: Cids, events: u64) -> Beacon {
        Beacon {
            room: ByteArray::new(*self.room.digest()),
            node: self.key.node(),
            counter: self.now,
            state: State::Here,
            tips,
            events,
            missing_words: ShortIds::default(),
            more_missing: false,
            links: ShortIds::default(),
            listens: false,
            floor: None,
            behind: Behind::default(),
        }
    }

    fn beacon(&self, beacon: Beacon) -> Vec<u8> {
        Live::Beacon(Signed::new(&beacon, self.key)).encode()
    }
}
