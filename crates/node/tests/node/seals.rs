//! Sealed answers: who shows what when, what a frozen tab leaves to the others, and that nobody sees anything before.

use std::{cell::RefCell, rc::Rc};

use paceline_node::Surroundings;
use paceline_room::{
    Body, Cid,
    body::rounds::{Ask, Command, OwnAnswer, Said, True},
    testing::World,
};
use paceline_store::{Durability, Store};

use crate::world::{Disk, Place, Seat, TestKey, spread};

/// Milliseconds within which all is open once the others could show theirs: three seconds, and one for shares.
const OPEN_WITHIN: u64 = 4_000;
/// ... if nothing has been heard for longer from who does not.
const OPEN_OF_SILENT_WITHIN: u64 = 1_000;
/// As the mesh has it: two beacons were due.
const SILENT: u64 = 10_000;

/// So many nodes of one room, all linked; each has written before.
struct Table {
    place: Place,
    world: World,
    seats: Vec<Seat>,
}

impl Table {
    fn new(seed: u64, many: usize) -> Self {
        let mut world = World::new(seed);
        for author in 0..many {
            world.sync_all();
            world.introduce(author, &format!("node {author}"));
        }
        let place = Place::default();
        let mut table = Self { place, world, seats: Vec::new() };
        for author in 0..many {
            let (disk, key) = (Disk::default(), Rc::new(TestKey::default()));
            let (stored, blocks) = (disk.clone(), table.world.blocks());
            let kept = async move { stored.commit(blocks, Durability::Strict).await.expect("stored") };
            table.place.spawn(Box::pin(kept));
            while table.place.has_task() {
                table.place.run_task();
                disk.end_write();
            }
            key.mark.set(Some(u64::from(author == 0)));
            let seat = table.open(author, disk, key);
            for other in &table.seats {
                seat.link(other);
            }
            table.seats.push(seat);
        }
        table
    }

    fn open(&self, author: usize, disk: Disk, key: Rc<TestKey>) -> Seat {
        let seat = Seat::open(&self.place, self.world.room(), self.world.keypair(author), disk, key);
        assert!(seat.whole);
        seat
    }

    fn here(&self, who: &[usize]) -> Vec<&Seat> {
        who.iter().map(|it| &self.seats[*it]).collect()
    }

    /// Does it, and runs until those who are here have it.
    fn act(&self, by: usize, command: Command, here: &[usize]) -> Cid {
        let done = Rc::new(RefCell::new(None));
        let (node, told) = (self.seats[by].node.clone(), done.clone());
        self.place.spawn(Box::pin(async move { *told.borrow_mut() = Some(node.act(command.into()).await) }));
        let here = self.here(here);
        let is_done = || matches!(*done.borrow(), Some(Ok(cid)) if here.iter().all(|it| has(it, &cid)));
        spread(&self.place, &here, is_done);
        done.take().expect("done").expect("it may be done")
    }

    fn sealed_round(&self, ask: Ask, here: &[usize]) -> Cid {
        let question = "what holds us up?".into();
        let command = Command::Open { question, ask, sealed: true, meeting: None, order: vec![], many: false };
        self.act(0, command, here)
    }

    fn answer(&self, by: usize, round: Cid, text: &str, here: &[usize]) -> Cid {
        self.act(by, Command::Answer { round, answer: Said::Text(text.into()) }, here)
    }

    fn now(&self) -> u64 {
        self.place.now() as u64
    }
}

fn has(seat: &Seat, cid: &Cid) -> bool {
    seat.node.replica().log().find(cid).is_some()
}

/// What can be read in a round.
fn open_texts(seat: &Seat, round: Cid) -> Vec<String> {
    let replica = seat.node.replica();
    let answers = replica.fold().rounds().answers_in(round).filter(|it| it.opened);
    let mut texts: Vec<_> = answers.filter_map(|it| it.text.as_deref().map(str::to_owned)).collect();
    texts.sort();
    texts
}

/// How many events of a sort a node has, by all.
fn count(seat: &Seat, is: fn(&Body) -> bool) -> usize {
    seat.node.replica().log().entries().filter(|(_, it)| is(&it.event.body)).count()
}

fn shown(seat: &Seat) -> usize {
    count(seat, |it| matches!(it, Body::Revealed(_)))
}

fn given(seat: &Seat) -> usize {
    count(seat, |it| matches!(it, Body::ShareOpened(_)))
}

const TEXTS: [&str; 5] = ["note 0", "note 1", "note 2", "note 3", "note 4"];

#[test]
fn all_notes_open_within_a_second_after_what_the_rest_show_though_one_tab_is_frozen() {
    notes_open_though_one_tab_is_frozen(0, OPEN_WITHIN);
}

#[test]
fn all_notes_open_within_a_second_of_the_reveal_though_one_tab_has_been_frozen_for_a_while() {
    notes_open_though_one_tab_is_frozen(2 * SILENT, OPEN_OF_SILENT_WITHIN);
}

