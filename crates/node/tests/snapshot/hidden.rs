//! What the page of another draws from is the same whatever somebody answered where answers are hidden.

use paceline_room::{
    body::rounds::Said,
    testing::hidden::{AUTHOR, Hidden, asks, unnamed},
};

use super::hall::Hall;

/// All that a page is given of such a room by a node that is not its author's, with others about, events called by their places.
fn drawn(hidden: &Hidden) -> String {
    let mut hall = Hall::of(&hidden.world, 5);
    hall.load();
    hall.link(AUTHOR);
    for who in 1..5 {
        hall.beacon(who, AUTHOR, |_| {});
    }
    let snapshot = hall.take();
    assert_eq!(snapshot.lists.rounds.parts_in(hidden.round).filter(|it| it.answered).count(), 4);
    unnamed(&hall.log, &format!("{snapshot:?}"))
}

#[test]
fn rooms_that_differ_in_a_hidden_answer_alone_are_drawn_alike() {
    for (ask, answers) in asks() {
        let all = answers.iter().step_by(answers.len().div_ceil(16));
        let all: Vec<(&Said, String)> = all.map(|it| (it, drawn(&Hidden::new(&ask, it, &answers[1])))).collect();
        for (answer, drawn) in &all {
            assert!(*drawn == all[0].1, "{answer:?}: {drawn}\n{}", all[0].1);
        }
    }
}

#[test]
fn an_answer_that_is_not_hidden_would_be_seen() {
    for (ask, answers) in asks().into_iter().filter(|it| it.0.is_text()) {
        let plainly = |said: &Said| {
            let Said::Text(text) = said else { panic!("a text") };
            let mut hidden = Hidden::new(&ask, said, &answers[1]);
            hidden.world.post(AUTHOR, text);
            drawn(&hidden)
        };
        assert_ne!(plainly(&answers[0]), plainly(&answers[2]));
    }
}
