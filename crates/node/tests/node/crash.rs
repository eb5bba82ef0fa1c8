//! The crash matrix: a person writes, answers, edits and takes back while others write, and at every step the process ends, the
//! machine loses power, the key is objected to, or the tab is frozen; on a disk that is well, slow, full, or fails once.
//!
//! What is done in one step is there in its whole or not at all.
//! No event that was acknowledged is missing, nothing is sent that is not stored, no position has two events, and of all that was
//! sent each word is there once: as an event, as an intent, or as a draft again.

mod story;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::AddAssign,
    rc::Rc,
};

use futures::executor::block_on;
use paceline_node::{MOVED, Move, NodeError, Ready, Surroundings};
use paceline_store::Place as Field;

use crate::{
    together::{EVENTS, begun},
    world::{Disk, Fault, Place, Seat, TestKey, own_texts, spread},
};
use story::{Story, parts_of};

/// What the matrix went through.
#[derive(Debug, Default)]
struct Counts {
    steps: usize,
    states: usize,
    crashes: usize,
    landed_unheard: usize,
    lost_relaxed: usize,
    lost_notes: usize,
    intents_found: usize,
    drafts_found: usize,
    events_found: usize,
    steps_found: usize,
    failed_writes: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, it: Self) {
        self.steps += it.steps;
        self.states += it.states;
        self.crashes += it.crashes;
        self.landed_unheard += it.landed_unheard;
        self.lost_relaxed += it.lost_relaxed;
        self.lost_notes += it.lost_notes;
        self.intents_found += it.intents_found;
        self.drafts_found += it.drafts_found;
        self.events_found += it.events_found;
        self.steps_found += it.steps_found;
        self.failed_writes += it.failed_writes;
    }
}

/// Where each text is: how often as an event, an intent, a draft.
fn places_of(seat: &Seat, authors: &[paceline_room::NodeId]) -> BTreeMap<String, [usize; 3]> {
    let mut found: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let replica = seat.node.replica();
    let desk = seat.node.desk();
    let events = authors.iter().flat_map(|it| own_texts(&replica, *it)).map(|it| (0, it));
    let intents = desk.unsent().iter().map(|it| (1, it.draft.text.clone()));
    let drafts = desk.drafts().map(|(_, it)| (2, it.text.clone()));
    for (at, text) in events.chain(intents).chain(drafts) {
        for part in parts_of(&text) {
            found.entry(part).or_default()[at] += 1;
        }
    }
    found
}

/// Each text that was sent is there once; others at most once. `kept`: what was left for the next page was found.
fn check_texts(found: &BTreeMap<String, [usize; 3]>, sent: &BTreeSet<String>, kept: bool, when: &str) {
    for (text, places) in found {
        assert!(places.iter().sum::<usize>() == 1, "{when}: {text} is there more than once: {places:?}");
    }
    let lost: Vec<_> = sent.iter().filter(|it| !found.contains_key(*it)).collect();
    assert!(!kept || lost.is_empty(), "{when}: {lost:?} was sent and is lost");
}

