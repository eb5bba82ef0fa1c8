//! What the fuzz targets need of what is private here: each decoder with its encoder, and sealing what no node would seal.
//! Never on in the page. It asserts nothing: the targets do.

use futures::{executor::block_on, io::Cursor};
use paceline_room::{Cid, Keypair, NodeId};

use crate::{
    envelope::{self, Content, Run},
    hand::{Asked, Hand, OpenInvite, Unfit},
    keys::RoomKeys,
    lanes::Frame,
    message::{Message, Unread},
    nostr::fuzzing as nostr,
    out_of_band::{Codes, HandCode, OutOfBandError},
    sdp,
};

pub use nostr::{Heard, content_of, envelope_of, event as nostr_event, heard, named_time, said_as};

/// Seals bytes in the place of a content, signed by this key.
pub fn seal_content(
    keys: &RoomKeys,
    keypair: &Keypair,
    to: Option<&NodeId>,
    content: &[u8],
    nonce: &[u8; 24],
) -> Vec<u8> {
    let signature = keypair.sign(&[envelope::DOMAIN, content].concat());
    envelope::seal_raw(keys, to, &signature, content, nonce).0
}

/// A message of signalling: its kind's place among them all, written again, and whether there was more in it; or the code under
/// which it is counted.
///
/// # Errors
/// It is not read.
pub fn signal(bytes: &[u8]) -> Result<(Vec<u8>, bool), &'static str> {
    Message::decode(bytes).map(|(message, newer)| (message.encode(), newer)).map_err(Unread::code)
}

/// The packed form of a session description.
pub fn pack(sdp: &str) -> Vec<u8> {
    sdp::pack(sdp)
}

/// A session description, and whether there was more in it.
pub fn unpack(packed: &[u8]) -> Option<(String, bool)> {
    sdp::unpack(packed).map(|it| (it.sdp, it.newer))
}

/// Frames, and how a lane ended.
pub type Frames = (Vec<Option<Vec<u8>>>, Result<(), Option<&'static str>>);

/// The frames of a lane, each written again unless it is of a later build; and whether the lane ended in order, or the code
/// under which its end is counted.
pub fn frames(bytes: &[u8]) -> Frames {
    let (mut from, mut frames) = (Cursor::new(bytes), Vec::new());
    loop {
        match block_on(Frame::read(&mut from)) {
            Ok(Some(Frame::Later)) => frames.push(None),
            Ok(Some(frame)) => frames.push(Some(frame.encode())),
            Ok(None) => return (frames, Ok(())),
            Err(error) => return (frames, Err(error.code())),
        }
    }
}

/// The code in which this is sealed.
pub fn write_code(kind: HandCode, sealed: &[u8]) -> String {
    Codes::default().write(kind, sealed)
}

/// What is sealed in the code of that kind in a text.
///
/// # Errors
/// There is none.
pub fn read_code(kind: HandCode, text: &str) -> Result<Vec<u8>, OutOfBandError> {
    Codes::default().read(kind, text)
}

/// Somebody who makes and reads out-of-band codes.
#[derive(Debug)]
pub struct Carrier {
    /// The room's.
    pub keys: RoomKeys,
    /// The room.
    pub room: Cid,
    /// Who it is.
    pub keypair: Keypair,
    /// Its run.
    pub run: Run,
}

/// What was carried, opened: who wrote it, and the description in it; or the place of what is wrong with it among all that can be.
pub type Carried = Result<(Content, bool), &'static str>;

impl Carrier {
    fn hand(&self) -> Hand<'_> {
        Hand { keys: &self.keys, room: self.room, me: self.keypair.node(), run: self.run }
    }

    /// An invite, and its hash.
    pub fn invite(&self, session: [u8; 16], sdp: &str) -> (Vec<u8>, [u8; 32]) {
        self.hand().invite(&self.keypair, 1, session, sdp)
    }

    /// Opens an invite.
    ///
    /// # Errors
    /// It is none.
    pub fn open_invite(&self, bytes: &[u8]) -> Carried {
        self.hand().open_invite(bytes).map(|it| (it.content, it.newer)).map_err(unfit)
    }

    /// A reply to an invite of `to`.
    pub fn reply(&self, to: &Self, session: [u8; 16], hash: [u8; 32], sdp: &str, salt: [u8; 12]) -> Vec<u8> {
        let asked = Asked { invite: OpenInvite { session, hash }, from: to.keypair.node(), run: to.run };
        self.hand().reply(&self.keypair, 1, &asked, sdp, salt).0
    }

    /// Opens a reply to that invite.
    ///
    /// # Errors
    /// It is none.
    pub fn open_reply(&self, bytes: &[u8], session: [u8; 16], hash: [u8; 32]) -> Carried {
        let waiting = [OpenInvite { session, hash }];
        self.hand().open_reply(bytes, &waiting).map(|it| (it.content, it.newer)).map_err(unfit)
    }
}

fn unfit(unfit: Unfit) -> &'static str {
    OutOfBandError::from(unfit).code()
}
