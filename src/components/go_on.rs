//! The way back into a meeting that ended.

use paceline_room::Cid;
use yew::prelude::*;

use crate::{hooks::use_commands, texts::t};

/// Properties of [`GoOn`].
#[derive(PartialEq, Properties)]
pub struct GoOnProps {
    /// The meeting.
    pub meeting: Cid,
}

/// A button.
#[component]
pub fn GoOn(props: &GoOnProps) -> Html {
    let (commands, meeting) = (use_commands("meeting"), props.meeting);
    let busy = commands.busy;
    let go_on = Callback::from(move |_: MouseEvent| {
        commands.run(|session| async move { session.go_on_with(meeting).await });
    });
    html! {
        <button type="button" class="button plain" data-testid="meeting-resume" aria-disabled={busy} onclick={go_on}>
            { t!("meeting-go-on") }
        </button>
    }
}
