//! Virtual time: what happens next, to whom, and what follows from it.

use std::collections::BTreeMap;

use paceline_fuzz_engine::Chance;
use paceline_mesh::{Input, Lane, testing::Said};
use paceline_node::{Surroundings, testing::Disk};
use paceline_room::{Cid, Keypair, NodeId, Stored, testing::hostile::Scene};

use crate::{
    Broken, Plan, Step, Tally, What, Who,
    foe::Foe,
    harm::Harm,
    network::Network,
    seat::{Out, Seat},
};

/// How long a link or a server takes to answer, at most, in milliseconds.
const CONNECTING: u64 = 300;

/// A fault of ours, put in to see that it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    /// Disks lose strict writes in a crash.
    LosesStrictWrites,
}

/// What will happen.
pub(crate) enum Event {
    Step(usize, What),
    Deliver { from: Who, to: Who, epoch: u64, lane: Lane, bytes: Vec<u8>, harm: Option<&'static str> },
    Wake { who: Who, life: u64 },
    EndWrite { who: Who, life: u64 },
    Notice { who: Who, life: u64, peer: Who, goodbye: bool },
    Hears { who: Who, life: u64, hears: bool },
    Link(Who, Who),
    Calm(Who, Who),
    Heal,
    Open { who: Who, life: u64 },
    Thaw { who: Who, life: u64 },
    Unheard { who: Who, life: u64 },
    FoeActs { who: Who },
    FoeWake { who: Who },
    FoeSays { who: Who, said: Said, harm: Option<&'static str> },
    FoeReturns { who: Who, harm: Harm, size: usize },
}

/// A room, everybody in it, and time.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) now: u64,
    pub(crate) tally: Tally,
    pub(crate) planted: Option<Planted>,
    pub(crate) seats: BTreeMap<Who, Seat>,
    pub(crate) ids: BTreeMap<NodeId, Who>,
    pub(crate) network: Network,
    pub(crate) foes: BTreeMap<Who, Foe>,
    /// Who means harm is gone for good.
    pub(crate) foes_gone: bool,
    /// Where the room begins.
    pub(crate) founding: Stored,
    pub(crate) broken: Option<Broken>,
    pub(crate) queue: BTreeMap<(u64, u64), Event>,
    serial: u64,
}

impl World {
    pub(crate) fn new(plan: &Plan, planted: Option<Planted>) -> Self {
        // One room for all storms, that of all hostile logs; who founded it is one of their authors.
        let founding = Scene::new().blocks().first().cloned().expect("a room begins");
        let mut world = Self {
            seed: plan.seed,
            now: 0,
            tally: Tally::default(),
            planted,
            seats: BTreeMap::new(),
            ids: BTreeMap::new(),
            network: Network::new(plan.seed),
            foes: BTreeMap::new(),
            foes_gone: false,
            founding,
            broken: None,
            queue: BTreeMap::new(),
            serial: 0,
        };
        for (number, Step { at, what }) in plan.steps() {
            world.schedule(at, Event::Step(number, what));
        }
        world
    }

    pub(crate) fn schedule(&mut self, wait: u64, event: Event) {
        self.serial += 1;
        self.queue.insert((self.now + wait, self.serial), event);
    }

    /// Something is as it must never be.
    pub(crate) fn break_law(&mut self, law: &'static str, how: String) {
        self.broken.get_or_insert(Broken { law, how: format!("{how}, at {:.3} s", self.now as f64 / 1_000.0) });
    }

