//! Which relays of a long list a room uses: all its members the same, other rooms others. Pure.
//!
//! Every relay gets a score from the room's secret and its address (rendezvous hashing: Thaler, Ravishankar 1996), and the list is
//! read from the highest score on. So the order in which a list is written means nothing, and lists that differ in an entry differ
//! in that entry only. A node uses the shortest beginning of that order in which [`CHOSEN_RELAYS`] relays are of use to it. What is of no
//! use is still tried, ever more rarely, and once it is back what came in its place is let go.
//!
//! **Who meets.** What works for one need not work for another: networks block, relays refuse addresses. Let A and B be what works
//! for two members, c the first in order that works for both. A member uses c if fewer than five of its relays come before it, and
//! those work for it alone. So two members meet whenever a relay works for both and neither has five that work for it alone; lists
//! that lack some of each other's entries are the same case. Whoever hears nobody reads further, a relay at a time, up to
//! [`MOST_RELAYS`]: then it is enough that one of the *others'* five works for it, and that fewer than ten work for it alone before that.

use paceline_mesh::replica::Millis;
use paceline_room::sorted;

use crate::keys::{RoomKeys, mac};

/// So many relays of a list serve a room at a time.
pub const CHOSEN_RELAYS: usize = 5;
/// So many at most serve a node that hears nobody.
pub(crate) const MOST_RELAYS: usize = 10;
/// How long nobody is heard before one more is asked, each time.
pub(crate) const LONELY_AFTER: Millis = 2 * 60_000;
/// Those that came in others' place are let go once these have served for so long.
pub(crate) const RELEASE_AFTER: Millis = 60_000;

impl RoomKeys {
    /// A list of relays in this room's order, each once.
    pub fn order_of(&self, relays: &[String]) -> Vec<String> {
        let mut order: Vec<_> = relays.iter().map(|url| (mac(&self.relays, &[url.as_bytes()]), url.clone())).collect();
        sorted::short_list(&mut order, |(score, _)| std::cmp::Reverse(*score));
        order.dedup();
        order.into_iter().map(|(_, url)| url).collect()
    }
}

