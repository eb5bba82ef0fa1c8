//! Whose clocks cannot be right. Nothing is decided by them: a time that cannot be is shown as doubtful, and the person whose clock
//! stands apart from the others' is told.
//!
//! A time cannot be if it is in this tab's future, or lies before what its event builds on by more than some minutes. Any one clock
//! may be wrong, so what an event builds on is believed where two others agree on it, or this tab itself, or, where there is only one
//! other, that one. This tab's own clock is believed until more than half of those it hears from, and two at least, contradict it in one
//! direction; of two alone the log cannot say whose is wrong. What others write *now* is told from what only arrives
//! now by what it builds on: an event that builds on one that this tab has just written is from after that.
//!
//! Each event is looked at once, with what it directly builds on: three times are kept of the past of each.

use std::sync::Arc;

use litemap::LiteMap;
use paceline_room::{
    Ix, Log, NodeId, Tree,
    fold::Key,
    log::{ChainIx, Entry},
};

/// How far clocks may stand apart, in milliseconds: most are set by the network, the others are looked at by people.
const APART_MS: u64 = 5 * 60_000;
/// Of how many authors is known how their clocks stand.
const HEARD: usize = 64;
/// Times kept of each event's past: two others' remain beside its author's own.
const KEPT: usize = 3;

/// The latest times that different authors named in the past of an event, the latest first.
type Latest = [Option<(ChainIx, u64)>; KEPT];

/// How clocks stand, as far as the log tells.
#[derive(Debug, Default)]
pub struct Clocks {
    pasts: Vec<Latest>,
    doubtful: Tree<Key, ()>,
    /// What was here when this tab began to look.
    before: Option<usize>,
    /// By how much each of those heard from stands ahead of this tab, in milliseconds; 0 if not by much.
    ahead: LiteMap<NodeId, i64>,
    /// By how much the others stand ahead of this tab, once more than half of them say so, and two at least.
    others: Option<i64>,
    /// What was known to be added to this tab's clock when events were last looked at.
    known: i64,
}

impl Clocks {
    /// Looks at the events that are new. `now` is the time as far as it is known, `clock` what this tab's clock says. Returns the
    /// events whose time cannot be.
    pub fn look(&mut self, log: &Log, me: NodeId, now: u64, clock: u64) -> Tree<Key, ()> {
        let before = *self.before.get_or_insert(log.len());
        let known = (now as i64).saturating_sub(clock as i64);
        let mut changed = known.abs_diff(self.known) > APART_MS;
        if changed {
            self.known = known;
        }
        for (ix, entry) in log.entries_after(self.pasts.len()) {
            let past = past(log, entry, &self.pasts);
            if entry.event.author != me {
                let believed = self.others.is_some();
                self.hear(log, (ix, entry), me, now, before);
                changed |= believed != self.others.is_some();
            }
            self.judge(log, (ix, entry), &past, me, now);
            self.pasts.push(with(past, entry.chain, entry.event.at));
        }
        // With another idea of the time everything is looked at again.
        if changed {
            self.doubtful = Tree::default();
            for (ix, entry) in log.entries() {
                let past = past(log, entry, &self.pasts);
                self.judge(log, (ix, entry), &past, me, now);
            }
        }
        self.doubtful.clone()
    }

    /// By how much the others stand ahead of this tab, if that is clear.
    pub fn others(&self) -> Option<i64> {
        self.others
    }

    /// How the clock of another stands to this tab's, if this event tells.
    fn hear(&mut self, log: &Log, (ix, entry): (Ix, &Entry), me: NodeId, now: u64, before: usize) {
        let at = entry.event.at;
        let mine = own_before(log, ix, me).filter(|own| own.0 as usize >= before).map(|own| log.entry(own).event.at);
        // What was written here by a clock known to be ahead says nothing of others.
        let mine = mine.filter(|mine| *mine <= now.saturating_add(APART_MS));
        let ahead = match mine {
            _ if at > now.saturating_add(APART_MS) => at.saturating_sub(now) as i64,
            Some(mine) if at.saturating_add(APART_MS) < mine => -(mine.saturating_sub(at) as i64),
            None if at.saturating_add(APART_MS) < now => return,
            _ => 0,
        };
        if self.ahead.len() < HEARD || self.ahead.contains_key(&entry.event.author) {
            self.ahead.insert(entry.event.author, ahead);
        }
        let ahead = if ahead == 0 { self.others } else { Some(ahead) };
        let agree = |ahead: &i64| self.ahead.values().filter(|it| it.signum() == ahead.signum()).count();
        self.others = ahead.filter(|it| agree(it) >= 2 && agree(it) * 2 > self.ahead.len());
    }

