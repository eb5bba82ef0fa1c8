//! Random rooms: a few authors who act on what each has seen, meet now and then, sometimes write nonsense, and
//! sometimes fork their own chain.

use std::sync::Arc;

use paceline_room::{
    Body, Cid, Event, Keypair, Log, NodeId,
    body::{
        AlsoMe, BatonAccepted, BatonClosed, BatonDeclined, BatonOfferWithdrawn, BatonOffered, BatonOpened,
        BatonReclaimed, BatonReleased, BatonSteppedIn, BatonTaken, FeedbackGiven, Introduced, Stance,
    },
    log::Admission,
    state::{Baton, BatonState},
    testing::World,
};
use proptest::prelude::*;

use crate::support::Node;

pub const AUTHORS: usize = 6;

/// One thing that happens.
#[derive(Debug, Clone)]
pub enum Op {
    /// Says something.
    Talk { who: usize },
    /// One receives all that another has seen.
    Send { from: usize, to: usize },
    /// One receives all that another has seen, and says something.
    Follow { who: usize, of: usize },
    /// Does the sensible thing with a baton, of what is possible.
    Move { who: usize, pick: usize },
    /// Whoever leads, as `who` sees it, offers to another, who hears of it and answers.
    Pass { who: usize, pick: usize },
    /// Whom a stand-in replaced, as `who` sees it, hears of it and reclaims.
    Return { who: usize },
    /// Writes any transfer on any event as tip.
    Wild { who: usize, kind: usize, tip: usize },
    /// Writes as `who`, on what `other` has seen: a twin where `other` lacks the latest of `who`.
    Forge { who: usize, other: usize, pick: usize },
}

pub fn ops(least: usize, most: usize) -> impl Strategy<Value = Vec<Op>> {
    let who = 0..AUTHORS;
    let op = prop_oneof![
        3 => who.clone().prop_map(|who| Op::Talk { who }),
        6 => (who.clone(), who.clone()).prop_map(|(from, to)| Op::Send { from, to }),
        8 => (who.clone(), any::<usize>()).prop_map(|(who, pick)| Op::Move { who, pick }),
        2 => (who.clone(), any::<usize>()).prop_map(|(who, pick)| Op::Pass { who, pick }),
        2 => who.clone().prop_map(|who| Op::Return { who }),
        1 => (who.clone(), any::<usize>(), any::<usize>()).prop_map(|(who, kind, tip)| Op::Wild { who, kind, tip }),
        1 => (who.clone(), who, any::<usize>()).prop_map(|(who, other, pick)| Op::Forge { who, other, pick }),
    ];
    proptest::collection::vec(op, least..most)
}

/// What a room does that has just split over who leads: mostly, some follow one and some another.
pub fn votes() -> impl Strategy<Value = Vec<Op>> {
    let who = 0..AUTHORS;
    let op = prop_oneof![
        8 => (who.clone(), 0..3_usize).prop_map(|(who, of)| Op::Follow { who, of }),
        2 => who.clone().prop_map(|who| Op::Talk { who }),
        1 => (who.clone(), who.clone()).prop_map(|(from, to)| Op::Send { from, to }),
        1 => (who.clone(), any::<usize>()).prop_map(|(who, pick)| Op::Move { who, pick }),
        1 => who.clone().prop_map(|who| Op::Return { who }),
        1 => (who.clone(), who, any::<usize>()).prop_map(|(who, other, pick)| Op::Forge { who, other, pick }),
    ];
    proptest::collection::vec(op, 2..16)
}

/// An event with all that it takes to admit it.
pub type Written = (Cid, Event, Arc<[u8]>);

pub struct Sim {
    pub room: Cid,
    pub baton: Cid,
    keys: Vec<Keypair>,
    pub nodes: Vec<Node>,
    pub written: Vec<Written>,
    at: u64,
}

impl Sim {
    /// A room in which all have introduced themselves and one has opened a baton; the first `lost` of them saw nothing
    /// but the founding.
    pub fn new(lost: usize) -> Self {
        Self::of(&World::new(7), lost)
    }

    /// The same in a room that was founded otherwise; of seed 7.
    pub fn of(world: &World, lost: usize) -> Self {
        let keys: Vec<_> = (0..AUTHORS).map(|i| world.keypair(i)).collect();
        let mut sim = Self {
            room: world.room(),
            baton: world.room(),
            nodes: keys.iter().map(|_| Node::new(world.room())).collect(),
            keys,
            written: Vec::new(),
            at: 1_000,
        };
        for stored in world.blocks() {
            let event = Event::decode(&stored.block).expect("an event");
            sim.written.push((stored.cid, event, stored.block));
        }
        sim.send_all();
        let opening = BatonOpened {
            title: "the release".try_into().unwrap(),
            strengths: Default::default(),
            minutes: None,
            need: None,
        };
        for i in lost..AUTHORS {
            sim.write(
                i,
                Introduced {
                    name: "somebody".try_into().unwrap(),
                    strengths: Default::default(),
                    hue: 0_u64.try_into().unwrap(),
                }
                .into(),
            );
            sim.send(i, AUTHORS - 1);
        }
        sim.baton = sim.write(AUTHORS - 1, opening.into());
        (lost..AUTHORS).for_each(|i| sim.send(AUTHORS - 1, i));
        sim
    }

