//! How fast blocks are checked and admitted, beside bare signature verification in the same run: signatures one by one and in batches
//! of several sizes, and all that is done with what is received. Prints JSON lines, one a measurement:
//! `cargo run --release -p paceline-room --example ingest -- [events] [authors]`.

use std::{hint::black_box, time::Instant};

use ed25519_dalek::{Signature, VerifyingKey};
use paceline_room::{
    Cid, Event, Fold, Log, NodeId, Stored,
    batch::{Batch, Batcher, LOT, MOST, Verdict},
    testing::World,
};

/// Each figure is the median of so many runs.
const RUNS: usize = 5;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|it| it.parse::<usize>().expect("a number"));
    let (events, authors) = (arguments.next().unwrap_or(10_000), arguments.next().unwrap_or(8));
    let (room, blocks) = write(events, authors);
    let bytes: usize = blocks.iter().map(|it| it.block.len()).sum();
    println!(r#"{{"bench":"room-ingest","events":{events},"authors":{authors},"bytes":{bytes}}}"#);

    let message = vec![7; bytes / events];
    let signed: Vec<_> = (0..authors)
        .map(|i| {
            let keypair = World::new(1).keypair(i);
            let key = VerifyingKey::from_bytes(keypair.node().as_bytes()).expect("a public key");
            (key, Signature::from_bytes(&keypair.sign(&message)))
        })
        .collect();
    let floor = rate("verify-bare", events, || {
        for (key, signature) in (0..events).filter_map(|i| signed.get(i % authors)) {
            key.verify_strict(&message, signature).expect("a good signature");
        }
    });
    together(events, &signed, &message);
    let decode = rate("decode", events, || {
        blocks.iter().for_each(|it| drop(black_box(Event::decode(&it.block).expect("a valid block"))));
    });
    let admit = rate("admit", events, || {
        let mut log = Log::new(room);
        blocks.iter().for_each(|it| drop(log.admit(&it.block).expect("a valid block")));
        assert_eq!(log.len(), blocks.len());
    });
    let load = rate("load", events, || {
        let mut log = Log::new(room);
        for it in &blocks {
            let event = Event::decode(&it.block).expect("a valid block");
            log.admit_verified(it.cid, event, it.block.clone()).expect("a valid block");
        }
    });
    let receive = rate("receive", events, || assert_eq!(receive(room, &blocks).len(), blocks.len()));
    memory(room, &blocks, bytes);
    println!(
        r#"{{"bench":"room-ingest","admit_to_bare_verify":{:.3},"decode_to_bare_verify":{:.3},"load_to_bare_verify":{:.3},"receive_to_bare_verify":{:.3}}}"#,
        admit / floor,
        decode / floor,
        load / floor,
        receive / floor
    );
}

/// The rule of rooms: one by one, and in batches.
fn together(events: usize, signed: &[(VerifyingKey, Signature)], message: &[u8]) {
    let of = |(key, signature): &(VerifyingKey, Signature)| (NodeId::from_bytes(key.to_bytes()), signature.to_bytes());
    let signed: Vec<_> = signed.iter().map(of).collect();
    let keys: Vec<_> = signed.iter().map(|(author, _)| author.verifier().expect("a public key")).collect();
    let all = || signed.iter().zip(&keys).cycle().take(events);
    rate("verify-alone", events, || assert!(all().all(|((_, signature), key)| key.verify(message, signature))));
    for size in [16, 64, LOT, MOST] {
        let batcher = Batcher::new([1; 32]);
        rate(&format!("verify-{size}-together"), events, || {
            let mut all = all().peekable();
            while all.peek().is_some() {
                let mut batch = Batch::default();
                for ((author, signature), key) in all.by_ref().take(size) {
                    batch.push(author, Some(key), message, signature);
                }
                assert!(batcher.check(&batch).iter().all(|it| *it == Verdict::Good));
            }
        });
    }
}

/// All that is done with what comes: read, verified together, admitted, folded.
fn receive(room: Cid, blocks: &[Stored]) -> Log {
    let (mut log, mut fold, batcher) = (Log::new(room), Fold::default(), Batcher::new([1; 32]));
    for portion in blocks.chunks(MOST) {
        let mut batch = Batch::default();
        let mut read = Vec::with_capacity(portion.len());
        for it in portion {
            let unverified = log.read(&it.cid, &it.block).expect("a valid block");
            unverified.join(&it.block, &mut batch);
            read.push(unverified);
        }
        for ((it, unverified), verdict) in portion.iter().zip(read).zip(batcher.check(&batch)) {
            let event = unverified.judged(verdict).expect("a good signature");
            log.admit_verified(it.cid, event, it.block.clone()).expect("a valid block");
            let ix = log.find(&it.cid).expect("it was admitted");
            black_box(fold.apply(&log, ix));
        }
    }
    log
}

/// A room in which everybody posts in turn, having seen all before.
fn write(events: usize, authors: usize) -> (Cid, Vec<Stored>) {
    let mut world = World::new(1);
    for nth in 1..events {
        let (last, next) = (nth % authors, (nth + 1) % authors);
        world.post(last, "A post of some length, as people write them: one sentence, or two.");
        world.send(last, next);
    }
    (world.room(), world.blocks())
}

/// What log and fold take beside the encoded events and words they were made from, as the system sees it. Of several
/// copies the last counts: the first ones use up what earlier runs have left free.
fn memory(room: Cid, blocks: &[Stored], bytes: usize) {
    const COPIES: usize = 6;
    let words: usize = blocks.iter().filter_map(|it| it.words.as_ref()).map(|(_, block)| block.len()).sum();
    let (mut kept, mut of_log, mut of_fold) = (Vec::new(), 0.0, 0.0);
    for _ in 0..COPIES {
        let Some(before) = resident() else { return };
        let mut log = Log::new(room);
        for it in blocks {
            log.admit(&it.block).expect("a valid block");
        }
        let between = resident().unwrap_or(before);
        let mut fold = Fold::default();
        for it in blocks {
            let ix = log.find(&it.cid).expect("it was admitted");
            black_box(fold.apply(&log, ix));
            if let Some((cid, block)) = &it.words {
                assert!(fold.words(&log, *cid, block));
            }
        }
        (of_log, of_fold) = (between - before, resident().unwrap_or(between) - between);
        kept.push((log, fold));
    }
    let (of_log, of_both) = (of_log / bytes as f64, (of_log + of_fold) / (bytes + words) as f64);
    println!(
        r#"{{"bench":"room-ingest","log_memory_to_encoded":{of_log:.2},"log_and_fold_memory_to_encoded":{of_both:.2}}}"#
    );
}

/// Bytes of this process in memory, where the system tells (Linux).
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? * 1024.0)
}

/// Runs it and prints its median rate, which it returns.
#[expect(clippy::disallowed_methods)] // a benchmark reads the clock; the crate does not
fn rate(what: &str, events: usize, mut run: impl FnMut()) -> f64 {
    let mut rates: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            events as f64 / start.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    let (least, median, most) = (rates[0], rates[RUNS / 2], rates[RUNS - 1]);
    println!(
        r#"{{"bench":"room-ingest","what":"{what}","per_second":{median:.0},"least":{least:.0},"most":{most:.0}}}"#
    );
    median
}
