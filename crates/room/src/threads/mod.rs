//! Posts in the order in which they are read: threads hang together, each under the post that began it; between them moments, of
//! which is known here only where they stand. All of it is decided by the order of the log alone; clocks say what day a thread is of,
//! and days only ever go on.
//!
//! It follows the lists of a room: what changes costs in the order of log n, and so does each row that is asked for. Whoever shows
//! ten thousand posts never walks through them.

mod sequence;

use std::{ops::Range, sync::Arc};

use self::sequence::{END, Mark, Sequence, Sum};
use crate::{
    Cid, NodeId,
    cost::{BTreeMap, HashMap},
    fold::{Key, List},
    sorted,
    state::Post,
};

/// How many threads before and after one are asked for its day.
const AROUND: usize = 2;
/// What is right on the road, not in a thread.
const ROAD: u32 = u32::MAX;
/// After all that is in a log.
const LAST: Key = (u64::MAX, Cid::from_digest([255; 32]));

/// One post as it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The post.
    pub post: Arc<Post>,
    /// 0 on the road, 1 an answer, 2 an answer to an answer or deeper.
    pub level: u8,
    /// Level of the next row of the same thread.
    pub next: u8,
    /// Whom it answers, where the drawing does not say it (level 2).
    pub answers: Option<NodeId>,
    /// Begins another day than the thread before: a time of that day.
    pub new_day: Option<u64>,
    /// Its time cannot be.
    pub doubtful: bool,
    /// Not durably stored yet.
    pub storing: bool,
}

/// A post that was not there before.
#[derive(Debug, Clone, PartialEq)]
pub struct Came {
    /// The post.
    pub post: Arc<Post>,
    /// It is being stored.
    pub storing: bool,
}

#[derive(Debug)]
struct Entry {
    post: Arc<Post>,
    storing: bool,
    level: u8,
    /// What it answers, or [`ROAD`].
    parent: u32,
    /// The thread that it is in, by its root.
    root: u32,
    /// Where it stands, and where what answers it ends.
    open: Mark,
    close: Mark,
}

#[derive(Debug)]
enum Item<M> {
    Post(Entry),
    Moment(Mark, M),
    /// Nothing any more; or not yet.
    Nothing,
}

/// Posts and moments in the order in which they are read.
#[derive(Debug)]
pub struct Threads<M> {
    marks: Sequence,
    items: Vec<Item<M>>,
    free: Vec<u32>,
    by_cid: HashMap<Cid, u32>,
    /// What stands on the road, and the answers of each post, in order.
    places: BTreeMap<(u32, Key), u32>,
    posts: List<Post>,
    storing: Vec<Arc<Post>>,
    doubtful: List<()>,
    came: Vec<Came>,
}

impl<M> Threads<M> {
    /// None yet. The seed is one that nobody else can know: what it costs to keep order rests on that.
    pub fn new(seed: u64) -> Self {
        Self {
            marks: Sequence::new(seed),
            items: Vec::new(),
            free: Vec::new(),
            by_cid: HashMap::new(),
            places: BTreeMap::new(),
            posts: List::default(),
            storing: Vec::new(),
            doubtful: List::default(),
            came: Vec::new(),
        }
    }

    /// How many posts.
    pub fn len(&self) -> usize {
        self.marks.all().rows
    }

    /// Whether there is neither a post nor a moment.
    pub fn is_empty(&self) -> bool {
        self.marks.all() == Sum::default()
    }

    /// A post that is here.
    pub fn post(&self, cid: &Cid) -> Option<&Arc<Post>> {
        Some(&self.find(cid)?.post)
    }

    /// Its number among the rows.
    pub fn position(&self, cid: &Cid) -> Option<usize> {
        Some(self.marks.before(self.find(cid)?.open).rows)
    }

    /// What came since this was asked last.
    pub fn take_news(&mut self) -> Vec<Came> {
        std::mem::take(&mut self.came)
    }

