//! Envelopes that people carry: the same content, signature and seal as [`crate::envelope`], with everything left out that both
//! sides know, so that they fit a picture that a phone reads.
//!
//! ```text
//! invite:  session 16 | sealed(signature 64 | from 32 | run 16 | count | packed description)
//! reply:   salt 12 | sealed(addressee 4 | invite 8 | signature 64 | from 32 | run 16 | count | packed description)
//! sealed:  XChaCha20-Poly1305(hand key, "invite" and session, or "reply" and salt, as nonce)
//! ```
//!
//! `addressee` and `invite` are the first bytes of the addressee's key and of the invite's hash: enough to tell a person where a reply
//! belongs. Room, echo, session and the whole hash are put back before the signature is checked, which covers them all, but for
//! what a later build adds to the description ([`crate::sdp`]): that is sealed alone.

use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::Aead};
use paceline_room::{Cid, Keypair, NodeId};
use serde_bytes::{ByteArray, ByteBuf};

use crate::{
    envelope::{self, Content, Opened, Run},
    keys::RoomKeys,
    message::Message,
    sdp::{self, Reader, Unpacked},
    types::Path,
};

type Session = [u8; 16];
const SALT_LEN: usize = 12;
const ADDRESSEE_LEN: usize = 4;
const INVITE_LEN: usize = 8;
const SIGNATURE_LEN: usize = 64;

/// Why what was carried is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// Sealed with another key: another room's, or made with another link.
    Foreign,
    /// Not of the right shape, or not signed by whom it names.
    Damaged,
    /// A reply to another node.
    NotForMe,
    /// A reply to an invite that is not (any more) waited for.
    NoSuchInvite,
}

/// Who writes, and into which room.
pub(crate) struct Hand<'a> {
    pub(crate) keys: &'a RoomKeys,
    pub(crate) room: Cid,
    pub(crate) me: NodeId,
    pub(crate) run: Run,
}

/// An invite of this node that a reply may answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenInvite {
    pub(crate) session: Session,
    pub(crate) hash: [u8; 32],
}

/// What a reply answers: the invite, and who wrote it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) invite: OpenInvite,
    pub(crate) from: NodeId,
    pub(crate) run: Run,
}

