//! What a person may do in the room, and why not.
//!
//! A [`Command`] looks at the state when its turn comes and gives the body to write, or a coded refusal. It asks the very
//! judge that decides afterwards whether the event counts ([`Fold::judge`]), so what is offered and what counts never
//! disagree. Sentences for people are not here, nor is what takes a browser to know: whether a text can be seen ([`Command::typed`]).

pub use crate::kinds::Command;
use crate::{Body, Cid, Event, EventError, Fold, Log, NodeId, fold::IgnoredReason};

/// Who wants to do something, and what it has seen.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    /// What the room means to it.
    pub fold: &'a Fold,
    /// What it has seen.
    pub log: &'a Log,
    /// Who.
    pub node: NodeId,
    /// How long somebody has been gone, in milliseconds, as this node sees it; 0 while they are here. No event says that.
    pub silence: &'a dyn Fn(&NodeId) -> u64,
}

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    /// Its words, to be put into a block of their own.
    pub text: Option<String>,
    body: Body,
}

impl Saying {
    /// Whether it counts is for others to say.
    pub(crate) fn unjudged(text: Option<String>, body: impl Into<Body>) -> Self {
        Self { text: text.filter(|it| !it.trim().is_empty()), body: body.into() }
    }

    /// Its words, as their block has them: one text, or several.
    pub fn words(&self, text: &str) -> crate::words::Text {
        crate::words::Text::of(&self.body, text)
    }

    pub(crate) fn body(&self) -> &Body {
        &self.body
    }

    /// The body, once it is known by which name its words go.
    pub fn into_body(self, words: Option<Cid>) -> Body {
        let mut body = self.body;
        if let Some(words) = words {
            body.set_words(words);
        }
        body
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[error("{}", self.code())]
pub enum CommandError {
    /// Nothing was said.
    EmptyText,
    /// A field is over its limit.
    TooLong,
    /// What it is about is not here, or is gone.
    NotFound,
    /// It is no answer to what is asked, or asks for nothing.
    UnfitAnswer,
    /// It is somebody else's.
    NotYours,
    /// Somebody holds the baton.
    NotFree,
    /// Only the holder may do this, or it is the holder and may not.
    NotHolder,
    /// The offer does not stand, or was made to somebody else.
    NotOffered,
    /// Nobody stands in for it.
    NotReclaimable,
    /// The baton was closed.
    BatonClosed,
    /// It waits to be talked about already.
    ForLater,
    /// It is not decided yet.
    NotDecided,
    /// What was read is not its latest text any more.
    TextChanged,
    /// It is to be decided less strictly than the room decides.
    LooserPolicy,
    /// The room's version is newer, and means something else by this.
    NewerRoom,
}

impl CommandError {
    /// The stable name by which pages and scripts know it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::EmptyText => "empty-text",
            Self::TooLong => "too-long",
            Self::NotFound => "not-found",
            Self::UnfitAnswer => "unfit-answer",
            Self::NotYours => "not-yours",
            Self::NotFree => "not-free",
            Self::NotHolder => "not-holder",
            Self::NotOffered => "not-offered",
            Self::NotReclaimable => "not-reclaimable",
            Self::BatonClosed => "baton-closed",
            Self::ForLater => "for-later",
            Self::NotDecided => "not-decided",
            Self::TextChanged => "text-changed",
            Self::LooserPolicy => "looser-policy",
            Self::NewerRoom => "newer-room",
        }
    }
}

impl From<IgnoredReason> for CommandError {
    fn from(reason: IgnoredReason) -> Self {
        match reason {
            IgnoredReason::TargetNotSeen
            | IgnoredReason::Over
            | IgnoredReason::UnknownBaton
            | IgnoredReason::TipNotSeen
            | IgnoredReason::TipIgnored
            | IgnoredReason::NoLoop
            | IgnoredReason::Oneself
            | IgnoredReason::AnotherRound
            | IgnoredReason::Stranger
            | IgnoredReason::SealNotSeen => Self::NotFound,
            IgnoredReason::AsksNothing | IgnoredReason::UnfitAnswer | IgnoredReason::NotWhatWasSealed => {
                Self::UnfitAnswer
            }
            IgnoredReason::NotDecided | IgnoredReason::NotNextVersion => Self::NotDecided,
            IgnoredReason::LooserPolicy | IgnoredReason::OnlyAdvice => Self::LooserPolicy,
            IgnoredReason::NotAuthor | IgnoredReason::NotAddressee => Self::NotYours,
            IgnoredReason::Closed => Self::BatonClosed,
            IgnoredReason::NotFree => Self::NotFree,
            IgnoredReason::MovedOn
            | IgnoredReason::NotHeld
            | IgnoredReason::NotHolder
            | IgnoredReason::AlreadyLeading
            | IgnoredReason::StandInCloses
            | IgnoredReason::NotReleased => Self::NotHolder,
            IgnoredReason::OfferNotSeen
            | IgnoredReason::OfferedToAnother
            | IgnoredReason::OfferedToSelf
            | IgnoredReason::OfferOfAnotherTurn
            | IgnoredReason::OfferDeclined
            | IgnoredReason::OfferWithdrawn
            | IgnoredReason::NoMandate
            | IgnoredReason::MandateUsed
            | IgnoredReason::MandateOver => Self::NotOffered,
            IgnoredReason::NoStandIn | IgnoredReason::NotHolderBefore | IgnoredReason::DifferentRuns => {
                Self::NotReclaimable
            }
        }
    }
}

impl From<EventError> for CommandError {
    fn from(_: EventError) -> Self {
        // Whatever the rule, only the length of what was written depends on the person.
        Self::TooLong
    }
}

/// What one capability's commands come to.
pub(crate) trait Ask {
    /// What to write, or why not.
    fn ask(self, asker: Asker) -> Result<Saying, CommandError>;

    /// See [`Command::typed`].
    fn typed(&self) -> Vec<&str> {
        Vec::new()
    }

    /// See [`Command::is_independent`].
    fn is_independent(&self) -> bool {
        false
    }
}

impl<'a> Asker<'a> {
    /// An event without words, if it would count.
    pub(crate) fn plain(self, body: impl Into<Body>) -> Result<Saying, CommandError> {
        self.worded(None, body)
    }

    /// An event whose words, if there are any, ride beside it; they have no name yet.
    pub(crate) fn worded(self, text: Option<String>, body: impl Into<Body>) -> Result<Saying, CommandError> {
        let saying = Saying::unjudged(text, body);
        if !self.fold.may_write(self.log, &self.node, &saying.body) {
            return Err(CommandError::NewerRoom);
        }
        self.fold.judge(self.log, self.node, &saying.body)?;
        Ok(saying)
    }

    /// An event that this asker has seen.
    pub(crate) fn event(self, cid: &Cid) -> Result<&'a Event, CommandError> {
        self.log.find(cid).map(|ix| &self.log.entry(ix).event).ok_or(CommandError::NotFound)
    }
}
