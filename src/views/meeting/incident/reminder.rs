//! Who leads an incident hears that an update is due, wherever it looks: in the tab's title, by a shake, a sound and a notification, as far as
//! these were allowed. In a tab that nobody sees browsers let a clock tick once a minute at the least: it comes at most so much later.

use std::rc::Rc;

use paceline_room::Cid;
use yew::prelude::*;

use super::super::now::{going, is_mine, timer_of};
use crate::{
    hooks::{use_seconds_left, use_title},
    session::RoomView,
    signals,
    texts::t,
};

/// Properties of [`Reminder`].
#[derive(PartialEq, Properties)]
pub struct ReminderProps {
    /// The room.
    pub room: Rc<RoomView>,
}

/// Draws nothing: it stands where it is always drawn.
#[component]
pub fn Reminder(props: &ReminderProps) -> Html {
    let room = &props.room;
    let incident = going(room).filter(|it| it.is_incident() && is_mine(room, it));
    let timer = incident.and_then(|it| timer_of(room, it)).filter(|it| it.about.is_none());
    let left = use_seconds_left(timer.map_or(0, |it| it.ends));
    let due: Option<Cid> = timer.filter(|_| left == 0).map(|it| it.set);
    use_title(due.map(|_| t!("incident-due")));
    let title = room.title.clone();
    use_effect_with(due, move |due| {
        if due.is_some() {
            signals::shake();
            signals::ring();
            signals::tell(&t!("incident-due-notification", room = title.to_string()));
        }
    });
    html! {}
}
