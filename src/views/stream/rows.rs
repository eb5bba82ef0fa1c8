//! The order in which posts are drawn: threads hang together, each under the post that began it; between them the cards of other
//! capabilities. Where all of it stands is decided by the order of the log alone; clocks say what day a stretch is of, and
//! days only ever go on. Pure.

use std::{
    collections::{BTreeMap, HashMap},
    rc::Rc,
    sync::Arc,
};

use paceline_room::{Cid, NodeId, fold::List, sorted, state::Post};

use super::super::cards::Moment;

/// How many threads before and after one are asked for its day.
const AROUND: usize = 2;

/// One post in the stream.
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

/// Moments by the root they are drawn before.
pub type Before = HashMap<Cid, Rc<[Moment]>>;

/// Which moments are drawn before which root, and those after the last.
pub fn place(rows: &[Row], mut moments: Vec<Moment>) -> (Before, Rc<[Moment]>) {
    let mut before = HashMap::new();
    for root in rows.iter().filter(|row| row.level == 0) {
        let place = (root.post.depth, root.post.cid);
        let later = moments.split_off(moments.partition_point(|it| it.key() < place));
        if !moments.is_empty() {
            before.insert(root.post.cid, moments.into());
        }
        moments = later;
    }
    (before, moments.into())
}

/// All rows in drawing order. `day` says which day a time is of.
pub fn rows(
    posts: &List<Post>,
    storing: &[Arc<Post>],
    doubtful: impl Fn(&Post) -> bool,
    mut day: impl FnMut(u64) -> u64,
) -> Vec<Row> {
    let all = || posts.iter().map(|post| (post, false)).chain(storing.iter().map(|post| (post, true)));
    let by_cid: HashMap<Cid, &Arc<Post>> = all().map(|(post, _)| (post.cid, post)).collect();
    let mut answers: BTreeMap<Cid, Vec<(&Arc<Post>, bool)>> = BTreeMap::new();
    let mut roots = Vec::new();
    for (post, storing) in all() {
        match post.reply_to.filter(|parent| by_cid.contains_key(parent) && *parent != post.cid) {
            Some(parent) => answers.entry(parent).or_default().push((post, storing)),
            None => roots.push((post, storing)),
        }
    }
    let mut rows: Vec<Row> = Vec::with_capacity(by_cid.len());
    let mut today = None;
    let times: Vec<_> = roots.iter().map(|(root, _)| (!doubtful(root)).then_some(root.at)).collect();
    let line = line(&times);
    let first = line.iter().copied().find_map(|it| it);
    for ((root, storing), time) in roots.into_iter().zip(line) {
        let time = time.or(first).unwrap_or(root.at);
        let day = day(time);
        let begin = rows.len();
        // Depth first with a stack of our own: threads are as deep as people like.
        let mut stack = vec![(root, storing, 0_u8)];
        while let Some((post, storing, level)) = stack.pop() {
            let parent = post.reply_to.and_then(|parent| by_cid.get(&parent));
            rows.push(Row {
                post: post.clone(),
                level,
                next: 0,
                answers: parent.filter(|_| level == 2).map(|parent| parent.author),
                new_day: (level == 0 && today.replace(day) != Some(day)).then_some(time),
                doubtful: doubtful(post),
                storing,
            });
            let below = (level + 1).min(2);
            stack.extend(answers.get(&post.cid).into_iter().flatten().rev().map(|&(post, s)| (post, s, below)));
        }
        for at in begin..rows.len().saturating_sub(1) {
            rows[at].next = rows[at + 1].level;
        }
    }
    rows
}

