//! What counts in rounds, by each event's own past.

use super::{
    Fact, Rounds,
    bodies::{
        AnswerDone, Answered, Ask, RevealOpened, Revealed, RoundClosed, RoundOpened, Sealed, ShareOpened, ThemePlaced,
        TurnDone, Under,
    },
    sealing::Place,
};
use crate::{
    Cid, Ix, NodeId,
    fold::{
        IgnoredReason,
        past::Past,
        step::{Key, Step},
    },
    kinds::{Body, Kind},
    log::Entry,
};

/// An event of that sort in the past, if it counts.
fn counted<'a, T>(past: &Past<'a>, cid: &Cid, is: fn(&'a Body) -> Option<&'a T>) -> Result<(Ix, &'a T), IgnoredReason> {
    let ix = past.seen(cid).filter(|_| past.fold.why_ignored(cid).is_none()).ok_or(IgnoredReason::TargetNotSeen)?;
    let body = is(&past.look.entry(ix).event.body).ok_or(IgnoredReason::TargetNotSeen)?;
    Ok((ix, body))
}

fn opened<'a>(past: &Past<'a>, round: &Cid) -> Result<(Ix, &'a RoundOpened), IgnoredReason> {
    counted(past, round, |it| if let Body::RoundOpened(it) = it { Some(it) } else { None })
}

fn sealed<'a>(past: &Past<'a>, seal: &Cid) -> Result<(Ix, &'a Sealed), IgnoredReason> {
    counted(past, seal, |it| if let Body::Sealed(it) = it { Some(it) } else { None })
}

/// A node's home when the round was opened.
fn home(past: &Past, round: Ix, node: NodeId) -> NodeId {
    past.fold.capabilities.persons.home_in(node, &past.of(round))
}

/// The round of an answer.
fn round_of(body: &Body) -> Option<&Cid> {
    match body {
        Body::Answered(it) => Some(&it.round),
        Body::Sealed(it) => Some(&it.round),
        _ => None,
    }
}

/// The seal, its round, and the reveal that is followed, one of that round that has seen the seal.
struct Followed<'a> {
    place: Place<'a>,
    round: Ix,
    reveal: Key,
}

fn followed<'a>(past: &Past<'a>, seal: &Cid, by: &Cid) -> Result<Followed<'a>, IgnoredReason> {
    let (ix, body) = sealed(past, seal)?;
    let (round, opened) = opened(past, &body.round)?;
    let (reveal, opening) = counted(past, by, |it| if let Body::RevealOpened(it) = it { Some(it) } else { None })?;
    if opening.round != body.round {
        return Err(IgnoredReason::TargetNotSeen);
    }
    if !past.of(reveal).has(ix) {
        return Err(IgnoredReason::SealNotSeen);
    }
    let author = past.look.entry(ix).event.author;
    let place = Place { room: past.look.log.room(), round: body.round, author, opened, sealed: body };
    Ok(Followed { place, round, reveal: past.look.entry(reveal).key() })
}

impl Kind for RoundOpened {
    type Of = Rounds;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        if !self.ask.is_sound() || (self.sealed && matches!(self.ask, Ask::Spoken(_))) {
            return Err(IgnoredReason::AsksNothing);
        }
        let mut order = Vec::new();
        for node in self.order.iter().filter(|it| past.was_there(it)) {
            let home = past.fold.capabilities.persons.home_in(*node, past);
            if !order.contains(&home) {
                order.push(home);
            }
        }
        let meeting = self.meeting.and_then(|it| past.seen(&it)).map(|ix| past.look.entry(ix));
        let meeting = meeting.filter(|it| matches!(it.event.body, Body::MeetingOpened(_)));
        Ok(Fact::Opened(order, meeting.map(Entry::key)))
    }
}

impl Kind for Answered {
    type Of = Rounds;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let (round, it) = opened(past, &self.round)?;
        let fits = match (&self.answer, self.words) {
            (Some(value), None) => it.ask.fits(value),
            (None, Some(_)) => it.ask.is_text(),
            _ => false,
        };
        if it.sealed || !fits {
            return Err(IgnoredReason::UnfitAnswer);
        }
        Ok(Fact::Answered(home(past, round, past.author)))
    }

    /// The words go, and that somebody has answered stands.
    fn taken_back(&self, rounds: &mut Rounds, entry: &Entry, _: &mut Step) {
        rounds.take_words_back(&entry.cid);
    }
}

