//! What a person may do with a baton. Each builds on the turn that is current for it, and asks the judge of transfers.

use super::{
    super::{
        BatonAccepted, BatonClosed, BatonDeclined, BatonOfferWithdrawn, BatonOffered, BatonOpened, BatonReclaimed,
        BatonReleased, BatonSteppedIn, BatonTaken, Nominated, Tags,
    },
    state::{Baton, BatonState},
};
use crate::{
    Cid, NodeId,
    command::{Ask, Asker, CommandError, Saying},
};

/// What a person may do.
#[derive(Debug, Clone)]
pub enum Command {
    /// Open a baton, free.
    Open {
        /// What is led.
        title: String,
        /// Strengths it calls for.
        strengths: Vec<String>,
        /// How long a term is meant to be, in minutes.
        minutes: Option<u32>,
        /// The need it answers.
        need: Option<Cid>,
    },
    /// Take a free baton.
    Take {
        /// The baton.
        baton: Cid,
    },
    /// Offer a baton one holds.
    Offer {
        /// The baton.
        baton: Cid,
        /// To whom.
        to: NodeId,
        /// A word with it.
        note: String,
    },
    /// Take an offer of one's own back.
    Withdraw {
        /// The offer.
        offer: Cid,
    },
    /// Accept what was offered to oneself.
    Accept {
        /// The offer.
        offer: Cid,
    },
    /// Accept what a decision hands to oneself.
    AcceptMandate {
        /// The baton.
        baton: Cid,
        /// The closing of the decision.
        closing: Cid,
    },
    /// Close a baton as a decision says.
    CloseByMandate {
        /// The baton.
        baton: Cid,
        /// The closing of the decision.
        closing: Cid,
    },
    /// Say no to it.
    Decline {
        /// The offer.
        offer: Cid,
        /// Why.
        why: String,
    },
    /// Let go of a baton one holds.
    Release {
        /// The baton.
        baton: Cid,
        /// A word with it.
        note: String,
    },
    /// Step in for its holder.
    StepIn {
        /// The baton.
        baton: Cid,
    },
    /// Come back to a baton that somebody stepped in for.
    Reclaim {
        /// The baton.
        baton: Cid,
    },
    /// Name somebody for it.
    Nominate {
        /// The baton.
        baton: Cid,
        /// Who should lead.
        node: NodeId,
        /// Why.
        why: String,
    },
    /// End it: its work is done.
    Close {
        /// The baton.
        baton: Cid,
        /// What came of it.
        outcome: String,
    },
}

impl Ask for Command {
    fn ask(self, asker: Asker) -> Result<Saying, CommandError> {
        match self {
            Self::Open { title, strengths, minutes, need } => match title.trim() {
                "" => Err(CommandError::EmptyText),
                title => {
                    let (title, strengths) = (title.try_into()?, Tags::of(strengths)?);
                    asker.plain(BatonOpened { title, strengths, minutes, need })
                }
            },
            Self::Take { baton } => asker.plain(BatonTaken { baton, tip: open(asker, &baton)?.tip }),
            Self::Offer { baton, to, note } => {
                let (tip, note) = (open(asker, &baton)?.tip, note.try_into()?);
                asker.plain(BatonOffered { baton, tip, to, note })
            }
            Self::Withdraw { offer } => {
                standing(asker, &offer)?;
                let said = asker.plain(BatonOfferWithdrawn { offer });
                said.map_err(|error| if error == CommandError::NotYours { CommandError::NotHolder } else { error })
            }
            Self::Accept { offer } => {
                let it = standing(asker, &offer)?;
                asker.plain(BatonAccepted { baton: it.cid, tip: it.tip, by: offer })
            }
            Self::AcceptMandate { baton, closing } => {
                asker.plain(BatonAccepted { baton, tip: open(asker, &baton)?.tip, by: closing })
            }
            Self::CloseByMandate { baton, closing } => {
                let (tip, outcome) = (open(asker, &baton)?.tip, Default::default());
                asker.plain(BatonClosed { baton, tip, outcome, by: Some(closing) })
            }
            Self::Decline { offer, why } => {
                standing(asker, &offer)?;
                asker.plain(BatonDeclined { offer, why: why.try_into()? })
            }
            Self::Release { baton, note } => {
                let (tip, note) = (open(asker, &baton)?.tip, note.try_into()?);
                asker.plain(BatonReleased { baton, tip, note })
            }
            Self::StepIn { baton } => {
                let Baton { tip, holder, .. } = *open(asker, &baton)?;
                let silent_for = holder.map_or(0, |it| (asker.silence)(&it)).try_into()?;
                asker.plain(BatonSteppedIn { baton, tip, silent_for })
            }
            Self::Reclaim { baton } => {
                let baton_now = asker.fold.baton(&baton).ok_or(CommandError::NotFound)?;
                let tips = match baton_now.displaced == Some(asker.node) && baton_now.may_reclaim.is_none() {
                    true => vec![baton_now.tip],
                    false => open(asker, &baton)?.run_ends.clone(),
                };
                let tips = tips.try_into().map_err(|_| CommandError::NotReclaimable)?;
                asker.plain(BatonReclaimed { baton, tips })
            }
            Self::Nominate { baton, node, why } => {
                open(asker, &baton)?;
                asker.plain(Nominated { baton, node, why: why.trim().try_into()? })
            }
            Self::Close { baton, outcome } => {
                let (tip, outcome) = (open(asker, &baton)?.tip, outcome.try_into()?);
                asker.plain(BatonClosed { baton, tip, outcome, by: None })
            }
        }
    }

    fn typed(&self) -> Vec<&str> {
        match self {
            Self::Open { title, .. } => vec![title.trim()],
            Self::Offer { note, .. } | Self::Release { note, .. } => vec![note],
            Self::Decline { why, .. } | Self::Nominate { why, .. } => vec![why],
            Self::Close { outcome, .. } => vec![outcome],
            Self::Take { .. }
            | Self::Withdraw { .. }
            | Self::AcceptMandate { .. }
            | Self::CloseByMandate { .. }
            | Self::Accept { .. }
            | Self::StepIn { .. }
            | Self::Reclaim { .. } => Vec::new(),
        }
    }

    fn is_independent(&self) -> bool {
        matches!(self, Self::Open { .. })
    }
}

/// A baton that was not closed.
fn open<'a>(asker: Asker<'a>, baton: &Cid) -> Result<&'a Baton, CommandError> {
    let baton = asker.fold.baton(baton).ok_or(CommandError::NotFound)?;
    if baton.state == BatonState::Closed { Err(CommandError::BatonClosed) } else { Ok(baton) }
}

/// The baton whose current turn this offer is shown at.
fn standing<'a>(asker: Asker<'a>, offer: &Cid) -> Result<&'a Baton, CommandError> {
    let baton = asker.fold.batons().find(|it| it.offer == Some(*offer) && it.state == BatonState::Offered);
    baton.map(AsRef::as_ref).ok_or(CommandError::NotOffered)
}
