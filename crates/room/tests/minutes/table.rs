//! People at one table, each with a node of its own that has seen what it was sent and nothing else. They act by the commands that a
//! page sends, with fixed keys, and clocks that move on with each step.

use std::sync::Arc;

use paceline_room::{
    Admission, Cid, Fold, Keypair, Log, NodeId, Stored, Words,
    body::{
        meetings,
        people::Command as Introducing,
        rounds::{Ask, Spoken, True},
    },
    command::{Asker, Command, Saying},
    minutes::minutes,
    state::{Meeting, Round},
    testing::World,
};
use serde_bytes::ByteArray;
use serde_json::Value;

use crate::english::English;
use crate::html::both;

/// What one has seen.
pub struct Seen {
    pub log: Log,
    pub fold: Fold,
}

impl Seen {
    fn new(room: Cid) -> Self {
        Self { log: Log::new(room), fold: Fold::default() }
    }

    /// All that was written, in an order of that seed's choosing; words come as they do with their events, or after all of them.
    pub fn all(table: &Table, seed: u64) -> Self {
        let mut seen = Self::new(table.room);
        let key = |it: &Stored| Cid::of(&[&seed.to_be_bytes()[..], it.cid.digest()].concat());
        let mut waiting: Vec<&Stored> = table.written.iter().collect();
        waiting.sort_by_key(|it| key(it));
        let mut words = Vec::new();
        while !waiting.is_empty() {
            let before = waiting.len();
            waiting.retain(|it| {
                let is_here = seen.admit(it);
                if is_here && seed.is_multiple_of(2) {
                    seen.read(it);
                } else if is_here {
                    words.push(*it);
                }
                !is_here
            });
            assert!(waiting.len() < before, "parents are missing");
        }
        words.into_iter().rev().for_each(|it| seen.read(it));
        seen
    }

    /// Whether what it builds on is here, and so it is.
    fn admit(&mut self, stored: &Stored) -> bool {
        match self.log.admit(&stored.block).expect("a valid event") {
            Admission::Admitted(ix) => _ = self.fold.apply(&self.log, ix),
            Admission::Known(_) => {}
            Admission::Pending(_) => return false,
        }
        true
    }

    fn read(&mut self, stored: &Stored) {
        if let Some((cid, words)) = &stored.words {
            self.fold.words(&self.log, *cid, words);
        }
    }

    pub fn notes(&self, meeting: Cid) -> String {
        both(&minutes(&self.fold, &self.log, &meeting).expect("a meeting"), &English(&self.fold))
    }

    pub fn meeting(&self, meeting: Cid) -> &Meeting {
        self.fold.meeting(&meeting).expect("a meeting")
    }

    pub fn round(&self, round: Cid) -> &Round {
        self.fold.round(&round).expect("a round")
    }

    /// What the round of that number of a meeting is.
    pub fn nth_round(&self, meeting: Cid, at: usize) -> Cid {
        self.fold.rounds().of_meeting(meeting).nth(at).expect("a round").cid
    }
}

struct Seat {
    key: Keypair,
    seen: Seen,
    has: Vec<Stored>,
}

/// A room, and who sits in it.
pub struct Table {
    pub room: Cid,
    pub written: Vec<Stored>,
    seats: Vec<Seat>,
    /// Who reaches whom.
    sides: Vec<Vec<usize>>,
    at: u64,
}

impl Table {
    /// So many who have heard of the room, of whom nobody reaches anybody.
    pub fn new(seed: u64, many: usize) -> Self {
        let world = World::new(seed);
        let seat = |i| Seat { key: world.keypair(i), seen: Seen::new(world.room()), has: Vec::new() };
        let mut table = Self {
            room: world.room(),
            written: world.blocks(),
            seats: (0..many).map(seat).collect(),
            sides: Vec::new(),
            at: 10_000,
        };
        (0..many).for_each(|i| table.written.clone().iter().for_each(|it| table.give(i, it)));
        table
    }

