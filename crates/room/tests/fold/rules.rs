//! Which transfers and offers count: one test for each row of the rules, and each reason why an event is ignored.

use paceline_room::{
    Cid,
    body::{BatonOpened, Tags},
    fold::IgnoredReason,
    state::{BatonState, TermBy},
    testing::World,
};

use crate::support::{Moves, baton, seen_by, term, whole};

/// A room in which author 1 holds a baton; all have seen all.
fn held() -> (World, Cid, Cid) {
    let mut world = World::new(1);
    for i in 1..=4 {
        world.introduce(i, "somebody");
    }
    world.sync_all();
    let lead = world.open_baton(0, "the release");
    world.sync_all();
    let held = world.take(1, lead, lead);
    world.sync_all();
    (world, lead, held)
}

fn why(world: &World, cid: Cid) -> Option<IgnoredReason> {
    whole(world).fold.why_ignored(&cid)
}

#[test]
fn a_baton_opened_is_free_and_carries_what_it_calls_for() {
    let mut world = World::new(1);
    let need = world.post(0, "who calls the venue?");
    let (title, strengths) = ("the venue".to_string(), vec!["phone".to_string()]);
    let body = BatonOpened {
        title: title.clone().try_into().unwrap(),
        strengths: Tags::of(strengths.clone()).unwrap(),
        minutes: Some(15),
        need: Some(need),
    };
    let lead = world.write(0, body);
    let blind = world.write(
        1,
        BatonOpened {
            title: title.clone().try_into().unwrap(),
            strengths: Default::default(),
            minutes: None,
            need: Some(need),
        },
    );
    let shown = baton(&world, lead);
    assert_eq!((shown.title, shown.strengths, shown.minutes, shown.need), (title, strengths, Some(15), Some(need)));
    assert_eq!((shown.state, shown.holder, shown.tip, shown.settled), (BatonState::Free, None, lead, true));
    assert!(shown.may_close.is_empty() && !shown.anyone_may_close && shown.terms.is_empty());
    assert_eq!(baton(&world, blind).need, None, "a need that its author had not seen");
    assert_eq!(whole(&world).fold.batons().count(), 2);
}

#[test]
fn a_free_baton_is_taken_and_a_held_one_is_not() {
    let (mut world, lead, held) = held();
    let shown = baton(&world, lead);
    assert_eq!((shown.state, shown.holder, shown.tip), (BatonState::Held, Some(world.author(1)), held));
    assert_eq!(shown.may_close, [world.author(1)]);
    assert_eq!((term(&shown, held).by, term(&shown, held).until), (TermBy::Taken, None));
    let again = world.take(2, lead, held);
    assert_eq!(why(&world, again), Some(IgnoredReason::NotFree));
}

#[test]
fn an_offer_is_accepted_by_the_one_it_names_and_moves_the_baton_once() {
    let (mut world, lead, held) = held();
    let offer = world.offer(1, lead, held, 2);
    world.sync_all();
    let shown = baton(&world, lead);
    assert_eq!((shown.state, shown.offer, shown.offered_to), (BatonState::Offered, Some(offer), Some(world.author(2))));
    let by_another = world.accept(3, lead, held, offer);
    let accepted = world.accept(2, lead, held, offer);
    let twice = world.accept(2, lead, held, offer);
    let thrice = world.accept(2, lead, accepted, offer);
    assert_eq!(why(&world, by_another), Some(IgnoredReason::OfferedToAnother));
    assert_eq!(why(&world, accepted), None);
    assert_eq!(why(&world, twice), Some(IgnoredReason::MovedOn));
    assert_eq!(why(&world, thrice), Some(IgnoredReason::OfferOfAnotherTurn));
    let shown = baton(&world, lead);
    assert_eq!((shown.state, shown.holder, shown.offer), (BatonState::Held, Some(world.author(2)), None));
    assert_eq!(term(&shown, held).until, Some(accepted));
    assert_eq!(term(&shown, accepted).by, TermBy::Accepted);
    assert!(term(&shown, held).ended == Some(term(&shown, accepted).began));
}

