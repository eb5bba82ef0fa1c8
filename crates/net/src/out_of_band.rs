//! Two codes that people carry themselves: an *invite* and the *reply* to it. For places without any network service.
//!
//! `INVITE:` or `REPLY:`, then version (1 byte), what [`crate::hand`] sealed, checksum (4 bytes of sha-256 of all before) in base 41:
//! two bytes are three of 41 characters that a QR code packs two in 11 bits (ISO/IEC 18004, alphanumeric mode), and that mail,
//! chat and people's fingers leave alone; upper and lower case are one. The prefix is for people; what the code says is sealed.
//!
//! A code is found in whatever was pasted (a mail that quotes it, with words around): it begins after a prefix, what is no
//! digit is left out, and it ends where a checksum fits. No code ends in a character that what makes links of texts cuts off:
//! the last digit of three is at most `+`, that of two at most `6`.
//!
//! **Version.** What a code holds is signed as a whole ([`crate::hand`]), so there is no field that an older build could skip:
//! whatever is added is a new version, and told as such.

use std::collections::VecDeque;

use crate::{
    envelope::MAX_ENVELOPE,
    hand::Unfit,
    link::{self, LinkError, RoomLink},
    switchboard::Unreadable,
};

/// 1 was base64url of a whole envelope, twice as long.
const VERSION: u8 = 2;
/// Longer texts are not looked at.
const MAX_TEXT: usize = MAX_ENVELOPE * 3 / 2;
/// Own codes remembered, to tell a person that pastes one back.
const MAX_OWN: usize = 16;
/// The digits of base 41. Of what a QR code packs, they leave out space, `*`, `.` and `:`, which mail and chat change or make
/// links of.
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

    /// What a text holds or claims to hold. Where both are, it is a reply with the invite that it answers.
    pub fn of(text: &str) -> Option<Self> {
        let pasted = Pasted::new(text);
        let kinds = || [Self::Reply, Self::Invite].into_iter();
        let whole = kinds().find(|kind| pasted.codes(*kind).any(|code| matches!(code, Code::Whole(_))));
        whole.or_else(|| kinds().find(|kind| pasted.codes(*kind).next().is_some()))
    }
}

/// What stands after a prefix.
#[derive(Debug, PartialEq, Eq)]
enum Code {
    /// What is sealed in it.
    Whole(Vec<u8>),
    /// Of a newer version.
    Newer,
    /// No checksum fits.
    Damaged,
}

/// A text without all that is neither digit nor colon, in upper case (a QR code has no other).
struct Pasted(String);

impl Pasted {
    fn new(text: &str) -> Self {
        let text = text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or_default();
        let upper = text.bytes().map(|it| it.to_ascii_uppercase());
        Self(upper.filter(|it| *it == b':' || DIGITS.contains(it)).map(char::from).collect())
    }

    /// What follows each prefix of that kind, in order.
    fn codes(&self, kind: HandCode) -> impl Iterator<Item = Code> {
        let after = self.0.split(kind.prefix()).skip(1);
        after.map(|it| read(it.split(':').next().unwrap_or_default()))
    }
}

/// The code with which digits begin.
fn read(digits: &str) -> Code {
    let bytes = decode(digits);
    let last = |at: usize| {
        let of_two = || pair(digits.as_bytes().get(at / 2 * 3..at / 2 * 3 + 2)?);
        if at.is_multiple_of(2) { of_two() } else { bytes.get(at).copied() }
    };
    let mut newer = false;
    for content in link::contents(&bytes, last) {
        match content.split_first() {
            Some((&VERSION, sealed)) => return Code::Whole(sealed.to_vec()),
            Some((version, _)) => newer |= *version > VERSION,
            None => {}
        }
    }
    if newer { Code::Newer } else { Code::Damaged }
}

/// Why a code leads nowhere; the texts are for the person who pasted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutOfBandError {
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

impl OutOfBandError {
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

impl From<Unfit> for OutOfBandError {
    fn from(error: Unfit) -> Self {
        match error {
            Unfit::Foreign => Self::AnotherRoom,
            Unfit::Damaged => Self::Damaged,
            Unfit::NotForMe => Self::AnotherTab,
            Unfit::NoSuchInvite => Self::TooLate,
        }
    }
}

impl From<Unreadable> for OutOfBandError {
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
    /// What is sealed in them.
    own: VecDeque<Vec<u8>>,
}

impl Codes {
    pub(crate) fn write(&mut self, kind: HandCode, sealed: &[u8]) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(sealed);
        link::push_checksum(&mut bytes);
        if self.own.len() == MAX_OWN {
            self.own.pop_front();
        }
        self.own.push_back(sealed.to_vec());
        kind.prefix().to_owned() + &encode(&bytes)
    }

