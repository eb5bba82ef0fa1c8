//! What is for later: what nobody has come to yet, and what meetings left undone; it comes into the meeting that goes on with one press.

use std::{rc::Rc, sync::Arc};

use paceline_room::{Cid, body::meetings::Command, state::Item};
use yew::prelude::*;

use super::{
    agenda::{Add, Scope, Taken, press},
    now::titled,
};
use crate::{
    components::more::{SHOWN, Which, use_shown},
    hooks::use_commands,
    session::RoomView,
    texts::{changing, t},
};

/// What is for later.
const ITEMS: Which = ("later", None);

/// Properties of [`Later`].
#[derive(PartialEq, Properties)]
pub struct LaterProps {
    /// The room.
    pub room: Rc<RoomView>,
}

/// Draws it.
#[component]
pub fn Later(props: &LaterProps) -> Html {
    let room = &props.room;
    let much = use_shown();
    let all = use_memo(room.meetings.clone(), |meetings| meetings.for_later().cloned().collect::<Vec<_>>());
    let meeting = room.meeting.as_ref().map(|it| it.cid);
    let draw = |item: &Arc<Item>| html! { <Row key={item.cid.to_string()} room={room.clone()} item={item.clone()} {meeting} /> };
    html! {
        <div class="agenda">
            // What this is in a newer version, only that one knows.
            if !room.newer { <Add key="add" meeting={None::<Cid>} /> }
            <div key="empty">if all.is_empty() { <p class="empty">{ t!("agenda-later-empty") }</p> }</div>
            <ul key="items" class="plain-list agenda-items">{ for all.iter().take(much.of(ITEMS, SHOWN)).map(draw) }</ul>
            <div key="more">{ much.more(ITEMS, SHOWN, all.len()) }</div>
            <Taken key="taken" room={room.clone()} scope={Scope { of: None, time: false, beside_later: false }} />
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct RowProps {
    room: Rc<RoomView>,
    item: Arc<Item>,
    meeting: Option<Cid>,
}

#[component]
fn Row(props: &RowProps) -> Html {
    let RowProps { room, item, meeting } = props;
    let commands = use_commands(format!("agenda {}", item.cid));
    let title = titled(room, item);
    let about = item.minutes.map(|it| t!("agenda-takes", n = it)).unwrap_or_default();
    let (cid, outcome) = (item.cid, String::new());
    let back = meeting.map(|to| Command::Change {
        item: cid,
        title: None,
        minutes: None,
        before: Some(None),
        meeting: Some(Some(to)),
    });
    html! {
        <li class="agenda-item" data-testid="agenda-item" data-cid={cid.to_string()} data-state="backlog">
            <p class="agenda-line">
                <span class="agenda-name" dir="auto">{ changing(title.clone()) }</span>
                <span class="hint">{ changing(about) }</span>
            </p>
            <div class="row tight">
                if back.is_some() { { press("agenda-back", t!("agenda-back"), &title, &commands, back) } }
                { press("agenda-done", t!("agenda-done"), &title, &commands, Some(Command::Done { item: cid, outcome })) }
            </div>
        </li>
    }
}