fn notes_open_though_one_tab_is_frozen(before: u64, within: u64) {
    let table = Table::new(41, 5);
    let all = [0, 1, 2, 3, 4];
    let round = table.sealed_round(Ask::Words(True), &all);
    for (by, text) in TEXTS.iter().enumerate() {
        table.answer(by, round, text, &all);
    }
    // The last one freezes.
    let rest = [0, 1, 2, 3];
    let until = table.now() + before;
    spread(&table.place, &table.here(&rest), || table.now() >= until);
    table.act(1, Command::Reveal { round }, &rest);
    let (seats, began) = (table.here(&rest), table.now());
    spread(&table.place, &seats, || seats.iter().all(|it| open_texts(it, round) == TEXTS));
    assert!(table.now() - began <= within, "{} ms", table.now() - began);
    assert_eq!(shown(seats[0]), 4, "each who is here shows its own");
    assert!((2..=4).contains(&given(seats[0])), "{} shares", given(seats[0]));
    // It comes back: nothing more is written, and all have the same.
    for seat in &seats {
        table.seats[4].link(seat);
    }
    let everybody = table.here(&all);
    spread(&table.place, &everybody, || everybody.iter().all(|it| it.digest() == seats[0].digest()));
    assert_eq!(open_texts(everybody[4], round), TEXTS);
    assert_eq!(shown(everybody[4]), 4);
}

#[test]
fn a_node_that_has_one_share_opens_nothing_and_with_the_next_one_it_is_open() {
    let table = Table::new(42, 4);
    let all = [0, 1, 2, 3];
    let round = table.sealed_round(Ask::Words(True), &all);
    table.answer(3, round, "a hidden note", &all);
    table.act(0, Command::Reveal { round }, &[0]);
    let alone = table.here(&[0]);
    spread(&table.place, &alone, || given(alone[0]) == 1);
    let later = table.now() + 60_000;
    spread(&table.place, &alone, || table.now() >= later);
    assert_eq!((open_texts(alone[0], round), given(alone[0])), (vec![], 1), "and it gives its share once");
    for who in [0, 1] {
        table.seats[who].cut();
    }
    table.seats[1].link(alone[0]);
    let two = table.here(&[0, 1]);
    spread(&table.place, &two, || two.iter().all(|it| open_texts(it, round) == ["a hidden note"]));
    assert_eq!((shown(two[0]), given(two[0])), (0, 2));
}

#[test]
fn a_tab_that_was_reloaded_shows_what_it_sealed_once_and_not_what_it_replaced() {
    let mut table = Table::new(43, 3);
    let all = [0, 1, 2];
    let round = table.sealed_round(Ask::Words(True), &all);
    table.answer(2, round, "too hasty", &all);
    table.answer(2, round, "on second thought", &all);
    let own = |seat: &Seat| seat.node.own_answers(&round).pop().map(|(_, it)| it);
    assert_eq!(own(&table.seats[2]), Some(OwnAnswer::Text("on second thought".into())));
    assert_eq!(own(&table.seats[1]), None);
    let gone = table.seats.remove(2);
    gone.node.close();
    table.act(0, Command::Reveal { round }, &[0]);
    let (disk, key) = (gone.disk, gone.key);
    for opened in 0..2 {
        let back = table.open(2, disk.clone(), key.clone());
        assert_eq!(own(&back), Some(OwnAnswer::Text("on second thought".into())));
        table.seats[0].cut();
        back.link(&table.seats[0]);
        let two = [&table.seats[0], &back];
        spread(&table.place, &two, || two.iter().all(|it| open_texts(it, round) == ["on second thought"]));
        let later = table.now() + 60_000;
        spread(&table.place, &two, || table.now() >= later);
        assert_eq!(shown(two[0]), 1, "opened {opened} times again");
        back.node.close();
        table.seats[0].node.input(paceline_mesh::Input::LinkDown { peer: back.node.me, goodbye: true });
    }
}

#[test]
fn who_answers_after_the_reveal_shows_it_beside_the_result() {
    let table = Table::new(44, 3);
    let all = [0, 1, 2];
    let round = table.sealed_round(Ask::Words(True), &all);
    table.answer(0, round, "in time", &all);
    table.act(0, Command::Reveal { round }, &all);
    let seats = table.here(&all);
    spread(&table.place, &seats, || seats.iter().all(|it| open_texts(it, round) == ["in time"]));
    let late = table.answer(1, round, "after the others", &all);
    spread(&table.place, &seats, || seats.iter().all(|it| open_texts(it, round) == ["after the others", "in time"]));
    let replica = seats[2].node.replica();
    let apart: Vec<_> = replica.fold().rounds().answers_in(round).filter(|it| it.apart).map(|it| it.cid).collect();
    assert_eq!(apart, [late]);
}

#[test]
fn rooms_that_differ_only_in_hidden_answers_are_the_same_for_others() {
    let all = [0, 1, 2];
    let rooms = ["yes", "not at all"].map(|text| {
        let table = Table::new(45, 3);
        let round = table.sealed_round(Ask::Words(True), &all);
        table.answer(1, round, text, &all);
        table.place.go_on_to(100_000);
        let seats = table.here(&all);
        spread(&table.place, &seats, || table.now() >= 110_000);
        let replica = seats[2].node.replica();
        assert_eq!(replica.fold().own_answers(replica.log(), &table.world.keypair(2), &round), []);
        let entries: Vec<_> = replica.log().entries().map(|(_, it)| it.block.len()).collect();
        for (_, entry) in replica.log().entries() {
            let words = entry.event.body.words().and_then(|it| replica.words(&it));
            for block in std::iter::once(&entry.block[..]).chain(words.as_deref()) {
                assert!(!block.windows(text.len()).any(|it| it == text.as_bytes()));
            }
        }
        (entries, replica.fold().state(replica.log()).rounds)
    });
    assert_eq!(rooms[0], rooms[1]);
}
