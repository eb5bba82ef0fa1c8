//! Two codes that people carry themselves: an *invite* and the *reply* to it. For places without any network service.
//!
//! `invite.` or `reply.`, then unpadded base64url of version (1 byte), envelope, checksum (4 bytes of sha-256 of all before).
//! The prefix is for people; what the code says is in the sealed envelope.

use std::collections::VecDeque;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    envelope::{EnvelopeError, MAX_ENVELOPE},
    link::{self, RoomLink},
    switchboard::Unreadable,
};

const VERSION: u8 = 1;
/// Longer texts are not looked at.
const MAX_TEXT: usize = MAX_ENVELOPE * 3 / 2;
/// Own codes remembered, to tell a person that pastes one back.
const MAX_OWN: usize = 16;

/// Which of the two codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Invite,
    Reply,
}

impl Kind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Invite => "invite.",
            Self::Reply => "reply.",
        }
    }
}

/// Why a code leads nowhere; the texts are for the person who pasted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ByHandError {
    /// Neither invite nor reply.
    #[error("this is not a code made by hand: an invite starts with \"invite.\", a reply with \"reply.\"")]
    NotACode,
    /// The room's link.
    #[error("this is the room's link: open it in the other browser; here the code is wanted that it shows there")]
    RoomLink,
    /// A reply where an invite is wanted.
    #[error("this is a reply: it goes to the tab that made the invite; here an invite is wanted")]
    InviteWanted,
    /// An invite where a reply is wanted.
    #[error("this is an invite: here the reply to your own invite is wanted")]
    ReplyWanted,
    /// This tab made it.
    #[error("this code was made in this tab: send it to the other person")]
    OwnCode,
    /// Changed or cut on its way.
    #[error("this code is damaged or cut short: copy it again, from its first to its last character")]
    Damaged,
    /// Made by a newer version.
    #[error("this code was made by a newer version of Paceline: reload the page to get that version")]
    Newer,
    /// Another room's, or made with another link.
    #[error("this code is for another room: open the same room link on both sides")]
    AnotherRoom,
    /// It answers an invite of another tab.
    #[error("this reply is for another tab: paste it where the invite was made")]
    AnotherTab,
    /// Its invite is not waited for any more.
    #[error(
        "this reply comes too late: its invite ended when the page was reloaded or after half an hour; make a new one"
    )]
    TooLate,
    /// Pasted before.
    #[error("this code was used already: make a new invite")]
    UsedBefore,
    /// Both are linked.
    #[error("you are connected with this person already")]
    AlreadyLinked,
    /// No WebRTC here.
    #[error("this browser cannot connect by hand: WebRTC is switched off or found no network")]
    Unavailable,
    /// Offline, or going offline meanwhile.
    #[error("this tab is offline: go online first")]
    Offline,
}

impl ByHandError {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotACode => "not-a-code",
            Self::RoomLink => "code-is-room-link",
            Self::InviteWanted => "invite-wanted",
            Self::ReplyWanted => "reply-wanted",
            Self::OwnCode => "own-code",
            Self::Damaged => "code-damaged",
            Self::Newer => "code-newer",
            Self::AnotherRoom => "code-of-another-room",
            Self::AnotherTab => "code-of-another-tab",
            Self::TooLate => "code-too-late",
            Self::UsedBefore => "code-used",
            Self::AlreadyLinked => "already-connected",
            Self::Unavailable => "by-hand-unavailable",
            Self::Offline => "offline",
        }
    }
}

impl From<EnvelopeError> for ByHandError {
    fn from(error: EnvelopeError) -> Self {
        match error {
            EnvelopeError::Foreign | EnvelopeError::WrongRoom => Self::AnotherRoom,
            EnvelopeError::NotForMe => Self::AnotherTab,
            EnvelopeError::TooLarge
            | EnvelopeError::Malformed
            | EnvelopeError::Forged
            | EnvelopeError::BadSignature => Self::Damaged,
        }
    }
}

impl From<Unreadable> for ByHandError {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::NotExpected => Self::Damaged,
            Unreadable::UsedBefore => Self::UsedBefore,
            Unreadable::TooLate => Self::TooLate,
        }
    }
}

/// Writes codes, reads them, and knows its own.
#[derive(Debug, Default)]
pub(crate) struct Codes {
    own: VecDeque<String>,
}

