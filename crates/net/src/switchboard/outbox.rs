//! Signals on their way through servers, where each message counts: descriptions wait a moment for the first candidates, later
//! candidates go together, and what is not answered is sent again, the very same envelope, so that nobody takes it for another.
//! Pure.

use paceline_mesh::replica::Millis;
use paceline_room::{
    NodeId,
    cost::{self, LiteMap},
};

use super::sessions::Name;
use crate::{
    message::{Line, MAX_CANDIDATES, Message},
    types::Path,
};

/// A description waits no longer than this for candidates. Those of this machine take 10-50 ms, those that a server tells take a
/// way there and back.
pub(super) const GATHER_FOR: Millis = 200;
/// It goes when no candidate came for so long after one.
pub(super) const QUIET: Millis = 60;
/// The same once those that come last have begun to come: a server's, or without servers any. A browser tells of all addresses of
/// one kind at a time.
pub(super) const QUIET_AT_LAST: Millis = 12;
/// Candidates that come after it wait for one another; four times as long each time.
pub(super) const LATER: Millis = 500;
/// What is not answered by then is sent again; the second time after twice as long, the third after three times.
pub(super) const AGAIN_AFTER: Millis = 2_000;
/// How often it is sent again. The dial itself is tried again, too, with back-off.
const MAX_AGAIN: u32 = 3;
/// Attempts that wait; what is sent for further ones does not.
pub(super) const MAX_HELD: usize = 128;

/// What is to be sent now.
#[derive(Debug, PartialEq)]
pub(super) enum Due {
    /// Seal this, tell the envelope ([`Outbox::sent`]), and send it.
    Message { name: Name, message: Message },
    /// Send this again.
    Again { to: NodeId, envelope: Vec<u8> },
}

#[derive(Debug)]
struct Held {
    path: Path,
    /// An offer or an answer that was not sent yet.
    description: Option<Message>,
    candidates: Vec<Line>,
    /// When description or candidates go.
    due: Option<Millis>,
    /// The latest that the description goes.
    limit: Millis,
    /// Messages of candidates that went.
    later: u32,
    sent: Vec<Vec<u8>>,
    again_at: Option<Millis>,
    again: u32,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Outbox {
    held: LiteMap<Name, Held>,
    most: usize,
    /// Servers tell this node of addresses, too.
    servers: bool,
}

impl Outbox {
    /// `servers`: whether servers tell this node of addresses. `most`: attempts that may wait.
    pub(super) fn new(servers: bool, most: usize) -> Self {
        Self { held: LiteMap::new(), most, servers }
    }

    /// Where a test plants a walk over everything.
    pub(super) fn ground(&self) {
        cost::ground(|| self.held.keys());
    }

    /// Takes an offer, an answer or candidates. Gives back what is to be sent at once.
    pub(super) fn hold(&mut self, name: Name, message: Message, now: Millis) -> Option<Message> {
        match message {
            Message::Offer { path, .. } | Message::Answer { path, .. } => {
                if self.held.len() >= self.most && !self.held.contains_key(&name) {
                    return Some(message);
                }
                self.held.insert(name, Held::new(path, Some(message), now));
                None
            }
            Message::Candidates { path, candidates } => {
                if self.held.len() >= self.most && !self.held.contains_key(&name) {
                    return Some(Message::Candidates { path, candidates });
                }
                let held = self.held.entry(name).or_insert_with(|| Held::new(path, None, now));
                held.push(candidates, self.servers, now);
                None
            }
            // Nobody knows of an attempt whose description has not gone.
            Message::Abort { .. } => match self.held.remove(&name) {
                Some(Held { description: Some(_), .. }) => None,
                _ => Some(message),
            },
            other => Some(other),
        }
    }

    /// Whether a description of the attempt waits.
    pub(super) fn holds(&self, name: &Name) -> bool {
        self.held.get(name).is_some_and(|held| held.description.is_some())
    }

    /// No more candidates of the attempt come: nothing waits for them.
    pub(super) fn gathered(&mut self, name: &Name, now: Millis) {
        if let Some(held) = self.held.get_mut(name) {
            held.due = held.due.map(|due| due.min(now));
        }
    }

    /// That became of a [`Due::Message`].
    pub(super) fn sent(&mut self, name: &Name, envelope: &[u8], now: Millis) {
        if let Some(held) = self.held.get_mut(name).filter(|held| held.again < MAX_AGAIN) {
            held.sent.push(envelope.to_vec());
            held.again_at.get_or_insert(now + AGAIN_AFTER);
        }
    }

    /// The other side has heard of the attempt.
    pub(super) fn answered(&mut self, name: &Name) {
        if let Some(held) = self.held.get_mut(name) {
            held.again = MAX_AGAIN;
            held.again_at = None;
            held.sent.clear();
        }
    }

    /// The attempt is over.
    pub(super) fn forget(&mut self, name: &Name) {
        self.held.remove(name);
    }

    /// All attempts with a peer over a path are over.
    pub(super) fn forget_peer(&mut self, peer: &NodeId, path: Path) {
        self.held.retain(|(to, _), held| to != peer || held.path != path);
    }

