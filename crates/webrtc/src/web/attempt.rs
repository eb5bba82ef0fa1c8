//! One attempt to connect, from the first signal to a muxed connection.

use std::{future::Future, pin::pin, rc::Rc, time::Duration};

use futures::{
    FutureExt,
    future::{Either, FusedFuture, poll_fn, select},
};
use gloo_timers::future::TimeoutFuture;
use libp2p_core::{
    muxing::StreamMuxerBox,
    upgrade::{InboundConnectionUpgrade, OutboundConnectionUpgrade},
};
use libp2p_identity::PeerId;
use wasm_bindgen_futures::spawn_local;
use web_sys::RtcSdpType;

use super::{
    caretaker::Caretaker,
    channel::Channel,
    events::Event,
    peer::Peer,
    place::{Place, Shared},
};
use crate::{
    error::{Error, Side},
    link::{LinkInfo, Role},
    negotiation::{Candidate, Misstep, Negotiation},
    sdp::{self, Fingerprint},
    sessions::{Ended, Mail},
    signalling::{SessionId, Signal},
};

pub(super) type Output = (PeerId, StreamMuxerBox);

/// Dials a peer, or offers to whoever answers.
pub(super) async fn dial(shared: Rc<Shared>, to: Option<PeerId>) -> Result<Output, Error> {
    let session = new_session()?;
    shared.sessions.borrow_mut().dial(session, to)?;
    let trickle = to.is_some();
    // Nobody knows of the attempt yet, so nobody need be told of its end.
    let place = Place { shared: Rc::clone(&shared), session, with: to, to, ended: true };
    establish(shared, place, Role::Dialer, trickle, None).await
}

fn new_session() -> Result<SessionId, Error> {
    let mut session = SessionId::default();
    let random = |error: getrandom::Error| Error::Browser { step: "give random numbers", message: error.to_string() };
    getrandom::fill(&mut session).map_err(random)?;
    Ok(session)
}

/// Answers an offer that was registered when it came in.
pub(super) async fn accept(shared: Rc<Shared>, place: Place, sdp: String, trickle: bool) -> Result<Output, Error> {
    establish(shared, place, Role::Listener, trickle, Some(sdp)).await
}

async fn establish(
    shared: Rc<Shared>,
    place: Place,
    role: Role,
    trickle: bool,
    offer: Option<String>,
) -> Result<Output, Error> {
    let limit = if trickle { shared.config.attempt_timeout } else { shared.config.out_of_band_timeout };
    let connect = async {
        let peer = shared.spare.take(&shared.config)?;
        let attempt = Attempt { place, peer, negotiation: Negotiation::new(role), trickle, remote: None };
        match offer {
            None => attempt.offer().await,
            Some(sdp) => attempt.answer(&sdp).await,
        }
    };
    let (channel, link) = within(limit, connect).await?;
    let (remote, role) = (link.remote_peer, link.role);
    let guard = shared.guard.borrow().clone();
    let channel = match guard {
        None => channel,
        Some(guard) => {
            let passed = guard(channel, link).map(|passed| passed.map_err(Error::Refused));
            within(shared.config.attempt_timeout, passed).await?
        }
    };
    Ok((remote, mux(channel, role).await?))
}

async fn mux(channel: Channel, role: Role) -> Result<StreamMuxerBox, Error> {
    let yamux = libp2p_yamux::Config::default();
    let name = "/yamux/1.0.0";
    let muxer = match role {
        Role::Dialer => yamux.upgrade_outbound(channel, name).await,
        Role::Listener => yamux.upgrade_inbound(channel, name).await,
    };
    muxer.map(StreamMuxerBox::new).map_err(|error| Error::Refused(error.into()))
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    match select(pin!(work), timer(limit)).await {
        Either::Left((result, _)) => result,
        Either::Right(_) => Err(Error::TimedOut),
    }
}

fn timer(limit: Duration) -> TimeoutFuture {
    // Longer than the browser's timers can count would fire at once.
    let millis = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX).min(i32::MAX.unsigned_abs());
    TimeoutFuture::new(millis)
}

struct Attempt {
    place: Place,
    peer: Peer,
    negotiation: Negotiation,
    trickle: bool,
    remote: Option<(PeerId, Fingerprint)>,
}

enum Heard {
    Mail(Mail),
    Event(Event),
}

impl Attempt {
    async fn offer(mut self) -> Result<(Channel, LinkInfo), Error> {
        let session = self.place.session;
        let mut sdp = self.peer.connection.create_offer().await?;
        let local = sdp::fingerprint(&sdp)?;
        if self.trickle {
            // On its way before anything is gathered, and before the browser has settled on it: that saves the other side
            // the wait.
            self.send_offer(Signal::Offer { session, sdp: sdp.clone(), trickle: true })?;
            self.peer.set_local(RtcSdpType::Offer, &sdp).await?;
        } else {
            self.peer.set_local(RtcSdpType::Offer, &sdp).await?;
            sdp = self.gather().await?;
            self.send_offer(Signal::Offer { session, sdp, trickle: false })?;
        }
        self.until_open(local).await
    }

    fn send_offer(&mut self, offer: Signal) -> Result<(), Error> {
        self.place.ended = false;
        self.place.send(offer);
        self.negotiation.offer_sent().map_err(misstep)
    }

