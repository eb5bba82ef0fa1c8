//! Clock, executor and randomness of a test: nothing moves unless the test says so.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    pin::Pin,
    rc::{Rc, Weak},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures::future::LocalBoxFuture;

use crate::{Surroundings, Timer};

/// What wall clocks show at the beginning, unless they are said to be wrong.
const EPOCH: u64 = 1_800_000_000_000;

/// One thread with its clock. Clones are the same.
#[derive(Clone)]
pub struct Place(Rc<Inner>);

#[derive(Default)]
struct Inner {
    /// Milliseconds.
    now: Cell<u64>,
    /// What the wall clock shows beyond that.
    wall: Cell<u64>,
    drawn: Cell<u64>,
    tasks: RefCell<BTreeMap<u64, Task>>,
    next: Cell<u64>,
    ready: Arc<Mutex<VecDeque<u64>>>,
    timers: RefCell<BTreeMap<(u64, u64), Call>>,
}

/// What a timer calls, by when and in which order they were asked for.
type Call = Box<dyn FnOnce()>;

struct Task {
    future: LocalBoxFuture<'static, ()>,
    waker: Arc<Woken>,
}

struct Woken {
    task: u64,
    queued: AtomicBool,
    ready: Arc<Mutex<VecDeque<u64>>>,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        if !self.queued.swap(true, Ordering::Relaxed) {
            self.ready.lock().expect("nobody panicked with it").push_back(self.task);
        }
    }
}

/// Takes its timer away when it is dropped.
struct Guard {
    place: Weak<Inner>,
    at: (u64, u64),
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(place) = self.place.upgrade() {
            let _call = place.timers.borrow_mut().remove(&self.at);
        }
    }
}

impl Default for Place {
    fn default() -> Self {
        Self::at(EPOCH)
    }
}

impl Place {
    /// With a wall clock that shows this now, in Unix milliseconds.
    pub fn at(wall: u64) -> Self {
        let inner = Inner::default();
        inner.wall.set(wall);
        Self(Rc::new(inner))
    }

    /// What it draws at random begins here: a page that is opened again draws nothing twice.
    pub fn drawing_from(self, first: u64) -> Self {
        self.0.drawn.set(first);
        self
    }

    /// The wall clock is set: it shows this now. The other clock goes on.
    pub fn set_wall(&self, wall: u64) {
        self.0.wall.set(wall.saturating_sub(self.0.now.get()));
    }

    /// Time goes on to this, in milliseconds since the beginning; what is due calls back when [`Place::fire_timer`] says so.
    pub fn go_on_to(&self, now: u64) {
        self.0.now.set(self.0.now.get().max(now));
    }

    /// When the next timer is due.
    pub fn next_timer(&self) -> Option<u64> {
        self.0.timers.borrow().keys().next().map(|(at, _)| *at)
    }

    /// The process ends: no task goes on, no timer calls back.
    pub fn end(&self) {
        // Not borrowed while they are dropped: what goes with them may take timers away.
        let tasks = std::mem::take(&mut *self.0.tasks.borrow_mut());
        let timers = std::mem::take(&mut *self.0.timers.borrow_mut());
        drop((tasks, timers));
        self.0.ready.lock().expect("nobody panicked with it").clear();
    }

    fn number(&self) -> u64 {
        self.0.next.set(self.0.next.get() + 1);
        self.0.next.get()
    }

    /// Whether a task can go on.
    ///
    /// # Panics
    /// If a task panicked before.
    pub fn has_task(&self) -> bool {
        !self.0.ready.lock().expect("nobody panicked with it").is_empty()
    }

    /// Lets the task go on that has waited longest.
    ///
    /// # Panics
    /// If a task does.
    pub fn run_task(&self) {
        let Some(id) = self.0.ready.lock().expect("nobody panicked with it").pop_front() else { return };
        // Not borrowed while it runs: it may start others.
        let Some(mut task) = self.0.tasks.borrow_mut().remove(&id) else { return };
        task.waker.queued.store(false, Ordering::Relaxed);
        let waker = Waker::from(task.waker.clone());
        if task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            self.0.tasks.borrow_mut().insert(id, task);
        }
    }

    /// Moves the clock on to the next timer and lets it call back. `false`: there is none.
    pub fn fire_timer(&self) -> bool {
        let Some(((at, _), call)) = self.0.timers.borrow_mut().pop_first() else { return false };
        self.0.now.set(self.0.now.get().max(at));
        call();
        true
    }
}

impl Surroundings for Place {
    fn now(&self) -> f64 {
        self.0.now.get() as f64
    }

    fn wall_clock(&self) -> u64 {
        self.0.wall.get() + self.0.now.get()
    }

    fn random(&self, bytes: &mut [u8]) {
        // Another one each time is all that a test needs of randomness.
        self.0.drawn.set(self.0.drawn.get() + 1);
        let drawn = self.0.drawn.get().to_le_bytes();
        bytes.iter_mut().zip(drawn.into_iter().cycle()).for_each(|(byte, it)| *byte = it);
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        let id = self.number();
        let waker = Arc::new(Woken { task: id, queued: AtomicBool::new(false), ready: self.0.ready.clone() });
        waker.clone().wake();
        self.0.tasks.borrow_mut().insert(id, Task { future: task, waker });
    }

    fn after(&self, millis: u32, call: Box<dyn FnOnce()>) -> Timer {
        let at = (self.0.now.get() + u64::from(millis), self.number());
        self.0.timers.borrow_mut().insert(at, call);
        let guard: Box<dyn Any> = Box::new(Guard { place: Rc::downgrade(&self.0), at });
        guard
    }

    fn turn(&self) -> LocalBoxFuture<'static, ()> {
        Box::pin(Turn(false))
    }
}

/// Ready when it is looked at for the second time, after all that waited.
struct Turn(bool);

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
