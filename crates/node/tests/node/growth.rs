//! Laws of growth of a node: what one turn costs, of loading and of writing. A turn is what happens before others have theirs.

use std::{cell::Cell, rc::Rc};

use futures::{executor::block_on, future::LocalBoxFuture};
use paceline_node::{Acts, MOVED, Ready, Surroundings, Timer, listed};
use paceline_room::{
    Cid,
    body::people,
    cost,
    testing::{
        growth::{Grows, Law, assert_kept, assert_sighted},
        hostile::Scene,
    },
};
use paceline_store::{Desk, Draft, Durability, MemoryStore, Place as Field, Store};

use crate::{
    together::meeting,
    world::{Disk, Place, Seat, TestKey},
};

const LAWS: &[Law] = &[
    Law::new("the longest turn while a log of n is loaded", Grows::Halving(32), |n| {
        let mut scene = posts(n);
        let store = MemoryStore::default();
        block_on(store.commit(scene.blocks().to_vec(), Durability::Strict)).expect("stored");
        let turns = Turns { since: Cell::new(cost::so_far()), ..Turns::default() };
        let ready = block_on(Ready::load(scene.room(), &scene.keypair(0), &store, &turns)).expect("loaded");
        turns.end();
        assert_eq!(ready.replica().log().len(), n + 1);
        turns.longest.get()
    })
    .at(64),
    Law::new("an own post in a log of n", Grows::Halving(4), |n| {
        let (place, seat) = open(n);
        post(&place, &seat);
        post(&place, &seat)
    }),
    Law::new("what is done in one step and rests on nothing in it, in a log of n", Grows::Halving(8), |n| {
        let (place, seat) = open(n);
        post(&place, &seat);
        let mut acts = Acts::default();
        (0..4).for_each(|_| _ = acts.beside(introduction()));
        step(&place, &seat, acts)
    }),
    Law::new("what is done in one step and rests on what is done before in it, in a log of n", Grows::Each(1), |n| {
        let (place, seat) = open(n);
        post(&place, &seat);
        step(&place, &seat, meeting().0)
    }),
    Law::new("storing a log of n anew", Grows::Each(3), |n| {
        let (place, seat) = open(n);
        let node = seat.node.clone();
        let anew = async move {
            let open = || async { Ok(Rc::new(MemoryStore::default()) as Rc<dyn Store>) };
            assert_eq!(node.store_anew(|| Box::pin(open())).await, Ok(()));
        };
        place.spawn(Box::pin(anew));
        cost::of(|| rest(&place, &seat.disk)).1
    }),
    Law::new("a draft before n others, until it is stored", Grows::Each(2), |n| {
        let (place, seat) = open(1);
        drafts(&place, &seat, n);
        cost::of(|| {
            seat.node.set_draft(&Field::BatonOpen, |it| it.text = "a word".into());
            rest(&place, &seat.disk);
        })
        .1
    }),
    Law::new("a turn in which n drafts changed, until they are stored", Grows::Each(3), |n| {
        let (place, seat) = open(1);
        write_drafts(&seat, n);
        cost::of(|| rest(&place, &seat.disk)).1
    }),
    Law::new("an intent made while n wait", Grows::Each(4), |n| {
        let (place, seat) = open(1);
        intents(&place, &seat, n);
        cost::of(|| submit(&seat)).1
    }),
    Law::new("an intent sent while n wait", Grows::Each(7), |n| {
        let (place, seat) = open(1);
        intents(&place, &seat, n);
        post(&place, &seat)
    }),
    Law::new("n intents sent at once", Grows::Each(104), |n| {
        let (place, seat) = open(1);
        let ids = intents(&place, &seat, n);
        let before = seat.len();
        let cost = cost::of(|| {
            for id in ids {
                let node = seat.node.clone();
                place.spawn(Box::pin(async move { assert_eq!(node.deliver(id).await, Ok(())) }));
            }
            rest(&place, &seat.disk);
        });
        assert_eq!(seat.len(), before + n);
        cost.1
    }),
    Law::new("the last of n intents taken back into its field", Grows::Each(4), |n| {
        let (place, seat) = open(1);
        let ids = intents(&place, &seat, n);
        let last = ids.last().expect("some");
        let cancel = || assert_eq!(seat.node.cancel(last), Some(Field::Composer));
        cost::of(cancel).1
    }),
    Law::new("an intent released while n wait", Grows::Each(1), |n| {
        let (place, seat) = open(1);
        let ids = intents(&place, &seat, n);
        cost::of(|| seat.node.release(ids.last().expect("some"))).1
    }),
    Law::new("a post to be taken back while n intents wait", Grows::Each(3), |n| {
        let (place, seat) = open(1);
        intents(&place, &seat, n);
        cost::of(|| assert!(seat.node.begin_retract(Cid::of(b"a post")).is_some())).1
    }),
    Law::new("which of n intents wait for what", Grows::Each(4), |n| {
        let (place, seat) = open(1);
        let ids = intents(&place, &seat, n);
        let ask = || (seat.node.held("").len(), seat.node.retracts().len(), listed(&seat.node.desk()).len());
        let ((held, retracts, _), cost) = cost::of(ask);
        assert_eq!((held, retracts), (ids.len(), 0));
        cost
    }),
    Law::new("n intents taken over from another node", Grows::Each(6), |n| {
        let (place, seat) = open(1);
        let mut other = Desk::default();
        for i in 0..n {
            let draft = Draft { text: "a word".into(), ..Draft::default() };
            other.add(&Field::Composer, "", i.to_string(), 0, draft);
        }
        let node = seat.node.clone();
        place.spawn(Box::pin(async move { assert_eq!(node.take_unsent(&other).await, Ok(())) }));
        let cost = cost::of(|| rest(&place, &seat.disk)).1;
        assert_eq!(seat.node.held(MOVED).len(), n);
        cost
    }),
];

