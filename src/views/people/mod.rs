//! Who is here. On a narrow screen a row of discs.

mod cards;
mod line;
mod name_bar;
mod same;

use paceline_room::{fold::List, state::Baton};
use yew::prelude::*;

use super::{Context, Draw, Drawing, MainTab, PLAIN, Region, SETTINGS, Tab, View};
use crate::{
    components::{
        disc::disc_of,
        icons::Icon,
        more::{SHOWN, names, use_shown},
    },
    parts::part,
    people::titled,
    session::{Here, People, PersonView, Takes},
    texts::{self, changing, t},
    words,
};

use cards::Cards;
use line::{leads, tabs};
use name_bar::NameBar;
use same::Claims;

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Side,
    draw: Draw::Now(
        |context: &Context| html! { <PeopleList people={context.room.people.clone()} led={context.room.led.clone()} /> },
    ),
    ..PLAIN
};

/// The line of what asks who somebody is. Settings ask the same, with the same handles.
pub const NAME_BAR: View = View {
    region: Region::BeforeComposer,
    draw: Draw::Now(|context: &Context| match (context.beside, context.room.takes) {
        // Who only reads says nothing, not even who it is.
        (SETTINGS, _) | (_, Takes::Nothing) => Html::default(),
        _ => html! { <NameBar room={context.room.clone()} /> },
    }),
    ..PLAIN
};

/// The line of what asks whether somebody elsewhere is the same person.
pub const CLAIMS: View = View {
    region: Region::BeforeComposer,
    draw: Draw::Now(|context: &Context| html! { <Claims room={context.room.clone()} /> }),
    ..PLAIN
};

/// The line of the cards.
pub const CARDS: View = View {
    region: Region::Beside,
    tab: Some(Tab {
        handle: "view-people",
        group: MainTab::People,
        icon: Icon::People,
        title: || t!("people"),
        key: None,
    }),
    draw: Draw::Later(part!(agreed: Drawing = |context: &Context| html! { <Cards room={context.room.clone()} /> })),
    ..PLAIN
};

/// The list of people.
const PEOPLE: &str = "people";
/// People who are gone that are listed before the rest is folded away.
const GONE_SHOWN: usize = 12;

/// Properties of [`PeopleList`].
#[derive(PartialEq, Properties)]
struct PeopleProps {
    /// Everybody.
    people: People,
    /// What is led.
    led: List<Baton>,
}

/// Draws everybody: this node, those here, those gone.
#[component]
fn PeopleList(props: &PeopleProps) -> Html {
    let all = &props.people;
    let much = use_shown();
    let leads = leads(all, &props.led);
    let here = all.len() - all.gone();
    let first = SHOWN.min(here + all.gone().min(GONE_SHOWN));
    let shown = much.of((PEOPLE, None), first);
    html! {
        <section class="people" aria-labelledby="people-title">
            <h2 id="people-title"><span class="people-word">{ t!("people") }</span>{ " " }<span class="count">{ changing(t!("people-here", n = here)) }</span></h2>
            <ul data-testid="people">
                { for all.iter().take(shown).map(|it| person(it, leads.get(&it.person.node))) }
            </ul>
            { much.more((PEOPLE, None), first, all.len()) }
        </section>
    }
}

fn person(it: &PersonView, leads: Option<&Vec<&str>>) -> Html {
    let node = it.person.node.to_string();
    let mut about = Vec::new();
    if it.here != Here::Here {
        about.push(words::here_name(it.here));
    }
    about.extend(tabs(it));
    if let Some(leads) = leads {
        about.push(t!("leads", titles = names(leads.iter().map(|it| titled(it)))));
    } else if !it.person.strengths.is_empty() {
        about.push(texts::list(&it.person.strengths));
    }
    if it.is_marked() {
        about.push(t!("called-alike"));
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