    /// When something is due.
    pub(super) fn next(&self) -> Option<Millis> {
        self.held.values().flat_map(|held| [held.due, held.again_at]).flatten().min()
    }

    pub(super) fn due(&mut self, now: Millis) -> Vec<Due> {
        let mut due = Vec::new();
        for (name, held) in self.held.iter_mut() {
            due.extend(held.message(now).map(|message| Due::Message { name: *name, message }));
            due.extend(held.again(now).into_iter().map(|envelope| Due::Again { to: name.0, envelope }));
        }
        self.held.retain(|_, held| held.due.is_some() || held.again_at.is_some() || now < held.limit + AGAIN_AFTER * 7);
        due
    }
}

impl Held {
    fn new(path: Path, description: Option<Message>, now: Millis) -> Self {
        let limit = now + GATHER_FOR;
        let due = description.is_some().then_some(limit);
        // Candidates of what went otherwise do not go again without it.
        let again = if due.is_some() { 0 } else { MAX_AGAIN };
        let (candidates, sent) = (Vec::new(), Vec::new());
        Self { path, description, candidates, due, limit, later: 0, sent, again_at: None, again }
    }

    fn push(&mut self, candidates: Vec<Line>, servers: bool, now: Millis) {
        let at_last = !servers || candidates.iter().any(Line::is_by_server);
        let room = MAX_CANDIDATES.saturating_sub(self.candidates.len());
        self.candidates.extend(candidates.into_iter().take(room));
        if self.description.is_some() {
            let quiet = if at_last { QUIET_AT_LAST } else { QUIET };
            self.due = Some(self.limit.min(now + quiet));
        } else {
            self.due.get_or_insert(now + LATER * 4_u64.pow(self.later.min(4)));
        }
    }

    /// What is due, with the candidates that came until now.
    fn message(&mut self, now: Millis) -> Option<Message> {
        self.due.take_if(|due| *due <= now)?;
        let candidates = std::mem::take(&mut self.candidates);
        if let Some(description) = self.description.take() {
            return Some(description.with(&candidates));
        }
        self.later += 1;
        Some(Message::Candidates { path: self.path, candidates })
    }

