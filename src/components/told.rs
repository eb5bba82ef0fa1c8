//! What was said of something, beneath it: standing corrections first, thanks in a line, then what came with words. Of a crowd as much as
//! somebody asked for.

use std::sync::Arc;

use paceline_room::{
    Cid, NodeId,
    body::{Stance, taking_back},
    state::{Feedback, FeedbackState},
};
use yew::prelude::*;

use super::{
    feedback::{Attributed, Loop, stands, tell},
    icons::sign,
    more::{NODES_WITHIN, names},
    written::Written,
};
use crate::{
    hooks::use_commands,
    people,
    session::People,
    texts::{changing, t},
    words,
};

/// Stances that are told in one line where they came without words.
const LIGHT: [Stance; 2] = [Stance::Appreciate, Stance::BuildOn];

/// What was said of something, as far as it is drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Told {
    /// Corrections that stand.
    pub corrections: Vec<Attributed>,
    /// Light feedback that came with words.
    worded: Vec<Attributed>,
    /// Other feedback that opened a loop.
    pub loops: Vec<Attributed>,
    /// Who gave the same without words, and this node's own.
    light: [Option<(AttrValue, Option<Cid>)>; LIGHT.len()],
    /// This node has appreciated it.
    pub appreciated: bool,
    /// How many stand here one by one if all do.
    pub count: usize,
}

impl Told {
    /// Takes the first of all that was said: so many one by one, in the order in which they are drawn.
    pub fn of<'a>(all: impl Iterator<Item = &'a Arc<Feedback>>, most: usize, people: &People, me: NodeId) -> Self {
        let (mut corrections, mut worded, mut loops) = (Vec::new(), Vec::new(), Vec::new());
        let mut light: [Vec<NodeId>; LIGHT.len()] = Default::default();
        let mut own = [None; LIGHT.len()];
        for it in all {
            let withdrawn = it.state == FeedbackState::Withdrawn;
            let bare = LIGHT.iter().position(|stance| it.stance == *stance && it.text.is_none());
            match bare {
                _ if stands(it) => corrections.push(it),
                _ if it.stance.opens_loop() => loops.push(it),
                _ if withdrawn => {}
                Some(at) => {
                    light[at].push(it.author);
                    own[at] = own[at].or((it.author == me).then_some(it.cid));
                }
                None => worded.push(it),
            }
        }
        let count = corrections.len() + worded.len() + loops.len();
        let mut room = most;
        let mut take = |all: Vec<&Arc<Feedback>>| -> Vec<Attributed> {
            let taken: Vec<_> = all.into_iter().take(room).map(|it| tell(it, people, me)).collect();
            room -= taken.len();
            taken
        };
        let thanked = |it: &Attributed| it.mine && it.feedback.stance == Stance::Appreciate;
        let (corrections, worded, loops) = (take(corrections), take(worded), take(loops));
        let named = |node: &NodeId| if *node == me { t!("you-subject") } else { people::name_in(people, node) };
        let line = |at: usize| {
            let given = &light[at];
            (!given.is_empty()).then(|| (names(given.iter().map(named)).into(), own[at]))
        };
        Self {
            appreciated: own[0].is_some() || worded.iter().any(thanked),
            light: [line(0), line(1)],
            corrections,
            worded,
            loops,
            count,
        }
    }
}

/// Feedback that opened loops.
pub fn loops(all: &[Attributed], handles: bool) -> Html {
    let draw = |it: &Attributed| html! { <Loop key={it.feedback.cid.to_string()} told={it.clone()} {handles} /> };
    html! { <>{ for all.iter().map(draw) }</> }
}

/// Everything but corrections that stand.
pub fn signals(told: &Told, handles: bool) -> Html {
    let worded = |it: &Attributed| html! { <Signal key={it.feedback.cid.to_string()} told={it.clone()} /> };
    html! {
        <>
            { for LIGHT.iter().zip(&told.light).map(|(stance, given)| light(*stance, given.as_ref())) }
            { for told.worded.iter().map(worded) }
            { loops(&told.loops, handles) }
        </>
    }
}

/// One line for all who gave the same without words.
fn light(stance: Stance, given: Option<&(AttrValue, Option<Cid>)>) -> Html {
    let Some((by, own)) = given else { return Html::default() };
    let (_, icon, _) = words::stance_button(stance);
    html! {
        <p class="signal">
            { sign(icon) }<span>{ changing(words::stance_by(stance, by)) }</span>
            if let Some(feedback) = *own { <Withdraw {feedback} /> }
        </p>
    }
}

#[derive(PartialEq, Properties)]
struct SignalProps {
    told: Attributed,
}

/// Light feedback that came with words.
#[component]
fn Signal(props: &SignalProps) -> Html {
    let Attributed { feedback, by, mine, .. } = &props.told;
    let (_, icon, _) = words::stance_button(feedback.stance);
    html! {
        <div class="signal">
            { sign(icon) }
            <div>
                <strong>{ changing(words::stance_by(feedback.stance, by)) }</strong>
                if let Some(text) = &feedback.text { <div class="said"><Written text={text.clone()} nodes={NODES_WITHIN} /></div> }
            </div>
            if *mine { <Withdraw feedback={feedback.cid} /> }
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct WithdrawProps {
    feedback: Cid,
}

#[component]
fn Withdraw(props: &WithdrawProps) -> Html {
    let cid = props.feedback;
    let commands = use_commands(format!("loop {cid}"));
    let busy = commands.busy;
    let onclick = Callback::from(move |_: MouseEvent| commands.act(taking_back::Command::Withdraw { feedback: cid }));
    html! {
        <button type="button" class="quiet-button" data-testid="feedback-withdraw" {onclick} aria-disabled={busy}>{ t!("take-back") }</button>
    }
}
