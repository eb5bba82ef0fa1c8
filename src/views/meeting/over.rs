//! After a meeting: its notes.

use std::rc::Rc;

use paceline_room::state::Meeting;
use yew::prelude::*;

use super::{incident::Review, next::Next};
use crate::{
    components::{go_on::GoOn, notes::Notes},
    people,
    session::RoomView,
    texts::{changing, t},
};

/// Properties of [`Over`].
#[derive(PartialEq, Properties)]
pub struct OverProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The meeting.
    pub meeting: Meeting,
    /// To copy its notes is the next press.
    pub primary: bool,
    /// Shows the talk.
    pub talk: Callback<()>,
    /// Begins another.
    pub another: Callback<()>,
}

/// Draws it.
#[component]
pub fn Over(props: &OverProps) -> Html {
    let title = people::titled(&props.meeting.title);
    let incident = props.meeting.is_incident();
    html! {
        <section class="meeting" data-testid="meeting" data-cid={props.meeting.cid.to_string()} data-state="closed" aria-labelledby="meeting-heading">
            <h2 id="meeting-heading" dir="auto">{ changing(title.clone()) }</h2>
            <p>{ t!("meeting-over") }</p>
            if !incident { <Next room={props.room.clone()} meeting={props.meeting.clone()} /> }
            <Notes meeting={props.meeting.cid} {title} primary={props.primary} />
            if incident { <div class="row"><Review meeting={props.meeting.clone()} /></div> }
            <div class="row">
                <GoOn meeting={props.meeting.cid} />
                <button type="button" class="button plain" onclick={props.talk.reform(|_: MouseEvent| ())}>{ t!("meeting-to-talk") }</button>
                <button type="button" class="button plain" data-testid="meeting-again" onclick={props.another.reform(|_: MouseEvent| ())}>{ t!("meeting-another") }</button>
            </div>
        </section>
    }
}
