//! What a person may do in rounds.

use std::collections::BTreeMap;

use super::{
    AnswerDone, Answered, Ask as What, End, RevealOpened, Revealed, RoundClosed, RoundOpened, Sealed, ShareOpened,
    ThemePlaced, Turn, TurnDone, Under, Value, state::Round,
};
use crate::{
    Cid, NodeId,
    command::{Ask, Asker, CommandError, Saying},
    kinds::UNNAMED,
};

/// What somebody answers.
#[derive(Debug, Clone)]
pub enum Said {
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
    /// A choice, by its place.
    Choice(u64),
    /// So many dots for options, by their texts.
    Dots(BTreeMap<String, u64>),
}

impl Said {
    /// What it is as an answer to that, if it is no text and fits.
    pub fn value(&self, ask: &What) -> Option<Value> {
        let value = match self {
            Self::Text(_) => return None,
            Self::Number(it) => Value::Number((*it).try_into().ok()?),
            Self::Choice(it) => Value::Choice((*it).try_into().ok()?),
            Self::Dots(dots) => {
                let options = ask.options();
                let known = |name: &String| options.iter().any(|it| it.as_str() == name);
                if !dots.keys().all(known) {
                    return None;
                }
                let given = options.iter().map(|it| dots.get(it.as_str()).copied().unwrap_or(0).try_into());
                Value::Dots(given.collect::<Result<Vec<_>, _>>().ok()?.try_into().ok()?)
            }
        };
        ask.fits(&value).then_some(value)
    }
}

/// What a person may do.
#[derive(Debug, Clone)]
pub enum Command {
    /// Ask everybody for something.
    Open {
        /// What for, in words.
        question: String,
        /// What for.
        ask: What,
        /// Nobody sees what others answer until all show.
        sealed: bool,
        /// The meeting it is of.
        meeting: Option<Cid>,
        /// Who speaks in which order.
        order: Vec<NodeId>,
        /// Each says as many things as it likes.
        many: bool,
    },
    /// Answer, where all may see it.
    Answer {
        /// The round.
        round: Cid,
        /// What.
        answer: Said,
    },
    /// Answer, sealed by who knows how.
    Seal {
        /// What is sealed.
        sealed: Sealed,
        /// The text that rides beside it, encrypted.
        text: Option<String>,
    },
    /// Show what one sealed.
    Show(Revealed),
    /// Open a reveal of one's own, since none has seen what one sealed.
    Follow {
        /// The round.
        round: Cid,
    },
    /// Give a share of what another sealed.
    Share(ShareOpened),
    /// Say that one has nothing to say; in a round that is spoken let one's turn go.
    Pass {
        /// The round.
        round: Cid,
    },
    /// Say that one has said it all.
    Done {
        /// The round.
        round: Cid,
    },
    /// Say what has become of somebody's turn; whose it is then follows from the order.
    Turn {
        /// The round.
        round: Cid,
        /// Somebody.
        node: NodeId,
        /// What has become of it.
        state: Turn,
    },
    /// End a round.
    Close {
        /// The round.
        round: Cid,
    },
    /// Go on with a round that was ended.
    Reopen {
        /// The round.
        round: Cid,
    },
    /// Take back that anything was asked, as long as nobody has answered.
    Undo {
        /// The round.
        round: Cid,
    },
    /// Let all show what they answered.
    Reveal {
        /// The round.
        round: Cid,
    },
    /// Put an answer under something, or under nothing.
    Place {
        /// The answer.
        answer: Cid,
        /// Under what.
        under: Option<Under>,
    },
}

