//! How the room began: what it is called and for, and the values of its form that decide anything. And by which version of the fold it
//! goes on: a raise counts if it is one above the version in its own past, and if a decision says so that is carried there.

#[cfg(any(test, feature = "test-utils"))]
mod growth;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use super::{Capability, Effect, Kind, Note, Tag, Title, Within, bodies};
use crate::{
    Cid, Fold, Log, NodeId, Table, Tree,
    command::{Ask, Asker, CommandError, Saying},
    fold::{IgnoredReason, past::Past, step::Step},
};

/// The latest version of the fold that this build knows, and the one that it founds rooms with.
pub const FOLD_VERSION: u32 = 1;

/// How the room decides, the strictest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Policy {
    Advice,
    Majority,
    Consent,
    Unanimous,
}

/// A share.
pub type Percent = Within<0, 100>;

/// The values of a form that decide anything; they travel in the founding event so that all builds agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormValues {
    /// How proposals are decided.
    pub policy: Policy,
    /// Share of the electorate that must have balloted, in per cent.
    pub quorum: Percent,
    /// The most ballots a quorum may ask for.
    pub quorum_cap: u16,
    /// Silence after which a step-in is offered, in seconds.
    pub grace: u32,
}

bodies! {
    /// Founds the room: the first event, whose CID is the room's.
    RoomFounded {
        /// Version of the fold that gives the log its meaning.
        fold: Within<{ FOLD_VERSION as u64 }, { FOLD_VERSION as u64 }>,
        /// What the room is called.
        title: Title,
        /// What it is for.
        purpose: Note,
        /// Name of the form.
        form: Tag,
        /// The form's deciding values.
        values: FormValues,
        /// 16 random bytes: two rooms of one title are two rooms.
        nonce: ByteArray<16>,
    }
    /// Raises the version of the fold by one, as was decided: what has this in its past is read by that.
    FoldRaised {
        /// The version after this event.
        to: u32,
        /// The closing of the decision.
        closing: Cid,
    }
}

impl RoomFounded {
    /// A room of this version.
    ///
    /// # Errors
    /// Without a title, or if something is over its limit.
    pub fn new(
        title: &str,
        purpose: &str,
        form: &str,
        values: FormValues,
        nonce: [u8; 16],
    ) -> Result<Self, CommandError> {
        let title = title.trim();
        if title.is_empty() {
            return Err(CommandError::EmptyText);
        }
        let (title, purpose, form) = (title.try_into()?, purpose.trim().try_into()?, form.try_into()?);
        let (fold, nonce) = (u64::from(FOLD_VERSION).try_into()?, ByteArray::new(nonce));
        Ok(Self { fold, title, purpose, form, values, nonce })
    }
}

/// The beginning of the room.
#[derive(Debug, Clone, Default)]
pub(crate) struct Founding {
    pub(crate) founder: Option<NodeId>,
    /// None, too, in a room that a newer version founded.
    pub(crate) body: Option<RoomFounded>,
    /// By the version, each once.
    pub(crate) raised: Tree<u32, Raised>,
    version: u64,
}

/// A raise of the room's version: of several to the same one the first by place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Raised {
    /// Its event.
    pub cid: Cid,
    /// Who wrote it.
    pub author: NodeId,
    /// Their clock, Unix milliseconds.
    pub at: u64,
    /// Its depth in the log.
    #[serde(skip)]
    pub depth: u64,
    /// The version from there on.
    pub to: u32,
    /// The proposal by which that was decided.
    pub by: Cid,
}

impl Raised {
    /// Its place in the log.
    pub fn key(&self) -> (u64, Cid) {
        (self.depth, self.cid)
    }
}

/// What counts.
#[derive(Debug)]
pub(crate) enum Fact {
    /// The room is founded.
    Founded(Box<RoomFounded>),
    /// To which version it was raised, and by which proposal.
    Raised(u32, Cid),
}

impl Kind for RoomFounded {
    type Of = Founding;

    fn judge(&self, _: &Past) -> Result<Fact, IgnoredReason> {
        Ok(Fact::Founded(Box::new(self.clone())))
    }
}

impl Kind for FoldRaised {
    type Of = Founding;

    fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
        let is_next = |past: &Past| past.version().checked_add(1) == Some(self.to);
        if !is_next(past) {
            return Err(IgnoredReason::NotNextVersion);
        }
        let says = |it: &Effect| matches!(it, Effect::Version(to) if to.get() == u64::from(self.to));
        let mandate = past.fold.capabilities.decisions.mandate(past, &self.closing, &says);
        let (proposal, closing) = mandate.map_err(|_| IgnoredReason::NoMandate)?;
        // What was decided before its turn had come is not decided for later.
        if is_next(&past.of(closing)) {
            Ok(Fact::Raised(self.to, proposal))
        } else {
            Err(IgnoredReason::NotNextVersion)
        }
    }
}

impl Capability for Founding {
    type Fact = Fact;

    fn take(&mut self, fact: Fact, step: &mut Step) {
        match fact {
            Fact::Founded(body) => self.body = Some(*body),
            Fact::Raised(to, by) => self.raise(to, by, step),
        }
    }

    fn every(&mut self, step: &mut Step) {
        // Whatever the version that founds it.
        if step.event().room.is_none() {
            self.founder = Some(step.event().author);
            self.version += 1;
            step.common.raises.found(&step.entry.event.body);
        }
    }

    fn version(&self) -> u64 {
        self.version
    }
}

impl Founding {
    fn raise(&mut self, to: u32, by: Cid, step: &mut Step) {
        step.raises_to = Some(to);
        let (event, key) = (step.event(), step.key());
        if self.raised.get(&to).is_none_or(|it| key < it.key()) {
            let (author, at, (depth, cid)) = (event.author, event.at, key);
            self.raised.insert(to, Arc::new(Raised { cid, author, at, depth, to, by }));
            self.version += 1;
        }
    }
}

/// What a person may do: a room is founded before there is anybody in it to ask.
#[derive(Debug, Clone)]
pub enum Command {
    /// Raise the room's version, as was decided.
    Raise {
        /// The closing by which it was.
        closing: Cid,
    },
}

impl Ask for Command {
    fn ask(self, asker: Asker) -> Result<Saying, CommandError> {
        let Self::Raise { closing } = self;
        let effect = asker.fold.capabilities.decisions.closed_with(asker.log, &closing);
        let Some(Effect::Version(to)) = effect else { return Err(CommandError::NotFound) };
        let to = u32::try_from(to.get()).map_err(|_| CommandError::NotFound)?;
        // Who writes it goes on by it.
        if asker.fold.common.raises.is_beyond(to) {
            return Err(CommandError::NewerRoom);
        }
        asker.plain(FoldRaised { to, closing })
    }
}

impl Fold {
    /// The fold of a build that knows the versions up to this one. There is no second version yet: what tests call so has the kinds, fields
    /// and rules of the first.
    #[cfg(any(test, feature = "test-utils"))]
    pub fn knowing(version: u32) -> Self {
        let mut fold = Self::default();
        fold.common.raises = crate::fold::raises::Raises::knowing(version);
        fold
    }

    /// The room's version, by all that is here: that of its founding event, or what it was raised to. Of what is beyond this build no more
    /// is known than that: then it is one above the latest that this build knows.
    pub fn version(&self) -> u32 {
        self.common.raises.highest
    }

    /// The latest version that this build knows.
    pub fn known_version(&self) -> u32 {
        self.common.raises.known
    }

    /// Whether the room is of a version that this build does not know: it reads on, and writes only introductions, posts
    /// and feedback, and takes them back.
    pub fn is_newer(&self) -> bool {
        self.founder().is_some() && self.common.raises.is_beyond(self.version())
    }

    /// Whether `node` may raise the version by this closing: that was decided, it is the next, and this build knows it.
    pub fn may_raise(&self, log: &Log, node: NodeId, closing: &Cid) -> bool {
        let asker = Asker { fold: self, log, node, silence: &|_| 0 };
        Command::Raise { closing: *closing }.ask(asker).is_ok()
    }

    /// By which kinds one writes here.
    pub fn table(&self) -> Table {
        if self.is_newer() { Table::Newer } else { Table::One }
    }

    /// How the room came to its version, by version.
    pub fn raised(&self) -> impl DoubleEndedIterator<Item = &Arc<Raised>> {
        self.capabilities.founding.raised.iter()
    }
}
