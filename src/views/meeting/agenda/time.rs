//! The time of what a meeting is at, or of the talk as a whole.

use std::rc::Rc;

use paceline_room::{body::meetings::Command, state::Meeting};
use yew::prelude::*;

use super::super::now::{here_of, running};
use crate::{
    components::timer::Timer,
    hooks::{seconds_left, use_commands},
    session::RoomView,
    texts::{changing, t},
};

/// How long the time is that somebody starts where nothing says how long, in seconds.
const START_SECONDS: u64 = 300;
/// How much *more time* gives, in seconds.
const MORE_SECONDS: u64 = 120;

/// Properties of [`Time`].
#[derive(PartialEq, Properties)]
pub struct TimeProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The meeting.
    pub meeting: Meeting,
}

/// Draws it.
#[component]
pub fn Time(props: &TimeProps) -> Html {
    let TimeProps { room, meeting } = props;
    let commands = use_commands(format!("time {}", meeting.cid));
    let here = here_of(room, meeting);
    let about = here.as_ref().map(|it| it.cid);
    let timer = running(room, meeting);
    let busy = commands.busy;
    let set = |seconds: Rc<dyn Fn() -> u64>| {
        let commands = commands.clone();
        Callback::from(move |_: MouseEvent| commands.act(Command::Timer { seconds: seconds(), about }))
    };
    let Some(timer) = timer else {
        let seconds = here.and_then(|it| it.minutes).map_or(START_SECONDS, |it| it * 60);
        let onclick = set(Rc::new(move || seconds));
        let words = t!("timer-start", n = seconds / 60);
        return html! { <div class="row"><button type="button" class="quiet-button" data-testid="timer-start" aria-disabled={busy} {onclick}>{ changing(words) }</button></div> };
    };
    let ends = timer.ends;
    let more = set(Rc::new(move || seconds_left(ends) + MORE_SECONDS));
    let stop = set(Rc::new(|| 0));
    html! {
        <div class="row">
            <span class="agenda-time"><Timer {ends} /></span>
            <button type="button" class="button plain" data-testid="timer-more" aria-disabled={busy} onclick={more}>{ t!("notes-more-time") }</button>
            <button type="button" class="quiet-button" data-testid="timer-stop" aria-disabled={busy} onclick={stop}>{ t!("timer-stop") }</button>
        </div>
    }
}
