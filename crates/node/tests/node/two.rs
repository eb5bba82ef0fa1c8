//! Any number of nodes live in one process, and share nothing but what they send.

use std::rc::Rc;

use paceline_node::Surroundings;
use paceline_room::testing::World;
use paceline_store::{Place as Field, Store};

use crate::world::{Disk, Place, Seat, TestKey, own_texts, spread};

#[test]
fn two_nodes_in_one_process_write_at_the_same_time_and_each_keeps_what_both_wrote() {
    let mut world = World::new(1);
    world.post(0, "before both");
    let place = Place::default();
    let open = |author: usize| {
        Seat::open(&place, world.room(), world.keypair(author), Disk::default(), Rc::new(TestKey::default()))
    };
    let (one, two) = (open(2), open(1));
    place.spawn({
        let (node, blocks) = (one.node.clone(), world.blocks());
        let words = blocks.iter().filter_map(|it| it.words.as_ref().map(|(_, words)| words.clone()));
        let blocks = words.chain(blocks.iter().map(|it| it.block.clone())).collect();
        Box::pin(async move {
            assert_eq!(node.import(blocks).await.map(|it| it.admitted), Ok(2));
        })
    });
    one.link(&two);
    for (seat, text) in [(&one, "from one"), (&two, "from two")] {
        seat.node.set_draft(&Field::Composer, |it| it.text = text.into());
        let id = seat.node.submit(&Field::Composer, "").expect("an intent");
        let node = seat.node.clone();
        place.spawn(Box::pin(async move { assert_eq!(node.deliver(id).await, Ok(())) }));
    }
    spread(&place, &[&one, &two], || one.len() == 4 && two.len() == 4 && two.disk.counts().events == 4);
    assert_eq!(one.digest(), two.digest());
    for seat in [&one, &two] {
        assert_eq!(seat.disk.counts().events, 4, "what another wrote is stored, too");
        assert_eq!(own_texts(&seat.node.replica(), two.node.me), ["from two"]);
        assert!(seat.node.desk().is_empty());
        assert!(seat.node.storing().is_empty() && !seat.node.is_unkept());
    }
    assert_eq!((one.key.mark.get(), two.key.mark.get()), (Some(0), Some(0)));
    // One goes; the other goes on.
    one.node.close();
    two.node.input(paceline_mesh::Input::LinkDown { peer: one.node.me, goodbye: true });
    one.cut();
    two.node.set_draft(&Field::Composer, |it| it.text = "alone".into());
    let id = two.node.submit(&Field::Composer, "").expect("an intent");
    let node = two.node.clone();
    place.spawn(Box::pin(async move { assert_eq!(node.deliver(id).await, Ok(())) }));
    spread(&place, &[&two], || two.disk.counts().events == 5);
    assert_eq!(one.len(), 4);
}
