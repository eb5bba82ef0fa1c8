//! Who runs the next one: somebody is suggested, with the reason, and says yes or not.

use std::rc::Rc;

use paceline_room::{
    Cid, NodeId,
    body::promises,
    state::{Meeting, Promise},
    suggest::{Reason, Suggestion},
};
use yew::prelude::*;

use super::now::{called, form_title, next_time};
use crate::{
    hooks::{use_commands, use_session},
    session::{Here, RoomView},
    texts::{changing, t},
};

/// So many meetings are looked back on for the last of a form.
const RECENT: usize = 32;

/// Who said to run the meeting after this one: the first whose word stands.
pub fn will_run(room: &RoomView, meeting: &Meeting) -> Option<NodeId> {
    use paceline_room::state::PromiseState::{Kept, Promised};
    let stands = |it: &&std::sync::Arc<Promise>| matches!(it.state, Promised | Kept);
    room.promises.promised_from(meeting.cid).find(stands).map(|it| it.node)
}

/// Properties of [`Next`].
#[derive(PartialEq, Properties)]
pub struct NextProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The meeting that is over.
    pub meeting: Meeting,
}

/// Draws it.
#[component]
pub fn Next(props: &NextProps) -> Html {
    let NextProps { room, meeting } = props;
    let (session, commands) = (use_session(), use_commands(format!("next {}", meeting.cid)));
    // Whoever would rather not says so here; another may say yes at any time.
    let not = use_state(Vec::<NodeId>::new);
    let suggested = use_memo((room.events, meeting.cid, (*not).clone()), |(_, cid, not)| session.runs_next(cid, not));
    if let Some(runs) = will_run(room, meeting) {
        let is_me = room.joined.is_same(runs, room.me);
        let words = if is_me { t!("next-runs-you") } else { t!("next-runs", name = called(room, &runs)) };
        let words = changing(words);
        return html! { <p class="next" role="status" data-testid="suggestion" data-node={runs.to_string()} data-said="true">{ words }</p> };
    }
    let Some(Suggestion { node, reason }) = *suggested else { return html! {} };
    let mine = room.joined.is_same(node, room.me);
    let yes = {
        let (commands, from, due) = (commands.clone(), Some(meeting.cid), next_time(meeting));
        let title = form_title(meeting).to_owned();
        Callback::from(move |_: MouseEvent| {
            let text = t!("next-promise", form = title.clone());
            commands.act(promises::Command::Make { text, due, from });
        })
    };
    let no = {
        let not = not.clone();
        Callback::from(move |_: MouseEvent| not.set(not.iter().copied().chain([node]).collect()))
    };
    let why = match reason {
        Reason::NotLately => t!("next-not-lately"),
        Reason::Ago(ago) => t!("next-ago", n = ago),
    };
    let asks = if mine { t!("next-you") } else { t!("next-suggested", name = called(room, &node)) };
    html! {
        <div class="next" data-testid="suggestion" data-node={node.to_string()}>
            <p>{ changing(asks) }</p>
            <p class="hint">{ changing(why) }</p>
            <div class="row">
                <button type="button" class="button plain" data-testid="run-next-yes" aria-disabled={commands.busy} onclick={yes}>
                    { changing(if mine { t!("next-yes") } else { t!("next-me") }) }
                </button>
                if mine { <button type="button" class="button plain" data-testid="run-next-no" onclick={no}>{ t!("next-no") }</button> }
            </div>
        </div>
    }
}

/// Properties of [`Expected`].
#[derive(PartialEq, Properties)]
pub struct ExpectedProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// Name of the form of the meeting that is about to begin.
    pub form: String,
}

/// Before a meeting: who said to run it, or else who of those who are here might. It hinders nobody.
#[component]
pub fn Expected(props: &ExpectedProps) -> Html {
    let ExpectedProps { room, form } = props;
    let last = room.meetings.all.iter().rev().take(RECENT).find(|it| it.form == *form && it.ended.is_some());
    let runs = last.and_then(|it| will_run(room, it));
    let said = runs.map(|it| t!("next-expected", name = called(room, &it))).unwrap_or_default();
    html! {
        <>
            <p class="hint" data-testid="expected" data-node={runs.map(|it| it.to_string())}>{ changing(said) }</p>
            if let (Some(last), None) = (last, runs) { <Might room={room.clone()} last={last.cid} /> }
        </>
    }
}

#[derive(PartialEq, Properties)]
struct MightProps {
    room: Rc<RoomView>,
    /// The last meeting of its form.
    last: Cid,
}

/// Who might run it, and why; nothing where nobody else is here.
#[component]
fn Might(props: &MightProps) -> Html {
    let MightProps { room, last } = props;
    let session = use_session();
    let mut here: Vec<_> = room.people.iter().take_while(|it| it.here != Here::Gone).map(|it| it.person.node).collect();
    here.sort_unstable();
    let suggested = use_memo((room.events, *last, here), |(_, last, here)| match here.len() {
        0 | 1 => None,
        _ => session.runs_next_among(last, here),
    });
    let Some(Suggestion { node, reason }) = *suggested else { return html! {} };
    let name = (!room.joined.is_same(node, room.me)).then(|| called(room, &node));
    let said = match (name, reason) {
        (None, Reason::NotLately) => t!("next-might-you"),
        (Some(name), Reason::NotLately) => t!("next-might", name = name),
        (None, Reason::Ago(ago)) => t!("next-might-ago-you", n = ago),
        (Some(name), Reason::Ago(ago)) => t!("next-might-ago", name = name, n = ago),
    };
    html! { <p class="hint" data-testid="suggestion" data-node={node.to_string()}>{ changing(said) }</p> }
}
