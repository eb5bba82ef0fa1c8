//! All notes, shown and voted on: a press is a vote.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use paceline_room::{
    Cid, NodeId,
    body::rounds::{self, Ask, Said, Value},
    state::{Group, Round},
};
use yew::prelude::*;

use super::{
    super::now::{form_of_notes, home, is_mine},
    note::{Note, Others, said},
    props::NotesProps,
};
use crate::{
    components::more::{CHOICES, SHOWN, Which, use_shown},
    hooks::use_commands,
    people,
    session::RoomView,
    texts::{self, changing, t},
};

/// The notes.
const NOTES: Which = ("notes", None);

/// Draws them.
#[component]
pub fn Board(props: &NotesProps) -> Html {
    let NotesProps { room, meeting, notes, primary } = props;
    let much = use_shown();
    let groups = use_memo((room.rounds.clone(), notes.round.cid), |_| room.rounds.groups(&notes.round, None));
    let voting = use_voting(room, notes.vote.as_ref());
    let all: Others = groups.iter().take(CHOICES).filter_map(|it| Some((it.first()?.cid, said(it).into()))).collect();
    let filled = *primary && is_mine(room, meeting) && voting.as_ref().is_none_or(|it| it.left == 0);
    let draw = |group: &Group| {
        let first = group.first().map(|it| it.cid);
        let others: Others = all.iter().filter(|(cid, _)| Some(*cid) != first).cloned().collect();
        html! {
            <li key={first.map(|it| it.to_string()).unwrap_or_default()} class="note" data-testid="note">
                <Note room={room.clone()} group={group.clone()} {others} />
                if let Some(voting) = &voting { { dots(voting, group) } }
            </li>
        }
    };
    html! {
        <>
            { closed(room, &notes.round) }
            <div role="status">if let Some(voting) = &voting {
                <p data-testid="dots-left" data-left={voting.left.to_string()}>{ changing(t!("notes-votes-left", n = voting.left as usize)) }</p>
            }</div>
            <ul class="plain-list note-list">{ for groups.iter().take(much.of(NOTES, SHOWN)).map(draw) }</ul>
            { much.more(NOTES, SHOWN, groups.len()) }
            <OnWith ..OnWithProps { notes: NotesProps { primary: filled, ..props.clone() }, groups, form: form_of_notes(meeting) } />
        </>
    }
}

