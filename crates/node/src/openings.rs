//! What a node does by itself once a sealed round is shown: it shows what it sealed, and gives its shares of what those sealed who
//! have not: after three seconds, and after half a second if nothing is to be expected from any of them. Deliberately knows no
//! cryptography, and decides nothing: the room says what is to be written, and asks again when its turn comes, so that what somebody
//! opened meanwhile is not opened once more.

use futures::channel::oneshot;
use litemap::LiteMap;
use paceline_mesh::{Replica, replica::Millis};
use paceline_room::{Cid, Fold, Keypair, Log, body::rounds::Opening, command::Asker, seal::SHARES};

use crate::{
    NodeError,
    write::{Made, Making, Outcome, Sight},
};

/// For so long, in milliseconds from when this node saw that all are shown, whoever sealed something is left to show it themselves
/// (ROOM 9: a locked phone does not).
const SHARES_AFTER: Millis = 3_000;
/// ... and for so long if all of them are gone, look elsewhere or are silent: with the shares all is open within a second.
const SHARES_OF_STILL_AFTER: Millis = 500;
/// So many of those who have shares of something give them at once, since two are enough; the others, if it is still not open, after
/// one of so many milliseconds more: all within a second.
const GIVE_AT_ONCE: usize = 4;
const GIVE_EVERY: Millis = 250;
/// When what could not be written is tried again, in milliseconds: a guess.
const AGAIN_AFTER: Millis = 10_000;

/// Rounds that are shown and in which something is not opened yet.
#[derive(Default)]
pub struct Openings {
    /// Since when this node knows that. Bounded by the rounds of the log.
    rounds: LiteMap<Cid, Millis>,
    /// Something was said since this node looked what is to be done.
    changed: bool,
    /// When it looks again in any case.
    pub wake: Option<Millis>,
    /// What is being written: one at a time.
    asked: Option<oneshot::Receiver<Outcome>>,
    /// Nothing is written before.
    again: Millis,
}

impl Openings {
    /// Something was said about this round.
    pub fn look_at(&mut self, replica: &Replica, round: Cid, now: Millis) {
        if replica.fold().has_unopened(&round) {
            self.changed = true;
            if !self.rounds.contains_key(&round) {
                self.rounds.insert(round, now);
            }
        }
    }

    /// Whether something is to be written now; then whoever asks for it says here how it went. `Err`: there was nothing to look at.
    pub fn wants(
        &mut self,
        replica: &Replica,
        keypair: &Keypair,
        now: Millis,
    ) -> Result<Option<oneshot::Sender<Outcome>>, ()> {
        if let Some(asked) = &mut self.asked {
            match asked.try_recv() {
                Ok(None) => return Err(()),
                Ok(Some(Ok(_))) => {}
                _ => self.again = now + AGAIN_AFTER,
            }
            (self.asked, self.changed) = (None, true);
        }
        // In a room that is newer than this build it opens nothing: those who know it do.
        let is_time = self.changed || self.wake.is_some_and(|it| it <= now);
        if self.rounds.is_empty() || !is_time || replica.fold().is_newer() {
            return Err(());
        }
        self.changed = false;
        self.rounds.retain(|round, _| replica.fold().has_unopened(round));
        let again = (self.again > now).then_some(self.again);
        // Who has shown theirs meanwhile is seen then.
        let steps = |since: &Millis| [SHARES_OF_STILL_AFTER, SHARES_AFTER].map(|after| next_step(*since + after, now));
        self.wake = self.rounds.values().flat_map(steps).flatten().chain(again).min();
        if again.is_some() || next(&self.due(replica, now), replica.fold(), replica.log(), keypair).is_none() {
            return Ok(None);
        }
        let (tell, asked) = oneshot::channel();
        self.asked = Some(asked);
        Ok(Some(tell))
    }

    /// The rounds to look at, and in each how many of those who have shares of something may give them.
    pub fn due(&self, replica: &Replica, now: Millis) -> Vec<(Cid, usize)> {
        let gives = |from: Millis| match now.checked_sub(from) {
            Some(late) => GIVE_AT_ONCE.saturating_mul(1 + (late / GIVE_EVERY) as usize),
            None => 0,
        };
        self.rounds.iter().map(|(round, since)| (*round, gives(*since + patience(replica, round, now)))).collect()
    }
}

/// For how long those who have not shown what they sealed are left to do it themselves.
fn patience(replica: &Replica, round: &Cid, now: Millis) -> Millis {
    let mut unopened = replica.fold().rounds().answers_in(*round).filter(|it| !it.opened);
    if unopened.all(|it| replica.is_still(&it.author, now)) { SHARES_OF_STILL_AFTER } else { SHARES_AFTER }
}

/// When more may give their shares, from when the first may.
fn next_step(from: Millis, now: Millis) -> Option<Millis> {
    let steps = SHARES.div_ceil(GIVE_AT_ONCE) as Millis;
    (0..steps).map(|step| from + step * GIVE_EVERY).find(|it| *it > now)
}

fn next(due: &[(Cid, usize)], fold: &Fold, log: &Log, keypair: &Keypair) -> Option<Opening> {
    due.iter().find_map(|(round, gives)| fold.opening(log, keypair, round, *gives))
}

/// The next of what is to be written, as it is when its turn has come.
pub fn make(due: Vec<(Cid, usize)>, sight: Sight, keypair: &Keypair) -> Result<Made, NodeError> {
    let (fold, log) = (sight.fold(), sight.log());
    let opening = next(&due, fold, log, keypair).ok_or(NodeError::NotFound)?;
    let beside = opening.words.clone();
    let asker = Asker { fold, log, node: sight.replica.node(), silence: &|_| 0 };
    let saying = opening.ask(asker).map_err(|refused| NodeError::Refused(refused.code()))?;
    Ok(sight.made(Making { saying, beside }, move |sight, keypair| make(due, sight, keypair)))
}
