//! What capabilities add to a post: what can be made of it, one action each, and what is told beside it. A table each.

use std::{collections::HashMap, rc::Rc};

use paceline_room::Cid;

use super::{
    batons,
    card::{Around, Sources},
    promises,
};
use crate::session::Place;

pub use super::at_post::{Act, Mark, Marks};

/// All that can be made of a post, in the order in which it is offered.
pub static ACTS: &[Act] = &[promises::DO_THIS, batons::OPEN_FOR];

/// What is told beside posts.
pub static MARKS: &[Marks] = &[promises::marks];

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
