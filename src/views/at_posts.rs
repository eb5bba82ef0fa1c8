//! The table of what can be made of a post: one action each, from the capability that it belongs to.

use std::sync::Arc;

use paceline_room::{Cid, command::Command, state::Post};
use yew::prelude::*;

use super::{Words, batons};
use crate::{components::icons::Icon, session::Place};

/// All that can be made of a post, in the order in which it is offered.
pub static ACTS: &[Act] = &[batons::OPEN_FOR];

/// Something that can be made of a post.
pub struct Act {
    /// Stable handle of its button, if it has one.
    pub handle: Option<&'static str>,
    /// Its sign.
    pub icon: Icon,
    /// What it is called.
    pub words: Words,
    /// Whether it can be made of this one.
    pub offered: fn(&Post) -> bool,
    /// What is done at once, if it takes no more than the post.
    pub command: fn(&Post) -> Option<Command>,
    /// What is opened at the post if it does.
    pub form: Option<Form>,
}

/// The form of an act.
pub struct Form {
    /// Where its words are written: half-written ones open it again after a reload.
    pub place: fn(Cid) -> Place,
    /// Draws it; the callback closes it.
    pub draw: fn(&Arc<Post>, Callback<()>) -> Html,
}

/// The act whose words are written at that place.
pub fn act_at(place: Place) -> Option<usize> {
    let about = place.target()?;
    ACTS.iter().position(|act| act.form.as_ref().is_some_and(|form| (form.place)(about) == place))
}
