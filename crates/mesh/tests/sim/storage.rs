//! What storage, imports and retractions mean to a replica.

use std::{collections::BTreeMap, sync::Arc};

use paceline_mesh::{Input, replica::Imported};
use paceline_room::{Cid, body::Retracted, testing::World};

use crate::world::{ME, Solo};

fn busy_world() -> World {
    let mut world = World::new(21);
    for author in 0..4 {
        world.introduce(author, "Somebody");
        world.post(author, "hello");
    }
    world.sync_all();
    for author in 0..4 {
        world.post(author, "hello again");
    }
    world
}

fn blocks_of(world: &World) -> Vec<Arc<[u8]>> {
    let stored = world.blocks().into_iter();
    stored.flat_map(|it| [Some(it.block), it.words.map(|(_, words)| words)]).flatten().collect()
}

#[test]
fn storage_may_yield_its_pages_in_any_order() {
    let world = busy_world();
    let whole = Solo::holding(&world);
    for seed in 0..5 {
        let mut solo = Solo::empty(&world);
        for page in world.shuffled(seed).chunks(3) {
            assert_eq!(solo.replica.load(page.to_vec()), vec![]);
        }
        assert_eq!(solo.replica.fold().digest(), whole.replica.fold().digest());
        assert_eq!(solo.replica.pending(), 0);
        assert_eq!(solo.replica.progress().missing_words, 0);
    }
}

#[test]
fn damage_in_storage_is_named_and_the_rest_is_kept() {
    let world = busy_world();
    let mut blocks = world.blocks();
    let last = blocks.len() - 1;
    let (bad, mut words_bad) = (blocks[last].cid, None);
    let mut block = blocks[last].block.to_vec();
    block[9] ^= 1;
    blocks[last].block = block.into();
    let other = blocks.iter_mut().find(|it| it.cid != bad && it.words.is_some()).unwrap();
    if let Some((name, words)) = &mut other.words {
        *words = Arc::from(&b"damaged"[..]);
        words_bad = Some(*name);
    }
    let mut solo = Solo::empty(&world);
    let damaged: BTreeMap<Cid, &str> = solo.replica.load(blocks).into_iter().collect();
    assert_eq!(damaged, BTreeMap::from([(bad, "wrong-cid"), (words_bad.unwrap(), "wrong-cid")]));
    assert_eq!(solo.replica.log().len(), world.blocks().len() - 1);
    assert_eq!(solo.replica.progress().missing_words, 1);
}

#[test]
fn an_event_whose_parent_was_damaged_waits_until_a_peer_brings_it() {
    let world = busy_world();
    let blocks = world.blocks();
    let lost = blocks[1].clone();
    let mut solo = Solo::empty(&world);
    solo.replica.load(blocks.iter().filter(|it| it.cid != lost.cid).cloned().collect());
    assert!(solo.replica.pending() > 0);
    let peer = world.author(1);
    solo.link(peer);
    solo.push(peer, &lost.block, None);
    assert_eq!(solo.replica.pending(), 0);
    assert_eq!(solo.replica.log().len(), blocks.len());
}

#[test]
fn an_import_counts_what_it_brought() {
    let world = busy_world();
    let blocks = world.blocks();
    let mut solo = Solo::empty(&world);
    solo.replica.load(blocks[..3].to_vec());
    let mut car = blocks_of(&world);
    car.reverse();
    car.push(Arc::from(&b"not a block of any room"[..]));
    solo.input(Input::Import(car));
    let refused = BTreeMap::from([("malformed".to_owned(), 1)]);
    let expected = Imported { admitted: blocks.len() - 3, known: 3, pending: 0, refused };
    assert_eq!(solo.replica.imported(), Some(expected));
    assert_eq!(solo.replica.imported(), None);
    assert_eq!(solo.replica.fold().digest(), Solo::holding(&world).replica.fold().digest());
    assert_eq!(solo.replica.progress().missing_words, 0);
    assert_eq!(solo.stored.len(), blocks.len() - 3);
}

#[test]
fn an_import_with_one_byte_changed_keeps_all_that_is_whole() {
    let world = busy_world();
    let mut car = blocks_of(&world);
    let tip = world.blocks().last().unwrap().block.clone();
    let at = car.iter().position(|block| *block == tip).unwrap();
    let mut changed = tip.to_vec();
    let end = changed.len() - 1;
    changed[end] ^= 1;
    car[at] = changed.into();
    let mut solo = Solo::empty(&world);
    solo.input(Input::Import(car));
    let imported = solo.replica.imported().unwrap();
    assert_eq!(imported.admitted, world.blocks().len() - 1);
    assert_eq!(imported.refused.values().sum::<usize>(), 1);
}

#[test]
fn an_import_without_its_beginning_is_pending() {
    let world = busy_world();
    let blocks: Vec<Arc<[u8]>> = world.blocks().into_iter().skip(1).map(|it| it.block).collect();
    let mut solo = Solo::empty(&world);
    solo.input(Input::Import(blocks.clone()));
    assert_eq!(solo.replica.imported().map(|it| (it.admitted, it.pending)), Some((0, blocks.len())));
    solo.input(Input::Import(vec![world.blocks()[0].block.clone()]));
    assert_eq!(solo.replica.log().len(), blocks.len() + 1);
}

#[test]
fn words_that_were_taken_back_are_dropped_and_not_taken_again() {
    let mut world = busy_world();
    let post = world.post(1, "something to regret");
    let mut solo = Solo::holding(&world);
    let name = solo.replica.log().entry(solo.replica.log().find(&post).unwrap()).event.body.words().unwrap();
    assert!(solo.replica.words(&name).is_some());
    let words = world.words(&name).unwrap();
    let peer = world.author(2);
    solo.link(peer);
    let gone = world.write(1, Retracted { post, alone: false });
    let stored = world.blocks().into_iter().find(|it| it.cid == gone).unwrap();
    solo.push(peer, &stored.block, None);
    assert_eq!(solo.dropped, vec![name]);
    assert!(solo.replica.words(&name).is_none());
    // They come again with their post, from somebody who has not heard.
    let stored = world.blocks().into_iter().find(|it| it.cid == post).unwrap();
    solo.push(peer, &stored.block, Some(&words));
    assert!(solo.replica.words(&name).is_none());
    assert_eq!(solo.counts(), BTreeMap::new());
}

#[test]
fn words_of_a_post_that_storage_holds_as_retracted_are_dropped_after_loading() {
    let mut world = busy_world();
    let post = world.post(1, "something to regret");
    world.write(1, Retracted { post, alone: false });
    // A tab killed between storing the retraction and deleting the words.
    let mut solo = Solo::holding(&world);
    solo.input(Input::Tick);
    assert_eq!(solo.dropped.len(), 1);
}

#[test]
fn an_own_event_is_pushed_and_not_stored_twice() {
    let mut world = busy_world();
    world.introduce(ME, "Me");
    let mut solo = Solo::holding(&world);
    let peer = world.author(1);
    solo.link(peer);
    let cid = world.post(ME, "mine");
    let stored = world.blocks().into_iter().find(|it| it.cid == cid).unwrap();
    let event = paceline_room::Event::decode(&stored.block).unwrap();
    solo.sent_live(peer);
    solo.input(Input::Own { cid, event: event.into(), block: stored.block, words: stored.words });
    assert_eq!(solo.stored, vec![]);
    assert_eq!(solo.admitted, vec![cid]);
    assert!(matches!(&solo.sent_live(peer)[..], [paceline_mesh::wire::Live::Push(push)] if push.1.is_some() && push.3));
    assert_eq!(solo.replica.reach(&cid).stored, 1);
}