    fn judge(&mut self, log: &Log, (ix, entry): (Ix, &Entry), past: &Latest, me: NodeId, now: u64) {
        let event = &entry.event;
        let latest = now.saturating_add_signed(self.others.unwrap_or_default()).saturating_add(APART_MS);
        let floor = if event.author == me { None } else { self.floor(log, (ix, entry), past, me, latest) };
        if event.at > latest || floor.is_some_and(|floor| event.at.saturating_add(APART_MS) < floor) {
            self.doubtful.insert(entry.key(), Arc::new(()));
        }
    }

    /// The latest time that is believed of what an event builds on.
    fn floor(&self, log: &Log, (ix, entry): (Ix, &Entry), past: &Latest, me: NodeId, latest: u64) -> Option<u64> {
        let mut others = past.iter().flatten().filter(|(chain, _)| *chain != entry.chain).map(|(_, at)| *at);
        let first = others.next();
        let agreed = others.next().or(first).filter(|at| *at <= latest);
        let own = own_before(log, ix, me).filter(|_| self.others.is_none()).map(|own| log.entry(own).event.at);
        agreed.max(own.filter(|at| *at <= latest))
    }
}

/// The latest own event in the past of another.
fn own_before(log: &Log, ix: Ix, me: NodeId) -> Option<Ix> {
    let (number, chain) = log.chains_of(&me).last()?;
    chain.events.get((log.seen_of_chain(ix, number) as usize).checked_sub(1)?).copied()
}

fn past(log: &Log, entry: &Entry, pasts: &[Latest]) -> Latest {
    let seen = entry.event.seen().filter_map(|cid| pasts.get(log.find(cid)?.0 as usize));
    seen.flatten().flatten().fold([None; KEPT], |past, (chain, at)| with(past, *chain, *at))
}