/// Ends a story at this step in one way, and goes on from what is there.
fn crash(story: &Story, (landed, lost, note_kept): (usize, usize, bool), counts: &mut Counts) {
    let when = format!(
        "seed {} step {} fault {:?}: {landed:b} landed, {lost} lost, note kept: {note_kept}",
        story.seed, story.step, story.fault
    );
    let place = Place::default();
    let key = Rc::new(TestKey::default());
    key.mark.set(story.me.key.mark.get());
    if note_kept {
        key.note.replace(story.me.key.note.borrow().clone());
    }
    let disk = story.me.disk.after_crash(landed, lost);
    let me = Seat::open(&place, story.room(), story.my_key(), disk, key);
    assert!(me.whole, "{when}: the node could not write on");
    let mine = me.node.me;
    let mut here = me.events_of(mine);
    assert!(story.acknowledged().is_subset(&here), "{when}: an acknowledged event is missing");
    assert!(story.peer.events_of(mine).is_subset(&here), "{when}: others have what is not stored");
    assert!([0, EVENTS].contains(&begun(&me)), "{when}: a part of a step is there");
    counts.steps_found += usize::from(begun(&me) > 0);
    let found = places_of(&me, &[mine]);
    check_texts(&found, &story.sent(), note_kept, &when);
    for text in story.acknowledged_texts() {
        assert_eq!(found.get(&text), Some(&[1, 0, 0]), "{when}: {text} was acknowledged");
    }
    for places in found.values() {
        counts.events_found += places[0];
        counts.intents_found += places[1];
        counts.drafts_found += places[2];
    }
    // What was sent goes out now, once.
    let peer_disk = story.peer.disk.after_crash(usize::MAX, 0);
    let peer = Seat::open(&place, story.room(), story.peer_key(), peer_disk, Rc::default());
    me.link(&peer);
    for id in me.node.held("") {
        let node = me.node.clone();
        place.spawn(Box::pin(async move { assert_eq!(node.deliver(id).await, Ok(())) }));
    }
    spread(&place, &[&me, &peer], || {
        me.node.held("").is_empty() && me.digest() == peer.digest() && me.disk.begun() + peer.disk.begun() == 0
    });
    let after = places_of(&me, &[mine]);
    check_texts(&after, &story.sent(), note_kept, &when);
    let stuck = me.node.desk().unsent().iter().filter(|it| it.held.is_empty()).count();
    assert_eq!(stuck, 0, "{when}: an intent neither went out nor says why");
    here = me.events_of(mine);
    assert_eq!(here, peer.events_of(mine), "{when}");
    assert!(!me.node.replica().log().is_split(&mine), "{when}: one position has two events");
    counts.crashes += 1;
    counts.landed_unheard += landed.count_ones() as usize;
    counts.lost_relaxed += lost;
    counts.lost_notes += usize::from(!note_kept && story.me.key.note.borrow().is_some());
}

/// Ends a story in every way at every step.
fn crash_everywhere(seed: u64, fault: Option<Fault>, slow: bool) -> Counts {
    let mut story = Story::new(seed, fault, slow);
    let (mut counts, mut last) = (Counts::default(), None);
    loop {
        let state = story.state();
        if last.as_ref() != Some(&state) {
            counts.states += 1;
            for landed in 0..1 << story.me.disk.begun() {
                // What landed last is there with all that landed before it.
                let most_lost = if landed == 0 { story.me.disk.relaxed() } else { 0 };
                for lost in 0..=most_lost {
                    for note_kept in [true, false] {
                        crash(&story, (landed, lost, note_kept), &mut counts);
                    }
                }
            }
            last = Some(state);
        }
        if !story.go_on() {
            break;
        }
    }
    counts.steps = story.step;
    counts.failed_writes = story.me.disk.failed();
    let found = places_of(&story.me, &[story.me.node.me]);
    check_texts(&found, &story.sent(), true, "in the end");
    counts
}

#[test]
fn whenever_it_crashes_on_a_disk_that_is_well_or_slow_nothing_is_lost_or_doubled() {
    let mut counts = Counts::default();
    for (seed, slow) in [(1, false), (2, true), (7, false), (8, true)] {
        counts += crash_everywhere(seed, None, slow);
    }
    println!("crashes: {counts:?}");
    let Counts { steps, crashes, landed_unheard, lost_relaxed, lost_notes, .. } = counts;
    assert!(steps > 300 && crashes > 500 && landed_unheard > 100 && lost_relaxed > 100 && lost_notes > 100);
    assert!(counts.intents_found > 100 && counts.drafts_found > 100 && counts.events_found > 100);
    assert!((100..crashes).contains(&counts.steps_found), "with the meeting, and without");
}

