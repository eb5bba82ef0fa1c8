//! What it costs, in processor time alone, to open a room from storage and to join it: two replicas with an instant
//! link. Prints JSON lines: `cargo run --release -p paceline-mesh --example join -- [events] [authors]`.
#![expect(clippy::disallowed_methods)] // a benchmark reads the clock; the crate does not

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use paceline_mesh::{Input, Output, Replica};
use paceline_room::testing::World;

/// Events a driver works off in one slice.
const SLICE: usize = 64;

struct Node {
    replica: Replica,
    spent: Duration,
    /// The longest single call.
    longest: Duration,
}

impl Node {
    fn timed(&mut self, call: impl FnOnce(&mut Replica) -> Vec<Output>) -> Vec<Output> {
        let start = Instant::now();
        let outputs = call(&mut self.replica);
        let took = start.elapsed();
        self.spent += took;
        self.longest = self.longest.max(took);
        outputs
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|it| it.parse::<usize>().expect("a number"));
    let (events, authors) = (arguments.next().unwrap_or(10_000), arguments.next().unwrap_or(8));
    let mut world = World::new(1);
    for nth in 1..events {
        let (last, next) = (nth % authors, (nth + 1) % authors);
        world.post(last, "A line of about the length of a line that people write in a meeting, on the whole");
        world.send(last, next);
    }
    let blocks = world.blocks();
    let mut nodes = [90, 91].map(|author| Node {
        replica: Replica::new(world.room(), world.keypair(author)),
        spent: Duration::ZERO,
        longest: Duration::ZERO,
    });
    let start = Instant::now();
    assert!(nodes[0].replica.load(blocks.clone()).is_empty(), "good blocks");
    println!(r#"{{"bench":"mesh-load","events":{},"ms":{}}}"#, blocks.len(), start.elapsed().as_millis());
    let bytes = join(&mut nodes, &world);
    assert_eq!(nodes[1].replica.log().len(), blocks.len(), "the newcomer holds everything");
    for (node, name) in nodes.iter().zip(["holder", "newcomer"]) {
        println!(
            r#"{{"bench":"mesh-join","node":"{name}","events":{},"bytes":{bytes},"ms":{},"longest_call_ms":{:.1}}}"#,
            blocks.len(),
            node.spent.as_millis(),
            node.longest.as_secs_f64() * 1_000.0,
        );
    }
}

/// Links the two and runs until nothing is left to do; returns the bytes that were sent.
fn join(nodes: &mut [Node; 2], world: &World) -> usize {
    let keys = [world.author(90), world.author(91)];
    let mut inputs = VecDeque::from([(0, Input::LinkUp(keys[1])), (1, Input::LinkUp(keys[0]))]);
    let mut bytes_sent = 0;
    loop {
        let (at, outputs) = if let Some((at, input)) = inputs.pop_front() {
            (at, nodes[at].timed(|replica| replica.handle(input, 0)))
        } else if let Some(at) = [0, 1].into_iter().find(|at| nodes[*at].replica.has_work()) {
            (at, nodes[at].timed(|replica| replica.work(SLICE, 0)))
        } else {
            return bytes_sent;
        };
        for output in outputs {
            match output {
                Output::Send { lane, bytes, .. } => {
                    bytes_sent += bytes.len();
                    inputs.push_back((1 - at, Input::Received { peer: keys[at], lane, bytes }));
                }
                Output::Store(blocks) => {
                    let words = blocks.iter().filter_map(|it| it.words.as_ref().map(|(name, _)| *name));
                    inputs.push_back((at, Input::Stored(blocks.iter().map(|it| it.cid).chain(words).collect())));
                }
                _ => {}
            }
        }
    }
}
