//! Others' events: kept many at once, tried again when there was no room, all of it anew when the database was deleted.

use std::{cell::RefCell, rc::Rc};

use futures::FutureExt;
use paceline_node::{NodeError, Ready, Surroundings, Told};
use paceline_room::{body::people, testing::World};
use paceline_store::{Durability, Place as Field, Store, StoreError};

use crate::world::{Disk, Fault, Place, Seat, TestKey, spread};

/// Two nodes, of which one holds a room and the other nothing yet.
fn pair(world: &mut World, posts: usize) -> (Place, Seat, Seat) {
    for post in 0..posts {
        world.post(0, &format!("post {post}"));
    }
    let (place, disk) = (Place::default(), Disk::default());
    let (stored, blocks) = (disk.clone(), world.blocks());
    place.spawn(Box::pin(async move { stored.commit(blocks, Durability::Strict).await.expect("stored") }));
    while place.has_task() {
        place.run_task();
        disk.end_write();
    }
    let holder = Seat::open(&place, world.room(), world.keypair(0), disk, Rc::default());
    let newcomer = Seat::open(&place, world.room(), world.keypair(1), Disk::default(), Rc::<TestKey>::default());
    (place, holder, newcomer)
}

#[test]
fn what_comes_together_is_stored_together() {
    let (place, holder, newcomer) = pair(&mut World::new(20), 40);
    holder.link(&newcomer);
    spread(&place, &[&holder, &newcomer], || newcomer.disk.counts().events == 41);
    assert!(newcomer.disk.ended() < 10, "{} writes for 41 events", newcomer.disk.ended());
    assert_eq!(holder.digest(), newcomer.digest());
}

#[test]
fn what_was_imported_is_stored_before_that_is_said_or_could_not_be() {
    for fault in [None, Some(Fault::Full(0, 1))] {
        let mut world = World::new(26);
        let (place, _, newcomer) = pair(&mut world, 40);
        newcomer.disk.set_fault(fault);
        let (node, disk, told) = (newcomer.node.clone(), newcomer.disk.clone(), Rc::new(RefCell::new(None)));
        let (blocks, seen) = (world.blocks().into_iter().map(|it| it.block).collect(), told.clone());
        place.spawn(Box::pin(async move {
            let imported = node.import(blocks).await.expect("it is open");
            *seen.borrow_mut() = Some((imported.admitted, disk.counts().events, disk.failed()));
        }));
        spread(&place, &[&newcomer], || told.borrow().is_some());
        let expected = if fault.is_none() { (41, 41, 0) } else { (41, 0, 1) };
        assert_eq!(told.take(), Some(expected));
    }
}

#[test]
fn what_found_no_room_is_said_once_and_stored_as_soon_as_there_is_some() {
    let (place, holder, newcomer) = pair(&mut World::new(21), 5);
    newcomer.disk.set_fault(Some(Fault::Full(0, 4)));
    holder.link(&newcomer);
    let first = newcomer.node.replica().log().room();
    spread(&place, &[&holder, &newcomer], || newcomer.disk.counts().events == 6);
    assert_eq!(newcomer.disk.failed(), 4);
    let failed = |it: &&Told| matches!(it, Told::Failed(NodeError::Store(StoreError::Full)));
    assert_eq!(newcomer.told.borrow().iter().filter(failed).count(), 1);
    assert_eq!(newcomer.node.replica().reach(&first).stored, 2, "what is stored is reported");
}

#[test]
fn an_own_event_takes_along_whatever_it_may_build_on() {
    let (place, holder, newcomer) = pair(&mut World::new(22), 5);
    newcomer.disk.set_fault(Some(Fault::Once(0)));
    holder.link(&newcomer);
    spread(&place, &[&holder, &newcomer], || newcomer.len() == 6 && newcomer.disk.failed() == 1);
    newcomer.node.set_draft(&Field::Composer, |it| it.text = "after all of these".into());
    let id = newcomer.node.submit(&Field::Composer, "").expect("an intent");
    let node = newcomer.node.clone();
    place.spawn(Box::pin(async move { assert_eq!(node.deliver(id).await, Ok(())) }));
    spread(&place, &[&holder, &newcomer], || holder.len() == 7);
    let disk = newcomer.disk.after_crash(0, usize::MAX);
    let again = Seat::open(&place, newcomer.node.replica().log().room(), World::new(22).keypair(1), disk, newcomer.key);
    assert!(again.whole && again.len() == 7);
}

#[test]
fn what_was_lost_is_noticed_and_the_key_writes_no_more() {
    let mut world = World::new(23);
    world.post(0, "one");
    world.post(0, "two");
    let place = Place::default();
    let load = |blocks: Vec<paceline_room::Stored>| {
        let disk = Disk::default();
        let (stored, ready) = (disk.clone(), Rc::new(RefCell::new(None)));
        let (key, room, around, told) = (world.keypair(0), world.room(), place.clone(), ready.clone());
        place.spawn(Box::pin(async move {
            stored.commit(blocks, Durability::Relaxed).await.expect("stored");
            *told.borrow_mut() = Ready::load(room, &key, &stored, &around).await.ok();
        }));
        while place.has_task() {
            place.run_task();
            disk.end_write();
        }
        ready.take().expect("loaded")
    };
    let blocks = world.blocks();
    assert!(load(blocks.clone()).is_whole(Some(2)));
    assert!(load(blocks.clone()).is_whole(None), "a mark that is too low only notices less");
    assert!(!load(blocks[..2].to_vec()).is_whole(Some(2)), "its end is lost");
    assert!(!load([&blocks[..1], &blocks[2..]].concat()).is_whole(None), "there is a hole");
    assert!(load(Vec::new()).is_empty());
}