    fn again(&mut self, now: Millis) -> Vec<Vec<u8>> {
        if self.again_at.take_if(|at| *at <= now).is_none() {
            return Vec::new();
        }
        self.again += 1;
        if self.again < MAX_AGAIN {
            self.again_at = Some(now + AGAIN_AFTER * Millis::from(self.again + 1));
        }
        self.sent.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: NodeId = NodeId::from_bytes([1; 32]);
    const SESSION: Name = (PEER, [5; 16]);
    const PATH: Path = Path::Webrtc;

    fn offer(sdp: &str) -> Message {
        Message::Offer { path: PATH, sdp: sdp.into(), trickle: true }
    }

    fn candidates(names: &[&str]) -> Message {
        let line = |name: &&str| Line { candidate: format!("candidate:{name}"), mid: Some("0".into()) };
        Message::Candidates { path: PATH, candidates: names.iter().map(line).collect() }
    }

    /// Everything that goes until then, and when.
    fn until(outbox: &mut Outbox, end: Millis) -> Vec<(Millis, Message)> {
        let mut gone = Vec::new();
        while let Some(now) = outbox.next().filter(|next| *next <= end) {
            for due in outbox.due(now) {
                if let Due::Message { message, .. } = due {
                    gone.push((now, message));
                }
            }
        }
        gone
    }

    #[test]
    fn an_offer_takes_the_candidates_of_the_first_moments_along() {
        let mut outbox = Outbox::new(true, MAX_HELD);
        assert_eq!(outbox.hold(SESSION, offer("v=0\r\n"), 1_000), None);
        outbox.hold(SESSION, candidates(&["1"]), 1_010);
        outbox.hold(SESSION, candidates(&["2"]), 1_030);
        let whole = offer("v=0\r\na=candidate:1\r\na=candidate:2\r\n");
        assert_eq!(until(&mut outbox, 9_000), [(1_030 + QUIET, whole)]);
    }

    #[test]
    fn an_offer_waits_no_longer_once_candidates_of_the_last_kind_or_all_are_there() {
        let mut outbox = Outbox::new(true, MAX_HELD);
        outbox.hold(SESSION, offer("v=0\r\n"), 1_000);
        outbox.hold(SESSION, candidates(&["1 1 udp 1 host.local 9 typ host"]), 1_010);
        assert_eq!(outbox.next(), Some(1_010 + QUIET), "a server may tell of more");
        outbox.hold(SESSION, candidates(&["2 1 udp 1 203.0.113.7 9 typ srflx raddr 0.0.0.0 rport 0"]), 1_030);
        assert_eq!(outbox.next(), Some(1_030 + QUIET_AT_LAST));
        outbox.gathered(&SESSION, 1_035);
        assert_eq!(until(&mut outbox, 9_000).iter().map(|(at, _)| *at).collect::<Vec<_>>(), [1_035]);
        let mut without = Outbox::new(false, MAX_HELD);
        without.hold(SESSION, offer("v=0\r\n"), 1_000);
        without.hold(SESSION, candidates(&["1 1 udp 1 host.local 9 typ host"]), 1_010);
        assert_eq!(without.next(), Some(1_010 + QUIET_AT_LAST));
    }

    #[test]
    fn later_candidates_go_at_once_when_they_are_the_last() {
        let mut outbox = Outbox::new(true, MAX_HELD);
        outbox.hold(SESSION, offer("v=0\r\n"), 0);
        until(&mut outbox, 1_000);
        outbox.gathered(&SESSION, 1_000);
        assert_eq!(outbox.next(), None, "nothing is sent to say so");
        outbox.hold(SESSION, candidates(&["1"]), 1_010);
        outbox.gathered(&SESSION, 1_020);
        assert_eq!(outbox.next(), Some(1_020));
    }

    #[test]
    fn an_offer_never_waits_long_whether_candidates_come_or_not() {
        let mut outbox = Outbox::new(true, MAX_HELD);
        outbox.hold(SESSION, offer("v=0\r\n"), 1_000);
        assert_eq!(until(&mut outbox, 9_000), [(1_000 + GATHER_FOR, offer("v=0\r\n"))]);
        outbox.hold(SESSION, offer("v=0\r\n"), 10_000);
        for at in (10_000..10_200).step_by(50) {
            assert!(until(&mut outbox, at).is_empty());
            outbox.hold(SESSION, candidates(&["1"]), at);
        }
        assert_eq!(until(&mut outbox, 19_000).iter().map(|(at, _)| *at).collect::<Vec<_>>(), [10_000 + GATHER_FOR]);
    }

    #[test]
    fn later_candidates_go_together_and_ever_more_rarely() {
        let mut outbox = Outbox::new(true, MAX_HELD);
        outbox.hold(SESSION, offer("v=0\r\n"), 0);
        until(&mut outbox, 1_000);
        let mut gone = Vec::new();
        for at in (1_000..12_000).step_by(100) {
            outbox.hold(SESSION, candidates(&["1"]), at);
            gone.extend(until(&mut outbox, at));
        }
        let at: Vec<Millis> = gone.iter().map(|(at, _)| *at).collect();
        assert_eq!(at, [1_500, 3_600, 11_700], "each waits four times as long as the one before");
        let many = |(_, message): &(Millis, Message)| matches!(message, Message::Candidates { candidates, .. } if candidates.len() > 4);
        assert!(gone.iter().all(many));
    }

    #[test]
    fn what_is_not_answered_goes_again_a_few_times_as_it_was() {
        let mut outbox = Outbox::new(true, MAX_HELD);
        outbox.hold(SESSION, offer("v=0\r\n"), 0);
        assert_eq!(outbox.due(200).len(), 1);
        outbox.sent(&SESSION, b"sealed", 200);
        let mut again = Vec::new();
        while let Some(now) = outbox.next() {
            again.extend(outbox.due(now).into_iter().map(|due| (now, due)));
        }
        let sealed = || Due::Again { to: PEER, envelope: b"sealed".to_vec() };
        assert_eq!(again, [1, 3, 6].map(|waits| (200 + waits * AGAIN_AFTER, sealed())));
    }

    #[test]
    fn what_was_answered_or_is_over_does_not_go_again() {
        for end in [Outbox::answered, Outbox::forget] {
            let mut outbox = Outbox::new(true, MAX_HELD);
            outbox.hold(SESSION, offer("v=0\r\n"), 0);
            outbox.due(200);
            outbox.sent(&SESSION, b"sealed", 200);
            end(&mut outbox, &SESSION);
            assert_eq!(outbox.next(), None);
        }
    }

    #[test]
    fn what_was_given_up_before_it_went_costs_nothing() {
        let mut outbox = Outbox::new(true, MAX_HELD);
        let abort = || Message::Abort { path: PATH };
        outbox.hold(SESSION, offer("v=0\r\n"), 0);
        assert_eq!(outbox.hold(SESSION, abort(), 10), None);
        assert_eq!(outbox.next(), None);
        outbox.hold(SESSION, offer("v=0\r\n"), 20);
        outbox.due(220);
        assert_eq!(outbox.hold(SESSION, abort(), 300), Some(abort()));
    }

    #[test]
    fn memory_is_bounded() {
        let mut outbox = Outbox::new(true, MAX_HELD);
        for n in 0..=u8::MAX {
            outbox.hold((PEER, [n; 16]), offer("v=0\r\n"), 0);
        }
        assert_eq!(outbox.held.len(), MAX_HELD);
        assert_eq!(outbox.hold((PEER, [200; 16]), offer("x"), 0), Some(offer("x")), "it goes without waiting");
        for at in 0..100 {
            outbox.hold((PEER, [0; 16]), candidates(&["1", "2"]), at);
        }
        assert_eq!(outbox.held.get(&(PEER, [0; 16])).map(|it| it.candidates.len()), Some(MAX_CANDIDATES));
        while let Some(now) = outbox.next() {
            outbox.due(now);
        }
        outbox.due(60_000);
        assert_eq!(outbox.held.len(), 0);
    }
}
