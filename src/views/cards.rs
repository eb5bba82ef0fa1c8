//! The table of cards: what stands on the road between posts, each kind from the capability that it belongs to. Where all of it
//! stands is decided by the order of the log alone.

use super::{batons, newer, promises};

pub use super::card::{Around, Kind, Moment, Sources};

/// All kinds of cards.
pub static KINDS: &[Kind] = &[batons::CARDS, promises::CARDS, newer::CARDS];

impl Sources {
    /// All moments, in the order of the log.
    pub fn moments(&self) -> Vec<Moment> {
        let mut all: Vec<_> = KINDS.iter().flat_map(|kind| (kind.moments)(self)).collect();
        // There may be thousands, of many batons in turn.
        all.sort_unstable_by_key(Moment::key);
        all
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use paceline_room::{
        Cid, NodeId,
        body::PostKind,
        fold::List,
        state::{Post, PromiseLists, UnknownEvent, WordsState},
    };
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::{
        super::stream::rows::{place, rows},
        *,
    };

    #[test]
    fn what_a_newer_version_wrote_stands_among_the_other_moments_by_the_order_of_the_log() {
        let newer = |name: u8, depth| {
            let (cid, author) = (Cid::from_digest([name; 32]), NodeId::from_bytes([name; 32]));
            Arc::new(UnknownEvent { cid, author, kind: "later".into(), at: 1, depth })
        };
        let deep = |name: u8, depth| {
            Arc::new(Post {
                cid: Cid::from_digest([name; 32]),
                author: NodeId::from_bytes([name; 32]),
                kind: PostKind::Update,
                words: WordsState::Here,
                text: None,
                reply_to: None,
                tags: vec![],
                mentions: vec![],
                at: 0,
                depth,
                edited: false,
                contested: false,
                late: false,
            })
        };
        let mut posts = List::default();
        [deep(1, 10), deep(2, 30)].into_iter().for_each(|it| posts.insert((it.depth, it.cid), it));
        let rows = rows(&posts, &[], |_| false, |at| at);
        let mut unknown = List::default();
        [newer(9, 40), newer(8, 20), newer(7, 20)].into_iter().for_each(|it| unknown.insert((it.depth, it.cid), it));
        let sources = Sources { batons: List::default(), promises: PromiseLists::default(), unknown };
        let (before, after) = place(&rows, sources.moments());
        let names = |moments: &[Moment]| moments.iter().map(|it| it.key().1.digest()[0]).collect::<Vec<_>>();
        assert_eq!(before.get(&Cid::from_digest([2; 32])).map(|it| names(it)), Some(vec![7, 8]));
        assert_eq!((before.len(), names(&after)), (1, vec![9]));
    }
}