    /// Looks at what changed in these lists since the last time. What is being stored stands where it will stay.
    pub fn follow(&mut self, posts: &List<Post>, storing: &[Arc<Post>], doubtful: &List<()>) {
        // Of a whole room that is followed at once, nothing is moved to make room.
        let more = posts.len().saturating_sub(self.posts.len());
        if more > 1 {
            self.by_cid.reserve(more);
            self.items.reserve(more);
            self.marks.reserve(2 * more);
        }
        let before = std::mem::replace(&mut self.posts, posts.clone());
        let doubted = std::mem::replace(&mut self.doubtful, doubtful.clone());
        // What was stored, or was not, makes room for what is there now: the same post is no news then.
        let is_in = |list: &[Arc<Post>], it: &Arc<Post>| list.iter().any(|other| Arc::ptr_eq(other, it));
        let left = std::mem::take(&mut self.storing);
        let stored = |it: &Arc<Post>| self.find(&it.cid).is_none_or(|it| !it.storing);
        let gone = left.iter().filter(|it| !is_in(storing, it) && !stored(it));
        let gone: Vec<Cid> = gone.map(|it| it.cid).collect();
        let mut known = gone.clone();
        gone.iter().for_each(|it| self.remove(it));
        for change in posts.since(&before) {
            match (change.now, self.by_cid.get(&change.key.1).copied()) {
                // Stored, and not yet told to be.
                (Some(_), Some(at)) if self.entry(at).is_some_and(|it| it.storing) => {
                    self.remove(&change.key.1);
                    known.push(change.key.1);
                }
                _ => {}
            }
            match (change.now, self.by_cid.get(&change.key.1).and_then(|at| self.items.get_mut(*at as usize))) {
                (Some(now), Some(Item::Post(entry))) => entry.post = now.clone(),
                (Some(now), _) => self.insert(now, false, &known),
                (None, _) => self.remove(&change.key.1),
            }
        }
        for it in storing {
            if !self.by_cid.contains_key(&it.cid) {
                self.insert(it, true, &known);
            }
        }
        self.storing = storing.to_vec();
        for change in doubtful.since(&doubted) {
            if let Some(at) = self.by_cid.get(&change.key.1).copied() {
                self.date(at);
            }
        }
    }

    /// A moment stands here in the log; or what is to be drawn of it changed.
    pub fn put(&mut self, key: Key, moment: M) {
        let there = self.places.get(&(ROAD, key)).and_then(|at| self.items.get_mut(*at as usize));
        match there {
            Some(Item::Moment(_, it)) => *it = moment,
            Some(_) => {}
            None => {
                let next = self.next_of(ROAD, key);
                let at = self.keep();
                let mark = self.marks.insert(next, Sum { moments: 1, ..Sum::default() }, at);
                self.set(at, Item::Moment(mark, moment));
                self.places.insert((ROAD, key), at);
            }
        }
    }

    /// A moment is not there any more.
    pub fn take(&mut self, key: Key) {
        let Some(at) = self.places.get(&(ROAD, key)).copied() else { return };
        if let Some(Item::Moment(mark, _)) = self.items.get(at as usize) {
            self.marks.remove(*mark);
            self.places.remove(&(ROAD, key));
            self.drop(at);
        }
    }

