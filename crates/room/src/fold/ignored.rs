//! Why the fold takes no notice of an admitted event. The event stays in the log, is stored and forwarded like any
//! other, and its detail view says this.

/// The rule that an ignored event does not meet, in its own past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum IgnoredReason {
    /// What an edit, answer, withdrawal or feedback is about is not in its past, or is not of the right kind.
    #[error("what it is about was not there for its author")]
    TargetNotSeen,
    /// Only the author edits, retracts or withdraws.
    #[error("only the author of what it is about may do this")]
    NotAuthor,
    /// `PromiseRenewed`: it had ended.
    #[error("the promise was kept or dropped, and its author had seen that")]
    Over,
    /// Only the addressee answers feedback.
    #[error("only the one who was asked may answer")]
    NotAddressee,
    /// Appreciation and building on ask for no answer.
    #[error("this feedback asks for no answer")]
    NoLoop,
    /// `AlsoMe`: of its own author.
    #[error("a node is itself already")]
    Oneself,
    /// `RoundOpened`: nothing can be answered.
    #[error("it asks for nothing that could be answered")]
    AsksNothing,
    /// No answer to what the round asks: of another type, out of range, over the budget, open where the round is sealed.
    #[error("it is no answer to what the round asks")]
    UnfitAnswer,
    /// `ThemePlaced`: of another round's answer.
    #[error("the answer it names is of another round")]
    AnotherRound,
    /// `TurnDone`: of somebody who had written nothing.
    #[error("it gives a turn to somebody who was not there for its author")]
    Stranger,
    /// `Revealed`, `ShareOpened`: the reveal that it follows has not seen the seal.
    #[error("the reveal it follows had not seen what was sealed")]
    SealNotSeen,
    /// `Revealed`, `ShareOpened`: it does not fit the seal.
    #[error("it is not what was sealed")]
    NotWhatWasSealed,
    /// `Proposed`: to be decided less strictly than the room decides.
    #[error("a proposal may ask for a stricter way of deciding, not for a looser one")]
    LooserPolicy,
    /// `Proposed`, `Amended`: advice changes nothing in the room.
    #[error("advice changes nothing in the room")]
    OnlyAdvice,
    /// `DecisionClosed`: by what its author had seen it was not decided.
    #[error("it was not decided, by what its author had seen")]
    NotDecided,
    /// `FoldRaised`: to another version than the next of its author's chain.
    #[error("it does not raise its author's version by one")]
    NotNextVersion,
    /// The baton is not in its past.
    #[error("the baton it names was not there for its author")]
    UnknownBaton,
    /// What it builds on is not a transfer of that baton in its past.
    #[error("what it builds on is not a step of this baton that its author had seen")]
    TipNotSeen,
    /// What it builds on is itself ignored.
    #[error("what it builds on did not count itself")]
    TipIgnored,
    /// A valid other transfer from the same tip is in its past.
    #[error("the baton had already moved on, and its author had seen that")]
    MovedOn,
    /// The baton was closed.
    #[error("the baton was closed")]
    Closed,
    /// `Taken`: somebody held it.
    #[error("somebody held the baton: it was not free to take")]
    NotFree,
    /// Nobody held it.
    #[error("nobody held the baton")]
    NotHeld,
    /// An offer, release or closing by somebody else than the holder.
    #[error("only the holder may do this")]
    NotHolder,
    /// `SteppedIn`: by the holder itself.
    #[error("its author held the baton already")]
    AlreadyLeading,
    /// `Accepted`: no offer of that name in its past.
    #[error("it accepts an offer that was not there for its author")]
    OfferNotSeen,
    /// `Accepted` or `BatonDeclined`: offered to somebody else.
    #[error("the baton was offered to somebody else")]
    OfferedToAnother,
    /// An offer to oneself: nobody becomes a true holder out of a stand-in that way.
    #[error("a baton is not offered to its own holder")]
    OfferedToSelf,
    /// `Accepted`: the offer was made at another tip, and died with it.
    #[error("the offer was for an earlier turn of this baton")]
    OfferOfAnotherTurn,
    /// `Accepted`: its author had declined.
    #[error("its author had declined this offer")]
    OfferDeclined,
    /// `Accepted`: the offer was withdrawn in its past.
    #[error("the offer had been withdrawn, and its author had seen that")]
    OfferWithdrawn,
    /// `Accepted` or `Closed` by a decision: it says something else, or does not stand.
    #[error("what it rests on was not decided, by what its author had seen")]
    NoMandate,
    /// The same: it was made use of.
    #[error("what was decided had been carried out, and its author had seen that")]
    MandateUsed,
    /// The same: the room has gone on without it.
    #[error("somebody had taken over since it was decided, and most had gone on with that")]
    MandateOver,
    /// `Reclaimed`: the tip is no step-in.
    #[error("nobody was standing in")]
    NoStandIn,
    /// `Reclaimed`: by another than the holder before the run.
    #[error("only the one who led before the stand-ins may reclaim")]
    NotHolderBefore,
    /// `Reclaimed`: its tips are not ends of one run.
    #[error("what it builds on are stand-ins for different turns")]
    DifferentRuns,
    /// `Closed`: a stand-in, or who has it from one, may pass on or release, not close.
    #[error("a stand-in may pass the baton on or release it, but not close it")]
    StandInCloses,
    /// `Closed`: free, and no true holder released it.
    #[error("nobody who held the baton in full released it: take it first")]
    NotReleased,
}
