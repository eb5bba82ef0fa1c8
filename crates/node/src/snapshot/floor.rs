//! The meeting that goes on, as far as it is said and not written: raised hands, the time that runs, who asks to wait.

use std::{collections::BTreeSet, rc::Rc};

use paceline_mesh::{Replica, replica::Millis};
use paceline_room::{Cid, NodeId, limits};

use super::when::same;

/// An end that moves by less than this stays where it is shown, in milliseconds: messages take that long.
const SAME_END: Millis = 250;

/// What is said of the meeting that goes on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Floor {
    /// Who raises a hand, in their order: each person once, by the node that did so first.
    pub hands: Rc<[NodeId]>,
    /// Who asks to wait with the reveal of which round.
    pub waits: Rc<[(NodeId, Cid)]>,
    /// The time that runs or is over; none where none was set, or it was stopped, or nobody here knows when it ends.
    pub timer: Option<Countdown>,
}

/// Time that was given in a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Countdown {
    /// The event that set it.
    pub set: Cid,
    /// What for.
    pub about: Option<Cid>,
    /// How long it was set to, in seconds.
    pub seconds: u64,
    /// When it is over, by the clock of the node's inputs, in milliseconds.
    pub ends: Millis,
}

impl Countdown {
    /// Whole seconds that are left at that time: one that has begun counts.
    pub fn left(&self, now: Millis) -> u64 {
        self.ends.saturating_sub(now).div_ceil(1_000)
    }
}

impl Floor {
    pub(super) fn follow(&self, replica: &Replica) -> Self {
        let (joined, mut persons) = (replica.fold().joined(), BTreeSet::new());
        let mut hands = replica.hands();
        hands.retain(|it| persons.insert(joined.home_of(*it)));
        let timer = countdown(replica).map(|now| match self.timer {
            Some(before) if before.set == now.set && before.ends.abs_diff(now.ends) < SAME_END => before,
            _ => now,
        });
        Self { hands: same(&self.hands, hands), waits: same(&self.waits, replica.waits()), timer }
    }
}

fn countdown(replica: &Replica) -> Option<Countdown> {
    // Of several meetings it takes a look at everybody to find the one that is shown.
    let mut open = replica.fold().meetings().open.iter().take(limits::MEETINGS_AT_ONCE);
    open.find(|it| it.timer.as_ref().is_some_and(|it| it.seconds > 0))?;
    let meeting = replica.fold().meeting_now(replica.log())?.leading;
    let timer = meeting.timer.as_ref().filter(|it| it.seconds > 0)?;
    let ends = replica.ends(timer)?;
    Some(Countdown { set: timer.set.1, about: timer.about, seconds: timer.seconds, ends })
}
