//! What this node answers when asked for blocks: pages of everything, and blocks by name. Pure functions of log, words
//! and request, each bounded in bytes, so that a small request never makes a large queue.

use std::sync::Arc;

use paceline_room::{
    Cid, Ix, Log,
    cost::{BTreeMap, BTreeSet, looking},
};
use serde_bytes::{ByteArray, ByteBuf};

use crate::{
    index::Index,
    wire::{AHEAD_CIDS, BULK_BYTES, Blocks, Bulk, Cids, Item, Key, NEWEST, Page, Since, Want},
};

/// Words blocks at hand, by name.
pub type WordsMap = BTreeMap<Cid, Arc<[u8]>>;

/// Bytes of blocks on one page or in one answer: room is left in the message for what stands around them.
const FILL_BYTES: usize = BULK_BYTES - 64 * 1024;
/// Events on one page.
const PAGE_EVENTS: usize = 1024;
/// Bytes sent in answer to one request; what does not fit is asked for again.
pub const ANSWER_BYTES: usize = 1024 * 1024;
/// Chains of one author that are looked through: who writes twins is left to reconciliation.
const AHEAD_CHAINS: usize = 4;
/// What names and heads need around a block or two, at most.
const AROUND: usize = 24;

/// The event and its words in the shape they travel in.
pub fn item(log: &Log, ix: Ix, words: &WordsMap) -> Item {
    let entry = log.entry(ix);
    let words = entry.event.body.words().and_then(|cid| words.get(&cid));
    Item(ByteBuf::from(entry.block.to_vec()), words.map(|words| ByteBuf::from(words.to_vec())))
}

fn bytes_of(item: &Item) -> usize {
    item.0.len() + item.1.as_ref().map_or(0, |words| words.len()) + AROUND
}

/// The page after `after`, and whether more follow.
pub fn page(log: &Log, index: &mut Index, words: &WordsMap, after: &Key) -> (Page, bool) {
    let (keys, rest) = index.after(after, PAGE_EVENTS);
    let (mut items, mut bytes, mut last) = (Vec::new(), 0, *after);
    for key in keys {
        let Some(ix) = log.find(&key.1) else { continue };
        let item = item(log, ix, words);
        bytes += bytes_of(&item);
        if bytes > FILL_BYTES {
            break;
        }
        items.push(item);
        last = key;
    }
    let left = rest - items.len();
    (Page(items, left as u64, last.0, ByteArray::new(*last.1.digest())), left > 0)
}

/// The newest posts that fit into one message, of so many named newest first; in order of display.
pub fn newest<'a>(log: &Log, words: &WordsMap, posts: impl Iterator<Item = &'a Cid>) -> Vec<Item> {
    let mut bytes = 0;
    let items = posts.take(NEWEST).filter_map(|cid| log.find(cid)).map(|ix| item(log, ix, words));
    let mut items: Vec<Item> = items
        .take_while(|item| {
            bytes += bytes_of(item);
            bytes <= FILL_BYTES
        })
        .collect();
    items.reverse();
    items
}

/// What answering a version vector costs at most, found out for nothing.
pub fn ahead_cost(since: &Since) -> usize {
    since.1.len() * 64 + AHEAD_CIDS * 32
}

/// What there is beyond a version vector, one of each author in turn, each author's in order.
pub fn ahead(log: &Log, since: &Since) -> Cids {
    let mut chains: Vec<std::slice::Iter<'_, Ix>> = Vec::new();
    for (short, seq) in since.0.0.iter().zip(&since.1) {
        let Some(author) = log.author_of(short) else { continue };
        for (_, chain) in log.chains_of(&author).take(AHEAD_CHAINS) {
            let known = chain.events.partition_point(|ix| log.entry(*ix).event.seq < *seq);
            chains.extend(chain.events.get(known..).map(|rest| rest.iter()));
        }
    }
    let mut names = Vec::new();
    while !chains.is_empty() {
        chains.retain_mut(|chain| match looking(chain).next() {
            Some(ix) if names.len() < AHEAD_CIDS => {
                names.push(log.entry(*ix).cid);
                true
            }
            _ => false,
        });
    }
    Cids(names)
}

