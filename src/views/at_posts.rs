//! What capabilities add to a post: what can be made of it, one action each, and what is told beside it. A table each.

use paceline_room::Cid;

use super::{
    batons,
    card::{Around, Sources},
    decisions, later, promises,
};
use crate::session::Place;

pub use super::at_post::{Act, Mark, Marks};

/// All that can be made of a post, in the order in which it is offered.
pub static ACTS: &[Act] = &[promises::DO_THIS, decisions::DECIDE_THIS, later::TALK_LATER, batons::OPEN_FOR];

/// What is told beside posts.
pub static MARKS: &[Marks] = &[promises::marks, later::marks];

/// The marks at a post: so many at most, and how many there are.
pub fn marks(sources: &Sources, around: &Around, post: Cid, most: usize) -> (Vec<Mark>, usize) {
    let (mut all, mut count) = (Vec::new(), 0);
    for marks in MARKS {
        let (some, of) = marks(sources, around, post, most - all.len());
        all.extend(some);
        count += of;
    }
    (all, count)
}

/// The act whose words are written at that place.
pub fn act_at(place: Place) -> Option<usize> {
    let about = place.target()?;
    ACTS.iter().position(|act| act.form.as_ref().is_some_and(|form| (form.place)(about) == place))
}
