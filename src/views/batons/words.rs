//! Words for batons: what stands in `data-` attributes and what people read.

use paceline_room::{
    fold::IgnoredReason,
    state::{Act, BatonState, TermBy},
};

pub use crate::session::led as handoff;
use crate::texts::t;

/// `data-state` of a baton.
pub const fn baton_value(state: BatonState) -> &'static str {
    match state {
        BatonState::Free => "free",
        BatonState::Held => "held",
        BatonState::Offered => "offered",
        BatonState::Closed => "closed",
    }
}

/// How a term began.
pub fn term_began(by: TermBy) -> String {
    match by {
        TermBy::Taken => t!("term-taken"),
        TermBy::Accepted => t!("term-accepted"),
        TermBy::SteppedIn => t!("term-stepped-in"),
        TermBy::Reclaimed => t!("term-reclaimed"),
        TermBy::Decision => t!("term-decision"),
    }
}

/// What somebody did with a baton, and the word that came with it.
pub fn noted(act: Act, name: &str, to: &str, words: &str) -> String {
    match act {
        Act::Offered => t!("noted-offered", name = name, to = to, words = words),
        Act::Declined => t!("noted-declined", name = name, words = words),
        Act::Released => t!("noted-released", name = name, words = words),
        Act::Closed => t!("noted-closed", name = name, words = words),
    }
}

/// The same where the baton does not stand beside it.
pub fn noted_of(act: Act, name: &str, to: &str, title: &str, words: &str) -> String {
    match act {
        Act::Offered => t!("handoff-offered", name = name, to = to, title = title, words = words),
        Act::Declined => t!("handoff-declined", name = name, title = title, words = words),
        Act::Released => t!("handoff-released", name = name, title = title, words = words),
        Act::Closed => t!("handoff-closed", name = name, title = title, words = words),
    }
}

/// Why a transfer did not count.
pub fn why_ignored(reason: IgnoredReason) -> String {
    match reason {
        IgnoredReason::MovedOn => t!("ignored-moved-on"),
        IgnoredReason::Closed => t!("ignored-closed"),
        IgnoredReason::NotFree => t!("ignored-not-free"),
        IgnoredReason::NotHeld => t!("ignored-not-held"),
        IgnoredReason::NotHolder => t!("ignored-not-holder"),
        IgnoredReason::AlreadyLeading => t!("ignored-already-leading"),
        IgnoredReason::OfferNotSeen | IgnoredReason::OfferOfAnotherTurn => t!("ignored-offer-gone"),
        IgnoredReason::OfferedToAnother | IgnoredReason::OfferedToSelf => t!("ignored-offered-to-another"),
        IgnoredReason::OfferDeclined => t!("ignored-offer-declined"),
        IgnoredReason::OfferWithdrawn => t!("ignored-offer-withdrawn"),
        IgnoredReason::NoMandate | IgnoredReason::MandateUsed | IgnoredReason::MandateOver => t!("ignored-by-decision"),
        IgnoredReason::NoStandIn | IgnoredReason::NotHolderBefore | IgnoredReason::DifferentRuns => {
            t!("ignored-not-reclaimable")
        }
        IgnoredReason::StandInCloses => t!("ignored-stand-in-closes"),
        IgnoredReason::NotReleased => t!("ignored-not-released"),
        IgnoredReason::TipIgnored => t!("ignored-builds-on-ignored"),
        IgnoredReason::TargetNotSeen
        | IgnoredReason::Over
        | IgnoredReason::LooserPolicy
        | IgnoredReason::OnlyAdvice
        | IgnoredReason::NotDecided
        | IgnoredReason::NotNextVersion
        | IgnoredReason::UnknownBaton
        | IgnoredReason::TipNotSeen
        | IgnoredReason::NotAuthor
        | IgnoredReason::NotAddressee
        | IgnoredReason::NoLoop
        | IgnoredReason::Oneself
        | IgnoredReason::AsksNothing
        | IgnoredReason::UnfitAnswer
        | IgnoredReason::AnotherRound
        | IgnoredReason::Stranger
        | IgnoredReason::SealNotSeen
        | IgnoredReason::NotWhatWasSealed => t!("ignored-not-seen"),
    }
}
