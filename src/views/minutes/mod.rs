//! The meetings that were, each with its notes to carry away.

use std::{collections::BTreeSet, rc::Rc, sync::Arc};

use paceline_room::state::Meeting;
use yew::prelude::*;

use super::{Context, Draw, Drawing, MainTab, PLAIN, Region, Tab, View};
use crate::{
    components::{
        go_on::GoOn,
        icons::Icon,
        more::{SHOWN, Which, use_shown},
        notes::Notes,
    },
    parts::part,
    people,
    session::RoomView,
    texts::{changing, t},
    when,
};

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Beside,
    tab: Some(Tab {
        handle: "view-minutes",
        group: MainTab::Agreed,
        icon: Icon::Meeting,
        title: || t!("view-minutes"),
        key: None,
    }),
    draw: Draw::Later(part!(agreed: Drawing = |context: &Context| html! { <Meetings room={context.room.clone()} /> })),
    ..PLAIN
};

const MEETINGS: Which = ("meetings", None);

/// Properties of [`Meetings`].
#[derive(PartialEq, Properties)]
struct MeetingsProps {
    /// The room.
    room: Rc<RoomView>,
}

/// Draws the list, the newest first.
#[component]
fn Meetings(props: &MeetingsProps) -> Html {
    let (room, much) = (&props.room, use_shown());
    let all = &room.meetings.all;
    // What another one went on with is told with that one, and what was begun by mistake not at all.
    let left_out = use_memo((all.clone(), room.rounds.clone(), room.decisions.clone()), |(all, rounds, decisions)| {
        let gone_on = all.iter().filter_map(|it| it.resumes);
        let decided = |it: &Meeting| decisions.of_meeting(it.cid).next().is_some();
        let is_mistake = |it: &&Arc<Meeting>| !decided(it) && rounds.is_mistake(&room.meetings, it);
        let mistakes = all.iter().filter(is_mistake).map(|it| it.key());
        gone_on.chain(mistakes).collect::<BTreeSet<_>>()
    });
    let told = || all.iter().rev().filter(|it| !left_out.contains(&it.key()));
    let none_goes_on = room.meeting.is_none();
    html! {
        <>
            if told().next().is_none() { <p class="empty">{ t!("minutes-empty") }</p> }
            <ul class="plain-list meetings">{ for told().take(much.of(MEETINGS, SHOWN)).map(|it| meeting(it, none_goes_on)) }</ul>
            { much.more(MEETINGS, SHOWN, all.len() - left_out.len()) }
        </>
    }
}

fn meeting(it: &Meeting, none_goes_on: bool) -> Html {
    let title = people::titled(&it.title);
    let when = match &it.ended {
        Some(ended) => {
            t!("minutes-when", day = when::day(it.at), from = when::clock(it.at), to = when::clock(ended.at))
        }
        None => t!("minutes-since", day = when::day(it.at), from = when::clock(it.at)),
    };
    html! {
        <li key={it.cid.to_string()} data-cid={it.cid.to_string()} data-testid="past-meeting">
            <h3 dir="auto">{ changing(title.clone()) }</h3>
            <p class="hint">{ changing(when) }</p>
            <Notes meeting={it.cid} {title} />
            if it.ended.is_some() && none_goes_on { <GoOn meeting={it.cid} /> }
        </li>
    }
}