    /// The rows with these numbers. `day` says which day a time is of.
    pub fn rows(&self, range: Range<usize>, day: &mut dyn FnMut(u64) -> u64) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::with_capacity(range.len());
        for at in range.start..=range.end {
            let Some(entry) = self.row(at) else { break };
            if let Some(last) = rows.last_mut() {
                last.next = entry.level;
            }
            if at == range.end {
                break;
            }
            let parent = self.entry(entry.parent).filter(|_| entry.level == 2);
            rows.push(Row {
                post: entry.post.clone(),
                level: entry.level,
                next: 0,
                answers: parent.map(|it| it.post.author),
                new_day: if entry.level == 0 { self.new_day(entry, day) } else { None },
                doubtful: self.is_doubtful(&entry.post),
                storing: entry.storing,
            });
        }
        rows
    }

    /// Moments right before a thread, or after the last: so many of the last ones, and how many there are.
    pub fn moments(&self, before: Option<&Cid>, most: usize) -> (Vec<&M>, usize) {
        let mut mark = match before.map(|it| self.find(it)) {
            Some(Some(entry)) if entry.level == 0 => entry.open,
            Some(_) => return (Vec::new(), 0),
            None => END,
        };
        let all = self.marks.before(mark);
        let thread = all.rows.checked_sub(1).and_then(|at| self.entry(self.row(at)?.root));
        let count = all.moments - thread.map_or(0, |it| self.marks.before(it.close).moments);
        let mut moments = Vec::new();
        while moments.len() < most.min(count) {
            mark = self.marks.step(mark, 0);
            match self.items.get(self.marks.what(mark) as usize) {
                Some(Item::Moment(_, it)) => moments.push(it),
                _ => break,
            }
        }
        moments.reverse();
        (moments, count)
    }

    fn entry(&self, at: u32) -> Option<&Entry> {
        match self.items.get(at as usize) {
            Some(Item::Post(entry)) => Some(entry),
            _ => None,
        }
    }

    fn find(&self, cid: &Cid) -> Option<&Entry> {
        self.entry(*self.by_cid.get(cid)?)
    }

    fn row(&self, at: usize) -> Option<&Entry> {
        match self.marks.select(at, |it| it.rows) {
            END => None,
            mark => self.entry(self.marks.what(mark)),
        }
    }

    fn is_doubtful(&self, post: &Post) -> bool {
        self.doubtful.get(&key(post)).is_some()
    }

    fn keep(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.items.push(Item::Nothing);
            (self.items.len() - 1) as u32
        })
    }

    fn set(&mut self, at: u32, item: Item<M>) {
        if let Some(it) = self.items.get_mut(at as usize) {
            *it = item;
        }
    }

    fn drop(&mut self, at: u32) {
        self.set(at, Item::Nothing);
        self.free.push(at);
    }

    /// Before what something with this key stands, among what stands there.
    fn next_of(&self, parent: u32, key: Key) -> Mark {
        let next =
            self.places.range((parent, key)..=(parent, LAST)).next().and_then(|(_, at)| self.items.get(*at as usize));
        match next {
            Some(Item::Post(entry)) => entry.open,
            Some(Item::Moment(mark, _)) => *mark,
            Some(Item::Nothing) | None => self.entry(parent).map_or(END, |it| it.close),
        }
    }

    fn insert(&mut self, post: &Arc<Post>, storing: bool, known: &[Cid]) {
        // An answer whose post is not here stands on the road; a post is always there before its answers.
        let parent = post.reply_to.and_then(|it| self.by_cid.get(&it).copied()).unwrap_or(ROAD);
        let above = self.entry(parent).map(|it| (it.level, it.root));
        let next = self.next_of(parent, key(post));
        let at = self.keep();
        let close = self.marks.insert(next, Sum::default(), at);
        let open = self.marks.insert(close, Sum { rows: 1, ..Sum::default() }, at);
        let (level, root) = above.map_or((0, at), |(level, root)| ((level + 1).min(2), root));
        self.set(at, Item::Post(Entry { post: post.clone(), storing, level, parent, root, open, close }));
        self.by_cid.insert(post.cid, at);
        self.places.insert((parent, key(post)), at);
        self.date(at);
        if !known.contains(&post.cid) {
            self.came.push(Came { post: post.clone(), storing });
        }
    }

    /// Takes a post out that nothing answers.
    fn remove(&mut self, cid: &Cid) {
        let Some(at) = self.by_cid.remove(cid) else { return };
        let Some(Item::Post(it)) = self.items.get(at as usize) else { return };
        let (place, open, close) = ((it.parent, key(&it.post)), it.open, it.close);
        let (rank, dated) = (self.marks.before(open).dated, self.marks.own(open).dated);
        self.marks.remove(open);
        self.marks.remove(close);
        self.places.remove(&place);
        self.drop(at);
        if dated > 0 {
            self.middle(rank);
        }
    }

    /// Looks whether the time of a root is believed.
    fn date(&mut self, at: u32) {
        let Some(entry) = self.entry(at).filter(|it| it.root == at) else { return };
        let (open, dated) = (entry.open, usize::from(!self.is_doubtful(&entry.post)));
        if self.marks.own(open).dated != dated {
            self.marks.set(open, Sum { rows: 1, dated, ..Sum::default() });
            self.middle(self.marks.before(open).dated);
        }
    }

    /// The times around this place among those that are believed: each root has the middle one of those around it, so that one clock
    /// that is off moves nothing. The latest of these up to a root is its time: it never goes back.
    fn middle(&mut self, rank: usize) {
        let all = self.marks.all().dated;
        let first = rank.saturating_sub(2 * AROUND);
        let root = |at| {
            let mark = self.marks.select(at, |it| it.dated);
            Some((mark, self.entry(self.marks.what(mark))?.post.at))
        };
        let around: Vec<_> = (first..all.min(rank + 2 * AROUND + 1)).filter_map(root).collect();
        for at in rank.saturating_sub(AROUND)..all.min(rank + AROUND + 1) {
            // As many before as after, so that times that are in order stay as they are.
            let reach = at.min(all - 1 - at).min(AROUND);
            let near = around.get(at - reach - first..=at + reach - first).unwrap_or_default();
            let mut near: Vec<u64> = near.iter().map(|(_, time)| *time).collect();
            sorted::short_list(&mut near, |it| *it);
            if let (Some((mark, _)), Some(latest)) = (around.get(at - first), near.get(reach)) {
                self.marks.set(*mark, Sum { rows: 1, dated: 1, latest: *latest, ..Sum::default() });
            }
        }
    }

    /// A time of the day of a root: where its own is in doubt, that of its place; before the first that is believed, that one.
    fn time(&self, root: &Entry) -> u64 {
        let (before, own) = (self.marks.before(root.open), self.marks.own(root.open));
        if before.dated + own.dated > 0 {
            return before.latest.max(own.latest);
        }
        match self.marks.select(0, |it| it.dated) {
            END => root.post.at,
            first => self.marks.own(first).latest,
        }
    }

    fn new_day(&self, root: &Entry, day: &mut dyn FnMut(u64) -> u64) -> Option<u64> {
        let time = self.time(root);
        let before = self.marks.before(root.open).rows.checked_sub(1).and_then(|at| self.entry(self.row(at)?.root));
        (before.map(|it| day(self.time(it))) != Some(day(time))).then_some(time)
    }
}

/// Where it stands in the log.
fn key(post: &Post) -> Key {
    (post.depth, post.cid)
}

#[cfg(test)]
mod tests;
