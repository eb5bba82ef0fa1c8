//! A card each: who it is, what they are strong in, what they lead and what they have promised. Never a rank.

use std::rc::Rc;

use yew::prelude::*;

use super::{
    line::{leads, tabs},
    same,
};
use crate::{
    components::{
        disc::disc_of,
        more::{SHOWN, Which, names, use_shown},
    },
    people::titled,
    session::{PersonView, RoomView},
    texts::{self, changing, t},
    words,
};

const CARDS: Which = ("person-cards", None);

/// Properties of [`Cards`].
#[derive(PartialEq, Properties)]
pub struct CardsProps {
    /// The room.
    pub room: Rc<RoomView>,
}

/// Draws everybody.
#[component]
pub fn Cards(props: &CardsProps) -> Html {
    let (room, much) = (&props.room, use_shown());
    let leads = leads(&room.people, &room.led);
    let shown = room.people.iter().take(much.of(CARDS, SHOWN));
    html! {
        <>
            <ul class="plain-list person-cards">{ for shown.map(|it| card(room, it, leads.get(&it.person.node))) }</ul>
            { much.more(CARDS, SHOWN, room.people.len()) }
        </>
    }
}

fn card(room: &RoomView, it: &PersonView, leads: Option<&Vec<&str>>) -> Html {
    let node = it.person.node;
    let promised: usize = it.nodes.iter().map(|node| room.promises.open_of(*node).count()).sum();
    let mut about = vec![words::here_name(it.here)];
    about.extend(tabs(it));
    about.extend(leads.map(|titles| t!("leads", titles = names(titles.iter().map(|it| titled(it))))));
    about.extend((promised > 0).then(|| t!("person-promised", n = promised)));
    html! {
        <li class="person-card" key={node.to_string()} data-testid="person-card" data-node={node.to_string()}>
            { disc_of(&it.person, &it.name, it.here, leads.is_some()) }
            <span class="person-words">
                <strong class="person-name"><bdi translate="no">{ it.name.to_string() }</bdi>
                    if it.me { <span class="mark">{ " " }{ t!("you") }</span> }
                </strong>
                <span class="person-about">{ changing(about.join(" · ")) }</span>
                if !it.person.strengths.is_empty() {
                    <span class="person-about">{ changing(t!("person-strong", strengths = texts::list(&it.person.strengths))) }</span>
                }
                { same::words_of(room, it) }
            </span>
        </li>
    }
}