#[test]
fn an_offer_declined_or_withdrawn_in_the_past_of_an_accept_is_over() {
    let (mut world, lead, held) = held();
    let one = world.offer(1, lead, held, 2);
    let two = world.offer(1, lead, held, 3);
    world.sync_all();
    assert_eq!(baton(&world, lead).offer, Some(two), "the latest is shown");
    let declined = world.decline(2, one);
    let anyway = world.accept(2, lead, held, one);
    assert_eq!(why(&world, anyway), Some(IgnoredReason::OfferDeclined));
    let withdrawn = world.withdraw_offer(1, two);
    assert_eq!(baton(&world, lead).offer, None);
    // Author 3 accepts before it hears of the withdrawal: that happened side by side, so it counts.
    let mut apart = world.clone();
    let in_time = apart.accept(3, lead, held, two);
    assert_eq!(why(&apart, in_time), None);
    world.sync_all();
    let late = world.accept(3, lead, held, two);
    assert_eq!(why(&world, late), Some(IgnoredReason::OfferWithdrawn));
    assert_eq!((why(&world, declined), why(&world, withdrawn)), (None, None));
}

#[test]
fn a_decline_by_a_twin_does_not_hide_the_withdrawal_that_an_accept_has_seen() {
    let (mut world, lead, held) = held();
    let offer = world.offer(1, lead, held, 2);
    world.sync_all();
    let body = paceline_room::body::BatonDeclined { offer, why: Default::default() };
    let (declined, _, twin) =
        world.log(3).draft(world.author(2), 5_000, body.into()).sign(&world.keypair(2)).expect("valid");
    world.withdraw_offer(1, offer);
    world.send(1, 2);
    let late = world.accept(2, lead, held, offer);
    let block = |cid| world.blocks().into_iter().find(|it| it.cid == cid).expect("written").block;
    let mut node = seen_by(&world, 3);
    node.admit(&twin).expect("new");
    node.admit_all(&world.blocks());
    assert_eq!(node.fold.why_ignored(&declined), None);
    assert_eq!(node.fold.why_ignored(&late), Some(IgnoredReason::OfferWithdrawn));
    assert!(node.admit(&block(late)).is_none());
}

#[test]
fn only_the_holder_offers_not_to_itself_and_only_those_concerned_end_an_offer() {
    let (mut world, lead, held) = held();
    let by_another = world.offer(2, lead, held, 3);
    let to_itself = world.offer(1, lead, held, 1);
    let offer = world.offer(1, lead, held, 2);
    world.sync_all();
    let withdrawn = world.withdraw_offer(3, offer);
    let declined = world.decline(3, offer);
    let nothing = world.decline(3, lead);
    let unseen = world.withdraw_offer(9, offer);
    let on_ignored = world.withdraw_offer(1, to_itself);
    let accepted = world.accept(3, lead, held, by_another);
    let on_no_offer = world.accept(2, lead, held, lead);
    assert_eq!(why(&world, by_another), Some(IgnoredReason::NotHolder));
    assert_eq!(why(&world, to_itself), Some(IgnoredReason::OfferedToSelf));
    assert_eq!(why(&world, withdrawn), Some(IgnoredReason::NotAuthor));
    assert_eq!(why(&world, declined), Some(IgnoredReason::OfferedToAnother));
    for cid in [nothing, unseen, on_ignored] {
        assert_eq!(why(&world, cid), Some(IgnoredReason::TargetNotSeen));
    }
    assert_eq!(why(&world, accepted), Some(IgnoredReason::OfferNotSeen));
    assert_eq!(why(&world, on_no_offer), Some(IgnoredReason::OfferNotSeen));
    assert_eq!(baton(&world, lead).offer, Some(offer));
}

#[test]
fn a_transfer_names_a_tip_of_its_baton_in_its_past_that_counts_itself() {
    let (mut world, lead, held) = held();
    let other = world.open_baton(0, "another");
    let ignored = world.take(3, lead, held);
    world.sync_all();
    let elsewhere = world.step_in(2, other, held);
    let on_ignored = world.step_in(2, lead, ignored);
    let on_a_post = {
        let post = world.post(2, "no tip");
        world.step_in(2, lead, post)
    };
    let no_baton = world.step_in(2, held, held);
    let blind = world.take(9, lead, lead);
    let unseen = {
        world.send(0, 8);
        let later = world.offer(1, lead, held, 3);
        world.step_in(8, lead, later)
    };
    assert_eq!(why(&world, elsewhere), Some(IgnoredReason::TipNotSeen));
    assert_eq!(why(&world, on_ignored), Some(IgnoredReason::TipIgnored));
    assert_eq!(why(&world, on_a_post), Some(IgnoredReason::TipNotSeen));
    assert_eq!(why(&world, no_baton), Some(IgnoredReason::UnknownBaton));
    assert_eq!(why(&world, blind), Some(IgnoredReason::UnknownBaton));
    assert_eq!(why(&world, unseen), Some(IgnoredReason::TipNotSeen));
    assert_eq!(baton(&world, lead).tip, held);
}

