//! The lies themselves: each breaks one rule and keeps all others, so that the rule alone can refuse it.

use paceline_mesh::wire::{Live, Push};
use paceline_room::{
    Body, Cid, Draft, Keypair, NodeId, Words,
    body::{Introduced, PostKind, Posted},
    limits,
};
use serde_bytes::{ByteArray, ByteBuf};

/// Tells lies; no two are the same bytes, so that none is refused for being known.
pub struct Liar {
    room: Cid,
    keypair: Keypair,
    told: u64,
}

impl Liar {
    /// One who knows the room and has a key.
    pub fn new(room: Cid, keypair: Keypair) -> Self {
        Self { room, keypair, told: 0 }
    }

    /// The bytes of one lie of that kind, as a message of the live lane.
    pub fn tell(&mut self, kind: &str) -> Option<Vec<u8>> {
        self.told += 1;
        Some(match kind {
            "truth" => self.post()?,
            "bad-signature" => push(self.with(|block| flip(block.last_mut()))?),
            // Signed by this node, in the name of another.
            "forged" => {
                let another = Keypair::from_secret([7; 32]).node();
                push(self.sign(|draft| draft.author = another)?)
            }
            "not-canonical" => push(self.with(lengthen)?),
            "too-large" => push(vec![0x42; limits::BLOCK_BYTES + 1]),
            "malformed" => push(b"not an event at all".to_vec()),
            "wrong-depth" => push(self.sign(|draft| draft.depth = 1_000_000)?),
            "wrong-room" => push(self.sign(|draft| draft.room = Some(Cid::of(b"another room")))?),
            "bad-message" => b"not a message at all".to_vec(),
            _ => return None,
        })
    }

    /// A first event of this node, standing on the founding event, with one change before it is signed.
    fn sign(&self, change: impl FnOnce(&mut Draft)) -> Option<Vec<u8>> {
        let name = format!("Mallory {}", self.told);
        let mut draft = Draft {
            room: Some(self.room),
            author: self.author(),
            seq: 0,
            prev: None,
            parents: vec![self.room],
            depth: 2,
            at: self.told,
            body: Body::from(Introduced { name, strengths: Vec::new(), hue: 0 }),
        };
        change(&mut draft);
        draft.sign(&self.keypair).ok().map(|(_, _, block)| block)
    }

    /// The same, with a change to the signed block.
    fn with(&self, change: impl FnOnce(&mut Vec<u8>)) -> Option<Vec<u8>> {
        let mut block = self.sign(|_| ())?;
        change(&mut block);
        Some(block)
    }

    fn author(&self) -> NodeId {
        self.keypair.node()
    }

    /// A post as anybody may write it, so that a test knows that this node is heard at all.
    fn post(&self) -> Option<Vec<u8>> {
        let words = Words(self.room, self.author(), 0, ByteArray::new([9; 16]), format!("I never lie {}", self.told));
        let (cid, words) = words.encode().ok()?;
        let post =
            Posted { kind: PostKind::Update, words: cid, reply_to: None, tags: Vec::new(), mentions: Vec::new() };
        let block = self.sign(|draft| draft.body = Body::from(post))?;
        Some(Live::Push(Push(ByteBuf::from(block), Some(ByteBuf::from(words)), 0, true)).encode())
    }
}

fn push(block: Vec<u8>) -> Vec<u8> {
    Live::Push(Push(ByteBuf::from(block), None, 0, true)).encode()
}

fn flip(byte: Option<&mut u8>) {
    if let Some(byte) = byte {
        *byte ^= 1;
    }
}

/// States the number of entries in two bytes where one would do: the same map, in a longer way.
fn lengthen(block: &mut Vec<u8>) {
    const MAP: u8 = 5 << 5;
    const ONE_BYTE_FOLLOWS: u8 = 24;
    if let Some(first) = block.first_mut() {
        let entries = *first & 0x1f;
        *first = MAP | ONE_BYTE_FOLLOWS;
        block.insert(1, entries);
    }
}