#[test]
fn whenever_it_crashes_on_a_disk_that_fails_once_nothing_is_lost_or_doubled() {
    let writes = Story::writes_of(3);
    let mut counts = Counts::default();
    for which in 0..writes {
        counts += crash_everywhere(3, Some(Fault::Once(which)), false);
    }
    println!("crashes around each of {writes} writes that fails: {counts:?}");
    assert!(writes > 10 && counts.failed_writes == writes && counts.crashes > 1_000);
}

#[test]
fn whenever_it_crashes_on_a_disk_that_is_full_for_a_while_nothing_is_lost_or_doubled() {
    let writes = Story::writes_of(4);
    let mut counts = Counts::default();
    for from in 0..writes {
        counts += crash_everywhere(4, Some(Fault::Full(from, 4)), false);
    }
    println!("crashes around a disk that is full: {counts:?}");
    assert!(counts.failed_writes > writes && counts.crashes > 1_000);
}

/// The key is objected to late: this node signs no more, what it has goes on under another key.
#[test]
fn whenever_its_key_is_objected_to_all_goes_on_under_another_and_nothing_is_lost_or_doubled() {
    let (mut objections, mut moved, mut under_way) = (0, 0, 0);
    for (at, slow) in (0..).flat_map(|at| [(at, false), (at, true)]) {
        let mut story = Story::new(5, None, slow);
        if !(0..at).all(|_| story.go_on()) {
            break;
        }
        let (old, place) = (&story.me, story.place.clone());
        under_way += old.disk.begun();
        old.node.close();
        old.cut();
        spread(&place, &[old], || old.disk.begun() == 0 && !place.has_task());
        let when = format!("objected to at step {at}, slow: {slow}");
        assert!(story.acknowledged().is_subset(&old.events_of(old.node.me)), "{when}");
        let mut carried = Move::of(&old.node.desk(), false);
        let disk = Disk::default();
        let copied = (disk.clone(), old.disk.clone());
        place.spawn(Box::pin(async move {
            let (new, old) = copied;
            carried.copy(&old, &new).await.expect("copied");
            carried.clear(&old).await.expect("taken away");
        }));
        while place.has_task() || disk.begun() + old.disk.begun() > 0 {
            place.run_task();
            disk.end_write();
            old.disk.end_write();
        }
        let new = Seat::open(&place, story.room(), story.other_key(), disk, Rc::default());
        let authors = [old.node.me, new.node.me];
        let found = places_of(&new, &authors);
        check_texts(&found, &story.sent(), true, &when);
        new.link(&story.peer);
        for id in new.node.held(MOVED) {
            moved += 1;
            new.node.release(&id);
            let node = new.node.clone();
            let moved_to = node.desk().find(&id).map(|it| it.place);
            // What the other key has written, this one cannot change: the words are offered again.
            let stays = matches!(moved_to, Some(Field::Edit(_) | Field::Retract(_)));
            let outcome = if stays { Err(NodeError::Refused("not-yours")) } else { Ok(()) };
            place.spawn(Box::pin(async move { assert_eq!(node.deliver(id).await, outcome) }));
        }
        spread(&place, &[&new, &story.peer], || {
            new.node.desk().unsent().is_empty() && new.digest() == story.peer.digest()
        });
        check_texts(&places_of(&new, &authors), &story.sent(), true, &when);
        assert!(authors.iter().all(|it| !new.node.replica().log().is_split(it)), "{when}");
        // What stayed behind of the old one's database sends nothing.
        let ready = block_on(Ready::load(story.room(), &story.my_key(), &story.me.disk, &place)).expect("read");
        assert!(ready.is_whole(story.me.key.mark.get()), "{when}");
        objections += 1;
    }
    println!("objections: {objections}, with {under_way} writes under way; {moved} intents moved");
    assert!(objections > 100 && under_way > 50 && moved > 50);
}

