//! The room link: `<page>#/r/<code>`. The code is all a newcomer needs: which room, and the secret that opens it.
//!
//! It does not fetch or check the room itself: an intact link to a room that nobody holds any more is still a link.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use paceline_room::Cid;
use sha2::{Digest, Sha256};

/// The version this build writes and reads.
pub const LINK_VERSION: u8 = 1;
/// What stands before the code in the fragment.
pub const ROUTE: &str = "#/r/";

/// Bytes of the checksum at the end of a code.
pub(crate) const CHECKSUM_LEN: usize = 4;
/// Version, room digest, secret, checksum.
const LINK_LEN: usize = 1 + 32 + 32 + CHECKSUM_LEN;
/// Shorter than this, what stands alone is some word rather than a shortened code.
const MIN_BARE_CHARS: usize = 40;
/// Longer codes than this are not looked at.
const MAX_CODE_CHARS: usize = 4096;

/// The link of a room.
#[derive(Clone, PartialEq, Eq)]
pub struct RoomLink {
    /// The CID of the founding event.
    pub room: Cid,
    /// Whoever has it is a member.
    pub secret: [u8; 32],
}

/// Why a text is not a link that can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Nothing in it looks like a room link.
    #[error("this is not a room link: a room link has #/r/ in it, followed by a long code")]
    NotALink,
    /// The end is missing.
    #[error("this room link is cut short: copy it again, up to its last character")]
    Truncated,
    /// A character is wrong.
    #[error("this room link is damaged: a part of it was changed on its way; ask for it again")]
    Damaged,
    /// It was made by a newer version.
    #[error("this room link was made by a newer version of Paceline: reload the page to get that version")]
    Newer,
}

impl LinkError {
    /// The stable code of the notice.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotALink | Self::Truncated | Self::Damaged => "bad-link",
            Self::Newer => "newer-link",
        }
    }
}

impl RoomLink {
    /// Reads a full URL, its fragment, or the bare code.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        let code = match text.find(ROUTE) {
            Some(at) => text.get(at + ROUTE.len()..).unwrap_or_default(),
            None => bare_code(text)?,
        };
        Self::parse_code(code)
    }

    fn parse_code(code: &str) -> Result<Self, LinkError> {
        if code.len() > MAX_CODE_CHARS {
            return Err(LinkError::Damaged);
        }
        let short = code.len() < LINK_LEN * 4 / 3;
        let broken = if short { LinkError::Truncated } else { LinkError::Damaged };
        let bytes = URL_SAFE_NO_PAD.decode(code).map_err(|_| broken)?;
        let content = without_checksum(&bytes).ok_or(broken)?;
        let (&version, rest) = content.split_first().ok_or(broken)?;
        if version > LINK_VERSION {
            return Err(LinkError::Newer);
        }
        let (room, secret) = rest.split_first_chunk::<32>().ok_or(broken)?;
        let secret = <[u8; 32]>::try_from(secret).map_err(|_| broken)?;
        if version != LINK_VERSION {
            return Err(LinkError::Damaged);
        }
        Ok(Self { room: Cid::from_digest(*room), secret })
    }

    /// The code alone.
    pub fn code(&self) -> String {
        let mut bytes = Vec::with_capacity(LINK_LEN);
        bytes.push(LINK_VERSION);
        bytes.extend_from_slice(self.room.digest());
        bytes.extend_from_slice(&self.secret);
        push_checksum(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The whole link for the page at `page` (its address without a fragment).
    pub fn url(&self, page: &str) -> String {
        format!("{page}{ROUTE}{}", self.code())
    }
}

/// The secret stays out of logs.
impl fmt::Debug for RoomLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoomLink").field("room", &self.room).finish_non_exhaustive()
    }
}

/// A text without the route is a code only if it is one long word.
fn bare_code(text: &str) -> Result<&str, LinkError> {
    let one_word = !text.contains(|c: char| c.is_whitespace() || matches!(c, '/' | ':' | '#'));
    if one_word && text.chars().count() >= MIN_BARE_CHARS { Ok(text) } else { Err(LinkError::NotALink) }
}

/// Appends the first bytes of the sha-256 of all before.
pub(crate) fn push_checksum(bytes: &mut Vec<u8>) {
    let digest = Sha256::digest(&*bytes);
    bytes.extend_from_slice(&digest[..CHECKSUM_LEN]);
}

