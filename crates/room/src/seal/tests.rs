//! One share opens nothing, any two do; nothing that was changed opens.

use super::*;

fn key(secret: u8) -> Keypair {
    Keypair::from_secret([secret; 32])
}

fn nodes(secrets: std::ops::RangeInclusive<u8>) -> Vec<NodeId> {
    secrets.map(|it| key(it).node()).collect()
}

fn own(keypair: &Keypair) -> Own<'_> {
    Own::new(keypair, Cid::of(b"room"), Cid::of(b"round"), 7)
}

fn place() -> Place {
    own(&key(1)).place
}

/// `{"number": n}`, as an answer on a scale is written.
fn number(n: u8) -> Vec<u8> {
    [&b"\xa1\x66number"[..], &[n]].concat()
}

fn share(of: &Closed, at: usize) -> [u8; SHARE] {
    let it = &of.shares[at];
    open_share(&key(at as u8 + 2), &place(), &it.hash, &it.sealed).unwrap()
}

#[test]
fn a_sealed_answer_is_opened_by_its_author_without_memory_and_by_any_two_of_the_others() {
    let sealed = own(&key(1)).seal_answer(&number(4), &nodes(2..=6)).unwrap();
    let opened = own(&key(1)).open_answer(&sealed.commit, &sealed.cipher).unwrap();
    assert_eq!(opened.answer, number(4));
    assert!(fits(&place(), &sealed.commit, &opened.salt, &number(4)));
    assert!(!fits(&place(), &sealed.commit, &opened.salt, &number(5)));
    assert_eq!(sealed.shares.len(), 5);
    for one in 0..5 {
        for other in 0..5 {
            let shares = [&share(&sealed, one)[..], &share(&sealed, other)];
            let by_two = open_answer(&place(), &sealed.commit, &sealed.cipher, shares);
            assert_eq!(by_two.is_some(), one != other);
            assert!(by_two.is_none_or(|it| it == opened));
        }
    }
}

#[test]
fn a_sealed_text_is_opened_as_the_very_words_block_that_it_was_committed_to() {
    let sealed = own(&key(1)).seal_words("we ship too late", &nodes(2..=4)).unwrap();
    let text = to_text(&sealed.cipher);
    let block = own(&key(1)).open_words(&sealed.commit, &text).unwrap();
    assert_eq!(Words::decode(&block).map(|it| it.text().into_owned()), Ok("we ship too late".into()));
    assert_eq!(*Cid::of(&block).digest(), sealed.commit);
    let shares = [&share(&sealed, 2)[..], &share(&sealed, 0)];
    assert_eq!(open_words(&place(), &sealed.commit, &text, shares), Some(block));
    assert_eq!(open_words(&place(), &sealed.commit, "not base64", shares), None);
}

#[test]
fn a_share_is_for_its_node_alone_and_known_by_its_hash() {
    let sealed = own(&key(1)).seal_answer(&number(1), &nodes(2..=3)).unwrap();
    let [first, second] = &sealed.shares[..] else { unreachable!("two shares") };
    assert_eq!(open_share(&key(3), &place(), &first.hash, &first.sealed), None);
    assert_eq!(open_share(&key(2), &place(), &second.hash, &first.sealed), None);
    let elsewhere = Place { round: Cid::of(b"another"), ..place() };
    assert_eq!(open_share(&key(2), &elsewhere, &first.hash, &first.sealed), None);
    let good = share(&sealed, 0);
    assert!(share_fits(&first.hash, &good));
    for at in 0..SHARE {
        let mut wrong = good;
        wrong[at] ^= 1;
        assert!(!share_fits(&first.hash, &wrong), "byte {at}");
        let shares = [&wrong[..], &share(&sealed, 1)];
        assert_eq!(open_answer(&place(), &sealed.commit, &sealed.cipher, shares), None, "byte {at}");
    }
    assert!(!share_fits(&first.hash, &good[1..]));
}

#[test]
fn nothing_that_was_sealed_can_be_changed_or_moved() {
    let author = key(1);
    let sealed = own(&author).seal_answer(&number(2), &nodes(2..=3)).unwrap();
    for at in 0..sealed.cipher.len() {
        let mut changed = sealed.cipher.clone();
        changed[at] ^= 1;
        assert_eq!(own(&author).open_answer(&sealed.commit, &changed), None, "byte {at}");
        assert_eq!(own(&author).open_answer(&sealed.commit, &changed[..at]), None, "the first {at} bytes");
    }
    let other = own(&author).seal_answer(&number(3), &nodes(2..=3)).unwrap();
    assert_eq!(own(&author).open_answer(&other.commit, &sealed.cipher), None);
    let shares = [&share(&sealed, 0)[..], &share(&sealed, 1)];
    for elsewhere in [
        Place { room: Cid::of(b"another"), ..place() },
        Place { round: Cid::of(b"another"), ..place() },
        Place { author: key(2).node(), ..place() },
    ] {
        assert_eq!(open_answer(&elsewhere, &sealed.commit, &sealed.cipher, shares), None);
    }
}

