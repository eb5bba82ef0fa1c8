//! Who is here. On a narrow screen a row of discs.

mod name_bar;

use std::{collections::BTreeMap, rc::Rc};

use paceline_room::NodeId;
use yew::prelude::*;

use super::{Context, PLAIN, Region, SETTINGS, View};
use crate::{
    components::disc::disc_of,
    session::{Here, PersonView, RoomView},
    texts::{self, changing, t},
    words,
};

use name_bar::NameBar;

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Side,
    draw: |context: &Context| html! { <PeopleList room={context.room.clone()} /> },
    ..PLAIN
};

/// The line of what asks who somebody is. Settings ask the same, with the same handles.
pub const NAME_BAR: View = View {
    region: Region::BeforeComposer,
    draw: |context: &Context| match context.beside {
        SETTINGS => Html::default(),
        _ => html! { <NameBar room={context.room.clone()} /> },
    },
    ..PLAIN
};

/// People who are gone that are listed before the rest is folded away.
const GONE_SHOWN: usize = 12;

/// Properties of [`PeopleList`].
#[derive(PartialEq, Properties)]
struct PeopleProps {
    /// The room.
    room: Rc<RoomView>,
}

/// Draws everybody: this node, those here, those gone.
#[component]
fn PeopleList(props: &PeopleProps) -> Html {
    let room = &props.room;
    let all = use_state(|| false);
    let mut leads: BTreeMap<NodeId, Vec<&str>> = BTreeMap::new();
    for baton in room.led.iter() {
        if let Some(holder) = baton.holder {
            leads.entry(holder).or_default().push(&baton.title);
        }
    }
    let gone = room.people.gone();
    let shown = room.people.len().saturating_sub(if *all { 0 } else { gone.saturating_sub(GONE_SHOWN) });
    let here = room.people.len() - gone;
    let more = {
        let all = all.setter();
        Callback::from(move |_: MouseEvent| all.set(true))
    };
    html! {
        <section class="people" aria-labelledby="people-title">
            <h2 id="people-title"><span class="people-word">{ t!("people") }</span>{ " " }<span class="count">{ changing(t!("people-here", n = here)) }</span></h2>
            <ul data-testid="people">
                { for room.people.iter().take(shown).map(|it| person(it, leads.get(&it.person.node))) }
            </ul>
            if shown < room.people.len() {
                <button type="button" class="quiet-button" onclick={more}>{ changing(t!("people-more", n = room.people.len() - shown)) }</button>
            }
        </section>
    }
}

fn person(it: &PersonView, leads: Option<&Vec<&str>>) -> Html {
    let node = it.person.node.to_string();
    let mut about = Vec::new();
    if it.here != Here::Here {
        about.push(words::here_name(it.here));
    }
    if let Some(leads) = leads {
        about.push(t!("leads", titles = texts::list(leads)));
    } else if !it.person.strengths.is_empty() {
        about.push(texts::list(&it.person.strengths));
    }
    if it.person.split {
        about.push(t!("split"));
    }
    html! {
        <li class="person" key={node.clone()} data-testid="person" data-node={node} data-here={words::here_value(it.here)}>
            { disc_of(&it.person, &it.name, it.here, leads.is_some()) }
            <span class="person-words">
                <span class="person-name"><bdi translate="no">{ it.name.to_string() }</bdi>
                    if it.me { <span class="mark">{ " " }{ t!("you") }</span> }
                </span>
                if !about.is_empty() { <span class="person-about">{ changing(about.join(" · ")) }</span> }
            </span>
        </li>
    }
}
