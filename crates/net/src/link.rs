//! The room link: `<page>#/r/<code>`. The code is all a newcomer needs: which room, and the secret that opens it.
//!
//! ```text
//! code:  base64url(version 1 | room 32 | secret 32 | what later builds add | checksum 4)
//! ```
//!
//! Links travel through messengers, mails and hands, so a code is *found* in whatever was pasted or opened: every place where one
//! may begin is tried, what cannot stand in a code is left out (line breaks, quoting, invisible characters), and the checksum (the first
//! bytes of the sha-256 of all before) decides. Of several the first wins.
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
/// Version, room digest, secret.
const CONTENT_LEN: usize = 1 + 32 + 32;
/// Characters of a code of this version to which nothing was added: whole groups of four.
const CODE_CHARS: usize = (CONTENT_LEN + CHECKSUM_LEN) / 3 * 4;
/// Shorter than this, what stands alone is some word rather than a shortened code.
const MIN_BARE_CHARS: usize = 40;
/// Of a longer code only so much is looked at.
const MAX_CODE_CHARS: usize = 4096;
/// Of a longer text only so many bytes are looked at: a long mail with all that it quotes.
const MAX_TEXT: usize = 64 * 1024;
/// How often a link may have been put into a link.
const MAX_ESCAPES: usize = 3;

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
    /// The link of a new room. Its secret is drawn until the code ends in a letter or digit, since what makes links of texts leaves a
    /// `-` or `_` at the end out. That is one draw in 32 more, and takes a twentieth of a bit from the 256 of the secret.
    pub fn draw(room: Cid, mut random: impl FnMut() -> [u8; 32]) -> Self {
        loop {
            let link = Self { room, secret: random() };
            if !link.code().ends_with(['-', '_']) {
                return link;
            }
        }
    }

    /// Finds the first link, fragment or bare code in a text.
    ///
    /// # Errors
    /// None is in it, or none that is whole.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        Self::find(text).map(|(link, _)| link)
    }

    /// As [`RoomLink::parse`], and whether a later build added something to it, which was skipped.
    ///
    /// # Errors
    /// As there.
    pub fn find(text: &str) -> Result<(Self, bool), LinkError> {
        let text = text.trim();
        let unescaped = unescape(text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or_default());
        let kept = keep(&unescaped);
        let digits: Vec<u8> = kept.iter().copied().filter(|it| is_digit(*it)).collect();
        if let Some(link) = digits.windows(CODE_CHARS).find_map(Self::read) {
            return Ok((link, false));
        }
        let codes = codes(&kept, &unescaped);
        let mut error = match (codes.first(), unescaped.split_once(ROUTE)) {
            (None, None) => LinkError::NotALink,
            (None, Some(_)) => LinkError::Truncated,
            (Some(_), route) => {
                let code = route.map_or(&*unescaped, |(_, code)| code);
                let chars = code.bytes().take_while(|it| is_digit(*it)).count();
                if chars < CODE_CHARS { LinkError::Truncated } else { LinkError::Damaged }
            }
        };
        for code in codes {
            match Self::read_other(code) {
                Ok(found) => return Ok(found),
                Err(LinkError::Newer) => error = LinkError::Newer,
                Err(_) => {}
            }
        }
        Err(error)
    }

    /// Exactly a code of this version.
    fn read(digits: &[u8]) -> Option<Self> {
        // What holds for the first bytes of every such code, before anything is spent on it.
        if !matches!(digits, [b'A', b'Q'..=b'Z' | b'a'..=b'f', ..]) {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(digits).ok()?;
        Self::of_content(without_checksum(&bytes)?)
    }

    /// A code to which something was added, one of a newer version, or one whose last character was taken for an end of sentence.
    fn read_other(digits: &[u8]) -> Result<(Self, bool), LinkError> {
        let end = |last: u8| digits.get(..CODE_CHARS - 1).and_then(|code| Self::read(&[code, &[last]].concat()));
        if let Some(link) = end(b'-').or_else(|| end(b'_')) {
            return Ok((link, false));
        }
        // Where the code ends is not known, nor need the digits there be a whole group.
        let mut digits = digits.get(..MAX_CODE_CHARS).unwrap_or(digits).to_vec();
        digits.resize(digits.len().next_multiple_of(4), b'A');
        let bytes = URL_SAFE_NO_PAD.decode(digits).map_err(|_| LinkError::Damaged)?;
        let mut whole = contents(&bytes, |at| bytes.get(at).copied());
        let newer = |content: &[u8]| content.first().is_some_and(|version| *version > LINK_VERSION);
        let known = |content: &[u8]| Some((Self::of_content(content)?, content.len() > CONTENT_LEN));
        let found = whole.find_map(|content| if newer(content) { Some(None) } else { known(content).map(Some) });
        found.map_or(Err(LinkError::Damaged), |link| link.ok_or(LinkError::Newer))
    }

    fn of_content(content: &[u8]) -> Option<Self> {
        let (room, rest) = content.strip_prefix(&[LINK_VERSION])?.split_first_chunk::<32>()?;
        Some(Self { room: Cid::from_digest(*room), secret: *rest.first_chunk()? })
    }

    /// The code alone.
    pub fn code(&self) -> String {
        let mut bytes = Vec::with_capacity(CONTENT_LEN + CHECKSUM_LEN);
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

/// Without what links and mails write as numbers: `%2F`, and `=2F` (quoted-printable, whose digits are upper case: no code begins so).
fn unescape(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..MAX_ESCAPES {
        let mut rest = text.as_bytes();
        let mut bytes = Vec::with_capacity(rest.len());
        while let Some((&first, after)) = rest.split_first() {
            let digit = |at: usize| {
                let digit = after.get(at).copied().map(char::from)?;
                let escapes = first == b'%' || first == b'=' && !digit.is_ascii_lowercase();
                escapes.then(|| digit.to_digit(16)).flatten()
            };
            let byte = digit(0).zip(digit(1)).and_then(|(high, low)| u8::try_from(high << 4 | low).ok());
            bytes.push(byte.unwrap_or(first));
            rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
        }
        if bytes == text.as_bytes() {
            break;
        }
        text = String::from_utf8_lossy(&bytes).into_owned();
    }
    text
}

/// What can be part of a code or of the route before it. Dashes that a program for texts has set come back as typed.
fn keep(text: &str) -> Vec<u8> {
    let mut kept = Vec::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '\u{2010}'..='\u{2013}' | '\u{2212}' => kept.push(b'-'),
            '\u{2014}' => kept.extend(b"--"),
            '#' | '/' => kept.push(it as u8),
            _ => kept.extend(u8::try_from(it).ok().filter(|it| is_digit(*it))),
        }
    }
    kept
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// What stands where a code should: after each route, or all of a text that is one long word.
fn codes<'a>(kept: &'a [u8], text: &str) -> Vec<&'a [u8]> {
    let routes = kept.windows(ROUTE.len()).enumerate().filter(|(_, it)| *it == ROUTE.as_bytes());
    let codes: Vec<&[u8]> = routes
        .filter_map(|(at, _)| kept.get(at + ROUTE.len()..))
        .map(|code| code.split(|it| !is_digit(*it)).next().unwrap_or_default())
        .collect();
    let one_word = !text.contains(|c: char| c.is_whitespace() || matches!(c, '/' | ':' | '#'));
    if codes.is_empty() && one_word && text.chars().count() >= MIN_BARE_CHARS { vec![kept] } else { codes }
}

