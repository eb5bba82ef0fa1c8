//! Feedback, loops and corrections; and the people who give them.

use paceline_room::{
    Cid, NodeId,
    body::{Answer, FeedbackAnswered, Introduced, Stance},
    fold::IgnoredReason,
    state::FeedbackState,
    testing::World,
};

use crate::support::{Moves, Node, whole};

fn state(node: &Node, feedback: &Cid) -> FeedbackState {
    node.fold.feedback_by_cid(feedback).expect("feedback").state
}

#[test]
fn question_concern_and_correct_open_a_loop_to_the_author_and_the_others_ask_nothing() {
    let mut world = World::new(1);
    let post = world.post(1, "claim");
    world.send(1, 2);
    let stances = [Stance::Appreciate, Stance::BuildOn, Stance::Question, Stance::Concern, Stance::Correct];
    let given = stances.map(|stance| world.feedback(2, post, stance, None));
    let node = whole(&world);
    use FeedbackState::{Given, Open};
    assert_eq!(given.map(|cid| state(&node, &cid)), [Given, Given, Open, Open, Open]);
    assert!(node.fold.feedback_on(&post).all(|it| it.addressee == Some(world.author(1)) && it.target == post));
    assert_eq!(node.fold.feedback_on(&post).count(), 5);
    assert_eq!(node.fold.feedback().count(), 5);
}

#[test]
fn the_holder_is_asked_about_a_term_that_is_named_by_the_transfer_that_began_it() {
    let mut world = World::new(2);
    let baton = world.open_baton(0, "the release");
    world.send(0, 1);
    let term = world.take(1, baton, baton);
    let released = world.release(1, baton, term);
    world.send(1, 2);
    let asked = world.feedback(2, term, Stance::Question, None);
    let of_a_baton = world.feedback(2, baton, Stance::Question, None);
    let of_a_release = world.feedback(2, released, Stance::Question, None);
    world.send(2, 1);
    let answered = world.answer(1, asked, Answer::Noted, None);
    let node = whole(&world);
    let feedback = node.fold.feedback_by_cid(&asked).expect("feedback");
    assert_eq!((feedback.addressee, feedback.state), (Some(world.author(1)), FeedbackState::Noted));
    assert_eq!(node.fold.why_ignored(&answered), None);
    for cid in [of_a_baton, of_a_release] {
        assert_eq!(node.fold.why_ignored(&cid), Some(IgnoredReason::TargetNotSeen));
    }
}

#[test]
fn only_the_addressee_answers_only_loops_and_only_the_giver_withdraws() {
    let mut world = World::new(3);
    let post = world.post(1, "claim");
    world.send(1, 2);
    let question = world.feedback(2, post, Stance::Question, None);
    let thanks = world.feedback(2, post, Stance::Appreciate, None);
    world.send(2, 1);
    world.send(2, 3);
    let by_another = world.answer(3, question, Answer::Noted, None);
    let withdrawn_by_another = world.withdraw(3, question);
    let to_thanks = world.answer(1, thanks, Answer::Noted, None);
    let unseen = world.answer(4, question, Answer::Noted, None);
    let blind = world.feedback(4, post, Stance::Concern, None);
    let node = whole(&world);
    let why = |cid| node.fold.why_ignored(&cid);
    assert_eq!(why(by_another), Some(IgnoredReason::NotAddressee));
    assert_eq!(why(withdrawn_by_another), Some(IgnoredReason::NotAuthor));
    assert_eq!(why(to_thanks), Some(IgnoredReason::NoLoop));
    assert_eq!((why(unseen), why(blind)), (Some(IgnoredReason::TargetNotSeen), Some(IgnoredReason::TargetNotSeen)));
    assert_eq!(state(&node, &question), FeedbackState::Open);
}

#[test]
fn the_latest_answer_counts_and_says_what_changed() {
    let mut world = World::new(4);
    let post = world.post(1, "claim");
    world.send(1, 2);
    let concern = world.feedback(2, post, Stance::Concern, None);
    world.send(2, 1);
    let no = world.say(1, "no");
    world.answer(1, concern, Answer::Declined, Some(no));
    let words = world.say(1, "better");
    let edit = world.edit(1, post, words);
    let yes = world.say(1, "yes");
    let body = FeedbackAnswered { feedback: concern, answer: Answer::Adjusted, words: Some(yes), by: Some(edit) };
    world.write(1, body);
    for seed in 0..6 {
        let mut node = Node::new(world.room());
        node.admit_all(&world.shuffled(seed));
        node.fill(&world.shuffled(seed));
        let feedback = node.fold.feedback_by_cid(&concern).expect("feedback");
        assert_eq!((feedback.state, feedback.answered_by), (FeedbackState::Adjusted, Some(edit)));
        assert_eq!(feedback.answer.as_deref(), Some("yes"));
    }
}

