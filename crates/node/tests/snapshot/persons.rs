//! A person with several tabs stands there once.

use std::sync::Arc;

use paceline_mesh::{Input, replica::Here};
use paceline_room::body::{AlsoMe, Introduced, NotMe};

use super::hall::{Hall, ME};

fn introduced(name: &str) -> Introduced {
    Introduced { name: name.try_into().unwrap(), strengths: Default::default(), hue: 0_u64.try_into().unwrap() }
}

#[test]
fn joined_nodes_are_one_person_with_one_name_until_either_ends_it() {
    let mut hall = Hall::new(4);
    let nodes: Vec<_> = (0..4).map(|it| hall.node(it)).collect();
    for (who, name) in [(ME, "Ada"), (1, "Ada on the phone"), (2, "Ben"), (3, "Cleo")] {
        hall.write(who, introduced(name));
    }
    hall.write(1, AlsoMe { node: nodes[ME] });
    hall.load();
    hall.link(1);
    hall.link(2);
    let names = |hall: &mut Hall| hall.take().people.iter().map(|it| it.name.to_string()).collect::<Vec<_>>();
    assert_eq!(names(&mut hall), ["Ada", "Ada on the phone", "Ben", "Cleo"]);
    assert_eq!(hall.replica.fold().joined().claimants(nodes[ME]).collect::<Vec<_>>(), [nodes[1]]);

    let joins = hall.write(ME, AlsoMe { node: nodes[1] });
    hall.bring(&joins);
    assert_eq!(names(&mut hall), ["Ada on the phone", "Ben", "Cleo"], "the latest name of either");
    assert_eq!(hall.replica.fold().joined().claimants(nodes[ME]).count(), 0);
    let now = hall.take();
    let me = now.people.me().expect("this node is there");
    assert_eq!((me.nodes.to_vec(), me.tabs, me.me), (vec![nodes[1], nodes[ME]], 2, true));
    assert!([nodes[ME], nodes[1]].iter().all(|it| now.people.find(it).is_some_and(|it| Arc::ptr_eq(it, me))));
    assert_eq!((now.people.len(), now.people.gone()), (3, 1));

    hall.input(Input::LinkDown { peer: nodes[1], goodbye: true });
    let now = hall.take();
    let me = now.people.me().expect("this node is there");
    assert_eq!((me.tabs, me.here), (1, Here::Here), "its other tab is closed");

    let renamed = hall.write(ME, introduced("Ada L"));
    hall.bring(&renamed);
    assert_eq!(names(&mut hall), ["Ada L", "Ben", "Cleo"]);

    let parts = hall.write(ME, NotMe { node: nodes[1] });
    hall.bring(&parts);
    assert_eq!(names(&mut hall), ["Ada L", "Ben", "Ada on the phone", "Cleo"]);
    assert_eq!(hall.take().people.find(&nodes[1]).map(|it| (it.me, it.here)), Some((false, Here::Gone)));
}

#[test]
fn who_is_called_like_another_of_the_same_person_carries_no_mark() {
    let mut hall = Hall::new(3);
    let nodes: Vec<_> = (0..3).map(|it| hall.node(it)).collect();
    (0..3).for_each(|who| _ = hall.write(who, introduced("Ada")));
    hall.load();
    assert!(hall.take().people.iter().all(|it| it.is_marked()));
    let word = hall.write(1, AlsoMe { node: nodes[2] });
    hall.bring(&word);
    let word = hall.write(2, AlsoMe { node: nodes[1] });
    hall.bring(&word);
    let now = hall.take();
    assert_eq!(now.people.len(), 2);
    assert!(now.people.iter().all(|it| it.is_marked()), "there are two Adas still");
    let word = hall.write(ME, introduced("Ben"));
    hall.bring(&word);
    assert!(hall.take().people.iter().all(|it| !it.is_marked()));
}
