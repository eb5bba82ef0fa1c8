//! What others can fill stays bounded whoever comes and goes, and what lay before it was read is nobody's fault.

use std::collections::BTreeMap;

use paceline_mesh::Input;
use paceline_room::{Cid, body::Retracted};

use crate::hostile::{PEER, beacon, crooked, room, signed};

/// Keys are free: what waits for one that is gone must not be one queue more for each.
#[test]
fn keys_that_come_and_go_leave_no_queues_behind() {
    let (world, mut solo, _) = room();
    for key in 10..16 {
        let peer = world.author(key);
        solo.link(peer);
        let orphan = crooked(&world, |draft| (draft.parents, draft.at) = (vec![Cid::of(&[key as u8])], key as u64));
        solo.push(peer, &orphan, None);
        solo.input(Input::LinkDown { peer, goodbye: false });
    }
    assert_eq!(solo.replica.pending(), 6);
    assert_eq!(solo.replica.queues().into_iter().find(|it| it.holds > it.most), None);
}

#[test]
fn a_neighbour_that_goes_while_its_flood_waits_leaves_no_budget_behind() {
    let (mut world, mut solo, peer) = room();
    for number in 0..2_100_u32 {
        world.write(PEER, Retracted { post: Cid::of(&number.to_le_bytes()), alone: false });
    }
    for stored in world.blocks() {
        solo.push(peer, &stored.block, None);
    }
    solo.input(Input::LinkDown { peer, goodbye: false });
    solo.wait(2_000);
    assert_eq!(solo.replica.queues().into_iter().find(|it| it.holds > it.most), None);
    assert_eq!(solo.counts(), BTreeMap::new());
}

/// A page was frozen for half a minute, while its neighbour passed on as much as an honest node may.
#[test]
fn a_neighbour_whose_beacons_lay_before_they_were_read_is_not_to_blame() {
    let (world, mut solo, peer) = room();
    let message = signed(&beacon(&world, PEER, 1), &world.keypair(PEER));
    solo.now += 30_000;
    (0..500 + 100 * 30).for_each(|_| solo.live(peer, &message));
    assert_eq!((solo.disconnected.clone(), solo.replica.blamed().len()), (vec![], 0));
}