/// What answering a request costs, found out for little: at least the bytes of all blocks that are sent.
pub fn cost(log: &Log, words: &WordsMap, want: &Want) -> usize {
    let Want(_, events, lone) = want;
    let of_words = |cid: Cid| words.get(&cid).map_or(0, |block| block.len() + AROUND);
    let event = |cid: &Cid| {
        let entry = log.entry(log.find(cid)?);
        Some(entry.block.len() + AROUND + entry.event.body.words().map_or(0, of_words))
    };
    let blocks = events.0.iter().filter_map(event).chain(lone.0.iter().map(|cid| of_words(*cid)));
    blocks.sum::<usize>().min(ANSWER_BYTES) + (events.0.len() + lone.0.len()) * 32
}

/// The answers to a request.
pub fn blocks(log: &Log, words: &WordsMap, want: &Want) -> Vec<Bulk> {
    let Want(serial, events, lone) = want;
    // In the order asked for: whoever asks says what is to come first, should there be no room for all.
    let (mut found, mut absent, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for cid in &events.0 {
        match log.find(cid) {
            Some(ix) if seen.insert(ix) => found.push(ix),
            Some(_) => {}
            None => absent.push(*cid),
        }
    }
    let mut answers = Vec::new();
    let mut open = Blocks(*serial, Vec::new(), Vec::new(), Cids::default(), false);
    let (mut bytes, mut total) = (0, 0);
    let mut close = |open: &mut Blocks, bytes: &mut usize| {
        let next = Blocks(*serial, Vec::new(), Vec::new(), Cids::default(), false);
        answers.push(std::mem::replace(open, next));
        *bytes = 0;
    };
    for ix in found {
        let item = item(log, ix, words);
        let size = bytes_of(&item);
        if total + size > ANSWER_BYTES {
            break;
        }
        if bytes + size > FILL_BYTES {
            close(&mut open, &mut bytes);
        }
        (bytes, total) = (bytes + size, total + size);
        open.1.push(item);
    }
    for cid in &lone.0 {
        let Some(block) = words.get(cid) else {
            absent.push(*cid);
            continue;
        };
        let size = block.len() + AROUND;
        if total + size > ANSWER_BYTES {
            break;
        }
        if bytes + size > FILL_BYTES {
            close(&mut open, &mut bytes);
        }
        (bytes, total) = (bytes + size, total + size);
        open.2.push(ByteBuf::from(block.to_vec()));
    }
    if bytes + absent.len() * 32 > FILL_BYTES {
        close(&mut open, &mut bytes);
    }
    open.3 = Cids(absent);
    open.4 = true;
    answers.push(open);
    answers.into_iter().map(Bulk::Blocks).collect()
}

#[cfg(test)]
mod tests {
    use paceline_room::testing::World;

    use super::*;

    #[test]
    fn an_answer_costs_no_less_than_its_blocks_and_is_known_before_it_is_made() {
        let mut world = World::new(91);
        (0..40).for_each(|number| _ = world.post(1, &format!("words of number {number}")));
        let (log, stored) = (world.whole(), world.blocks());
        let words: WordsMap = stored.iter().filter_map(|it| it.words.clone()).collect();
        let mut cids: Vec<Cid> = stored.iter().map(|it| it.cid).collect();
        cids.push(Cid::of(b"not here"));
        let want = Want(1, Cids(cids), Cids(words.keys().copied().collect()));
        let sent: usize = blocks(&log, &words, &want)
            .iter()
            .map(|answer| {
                let Bulk::Blocks(Blocks(_, events, lone, absent, _)) = answer else { return 0 };
                let lone: usize = lone.iter().map(|block| block.len()).sum();
                events.iter().map(bytes_of).sum::<usize>() + lone + absent.0.len() * 32
            })
            .sum();
        let cost = cost(&log, &words, &want);
        assert!(sent > 0 && cost >= sent && cost <= sent + 100 * 64, "{cost} for {sent}");
    }
}