/// The page is frozen: its writes come to their end, and nobody is told before it goes on. It may also be discarded.
#[test]
fn whenever_the_tab_is_frozen_it_goes_on_or_is_discarded_and_nothing_is_lost_or_doubled() {
    let (mut frozen, mut ended, mut counts) = (0, 0, Counts::default());
    for (at, slow) in (0..).flat_map(|at| [(at, false), (at, true)]) {
        let mut story = Story::new(6, None, slow);
        if !(0..at).all(|_| story.go_on()) {
            break;
        }
        let began = story.me.disk.ended();
        story.me.node.leave_unsaved();
        story.me.node.say_goodbye();
        while story.me.disk.begun() > 0 {
            story.me.disk.end_write();
        }
        ended += story.me.disk.ended() - began;
        crash(&story, (0, 0, true), &mut counts);
        let lost = story.me.disk.relaxed();
        crash(&story, (0, lost, true), &mut counts);
        story.me.node.come_back(false);
        while story.go_on() {}
        let found = places_of(&story.me, &[story.me.node.me]);
        check_texts(&found, &story.sent(), true, &format!("frozen at step {at}, slow: {slow}"));
        assert!(story.me.node.desk().unsent().is_empty());
        assert_eq!(story.me.digest(), story.peer.digest());
        frozen += 1;
    }
    println!("frozen: {frozen}, with {ended} writes that nobody was told of; {counts:?}");
    assert!(frozen > 100 && ended > 50 && counts.crashes == 2 * frozen && counts.intents_found > 50);
}

/// The database of events is deleted, or an older copy of it comes back, while what is noted beside it stays: after each step.
#[test]
fn whenever_its_events_are_lost_a_key_never_goes_on_below_what_was_sent() {
    let (mut lost, mut empty, mut whole, mut unnoted) = (0, 0, 0, 0);
    for (seed, slow, turns) in [(9, false, 0), (9, true, 0), (10, false, 5), (11, true, 20)] {
        let mut story = Story::new(seed, None, slow);
        story.me.key.slow.set(turns);
        loop {
            let mine = story.me.node.me;
            // What this node counts as its own it may send at any time.
            let sent = story.me.events_of(mine);
            let mark = story.me.key.mark.get();
            for writes in 0..=story.me.disk.written() {
                let disk = story.me.disk.copy_of(writes);
                let ready = block_on(Ready::load(story.room(), &story.my_key(), &disk, &story.place)).expect("read");
                let log = ready.replica().log();
                let is_missing = sent.iter().any(|cid| log.find(cid).is_none());
                let when = format!("seed {seed} step {} of {turns} turns, {writes} writes kept", story.step);
                if ready.is_whole(mark) {
                    assert!(!is_missing, "{when}: it goes on below what was sent");
                    whole += 1;
                } else {
                    lost += 1;
                    empty += usize::from(ready.is_empty());
                }
                unnoted += usize::from(
                    log.chains_of(&mine).map(|(_, it)| it.events.len() as u64).max() > mark.map(|it| it + 1),
                );
            }
            if !story.go_on() {
                break;
            }
        }
    }
    println!("lost: {lost}, of these all {empty}; whole: {whole}, with {unnoted} that were stored and not noted");
    assert!(lost > 1_000 && empty > 100 && whole > 1_000 && unnoted > 50);
}

/// The process ends between storing and noting.
#[test]
fn what_was_stored_and_not_noted_is_noted_before_it_is_sent() {
    let mut found = 0;
    let mut story = Story::new(12, None, false);
    story.me.key.slow.set(10);
    loop {
        let mark = story.me.key.mark.get();
        let key = Rc::new(TestKey::default());
        key.mark.set(mark);
        let place = Place::default();
        let me = Seat::open(&place, story.room(), story.my_key(), story.me.disk.after_crash(0, 0), key);
        let here = me.events_of(me.node.me).len() as u64;
        assert!(me.whole && me.key.mark.get().map_or(0, |it| it + 1) >= here, "step {}", story.step);
        found += usize::from(me.key.mark.get() > mark);
        if !story.go_on() {
            break;
        }
    }
    assert!(found > 10, "{found}");
}
