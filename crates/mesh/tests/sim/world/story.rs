//! A room in which people write while things go wrong; afterwards everybody holds the same.

use std::collections::{BTreeMap, BTreeSet};

use paceline_room::{
    Body, Cid,
    body::{
        Answer, BatonOffered, BatonOpened, BatonReleased, BatonSteppedIn, BatonTaken, Edited, FeedbackAnswered,
        FeedbackGiven, FeedbackWithdrawn, Introduced, PostKind, Posted, Retracted, Stance,
    },
    testing::{Mask, unknown},
};

use super::{Lie, Net, Rng};

/// What happens in a story.
#[derive(Debug, Clone, Copy)]
pub struct Faults {
    pub nodes: usize,
    pub late: usize,
    pub liars: &'static [Lie],
    /// How long people write.
    pub time: u64,
    /// Milliseconds between two events, anybody's.
    pub pace: u64,
    /// Links broken for each second.
    pub breaks: u64,
    pub partition: bool,
    pub crashes: usize,
    pub amnesiacs: usize,
    /// What every third node does not know, its build being older.
    pub mask: Option<Mask>,
}

/// The seeds to run: so many, from this one on, or what `PACELINE_SEED` and `PACELINE_SEEDS` say.
#[allow(clippy::disallowed_methods)] // which seeds to run is for the person at the keyboard to say
pub fn seeds(from: u64, count: u64) -> Vec<u64> {
    let asked = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let many = || (from..from + asked("PACELINE_SEEDS").unwrap_or(count)).collect();
    asked("PACELINE_SEED").map_or_else(many, |seed| vec![seed])
}

impl Faults {
    pub const NONE: Self = Self {
        nodes: 8,
        late: 0,
        liars: &[],
        time: 30_000,
        pace: 500,
        breaks: 0,
        partition: false,
        crashes: 0,
        amnesiacs: 0,
        mask: None,
    };

    /// A node more, of a build as old as its number has it.
    fn join(&self, net: &mut Net) -> usize {
        match self.mask {
            Some(mask) if net.nodes.len() % 3 == 1 => net.join_masked(mask),
            _ => net.join(),
        }
    }
}

/// What was written, and by whom it can still be expected.
#[derive(Default)]
struct Book {
    posts: Vec<Cid>,
    feedback: Vec<Cid>,
    batons: Vec<Cid>,
    transfers: Vec<(Cid, Cid)>,
    later: Vec<Cid>,
    introduced: BTreeSet<(usize, u64)>,
    acknowledged: BTreeMap<Cid, usize>,
}

/// Runs a story; asserts that all honest nodes end with the same. Returns the network for further questions.
pub fn run_story(seed: u64, faults: Faults) -> Net {
    let mut net = Net::new(seed);
    let mut rng = Rng::new(seed ^ 0x5707);
    (1..faults.nodes).for_each(|_| _ = faults.join(&mut net));
    if faults.mask.is_some() && seed % 2 == 1 {
        // The founder reaches the others through nodes of older builds alone.
        let newer: Vec<usize> = (1..faults.nodes).filter(|at| net.nodes[*at].mask == Mask::default()).collect();
        newer.into_iter().for_each(|at| net.forbid(0, at));
    }
    faults.liars.iter().for_each(|lie| _ = net.join_liar(*lie));
    net.run_for(2_000);
    let (start, mut book) = (net.now, Book::default());
    let mut plan = plan(&mut rng, start, &faults);
    while net.now < start + faults.time {
        let step = net.now + rng.range(1, faults.pace * 2);
        while let Some(entry) = plan.first_entry().filter(|entry| entry.key().0 <= step) {
            let ((at, _), fault) = entry.remove_entry();
            net.run_until(at);
            fault.strike(&mut net, &mut rng, &mut book, &faults);
        }
        net.run_until(step);
        write_something(&mut net, &mut rng, &mut book);
        if faults.mask.is_some() {
            write_more(&mut net, &mut rng, &mut book);
        }
    }
    for fault in plan.into_values() {
        if let Fault::Restart(_) | Fault::Heal = fault {
            fault.strike(&mut net, &mut rng, &mut book, &faults);
        }
    }
    net.heal();
    settle(&mut net, seed);
    if faults.amnesiacs == 0 && faults.liars.is_empty() {
        settle_words(&mut net, seed);
    }
    let all = net.events(0);
    for (cid, author) in &book.acknowledged {
        assert!(all.contains(cid), "seed {seed}: an acknowledged event of node {author} is missing");
    }
    net
}

