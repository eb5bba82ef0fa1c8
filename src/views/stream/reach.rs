//! How many members hold a post, as dots; in words only as long as somebody lacks it.

use paceline_room::NodeId;
use yew::prelude::*;

use crate::{
    people,
    session::{People, Reach},
    texts::{changing, list, t},
};

/// Up to this many members reach is drawn as dots; beyond, the numbers say it.
const REACH_DOTS: usize = 8;

/// How many members hold a post, and what those are called who lack it.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    reach: Reach,
    /// The first of them.
    lacking: AttrValue,
}

impl Held {
    /// With the names of these people.
    pub fn new(reach: Reach, people: &People) -> Self {
        let name = |node: &NodeId| match people.find(node) {
            Some(it) if it.me => t!("you").into(),
            Some(it) => it.name.clone(),
            None => people::nameless(node).into(),
        };
        let lacking = list(reach.lacking.iter().map(name)).into();
        Self { reach, lacking }
    }
}

/// Draws it; `storing`: it is not even stored here.
pub fn reach(held: Option<&Held>, storing: bool) -> Html {
    if storing {
        return html! { <span class="reach" data-testid="post-reach">{ changing(t!("storing")) }</span> };
    }
    let Some(Held { reach, lacking }) = held else { return Html::default() };
    let Reach { stored, of, alone, .. } = *reach;
    let whole = stored >= of && !alone;
    let dots = (0..of.min(REACH_DOTS)).map(|at| html! { <i class={classes!((at < stored).then_some("full"))} /> });
    html! {
        <span class={classes!("reach", whole.then_some("whole"))} data-testid="post-reach" data-stored={stored.to_string()}
            data-of={of.to_string()} data-alone={alone.to_string()} title={t!("reach-title", stored = stored, of = of)}>
            if of <= REACH_DOTS { <span class="dots" aria-hidden="true">{ for dots }</span> }
            { for said(reach, lacking).into_iter().map(changing) }
        </span>
    }
}

/// Nothing of what everybody has.
fn said(reach: &Reach, lacking: &AttrValue) -> Option<String> {
    let more = reach.of.saturating_sub(reach.stored + reach.lacking.len());
    let not_yet = match (reach.lacking.len(), more) {
        (0, _) => None,
        (_, 0) => Some(t!("held-lacking", names = &**lacking)),
        _ => Some(t!("held-lacking-more", names = &**lacking, n = more)),
    };
    let many = (reach.of > REACH_DOTS && not_yet.is_some()).then(|| t!("reach", stored = reach.stored, of = reach.of));
    let all = [reach.alone.then(|| t!("held-alone")), many, not_yet];
    all.into_iter().flatten().reduce(|all, it| format!("{all} · {it}"))
}