/// A log of one chain.
fn posts(n: usize) -> Scene {
    let mut scene = Scene::new();
    (0..n).for_each(|_| _ = scene.post(0));
    scene
}

/// A node that holds one.
fn open(n: usize) -> (Place, Seat) {
    let mut scene = posts(n);
    let (place, disk) = (Place::default(), Disk::default());
    let (stored, blocks) = (disk.clone(), scene.blocks().to_vec());
    place.spawn(Box::pin(async move { stored.commit(blocks, Durability::Strict).await.expect("stored") }));
    rest(&place, &disk);
    let seat = Seat::open(&place, scene.room(), scene.keypair(1), disk, Rc::<TestKey>::default());
    rest(&place, &seat.disk);
    (place, seat)
}

/// Somebody writes at n places.
fn write_drafts(seat: &Seat, n: usize) {
    for i in 0..n {
        let post = Cid::of(&i.to_le_bytes());
        assert!(seat.node.set_draft(&Field::Reply(post), |it| it.text = "a word".into()));
    }
}

/// The same, stored.
fn drafts(place: &Place, seat: &Seat, n: usize) {
    write_drafts(seat, n);
    rest(place, &seat.disk);
}

fn submit(seat: &Seat) -> String {
    seat.node.set_draft(&Field::Composer, |it| it.text = "once more".into());
    seat.node.submit(&Field::Composer, "").expect("an intent")
}

/// n intents that nobody sends yet, stored; their names.
fn intents(place: &Place, seat: &Seat, n: usize) -> Vec<String> {
    let ids = (0..n).map(|_| submit(seat)).collect();
    rest(place, &seat.disk);
    ids
}

/// Lets everything come to its end.
fn rest(place: &Place, disk: &Disk) {
    while place.has_task() {
        place.run_task();
        disk.end_write();
    }
}

/// A post from the click until it is stored and spread; what that costs.
fn post(place: &Place, seat: &Seat) -> u64 {
    let before = seat.len();
    let write = || {
        seat.node.set_draft(&Field::Composer, |it| it.text = "once more".into());
        let id = seat.node.submit(&Field::Composer, "").expect("an intent");
        let node = seat.node.clone();
        place.spawn(Box::pin(async move { assert_eq!(node.deliver(id).await, Ok(())) }));
        rest(place, &seat.disk);
    };
    let cost = cost::of(write).1;
    assert_eq!(seat.len(), before + 1);
    cost
}

fn introduction() -> people::Command {
    people::Command::Introduce { name: "Ann".into(), strengths: vec![], hue: Some(1) }
}

/// What is done in one step, until it is stored and spread; what that costs.
fn step(place: &Place, seat: &Seat, acts: Acts) -> u64 {
    let before = seat.len();
    let node = seat.node.clone();
    place.spawn(Box::pin(async move { assert!(node.act_all(acts).await.is_ok()) }));
    let cost = cost::of(|| rest(place, &seat.disk)).1;
    assert!(seat.len() > before);
    cost
}

/// Counts what happens between one turn and the next. Its clock goes by what is looked at: a look takes a tenth of a millisecond.
#[derive(Default)]
struct Turns {
    place: Place,
    since: Cell<u64>,
    longest: Cell<u64>,
}

impl Turns {
    fn end(&self) {
        let now = cost::so_far();
        let took = now - self.since.replace(now);
        self.longest.set(self.longest.get().max(took));
    }
}

impl Surroundings for Turns {
    fn now(&self) -> f64 {
        cost::so_far() as f64 / 10.0
    }

    fn wall_clock(&self) -> u64 {
        self.place.wall_clock()
    }

    fn random(&self, bytes: &mut [u8]) {
        self.place.random(bytes);
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        self.place.spawn(task);
    }

    fn after(&self, millis: u32, call: Box<dyn FnOnce()>) -> Timer {
        self.place.after(millis, call)
    }

    fn turn(&self) -> LocalBoxFuture<'static, ()> {
        self.end();
        self.place.turn()
    }
}

#[test]
fn every_law_of_growth_of_a_node_is_kept_or_known_to_be_broken() {
    assert_kept(LAWS);
}

#[test]
fn a_planted_walk_over_the_log_breaks_every_law_of_growth_of_a_node() {
    assert_sighted(LAWS);
}
