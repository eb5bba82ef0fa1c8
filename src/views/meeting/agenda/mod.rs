//! What a meeting comes to, one after the other: where it is, how long that still takes, what comes next, what is for later.

mod add;
mod row;
mod step;
mod time;

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid,
    state::{Item, Meeting},
};
use yew::prelude::*;

pub use self::{
    add::Add,
    row::{Buttons, press},
    step::{Scope, Taken},
};
use self::{row::Row, time::Time};
use super::{
    hands::Hands,
    now::{asks, here_of, is_mine, titled},
    steps::use_inert,
};
use crate::{
    components::more::{SHOWN, Which, use_shown},
    forms::DECIDE,
    hooks::use_commands,
    session::RoomView,
    texts::{changing, t},
};

/// What is on the agenda.
const ITEMS: Which = ("agenda", None);

/// Properties of [`Agenda`].
#[derive(Clone, PartialEq, Properties)]
pub struct AgendaProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The meeting.
    pub meeting: Meeting,
    /// The next press may stand in it.
    pub primary: bool,
    /// Time and hands are not shown by what else is done.
    pub leads: bool,
    /// What is for later stands beside it, and says itself what becomes of that.
    pub beside_later: bool,
}

/// Whether something on the agenda is not done.
pub fn goes_on(room: &RoomView, meeting: &Meeting) -> bool {
    room.meetings.on_agenda(meeting).any(|it| it.done.is_none())
}

/// Draws it.
#[component]
pub fn Agenda(props: &AgendaProps) -> Html {
    let AgendaProps { room, meeting, leads, beside_later, .. } = props;
    let scope = Scope { of: Some(meeting.key()), time: *leads, beside_later: *beside_later };
    let (all, left) = (
        room.meetings.on_agenda(meeting).count(),
        room.meetings.on_agenda(meeting).filter(|it| it.done.is_none()).count(),
    );
    // Where something else is done it is shown once it is used, behind one line.
    let quiet = asks(meeting) || meeting.form == DECIDE;
    // What a look back begins with is seen at once.
    let opens = quiet && room.meetings.on_agenda(meeting).any(|it| it.about.is_some());
    let content = html! { <Content ..props.clone() /> };
    html! {
        <div class="agenda">
            if quiet && all > 0 {
                <details key="quiet" open={opens}>
                    <summary data-testid="agenda-open">{ changing(t!("agenda-of", n = left, of = all)) }</summary>
                    { content }
                </details>
            } else if !quiet {
                <section key="agenda" aria-labelledby="agenda-heading">
                    <h3 id="agenda-heading">{ t!("agenda") }</h3>
                    { content }
                </section>
            }
            <Left key="left" room={room.clone()} meeting={meeting.clone()} />
            <Taken key="taken" room={room.clone()} {scope} />
        </div>
    }
}

/// Where the meeting is, and all that is on its agenda.
#[component]
fn Content(props: &AgendaProps) -> Html {
    let AgendaProps { room, meeting, primary, leads, .. } = props;
    let much = use_shown();
    let all: Vec<&Arc<Item>> = room.meetings.on_agenda(meeting).collect();
    let here = here_of(room, meeting).map(|it| it.cid);
    let done = all.iter().filter(|it| it.done.is_some()).count();
    let inert = use_inert(Some((room.meetings.here(meeting).map(|it| it.said), done)));
    let shown = much.of(ITEMS, SHOWN);
    let next = here.or_else(|| all.iter().find(|it| it.done.is_none()).map(|it| it.cid));
    let next = next.filter(|_| *primary && is_mine(room, meeting));
    let draw = |(at, item): (usize, &&Arc<Item>)| {
        let same = |other: usize| all.get(other).filter(|it| it.meeting == item.meeting).map(|it| it.cid);
        let buttons = Buttons {
            item: item.cid,
            title: titled(room, item).into(),
            above: at.checked_sub(1).and_then(same),
            below: same(at + 1),
            below_next: same(at + 2),
            here: here == Some(item.cid),
            done: item.done.is_some(),
            next: next == Some(item.cid),
            inert,
        };
        html! { <Row key={item.cid.to_string()} {buttons} minutes={item.minutes} /> }
    };
    // What the meeting is at is drawn wherever it stands.
    let drawn = all.iter().enumerate().filter(|(at, it)| *at < shown || here == Some(it.cid));
    html! {
        <>
            <Add key="add" meeting={Some(meeting.cid)} />
            <div key="now" class="agenda-now">
                if *leads { <Time room={room.clone()} meeting={meeting.clone()} /> }
                if *leads && !all.is_empty() { <Hands room={room.clone()} /> }
            </div>
            <ol key="items" class="plain-list agenda-items">{ for drawn.map(draw) }</ol>
            <div key="more">{ much.more(ITEMS, SHOWN, all.len()) }</div>
        </>
    }
}

#[derive(PartialEq, Properties)]
struct LeftProps {
    room: Rc<RoomView>,
    meeting: Meeting,
}

/// What was not done last time: one press brings it back.
#[component]
fn Left(props: &LeftProps) -> Html {
    let LeftProps { room, meeting } = props;
    let commands = use_commands(format!("bring back {}", meeting.cid));
    let left: Vec<Cid> = room.meetings.left_before(meeting).take(SHOWN).map(|it| it.cid).collect();
    let (count, to, busy) = (left.len(), meeting.cid, commands.busy);
    let onclick = Callback::from(move |_: MouseEvent| {
        let left = left.clone();
        commands.run(|session| async move { session.bring_back(left, to).await });
    });
    html! {
        <div role="status">
            if count > 0 {
                <div class="row agenda-left">
                    <span>{ changing(t!("agenda-left", n = count)) }</span>
                    <button type="button" class="button plain" data-testid="agenda-bring-back" aria-disabled={busy} {onclick}>{ t!("agenda-bring-back") }</button>
                </div>
            }
        </div>
    }
}