#[test]
fn what_has_seen_the_baton_move_on_does_not_move_it_from_there() {
    let (mut world, lead, held) = held();
    let late = world.take(2, lead, lead);
    let also_late = world.offer(1, lead, lead, 2);
    assert_eq!(why(&world, late), Some(IgnoredReason::MovedOn));
    assert_eq!(why(&world, also_late), Some(IgnoredReason::MovedOn));
    assert_eq!(baton(&world, lead).tip, held);
}

#[test]
fn anyone_but_the_holder_steps_in_and_only_when_somebody_holds_it() {
    let (mut world, lead, held) = held();
    let own = world.step_in(1, lead, held);
    let stand_in = world.step_in(2, lead, held);
    world.sync_all();
    let shown = baton(&world, lead);
    assert_eq!((shown.holder, shown.may_reclaim), (Some(world.author(2)), Some(world.author(1))));
    assert!(shown.may_close.is_empty(), "a stand-in may not close");
    assert_eq!(shown.run_ends, [stand_in]);
    let released = world.release(2, lead, stand_in);
    world.sync_all();
    let on_free = world.step_in(3, lead, released);
    assert_eq!(why(&world, own), Some(IgnoredReason::AlreadyLeading));
    assert_eq!(why(&world, on_free), Some(IgnoredReason::NotHeld));
}

#[test]
fn only_the_holder_releases_and_then_anyone_takes() {
    let (mut world, lead, held) = held();
    let by_another = world.release(2, lead, held);
    let released = world.release(1, lead, held);
    world.sync_all();
    let twice = world.release(1, lead, released);
    let shown = baton(&world, lead);
    assert_eq!((shown.state, shown.holder, shown.anyone_may_close), (BatonState::Free, None, true));
    let taken = world.take(3, lead, released);
    assert_eq!(why(&world, by_another), Some(IgnoredReason::NotHolder));
    assert_eq!(why(&world, twice), Some(IgnoredReason::NotHeld));
    assert_eq!(baton(&world, lead).tip, taken);
}

#[test]
fn the_holder_closes_and_nothing_follows() {
    let (mut world, lead, held) = held();
    let by_another = world.close(2, lead, held);
    let closed = world.close(1, lead, held);
    world.sync_all();
    let after = [
        world.take(2, lead, closed),
        world.step_in(2, lead, closed),
        world.release(1, lead, closed),
        world.close(1, lead, closed),
        world.offer(1, lead, closed, 2),
        world.reclaim(1, lead, &[closed]),
        world.accept(2, lead, closed, held),
    ];
    assert_eq!(why(&world, by_another), Some(IgnoredReason::NotHolder));
    assert!(after.iter().all(|cid| why(&world, *cid) == Some(IgnoredReason::Closed)));
    let shown = baton(&world, lead);
    assert_eq!((shown.state, shown.holder, shown.tip), (BatonState::Closed, None, closed));
    assert!(shown.may_close.is_empty());
}

#[test]
fn what_a_true_holder_released_anyone_closes_and_what_a_stand_in_released_nobody() {
    let (world, lead, held) = held();
    let mut true_holder = world.clone();
    let released = true_holder.release(1, lead, held);
    true_holder.sync_all();
    let closed = true_holder.close(3, lead, released);
    assert_eq!(why(&true_holder, closed), None);

    let mut stood_in = world.clone();
    let stand_in = stood_in.step_in(2, lead, held);
    stood_in.sync_all();
    let by_stand_in = stood_in.close(2, lead, stand_in);
    let by_holder = stood_in.close(1, lead, stand_in);
    let released = stood_in.release(2, lead, stand_in);
    stood_in.sync_all();
    assert!(!baton(&stood_in, lead).anyone_may_close);
    let closed = stood_in.close(1, lead, released);
    assert_eq!(why(&stood_in, by_stand_in), Some(IgnoredReason::StandInCloses));
    assert_eq!(why(&stood_in, by_holder), Some(IgnoredReason::NotHolder));
    assert_eq!(why(&stood_in, closed), Some(IgnoredReason::NotReleased));
    let taken = stood_in.take(3, lead, released);
    assert_eq!(baton(&stood_in, lead).tip, taken);
    assert_eq!(baton(&stood_in, lead).may_close, [], "nobody went on with the stand-in, so this is still its run");
}

