//! All loops: mine to answer first, then those that wait for others, then what is closed.

use std::{rc::Rc, sync::Arc};

use paceline_room::{fold::Key, state::Feedback};
use yew::prelude::*;

use super::{Context, LOOPS, PLAIN, Region, Tab, View, Views, Waits};
use crate::{
    components::{
        feedback::{Attributed, Loop, tell},
        icons::Icon,
    },
    session::RoomView,
    texts::{changing, t},
};

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Beside,
    tab: Some(Tab {
        handle: LOOPS,
        icon: Icon::Loops,
        title: || t!("view-loops"),
        key: Some(("l", || t!("key-view-loops"))),
    }),
    waiting,
    draw: |context: &Context| html! { <Loops room={context.room.clone()} views={context.views} /> },
    ..PLAIN
};

/// Closed loops that are drawn; the newest.
const CLOSED_SHOWN: usize = 50;

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
    let count = room.loops.mine;
    let waits = (count > 0).then(|| Waits { count, words: t!("waits-loops", n = count) });
    waits.into_iter().collect()
}

/// Draws the view.
#[component]
fn Loops(props: &LoopsProps) -> Html {
    let room = &props.room;
    let told = |it: &Arc<Feedback>| tell(it, &room.people, room.me);
    let (mine, others): (Vec<Attributed>, Vec<Attributed>) = room.loops.open.iter().map(told).partition(|it| it.to_me);
    let closed: Vec<Attributed> = room.loops.closed.iter().rev().take(CLOSED_SHOWN).map(told).collect();
    let nothing = mine.is_empty() && others.is_empty() && closed.is_empty();
    html! {
        <>
            if nothing { <p class="empty">{ t!("loops-empty") }</p> }
            { group(t!("loops-mine"), &mine, props) }
            { group(t!("loops-others"), &others, props) }
            { group(t!("loops-closed"), &closed, props) }
        </>
    }
}

/// Where in the log stands what it is about.
fn about(told: &Attributed) -> Key {
    (told.feedback.target_depth, told.feedback.target)
}

fn group(title: String, loops: &[Attributed], props: &LoopsProps) -> Html {
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
    html! { <section class="loop-group"><h3>{ title }</h3><ul>{ for loops.iter().map(draw) }</ul></section> }
}
