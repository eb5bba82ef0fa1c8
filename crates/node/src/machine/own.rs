//! Own events: signed together, stored in one transaction, noted, and then sent.

use paceline_mesh::replica::Millis;
use paceline_room::{Cid, body::founding, cost};
use paceline_store::{Durability, StoreError};

use super::{Effect, For, Job, Machine, Told, turns::Turn};
use crate::{
    NodeError,
    acts::{MOST_ACTS, Named},
    write::{Ahead, Made, MakeSaying, Reply, Salt, Sight, Step, Write, Written, ask, sign},
};

/// Wishes that share one transaction at most.
pub(super) const BATCH: usize = MOST_ACTS;

impl Machine {
    pub(super) fn begin_own(&mut self, at: u64, salt: &mut dyn FnMut() -> Salt) {
        let (mut signed, mut settled): (Vec<(Vec<Written>, Reply)>, Vec<String>) = (Vec::new(), Vec::new());
        let mut asked = 0;
        cost::look(self.writes.len().min(BATCH));
        while asked < BATCH
            && let Some(Write { steps, alone, settles, reply }) = self.writes.pop_front_if(|it| asked == 0 || !it.alone)
        {
            asked += 1;
            if settles.as_ref().is_some_and(|id| !self.desk.go(id)) {
                let _ = reply.send(Err(NodeError::NotFound));
            } else {
                match self.sign_all(steps, &signed, at, salt) {
                    Ok(written) => {
                        settled.extend(settles);
                        signed.push((written, reply));
                    }
                    Err(error) => {
                        settles.iter().for_each(|id| self.desk.stay(id));
                        let _ = reply.send(Err(error));
                    }
                }
            }
            if alone {
                break;
            }
        }
        if signed.is_empty() {
            return;
        }
        let all = || signed.iter().flat_map(|(written, _)| written);
        self.storing.extend(all().filter_map(|it| it.shown.clone()));
        self.tell(Told::Own);
        let before = self.waiting.take_blocks();
        let own = all().map(|it| &it.stored);
        let events = cost::looking(before.blocks.iter().chain(own)).cloned().collect();
        let unsent = self.take_desk(&settled);
        self.set_log_turn(Turn::Own { signed, before });
        self.others_next = true;
        self.store(Job {
            of: For::Own,
            events,
            unsent,
            durability: Durability::Strict,
            words: Vec::new(),
            drops: Vec::new(),
        });
    }

    /// Signs all of one wish, or nothing of it, and before that by which this node goes on in the room's version. `signed`: what was signed
    /// before for the same transaction.
    fn sign_all(
        &self,
        steps: Vec<Step>,
        signed: &[(Vec<Written>, Reply)],
        at: u64,
        salt: &mut dyn FnMut() -> Salt,
    ) -> Result<Vec<Written>, NodeError> {
        let (mut all, mut names, mut ahead) = (Vec::<Written>::new(), Vec::new(), None);
        let has_raised = before(signed).any(|it| !it.is_asked);
        for Step { make, rests } in steps {
            let (mut makes, mut rests) = (vec![make], rests || has_raised);
            while let Some(make) = makes.pop() {
                if rests {
                    ahead.get_or_insert_with(|| Ahead::of(&self.replica)).take(before(signed).chain(&all));
                }
                let sight = Sight { replica: &self.replica, ahead: ahead.as_ref() };
                match make(sight, Named::new(&names), &self.keypair)? {
                    Made::AfterRaise(closing, again) => {
                        makes.extend([again, raise(closing)]);
                        rests = true;
                    }
                    Made::Now(making) => {
                        let last = all.last().or(before(signed).last());
                        let mut written = sign(&self.replica, &self.keypair, *making, last, at, salt())?;
                        written.is_asked = makes.is_empty();
                        names.extend(written.is_asked.then_some(written.stored.cid));
                        all.push(written);
                    }
                }
            }
        }
        Ok(all)
    }

    pub(super) fn on_own(&mut self, outcome: &Result<(), StoreError>, now: Millis) {
        let next = if outcome.is_ok() { Turn::Noting(Vec::new()) } else { Turn::Free };
        let Turn::Own { signed, before } = self.set_log_turn(next) else { return };
        let Err(error) = outcome else {
            self.on_kept(&before, now);
            let last = signed.last().and_then(|(written, _)| written.last());
            self.out.extend(last.map(|it| Effect::Note(it.event.seq)));
            if let Turn::Noting(stored) = &mut self.log_turn {
                *stored = signed;
            }
            return;
        };
        self.waiting.put_back(before);
        // Only what was signed together is on its way at once.
        self.storing.clear();
        for (_, reply) in signed {
            // A script gets the error; the person here is told as well, since their own words are concerned.
            self.tell(Told::Failed(error.clone().into()));
            let _ = reply.send(Err(error.clone().into()));
        }
        self.tell(Told::Own);
    }

    /// How far the own events go that were stored is noted beside the database, or cannot be: they are sent now. Were one sent
    /// before and the database lost, its position would be written once more.
    pub(crate) fn noted(&mut self, now: Millis) {
        let Turn::Noting(signed) = self.set_log_turn(Turn::Free) else { return };
        self.storing.clear();
        for (written, reply) in signed {
            let names = written.iter().filter(|it| it.is_asked).map(|it| it.stored.cid).collect();
            written.into_iter().for_each(|it| self.input(it.into_input(), now));
            let _ = reply.send(Ok(names));
        }
        self.open_up(now);
        self.tell(Told::Own);
        self.out.push(Effect::Soon);
    }
}

/// What was signed for a transaction so far.
fn before(signed: &[(Vec<Written>, Reply)]) -> impl Iterator<Item = &Written> {
    signed.iter().flat_map(|(written, _)| written)
}

/// This node goes on in the room's version.
fn raise(closing: Cid) -> MakeSaying {
    Box::new(move |sight, _, keypair| ask(sight, keypair, founding::Command::Raise { closing }.into(), 0))
}
