//! Asks and promises: what is mine first, then the others', what is done last.

mod accept;
mod by_when;
mod card;
mod form;
mod post;
mod row;

use std::{cell::RefCell, rc::Rc, sync::Arc};

use paceline_room::{
    Cid, Day, NodeId,
    fold::{Key, feedback_on},
    state::{Promise, PromiseState},
};
use yew::prelude::*;

use self::{
    form::NewPromise,
    row::{Person, Row, RowView, TOLD, said},
};
use super::{Context, Draw, Drawing, Keys, MainTab, PLAIN, Region, Tab, View, Waits, press_button};
use crate::{
    components::{
        icons::Icon,
        more::{SHOWN, Shown, WITHIN, Which, use_shown},
        told::Told,
    },
    due, excerpt,
    hooks::use_now,
    parts::part,
    people,
    session::{Here, Place, RoomView, Unsent},
    texts::t,
};

pub use card::CARDS;
pub use post::{DO_THIS, marks};

/// Its handle.
const PROMISES: &str = "view-promises";
/// The lists: mine, the others', what is done.
const MINE: Which = ("mine", None);
const OTHERS: Which = ("others", None);
const DONE: Which = ("done", None);
/// Of so many posts, the newest, mine can be chosen to show that a promise was kept.
const LOOKED_AT: usize = 400;
/// Posts of mine that can be chosen to show that a promise was kept; the newest.
const EVIDENCE: usize = 20;

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Beside,
    tab: Some(Tab {
        handle: PROMISES,
        group: MainTab::Agreed,
        icon: Icon::Promise,
        title: || t!("view-promises"),
        key: Some(("p", || t!("key-view-promises"))),
    }),
    keys: &[Keys { keys: &[("d", || press_button(Some(".post"), "do-this"))], words: || t!("key-do-this") }],
    waiting,
    called: |room, place, name| {
        let promise = room.promises.all.get(place)?;
        Some(t!("loop-about-promise", name = name, words = said(promise)))
    },
    draw: Draw::Later(part!(agreed: Drawing = |context: &Context| html! { <Promises room={context.room.clone()} /> })),
    ..PLAIN
};

/// Asks made of this node, and what it promised by today or before, by this browser's clock.
fn waiting(room: &RoomView) -> Vec<Waits> {
    let (mut asks, mut due, mut late) = (0, 0, 0);
    let today = due::today();
    for it in room.promises.open_of(room.me) {
        match (it.state, it.due.zip(today)) {
            (PromiseState::Asked, _) if waits(it) => asks += 1,
            (PromiseState::Promised, Some((day, today))) if day == today => due += 1,
            (PromiseState::Promised, Some((day, today))) if day < today => late += 1,
            _ => {}
        }
    }
    let waits = [
        ("promise", late, t!("waits-overdue", n = late)),
        ("promise", due, t!("waits-due", n = due)),
        ("ask", asks, t!("waits-asks", n = asks)),
    ];
    let waits = waits.into_iter().filter(|(_, count, _)| *count > 0);
    waits.map(|(kind, count, words)| Waits { kind, about: None, in_stream: false, count, words }).collect()
}

/// An ask whose author still asks, and that nobody has taken up.
fn waits(it: &Promise) -> bool {
    it.state == PromiseState::Asked && !it.taken && !row::is_gone(it)
}

/// Properties of [`Promises`].
#[derive(PartialEq, Properties)]
struct PromisesProps {
    /// The room.
    room: Rc<RoomView>,
}

/// Draws the view.
#[component]
fn Promises(props: &PromisesProps) -> Html {
    let room = &props.room;
    // What is due changes at midnight.
    use_now();
    let today = due::today();
    let lists = &room.promises;
    let shown = use_shown();
    let writing = use_state(|| false);
    let (rows, count) = mine(room, shown.of(MINE, SHOWN));
    let mine = Group { which: MINE, rows, count };
    let others = lists.open.iter().filter(|it| it.node != room.me).take(shown.of(OTHERS, SHOWN)).collect();
    let others = Group { which: OTHERS, rows: others, count: lists.open.len() - mine.count };
    let done = lists.done.iter().rev().take(shown.of(DONE, SHOWN)).collect();
    let done = Group { which: DONE, rows: done, count: lists.done.len() };
    let nothing = mine.count + others.count + done.count == 0;
    // One button is filled: of the form that is open, else of the first row that waits for this node.
    let next = (!*writing).then(|| mine.rows.iter().find(|it| row::can_be_done(it))).flatten();
    let next = next.map(|it| it.cid);
    let around = Around { room, today, next, posts: evidence(room), shown, acted: use_mut_ref(|| false) };
    let on_open = use_callback(writing.setter(), |open, writing| writing.set(open));
    let group = |title: String, rows: &Group| group(title, rows, &around);
    html! {
        <>
            // What a promise is in a newer version, only that one knows.
            if !room.newer { <NewPromise people={room.people.clone()} me={room.me} on_open={on_open} /> }
            if nothing { <p class="empty">{ t!("promises-empty") }</p> }
            { group(t!("promises-mine"), &mine) }
            { group(t!("promises-others"), &others) }
            { group(t!("promises-done"), &done) }
        </>
    }
}

