//! Rooms that differ in nothing but one hidden answer, what there is to guess it from, and a guesser who tries every answer.

use std::collections::BTreeSet;

use serde_bytes::ByteArray;
use sha2::{Digest as _, Sha256};

use super::World;
use crate::{
    Body, Cid, Fold, Log, Words,
    body::{
        RoundOpened, Sealed,
        rounds::{Ask, Command, Dots, Said, Scale, True},
    },
    car,
    encode::encode,
    seal,
};

/// Who hides its answer.
pub const AUTHOR: usize = 1;
/// Who guesses, and has a share of the key.
pub const GUESSER: usize = 2;
/// All who are there.
const MANY: usize = 4;

/// A room in which somebody hides an answer, and the others hide theirs.
pub struct Hidden {
    /// The room.
    pub world: World,
    /// What was asked.
    pub round: Cid,
    /// What was sealed.
    pub seal: Cid,
}

/// What can be asked, with every answer that can be given; for words some that would be tried.
///
/// # Panics
/// Never: all of it is within its limits.
pub fn asks() -> Vec<(Ask, Vec<Said>)> {
    let titles = |many: usize| (0..many).map(|it| format!("option {it}").as_str().try_into().expect("short")).collect();
    let options: Vec<_> = titles(16);
    let choice = Ask::Choice(options.try_into().expect("few"));
    let scale = |min: i64, max: i64| {
        let (low, high) = ("least".try_into().expect("short"), "most".try_into().expect("short"));
        let [min, max] = [min, max].map(|it| it.try_into().expect("within bounds"));
        Ask::Scale(Scale { min, max, low, high })
    };
    let numbers = |min: i64, max: i64| (min..=max).map(Said::Number).collect();
    let options: Vec<_> = titles(4);
    let dots = Ask::Dots(Dots { budget: 3_u64.try_into().expect("few"), options: options.try_into().expect("few") });
    let given = (0..4_u64.pow(4)).map(|it| [it % 4, it / 4 % 4, it / 16 % 4, it / 64]);
    let given = given.filter(|it| it.iter().sum::<u64>() <= 3);
    let given = given.map(|it| Said::Dots((0..).zip(it).map(|(at, dots)| (format!("option {at}"), dots)).collect()));
    let dictionary = "good bad idea yes no maybe late early slow reviews lunch deadline manager salary burnout parking \
                      overtime hiring nothing everything x 42";
    // Short and long, as people write.
    let dictionary = dictionary.split_whitespace().zip(0..).map(|(it, at)| (it, " and so on".repeat(at % 3 * 40)));
    let dictionary = dictionary.map(|(it, more)| Said::Text(format!("it is about {it}{more}")));
    vec![
        (choice, (0..16).map(Said::Choice).collect()),
        (scale(1, 10), numbers(1, 10)),
        (scale(-100, 100), numbers(-100, 100)),
        (dots, given.collect()),
        (Ask::Words(True), dictionary.collect()),
    ]
}

impl Hidden {
    /// Somebody gives that answer; the others give `theirs`.
    pub fn new(ask: &Ask, answer: &Said, theirs: &Said) -> Self {
        Self::with(ask, answer, theirs, |_, sealed| sealed)
    }

    /// The same, where what is sealed is changed before it is written.
    ///
    /// # Panics
    /// If the answer does not fit.
    pub fn with(ask: &Ask, answer: &Said, theirs: &Said, change: impl Fn(&mut World, Sealed) -> Sealed) -> Self {
        let mut world = World::new(1);
        for i in 1..=MANY {
            world.introduce(i, "somebody");
            world.sync_all();
        }
        let question = "what is it?".try_into().expect("short");
        let (meeting, order) = Default::default();
        let round = RoundOpened { question, ask: ask.clone(), sealed: true, meeting, order, many: false };
        let round = world.write(GUESSER, round);
        world.sync_all();
        let mut seals = (1..=MANY).map(|i| {
            let said = if i == AUTHOR { answer } else { theirs };
            let (log, fold) = seen(&world);
            let command = Command::Answer { round, answer: said.clone() };
            let Ok(Command::Seal { sealed, text }) = command.sealed(&fold, &log, &world.keypair(i)) else {
                panic!("it seals {said:?}")
            };
            let words = text.map(|it| world.say(i, &it));
            let sealed = Sealed { words, ..sealed };
            let sealed = if i == AUTHOR { change(&mut world, sealed) } else { sealed };
            let cid = world.write(i, sealed);
            world.sync_all();
            cid
        });
        let seal = seals.next().expect("the first is the author's");
        seals.for_each(drop);
        Self { world, round, seal }
    }

    /// All that others hold of it before it is shown: blocks, words, the file of the room, and what is told of it.
    pub fn travelled(&self) -> Vec<Vec<u8>> {
        let blocks = self.world.blocks().into_iter();
        let blocks = blocks.flat_map(|it| std::iter::once(it.block).chain(it.words.map(|it| it.1)));
        let mut all: Vec<Vec<u8>> = blocks.map(|it| it.to_vec()).collect();
        all.push(car::export(&self.world.whole(), |cid| self.world.words(cid)));
        let (log, fold) = seen(&self.world);
        all.push(format!("{:?} {:?}", fold.state(&log), fold.rounds()).into_bytes());
        all
    }

