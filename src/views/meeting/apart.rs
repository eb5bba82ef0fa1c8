//! Who moved the meeting on while not all saw each other.

use paceline_room::{
    Cid, NodeId,
    body::rounds::Turn,
    state::{Did, MeetingStep},
};
use yew::prelude::*;

use super::now::{called, ended_turn, titled};
use crate::{
    people,
    session::RoomView,
    texts::{self, changing, t},
};

/// One sentence, until somebody who has seen all of it goes on.
pub fn apart(room: &RoomView) -> Html {
    let mut steps: Vec<(Did, Vec<NodeId>)> = Vec::new();
    for MeetingStep { by, did, .. } in &*room.apart {
        match steps.iter_mut().find(|(it, _)| it == did) {
            Some((_, all)) => all.push(*by),
            None => steps.push((*did, vec![*by])),
        }
    }
    let told: Vec<String> = steps.iter().map(|(did, by)| told(room, *did, by)).collect();
    html! {
        <div role="status">
            if !told.is_empty() { <p class="hint" data-testid="steps-apart">{ changing(t!("apart", what = texts::list(&told))) }</p> }
        </div>
    }
}

fn told(room: &RoomView, did: Did, by: &[NodeId]) -> String {
    let by = texts::list(by.iter().map(|it| called(room, it)));
    let name = |of: NodeId| people::name_in(&room.people, &of);
    match did {
        Did::Turn(of, Turn::Again) => t!("apart-again", by = by, name = name(of)),
        Did::Turn(of, Turn::Away) => t!("apart-away", by = by, name = name(of)),
        Did::Turn(of, _) => ended_turn(room, by, &of),
        Did::Item(None) => t!("agenda-went-back", by = by),
        Did::Item(Some(item)) => t!("apart-item", by = by, title = item_title(room, item)),
        Did::Answer(_) => t!("notes-went-on", by = by),
        Did::Show(_) => t!("apart-show", by = by),
        Did::Close(_) => t!("apart-close", by = by),
        Did::GoOn(_) => t!("apart-go-on", by = by),
        Did::End => t!("meeting-ended-by", by = by),
    }
}

fn item_title(room: &RoomView, item: Cid) -> String {
    let item = room.meetings.items.iter().find(|it| it.cid == item);
    item.map(|it| titled(room, it)).unwrap_or_default()
}
