//! The kinds of events: what each one says. A keyed union on the wire, `{"posted": {...}}`.
//!
//! Each capability of the room is one file or folder here, and one line of the table below. The table of kinds is closed:
//! a body that does not fit one exactly (kind, field, type, range, limit, an empty field written out) is [`Body::Unknown`]
//! to every build, for good, so that what a log means never depends on the build. An unknown body is kept whole in its
//! block, with its words. Reading a body never decides whether an event is admitted.

pub mod batons;
pub mod decisions;
pub mod feedback;
pub mod founding;
pub mod meetings;
pub mod people;
pub mod persons;
pub mod posts;
pub mod promises;
pub mod rounds;
pub mod taking_back;
pub mod unknown;

use std::sync::Arc;

use serde::{Serialize, Serializer, ser::SerializeMap};

pub use crate::fields::{Bytes, List, Note, Short, Tag, Tags, Tips, Title, Within};
use crate::{
    Cid, EventError,
    command::{Ask, Asker, CommandError, Saying},
    encode::Raw,
    fields::is_short,
    fold::{
        Common, IgnoredReason,
        past::Past,
        step::{News, Step},
        words::Home,
    },
    limits,
    log::Entry,
};
pub use batons::bodies::{
    BatonAccepted, BatonClosed, BatonDeclined, BatonOfferWithdrawn, BatonOffered, BatonOpened, BatonReclaimed,
    BatonReleased, BatonSteppedIn, BatonTaken, Nominated, Shadowing,
};
pub use decisions::{
    Amended, Ballot, BallotCast, Changed, DecisionClosed, Effect, Grace, Handing, ProposalWithdrawn, Proposed,
    QuorumCap, RoomPrompts,
};
pub use feedback::{Answer, FeedbackAnswered, FeedbackGiven, Sources, Stance};
pub use founding::{FOLD_VERSION, FoldRaised, FormValues, Percent, Policy, RoomFounded};
pub use meetings::{
    AgendaAt, AgendaItemAdded, AgendaItemChanged, AgendaItemDone, MeetingClosed, MeetingOpened, RoleOf, TimerSet,
};
pub use people::{HUES, Hue, Introduced};
pub use persons::{AlsoMe, NotMe};
pub use posts::{Edited, Mentions, PostKind, Posted};
pub use promises::{Asked, PromiseDropped, PromiseKept, PromiseRenewed, Promised};
pub use rounds::{
    AnswerDone, Answered, RevealOpened, Revealed, RoundClosed, RoundOpened, Sealed, ShareOpened, ThemePlaced, TurnDone,
};
pub use taking_back::{FeedbackWithdrawn, Retracted};
pub use unknown::Unknown;
use {
    batons::Batons, decisions::Decisions, feedback::Loops, founding::Founding, meetings::Meetings, people::People,
    persons::Persons, posts::Posts, promises::Promises, rounds::Rounds, taking_back::TakenBack, unknown::Unknowns,
};

/// Stands in a field for words that have no name yet, until `set_words`.
pub(crate) const UNNAMED: Cid = Cid::from_digest([0; 32]);

/// What `bodies!` finds in every kind.
pub(crate) trait Says: Sized {
    /// Reads what stands under the kind's name, if it fits exactly. What was found canonical has no field twice.
    fn read(content: &[u8]) -> Option<Self>;

    /// The words block that it links: under the field `words` at the top of the body, whatever the kind.
    fn words(&self) -> Option<Cid>;

    /// Links that block there.
    fn set_words(&mut self, words: Cid);
}

/// What a kind means.
pub(crate) trait Kind {
    /// Whose kind it is.
    type Of: Capability;

    /// Whether it counts, and then what it comes to. Reads anything, but only as the event's own past has it: so the answer is
    /// the same whenever it is asked, and the same for who is about to write it.
    fn judge(&self, past: &Past) -> Result<<Self::Of as Capability>::Fact, IgnoredReason>;

    /// The event of the same author with which it is taken back: what it edits.
    fn goes_with(&self) -> Option<Cid> {
        None
    }

    /// Its author has taken it back; its words are gone already. It may not have counted.
    fn taken_back(&self, _: &mut Self::Of, _: &Entry, _: &mut Step) {}

    /// The baton that it would move, be it a transfer.
    fn transfers(&self) -> Option<Cid> {
        None
    }

    /// The word that came with it, if it is an act that carries one itself.
    fn note(&self) -> Option<&str> {
        None
    }
}

/// What the room can do, as far as it was done: one part of its state.
pub(crate) trait Capability: Default + Clone {
    /// What counts, of its kinds.
    type Fact: std::fmt::Debug;

