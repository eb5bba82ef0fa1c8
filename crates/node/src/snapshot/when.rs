//! When a snapshot is taken, and what stays as it was.

use std::rc::Rc;

use paceline_mesh::replica::Millis;
use paceline_room::Fold;

/// Silence after which a step-in is offered, if the room's form does not say, in seconds.
const DEFAULT_GRACE: u32 = 30;

/// For how long a holder has to be silent before somebody may step in, in milliseconds.
pub fn grace(fold: &Fold) -> Millis {
    u64::from(fold.values().map_or(DEFAULT_GRACE, |it| it.grace)) * 1_000
}

/// When a snapshot is taken, and what its node cannot know by itself.
#[derive(Debug, Clone, Copy)]
pub struct When {
    /// By the clock of the node's inputs.
    pub now: Millis,
    /// What this machine's wall clock says, in Unix milliseconds.
    pub clock: u64,
    /// What time it is, as far as that is known otherwise.
    pub known: u64,
    /// It is rather this node that was cut off than the others: nobody's silence counts.
    pub cut_off: bool,
}

/// The earlier list if nothing in it changed.
pub(super) fn same<T: PartialEq>(before: &Rc<[T]>, now: Vec<T>) -> Rc<[T]> {
    if **before == *now { before.clone() } else { now.into() }
}
