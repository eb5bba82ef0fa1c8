//! What is said about batons: opening, offering, and the transfers that move one.

use crate::{
    Cid, NodeId,
    kinds::{Note, Tags, Tips, Title, Within, bodies},
    limits,
};

bodies! {
    /// Opens a baton, free.
    BatonOpened {
        /// What is led.
        title: Title,
        /// Strengths it calls for.
        [optional] strengths: Tags,
        /// How long a term is meant to be, in minutes.
        [optional] minutes: Option<u32>,
        /// The need it answers: a post.
        [optional] need: Option<Cid>,
    }
    /// The holder offers the baton; dies with its tip.
    BatonOffered {
        /// The baton.
        baton: Cid,
        /// The transfer that is current for the author.
        tip: Cid,
        /// To whom.
        to: NodeId,
        /// A word with it.
        [optional] note: Note,
    }
    /// The offerer takes an offer back.
    BatonOfferWithdrawn {
        /// The offer.
        offer: Cid,
    }
    /// The one it was offered to says no.
    BatonDeclined {
        /// The offer.
        offer: Cid,
        /// Why.
        [optional] why: Note,
    }
    /// Transfer: the named node accepts.
    BatonAccepted {
        /// The baton.
        baton: Cid,
        /// What it builds on.
        tip: Cid,
        /// The offer or the closing of a decision.
        by: Cid,
    }
    /// Transfer: a free baton is taken.
    BatonTaken {
        /// The baton.
        baton: Cid,
        /// What it builds on.
        tip: Cid,
    }
    /// Transfer: somebody steps in for a holder who vanished.
    BatonSteppedIn {
        /// The baton.
        baton: Cid,
        /// What it builds on.
        tip: Cid,
        /// How long the holder was silent, in milliseconds.
        silent_for: Within<0, { limits::NUMBER }>,
    }
    /// Transfer: the holder before a run of step-ins is back.
    BatonReclaimed {
        /// The baton.
        baton: Cid,
        /// Every end of the run that the author has seen.
        tips: Tips,
    }
    /// Transfer: the holder lets go; the baton is free.
    BatonReleased {
        /// The baton.
        baton: Cid,
        /// What it builds on.
        tip: Cid,
        /// A word with it.
        [optional] note: Note,
    }
    /// Transfer: the work is done; the baton goes.
    BatonClosed {
        /// The baton.
        baton: Cid,
        /// What it builds on.
        tip: Cid,
        /// What came of it.
        [optional] outcome: Note,
        /// The closing of a decision that closes it.
        [optional] by: Option<Cid>,
    }
    /// Names somebody for a baton: whom its author would have lead. It moves nothing; the latest of each author stands.
    Nominated {
        /// The baton.
        baton: Cid,
        /// Who.
        node: NodeId,
        /// Why.
        [optional] why: Note,
    }
    /// Stands beside the holder, first in line to step in (encoded only, so far).
    Shadowing {
        /// The baton.
        baton: Cid,
    }
}
