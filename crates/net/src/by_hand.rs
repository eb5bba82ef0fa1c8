//! Two codes that people carry themselves: an *invite* and the *reply* to it. For places without any network service.
//!
//! `INVITE:` or `REPLY:`, then version (1 byte), what [`crate::hand`] sealed, checksum (4 bytes of sha-256 of all before) in base 41:
//! two bytes are three of 41 characters that a QR code packs two in 11 bits (ISO/IEC 18004, alphanumeric mode), and that mail,
//! chat and people's fingers leave alone; upper and lower case are one. The prefix is for people; what the code says is sealed.

use std::collections::VecDeque;

use crate::{
    envelope::MAX_ENVELOPE,
    hand::Unfit,
    link::{self, RoomLink},
    switchboard::Unreadable,
};

/// 1 was base64url of a whole envelope, twice as long.
const VERSION: u8 = 2;
/// Longer texts are not looked at.
const MAX_TEXT: usize = MAX_ENVELOPE * 3 / 2;
/// Own codes remembered, to tell a person that pastes one back.
const MAX_OWN: usize = 16;
/// The digits of base 41. Of what a QR code packs, they leave out space, `*`, `.` and `:`, which mail and chat change or make links of.
const DIGITS: &[u8; 41] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$%+-/";
/// How codes of version 1 began.
const OLDER: [&str; 2] = ["invite.", "reply."];

/// Which of the two codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandCode {
    /// The first: it asks.
    Invite,
    /// The second: it answers.
    Reply,
}

impl HandCode {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Invite => "INVITE:",
            Self::Reply => "REPLY:",
        }
    }

    /// What a text claims to be, whether or not it is intact.
    pub fn of(text: &str) -> Option<Self> {
        let text = plain(text);
        [Self::Invite, Self::Reply].into_iter().find(|kind| text.starts_with(kind.prefix()))
    }
}

/// Without white space (mail wraps lines), in upper case (a QR code has no other).
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect()
}

/// Why a code leads nowhere; the texts are for the person who pasted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ByHandError {
    /// Neither invite nor reply.
    #[error("this is not a code made by hand: an invite starts with \"INVITE:\", a reply with \"REPLY:\"")]
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
    /// Made by an older version.
    #[error(
        "this code was made by an older version of Paceline: the other side should reload the page and make a new one"
    )]
    Older,
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
            Self::Older => "code-older",
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