    /// What is sealed in the first code of the kind that is wanted; if there is none, what there is instead.
    pub(crate) fn read(&self, wanted: HandCode, text: &str) -> Result<Vec<u8>, OutOfBandError> {
        let pasted = Pasted::new(text);
        let mut error = None;
        for code in pasted.codes(wanted) {
            match code {
                Code::Whole(sealed) if self.own.contains(&sealed) => error = Some(OutOfBandError::OwnCode),
                Code::Whole(sealed) => return Ok(sealed),
                Code::Newer => error = error.or(Some(OutOfBandError::Newer)),
                Code::Damaged => error = error.or(Some(OutOfBandError::Damaged)),
            }
        }
        let (other, its_error) = match wanted {
            HandCode::Invite => (HandCode::Reply, OutOfBandError::InviteWanted),
            HandCode::Reply => (HandCode::Invite, OutOfBandError::ReplyWanted),
        };
        let mut others = pasted.codes(other);
        let another = others.next().map(|first| {
            match std::iter::once(first).chain(others).find(|it| matches!(it, Code::Whole(_))) {
                Some(Code::Whole(sealed)) if self.own.contains(&sealed) => OutOfBandError::OwnCode,
                _ => its_error,
            }
        });
        if let Some(error) = error.or(another) {
            return Err(error);
        }
        if text.contains(link::ROUTE) || matches!(RoomLink::parse(text), Ok(_) | Err(LinkError::Newer)) {
            return Err(OutOfBandError::RoomLink);
        }
        let older = OLDER.iter().any(|prefix| text.trim_start().starts_with(prefix));
        Err(if older { OutOfBandError::Older } else { OutOfBandError::NotACode })
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

/// Every two bytes with which digits begin. A last one by itself is for [`pair`].
fn decode(digits: &str) -> Vec<u8> {
    let (triples, _) = digits.as_bytes().as_chunks::<3>();
    triples.iter().map_while(|it| u16::try_from(value(it)?).ok()).flat_map(u16::to_be_bytes).collect()
}

/// The byte in two digits.
fn pair(digits: &[u8]) -> Option<u8> {
    u8::try_from(value(digits)?).ok()
}

fn value(digits: &[u8]) -> Option<usize> {
    let place = |digit: &u8| DIGITS.iter().position(|known| known == digit);
    digits.iter().rev().try_fold(0, |value, digit| Some(value * DIGITS.len() + place(digit)?))
}

#[cfg(test)]
mod tests {
    use paceline_room::Cid;
    use proptest::prelude::*;

    use super::*;

    fn code(kind: HandCode) -> String {
        Codes::default().write(kind, b"an envelope")
    }

    fn read(wanted: HandCode, text: &str) -> Result<Vec<u8>, OutOfBandError> {
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
        assert_eq!(read(HandCode::Invite, &code(HandCode::Reply)), Err(OutOfBandError::InviteWanted));
        assert_eq!(read(HandCode::Reply, &code(HandCode::Invite)), Err(OutOfBandError::ReplyWanted));
    }

    #[test]
    fn a_room_link_is_named_whole_or_bare() {
        let link = RoomLink { room: Cid::of(b"a room"), secret: [7; 32] };
        assert_eq!(read(HandCode::Invite, &link.url("https://example.org/")), Err(OutOfBandError::RoomLink));
        assert_eq!(read(HandCode::Invite, &link.code()), Err(OutOfBandError::RoomLink));
    }

    #[test]
    fn an_own_code_pasted_back_is_named() {
        let mut codes = Codes::default();
        let invite = codes.write(HandCode::Invite, b"x");
        assert_eq!(codes.read(HandCode::Invite, &invite), Err(OutOfBandError::OwnCode));
        assert_eq!(codes.read(HandCode::Reply, &invite), Err(OutOfBandError::OwnCode));
    }

    #[test]
    fn other_texts_are_no_codes() {
        for text in ["", "hello", "invite", "here is my invite", &"A".repeat(MAX_TEXT + 1)] {
            assert_eq!(read(HandCode::Invite, text), Err(OutOfBandError::NotACode));
        }
    }

    #[test]
    fn a_cut_code_is_damaged() {
        let code = code(HandCode::Invite);
        for end in HandCode::Invite.prefix().len()..code.len() {
            assert_eq!(read(HandCode::Invite, &code[..end]), Err(OutOfBandError::Damaged));
        }
    }

    #[test]
    fn a_code_is_found_in_what_people_paste() {
        for sealed in [&b"an envelope"[..], b"an envelope!"] {
            let code = Codes::default().write(HandCode::Invite, sealed);
            let (start, end) = code.split_at(20);
            let texts = [
                format!("{code}."),
                format!("({code})"),
                format!("*{code}*"),
                format!("\"{code}\""),
                format!("{code}\u{200b}"),
                format!("Hello! This is my code: {code} See you in a minute."),
                format!("{code}see you"),
                format!("> Hello,\r\n> {start}\r\n> {end}\r\n> See you"),
                format!("{start}=\r\n{end}"),
                format!("{start}\u{ad}{end}"),
                format!("> my own invite: not here\n\n{code}"),
                format!("First open https://example.org/#/r/AQ, then paste {code}"),
            ];
            for text in texts {
                assert_eq!(read(HandCode::Invite, &text), Ok(sealed.to_vec()), "{text}");
                assert_eq!(HandCode::of(&text), Some(HandCode::Invite), "{text}");
            }
        }
    }

    #[test]
    fn a_reply_that_quotes_its_invite_is_a_reply() {
        let mut codes = Codes::default();
        let invite = codes.write(HandCode::Invite, b"mine");
        let reply = Codes::default().write(HandCode::Reply, b"theirs");
        for text in [format!("{reply}\n\nOn Monday I wrote:\n> {invite}"), format!("> {invite}\n\n{reply}")] {
            assert_eq!(HandCode::of(&text), Some(HandCode::Reply));
            assert_eq!(codes.read(HandCode::Reply, &text), Ok(b"theirs".to_vec()));
            assert_eq!(codes.read(HandCode::Invite, &text), Err(OutOfBandError::OwnCode));
        }
    }

    #[test]
    fn of_two_codes_the_first_whole_one_counts() {
        let other = Codes::default().write(HandCode::Invite, b"another");
        let damaged = code(HandCode::Invite).replace('0', "1").replace('A', "B");
        let text = format!("{damaged}, no: {other}, or: {}", code(HandCode::Invite));
        assert_eq!(read(HandCode::Invite, &text), Ok(b"another".to_vec()));
        assert_eq!(read(HandCode::Invite, &damaged), Err(OutOfBandError::Damaged));
    }

    #[test]
    fn a_newer_code_is_newer() {
        let mut bytes = vec![VERSION + 1, 1, 1];
        link::push_checksum(&mut bytes);
        let text = format!("INVITE:{}", encode(&bytes));
        assert_eq!(read(HandCode::Invite, &text), Err(OutOfBandError::Newer));
        assert_eq!(read(HandCode::Invite, &format!("so: {text}, see you")), Err(OutOfBandError::Newer));
    }

    #[test]
    fn a_code_of_the_first_version_is_older() {
        assert_eq!(read(HandCode::Invite, "invite.AQGGGGGGGGGG"), Err(OutOfBandError::Older));
        assert_eq!(read(HandCode::Reply, " reply.AQGGGGGGGGGG"), Err(OutOfBandError::Older));
    }

    #[test]
    fn only_what_base_41_writes_is_read() {
        assert_eq!(encode(&[0, 0, 255, 255]).len(), 6);
        assert_eq!(pair(b"//"), None, "more than a byte");
        assert!(decode("///000").is_empty(), "more than two bytes");
        assert!(decode("00").is_empty(), "half of it");
        assert!(decode("0.0000").is_empty(), "no digit");
    }

    #[test]
    fn each_error_says_something_of_its_own() {
        use OutOfBandError::*;
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
        fn any_bytes_come_back(sealed in proptest::collection::vec(any::<u8>(), 0..50)) {
            let code = Codes::default().write(HandCode::Reply, &sealed);
            prop_assert!(code.ends_with(|it: char| it.is_ascii_alphanumeric() || matches!(it, '$' | '%' | '+')), "{}", code);
            prop_assert_eq!(read(HandCode::Reply, &code), Ok(sealed));
        }

        #[test]
        fn a_code_in_any_surroundings_is_found(
            sealed in proptest::collection::vec(any::<u8>(), 0..40), before in any::<String>(), after in any::<String>(),
            at in 0..20_usize, within in "[\\s>|*\"'.,;=\u{200b}\u{ad}\u{feff}]{0,4}",
        ) {
            let mut code = Codes::default().write(HandCode::Invite, &sealed);
            code.insert_str(at.min(code.len()), &within);
            prop_assert_eq!(read(HandCode::Invite, &format!("{before}{code}{after}")), Ok(sealed));
        }

        #[test]
        fn any_text_is_read_without_panic(text in any::<String>()) {
            let _ = HandCode::of(&text);
            let _ = read(HandCode::Invite, &format!("INVITE:{text}"));
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
