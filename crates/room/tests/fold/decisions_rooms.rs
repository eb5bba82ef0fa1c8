//! Random rooms that decide: proposals, amendments, ballots and closings beside one another, by some who have not heard of
//! each other, by newcomers, by twins.

use paceline_room::{
    Body, Cid, NodeId,
    body::{
        AlsoMe, Amended, BallotCast, DecisionClosed, Policy, ProposalWithdrawn, Proposed, RoomFounded,
        decisions::{Ballot, Changed, Effect},
    },
    testing::{World, founding},
};
use proptest::{prelude::*, sample::Index};

use crate::sim::{AUTHORS, Sim, Written};

/// Those who are there at first, and two who come later.
pub const ALL: usize = AUTHORS + 2;

/// What people say about decisions.
pub trait Deciding {
    fn say_it(&mut self, i: usize, body: Body) -> Cid;

    fn propose(&mut self, i: usize, policy: Option<Policy>, effect: Option<Effect>) -> Cid {
        self.say_it(i, proposed(policy, effect).into())
    }
    fn amend(&mut self, i: usize, proposal: Cid) -> Cid {
        self.say_it(i, amended(proposal).into())
    }
    fn ballot(&mut self, i: usize, proposal: Cid, version: Cid, stance: Ballot) -> Cid {
        self.say_it(i, BallotCast { proposal, version, stance, words: None }.into())
    }
    fn decide(&mut self, i: usize, proposal: Cid, version: Cid) -> Cid {
        self.say_it(i, DecisionClosed { proposal, version }.into())
    }
    fn withdraw_it(&mut self, i: usize, proposal: Cid) -> Cid {
        self.say_it(i, ProposalWithdrawn { proposal }.into())
    }
}

impl Deciding for World {
    fn say_it(&mut self, i: usize, body: Body) -> Cid {
        self.write(i, body)
    }
}

impl Deciding for Sim {
    fn say_it(&mut self, i: usize, body: Body) -> Cid {
        self.write(i, body)
    }
}

pub fn proposed(policy: Option<Policy>, effect: Option<Effect>) -> Proposed {
    let (title, words) = ("A longer break".try_into().unwrap(), Cid::of(b"an hour"));
    Proposed { title, words, policy, effect, trial: false, review_on: None, meeting: None, about: None }
}

pub fn amended(proposal: Cid) -> Amended {
    Amended { proposal, words: Cid::of(b"half an hour"), title: Default::default(), effect: None, fix: None }
}

/// A room that decides in this way, by so many per cent and at most so many.
pub fn founded(policy: Policy, quorum: u64, cap: u16) -> World {
    let mut body = RoomFounded { ..founding("A room that decides", [7; 16]) };
    (body.values.policy, body.values.quorum_cap) = (policy, cap);
    body.values.quorum = quorum.try_into().unwrap();
    World::founded_by(7, body.into())
}

/// The same with so many who have said who they are, the founder apart, and have all seen all.
pub fn gathered(policy: Policy, others: usize) -> World {
    let mut world = founded(policy, 50, 12);
    (1..=others).for_each(|i| _ = world.introduce(i, "somebody"));
    world.sync_all();
    world
}

/// What is said by one reaches these others.
pub fn tell(world: &mut World, from: usize, to: &[usize]) {
    to.iter().for_each(|it| world.send(from, *it));
}

/// Each of these, who have heard of it, consents to a version, the first of them hears that and closes.
pub fn carried_by(world: &mut World, whom: &[usize], proposal: Cid, version: Cid) -> Cid {
    for i in whom {
        world.ballot(*i, proposal, version, Ballot::Consent);
        world.send(*i, whom[0]);
    }
    world.decide(whom[0], proposal, version)
}