    /// How long each of these is.
    pub fn sizes(&self) -> Vec<usize> {
        self.travelled().iter().map(Vec::len).collect()
    }

    /// What is told of the room, where events have the number of their place for a name.
    pub fn told(&self) -> String {
        let (log, fold) = seen(&self.world);
        unnamed(&log, &format!("{:?} {:?}", fold.state(&log), fold.rounds())).replace(&fold.digest(), "digest")
    }

    /// Of these answers those for which something speaks in what travelled, by who has one share.
    pub fn guess(&self, ask: &Ask, answers: &[Said]) -> Vec<usize> {
        let guesser = Guesser::new(self);
        (0..).zip(answers).filter(|(_, it)| guesser.finds(ask, it)).map(|it| it.0).collect()
    }
}

/// All that was written, with its words.
fn seen(world: &World) -> (Log, Fold) {
    let (log, mut fold) = (world.whole(), Fold::default());
    log.entries().for_each(|(ix, _)| _ = fold.apply(&log, ix));
    for (cid, block) in world.blocks().into_iter().filter_map(|it| it.words) {
        fold.words(&log, cid, &block);
    }
    (log, fold)
}

/// A text in which events are called by their places, whatever they are called.
pub fn unnamed(log: &Log, told: &str) -> String {
    log.entries().zip(0..).fold(told.to_owned(), |told, ((_, entry), at)| {
        let place = format!("event {at}");
        [format!("{:?}", entry.cid), entry.cid.to_string()].iter().fold(told, |told, it| told.replace(it, &place))
    })
}

struct Guesser {
    known: Vec<Vec<u8>>,
    /// Whatever stands anywhere in it, as a salt and as a hash.
    salts: BTreeSet<Vec<u8>>,
    hashes: BTreeSet<Vec<u8>>,
    place: seal::Place,
    seq: u64,
    commit: Vec<u8>,
    /// What it could open, as an answer and as a text.
    opened: Vec<Vec<u8>>,
}

impl Guesser {
    fn new(hidden: &Hidden) -> Self {
        let world = &hidden.world;
        let log = world.whole();
        let event = &log.entry(log.find(&hidden.seal).expect("it is here")).event;
        let Body::Sealed(sealed) = &event.body else { panic!("it is a seal") };
        let place = seal::Place { room: world.room(), round: hidden.round, author: event.author };
        let mut known = hidden.travelled();
        let own = world.keypair(GUESSER);
        let share = sealed.shares.iter().find(|it| it.to == own.node()).expect("it has one");
        let share = seal::open_share(&own, &place, &share.hash, &share.sealed).expect("it is for it");
        known.push(share.to_vec());
        known.push(vec![0; 32]);
        let windows = |bytes: usize| {
            let all = known.iter().flat_map(|it| it.windows(bytes));
            all.map(<[u8]>::to_vec).collect::<BTreeSet<_>>()
        };
        let (mut salts, hashes) = (windows(seal::SALT), windows(32));
        salts.insert(Vec::new());
        let text = sealed.words.and_then(|it| world.words(&it)).and_then(|it| Words::decode(&it).ok());
        let text = text.map(|it| it.text().into_owned()).unwrap_or_default();
        let opened = windows(seal::SHARE).into_iter().filter_map(|other| {
            let (shares, commit) = ([&share[..], &other], &sealed.commit);
            match &sealed.answer {
                Some(cipher) => Some(seal::open_answer(&place, commit, cipher, shares)?.answer),
                None => Some(seal::open_words(&place, commit, &text, shares)?),
            }
        });
        let (opened, commit, seq) = (opened.collect(), sealed.commit.to_vec(), event.seq);
        Self { known, salts, hashes, place, seq, commit, opened }
    }

    fn finds(&self, ask: &Ask, answer: &Said) -> bool {
        let has = |bytes: &[u8]| {
            self.known.iter().chain(&self.opened).any(|it| it.windows(bytes.len()).any(|it| it == bytes))
        };
        let hashes = |plain: &[u8]| {
            let seal::Place { room, round, author } = &self.place;
            let place = [&room.digest()[..], round.digest(), author.as_bytes()].concat();
            let said = [&b"paceline/answer/1"[..], &place].concat();
            let all = [plain.to_vec(), [&place[..], plain].concat(), [&said[..], plain].concat()];
            all.iter().any(|it| self.hashes.contains(&Sha256::digest(it)[..]))
        };
        match answer {
            Said::Text(text) => {
                let words = |salt: &Vec<u8>| {
                    let salt = ByteArray::new(salt.first_chunk().copied().unwrap_or_default());
                    Words(self.place.room, self.place.author, self.seq, salt, text.as_str().into())
                        .encode()
                        .expect("short")
                };
                let fits = |salt: &Vec<u8>| words(salt).0.digest()[..] == self.commit[..];
                has(text.as_bytes()) || hashes(text.as_bytes()) || self.salts.iter().any(fits)
            }
            other => {
                let plain = encode(&other.value(ask).expect("it fits")).expect("short");
                let fits = |salt: &Vec<u8>| seal::fits(&self.place, &self.commit, salt, &plain);
                has(&plain) || hashes(&plain) || self.salts.iter().any(fits)
            }
        }
    }
}
