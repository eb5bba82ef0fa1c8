//! In an incident somebody may step in once its leader is not heard; and elsewhere that takes as long as the room's form says.

use paceline_mesh::Input;
use paceline_room::{
    Cid,
    body::{
        BatonOpened, BatonTaken, Introduced, MeetingClosed, RoleOf,
        meetings::{MeetingOpened, MeetingValues},
    },
};

use super::hall::Hall;

/// Who leads.
const LEAD: usize = 1;
/// Somebody else who is linked.
const OTHER: usize = 2;

/// The other has an incident, or a meeting of another sort, that somebody leads; all three are linked.
fn hall(update_seconds: Option<u64>) -> (Hall, Cid, Cid) {
    let mut hall = Hall::new(3);
    for who in 0..3 {
        let name = format!("somebody {who}").as_str().try_into().unwrap();
        hall.write(who, Introduced { name, strengths: Default::default(), hue: 0_u64.try_into().unwrap() });
    }
    let (form, prompts, call_link, need) = Default::default();
    let update_seconds = update_seconds.map(|it| it.try_into().unwrap());
    let values = MeetingValues { update_seconds, ..Default::default() };
    let title = "The shop is down".try_into().unwrap();
    let meeting = hall.write(LEAD, MeetingOpened { title, form, prompts, call_link, resumes: None, values }).cid;
    let title = "Leads".try_into().unwrap();
    let opened = BatonOpened { title, strengths: Default::default(), minutes: None, need };
    let baton = hall.write(LEAD, opened).cid;
    hall.write(LEAD, RoleOf { meeting, baton });
    hall.write(LEAD, BatonTaken { baton, tip: baton });
    hall.load();
    for who in [LEAD, OTHER] {
        hall.link(who);
        hall.beacon(who, who, |_| {});
    }
    (hall, meeting, baton)
}

/// Seconds pass in which only these are heard.
fn pass(hall: &mut Hall, seconds: u64, heard: &[usize]) {
    for _ in 0..seconds {
        hall.now += 1_000;
        hall.input(Input::Tick);
        heard.iter().for_each(|it| hall.beacon(*it, *it, |_| {}));
    }
}

#[test]
fn the_lead_of_an_incident_may_be_taken_once_its_leader_says_nothing_though_its_link_still_stands() {
    let (mut hall, _, baton) = hall(Some(1_800));
    pass(&mut hall, 9, &[OTHER]);
    assert_eq!(*hall.take().batons.unheard, []);
    pass(&mut hall, 2, &[OTHER]);
    assert_eq!(*hall.take().batons.unheard, [baton]);
    hall.beacon(LEAD, LEAD, |_| {});
    assert_eq!(*hall.take().batons.unheard, [], "it speaks again");
}

#[test]
fn nothing_is_offered_to_who_hears_nobody_nor_after_the_end_nor_in_another_meeting() {
    let (mut deaf, ..) = hall(Some(1_800));
    pass(&mut deaf, 14, &[]);
    assert_eq!(*deaf.take().batons.unheard, []);
    let (mut other, ..) = hall(None);
    pass(&mut other, 14, &[OTHER]);
    assert_eq!(*other.take().batons.unheard, []);
    let (mut over, meeting, baton) = hall(Some(1_800));
    pass(&mut over, 14, &[OTHER]);
    assert_eq!(*over.take().batons.unheard, [baton]);
    let end = over.write(OTHER, MeetingClosed { meetings: vec![meeting].try_into().unwrap(), words: None });
    over.bring(&end);
    assert_eq!(*over.take().batons.unheard, []);
}