impl From<Unfit> for ByHandError {
    fn from(error: Unfit) -> Self {
        match error {
            Unfit::Foreign => Self::AnotherRoom,
            Unfit::Damaged => Self::Damaged,
            Unfit::NotForMe => Self::AnotherTab,
            Unfit::NoSuchInvite => Self::TooLate,
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
    pub(crate) fn write(&mut self, kind: HandCode, sealed: &[u8]) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(sealed);
        link::push_checksum(&mut bytes);
        let code = kind.prefix().to_owned() + &encode(&bytes);
        if self.own.len() == MAX_OWN {
            self.own.pop_front();
        }
        self.own.push_back(code.clone());
        code
    }

    /// What is sealed in a code of the kind that is wanted.
    pub(crate) fn read(&self, wanted: HandCode, text: &str) -> Result<Vec<u8>, ByHandError> {
        if text.contains(link::ROUTE) || RoomLink::parse(text).is_ok() {
            return Err(ByHandError::RoomLink);
        }
        if text.len() > MAX_TEXT {
            return Err(ByHandError::NotACode);
        }
        if OLDER.iter().any(|prefix| text.trim_start().starts_with(prefix)) {
            return Err(ByHandError::Older);
        }
        let kind = HandCode::of(text).ok_or(ByHandError::NotACode)?;
        let text = plain(text);
        if self.own.contains(&text) {
            return Err(ByHandError::OwnCode);
        }
        match (wanted, kind) {
            (HandCode::Invite, HandCode::Reply) => return Err(ByHandError::InviteWanted),
            (HandCode::Reply, HandCode::Invite) => return Err(ByHandError::ReplyWanted),
            _ => {}
        }
        let code = text.strip_prefix(kind.prefix()).unwrap_or_default();
        let bytes = decode(code).ok_or(ByHandError::Damaged)?;
        let content = link::without_checksum(&bytes).ok_or(ByHandError::Damaged)?;
        match content.split_first() {
            Some((&VERSION, sealed)) => Ok(sealed.to_vec()),
            Some((version, _)) if *version > VERSION => Err(ByHandError::Newer),
            _ => Err(ByHandError::Damaged),
        }
    }
}

/// Two bytes in three digits, a last one in two; the lowest digit first.
fn encode(bytes: &[u8]) -> String {
    let digits = |pair: &[u8]| {
        let mut value = pair.iter().fold(0, |value, byte| value << 8 | usize::from(*byte));
        let mut digit = || {
            let digit = DIGITS.get(value % DIGITS.len()).map_or('0', |digit| char::from(*digit));
            value /= DIGITS.len();
            digit
        };
        (0..=pair.len()).map(|_| digit()).collect::<String>()
    };
    bytes.chunks(2).map(digits).collect()
}

fn decode(code: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(code.len() * 2 / 3);
    for digits in code.as_bytes().chunks(3) {
        let mut value = 0;
        for digit in digits.iter().rev() {
            value = value * DIGITS.len() + DIGITS.iter().position(|known| known == digit)?;
        }
        match digits.len() {
            3 => bytes.extend_from_slice(&u16::try_from(value).ok()?.to_be_bytes()),
            2 => bytes.push(u8::try_from(value).ok()?),
            _ => return None,
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use paceline_room::Cid;
    use proptest::prelude::*;

    use super::*;

    fn code(kind: HandCode) -> String {
        Codes::default().write(kind, b"an envelope")
    }

    fn read(wanted: HandCode, text: &str) -> Result<Vec<u8>, ByHandError> {
        Codes::default().read(wanted, text)
    }

    #[test]
    fn a_code_reads_back_even_wrapped_over_lines() {
        let mut wrapped = code(HandCode::Invite).to_lowercase();
        wrapped.insert_str(12, "\r\n ");
        assert_eq!(read(HandCode::Invite, &format!("  {wrapped}\n")), Ok(b"an envelope".to_vec()));
    }

    #[test]
    fn a_code_in_the_wrong_place_says_which_is_wanted() {
        assert_eq!(read(HandCode::Invite, &code(HandCode::Reply)), Err(ByHandError::InviteWanted));
        assert_eq!(read(HandCode::Reply, &code(HandCode::Invite)), Err(ByHandError::ReplyWanted));
    }

    #[test]
    fn a_room_link_is_named_whole_or_bare() {
        let link = RoomLink { room: Cid::of(b"a room"), secret: [7; 32] };
        assert_eq!(read(HandCode::Invite, &link.url("https://example.org/")), Err(ByHandError::RoomLink));
        assert_eq!(read(HandCode::Invite, &link.code()), Err(ByHandError::RoomLink));
    }

    #[test]
    fn an_own_code_pasted_back_is_named() {
        let mut codes = Codes::default();
        let invite = codes.write(HandCode::Invite, b"x");
        assert_eq!(codes.read(HandCode::Invite, &invite), Err(ByHandError::OwnCode));
        assert_eq!(codes.read(HandCode::Reply, &invite), Err(ByHandError::OwnCode));
    }

    #[test]
    fn other_texts_are_no_codes() {
        for text in ["", "hello", "invite", &"A".repeat(MAX_TEXT + 1)] {
            assert_eq!(read(HandCode::Invite, text), Err(ByHandError::NotACode));
        }
    }

    #[test]
    fn a_cut_code_is_damaged() {
        let code = code(HandCode::Invite);
        for end in HandCode::Invite.prefix().len()..code.len() {
            assert_eq!(read(HandCode::Invite, &code[..end]), Err(ByHandError::Damaged));
        }
    }

    #[test]
    fn a_newer_code_is_newer() {
        let mut bytes = vec![VERSION + 1, 1, 1];
        link::push_checksum(&mut bytes);
        let text = format!("INVITE:{}", encode(&bytes));
        assert_eq!(read(HandCode::Invite, &text), Err(ByHandError::Newer));
    }

    #[test]
    fn a_code_of_the_first_version_is_older() {
        assert_eq!(read(HandCode::Invite, "invite.AQGGGGGGGGGG"), Err(ByHandError::Older));
        assert_eq!(read(HandCode::Reply, " reply.AQGGGGGGGGGG"), Err(ByHandError::Older));
    }

    #[test]
    fn only_what_base_41_writes_is_read() {
        assert_eq!(encode(&[0, 0, 255, 255]).len(), 6);
        assert_eq!(decode("//"), None, "more than a byte");
        assert_eq!(decode("///"), None, "more than two bytes");
        assert_eq!(decode("0"), None, "half a byte");
        assert_eq!(decode("0.0"), None, "no digit");
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
            Older,
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
        fn any_bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..50)) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }

        #[test]
        fn one_changed_character_is_noticed(at in 7usize..25, new in "[A-Z0-9$%+/-]") {
            let good = code(HandCode::Invite);
            let mut changed = good.clone();
            changed.replace_range(at..=at, &new);
            prop_assume!(changed != good);
            prop_assert!(read(HandCode::Invite, &changed).is_err());
        }
    }
}