impl Kind for Sealed {
    type Of = Rounds;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let (round, it) = opened(past, &self.round)?;
        let is_text = self.words.is_some();
        if !it.sealed || is_text != it.ask.is_text() || is_text == self.answer.is_some() {
            return Err(IgnoredReason::UnfitAnswer);
        }
        Ok(Fact::Sealed(home(past, round, past.author)))
    }

    /// The words go, those that show it, too; a number or a choice stands.
    fn taken_back(&self, rounds: &mut Rounds, entry: &Entry, _: &mut Step) {
        rounds.take_words_back(&entry.cid);
    }
}

impl Kind for RevealOpened {
    type Of = Rounds;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let (_, it) = opened(past, &self.round)?;
        if it.sealed { Ok(Fact::RevealOpened) } else { Err(IgnoredReason::TargetNotSeen) }
    }
}

impl Kind for Revealed {
    type Of = Rounds;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let Followed { place, round, reveal } = followed(past, &self.sealed, &self.by)?;
        if place.author != past.author {
            return Err(IgnoredReason::NotAuthor);
        }
        let fits = match (&self.answer, &self.salt, &self.words) {
            (Some(value), Some(salt), None) => place.fits(value, salt),
            (None, None, Some(words)) => place.fits_words(words),
            _ => false,
        };
        if !fits {
            return Err(IgnoredReason::NotWhatWasSealed);
        }
        let then = past.of(round);
        let person = then.was_there(&past.author).then(|| home(past, round, past.author));
        Ok(Fact::Revealed(reveal, person))
    }

    fn goes_with(&self) -> Option<Cid> {
        Some(self.sealed)
    }

    fn taken_back(&self, rounds: &mut Rounds, _: &Entry, _: &mut Step) {
        rounds.take_words_back(&self.sealed);
    }
}

impl Kind for ShareOpened {
    type Of = Rounds;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let Followed { place, .. } = followed(past, &self.sealed, &self.by)?;
        if !place.sealed.shares.iter().any(|it| it.to == past.author) {
            return Err(IgnoredReason::NotAddressee);
        }
        place.share(past.author, &self.share).map(Fact::ShareOpened).ok_or(IgnoredReason::NotWhatWasSealed)
    }
}

impl Kind for AnswerDone {
    type Of = Rounds;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let (round, _) = opened(past, &self.round)?;
        Ok(Fact::Done(home(past, round, past.author)))
    }
}

impl Kind for TurnDone {
    type Of = Rounds;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let (round, it) = opened(past, &self.round)?;
        if !matches!(it.ask, Ask::Spoken(_)) {
            return Err(IgnoredReason::UnfitAnswer);
        }
        if !past.was_there(&self.node) {
            return Err(IgnoredReason::Stranger);
        }
        Ok(Fact::Turn(home(past, round, self.node), self.next.map(|it| home(past, round, it))))
    }
}

impl Kind for RoundClosed {
    type Of = Rounds;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        opened(past, &self.round).map(|_| Fact::Closed)
    }

    /// It says nothing any more of whether the round is over.
    fn taken_back(&self, rounds: &mut Rounds, entry: &Entry, _: &mut Step) {
        rounds.take_end_back(&self.round, entry.key());
    }
}

impl Kind for ThemePlaced {
    type Of = Rounds;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        opened(past, &self.round)?;
        let other = match &self.under {
            Some(Under::Answer(it)) => Some(it),
            _ => None,
        };
        for answer in std::iter::once(&self.answer).chain(other) {
            let (_, round) = counted(past, answer, round_of)?;
            if *round != self.round {
                return Err(IgnoredReason::AnotherRound);
            }
        }
        if other == Some(&self.answer) { Err(IgnoredReason::AnotherRound) } else { Ok(Fact::Placed) }
    }
}
