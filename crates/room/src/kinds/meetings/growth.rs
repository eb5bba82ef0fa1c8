//! What the worst meetings known cost.

use super::{
    AgendaAt, AgendaItemAdded, AgendaItemChanged, AgendaItemDone, ItemKind, MeetingClosed, MeetingOpened, Order,
    RoleOf, TimerSet,
};
use crate::{
    Cid,
    testing::{
        growth::{Grows, Law, Measured},
        hostile::Scene,
    },
};

impl Measured for MeetingOpened {
    const LAWS: &'static [Law] = &[Law::new("a meeting beside n others", Grows::Halving(4), |n| {
        let mut it = Scene::new();
        (0..=n).for_each(|_| _ = open(&mut it));
        it.last
    })];
}

impl Measured for MeetingClosed {
    const LAWS: &'static [Law] = &[
        Law::new("an end of a meeting that ended n times", Grows::Halving(4), |n| {
            let mut it = Scene::new();
            let meeting = open(&mut it);
            (0..=n).for_each(|_| _ = it.write(1, closed(meeting)));
            it.last
        }),
        Law::new("an end beside which n acted", Grows::Per(64), |n| {
            let mut it = Scene::new();
            let meeting = open(&mut it);
            for i in 0..n {
                let draft = it.draft_on(10 + i, None, &[meeting], timer(meeting));
                it.put(10 + i, draft);
            }
            let draft = it.draft_on(2, None, &[meeting], closed(meeting));
            it.put(2, draft);
            it.last
        }),
    ];
}

impl Measured for RoleOf {
    const LAWS: &'static [Law] = &[Law::new("the last of n roles", Grows::Halving(4), |n| {
        let mut it = Scene::new();
        let meeting = open(&mut it);
        for _ in 0..=n {
            let baton = it.open(1);
            it.write(1, RoleOf { meeting, baton });
        }
        it.last
    })];
}

impl Measured for AgendaItemAdded {
    const LAWS: &'static [Law] = &[
        Law::new("an item after n at one place", Grows::Halving(4), |n| {
            let mut it = Scene::new();
            let meeting = open(&mut it);
            (0..=n).for_each(|_| _ = add(&mut it, meeting));
            it.last
        }),
        Law::new("an item about a post that n are about", Grows::Halving(8), |n| {
            let mut it = Scene::new();
            let (meeting, post) = (open(&mut it), it.post(1));
            (0..=n).for_each(|_| _ = add_about(&mut it, meeting, Some(post)));
            it.last
        }),
    ];
}

impl Measured for AgendaItemChanged {
    const LAWS: &'static [Law] = &[Law::new("an item that moves for the nth time, among n", Grows::Halving(8), |n| {
        let mut it = Scene::new();
        let meeting = open(&mut it);
        let items: Vec<_> = (0..n).map(|_| add(&mut it, meeting)).collect();
        for at in 0..=n {
            let later = at.is_multiple_of(2);
            let (item, meeting) = (items[0], (!later).then_some(meeting));
            it.write(
                1,
                AgendaItemChanged { item, title: Default::default(), minutes: None, order: None, meeting, later },
            );
        }
        it.last
    })];
}

impl Measured for AgendaItemDone {
    const LAWS: &'static [Law] = &[Law::new("an item that is done for the nth time", Grows::Halving(4), |n| {
        let mut it = Scene::new();
        let meeting = open(&mut it);
        let item = add(&mut it, meeting);
        for at in 0..=n {
            it.write(1, AgendaItemDone { item, outcome: Default::default(), again: at.is_multiple_of(2) });
        }
        it.last
    })];
}

impl Measured for AgendaAt {
    const LAWS: &'static [Law] =
        &[Law::new("an act in a meeting that n closed without seeing one another", Grows::Each(3), |n| {
            let mut it = Scene::new();
            let meeting = open(&mut it);
            let item = add(&mut it, meeting);
            for i in 0..n {
                let draft = it.draft_on(10 + i, None, &[item], closed(meeting));
                it.put(10 + i, draft);
            }
            let draft =
                it.draft_on(2, None, &[item], AgendaAt { meeting, item: Some(item), seconds: 60_u64.try_into().ok() });
            it.put(2, draft);
            it.last
        })];
}

impl Measured for TimerSet {
    const LAWS: &'static [Law] = &[Law::new("a timer set for the nth time", Grows::Halving(4), |n| {
        let mut it = Scene::new();
        let meeting = open(&mut it);
        (0..=n).for_each(|_| _ = it.write(1, timer(meeting)));
        it.last
    })];
}

fn open(it: &mut Scene) -> Cid {
    let title = "a meeting".try_into().expect("it fits");
    let (form, prompts, call_link) = Default::default();
    it.write(1, MeetingOpened { title, form, prompts, call_link, resumes: None, values: Default::default() })
}

fn add(it: &mut Scene, meeting: Cid) -> Cid {
    add_about(it, meeting, None)
}

fn add_about(it: &mut Scene, meeting: Cid, about: Option<Cid>) -> Cid {
    let title = "an item".try_into().expect("it fits");
    let order = Order::between(None, None).expect("it fits");
    let (minutes, tags) = Default::default();
    it.write(1, AgendaItemAdded { title, kind: ItemKind::Talk, order, meeting: Some(meeting), minutes, tags, about })
}

fn closed(meeting: Cid) -> MeetingClosed {
    MeetingClosed { meetings: vec![meeting].try_into().expect("one"), words: None }
}

fn timer(meeting: Cid) -> TimerSet {
    TimerSet { meeting, seconds: 60_u64.try_into().expect("it fits"), about: None }
}
