//! Cares for one open connection: has its paths found anew when they break, through the signalling that brought it about, and
//! gives it up in the end. When to do what, [`crate::upkeep`] decides.

use std::{
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll},
};

use futures::FutureExt as _;
use gloo_timers::future::TimeoutFuture;
use web_sys::RtcSdpType;

use super::{
    connection::Connection,
    events::{Change, Closed, Events},
    place::Place,
};
use crate::{
    error::Error,
    link::Role,
    negotiation::{Candidate, MAX_CANDIDATES},
    sdp::{self, Fingerprint},
    sessions::{Mail, PathNews},
    signalling::Signal,
    upkeep::{Millis, Offered, Step, Upkeep},
};

/// How long a description waits for candidates to carry along, in milliseconds: those of the machine itself and of a STUN server
/// nearby. Fewer signals are kinder to relays; what comes later follows one by one.
const GATHER: u32 = 300;

pub(super) struct Caretaker {
    place: Place,
    connection: Connection,
    events: Rc<Events>,
    upkeep: Upkeep,
    /// Whose certificate it stays bound to.
    remote: Fingerprint,
    /// Candidates taken in this round.
    taken: usize,
}

enum Heard {
    Mail(Mail),
    Change(Change),
    Step(Step),
}

impl Caretaker {
    pub(super) fn new(
        place: Place,
        connection: Connection,
        events: Rc<Events>,
        role: Role,
        remote: Fingerprint,
    ) -> Self {
        place.shared.sessions.borrow_mut().opened(&place.name());
        Self { place, connection, events, upkeep: Upkeep::new(role), remote, taken: 0 }
    }

    /// Runs until the connection is closed.
    pub(super) async fn run(mut self) {
        loop {
            let done = match self.next().await {
                Heard::Change(Change::Closed) => return,
                Heard::Change(Change::Health(health)) => {
                    self.upkeep.health(health, now());
                    Ok(())
                }
                Heard::Change(Change::Candidate(candidate)) => {
                    self.send_candidate(candidate);
                    Ok(())
                }
                Heard::Mail(mail) => self.on_mail(mail).await,
                Heard::Step(step) => self.act(step).await,
            };
            if let Err(error) = done {
                // Tried again by the clock, or given up by it.
                tracing::debug!(%error, "restart");
            }
        }
    }

