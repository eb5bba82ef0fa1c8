//! What is talked about later and is about a post: the words stay with the post.

use paceline_room::{
    Body, Cid,
    body::{
        AgendaItemAdded, AgendaItemChanged, AgendaItemDone, Edited,
        meetings::{Command, ItemKind, NewItem},
    },
    command::CommandError,
    state::ItemTitle,
    testing::World,
};

use crate::{
    meetings::{added, nothing, opened, told},
    support::{Moves, whole},
};

fn added_about(post: Cid, at: u8) -> AgendaItemAdded {
    AgendaItemAdded { about: Some(post), ..added("", at, None) }
}

/// What is for later, as it is told: titles, and what each is about.
fn for_later(world: &World) -> Vec<(String, Option<Cid>)> {
    let node = whole(world);
    node.fold.state(&node.log).backlog.into_iter().map(|it| (it.title, it.about)).collect()
}

#[test]
fn what_is_for_later_says_what_its_post_says_and_no_more_once_the_words_are_taken_back() {
    let mut world = World::new(13);
    world.introduce(2, "Ben");
    let post = world.post(1, "The crane is **late**\nagain");
    world.sync_all();
    let item = world.write(2, added_about(post, 1));
    world.sync_all();
    assert_eq!(for_later(&world), [("The crane is **late**".to_owned(), Some(post))]);
    let edited = world.say(1, "The crane came");
    world.write(1, Edited { post, words: edited });
    assert_eq!(for_later(&world)[0].0, "The crane came", "as it says now");
    world.retract(1, post);
    world.sync_all();
    assert_eq!(for_later(&world), [(String::new(), Some(post))]);
    let node = whole(&world);
    let shown = node.fold.agenda_item(&item).expect("it is still for later");
    assert_eq!(shown.titled(&node.fold.lists().posts), ItemTitle::TakenBack);
    assert!(!world.blocks().iter().any(|it| it.block.windows(5).any(|it| it == b"crane")), "no event has the words");
    // What somebody called it is somebody's own.
    let title = "Cranes".try_into().unwrap();
    world.write(2, AgendaItemChanged { title, ..nothing(item) });
    assert_eq!(for_later(&world)[0].0, "Cranes");
}

#[test]
fn an_item_is_about_a_post_in_its_past_or_about_nothing() {
    let mut world = World::new(14);
    let post = world.post(1, "unseen");
    let meeting = world.write(2, opened("Retro", None));
    let unseen = world.write(2, added_about(post, 1));
    let no_post = world.write(2, added_about(meeting, 2));
    world.sync_all();
    let seen = world.write(2, added_about(post, 3));
    let node = whole(&world);
    let about = [unseen, no_post, seen].map(|it| node.fold.agenda_item(&it).unwrap().about.map(|(_, it)| it));
    assert_eq!(about, [None, None, Some(post)]);
    let of = |post| node.fold.meetings().about(post).map(|it| it.cid).collect::<Vec<_>>();
    assert_eq!((of(post), of(meeting)), (vec![seen], vec![]));
}

#[test]
fn what_its_author_takes_back_is_on_no_agenda_whatever_is_said_of_it() {
    let mut world = World::new(15);
    world.introduce(2, "Ben");
    let post = world.post(1, "later");
    world.sync_all();
    let item = world.write(2, added_about(post, 1));
    world.sync_all();
    world.retract(1, item);
    assert_eq!(for_later(&world).len(), 1, "only by its author");
    world.write(1, AgendaItemDone { item, outcome: Default::default(), again: true });
    world.retract(2, item);
    let late = world.write(1, AgendaItemDone { item, outcome: Default::default(), again: true });
    let node = whole(&world);
    assert_eq!(node.fold.why_ignored(&late), None);
    assert_eq!((for_later(&world), node.fold.meetings().about(post).count()), (vec![], 0));
}

#[test]
fn a_post_is_put_off_once_until_that_is_done() {
    let mut world = World::new(16);
    let post = world.post(1, "later");
    let later = |about| {
        let (title, kind, minutes, tags) = (String::new(), ItemKind::Talk, None, vec![]);
        Command::Add(NewItem { title, kind, minutes, tags, meeting: Some(None), about })
    };
    let Ok(Body::AgendaItemAdded(it)) = told(&world, 1, later(Some(post))) else { panic!("it may be put off") };
    assert_eq!((it.about, &*it.title), (Some(post), ""), "its words stay with it");
    assert_eq!(told(&world, 1, later(None)).err(), Some(CommandError::EmptyText));
    assert_eq!(told(&world, 1, later(Some(world.room()))).err(), Some(CommandError::NotFound));
    let item = world.write(1, it);
    assert_eq!(told(&world, 1, later(Some(post))).err(), Some(CommandError::ForLater));
    world.write(1, AgendaItemDone { item, outcome: Default::default(), again: false });
    assert!(told(&world, 1, later(Some(post))).is_ok());
    world.retract(1, post);
    assert_eq!(told(&world, 1, later(Some(post))).err(), Some(CommandError::NotFound));
}
