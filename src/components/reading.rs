//! The notes of a meeting, read where they stand. A page that is printed while they are open is these, and nothing else.

use std::sync::Arc;

use paceline_room::Cid;
use yew::prelude::*;

use crate::{
    components::{more::NODES, written::Written},
    hooks::{use_printing, use_session, use_view},
    texts::t,
};

/// Properties of [`Reading`].
#[derive(PartialEq, Properties)]
pub struct ReadingProps {
    /// The meeting.
    pub meeting: Cid,
}

/// The press, and what it shows.
#[component]
pub fn Reading(props: &ReadingProps) -> Html {
    let open = use_state(|| false);
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    html! {
        <div class="notes-reading">
            <button type="button" class="quiet-button" data-testid="read-notes" aria-expanded={open.to_string()} onclick={toggle}>{ t!("minutes-read") }</button>
            <div>if *open { <Text meeting={props.meeting} /> }</div>
        </div>
    }
}

/// What they say by now. On paper nothing is left out.
#[component]
fn Text(props: &ReadingProps) -> Html {
    let (session, printing) = (use_session(), use_printing());
    let view = use_view(&session);
    let lists = view.room.as_ref().map(|it| {
        let said = (it.posts.clone(), it.feedback_on.clone(), it.rounds.clone(), it.decisions.clone());
        (said, it.meetings.clone(), it.batons.clone(), it.promises.clone(), it.people.clone())
    });
    let text = use_memo((lists, props.meeting), |(_, meeting)| session.minutes(Some(*meeting)).unwrap_or_default());
    let (key, text) = (format!("{printing} {text}"), Arc::<str>::from(text.as_str()));
    html! {
        <article class="said notes-read" data-testid="notes-read" aria-label={t!("minutes-notes")}>
            <Written {key} {text} nodes={if printing { usize::MAX } else { NODES }} />
        </article>
    }
}
