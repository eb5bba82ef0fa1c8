//! The [`Rendezvous`] over Nostr relays: runs the pool over sockets, with a timer and the wall clock.

use std::{
    collections::VecDeque,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::FutureExt as _;
use futures_timer::Delay;
use paceline_mesh::replica::Millis;
use paceline_room::NodeId;
use web_time::Instant;

use super::pool::{Output, Pool, Time};
use crate::{
    clock::Clock,
    events::EventQueue,
    keys::RoomKeys,
    platform,
    rendezvous::{Arrival, Reach, Rendezvous},
    sockets::{Socket, SocketEvent, Sockets},
    types::{NetConfig, NetEvent, RendezvousStatus},
};

const KIND: &str = "nostr";

pub(crate) struct Relays {
    pool: Pool,
    sockets: Rc<dyn Sockets>,
    open: Vec<Option<Box<dyn Socket>>>,
    /// Which socket is asked first: each in turn.
    turn: usize,
    arrivals: VecDeque<Arrival>,
    started: Instant,
    clock: Clock,
    events: Rc<EventQueue>,
    timer: Option<(Millis, Delay)>,
    /// Whoever polls: what is sent may change when it must look again.
    waker: Option<Waker>,
}

impl Relays {
    /// `events`: where is told what concerns more than relays.
    pub(crate) fn new(config: &NetConfig, keys: RoomKeys, sockets: Rc<dyn Sockets>, events: Rc<EventQueue>) -> Self {
        let (started, clock) = (Instant::now(), config.clock.clone());
        clock.forget_relays();
        let urls = (config.relays.as_slice(), config.listed_relays.as_slice());
        let pool = Pool::new(KIND, urls, keys, platform::random, time(started, &clock));
        let (open, arrivals) = (Vec::new(), VecDeque::new());
        let mut relays =
            Self { pool, sockets, open, turn: 0, arrivals, started, clock, events, timer: None, waker: None };
        relays.carry_out();
        relays
    }

    fn time(&self) -> Time {
        time(self.started, &self.clock)
    }

    /// Does what the pool wants done.
    fn carry_out(&mut self) {
        loop {
            let outputs = self.pool.outputs();
            if outputs.is_empty() {
                break;
            }
            outputs.into_iter().for_each(|output| self.act(output));
        }
        if self.clock.wants_host() {
            self.events.push(NetEvent::TimeDoubted);
        }
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn act(&mut self, output: Output) {
        match output {
            Output::Connect(relay) => self.connect(relay),
            Output::Close(relay) => {
                self.socket(relay).take();
            }
            Output::Text(relay, text) => {
                if let Some(socket) = self.socket(relay) {
                    socket.send(&text);
                }
            }
            Output::Envelope(envelope) => self.arrivals.push_back(Arrival::Envelope(envelope)),
            Output::Changed if self.arrivals.contains(&Arrival::Changed) => {}
            Output::Changed => self.arrivals.push_back(Arrival::Changed),
            Output::Time { relay, author, said, thought } => {
                let learned = self.clock.heard(author, relay, said, thought);
                self.learn(learned);
            }
            Output::WrongTime(relay) => {
                let learned = self.clock.refused(relay);
                self.learn(learned);
            }
        }
    }

    /// Goes on by another time, if one was learned.
    fn learn(&mut self, learned: bool) {
        if learned {
            let time = self.time();
            self.pool.time_learned(time);
            self.events.push(NetEvent::TimeLearned);
        }
    }

    fn socket(&mut self, relay: usize) -> &mut Option<Box<dyn Socket>> {
        if self.open.len() <= relay {
            self.open.resize_with(relay + 1, || None);
        }
        self.open.get_mut(relay).expect("it was just made long enough")
    }

    fn connect(&mut self, relay: usize) {
        let url = self.pool.url(relay).to_owned();
        match self.sockets.open(&url) {
            Ok(socket) => *self.socket(relay) = Some(socket),
            Err(error) => {
                let time = self.time();
                self.pool.closed(relay, error, time);
            }
        }
    }

    /// Takes the next event of a socket. Says whether there was one.
    fn poll_sockets(&mut self, cx: &mut Context<'_>) -> bool {
        for step in 0..self.open.len() {
            let relay = (self.turn + step) % self.open.len();
            let Some(Some(socket)) = self.open.get_mut(relay) else { continue };
            if let Poll::Ready(event) = socket.poll_next(cx) {
                self.turn = relay + 1;
                self.on_socket(relay, event);
                return true;
            }
        }
        false
    }

    fn on_socket(&mut self, relay: usize, event: SocketEvent) {
        let time = self.time();
        match event {
            SocketEvent::Open => self.pool.opened(relay, time),
            SocketEvent::Text(text) => self.pool.read(relay, &text, time),
            SocketEvent::TooLong => self.pool.read_too_long(relay, time),
            SocketEvent::Closed(error) => {
                self.socket(relay).take();
                self.pool.closed(relay, error, time);
            }
        }
    }

    /// Says whether time had come.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> bool {
        let (now, wake_at) = (self.time().now, self.pool.wake_at());
        if self.timer.as_ref().is_none_or(|(set, _)| *set != wake_at) {
            self.timer = Some((wake_at, Delay::new(Duration::from_millis(wake_at.saturating_sub(now)))));
        }
        let due = self.timer.as_mut().is_some_and(|(_, delay)| delay.poll_unpin(cx).is_ready());
        if due || wake_at <= now {
            self.timer = None;
            let time = self.time();
            self.pool.tick(time);
            return true;
        }
        false
    }
}

fn time(started: Instant, clock: &Clock) -> Time {
    Time { now: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX), wall: clock.time() }
}

impl Rendezvous for Relays {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn reach(&self) -> Reach {
        Reach::World
    }

    fn statuses(&self) -> Vec<RendezvousStatus> {
        self.pool.statuses()
    }

    fn send(&mut self, to: Option<&NodeId>, envelope: &[u8]) {
        let time = self.time();
        self.pool.send(to, envelope, time);
        self.carry_out();
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Arrival> {
        self.waker = None;
        loop {
            self.carry_out();
            if let Some(arrival) = self.arrivals.pop_front() {
                return Poll::Ready(arrival);
            }
            if !self.poll_sockets(cx) && !self.poll_timer(cx) {
                self.waker = Some(cx.waker().clone());
                return Poll::Pending;
            }
        }
    }

    fn written_by(&mut self, envelope: &[u8], author: &NodeId) {
        let now = self.time().now;
        self.pool.written_by(envelope, *author, now);
        self.carry_out();
    }

    fn rest(&mut self, rest: bool) {
        let time = self.time();
        self.pool.rest(rest, time);
        self.carry_out();
    }

    fn retry(&mut self) {
        let time = self.time();
        self.pool.retry(time);
        self.carry_out();
    }

    fn time_learned(&mut self) {
        let time = self.time();
        self.pool.time_learned(time);
        self.carry_out();
    }
}