    pub(crate) fn happen(&mut self, event: Event) {
        match event {
            Event::Step(number, What::Harmless(what)) => self.strike(number, what),
            Event::Step(_, What::Foe(who, harm, size)) => self.let_in(who, harm, size),
            Event::Deliver { from, to, epoch, lane, bytes, harm } => {
                if self.network.of(from, to).line.carries(epoch)
                    && let Some(peer) = self.node_of(from)
                {
                    self.tally.add(harm.unwrap_or_default(), u64::from(harm.is_some()));
                    self.tell(to, Input::Received { peer, lane, bytes });
                }
            }
            Event::FoeActs { who } => self.let_act(who),
            Event::FoeWake { who } => self.wake_foe(who),
            Event::FoeSays { who, said, harm } => self.foe_says(who, said, harm),
            Event::FoeReturns { who, harm, size } => {
                if !self.foes_gone {
                    self.tally.add("hostile member back under a new key", 1);
                    self.let_in(who, harm, size);
                }
            }
            Event::Wake { who, life } if self.lives(who, life) => {
                if let Some(page) = self.seats.get_mut(&who).and_then(|it| it.page.as_mut()) {
                    page.waking = None;
                }
                self.with(who, |seat, _| {
                    let Some(page) = &seat.page else { return };
                    let here = |it: &u64| *it <= page.place.now() as u64;
                    while page.place.next_timer().as_ref().is_some_and(here) {
                        page.place.fire_timer();
                        page.run();
                    }
                });
            }
            Event::EndWrite { who, life } if self.lives(who, life) => self.end_write(who),
            Event::Notice { who, life, peer, goodbye } if self.lives(who, life) => {
                if !self.network.of(who, peer).line.is_up()
                    && let Some(peer) = self.node_of(peer)
                {
                    self.tell(who, Input::LinkDown { peer, goodbye });
                }
            }
            Event::Hears { who, life, hears } if self.lives(who, life) => self.tell(who, Input::Hears(hears)),
            Event::Link(a, b) => self.link(a, b),
            Event::Calm(a, b) => {
                let link = self.network.of(a, b);
                link.noisy_until = 0;
                // What was lost on it was lost with it: a lane is whole, or gone.
                self.break_line(a, b, Some(500), "link broken");
            }
            Event::Heal => {
                self.network.parted = None;
                self.link_all();
            }
            Event::Open { who, life } if self.lives(who, life) => self.open(who),
            Event::Thaw { who, life } if self.lives(who, life) => self.thaw(who),
            Event::Unheard { who, life } if self.lives(who, life) => {
                if self.seats.get(&who).and_then(|it| it.page.as_ref()).is_some_and(|it| it.frozen.is_some()) {
                    self.cut(who, None);
                }
            }
            Event::Wake { .. }
            | Event::EndWrite { .. }
            | Event::Notice { .. }
            | Event::Hears { .. }
            | Event::Open { .. }
            | Event::Thaw { .. }
            | Event::Unheard { .. } => {}
        }
    }

    fn lives(&self, who: Who, life: u64) -> bool {
        self.seats.get(&who).is_some_and(|it| it.life == life)
    }

    /// The key of somebody who means no harm.
    pub(crate) fn keypair(&self, who: Who) -> Keypair {
        Keypair::from_secret(Chance::new(self.seed ^ u64::from(who).wrapping_mul(0xc4ce_b9fe_1a85_ec53)).array())
    }

    /// The name of whoever is here, or was.
    fn node_of(&self, who: Who) -> Option<NodeId> {
        let seat = self.seats.get(&who).map(|it| it.keypair.node());
        // Those who mean harm and are gone have the name that is noted.
        seat.or_else(|| self.ids.iter().find(|(_, it)| **it == who).map(|(node, _)| *node))
    }

    pub(crate) fn room(&self) -> Cid {
        self.founding.cid
    }

    /// Whether this page is open and not frozen.
    fn is_there(&self, who: Who) -> bool {
        if self.foes.contains_key(&who) {
            return true;
        }
        self.seats.get(&who).and_then(|it| it.page.as_ref()).is_some_and(|it| it.frozen.is_none())
    }

    /// Something happens to a page that is open and not frozen, and all that follows at once.
    pub(crate) fn with<T>(&mut self, who: Who, change: impl FnOnce(&Seat, u64) -> T) -> Option<T> {
        let now = self.now;
        let seat = self.seats.get(&who)?;
        let page = seat.page.as_ref().filter(|it| it.frozen.is_none())?;
        page.catch_up(now);
        let changed = change(seat, now);
        self.follow(who);
        Some(changed)
    }

