//! All notes, shown and voted on: a press is a vote.

use std::rc::Rc;

use paceline_room::state::Group;
use yew::prelude::*;

use super::{
    super::{
        now::{Notes, called, is_mine, notes_of, own_of},
        reveal::closed,
        steps::use_inert,
        voting::{Voting, buttons, use_voting},
    },
    note::{Note, Others, said},
    placed::Placed,
    props::NotesProps,
};
use crate::{
    components::{
        more::{CHOICES, SHOWN, Which, use_shown},
        undo::Undo,
    },
    hooks::use_commands,
    session::RoomView,
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
            <Placed room={room.clone()} round={notes.round.clone()} />
            <OnWith ..OnWithProps { notes: NotesProps { primary: filled, ..props.clone() }, groups } />
        </>
    }
}

#[derive(PartialEq, Properties)]
struct OnWithProps {
    notes: NotesProps,
    groups: Rc<Vec<Group>>,
}

/// What goes on with: a vote, and then the talk.
#[component]
fn OnWith(props: &OnWithProps) -> Html {
    let NotesProps { room, meeting, notes, primary } = &props.notes;
    let commands = use_commands(notes.round.cid);
    let vote = notes.vote.as_ref();
    let inert = use_inert(Some(vote.map(|it| it.cid)));
    let onclick = {
        let (commands, values) = (commands.clone(), notes_of(meeting));
        let (meeting, notes, groups) = (meeting.cid, notes.clone(), props.groups.clone());
        let ordered = vote.map(|vote| room.rounds.groups(&notes.round, Some(vote)));
        Callback::from(move |_: MouseEvent| {
            if inert {
                return;
            }
            let top = ordered.as_ref().and_then(|it| Some(it.first()?.first()?.cid));
            let (vote, groups) = (notes.vote.as_ref().map(|it| it.cid), groups.clone());
            commands.run(|session| async move {
                match vote {
                    Some(vote) => session.end_vote(vote, top, values.talk_seconds).await,
                    None => {
                        let answers = groups.iter().filter_map(|it| Some(it.first()?.cid)).collect();
                        session.begin_vote(meeting, t!("notes-vote-question"), answers, values).await
                    }
                }
            });
        })
    };
    let (handle, words) =
        if vote.is_some() { ("vote-end", t!("notes-vote-end")) } else { ("vote-start", t!("notes-vote-start")) };
    html! {
        <>
            <div>if let Some(vote) = vote { <p class="hint">{ changing(t!("notes-voted", n = vote.answered)) }</p> }</div>
            <button key={handle} type="button" class={classes!("button", (!primary).then_some("plain"))} data-testid={handle} data-primary={primary.then_some("true")}
                aria-disabled={inert.then_some("true").or(commands.busy)} {onclick}>{ words }</button>
            <Began room={room.clone()} notes={notes.clone()} />
        </>
    }
}

#[derive(PartialEq, Properties)]
struct BeganProps {
    room: Rc<RoomView>,
    notes: Notes,
}

/// Who began the vote; until somebody has voted, that can be undone.
#[component]
fn Began(props: &BeganProps) -> Html {
    let BeganProps { room, notes } = props;
    let commands = use_commands(format!("undo votes {}", notes.round.cid));
    let vote = notes.vote.as_ref();
    let undo = {
        let vote = vote.map(|it| it.cid);
        Callback::from(move |()| {
            if let Some(vote) = vote {
                commands.run(|session| async move { session.undo_vote(vote).await });
            }
        })
    };
    let text = vote.map(|it| t!("notes-vote-began", by = called(room, &it.author))).unwrap_or_default();
    let told_only = vote.is_some_and(|it| it.answered > 0);
    html! { <Undo of={vote.map(|it| AttrValue::from(it.cid.to_string()))} {text} {undo} {told_only} /> }
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
