//! What the worst posts and edits known cost.

use super::{Edited, Posted};
use crate::{
    Cid, limits,
    testing::{
        growth::{Grows, Law, Measured},
        hostile::Scene,
    },
};

impl Measured for Posted {
    const LAWS: &'static [Law] = &[
        Law::new("a post that answers what n with the same words have answered", Grows::Halving(4), |n| {
            let mut it = Scene::new();
            let first = it.post(1);
            (0..=n).for_each(|_| _ = it.write(1, it.posted(Cid::of(b"words"), Some(first))));
            it.last
        }),
        Law::new("a post that names as many as one may whom n have named", Grows::Halving(32), |n| {
            let mut it = Scene::new();
            let mentions: Vec<_> = (0..limits::TAGS).map(|i| it.node(i)).collect();
            for _ in 0..=n {
                let mentions = mentions.clone().try_into().expect("as many as one may");
                it.write(1, Posted { mentions, ..it.posted(Cid::of(b"words"), None) });
            }
            it.last
        }),
    ];
}

impl Measured for Edited {
    const LAWS: &'static [Law] = &[
        Law::new("an edit of what was edited n times", Grows::Halving(2), |n| {
            let mut it = Scene::new();
            let post = it.post(1);
            (0..=n).for_each(|_| _ = it.edit(1, post));
            it.last
        }),
        Law::new("an edit that comes after n and belongs before them", Grows::Each(1), |n| {
            let mut it = Scene::new();
            let post = it.post(1);
            (0..n).for_each(|_| _ = it.edit(1, post));
            let draft = it.draft_on(1, Some(post), &[], Edited { post, words: Cid::of(b"words") });
            it.put(1, draft);
            it.last
        }),
    ];
}