/// Who has not shown what it wrote: it opens by itself when two others, or its own tab, are there.
fn closed(room: &RoomView, round: &Round) -> Html {
    let mut names: Vec<String> = Vec::new();
    for answer in room.rounds.answers_in(round.cid).filter(|it| !it.opened) {
        let name = people::name_in(&room.people, &answer.node);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    html! { <div role="status">if !names.is_empty() { <p class="hint" data-testid="notes-closed">{ changing(t!("notes-closed", names = texts::list(&names))) }</p> }</div> }
}

#[derive(PartialEq, Properties)]
struct OnWithProps {
    notes: NotesProps,
    groups: Rc<Vec<Group>>,
    form: crate::forms::FormNotes,
}

/// What goes on with: a vote, and then the talk.
#[component]
fn OnWith(props: &OnWithProps) -> Html {
    let NotesProps { meeting, notes, primary, .. } = &props.notes;
    let commands = use_commands(notes.round.cid);
    let class = classes!("button", (!primary).then_some("plain"));
    let primary = primary.then_some("true");
    let Some(vote) = &notes.vote else {
        let (form, meeting, groups, busy) = (props.form.clone(), meeting.cid, props.groups.clone(), commands.busy);
        let onclick = Callback::from(move |_: MouseEvent| {
            let answers = groups.iter().filter_map(|it| Some(it.first()?.cid)).collect();
            let (form, question) = (form.clone(), t!("notes-vote-question"));
            commands.run(|session| async move { session.begin_vote(meeting, question, answers, form).await });
        });
        return html! { <button key="start" type="button" {class} data-testid="vote-start" data-primary={primary} aria-disabled={busy} {onclick}>{ t!("notes-vote-start") }</button> };
    };
    let (seconds, cid, busy) = (props.form.talk_seconds, vote.cid, commands.busy);
    let top = props.notes.room.rounds.groups(&notes.round, Some(vote)).first().and_then(|it| Some(it.first()?.cid));
    let onclick = Callback::from(move |_: MouseEvent| {
        commands.run(|session| async move { session.end_vote(cid, top, seconds).await });
    });
    html! {
        <>
            <p class="hint">{ changing(t!("notes-voted", n = vote.answered)) }</p>
            <button key="end" type="button" {class} data-testid="vote-end" data-primary={primary} aria-disabled={busy} {onclick}>{ t!("notes-vote-end") }</button>
        </>
    }
}

/// The own votes, and how they are changed.
struct Voting {
    options: BTreeMap<Cid, usize>,
    given: Vec<u64>,
    left: u64,
    change: Callback<(usize, bool)>,
}

/// How to vote in that round. What is pressed while a vote is on its way is not lost: it follows.
#[hook]
fn use_voting(room: &Rc<RoomView>, vote: Option<&Arc<Round>>) -> Option<Voting> {
    let wanted = use_state(|| None::<Vec<u64>>);
    let latest = use_mut_ref(|| None::<Vec<u64>>);
    let commands = use_commands(vote.map(|it| format!("vote {}", it.cid)).unwrap_or_default());
    let options = vote.map(|it| it.ask.options().to_vec()).unwrap_or_default();
    let now = vote.map(|it| given(room, it, home(room), options.len())).unwrap_or_default();
    {
        let (commands, wanted_now, options, now) = (commands.clone(), (*wanted).clone(), options.clone(), now.clone());
        let (clear, latest, round) = (wanted.setter(), latest.clone(), vote.map(|it| it.cid));
        use_effect_with((wanted_now, now, commands.busy), move |(wanted, now, busy)| {
            let (Some(wanted), None, Some(round)) = (wanted, busy, round) else { return };
            if wanted == now {
                *latest.borrow_mut() = None;
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

/// The dots that somebody gave, for each option.
fn given(room: &RoomView, vote: &Round, node: NodeId, options: usize) -> Vec<u64> {
    let own = room.rounds.answers_in(vote.cid).find(|it| it.node == node);
    match own.and_then(|it| it.value.as_ref()) {
        Some(Value::Dots(dots)) => dots.iter().map(|it| it.get()).collect(),
        _ => vec![0; options],
    }
}

/// The votes of the person here for a note: what others give is shown when all have voted.
fn dots(voting: &Voting, group: &Group) -> Html {
    let places: Vec<usize> = group.answers.iter().filter_map(|it| voting.options.get(&it.cid).copied()).collect();
    // What was written after the vote began cannot be voted for.
    let Some(first) = places.first().copied() else { return html! { <p class="hint">{ t!("notes-after-vote") }</p> } };
    let dots_at = |at: &usize| voting.given.get(*at).copied().unwrap_or(0);
    let own: u64 = places.iter().map(dots_at).sum();
    let taken = places.iter().copied().find(|at| dots_at(at) > 0).unwrap_or(first);
    let press = |at: usize, more: bool| voting.change.reform(move |_: MouseEvent| (at, more));
    let words = said(group);
    html! {
        <div class="row dots" data-own={own.to_string()}>
            <button type="button" class="button plain" data-testid="dot-add" aria-disabled={(voting.left == 0).then_some("true")}
                aria-label={t!("notes-vote-for", words = words.clone())} onclick={press(first, true)}>{ changing(t!("notes-vote-add", n = own as usize)) }</button>
            if own > 0 {
                <button type="button" class="quiet-button" data-testid="dot-remove" aria-label={t!("notes-vote-back-for", words = words)}
                    onclick={press(taken, false)}>{ t!("notes-vote-back") }</button>
            }
        </div>
    }
}