    async fn next(&mut self) -> Heard {
        let mut timer: Option<(Millis, TimeoutFuture)> = None;
        poll_fn(|cx| self.poll_next(cx, &mut timer)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, timer: &mut Option<(Millis, TimeoutFuture)>) -> Poll<Heard> {
        if let Poll::Ready(change) = self.events.poll_change(cx) {
            return Poll::Ready(Heard::Change(change));
        }
        if let Poll::Ready(mail) = self.place.poll_mail(cx) {
            return Poll::Ready(Heard::Mail(mail));
        }
        loop {
            let now = now();
            if let Some(step) = self.upkeep.step(now) {
                return Poll::Ready(Heard::Step(step));
            }
            let Some(at) = self.upkeep.wake_at() else { return Poll::Pending };
            if timer.as_ref().is_none_or(|(set, _)| *set != at) {
                let wait = u32::try_from(at.saturating_sub(now)).unwrap_or(u32::MAX).max(1);
                *timer = Some((at, TimeoutFuture::new(wait)));
            }
            let rung = timer.as_mut().is_none_or(|(_, timer)| timer.poll_unpin(cx).is_ready());
            if !rung {
                return Poll::Pending;
            }
            *timer = None;
        }
    }

    async fn act(&mut self, step: Step) -> Result<(), Error> {
        let session = self.place.session;
        match step {
            Step::Offer(round) => self.offer(round).await,
            Step::Repeat(round) => {
                let sdp = self.connection.local_sdp()?;
                self.place.send(Signal::Restart { session, round, sdp });
                Ok(())
            }
            Step::Ask(round) => {
                self.place.send(Signal::RestartWanted { session, round });
                Ok(())
            }
            Step::Lost => {
                // It may not have noticed yet, or be able to hear of it sooner than we were.
                self.place.send(Signal::Abort { session });
                self.lose();
                Ok(())
            }
        }
    }

    fn lose(&self) {
        self.events.on_closed(Closed::Lost);
    }

    async fn offer(&mut self, round: u32) -> Result<(), Error> {
        tracing::debug!(round, "restarting");
        self.begin_round();
        let sdp = self.connection.create_restart().await?;
        self.connection.set_local(RtcSdpType::Offer, &sdp).await?;
        let sdp = self.gathered().await?;
        self.place.send(Signal::Restart { session: self.place.session, round, sdp });
        Ok(())
    }

    fn begin_round(&mut self) {
        self.taken = 0;
        self.events.gather_anew();
    }

    /// Our description, with the candidates that were found quickly.
    async fn gathered(&mut self) -> Result<String, Error> {
        let mut patience = TimeoutFuture::new(GATHER);
        poll_fn(|cx| {
            if self.events.poll_gathered(cx).is_ready() {
                return Poll::Ready(());
            }
            patience.poll_unpin(cx)
        })
        .await;
        let sdp = self.connection.local_sdp()?;
        // They are in there.
        self.events.forget_candidates();
        Ok(sdp)
    }

    fn send_candidate(&mut self, Candidate { line, mid }: Candidate) {
        // The other side had no use for what was found after the connection opened.
        if self.upkeep.round() > 0 {
            self.place.send(Signal::Candidate { session: self.place.session, candidate: line, mid });
        }
    }

    async fn on_mail(&mut self, mail: Mail) -> Result<(), Error> {
        match mail {
            Mail::Paths(PathNews::NetworkChanged) => self.upkeep.network_changed(now()),
            Mail::Paths(PathNews::Wanted { round }) => self.upkeep.asked(round, now()),
            Mail::Paths(PathNews::Offer { round, sdp }) => return self.on_offer(round, &sdp).await,
            Mail::Paths(PathNews::Answer { round, sdp }) => return self.on_answer(round, &sdp).await,
            Mail::Candidate(candidate) => self.on_candidate(&candidate),
            // The other side has given the connection up.
            Mail::Ended(_) => self.lose(),
            Mail::Answer { .. } => {}
        }
        Ok(())
    }

    fn on_candidate(&mut self, candidate: &Candidate) {
        if self.upkeep.round() > 0 && self.taken < MAX_CANDIDATES {
            self.taken += 1;
            self.connection.add_candidate(candidate);
        }
    }

    async fn on_offer(&mut self, round: u32, sdp: &str) -> Result<(), Error> {
        self.check(sdp)?;
        match self.upkeep.offered(round, now()) {
            Offered::Ignore => return Ok(()),
            Offered::AnswerAgain => {}
            Offered::Answer => {
                self.begin_round();
                self.connection.set_remote(RtcSdpType::Offer, sdp).await?;
                let answer = self.connection.create_answer().await?;
                self.connection.set_local(RtcSdpType::Answer, &answer).await?;
            }
        }
        let sdp = self.gathered().await?;
        self.place.send(Signal::Restarted { session: self.place.session, round, sdp });
        Ok(())
    }

    async fn on_answer(&mut self, round: u32, sdp: &str) -> Result<(), Error> {
        self.check(sdp)?;
        if self.upkeep.answered(round, now()) {
            self.connection.set_remote(RtcSdpType::Answer, sdp).await?;
        }
        Ok(())
    }

    /// New paths, the same certificate: who vouched for the connection vouched for that.
    fn check(&self, sdp: &str) -> Result<(), Error> {
        if sdp::fingerprint(sdp)? == self.remote { Ok(()) } else { Err(Error::ConnectionFailed) }
    }
}

fn now() -> Millis {
    let performance = web_sys::window().and_then(|window| window.performance());
    performance.map_or(0, |performance| performance.now() as Millis)
}
