//! One attempt to connect, as a state machine that knows no browser: what may happen when, and which candidates must wait.
//!
//! It deliberately knows neither time nor the network: who drives it drops it when patience ends.

use std::collections::VecDeque;

use crate::link::Role;

/// Most candidates of the other side taken in one attempt, early ones included. Browsers send fewer than 20; the rest of a
/// longer list is dropped, since a connection needs one good one.
pub(crate) const MAX_CANDIDATES: usize = 64;

/// One ICE candidate of the other side. An empty line says that no more will come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) line: String,
    pub(crate) mid: Option<String>,
}

/// Where an attempt stands.
///
/// | from         | event                                | to           |
/// |--------------|--------------------------------------|--------------|
/// | `Preparing`  | dialer: own offer sent               | `Offered`    |
/// | `Preparing`  | listener: the offer is applied       | `Answering`  |
/// | `Offered`    | dialer: the answer is applied        | `Connecting` |
/// | `Answering`  | listener: own answer sent            | `Connecting` |
/// | `Connecting` | the data channel opens               | `Open`       |
///
/// Everything else is a [`Misstep`] and changes nothing. An attempt that fails is dropped; it has no state for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Preparing,
    Offered,
    Answering,
    Connecting,
    Open,
}

/// An event that the state does not allow: a message repeated or out of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Misstep;

/// One attempt.
#[derive(Debug)]
pub(crate) struct Negotiation {
    role: Role,
    state: State,
    /// Candidates that came before the description they belong to.
    early: VecDeque<Candidate>,
    /// Whether the browser knows the other side's description.
    described: bool,
    taken: usize,
    remote_paths: bool,
    remote_ended: bool,
}

impl Negotiation {
    pub(crate) fn new(role: Role) -> Self {
        Self {
            role,
            state: State::Preparing,
            early: VecDeque::new(),
            described: false,
            taken: 0,
            remote_paths: false,
            remote_ended: false,
        }
    }

    fn set(&mut self, to: State) {
        tracing::trace!(role = ?self.role, from = ?self.state, ?to, "attempt");
        self.state = to;
    }

    fn step(&mut self, role: Role, from: State, to: State) -> Result<(), Misstep> {
        if self.role != role || self.state != from {
            return Err(Misstep);
        }
        self.set(to);
        Ok(())
    }

    /// Dialer: the offer is on its way.
    pub(crate) fn offer_sent(&mut self) -> Result<(), Misstep> {
        self.step(Role::Dialer, State::Preparing, State::Offered)
    }

    /// Dialer: whether an answer may be applied now. The second answer to an offer may not.
    pub(crate) fn may_take_answer(&self) -> bool {
        self.role == Role::Dialer && self.state == State::Offered
    }

    /// Dialer: the browser has taken the answer. Returns the candidates that waited for it.
    pub(crate) fn answer_applied(&mut self, has_candidates: bool) -> Result<VecDeque<Candidate>, Misstep> {
        self.step(Role::Dialer, State::Offered, State::Connecting)?;
        Ok(self.describe(has_candidates))
    }

    /// Listener: the browser has taken the offer. Returns the candidates that waited for it.
    pub(crate) fn offer_applied(&mut self, has_candidates: bool) -> Result<VecDeque<Candidate>, Misstep> {
        self.step(Role::Listener, State::Preparing, State::Answering)?;
        Ok(self.describe(has_candidates))
    }

    /// Listener: the answer is on its way.
    pub(crate) fn answer_sent(&mut self) -> Result<(), Misstep> {
        self.step(Role::Listener, State::Answering, State::Connecting)
    }

    fn describe(&mut self, has_candidates: bool) -> VecDeque<Candidate> {
        self.described = true;
        self.remote_paths |= has_candidates;
        std::mem::take(&mut self.early)
    }

    /// The data channel is open.
    pub(crate) fn opened(&mut self) -> Result<(), Misstep> {
        let role = self.role;
        self.step(role, State::Connecting, State::Open)
    }

    /// A candidate came in. Returns it if the browser can take it now; otherwise it waits, or is dropped as one too many.
    pub(crate) fn remote_candidate(&mut self, candidate: Candidate) -> Option<Candidate> {
        if self.taken >= MAX_CANDIDATES || self.state == State::Open {
            return None;
        }
        self.taken += 1;
        if candidate.line.is_empty() {
            self.remote_ended = true;
        } else {
            self.remote_paths = true;
        }
        if self.described {
            return Some(candidate);
        }
        self.early.push_back(candidate);
        None
    }

    /// Whether the other side has said that it has no path to offer at all. Without one it cannot even send a check, so
    /// waiting is pointless.
    pub(crate) fn remote_has_no_path(&self) -> bool {
        self.described && self.remote_ended && !self.remote_paths
    }