/// The time at each place of the order, which never goes back: the middle one of those around it, so that one clock that is off
/// moves nothing, or the latest before. Times in doubt (`None`) take that of their place; before the first they have none yet.
fn line(times: &[Option<u64>]) -> Vec<Option<u64>> {
    let believed: Vec<u64> = times.iter().copied().flatten().collect();
    let (mut at, mut latest) = (0, None);
    let mut line = Vec::with_capacity(times.len());
    for time in times {
        if time.is_some() {
            // As many before as after, so that times that are in order stay as they are.
            let around = at.min(believed.len() - 1 - at).min(AROUND);
            let mut near = believed[at - around..=at + around].to_vec();
            sorted::short_list(&mut near, |it| *it);
            latest = latest.max(Some(near[around]));
            at += 1;
        }
        line.push(latest);
    }
    line
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use yew::Html;

    use super::*;
    use paceline_room::{
        body::PostKind,
        state::{Post, WordsState},
    };

    fn list(posts: &[Arc<Post>]) -> List<Post> {
        let mut list = List::default();
        posts.iter().for_each(|it| list.insert((it.depth, it.cid), it.clone()));
        list
    }

    fn certain(_: &Post) -> bool {
        false
    }

    fn post(name: u8, reply_to: Option<u8>, at: u64) -> Arc<Post> {
        Arc::new(Post {
            cid: Cid::from_digest([name; 32]),
            author: NodeId::from_bytes([name; 32]),
            kind: PostKind::Update,
            words: WordsState::Here,
            text: None,
            reply_to: reply_to.map(|it| Cid::from_digest([it; 32])),
            tags: vec![],
            mentions: vec![],
            at,
            depth: 0,
            edited: false,
            contested: false,
            late: false,
        })
    }

    /// Days as they are at UTC.
    fn at_utc(at: u64) -> u64 {
        at / 86_400_000
    }

    fn names(rows: &[Row]) -> Vec<(u8, u8, u8)> {
        rows.iter().map(|row| (row.post.cid.digest()[0], row.level, row.next)).collect()
    }

    #[test]
    fn answers_hang_under_what_they_answer_in_order() {
        let posts = [post(1, None, 0), post(2, None, 0), post(3, Some(1), 0), post(4, Some(3), 0), post(5, Some(1), 0)];
        let rows = rows(&list(&posts), &[], certain, at_utc);
        assert_eq!(names(&rows), [(1, 0, 1), (3, 1, 2), (4, 2, 1), (5, 1, 0), (2, 0, 0)]);
        assert_eq!(rows[2].answers, Some(NodeId::from_bytes([3; 32])));
    }

    #[test]
    fn an_answer_whose_post_is_not_here_stands_on_the_road() {
        assert_eq!(names(&rows(&list(&[post(3, Some(9), 0)]), &[], certain, at_utc)), [(3, 0, 0)]);
    }

    #[test]
    fn a_post_that_is_being_stored_stands_where_it_will_stay() {
        let rows = rows(&list(&[post(1, None, 0), post(2, None, 0)]), &[post(3, Some(1), 0)], certain, at_utc);
        assert_eq!(names(&rows), [(1, 0, 1), (3, 1, 0), (2, 0, 0)]);
        assert!(rows[1].storing && !rows[2].storing);
    }

    #[test]
    fn a_new_day_is_told_by_the_clock_of_this_browser() {
        let late = 23 * 3_600_000;
        let days = |day: fn(u64) -> u64| -> Vec<bool> {
            rows(&list(&[post(1, None, late), post(2, None, late + 7_200_000)]), &[], certain, day)
                .iter()
                .map(|it| it.new_day.is_some())
                .collect()
        };
        assert_eq!(days(at_utc), [true, true]);
        assert_eq!(days(|at| at_utc(at + 7_200_000)), [true, false]);
    }

    #[test]
    fn days_go_on_whatever_one_clock_says() {
        let (hour, day) = (3_600_000, 86_400_000);
        let heads = |times: &[u64], doubted: &[u8]| -> Vec<Option<u64>> {
            let posts: Vec<_> = times.iter().zip(1..).map(|(at, name)| post(name, None, *at)).collect();
            let doubtful = |it: &Post| doubted.contains(&it.cid.digest()[0]);
            rows(&list(&posts), &[], doubtful, at_utc).iter().map(|it| it.new_day).collect()
        };
        // One of three is 26 hours ahead, and nothing says yet that it cannot be.
        let ahead = [0, 1, 2 + 26, 3, 4, 5 + 26, 6, 7].map(|it| it * hour);
        assert_eq!(heads(&ahead, &[]), [Some(0), None, None, None, None, None, None, None]);
        // One of two is: which of them is right cannot be told, but a day that was begun does not come again.
        let either = [0, 1 + 26, 2, 3 + 26, 4, 5 + 26, 6, 7 + 26].map(|it| it * hour);
        assert!(heads(&either, &[]).iter().flatten().count() <= 2);
        assert_eq!(heads(&either, &[2, 4, 6, 8]), [Some(0), None, None, None, None, None, None, None]);
        // What is in doubt at the beginning counts for the day after it; where nothing is believed there is only the author's.
        assert_eq!(heads(&[30 * hour, hour], &[1]), [Some(hour), None]);
        assert_eq!(heads(&[30 * hour], &[1]), [Some(30 * hour)]);
        // Times in order are as they are, to the last.
        let right = [0, hour, day, day + hour, 2 * day];
        assert_eq!(heads(&right, &[]), [Some(0), None, Some(day), None, Some(2 * day)]);
    }

    #[test]
    fn a_handoff_stands_where_the_order_of_the_log_puts_it_and_is_drawn_once() {
        let deep = |name: u8, reply_to, depth| {
            let mut it = Post::clone(&post(name, reply_to, 0));
            it.depth = depth;
            Arc::new(it)
        };
        let posts = [deep(1, None, 10), deep(2, Some(1), 15), deep(3, None, 30), deep(4, None, 40)];
        let rows = rows(&list(&posts), &[], certain, at_utc);
        let handoff = |name: u8, depth| Moment::new(depth, Cid::from_digest([name; 32]), |_| Html::default());
        let (before, after) = place(&rows, vec![handoff(7, 5), handoff(8, 25), handoff(9, 60)]);
        let at = |name: u8| {
            before.get(&Cid::from_digest([name; 32])).map(|it| it.iter().map(|it| it.key().0).collect::<Vec<_>>())
        };
        assert_eq!((at(1), at(3), at(4)), (Some(vec![5]), Some(vec![25]), None));
        assert_eq!(after.iter().map(|it| it.key().0).collect::<Vec<_>>(), [60]);
    }

    #[test]
    fn a_thread_of_ten_thousand_answers_is_drawn_flat() {
        let mut digest = [0; 32];
        let posts: Vec<_> = (0..10_000_u16)
            .map(|at| {
                let mut it = (*post(0, None, 0)).clone();
                it.reply_to = (at > 0).then(|| Cid::from_digest(digest));
                digest[..2].copy_from_slice(&at.to_be_bytes());
                it.cid = Cid::from_digest(digest);
                Arc::new(it)
            })
            .collect();
        let rows = rows(&list(&posts), &[], certain, at_utc);
        assert_eq!(rows.len(), 10_000);
        assert!(rows[2..].iter().all(|row| row.level == 2));
    }
}
