//! Forks of many branches, of which each event has seen some: what the fold keeps and passes over says the same as the oracle, which
//! compares every two from scratch, after each few events and in any order.

use std::cell::Cell;

use paceline_room::{
    Body, Cid,
    body::{BatonAccepted, BatonClosed, BatonReclaimed, BatonReleased, BatonSteppedIn, BatonTaken},
    testing::hostile::Scene,
};
use proptest::{prelude::*, sample::Index};

use crate::{
    oracle::Oracle,
    properties::{fold, reorder, runner},
    sim::Written,
    slices::assert_slices,
};

const AUTHORS: usize = 9;

/// One event.
#[derive(Debug, Clone)]
struct Op {
    who: usize,
    /// A transfer on the tip that all are about, or a word on what others wrote.
    transfer: Option<usize>,
    /// After its author's last event, or as a twin or a first.
    goes_on: bool,
    /// What it has seen besides.
    seen: Vec<Index>,
}

fn op() -> impl Strategy<Value = Op> {
    let transfer = prop_oneof![2 => (0..16_usize).prop_map(Some), 3 => Just(None)];
    // Many have seen much at once, and many nothing.
    let seen = prop_oneof![
        2 => proptest::collection::vec(any::<Index>(), 0..2),
        2 => proptest::collection::vec(any::<Index>(), 1..4),
        1 => proptest::collection::vec(any::<Index>(), 8..24),
    ];
    (0..AUTHORS, transfer, prop::bool::weighted(0.7), seen).prop_map(|(who, transfer, goes_on, seen)| Op {
        who,
        transfer,
        goes_on,
        seen,
    })
}

/// A room in which some know each other, and a baton that is free, held, or held by somebody who stands in for another.
struct Room {
    it: Scene,
    baton: Cid,
    tip: Cid,
    offers: Vec<Cid>,
    held: usize,
    written: Vec<Cid>,
    last: [Option<Cid>; AUTHORS],
}

impl Room {
    fn new(people: usize, held: usize) -> Self {
        let mut it = Scene::new();
        let mut last = [None; AUTHORS];
        for (who, last) in last.iter_mut().enumerate().take(people).skip(1) {
            *last = Some(it.write(who, it.introduced()));
        }
        let baton = it.open(0);
        last[0] = Some(baton);
        let mut tip = baton;
        if held > 0 {
            tip = it.take(1, baton, baton);
            last[1] = Some(tip);
        }
        if held > 1 {
            tip = it.step_in(2, baton, tip);
            last[2] = Some(tip);
        }
        let holder = held.min(2);
        let offers: Vec<Cid> =
            if held > 0 { (3..AUTHORS).map(|to| it.offer(holder, baton, tip, to)).collect() } else { Vec::new() };
        if let Some(offer) = offers.last() {
            last[holder] = Some(*offer);
        }
        Self { it, baton, tip, offers, held, written: vec![tip], last }
    }

    /// What this author may do at the tip.
    fn transfer(&self, who: usize, kind: usize) -> Body {
        let (baton, tip) = (self.baton, self.tip);
        let is_holder = self.held > 0 && who == self.held;
        match (self.held, kind) {
            (0, _) => BatonTaken { baton, tip }.into(),
            (2, 0..8) if who == 1 => BatonReclaimed { baton, tips: vec![tip].try_into().unwrap() }.into(),
            (_, 0..8) if is_holder => BatonClosed { baton, tip, outcome: Default::default(), by: None }.into(),
            _ if is_holder => BatonReleased { baton, tip, note: Default::default() }.into(),
            (_, kind) => match self.offers.get(who.wrapping_sub(3)).filter(|_| kind < 6) {
                Some(by) => BatonAccepted { baton, tip, by: *by }.into(),
                None => BatonSteppedIn { baton, tip, silent_for: 1_u64.try_into().unwrap() }.into(),
            },
        }
    }

    fn run(&mut self, op: &Op) {
        let prev = self.last[op.who].filter(|_| op.goes_on);
        let offer = self.offers.get(op.who.wrapping_sub(3)).copied();
        // Most transfers have seen none beside them.
        let seen: Vec<Cid> = match op.transfer {
            Some(_) => [Some(self.tip), offer].into_iter().flatten().collect(),
            None => op.seen.iter().map(|index| *index.get(&self.written)).collect(),
        };
        let mut parents: Vec<Cid> = Vec::new();
        for it in seen {
            if Some(it) != prev && !parents.contains(&it) {
                parents.push(it);
            }
        }
        if prev.is_none() && parents.is_empty() {
            parents.push(self.tip);
        }
        let body = op.transfer.map_or_else(|| self.it.introduced().into(), |kind| self.transfer(op.who, kind));
        let draft = self.it.draft_on(op.who, prev, &parents, body);
        let cid = self.it.put(op.who, draft);
        self.last[op.who] = Some(cid);
        self.written.push(cid);
    }
}

#[test]
fn a_crowded_fork_is_decided_as_every_two_compared_from_scratch() {
    let [branches, settled, leaning, turns] = std::array::from_fn(|_| Cell::new(0_usize));
    let add = |cell: &Cell<usize>, more: usize| cell.set(cell.get() + more);
    let some = proptest::collection::vec(op(), 12..44);
    let choice = proptest::collection::vec(any::<Index>(), 40);
    runner()
        .run(&((1..AUTHORS, 0..3_usize), some, choice), |((people, held), ops, choice)| {
            let mut room = Room::new(people, held);
            let mut tip = None;
            for (at, op) in ops.iter().enumerate() {
                room.run(op);
                if at % 6 > 0 && at + 1 < ops.len() {
                    continue;
                }
                let events = room.it.log.entries().map(|(_, it)| (it.cid, it.event.clone()));
                let said = Oracle::new(events).said(&room.baton);
                let shown = room.it.fold.baton(&room.baton).expect("a baton");
                prop_assert_eq!((shown.tip, shown.holder, shown.settled), (said.tip, said.holder, said.settled));
                add(&turns, usize::from(tip.is_some_and(|tip| tip != said.tip)));
                tip = Some(said.tip);
                add(if said.settled { &settled } else { &leaning }, usize::from(said.forks > 0));
            }
            let terms =
                room.it.fold.baton(&room.baton).map_or(0, |it| it.terms.iter().filter(|it| it.parallel).count());
            add(&branches, usize::from(terms > 4));
            let written: Vec<Written> =
                room.it.log.entries().map(|(_, it)| (it.cid, it.event.clone(), it.block.clone())).collect();
            let order = reorder(&written, &choice);
            assert_slices(room.it.room(), &order, &choice)?;
            let other = fold(room.it.room(), &order);
            prop_assert_eq!(room.it.fold.baton(&room.baton), other.fold.baton(&room.baton));
            Ok(())
        })
        .expect("as the oracle says");
    let seen = [branches, settled, leaning, turns].map(Cell::into_inner);
    println!("crowded, settled, leaning, turned: {seen:?}");
    assert!(seen.iter().zip([40, 20, 100, 60]).all(|(seen, least)| *seen > least), "too tame: {seen:?}");
}
