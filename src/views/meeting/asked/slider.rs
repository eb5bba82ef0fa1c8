//! A number between two ends that lie far apart: chosen on a slider, moved by single steps, and sent with one press.

use std::sync::Arc;

use paceline_room::{
    body::rounds::{self, Said, Scale},
    state::Round,
};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{
    hooks::use_commands,
    texts::{changing, t},
};

/// Of so many numbers each has a button; of more none has.
pub const MARKS: i64 = 11;

/// Properties of [`Slider`].
#[derive(PartialEq, Properties)]
pub struct SliderProps {
    /// The round.
    pub round: Arc<Round>,
    /// Its scale.
    pub scale: Scale,
    /// What one has answered.
    pub own: Option<i64>,
}

/// Draws it: at what one has answered, or in the middle.
#[component]
pub fn Slider(props: &SliderProps) -> Html {
    let SliderProps { round, scale, own } = props;
    let (min, max, cid) = (scale.min.get(), scale.max.get(), round.cid);
    let commands = use_commands(format!("answer {cid}"));
    let moved = use_state(|| None::<i64>);
    let at = moved.or(*own).unwrap_or_else(|| min.midpoint(max)).clamp(min, max);
    let oninput = {
        let moved = moved.setter();
        Callback::from(move |event: InputEvent| {
            moved.set(event.target_unchecked_into::<HtmlInputElement>().value().parse().ok());
        })
    };
    let step = |by: i64, sign: &'static str, label: String| {
        let (moved, to) = (moved.setter(), at + by);
        let is_end = !(min..=max).contains(&to);
        let onclick = Callback::from(move |_: MouseEvent| moved.set(Some(to)));
        html! {
            <button type="button" class="icon-button" aria-label={label} aria-disabled={is_end.then_some("true")} {onclick}>
                <span aria-hidden="true" translate="no">{ sign }</span>
            </button>
        }
    };
    let answer = {
        let (commands, moved) = (commands.clone(), moved.setter());
        Callback::from(move |_: MouseEvent| {
            commands.act(rounds::Command::Answer { round: cid, answer: Said::Number(at) });
            moved.set(Some(at));
        })
    };
    html! {
        <div class="slider" role="group" aria-label={round.question.to_string()}>
            <div class="ends"><span dir="auto">{ changing(end(min, &scale.low)) }</span><span dir="auto">{ changing(end(max, &scale.high)) }</span></div>
            <input type="range" data-testid="round-answer" min={min.to_string()} max={max.to_string()} step="1" value={at.to_string()}
                aria-label={round.question.to_string()} {oninput} />
            <div class="row">
                { step(-1, "−", t!("asked-less")) }
                <output translate="no">{ at }</output>
                { step(1, "+", t!("asked-more")) }
                <button type="button" class="button plain" data-testid="round-answer-submit" aria-disabled={commands.busy} onclick={answer}>{ t!("asked-answer") }</button>
            </div>
            <p class="hint" role="status" data-testid="round-own">
                if let Some(own) = own { { changing(t!("asked-own", n = own.to_string())) } }
            </p>
        </div>
    }
}

/// An end, with what it stands for.
fn end(number: i64, words: &str) -> String {
    if words.is_empty() { number.to_string() } else { format!("{number} · {words}") }
}
