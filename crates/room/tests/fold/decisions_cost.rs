//! What a ballot costs in a room that decides much: counted in looks at entries and records.

use paceline_room::{
    Cid,
    body::{Ballot, BallotCast, DecisionClosed, Proposed},
    testing::hostile::Scene,
};

use crate::decisions_rooms::proposed;

/// People of the room, all of whom decide.
const PEOPLE: usize = 25;
/// So many must have balloted.
const QUORUM: usize = 13;
/// Ballots of one person on one proposal that are compared, at most: of who cast more none counts.
const MOST: u64 = 64;

/// So many proposals; so many ballots, `each` on one proposal after another, and what has these is closed.
fn decided(proposals: usize, ballots: usize, each: usize) -> (Scene, Vec<Cid>) {
    let mut it = Scene::new();
    it.people(PEOPLE);
    let all: Vec<Cid> = (0..proposals).map(|at| it.write(100 + at % PEOPLE, proposed(None, None))).collect();
    for at in 0..ballots {
        let stance = if at % 7 == 0 { Ballot::Concern } else { Ballot::Consent };
        cast(&mut it, at % each, all[at / each], stance);
    }
    for proposal in &all[..ballots / each] {
        let closing = it.write(100, DecisionClosed { proposal: *proposal, version: *proposal });
        assert_eq!(it.fold.why_ignored(&closing), None, "it is decided");
    }
    (it, all)
}

fn cast(it: &mut Scene, who: usize, proposal: Cid, stance: Ballot) -> u64 {
    it.write(100 + who % PEOPLE, BallotCast { proposal, version: proposal, stance, words: None });
    it.last
}

/// What a ballot more costs, a closing, a proposal more, and an objection to what was closed first.
fn costs((mut it, all): (Scene, Vec<Cid>)) -> [u64; 4] {
    let last = all[all.len() - 1];
    let ballot = cast(&mut it, 0, last, Ballot::Consent);
    (1..QUORUM).for_each(|who| _ = cast(&mut it, who, last, Ballot::Consent));
    let closing = it.write(100, DecisionClosed { proposal: last, version: last });
    assert_eq!(it.fold.why_ignored(&closing), None, "it is decided");
    let closing = it.last;
    it.write(101, Proposed { review_on: "2027-01-31".parse().ok(), ..proposed(None, None) });
    let proposal = it.last;
    [ballot, closing, proposal, cast(&mut it, 4, all[0], Ballot::Object)]
}

/// What lists may cost more that are so much longer: pages of them.
const DEEPER: u64 = 24;
/// Of each who decides it is found by halving when it had seen what is decided.
const HALVED: u64 = PEOPLE as u64 * 2 * 5;

#[test]
fn a_ballot_costs_the_same_in_a_room_of_two_hundred_proposals_and_five_hundred_ballots() {
    let (few, many) = (costs(decided(2, QUORUM, QUORUM)), costs(decided(200, 500, QUORUM)));
    println!(
        "a ballot, a closing, a proposal, an objection to what is closed: {few:?}, and {many:?} in the large room"
    );
    for (at, allowed) in [DEEPER, DEEPER + HALVED, DEEPER, DEEPER + HALVED].into_iter().enumerate() {
        assert!(many[at] <= few[at] + allowed, "{at}: {} in the small room, {} in the large", few[at], many[at]);
    }
}

#[test]
fn a_ballot_costs_no_more_than_what_one_person_said_after_five_hundred_on_one_proposal() {
    let (few, many) = (costs(decided(2, 25, 25)), costs(decided(2, 500, 500)));
    println!(
        "a ballot, a closing, a proposal, an objection to what is closed: {few:?}, and {many:?} after five hundred"
    );
    assert!(many[0] <= few[0] + DEEPER + MOST && many[2] <= few[2] + DEEPER, "{few:?}, {many:?}");
    assert!(many[1] <= few[1] + DEEPER + HALVED, "{few:?}, {many:?}");
    // Each of five hundred is looked at, once: when the first is said to what was closed.
    assert!(many[3] <= few[3] + DEEPER + HALVED + 6 * 500, "{few:?}, {many:?}");
}
