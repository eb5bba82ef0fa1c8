//! What each step of a plan does.

use paceline_fuzz_engine::Chance;
use paceline_node::testing::Fault;

use crate::{
    Harmless, Planted, Who,
    people::think,
    seat::Seat,
    world::{Event, World},
};

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;
/// How far wall clocks may be off, in hours.
const HOURS_OFF: usize = 12;
/// A page that was frozen without a word: for so long the others keep the link.
const UNNOTICED: u64 = 15_000;

impl World {
    /// Something happens that nobody means.
    pub(crate) fn strike(&mut self, number: usize, what: Harmless) {
        let mut chance = Chance::new(self.seed ^ (number as u64 + 1).wrapping_mul(0xd6e8_feb8_6659_fd93));
        match what {
            Harmless::Join(who) => self.join(who, &mut chance),
            Harmless::Act(who) => {
                self.with(who, |seat, now| {
                    let Some(page) = &seat.page else { return };
                    let text = format!("What {who} says at {now}");
                    let thought = think(&page.node.replica(), &mut chance, text);
                    seat.act(thought);
                });
            }
            Harmless::Send(who) => {
                // Two may be struck at one moment.
                let sent = self.with(who, |seat, now| seat.send(&format!("What {who} sends at {now}, by {number}")));
                if let Some(Err(error)) = sent {
                    self.break_law("what is written can be sent", format!("{who}: {error}"));
                }
            }
            Harmless::Noise(a, b, millis) => {
                if a != b {
                    self.network.of(a, b).noisy_until = self.now + millis;
                    self.schedule(millis, Event::Calm(a, b));
                }
            }
            Harmless::Break(a, b) => self.break_line(a, b, Some(500 + chance.below(5_000) as u64), "link broken"),
            Harmless::Apart(a, b) => {
                if a != b {
                    self.network.of(a, b).apart = true;
                    self.break_line(a, b, None, "kept apart");
                }
            }
            Harmless::Part(millis) => {
                self.network.parted = Some(chance.number());
                for (a, b) in self.network.up() {
                    if !self.network.allows(a, b) {
                        self.break_line(a, b, None, "room parted");
                    }
                }
                self.schedule(millis, Event::Heal);
            }
            Harmless::Crash(who, away) => self.crash(who, away, &mut chance),
            Harmless::Freeze(who, millis, unnoticed) => self.freeze(who, millis, unnoticed),
            Harmless::Leave(who, away) => {
                if self.with(who, |seat, _| {
                    let Some(page) = &seat.page else { return };
                    page.node.leave_unsaved();
                    page.node.say_goodbye();
                }) == Some(())
                {
                    self.tally.add("page left and opened again", 1);
                    let landed = chance.number() as usize;
                    self.down(who, away, |seat| seat.disk.after_crash(landed, 0));
                }
            }
            Harmless::Full(who, writes) => self.spoil_disk(who, |from| Fault::Full(from, writes)),
            Harmless::FailOnce(who) => self.spoil_disk(who, Fault::Once),
            Harmless::Slow(who, millis) => {
                let until = self.now + millis;
                if let Some(seat) = self.seats.get_mut(&who) {
                    seat.slow_until = until;
                }
            }
            Harmless::SetClock(who, hours) => {
                let now = self.now;
                if let Some(seat) = self.seats.get_mut(&who) {
                    seat.skew += hours * HOUR;
                    if let Some(page) = &seat.page {
                        page.place.set_wall(seat.wall(now));
                    }
                    self.tally.add("clock set", u64::from(hours != 0));
                }
            }
        }
    }

    fn join(&mut self, who: Who, chance: &mut Chance) {
        if self.seats.contains_key(&who) {
            return;
        }
        let hours = chance.below(2 * HOURS_OFF + 1) as i64 - HOURS_OFF as i64;
        self.tally.add("clock hours off", u64::from(hours != 0));
        self.tally.add("late joiner", u64::from(self.now > 1_000));
        let (keypair, first) = (self.keypair(who), self.seats.is_empty());
        self.ids.insert(keypair.node(), who);
        self.seats.insert(who, Seat::new(keypair, hours * HOUR));
        self.open(who);
        if first {
            self.bring_founding(who);
        }
    }

    fn crash(&mut self, who: Who, away: u64, chance: &mut Chance) {
        if chance.once_in(2) {
            // In the middle of a sentence.
            self.strike(chance.number() as usize, Harmless::Send(who));
        }
        let Some(seat) = self.seats.get(&who).filter(|it| it.page.is_some()) else { return };
        // What landed last is there with all that landed before it.
        let landed =
            if chance.once_in(2) { chance.number() as usize & ((1 << seat.disk.begun().min(16)) - 1) } else { 0 };
        let relaxed = if landed == 0 { seat.disk.relaxed() } else { 0 };
        let lost = chance.below(relaxed + 1);
        if chance.once_in(4) {
            self.tally.add("note lost in a crash", u64::from(seat.key.note.borrow().is_some()));
            seat.key.note.replace(None);
        }
        self.tally.add("crash", 1);
        self.tally.add("relaxed write lost in a crash", lost as u64);
        self.tally.add("write landed unheard in a crash", u64::from(landed.count_ones()));
        let strict = self.planted == Some(Planted::LosesStrictWrites);
        self.down(who, away, |seat| {
            if strict { seat.disk.after_losing(0, relaxed + 1) } else { seat.disk.after_crash(landed, lost) }
        });
    }

    fn freeze(&mut self, who: Who, millis: u64, unnoticed: bool) {
        let Some(page) = self.seats.get(&who).and_then(|it| it.page.as_ref()) else { return };
        if page.frozen.is_some() {
            return;
        }
        if !unnoticed {
            let _ = self.with(who, |seat, _| {
                let Some(page) = &seat.page else { return };
                page.node.leave_unsaved();
                page.node.say_goodbye();
            });
        }
        let Some(seat) = self.seats.get_mut(&who) else { return };
        let Some(page) = &mut seat.page else { return };
        page.frozen = Some(Vec::new());
        let life = seat.life;
        self.tally.add(if unnoticed { "page frozen unnoticed" } else { "page frozen" }, 1);
        self.schedule(millis, Event::Thaw { who, life });
        if unnoticed && millis > UNNOTICED {
            self.schedule(UNNOTICED, Event::Unheard { who, life });
        }
    }

    fn spoil_disk(&mut self, who: Who, fault: impl FnOnce(usize) -> Fault) {
        if let Some(seat) = self.seats.get(&who) {
            seat.disk.set_fault(Some(fault(seat.disk.ended())));
        }
    }
}
