//! What of the switchboard's work is done for codes that people carry: [`crate::by_hand`] writes and reads them.

use libp2p_webrtc_browser::Signal;
use paceline_mesh::replica::Millis;
use paceline_room::NodeId;
use serde_bytes::ByteArray;

use super::{Output, Session, SessionNote, Switchboard};
use crate::{envelope::Opened, message::Message, sdp};

/// Why an opened code by hand leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It says something else than its kind.
    NotExpected,
    /// It was pasted before.
    UsedBefore,
    /// Its invite is not waited for any more.
    TooLate,
}

impl Switchboard {
    /// An invite that a person pasted, opened. Its offer goes to the transport, whose answer comes back as [`Output::Reply`].
    pub(crate) fn read_invite(&mut self, opened: &Opened, now: Millis) -> Result<Session, Unreadable> {
        let content = &opened.content;
        let (Some(session), Some(Message::Offer { path, sdp, .. })) =
            (content.session.map(ByteArray::into_array), Message::decode(&content.body))
        else {
            return Err(Unreadable::NotExpected);
        };
        if self.fresh.accept(content).is_err() {
            return Err(Unreadable::UsedBefore);
        }
        let sdp = sdp::restore(&sdp).ok_or(Unreadable::NotExpected)?;
        self.heard(content, None, now);
        let from = content.from;
        self.note(session, SessionNote { peer: Some(from), offer: Some(opened.hash), by_hand: true, order: 0 });
        self.outputs.push(Output::Signal { path, from, signal: Signal::Offer { session, sdp, trickle: false } });
        Ok(session)
    }

    /// A reply that a person pasted, opened.
    pub(crate) fn read_reply(&mut self, opened: &Opened, now: Millis) -> Result<(), Unreadable> {
        let content = &opened.content;
        let (Some(session), Some(Message::Answer { path, sdp, offer })) =
            (content.session.map(ByteArray::into_array), Message::decode(&content.body))
        else {
            return Err(Unreadable::NotExpected);
        };
        let invite =
            self.sessions.get_mut(&session).filter(|note| note.by_hand && note.offer == Some(offer.into_array()));
        let Some(invite) = invite else { return Err(Unreadable::TooLate) };
        if invite.peer.is_some_and(|peer| peer != content.from) {
            return Err(Unreadable::UsedBefore);
        }
        invite.peer = Some(content.from);
        if content.echo.map(ByteArray::into_array) != Some(self.fresh.run()) {
            return Err(Unreadable::TooLate);
        }
        if self.fresh.accept(content).is_err() {
            return Err(Unreadable::UsedBefore);
        }
        let sdp = sdp::restore(&sdp).ok_or(Unreadable::NotExpected)?;
        self.heard(content, None, now);
        self.outputs.push(Output::Signal { path, from: content.from, signal: Signal::Answer { session, sdp } });
        Ok(())
    }

    pub(super) fn send_by_hand(&mut self, to: NodeId, session: Session, message: &Message) {
        let Some(run) = self.known.get(&to).map(|known| known.run) else { return };
        match message {
            Message::Answer { .. } => {
                let (envelope, _) = self.seal(Some((to, run)), Some(session), message);
                self.outputs.push(Output::Reply { session, envelope });
            }
            Message::Abort { .. } => self.outputs.push(Output::HandEnded { session }),
            _ => {}
        }
    }
}