#[test]
fn an_own_event_that_was_not_written_here_means_that_another_has_the_key() {
    let mut world = World::new(25);
    let (place, holder, newcomer) = pair(&mut world, 3);
    let mut elsewhere = Vec::new();
    for text in ["from elsewhere", "and on"] {
        world.post(0, text);
        elsewhere.extend(world.blocks().last().map(|it| it.block.clone()));
    }
    holder.link(&newcomer);
    spread(&place, &[&holder, &newcomer], || newcomer.len() == 4);
    let node = newcomer.node.clone();
    place.spawn(Box::pin(async move { assert!(node.import(elsewhere).await.is_ok()) }));
    spread(&place, &[&holder, &newcomer], || holder.len() == 6);
    let taken = |seat: &Seat| seat.told.borrow().iter().filter(|it| **it == Told::KeyTaken).count();
    assert_eq!((taken(&holder), taken(&newcomer)), (1, 0), "told once, and only whose key it is");
    let (node, outcome) = (holder.node.clone(), Rc::new(RefCell::new(None)));
    let told = outcome.clone();
    place.spawn(Box::pin(async move {
        let name = people::Command::Introduce { name: "Ann".into(), strengths: vec![], hue: None };
        *told.borrow_mut() = Some(node.act(name.into()).await);
    }));
    spread(&place, &[&holder, &newcomer], || outcome.borrow().is_some());
    assert_eq!(outcome.take(), Some(Err(NodeError::Closed)), "nothing more is signed with it");
}

#[test]
fn a_database_that_was_deleted_is_stored_anew_with_what_is_being_written() {
    let (place, holder, mut newcomer) = pair(&mut World::new(24), 3);
    holder.node.set_draft(&Field::Composer, |it| it.text = "half of".into());
    let (other, outcome) = (Disk::default(), Rc::new(RefCell::new(None)));
    let (node, opened, told) = (holder.node.clone(), other.clone(), outcome.clone());
    place.spawn(Box::pin(async move {
        let open = || -> futures::future::LocalBoxFuture<'static, Result<Rc<dyn Store>, StoreError>> {
            Box::pin(async { Ok(Rc::new(opened) as Rc<dyn Store>) })
        };
        *told.borrow_mut() = Some(node.store_anew(open).await);
    }));
    newcomer.disk = other.clone();
    spread(&place, &[&holder, &newcomer], || outcome.borrow().is_some());
    assert_eq!(outcome.take(), Some(Ok(())));
    assert_eq!(other.counts().events, 4);
    let unsent = futures::executor::block_on(other.unsent()).expect("read");
    assert!(unsent.iter().any(|(key, value)| key == "draft/composer" && value.contains("half of")));
    // What comes from now on goes there.
    holder.node.set_draft(&Field::Composer, |it| it.text = "half of a thought".into());
    let id = holder.node.submit(&Field::Composer, "").expect("an intent");
    let node = holder.node.clone();
    place.spawn(Box::pin(async move { assert_eq!(node.deliver(id).await, Ok(())) }));
    spread(&place, &[&holder, &newcomer], || other.counts().events == 5);
    assert_eq!(holder.disk.counts().events, 4);
}

#[test]
fn whoever_gives_up_storing_anew_at_any_instant_leaves_the_node_writing() {
    let (mut begun, mut opened) = (0, 0);
    for instant in 0..4 {
        let (place, holder, newcomer) = pair(&mut World::new(25), 3);
        spread(&place, &[&holder, &newcomer], || !place.has_task());
        let (other, node) = (Disk::default(), holder.node.clone());
        let database = other.clone();
        let open = || -> futures::future::LocalBoxFuture<'static, Result<Rc<dyn Store>, StoreError>> {
            Box::pin(async { Ok(Rc::new(database) as Rc<dyn Store>) })
        };
        let mut anew = Box::pin(async move { node.store_anew(open).await });
        let mut look = || anew.as_mut().now_or_never();
        holder.node.set_draft(&Field::Composer, |it| it.text = "half of".into());
        // Asked for; then the turn is given; then it is taken, and the other database is written; then that is done.
        assert_eq!(look(), None);
        if instant > 0 {
            place.run_task();
            place.run_task();
        }
        if instant > 1 {
            assert_eq!(look(), None);
            begun += other.begun();
        }
        if instant > 2 {
            other.end_write();
            opened += other.counts().events;
        }
        drop(anew);
        let stored = || futures::executor::block_on(holder.disk.unsent()).expect("read");
        spread(&place, &[&holder, &newcomer], || stored().iter().any(|(_, value)| value.contains("half of")));
        let id = holder.node.submit(&Field::Composer, "").expect("an intent");
        let node = holder.node.clone();
        place.spawn(Box::pin(async move { assert_eq!(node.deliver(id).await, Ok(())) }));
        spread(&place, &[&holder, &newcomer], || holder.disk.counts().events == 5);
        assert_eq!(holder.node.desk().unsent(), []);
    }
    assert_eq!((begun, opened), (2, 4), "each instant was one");
}
