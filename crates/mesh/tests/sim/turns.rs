//! Who has been here for long does not wait behind a flood of new keys when a node catches up, however large the flood.

use paceline_room::{Cid, Stored, testing::hostile::Scene};

use crate::world::{ME, Pair};

/// Slices of checking and folding that an honest author's event may wait: what was asked for before it was known of, from the
/// one neighbour there is, and the turns of the others.
const MOST: usize = 40;

/// Eight people have talked for so many events, which both nodes hold; then one node alone hears a flood of first events, written by
/// so many new keys (one key writes twins), and three events of the first of the eight, who has not seen the flood and has replied to a newcomer.
struct Room {
    held: Vec<Stored>,
    all: Vec<Stored>,
    honest: Vec<Cid>,
    scene: Scene,
}

impl Room {
    fn new(talk: usize, flood: usize, keys: usize) -> Self {
        let mut scene = Scene::new();
        (0..talk).for_each(|turn| _ = scene.write(1 + turn % 8, scene.introduced()));
        let held = scene.blocks().to_vec();
        let tip = held.last().expect("the founding event at least").cid;
        let author = scene.node(1);
        let chain = scene.log.chains_of(&author).last().expect("it wrote").1;
        let mut prev = scene.log.entry(*chain.events.last().expect("it wrote")).cid;
        // On the founding event, so that it comes first in order of depth.
        (0..flood).for_each(|event| _ = scene.join(1_000 + event % keys, &[scene.room()]));
        let newcomer = scene.join(99, &[tip]);
        let mut honest = Vec::new();
        for _ in 0..3 {
            let parents = if honest.is_empty() { vec![newcomer] } else { vec![] };
            let draft = scene.draft_on(1, Some(prev), &parents, scene.introduced());
            prev = scene.put(1, draft);
            honest.push(prev);
        }
        Self { held, all: scene.blocks().to_vec(), honest, scene }
    }

    /// The second node catches up; in which slice it has the last of the honest events.
    fn waits(mut self) -> usize {
        let keys = [self.scene.keypair(ME), self.scene.keypair(91)];
        let mut pair = Pair::of(self.scene.room(), keys);
        let flood = self.all.len() - self.held.len();
        pair.load(0, self.all);
        pair.load(1, self.held);
        pair.slice_time = 4;
        pair.link();
        // Neither drops the other or refuses anything: the pair would panic.
        pair.settle(120_000);
        assert_eq!(pair.events(0), pair.events(1));
        let waits = self.honest.iter().map(|cid| pair.admitted[1][cid]).max().expect("some");
        println!("beside {flood} new events: {waits} of {} slices", pair.slices[1]);
        assert!(pair.slices[1] >= flood / 16, "the flood was taken in");
        waits
    }
}

#[test]
fn beside_a_flood_that_is_reconciled_an_honest_event_waits_as_long_as_beside_a_small_one() {
    for keys in [1, 20_000] {
        let small = Room::new(3_000, 5_000, keys.min(5_000)).waits();
        let large = Room::new(3_000, 20_000, keys).waits();
        assert!(small <= MOST && large <= MOST, "{small} and {large} slices");
    }
}

#[test]
fn beside_a_flood_that_is_streamed_an_honest_event_waits_as_long_as_beside_a_small_one() {
    for keys in [1, 20_000] {
        let small = Room::new(400, 5_000, keys.min(5_000)).waits();
        let large = Room::new(400, 20_000, keys).waits();
        assert!(small <= MOST && large <= MOST, "{small} and {large} slices");
    }
}
