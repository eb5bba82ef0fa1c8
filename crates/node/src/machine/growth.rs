//! Laws of growth of the machine: what it does with each output of the replica, and with the end of each write. One without a law
//! does not compile.

use paceline_room::{
    body::{PostKind, posts},
    command::Command,
    cost,
    testing::{
        growth::{Grows, Law, assert_kept, assert_sighted},
        hostile::Scene,
    },
};

use super::own::BATCH;
use super::*;
use crate::write::{MakeSaying, Outcome, Step, ask};

paceline_room::laws_of! { laws_of_output, OUTPUTS, Output:
    Output::Store(_) => KEPT,
    Output::StoreWords(_) => KEPT_WORDS,
    Output::DropWords(_) => DROPPED_WORDS,
    Output::Admitted { .. } => ADMITTED,
    Output::Changed(_) => CHANGED,
    // Handed on as they are, one by one.
    Output::Refused { .. } | Output::WakeAt(_) | Output::Send { .. } | Output::Carried { .. }
        | Output::Acquainted(_) | Output::Rest(_) | Output::Disconnect(_) => HANDED_ON,
}

paceline_room::laws_of! { laws_of_end, ENDS, For:
    For::Own => OWN,
    For::Others => OTHERS,
    For::Desk => DESK,
}

const KEPT: &[Law] = &[
    Law::new("an event to keep while n wait for a disk that is slow", Grows::Never, |n| {
        let mut it = Bench::new();
        it.keep(n);
        it.keep(1)
    }),
    Law::new("an event to keep while n could not be stored", Grows::Never, |n| {
        let mut it = Bench::new();
        it.keep(n);
        it.turn();
        it.end(For::Others, false);
        it.keep(1) + it.turn()
    }),
];

const KEPT_WORDS: &[Law] = &[Law::new("words to keep while those of n wait", Grows::Never, |n| {
    let mut it = Bench::new();
    let words = it.scene.words(1);
    it.absorb(Output::StoreWords(vec![words.clone(); n]));
    it.absorb(Output::StoreWords(vec![words]))
})];

const DROPPED_WORDS: &[Law] = &[Law::new("words to drop while those of n wait for it", Grows::Never, |n| {
    let mut it = Bench::new();
    let (cid, _) = it.scene.words(1);
    it.absorb(Output::DropWords(vec![cid; n]));
    it.absorb(Output::DropWords(vec![cid]))
})];

const ADMITTED: &[Law] = &[Law::new("an event to tell of while n own ones wait for the disk", Grows::Never, |n| {
    let mut it = Bench::new();
    it.keep(1);
    it.turn();
    it.ask(n);
    let (cid, author) = (it.scene.room(), it.scene.node(2));
    it.absorb(Output::Admitted { cid, author, kind: "post".into() }) + it.turn()
})];

const CHANGED: &[Law] =
    &[Law::new("a change while n others wait to be shown and n events for the disk", Grows::Never, |n| {
        let mut it = Bench::new();
        it.keep(1);
        it.turn();
        it.keep(n);
        (0..n).for_each(|at| _ = it.absorb(changed(at)));
        it.absorb(changed(n)) + it.turn()
    })];

const HANDED_ON: &[Law] = &[Law::new("something to hand on while n events wait for the disk", Grows::Never, |n| {
    let mut it = Bench::new();
    it.keep(1);
    it.turn();
    it.keep(n);
    it.absorb(Output::Rest(true)) + it.turn()
})];

const OWN: &[Law] = &[
    Law::new("the turn of own events of which n wait", Grows::Never, |n| {
        let mut it = Bench::new();
        it.ask(n);
        it.turn() + it.end(For::Own, true)
    })
    .at(2 * BATCH),
    Law::new("an own event that goes to disk with n of others, on which it may build", Grows::Each(3), |n| {
        let mut it = Bench::new();
        it.keep(n);
        it.ask(1);
        it.turn() + it.end(For::Own, true)
    }),
    Law::new("an own event that is refused with n of others, which wait again", Grows::Each(1), |n| {
        let mut it = Bench::new();
        it.keep(n);
        it.ask(1);
        it.turn() + it.end(For::Own, false)
    }),
    Law::new("n own events that nobody may sign any more", Grows::Each(1), |n| {
        let mut it = Bench::new();
        it.ask(n);
        cost::of(|| it.machine.close()).1 + it.turn()
    }),
];