#[test]
fn a_baton_that_nobody_ever_held_is_taken_before_it_is_closed() {
    let mut world = World::new(1);
    let lead = world.open_baton(0, "by mistake");
    let closed = world.close(0, lead, lead);
    assert_eq!(why(&world, closed), Some(IgnoredReason::NotReleased));
}

#[test]
fn only_the_holder_before_the_run_reclaims_and_only_from_stand_ins_of_one_run() {
    let (mut world, lead, held) = held();
    let from_nobody = world.reclaim(1, lead, &[held]);
    let stand_in = world.step_in(2, lead, held);
    world.sync_all();
    let by_another = world.reclaim(3, lead, &[stand_in]);
    assert_eq!(why(&world, from_nobody), Some(IgnoredReason::NoStandIn));
    assert_eq!(why(&world, by_another), Some(IgnoredReason::NotHolderBefore));
    let back = world.reclaim(1, lead, &[stand_in, stand_in]);
    assert_eq!(why(&world, back), None, "naming an end twice is naming it");

    // Another stood in beside the first, and one more after the return: ends of two runs of one holder.
    let mut beside = seen_by(&world, 4).log.draft(
        world.author(4),
        5_000,
        paceline_room::body::BatonSteppedIn { baton: lead, tip: held, silent_for: 1_u64.try_into().unwrap() }.into(),
    );
    beside.parents = vec![held];
    beside.depth = 1 + world.log(4).entry(world.ix(4, &held)).event.depth;
    let (first_run, _, block) = beside.sign(&world.keypair(4)).expect("valid");
    world.sync_all();
    let second_run = world.step_in(3, lead, back);
    world.sync_all();
    (0..=4).for_each(|i| world.give(i, [&block[..]]));
    let both = world.reclaim(1, lead, &[first_run, second_run]);
    let mut node = seen_by(&world, 1);
    assert_eq!(node.fold.why_ignored(&first_run), None);
    assert_eq!(node.fold.why_ignored(&second_run), None);
    assert_eq!(node.fold.why_ignored(&both), Some(IgnoredReason::DifferentRuns));
    assert!(node.admit(&block).is_none());
}

#[test]
fn a_handoff_by_a_stand_in_stays_in_the_run() {
    let (mut world, lead, held) = held();
    let stand_in = world.step_in(2, lead, held);
    let offer = world.offer(2, lead, stand_in, 3);
    world.sync_all();
    let passed = world.accept(3, lead, stand_in, offer);
    world.sync_all();
    let shown = baton(&world, lead);
    assert_eq!((shown.holder, shown.may_reclaim), (Some(world.author(3)), Some(world.author(1))));
    assert_eq!(shown.run_ends, [passed]);
    let at_its_beginning = world.reclaim(1, lead, &[stand_in]);
    assert_eq!(why(&world, at_its_beginning), Some(IgnoredReason::MovedOn));
    let next = world.step_in(4, lead, passed);
    let shown = baton(&world, lead);
    assert_eq!((shown.tip, shown.may_reclaim), (next, Some(world.author(1))), "the same run");
}

#[test]
fn a_reason_reads_as_a_plain_sentence() {
    let (mut world, lead, held) = held();
    let again = world.take(2, lead, held);
    let reason = why(&world, again).expect("ignored");
    assert_eq!(reason.to_string(), "somebody held the baton: it was not free to take");
}

#[test]
fn standing_beside_is_kept_and_means_nothing_yet() {
    let (mut world, lead, held) = held();
    let before = baton(&world, lead);
    let shadowing = world.write(3, paceline_room::body::Shadowing { baton: lead });
    assert_eq!((why(&world, shadowing), before.tip), (None, held));
    assert_eq!(baton(&world, lead), before);
}
