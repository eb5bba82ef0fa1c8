//! A room whose version is raised, with a node of an older build between newer ones: it goes on to post and to give feedback, keeps and passes
//! on what it cannot read, and brings the room back by one objection. There is no second version yet; what is called so here has the kinds, fields and rules of the first.

use std::collections::BTreeSet;

use paceline_room::{
    Body, Cid,
    body::{
        Ballot, BallotCast, BatonOpened, DecisionClosed, Effect, FeedbackGiven, FoldRaised, PostKind, Posted, Promised,
        Proposed, Stance, batons, decisions, posts,
    },
    command::{Asker, Command, CommandError},
    state::{Post, ProposalState, RoomState},
};

use crate::world::{Net, seeds, settle, settle_words};

const NEW: usize = 0;
const OLD: usize = 1;
const FAR: usize = 2;

fn post(net: &mut Net, at: usize, text: &str) -> Cid {
    let body = |words: Option<Cid>| {
        let (kind, words) = (PostKind::Update, words.unwrap());
        Posted { kind, words, reply_to: None, tags: Default::default(), mentions: Default::default() }.into()
    };
    net.write(at, Some(text), body).expect("the room is here")
}

fn say(net: &mut Net, at: usize, body: impl Into<Body>) -> Cid {
    net.write(at, None, |_| body.into()).expect("the room is here")
}

/// A founder and another of a newer build, who reach each other through an older one; everybody has said something.
fn room(seed: u64) -> Net {
    let mut net = Net::new(seed);
    net.learn(NEW, 2);
    assert_eq!((net.join(), net.join()), (OLD, FAR));
    net.learn(OLD, 1);
    net.learn(FAR, 2);
    net.forbid(NEW, FAR);
    net.break_link(NEW, FAR, None);
    net.run_for(3_000);
    (0..3).for_each(|at| _ = post(&mut net, at, "here"));
    settle(&mut net, seed);
    net
}

/// All decide that it is raised, and these go on in that. The proposal and its closing.
fn raise(net: &mut Net, seed: u64, all: &[usize]) -> [Cid; 2] {
    let propose = |words: Option<Cid>| {
        let (title, words, effect) =
            ("another".try_into().unwrap(), words.unwrap(), Effect::Version(2_u64.try_into().unwrap()));
        let (policy, trial, review_on, meeting, about) = (None, false, None, None, None);
        Proposed { title, words, policy, effect: Some(effect), trial, review_on, meeting, about }.into()
    };
    let proposal = net.write(NEW, Some("on we go"), propose).expect("the room is here");
    settle(net, seed);
    let ballot = BallotCast { proposal, version: proposal, stance: Ballot::Consent, words: None };
    (0..3).for_each(|at| _ = say(net, at, ballot.clone()));
    settle(net, seed);
    let closing = say(net, NEW, DecisionClosed { proposal, version: proposal });
    settle(net, seed);
    all.iter().for_each(|at| _ = say(net, *at, FoldRaised { to: 2, closing }));
    settle(net, seed);
    [proposal, closing]
}

/// What this node shows, its own view of what came late apart.
fn shown(net: &Net, at: usize) -> RoomState {
    let replica = net.replica(at).expect("it is alive");
    let mut state = replica.fold().state(replica.log());
    for post in &mut state.posts {
        *post = Post { late: false, ..Post::clone(post) }.into();
    }
    state
}

/// What this node is told that wants to do this.
fn told(net: &Net, at: usize, command: impl Into<Command>) -> Option<CommandError> {
    let replica = net.replica(at).expect("it is alive");
    let asker = Asker { fold: replica.fold(), log: replica.log(), node: replica.node(), silence: &|_| 0 };
    command.into().ask(asker).err()
}

