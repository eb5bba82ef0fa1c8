//! What is to be talked about after all have spoken: said by one press while somebody speaks, and counted at the end.

use std::rc::Rc;

use paceline_room::{
    Cid, NodeId,
    body::meetings::{Command, NewItem},
    state::Meeting,
};
use yew::prelude::*;

use super::now::{called, turns_of};
use crate::{
    hooks::use_commands,
    people,
    session::RoomView,
    texts::{self, changing, t},
};

/// Properties of [`Afterwards`].
#[derive(PartialEq, Properties)]
pub struct AfterwardsProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The meeting.
    pub meeting: Meeting,
    /// Who speaks, if it is another.
    pub speaks: Option<NodeId>,
    /// All have spoken.
    pub over: bool,
}

/// Draws the press, or what came of it. What one speaker said is put there once.
#[component]
pub fn Afterwards(props: &AfterwardsProps) -> Html {
    let AfterwardsProps { room, meeting, speaks, over } = props;
    let commands = use_commands(format!("afterwards {}", meeting.cid));
    // What stood on the agenda before they began to speak is no part of it.
    let began = turns_of(room, meeting).map_or(0, |it| it.depth);
    let left = || room.meetings.on_agenda(meeting).filter(|it| it.done.is_none() && it.last.0.0 > began);
    let title = speaks.map(|it| t!("turn-later-title", name = people::name_in(&room.people, &it)));
    let title = title.filter(|title| left().all(|it| *it.title != **title));
    let press = title.map(|title| {
        let (commands, meeting) = (commands.clone(), meeting.cid);
        Callback::from(move |_: MouseEvent| commands.act(Command::Add(about(title.clone(), meeting))))
    });
    let mut who: Vec<NodeId> = left().map(|it| room.joined.home_of(it.author)).collect();
    let many = who.len();
    who.sort_unstable();
    who.dedup();
    let who = texts::list(who.iter().map(|it| called(room, it)));
    html! {
        <>
            <p class="hint" role="status">{ changing(if *over && many > 0 { t!("turn-later", n = many, names = who) } else { String::new() }) }</p>
            if let Some(onclick) = press {
                <button type="button" class="quiet-button" data-testid="talk-later" aria-disabled={commands.busy} {onclick}>
                    { t!("talk-later") }
                </button>
            }
        </>
    }
}

fn about(title: String, meeting: Cid) -> NewItem {
    NewItem { meeting: Some(Some(meeting)), ..NewItem::talk(title) }
}
