//! A note that was put to another, or taken from it, and for a while the way back.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use paceline_room::{
    Cid,
    body::rounds::{self, Under},
    state::{Answer, Round},
};
use yew::prelude::*;

use super::super::now::called;
use crate::{components::undo::Undo, excerpt, hooks::use_commands, session::RoomView, texts::t};

/// Properties of [`Placed`].
#[derive(PartialEq, Properties)]
pub struct PlacedProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The notes.
    pub round: Arc<Round>,
}

/// Where each note was, and which moved last: it, from where, and the how many-th move that was.
#[derive(Default)]
struct Seen {
    places: Option<BTreeMap<Cid, Option<Under>>>,
    moved: Option<(Arc<Answer>, Option<Under>, usize)>,
}

/// Says it, and takes it back.
#[component]
pub fn Placed(props: &PlacedProps) -> Html {
    let PlacedProps { room, round } = props;
    let commands = use_commands(format!("undo places {}", round.cid));
    let seen = use_mut_ref(Seen::default);
    let places = use_memo((room.rounds.clone(), round.cid), |(rounds, round)| {
        rounds.answers_in(*round).map(|it| (it.cid, it.under.clone())).collect::<BTreeMap<_, _>>()
    });
    let moved = {
        let mut seen = seen.borrow_mut();
        let before = seen.places.replace((*places).clone());
        let was = |it: &Cid| before.as_ref().and_then(|before| before.get(it)).cloned();
        let moved = room
            .rounds
            .answers_in(round.cid)
            .find_map(|it| was(&it.cid).filter(|was| *was != it.under).map(|was| (it, was)));
        if let Some((answer, was)) = moved {
            let many = seen.moved.as_ref().map_or(0, |it| it.2 + 1);
            seen.moved = Some((answer.clone(), was, many));
        }
        seen.moved.clone()
    };
    let words = |it: &Answer| excerpt::excerpt(it.text.as_deref().unwrap_or("…"), excerpt::QUOTED);
    let by = |it: &Answer| it.placed_by.map(|it| called(room, &it)).unwrap_or_default();
    let text = moved.as_ref().map(|(it, ..)| match &it.under {
        Some(_) => t!("notes-moved", words = words(it), by = by(it)),
        None => t!("notes-moved-away", words = words(it), by = by(it)),
    });
    let of = moved.as_ref().map(|(it, _, many)| AttrValue::from(format!("{} {many}", it.cid)));
    let undo = Callback::from(move |()| {
        if let Some((answer, under, _)) = &moved {
            commands.act(rounds::Command::Place { answer: answer.cid, under: under.clone() });
        }
    });
    html! { <Undo {of} text={text.unwrap_or_default()} {undo} /> }
}
