//! What one may answer: one of several, votes for some, or a number between two ends.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    body::rounds::{self, Ask, Said, Scale, Value},
    state::Round,
};
use yew::prelude::*;

use super::{
    super::voting::{buttons, use_voting},
    slider::{MARKS, Slider},
};
use crate::{
    hooks::use_commands,
    session::RoomView,
    texts::{changing, t},
};

/// Properties of [`Options`].
#[derive(PartialEq, Properties)]
pub struct OptionsProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// What is asked.
    pub round: Arc<Round>,
    /// What one has answered.
    pub own: Option<Value>,
}

/// Draws them; what one has answered is pressed, and can be changed.
#[component]
pub fn Options(props: &OptionsProps) -> Html {
    let OptionsProps { round, own, .. } = props;
    match &round.ask {
        Ask::Dots(_) => html! { <Votes ..props.clone_props() /> },
        Ask::Choice(all) => {
            let chosen = match own {
                Some(Value::Choice(it)) => Some(it.get() as usize),
                _ => None,
            };
            let option = |(at, it): (usize, &paceline_room::body::Title)| {
                html! { <Pick key={at} {round} said={Picked::Choice(at as u64)} words={it.to_string()} chosen={chosen == Some(at)} /> }
            };
            html! { <div class="row options" role="group" aria-label={round.question.to_string()}>{ for all.iter().enumerate().map(option) }</div> }
        }
        Ask::Scale(scale) => marks(round, scale, own),
        Ask::Words(_) | Ask::Spoken(_) => Html::default(),
    }
}

impl OptionsProps {
    fn clone_props(&self) -> Self {
        Self { room: self.room.clone(), round: self.round.clone(), own: self.own.clone() }
    }
}

/// A number between two ends, each with what it stands for.
fn marks(round: &Arc<Round>, scale: &Scale, own: &Option<Value>) -> Html {
    let chosen = match own {
        Some(Value::Number(it)) => Some(it.get()),
        _ => None,
    };
    if scale.max.get() - scale.min.get() >= MARKS {
        return html! { <Slider round={round.clone()} scale={scale.clone()} own={chosen} /> };
    }
    let mark = |it: i64| {
        html! { <Pick key={it.to_string()} {round} said={Picked::Number(it)} words={it.to_string()} chosen={chosen == Some(it)} /> }
    };
    html! {
        <div class="row options" role="group" aria-label={round.question.to_string()}>
            <span dir="auto">{ changing(scale.low.to_string()) }</span>
            { for (scale.min.get()..=scale.max.get()).map(mark) }
            <span dir="auto">{ changing(scale.high.to_string()) }</span>
        </div>
    }
}

/// What is picked with one press.
#[derive(Clone, Copy, PartialEq)]
enum Picked {
    Choice(u64),
    Number(i64),
}

#[derive(PartialEq, Properties)]
struct PickProps {
    round: Arc<Round>,
    said: Picked,
    words: String,
    chosen: bool,
}

#[component]
fn Pick(props: &PickProps) -> Html {
    let (round, said) = (props.round.cid, props.said);
    let commands = use_commands(format!("answer {round}"));
    let busy = commands.busy;
    let onclick = Callback::from(move |_: MouseEvent| {
        let answer = match said {
            Picked::Choice(at) => Said::Choice(at),
            Picked::Number(it) => Said::Number(it),
        };
        commands.act(rounds::Command::Answer { round, answer });
    });
    html! {
        <button type="button" class="chip" data-testid="round-answer" aria-pressed={props.chosen.to_string()} aria-disabled={busy} {onclick} dir="auto">
            { changing(props.words.clone()) }
        </button>
    }
}

#[component]
fn Votes(props: &OptionsProps) -> Html {
    let OptionsProps { round, own, .. } = props;
    let Some(voting) = use_voting(Some(round), own.clone()) else { return html! {} };
    let option = |(at, it): (usize, &paceline_room::body::Title)| {
        let own = voting.given.get(at).copied().unwrap_or(0);
        html! {
            <li key={at} class="note">
                <span dir="auto">{ changing(it.to_string()) }</span>
                { buttons(&voting, at, at, own, it) }
            </li>
        }
    };
    html! {
        <>
            <p role="status" data-testid="dots-left" data-left={voting.left.to_string()}>{ changing(t!("notes-votes-left", n = voting.left as usize)) }</p>
            <ul class="plain-list note-list">{ for round.ask.options().iter().enumerate().map(option) }</ul>
        </>
    }
}