impl Codes {
    pub(crate) fn write(&mut self, kind: Kind, envelope: &[u8]) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(envelope);
        link::push_checksum(&mut bytes);
        let code = format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(bytes));
        if self.own.len() == MAX_OWN {
            self.own.pop_front();
        }
        self.own.push_back(code.clone());
        code
    }

    /// The envelope in a code of the kind that is wanted. White space inside is nothing: mail wraps lines.
    pub(crate) fn read(&self, wanted: Kind, text: &str) -> Result<Vec<u8>, ByHandError> {
        if text.contains(link::ROUTE) || RoomLink::parse(text).is_ok() {
            return Err(ByHandError::RoomLink);
        }
        if text.len() > MAX_TEXT {
            return Err(ByHandError::NotACode);
        }
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if self.own.contains(&text) {
            return Err(ByHandError::OwnCode);
        }
        let (kind, code) = [Kind::Invite, Kind::Reply]
            .into_iter()
            .find_map(|kind| Some((kind, text.strip_prefix(kind.prefix())?)))
            .ok_or(ByHandError::NotACode)?;
        match (wanted, kind) {
            (Kind::Invite, Kind::Reply) => return Err(ByHandError::InviteWanted),
            (Kind::Reply, Kind::Invite) => return Err(ByHandError::ReplyWanted),
            _ => {}
        }
        let bytes = URL_SAFE_NO_PAD.decode(code).map_err(|_| ByHandError::Damaged)?;
        let content = link::without_checksum(&bytes).ok_or(ByHandError::Damaged)?;
        match content.split_first() {
            Some((&VERSION, envelope)) => Ok(envelope.to_vec()),
            Some((version, _)) if *version > VERSION => Err(ByHandError::Newer),
            _ => Err(ByHandError::Damaged),
        }
    }
}

#[cfg(test)]
mod tests {
    use paceline_room::Cid;
    use proptest::prelude::*;

    use super::*;

    fn code(kind: Kind) -> String {
        Codes::default().write(kind, b"an envelope")
    }

    fn read(wanted: Kind, text: &str) -> Result<Vec<u8>, ByHandError> {
        Codes::default().read(wanted, text)
    }

    #[test]
    fn a_code_reads_back_even_wrapped_over_lines() {
        let wrapped = code(Kind::Invite).replace("AW", "A\r\n W");
        assert_eq!(read(Kind::Invite, &format!("  {wrapped}\n")), Ok(b"an envelope".to_vec()));
    }

    #[test]
    fn a_code_in_the_wrong_place_says_which_is_wanted() {
        assert_eq!(read(Kind::Invite, &code(Kind::Reply)), Err(ByHandError::InviteWanted));
        assert_eq!(read(Kind::Reply, &code(Kind::Invite)), Err(ByHandError::ReplyWanted));
    }

    #[test]
    fn a_room_link_is_named_whole_or_bare() {
        let link = RoomLink { room: Cid::of(b"a room"), secret: [7; 32] };
        assert_eq!(read(Kind::Invite, &link.url("https://example.org/")), Err(ByHandError::RoomLink));
        assert_eq!(read(Kind::Invite, &link.code()), Err(ByHandError::RoomLink));
    }

    #[test]
    fn an_own_code_pasted_back_is_named() {
        let mut codes = Codes::default();
        let invite = codes.write(Kind::Invite, b"x");
        assert_eq!(codes.read(Kind::Invite, &invite), Err(ByHandError::OwnCode));
        assert_eq!(codes.read(Kind::Reply, &invite), Err(ByHandError::OwnCode));
    }

    #[test]
    fn other_texts_are_no_codes() {
        for text in ["", "hello", "invite", &"A".repeat(MAX_TEXT + 1)] {
            assert_eq!(read(Kind::Invite, text), Err(ByHandError::NotACode));
        }
    }

    #[test]
    fn a_cut_code_is_damaged() {
        let code = code(Kind::Invite);
        for end in Kind::Invite.prefix().len()..code.len() {
            assert_eq!(read(Kind::Invite, &code[..end]), Err(ByHandError::Damaged));
        }
    }

    #[test]
    fn a_newer_code_is_newer() {
        let mut bytes = vec![2, 1, 1];
        link::push_checksum(&mut bytes);
        let text = format!("invite.{}", URL_SAFE_NO_PAD.encode(bytes));
        assert_eq!(read(Kind::Invite, &text), Err(ByHandError::Newer));
    }

    #[test]
    fn each_error_says_something_of_its_own() {
        use ByHandError::*;
        let all = [
            NotACode,
            RoomLink,
            InviteWanted,
            ReplyWanted,
            OwnCode,
            Damaged,
            Newer,
            AnotherRoom,
            AnotherTab,
            TooLate,
            UsedBefore,
            AlreadyLinked,
            Unavailable,
            Offline,
        ];
        let codes: std::collections::BTreeSet<_> = all.iter().map(|error| error.code()).collect();
        let texts: std::collections::BTreeSet<_> = all.iter().map(ToString::to_string).collect();
        assert_eq!((codes.len(), texts.len()), (all.len(), all.len()));
    }

    proptest! {
        #[test]
        fn one_changed_character_is_noticed(at in 7usize..25, new in "[A-Za-z0-9_-]") {
            let good = code(Kind::Invite);
            let mut changed = good.clone();
            changed.replace_range(at..=at, &new);
            prop_assume!(changed != good);
            prop_assert!(read(Kind::Invite, &changed).is_err());
        }
    }
}