    pub(crate) fn role(&self) -> Role {
        self.role
    }

    #[cfg(test)]
    fn state(&self) -> State {
        self.state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(line: &str) -> Candidate {
        Candidate { line: line.to_owned(), mid: Some("0".to_owned()) }
    }

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Event {
        OfferSent,
        AnswerApplied,
        OfferApplied,
        AnswerSent,
        Opened,
    }
    const EVENTS: [Event; 5] =
        [Event::OfferSent, Event::AnswerApplied, Event::OfferApplied, Event::AnswerSent, Event::Opened];

    fn apply(attempt: &mut Negotiation, event: Event) -> Result<(), Misstep> {
        match event {
            Event::OfferSent => attempt.offer_sent(),
            Event::AnswerApplied => attempt.answer_applied(true).map(drop),
            Event::OfferApplied => attempt.offer_applied(true).map(drop),
            Event::AnswerSent => attempt.answer_sent(),
            Event::Opened => attempt.opened(),
        }
    }

    /// The table above [`State`], written down a second time.
    fn legal(role: Role, from: State, event: Event) -> Option<State> {
        use {Event as E, Role as R, State as S};
        match (role, from, event) {
            (R::Dialer, S::Preparing, E::OfferSent) => Some(S::Offered),
            (R::Listener, S::Preparing, E::OfferApplied) => Some(S::Answering),
            (R::Dialer, S::Offered, E::AnswerApplied) => Some(S::Connecting),
            (R::Listener, S::Answering, E::AnswerSent) => Some(S::Connecting),
            (_, S::Connecting, E::Opened) => Some(S::Open),
            _ => None,
        }
    }

    #[test]
    fn only_the_paths_of_the_table_exist() {
        let mut steps = 0;
        for role in [Role::Dialer, Role::Listener] {
            for code in 0..EVENTS.len().pow(5) {
                let mut attempt = Negotiation::new(role);
                let mut code = code;
                for _ in 0..5 {
                    let event = EVENTS[code % EVENTS.len()];
                    code /= EVENTS.len();
                    let before = attempt.state();
                    let after = apply(&mut attempt, event).map(|()| attempt.state());
                    assert_eq!(after.ok(), legal(role, before, event), "{role:?} {before:?} {event:?}");
                    if after.is_err() {
                        assert_eq!(attempt.state(), before);
                    }
                    steps += 1;
                }
            }
        }
        assert_eq!(steps, 2 * 5 * 5usize.pow(5));
    }

    #[test]
    fn candidates_wait_for_the_description_and_keep_their_order() {
        let mut dialer = Negotiation::new(Role::Dialer);
        dialer.offer_sent().unwrap();
        assert_eq!(dialer.remote_candidate(line("candidate:1")), None);
        assert_eq!(dialer.remote_candidate(line("candidate:2")), None);
        assert_eq!(dialer.answer_applied(false).unwrap(), [line("candidate:1"), line("candidate:2")]);
        assert_eq!(dialer.remote_candidate(line("candidate:3")), Some(line("candidate:3")));
    }

    #[test]
    fn a_flood_of_candidates_is_cut_early_and_late() {
        let mut dialer = Negotiation::new(Role::Dialer);
        dialer.offer_sent().unwrap();
        for number in 0..2 * MAX_CANDIDATES {
            assert_eq!(dialer.remote_candidate(line(&format!("candidate:{number}"))), None);
        }
        assert_eq!(dialer.answer_applied(false).unwrap().len(), MAX_CANDIDATES);
        assert_eq!(dialer.remote_candidate(line("candidate:1")), None);
    }

    #[test]
    fn a_second_answer_is_not_taken() {
        let mut dialer = Negotiation::new(Role::Dialer);
        assert!(!dialer.may_take_answer());
        dialer.offer_sent().unwrap();
        assert!(dialer.may_take_answer());
        dialer.answer_applied(false).unwrap();
        assert!(!dialer.may_take_answer());
        assert!(!Negotiation::new(Role::Listener).may_take_answer());
    }

    #[test]
    fn a_side_that_ends_its_list_without_a_candidate_has_no_path() {
        let mut listener = Negotiation::new(Role::Listener);
        listener.remote_candidate(line(""));
        assert!(!listener.remote_has_no_path(), "the description may still hold one");
        listener.offer_applied(false).unwrap();
        assert!(listener.remote_has_no_path());

        let mut described = Negotiation::new(Role::Listener);
        described.offer_applied(true).unwrap();
        described.remote_candidate(line(""));
        assert!(!described.remote_has_no_path());

        let mut trickled = Negotiation::new(Role::Listener);
        trickled.offer_applied(false).unwrap();
        trickled.remote_candidate(line("candidate:1"));
        trickled.remote_candidate(line(""));
        assert!(!trickled.remote_has_no_path());
    }
}