/// What stands before the checksum, if that is right.
pub(crate) fn without_checksum(bytes: &[u8]) -> Option<&[u8]> {
    let (content, checksum) = bytes.split_last_chunk::<CHECKSUM_LEN>()?;
    Sha256::digest(content).starts_with(checksum).then_some(content)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn link() -> RoomLink {
        RoomLink { room: Cid::of(b"a room"), secret: [7; 32] }
    }

    #[test]
    fn a_link_reads_back_as_url_fragment_and_code() {
        let link = link();
        let url = link.url("https://example.org/rooms/");
        assert_eq!(RoomLink::parse(&url), Ok(link.clone()));
        assert_eq!(RoomLink::parse(&format!(" {ROUTE}{}\n", link.code())), Ok(link.clone()));
        assert_eq!(RoomLink::parse(&link.code()), Ok(link));
    }

    #[test]
    fn a_code_keeps_its_shape() {
        // The digest of "a room" and a secret of sevens, put together by Python's hashlib and base64.
        assert_eq!(link().code(), GOLDEN);
    }

    const GOLDEN: &str = "AfuHg2TR9JN_e1Zkosuhgbwb8OFMpaXSUEIxqawOyugtBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwfe48tC";

    #[test]
    fn other_texts_are_no_links() {
        for text in ["", "hello", "https://example.org/", "#/settings", "https://example.org/#/x/AAAA", "two words"] {
            assert_eq!(RoomLink::parse(text), Err(LinkError::NotALink), "{text}");
        }
    }

    #[test]
    fn a_shortened_link_is_truncated() {
        let url = link().url("https://example.org/");
        let start = url.find(ROUTE).unwrap() + ROUTE.len();
        for end in start..url.len() {
            assert_eq!(RoomLink::parse(&url[..end]), Err(LinkError::Truncated));
        }
    }

    #[test]
    fn a_longer_link_is_damaged() {
        assert_eq!(RoomLink::parse(&format!("{}A", link().code())), Err(LinkError::Damaged));
        assert_eq!(RoomLink::parse(&format!("{ROUTE}{}", "A".repeat(5000))), Err(LinkError::Damaged));
    }

    #[test]
    fn a_newer_version_with_a_good_checksum_is_newer() {
        for len in [0, 64, 100] {
            let mut bytes = vec![2];
            bytes.extend(vec![9; len]);
            push_checksum(&mut bytes);
            let text = format!("{ROUTE}{}", URL_SAFE_NO_PAD.encode(&bytes));
            assert_eq!(RoomLink::parse(&text), Err(LinkError::Newer));
        }
    }

    #[test]
    fn version_nought_is_damaged() {
        let mut bytes = vec![0; 65];
        push_checksum(&mut bytes);
        assert_eq!(RoomLink::parse(&URL_SAFE_NO_PAD.encode(&bytes)), Err(LinkError::Damaged));
    }

    #[test]
    fn each_error_has_its_notice_code() {
        assert_eq!(LinkError::NotALink.code(), "bad-link");
        assert_eq!(LinkError::Truncated.code(), "bad-link");
        assert_eq!(LinkError::Damaged.code(), "bad-link");
        assert_eq!(LinkError::Newer.code(), "newer-link");
    }

    proptest! {
        #[test]
        fn one_changed_character_is_noticed(at in 0usize..92, new in any::<char>()) {
            let code = link().code();
            let mut chars: Vec<char> = code.chars().collect();
            prop_assume!(chars[at] != new);
            chars[at] = new;
            let changed: String = chars.into_iter().collect();
            let result = RoomLink::parse(&format!("https://example.org/{ROUTE}{changed}"));
            prop_assert!(matches!(result, Err(LinkError::Damaged | LinkError::Truncated)), "{result:?}");
        }

        #[test]
        fn any_text_is_read_without_panic(text in any::<String>()) {
            let _ = RoomLink::parse(&text);
            let _ = RoomLink::parse(&format!("{ROUTE}{text}"));
        }

        #[test]
        fn every_link_reads_back(room: [u8; 32], secret: [u8; 32]) {
            let link = RoomLink { room: Cid::from_digest(room), secret };
            prop_assert_eq!(RoomLink::parse(&link.code()), Ok(link));
        }
    }
}