/// All that stands before a checksum, wherever it ends. `last` gives the byte at a place if it is the last one.
pub(crate) fn contents(bytes: &[u8], last: impl Fn(usize) -> Option<u8>) -> impl Iterator<Item = &[u8]> {
    let mut hash = Sha256::new();
    (0..bytes.len()).filter_map(move |end| {
        let before = hash.clone();
        hash.update(bytes.get(end..=end)?);
        let (content, rest) = bytes.split_at_checked(end)?;
        let first = rest.first_chunk::<{ CHECKSUM_LEN - 1 }>()?;
        let digest = before.finalize();
        let fits = digest.starts_with(first) && digest.get(CHECKSUM_LEN - 1).copied() == last(end + CHECKSUM_LEN - 1);
        fits.then_some(content)
    })
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
    fn what_is_long_and_no_link_is_damaged() {
        assert_eq!(RoomLink::parse(&format!("{ROUTE}{}", "A".repeat(5000))), Err(LinkError::Damaged));
        assert_eq!(RoomLink::parse(&format!("{ROUTE}{}", "AQ".repeat(MAX_TEXT))), Err(LinkError::Damaged));
    }

    #[test]
    fn a_link_is_found_in_what_people_paste() {
        let link = link();
        let url = link.url("https://example.org/rooms/");
        let code = link.code();
        let (start, end) = code.split_at(40);
        let texts = [
            format!("{url}."),
            format!("({url})"),
            format!("<{url}>"),
            format!("*{url}*"),
            format!("_{url}_"),
            format!("\"{url}\""),
            format!("\u{201e}{url}\u{201c}"),
            format!("{url}\u{200b}"),
            format!("\u{2068}{url}\u{2069}"),
            format!("Join us at {url}, tonight at eight. Bring tea."),
            format!("{url}and a word that lost its space"),
            format!("[the room]({url})"),
            format!("[{url}]({url})"),
            format!("[https://example.org/rooms/#/r/{start}\u{2026}]({url})"),
            format!("<a href=\"{url}\">here</a>"),
            format!("> Join us:\r\n> https://example.org/rooms/#/r/{start}\r\n> {end}\r\n> Bring tea."),
            format!(">> https://example.org/rooms/#\n>> /r/{start}=\n>> {end}\n"),
            format!("https://example.org/rooms/#/r/{start}\u{ad}{end}"),
            format!("https://example.org/rooms/%23/r/{code}"),
            format!("https://example.org/rooms/%23%2Fr%2F{code}%E2%80%8B"),
            format!("https://example.net/out?to=https%3A%2F%2Fexample.org%2Frooms%2F%23%2Fr%2F{code}&from=mail"),
            format!("https://example.net/out?to=https%253A%252F%252Fexample.org%252F%2523%252Fr%252F{code}"),
            format!("href=3D\"https://example.org/rooms/=23/r/{start}=E2=80=8B{end}\""),
            format!("code={code}"),
            format!("https://example.org/rooms/#/r/{}", code.replace('_', "%5F")),
            format!("{ROUTE}{code}?view=loops"),
            format!("the old one is #/r/{start}, the new one {url}"),
        ];
        for text in texts {
            assert_eq!(RoomLink::parse(&text), Ok(link.clone()), "{text}");
        }
    }

    /// A code with two dashes in a row and one at its end.
    fn dashes() -> RoomLink {
        let links = (0..u32::MAX).map(|n| RoomLink { secret: Sha256::digest(n.to_le_bytes()).into(), ..link() });
        let mut fitting = links.filter(|it| it.code().contains("--") && it.code().ends_with('-'));
        fitting.next().unwrap()
    }

    #[test]
    fn dashes_that_a_text_program_set_and_an_end_that_was_cut_come_back() {
        let link = dashes();
        let code = link.code();
        for text in [code.replace("--", "\u{2014}"), code.replace('-', "\u{2011}"), code.replace('-', "\u{2013}")] {
            assert_eq!(RoomLink::parse(&text), Ok(link.clone()), "{text}");
        }
        assert_eq!(RoomLink::parse(&format!("see {ROUTE}{}", &code[..CODE_CHARS - 1])), Ok(link.clone()));
        assert_eq!(RoomLink::parse(&format!("{ROUTE}{}", &code[..CODE_CHARS - 2])), Err(LinkError::Truncated));
    }

    #[test]
    fn a_new_link_never_ends_in_a_dash() {
        let (mut drawn, mut links) = (0_u32, 0);
        while drawn <= links + 20 {
            let random = || {
                drawn += 1;
                Sha256::digest(drawn.to_le_bytes()).into()
            };
            assert!(!RoomLink::draw(Cid::of(b"a room"), random).code().ends_with(['-', '_']));
            links += 1;
        }
    }

    #[test]
    fn the_first_of_two_links_wins_and_a_broken_one_before_it_does_not_hide_it() {
        let other = RoomLink { secret: [8; 32], ..link() };
        let broken = link().code().replace('A', "B");
        let text = format!("{ROUTE}{broken} {ROUTE}{} {ROUTE}{}", other.code(), link().code());
        assert_eq!(RoomLink::parse(&text), Ok(other));
    }

    #[test]
    fn what_a_later_build_adds_to_a_code_is_skipped() {
        for added in [1, 2, 3, 40] {
            let mut bytes = vec![LINK_VERSION];
            bytes.extend(link().room.digest().iter().chain(&link().secret));
            bytes.extend(vec![5; added]);
            push_checksum(&mut bytes);
            let code = URL_SAFE_NO_PAD.encode(&bytes);
            for text in [format!("{ROUTE}{code}"), code.clone(), format!("See {ROUTE}{code}, please")] {
                assert_eq!(RoomLink::find(&text), Ok((link(), true)), "{added}");
            }
            let cut = format!("{ROUTE}{}", &code[..code.len() - 1]);
            assert!(RoomLink::parse(&cut).is_err());
        }
    }

    #[test]
    fn a_newer_version_with_a_good_checksum_is_newer() {
        for len in [0, 64, 100] {
            let mut bytes = vec![2];
            bytes.extend(vec![9; len]);
            push_checksum(&mut bytes);
            let text = format!("{ROUTE}{}", URL_SAFE_NO_PAD.encode(&bytes));
            assert_eq!(RoomLink::parse(&text), Err(LinkError::Newer));
            assert_eq!(RoomLink::parse(&format!("Come to <{text}>. See you!")), Err(LinkError::Newer));
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
        fn a_code_in_any_surroundings_is_found(
            before in any::<String>(), after in any::<String>(), secret: [u8; 32], at in 0..CODE_CHARS,
            within in "[\\s>|*\"'.,;\u{200b}\u{ad}\u{feff}]{0,4}",
        ) {
            let link = RoomLink { secret, ..link() };
            let (start, end) = (link.code()[..at].to_owned(), link.code()[at..].to_owned());
            // What would be read as a number of two digits is part of what surrounds it.
            let before = before.replace(['%', '='], "");
            prop_assert_eq!(RoomLink::parse(&format!("{before}{ROUTE}{start}{within}{end}{after}")), Ok(link));
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
