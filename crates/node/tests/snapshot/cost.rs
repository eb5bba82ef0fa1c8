//! The law: what happens costs the same in a small room and in a large one, but for logarithms. Counted in entries looked
//! at by the snapshot that follows; what taking it in costs is a law of mesh and room.

use paceline_mesh::{Input, wire::State};
use paceline_node::Snapshots;
use paceline_room::{
    Body, Cid,
    body::{
        Ballot, BallotCast, BatonAccepted, BatonOffered, BatonOpened, BatonTaken, Edited, FeedbackGiven, Introduced,
        Proposed, Stance,
    },
    cost,
};

use super::hall::{Hall, ME, NAMING};

/// Entries of a page of the lists ([`paceline_room::tree`]), of which a change copies and compares one at each level.
const PAGE: u64 = 32;
/// How many levels more the lists of a room have that is a hundred times as large: half-filled pages hold sixteen.
const LEVELS: u64 = 2;
/// Lists that one event changes, or pages of one that are laid out: copied, and compared as they were and as they are.
const PAGES: u64 = 4;
/// ... which is all that a large room may cost more.
const LOGARITHMS: u64 = PAGE * LEVELS * PAGES;
/// Posts of which the reach is shown, and which are therefore looked at where somebody's report has changed.
const SHOWN: u64 = 200;

/// A room with so many posts by so many people, of whom all are here.
struct Room {
    hall: Hall,
    people: usize,
    baton: Cid,
    /// The transfer that it is held by, and the offer of it.
    tip: Cid,
    offer: Cid,
}

fn introduced(name: &str) -> Body {
    Introduced { name: name.try_into().unwrap(), strengths: Default::default(), hue: 0_u64.try_into().unwrap() }.into()
}

impl Room {
    fn new(people: usize, posts: usize) -> Self {
        let mut hall = Hall::new(people + 1);
        for who in 0..people {
            hall.write(who, introduced(&format!("somebody {who}")));
        }
        let mut target = hall.log.room();
        for at in 0..posts {
            target = hall.post(at % people, "something").cid;
            if at % 10 == 0 {
                let stance = Stance::Question;
                hall.write(
                    (at + 1) % people,
                    FeedbackGiven { target, stance, words: None, sources: Default::default() },
                );
            }
        }
        let opened = BatonOpened {
            title: "the lead".try_into().unwrap(),
            strengths: Default::default(),
            minutes: Some(15_u64.try_into().unwrap()),
            need: Some(target),
        };
        let baton = hall.write(1, opened).cid;
        let taken = hall.write(1, BatonTaken { baton, tip: baton }).cid;
        let note = "".try_into().unwrap();
        let to = hall.node(2);
        let offer = hall.write(1, BatonOffered { baton, tip: taken, to, note }).cid;
        hall.load();
        hall.link(1);
        for who in 1..people {
            hall.beacon(who, 1, |_| {});
        }
        hall.take();
        Self { hall, people, baton, tip: taken, offer }
    }

    /// What each of the things that happen in a room costs.
    fn costs(&mut self) -> Vec<(&'static str, u64)> {
        let Self { hall, people, baton, tip, offer } = self;
        let post = hall.post(1, "news");
        let handoff = hall.write(2, BatonAccepted { baton: *baton, tip: *tip, by: *offer });
        let edit = hall.say(1, "better", |words| Edited { post: post.cid, words }.into());
        let target = post.cid;
        let feedback = hall
            .write(2, FeedbackGiven { target, stance: Stance::Appreciate, words: None, sources: Default::default() });
        let named = hall.write(3, introduced("Somebody 4"));
        let mut costs = Vec::new();
        let mut cost = |what, act: &mut dyn FnMut(&mut Hall)| {
            act(hall);
            let (_, looked_at) = cost::of(|| hall.take());
            costs.push((what, looked_at));
        };
        cost("a post", &mut |it| it.bring(&post));
        cost("a handoff", &mut |it| it.bring(&handoff));
        cost("an edit", &mut |it| it.bring(&edit));
        cost("feedback", &mut |it| it.bring(&feedback));
        cost("a name like another's", &mut |it| it.bring(&named));
        cost("a beacon that reports what is new", &mut |it| it.beacon(3, 1, |_| {}));
        cost("a beacon without news", &mut |it| it.beacon(3, 1, |_| {}));
        cost("a beacon of somebody who goes", &mut |it| it.beacon(3, 1, |beacon| beacon.state = State::Gone));
        cost("a second without events", &mut |it| it.now += 1_000);
        let last = hall.take();
        assert_eq!(last.lists.batons.iter().find(|it| it.cid == *baton).unwrap().holder, Some(hall.node(2)));
        assert_eq!(last.people.gone(), 1);
        let newest = last.lists.posts.iter().next_back().unwrap();
        let reach = last.reach.get(newest).unwrap();
        // Besides this node its author and two who wrote after it, one of whom has gone.
        assert_eq!((newest.text.as_deref(), reach.stored, reach.of), (Some("better"), 4, *people));
        costs
    }
}

fn assert_level(small: Vec<(&'static str, u64)>, large: Vec<(&'static str, u64)>, drawn: u64) {
    for ((what, small), (_, large)) in small.iter().zip(&large) {
        eprintln!("{what}: {small}, {large}");
    }
    for ((what, small), (_, large)) in small.into_iter().zip(large) {
        assert!(large <= small + LOGARITHMS + drawn, "{what} looks at {small} entries, and at {large} in a large room");
    }
}

