//! Rounds told once more, straight from the rules and of the whole set of events: what the fold shows is the same, in any order.

use std::{
    cell::Cell,
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use paceline_room::{
    Body, Cid, Ix, Keypair, NodeId,
    body::{
        AlsoMe, AnswerDone, Retracted, RevealOpened, RoundClosed, RoundOpened, TurnDone,
        rounds::{Ask, End, Said, Spoken, Turn},
    },
    limits,
    state::{Answer, RoundState},
    testing::World,
};
use proptest::{prelude::*, sample::Index};

use crate::{
    properties::{fold, reorder, runner},
    rounds::{answered, asks, choice, chosen, opening, sealed, turn},
    sim::{AUTHORS, Sim, Written, admit},
    support::Node,
};

/// What a round is straight from the rules: of the whole set of events, whatever their order.
struct Rules<'a> {
    node: &'a Node,
    written: &'a [Written],
}

/// What of a round the rules have a word on.
#[derive(Debug, PartialEq, Eq, Default)]
struct Told {
    /// Who wrote which answer, whether it was opened, and whether apart.
    answers: BTreeSet<(NodeId, Cid, bool, bool)>,
    answered: BTreeSet<NodeId>,
    closed: Option<Cid>,
    undone: bool,
    reveal: Option<Cid>,
    seats: Vec<(NodeId, Option<Turn>)>,
    now: Option<NodeId>,
    next: Option<NodeId>,
}

impl<'a> Rules<'a> {
    fn ix(&self, cid: &Cid) -> Ix {
        self.node.log.find(cid).expect("it is here")
    }

    fn key(&self, cid: &Cid) -> (u64, Cid) {
        self.node.log.entry(self.ix(cid)).key()
    }

    fn is_before(&self, one: &Cid, other: &Cid) -> bool {
        one != other && self.node.log.is_ancestor(self.ix(one), self.ix(other))
    }

