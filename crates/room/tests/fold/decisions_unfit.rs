//! What does not fit, of what is said about decisions: on the wire, as nobody's page would write it; and of what fits, what comes of
//! it where nobody who decides says it. See also `decisions_bad_input`.

use std::collections::BTreeMap;

use ipld_core::{cid::Cid as Link, ipld, ipld::Ipld};
use paceline_room::{
    Body, Cid, Words,
    body::{Amended, Ballot, DecisionClosed, Effect, Handing, Policy, Proposed},
    fold::IgnoredReason,
    limits,
    state::ProposalState,
    testing::{World, unknown},
};

use crate::{
    decisions::standing,
    decisions_rooms::{Deciding, amended, carried_by, gathered, proposed},
    support::{Moves, whole},
};

fn why(world: &World, cid: Cid) -> Option<IgnoredReason> {
    whole(world).fold.why_ignored(&cid)
}

fn link(cid: Cid) -> Ipld {
    Ipld::Link(Link::try_from(cid.to_string().as_str()).unwrap())
}

fn content(fields: &[(&str, Ipld)]) -> BTreeMap<String, Ipld> {
    fields.iter().map(|(name, it)| ((*name).to_owned(), it.clone())).collect()
}

/// A body of that kind with these fields, as it is read by whoever gets it.
fn read(world: &World, kind: &str, fields: &[(&str, Ipld)]) -> Body {
    let draft = world.log(1).draft(world.author(1), 5, unknown(kind, &content(fields)));
    draft.sign(&world.keypair(1)).unwrap().1.body
}

fn is_known(world: &World, kind: &str, fields: &[(&str, Ipld)]) -> bool {
    !matches!(read(world, kind, fields), Body::Unknown(_))
}

#[test]
fn effects_that_are_out_of_range_or_that_nobody_knows_are_from_a_newer_version_and_change_nothing() {
    let mut world = gathered(Policy::Consent, 3);
    let (title, words) = (Ipld::from("A longer break"), link(Cid::of(b"an hour")));
    let with = |effect: Ipld| [("title", title.clone()), ("words", words.clone()), ("effect", effect)];
    let long = "x".repeat(limits::TITLE_CHARS + 1);
    let (baton, node) = (link(Cid::of(b"baton")), Ipld::Bytes(vec![7; 31]));
    for fits in [
        ipld!({ "title": "ours" }),
        ipld!({ "values": { "quorum": 100 } }),
        ipld!({ "version": 2 }),
        ipld!({ "close-baton": baton.clone() }),
    ] {
        assert!(is_known(&world, "proposed", &with(fits.clone())), "{fits:?}");
    }
    for unfit in [
        ipld!({ "title": long }),
        ipld!({ "title": 7 }),
        ipld!({ "title": "ours", "purpose": "ours" }),
        ipld!({ "delete-room": true }),
        ipld!({ "values": { "quorum": 101 } }),
        ipld!({ "values": { "quorum": -1 } }),
        ipld!({ "values": { "quorum_cap": 1 } }),
        ipld!({ "values": { "grace": 0 } }),
        ipld!({ "values": { "policy": "mine" } }),
        ipld!({ "values": { "admins": "me" } }),
        ipld!({ "version": 1 }),
        ipld!({ "hand-baton": { "baton": baton.clone() } }),
        ipld!({ "hand-baton": { "baton": baton, "to": node.clone() } }),
        ipld!({ "behind-notice": node }),
        ipld!("title"),
        Ipld::Null,
    ] {
        let fields = with(unfit.clone());
        assert!(!is_known(&world, "proposed", &fields), "{unfit:?}");
        let cid = world.write(1, unknown("proposed", &content(&fields)));
        world.sync_all();
        let all = [world.ballot(2, cid, cid, Ballot::Consent), world.decide(2, cid, cid)];
        assert_eq!(all.map(|it| why(&world, it)), [Some(IgnoredReason::TargetNotSeen); 2]);
    }
    let node = whole(&world);
    assert_eq!((node.fold.title(), node.state().unknown.len()), ("A room that decides", 16));
    assert_eq!(node.fold.decisions().all.len(), 0);
}

#[test]
fn days_that_are_none_policies_and_stances_that_nobody_knows_do_not_fit() {
    let mut world = gathered(Policy::Consent, 3);
    let proposal = world.propose(1, None, None);
    let (title, words, of) = (Ipld::from("A break"), link(Cid::of(b"an hour")), link(proposal));
    let proposed = |name, value: Ipld| [("title", title.clone()), ("words", words.clone()), (name, value)];
    assert!(is_known(&world, "proposed", &proposed("review_on", "2027-02-28".into())));
    assert!(is_known(&world, "proposed", &proposed("policy", "unanimous".into())));
    for (name, value) in [
        ("review_on", Ipld::from("2027-02-30")),
        ("review_on", "tomorrow".into()),
        ("review_on", 7.into()),
        ("policy", "mine".into()),
        ("trial", "1".into()),
        ("admin", true.into()),
    ] {
        assert!(!is_known(&world, "proposed", &proposed(name, value.clone())), "{name} {value:?}");
    }
    let cast = |stance: &str| [("proposal", of.clone()), ("version", of.clone()), ("stance", stance.into())];
    assert!(is_known(&world, "ballot-cast", &cast("stand-aside")));
    assert!(!is_known(&world, "ballot-cast", &cast("veto")));
    assert!(!is_known(&world, "ballot-cast", &cast("consent")[..2]), "it says nothing");
    assert!(!is_known(&world, "decision-closed", &[("proposal", of)]), "of no version");
}

