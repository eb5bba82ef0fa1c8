//! When a snapshot is taken, and what stays as it was.

use std::{ops::RangeInclusive, rc::Rc};

use paceline_mesh::replica::Millis;
use paceline_room::Fold;

/// Silence after which a step-in is offered, if the room's form does not say, in seconds.
const DEFAULT_GRACE: u32 = 30;
/// What a form may say, in seconds: whoever founds a room can neither have a short drop look like a departure, nor keep everybody
/// from stepping in for years.
const GRACE: RangeInclusive<u32> = 5..=3_600;

/// In an incident somebody may step in for who has said nothing for so long, in milliseconds: two beacons are missing. That it takes no
/// longer is what an incident is for, whichever form its room has.
pub(super) const UNHEARD: Millis = 10_000;

/// For how long a holder has to be silent before somebody may step in, in milliseconds.
pub fn grace(fold: &Fold) -> Millis {
    let said = fold.values().map_or(DEFAULT_GRACE, |it| it.grace);
    u64::from(said.clamp(*GRACE.start(), *GRACE.end())) * 1_000
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

#[cfg(test)]
mod tests {
    use paceline_room::{
        body::{FormValues, RoomFounded},
        testing::{World, founding},
    };

    use super::*;

    #[test]
    fn whatever_a_room_was_founded_with_somebody_may_step_in_neither_at_once_nor_after_years() {
        for (said, counts) in [(0, 5_000), (5, 5_000), (30, 30_000), (3_600, 3_600_000), (u32::MAX, 3_600_000)] {
            let founded = founding("A room", [0; 16]);
            let values = FormValues { grace: said, ..founded.values };
            let log = World::founded_by(1, RoomFounded { values, ..founded }.into()).whole();
            let mut fold = Fold::default();
            log.entries().for_each(|(ix, _)| _ = fold.apply(&log, ix));
            assert_eq!(grace(&fold), counts);
        }
        assert_eq!(grace(&Fold::default()), 30_000);
    }
}
