//! What the snapshot before had of something that is looked at anew only when something came that may matter to it.

use std::rc::Rc;

use paceline_room::fold::Lists;

/// As it was.
pub struct Before<'a, T> {
    /// How many events there were.
    pub events: usize,
    /// What was said and done.
    pub lists: &'a Lists,
    /// What was shown.
    pub shown: &'a Rc<[T]>,
}