    /// A node is told something, now or once it is not frozen any more.
    pub(crate) fn tell(&mut self, who: Who, input: Input) {
        if self.foes.contains_key(&who) {
            return self.tell_foe(who, input);
        }
        let Some(page) = self.seats.get_mut(&who).and_then(|it| it.page.as_mut()) else { return };
        if let Some(waiting) = &mut page.frozen {
            return waiting.push(input);
        }
        let node = page.node.clone();
        self.with(who, |_, _| node.input(input));
    }

    /// What a page began or asked for goes on.
    fn follow(&mut self, who: Who) {
        loop {
            let Some(page) = self.seats.get(&who).and_then(|it| it.page.as_ref()) else { return };
            page.run();
            let Some(out) = page.wire.take() else { break };
            self.carry_out(who, out);
        }
        self.look_for_blame(who);
        let now = self.now;
        let Some(seat) = self.seats.get_mut(&who) else { return };
        let (life, slow) = (seat.life, seat.slow_until > now);
        let Some(page) = &mut seat.page else { return };
        let begun = seat.disk.begun().saturating_sub(page.ending);
        page.ending += begun;
        let due = page.place.next_timer().map(|at| (page.born + at).max(now));
        let wake = due.filter(|at| page.waking.is_none_or(|waking| waking > *at));
        page.waking = wake.or(page.waking);
        if let Some(at) = wake {
            self.schedule(at - now, Event::Wake { who, life });
        }
        for _ in 0..begun {
            self.tally.add("slow write", u64::from(slow));
            // Each disk is another one; which does not matter.
            let wait = if slow { 700 + u64::from(who) * 300 } else { 3 + (now + u64::from(who) * 7) % 15 };
            self.schedule(wait, Event::EndWrite { who, life });
        }
    }

    fn carry_out(&mut self, who: Who, out: Out) {
        match out {
            Out::Send(peer, lane, bytes) => {
                self.send(who, peer, lane, bytes, None);
            }
            Out::Disconnect(peer) => {
                let Some(peer) = self.ids.get(&peer).copied() else { return };
                if self.seats.contains_key(&peer) {
                    self.break_law("no honest node drops another", format!("{who} dropped {peer}"));
                } else {
                    self.drop_foe(who, peer);
                }
            }
            Out::Rest(rest) => {
                let Some(life) = self.seats.get(&who).map(|it| it.life) else { return };
                self.tally.add(if rest { "rested" } else { "listened again" }, 1);
                self.schedule(CONNECTING, Event::Hears { who, life, hears: !rest });
            }
            Out::Goodbye => self.cut(who, Some(true)),
            Out::Online => self.link_with_all(who),
        }
    }

    /// Sends a message, as far as the network carries it.
    pub(crate) fn send(&mut self, from: Who, peer: NodeId, lane: Lane, bytes: Vec<u8>, harm: Option<&'static str>) {
        let Some(to) = self.ids.get(&peer).copied() else { return };
        for arrival in self.network.send((from, to), lane, bytes, self.now, &mut self.tally) {
            let (epoch, bytes) = (arrival.epoch, arrival.bytes);
            self.schedule(arrival.at - self.now, Event::Deliver { from, to, epoch, lane, bytes, harm });
        }
    }

    fn end_write(&mut self, who: Who) {
        let now = self.now;
        let Some(seat) = self.seats.get_mut(&who) else { return };
        let Some(page) = &mut seat.page else { return };
        let before = seat.disk.failed();
        seat.disk.end_write();
        page.ending = page.ending.saturating_sub(1);
        let (failed, fault) = (seat.disk.failed() - before, seat.disk.fault());
        let full = matches!(fault, Some(paceline_node::testing::Fault::Full(..)));
        self.tally.add(if full { "write found the disk full" } else { "write failed once" }, failed as u64);
        if page.frozen.is_none() {
            page.catch_up(now);
            self.follow(who);
        }
    }

