//! What happens while it crashes: two people write, one of them at a desk whose every step is taken singly.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, VecDeque},
    rc::Rc,
};

use paceline_node::Surroundings;
use paceline_room::{
    Cid, Keypair,
    body::{PostKind, people, posts},
    testing::World,
};
use paceline_store::{Place as Field, Store};

use crate::{
    together::meeting,
    world::{Disk, Fault, Place, Seat, spread},
};

/// Steps after which a story has come to an end or never will.
const MOST_STEPS: usize = 5_000;

/// What somebody does.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Act {
    /// Types this into the composer.
    Type(String),
    /// Adds this to what is in the composer and sends it.
    Post(String),
    /// The same as an answer to the first post.
    Answer(String),
    /// New words for an own post.
    Edit(String),
    /// An event without words, by a script.
    Introduce,
    /// Begins a meeting: several events in one step, by a script.
    Begin,
    /// Takes back the first own post, after the time in which that can be undone.
    Retract,
    /// Undoes the sending that was asked for last, if it is not too late.
    Cancel,
    /// Another person writes.
    Other(String),
}

/// A story that is under way.
pub struct Story {
    pub seed: u64,
    pub fault: Option<Fault>,
    pub step: usize,
    pub place: Place,
    pub me: Seat,
    pub peer: Seat,
    world: World,
    slow: bool,
    random: u64,
    acts: VecDeque<Act>,
    /// What is to be done next cannot be done yet.
    waits: bool,
    sent: BTreeSet<String>,
    /// An own post that only exists to be taken back.
    doomed: Rc<Cell<Option<Cid>>>,
    last: Option<String>,
    cancelled: Rc<RefCell<BTreeSet<String>>>,
    acknowledged: Rc<RefCell<BTreeSet<Cid>>>,
    acknowledged_texts: Rc<RefCell<BTreeSet<String>>>,
}

/// Everything by which one crash could differ from another.
#[derive(PartialEq, Eq)]
pub struct State {
    ended: usize,
    begun: usize,
    note: Option<String>,
    sent: usize,
    acknowledged: usize,
    told: usize,
}

