//! Whatever happens, in whatever order: the snapshot made from the one before equals one that looks at everything.

use std::collections::BTreeSet;

use paceline_mesh::{
    Input, Replica,
    replica::Here,
    wire::{Cids, ShortIds, State, short_cid, short_node},
};
use paceline_node::{Reach, Snapshot, Snapshots, Terms};
use paceline_room::{
    Body, Cid, Stored,
    body::{
        AlsoMe, Answer, BatonAccepted, BatonClosed, BatonDeclined, BatonOffered, BatonOpened, BatonReclaimed,
        BatonReleased, BatonSteppedIn, BatonTaken, Edited, FeedbackAnswered, FeedbackGiven, FeedbackWithdrawn,
        Introduced, MeetingClosed, MeetingOpened, NotMe, PostKind, Posted, Retracted, RoleOf, Stance,
    },
    testing::{World, unknown},
};

use super::{
    hall::{Hall, ME, NAMING},
    reach::reach_of_newest,
};

const PEOPLE: usize = 6;
/// Who writes at first, and is never met.
const EARLY: usize = 5;
const DAY: u64 = 24 * 3_600_000;

/// SplitMix64: a seed fully determines a run.
struct Rng(u64);

impl Rng {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// What people write without asking whether it counts, and what they point at.
struct Story {
    world: World,
    rng: Rng,
    posts: Vec<Cid>,
    feedback: Vec<Cid>,
    /// Openings, transfers and offers, with their batons.
    steps: Vec<(Cid, Cid)>,
    meetings: Vec<Cid>,
}

impl Story {
    fn new(seed: u64) -> Self {
        let world = World::new(seed);
        let room = vec![world.room()];
        let (posts, meetings) = (room.clone(), room.clone());
        Self { rng: Rng(seed), posts, steps: vec![(room[0], room[0])], feedback: room, meetings, world }
    }