#[test]
fn an_author_that_encrypts_something_else_than_it_committed_to_is_not_opened() {
    let author = key(1);
    let own = own(&author);
    let plain = [&own.salt[..], &number(5)].concat();
    let other = commit_of(&own.place, &*own.salt, &number(1));
    let cipher = own.key.encrypt(&own.place, &other, &plain, ANSWER_LENGTH);
    assert!(own.key.decrypt(&own.place, &other, &cipher).is_some());
    assert_eq!(own.open_answer(&other, &cipher), None);
    let block = own.key.encrypt(&own.place, &other, b"some block", TEXT_LEAST);
    assert_eq!(own.open_words(&other, &to_text(&block)), None);
}

/// All that others ever see of it before it is opened.
fn travelled(sealed: &Closed) -> Vec<u8> {
    let shares = sealed.shares.iter().flat_map(|it| [&it.to.as_bytes()[..], &it.hash, &it.sealed].concat());
    sealed.commit.iter().chain(&sealed.cipher).copied().chain(shares).collect()
}

#[test]
fn trying_every_possible_answer_against_all_that_travelled_finds_none() {
    for chosen in 1..=5 {
        let sealed = own(&key(1)).seal_answer(&number(chosen), &nodes(2..=6)).unwrap();
        // The one who tries has a share of its own, too.
        let share = share(&sealed, 0);
        let known = [&travelled(&sealed)[..], &share, &place().said(), &[0; 32]].concat();
        for tried in 1..=5 {
            assert!(known.windows(SALT).all(|salt| !fits(&place(), &sealed.commit, salt, &number(tried))));
            assert!(known.windows(32).all(|it| it != sha256(&[&number(tried)])), "{tried} is not there unsalted");
            assert!(known.windows(number(tried).len()).all(|it| it != number(tried)));
        }
        for key in known.windows(KEY).filter_map(|it| it.try_into().ok()) {
            assert_eq!(Key(Zeroizing::new(key)).open_answer(&place(), &sealed.commit, &sealed.cipher), None);
        }
        for point in known.windows(SHARE) {
            assert_eq!(open_answer(&place(), &sealed.commit, &sealed.cipher, [&share, point]), None);
        }
    }
}

#[test]
fn how_long_it_is_tells_nothing_of_an_answer_and_little_of_a_text() {
    let author = key(1);
    let lengths = |sealed: Closed| (sealed.cipher.len(), travelled(&sealed).len());
    let answer = |it: &[u8]| lengths(own(&author).seal_answer(it, &nodes(2..=4)).unwrap());
    // As many dots as there may be options.
    let dots = [&b"\xa1\x64dots\x98\x40"[..], &[20; 64]].concat();
    assert_eq!(answer(&number(1)), answer(&dots));
    let text = |bytes: usize| lengths(own(&author).seal_words("x".repeat(bytes), &nodes(2..=4)).unwrap());
    assert_eq!(text(0), text(900));
    assert_eq!(text(1_000).0 - text(900).0, TEXT_STEP);
    assert_eq!(text(1_000), text(1_150));
}

#[test]
fn what_is_too_long_is_not_sealed_and_what_is_not_is_a_text_within_its_limit() {
    let author = key(1);
    let longest = own(&author).seal_words("x".repeat(TEXT_BYTES), &[]).unwrap();
    assert!(to_text(&longest.cipher).len() <= limits::WORDS_BYTES);
    assert_eq!(own(&author).seal_words("x".repeat(TEXT_BYTES + TEXT_STEP), &[]), Err(TooLong));
    assert_eq!(own(&author).seal_words("x".repeat(limits::WORDS_BYTES + 1), &[]), Err(TooLong));
    assert_eq!(own(&author).seal_answer(&[0; ANSWER_LENGTH], &[]), Err(TooLong));
}

#[test]
fn with_fewer_than_two_others_only_the_author_opens_and_no_more_than_sixteen_have_shares() {
    let author = key(1);
    let shares = |to: &[NodeId]| own(&author).seal_answer(&number(1), to).unwrap().shares.len();
    assert_eq!([0, 1, 2, 16, 20].map(|many| shares(&nodes(2..=many + 1))), [0, 0, 2, 16, 16]);
    let nobody = NodeId::from_bytes([0; 32]);
    assert_eq!(shares(&[nobody, key(2).node()]), 0);
}

#[test]
fn two_answers_at_one_place_of_a_chain_share_neither_nonce_nor_key_of_a_share() {
    let author = key(1);
    let [one, other] = [1, 2].map(|it| own(&author).seal_answer(&number(it), &nodes(2..=3)).unwrap());
    assert_ne!(one.cipher[..NONCE], other.cipher[..NONCE]);
    assert_ne!(one.shares[0].sealed[..32], other.shares[0].sealed[..32]);
}