/// How many relays of the list should serve a node that has heard nobody for so long.
pub(crate) fn wanted(lonely: Millis) -> usize {
    let more = usize::try_from(lonely / LONELY_AFTER).unwrap_or(MOST_RELAYS);
    CHOSEN_RELAYS.saturating_add(more).min(MOST_RELAYS)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use paceline_room::Cid;
    use proptest::prelude::*;

    use super::*;
    use crate::link::RoomLink;

    fn keys(secret: [u8; 32]) -> RoomKeys {
        RoomKeys::new(&RoomLink { room: Cid::of(b"a room"), secret })
    }

    fn list(length: usize) -> Vec<String> {
        (0..length).map(|n| format!("wss://relay-{n}.example/")).collect()
    }

    /// What a member uses for whom these work: the rule, without time.
    fn used(order: &[String], works: &BTreeSet<String>, wanted: usize) -> BTreeSet<String> {
        order.iter().filter(|url| works.contains(*url)).take(wanted).cloned().collect()
    }

    #[test]
    fn the_order_is_the_one_that_an_independent_hmac_gives() {
        let order = keys([7; 32]).order_of(&list(6));
        let numbers: Vec<&str> = order.iter().map(|url| &url[12..13]).collect();
        assert_eq!(numbers, EXPECTED);
    }

    /// From an independent HKDF and HMAC of ten lines over Python's `hmac` and `hashlib`.
    const EXPECTED: [&str; 6] = ["2", "4", "3", "1", "5", "0"];

    #[test]
    fn it_waits_before_it_asks_more_and_asks_no_more_than_so_many() {
        let at = [0, LONELY_AFTER - 1, LONELY_AFTER, 3 * LONELY_AFTER, 5 * LONELY_AFTER, Millis::MAX];
        assert_eq!(at.map(wanted), [5, 5, 6, 8, 10, 10]);
    }

    #[test]
    fn rooms_spread_over_the_list() {
        let list = list(30);
        let mut uses = vec![0_u32; list.len()];
        for room in 0..600_u16 {
            let mut secret = [0; 32];
            secret[..2].copy_from_slice(&room.to_be_bytes());
            for url in keys(secret).order_of(&list).into_iter().take(CHOSEN_RELAYS) {
                uses[list.iter().position(|it| *it == url).unwrap()] += 1;
            }
        }
        // A hundred each on average, binomial: a standard deviation is nine.
        assert!(uses.iter().all(|uses| (55..=145).contains(uses)), "{uses:?}");
    }

    proptest! {
        #[test]
        fn the_order_of_the_list_means_nothing_and_lists_that_differ_agree_on_the_rest(
            secret in any::<[u8; 32]>(),
            shuffled in Just(list(30)).prop_shuffle(),
            without in proptest::collection::btree_set(0_usize..30, 0..6),
        ) {
            let keys = keys(secret);
            let order = keys.order_of(&list(30));
            prop_assert_eq!(&keys.order_of(&shuffled), &order);
            let twice: Vec<String> = shuffled.iter().chain(&list(30)).cloned().collect();
            prop_assert_eq!(&keys.order_of(&twice), &order);
            let missing: BTreeSet<String> = without.iter().map(|n| format!("wss://relay-{n}.example/")).collect();
            let shorter: Vec<String> = shuffled.into_iter().filter(|url| !missing.contains(url)).collect();
            let expected: Vec<String> = order.into_iter().filter(|url| !missing.contains(url)).collect();
            prop_assert_eq!(keys.order_of(&shorter), expected);
        }

        /// The claim of this module, over any two sets that work.
        #[test]
        fn two_members_meet_when_one_works_for_both_and_neither_has_five_for_itself(
            secret in any::<[u8; 32]>(),
            both in proptest::collection::btree_set(0_usize..30, 1..30),
            only in proptest::collection::btree_set(0_usize..30, 0..8),
        ) {
            let order = keys(secret).order_of(&list(30));
            let only: Vec<usize> = only.difference(&both).copied().collect();
            let (mine, others) = only.split_at(only.len() / 2);
            let works = |more: &[usize]| -> BTreeSet<String> {
                both.iter().chain(more).map(|n| format!("wss://relay-{n}.example/")).collect()
            };
            prop_assert!(mine.len() < CHOSEN_RELAYS && others.len() < CHOSEN_RELAYS);
            let (a, b) = (used(&order, &works(mine), CHOSEN_RELAYS), used(&order, &works(others), CHOSEN_RELAYS));
            prop_assert!(a.intersection(&b).next().is_some(), "{a:?} {b:?}");
        }

        /// Whoever hears nobody reads on: then it is enough that fewer than ten work for it alone before one of the others' five.
        #[test]
        fn who_reads_on_meets_who_does_not(
            secret in any::<[u8; 32]>(),
            works in proptest::collection::btree_set(0_usize..30, 5..30),
            blocked in proptest::collection::btree_set(0_usize..30, 0..5),
            alone in proptest::collection::btree_set(0_usize..30, 0..6),
        ) {
            let order = keys(secret).order_of(&list(30));
            let url = |n: &usize| format!("wss://relay-{n}.example/");
            let listener: BTreeSet<String> = works.iter().map(url).collect();
            // Up to four of the listener's do not work for the newcomer, and up to five others do.
            let newcomer: BTreeSet<String> =
                works.difference(&blocked).chain(alone.difference(&works).take(5)).map(url).collect();
            let heard = used(&order, &listener, CHOSEN_RELAYS);
            let asked = used(&order, &newcomer, MOST_RELAYS);
            prop_assert!(asked.intersection(&heard).next().is_some(), "{asked:?} {heard:?}");
        }
    }
}