/// What was taken back, or refused, is joined with what is written there.
pub fn parts_of(text: &str) -> Vec<String> {
    text.split("\n\n").filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

impl Story {
    /// From its beginning: this person has just come, and the other holds some events.
    pub fn new(seed: u64, fault: Option<Fault>, slow: bool) -> Self {
        let mut world = World::new(seed);
        world.post(0, "before");
        let place = Place::default();
        let (room, me, peer) = (world.room(), world.keypair(1), world.keypair(3));
        let me = Seat::open(&place, room, me, Disk::default(), Rc::default());
        let peer = Seat::open(&place, room, peer, Disk::default(), Rc::default());
        let (node, blocks) = (peer.node.clone(), world.blocks());
        let words = blocks.iter().filter_map(|it| it.words.as_ref().map(|(_, words)| words.clone()));
        let blocks: Vec<_> = words.chain(blocks.iter().map(|it| it.block.clone())).collect();
        place.spawn(Box::pin(async move {
            assert_eq!(node.import(blocks).await.map(|it| it.admitted), Ok(2));
        }));
        spread(&place, &[&peer], || peer.disk.counts().events == 2);
        me.link(&peer);
        me.disk.set_fault(fault);
        let post = |n: usize| Act::Post(format!("text {n}."));
        let other = |n: usize| Act::Other(format!("other {n}."));
        let acts = [
            Act::Type("draft 1.".into()),
            post(1),
            other(1),
            post(2),
            Act::Answer("answer 1.".into()),
            Act::Type("draft 2.".into()),
            Act::Introduce,
            Act::Begin,
            Act::Retract,
            other(2),
            post(3),
            Act::Cancel,
            Act::Edit("edit 1.".into()),
            other(3),
            Act::Type("draft 3.".into()),
            post(4),
            Act::Answer("answer 2.".into()),
            post(5),
        ];
        Self {
            seed,
            fault,
            step: 0,
            place,
            me,
            peer,
            world,
            slow,
            random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            acts: acts.into(),
            waits: false,
            sent: BTreeSet::new(),
            doomed: Rc::default(),
            last: None,
            cancelled: Rc::default(),
            acknowledged: Rc::default(),
            acknowledged_texts: Rc::default(),
        }
    }

    /// How many writes the story of this seed takes.
    pub fn writes_of(seed: u64) -> usize {
        let mut story = Self::new(seed, None, false);
        while story.go_on() {}
        story.me.disk.ended()
    }

    pub fn room(&self) -> Cid {
        self.world.room()
    }

    pub fn my_key(&self) -> Keypair {
        self.world.keypair(1)
    }

    pub fn peer_key(&self) -> Keypair {
        self.world.keypair(3)
    }

    /// The key under which this person goes on when the first is not theirs any more.
    pub fn other_key(&self) -> Keypair {
        self.world.keypair(2)
    }

    /// Texts that were sent.
    pub fn sent(&self) -> BTreeSet<String> {
        self.sent.clone()
    }

    /// Own events that were said to be stored.
    pub fn acknowledged(&self) -> BTreeSet<Cid> {
        self.acknowledged.borrow().clone()
    }

    /// Texts whose sending was said to be done.
    pub fn acknowledged_texts(&self) -> BTreeSet<String> {
        self.acknowledged_texts.borrow().clone()
    }

    pub fn state(&self) -> State {
        State {
            ended: self.me.disk.ended(),
            begun: self.me.disk.begun(),
            note: self.me.key.note.borrow().clone(),
            sent: self.sent.len(),
            acknowledged: self.acknowledged.borrow().len() + self.acknowledged_texts.borrow().len(),
            told: self.peer.events_of(self.me.node.me).len(),
        }
    }

    fn below(&mut self, most: usize) -> usize {
        // Xorshift (Marsaglia 2003): the same run every time.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random % most as u64) as usize
    }

    /// One step: of a task, a disk, a link, a person, or else of the clock. `false`: all is said and done.
    pub fn go_on(&mut self) -> bool {
        self.step += 1;
        assert!(
            self.step < MOST_STEPS,
            "seed {}: it never ends: {:?}, to do {:?}",
            self.seed,
            self.me.node.desk(),
            self.acts
        );
        let busy = self.place.has_task() || self.me.has_message() || self.peer.has_message();
        let mut can: Vec<u8> = Vec::new();
        can.extend(self.place.has_task().then_some(0));
        can.extend(self.me.has_message().then_some(1));
        can.extend(self.peer.has_message().then_some(2));
        // A slow disk ends a write when nothing else moves.
        can.extend((self.me.disk.begun() > 0 && (!self.slow || !busy)).then_some(3));
        can.extend((self.peer.disk.begun() > 0).then_some(4));
        // People are slower than machines.
        if !self.acts.is_empty() && !self.waits && (can.is_empty() || self.below(8) == 0) {
            can = vec![5];
        }
        let Some(which) = can.get(self.below(can.len().max(1))) else {
            self.waits = false;
            return self.send_held() || (!self.is_over() && self.place.fire_timer());
        };
        match which {
            0 => self.place.run_task(),
            1 => self.me.deliver_message(&[&self.peer]),
            2 => self.peer.deliver_message(&[&self.me]),
            3 => self.me.disk.end_write(),
            4 => self.peer.disk.end_write(),
            _ => self.act(),
        }
        true
    }

    fn is_over(&self) -> bool {
        // A draft that was refused is written with what is typed next.
        let kept = self.me.disk.begun() + self.peer.disk.begun() == 0;
        self.acts.is_empty()
            && self.me.node.desk().unsent().is_empty()
            && kept
            && self.me.digest() == self.peer.digest()
    }

    fn act(&mut self) {
        let Some(act) = self.acts.pop_front() else { return };
        match act {
            Act::Type(text) => self.write(&Field::Composer, &text),
            Act::Post(text) => self.send(Field::Composer, &text),
            Act::Answer(text) => match self.first_post() {
                Some(post) => self.send(Field::Reply(post), &text),
                None => self.later(Act::Answer(text)),
            },
            Act::Edit(text) => match self.own_post() {
                Some(post) => self.send(Field::Edit(post), &text),
                None => self.later(Act::Edit(text)),
            },
            Act::Introduce => {
                let command = people::Command::Introduce { name: "Ann".into(), strengths: vec![], hue: Some(1) };
                let (node, acknowledged) = (self.me.node.clone(), self.acknowledged.clone());
                self.place.spawn(Box::pin(async move {
                    if let Ok(cid) = node.act(command.into()).await {
                        acknowledged.borrow_mut().insert(cid);
                    }
                }));
            }
            Act::Begin => {
                let (node, acknowledged) = (self.me.node.clone(), self.acknowledged.clone());
                self.place.spawn(Box::pin(async move {
                    if let Ok(names) = node.act_all(meeting().0).await {
                        acknowledged.borrow_mut().extend(names);
                    }
                }));
            }
            Act::Retract => self.retract(),
            Act::Cancel => {
                if let Some(id) = self.last.take()
                    && self.me.node.cancel(&id).is_some()
                {
                    self.cancelled.borrow_mut().insert(id);
                }
            }
            Act::Other(text) => {
                self.peer.node.set_draft(&Field::Composer, |it| it.text = text);
                let id = self.peer.node.submit(&Field::Composer, "").expect("an intent");
                let node = self.peer.node.clone();
                self.place.spawn(Box::pin(async move { assert_eq!(node.deliver(id).await, Ok(())) }));
            }
        }
    }

    /// It cannot be done yet: something must happen first.
    fn later(&mut self, act: Act) {
        self.acts.push_back(act);
        self.waits = true;
    }

    fn first_post(&self) -> Option<Cid> {
        self.me.node.replica().fold().posts().next().map(|it| it.cid)
    }

    /// The first own post that stays.
    fn own_post(&self) -> Option<Cid> {
        let replica = self.me.node.replica();
        let mut own = replica.fold().posts().filter(|it| it.author == self.me.node.me);
        own.find(|it| Some(it.cid) != self.doomed.get()).map(|it| it.cid)
    }

    /// Adds to what is written there.
    fn write(&self, field: &Field, text: &str) {
        self.me.node.set_draft(field, |it| {
            it.text = if it.text.is_empty() { text.into() } else { format!("{}\n\n{text}", it.text) };
        });
    }

    fn send(&mut self, field: Field, text: &str) {
        self.write(&field, text);
        let text = self.me.node.desk().draft(&field).map(|it| it.text.clone()).unwrap_or_default();
        let id = self.me.node.submit(&field, "").expect("an intent");
        let parts = parts_of(&text);
        self.sent.extend(parts.iter().cloned());
        self.last = Some(id.clone());
        self.deliver(id, parts);
    }

    /// At last this person looks at what waits for a decision, and sends it. Whether there was anything.
    fn send_held(&mut self) -> bool {
        let desk = self.me.node.desk();
        let held = desk.unsent().iter().find(|it| !it.held.is_empty() && !desk.is_going(&it.id)).cloned();
        drop(desk);
        let Some(held) = held.filter(|_| self.acts.is_empty()) else { return false };
        self.me.node.release(&held.id);
        self.deliver(held.id, parts_of(&held.draft.text));
        true
    }

    fn deliver(&self, id: String, parts: Vec<String>) {
        let (node, cancelled, acknowledged) =
            (self.me.node.clone(), self.cancelled.clone(), self.acknowledged_texts.clone());
        self.place.spawn(Box::pin(async move {
            let outcome = node.deliver(id.clone()).await;
            if outcome.is_ok() && !node.is_closed() && !cancelled.borrow().contains(&id) {
                acknowledged.borrow_mut().extend(parts);
            }
        }));
    }

    /// A post by a script, which its author then takes back.
    fn retract(&mut self) {
        let (node, doomed, acknowledged) = (self.me.node.clone(), self.doomed.clone(), self.acknowledged.clone());
        let (kind, text) = (PostKind::Update, "doomed.".into());
        let post = posts::Command::Post { kind, text, reply_to: None, tags: vec![], mentions: vec![] };
        self.place.spawn(Box::pin(async move {
            let Ok(cid) = node.act(post.into()).await else { return };
            acknowledged.borrow_mut().insert(cid);
            doomed.set(Some(cid));
            let Some(id) = node.begin_retract(cid) else { return };
            node.undone().await;
            if !node.is_closed() {
                // Refused: it is held, and is there the next time.
                let _ = node.retract(id, cid).await;
            }
        }));
    }
}
