//! What else is led in an incident: who does it, or one press for whoever will.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    body::batons,
    state::{Baton, BatonState, Meeting},
};
use yew::prelude::*;

use super::super::now::called;
use crate::{
    components::more::WITHIN,
    hooks::use_commands,
    people,
    session::RoomView,
    texts::{changing, t},
};

/// The roles of an incident beside its lead: a few.
fn roles<'a>(room: &'a RoomView, meeting: &Meeting) -> impl Iterator<Item = &'a Arc<Baton>> {
    let cids: Vec<_> = room.meetings.roles_of(meeting.cid).skip(1).take(WITHIN).collect();
    room.batons.iter().filter(move |it| cids.contains(&it.cid) && it.state != BatonState::Closed)
}

/// What they are called.
pub fn titles_of(room: &RoomView, meeting: &Meeting) -> Vec<String> {
    roles(room, meeting).map(|it| it.title.clone()).collect()
}

/// Properties of [`Roles`].
#[derive(PartialEq, Properties)]
pub struct RolesProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The incident.
    pub meeting: Meeting,
}

/// Draws them.
#[component]
pub fn Roles(props: &RolesProps) -> Html {
    let RolesProps { room, meeting } = props;
    let draw = |it: &Arc<Baton>| html! { <Row key={it.cid.to_string()} room={room.clone()} baton={it.clone()} /> };
    html! { <ul class="plain-list incident-roles">{ for roles(room, meeting).map(draw) }</ul> }
}

#[derive(PartialEq, Properties)]
struct RowProps {
    room: Rc<RoomView>,
    baton: Arc<Baton>,
}

#[component]
fn Row(props: &RowProps) -> Html {
    let RowProps { room, baton } = props;
    let commands = use_commands(format!("baton {}", baton.cid));
    let (cid, busy, title) = (baton.cid, commands.busy, people::titled(&baton.title).to_string());
    let onclick = Callback::from(move |_: MouseEvent| commands.act(batons::Command::Take { baton: cid }));
    let words = match &baton.holder {
        Some(holder) => t!("role-is", title = title, name = called(room, holder)),
        None => t!("role-nobody", title = title),
    };
    html! {
        <li class="row tight" data-testid="incident-role-row" data-cid={cid.to_string()} data-holder={baton.holder.map(|it| it.to_string())}>
            <span>{ changing(words) }</span>
            if baton.holder.is_none() {
                <button type="button" class="quiet-button" data-testid="role-take" aria-disabled={busy} {onclick}>{ t!("take") }</button>
            }
        </li>
    }
}
