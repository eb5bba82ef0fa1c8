//! All notes, shown and voted on: a press is a vote.

use std::rc::Rc;

use paceline_room::state::Group;
use yew::prelude::*;

use super::{
    super::{
        now::{form_of_notes, is_mine, own_of},
        reveal::closed,
        voting::{Voting, buttons, use_voting},
    },
    note::{Note, Others, said},
    props::NotesProps,
};
use crate::{
    components::more::{CHOICES, SHOWN, Which, use_shown},
    hooks::use_commands,
    texts::{changing, t},
};

/// The notes.
const NOTES: Which = ("notes", None);

/// Draws them.
#[component]
pub fn Board(props: &NotesProps) -> Html {
    let NotesProps { room, meeting, notes, primary } = props;
    let much = use_shown();
    let groups = use_memo((room.rounds.clone(), notes.round.cid), |_| room.rounds.groups(&notes.round, None));
    let voting = use_voting(notes.vote.as_ref(), own_of(room, notes.vote.as_deref()));
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

/// The votes of the person here for a note: what others give is shown when all have voted.
fn dots(voting: &Voting, group: &Group) -> Html {
    let places: Vec<usize> = group.answers.iter().filter_map(|it| voting.options.get(&it.cid).copied()).collect();
    // What was written after the vote began cannot be voted for.
    let Some(first) = places.first().copied() else { return html! { <p class="hint">{ t!("notes-after-vote") }</p> } };
    let dots_at = |at: &usize| voting.given.get(*at).copied().unwrap_or(0);
    let own: u64 = places.iter().map(dots_at).sum();
    let taken = places.iter().copied().find(|at| dots_at(at) > 0).unwrap_or(first);
    buttons(voting, first, taken, own, &said(group))
}