/// One thing that happens.
#[derive(Debug, Clone)]
pub enum Op {
    Talk {
        who: usize,
    },
    Send {
        from: usize,
        to: usize,
    },
    Follow {
        who: usize,
        of: usize,
    },
    Propose {
        who: usize,
        pick: usize,
    },
    Amend {
        pick: usize,
    },
    Cast {
        who: usize,
        pick: usize,
    },
    Close {
        who: usize,
        pick: usize,
    },
    Withdraw {
        pick: usize,
    },
    /// One hears some out, each of whom ballots on the latest version that it has heard of, and closes.
    Carry {
        who: usize,
        whom: Vec<usize>,
        pick: usize,
    },
    /// Some hear of what another has seen, and say something each.
    GoOn {
        of: usize,
        whom: Vec<usize>,
    },
    /// One says so much that it is no longer asked.
    Hold {
        who: usize,
    },
    /// Ballots, amends or closes as one, on what another has seen: a twin where that one lacks the latest of the first.
    Forge {
        who: usize,
        other: usize,
        pick: usize,
    },
    /// Writes anything about any two events.
    Wild {
        who: usize,
        pick: usize,
        about: [Index; 2],
    },
    /// Somebody new hears of what one knows, objects, and another hears of that and says something.
    Mind {
        who: usize,
        of: usize,
        to: usize,
    },
    /// Says that it is the same person as another, who says so, too.
    Join {
        home: usize,
        other: usize,
    },
}

pub fn ops(least: usize, most: usize) -> impl Strategy<Value = Vec<Op>> {
    let who = 0..ALL;
    let pick = any::<usize>();
    let whom = || prop::collection::vec(0..AUTHORS, 2..6);
    let op = prop_oneof![
        3 => who.clone().prop_map(|who| Op::Talk { who }),
        6 => (who.clone(), who.clone()).prop_map(|(from, to)| Op::Send { from, to }),
        2 => (who.clone(), who.clone()).prop_map(|(who, of)| Op::Follow { who, of }),
        2 => (0..AUTHORS, pick).prop_map(|(who, pick)| Op::Propose { who, pick }),
        2 => any::<usize>().prop_map(|pick| Op::Amend { pick }),
        8 => (who.clone(), any::<usize>()).prop_map(|(who, pick)| Op::Cast { who, pick }),
        2 => (who.clone(), any::<usize>()).prop_map(|(who, pick)| Op::Close { who, pick }),
        1 => any::<usize>().prop_map(|pick| Op::Withdraw { pick }),
        3 => (0..AUTHORS, whom(), any::<usize>()).prop_map(|(who, whom, pick)| Op::Carry { who, whom, pick }),
        2 => (0..AUTHORS, whom()).prop_map(|(of, whom)| Op::GoOn { of, whom }),
        1 => who.clone().prop_map(|who| Op::Hold { who }),
        2 => (who.clone(), who.clone(), any::<usize>()).prop_map(|(who, other, pick)| Op::Forge { who, other, pick }),
        1 => (who.clone(), any::<usize>(), any::<[Index; 2]>())
            .prop_map(|(who, pick, about)| Op::Wild { who, pick, about }),
        3 => (AUTHORS..ALL, 0..AUTHORS, 0..AUTHORS).prop_map(|(who, of, to)| Op::Mind { who, of, to }),
        1 => (0..3_usize, 3..ALL).prop_map(|(home, other)| Op::Join { home, other }),
    ];
    prop::collection::vec(op, least..most)
}

/// How a room begins.
#[derive(Debug, Clone)]
pub struct Begun {
    pub policy: Policy,
    pub quorum: u64,
    pub cap: u16,
    /// How many of the first have seen nothing but the founding.
    pub lost: usize,
    /// Who founded it has decided something before it heard of anybody.
    pub alone: bool,
}

pub fn begun() -> impl Strategy<Value = Begun> {
    let policy = prop_oneof![
        1 => Just(Policy::Advice),
        2 => Just(Policy::Majority),
        5 => Just(Policy::Consent),
        2 => Just(Policy::Unanimous),
    ];
    let quorum = prop::sample::select(vec![0, 30, 50, 100]);
    (policy, quorum, prop::sample::select(vec![0, 2, 3, 12]), 0..4_usize, any::<bool>())
        .prop_map(|(policy, quorum, cap, lost, alone)| Begun { policy, quorum, cap, lost, alone: alone && lost > 0 })
}

pub fn random_room() -> impl Strategy<Value = (Sim, Vec<Index>)> {
    let choice = prop::collection::vec(any::<Index>(), 40);
    (begun(), ops(12, 60), choice).prop_map(|(begun, ops, choice)| (room(&begun, &ops), choice))
}