fn run(seed: u64) {
    let mut net = room(seed);
    let [_, raised] = raise(&mut net, seed, &[NEW, FAR]);
    let state = |net: &Net, at: usize| {
        let fold = net.replica(at).expect("it is alive").fold();
        (fold.version(), fold.is_newer(), fold.raised().map(|it| it.cid).collect::<Vec<_>>())
    };
    assert_eq!(state(&net, OLD), (2, true, vec![raised]), "seed {seed}");
    assert_eq!((state(&net, NEW), state(&net, FAR)), ((2, false, vec![raised]), (2, false, vec![raised])));

    // What the newer ones write, through the older one; and what that says meanwhile.
    let open =
        BatonOpened { title: "Scribe".try_into().unwrap(), strengths: Default::default(), minutes: None, need: None };
    let baton = say(&mut net, FAR, open);
    let promise = |words: Option<Cid>| Promised { words: words.unwrap(), due: None, from: None }.into();
    let promised = net.write(FAR, Some("I will see to it"), promise).expect("the room is here");
    let theirs = post(&mut net, FAR, "of the newer build");
    settle(&mut net, seed);
    let mine = post(&mut net, OLD, "of the older build");
    let given =
        |words| FeedbackGiven { target: theirs, stance: Stance::Concern, words, sources: Default::default() }.into();
    let feedback = net.write(OLD, Some("is it?"), given).expect("the room is here");
    settle(&mut net, seed);
    settle_words(&mut net, seed);
    for at in [NEW, OLD, FAR] {
        let fold = net.replica(at).expect("it is alive").fold();
        let text = |cid: &Cid| fold.post(cid).and_then(|it| it.text.as_deref().map(str::to_owned));
        assert_eq!(text(&mine).as_deref(), Some("of the older build"), "seed {seed}: node {at}");
        assert_eq!(text(&theirs).as_deref(), Some("of the newer build"));
        assert_eq!(
            fold.feedback_by_cid(&feedback).and_then(|it| it.text.as_deref().map(str::to_owned)).as_deref(),
            Some("is it?")
        );
        let unknown: BTreeSet<_> = fold.unknown().map(|it| it.cid).collect();
        let expected = if at == OLD { BTreeSet::from([baton, promised]) } else { BTreeSet::new() };
        assert_eq!((unknown, fold.baton(&baton).is_some()), (expected, at != OLD));
    }
    let open = batons::Command::Open { title: "Host".into(), strengths: vec![], minutes: None, need: None };
    assert_eq!([NEW, OLD].map(|at| told(&net, at, open.clone())), [None, Some(CommandError::NewerRoom)]);
    let (tags, mentions) = Default::default();
    let post = posts::Command::Post { kind: PostKind::Update, text: "on".into(), reply_to: Some(mine), tags, mentions };
    assert_eq!(told(&net, OLD, post), None);

    // A third of a newer build has everything from the older one.
    let third = net.join();
    net.learn(third, 2);
    [NEW, FAR].into_iter().for_each(|at| net.crash(at, true));
    net.run_for(1_000);
    settle(&mut net, seed);
    settle_words(&mut net, seed);
    let fold = net.replica(third).expect("it is alive").fold();
    assert!(fold.baton(&baton).is_some() && fold.asks_and_promises().any(|it| it.cid == promised));
    [NEW, FAR].into_iter().for_each(|at| net.restart(at));
    net.learn(OLD, 2);
    settle(&mut net, seed);
    settle_words(&mut net, seed);
    let state = shown(&net, NEW);
    net.alive().into_iter().for_each(|at| assert_eq!(shown(&net, at), state, "seed {seed}: node {at}"));
    assert_eq!(net.dropped_links, 0, "seed {seed}: a link was dropped");
}

#[test]
fn an_older_build_between_newer_ones_talks_on_in_a_raised_room_and_passes_all_of_it_on() {
    seeds(1, 12).into_iter().for_each(run);
}

/// An objection of the older build, before most have gone on: everybody is back, and reads what all wrote who had not gone on.
fn bring_back(seed: u64) {
    let mut net = room(seed);
    let [proposal, _] = raise(&mut net, seed, &[NEW]);
    let open =
        BatonOpened { title: "Scribe".try_into().unwrap(), strengths: Default::default(), minutes: None, need: None };
    let theirs = say(&mut net, NEW, open.clone());
    let reason = "we were not asked".to_owned();
    let object =
        decisions::Command::Cast { proposal, version: None, stance: Ballot::Object, reason, fix: String::new() };
    assert_eq!(told(&net, OLD, object), None, "seed {seed}: it may say so");
    say(&mut net, OLD, BallotCast { proposal, version: proposal, stance: Ballot::Object, words: None });
    settle(&mut net, seed);
    let mine = say(&mut net, OLD, open);
    settle(&mut net, seed);
    for at in [NEW, OLD, FAR] {
        let fold = net.replica(at).expect("it is alive").fold();
        let state = fold.proposal(&proposal).map(|it| it.state);
        assert_eq!(state, Some(ProposalState::Suspended), "seed {seed}: node {at}");
        assert_eq!((fold.version(), fold.is_newer(), fold.raised().count()), (1, false, 0));
        assert_eq!([mine, theirs].map(|it| fold.baton(&it).is_some()), [true, at != OLD]);
    }
}

#[test]
fn an_older_build_brings_a_raised_room_back_for_all() {
    seeds(1, 12).into_iter().for_each(bring_back);
}
