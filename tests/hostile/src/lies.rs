//! The lies themselves: each breaks one rule and keeps all others, so that the rule alone can refuse it.

use paceline_mesh::wire::{Behind, Blocks, Bulk, Cids, Have, Hello, Item, Live, Push, Want};
use paceline_room::{
    Body, Cid, Draft, Keypair, NodeId, Words,
    body::{BatonTaken, Introduced, Mentions, PostKind, Posted, Tags},
    limits,
};
use serde_bytes::{ByteArray, ByteBuf};

/// Tells lies; no two are the same bytes, so that none is refused for being known.
pub struct Liar {
    room: Cid,
    keypair: Keypair,
    told: u64,
    /// What it claims to hold, for those who ask for it.
    claimed: Option<(Cid, Item)>,
}

impl Liar {
    /// One who knows the room and has a key.
    pub fn new(room: Cid, keypair: Keypair) -> Self {
        Self { room, keypair, told: 0, claimed: None }
    }

    /// One lie of that kind, pushed: the bytes of a message of the live lane.
    pub fn push(&mut self, kind: &str) -> Option<Vec<u8>> {
        if kind == "bad-message" {
            return Some(b"not a message at all".to_vec());
        }
        let Item(block, words) = self.event(kind)?;
        Some(Live::Push(Push(block, words, 0, true)).encode())
    }

    /// Says hello, claiming to hold an event that is a lie of that kind: whoever hears it catches up with this node, and
    /// gets it from [`Self::answer`].
    pub fn claim(&mut self, kind: &str) -> Option<Vec<u8>> {
        let item = self.event(kind)?;
        let cid = Cid::of(&item.0);
        self.claimed = Some((cid, item));
        Some(Live::Hello(Hello(1, Cids(vec![cid]), None, Behind::default())).encode())
    }

    /// One lie of that kind that nobody asked for: the bytes of a message of the bulk lane.
    pub fn intrude(&mut self, kind: &str) -> Option<Vec<u8>> {
        self.told += 1;
        Some(match kind {
            "bad-message" => b"not a message at all".to_vec(),
            "unasked-blocks" => {
                let item = self.event("truth")?;
                Bulk::Blocks(Blocks(self.told, vec![item], Vec::new(), Cids::default(), true)).encode()
            }
            _ => return None,
        })
    }

    /// Takes a baton that somebody holds, having seen that: well-formed and rightly signed, so it gets in and does not
    /// count. `seen` is the newest event it builds on, `depth` the depth of that one.
    pub fn overreach(&self, baton: Cid, tip: Cid, seen: Cid, depth: u64) -> Option<Vec<u8>> {
        let block = self.sign(|draft| {
            draft.parents = vec![seen];
            draft.depth = depth + 1;
            draft.body = Body::from(BatonTaken { baton, tip });
        })?;
        Some(Live::Push(Push(ByteBuf::from(block), None, 0, true)).encode())
    }

    /// What it says on the bulk lane to what it hears there: in a reconciliation, that the other side lacks what it
    /// claims to hold; and that, to whoever asks for it.
    pub fn answer(&self, message: &[u8]) -> Option<Vec<u8>> {
        let (cid, item) = self.claimed.as_ref()?;
        let answer = match Bulk::decode(message).ok()? {
            Bulk::Round(_) => Bulk::Have(Have(Cids(vec![*cid]), true)),
            Bulk::Want(Want(serial, wanted, _)) => {
                let items = wanted.0.contains(cid).then(|| item.clone()).into_iter().collect();
                Bulk::Blocks(Blocks(serial, items, Vec::new(), Cids::default(), true))
            }
            _ => return None,
        };
        Some(answer.encode())
    }

    /// One lie of that kind, as an event.
    fn event(&mut self, kind: &str) -> Option<Item> {
        self.told += 1;
        let block = match kind {
            "truth" => return self.post(),
            "bad-signature" => self.with(|block| flip(block.last_mut()))?,
            // Signed by this node, in the name of another.
            "forged" => {
                let another = Keypair::from_secret([7; 32]).node();
                self.sign(|draft| draft.author = another)?
            }
            "not-canonical" => self.with(lengthen)?,
            "too-large" => {
                let mut block = vec![0x42; limits::BLOCK_BYTES + 1];
                block.splice(..8, self.told.to_be_bytes());
                block
            }
            "malformed" => format!("not event {} at all", self.told).into_bytes(),
            "wrong-depth" => self.sign(|draft| draft.depth = 1_000_000)?,
            "wrong-room" => self.sign(|draft| draft.room = Some(Cid::of(b"another room")))?,
            _ => return None,
        };
        Some(Item(ByteBuf::from(block), None))
    }

    /// A first event of this node, standing on the founding event, with one change before it is signed.
    fn sign(&self, change: impl FnOnce(&mut Draft)) -> Option<Vec<u8>> {
        let (name, hue) = (format!("Mallory {}", self.told).try_into().ok()?, 0_u64.try_into().ok()?);
        let mut draft = Draft {
            room: Some(self.room),
            author: self.author(),
            seq: 0,
            prev: None,
            parents: vec![self.room],
            depth: 2,
            at: self.told,
            body: Body::from(Introduced { name, strengths: Tags::default(), hue }),
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
    fn post(&self) -> Option<Item> {
        let words =
            Words(self.room, self.author(), 0, ByteArray::new([9; 16]), format!("I never lie {}", self.told).into());
        let (cid, words) = words.encode().ok()?;
        let (tags, mentions) = (Tags::default(), Mentions::default());
        let post = Posted { kind: PostKind::Update, words: cid, reply_to: None, tags, mentions };
        let block = self.sign(|draft| draft.body = Body::from(post))?;
        Some(Item(ByteBuf::from(block), Some(ByteBuf::from(words))))
    }
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