    pub fn seen_by(&self, who: usize) -> &Seen {
        &self.seats[who].seen
    }

    pub fn node(&self, who: usize) -> NodeId {
        self.seats[who].key.node()
    }

    pub fn who(&self, node: NodeId) -> usize {
        self.seats.iter().position(|it| it.key.node() == node).expect("somebody at the table")
    }

    pub fn all(&self) -> impl Iterator<Item = &Seen> {
        self.seats.iter().map(|it| &it.seen)
    }

    /// From now on those of one side reach each other, and nobody else.
    pub fn sides<const N: usize>(&mut self, sides: [&[usize]; N]) {
        self.sides = sides.iter().map(|it| it.to_vec()).collect();
        self.meet();
    }

    /// Somebody does something; all who reach it hear of that.
    pub fn act(&mut self, who: usize, command: impl Into<Command>) -> Cid {
        self.at_once([(who, command)])[0]
    }

    /// Each does something before any hears of what the others do.
    pub fn at_once<const N: usize>(&mut self, acts: [(usize, impl Into<Command>); N]) -> [Cid; N] {
        self.at += 1_000;
        let written = acts.map(|(who, command)| self.write(who, command.into()));
        self.meet();
        written
    }

    /// What tabs write by themselves once a round is shown: each what it sealed; then those who have shares of what is left give them.
    pub fn show(&mut self, round: Cid) {
        for givers in [0, 4] {
            self.at += 1_000;
            for who in self.sides.concat() {
                while let Some(opening) = self.opening(who, round, givers) {
                    let words = opening.words.clone();
                    let saying = opening.ask(self.asker(who)).expect("it counts");
                    self.put(who, saying, words);
                }
            }
            self.meet();
        }
    }

    fn opening(&self, who: usize, round: Cid, givers: usize) -> Option<paceline_room::body::rounds::Opening> {
        let Seat { key, seen, .. } = &self.seats[who];
        seen.fold.opening(&seen.log, key, &round, givers)
    }