impl Ask for Command {
    fn ask(self, asker: Asker) -> Result<Saying, CommandError> {
        match self {
            Self::Open { question, ask, sealed, meeting, order, many } => {
                let question = question.trim();
                if question.is_empty() {
                    return Err(CommandError::EmptyText);
                }
                if meeting.is_some_and(|it| asker.fold.meeting(&it).is_none_or(|it| it.ended.is_some())) {
                    return Err(CommandError::NotFound);
                }
                let (question, order) = (question.try_into()?, order.try_into()?);
                asker.plain(RoundOpened { question, ask, sealed, meeting, order, many })
            }
            Self::Answer { round, answer } => {
                let it = goes_on(asker, &round)?;
                match answer {
                    Said::Text(text) if text.trim().is_empty() => Err(CommandError::EmptyText),
                    Said::Text(text) => {
                        asker.worded(Some(text), Answered { round, answer: None, words: Some(UNNAMED) })
                    }
                    other => {
                        let value = other.value(&it.ask).ok_or(CommandError::UnfitAnswer)?;
                        asker.plain(Answered { round, answer: Some(value), words: None })
                    }
                }
            }
            Self::Seal { sealed, text } => {
                goes_on(asker, &sealed.round)?;
                asker.worded(text, sealed)
            }
            Self::Show(revealed) => asker.plain(revealed),
            Self::Follow { round } => asker.plain(RevealOpened { round }),
            Self::Share(share) => asker.plain(share),
            Self::Pass { round } => {
                let it = goes_on(asker, &round)?;
                match it.ask {
                    What::Spoken(_) => turn(asker, it, asker.node, Turn::Passed),
                    _ => asker.plain(AnswerDone { round, passed: true }),
                }
            }
            Self::Done { round } => {
                goes_on(asker, &round)?;
                asker.plain(AnswerDone { round, passed: false })
            }
            Self::Turn { round, node, state } => turn(asker, goes_on(asker, &round)?, node, state),
            Self::Close { round } => {
                goes_on(asker, &round)?;
                asker.plain(RoundClosed { round, how: None })
            }
            Self::Reopen { round } => {
                let it = asker.fold.round(&round).filter(|it| it.closed.is_some()).ok_or(CommandError::NotFound)?;
                let meets = it.meeting.is_none_or(|it| asker.fold.meetings().goes_on(&it));
                if !meets {
                    return Err(CommandError::NotFound);
                }
                asker.plain(RoundClosed { round, how: Some(End::Again) })
            }
            Self::Undo { round } => {
                if goes_on(asker, &round)?.is_touched() {
                    return Err(CommandError::NotFound);
                }
                asker.plain(RoundClosed { round, how: Some(End::Undone) })
            }
            Self::Reveal { round } => {
                if asker.fold.round(&round).is_none_or(|it| it.reveal.is_some()) {
                    return Err(CommandError::NotFound);
                }
                asker.plain(RevealOpened { round })
            }
            Self::Place { answer, under } => {
                let round = asker.fold.round_of(&answer).ok_or(CommandError::NotFound)?;
                if matches!(&under, Some(Under::Title(it)) if it.trim().is_empty()) {
                    return Err(CommandError::EmptyText);
                }
                asker.plain(ThemePlaced { answer, round, under })
            }
        }
    }

    fn typed(&self) -> Vec<&str> {
        match self {
            Self::Open { question, .. } => vec![question.trim()],
            Self::Answer { answer: Said::Text(text), .. } => vec![text],
            Self::Place { under: Some(Under::Title(title)), .. } => vec![title.trim()],
            _ => Vec::new(),
        }
    }
}

fn goes_on<'a>(asker: Asker<'a>, round: &Cid) -> Result<&'a Round, CommandError> {
    let round = asker.fold.round(round).ok_or(CommandError::NotFound)?;
    if round.goes_on(asker.fold.meetings()) { Ok(round) } else { Err(CommandError::NotFound) }
}

/// Of a turn that ends, whose is next; of one that is undone, that it is theirs again.
fn turn(asker: Asker, round: &Round, node: NodeId, state: Turn) -> Result<Saying, CommandError> {
    let person = asker.fold.joined().home_of(node);
    let is_now = round.now == Some(person);
    let next = match state {
        Turn::Spoken | Turn::Passed => {
            if is_now {
                round.next
            } else {
                round.now
            }
        }
        Turn::Again => Some(node),
        Turn::Joined | Turn::Away => None,
    };
    asker.plain(TurnDone { round: round.cid, node, state, next })
}
