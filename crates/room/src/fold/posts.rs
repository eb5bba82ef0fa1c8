//! Posts, their edits and retractions.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    IgnoredReason,
    step::{Key, Step},
    words::{Home, WordsTable},
};
use crate::{
    Cid, Ix, NodeId,
    body::{Edited, Posted, Retracted},
    state::{Post, WordsState},
};

#[derive(Debug, Clone)]
struct Record {
    key: Key,
    ix: Ix,
    author: NodeId,
    /// The posting or its latest edit, whose words are shown.
    latest: Key,
    /// The words shown.
    words: Cid,
    /// Every words block of the post, with the event that links it.
    links: Vec<(Cid, Ix)>,
    retracted: bool,
    /// Corrections that stand against it.
    corrections: usize,
}

/// All posts.
#[derive(Debug, Clone, Default)]
pub(super) struct Posts {
    records: HashMap<Cid, Record>,
    shown: BTreeMap<Key, Arc<Post>>,
}

impl Posts {
    pub(super) fn post(&mut self, step: &mut Step, words: &mut WordsTable, body: &Posted, late: bool) {
        let (key, event, cid) = (step.key(), step.event(), step.entry.cid);
        let text = words.link(step.log, body.words, step.ix, Home::Post(cid));
        let reply_to = body.reply_to.filter(|it| self.records.contains_key(it) && step.seen(it).is_some());
        let post = Post {
            cid,
            author: event.author,
            kind: body.kind,
            words: if text.is_some() { WordsState::Here } else { WordsState::Missing },
            text,
            reply_to,
            tags: body.tags.clone(),
            mentions: body.mentions.clone(),
            at: event.at,
            depth: event.depth,
            edited: false,
            contested: false,
            late,
        };
        self.shown.insert(key, Arc::new(post));
        let record = Record {
            key,
            ix: step.ix,
            author: event.author,
            latest: key,
            words: body.words,
            links: vec![(body.words, step.ix)],
            retracted: false,
            corrections: 0,
        };
        self.records.insert(cid, record);
    }

    pub(super) fn edit(&mut self, step: &mut Step, words: &mut WordsTable, body: &Edited) -> Result<(), IgnoredReason> {
        let key = step.key();
        let record = own_post(&mut self.records, step, &body.post)?;
        record.links.push((body.words, step.ix));
        let text = words.link(step.log, body.words, step.ix, Home::Post(body.post));
        if record.retracted && words.void(body.words, step.ix) {
            step.drop_words.insert(body.words);
        }
        let newer = key > record.latest;
        if newer {
            (record.latest, record.words) = (key, body.words);
        }
        let retracted = record.retracted;
        self.change(&body.post, |post| {
            post.edited = true;
            if newer && !retracted {
                post.words = if text.is_some() { WordsState::Here } else { WordsState::Missing };
                post.text = text;
            }
        });
        Ok(())
    }

    pub(super) fn retract(
        &mut self,
        step: &mut Step,
        words: &mut WordsTable,
        body: &Retracted,
    ) -> Result<(), IgnoredReason> {
        let record = own_post(&mut self.records, step, &body.post)?;
        record.retracted = true;
        for (cid, ix) in &record.links {
            step.touched += 1;
            if words.void(*cid, *ix) {
                step.drop_words.insert(*cid);
            }
        }
        self.change(&body.post, |post| {
            post.words = WordsState::Retracted;
            post.text = None;
            post.contested = false;
        });
        Ok(())
    }

    /// Words of a post have come.
    pub(super) fn fill(&mut self, post: &Cid, words: &Cid, text: &Arc<str>) {
        if self.records.get(post).is_some_and(|record| record.words == *words && !record.retracted) {
            self.change(post, |post| {
                post.words = WordsState::Here;
                post.text = Some(text.clone());
            });
        }
    }

    /// A correction of this post begins or ceases to stand. What was taken back claims nothing, so it is not contested.
    pub(super) fn correction(&mut self, post: &Cid, stands: bool) {
        let Some(record) = self.records.get_mut(post) else { return };
        record.corrections = if stands { record.corrections + 1 } else { record.corrections.saturating_sub(1) };
        let contested = record.corrections > 0 && !record.retracted;
        self.change(post, |post| post.contested = contested);
    }

    pub(super) fn author(&self, post: &Cid) -> Option<NodeId> {
        self.records.get(post).map(|record| record.author)
    }

    pub(super) fn contains(&self, post: &Cid) -> bool {
        self.records.contains_key(post)
    }

    pub(super) fn get(&self, post: &Cid) -> Option<&Arc<Post>> {
        self.shown.get(&self.records.get(post)?.key)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Post>> {
        self.shown.values()
    }

    /// Changes what is shown, keeping the `Arc` where nothing differs.
    fn change(&mut self, post: &Cid, change: impl FnOnce(&mut Post)) {
        let Some(shown) = self.records.get(post).and_then(|record| self.shown.get_mut(&record.key)) else { return };
        super::change_shared(shown, change);
    }
}

/// The post that the step's author may change.
fn own_post<'a>(
    records: &'a mut HashMap<Cid, Record>,
    step: &mut Step,
    post: &Cid,
) -> Result<&'a mut Record, IgnoredReason> {
    let record = records.get_mut(post).ok_or(IgnoredReason::TargetNotSeen)?;
    if !step.saw(record.ix) {
        return Err(IgnoredReason::TargetNotSeen);
    }
    if record.author != step.event().author {
        return Err(IgnoredReason::NotAuthor);
    }
    Ok(record)
}