    /// What counts, of a sort.
    fn all<T: 'a>(&self, of: impl Fn(&'a Body) -> Option<T>) -> Vec<(Cid, NodeId, T)> {
        let counts = |it: &&Written| self.node.fold.why_ignored(&it.0).is_none();
        let all = self.written.iter().filter(counts);
        all.filter_map(|it| Some((it.0, it.1.author, of(&it.1.body)?))).collect()
    }

    fn told(&self, round: Cid, opened: &RoundOpened, room: Cid) -> Told {
        // Who was who, and there, when it was opened.
        let mut then = Node::new(room);
        self.written.iter().filter(|it| self.is_before(&it.0, &round)).for_each(|it| _ = admit(&mut then, it));
        let home = |node: NodeId| then.fold.joined().home_of(node);
        let was_there = |node: &NodeId| then.log.authors().any(|it| it == *node);
        let opener = self.written.iter().find(|it| it.0 == round).expect("it is here").1.author;

        let mut told = Told::default();
        let ends = self.all(|it| if let Body::RoundClosed(it) = it { Some((it.round, it.how)) } else { None });
        let taken_back = self.all(|it| if let Body::Retracted(it) = it { Some(it.post) } else { None });
        let stands = |it: &Cid| !taken_back.iter().any(|gone| gone.2 == *it);
        let ends: Vec<_> = ends.into_iter().filter(|it| it.2.0 == round && stands(&it.0)).collect();
        let of = |again: bool| ends.iter().filter(move |it| (it.2.1 == Some(End::Again)) == again);
        let since = of(true).map(|it| self.key(&it.0)).max();
        let ended = of(false).filter(|it| since.is_none_or(|since| since < self.key(&it.0)));
        let ended = ended.min_by_key(|it| self.key(&it.0));
        (told.closed, told.undone) = (ended.map(|it| it.0), ended.is_some_and(|it| it.2.1 == Some(End::Undone)));

        // Open answers: of each person the last.
        let mut last: BTreeMap<NodeId, Cid> = BTreeMap::new();
        for (cid, author, of) in self.all(|it| if let Body::Answered(it) = it { Some(it.round) } else { None }) {
            if of == round {
                told.answered.insert(home(author));
                let at = last.entry(home(author)).or_insert(cid);
                *at = if self.key(at) < self.key(&cid) { cid } else { *at };
            }
        }
        told.answers.extend(last.into_iter().map(|(node, cid)| (node, cid, true, false)));

        // Sealed ones: the reveal that most follow by the first that they show, and of each person the last that it has seen.
        let reveals = self.all(|it| if let Body::RevealOpened(it) = it { Some(it.round) } else { None });
        let reveals: Vec<Cid> = reveals.into_iter().filter(|it| it.2 == round).map(|it| it.0).collect();
        let seals = self.all(|it| if let Body::Sealed(it) = it { Some(it.round) } else { None });
        let seals: Vec<(Cid, NodeId)> = seals.into_iter().filter(|it| it.2 == round).map(|it| (it.0, it.1)).collect();
        told.answered.extend(seals.iter().map(|it| home(it.1)));
        let shows = self.all(|it| if let Body::Revealed(it) = it { Some((it.sealed, it.by)) } else { None });
        let of_round = |seal: &Cid| seals.iter().any(|it| it.0 == *seal);
        let shows: Vec<_> = shows.into_iter().filter(|it| of_round(&it.2.0)).collect();
        let mut firsts: BTreeMap<NodeId, (Cid, Cid)> = BTreeMap::new();
        for (cid, author, (_, by)) in shows.iter().filter(|it| was_there(&it.1) || it.1 == opener) {
            let first = firsts.entry(home(*author)).or_insert((*cid, *by));
            *first = if self.key(cid) < self.key(&first.0) { (*cid, *by) } else { *first };
        }
        let votes = |reveal: &Cid| firsts.values().filter(|it| it.1 == *reveal).count();
        told.reveal = reveals.iter().copied().max_by_key(|it| (votes(it), Reverse(self.key(it))));
        if let Some(reveal) = told.reveal {
            let shares = self.all(|it| if let Body::ShareOpened(it) = it { Some(it.sealed) } else { None });
            let is_open = |seal: &Cid| {
                let of: BTreeSet<_> = shares.iter().filter(|it| it.2 == *seal).map(|it| it.1).collect();
                of.len() > 1 || shows.iter().any(|it| it.2.0 == *seal)
            };
            let mut last: BTreeMap<(NodeId, bool), Cid> = BTreeMap::new();
            for (seal, author) in &seals {
                let at = last.entry((home(*author), !self.is_before(seal, &reveal))).or_insert(*seal);
                *at = if self.key(at) < self.key(seal) { *seal } else { *at };
            }
            told.answers.extend(last.into_iter().map(|((node, apart), seal)| (node, seal, is_open(&seal), apart)));
        }
        if matches!(opened.ask, Ask::Spoken(_)) {
            let order = opened.order.iter().copied().filter(|it| was_there(it) || *it == opener);
            self.turns(round, order.map(home).collect(), &home, &mut told);
        }
        told
    }

    fn turns(&self, round: Cid, order: Vec<NodeId>, home: &dyn Fn(NodeId) -> NodeId, told: &mut Told) {
        let words = self.all(|it| if let Body::TurnDone(it) = it { Some(it) } else { None });
        let words: Vec<_> = words.into_iter().filter(|it| it.2.round == round).collect();
        let of = |it: &TurnDone| home(it.node);
        let stands =
            |cid: &Cid, node: NodeId| !words.iter().any(|(other, _, it)| of(it) == node && self.is_before(cid, other));
        let ends = |it: &TurnDone| matches!(it.state, Turn::Spoken | Turn::Passed);
        let beside = |cid: &Cid, it: &TurnDone| {
            let apart = |other: &Cid| !self.is_before(cid, other) && !self.is_before(other, cid);
            it.state == Turn::Again
                && words.iter().any(|(other, _, end)| ends(end) && of(end) != of(it) && apart(other))
        };
        let mut people: Vec<NodeId> = Vec::new();
        for node in order.iter().copied().chain(words.iter().map(|it| of(it.2))) {
            if !people.contains(&node) {
                people.push(node);
            }
        }
        let seat = |node: NodeId| {
            let about: Vec<_> = words.iter().filter(|it| of(it.2) == node).collect();
            let counts = about.iter().filter(|it| stands(&it.0, node)).max_by_key(|(cid, _, it)| {
                let first = (it.state == Turn::Joined).then_some(Reverse(self.key(cid)));
                (it.state, first, self.key(cid))
            });
            let first = about.iter().map(|it| self.key(&it.0)).min();
            let at = order.iter().position(|it| *it == node);
            let its_own = at.map_or((true, first.unwrap_or((0, round))), |at| (false, (at as u64, round)));
            let place = match counts {
                Some((cid, _, it)) if matches!(it.state, Turn::Away | Turn::Joined) || beside(cid, it) => {
                    (true, self.key(cid))
                }
                _ => its_own,
            };
            (place, node, counts.map(|it| it.2.state))
        };
        let mut seats: Vec<_> = people.into_iter().map(seat).collect();
        seats.sort_by_key(|it| it.0);
        told.seats = seats.iter().map(|it| (it.1, it.2)).collect();
        let steps = words
            .iter()
            .filter(|(cid, _, it)| stands(cid, of(it)) && (ends(it) || it.state == Turn::Again && !beside(cid, it)));
        let named = steps.max_by_key(|it| self.key(&it.0)).and_then(|it| it.2.next).map(home);
        let waits = |turn: Option<Turn>| !matches!(turn, Some(Turn::Spoken | Turn::Passed));
        let waiting: Vec<_> = told.seats.iter().filter(|it| waits(it.1)).collect();
        let may = |node: &NodeId| waiting.iter().any(|it| it.0 == *node && it.1 != Some(Turn::Away));
        told.now = named.filter(may).or_else(|| waiting.first().map(|it| it.0));
        told.next = waiting.iter().map(|it| it.0).find(|it| Some(*it) != told.now);
    }
}

