//! Which envelopes are new: judged by echoes and counters, never by clocks (they may be hours off).
//!
//! Each node names its present *run* in all it writes. An envelope **to** a node must echo that node's present run, so
//! what was recorded in an earlier run is stale; and each run counts its envelopes, so what was read once is not read again.
//! An envelope **for everybody** echoes nothing: one recorded before this node came online passes as new, and therefore
//! causes nothing but an attempt to connect, which the run it names would have to answer.

use paceline_room::{
    NodeId,
    cost::{self, BTreeMap},
};

use crate::envelope::{Content, Run};

/// How many runs of others are remembered; the one unheard for longest goes first.
pub const MAX_RUNS: usize = 512;
/// How many runs of one node are remembered, so that no node pushes out the others'.
pub const MAX_RUNS_PER_NODE: usize = 4;
/// Counters this far behind the highest seen count as seen.
const WINDOW: u64 = 128;

/// The envelope was read before, or was written to an earlier run of this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the envelope was sent before")]
pub struct Replayed;

impl Replayed {
    /// The stable code under which it is counted.
    pub const CODE: &'static str = "replayed-envelope";
}

/// What one node remembers of others' runs.
#[derive(Debug)]
pub struct Freshness {
    run: Run,
    count: u64,
    clock: u64,
    most: usize,
    seen: BTreeMap<(NodeId, Run), Seen>,
    /// The same by when they were heard last, which says who goes first.
    heard: BTreeMap<u64, (NodeId, Run)>,
}

/// The counters of one run: the highest, and which of the [`WINDOW`] up to it were used (bit 0: the highest).
#[derive(Debug, Clone, Copy)]
struct Seen {
    highest: u64,
    used: u128,
    touched: u64,
}

impl Freshness {
    /// For a run of this node, named by random bytes.
    pub fn new(run: Run) -> Self {
        Self::remembering(MAX_RUNS, run)
    }

    /// The same, remembering at most so many runs.
    pub(crate) fn remembering(most: usize, run: Run) -> Self {
        Self { run, count: 0, clock: 0, most, seen: BTreeMap::new(), heard: BTreeMap::new() }
    }

    /// This node's run.
    pub fn run(&self) -> Run {
        self.run
    }

