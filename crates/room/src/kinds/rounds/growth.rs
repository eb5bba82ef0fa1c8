//! What the worst rounds known cost.

use sha2::{Digest as _, Sha256};

use super::{
    AnswerDone, Answered, Ask, End, RevealOpened, Revealed, RoundClosed, RoundOpened, Sealed, ShareOpened, Spoken,
    ThemePlaced, True, Turn, TurnDone, Under, Value,
};
use crate::{
    Cid,
    testing::{
        growth::{Grows, Law, Measured},
        hostile::Scene,
    },
};

impl Measured for RoundOpened {
    const LAWS: &'static [Law] = &[Law::new("a round beside n others", Grows::Halving(4), |n| {
        let mut it = Scene::new();
        (0..=n).for_each(|_| _ = open(&mut it, Ask::Words(True), false));
        it.last
    })];
}

impl Measured for Answered {
    const LAWS: &'static [Law] = &[
        Law::new("an answer in a round that n have answered", Grows::Halving(8), |n| {
            let mut it = Scene::new();
            let round = open(&mut it, Ask::Words(True), false);
            for i in 0..=n {
                let body = answered(&mut it, 10 + i, round);
                let draft = it.draft_on(10 + i, None, &[round], body);
                it.put(10 + i, draft);
            }
            it.last
        })
        .at(20),
        Law::new("an answer of who has answered n times", Grows::Halving(8), |n| {
            let mut it = Scene::new();
            let round = open(&mut it, Ask::Words(True), false);
            for _ in 0..=n {
                let body = answered(&mut it, 1, round);
                it.write(1, body);
            }
            it.last
        }),
    ];
}

impl Measured for AnswerDone {
    const LAWS: &'static [Law] = &[Law::new("done in a round, after n others", Grows::Halving(8), |n| {
        let mut it = Scene::new();
        let round = open(&mut it, Ask::Words(True), false);
        for i in 0..=n {
            let draft = it.draft_on(10 + i, None, &[round], AnswerDone { round, passed: i.is_multiple_of(2) });
            it.put(10 + i, draft);
        }
        it.last
    })];
}

impl Measured for TurnDone {
    const LAWS: &'static [Law] = &[
        Law::new("a turn in a round of n who came later", Grows::Halving(16), |n| {
            let mut it = Scene::new();
            let round = open(&mut it, Ask::Spoken(Spoken::default()), false);
            for i in 0..=n {
                let node = it.node(10 + i);
                let draft = it.draft_on(10 + i, None, &[round], turn(round, node, Turn::Joined));
                it.put(10 + i, draft);
            }
            it.last
        })
        .at(256),
        Law::new("a turn about which n said something, none having seen another", Grows::Each(4), |n| {
            let mut it = Scene::new();
            let round = open(&mut it, Ask::Spoken(Spoken::default()), false);
            let node = it.node(1);
            for i in 0..=n {
                let draft = it.draft_on(10 + i, None, &[round], turn(round, node, Turn::Spoken));
                it.put(10 + i, draft);
            }
            it.last
        }),
        Law::new("a turn that ends beside n that were undone", Grows::Each(11), |n| {
            let mut it = Scene::new();
            let round = open(&mut it, Ask::Spoken(Spoken::default()), false);
            for i in 0..n {
                let node = it.node(10 + i);
                let draft = it.draft_on(10 + i, None, &[round], turn(round, node, Turn::Again));
                it.put(10 + i, draft);
            }
            let node = it.node(2);
            let draft = it.draft_on(2, None, &[round], turn(round, node, Turn::Spoken));
            it.put(2, draft);
            it.last
        }),
    ];
}

impl Measured for RoundClosed {
    const LAWS: &'static [Law] = &[Law::new("the end of a round that ended n times", Grows::Halving(4), |n| {
        let mut it = Scene::new();
        let round = open(&mut it, Ask::Words(True), false);
        (0..=n).for_each(|i| {
            let how = (i % 2 == 1).then_some(End::Again);
            it.write(1, RoundClosed { round, how });
        });
        it.last
    })];
}

impl Measured for ThemePlaced {
    const LAWS: &'static [Law] =
        &[Law::new("an answer that is put to another for the nth time", Grows::Halving(8), |n| {
            let mut it = Scene::new();
            let round = open(&mut it, Ask::Words(True), false);
            let answers: Vec<_> = (0..=n)
                .map(|_| {
                    let body = answered(&mut it, 1, round);
                    it.write(1, body)
                })
                .collect();
            for other in &answers[1..] {
                it.write(1, ThemePlaced { answer: answers[0], round, under: Some(Under::Answer(*other)) });
            }
            it.last
        })];
}

impl Measured for Sealed {
    const LAWS: &'static [Law] = &[Law::new("a seal beside n others and a reveal", Grows::Halving(16), |n| {
        let mut it = Scene::new();
        let round = open(&mut it, dots(), true);
        it.write(1, RevealOpened { round });
        for i in 0..=n {
            let draft = it.draft_on(10 + i, None, &[round], sealed(round, 1));
            it.put(10 + i, draft);
        }
        it.last
    })
    .at(24)];
}

