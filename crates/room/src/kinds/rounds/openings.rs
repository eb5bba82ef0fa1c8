//! What a node seals for its person, and what it writes by itself once a round is shown: what its own key sealed, and shares that
//! were left to it. Pure: when that is done is for whoever runs a node. Deliberately offers nothing before a reveal counts.

use super::{Command, Content, RevealOpened, Revealed, Rounds, Said, Seal, Sealed, Share, ShareOpened, Value};
use crate::{
    Body, Cid, Fold, Ix, Keypair, Log, NodeId,
    command::{Asker, CommandError, Saying},
    encode::encode,
    fold::{
        past::{Look, Past},
        step::Key,
    },
    log::Entry,
    seal::{self, Closed, Own},
};

/// Something to write for a round that is shown.
#[derive(Debug, Clone)]
pub struct Opening {
    /// What.
    pub command: Command,
    /// The words block that it links: the one that was sealed.
    pub words: Option<Vec<u8>>,
}

/// What can be seen of one's own answer before all show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnAnswer {
    /// What is no text.
    Value(Value),
    /// A text.
    Text(String),
}

impl Command {
    /// An answer in a sealed round becomes what is sealed: only who has the key can do that, just before the event is written.
    pub fn sealed(self, fold: &Fold, log: &Log, keypair: &Keypair) -> Result<Self, CommandError> {
        let Self::Answer { round, answer } = self else { return Ok(self) };
        let Some(it) = fold.round(&round).filter(|it| it.sealed) else { return Ok(Self::Answer { round, answer }) };
        let to = fold.left_to(log, &round, keypair.node());
        let own = Own::new(keypair, log.room(), round, next_seq(log, keypair.node()));
        let (closed, is_text) = match answer {
            Said::Text(text) if text.trim().is_empty() => return Err(CommandError::EmptyText),
            // Who says something that does not fit hears that now: nobody could tell from what is sealed.
            Said::Text(_) if !it.ask.is_text() => return Err(CommandError::UnfitAnswer),
            Said::Text(text) => (own.seal_words(text, &to), true),
            other => {
                let value = other.value(&it.ask).ok_or(CommandError::UnfitAnswer)?;
                let answer = encode(&value).map_err(|_| CommandError::UnfitAnswer)?;
                (own.seal_answer(&answer, &to), false)
            }
        };
        let Closed { commit, cipher, shares } = closed.map_err(|_| CommandError::TooLong)?;
        let text = is_text.then(|| seal::to_text(&cipher));
        let shares = shares
            .into_iter()
            .map(|it| Ok(Share { to: it.to, hash: it.hash.to_vec().try_into()?, sealed: it.sealed.try_into()? }));
        let shares = shares.collect::<Result<Vec<_>, CommandError>>()?;
        let sealed = Sealed {
            round,
            commit: commit.to_vec().try_into()?,
            answer: if is_text { None } else { Some(cipher.try_into()?) },
            words: is_text.then_some(crate::kinds::UNNAMED),
            shares: shares.try_into()?,
        };
        Ok(Self::Seal { sealed, text })
    }
}

/// The position of the next event of a chain.
fn next_seq(log: &Log, node: NodeId) -> u64 {
    log.draft(node, 0, RevealOpened { round: log.room() }.into()).seq
}

impl Opening {
    /// What to write, if it still counts.
    pub fn ask(self, asker: Asker) -> Result<Saying, CommandError> {
        crate::kinds::Command::from(self.command).ask(asker)
    }
}

