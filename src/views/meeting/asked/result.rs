//! What came of a question: how often each was chosen, and by whom.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use paceline_room::{
    body::rounds::{Ask, Value},
    state::{Answer, Round},
};
use yew::prelude::*;

use super::super::{now::called, reveal::closed};
use crate::{
    components::more::{SHOWN, Which, use_shown},
    session::RoomView,
    texts::{changing, t},
};

/// Who answered.
const ANSWERS: &str = "answered";

/// Properties of [`Outcome`].
#[derive(PartialEq, Properties)]
pub struct OutcomeProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The round.
    pub round: Arc<Round>,
}

/// Draws it.
#[component]
pub fn Outcome(props: &OutcomeProps) -> Html {
    let OutcomeProps { room, round } = props;
    let much = use_shown();
    let which: Which = (ANSWERS, Some(round.cid));
    let sheet = use_memo((room.rounds.clone(), round.cid), |_| room.rounds.sheet(round));
    let total = |(name, many): (&str, u64)| {
        html! { <li key={name.to_owned()} class="total"><span dir="auto">{ changing(name.to_owned()) }</span><strong translate="no">{ changing(many.to_string()) }</strong></li> }
    };
    let line = |it: &Arc<Answer>| {
        html! {
            <li key={it.cid.to_string()} data-testid="round-result" data-node={it.node.to_string()} data-opened={it.opened.to_string()}>
                <bdi translate="no">{ changing(called(room, &it.node)) }</bdi>
                <span dir="auto">{ changing(said(round, it)) }</span>
            </li>
        }
    };
    let totals = sheet.totals.clone().unwrap_or_default();
    html! {
        <>
            { closed(room, round) }
            <ul class="plain-list totals">{ for in_order(&round.ask, &totals).into_iter().map(total) }</ul>
            <details>
                <summary>{ t!("asked-who") }</summary>
                <ul class="plain-list answers">{ for sheet.answers.iter().take(much.of(which, SHOWN)).map(|it| line(&it.answer)) }</ul>
                { much.more(which, SHOWN, sheet.answers.len()) }
            </details>
        </>
    }
}

/// As the options stand; of a scale, from the least number on.
fn in_order<'a>(ask: &Ask, totals: &'a BTreeMap<String, u64>) -> Vec<(&'a str, u64)> {
    let mut all: Vec<_> = totals.iter().map(|(name, many)| (name.as_str(), *many)).collect();
    let place = |name: &str| ask.options().iter().position(|it| **it == *name);
    all.sort_by_key(|(name, _)| (place(name), name.parse::<i64>().unwrap_or_default()));
    all
}

/// What somebody answered, in words.
fn said(round: &Round, answer: &Answer) -> String {
    let options = round.ask.options();
    match &answer.value {
        Some(Value::Number(it)) => it.get().to_string(),
        Some(Value::Choice(it)) => options.get(it.get() as usize).map(ToString::to_string).unwrap_or_default(),
        Some(Value::Dots(dots)) => {
            let given = options.iter().zip(&**dots).filter(|(_, many)| many.get() > 0);
            given.map(|(it, many)| format!("{} {}", it.as_str(), many.get())).collect::<Vec<_>>().join(", ")
        }
        None => t!("asked-not-here"),
    }
}