/// What the fold shows of the same.
fn shown(node: &Node, cid: Cid) -> Told {
    let (lists, round) = (node.fold.rounds(), node.fold.round(&cid).expect("a round"));
    let answers = lists.answers_in(cid).map(|it: &std::sync::Arc<Answer>| (it.node, it.cid, it.opened, it.apart));
    assert_eq!(
        round.state() == RoundState::Revealed,
        round.reveal.is_some() || !round.sealed && round.closed.is_some()
    );
    Told {
        answers: answers.collect(),
        answered: lists.parts_in(cid).filter(|it| it.answered).map(|it| it.node).collect(),
        closed: round.closed.as_ref().map(|it| it.cid),
        undone: round.closed.as_ref().is_some_and(|it| it.undone),
        reveal: round.reveal.as_ref().map(|it| it.cid),
        seats: round.seats.iter().map(|it| (it.node, it.turn)).collect(),
        now: round.now,
        next: round.next,
    }
}

/// Something that somebody does in a round, as far as it can be done.
fn act(sim: &Sim, keys: &[Keypair], kind: usize, who: usize, pick: usize, rounds: &[Cid]) -> Option<Body> {
    let closed_by = |who: usize| {
        let closings = sim.written.iter().filter(|it| matches!(it.1.body, Body::RoundClosed(_)));
        closings.filter(|it| it.1.author == sim.node_id(who)).map(|it| it.0).next_back()
    };
    const TURNS: [Turn; 5] = [Turn::Spoken, Turn::Passed, Turn::Again, Turn::Away, Turn::Joined];
    let round = rounds.get(pick % rounds.len().max(1)).copied();
    let node = &sim.nodes[who];
    let ask = |it: &Cid| node.fold.round(it).map(|it| it.ask.clone());
    let someone = |at: usize| sim.node_id(at % AUTHORS);
    Some(match kind {
        0 => {
            let order: Vec<_> = (0..pick % 5).map(|at| someone(at + pick)).collect();
            let order = order.try_into().unwrap();
            match pick % 4 {
                0 => RoundOpened { sealed: true, ..asks(choice()) }.into(),
                1 => asks(choice()).into(),
                _ => RoundOpened { order, ..asks(Ask::Spoken(Spoken::default())) }.into(),
            }
        }
        1 | 2 | 22..26 => answered(round?, chosen(pick as u64 % 4)).into(),
        3 | 4 => sealed(node, &keys[who], round?, Said::Choice(pick as u64 % 3))?.into(),
        5 => RevealOpened { round: round? }.into(),
        6..9 => opening(node, &keys[who], round?, limits::SHARES)?,
        9..14 if matches!(ask(&round?)?, Ask::Spoken(_)) => {
            // Mostly of whose turn it is, as it stands there.
            let now = node.fold.round(&round?).and_then(|it| it.now).filter(|_| !pick.is_multiple_of(4));
            let next = node.fold.round(&round?).and_then(|it| it.next).filter(|_| !pick.is_multiple_of(3));
            let about = now.unwrap_or_else(|| someone(pick / 7));
            turn(round?, about, TURNS[pick / 5 % TURNS.len()], next).into()
        }
        14 => AnswerDone { round: round?, passed: pick.is_multiple_of(2) }.into(),
        15 => {
            let how = [None, Some(End::Again), Some(End::Undone)][pick / 5 % 3];
            RoundClosed { round: round?, how }.into()
        }
        16 => AlsoMe { node: someone(pick) }.into(),
        17..22 => Retracted { post: closed_by(who)?, alone: false }.into(),
        _ => return None,
    })
}