    /// Takes in what counts. Writes itself, and what is common.
    fn take(&mut self, fact: Self::Fact, step: &mut Step);

    /// Looks at an event of any kind before it is taken in, whether it counts or not.
    fn every(&mut self, _: &mut Step) {}

    /// Another capability has news. Cannot send any itself, so that one round is all.
    fn hear(&mut self, _: &News, _: &Common) {}

    /// A text has come that is shown there.
    fn words(&mut self, _: &Home, _: &Arc<str>) {}

    /// Rises whenever something that can be seen has changed, and hardly ever else (a twin may come and leave all as it was).
    fn version(&self) -> u64 {
        0
    }
}

/// Bodies as they stand in a block: fields marked `[optional]` are absent rather than empty, others are always there.
macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident {
        $($(#[$fdoc:meta])* $([$optional:ident])? $field:ident: $type:ty),* $(,)?
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        pub struct $name {$(
            $(#[$fdoc])*
            $(
                #[cfg_attr(any(), $optional)]
                #[serde(skip_serializing_if = "crate::fields::Optional::is_empty")]
            )?
            pub $field: $type,
        )*}

        impl $crate::kinds::Says for $name {
            fn read(content: &[u8]) -> Option<Self> {
                let mut fields = $crate::fields::Fields::of(content)?;
                let body = Self {
                    $($field: $crate::kinds::read_field!(fields $([$optional])? stringify!($field)),)*
                };
                fields.all_read().then_some(body)
            }

            fn words(&self) -> Option<$crate::Cid> {
                None$(.or($crate::kinds::linked!(self $field)))*
            }

            #[allow(unused_variables)] // most kinds link none
            fn set_words(&mut self, words: $crate::Cid) {
                $($crate::kinds::set_link!(self $field words);)*
            }
        }
    )*};
}

/// A field of a body, or gives up.
macro_rules! read_field {
    ($fields:ident [optional] $name:expr) => {
        $fields.optional($name)?
    };
    ($fields:ident $name:expr) => {
        $fields.needed($name)?
    };
}

/// The words block that a field links.
macro_rules! linked {
    ($body:ident words) => {
        Option::<$crate::Cid>::from($body.words)
    };
    ($body:ident $other:ident) => {
        None
    };
}

/// Links a words block where the field is the one for it.
macro_rules! set_link {
    ($body:ident words $words:ident) => {
        $body.words = $words.into()
    };
    ($body:ident $other:ident $words:ident) => {};
}

pub(crate) use {bodies, linked, read_field, set_link};

/// What one kind or one capability does, each in a function of its own, however often it is called: browsers compile a function as a
/// whole when it is called first, and of all kinds a room mostly begins with two.
mod apart {
    use super::{Capability, Common, Entry, IgnoredReason, Kind, News, Past, Says, Step};

    #[inline(never)]
    pub(super) fn read<K: Says>(content: &[u8]) -> Option<K> {
        K::read(content)
    }

    #[inline(never)]
    pub(super) fn judge<K: Kind>(it: &K, past: &Past) -> Result<<K::Of as Capability>::Fact, IgnoredReason> {
        it.judge(past)
    }

    #[inline(never)]
    pub(super) fn take<C: Capability>(it: &mut C, fact: C::Fact, step: &mut Step) {
        it.take(fact, step);
    }

    #[inline(never)]
    pub(super) fn hear<C: Capability>(it: &mut C, news: &News, common: &Common) {
        it.hear(news, common);
    }

    #[inline(never)]
    pub(super) fn taken_back<K: Kind>(it: &K, of: &mut K::Of, entry: &Entry, step: &mut Step) {
        it.taken_back(of, entry, step);
    }
}

/// The one table: capabilities with their kinds and the kinds' names on the wire. What is `lasting` means the same in
/// every version of the fold.
macro_rules! capabilities {
    ($($(#[$doc:meta])* $field:ident: $capability:ident $lasting:ident {
        $($kind:ident = $name:literal),* $(,)?
    })*) => {
        /// What an event says.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[allow(missing_docs)] // each variant is described at its struct
        pub enum Body {
            $($($kind($kind),)*)*
            /// What is in no table of this build, or does not fit it.
            Unknown(Unknown),
        }

        impl Body {
            /// The kind's name on the wire and in `window.paceline`.
            pub fn kind(&self) -> &str {
                match self { $($(Self::$kind(_) => $name,)*)* Self::Unknown(it) => &it.kind }
            }

            /// The words block this event links, if any: under the field `words` at the top of its body, whatever its kind.
            pub fn words(&self) -> Option<Cid> {
                match self { $($(Self::$kind(it) => it.words(),)*)* Self::Unknown(it) => it.words }
            }

            /// Links that words block, if its kind has words.
            pub(crate) fn set_words(&mut self, words: Cid) {
                match self { $($(Self::$kind(it) => it.set_words(words),)*)* Self::Unknown(_) => {} }
            }

            /// Whether it means the same in every version of the fold.
            pub(crate) fn is_lasting(&self) -> bool {
                match self { $($(Self::$kind(_) => lasts!($lasting),)*)* Self::Unknown(_) => false }
            }

            /// The baton that this event would move, be it a transfer.
            pub fn transfers(&self) -> Option<Cid> {
                match self { $($(Self::$kind(it) => it.transfers(),)*)* Self::Unknown(it) => it.transfers() }
            }

            /// The word that somebody wrote with it, if it is an act that carries one itself.
            pub fn note(&self) -> Option<&str> {
                match self { $($(Self::$kind(it) => it.note(),)*)* Self::Unknown(it) => it.note() }
            }

            /// The event of the same author with which it is taken back.
            pub(crate) fn goes_with(&self) -> Option<Cid> {
                match self { $($(Self::$kind(it) => it.goes_with(),)*)* Self::Unknown(it) => it.goes_with() }
            }

            /// Whether it counts, and then what it comes to.
            pub(crate) fn judge(&self, past: &Past) -> Result<Fact, IgnoredReason> {
                match self {
                    $($(Self::$kind(it) => apart::judge(it, past).map(Fact::$capability),)*)*
                    Self::Unknown(it) => it.judge(past).map(Fact::Unknowns),
                }
            }

            /// A body that fits its kind.
            fn fitting(kind: &str, content: &[u8]) -> Option<Self> {
                match kind {
                    $($($name => apart::read(content).map(Self::$kind),)*)*
                    _ => None,
                }
            }
        }

        /// What an event that counts comes to.
        #[derive(Debug)]
        pub(crate) enum Fact { $($capability(<$capability as Capability>::Fact),)* }

        /// Whose something is that can be pointed at.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(dead_code)] // nothing of some of them can be pointed at
        pub(crate) enum Owner { $($capability,)* }

        /// The laws of growth of each kind, by its name on the wire.
        #[cfg(any(test, feature = "test-utils"))]
        pub(crate) const LAWS: &[(&str, &[crate::testing::growth::Law])] =
            &[$($(($name, <$kind as crate::testing::growth::Measured>::LAWS),)*)*];

        /// What the room can do, as far as it was done.
        #[derive(Debug, Clone, Default)]
        pub(crate) struct Capabilities { $($(#[$doc])* pub(crate) $field: $capability,)* }

        /// How often what each capability shows has changed: equal numbers, nothing to draw anew.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Versions { $($(#[$doc])* pub $field: u64,)* }

        impl Capabilities {
            pub(crate) fn every(&mut self, step: &mut Step) {
                $(self.$field.every(step);)*
            }

            pub(crate) fn take(&mut self, fact: Fact, step: &mut Step) {
                match fact { $(Fact::$capability(fact) => apart::take(&mut self.$field, fact, step),)* }
            }

            pub(crate) fn take_back(&mut self, entry: &Entry, step: &mut Step) {
                match &entry.event.body {
                    $($(Body::$kind(it) => apart::taken_back(it, &mut self.$field, entry, step),)*)*
                    Body::Unknown(it) => it.taken_back(&mut self.unknown, entry, step),
                }
            }

            pub(crate) fn hear(&mut self, news: &News, common: &Common) {
                $(apart::hear(&mut self.$field, news, common);)*
            }

            pub(crate) fn words(&mut self, home: &Home, text: &Arc<str>) {
                $(self.$field.words(home, text);)*
            }

            pub(crate) fn versions(&self) -> Versions {
                Versions { $($field: self.$field.version(),)* }
            }
        }

        /// Something that a person may do, by capability.
        #[derive(Debug, Clone)]
        #[allow(missing_docs)] // each is described at its capability
        pub enum Command { $($capability($field::Command),)* }

        impl Command {
            /// What to write now, or why it may not be done.
            ///
            /// # Errors
            /// See [`CommandError`].
            pub fn ask(self, asker: Asker) -> Result<Saying, CommandError> {
                match self { $(Self::$capability(it) => it.ask(asker),)* }
            }

            /// What was typed for others to read, the empty too: whether there is anything to see in it takes a browser to know.
            pub fn typed(&self) -> Vec<&str> {
                match self { $(Self::$capability(it) => it.typed(),)* }
            }

            /// Whether it says the same whatever else is asked for at the same moment: such share one write.
            pub fn is_independent(&self) -> bool {
                match self { $(Self::$capability(it) => it.is_independent(),)* }
            }
        }

        $(impl From<$field::Command> for Command {
            fn from(command: $field::Command) -> Self { Self::$capability(command) }
        })*

        $($(impl From<$kind> for Body { fn from(body: $kind) -> Self { Self::$kind(body) } })*)*

        impl Serialize for Body {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(Some(1))?;
                match self {
                    $($(Self::$kind(body) => map.serialize_entry($name, body)?,)*)*
                    Self::Unknown(it) => map.serialize_entry(&it.kind, &Raw(&it.content))?,
                }
                map.end()
            }
        }
    };
}

macro_rules! lasts {
    (lasting) => {
        true
    };
    (versioned) => {
        false
    };
}

capabilities! {
    /// How the room began, and by which rules.
    founding: Founding versioned {
        RoomFounded = "room-founded",
        FoldRaised = "fold-raised",
    }
    /// Who is there.
    people: People lasting {
        Introduced = "introduced",
    }
    /// Which of them are one person.
    persons: Persons versioned {
        AlsoMe = "also-me",
        NotMe = "not-me",
    }
    /// What is said to everyone.
    posts: Posts lasting {
        Posted = "posted",
        Edited = "edited",
    }
    /// What authors take back.
    taking_back: TakenBack lasting {
        Retracted = "retracted",
        FeedbackWithdrawn = "feedback-withdrawn",
    }
    /// Signals, and the loops they open.
    feedback: Loops lasting {
        FeedbackGiven = "feedback-given",
        FeedbackAnswered = "feedback-answered",
    }
    /// Who leads.
    batons: Batons versioned {
        BatonOpened = "baton-opened",
        BatonOffered = "baton-offered",
        BatonOfferWithdrawn = "baton-offer-withdrawn",
        BatonDeclined = "baton-declined",
        BatonAccepted = "baton-accepted",
        BatonTaken = "baton-taken",
        BatonSteppedIn = "baton-stepped-in",
        BatonReclaimed = "baton-reclaimed",
        BatonReleased = "baton-released",
        BatonClosed = "baton-closed",
        Nominated = "nominated",
        Shadowing = "shadowing",
    }
    /// What somebody will do.
    promises: Promises versioned {
        Asked = "asked",
        Promised = "promised",
        PromiseKept = "promise-kept",
        PromiseDropped = "promise-dropped",
        PromiseRenewed = "promise-renewed",
    }
    /// What people meet for.
    meetings: Meetings versioned {
        MeetingOpened = "meeting-opened",
        MeetingClosed = "meeting-closed",
        RoleOf = "role-of",
        AgendaItemAdded = "agenda-item-added",
        AgendaItemChanged = "agenda-item-changed",
        AgendaItemDone = "agenda-item-done",
        AgendaAt = "agenda-at",
        TimerSet = "timer-set",
    }
    /// What all are asked at once.
    rounds: Rounds versioned {
        RoundOpened = "round-opened",
        Answered = "answered",
        Sealed = "sealed",
        RevealOpened = "reveal-opened",
        Revealed = "revealed",
        ShareOpened = "share-opened",
        AnswerDone = "answer-done",
        TurnDone = "turn-done",
        RoundClosed = "round-closed",
        ThemePlaced = "theme-placed",
    }
    /// What is decided together.
    decisions: Decisions versioned {
        Proposed = "proposed",
        Amended = "amended",
        ProposalWithdrawn = "proposal-withdrawn",
        BallotCast = "ballot-cast",
        DecisionClosed = "decision-closed",
    }
    /// What no build of this version understands.
    unknown: Unknowns versioned {}
}

impl Body {
    /// Reads the body of an event in a block that was found canonical, by the table of version 1.
    pub(crate) fn read(kind: &str, content: &[u8], founding: bool) -> Self {
        let fits = |body: &Self| matches!(body, Self::RoomFounded(_)) == founding;
        Self::fitting(kind, content).filter(fits).unwrap_or_else(|| Self::Unknown(Unknown::read(kind, content)))
    }

    /// The same body, to whom its kind means nothing.
    pub(crate) fn into_unknown(self) -> Self {
        match self {
            Self::Unknown(_) => self,
            known => {
                Self::Unknown(Unknown { kind: known.kind().into(), words: known.words(), content: Box::default() })
            }
        }
    }

    /// Whether it can be written: what is known cannot be made over its limits, and what is not is bounded by the block alone.
    pub(crate) fn check(&self) -> Result<(), EventError> {
        if is_short(self.kind(), limits::TAG_CHARS) { Ok(()) } else { Err(EventError::FieldTooLong) }
    }
}
