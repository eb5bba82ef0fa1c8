//! What is said of a meeting and not written, as it is shown.

use paceline_mesh::{
    Input,
    wire::{Beacon, Floor, TimeLeft},
};
use paceline_room::body::{AlsoMe, Introduced, meetings::MeetingOpened, meetings::TimerSet};
use serde_bytes::ByteArray;

use super::hall::{Hall, ME};

fn hall(people: usize) -> Hall {
    let mut hall = Hall::new(people);
    for who in 0..people {
        let name = format!("somebody {who}").as_str().try_into().unwrap();
        hall.write(who, Introduced { name, strengths: Default::default(), hue: 0_u64.try_into().unwrap() });
    }
    hall
}

fn raised(ticket: u64) -> impl FnOnce(&mut Beacon) {
    move |it| it.floor = Some(Floor { hand: Some(ticket), ..Floor::default() })
}

#[test]
fn hands_are_shown_in_their_order_and_each_person_once() {
    let mut hall = hall(5);
    let nodes: Vec<_> = (0..5).map(|it| hall.node(it)).collect();
    hall.write(2, AlsoMe { node: nodes[3] });
    hall.write(3, AlsoMe { node: nodes[2] });
    hall.load();
    (1..5).for_each(|it| hall.link(it));
    hall.beacon(3, 3, raised(1));
    hall.beacon(1, 1, raised(2));
    hall.beacon(2, 2, raised(3));
    assert_eq!(*hall.take().floor.hands, [nodes[3], nodes[1]]);
    hall.input(Input::Hand(true));
    let before = hall.take();
    assert_eq!(*before.floor.hands, [nodes[3], nodes[1], nodes[ME]]);
    hall.beacon(1, 1, raised(2));
    assert!(std::rc::Rc::ptr_eq(&hall.take().floor.hands, &before.floor.hands), "nothing changed");
    hall.beacon(3, 3, |_| {});
    assert_eq!(*hall.take().floor.hands, [nodes[1], nodes[2], nodes[ME]]);
}

#[test]
fn the_time_that_runs_is_shown_and_does_not_tremble() {
    let mut hall = hall(3);
    let opened = MeetingOpened {
        title: "Stand-up".try_into().unwrap(),
        form: Default::default(),
        prompts: Default::default(),
        call_link: Default::default(),
        resumes: None,
        values: Default::default(),
    };
    let meeting = hall.write(1, opened).cid;
    let set = hall.write(1, TimerSet { meeting, seconds: 300_u64.try_into().unwrap(), about: None }).cid;
    hall.load();
    (1..3).for_each(|it| hall.link(it));
    assert_eq!(hall.take().floor.timer, None, "nobody has said what is left of it");
    let left = |left| {
        let timer = Some(TimeLeft { set: ByteArray::new(*set.digest()), left });
        move |it: &mut Beacon| it.floor = Some(Floor { timer, ..Floor::default() })
    };
    hall.beacon(1, 1, left(200_000));
    let first = hall.take().floor.timer.expect("neighbours know");
    assert_eq!((first.set, first.seconds), (set, 300));
    assert_eq!(first.left(first.ends - 200_000), 200);
    assert_eq!(first.left(first.ends - 199_001), 200, "a second that has begun counts");
    assert_eq!(first.left(first.ends + 1), 0);
    hall.beacon(2, 2, left(199_900));
    assert_eq!(hall.take().floor.timer, Some(first));
    let stop = hall.write(1, TimerSet { meeting, seconds: 0_u64.try_into().unwrap(), about: None });
    hall.bring(&stop);
    assert_eq!(hall.take().floor.timer, None);
}
