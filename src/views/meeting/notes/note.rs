//! A note with all that say the same: who wrote it, and by what it is put to another or taken from it.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid,
    body::rounds::{self, Under},
    state::{Answer, Group},
};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::super::now::called;
use crate::{
    components::written::Written,
    excerpt,
    hooks::{use_chosen, use_commands},
    session::RoomView,
    texts::{changing, t},
};

/// Notes to choose from, each with the beginning of its words.
pub type Others = Rc<[(Cid, AttrValue)]>;

/// The beginning of what a group says, in one line.
pub fn said(group: &Group) -> String {
    let text = group.first().and_then(|it| it.text.as_deref()).unwrap_or("…");
    excerpt::excerpt(text, excerpt::QUOTED)
}

/// Properties of [`Note`].
#[derive(PartialEq, Properties)]
pub struct NoteProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The note, with those that say the same.
    pub group: Group,
    /// Which others it may be put to.
    pub others: Others,
}

/// Draws what was written.
#[component]
pub fn Note(props: &NoteProps) -> Html {
    let NoteProps { room, group, others } = props;
    let open = use_state(|| false);
    let Some(first) = group.first().map(|it| it.cid) else { return html! {} };
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let close = {
        let open = open.setter();
        Callback::from(move |()| open.set(false))
    };
    html! {
        <>
            { for group.answers.iter().map(|it| html! { <Line key={it.cid.to_string()} room={room.clone()} answer={it.clone()} /> }) }
            if !others.is_empty() {
                <button type="button" class="quiet-button" data-testid="note-same" aria-expanded={open.to_string()} onclick={toggle}>{ t!("notes-same") }</button>
                if *open { <Same answer={first} others={others.clone()} {close} /> }
            }
        </>
    }
}

#[derive(PartialEq, Properties)]
struct LineProps {
    room: Rc<RoomView>,
    answer: Arc<Answer>,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let LineProps { room, answer } = props;
    let commands = use_commands(format!("place {}", answer.cid));
    let cid = answer.cid;
    let apart = Callback::from(move |_: MouseEvent| commands.act(rounds::Command::Place { answer: cid, under: None }));
    let name = called(room, &answer.node);
    html! {
        <div class="note-line" data-testid="round-result" data-cid={cid.to_string()} data-node={answer.node.to_string()} data-opened="true">
            if let Some(text) = answer.text.clone() { <Written {text} /> } else { <p class="hint">{ t!("notes-no-words") }</p> }
            <span class="note-by" translate="no"><bdi>{ changing(name) }</bdi></span>
            if matches!(answer.under, Some(Under::Answer(_))) {
                <button type="button" class="quiet-button" data-testid="note-apart" onclick={apart}>{ t!("notes-apart") }</button>
            }
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct SameProps {
    answer: Cid,
    others: Others,
    close: Callback<()>,
}

/// Says of a note that it says the same as another: chosen from a list, on a phone as anywhere.
#[component]
fn Same(props: &SameProps) -> Html {
    let commands = use_commands(format!("place {}", props.answer));
    let chosen = use_chosen("");
    let onchange = {
        let (answer, close) = (props.answer, props.close.clone());
        Callback::from(move |event: Event| {
            let other = event.target_dyn_into::<HtmlSelectElement>().and_then(|it| it.value().parse().ok());
            if let Some(other) = other {
                commands.act(rounds::Command::Place { answer, under: Some(Under::Answer(other)) });
                close.emit(());
            }
        })
    };
    html! {
        <label class="field">
            <span>{ t!("notes-same-as") }</span>
            <select ref={chosen} data-testid="theme-place" translate="no" {onchange}>
                <option key="" value="">{ t!("notes-same-none") }</option>
                { for props.others.iter().map(|(cid, words)| html! { <option key={cid.to_string()} value={cid.to_string()}>{ words }</option> }) }
            </select>
        </label>
    }
}
