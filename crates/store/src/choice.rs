//! Which key a tab writes with, as far as it can be decided without a browser.

use paceline_room::{Cid, NodeId, sorted};

use crate::records::{KeyRecord, UnixMillis};

/// After so long the person is asked whether to go on under the name used last: computers are shared.
pub const ASK_AFTER_MILLIS: u64 = 12 * 60 * 60 * 1_000;
/// What extra tabs left behind may be cleared when it was not used for so long.
pub const STALE_AFTER_MILLIS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// How a tab came by its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It is the one this tab had before it was reloaded.
    Kept,
    /// It is the one used last in this browser and free.
    Resumed {
        /// Last used so long ago that the person should be asked whether to go on with it.
        asked: bool,
    },
    /// It is new.
    New,
}

/// A key to try, best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) record: KeyRecord,
    pub(crate) how: How,
}

/// The keys of this room that a tab may try, in this order. `session`: the node this tab had before.
pub(crate) fn attempts(
    records: Vec<KeyRecord>,
    (room, db_key): (Cid, &[u8; 32]),
    session: Option<NodeId>,
    now: UnixMillis,
) -> Vec<Attempt> {
    let mut fitting: Vec<_> =
        records.into_iter().filter(|it| it.whole && it.room == room && it.db_key == *db_key).collect();
    sorted::short_list(&mut fitting, |it| (Some(it.node()) != session, std::cmp::Reverse(it.used), it.node()));
    let attempt = |record: KeyRecord| {
        let how = if Some(record.node()) == session {
            How::Kept
        } else {
            How::Resumed { asked: now.saturating_sub(record.used) > ASK_AFTER_MILLIS }
        };
        Attempt { record, how }
    };
    fitting.into_iter().map(attempt).collect()
}

/// Whether a node's own events, given by `seq`, are all there: none missing up to the last, and that is no lower than the
/// highest ever committed. If not, the node must not write again; it takes a new key.
pub fn chain_is_whole(own: impl IntoIterator<Item = u64>, high_water: Option<u64>) -> bool {
    let own = sorted::set(own);
    // A split author has two events with one number; numbers are what must not have gaps.
    let gapless = own.iter().zip(0..).all(|(seq, expected)| *seq == expected);
    gapless && own.last().copied() >= high_water
}

/// The keys that extra tabs left behind: unused for long, and never the last used of their room.
pub(crate) fn stale(records: &[KeyRecord], now: UnixMillis) -> Vec<&KeyRecord> {
    let newest = |of: &KeyRecord| {
        let same = records.iter().filter(|it| (it.room, it.db_key) == (of.room, of.db_key) && it.whole);
        same.max_by_key(|it| (it.used, it.node())).map(KeyRecord::node)
    };
    let old = records.iter().filter(|it| now.saturating_sub(it.used) > STALE_AFTER_MILLIS);
    old.filter(|it| newest(it) != Some(it.node())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 24 * 60 * 60 * 1_000;

    fn room() -> Cid {
        Cid::of(b"room")
    }

    fn key(n: u8, used: UnixMillis) -> KeyRecord {
        KeyRecord::new([n; 32], room(), [0; 32], used)
    }

    fn order(records: Vec<KeyRecord>, session: Option<NodeId>, now: UnixMillis) -> Vec<(u8, How)> {
        let attempts = attempts(records, (room(), &[0; 32]), session, now);
        attempts.iter().map(|it| (it.record.secret[0], it.how)).collect()
    }

    #[test]
    fn a_reloaded_tab_tries_its_own_key_first_then_the_last_used() {
        let records = vec![key(1, 10), key(2, 30), key(3, 20)];
        let resumed = How::Resumed { asked: false };
        assert_eq!(order(records.clone(), Some(key(1, 0).node()), 40), [(1, How::Kept), (2, resumed), (3, resumed)]);
        assert_eq!(order(records.clone(), None, 40), [(2, resumed), (3, resumed), (1, resumed)]);
        assert_eq!(order(records, Some(key(9, 0).node()), 40)[0], (2, resumed), "a forgotten key is not tried");
    }

    #[test]
    fn after_half_a_day_the_person_is_asked_who_is_there() {
        let asked = |now| order(vec![key(1, 1_000)], None, now)[0].1;
        assert_eq!(asked(1_000 + ASK_AFTER_MILLIS), How::Resumed { asked: false });
        assert_eq!(asked(1_001 + ASK_AFTER_MILLIS), How::Resumed { asked: true });
        assert_eq!(asked(0), How::Resumed { asked: false }, "a clock that went back asks nothing");
        assert_eq!(order(vec![key(1, 0)], Some(key(1, 0).node()), DAY)[0].1, How::Kept, "a reload never asks");
    }

    #[test]
    fn keys_of_other_rooms_other_secrets_or_broken_chains_are_not_tried() {
        let other_room = KeyRecord { room: Cid::of(b"other"), ..key(1, 9) };
        let other_secret = KeyRecord { db_key: [1; 32], ..key(2, 9) };
        let broken = KeyRecord { whole: false, ..key(3, 9) };
        assert_eq!(order(vec![other_room, other_secret, broken.clone()], Some(broken.node()), 10), []);
    }

    #[test]
    fn a_chain_with_a_gap_or_a_lost_end_is_not_whole() {
        assert!(chain_is_whole([], None));
        assert!(chain_is_whole([0, 1, 2], Some(2)));
        assert!(chain_is_whole([2, 0, 1], Some(1)), "the mark is written after the commit and may lag");
        assert!(chain_is_whole([0, 1, 1, 2], None), "a twin leaves no gap");
        assert!(!chain_is_whole([0, 2], None));
        assert!(!chain_is_whole([1, 2], Some(2)));
        assert!(!chain_is_whole([0, 1], Some(2)));
        assert!(!chain_is_whole([], Some(0)));
    }

    #[test]
    fn only_old_keys_are_stale_and_never_the_last_of_a_room() {
        let now = 100 * DAY;
        let records = [key(1, 50 * DAY), key(2, 60 * DAY), key(3, 65 * DAY)];
        let names = |records: &[KeyRecord]| stale(records, now).iter().map(|it| it.secret[0]).collect::<Vec<_>>();
        assert_eq!(names(&records), [1, 2]);
        assert_eq!(names(&[key(1, 50 * DAY), key(2, 99 * DAY)]), [1]);
        let alone = KeyRecord { room: Cid::of(b"other"), ..key(4, 0) };
        assert_eq!(names(&[key(1, 99 * DAY), alone]), [0_u8; 0]);
        let broken = KeyRecord { whole: false, ..key(3, 65 * DAY) };
        assert_eq!(names(&[key(1, 50 * DAY), broken]), [3], "a key that must not write again keeps no place");
    }
}