/// Runs until all honest nodes hold the same, or fails.
pub fn settle(net: &mut Net, seed: u64) {
    for _ in 0..60 {
        net.run_for(2_000);
        let alive = net.alive();
        let first = net.events(alive[0]);
        if alive.iter().all(|at| net.events(*at) == first) {
            let digest = |at: &usize| net.replica(*at).map(|replica| replica.fold().digest());
            assert!(alive.iter().all(|at| digest(at) == digest(&alive[0])), "seed {seed}: equal sets, other digests");
            return;
        }
    }
    let counts: Vec<_> = net.alive().iter().map(|at| (*at, net.events(*at).len())).collect();
    panic!("seed {seed}: no agreement after two minutes without faults: {counts:?}");
}

/// Words that nobody lost are everywhere, too, within the time in which all peers are asked again.
pub fn settle_words(net: &mut Net, seed: u64) {
    for _ in 0..40 {
        let missing =
            |at: &usize| net.replica(*at).map(|it| (it.progress().missing_words, it.fold().missing_words().len()));
        if net.alive().iter().all(|at| missing(at) == Some((0, 0))) {
            return;
        }
        net.run_for(2_000);
    }
    panic!("seed {seed}: words are missing");
}

#[derive(Debug)]
enum Fault {
    Break,
    Part,
    Heal,
    Crash { keep_disk: bool },
    Restart(usize),
    Join,
}

fn plan(rng: &mut Rng, start: u64, faults: &Faults) -> BTreeMap<(u64, usize), Fault> {
    let mut plan = BTreeMap::new();
    let mut add = |at: u64, fault: Fault| {
        let serial = plan.len();
        plan.insert((start + at, serial), fault);
    };
    for second in 0..faults.time / 1_000 {
        (0..faults.breaks).for_each(|_| add(second * 1_000 + rng.range(0, 1_000), Fault::Break));
    }
    if faults.partition {
        add(faults.time / 4, Fault::Part);
        add(faults.time * 3 / 4, Fault::Heal);
    }
    for number in 0..faults.crashes {
        add(rng.range(1_000, faults.time), Fault::Crash { keep_disk: number >= faults.amnesiacs });
    }
    (0..faults.late).for_each(|_| add(rng.range(0, faults.time), Fault::Join));
    plan
}

impl Fault {
    fn strike(self, net: &mut Net, rng: &mut Rng, book: &mut Book, faults: &Faults) {
        match self {
            Self::Break => {
                if let Some((a, b)) = rng.pick(&net.up_links()) {
                    let back = rng.range(500, 5_000);
                    net.break_link(a, b, Some(back));
                }
            }
            Self::Part => {
                let salt = rng.next();
                net.partition(|at| (Rng::new(salt ^ at as u64).next() % 2) as u8);
            }
            Self::Heal => net.heal(),
            Self::Crash { keep_disk } => {
                // The founder's tab stays: with its disk gone before anybody linked there would be no room at all.
                let alive: Vec<usize> = net.alive().into_iter().filter(|at| *at != 0).collect();
                let Some(at) = rng.pick(&alive) else { return };
                net.crash(at, keep_disk);
                if !keep_disk {
                    book.acknowledged.retain(|_, author| *author != at);
                }
                net.run_for(rng.range(1, 3_000));
                Self::Restart(at).strike(net, rng, book, faults);
            }
            Self::Restart(at) => net.restart(at),
            Self::Join => _ = faults.join(net),
        }
    }
}

fn write_something(net: &mut Net, rng: &mut Rng, book: &mut Book) {
    let Some(at) = rng.pick(&net.alive()) else { return };
    let key = u64::from_le_bytes(net.nodes[at].key.node().as_bytes()[..8].try_into().unwrap());
    let text = format!("What node {at} says at {}", net.now);
    let written = if book.introduced.insert((at, key)) {
        net.write(at, None, |_| {
            Introduced {
                name: format!("Node {at}").try_into().unwrap(),
                strengths: Default::default(),
                hue: 3_u64.try_into().unwrap(),
            }
            .into()
        })
    } else {
        match rng.range(0, 10) {
            0..5 => {
                let reply_to = rng.pick(&book.posts).filter(|_| rng.chance(30));
                let post = |words: Option<Cid>| {
                    let (kind, words) = (PostKind::Update, words.unwrap());
                    Posted { kind, words, reply_to, tags: Default::default(), mentions: Default::default() }.into()
                };
                let cid = net.write(at, Some(&text), post);
                book.posts.extend(cid);
                cid
            }
            5 => {
                rng.pick(&book.posts).and_then(|post| net.write(at, None, |_| Retracted { post, alone: false }.into()))
            }
            6 => rng.pick(&book.posts).and_then(|target| {
                let given = |words| {
                    FeedbackGiven { target, stance: Stance::Question, words, sources: Default::default() }.into()
                };
                let cid = net.write(at, Some(&text), given);
                book.feedback.extend(cid);
                cid
            }),
            7 => rng.pick(&book.feedback).and_then(|feedback| {
                let answer = |words| FeedbackAnswered { feedback, answer: Answer::Noted, words, by: None }.into();
                net.write(at, Some(&text), answer)
            }),
            8 => {
                let open = BatonOpened {
                    title: "Scribe".try_into().unwrap(),
                    strengths: Default::default(),
                    minutes: None,
                    need: None,
                };
                let cid = net.write(at, None, |_| open.into());
                book.batons.extend(cid);
                book.transfers.extend(cid.map(|cid| (cid, cid)));
                cid
            }
            _ => rng.pick(&book.transfers).and_then(|(baton, tip)| {
                let to = net.nodes[0].key.node();
                let body: Body = match rng.range(0, 4) {
                    0 => BatonOffered { baton, tip, to, note: Default::default() }.into(),
                    1 => BatonReleased { baton, tip, note: Default::default() }.into(),
                    2 => BatonSteppedIn { baton, tip, silent_for: 30_000.try_into().unwrap() }.into(),
                    _ => BatonTaken { baton, tip }.into(),
                };
                let cid = net.write(at, None, |_| body);
                book.transfers.extend(cid.map(|cid| (baton, cid)));
                cid
            }),
        }
    };
    if let Some(cid) = written {
        book.acknowledged.insert(cid, at);
    }
}

