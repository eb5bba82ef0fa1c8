//! All loops: mine to answer first, then those that wait for others, then what is closed.

use std::{rc::Rc, sync::Arc};

use paceline_room::{fold::Key, state::Feedback};
use yew::prelude::*;

use super::{Context, Draw, Drawing, LOOPS, MainTab, PLAIN, Region, Tab, View, Views, Waits};
use crate::{
    components::{
        feedback::{Attributed, Loop, tell},
        icons::Icon,
        more::{SHOWN, Which, use_shown},
    },
    parts::part,
    session::RoomView,
    texts::{changing, t},
};

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Beside,
    tab: Some(Tab {
        handle: LOOPS,
        group: MainTab::More,
        icon: Icon::Loops,
        title: || t!("view-loops"),
        key: Some(("l", || t!("key-view-loops"))),
    }),
    waiting,
    draw: Draw::Later(
        part!(agreed: Drawing = |context: &Context| html! { <Loops room={context.room.clone()} views={context.views} /> }),
    ),
    ..PLAIN
};

/// The lists: mine, the others', those that are closed.
const MINE: Which = ("mine", None);
const OTHERS: Which = ("others", None);
const CLOSED: Which = ("closed", None);

/// Properties of [`Loops`].
#[derive(PartialEq, Properties)]
struct LoopsProps {
    /// The room.
    room: Rc<RoomView>,
    /// All views.
    views: Views,
}

/// Loops that wait for this node's answer.
fn waiting(room: &RoomView) -> Vec<Waits> {
    let count = room.loops.mine.len();
    let waits = (count > 0).then(|| Waits {
        kind: "question",
        about: None,
        in_stream: false,
        count,
        words: t!("waits-loops", n = count),
    });
    waits.into_iter().collect()
}

/// Draws the view.
#[component]
fn Loops(props: &LoopsProps) -> Html {
    let room = &props.room;
    let lists = &room.loops;
    let much = use_shown();
    let others = lists.open.entries().filter(|(key, _)| lists.mine.get(key).is_none()).map(|(_, it)| it);
    let group = |title: String, which: Which, all: &mut dyn Iterator<Item = &Arc<Feedback>>, count: usize| {
        let told = all.take(much.of(which, SHOWN)).map(|it| tell(it, &room.people, room.me));
        group(title, told.collect(), much.more(which, SHOWN, count), props)
    };
    let nothing = lists.open.is_empty() && lists.closed.is_empty();
    html! {
        <>
            if nothing { <p class="empty">{ t!("loops-empty") }</p> }
            { group(t!("loops-mine"), MINE, &mut lists.mine.iter(), lists.mine.len()) }
            { group(t!("loops-others"), OTHERS, &mut { others }, lists.open.len() - lists.mine.len()) }
            // The newest first.
            { group(t!("loops-closed"), CLOSED, &mut lists.closed.iter().rev(), lists.closed.len()) }
        </>
    }
}

/// Where in the log stands what it is about.
fn about(told: &Attributed) -> Key {
    (told.feedback.target_depth, told.feedback.target)
}

fn group(title: String, loops: Vec<Attributed>, more: Html, props: &LoopsProps) -> Html {
    if loops.is_empty() {
        return Html::default();
    }
    let draw = |told: &Attributed| {
        html! {
            <li key={told.feedback.cid.to_string()}>
                if let Some(about) = props.views.called(&props.room, &about(told), &told.to) { <p class="about" dir="auto">{ changing(about) }</p> }
                <Loop told={told.clone()} handles={true} />
            </li>
        }
    };
    html! { <section class="loop-group"><h3>{ title }</h3><ul>{ for loops.iter().map(draw) }</ul>{ more }</section> }
}
