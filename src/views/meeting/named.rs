//! Where somebody who has no name yet says it: in the meeting, and never in its way.

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    components::own_name::OwnName,
    session::{RoomView, Takes},
    texts::t,
};

/// The field, for who has no name yet; in `settings` it is asked for, too.
pub fn own_name(room: &RoomView, settings: bool, field: &NodeRef, next: &'static str) -> Html {
    let nameless = room.proposed_name.is_some() && !room.ask_who && room.takes != Takes::Nothing && !settings;
    html! {
        <div>if nameless { <OwnName proposed={None::<Rc<str>>} label={t!("lobby-name")} {field} {next} /> }</div>
    }
}