#[test]
fn what_happens_costs_the_same_after_a_hundred_posts_and_after_ten_thousand() {
    assert_level(Room::new(10, 100).costs(), Room::new(10, 10_000).costs(), SHOWN - 100);
}

#[test]
fn what_happens_costs_the_same_among_ten_people_and_among_a_thousand() {
    assert_level(Room::new(10, 1_000).costs(), Room::new(1_000, 1_000).costs(), 0);
}

#[test]
fn somebody_new_is_compared_with_each_post_whose_reach_is_shown() {
    let cost = |people, posts| {
        let mut room = Room::new(people, posts);
        let newcomer = room.hall.write(people, introduced("Somebody new"));
        room.hall.bring(&newcomer);
        let (now, looked_at) = cost::of(|| room.hall.take());
        assert!(now.reach.iter().all(|(_, it)| it.of == people + 1));
        looked_at
    };
    let (small, old, large) = (cost(10, 1_000), cost(10, 10_000), cost(1_000, 1_000));
    eprintln!("{small}, in an old room {old}, among many {large}");
    assert!(old <= small + LOGARITHMS, "{old} in an old room, {small} in a new one");
    // Two cache lines have a bit for each of a thousand members; they are moved up, and who lacks the post is looked for.
    assert!(large <= small + LOGARITHMS + 2 * 2 * SHOWN, "{large} among many, {small} among few");
}

#[test]
fn a_look_at_everything_would_be_seen() {
    let mut room = Room::new(10, 2_000);
    let when = room.hall.when();
    let (_, looked_at) = cost::of(|| Snapshots::new(room.hall.node(ME), NAMING).take(&room.hall.replica, when));
    assert!(looked_at > 2_000 + LOGARITHMS, "{looked_at}");
    let _ = room.hall.take();
}

/// People of a room that decides much.
const VOTERS: usize = 25;
/// What is looked at of one poll: each who decides, and what each said.
const POLLED: u64 = 80 * VOTERS as u64;

/// A room of so many proposals, none of them decided, and so many ballots.
fn deciding(proposals: usize, ballots: usize) -> (Hall, Vec<Cid>) {
    let mut hall = Hall::new(VOTERS + 1);
    (0..VOTERS).for_each(|who| _ = hall.write(who, introduced(&format!("somebody {who}"))));
    let all: Vec<Cid> = (0..proposals).map(|at| hall.write(at % VOTERS, proposed()).cid).collect();
    for at in 0..ballots {
        hall.write(at % VOTERS, cast(all[at % proposals]));
    }
    hall.load();
    hall.take();
    (hall, all)
}

fn proposed() -> Body {
    let (title, words) = ("Tea".try_into().unwrap(), Cid::of(b"at four"));
    Proposed { title, words, policy: None, effect: None, trial: false, review_on: None, meeting: None, about: None }
        .into()
}

fn cast(proposal: Cid) -> Body {
    BallotCast { proposal, version: proposal, stance: Ballot::Concern, words: None }.into()
}

#[test]
fn a_ballot_more_looks_at_one_poll_however_many_ballots_and_proposals_there_are() {
    let costs = |proposals, ballots| {
        let (mut hall, all) = deciding(proposals, ballots);
        let mut cost = |body: Body| {
            let stored = hall.write(3, body);
            hall.bring(&stored);
            let (now, looked_at) = cost::of(|| hall.take());
            assert_eq!(now.polls.len(), all.len().min(16));
            looked_at
        };
        [cost(cast(all[all.len() - 1])), cost(introduced("somebody 3 else")), cost(cast(all[0]))]
    };
    let (few, many) = (costs(1, 2), costs(200, 500));
    eprintln!("a ballot on the newest, a name, a ballot on the oldest: {few:?}, and {many:?} in the large room");
    let shown = 16 * PAGE;
    for (few, many) in few.into_iter().zip(many) {
        assert!(many <= few + POLLED + LOGARITHMS + shown, "{few} in the small room, {many} in the large");
    }
    assert!(many[1] <= few[1] + LOGARITHMS + shown, "nobody is asked who decides because of a name");
}

#[test]
fn five_thousand_people_of_whom_a_thousand_are_here_cost_a_snapshot_nothing() {
    const PEOPLE: usize = 5_000;
    let mut hall = Hall::new(PEOPLE);
    for who in 0..PEOPLE {
        hall.write(who, introduced(&format!("somebody {who}")));
    }
    for at in 0..100 {
        hall.post(at, "something");
    }
    hall.load();
    hall.link(1);
    for who in 1..=1_000 {
        hall.beacon(who, 1, |_| {});
    }
    let first = hall.take();
    assert_eq!((first.people.len(), first.people.gone()), (PEOPLE, PEOPLE - 1_001));
    let newest = first.lists.posts.iter().next_back().unwrap();
    assert_eq!(first.reach.get(newest).map(|it| (it.stored, it.of)), Some((1_001, PEOPLE)));
    let (same, looked_at) = cost::of(|| hall.take());
    assert!(std::rc::Rc::ptr_eq(&first, &same));
    assert!(looked_at < PAGE, "nothing happened, and {looked_at} entries are looked at");
    let post = hall.post(1, "news");
    hall.bring(&post);
    let (_, looked_at) = cost::of(|| hall.take());
    assert!(looked_at < 2 * LOGARITHMS, "a post looks at {looked_at} entries");
    let peer = hall.node(1);
    hall.input(Input::LinkDown { peer, goodbye: false });
    let (_, looked_at) = cost::of(|| hall.take());
    assert!(looked_at < SHOWN + 2 * LOGARITHMS, "who goes looks at {looked_at} entries");
}
