//! What is talked about later: a message is kept for that with one press, and says so to all.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid,
    body::{
        meetings::{self, NewItem},
        taking_back,
    },
    fold::Key,
    state::{Item, ItemTitle},
};
use yew::prelude::*;

use super::{
    Context, Draw, Keys, PLAIN, Region, View,
    at_post::{Act, Mark},
    card::{Around, Sources},
    press_button,
};
use crate::{
    components::{icons::Icon, undo::Undo},
    excerpt,
    hooks::use_commands,
    people,
    session::{Connection, RoomView},
    texts::t,
};

/// Its line in the table of what can be made of a post. The words stay with the post: they go when their author takes them back.
pub const TALK_LATER: Act = Act {
    handle: Some("talk-later"),
    icon: Icon::Meeting,
    words: || t!("talk-later"),
    rare: false,
    offered: |_| true,
    command: |post| {
        let item = NewItem { about: Some(post.cid), ..NewItem::talk(String::new()) };
        Some(meetings::Command::Add(item).into())
    },
    form: None,
};

/// That a post is kept for later, or is on the agenda of what goes on.
pub fn marks(sources: &Sources, around: &Around, post: Cid, most: usize) -> (Vec<Mark>, usize) {
    let waits = sources.put_off(post).find(|it| it.done.is_none()).filter(|_| most > 0);
    let mark = waits.map(|it| {
        let now = it.meeting.is_some_and(|it| sources.going.contains(&it));
        let words = match now {
            true => t!("later-on-agenda"),
            false => t!("later-by", name = around.person(&it.author).1.to_string()),
        };
        Mark { icon: Icon::Meeting, words: words.into() }
    });
    let count = usize::from(mark.is_some());
    (mark.into_iter().collect(), count)
}

/// Its line in the table of views: for ten seconds what was kept for later can be let go again, by anybody.
pub const LINE: View = View {
    region: Region::BeforeComposer,
    keys: &[Keys { keys: &[("t", || press_button(Some(".post"), "talk-later"))], words: || t!("key-talk-later") }],
    draw: Draw::Now(|context: &Context| html! { <PutOff room={context.room.clone()} /> }),
    ..PLAIN
};

/// Properties of [`PutOff`].
#[derive(PartialEq, Properties)]
struct PutOffProps {
    /// The room.
    room: Rc<RoomView>,
}

/// Says what was kept for later a moment ago, and who did it.
#[component]
fn PutOff(props: &PutOffProps) -> Html {
    let room = &props.room;
    let latest = use_latest(room);
    let commands = use_commands(format!("later {}", latest.as_ref().map(|it| it.cid.to_string()).unwrap_or_default()));
    let undo = {
        let (latest, me) = (latest.clone(), room.me);
        Callback::from(move |()| match &latest {
            Some(it) if it.author == me => commands.act(taking_back::Command::Retract { post: it.cid }),
            Some(it) => commands.act(meetings::Command::Done { item: it.cid, outcome: String::new() }),
            None => {}
        })
    };
    let text = latest.as_ref().map(|it| told(room, it)).unwrap_or_default();
    html! { <Undo of={latest.map(|it| AttrValue::from(it.cid.to_string()))} {text} {undo} /> }
}

/// Who kept what.
fn told(room: &RoomView, it: &Item) -> String {
    let words = match it.titled(&room.posts) {
        ItemTitle::Given(words) | ItemTitle::Said(words) => excerpt::excerpt(words, excerpt::QUOTED),
        ItemTitle::TakenBack | ItemTitle::Missing => t!("later-taken-back"),
    };
    if it.author == room.me {
        t!("later-kept-own", words = words)
    } else {
        t!("later-kept", name = people::name_in(&room.people, &it.author), words = words)
    }
}

/// The item that this page saw come last, as long as it waits. What is caught up is no news.
#[hook]
fn use_latest(room: &RoomView) -> Option<Arc<Item>> {
    let seen = use_mut_ref(|| (room.meetings.about.clone(), None::<(Cid, Key)>));
    let (before, latest) = &mut *seen.borrow_mut();
    let now = &room.meetings.about;
    if now != before {
        let catching_up = matches!(room.connection, Connection::Connecting | Connection::CatchingUp);
        let is_news = |it: &Item| it.author == room.me || !catching_up;
        let came = now.since(before).into_iter().filter(|it| it.before.is_none());
        let came = came.filter_map(|it| it.now.filter(|item| is_news(item)).map(|_| *it.key));
        *latest = came.max_by_key(|(_, key)| *key).or(*latest);
        *before = now.clone();
    }
    let item = latest.as_ref().and_then(|it| now.get(it))?;
    (item.done.is_none() && item.meeting.is_none()).then(|| item.clone())
}