/// With one more time; one of an author stays.
fn with(mut past: Latest, chain: ChainIx, at: u64) -> Latest {
    let mut one = Some((chain, at));
    for it in &mut past {
        let Some((carried, when)) = one else { break };
        match it {
            // Its own earlier one goes, be it for itself or for one that it has moved down.
            Some((other, then)) if *other == chain => {
                *it = Some((carried, if carried == chain { when.max(*then) } else { when }));
                one = None;
            }
            Some((_, then)) if *then >= when => {}
            _ => std::mem::swap(it, &mut one),
        }
    }
    past
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use paceline_room::{Cid, Keypair, body::Retracted, testing::founding};

    use super::*;

    const HOUR: u64 = 3_600_000;
    const NOON: u64 = 1_800_000_000_000;

    /// A room in which each builds on all there is, at the time its clock says.
    struct Room {
        log: Log,
        keys: Vec<Keypair>,
    }

    impl Room {
        fn new(people: u8) -> Self {
            let keys: Vec<_> = (0..people).map(|it| Keypair::from_secret([it + 1; 32])).collect();
            let founding = founding("A room", [0; 16]);
            let draft = Log::founding_draft(keys[0].node(), NOON, founding.into());
            let (cid, event, block) = draft.sign(&keys[0]).expect("a founding event");
            let mut log = Log::new(cid);
            log.admit_verified(cid, event, block.into()).expect("admitted");
            Self { log, keys }
        }

        fn me(&self) -> NodeId {
            self.keys[0].node()
        }

        fn write(&mut self, who: usize, at: u64) -> Cid {
            let body = Retracted { post: self.log.room(), alone: false };
            let (cid, event, block) =
                self.log.draft(self.keys[who].node(), at, body.into()).sign(&self.keys[who]).expect("valid");
            self.log.admit_verified(cid, event, block.into()).expect("admitted");
            cid
        }
    }

    /// What a tab sees whose clock says so, and that knows no better.
    fn see(clocks: &mut Clocks, room: &Room, me: NodeId, clock: u64) -> BTreeSet<Cid> {
        named(&clocks.look(&room.log, me, clock, clock))
    }

    fn named(events: &Tree<Key, ()>) -> BTreeSet<Cid> {
        events.entries().map(|((_, cid), _)| *cid).collect()
    }

    #[test]
    fn where_the_time_is_known_an_own_clock_that_is_off_is_seen_through() {
        let (mut room, mut clocks) = (Room::new(2), Clocks::default());
        let look = |clocks: &mut Clocks, room: &Room, now: u64| {
            named(&clocks.look(&room.log, room.me(), now, NOON + 27 * HOUR))
        };
        see(&mut clocks, &room, room.me(), NOON + 26 * HOUR);
        let own = room.write(0, NOON + 26 * HOUR);
        room.write(1, NOON + 60_000);
        assert!(!see(&mut clocks, &room, room.me(), NOON + 27 * HOUR).contains(&own));
        assert_eq!(look(&mut clocks, &room, NOON + HOUR), [own].into(), "as soon as it is known, and it alone");
        room.write(1, NOON + 120_000);
        assert_eq!(look(&mut clocks, &room, NOON + HOUR), [own].into());
    }

    #[test]
    fn of_two_alone_each_believes_itself_and_neither_is_told() {
        let mut room = Room::new(2);
        let (ann, bob) = (room.me(), room.keys[1].node());
        let mut clocks = [Clocks::default(), Clocks::default()];
        let look = |clocks: &mut [Clocks; 2], room: &Room, now: u64| {
            [see(&mut clocks[0], room, ann, now), see(&mut clocks[1], room, bob, now + 26 * HOUR)]
        };
        look(&mut clocks, &room, NOON);
        let ahead = room.write(1, NOON + 60_000 + 26 * HOUR);
        let right = room.write(0, NOON + 120_000);
        let doubtful = look(&mut clocks, &room, NOON + 120_000);
        assert_eq!(doubtful.map(|it| it.iter().copied().collect::<Vec<_>>()), [vec![ahead], vec![right]]);
        assert!(clocks.iter().all(|it| it.others().is_none()));
    }

    #[test]
    fn what_is_ahead_by_a_day_is_doubtful_and_nobody_else_is() {
        let (mut room, mut clocks) = (Room::new(3), Clocks::default());
        see(&mut clocks, &room, room.me(), NOON);
        let (mut ahead, mut right) = (BTreeSet::new(), BTreeSet::new());
        for turn in 1..20 {
            let now = NOON + turn * 60_000;
            ahead.insert(room.write(1, now + 26 * HOUR));
            right.insert(room.write(2, now));
            right.insert(room.write(0, now));
            assert_eq!(see(&mut clocks, &room, room.me(), now), ahead);
        }
        assert_eq!(clocks.others(), None, "this tab's clock is right: one of two says otherwise");
        assert_eq!(right.len(), 38);
    }

    #[test]
    fn what_lies_before_what_it_builds_on_is_doubtful() {
        let (mut room, mut clocks) = (Room::new(4), Clocks::default());
        room.write(1, NOON + 1_000);
        room.write(2, NOON + 2_000);
        let behind = room.write(3, NOON - 26 * HOUR);
        room.write(1, NOON + 3_000);
        // Some minutes are nothing to speak of, and one clock that is ahead puts nobody else in doubt.
        room.write(2, NOON - 200_000);
        room.write(3, NOON + 10 * HOUR);
        room.write(2, NOON + 4_000);
        let all = see(&mut clocks, &room, NodeId::from_bytes([9; 32]), NOON + 20 * HOUR);
        assert_eq!(all, [behind].into(), "seen by somebody who has written nothing, much later");
    }

    #[test]
    fn the_one_whose_clock_is_off_learns_it_and_doubts_itself() {
        for off in [26 * HOUR as i64, -26 * HOUR as i64] {
            let (mut room, mut clocks) = (Room::new(3), Clocks::default());
            see(&mut clocks, &room, room.me(), NOON.saturating_add_signed(off));
            let mut own = BTreeSet::new();
            for turn in 1..5 {
                let now = NOON + turn * 60_000;
                own.insert(room.write(0, now.saturating_add_signed(off)));
                room.write(1, now);
                room.write(2, now);
                let doubtful = see(&mut clocks, &room, room.me(), now.saturating_add_signed(off));
                assert_eq!(clocks.others(), Some(-off));
                if off > 0 {
                    assert_eq!(doubtful, own, "with the others' time its own are in the future");
                }
            }
        }
    }

    #[test]
    fn what_only_arrives_late_says_nothing_of_anybodys_clock() {
        let (mut room, mut clocks) = (Room::new(3), Clocks::default());
        see(&mut clocks, &room, room.me(), NOON + 50 * HOUR);
        room.write(1, NOON + HOUR);
        room.write(2, NOON + 2 * HOUR);
        assert!(see(&mut clocks, &room, room.me(), NOON + 50 * HOUR).is_empty());
        assert_eq!(clocks.others(), None);
    }

    #[test]
    fn of_each_author_one_time_is_kept_and_the_latest_three() {
        let upto = |chains: &[(u32, u64)]| {
            let kept = chains.iter().fold([None; KEPT], |past, (chain, at)| with(past, ChainIx(*chain), *at));
            kept.iter().flatten().map(|(chain, at)| (chain.0, *at)).collect::<Vec<_>>()
        };
        assert_eq!(upto(&[(0, 5), (1, 9), (0, 7), (2, 1), (3, 8), (1, 2)]), [(1, 9), (3, 8), (0, 7)]);
        assert_eq!(upto(&[(3, 8), (0, 7), (0, 10)]), [(0, 10), (3, 8)]);
        assert_eq!(upto(&[(1, 9), (3, 8), (0, 7), (0, 10)]), [(0, 10), (1, 9), (3, 8)]);
    }
}
