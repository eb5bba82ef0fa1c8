//! What is kept up to date equals what a walk through everything finds, and costs what changed.

use proptest::prelude::*;

use super::*;
use crate::{
    body::PostKind,
    cost::{self, HashMap},
    state::WordsState,
};

/// What follows the lists from nothing.
fn rows_of(
    posts: &List<Post>,
    storing: &[Arc<Post>],
    doubtful: impl Fn(&Post) -> bool,
    mut day: impl FnMut(u64) -> u64,
) -> Vec<Row> {
    let mut threads = Threads::<()>::new(7);
    threads.follow(posts, storing, &doubted(posts, doubtful));
    threads.rows(0..threads.len(), &mut day)
}

fn doubted(posts: &List<Post>, doubtful: impl Fn(&Post) -> bool) -> List<()> {
    let mut list = List::default();
    posts.iter().filter(|it| doubtful(it)).for_each(|it| list.insert(key(it), Arc::new(())));
    list
}

/// The same by a walk through all of them.
fn walk(
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

fn list(posts: &[Arc<Post>]) -> List<Post> {
    let mut list = List::default();
    posts.iter().for_each(|it| list.insert((it.depth, it.cid), it.clone()));
    list
}

fn cid(name: u8) -> Cid {
    Cid::from_digest([name; 32])
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
    let rows = rows_of(&list(&posts), &[], certain, at_utc);
    assert_eq!(names(&rows), [(1, 0, 1), (3, 1, 2), (4, 2, 1), (5, 1, 0), (2, 0, 0)]);
    assert_eq!(rows[2].answers, Some(NodeId::from_bytes([3; 32])));
}

#[test]
fn an_answer_whose_post_is_not_here_stands_on_the_road() {
    assert_eq!(names(&rows_of(&list(&[post(3, Some(9), 0)]), &[], certain, at_utc)), [(3, 0, 0)]);
}

#[test]
fn a_post_that_is_being_stored_stands_where_it_will_stay() {
    let rows = rows_of(&list(&[post(1, None, 0), post(2, None, 0)]), &[post(3, Some(1), 0)], certain, at_utc);
    assert_eq!(names(&rows), [(1, 0, 1), (3, 1, 0), (2, 0, 0)]);
    assert!(rows[1].storing && !rows[2].storing);
}

#[test]
fn a_new_day_is_told_by_the_clock_of_this_browser() {
    let late = 23 * 3_600_000;
    let days = |day: fn(u64) -> u64| -> Vec<bool> {
        rows_of(&list(&[post(1, None, late), post(2, None, late + 7_200_000)]), &[], certain, day)
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
        rows_of(&list(&posts), &[], doubtful, at_utc).iter().map(|it| it.new_day).collect()
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
    let rows = rows_of(&list(&posts), &[], certain, at_utc);
    assert_eq!(rows.len(), 10_000);
    assert!(rows[2..].iter().all(|row| row.level == 2));
}

#[test]
fn a_handoff_stands_where_the_order_of_the_log_puts_it_and_is_drawn_once() {
    let deep = |name: u8, reply_to, depth| {
        let mut it = Post::clone(&post(name, reply_to, 0));
        it.depth = depth;
        Arc::new(it)
    };
    let posts = [deep(1, None, 10), deep(2, Some(1), 15), deep(3, None, 30), deep(4, None, 40)];
    let mut threads = Threads::new(7);
    threads.follow(&list(&posts), &[], &List::default());
    for (name, depth) in [(9, 60), (7, 5), (8, 25)] {
        threads.put((depth, cid(name)), depth);
    }
    let at = |it: &Threads<u64>, name: Option<u8>| {
        let (some, count) = it.moments(name.map(cid).as_ref(), 5);
        assert_eq!(some.len(), count);
        some.into_iter().copied().collect::<Vec<_>>()
    };
    assert_eq!([Some(1), Some(3), Some(4)].map(|it| at(&threads, it)), [vec![5], vec![25], vec![]]);
    assert_eq!((at(&threads, None), at(&threads, Some(2))), (vec![60], vec![]));
    // What is drawn of it may change, and it may turn out not to be.
    threads.put((25, cid(8)), 26);
    threads.take((5, cid(7)));
    assert_eq!([Some(1), Some(3)].map(|it| at(&threads, it)), [vec![], vec![26]]);
}

#[test]
fn of_many_moments_the_last_are_given_and_all_are_counted() {
    let mut threads = Threads::new(7);
    threads.follow(&list(&[post(1, None, 0)]), &[], &List::default());
    (0..100_u8).rev().for_each(|it| threads.put((1 + u64::from(it), cid(it)), it));
    assert_eq!(threads.moments(None, 2), (vec![&98, &99], 100));
    assert_eq!((threads.moments(Some(&cid(1)), 2), threads.len()), ((vec![], 0), 1));
}

#[test]
fn what_came_is_told_once_also_if_it_was_being_stored() {
    let mut threads = Threads::<()>::new(7);
    let mut news = |posts: &[Arc<Post>], storing: &[Arc<Post>]| {
        threads.follow(&list(posts), storing, &List::default());
        let rows = threads.rows(0..9, &mut at_utc);
        let came = threads.take_news().into_iter().map(|it| (it.post.cid.digest()[0], it.storing)).collect::<Vec<_>>();
        (came, rows.iter().map(|it| (it.post.cid.digest()[0], it.storing)).collect::<Vec<_>>())
    };
    let mut own = Post::clone(&post(2, Some(1), 0));
    own.depth = u64::MAX;
    let own = Arc::new(own);
    assert_eq!(news(&[post(1, None, 0)], &[]), (vec![(1, false)], vec![(1, false)]));
    assert_eq!(news(&[post(1, None, 0)], std::slice::from_ref(&own)), (vec![(2, true)], vec![(1, false), (2, true)]));
    // Stored before it is told that it is not being stored any more.
    let stored = [post(1, None, 0), post(2, Some(1), 0), post(3, Some(1), 0)];
    assert_eq!(news(&stored, &[own]), (vec![(3, false)], vec![(1, false), (2, false), (3, false)]));
    assert_eq!(news(&stored, &[]), (vec![], vec![(1, false), (2, false), (3, false)]));
}

proptest! {
    #[test]
    fn what_follows_changes_equals_a_walk_through_everything(
        steps in prop::collection::vec((any::<prop::sample::Index>(), 0_u64..4, 0_u64..6, 0_u64..5), 1..60),
        late in any::<bool>(),
    ) {
        let mut threads = Threads::<u64>::new(3);
        let (mut posts, mut doubtful, mut all) = (List::default(), List::default(), Vec::<Arc<Post>>::new());
        let mut moments = std::collections::BTreeMap::new();
        let mut storing = Vec::new();
        for (nth, (parent, shift, what, hours)) in (1_u8..).zip(steps) {
            let parent = (what > 0 && !all.is_empty()).then(|| &all[parent.index(all.len())]).cloned();
            let mut it = Post::clone(&post(nth, None, hours * 13 * 3_600_000));
            it.reply_to = parent.as_ref().map(|it| it.cid);
            // What comes late stands before what is there.
            let base = parent.map_or(0, |it| it.depth + 1);
            it.depth = if late { base + shift } else { base + u64::from(nth) };
            let it = Arc::new(it);
            match what {
                0 => {
                    moments.insert((u64::from(nth) / 2, it.cid), shift);
                    threads.put((u64::from(nth) / 2, it.cid), shift);
                }
                1 if hours > 2 => storing = vec![Arc::new(Post { depth: u64::MAX, ..Post::clone(&it) })],
                _ => {
                    posts.insert(key(&it), it.clone());
                    all.push(it.clone());
                }
            }
            if shift == 0 && let Some(one) = all.get(usize::from(nth) % 7) {
                match doubtful.remove(&key(one)) {
                    Some(_) => {}
                    None => doubtful.insert(key(one), Arc::new(())),
                }
            }
            if what == 5 {
                storing.clear();
            }
            threads.follow(&posts, &storing, &doubtful);
            let walked = walk(&posts, &storing, |it| doubtful.get(&key(it)).is_some(), at_utc);
            prop_assert_eq!(threads.rows(0..threads.len(), &mut at_utc), walked.clone());
            let from = walked.len() / 3;
            let part = threads.rows(from..from + 4, &mut at_utc);
            prop_assert_eq!(part.len(), walked.len().min(from + 4) - from);
            for (part, whole) in part.iter().zip(walked.iter().skip(from)) {
                prop_assert_eq!((&part.post, part.level, part.new_day), (&whole.post, whole.level, whole.new_day));
            }
            let mut left: Vec<_> = moments.iter().map(|(key, it)| (*key, *it)).collect();
            for (at, row) in walked.iter().enumerate() {
                prop_assert_eq!(threads.position(&row.post.cid), Some(at));
                if row.level == 0 {
                    let later = left.split_off(left.partition_point(|(at, _)| *at < key(&row.post)));
                    let here: Vec<_> = left.iter().map(|(_, it)| it).collect();
                    prop_assert_eq!(threads.moments(Some(&row.post.cid), 99), (here.clone(), here.len()));
                    left = later;
                }
            }
            let here: Vec<_> = left.iter().map(|(_, it)| it).collect();
            prop_assert_eq!(threads.moments(None, 99), (here.clone(), here.len()));
        }
    }
}

/// Rooms of which every other post answers one before.
fn long(len: u64) -> Vec<Arc<Post>> {
    let name = |at: u64| {
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&at.to_be_bytes());
        Cid::from_digest(digest)
    };
    let post = |at: u64| {
        let answers = (at % 2 == 1).then(|| name(at - 1 - at % 3 / 2));
        Arc::new(Post { cid: name(at), depth: at, reply_to: answers, ..Post::clone(&post(0, None, at)) })
    };
    (0..len).map(post).collect()
}

#[test]
fn a_post_a_handoff_and_what_is_drawn_cost_the_same_in_a_long_room_but_for_logarithms() {
    let costs = |len: u64| {
        let all = long(len + 1);
        let mut posts = list(&all[..len as usize]);
        let (mut doubtful, mut threads) = (List::default(), Threads::new(11));
        threads.follow(&posts, &[], &doubtful);
        assert_eq!(threads.take_news().len() as u64, len);
        (0..len).for_each(|it| threads.put((it, cid(1)), it));
        let (_, second) = cost::of(|| threads.follow(&posts, &[], &doubtful));
        // In the middle, too: a thread may grow anywhere.
        let late = Post {
            cid: cid(9),
            depth: len / 2,
            reply_to: Some(all[(len as usize / 2) & !1].cid),
            ..Post::clone(&all[0])
        };
        posts.insert(key(&all[len as usize]), all[len as usize].clone());
        let (_, post) = cost::of(|| threads.follow(&posts, &[], &doubtful));
        posts.insert(key(&late), Arc::new(late));
        let (_, late) = cost::of(|| threads.follow(&posts, &[], &doubtful));
        doubtful.insert(key(&all[len as usize / 4 * 2]), Arc::new(()));
        let (_, doubt) = cost::of(|| threads.follow(&posts, &[], &doubtful));
        let (_, moment) = cost::of(|| threads.put((len / 3, cid(7)), 1));
        let (rows, drawn) = cost::of(|| threads.rows(len as usize / 2..len as usize / 2 + 12, &mut at_utc).len());
        assert_eq!(rows, 12);
        let (_, end) = cost::of(|| (threads.moments(None, 12).0.len(), threads.position(&all[3].cid)));
        [second, post, late, doubt, moment, drawn / 12, end]
    };
    for len in [100, 10_000] {
        let (costs, levels) = (costs(len), u64::from(len.ilog2()) + 1);
        assert!(costs.iter().all(|it| *it <= 150 * levels), "{len}: {costs:?}");
        assert_eq!(costs[0], 0, "a second in which nothing happens");
    }
    let (few, many) = (costs(100), costs(10_000));
    assert!(few.iter().zip(&many).all(|(few, many)| *many <= 4 * few + 60), "{few:?} {many:?}");
}
