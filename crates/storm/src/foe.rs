//! A member who means harm: a real replica, so that it is believed, and what it does besides. It keeps nothing and blames nobody.

use paceline_fuzz_engine::Chance;
use paceline_mesh::{
    Input, Lane, Output, Replica,
    testing::{Liar, Said},
    wire::{BULK_BYTES, Beacon, Blocks, Bulk, Cids, Item, LIVE_BYTES, Live, Page, Push, ShortIds, Signed, short_node},
};
use paceline_room::{
    Body, Cid, Draft, Event, Keypair, NodeId, Stored,
    body::{BatonAccepted, BatonOffered, BatonSteppedIn, Introduced},
    testing::hostile::Harm as Log,
};
use serde_bytes::{ByteArray, ByteBuf};

use crate::harm::{Harm, Sent};

/// Beacons that are remembered to be sent again.
const BEACONS: usize = 300;
/// Events that are spoilt, or pushed, at a time.
const AT_ONCE: usize = 60;
/// Beacons of each key in one flood.
const FLOOD: u64 = 400;
/// Bytes of a large beacon.
const LARGE: usize = 60_000;
/// Of what a beacon's signature covers.
const BEACON_DOMAIN: &[u8] = b"paceline/beacon/1";
/// Keys that are tried for a small name.
const KEYS: usize = 64;

/// See the module.
pub struct Foe {
    pub harm: Harm,
    pub keypair: Keypair,
    pub replica: Replica,
    /// What it wrote before it came.
    pub log: Vec<Stored>,
    /// The earliest time at which it will be woken.
    pub waking: Option<u64>,
    /// How much of it was pushed.
    pushed: usize,
    other: Keypair,
    chance: Chance,
    beacons: Vec<Signed>,
    /// The last twins, each of its own chain.
    twins: [Option<(Cid, u64, u64)>; 2],
    counter: u64,
}

/// What a foe does: messages, each with whether it is one of those that do harm; and when it is to be woken.
#[derive(Default)]
pub struct Deeds {
    pub said: Vec<(Said, bool)>,
    pub wake: Option<u64>,
}

impl Foe {
    pub fn new(harm: Harm, log: Vec<Stored>, founding: &Stored, chance: Chance, now: u64) -> Self {
        let mut chance = chance;
        let mut keys: Vec<Keypair> = Vec::new();
        // Who listens must have a small name to be believed.
        let tries = if harm == Harm::Sends(Sent::FalseListening) { KEYS } else { 1 };
        (0..tries).for_each(|_| keys.push(Keypair::from_secret(chance.array())));
        keys.sort_by_key(Keypair::node);
        let keypair = keys.swap_remove(0);
        let other = Keypair::from_secret(chance.array());
        let mut replica = Replica::new(founding.cid, keypair.clone());
        replica.started(now);
        let held = if log.is_empty() { vec![founding.clone()] } else { log.clone() };
        replica.load(held);
        Self {
            harm,
            keypair,
            replica,
            // What it shows by catching up is not pushed as well.
            pushed: log.len() / 2,
            log,
            waking: None,
            other,
            chance,
            beacons: Vec::new(),
            twins: [None; 2],
            counter: now,
        }
    }

    /// Something comes.
    pub fn hear(&mut self, input: Input, around: &Around) -> Deeds {
        let mut deeds = Deeds::default();
        if let Input::Received { peer, lane, bytes } = &input {
            if let Harm::Lies(_) = self.harm {
                let (peer, lane, bytes) = (*peer, *lane, bytes.clone());
                self.lie(around, &mut deeds, |liar, numbers| liar.answer(peer, lane, &bytes, numbers));
                return deeds;
            }
            if let Ok(Live::Beacon(signed)) = Live::decode(bytes)
                && self.beacons.len() < BEACONS
            {
                self.beacons.push(signed);
            }
        }
        if !matches!(self.harm, Harm::Lies(_)) {
            self.follow(input, around.now, &mut deeds);
        }
        deeds
    }

    /// It is its turn.
    pub fn act(&mut self, around: &Around) -> Deeds {
        let mut deeds = Deeds::default();
        match self.harm {
            Harm::Lies(_) => self.lie(around, &mut deeds, |liar, numbers| liar.speak(around.peers, numbers)),
            Harm::Writes(_) => self.push_on(around, &mut deeds),
            Harm::Sends(sent) => self.send(sent, around, &mut deeds),
        }
        deeds
    }

