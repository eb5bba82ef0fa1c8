//! What comes together is verified together, and what comes alone at once.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use paceline_node::Surroundings;
use paceline_room::{
    batch::{Counts, LOT},
    testing::World,
};

use crate::world::{Disk, Place, Seat, TestKey, spread};

/// Takes them in, and waits for that.
fn import(place: &Place, seat: &Seat, blocks: Vec<Arc<[u8]>>) {
    let (node, done, many) = (seat.node.clone(), Rc::new(RefCell::new(None)), blocks.len());
    let told = done.clone();
    place.spawn(Box::pin(async move { *told.borrow_mut() = Some(node.import(blocks).await.map(|it| it.admitted)) }));
    spread(place, &[seat], || done.borrow().is_some());
    assert_eq!(done.take(), Some(Ok(many)));
}

#[test]
fn as_many_signatures_as_go_together_are_one_multiplication() {
    let mut world = World::new(28);
    (1..=LOT).for_each(|_| _ = world.post(1, "a post"));
    let mut blocks: Vec<Arc<[u8]>> = world.blocks().into_iter().map(|it| it.block).collect();
    let last = blocks.split_off(LOT);
    let place = Place::default();
    let seat = Seat::open(&place, world.room(), world.keypair(2), Disk::default(), Rc::new(TestKey::default()));
    import(&place, &seat, blocks);
    let together = Counts { multiplications: 1, together: LOT as u64, ..Counts::default() };
    assert_eq!((seat.node.signatures(), seat.len()), (together, LOT));
    // One alone waits for no others.
    import(&place, &seat, last);
    assert_eq!((seat.node.signatures(), seat.len()), (Counts { alone: 1, ..together }, LOT + 1));
    assert_eq!(seat.node.checked(), LOT + 1);
}