impl Measured for RevealOpened {
    const LAWS: &'static [Law] = &[
        Law::new("the first reveal of n answers", Grows::Each(5), |n| {
            let mut it = Scene::new();
            let round = open(&mut it, dots(), true);
            (0..n).for_each(|_| _ = it.write(1, sealed(round, 1)));
            it.write(1, RevealOpened { round });
            it.last
        }),
        Law::new("a reveal beside n others", Grows::Halving(8), |n| {
            let mut it = Scene::new();
            let round = open(&mut it, dots(), true);
            (0..=n).for_each(|_| _ = it.write(1, RevealOpened { round }));
            it.last
        }),
    ];
}

impl Measured for Revealed {
    const LAWS: &'static [Law] = &[
        Law::new("what is shown for the nth time", Grows::Halving(8), |n| {
            let mut it = Scene::new();
            let round = open(&mut it, dots(), true);
            let seal = it.write(1, sealed(round, 1));
            let by = it.write(1, RevealOpened { round });
            let (answer, salt) = (Some(none()), Some(vec![0; 16].try_into().expect("16")));
            (0..=n).for_each(|_| {
                let (answer, salt) = (answer.clone(), salt.clone());
                it.write(1, Revealed { sealed: seal, by, answer, salt, words: None });
            });
            it.last
        }),
        Law::new("the last of n texts that are shown", Grows::Halving(12), |n| {
            let mut it = Scene::new();
            let round = open(&mut it, Ask::Words(True), true);
            let plain = Cid::of(b"plain");
            let commit = plain.digest().to_vec().try_into().expect("32");
            let text =
                Sealed { round, commit, answer: None, words: Some(Cid::of(b"cipher")), shares: Default::default() };
            let seals: Vec<_> = (0..=n).map(|i| it.write(1 + i % 2, text.clone())).collect();
            let by = it.write(1, RevealOpened { round });
            for (i, sealed) in seals.into_iter().enumerate() {
                it.write(1 + i % 2, Revealed { sealed, by, answer: None, salt: None, words: Some(plain) });
            }
            it.last
        }),
    ];
}

impl Measured for ShareOpened {
    const LAWS: &'static [Law] = &[
        Law::new("a share that fits nothing, of n seals", Grows::Halving(8), |n| {
            let mut it = Scene::new();
            let round = open(&mut it, dots(), true);
            let seals: Vec<_> = (0..=n).map(|_| it.write(1, sealed(round, 1))).collect();
            let by = it.write(1, RevealOpened { round });
            for seal in seals {
                it.write(1, ShareOpened { sealed: seal, by, share: vec![0; 33].try_into().expect("33") });
            }
            it.last
        }),
        Law::new("a share that fits, of n seals", Grows::Halving(8), |n| {
            let mut it = Scene::new();
            let round = open(&mut it, dots(), true);
            let (to, hash) = (it.node(2), Sha256::digest([0; 33]).to_vec().try_into().expect("32"));
            let share = super::Share { to, hash, sealed: vec![0].try_into().expect("1") };
            let shares: crate::kinds::List<_, { crate::limits::SHARES }> = vec![share].try_into().expect("one");
            let seal = Sealed { shares, ..sealed(round, 1) };
            let seals: Vec<_> = (0..=n).map(|_| it.write(1, seal.clone())).collect();
            let by = it.write(1, RevealOpened { round });
            for sealed in seals {
                it.write(2, ShareOpened { sealed, by, share: vec![0; 33].try_into().expect("33") });
            }
            it.last
        }),
    ];
}

fn open(it: &mut Scene, ask: Ask, sealed: bool) -> Cid {
    let question = "what now?".try_into().expect("it fits");
    it.write(1, RoundOpened { question, ask, sealed, meeting: None, order: Default::default(), many: false })
}

fn answered(it: &mut Scene, i: usize, round: Cid) -> Answered {
    let (words, _) = it.words(i);
    Answered { round, answer: None, words: Some(words) }
}

fn turn(round: Cid, node: crate::NodeId, state: Turn) -> TurnDone {
    TurnDone { round, node, state, next: Some(node) }
}

fn dots() -> Ask {
    let options = vec!["tea".try_into().expect("it fits")].try_into().expect("one");
    Ask::Dots(super::Dots { budget: 1_u64.try_into().expect("it fits"), options })
}

fn none() -> Value {
    Value::Dots(vec![0_u64.try_into().expect("it fits")].try_into().expect("one"))
}

fn sealed(round: Cid, byte: u8) -> Sealed {
    let (commit, answer) = (vec![byte; 32].try_into().expect("32"), Some(vec![byte; 64].try_into().expect("64")));
    Sealed { round, commit, answer, words: None, shares: Default::default() }
}