    /// A page is opened.
    pub(crate) fn open(&mut self, who: Who) {
        let (room, now) = (self.room(), self.now);
        let Some(seat) = self.seats.get_mut(&who).filter(|it| it.page.is_none()) else { return };
        let life = seat.life;
        if let Err(how) = seat.open(room, now) {
            return self.break_law("what was stored is there", format!("{who}: {how}"));
        }
        self.schedule(CONNECTING, Event::Hears { who, life, hears: true });
        self.follow(who);
        self.link_with_all(who);
    }

    /// The room begins: somebody opens what its founder left.
    pub(crate) fn bring_founding(&mut self, who: Who) {
        let blocks = vec![self.founding.block.clone()];
        self.with(who, |seat, _| {
            let Some(page) = &seat.page else { return };
            let node = page.node.clone();
            page.place.spawn(Box::pin(async move {
                // How many were admitted shows in the log.
                let _ = node.import(blocks).await;
            }));
        });
    }

    /// A page ends, and is opened again after a while on what is left of its disk.
    pub(crate) fn down(&mut self, who: Who, away: u64, disk: impl FnOnce(&Seat) -> Disk) {
        let Some(seat) = self.seats.get_mut(&who).filter(|it| it.page.is_some()) else { return };
        seat.disk = disk(seat);
        seat.end();
        let life = seat.life;
        self.cut(who, None);
        self.schedule(away, Event::Open { who, life });
    }

    pub(crate) fn thaw(&mut self, who: Who) {
        let now = self.now;
        let Some(seat) = self.seats.get_mut(&who) else { return };
        let Some(page) = &mut seat.page else { return };
        let Some(waiting) = page.frozen.take() else { return };
        page.catch_up(now);
        page.waking = None;
        let node = page.node.clone();
        self.with(who, |_, _| {
            waiting.into_iter().for_each(|input| node.input(input));
            node.come_back(false);
        });
    }

    /// All links of one go. `goodbye`: it says so.
    pub(crate) fn cut(&mut self, who: Who, goodbye: Option<bool>) {
        for peer in self.network.linked_with(who) {
            self.network.of(who, peer).line.close();
            self.notice(peer, who, goodbye.is_some(), if goodbye.is_some() { 50 } else { 2_000 });
            self.notice(who, peer, false, 10);
        }
    }

    fn notice(&mut self, who: Who, peer: Who, goodbye: bool, wait: u64) {
        if let Some(life) = self.seats.get(&who).map(|it| it.life) {
            self.schedule(wait, Event::Notice { who, life, peer, goodbye });
        }
    }

    /// The link of two goes, and comes back if it can.
    pub(crate) fn break_line(&mut self, a: Who, b: Who, back: Option<u64>, fault: &'static str) {
        if a != b && self.network.of(a, b).line.close() {
            self.tally.add(fault, 1);
            self.notice(a, b, false, 100 + u64::from(b) * 200);
            self.notice(b, a, false, 100 + u64::from(a) * 200);
        }
        if let Some(back) = back.filter(|_| a != b) {
            self.schedule(back, Event::Link(a, b));
        }
    }

    /// Each is linked with all others, as far as that goes.
    pub(crate) fn link_all(&mut self) {
        let all: Vec<Who> = self.seats.keys().copied().collect();
        all.into_iter().for_each(|who| self.link_with_all(who));
    }

    pub(crate) fn link_with_all(&mut self, who: Who) {
        // Those who mean harm have nothing to say to one another.
        let is_foe = self.foes.contains_key(&who);
        let foes = self.foes.keys().filter(|_| !is_foe);
        let others: Vec<Who> = self.seats.keys().chain(foes).copied().filter(|it| *it != who).collect();
        for other in others {
            self.schedule(20 + (u64::from(who) * 53 + u64::from(other) * 29) % CONNECTING, Event::Link(who, other));
        }
    }

    fn link(&mut self, a: Who, b: Who) {
        if !self.is_there(a)
            || !self.is_there(b)
            || !self.network.allows(a, b)
            || !self.network.of(a, b).line.open(self.now)
        {
            return;
        }
        for (who, peer) in [(a, b), (b, a)] {
            if let Some(peer) = self.node_of(peer) {
                self.tell(who, Input::LinkUp(peer));
            }
        }
    }
}
