//! A person's disc: initials in the person's hue; dashed when away or gone; a yellow ring for who leads.

use paceline_room::state::Person;
use yew::prelude::*;

use crate::{people, session::Here};

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

/// Draws a disc. It is decoration: the name stands beside it, or where there is no room for it shows on pointing.
#[component]
pub fn Disc(props: &DiscProps) -> Html {
    let presence = match props.here {
        Here::Here => None,
        Here::Away => Some("away"),
        Here::Gone => Some("gone"),
    };
    let classes = classes!("disc", people::hue_class(props.hue), presence, props.leads.then_some("leads"));
    html! {
        <span class={classes} aria-hidden="true" translate="no" title={props.name.clone()}>
            { people::initials(&props.name) }
        </span>
    }
}

/// The disc of a person of the room.
pub fn disc_of(person: &Person, name: &str, here: Here, leads: bool) -> Html {
    html! { <Disc name={name.to_owned()} hue={person.hue} {here} {leads} /> }
}