#[test]
fn rounds_are_what_the_rules_say_in_any_order() {
    let seen: [Cell<usize>; 8] = std::array::from_fn(|_| Cell::new(0));
    let strategy = (
        prop::collection::vec((0..31_usize, 0..AUTHORS, any::<usize>()), 20..120),
        prop::collection::vec(any::<Index>(), 40),
    );
    let keys: Vec<Keypair> = (0..AUTHORS).map(|i| World::new(7).keypair(i)).collect();
    runner()
        .run(&strategy, |(acts, choice)| {
            let acts_len = acts.len();
            let (mut sim, mut rounds) = (Sim::new(0), vec![]);
            if acts.len().is_multiple_of(2) {
                sim.join();
            }
            for (kind, who, pick) in acts {
                match act(&sim, &keys, kind, who, pick, &rounds) {
                    None => sim.send(who, pick % AUTHORS),
                    Some(body) => {
                        let opens = matches!(body, Body::RoundOpened(_));
                        // Now and then a twin of what it wrote last.
                        let seen_by = if pick.is_multiple_of(11) && !opens { pick % AUTHORS } else { who };
                        let cid = sim.write_as(who, seen_by, body);
                        if opens {
                            rounds.push(cid);
                            (0..AUTHORS).filter(|to| pick % 7 != *to).for_each(|to| sim.send(who, to));
                        }
                    }
                }
            }
            let whole = fold(sim.room, &sim.written);
            let mut node = Node::new(sim.room);
            reorder(&sim.written, &choice).iter().for_each(|it| _ = admit(&mut node, it));
            prop_assert_eq!(format!("{:?}", whole.fold.rounds()), format!("{:?}", node.fold.rounds()));
            let rules = Rules { node: &node, written: &sim.written };
            for (cid, _, opened) in rules.all(|it| if let Body::RoundOpened(it) = it { Some(it) } else { None }) {
                let (told, is) = (rules.told(cid, opened, sim.room), shown(&node, cid));
                prop_assert_eq!(&told, &is, "{:?}", opened);
                let closings = rules.all(|it| if let Body::RoundClosed(it) = it { Some(it.round) } else { None });
                let answered = |by: NodeId| {
                    sim.written.iter().any(|it| match &it.1.body {
                        Body::Answered(answer) => it.1.author == by && answer.round == cid,
                        _ => false,
                    })
                };
                let counts = [
                    usize::from(told.closed.is_none() && closings.iter().any(|it| it.2 == cid)),
                    told.answers.iter().filter(|it| !it.2).count(),
                    told.answers.iter().filter(|it| it.3).count(),
                    told.answers.iter().filter(|it| it.2 && !it.3).count(),
                    usize::from(told.closed.is_some()),
                    usize::from(told.seats.iter().any(|it| it.1 == Some(Turn::Again))),
                    usize::from(told.seats.len() > 2 && told.now.is_some()),
                    // Both nodes of one person answered, and only the last word of the two counts.
                    usize::from(acts_len.is_multiple_of(2) && [0, 1].iter().all(|it| answered(sim.node_id(*it)))),
                ];
                for (cell, more) in seen.iter().zip(counts) {
                    cell.set(cell.get() + more);
                }
            }
            Ok(())
        })
        .expect("as the rules have it");
    let seen = seen.map(Cell::into_inner);
    assert!(seen.iter().all(|it| *it > 20), "too tame: {seen:?}");
}
