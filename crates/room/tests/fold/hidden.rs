//! A hidden answer: nobody finds it by trying, and nothing of it shows in what others are told, or in how long anything is.

use paceline_room::{
    Words,
    body::{
        Sealed,
        rounds::{Ask, Said},
    },
    seal,
    testing::{
        World,
        hidden::{AUTHOR, Hidden, asks},
    },
};
use sha2::{Digest as _, Sha256};

/// Some of these: both ends, and one between.
fn some(answers: &[Said]) -> [&Said; 3] {
    [0, answers.len() / 2, answers.len() - 1].map(|at| &answers[at])
}

#[test]
fn trying_every_answer_against_all_that_travelled_and_is_stored_finds_none() {
    for (ask, answers) in asks() {
        // Of many the one between: each is tried against all.
        let hides = some(&answers);
        for answer in if answers.len() < 100 { &hides[..] } else { &hides[1..2] } {
            let hidden = Hidden::new(&ask, answer, &answers[1]);
            assert_eq!(hidden.guess(&ask, &answers), [0; 0], "{answer:?}");
        }
    }
}

#[test]
fn rooms_that_differ_in_a_hidden_answer_alone_are_told_alike_and_all_in_them_is_of_one_length() {
    for (ask, answers) in asks() {
        let all = answers.iter().map(|it| Hidden::new(&ask, it, &answers[1])).map(|it| (it.told(), it.sizes()));
        let all: Vec<_> = all.collect();
        for (answer, it) in answers.iter().zip(&all) {
            assert_eq!(it, &all[0], "{answer:?}");
        }
    }
}

/// A way to seal that tells what is hidden.
type Fault = fn(&mut World, Sealed, &Ask, &Said) -> Sealed;

fn round_of(sealed: &Sealed, world: &World) -> seal::Place {
    seal::Place { room: world.room(), round: sealed.round, author: world.author(AUTHOR) }
}

fn plain(ask: &Ask, said: &Said) -> Vec<u8> {
    serde_ipld_dagcbor::to_vec(&said.value(ask).expect("it fits")).expect("short")
}

/// A hash of the answer alone.
fn without_salt(world: &mut World, sealed: Sealed, ask: &Ask, said: &Said) -> Sealed {
    let seal::Place { room, round, author } = round_of(&sealed, world);
    let place = [&room.digest()[..], round.digest(), author.as_bytes()].concat();
    let commit = Sha256::digest([&b"paceline/answer/1"[..], &place, &plain(ask, said)].concat());
    Sealed { commit: commit.to_vec().try_into().unwrap(), ..sealed }
}

/// A salt that all know: it stands in what was encrypted.
fn with_a_salt_that_is_known(world: &mut World, sealed: Sealed, ask: &Ask, said: &Said) -> Sealed {
    let seal::Place { room, round, author } = round_of(&sealed, world);
    let cipher = sealed.answer.clone().expect("no text");
    let place = [&room.digest()[..], round.digest(), author.as_bytes()].concat();
    let commit = Sha256::digest([&b"paceline/answer/1"[..], &place, &cipher[40..56], &plain(ask, said)].concat());
    Sealed { commit: commit.to_vec().try_into().unwrap(), ..sealed }
}

/// A second share that is not encrypted.
fn with_a_share_in_the_open(world: &mut World, mut sealed: Sealed, _: &Ask, _: &Said) -> Sealed {
    let (place, key) = (round_of(&sealed, world), world.keypair(3));
    let mut shares = sealed.shares.to_vec();
    let it = shares.iter_mut().find(|it| it.to == key.node()).expect("it has one");
    it.sealed = seal::open_share(&key, &place, &it.hash, &it.sealed).expect("its own").to_vec().try_into().unwrap();
    sealed.shares = shares.try_into().unwrap();
    sealed
}

/// A text beside its seal as anybody reads it.
fn in_plain_words(world: &mut World, sealed: Sealed, _: &Ask, said: &Said) -> Sealed {
    let Said::Text(text) = said else { panic!("a text") };
    Sealed { words: Some(world.say(AUTHOR, text)), ..sealed }
}

/// A text with a salt of nothing.
fn with_an_empty_salt(world: &mut World, sealed: Sealed, _: &Ask, said: &Said) -> Sealed {
    let Said::Text(text) = said else { panic!("a text") };
    let (room, author) = (world.room(), world.author(AUTHOR));
    let words = Words(room, author, 1, Default::default(), text.as_str().into());
    Sealed { commit: words.encode().expect("short").0.digest().to_vec().try_into().unwrap(), ..sealed }
}

#[test]
fn a_seal_that_tells_is_found_out() {
    let of_text: [Fault; 3] = [in_plain_words, with_an_empty_salt, with_a_share_in_the_open];
    let of_others: [Fault; 3] = [without_salt, with_a_salt_that_is_known, with_a_share_in_the_open];
    for (ask, answers) in asks().into_iter().filter(|it| it.1.len() < 100) {
        for fault in if ask.is_text() { of_text } else { of_others } {
            let at = answers.len() / 2;
            let hidden =
                Hidden::with(&ask, &answers[at], &answers[1], |world, it| fault(world, it, &ask, &answers[at]));
            assert_eq!(hidden.guess(&ask, &answers), [at]);
        }
    }
}

#[test]
fn a_length_that_tells_is_found_out() {
    let mut told = 0;
    for (ask, answers) in asks().into_iter().filter(|it| !it.0.is_text()) {
        let unpadded = |said: &Said| {
            Hidden::with(&ask, said, &answers[1], |_, it| {
                let cipher = it.answer.clone().expect("no text")[..40 + plain(&ask, said).len()].to_vec();
                Sealed { answer: Some(cipher.try_into().unwrap()), ..it }
            })
        };
        let longest = answers.iter().max_by_key(|it| plain(&ask, it).len()).expect("some");
        let shortest = answers.iter().min_by_key(|it| plain(&ask, it).len()).expect("some");
        let differ = plain(&ask, longest).len() != plain(&ask, shortest).len();
        assert_eq!(unpadded(longest).sizes() != unpadded(shortest).sizes(), differ);
        assert_eq!(unpadded(longest).told(), unpadded(shortest).told(), "the length alone");
        told += usize::from(differ);
    }
    assert!(told > 0, "numbers are not all of one length");
}