    pub fn node_id(&self, i: usize) -> NodeId {
        self.keys[i].node()
    }

    /// A further author, who has seen the founding alone.
    pub fn newcomer(&mut self) -> usize {
        let i = self.keys.len();
        self.keys.push(World::new(7).keypair(i));
        self.nodes.push(Node::new(self.room));
        admit(&mut self.nodes[i], &self.written[0].clone());
        i
    }

    pub fn write(&mut self, i: usize, body: Body) -> Cid {
        self.write_as(i, i, body)
    }

    /// Writes as `who` on what `other` has seen.
    pub fn write_as(&mut self, who: usize, other: usize, body: Body) -> Cid {
        self.at += 1_000;
        let draft = self.nodes[other].log.draft(self.keys[who].node(), self.at, body);
        self.sign(who, other, draft)
    }

    /// Writes as `who` with these events as its direct past, whatever else it has seen.
    pub fn write_on(&mut self, who: usize, parent: Cid, body: Body) -> Cid {
        self.at += 1_000;
        let mut draft = self.nodes[who].log.draft(self.keys[who].node(), self.at, body);
        let depth = |log: &Log, cid: &Cid| log.find(cid).map_or(0, |ix| log.entry(ix).event.depth);
        draft.parents = if Some(parent) == draft.prev { vec![] } else { vec![parent] };
        let seen = draft.prev.iter().chain(&draft.parents);
        draft.depth = 1 + seen.map(|cid| depth(&self.nodes[who].log, cid)).max().unwrap_or(0);
        self.sign(who, who, draft)
    }

    fn sign(&mut self, who: usize, other: usize, draft: paceline_room::Draft) -> Cid {
        let (cid, event, block) = draft.sign(&self.keys[who]).expect("a valid event");
        let written = (cid, event, block.into());
        admit(&mut self.nodes[other], &written);
        self.written.push(written);
        cid
    }

    pub fn send(&mut self, from: usize, to: usize) {
        if from == to {
            return;
        }
        let [from, to] = self.nodes.get_disjoint_mut([from, to]).expect("two authors");
        for (_, entry) in from.log.entries() {
            admit(to, &(entry.cid, entry.event.clone(), entry.block.clone()));
        }
    }

    pub fn send_all(&mut self) {
        for node in &mut self.nodes {
            for written in &self.written {
                admit(node, written);
            }
        }
    }

    /// The first two become one person, known by the first, and all have seen that.
    pub fn join(&mut self) {
        for (i, other) in [(0, 1), (1, 0)] {
            self.write(i, AlsoMe { node: self.node_id(other) }.into());
            self.send_all();
        }
    }

    pub fn baton_seen_by(&self, i: usize) -> Option<&Baton> {
        self.nodes[i].fold.baton(&self.baton).map(AsRef::as_ref)
    }

    pub fn run(&mut self, ops: &[Op]) {
        for op in ops {
            match *op {
                Op::Talk { who } => drop(self.talk(who)),
                Op::Send { from, to } => self.send(from, to),
                Op::Follow { who, of } => {
                    self.send(of, who);
                    self.talk(who);
                }
                Op::Move { who, pick } => {
                    let body = self.sensible(who, who, pick);
                    self.write(who, body);
                }
                Op::Pass { who, pick } => self.pass(who, pick),
                Op::Return { who } => self.come_back(who),
                Op::Wild { who, kind, tip } => {
                    let body = self.wild(who, kind, tip);
                    self.write(who, body);
                }
                Op::Forge { who, other, pick } => {
                    let body = self.sensible(who, other, pick);
                    self.write_as(who, other, body);
                }
            }
        }
    }

    /// The first so many take what they see as free, or step in, side by side.
    pub fn fork(&mut self, many: usize) {
        for i in 0..many {
            let Some(seen) = self.baton_seen_by(i) else { continue };
            let (baton, tip, held) = (seen.cid, seen.tip, seen.holder.is_some());
            let take = BatonTaken { baton, tip }.into();
            self.write(
                i,
                if held { BatonSteppedIn { baton, tip, silent_for: 1_u64.try_into().unwrap() }.into() } else { take },
            );
        }
    }

    pub fn talk(&mut self, who: usize) -> Cid {
        self.write(who, small_talk())
    }

    fn come_back(&mut self, who: usize) {
        let before = self.baton_seen_by(who).and_then(|seen| seen.may_reclaim);
        let Some(back) = (0..AUTHORS).find(|i| Some(self.node_id(*i)) == before) else { return };
        self.send(who, back);
        let Some(seen) = self.baton_seen_by(back).filter(|seen| seen.may_reclaim == before) else { return };
        let body = BatonReclaimed { baton: seen.cid, tips: seen.run_ends.clone().try_into().unwrap() };
        self.write(back, body.into());
    }