#[test]
fn where_most_decide_neither_objections_nor_consents_of_who_came_later_weigh() {
    for (stance, theirs) in [(Ballot::Object, Ballot::Consent), (Ballot::Consent, Ballot::Object)] {
        let mut world = gathered(Policy::Majority, 3);
        let proposal = world.propose(1, None, None);
        world.sync_all();
        for i in 10..20 {
            world.send(1, i);
            world.ballot(i, proposal, proposal, stance);
            world.send(i, 1);
        }
        (0..3).for_each(|i| _ = world.ballot(i, proposal, proposal, theirs));
        world.sync_all();
        let closing = world.decide(1, proposal, proposal);
        let void = (theirs == Ballot::Object).then_some(IgnoredReason::NotDecided);
        assert_eq!(why(&world, closing), void, "{stance:?}");
        let state = if void.is_some() { ProposalState::Open } else { ProposalState::Carried };
        assert_eq!(standing(&world, proposal).state, state);
        let node = whole(&world);
        let counting = node.fold.decisions().ballots_of(proposal).filter(|it| it.counts).count();
        assert_eq!(counting, 3, "{stance:?}");
    }
}

#[test]
fn an_amendment_is_by_who_proposed_and_takes_up_a_ballot_of_its_own_proposal_or_none() {
    let mut world = gathered(Policy::Consent, 3);
    let [proposal, other] = [world.propose(1, None, None), world.propose(1, None, None)];
    world.sync_all();
    let theirs = world.ballot(2, other, other, Ballot::Object);
    let fix = world.ballot(2, proposal, proposal, Ballot::Object);
    world.sync_all();
    let foreign = world.write(2, Amended { title: "Mine now".try_into().unwrap(), ..amended(proposal) });
    assert_eq!(why(&world, foreign), Some(IgnoredReason::NotAuthor));
    for (named, taken) in [(theirs, None), (proposal, None), (Cid::of(b"nothing"), None), (fix, Some(fix))] {
        let version = world.write(1, Amended { fix: Some(named), ..amended(proposal) });
        let node = whole(&world);
        let latest = &node.fold.proposal(&proposal).expect("it").version;
        assert_eq!((latest.cid, latest.fix, &*latest.title), (version, taken, "A longer break"));
    }
}

#[test]
fn a_mandate_over_a_baton_that_never_was_moves_none() {
    let mut world = gathered(Policy::Consent, 3);
    let lead = world.open_baton(0, "the release");
    world.sync_all();
    let (nothing, to) = (Cid::of(b"nothing"), world.author(2));
    let effect = Effect::HandBaton(Handing { baton: nothing, to });
    let proposal = world.propose(1, None, Some(effect));
    world.sync_all();
    let closing = carried_by(&mut world, &[1, 0, 2], proposal, proposal);
    world.sync_all();
    let none = world.accept(2, nothing, nothing, closing);
    let another = world.accept(2, lead, lead, closing);
    let unknown = world.decide(2, nothing, nothing);
    let reasons = [none, another, unknown].map(|it| why(&world, it));
    assert_eq!(
        reasons,
        [IgnoredReason::UnknownBaton, IgnoredReason::NoMandate, IgnoredReason::TargetNotSeen].map(Some)
    );
    let by_a_post = world.write(2, DecisionClosed { proposal: closing, version: proposal });
    assert_eq!(why(&world, by_a_post), Some(IgnoredReason::TargetNotSeen));
}

#[test]
fn a_text_of_just_sixteen_kibibytes_of_hostile_markdown_is_kept_whole_and_one_byte_more_is_none() {
    let mut world = gathered(Policy::Consent, 3);
    let hostile = "[[[[(((![](javascript:alert(1))<svg onload=x>\u{202e}``` > > > | | |\n";
    let fits = |bytes: usize| -> String {
        let text: String = hostile
            .chars()
            .cycle()
            .scan(0, |all, it| {
                *all += it.len_utf8();
                (*all <= bytes).then_some(it)
            })
            .collect();
        format!("{text}{}", "x".repeat(bytes - text.len()))
    };
    let block = |text: &str| {
        let salt = serde_bytes::ByteArray::new([7; 16]);
        Words(world.room(), world.author(1), 1, salt, text.into()).encode()
    };
    let most = (1..=limits::WORDS_BYTES).rev().map(fits).find(|it| block(it).is_ok()).expect("something fits");
    assert!(most.len() > limits::WORDS_BYTES - 200, "{}", most.len());
    assert!(block(&format!("{most}x")).is_err(), "one byte more");
    let words = world.say(1, &most);
    let proposal = world.write(1, Proposed { words, ..proposed(None, None) });
    world.sync_all();
    let closing = carried_by(&mut world, &[1, 0, 2], proposal, proposal);
    let node = whole(&world);
    assert_eq!(node.fold.proposal(&proposal).expect("it").version.text.as_deref(), Some(most.as_str()));
    assert_eq!(standing(&world, proposal).carried, Some((proposal, closing)));
}