pub fn room(begun: &Begun, ops: &[Op]) -> Sim {
    let mut sim = Sim::of(&founded(begun.policy, begun.quorum, begun.cap), begun.lost);
    (AUTHORS..ALL).for_each(|_| _ = sim.newcomer());
    if begun.alone {
        let proposal = sim.propose(0, None, Some(Effect::Title("mine".try_into().unwrap())));
        sim.ballot(0, proposal, proposal, Ballot::Consent);
        sim.decide(0, proposal, proposal);
    }
    ops.iter().for_each(|op| run(&mut sim, op));
    sim
}

/// The events of this kind that somebody has seen, in the order of the log.
fn known(sim: &Sim, who: usize, kind: &str) -> Vec<Written> {
    let seen = |it: &&Written| it.1.body.kind() == kind && sim.nodes[who].log.find(&it.0).is_some();
    let mut known: Vec<Written> = sim.written.iter().filter(seen).cloned().collect();
    known.sort_by_key(|it| (it.1.depth, it.0));
    known
}

fn of<T>(all: &[T], pick: usize) -> Option<&T> {
    // The latest mostly.
    let latest = all.len().checked_sub(1)?;
    all.get(if pick.is_multiple_of(3) { pick / 3 % all.len() } else { latest })
}

/// A proposal that somebody knows, with one of its versions.
fn version(sim: &Sim, who: usize, pick: usize) -> Option<(Cid, Cid)> {
    let proposal = of(&known(sim, who, "proposed"), pick)?.0;
    let amended = known(sim, who, "amended").into_iter().filter(|it| match &it.1.body {
        Body::Amended(body) => body.proposal == proposal,
        _ => false,
    });
    let versions: Vec<Cid> = std::iter::once(proposal).chain(amended.map(|it| it.0)).collect();
    of(&versions, pick / 7).map(|it| (proposal, *it))
}

/// Picks the latest version of the latest proposal.
const LATEST: usize = 8;

fn stance(pick: usize) -> Ballot {
    const STANCES: [Ballot; 8] = {
        use Ballot::{Concern, Consent, Object, StandAside};
        [Consent, Object, Consent, Concern, StandAside, Consent, Object, Consent]
    };
    STANCES[pick / 11 % STANCES.len()]
}

fn effect(sim: &Sim, pick: usize) -> Option<Effect> {
    let policy = [Policy::Majority, Policy::Consent, Policy::Unanimous][pick / 8 % 3];
    match pick % 8 {
        0 | 1 => None,
        2 | 3 => Some(Effect::Title(format!("room {}", pick / 8 % 5).as_str().try_into().unwrap())),
        4 => Some(Effect::Purpose(format!("purpose {}", pick / 8 % 5).as_str().try_into().unwrap())),
        5 if (pick / 8 / AUTHORS).is_multiple_of(3) => Some(Effect::NoNotice(sim.node_id(pick / 8 % AUTHORS))),
        5 => Some(Effect::BehindNotice(sim.node_id(pick / 8 % AUTHORS))),
        6 => Some(Effect::Values(Changed { policy: Some(policy), ..Changed::default() })),
        _ => {
            let quorum = Some((pick as u64 / 8 % 101).try_into().unwrap());
            Some(Effect::Values(Changed { quorum, grace: 45_u64.try_into().ok(), ..Changed::default() }))
        }
    }
}

fn new_proposal(sim: &Sim, pick: usize) -> Body {
    const ASKED: [Option<Policy>; 6] =
        [None, None, Some(Policy::Majority), Some(Policy::Consent), Some(Policy::Unanimous), Some(Policy::Advice)];
    proposed(ASKED[pick / 64 % 6], effect(sim, pick)).into()
}

/// What somebody who sees what this one sees may say about a proposal.
fn saying(sim: &Sim, who: usize, pick: usize) -> Option<Body> {
    let (proposal, version) = version(sim, who, pick)?;
    Some(match pick % 8 {
        0 => DecisionClosed { proposal, version }.into(),
        1 => amended(proposal).into(),
        2 => ProposalWithdrawn { proposal }.into(),
        _ => BallotCast { proposal, version, stance: stance(pick), words: None }.into(),
    })
}