impl Fold {
    /// To whom shares of what a node seals are left: of each other person who had written before the round was opened one node, those
    /// first who wrote last.
    pub fn left_to(&self, log: &Log, round: &Cid, node: NodeId) -> Vec<NodeId> {
        let Some(ix) = log.find(round) else { return Vec::new() };
        let look = Look::new(log);
        let then = Past::of_event(self, &look, ix);
        let persons = &self.capabilities.persons;
        let own = persons.home_in(node, &then);
        let mut last: Vec<(Key, NodeId)> = Vec::new();
        for author in log.authors().filter(|it| then.was_there(it)) {
            let ends = log.chains_of(&author).filter_map(|(_, chain)| chain.events.last());
            last.extend(ends.map(|ix| look.entry(*ix).key()).max().map(|it| (it, author)));
        }
        last.sort_unstable_by(|a, b| b.cmp(a));
        let (mut homes, mut to) = (vec![own], Vec::new());
        for (_, author) in last {
            let home = persons.home_in(author, &then);
            if to.len() < seal::SHARES && !homes.contains(&home) {
                homes.push(home);
                to.push(author);
            }
        }
        to
    }

    /// All that a node sealed in a round, opened for itself, in display order; what it took back is not among it.
    pub fn own_answers(&self, log: &Log, keypair: &Keypair, round: &Cid) -> Vec<(Cid, OwnAnswer)> {
        let rounds = &self.capabilities.rounds;
        let Some(record) = rounds.records.get(round) else { return Vec::new() };
        let node = keypair.node();
        let own = |(_, cid): &Key| {
            let (entry, sealed) = sealed_at(log, cid).filter(|(entry, _)| entry.event.author == node)?;
            let answer = match opened(rounds, log, keypair, entry, sealed)? {
                Shown::Value(value, _) => OwnAnswer::Value(value),
                Shown::Words(block) => OwnAnswer::Text(crate::Words::decode(&block).ok()?.text().into_owned()),
            };
            Some((*cid, answer))
        };
        record.seals.keys().filter_map(own).collect()
    }

    /// The next thing that a node is to write in a round that is shown, by itself: what it sealed; or its share of what somebody else
    /// sealed who has not shown that, if it is one of the first `givers` who have one.
    pub fn opening(&self, log: &Log, keypair: &Keypair, round: &Cid, givers: usize) -> Option<Opening> {
        let reveal = self.round(round)?.reveal.as_ref()?.cid;
        let unopened = self.rounds().answers_in(*round).filter(|it| !it.opened);
        for answer in unopened {
            let Some((entry, sealed)) = sealed_at(log, &answer.cid) else { continue };
            let by = self.reveal_with(log, round, reveal, &answer.cid);
            let opening = if answer.author == keypair.node() {
                self.show(log, keypair, entry, sealed, by)
            } else {
                by.and_then(|by| self.share(log, keypair, entry, sealed, by, givers))
            };
            if opening.is_some() {
                return opening;
            }
        }
        None
    }

    /// Whether something in a round that is shown is not opened yet.
    pub fn has_unopened(&self, round: &Cid) -> bool {
        self.round(round).is_some_and(|it| it.reveal.is_some()) && self.rounds().answers_in(*round).any(|it| !it.opened)
    }

    /// The reveal that counts if it has seen the seal, else the first that has.
    fn reveal_with(&self, log: &Log, round: &Cid, counts: Cid, seal: &Cid) -> Option<Cid> {
        let seal = log.find(seal)?;
        let all = self.capabilities.rounds.records.get(round)?.reveals.all();
        let has = |ix: &Ix| log.is_ancestor(seal, *ix);
        if log.find(&counts).is_some_and(|it| has(&it)) {
            return Some(counts);
        }
        all.filter(has).map(|ix| log.entry(ix).cid).next()
    }

    fn show(&self, log: &Log, keypair: &Keypair, entry: &Entry, sealed: &Sealed, by: Option<Cid>) -> Option<Opening> {
        // No reveal has seen it: it is shown by one of its author's own, beside the result.
        let Some(by) = by else {
            return Some(Opening { command: Command::Follow { round: sealed.round }, words: None });
        };
        let mut revealed = Revealed { sealed: entry.cid, by, answer: None, salt: None, words: None };
        let words = match opened(&self.capabilities.rounds, log, keypair, entry, sealed)? {
            Shown::Value(value, salt) => {
                revealed.answer = Some(value);
                revealed.salt = Some(salt.to_vec().try_into().ok()?);
                None
            }
            Shown::Words(block) => {
                revealed.words = Some(Cid::of(&block));
                Some(block)
            }
        };
        Some(Opening { command: Command::Show(revealed), words })
    }

