//! From a storm to quiet, and whether the laws hold.

use paceline_fuzz_engine::outlive;

use crate::{Broken, Plan, Planted, Tally, Who, laws, seat::Seat, world::World};

/// How often the laws that hold at any time are looked at, in milliseconds.
const LOOK_EVERY: u64 = 1_000;
/// How long quiet may take until all is settled, in milliseconds: streams, requests and silent peers may each take their time once.
const QUIET: u64 = 300_000;
/// How often that is looked at, in milliseconds.
const SETTLED_EVERY: u64 = 1_000;

/// Goes through a storm, and counts what happened.
///
/// # Errors
/// A law did not hold.
pub fn run(plan: &Plan, planted: Option<Planted>, tally: &mut Tally) -> Result<(), Broken> {
    let mut counted = Tally::default();
    let outcome = outlive(|| {
        let mut world = World::new(plan, planted);
        let outcome = world.go(plan);
        world.end();
        counted = std::mem::take(&mut world.tally);
        outcome
    });
    *tally += &counted;
    outcome.unwrap_or_else(|it| Err(Broken { law: "nothing panics", how: format!("{} at {}", it.why, it.place) }))
}

impl World {
    fn go(&mut self, plan: &Plan) -> Result<(), Broken> {
        self.go_on_until(plan.ends)?;
        self.calm();
        // Who means harm goes on, and can annoy, not stop.
        self.until(laws::heard)?;
        self.let_go();
        self.until(laws::settled)?;
        laws::kept(self)?;
        self.tally.rooms += 1;
        self.tally.millis += self.now;
        let held = self.seats.values().filter_map(|it| it.page.as_ref()).map(|it| it.node.replica().log().len());
        self.tally.events += held.max().unwrap_or(0) as u64;
        Ok(())
    }

    /// Things happen until this holds.
    fn until(&mut self, law: fn(&Self) -> Result<(), Broken>) -> Result<(), Broken> {
        let last = self.now + QUIET;
        loop {
            self.go_on_until(self.now + SETTLED_EVERY)?;
            match law(self) {
                Ok(()) => return Ok(()),
                Err(broken) if self.now >= last => return Err(broken),
                Err(_) => {}
            }
        }
    }

    fn end(&mut self) {
        self.seats.values_mut().for_each(Seat::end);
    }

    /// Things happen until then.
    fn go_on_until(&mut self, end: u64) -> Result<(), Broken> {
        let mut look_at = self.now + LOOK_EVERY;
        loop {
            let next = self.queue.first_key_value().map(|((at, _), _)| *at).filter(|at| *at <= end);
            while look_at <= next.unwrap_or(end) {
                self.now = self.now.max(look_at);
                laws::at_any_time(self)?;
                look_at += LOOK_EVERY;
            }
            let Some(((at, _), event)) = next.and_then(|_| self.queue.pop_first()) else { break };
            self.now = self.now.max(at);
            self.happen(event);
            if let Some(broken) = self.broken.take() {
                return Err(broken);
            }
        }
        self.now = end;
        Ok(())
    }

    /// All faults end: everybody is there, on a disk that is well and a network that holds.
    fn calm(&mut self) {
        self.network.calm();
        let all: Vec<Who> = self.seats.keys().copied().collect();
        for who in all {
            if let Some(seat) = self.seats.get_mut(&who) {
                seat.disk.set_fault(None);
                seat.slow_until = 0;
            }
            self.open(who);
            self.thaw(who);
        }
        for (a, b) in self.network.up() {
            if self.network.of(a, b).spoilt {
                self.break_line(a, b, Some(500), "link broken");
            }
        }
        self.link_all();
    }
}
