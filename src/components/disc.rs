//! A person's disc: initials in the person's hue; dashed when away or gone; a yellow ring for who leads.

use paceline_mesh::replica::Here;
use paceline_room::state::Person;
use yew::prelude::*;

use crate::people;

/// Properties of [`Disc`].
#[derive(PartialEq, Properties)]
pub struct DiscProps {
    /// What it is called.
    pub name: AttrValue,
    /// 0 to 11.
    pub hue: u8,
    /// Presence.
    #[prop_or(Here::Here)]
    pub here: Here,
    /// Wears the yellow ring.
    #[prop_or_default]
    pub leads: bool,
}

/// Draws a disc. It is decoration: the name stands beside it.
#[component]
pub fn Disc(props: &DiscProps) -> Html {
    let presence = match props.here {
        Here::Here => None,
        Here::Away => Some("away"),
        Here::Gone => Some("gone"),
    };
    let classes = classes!("disc", people::hue_class(props.hue), presence, props.leads.then_some("leads"));
    html! { <span class={classes} aria-hidden="true" translate="no">{ people::initials(&props.name) }</span> }
}

/// The disc of a person of the room.
pub fn disc_of(person: &Person, here: Here, leads: bool) -> Html {
    html! { <Disc name={people::name_of(person)} hue={person.hue} {here} {leads} /> }
}