    fn pass(&mut self, who: usize, pick: usize) {
        let Some(seen) = self.baton_seen_by(who).filter(|seen| seen.state == BatonState::Held) else { return };
        let holder = (0..AUTHORS).find(|i| Some(self.node_id(*i)) == seen.holder).unwrap_or(who);
        let (to, baton, tip) = (pick % AUTHORS, seen.cid, seen.tip);
        if self.baton_seen_by(holder).is_none_or(|seen| seen.tip != tip) {
            return;
        }
        let by = self.write(holder, BatonOffered { baton, tip, to: self.node_id(to), note: Default::default() }.into());
        self.send(holder, to);
        if pick.is_multiple_of(3) {
            self.talk(holder);
        }
        if !pick.is_multiple_of(5) {
            self.write(to, BatonAccepted { baton, tip, by }.into());
        }
    }

    /// What `who` may do with the baton as `seer` sees it.
    fn sensible(&self, who: usize, seer: usize, pick: usize) -> Body {
        let Some(seen) = self.baton_seen_by(seer) else { return small_talk() };
        let (me, baton, tip) = (self.node_id(who), seen.cid, seen.tip);
        let appreciate = || match seen.terms.last() {
            Some(term) => {
                let stance = Stance::Appreciate;
                FeedbackGiven { target: term.from, stance, words: None, sources: Default::default() }.into()
            }
            None => small_talk(),
        };
        if seen.may_reclaim == Some(me) && !pick.is_multiple_of(4) {
            return BatonReclaimed { baton, tips: seen.run_ends.clone().try_into().unwrap() }.into();
        }
        let mine = seen.holder == Some(me);
        match (seen.state, seen.offer) {
            (BatonState::Free, _) if seen.anyone_may_close && pick.is_multiple_of(6) => close(baton, tip),
            (BatonState::Free, _) => BatonTaken { baton, tip }.into(),
            (BatonState::Offered, Some(offer)) if seen.offered_to == Some(me) => match pick % 5 {
                0 => BatonDeclined { offer, why: Default::default() }.into(),
                _ => BatonAccepted { baton, tip, by: offer }.into(),
            },
            (BatonState::Offered, Some(offer)) if mine && pick.is_multiple_of(3) => {
                BatonOfferWithdrawn { offer }.into()
            }
            (BatonState::Held | BatonState::Offered, _) if mine => match pick % 8 {
                0 => BatonReleased { baton, tip, note: Default::default() }.into(),
                1 if pick.is_multiple_of(3) => close(baton, tip),
                2 => small_talk(),
                _ => BatonOffered { baton, tip, to: self.node_id(pick / 8 % AUTHORS), note: Default::default() }.into(),
            },
            (BatonState::Held | BatonState::Offered, _) if pick.is_multiple_of(3) => {
                BatonSteppedIn { baton, tip, silent_for: 1_u64.try_into().unwrap() }.into()
            }
            _ => appreciate(),
        }
    }

    fn wild(&self, who: usize, kind: usize, tip: usize) -> Body {
        let log = &self.nodes[who].log;
        let any = log.entries().nth(tip % log.len()).map_or(self.room, |(_, entry)| entry.cid);
        let (baton, tip) = (self.baton, any);
        match kind % 7 {
            0 => BatonTaken { baton, tip }.into(),
            1 => BatonSteppedIn { baton, tip, silent_for: 1_u64.try_into().unwrap() }.into(),
            2 => BatonReleased { baton, tip, note: Default::default() }.into(),
            3 => close(baton, tip),
            4 => BatonReclaimed { baton, tips: vec![tip].try_into().unwrap() }.into(),
            5 => BatonOffered { baton, tip, to: self.node_id(kind / 7 % AUTHORS), note: Default::default() }.into(),
            _ => {
                let by = log.entries().nth(kind % log.len()).map_or(self.room, |(_, entry)| entry.cid);
                BatonAccepted { baton, tip, by }.into()
            }
        }
    }
}

pub fn small_talk() -> Body {
    Introduced { name: "somebody".try_into().unwrap(), strengths: Default::default(), hue: 1_u64.try_into().unwrap() }
        .into()
}

fn close(baton: Cid, tip: Cid) -> Body {
    BatonClosed { baton, tip, outcome: Default::default(), by: None }.into()
}

/// Admits and folds, signature unchecked: it was made here. Returns whether it was admitted now.
pub fn admit(node: &mut Node, (cid, event, block): &Written) -> bool {
    match node.log.admit_verified(*cid, event.clone(), block.clone()).expect("a valid event") {
        Admission::Admitted(ix) => {
            node.fold.apply(&node.log, ix);
            true
        }
        Admission::Known(_) | Admission::Pending(_) => false,
    }
}