/// What builds of different ages need to disagree about: fields that some lack, kinds that all lack, and what takes words
/// back that are another's guess.
fn write_more(net: &mut Net, rng: &mut Rng, book: &mut Book) {
    // Who has just got something that its build does not know often has something to say.
    let puzzled: Vec<usize> = net.alive().into_iter().filter(|at| net.is_puzzled(*at)).collect();
    if let Some(at) = rng.pick(&puzzled).filter(|_| rng.chance(60)) {
        let text = format!("What node {at} makes of it at {}", net.now);
        let post = |words: Option<Cid>| {
            let (kind, words) = (PostKind::Question, words.unwrap());
            Posted { kind, words, reply_to: None, tags: Default::default(), mentions: Default::default() }.into()
        };
        let cid = net.write(at, Some(&text), post);
        book.posts.extend(cid);
        book.acknowledged.extend(cid.map(|cid| (cid, at)));
    }
    let Some(at) = rng.pick(&net.alive()) else { return };
    let text = format!("What node {at} adds at {}", net.now);
    let (reply_to, target) = (rng.pick(&book.posts), rng.pick(&book.posts));
    let written = match rng.range(0, 17) {
        0 | 1 => {
            let post = |words: Option<Cid>| {
                let (kind, words, tags) = (PostKind::Idea, words.unwrap(), vec!["tag".try_into().unwrap()]);
                Posted { kind, words, reply_to, tags: tags.try_into().unwrap(), mentions: Default::default() }.into()
            };
            let cid = net.write(at, Some(&text), post);
            book.posts.extend(cid);
            cid
        }
        2 | 14 | 15 => target.and_then(|target| {
            let sources = vec!["https://example.org/".try_into().unwrap()];
            let given = |words| {
                FeedbackGiven { target, stance: Stance::Correct, words, sources: sources.try_into().unwrap() }.into()
            };
            let cid = net.write(at, Some(&text), given);
            book.feedback.extend(cid);
            cid
        }),
        3 | 16 => rng.pick(&book.feedback).and_then(|feedback| {
            let answer = |words| FeedbackAnswered { feedback, answer: Answer::Adjusted, words, by: target }.into();
            net.write(at, Some(&text), answer)
        }),
        4 => rng.pick(&book.feedback).and_then(|it| net.write(at, None, |_| FeedbackWithdrawn { feedback: it }.into())),
        5 => target.and_then(|post| {
            let edit = |words: Option<Cid>| Edited { post, words: words.unwrap() }.into();
            net.write(at, Some(&text), edit)
        }),
        6 => rng.pick(&book.later).and_then(|post| net.write(at, None, |_| Retracted { post, alone: false }.into())),
        7..11 => rng.pick(&book.transfers).and_then(|(baton, tip)| {
            let to = net.nodes[0].key.node();
            net.write(at, None, |_| BatonOffered { baton, tip, to, note: "Yours?".try_into().unwrap() }.into())
        }),
        11 | 12 => {
            let open = BatonOpened {
                title: "Host".try_into().unwrap(),
                strengths: Default::default(),
                minutes: Some(5),
                need: None,
            };
            let cid = net.write(at, None, |_| open.into());
            book.transfers.extend(cid.map(|cid| (cid, cid)));
            cid
        }
        // A kind that no build of today knows, and a build of today does not write either.
        _ => {
            let later = |words: Option<Cid>| unknown(LATER, &BTreeMap::from([("words", words.unwrap())]));
            let newest = net.nodes[at].mask == Mask::default();
            let cid = newest.then(|| net.write(at, Some(&text), later)).flatten();
            book.later.extend(cid);
            cid
        }
    };
    if let Some(cid) = written {
        book.acknowledged.insert(cid, at);
    }
}

/// A kind from a version to come.
pub const LATER: &str = "later";