    /// What its replica makes of something, and wants; with what it changes of that.
    fn follow(&mut self, input: Input, now: u64, deeds: &mut Deeds) {
        let mut outputs = self.replica.handle(input, now);
        loop {
            let mut stored = Vec::new();
            for output in outputs {
                match output {
                    Output::Send { peer, lane, bytes } => {
                        let (bytes, harmful) = self.twist(lane, bytes);
                        deeds.said.push((Said { peer, lane, bytes, wait: 0 }, harmful));
                    }
                    Output::Store(events) => {
                        stored.extend(events.iter().filter_map(|it| it.words.as_ref().map(|(cid, _)| *cid)));
                        stored.extend(events.iter().map(|it| it.cid));
                    }
                    Output::StoreWords(words) => stored.extend(words.iter().map(|(cid, _)| *cid)),
                    Output::WakeAt(at) => deeds.wake = Some(at),
                    _ => {}
                }
            }
            outputs = if !stored.is_empty() {
                self.replica.handle(Input::Stored(stored), now)
            } else if self.replica.has_work() {
                self.replica.work(128, now)
            } else {
                return;
            };
        }
    }

    fn lie(
        &mut self,
        around: &Around,
        deeds: &mut Deeds,
        lie: impl FnOnce(&Liar, &mut dyn FnMut() -> u64) -> Vec<Said>,
    ) {
        let Harm::Lies(kind) = self.harm else { return };
        let Self { keypair, chance, .. } = self;
        let Around { founding, known, everybody, now, .. } = *around;
        let liar =
            Liar { lie: kind, key: keypair, room: founding.cid, founding: &founding.block, known, everybody, now };
        deeds.said.extend(lie(&liar, &mut || chance.number()).into_iter().map(|said| (said, true)));
    }

    /// Pushes more of what it wrote to everybody.
    fn push_on(&mut self, around: &Around, deeds: &mut Deeds) {
        let next: Vec<Stored> = self.log.iter().skip(self.pushed).take(AT_ONCE).cloned().collect();
        self.pushed += next.len();
        for stored in next {
            self.push(&stored.block, around.peers, deeds);
        }
    }

    fn push(&self, block: &[u8], peers: &[NodeId], deeds: &mut Deeds) {
        let push = Live::Push(Push(ByteBuf::from(block.to_vec()), None, 0, true)).encode();
        for peer in peers {
            deeds.said.push((Said { peer: *peer, lane: Lane::Live, bytes: push.clone(), wait: 0 }, true));
        }
    }

    fn say(peers: &[NodeId], lane: Lane, bytes: &[u8], deeds: &mut Deeds) {
        for peer in peers {
            deeds.said.push((Said { peer: *peer, lane, bytes: bytes.to_vec(), wait: 0 }, true));
        }
    }