    /// The count of the next own envelope.
    pub fn next_count(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// Accepts an envelope that was opened, once.
    pub fn accept(&mut self, content: &Content) -> Result<(), Replayed> {
        if content.to.is_some() && content.echo.map(|echo| echo.into_array()) != Some(self.run) {
            return Err(Replayed);
        }
        cost::ground(|| self.seen.keys());
        self.clock += 1;
        let key = (content.from, content.run.into_array());
        let touched = self.clock;
        match self.seen.get_mut(&key) {
            Some(seen) => {
                self.heard.remove(&seen.touched);
                self.heard.insert(touched, key);
                seen.touched = touched;
                seen.use_count(content.count)
            }
            None => {
                self.make_room(content.from);
                self.seen.insert(key, Seen { highest: content.count, used: 1, touched });
                self.heard.insert(touched, key);
                Ok(())
            }
        }
    }

    fn make_room(&mut self, node: NodeId) {
        let (mut own, mut oldest) = (0, None);
        for (_, seen) in self.seen.range((node, [0; 16])..=(node, [255; 16])) {
            own += 1;
            oldest = Some(oldest.map_or(seen.touched, |it: u64| it.min(seen.touched)));
        }
        if own < MAX_RUNS_PER_NODE {
            let is_full = self.seen.len() >= self.most;
            oldest = self.heard.first_key_value().map(|(touched, _)| *touched).filter(|_| is_full);
        }
        if let Some(key) = oldest.and_then(|touched| self.heard.remove(&touched)) {
            self.seen.remove(&key);
        }
    }
}

impl Seen {
    fn use_count(&mut self, count: u64) -> Result<(), Replayed> {
        if count > self.highest {
            let ahead = count - self.highest;
            self.used = if ahead < WINDOW { self.used << ahead } else { 0 } | 1;
            self.highest = count;
            return Ok(());
        }
        let behind = self.highest - count;
        if behind >= WINDOW || self.used & (1 << behind) != 0 {
            return Err(Replayed);
        }
        self.used |= 1 << behind;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use paceline_room::{Cid, Keypair};
    use proptest::prelude::*;
    use serde_bytes::{ByteArray, ByteBuf};

    use super::*;

    const MINE: Run = [1; 16];

    fn node(n: u8) -> NodeId {
        Keypair::from_secret([n; 32]).node()
    }

    fn for_all(from: NodeId, run: Run, count: u64) -> Content {
        Content {
            room: Cid::of(b"a room"),
            from,
            to: None,
            session: None,
            run: ByteArray::new(run),
            count,
            echo: None,
            body: ByteBuf::new(),
        }
    }

    fn to_me(count: u64, echo: Option<Run>) -> Content {
        Content { to: Some(node(1)), echo: echo.map(ByteArray::new), ..for_all(node(2), [2; 16], count) }
    }

    #[test]
    fn an_envelope_is_read_once() {
        let mut fresh = Freshness::new(MINE);
        assert_eq!(fresh.accept(&to_me(1, Some(MINE))), Ok(()));
        assert_eq!(fresh.accept(&to_me(1, Some(MINE))), Err(Replayed));
        let hello = for_all(node(3), [3; 16], 1);
        assert_eq!(fresh.accept(&hello), Ok(()));
        assert_eq!(fresh.accept(&hello), Err(Replayed));
    }

    #[test]
    fn what_echoes_an_earlier_run_or_none_is_stale() {
        let mut fresh = Freshness::new(MINE);
        assert_eq!(fresh.accept(&to_me(1, Some([9; 16]))), Err(Replayed));
        assert_eq!(fresh.accept(&to_me(2, None)), Err(Replayed));
    }

    #[test]
    fn envelopes_that_overtake_one_another_are_all_read() {
        let mut fresh = Freshness::new(MINE);
        for count in [5, 3, 4, 1, 200, 73] {
            assert_eq!(fresh.accept(&to_me(count, Some(MINE))), Ok(()), "{count}");
        }
        assert_eq!(fresh.accept(&to_me(72, Some(MINE))), Err(Replayed), "out of the window");
    }

    #[test]
    fn a_new_run_of_the_same_node_starts_over() {
        let mut fresh = Freshness::new(MINE);
        assert_eq!(fresh.accept(&for_all(node(2), [2; 16], 7)), Ok(()));
        assert_eq!(fresh.accept(&for_all(node(2), [3; 16], 7)), Ok(()));
    }

    #[test]
    fn a_node_with_many_runs_pushes_out_only_its_own() {
        let mut fresh = Freshness::new(MINE);
        let other = for_all(node(3), [3; 16], 1);
        fresh.accept(&other).unwrap();
        for n in 0..200 {
            fresh.accept(&for_all(node(2), [n; 16], 1)).unwrap();
        }
        assert_eq!(fresh.seen.len(), 1 + MAX_RUNS_PER_NODE);
        assert_eq!(fresh.accept(&other), Err(Replayed));
    }

    #[test]
    fn memory_is_bounded() {
        let mut fresh = Freshness::new(MINE);
        for n in 0..MAX_RUNS + 50 {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&(n as u64).to_be_bytes());
            fresh.accept(&for_all(NodeId::from_bytes(key), [0; 16], 1)).unwrap();
        }
        assert_eq!(fresh.seen.len(), MAX_RUNS);
    }

    #[test]
    fn somebody_new_costs_the_same_whoever_is_remembered() {
        let mut fresh = Freshness::new(MINE);
        let mut hear = |n: u64| {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&n.to_be_bytes());
            let content = for_all(NodeId::from_bytes(key), [0; 16], 1);
            cost::of(|| fresh.accept(&content).is_ok())
        };
        let costs: Vec<_> = (0..2 * MAX_RUNS as u64).map(&mut hear).collect();
        assert!(costs.iter().all(|(new, cost)| *new && *cost <= 8), "{:?}", costs.iter().max());
        // Who is heard again stays; the one unheard for longest goes.
        let heard_again = MAX_RUNS as u64;
        assert!(!hear(heard_again).0);
        assert!((0..MAX_RUNS as u64 - 1).all(|n| hear(10_000 + n).0));
        assert!(!hear(heard_again).0 && hear(heard_again + 1).0);
        assert_eq!(fresh.heard.len(), fresh.seen.len());
    }

    proptest! {
        #[test]
        fn no_count_is_accepted_twice(counts in proptest::collection::vec(0u64..400, 1..300)) {
            let mut fresh = Freshness::new(MINE);
            let mut accepted = std::collections::BTreeSet::new();
            for count in counts {
                if fresh.accept(&to_me(count, Some(MINE))).is_ok() {
                    prop_assert!(accepted.insert(count));
                }
            }
        }
    }
}
