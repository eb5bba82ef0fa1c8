//! One note after the other, those with most votes first: which one it is, is what the time was set for last.

use std::rc::Rc;

use paceline_room::{
    Cid,
    body::{
        meetings::{self, NewItem},
        promises,
    },
    state::{Group, Meeting},
};
use yew::prelude::*;

use super::{
    super::{
        hands::Hands,
        now::{Notes, called, is_mine, next_time, notes_of},
        steps::{use_before, use_inert},
    },
    note::{Note, said},
    props::NotesProps,
};
use crate::{
    components::undo::Undo,
    hooks::{seconds_left, use_commands},
    session::RoomView,
    texts::{self, changing, t},
};

/// How much *more time* gives, in seconds.
const MORE_SECONDS: u64 = 120;

/// The note that is talked about, by its place, and all of them in order.
pub fn talked_about(room: &RoomView, meeting: &Meeting, notes: &Notes) -> (usize, Vec<Group>) {
    let groups = room.rounds.groups(&notes.round, notes.vote.as_deref());
    let about = meeting.timer.as_ref().and_then(|it| it.about);
    let at = about.and_then(|about| groups.iter().position(|it| it.has(&about))).unwrap_or(0);
    (at, groups)
}

/// Draws it.
#[component]
pub fn Talk(props: &NotesProps) -> Html {
    let NotesProps { room, meeting, notes, primary } = props;
    let (at, groups) = talked_about(room, meeting, notes);
    let commands = use_commands(meeting.cid);
    let now = groups.get(at).and_then(|it| it.first()).map(|it| it.cid);
    let (inert, before) = (use_inert(now), use_before(now));
    let seconds = notes_of(meeting).talk_seconds;
    let goes_to = |note: Option<Cid>, seconds: u64| {
        let commands = commands.clone();
        Callback::from(move |()| {
            if note.is_some() {
                commands.act(meetings::Command::Timer { seconds, about: note });
            }
        })
    };
    let next = groups.get(at + 1).and_then(|it| it.first()).map(|it| it.cid);
    let by = meeting.timer.as_ref().map_or(room.me, |it| it.by);
    let name = called(room, &by);
    let on = goes_to(next.filter(|_| !inert), seconds).reform(|_: MouseEvent| ());
    let more = {
        let (commands, ends) = (commands.clone(), room.timer.map_or(0, |it| it.ends));
        Callback::from(move |_: MouseEvent| {
            let seconds = seconds_left(ends) + MORE_SECONDS;
            commands.act(meetings::Command::Timer { seconds, about: now });
        })
    };
    let filled = *primary && next.is_some() && is_mine(room, meeting);
    let Some(group) = groups.get(at) else { return html! { <p class="hint">{ t!("notes-none") }</p> } };
    let dots = changing(t!("notes-at", at = at + 1, of = groups.len(), n = group.dots as usize));
    html! {
        <div class="talk" data-testid="talk" data-about={now.map(|it| it.to_string())} data-next={next.map(|it| it.to_string())}>
            <p class="hint" aria-live="polite">{ dots }</p>
            <div class="note big">
                <Note room={room.clone()} group={group.clone()} others={Rc::from([])} />
                <Taken room={room.clone()} group={group.clone()} due={next_time(meeting)} />
            </div>
            <Hands room={room.clone()} />
            <div class="row">
                if next.is_some() {
                    <button type="button" class={classes!("button", (!filled).then_some("plain"))} data-testid="note-next" data-primary={filled.then_some("true")}
                        aria-disabled={inert.then_some("true").or(commands.busy)} onclick={on}>{ t!("notes-next") }</button>
                }
                <button type="button" class="button plain" data-testid="timer-more" aria-disabled={commands.busy} onclick={more}>{ t!("notes-more-time") }</button>
            </div>
            <Undo of={before.and(now).map(|it| AttrValue::from(it.to_string()))} text={t!("notes-went-on", by = name)} undo={goes_to(before, seconds)} />
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct TakenProps {
    room: Rc<RoomView>,
    group: Group,
    due: Option<paceline_room::Day>,
}

/// What becomes of a note: somebody does it, or it is for later.
#[component]
fn Taken(props: &TakenProps) -> Html {
    let TakenProps { room, group, due } = props;
    let first = group.first().map(|it| it.cid);
    let commands = use_commands(format!("take up {}", first.map(|it| it.to_string()).unwrap_or_default()));
    let does: Vec<String> = group
        .answers
        .iter()
        .flat_map(|it| room.promises.promised_from(it.cid))
        .map(|it| called(room, &it.node))
        .collect();
    let do_this = {
        let (commands, text, due) = (commands.clone(), said(group), *due);
        Callback::from(move |_: MouseEvent| {
            commands.act(promises::Command::Make { text: text.clone(), due, from: first });
        })
    };
    let later = {
        let (commands, title) = (commands.clone(), said(group));
        Callback::from(move |_: MouseEvent| {
            commands.act(meetings::Command::Add(NewItem::talk(title.clone())));
        })
    };
    html! {
        <>
            <div role="status">if !does.is_empty() { <p class="hint" data-testid="note-does">{ changing(t!("notes-does", names = texts::list(&does))) }</p> }</div>
            <div class="row">
                <button type="button" class="button plain" data-testid="do-this" aria-disabled={commands.busy} onclick={do_this}>{ t!("do-this") }</button>
                <button type="button" class="button plain" data-testid="talk-later" aria-disabled={commands.busy} onclick={later}>{ t!("talk-later") }</button>
            </div>
        </>
    }
}
