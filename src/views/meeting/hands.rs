//! Who wants to speak, in the order in which they raised their hands.

use std::rc::Rc;

use yew::prelude::*;

use super::now::called;
use crate::{
    hooks::use_session,
    session::RoomView,
    texts::{self, changing, t},
};

/// Properties of [`Hands`].
#[derive(PartialEq, Properties)]
pub struct HandsProps {
    /// The room.
    pub room: Rc<RoomView>,
}

/// Draws them.
#[component]
pub fn Hands(props: &HandsProps) -> Html {
    let (session, room) = (use_session(), &props.room);
    let up = room.hands.iter().any(|it| room.joined.is_same(*it, room.me));
    let names: Vec<String> = room.hands.iter().map(|it| called(room, it)).collect();
    let onclick = Callback::from(move |_: MouseEvent| {
        let session = session.clone();
        session.clone().run(async move { session.hand(!up) });
    });
    html! {
        <div class="row hands" data-testid="hands" data-nodes={room.hands.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")}>
            <button type="button" class="button plain" data-testid="hand" aria-pressed={up.to_string()} {onclick}>{ t!("hand-raise") }</button>
            <span role="status">{ changing(if names.is_empty() { String::new() } else { t!("hands-up", names = texts::list(&names)) }) }</span>
        </div>
    }
}