    fn send(&mut self, sent: Sent, around: &Around, deeds: &mut Deeds) {
        let (peers, me) = (around.peers, self.keypair.node());
        match sent {
            Sent::SpoiltSignatures => {
                for _ in 0..AT_ONCE {
                    let Some(cid) = self.chance.of(around.known) else { continue };
                    let Some(ix) = self.replica.log().find(cid) else { continue };
                    let mut block = self.replica.log().entry(ix).block.to_vec();
                    // The signature stands last; a bit of it, or of what is before it.
                    let at = block.len().saturating_sub(1 + self.chance.below(60));
                    if let Some(byte) = block.get_mut(at) {
                        *byte ^= 1 << self.chance.below(8);
                    }
                    self.push(&block, peers, deeds);
                }
            }
            Sent::OldBeacons => {
                for signed in self.beacons.clone() {
                    Self::say(peers, Lane::Live, &Live::Beacon(signed).encode(), deeds);
                }
            }
            Sent::BeaconFlood => {
                let Some(bearer) = peers.first().copied() else { return };
                let keys = [self.other.clone(), Keypair::from_secret(self.chance.array())];
                let links = ShortIds(keys.iter().map(|it| short_node(&it.node())).collect());
                let mine = self.beacon(me, links, around);
                let mut all = vec![Signed::new(&mine, &self.keypair)];
                for _ in 0..FLOOD {
                    for key in &keys {
                        let links = ShortIds(vec![short_node(&me), short_node(&bearer)]);
                        all.push(Signed::new(&self.beacon(key.node(), links, around), key));
                    }
                }
                for signed in all {
                    Self::say(&[bearer], Lane::Live, &Live::Beacon(signed).encode(), deeds);
                }
            }
            Sent::LargeBeacons => {
                let beacon = self.beacon(me, ShortIds::default(), around);
                let mut bytes = Signed::new(&beacon, &self.keypair).0.into_vec();
                // One entry more, of a later build.
                bytes.iter_mut().take(1).for_each(|head| *head += 1);
                bytes.extend(b"\x64pace\x59");
                bytes.extend((LARGE as u16).to_be_bytes());
                bytes.extend([0; LARGE]);
                let sig = self.keypair.sign(&[BEACON_DOMAIN, &bytes].concat());
                let signed = Signed(ByteBuf::from(bytes), ByteArray::new(sig));
                Self::say(peers, Lane::Live, &Live::Beacon(signed).encode(), deeds);
            }
            Sent::Oversize => {
                Self::say(peers, Lane::Live, &vec![0xa1; LIVE_BYTES + 1], deeds);
                Self::say(peers, Lane::Bulk, &vec![0xa1; BULK_BYTES + 1], deeds);
            }
            Sent::UnknownMessages => {
                for lane in [Lane::Live, Lane::Bulk] {
                    (0..AT_ONCE).for_each(|_| Self::say(peers, lane, b"\xa1\x65dance\x81\x01", deeds));
                }
            }
            Sent::NewerEvents => self.write_newer(around, deeds),
            Sent::TwinKey => self.write_twins(around, deeds),
            Sent::StepsIn => self.step_in(around, deeds),
            Sent::FalseListening => self.follow(Input::Hears(true), around.now, deeds),
            // It changes what its replica says anyway.
            Sent::FalseReach => {}
        }
    }

    /// What its replica wants to send, as it sends it.
    fn twist(&self, lane: Lane, bytes: Vec<u8>) -> (Vec<u8>, bool) {
        match self.harm {
            Harm::Sends(Sent::FalseReach | Sent::FalseListening) if lane == Lane::Live => {
                let Ok(Live::Beacon(signed)) = Live::decode(&bytes) else { return (bytes, false) };
                let Ok(beacon) = signed.read(&self.replica.log().room()) else { return (bytes, false) };
                if beacon.node != self.keypair.node() {
                    return (bytes, false);
                }
                let beacon = match self.harm {
                    Harm::Sends(Sent::FalseListening) => Beacon { listens: true, ..beacon },
                    _ => Beacon { more_missing: true, events: u64::from(u32::MAX), ..beacon },
                };
                (Live::Beacon(Signed::new(&beacon, &self.keypair)).encode(), true)
            }
            Harm::Writes(Log::Posts) => {
                let bare = |Item(block, _): Item| Item(block, None);
                let bytes = match lane {
                    Lane::Live => match Live::decode(&bytes) {
                        Ok(Live::Push(Push(block, _, hops, direct))) => {
                            Live::Push(Push(block, None, hops, direct)).encode()
                        }
                        _ => return (bytes, false),
                    },
                    Lane::Bulk => match Bulk::decode(&bytes) {
                        Ok(Bulk::Page(Page(items, left, depth, last))) => {
                            Bulk::Page(Page(items.into_iter().map(bare).collect(), left, depth, last)).encode()
                        }
                        Ok(Bulk::Blocks(Blocks(serial, items, _, lacking, last))) => {
                            let items = items.into_iter().map(bare).collect();
                            Bulk::Blocks(Blocks(serial, items, Vec::new(), lacking, last)).encode()
                        }
                        _ => return (bytes, false),
                    },
                };
                (bytes, true)
            }
            _ => (bytes, false),
        }
    }

    fn beacon(&mut self, of: NodeId, links: ShortIds, around: &Around) -> Beacon {
        self.counter += 1;
        let (key, room, now) = (&self.keypair, around.founding.cid, around.now);
        let liar = Liar {
            lie: paceline_mesh::testing::Lie::Silent,
            key,
            room,
            founding: &around.founding.block,
            known: &[],
            everybody: &[],
            now,
        };
        Beacon { node: of, links, counter: self.counter, ..liar.frame(Cids::default(), 1) }
    }

