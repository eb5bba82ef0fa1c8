//! Asks who somebody is, in the room and never in its way.

use std::rc::Rc;

use yew::prelude::*;

use super::same::OtherTab;
use crate::{
    components::own_name::OwnName,
    hooks::{use_commands, use_session},
    people,
    session::RoomView,
    texts::{changing, t},
};

/// Properties of [`NameBar`].
#[derive(PartialEq, Properties)]
pub struct NameBarProps {
    /// The room.
    pub room: Rc<RoomView>,
}

/// Draws the question that is open, if one is.
#[component]
pub fn NameBar(props: &NameBarProps) -> Html {
    let room = &props.room;
    let field = use_node_ref();
    if room.ask_who {
        return html! { <AskWho room={room.clone()} /> };
    }
    match &room.proposed_name {
        Some(name) => html! {
            <>
                <OtherTab room={room.clone()} />
                // A friendly name stands there; Enter accepts it.
                <OwnName proposed={name.clone()} label={t!("name-question")} {field} next="composer-text" />
            </>
        },
        None => Html::default(),
    }
}

#[derive(PartialEq, Properties)]
struct AskWhoProps {
    room: Rc<RoomView>,
}

/// Computers are shared: after a while we ask.
#[component]
fn AskWho(props: &AskWhoProps) -> Html {
    let session = use_session();
    let name = people::name_in(&props.room.people, &props.room.me);
    let stay = {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| session.stay())
    };
    let commands = use_commands("become-new");
    let busy = commands.busy;
    let become_new =
        Callback::from(move |_: MouseEvent| commands.run(|session| async move { session.become_new().await }));
    html! {
        <div class="name-bar" role="group" aria-label={t!("who-question", name = name.clone())}>
            <p>{ changing(t!("who-question", name = name.clone())) }</p>
            <button type="button" class="button" onclick={stay}>{ changing(t!("who-stay", name = name)) }</button>
            <button type="button" class="button plain" onclick={become_new} aria-disabled={busy}>{ t!("who-new") }</button>
        </div>
    }
}
