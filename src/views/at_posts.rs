//! What capabilities add to a post: what can be made of it, one action each, and what is told beside it. A table each.

use std::{collections::HashMap, rc::Rc, sync::Arc};

use paceline_room::{Cid, command::Command, state::Post};
use yew::prelude::*;

use super::{
    Words, batons,
    cards::{Around, Sources},
};
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

/// What is told beside posts.
pub static MARKS: &[Marks] = &[];

/// The marks of a capability, each with the post that it belongs to.
pub type Marks = fn(&Sources, &Around) -> Vec<(Cid, Mark)>;

/// A line beside a post.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Its sign.
    pub icon: Icon,
    /// What it says.
    pub words: AttrValue,
}

/// All marks, by post.
pub fn marks(sources: &Sources, around: &Around) -> HashMap<Cid, Rc<[Mark]>> {
    let mut by_post: HashMap<Cid, Vec<Mark>> = HashMap::new();
    for (post, mark) in MARKS.iter().flat_map(|marks| marks(sources, around)) {
        by_post.entry(post).or_default().push(mark);
    }
    by_post.into_iter().map(|(post, marks)| (post, marks.into())).collect()
}

/// The act whose words are written at that place.
pub fn act_at(place: Place) -> Option<usize> {
    let about = place.target()?;
    ACTS.iter().position(|act| act.form.as_ref().is_some_and(|form| (form.place)(about) == place))
}
