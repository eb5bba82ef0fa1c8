//! How much of what one peer or one author sends is worked off, and when patience ends.
//!
//! Valid events over budget wait; they are never a reason to drop a link, or one member's flood would make honest peers
//! drop one another. What is refused is a reason. All figures are guesses, generous to people and to scripts that act
//! like people, and say so.

use crate::time::Millis;

/// A bucket that fills steadily and pays for what is let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// In thousandths, so that slow rates fill evenly.
    level: u64,
    /// When it was last filled.
    filled: Millis,
}

/// How a kind of bucket behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// What a bucket holds at most.
    pub burst: u64,
    /// What a new bucket holds.
    pub first: u64,
    /// What flows in each second.
    pub per_second: u64,
}

impl Rate {
    /// The same for what may lie before it is read (`LYING`) and then comes all at once: what flows in is saved up for so long. A new
    /// bucket holds no more than before.
    pub const fn saved(self) -> Self {
        Self { burst: self.burst + self.per_second * LYING / 1_000, ..self }
    }
}

/// How long what a neighbour sends may lie before this node reads it, at most: a page was frozen, a machine slept. Nobody is to blame
/// for that. Guess: until then a link is given up.
pub const LYING: Millis = 60_000;

/// New events pushed by one neighbour. Guess: a busy room of fifty writes 10 a second; a fourfold burst is let through.
pub const FORWARDER: Rate = Rate { burst: 2_000, first: 2_000, per_second: 200 };
/// New events by one author. Guess: a script that posts as fast as it can is slowed to what readers can bear.
pub const AUTHOR: Rate = Rate { burst: 400, first: 100, per_second: 40 };
/// New events by authors new to the room, together: fresh keys are free, so they must not multiply. Guess: a room of
/// fifty that opens at once introduces itself in one go.
pub const NEWCOMERS: Rate = Rate { burst: 400, first: 400, per_second: 20 };
/// Events after which an author is no longer new.
pub const NEWCOMER_EVENTS: usize = 3;
/// Bytes of what was refused, by the peer that sent it. Guess: a few dozen small mistakes an hour, or a few large ones.
pub const REFUSED: Rate = Rate { burst: 512 * 1024, first: 512 * 1024, per_second: 512 };
/// What a refused message or block costs at least, so that tiny ones count too.
pub const REFUSED_LEAST: u64 = 1024;
/// Beacons passed here by one neighbour, its own included. Guess: it passes on what fifty nodes say twice a second, and
/// twice as much. What is more is not looked at.
pub const BEACONS: Rate = Rate { burst: 1_000, first: 1_000, per_second: 200 };
/// The same, of which none is held against the neighbour.
pub const BEACONS_BORNE: Rate = BEACONS.saved();
/// Beacons of others that this node passes on over one link: well below what a neighbour may pass here, or two members who say much
/// would make honest nodes drop the one that passes it on. What waits is sent later, and of each node the latest alone.
pub const RELAYED: Rate = Rate { burst: 500, first: 500, per_second: 100 };
/// Bytes of work asked of this node by one peer (rounds, requests): answers to 8 MiB a second after a burst of 64.
pub const SERVED: Rate = Rate { burst: 64 << 20, first: 64 << 20, per_second: 8 << 20 };

/// Events that go ahead because a known author's event builds on them, of one peer. Guess: a request's worth at once, what people
/// write in a minute each minute. Who builds on a flood of new keys waits for it, and can be read meanwhile.
pub const TAKEN_ALONG: Rate = Rate { burst: 512, first: 512, per_second: 8 };

/// Bytes of relayed messages passed on for one neighbour. Guess: to introduce two nodes takes a dozen relayed messages and 8
/// KiB, both ways together; a newcomer meets thirty at once.
pub const RELAYED_FOR_ONE: Rate = Rate { burst: 256 * 1024, first: 256 * 1024, per_second: 16 * 1024 };
/// Bytes of relayed messages, own ones too, that go over one link: a quarter of what its live lane holds, and so much more than one
/// neighbour may fill that a few floods leave some for the others.
pub const RELAYED_OUT: Rate = Rate { burst: 512 * 1024, first: 512 * 1024, per_second: 64 * 1024 };
/// Bytes of relayed messages that come over one link. Twice what an honest node sends: whoever sends more means no good.
pub const RELAYED_IN: Rate = Rate { burst: 1024 * 1024, first: 1024 * 1024, per_second: 128 * 1024 }.saved();
/// What a relayed message costs at least, so that tiny ones count too.
pub const RELAYED_LEAST: u64 = 512;

impl Bucket {
    /// A new bucket.
    pub const fn new(rate: Rate, now: Millis) -> Self {
        Self { level: rate.first * 1000, filled: now }
    }

    fn fill(&mut self, rate: Rate, now: Millis) {
        let gain = now.saturating_sub(self.filled).saturating_mul(rate.per_second);
        self.level = self.level.saturating_add(gain).min(rate.burst * 1000);
        self.filled = self.filled.max(now);
    }

    /// Takes `cost` if it is there.
    pub fn take(&mut self, rate: Rate, cost: u64, now: Millis) -> bool {
        self.fill(rate, now);
        let there = self.level >= cost * 1000;
        if there {
            self.level -= cost * 1000;
        }
        there
    }

    /// When `cost` will be there, nothing else being taken.
    pub fn ready_at(&self, rate: Rate, cost: u64) -> Millis {
        let lacks = (cost * 1000).saturating_sub(self.level);
        self.filled + lacks.div_ceil(rate.per_second.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 10, first: 4, per_second: 2 };

    #[test]
    fn a_bucket_lets_through_its_first_filling_then_its_rate() {
        let mut bucket = Bucket::new(RATE, 1000);
        assert!((0..4).all(|_| bucket.take(RATE, 1, 1000)));
        assert!(!bucket.take(RATE, 1, 1000));
        assert_eq!(bucket.ready_at(RATE, 1), 1500);
        assert!(!bucket.take(RATE, 1, 1499));
        assert!(bucket.take(RATE, 1, 1500));
    }

    #[test]
    fn a_bucket_never_holds_more_than_its_burst() {
        let mut bucket = Bucket::new(RATE, 0);
        assert!((0..10).all(|_| bucket.take(RATE, 1, 3_600_000)));
        assert!(!bucket.take(RATE, 1, 3_600_000));
    }

    #[test]
    fn a_clock_that_stands_still_fills_nothing() {
        let mut bucket = Bucket::new(RATE, 5000);
        assert!(bucket.take(RATE, 4, 5000));
        assert!(!bucket.take(RATE, 1, 4000));
        assert!(!bucket.take(RATE, 1, 5499));
    }
}