    fn share(
        &self,
        log: &Log,
        keypair: &Keypair,
        entry: &Entry,
        sealed: &Sealed,
        by: Cid,
        givers: usize,
    ) -> Option<Opening> {
        let given = &self.capabilities.rounds.seals.get(&entry.cid)?.shares;
        let place = seal::Place { room: log.room(), round: sealed.round, author: entry.event.author };
        let first = sealed.shares.iter().enumerate().take(givers);
        let left = first.filter(|(at, it)| it.to == keypair.node() && !given.contains_key(at));
        let share = left.filter_map(|(_, it)| seal::open_share(keypair, &place, &it.hash, &it.sealed)).next()?;
        let share = share.to_vec().try_into().ok()?;
        let command = Command::Share(ShareOpened { sealed: entry.cid, by, share });
        Some(Opening { command, words: None })
    }
}

fn sealed_at<'a>(log: &'a Log, seal: &Cid) -> Option<(&'a Entry, &'a Sealed)> {
    let entry = log.entry(log.find(seal)?);
    match &entry.event.body {
        Body::Sealed(it) => Some((entry, it)),
        _ => None,
    }
}

/// What a seal's own author finds in it.
enum Shown {
    Value(Value, [u8; seal::SALT]),
    Words(Vec<u8>),
}

fn opened(rounds: &Rounds, log: &Log, keypair: &Keypair, entry: &Entry, sealed: &Sealed) -> Option<Shown> {
    let own = Own::new(keypair, log.room(), sealed.round, entry.event.seq);
    if let Some(cipher) = &sealed.answer {
        let it = own.open_answer(&sealed.commit, cipher)?;
        return Some(Shown::Value(serde_ipld_dagcbor::from_slice(&it.answer).ok()?, it.salt));
    }
    let cipher = rounds.seals.get(&entry.cid)?.cipher.as_ref()?;
    Some(Shown::Words(own.open_words(&sealed.commit, cipher)?))
}

impl Seal {
    /// Opens what was sealed, if two of the shares that were given and the commit fit, and it answers what was asked; `sealed` is
    /// there where it is no text. A share that its author made up fits its hash and opens nothing: others are tried.
    pub(super) fn open_by_shares(&mut self, sealed: Option<&super::Place>) {
        if self.retracted || !matches!(self.content, None | Some(Content::Text(None))) {
            return;
        }
        let shares = || self.shares.values().enumerate();
        let pairs = shares().flat_map(|(at, one)| shares().skip(at + 1).map(|(_, other)| [&one[..], &other[..]]));
        let content = pairs.filter_map(|pair| match sealed {
            Some(sealed) => value_by_shares(sealed, &self.at, pair),
            None => words_by_shares(&self.at, &self.commit, self.cipher.as_deref()?, pair),
        });
        self.content = content.take(1).next().or(self.content.clone());
    }
}

fn value_by_shares(place: &super::Place, at: &seal::Place, shares: [&[u8]; 2]) -> Option<Content> {
    let it = seal::open_answer(at, &place.sealed.commit, place.sealed.answer.as_ref()?, shares)?;
    let value = serde_ipld_dagcbor::from_slice(&it.answer).ok()?;
    place.fits(&value, &it.salt).then_some(Content::Value(value))
}

fn words_by_shares(at: &seal::Place, commit: &[u8], cipher: &str, shares: [&[u8]; 2]) -> Option<Content> {
    let words = crate::Words::decode(&seal::open_words(at, commit, cipher, shares)?).ok()?;
    (words.0 == at.room && words.1 == at.author).then(|| Content::Text(Some(words.text().into())))
}