const OTHERS: &[Law] = &[
    Law::new("n events of others that are stored", Grows::Each(3), |n| {
        let mut it = Bench::new();
        it.keep(n);
        it.turn() + it.end(For::Others, true)
    }),
    Law::new("a refused event of others after which n came", Grows::Each(1), |n| {
        let mut it = Bench::new();
        it.keep(1);
        it.turn();
        it.keep(n);
        it.end(For::Others, false)
    }),
    Law::new("n refused events of others that are tried again", Grows::Each(1), |n| {
        let mut it = Bench::new();
        it.keep(n);
        it.turn();
        it.end(For::Others, false);
        it.machine.keep_again();
        it.turn() + it.end(For::Others, false)
    }),
];

const DESK: &[Law] = &[
    Law::new("n intents that are stored", Grows::Each(2), |n| {
        let mut it = Bench::new();
        it.intents(n);
        it.turn() + it.end(For::Desk, true)
    }),
    Law::new("n intents that the disk refuses", Grows::Each(4), |n| {
        let mut it = Bench::new();
        it.intents(n);
        it.turn() + it.end(For::Desk, false)
    }),
];

/// A machine whose disk answers when the law says so. What it gives is what it cost.
struct Bench {
    scene: Scene,
    machine: Machine,
    asked: Vec<oneshot::Receiver<Outcome>>,
}

impl Bench {
    /// It holds the founding event.
    fn new() -> Self {
        let mut scene = Scene::new();
        let keypair = scene.keypair(1);
        let mut replica = Replica::new(scene.room(), keypair.clone());
        assert!(replica.load(scene.blocks().to_vec()).is_empty(), "nothing is damaged");
        Self { scene, machine: Machine::new(replica, keypair, Desk::default(), false), asked: Vec::new() }
    }

    fn absorb(&mut self, output: Output) -> u64 {
        cost::of(|| self.machine.absorb(vec![output], None, 0)).1
    }

    /// So many events of others are to be kept.
    fn keep(&mut self, n: usize) -> u64 {
        let blocks = self.scene.blocks().iter().cycle().take(n).cloned().collect();
        self.absorb(Output::Store(blocks))
    }

    /// So many own posts are asked for.
    fn ask(&mut self, n: usize) {
        for _ in 0..n {
            let (reply, asked) = oneshot::channel();
            self.asked.push(asked);
            let (kind, text, tags) = (PostKind::Update, "once more".into(), Vec::new());
            let post = Command::from(posts::Command::Post { kind, text, reply_to: None, tags, mentions: vec![] });
            let alone = !post.is_independent();
            let make: MakeSaying = Box::new(move |sight, _, keypair| ask(sight, keypair, post, 0));
            self.machine.ask(Write { steps: vec![Step { make, rests: false }], alone, settles: None, reply });
        }
    }

    /// So many intents are to be kept.
    fn intents(&mut self, n: usize) {
        for i in 0..n {
            let draft = paceline_store::Draft { text: "once more".into(), ..Default::default() };
            self.machine.desk.add(&paceline_store::Place::Composer, "", i.to_string(), 0, draft);
        }
        self.machine.keep_desk(None);
    }

    fn turn(&mut self) -> u64 {
        cost::of(|| self.machine.advance(0, &mut || [7; 16])).1
    }

    /// The write that is under way comes to its end.
    fn end(&mut self, of: For, well: bool) -> u64 {
        let mut begun = self.machine.out.drain(..).filter_map(|it| match it {
            Effect::Store(job) => Some(job.of),
            _ => None,
        });
        assert_eq!(begun.next_back(), Some(of));
        drop(begun);
        let outcome = if well { Ok(()) } else { Err(StoreError::Full) };
        cost::of(|| {
            self.machine.stored(of, &outcome, 0);
            if of == For::Own && well {
                self.machine.noted(0);
            }
        })
        .1
    }
}

/// The nth words are wanted.
fn changed(n: usize) -> Output {
    let mut changed = Changed::default();
    changed.words(Cid::of(&n.to_le_bytes()));
    Output::Changed(changed)
}

fn all() -> impl Iterator<Item = &'static Law> {
    OUTPUTS.iter().chain(ENDS).copied().flatten()
}

#[test]
fn every_output_and_every_end_of_a_write_has_laws_of_growth() {
    assert!(!laws_of_output(&Output::Rest(true)).is_empty() && !laws_of_end(&For::Own).is_empty());
    assert!(OUTPUTS.iter().chain(ENDS).all(|laws| !laws.is_empty()));
}

#[test]
fn every_law_of_growth_of_the_machine_is_kept_or_known_to_be_broken() {
    assert_kept(all());
}

#[test]
fn a_planted_walk_breaks_every_law_of_growth_of_the_machine() {
    assert_sighted(all());
}
