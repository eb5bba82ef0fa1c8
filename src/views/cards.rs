//! The table of cards: what stands on the road between posts, each kind from the capability that it belongs to. Where all of it
//! stands is decided by the order of the log alone.

use super::{batons, decisions, newer, promises};

pub use super::card::{Around, Change, Kind, Moment, Sources};

/// All kinds of cards.
pub static KINDS: &[Kind] = &[batons::CARDS, decisions::CARDS, promises::CARDS, newer::CARDS];

impl Sources {
    /// What of all moments is not as it was.
    pub fn changed(&self, before: &Self) -> Vec<Change> {
        KINDS.iter().flat_map(|kind| (kind.changed)(before, self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use paceline_room::{
        Cid, NodeId,
        body::PostKind,
        fold::List,
        state::{Post, UnknownEvent, WordsState},
        threads::Threads,
    };
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

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
        let mut unknown = List::default();
        [newer(9, 40), newer(8, 20), newer(7, 20)].into_iter().for_each(|it| unknown.insert((it.depth, it.cid), it));
        let mut sources = Sources { unknown: unknown.clone(), ..Sources::default() };
        let mut threads = Threads::new(1);
        threads.follow(&posts, &[], &List::default());
        let mut follow = |now: &Sources, before: &Sources| {
            for (key, moment) in now.changed(before) {
                match moment {
                    Some(_) => threads.put(key, key.1.digest()[0]),
                    None => threads.take(key),
                }
            }
            let moments = |before: Option<u8>| {
                let before = before.map(|name| Cid::from_digest([name; 32]));
                threads.moments(before.as_ref(), 9).0.into_iter().copied().collect::<Vec<_>>()
            };
            [moments(Some(1)), moments(Some(2)), moments(None)]
        };
        assert_eq!(follow(&sources, &Sources::default()), [vec![], vec![7, 8], vec![9]]);
        let before = sources.clone();
        sources.unknown.remove(&(20, Cid::from_digest([7; 32])));
        assert_eq!(follow(&sources, &before), [vec![], vec![8], vec![9]]);
        assert!(sources.changed(&sources).is_empty());
    }
}
