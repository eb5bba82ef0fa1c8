//! A link as it behaves.

use crate::{Lane, replica::Millis};

/// Bytes that a lane carries in a millisecond.
const BYTES_PER_MILLI: usize = 1_000;

/// The link of two nodes: reliable and ordered within a lane while it is up (like yamux), with delay and limited bandwidth.
#[derive(Debug, Default)]
pub struct Line {
    epoch: u64,
    up: bool,
    /// Per direction and lane: when the last message arrives.
    last: [[Millis; 2]; 2],
}

impl Line {
    /// Whether it is up.
    pub fn is_up(&self) -> bool {
        self.up
    }

    /// Counts the times it came up or went: what was sent in another one than this is lost.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Whether what was sent in this epoch still arrives.
    pub fn carries(&self, epoch: u64) -> bool {
        self.up && self.epoch == epoch
    }

    /// It comes up. `false`: it was.
    pub fn open(&mut self, now: Millis) -> bool {
        let was = std::mem::replace(&mut self.up, true);
        if !was {
            (self.epoch, self.last) = (self.epoch + 1, [[now; 2]; 2]);
        }
        !was
    }

    /// It goes, with all that is on its way. `false`: it was gone.
    pub fn close(&mut self) -> bool {
        let was = std::mem::replace(&mut self.up, false);
        self.epoch += u64::from(was);
        was
    }

    /// When a message of so many bytes arrives that cannot be there before `soonest`: after all that was sent before it in its
    /// direction and on its lane.
    pub fn arrival(&mut self, forth: bool, lane: Lane, bytes: usize, soonest: Millis) -> Millis {
        let [one, other] = &mut self.last;
        let [live, bulk] = if forth { other } else { one };
        let last = if lane == Lane::Bulk { bulk } else { live };
        *last = (*last).max(soonest) + (bytes / BYTES_PER_MILLI) as Millis;
        *last
    }
}