fn author_of(sim: &Sim, cid: &Cid) -> Option<usize> {
    let author: NodeId = sim.written.iter().find(|it| it.0 == *cid)?.1.author;
    (0..ALL).find(|it| sim.node_id(*it) == author)
}

fn run(sim: &mut Sim, op: &Op) {
    match op {
        Op::Talk { who } => _ = sim.talk(*who),
        Op::Send { from, to } => sim.send(*from, *to),
        Op::Follow { who, of } => {
            sim.send(*of, *who);
            sim.talk(*who);
        }
        Op::Propose { who, pick } => {
            let body = new_proposal(sim, *pick);
            sim.write(*who, body);
        }
        Op::Amend { pick } => amend(sim, *pick),
        Op::Cast { who, pick } => {
            if let Some((proposal, version)) = version(sim, *who, *pick) {
                sim.ballot(*who, proposal, version, stance(*pick));
            }
        }
        Op::Close { who, pick } => {
            if let Some((proposal, version)) = version(sim, *who, *pick) {
                sim.decide(*who, proposal, version);
            }
        }
        Op::Withdraw { pick } => {
            let all: Vec<Cid> = sim.written.iter().filter(|it| it.1.body.kind() == "proposed").map(|it| it.0).collect();
            let Some(proposal) = of(&all, *pick).copied() else { return };
            let Some(who) = author_of(sim, &proposal) else { return };
            sim.withdraw_it(who, proposal);
        }
        Op::Carry { who, whom, pick } => carry(sim, *who, whom, *pick),
        Op::GoOn { of, whom } => whom.iter().for_each(|who| {
            sim.send(*of, *who);
            sim.talk(*who);
        }),
        Op::Hold { who } => (0..20).for_each(|_| _ = sim.talk(*who)),
        Op::Forge { who, other, pick } => {
            if let Some(body) = saying(sim, *other, *pick) {
                sim.write_as(*who, *other, body);
            }
        }
        Op::Wild { who, pick, about } => {
            let any = |it: &Index| sim.written[it.index(sim.written.len())].0;
            let (proposal, version) = (any(&about[0]), any(&about[1]));
            let body = match pick % 4 {
                0 => BallotCast { proposal, version, stance: stance(*pick), words: None }.into(),
                1 => DecisionClosed { proposal, version }.into(),
                2 => amended(proposal).into(),
                _ => ProposalWithdrawn { proposal }.into(),
            };
            sim.write(*who, body);
        }
        Op::Mind { who, of, to } => {
            sim.send(*of, *who);
            if let Some((proposal, version)) = version(sim, *who, LATEST) {
                sim.ballot(*who, proposal, version, Ballot::Object);
            }
            sim.send(*who, *to);
            sim.talk(*to);
        }
        Op::Join { home, other } => {
            for (one, node) in [(*home, *other), (*other, *home)] {
                let node = sim.node_id(node);
                sim.write(one, AlsoMe { node }.into());
                sim.send(*home, *other);
            }
            sim.send(*other, *home);
        }
    }
}

fn amend(sim: &mut Sim, pick: usize) {
    let all: Vec<Cid> = sim.written.iter().filter(|it| it.1.body.kind() == "proposed").map(|it| it.0).collect();
    let Some(proposal) = of(&all, pick).copied() else { return };
    let Some(who) = author_of(sim, &proposal) else { return };
    let effect = effect(sim, pick / 5);
    sim.write(who, Amended { effect, ..amended(proposal) }.into());
}

fn carry(sim: &mut Sim, who: usize, whom: &[usize], pick: usize) {
    if version(sim, who, pick).is_none() {
        let body = new_proposal(sim, pick);
        sim.write(who, body);
    }
    for other in whom {
        sim.send(who, *other);
        if let Some((proposal, version)) = version(sim, *other, LATEST) {
            sim.ballot(*other, proposal, version, if pick.is_multiple_of(5) { stance(pick) } else { Ballot::Consent });
        }
        sim.send(*other, who);
    }
    if let Some((proposal, version)) = version(sim, who, LATEST) {
        sim.decide(who, proposal, version);
    }
}