#[test]
fn a_correction_stands_until_it_is_withdrawn_or_adjusted() {
    let mut world = World::new(5);
    let post = world.post(1, "claim");
    world.send(1, 2);
    world.send(1, 3);
    let (one, two) = (world.feedback(2, post, Stance::Correct, None), world.feedback(3, post, Stance::Correct, None));
    world.sync_all();
    let contested = |world: &World| whole(world).fold.post(&post).expect("a post").contested;
    assert!(contested(&world));
    world.answer(1, one, Answer::Declined, None);
    world.answer(1, two, Answer::Noted, None);
    assert!(contested(&world), "the one who is corrected cannot lift it alone");
    world.answer(1, one, Answer::Adjusted, None);
    assert!(contested(&world), "the other stands");
    world.withdraw(3, two);
    assert!(!contested(&world));
    world.sync_all();
    world.feedback(0, post, Stance::Correct, None);
    assert!(contested(&world));
    world.retract(1, post);
    assert!(!contested(&world), "what was taken back claims nothing");
}

#[test]
fn withdrawn_feedback_loses_its_words_whenever_they_arrive_and_stays_withdrawn() {
    let mut world = World::new(6);
    let post = world.post(1, "claim");
    world.send(1, 2);
    let words = world.say(2, "hm");
    let concern = world.feedback(2, post, Stance::Concern, Some(words));
    world.send(2, 1);
    let reply = world.say(1, "because");
    world.answer(1, concern, Answer::Noted, Some(reply));
    world.withdraw(2, concern);
    for seed in 0..6 {
        let mut node = Node::new(world.room());
        let mut dropped = vec![];
        for stored in world.blocks() {
            dropped.extend(node.admit(&stored.block).expect("new").drop_words);
            if seed % 2 == 0 {
                node.fill(&world.blocks());
            }
        }
        node.fill(&world.shuffled(seed));
        assert_eq!(dropped, [words]);
        let feedback = node.fold.feedback_by_cid(&concern).expect("the trace");
        assert_eq!((feedback.state, feedback.text.as_deref()), (FeedbackState::Withdrawn, None));
        assert_eq!(feedback.answer.as_deref(), Some("because"), "another's words are another's");
    }
}

#[test]
fn people_stand_in_order_of_their_first_event_under_their_latest_name() {
    let mut world = World::new(7);
    world.introduce(2, "two");
    world.introduce(1, "one");
    world.write(
        1,
        Introduced {
            name: "uno".try_into().unwrap(),
            strengths: vec!["tea".try_into().unwrap()].try_into().unwrap(),
            hue: 5_u64.try_into().unwrap(),
        },
    );
    world.post(3, "no name");
    for seed in 0..8 {
        let mut node = Node::new(world.room());
        node.admit_all(&world.shuffled(seed));
        let first = |node: &NodeId| {
            world.blocks().iter().position(|it| paceline_room::Event::decode(&it.block).expect("one").author == *node)
        };
        let order: Vec<_> = node.fold.people().map(|person| first(&person.node)).collect();
        assert!(order.is_sorted() && order.len() == 4);
        let one = node.fold.person(&world.author(1)).expect("known");
        assert_eq!(
            (&one.name[..], &one.strengths[..], one.hue, one.split),
            ("uno", &["tea".to_string()][..], 5, false)
        );
        assert_eq!(node.fold.person(&world.author(3)).expect("known").name, "");
        assert!(node.fold.person(&world.author(9)).is_none());
    }
}

#[test]
fn twins_of_a_first_event_mark_their_author_split_and_order_people_the_same_everywhere() {
    let mut world = World::new(8);
    let first = world.introduce(1, "one");
    world.write_twin(
        1,
        first,
        Introduced { name: "two".try_into().unwrap(), strengths: Default::default(), hue: 1_u64.try_into().unwrap() },
    );
    world.introduce(2, "other");
    let states: Vec<_> = (0..12)
        .map(|seed| {
            let mut node = Node::new(world.room());
            node.admit_all(&world.shuffled(seed));
            node.state()
        })
        .collect();
    assert!(states.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(states[0].people.iter().find(|it| it.node == world.author(1)).expect("known").split);
}
