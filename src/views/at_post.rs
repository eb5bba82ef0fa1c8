//! What a capability can add to a post. The tables of it are in `at_posts`.

use std::sync::Arc;

use paceline_room::{Cid, command::Command, state::Post};
use yew::prelude::*;

use super::{
    card::{Around, Sources},
    view::Words,
};
use crate::{components::icons::Icon, session::Place};

/// Something that can be made of a post.
pub struct Act {
    /// Stable handle of its button, if it has one.
    pub handle: Option<&'static str>,
    /// Its sign.
    pub icon: Icon,
    /// What it is called.
    pub words: Words,
    /// It stands behind *more*.
    pub rare: bool,
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

/// The marks of a capability at a post: so many at most, and how many there are.
pub type Marks = fn(&Sources, &Around, Cid, usize) -> (Vec<Mark>, usize);

/// A line beside a post.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Its sign.
    pub icon: Icon,
    /// What it says.
    pub words: AttrValue,
}
