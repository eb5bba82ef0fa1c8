//! Laws of growth of a node: what one turn costs, of loading and of writing. A turn is what happens before others have theirs.

use std::{cell::Cell, rc::Rc};

use futures::{executor::block_on, future::LocalBoxFuture};
use paceline_node::{Ready, Surroundings, Timer};
use paceline_room::{
    cost,
    testing::{
        growth::{Grows, Law},
        hostile::Scene,
    },
};
use paceline_store::{Durability, MemoryStore, Place as Field, Store};

use crate::world::{Disk, Place, Seat, TestKey};

const LAWS: &[Law] = &[
    Law::new("the longest turn while a log of n is loaded", Grows::Never, |n| {
        let mut scene = posts(n);
        let store = MemoryStore::default();
        block_on(store.commit(scene.blocks().to_vec(), Durability::Strict)).expect("stored");
        let turns = Turns { since: Cell::new(cost::so_far()), ..Turns::default() };
        let ready = block_on(Ready::load(scene.room(), &scene.keypair(0), &store, &turns)).expect("loaded");
        turns.end();
        assert_eq!(ready.replica().log().len(), n + 1);
        turns.longest.get()
    })
    .broken(7),
    Law::new("an own post in a log of n", Grows::Halving(4), |n| {
        let (place, seat) = open(n);
        post(&place, &seat);
        post(&place, &seat)
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

/// Counts what happens between one turn and the next.
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
        self.place.now()
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
    for law in LAWS {
        let costs = law.check();
        println!("{}: {costs:?} {:?} {:?}", law.name, law.grows, law.broken);
        assert!(costs.is_ok(), "{costs:?}");
    }
}

#[test]
fn a_planted_walk_over_the_log_breaks_every_law_of_growth_of_a_node() {
    for law in LAWS {
        let costs = law.planted_costs();
        assert!(!law.is_kept_by(costs), "{}: {costs:?}", law.name);
    }
}