    fn asker(&self, who: usize) -> Asker<'_> {
        let Seat { key, seen, .. } = &self.seats[who];
        Asker { fold: &seen.fold, log: &seen.log, node: key.node(), silence: &|_| 0 }
    }

    fn write(&mut self, who: usize, command: Command) -> Cid {
        let Seat { key, seen, .. } = &self.seats[who];
        let command = match command {
            Command::Rounds(it) => it.sealed(&seen.fold, &seen.log, key).expect("it can be sealed").into(),
            other => other,
        };
        let saying = command.ask(self.asker(who)).expect("it may be done");
        self.put(who, saying, None)
    }

    /// Signs what is said, with these words or such as it makes.
    fn put(&mut self, who: usize, saying: Saying, words: Option<Vec<u8>>) -> Cid {
        let Seat { key, seen, .. } = &self.seats[who];
        let node = key.node();
        let seq = seen.log.draft(node, 0, saying.clone().into_body(None)).seq;
        let salt = Cid::of(&[&node.as_bytes()[..], &seq.to_be_bytes()].concat());
        let salt = ByteArray::new(*salt.digest().first_chunk().expect("32 bytes"));
        let made =
            saying.text.clone().map(|it| Words(self.room, node, seq, salt, it.into()).encode().expect("words").1);
        let words: Option<(Cid, Arc<[u8]>)> = words.or(made).map(|it| (Cid::of(&it), it.into()));
        let body = saying.into_body(words.as_ref().map(|it| it.0));
        let (cid, event, block) = seen.log.draft(node, self.at, body).sign(key).expect("a valid event");
        let stored = Stored { cid, depth: event.depth, block: block.into(), words };
        self.give(who, &stored);
        assert_eq!(self.seats[who].seen.fold.why_ignored(&cid), None, "{}", event.body.kind());
        self.written.push(stored);
        cid
    }

    fn give(&mut self, who: usize, stored: &Stored) {
        let Seat { seen, has, .. } = &mut self.seats[who];
        if seen.log.find(&stored.cid).is_none() {
            assert!(seen.admit(stored), "given before its parents");
            seen.read(stored);
            has.push(stored.clone());
        }
    }

    fn meet(&mut self) {
        for side in self.sides.clone() {
            for from in &side {
                for stored in self.seats[*from].has.clone() {
                    side.iter().for_each(|to| self.give(*to, &stored));
                }
            }
        }
    }

    pub fn comes(&mut self, who: usize, name: &str) {
        self.act(who, Introducing::Introduce { name: name.into(), strengths: vec![], hue: None });
    }

    /// Begins a meeting of a form, as a page does: who begins it runs it.
    pub fn begin(&mut self, who: usize, form: &Form, title: &str, order: &[usize]) -> Cid {
        use paceline_room::body::{
            batons::Command as Batons, meetings::Command as Meetings, rounds::Command as Rounds,
        };
        let (form, prompts) = (form.text(&["name"]), form.texts(&["meeting", "prompts"]));
        let role = form_of(&form).text(&["meeting", "role"]);
        let (title, call_link) = (title.to_owned(), String::new());
        let open = Meetings::Open {
            title,
            form: form.clone(),
            prompts: prompts.clone(),
            call_link,
            resumes: None,
            values: Default::default(),
        };
        let meeting = self.act(who, open);
        let baton = self.act(who, Batons::Open { title: role, need: None, strengths: vec![], minutes: None });
        self.act(who, Meetings::RoleOf { meeting, baton });
        self.act(who, Batons::Take { baton });
        let form = form_of(&form);
        let asks = |question: String, ask, sealed, order, many| Rounds::Open {
            question,
            ask,
            sealed,
            meeting: Some(meeting),
            order,
            many,
        };
        match form.number(&["meeting", "notes", "write_seconds"]) {
            Some(seconds) => {
                let question = form.text(&["meeting", "notes", "question"]);
                self.act(who, asks(question, Ask::Words(True), true, vec![], true));
                self.act(who, meetings::Command::Timer { seconds, about: None });
            }
            None => prompts
                .into_iter()
                .for_each(|question| _ = self.act(who, asks(question, Ask::Words(True), false, vec![], false))),
        }
        if let Some(seconds) = form.number(&["meeting", "seconds_each"]) {
            let ask = Ask::Spoken(Spoken { seconds: seconds.try_into().ok() });
            let order = order.iter().map(|it| self.node(*it)).collect();
            let turns = self.act(who, asks(form.text(&["title"]), ask, false, order, false));
            self.act(who, meetings::Command::Timer { seconds, about: Some(turns) });
        }
        meeting
    }
}

/// A form as its file has it.
pub struct Form(Value);

/// The form of that name, from the file that the page is built with.
pub fn form_of(name: &str) -> Form {
    let file = match name {
        "stand-up" => include_str!("../../../../forms/stand-up.json"),
        "retro" => include_str!("../../../../forms/retro.json"),
        "decide" => include_str!("../../../../forms/decide.json"),
        other => panic!("no form {other}"),
    };
    Form(serde_json::from_str(file).expect("JSON"))
}

impl Form {
    fn at(&self, path: &[&str]) -> &Value {
        path.iter().fold(&self.0, |it, name| &it[*name])
    }

    pub fn text(&self, path: &[&str]) -> String {
        self.at(path).as_str().expect("a text").to_owned()
    }

    pub fn texts(&self, path: &[&str]) -> Vec<String> {
        self.at(path).as_array().expect("texts").iter().map(|it| it.as_str().expect("a text").to_owned()).collect()
    }

    pub fn number(&self, path: &[&str]) -> Option<u64> {
        self.at(path).as_u64()
    }
}
