//! How the room began: what it is called and for, and the values of its form that decide anything. And by which version of the fold it
//! goes on: what is decided now, one step after the other. Each chain goes on by a raise of its own: that counts if it is one above where
//! the chain stands, and if a decision says so that is carried in its past.

#[cfg(any(test, feature = "test-utils"))]
mod growth;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use super::{Capability, Effect, Kind, Note, Tag, Title, Within, bodies, decisions::Decisions};
use crate::{
    Body, Cid, Fold, Log, NodeId, Table, Tree,
    command::{Ask, Asker, CommandError, Saying},
    fold::{
        IgnoredReason,
        past::Past,
        raises::Raises,
        step::{Key, Step},
    },
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
    /// Raises the version of the fold by one for its author, as was decided: what follows in that chain is read by that.
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
    /// What is decided now, by the version.
    pub(crate) raised: Tree<u32, Raised>,
    /// As of when.
    settled: u64,
    version: u64,
}

/// A step of the room to another version, as is decided now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Raised {
    /// The closing by which it is.
    pub cid: Cid,
    /// Who closed.
    pub author: NodeId,
    /// Their clock, Unix milliseconds.
    pub at: u64,
    /// The closing's depth in the log.
    #[serde(skip)]
    pub depth: u64,
    /// The version from there on.
    pub to: u32,
    /// The proposal that was closed.
    pub by: Cid,
}

impl Raised {
    /// Its place in the log.
    pub fn key(&self) -> Key {
        (self.depth, self.cid)
    }

    fn of((to, by, (depth, cid)): (u32, Cid, Key), log: &Log) -> Option<Self> {
        let event = &log.entry(log.find(&cid)?).event;
        Some(Self { cid, author: event.author, at: event.at, depth, to, by })
    }
}

/// What counts.
#[derive(Debug)]
pub(crate) enum Fact {
    /// The room is founded.
    Founded(Box<RoomFounded>),
    /// To which version its author goes on.
    Raised(u32),
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
        if past.version().checked_add(1) != Some(self.to) {
            return Err(IgnoredReason::NotNextVersion);
        }
        let says = |it: &Effect| matches!(it, Effect::Version(to) if to.get() == u64::from(self.to));
        let mandate = past.fold.capabilities.decisions.mandate(past, &self.closing, &says);
        mandate.map(|_| Fact::Raised(self.to)).map_err(|_| IgnoredReason::NoMandate)
    }
}

impl Capability for Founding {
    type Fact = Fact;

    fn take(&mut self, fact: Fact, step: &mut Step) {
        match fact {
            Fact::Founded(body) => self.body = Some(*body),
            Fact::Raised(to) => step.raises_to = Some(to),
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
    /// What is decided now, as far as this build can tell: one beyond what it knows is as far as it looks.
    pub(crate) fn settle(&mut self, log: &Log, decisions: &Decisions, raises: &Raises) {
        if self.settled == decisions.raising.version {
            return;
        }
        self.settled = decisions.raising.version;
        let steps = decisions.raised(raises.founded, raises.known.saturating_add(1));
        let all: Vec<_> = steps.into_iter().filter_map(|it| Raised::of(it, log)).collect();
        if !self.raised.iter().map(|it| &**it).eq(&all) {
            self.raised = Tree::default();
            all.into_iter().for_each(|it| self.raised.insert(it.to, Arc::new(it)));
            self.version += 1;
        }
    }
}

/// What a person may do: a room is founded before there is anybody in it to ask.
#[derive(Debug, Clone)]
pub enum Command {
    /// Go on in the next version, as was decided.
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

    /// The room's version, as is decided now: that of its founding event, or what decisions in effect raise that to. Of what is beyond this
    /// build no more is known than that: then it is one above the latest that this build knows.
    pub fn version(&self) -> u32 {
        self.raised().next_back().map_or(self.common.raises.founded, |it| it.to)
    }

    /// The version by which the next event of `node` is read.
    pub fn version_of(&self, log: &Log, node: &NodeId) -> u32 {
        self.common.raises.after(log.last_of(node))
    }

    /// The latest version that this build knows.
    pub fn known_version(&self) -> u32 {
        self.common.raises.known
    }

    /// Whether the room is of a version that this build does not know: it reads on, and writes only introductions, posts and feedback,
    /// takes them back, and says what can keep the room from that version.
    pub fn is_newer(&self) -> bool {
        self.founder().is_some() && self.common.raises.is_beyond(self.version())
    }

    /// Whether `node` may go on by this closing: that was decided, it is the next version, and this build knows it.
    pub fn may_raise(&self, log: &Log, node: NodeId, closing: &Cid) -> bool {
        let asker = Asker { fold: self, log, node, silence: &|_| 0 };
        Command::Raise { closing: *closing }.ask(asker).is_ok()
    }

    /// The closing by which `node` goes on in the next version before it says this, if the room does and it has not yet. What is the same
    /// in every version, or may keep the room from it, is said as before: everybody can read that.
    pub fn raise_before(&self, log: &Log, node: NodeId, saying: &Saying) -> Option<Cid> {
        let (body, decisions) = (saying.body(), &self.capabilities.decisions);
        if body.is_lasting() || decisions.is_about_raise(body) || matches!(body, Body::FoldRaised(_)) {
            return None;
        }
        let next = self.version_of(log, &node).checked_add(1)?;
        let closing = self.capabilities.founding.raised.get(&next)?.cid;
        self.may_raise(log, node, &closing).then_some(closing)
    }

    /// By which kinds one writes here.
    pub fn table(&self) -> Table {
        if self.is_newer() { Table::Newer } else { Table::One }
    }

    /// Whether `node` may write this: what everybody can read, where the room or what it wrote itself is beyond this build.
    pub fn may_write(&self, log: &Log, node: &NodeId, body: &Body) -> bool {
        let raises = &self.common.raises;
        if raises.is_beyond(self.version_of(log, node)) {
            return Table::Newer.has(body);
        }
        self.table().has(body) || self.capabilities.decisions.is_about_raise(body)
    }

    /// How the room came to its version, by version.
    pub fn raised(&self) -> impl DoubleEndedIterator<Item = &Arc<Raised>> {
        self.capabilities.founding.raised.iter()
    }
}
