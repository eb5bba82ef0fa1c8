//! After an incident: one press begins the look back, with the lines that somebody marked on its agenda.

use paceline_room::{limits::TITLE_CHARS, state::Meeting};
use yew::prelude::*;

use crate::{excerpt, hooks::use_commands, people, texts::t};

/// Properties of [`Review`].
#[derive(PartialEq, Properties)]
pub struct ReviewProps {
    /// The incident.
    pub meeting: Meeting,
}

/// Draws it.
#[component]
pub fn Review(props: &ReviewProps) -> Html {
    let commands = use_commands("meeting");
    let (meeting, busy) = (props.meeting.cid, commands.busy);
    let called = t!("incident-review-title", title = people::titled(&props.meeting.title));
    let called = excerpt::title(&called, TITLE_CHARS);
    let onclick = Callback::from(move |_: MouseEvent| {
        let called = called.clone();
        commands.run(|session| async move { session.review(meeting, called).await });
    });
    html! {
        <button type="button" class="button plain" data-testid="incident-review" aria-disabled={busy} {onclick}>{ t!("incident-review") }</button>
    }
}
