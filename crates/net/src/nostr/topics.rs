//! Under which topics members meet: a new one each UTC day, with a new throw-away key. For [`AROUND_MIDNIGHT`] before and after
//! midnight the neighbour day's is listened to as well, so that clocks may differ by that much.

use litemap::LiteMap;
use paceline_mesh::replica::Millis;

use super::{
    event::{Event, ThrowAway},
    wire,
};
use crate::keys::{DAY_MS, RoomKeys, day_of, hex};

/// How long before and after midnight both days count.
pub(crate) const AROUND_MIDNIGHT: Millis = 3 * 60 * 60 * 1000;
/// Tries for a key; each fails once in 2^128.
const KEY_TRIES: usize = 4;

/// One day's.
pub(crate) struct Topic {
    name: String,
    author: ThrowAway,
}

/// Those that count now.
pub(crate) struct Topics {
    keys: RoomKeys,
    random: fn(&mut [u8]),
    days: LiteMap<u64, Topic>,
    today: u64,
}

impl Topics {
    pub(crate) fn new(keys: RoomKeys, random: fn(&mut [u8]), wall: u64) -> Self {
        let mut topics = Self { keys, random, days: LiteMap::new(), today: day_of(wall) };
        topics.turn(wall);
        topics
    }

    /// Says whether other days count now. `wall`: Unix milliseconds.
    pub(crate) fn turn(&mut self, wall: u64) -> bool {
        self.today = day_of(wall);
        let (first, last) =
            (day_of(wall.saturating_sub(AROUND_MIDNIGHT)), day_of(wall.saturating_add(AROUND_MIDNIGHT)));
        let before: Vec<u64> = self.days.keys().copied().collect();
        self.days.retain(|day, _| (first..=last).contains(day));
        for day in first..=last {
            if !self.days.contains_key(&day)
                && let Some(author) = self.new_author()
            {
                self.days.insert(day, Topic { name: hex(&self.keys.topic(day)), author });
            }
        }
        before != self.days.keys().copied().collect::<Vec<_>>()
    }

    /// When [`Self::turn`] is to be called again, in milliseconds from `wall`.
    pub(crate) const fn turns_in(wall: u64) -> Millis {
        let of_day = wall % DAY_MS;
        let after = if of_day < AROUND_MIDNIGHT {
            AROUND_MIDNIGHT
        } else if of_day < DAY_MS - AROUND_MIDNIGHT {
            DAY_MS - AROUND_MIDNIGHT
        } else {
            DAY_MS
        };
        after - of_day
    }

    fn new_author(&self) -> Option<ThrowAway> {
        let mut secret = [0; 32];
        (0..KEY_TRIES).find_map(|_| {
            (self.random)(&mut secret);
            ThrowAway::from_secret(&secret)
        })
    }

    /// The days that count, and the topic of each.
    pub(crate) fn all(&self) -> impl Iterator<Item = (u64, &str)> {
        self.days.iter().map(|(day, topic)| (*day, topic.name.as_str()))
    }

    /// The topic of a day that counts.
    pub(crate) fn name(&self, day: u64) -> Option<&str> {
        self.days.get(&day).map(|topic| topic.name.as_str())
    }

    /// An event under today's topic.
    pub(crate) fn event(&self, envelope: &[u8], wall: u64) -> Option<Event> {
        let topic = self.days.get(&self.today)?;
        let mut aux = [0; 32];
        (self.random)(&mut aux);
        topic.author.event(&topic.name, wire::to_content(envelope), wall / 1000, &aux)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use paceline_room::Cid;

    use super::*;
    use crate::link::RoomLink;

    const HOUR: u64 = 60 * 60 * 1000;

    thread_local! {
        static RANDOM: Cell<u8> = const { Cell::new(0) };
    }

    fn random(bytes: &mut [u8]) {
        RANDOM.set(RANDOM.get() + 1);
        bytes.fill(RANDOM.get());
    }

    fn topics(wall: u64) -> Topics {
        let link = RoomLink { room: Cid::of(b"a room"), secret: [7; 32] };
        Topics::new(RoomKeys::new(&link), random, wall)
    }

    fn days(topics: &Topics) -> Vec<u64> {
        topics.all().map(|(day, _)| day).collect()
    }

    #[test]
    fn around_midnight_both_days_are_listened_to() {
        let mut topics = topics(10 * DAY_MS + 12 * HOUR);
        assert_eq!(days(&topics), [10]);
        assert!(!topics.turn(10 * DAY_MS + 21 * HOUR - 1));
        assert!(topics.turn(10 * DAY_MS + 21 * HOUR));
        assert_eq!(days(&topics), [10, 11]);
        assert!(!topics.turn(11 * DAY_MS), "midnight itself changes only where one speaks");
        assert!(topics.turn(11 * DAY_MS + 3 * HOUR));
        assert_eq!(days(&topics), [11]);
    }

    #[test]
    fn clocks_three_hours_apart_hear_each_other_at_any_time() {
        for minute in (0..48 * 60).step_by(20) {
            let wall = 10 * DAY_MS + minute * 60_000;
            let (early, late) = (topics(wall), topics(wall + AROUND_MIDNIGHT));
            assert!(days(&early).contains(&late.today) && days(&late).contains(&early.today), "minute {minute}");
            RANDOM.set(0);
        }
    }

    #[test]
    fn it_turns_exactly_when_the_days_change() {
        for (hour, next) in [(0, 3), (2, 1), (3, 18), (12, 9), (20, 1), (21, 3), (23, 1)] {
            assert_eq!(Topics::turns_in(10 * DAY_MS + hour * HOUR), next * HOUR, "at {hour}");
        }
    }

    #[test]
    fn two_days_share_neither_topic_nor_key_and_a_day_keeps_its_own() {
        let mut topics = topics(10 * DAY_MS + 22 * HOUR);
        let before = topics.event(b"x", 0).unwrap();
        topics.turn(11 * DAY_MS + 1);
        let after = topics.event(b"x", 0).unwrap();
        assert_ne!((&before.pubkey, &before.tags), (&after.pubkey, &after.tags));
        assert_ne!(before.pubkey, after.pubkey);
        assert_ne!(before.tags, after.tags);
        topics.turn(11 * DAY_MS + 2 * HOUR);
        assert_eq!(topics.event(b"x", 0).unwrap().pubkey, after.pubkey);
    }
}