impl Hand<'_> {
    /// Signs and seals an invite. A session is used for one invite only: it makes the nonce.
    pub(crate) fn invite(&self, keypair: &Keypair, count: u64, session: Session, sdp: &str) -> (Vec<u8>, [u8; 32]) {
        let packed = sdp::pack(sdp);
        let content = self.invite_content((self.me, self.run), count, session, as_restored(&packed, sdp));
        let (signed, hash) = envelope::sign(keypair, &content);
        let plain = [&signed[..], &tail(&content, &packed)].concat();
        ([&session[..], &self.seal(b"invite", &session, &plain)].concat(), hash)
    }

    /// Opens an invite.
    pub(crate) fn open_invite(&self, bytes: &[u8]) -> Result<Opened, Unfit> {
        let (session, sealed) = bytes.split_first_chunk::<16>().ok_or(Unfit::Damaged)?;
        let plain = self.unseal(b"invite", session, sealed)?;
        let Tail { signature, from, run, count, packed } = read_tail(&plain)?;
        let Unpacked { sdp, newer } = sdp::unpack(packed).ok_or(Unfit::Damaged)?;
        check(&signature, self.invite_content((from, run), count, *session, sdp), newer)
    }

    /// Signs and seals a reply. `salt` must be random.
    pub(crate) fn reply(
        &self,
        keypair: &Keypair,
        count: u64,
        asked: &Asked,
        sdp: &str,
        salt: [u8; SALT_LEN],
    ) -> (Vec<u8>, [u8; 32]) {
        let packed = sdp::pack(sdp);
        let sdp = as_restored(&packed, sdp);
        let content = self.reply_content((self.me, self.run), count, (asked.from, asked.run), asked.invite, sdp);
        let (signed, hash) = envelope::sign(keypair, &content);
        let (addressee, invite) =
            (mark::<ADDRESSEE_LEN>(asked.from.as_bytes()), mark::<INVITE_LEN>(&asked.invite.hash));
        let plain = [&addressee[..], &invite, &signed, &tail(&content, &packed)].concat();
        ([&salt[..], &self.seal(b"reply", &salt, &plain)].concat(), hash)
    }

    /// Opens a reply to one of the invites that are waited for.
    pub(crate) fn open_reply(&self, bytes: &[u8], waiting: &[OpenInvite]) -> Result<Opened, Unfit> {
        let (salt, sealed) = bytes.split_first_chunk::<SALT_LEN>().ok_or(Unfit::Damaged)?;
        let plain = self.unseal(b"reply", salt, sealed)?;
        let (addressee, rest) = plain.split_first_chunk::<ADDRESSEE_LEN>().ok_or(Unfit::Damaged)?;
        let (invite, rest) = rest.split_first_chunk::<INVITE_LEN>().ok_or(Unfit::Damaged)?;
        if *addressee != mark(self.me.as_bytes()) {
            return Err(Unfit::NotForMe);
        }
        let invite = waiting.iter().find(|it| mark(&it.hash) == *invite).ok_or(Unfit::NoSuchInvite)?;
        let Tail { signature, from, run, count, packed } = read_tail(rest)?;
        let Unpacked { sdp, newer } = sdp::unpack(packed).ok_or(Unfit::Damaged)?;
        check(&signature, self.reply_content((from, run), count, (self.me, self.run), *invite, sdp), newer)
    }

    /// As both sides put it together.
    fn invite_content(&self, from: (NodeId, Run), count: u64, session: Session, sdp: String) -> Content {
        let offer = Message::Offer { path: Path::Webrtc, sdp, trickle: false };
        self.content(from, None, count, session, &offer)
    }

    fn reply_content(
        &self,
        from: (NodeId, Run),
        count: u64,
        to: (NodeId, Run),
        invite: OpenInvite,
        sdp: String,
    ) -> Content {
        let answer = Message::Answer { path: Path::Webrtc, sdp, offer: ByteArray::new(invite.hash) };
        self.content(from, Some(to), count, invite.session, &answer)
    }

    fn content(
        &self,
        from: (NodeId, Run),
        to: Option<(NodeId, Run)>,
        count: u64,
        session: Session,
        message: &Message,
    ) -> Content {
        Content {
            room: self.room,
            from: from.0,
            to: to.map(|(node, _)| node),
            session: Some(ByteArray::new(session)),
            run: ByteArray::new(from.1),
            count,
            echo: to.map(|(_, run)| ByteArray::new(run)),
            body: ByteBuf::from(message.encode()),
        }
    }

    fn seal(&self, kind: &[u8], salt: &[u8], plain: &[u8]) -> Vec<u8> {
        XChaCha20Poly1305::new(&self.keys.hand.into())
            .encrypt(XNonce::from_slice(&nonce(kind, salt)), plain)
            .expect("a message of some kilobytes is within what the cipher takes")
    }

    fn unseal(&self, kind: &[u8], salt: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unfit> {
        XChaCha20Poly1305::new(&self.keys.hand.into())
            .decrypt(XNonce::from_slice(&nonce(kind, salt)), sealed)
            .map_err(|_| Unfit::Foreign)
    }
}

/// The kind from the front, the salt from the back: they never meet, so no two kinds share a nonce.
fn nonce(kind: &[u8], salt: &[u8]) -> [u8; 24] {
    let mut nonce = [0; 24];
    nonce.iter_mut().zip(kind).for_each(|(to, from)| *to = *from);
    nonce.iter_mut().rev().zip(salt.iter().rev()).for_each(|(to, from)| *to = *from);
    nonce
}