    fn write(&mut self, late: bool) {
        let Self { world, rng, .. } = self;
        // A month in all.
        world.wait(rng.below(6) as u64 * DAY / 24);
        let anybody = |rng: &mut Rng| Some(rng.below(PEOPLE)).filter(|it| !late || *it != EARLY).unwrap_or(ME);
        let mut who = anybody(rng);
        match rng.below(4) {
            0 => world.sync_all(),
            1 => world.sync(who, rng.below(PEOPLE)),
            _ => {}
        }
        // Mostly what was done last: so that some of it counts.
        let lately = self.steps.len().saturating_sub(3 + 9 * rng.below(2));
        let ((baton, tip), (_, by)) = (rng.pick(&self.steps[lately..]), rng.pick(&self.steps[lately..]));
        let (post, given) = (rng.pick(&self.posts), rng.pick(&self.feedback));
        let to = anybody(rng);
        let note = || "a word".try_into().unwrap();
        let meeting = rng.pick(&self.meetings);
        let body: Body = match rng.below(34) {
            0..=4 => {
                let words = world.say(who, "something");
                let (kind, reply_to) = (PostKind::Update, (rng.below(2) == 0).then_some(post));
                Posted { kind, words, reply_to, tags: Default::default(), mentions: Default::default() }.into()
            }
            5 => Edited { post, words: world.say(who, "better") }.into(),
            6 => Retracted { post, alone: rng.below(3) == 0 }.into(),
            7..=9 => {
                let stance = rng.pick(&[Stance::Appreciate, Stance::Question, Stance::Correct]);
                let words = Some(world.say(who, "feedback"));
                FeedbackGiven { target: rng.pick(&[post, tip]), stance, words, sources: Default::default() }.into()
            }
            10 => {
                let answer = rng.pick(&[Answer::Adjusted, Answer::Noted]);
                FeedbackAnswered { feedback: given, answer, words: None, by: None }.into()
            }
            11 => FeedbackWithdrawn { feedback: given }.into(),
            12 | 13 => {
                let name = rng.pick(&["Ada", "ada", "Ben", "Cy"]).try_into().unwrap();
                let hue = (rng.below(12) as u64).try_into().unwrap();
                Introduced { name, strengths: Default::default(), hue }.into()
            }
            14 => {
                let minutes = (rng.below(2) == 0).then(|| 1_u64.try_into().unwrap());
                let title = "the lead".try_into().unwrap();
                BatonOpened { title, strengths: Default::default(), minutes, need: None }.into()
            }
            15 => BatonTaken { baton, tip }.into(),
            16 => BatonOffered { baton, tip, to: world.author(to), note: note() }.into(),
            17 => BatonAccepted { baton, tip, by }.into(),
            18 => match rng.below(2) {
                0 => BatonDeclined { offer: by, why: note() }.into(),
                _ => BatonReclaimed { baton, tips: vec![tip].try_into().unwrap() }.into(),
            },
            19 => BatonSteppedIn { baton, tip, silent_for: 1_u64.try_into().unwrap() }.into(),
            20 => BatonReleased { baton, tip, note: note() }.into(),
            22..=25 => {
                // Somebody to whom it may have been offered takes it, having seen all.
                world.sync_all();
                who = to;
                let (last, offer) = *self.steps.last().unwrap_or(&(baton, by));
                match rng.below(2) {
                    0 => BatonTaken { baton: last, tip: last }.into(),
                    _ => BatonAccepted { baton: last, tip, by: offer }.into(),
                }
            }
            26..=28 => {
                // Two and two are one person, now and then.
                world.sync_all();
                AlsoMe { node: world.author(who ^ 1) }.into()
            }
            29 => NotMe { node: world.author(who ^ 1) }.into(),
            30 => {
                let (form, prompts, call_link) = Default::default();
                MeetingOpened {
                    title: "a meeting".try_into().unwrap(),
                    form,
                    prompts,
                    call_link,
                    resumes: None,
                    values: Default::default(),
                }
                .into()
            }
            31 => MeetingClosed { meetings: vec![meeting].try_into().unwrap(), words: None }.into(),
            32 | 33 => {
                world.sync_all();
                RoleOf { meeting, baton }.into()
            }
            _ => match rng.below(2) {
                0 => BatonClosed { baton, tip, outcome: note(), by: None }.into(),
                _ => unknown("later", &1),
            },
        };
        let kind = body.kind().to_owned();
        let cid = world.write(who, body);
        match kind.as_str() {
            "posted" => self.posts.push(cid),
            "feedback-given" => self.feedback.push(cid),
            "meeting-opened" => self.meetings.push(cid),
            "baton-opened" => self.steps.push((cid, cid)),
            it if it.starts_with("baton-") => self.steps.push((baton, cid)),
            _ => {}
        }
    }
}

/// The same, of everything that has an order or a name: two snapshots made apart share nothing.
fn told(it: &Snapshot) -> Vec<String> {
    let people = it
        .people
        .iter()
        .map(|it| format!("{} {:?} {} {} {:?} {:?}", it.name, it.here, it.me, it.tabs, it.nodes, it.person));
    let mut told: Vec<String> = people.collect();
    for person in it.people.iter() {
        let found = |node| it.people.find(node).is_some_and(|found| std::sync::Arc::ptr_eq(found, person));
        assert!(person.nodes.iter().all(found) && person.nodes.first() == Some(&person.person.node));
    }
    told.extend(it.lists.posts.iter().map(|it| format!("{it:?}")));
    told.extend(it.lists.feedback.iter().map(|it| format!("{it:?}")));
    told.extend(it.lists.batons.iter().map(|it| format!("{it:?}")));
    told.push(format!("{:?} {:?}", it.lists.feedback_on, it.lists.unknown));
    told.push(format!("{} {:?}", it.people.gone(), it.loops));
    told.push(format!("{:?} {:?} {:?}", it.batons.led, it.batons.for_me, (&it.batons.vanished, &it.batons.unheard)));
    told.push(format!("{:?} {:?} {:?}", it.batons.mine, it.batons.free, it.batons.closed));
    told.push(format!("{:?}", it.batons.ended));
    told.push(format!("{:?} {:?} {:?}", it.ignored, it.unchecked, it.progress));
    told.extend(it.reach.iter().map(|(cid, reach)| format!("{cid} {reach:?}")));
    told
}

/// What a look at everything says of what is kept up to date.
fn assert_right(it: &Snapshot, replica: &Replica, me: usize, hall: &Hall) {
    let (fold, log) = (replica.fold(), replica.log());
    assert_eq!(it.reach.iter().collect::<Vec<_>>(), reach_of_newest(replica, hall.when().clock));
    assert_eq!(**replica.reached(), *replica.reached_through());
    let presence = replica.presence();
    let here = |node| if node == hall.node(me) { Some(Here::Here) } else { presence.get(&node).map(|it| it.here) };
    let mut nodes: BTreeSet<_> = fold.people().map(|it| it.node).collect();
    nodes.extend(presence.iter().filter(|(_, it)| it.here != Here::Gone).map(|(node, _)| *node));
    nodes.insert(hall.node(me));
    assert_eq!(it.people.iter().flat_map(|it| it.nodes.iter().copied()).collect::<BTreeSet<_>>(), nodes);
    assert_eq!(it.people.iter().map(|it| it.nodes.len()).sum::<usize>(), nodes.len());
    for one in it.people.iter() {
        let all = || one.nodes.iter().map(|it| here(*it).unwrap_or(Here::Gone));
        assert_eq!((Some(one.here), one.tabs), (all().min(), all().filter(|it| *it != Here::Gone).count()));
        assert!(one.nodes.iter().all(|it| fold.joined().home_of(*it) == one.person.node));
        assert_eq!(one.me, one.nodes.contains(&hall.node(me)));
    }
    assert_eq!(it.people.iter().filter(|it| it.here == Here::Gone).count(), it.people.gone());
    for one in it.people.iter() {
        let alike = |name: &str| name.split(" ·").next().map(str::to_lowercase);
        let others = it.people.iter().filter(|it| alike(&it.name) == alike(&one.name)).count();
        assert_eq!(one.name.contains('·'), others > 1, "{} of {others}", one.name);
        assert_eq!(one.is_marked(), others > 1);
    }
    let ignored = log.entries().filter_map(|(ix, it)| Some((fold.ignored_transfer(log, ix)?.baton, it.key())));
    assert_eq!(it.ignored.entries().map(|(key, _)| *key).collect::<BTreeSet<_>>(), ignored.collect());
    let open = fold.feedback().filter(|it| it.state == paceline_room::state::FeedbackState::Open);
    assert_eq!(it.loops.open.len(), open.count());
    let roles = &fold.meetings().roles;
    let of =
        |baton: &Cid| roles.entries().filter(|(_, it)| ***it == *baton).map(|((meeting, _), _)| *meeting).collect();
    let is_over = |baton: &Cid| {
        let meetings: Vec<Cid> = of(baton);
        !meetings.is_empty() && meetings.iter().all(|it| fold.meeting(it).is_some_and(|it| it.ended.is_some()))
    };
    let led = fold.batons().filter(|it| it.holder.is_some() && !is_over(&it.cid)).map(|it| it.cid);
    assert_eq!(it.batons.led.iter().map(|it| it.cid).collect::<Vec<_>>(), led.collect::<Vec<_>>());
    let ended = fold.batons().filter(|it| is_over(&it.cid)).map(|it| it.cid);
    assert_eq!(it.batons.ended.iter().map(|it| it.cid).collect::<Vec<_>>(), ended.collect::<Vec<_>>());
}

fn run(seed: u64) -> (usize, usize, usize, usize, [usize; 3]) {
    let mut story = Story::new(seed);
    for at in 0..260 {
        story.write(at > 60);
    }
    story.world.sync_all();
    let mut hall = Hall::of(&story.world, PEOPLE);
    let mut rng = Rng(!seed);
    let mut lacked = [0; 3];
    // Mostly in order, so that there is something to see from the start; what comes too early waits.
    let mut coming: Vec<Stored> = story.world.blocks();
    coming.reverse();
    let (mut terms, mut late, mut steps, mut joined, mut ended) = (Terms::default(), Vec::new(), 0, 0, 0);
    while !coming.is_empty() || !late.is_empty() || steps < 500 {
        steps += 1;
        match rng.below(12) {
            0..=4 if !coming.is_empty() => {
                let at = coming.len() - 1 - rng.below(coming.len().min(4));
                let mut stored = coming.remove(at);
                if rng.below(4) == 0 {
                    late.extend(stored.words.take());
                }
                hall.bring(&stored);
            }
            5 if !late.is_empty() => {
                let (_, words) = late.remove(rng.below(late.len()));
                hall.input(Input::Import(vec![words]));
            }
            6 => {
                let who = 1 + rng.below(EARLY - 1);
                if rng.below(3) == 0 {
                    let peer = hall.node(who);
                    hall.input(Input::LinkDown { peer, goodbye: rng.below(2) == 0 });
                } else {
                    hall.link(who);
                }
            }
            7 | 8 => {
                let blocks = story.world.blocks();
                let met = [1, 2, 3, 4, PEOPLE, PEOPLE + 1, PEOPLE + 2];
                let (who, through) = (rng.pick(&met), 1 + rng.below(EARLY - 1));
                let tips = (0..rng.below(4)).map(|_| rng.pick(&blocks.iter().map(|it| it.cid).collect::<Vec<_>>()));
                let tips: Vec<Cid> = tips.collect();
                let names: Vec<Cid> = blocks.iter().filter_map(|it| Some(it.words.as_ref()?.0)).collect();
                let lacks = (0..rng.below(4)).map(|_| short_cid(&rng.pick(&names))).collect();
                let (more, state) =
                    (rng.below(6) == 0, rng.pick(&[State::Here, State::Here, State::Away, State::Gone]));
                let linked: Vec<usize> = (0..rng.below(4)).map(|_| rng.below(PEOPLE + 2)).collect();
                let linked = linked.into_iter().map(|it| short_node(&hall.node(it))).collect();
                hall.beacon(who, through, |it| {
                    it.tips = Cids(tips);
                    it.missing_words = ShortIds(lacks);
                    it.links = ShortIds(linked);
                    (it.more_missing, it.state) = (more, state);
                });
            }
            9 => hall.stores = !hall.stores,
            10 => hall.store(),
            _ => {
                hall.now += [10, 1_000, 20_000, 70_000][rng.below(4)];
                hall.input(Input::Tick);
            }
        }
        if rng.below(2) == 0 {
            // It is as late as the last that came; now and then the clock is wrong.
            hall.clock = hall.replica.log().entries().map(|(_, it)| it.event.at).max().unwrap_or(0);
            hall.clock = hall.clock.saturating_sub([0, 0, 0, 20 * DAY][rng.below(4)]);
            let now = hall.take();
            for (_, reach) in now.reach.iter() {
                lacked[0] += usize::from(reach.alone);
                lacked[1] += usize::from(reach.lacking.is_empty());
                lacked[2] += usize::from(!reach.lacking.is_empty());
            }
            let whole = Snapshots::new(hall.node(ME), NAMING).take(&hall.replica, hall.when());
            assert_eq!(told(&now), told(&whole), "seed {seed}, step {steps}");
            assert_right(&now, &hall.replica, ME, &hall);
            joined += now.people.iter().filter(|it| it.nodes.len() > 1).count();
            let overtime = terms.overtime(now.batons.led.iter(), hall.now);
            ended = ended.max(now.batons.ended.len());
            assert_eq!(*now.batons.overtime, *overtime, "seed {seed}, step {steps}");
        }
    }
    let last = hall.take();
    (last.lists.batons.iter().map(|it| it.terms.len()).sum(), last.ignored.len(), joined, ended, lacked)
}

#[test]
fn a_snapshot_made_from_the_one_before_is_what_a_look_at_everything_gives() {
    let (mut terms, mut ignored, mut joined, mut ended) = (0, 0, 0, 0);
    let mut lacked = [0; 3];
    for seed in 1..=12 {
        let (some, others, persons, over, some_lacked) = run(seed);
        lacked.iter_mut().zip(some_lacked).for_each(|(all, some)| *all += some);
        ended += over;
        terms += some;
        ignored += others;
        joined += persons;
    }
    assert!(
        lacked.iter().all(|it| *it > 100),
        "posts that are here alone, that all have, and that some lack: {lacked:?}"
    );
    assert!(joined > 40, "{joined} persons with several nodes");
    assert!(ended > 10, "{ended} roles that ended with their meetings");
    assert!(terms > 40 && ignored > 40, "{terms} terms and {ignored} transfers that did not count");
}

#[test]
fn the_newest_two_hundred_posts_are_those_whose_reach_is_shown_whenever_they_come() {
    let mut hall = Hall::new(3);
    let posts: Vec<Stored> = (0..450).map(|at| hall.post(at % 3, "something")).collect();
    hall.link(1);
    let check = |hall: &mut Hall| {
        let now = hall.take();
        let shown: Vec<(Cid, Reach)> = now.reach.iter().collect();
        assert_eq!(shown, reach_of_newest(&hall.replica, hall.when().clock));
        shown.len()
    };
    let written = hall.written.clone();
    let mut counts = Vec::new();
    for stretch in written.chunks(90) {
        stretch.iter().for_each(|it| hall.bring(it));
        counts.push(check(&mut hall));
        hall.beacon(1, 1, |it| it.tips = Cids(vec![stretch[stretch.len() / 2].cid]));
        hall.beacon(2, 1, |it| it.tips = Cids(vec![posts[440].cid]));
        counts.push(check(&mut hall));
    }
    assert_eq!(counts.last(), Some(&200));
}