    /// What stands first in a chain of a key that has seen the founding alone.
    fn first(&self, author: NodeId, room: Cid, number: u64) -> Draft {
        let body = Introduced {
            name: format!("Mallory {number}").try_into().expect("it fits"),
            strengths: Default::default(),
            hue: 0_u64.try_into().expect("it fits"),
        };
        Draft {
            room: Some(room),
            author,
            seq: 0,
            prev: None,
            parents: vec![room],
            depth: 2,
            at: number,
            body: body.into(),
        }
    }

    fn write_newer(&mut self, around: &Around, deeds: &mut Deeds) {
        let me = self.keypair.node();
        for _ in 0..AT_ONCE / 10 {
            self.counter += 1;
            let draft = self.first(me, around.founding.cid, self.counter);
            let Ok((_, _, mut block)) = draft.clone().sign(&self.keypair) else { continue };
            let Some(at) = block.windows(3).position(|window| window == b"\x61v\x01") else { continue };
            if let Some(version) = block.get_mut(at + 2) {
                *version = 2;
            }
            let parent = Cid::of(&block);
            self.push(&block, around.peers, deeds);
            let child = Draft { seq: 1, prev: Some(parent), parents: Vec::new(), depth: 3, ..draft };
            if let Ok((_, _, block)) = child.sign(&self.keypair) {
                self.push(&block, around.peers, deeds);
            }
        }
    }

    fn write_twins(&mut self, around: &Around, deeds: &mut Deeds) {
        let me = self.keypair.node();
        for half in 0..2 {
            self.counter += 1;
            let first = self.first(me, around.founding.cid, self.counter);
            let draft = match self.twins.get(half).copied().flatten() {
                None => first,
                Some((prev, seq, depth)) => {
                    Draft { seq: seq + 1, prev: Some(prev), parents: Vec::new(), depth: depth + 1, ..first }
                }
            };
            let (seq, depth) = (draft.seq, draft.depth);
            let Ok((cid, _, block)) = draft.sign(&self.keypair) else { continue };
            if let Some(last) = self.twins.get_mut(half) {
                *last = Some((cid, seq, depth));
            }
            let theirs: Vec<NodeId> = around.peers.iter().copied().skip(half).step_by(2).collect();
            self.push(&block, &theirs, deeds);
        }
    }

    fn step_in(&mut self, around: &Around, deeds: &mut Deeds) {
        let (me, other) = (self.keypair.node(), self.other.clone());
        let fold = self.replica.fold();
        let others = |it: &NodeId| *it != me && *it != other.node();
        let Some((baton, tip)) =
            fold.batons().rev().find(|it| it.holder.is_some_and(|it| others(&it))).map(|it| (it.cid, it.tip))
        else {
            return;
        };
        let (key, at) = (self.keypair.clone(), around.now);
        let silent_for = 1_u64.try_into().expect("it fits");
        let Some(tip) = self.write(&key, at, BatonSteppedIn { baton, tip, silent_for }.into(), deeds) else { return };
        let offer = BatonOffered { baton, tip, to: other.node(), note: Default::default() };
        let Some(by) = self.write(&key, at, offer.into(), deeds) else { return };
        self.write(&other, at, BatonAccepted { baton, tip, by }.into(), deeds);
        // The rest is pushed by the replica; this says that it was done.
        for (_, harmful) in &mut deeds.said {
            *harmful = true;
        }
    }

    /// Writes on all that it has seen, under one of its keys.
    fn write(&mut self, key: &Keypair, at: u64, body: Body, deeds: &mut Deeds) -> Option<Cid> {
        let draft = self.replica.log().draft(key.node(), at, body);
        let (cid, event, block): (Cid, Event, Vec<u8>) = draft.sign(key).ok()?;
        let input = Input::Own { cid, event: Box::new(event), block: block.into(), words: None };
        self.follow(input, at, deeds);
        Some(cid)
    }
}

/// What a foe sees of the room.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub founding: &'a Stored,
    /// Events that honest nodes hold.
    pub known: &'a [Cid],
    pub everybody: &'a [NodeId],
    /// Those with whom it is linked.
    pub peers: &'a [NodeId],
    pub now: u64,
}