/// The first bytes: for telling apart, not for proving.
fn mark<const N: usize>(of: &[u8; 32]) -> [u8; N] {
    let mut mark = [0; N];
    mark.iter_mut().zip(of).for_each(|(to, from)| *to = *from);
    mark
}

/// A description as the other side will put it together.
fn as_restored(packed: &[u8], sdp: &str) -> String {
    sdp::unpack(packed).map_or_else(|| sdp.to_owned(), |it| it.sdp)
}

fn check(signature: &[u8; SIGNATURE_LEN], content: Content, newer: bool) -> Result<Opened, Unfit> {
    envelope::check(signature, content).map(|opened| Opened { newer, ..opened }).ok_or(Unfit::Damaged)
}

struct Tail<'a> {
    signature: [u8; SIGNATURE_LEN],
    from: NodeId,
    run: Run,
    count: u64,
    packed: &'a [u8],
}

/// What follows the signature.
fn tail(content: &Content, packed: &[u8]) -> Vec<u8> {
    [content.from.as_bytes(), &content.run.into_array()[..], &sdp::number(content.count), packed].concat()
}

fn read_tail(bytes: &[u8]) -> Result<Tail<'_>, Unfit> {
    let mut rest = Reader(bytes);
    let mut read = || {
        Some(Tail {
            signature: rest.take()?,
            from: NodeId::from_bytes(rest.take()?),
            run: rest.take()?,
            count: rest.number()?,
            packed: rest.0,
        })
    };
    read().ok_or(Unfit::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::RoomLink;

    /// Chromium's on a machine with two addresses and STUN: what a code usually holds.
    const SDP: &str = "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n\
        a=candidate:1 1 udp 2113937151 b0a5d3c2-0a4f-4a3f-8a43-111111111111.local 54609 typ host\r\n\
        a=candidate:2 1 udp 2113937150 b0a5d3c2-0a4f-4a3f-8a43-222222222222.local 54610 typ host\r\n\
        a=candidate:3 1 udp 1677729535 203.0.113.7 40001 typ srflx raddr 0.0.0.0 rport 0\r\n\
        a=ice-ufrag:Wx1k\r\na=ice-pwd:abcdefghijklmnopqrstuv+/\r\n\
        a=fingerprint:sha-256 0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9:0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9\r\n\
        a=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n";
    const SESSION: Session = [4; 16];

    struct Person {
        keys: RoomKeys,
        room: Cid,
        keypair: Keypair,
        run: Run,
    }

    impl Person {
        fn new(n: u8) -> Self {
            let link = RoomLink { room: Cid::of(b"a room"), secret: [7; 32] };
            Self { keys: RoomKeys::new(&link), room: link.room, keypair: Keypair::from_secret([n; 32]), run: [n; 16] }
        }

        fn hand(&self) -> Hand<'_> {
            Hand { keys: &self.keys, room: self.room, me: self.keypair.node(), run: self.run }
        }

        fn invite(&self) -> (Vec<u8>, OpenInvite) {
            let (bytes, hash) = self.hand().invite(&self.keypair, 1, SESSION, SDP);
            (bytes, OpenInvite { session: SESSION, hash })
        }

        fn reply(&self, to: &Self, invite: OpenInvite) -> Vec<u8> {
            let asked = Asked { invite, from: to.keypair.node(), run: to.run };
            self.hand().reply(&self.keypair, 300, &asked, SDP, [9; SALT_LEN]).0
        }
    }

    #[test]
    fn an_invite_and_its_reply_are_read_and_are_small() {
        let (ada, ben) = (Person::new(1), Person::new(2));
        let (bytes, waiting) = ada.invite();
        assert!(bytes.len() < 260, "{} bytes", bytes.len());
        let opened = ben.hand().open_invite(&bytes).unwrap();
        assert_eq!((opened.content.from, opened.hash), (ada.keypair.node(), waiting.hash));
        let reply = ben.reply(&ada, waiting);
        assert!(reply.len() < 270, "{} bytes", reply.len());
        let opened = ada.hand().open_reply(&reply, &[waiting]).unwrap();
        assert_eq!((opened.content.from, opened.content.count), (ben.keypair.node(), 300));
        assert_eq!(opened.content.echo, Some(ByteArray::new(ada.run)));
    }

    #[test]
    fn what_a_later_build_adds_to_a_code_is_skipped_and_told() {
        let (ada, ben) = (Person::new(1), Person::new(2));
        let field = [77, 4, 1, 2, 3, 4];
        let (bytes, waiting) = ada.invite();
        let plain = ben.hand().unseal(b"invite", &SESSION, &bytes[16..]).unwrap();
        let sealed = ada.hand().seal(b"invite", &SESSION, &[&plain[..], &field].concat());
        let opened = ben.hand().open_invite(&[&SESSION[..], &sealed].concat()).unwrap();
        assert_eq!(opened, Opened { newer: true, ..ben.hand().open_invite(&bytes).unwrap() });
        let reply = ben.reply(&ada, waiting);
        let (salt, sealed) = reply.split_at(SALT_LEN);
        let plain = ada.hand().unseal(b"reply", salt, sealed).unwrap();
        let sealed = ben.hand().seal(b"reply", salt, &[&plain[..], &field].concat());
        let opened = ada.hand().open_reply(&[salt, &sealed].concat(), &[waiting]).unwrap();
        assert_eq!(opened, Opened { newer: true, ..ada.hand().open_reply(&reply, &[waiting]).unwrap() });
    }

    #[test]
    fn a_changed_byte_breaks_the_seal() {
        let (ada, ben) = (Person::new(1), Person::new(2));
        let (bytes, waiting) = ada.invite();
        let reply = ben.reply(&ada, waiting);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(ben.hand().open_invite(&changed), Err(Unfit::Foreign), "byte {at}");
        }
        for at in 0..reply.len() {
            let mut changed = reply.clone();
            changed[at] ^= 1;
            assert_eq!(ada.hand().open_reply(&changed, &[waiting]), Err(Unfit::Foreign), "byte {at}");
        }
    }

    #[test]
    fn another_secret_is_foreign() {
        let (ada, mut ben) = (Person::new(1), Person::new(2));
        ben.keys = RoomKeys::new(&RoomLink { room: ben.room, secret: [8; 32] });
        assert_eq!(ben.hand().open_invite(&ada.invite().0), Err(Unfit::Foreign));
    }

    #[test]
    fn a_reply_goes_to_its_addressee_and_its_invite_only() {
        let (ada, ben, cleo) = (Person::new(1), Person::new(2), Person::new(3));
        let (_, waiting) = ada.invite();
        let reply = ben.reply(&ada, waiting);
        assert_eq!(cleo.hand().open_reply(&reply, &[waiting]), Err(Unfit::NotForMe));
        assert_eq!(ada.hand().open_reply(&reply, &[]), Err(Unfit::NoSuchInvite));
        let later = Hand { run: [99; 16], ..ada.hand() };
        assert_eq!(later.open_reply(&reply, &[waiting]), Err(Unfit::Damaged), "the echo is signed");
    }

    #[test]
    fn a_member_cannot_write_for_another() {
        let (ada, ben) = (Person::new(1), Person::new(2));
        let forged = ada.hand().invite(&ben.keypair, 1, SESSION, SDP).0;
        assert_eq!(ben.hand().open_invite(&forged), Err(Unfit::Damaged));
    }

    #[test]
    fn a_short_text_is_damaged_or_foreign() {
        let ada = Person::new(1);
        let (bytes, waiting) = ada.invite();
        assert_eq!(ada.hand().open_invite(&bytes[..15]), Err(Unfit::Damaged));
        assert_eq!(ada.hand().open_invite(&bytes[..40]), Err(Unfit::Foreign));
        assert_eq!(ada.hand().open_reply(&bytes[..9], &[waiting]), Err(Unfit::Damaged));
    }
}