/// Rows that stand together.
struct Group<'a> {
    which: Which,
    /// The first of them.
    rows: Vec<&'a Arc<Promise>>,
    /// How many there are.
    count: usize,
}

/// What rows are drawn from.
struct Around<'a> {
    room: &'a RoomView,
    today: Option<Day>,
    /// The row whose button is the next press.
    next: Option<Cid>,
    posts: Rc<[(Cid, AttrValue)]>,
    /// How much of each list is drawn.
    shown: Shown,
    /// Somebody pressed a button of a row.
    acted: Rc<RefCell<bool>>,
}

/// What this node is asked for, then what it promised, by day; what has none last. The first of it, and how much there is.
fn mine(room: &RoomView, most: usize) -> (Vec<&Arc<Promise>>, usize) {
    let place = |it: &Arc<Promise>| (it.state != PromiseState::Asked, it.due.is_none(), it.due);
    let (mut first, mut count) = (Vec::<&Arc<Promise>>::new(), 0);
    for it in room.promises.open_of(room.me) {
        count += 1;
        let at = first.partition_point(|other| place(other) <= place(it));
        if at < most {
            first.insert(at, it);
            first.truncate(most);
        }
    }
    (first, count)
}

fn group(title: String, Group { which, rows, count }: &Group, around: &Around) -> Html {
    if rows.is_empty() {
        return Html::default();
    }
    let draw = |it: &&Arc<Promise>| html! { <RowView key={it.cid.to_string()} ..row(it, around) /> };
    html! {
        <section class="promise-group">
            <h3>{ title }</h3>
            <ul class="plain-list">{ for rows.iter().map(draw) }</ul>
            { around.shown.more(*which, SHOWN, *count) }
        </section>
    }
}

/// All that a row shows.
fn row(it: &Arc<Promise>, around: &Around) -> Row {
    let Around { room, today, next, posts, shown, acted } = around;
    let mine = |node: NodeId| node == room.me;
    let told = feedback_on(&room.feedback_on, &it.cid);
    let told = Told::of(told, shown.of((TOLD, Some(it.cid)), WITHIN), &room.people, room.me);
    let asked = it.from.and_then(|from| room.promises.all.get(&(it.from_depth, from)));
    let after = match asked {
        Some(ask) => Some(t!("promise-after-ask", name = name(room, ask.author), words = said(ask))),
        None => it.from.and_then(|post| {
            quoted(room, &(it.from_depth, post), |name, words| t!("promise-after-post", name = name, words = words))
        }),
    };
    let shown_by = it
        .end
        .as_ref()
        .and_then(|end| end.evidence)
        .and_then(|post| quoted(room, &post, |name, words| t!("promise-shown-by", name = name, words = words)));
    Row {
        promise: it.clone(),
        node: person(room, it.node),
        author: person(room, it.author),
        to_me: mine(it.node),
        by_me: mine(it.author),
        after: after.map(Into::into),
        shown_by: shown_by.map(Into::into),
        ask: asked.filter(|ask| mine(ask.author) && !row::is_gone(ask)).map(|ask| ask.cid),
        next: *next == Some(it.cid),
        told: Rc::new(told),
        shown: shown.clone(),
        leaving: room.unsent.iter().filter_map(leaving).collect(),
        posts: posts.clone(),
        today: *today,
        acted: acted.clone(),
    }
}

fn name(room: &RoomView, node: NodeId) -> String {
    people::name_in(&room.people, &node)
}

fn person(room: &RoomView, node: NodeId) -> Person {
    match room.people.find(&node) {
        Some(it) => (it.person.clone(), it.name.to_string().into(), it.here),
        None => (Arc::new(people::stranger(node)), people::nameless(&node).into(), Here::Gone),
    }
}

/// Who wrote a post, and how it begins.
fn quoted(room: &RoomView, post: &Key, tell: impl Fn(String, String) -> String) -> Option<String> {
    let post = room.posts.get(post)?;
    let words = excerpt::excerpt(post.text.as_deref().unwrap_or("…"), excerpt::QUOTED);
    Some(tell(name(room, post.author), words))
}

/// What may show that a promise of mine was kept: my newest posts, by their beginnings.
fn evidence(room: &RoomView) -> Rc<[(Cid, AttrValue)]> {
    let mine = room.posts.iter().rev().take(LOOKED_AT).filter(|it| it.author == room.me);
    let told = mine.filter_map(|it| Some((it.cid, excerpt::excerpt(it.text.as_deref()?, excerpt::QUOTED).into())));
    told.take(EVIDENCE).collect()
}

/// The event whose words are about to be deleted, and the intent.
fn leaving(unsent: &Unsent) -> Option<(Cid, AttrValue)> {
    match unsent.place {
        Place::Retract(event) if unsent.held.is_empty() => Some((event, unsent.id.clone().into())),
        _ => None,
    }
}
