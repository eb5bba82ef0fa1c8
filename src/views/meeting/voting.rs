//! Votes: a press gives one, another takes it back, and what is pressed while one is on its way follows.

use std::{collections::BTreeMap, sync::Arc};

use paceline_room::{
    Cid,
    body::rounds::{self, Ask, Said, Value},
    state::Round,
};
use yew::prelude::*;

use crate::{
    hooks::use_commands,
    texts::{changing, t},
};

/// The own votes, and how they are changed.
pub struct Voting {
    /// Where the options stand that are names of answers.
    pub options: BTreeMap<Cid, usize>,
    /// What was given to each option.
    pub given: Vec<u64>,
    /// How many are left.
    pub left: u64,
    change: Callback<(usize, bool)>,
}

/// How to vote in that round, in which one has answered this. What is pressed while a vote is on its way is not lost: it follows.
#[hook]
pub fn use_voting(vote: Option<&Arc<Round>>, own: Option<Value>) -> Option<Voting> {
    let wanted = use_state(|| None::<Vec<u64>>);
    let (latest, tried) = (use_mut_ref(|| None::<Vec<u64>>), use_mut_ref(|| None::<Vec<u64>>));
    let commands = use_commands(vote.map(|it| format!("vote {}", it.cid)).unwrap_or_default());
    let options = vote.map(|it| it.ask.options().to_vec()).unwrap_or_default();
    let now = given(own, options.len());
    {
        let (commands, wanted_now, options, now) = (commands.clone(), (*wanted).clone(), options.clone(), now.clone());
        let (clear, latest, round) = (wanted.setter(), latest.clone(), vote.map(|it| it.cid));
        let tried = tried.clone();
        use_effect_with((wanted_now, now, commands.busy), move |(wanted, now, busy)| {
            let (Some(wanted), None, Some(round)) = (wanted, busy, round) else { return };
            // What was sent and did not come to stand was refused: a notice says why, and it is not tried again.
            let refused = tried.replace(Some(wanted.clone())).as_ref() == Some(wanted);
            if wanted == now || refused {
                (*latest.borrow_mut(), *tried.borrow_mut()) = (None, None);
                return clear.set(None);
            }
            let named = options.iter().zip(wanted).map(|(option, dots)| (option.to_string(), *dots));
            commands.act(rounds::Command::Answer { round, answer: Said::Dots(named.collect()) });
        });
    }
    let budget = match &vote?.ask {
        Ask::Dots(it) => it.budget.get(),
        _ => return None,
    };
    let shown = wanted.as_ref().filter(|it| it.len() == now.len()).unwrap_or(&now).clone();
    let left = budget.saturating_sub(shown.iter().sum());
    let change = {
        let (wanted, now) = (wanted.setter(), now.clone());
        Callback::from(move |(at, more): (usize, bool)| {
            let mut next = latest.borrow().clone().unwrap_or_else(|| now.clone());
            let spent: u64 = next.iter().sum();
            if let Some(dots) = next.get_mut(at)
                && (!more || spent < budget)
            {
                *dots = if more { *dots + 1 } else { dots.saturating_sub(1) };
                *latest.borrow_mut() = Some(next.clone());
                wanted.set(Some(next));
            }
        })
    };
    let at = options.iter().enumerate().filter_map(|(at, it)| Some((it.parse().ok()?, at)));
    Some(Voting { options: at.collect(), given: shown, left, change })
}

/// The dots of an answer, for each option.
fn given(answer: Option<Value>, options: usize) -> Vec<u64> {
    match answer {
        Some(Value::Dots(dots)) => dots.iter().map(|it| it.get()).collect(),
        _ => vec![0; options],
    }
}

/// What gives a vote, and what takes one back.
pub fn buttons(voting: &Voting, to: usize, from: usize, own: u64, words: &str) -> Html {
    let press = |at: usize, more: bool| voting.change.reform(move |_: MouseEvent| (at, more));
    html! {
        <div class="row dots" data-own={own.to_string()}>
            <button type="button" class="button plain" data-testid="dot-add" aria-disabled={(voting.left == 0).then_some("true")}
                aria-label={t!("notes-vote-for", words = words.to_owned())} onclick={press(to, true)}>{ changing(t!("notes-vote-add", n = own as usize)) }</button>
            if own > 0 {
                <button type="button" class="quiet-button" data-testid="dot-remove" aria-label={t!("notes-vote-back-for", words = words.to_owned())}
                    onclick={press(from, false)}>{ t!("notes-vote-back") }</button>
            }
        </div>
    }
}