    async fn answer(mut self, offer: &str) -> Result<(Channel, LinkInfo), Error> {
        let session = self.place.session;
        let remote = sdp::fingerprint(offer)?;
        self.remote = self.place.to.map(|peer| (peer, remote));
        self.peer.connection.set_remote(RtcSdpType::Offer, offer).await?;
        let early = self.negotiation.offer_applied(sdp::has_candidates(offer)).map_err(misstep)?;
        early.iter().for_each(|candidate| self.peer.connection.add_candidate(candidate));
        let mut sdp = self.peer.connection.create_answer().await?;
        let local = sdp::fingerprint(&sdp)?;
        if self.trickle {
            self.place.send(Signal::Answer { session, sdp: sdp.clone() });
            self.peer.set_local(RtcSdpType::Answer, &sdp).await?;
        } else {
            self.peer.set_local(RtcSdpType::Answer, &sdp).await?;
            sdp = self.gather().await?;
            self.place.send(Signal::Answer { session, sdp });
        }
        self.negotiation.answer_sent().map_err(misstep)?;
        self.until_open(local).await
    }

    async fn next(&self) -> Heard {
        let event = poll_fn(|cx| self.peer.events.poll_event(cx));
        match select(pin!(self.place.mail()), pin!(event)).await {
            Either::Left((mail, _)) => Heard::Mail(mail),
            Either::Right((event, _)) => Heard::Event(event),
        }
    }

    /// Waits until all candidates are known, or long enough, and returns the description that holds them.
    async fn gather(&mut self) -> Result<String, Error> {
        let mut patience = timer(self.place.shared.config.gather_timeout).fuse();
        loop {
            let next = match select(pin!(self.next()), &mut patience).await {
                Either::Left((next, _)) => Some(next),
                Either::Right(_) if self.peer.events.has_candidates() => break,
                Either::Right(_) => None,
            };
            match next {
                Some(Heard::Event(Event::Gathered { any: true })) => break,
                Some(Heard::Event(Event::Candidate(_))) if patience.is_terminated() => break,
                Some(Heard::Event(Event::Gathered { any: false })) => return Err(Error::NoCandidates(Side::Local)),
                Some(Heard::Event(Event::Closed)) => return Err(Error::ConnectionFailed),
                Some(Heard::Mail(Mail::Ended(why))) => return Err(self.ended(why)),
                // Anything else is in the description, or comes before anybody can know of this attempt.
                _ => {}
            }
        }
        self.peer.connection.local_sdp()
    }

    async fn until_open(mut self, local: Fingerprint) -> Result<(Channel, LinkInfo), Error> {
        loop {
            match self.next().await {
                Heard::Mail(mail) => self.on_mail(mail).await?,
                Heard::Event(Event::Open) => break,
                Heard::Event(event) => self.on_event(event)?,
            }
        }
        self.negotiation.opened().map_err(misstep)?;
        self.place.ended = true;
        let (remote_peer, remote_fingerprint) = self.remote.ok_or(Error::ConnectionFailed)?;
        let link = LinkInfo {
            session: self.place.session,
            role: self.negotiation.role(),
            remote_peer,
            local_fingerprint: local,
            remote_fingerprint,
        };
        let Self { place, peer, .. } = self;
        let caretaker =
            Caretaker::new(place, peer.connection.clone(), Rc::clone(&peer.events), link.role, remote_fingerprint);
        spawn_local(caretaker.run());
        Ok((Channel::new(peer), link))
    }

    async fn on_mail(&mut self, mail: Mail) -> Result<(), Error> {
        match mail {
            Mail::Answer { from, sdp } => self.on_answer(from, &sdp).await?,
            Mail::Candidate(candidate) => {
                if let Some(candidate) = self.negotiation.remote_candidate(candidate) {
                    self.peer.connection.add_candidate(&candidate);
                }
            }
            Mail::Ended(why) => return Err(self.ended(why)),
            // Comes once the connection is open.
            Mail::Paths(_) => {}
        }
        if self.negotiation.remote_has_no_path() {
            return Err(Error::NoCandidates(Side::Remote));
        }
        Ok(())
    }

    async fn on_answer(&mut self, from: PeerId, sdp: &str) -> Result<(), Error> {
        if !self.negotiation.may_take_answer() {
            return Ok(());
        }
        let remote = sdp::fingerprint(sdp)?;
        self.place.to = Some(from);
        self.remote = Some((from, remote));
        self.peer.connection.set_remote(RtcSdpType::Answer, sdp).await?;
        let early = self.negotiation.answer_applied(sdp::has_candidates(sdp)).map_err(misstep)?;
        early.iter().for_each(|candidate| self.peer.connection.add_candidate(candidate));
        Ok(())
    }

    fn on_event(&mut self, event: Event) -> Result<(), Error> {
        let session = self.place.session;
        match event {
            Event::Candidate(Candidate { line, mid }) if self.trickle => {
                self.place.send(Signal::Candidate { session, candidate: line, mid });
            }
            Event::Gathered { any: false } => {
                // Tells the other side why; the abort that follows would not.
                self.place.send(Signal::Candidate { session, candidate: String::new(), mid: None });
                return Err(Error::NoCandidates(Side::Local));
            }
            Event::Gathered { any: true } => {
                if let Some(to) = self.place.to {
                    self.place.shared.signalling.borrow_mut().gathered(to, session);
                }
            }
            // By hand, the listener's browser gives up long before the reply has travelled, and is found all the same.
            Event::Failed if !self.trickle && self.negotiation.role() == Role::Listener => {}
            Event::Failed | Event::Closed => return Err(Error::ConnectionFailed),
            Event::Candidate(_) | Event::Open => {}
        }
        Ok(())
    }

    fn ended(&mut self, why: Ended) -> Error {
        // A dial gives way to an offer of the other side, which then has dropped ours already.
        self.place.ended = why != Ended::Superseded || self.negotiation.role() == Role::Dialer;
        why.into()
    }
}

/// The order of our own steps does not depend on the other side; if it is broken the attempt must not go on.
fn misstep(_: Misstep) -> Error {
    Error::ConnectionFailed
}
