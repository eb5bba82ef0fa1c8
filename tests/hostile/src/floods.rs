//! What is harmless once and costs others much when it is said again and again: beacons by the hundred, new keys by the dozen.

use paceline_mesh::wire::{Beacon, Live, Push, ShortIds, Signed, State, short_node};
use paceline_room::{
    Body, Cid, Draft, Event, Keypair, NodeId, Words,
    body::{BatonTaken, Introduced, Mentions, PostKind, Posted, Tags},
};
use serde_bytes::{ByteArray, ByteBuf};

use crate::random;

/// What a crowd has seen of the room.
#[derive(Clone, Copy)]
pub struct Scene {
    /// The room.
    pub room: Cid,
    /// A free baton, which each of a crowd takes.
    pub baton: Cid,
    /// An event that has the baton in its past.
    pub seen: Cid,
    /// The depth of that one.
    pub depth: u64,
}

/// So many beacons of each of these keys, which are linked with this node alone; its own beacon comes first and vouches for them.
/// Messages of the live lane.
pub fn beacons(room: Cid, keypair: &Keypair, others: &[Keypair], counter: u64, many: u64) -> Vec<Vec<u8>> {
    let beacon = |of: &Keypair, links: Vec<NodeId>, counter: u64| {
        let links = ShortIds(links.iter().map(short_node).collect());
        let beacon = Beacon {
            floor: Default::default(),
            behind: Default::default(),
            room: ByteArray::new(*room.digest()),
            node: of.node(),
            counter,
            state: State::Here,
            tips: Default::default(),
            events: 1,
            missing_words: ShortIds::default(),
            more_missing: false,
            links,
            listens: false,
        };
        Live::Beacon(Signed::new(&beacon, of)).encode()
    };
    let mut all = vec![beacon(keypair, others.iter().map(Keypair::node).collect(), counter)];
    for nth in 0..many {
        all.extend(others.iter().map(|it| beacon(it, vec![keypair.node()], counter + nth)));
    }
    all
}

/// What so many new keys write, three events each: who they are, that they take a baton, and a post with its words. Messages of the
/// live lane.
pub fn crowd(scene: Scene, many: u64, told: u64) -> Option<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    for nth in told..told + many {
        let keypair = Keypair::from_secret(random().ok()?);
        let name = format!("Mallory {nth}").try_into().ok()?;
        let hue = 0_u64.try_into().ok()?;
        let mut chain = Chain { scene, keypair: &keypair, last: None, told: nth };
        all.push(chain.push(Introduced { name, strengths: Tags::default(), hue }.into(), None)?);
        all.push(chain.push(BatonTaken { baton: scene.baton, tip: scene.baton }.into(), None)?);
        let text = format!("We are many, {nth}");
        let words = Words(scene.room, keypair.node(), 2, ByteArray::new([9; 16]), text.into());
        let (words, block) = words.encode().ok()?;
        let (tags, mentions) = (Tags::default(), Mentions::default());
        let post = Posted { kind: PostKind::Update, words, reply_to: None, tags, mentions };
        all.push(chain.push(post.into(), Some(block))?);
    }
    Some(all)
}

/// One key's events, each on the one before.
struct Chain<'a> {
    scene: Scene,
    keypair: &'a Keypair,
    last: Option<(Cid, Event)>,
    told: u64,
}

impl Chain<'_> {
    fn push(&mut self, body: Body, words: Option<Vec<u8>>) -> Option<Vec<u8>> {
        let Scene { room, seen, depth, .. } = self.scene;
        let (seq, prev, parents, depth) = match &self.last {
            None => (0, None, vec![seen], depth + 1),
            Some((cid, event)) => (event.seq + 1, Some(*cid), Vec::new(), event.depth + 1),
        };
        let author = self.keypair.node();
        let draft = Draft { room: Some(room), author, seq, prev, parents, depth, at: self.told, body };
        let (cid, event, block) = draft.sign(self.keypair).ok()?;
        self.last = Some((cid, event));
        Some(Live::Push(Push(ByteBuf::from(block), words.map(ByteBuf::from), 0, true)).encode())
    }
}
