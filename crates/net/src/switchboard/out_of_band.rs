//! Out-of-band codes: made, opened and taken by the switchboard. How they are written is `crate::out_of_band`'s.

use libp2p_webrtc_browser::Signal;
use paceline_mesh::replica::Millis;
use paceline_room::NodeId;
use serde_bytes::ByteArray;

use super::{Output, Session, Switchboard};
use crate::{
    envelope::Opened,
    hand::{Asked, Hand, OpenInvite, Unfit},
    message::Message,
};

/// Why an opened out-of-band code leads nowhere.
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
    fn hand(&self) -> Hand<'_> {
        Hand { keys: &self.setup.keys, room: self.setup.room, me: self.me, run: self.fresh.run() }
    }

    pub(super) fn make_invite(&mut self, session: Session, sdp: &str) {
        // One invite for a session: it makes the nonce.
        if self.sessions.invites.contains_key(&session) {
            return;
        }
        let count = self.fresh.next_count();
        let (envelope, hash) = self.hand().invite(&self.setup.keypair, count, session, sdp);
        self.sessions.invite(session, hash);
        self.outputs.push(Output::Invite { session, envelope });
    }

    pub(super) fn send_out_of_band(&mut self, to: NodeId, session: Session, message: &Message) {
        match message {
            Message::Answer { sdp, .. } => self.make_reply(to, session, sdp),
            Message::Abort { .. } => self.outputs.push(Output::HandEnded { session }),
            _ => {}
        }
    }

    fn make_reply(&mut self, from: NodeId, session: Session, sdp: &str) {
        let Some(hash) = self.sessions.taken(&(from, session)) else { return };
        let Some(run) = self.known.get(&from).map(|known| known.run) else { return };
        let asked = Asked { invite: OpenInvite { session, hash }, from, run };
        let mut salt = [0; 12];
        (self.setup.random)(&mut salt);
        let count = self.fresh.next_count();
        let (envelope, _) = self.hand().reply(&self.setup.keypair, count, &asked, sdp, salt);
        self.outputs.push(Output::Reply { session, envelope });
    }

    /// Opens an invite that a person pasted.
    pub(crate) fn open_invite(&self, bytes: &[u8]) -> Result<Opened, Unfit> {
        self.hand().open_invite(bytes)
    }

    /// Opens a reply to an invite of this node.
    pub(crate) fn open_reply(&self, bytes: &[u8]) -> Result<Opened, Unfit> {
        let invites = self.sessions.invites.iter();
        let waiting: Vec<OpenInvite> =
            invites.map(|(session, it)| OpenInvite { session: *session, hash: it.hash }).collect();
        self.hand().open_reply(bytes, &waiting)
    }

    /// An invite that a person pasted, opened. Its offer goes to the transport, whose answer comes back as [`Output::Reply`].
    pub(crate) fn read_invite(&mut self, opened: &Opened, now: Millis) -> Result<Session, Unreadable> {
        let content = &opened.content;
        let (Some(session), Ok((Message::Offer { path, sdp, .. }, _))) =
            (content.session.map(ByteArray::into_array), Message::decode(&content.body))
        else {
            return Err(Unreadable::NotExpected);
        };
        if self.fresh.accept(content).is_err() {
            return Err(Unreadable::UsedBefore);
        }
        self.heard(content, None, now);
        let from = content.from;
        self.skipped_in_code(opened);
        self.sessions.read((from, session), opened.hash);
        self.outputs.push(Output::Signal { path, from, signal: Signal::Offer { session, sdp, trickle: false } });
        Ok(session)
    }

    /// Counts what was skipped in a code, if anything was.
    fn skipped_in_code(&mut self, opened: &Opened) {
        if opened.newer {
            self.refuse("newer-code-field", opened.content.from);
        }
    }

    /// A reply that a person pasted, opened.
    pub(crate) fn read_reply(&mut self, opened: &Opened, now: Millis) -> Result<(), Unreadable> {
        let content = &opened.content;
        let (Some(session), Ok((Message::Answer { path, sdp, offer }, _))) =
            (content.session.map(ByteArray::into_array), Message::decode(&content.body))
        else {
            return Err(Unreadable::NotExpected);
        };
        let invite = self.sessions.invites.get_mut(&session).filter(|it| it.hash == offer.into_array());
        let Some(invite) = invite else { return Err(Unreadable::TooLate) };
        if invite.by.is_some_and(|peer| peer != content.from) {
            return Err(Unreadable::UsedBefore);
        }
        invite.by = Some(content.from);
        if content.echo.map(ByteArray::into_array) != Some(self.fresh.run()) {
            return Err(Unreadable::TooLate);
        }
        if self.fresh.accept(content).is_err() {
            return Err(Unreadable::UsedBefore);
        }
        self.heard(content, None, now);
        self.skipped_in_code(opened);
        self.outputs.push(Output::Signal { path, from: content.from, signal: Signal::Answer { session, sdp } });
        Ok(())
    }
}
