//! How messages stand in a lane: one byte of kind, four of number (big endian), then for messages that many bytes.
//!
//! | kind | number | meaning |
//! | --- | --- | --- |
//! | 0 | length | one message |
//! | 1 | turn | from here on this connection carries what its sender sends on this lane; see [`crate::links`] |
//! | 2 | 0 | the sender drops the link, but does not leave the room |
//! | 16 and above | length | so many bytes that whoever does not know the kind skips: room for later builds |

use std::io;

use futures::{AsyncRead, AsyncReadExt as _};

/// The largest message on a lane, in bytes: batches of blocks stay well below, a forged length cannot ask for more memory.
pub const MAX_MESSAGE: usize = 1024 * 1024;

const MESSAGE: u8 = 0;
const BEGIN: u8 = 1;
const PARTING: u8 = 2;
/// From here on a kind that is not known is skipped: what follows has the length that is told.
const LATER: u8 = 16;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Frame {
    Message(Vec<u8>),
    Begin(u32),
    Parting,
    /// Of a later build; skipped.
    Later,
}

/// What came in is no frame.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("a message of {0} bytes is longer than {MAX_MESSAGE}")]
    TooLarge(u32),
    #[error("a frame of unknown kind {0}")]
    Unknown(u8),
    #[error("a message or a second turn where a turn has to begin first")]
    OutOfTurn,
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl FrameError {
    /// The code under which it is counted, if the peer is to blame.
    pub(crate) const fn code(&self) -> Option<&'static str> {
        match self {
            Self::TooLarge(_) => Some("message-too-large"),
            Self::Unknown(_) | Self::OutOfTurn => Some("malformed-frame"),
            Self::Io(_) => None,
        }
    }
}

impl Frame {
    /// In one piece, so that it goes out as one yamux frame and one message of the data channel.
    pub(crate) fn encode(self) -> Vec<u8> {
        let (kind, number, payload) = match self {
            Self::Message(bytes) => (MESSAGE, u32::try_from(bytes.len()).unwrap_or(u32::MAX), bytes),
            Self::Begin(turn) => (BEGIN, turn, Vec::new()),
            Self::Parting => (PARTING, 0, Vec::new()),
            Self::Later => (LATER, 0, Vec::new()),
        };
        let mut out = Vec::with_capacity(5 + payload.len());
        out.push(kind);
        out.extend_from_slice(&number.to_be_bytes());
        out.extend_from_slice(&payload);
        out
    }

    /// The next frame; `None` at an orderly end.
    pub(crate) async fn read(from: &mut (impl AsyncRead + Unpin)) -> Result<Option<Self>, FrameError> {
        let mut kind = [0];
        if from.read(&mut kind).await? == 0 {
            return Ok(None);
        }
        let mut number = [0; 4];
        from.read_exact(&mut number).await?;
        let number = u32::from_be_bytes(number);
        match kind {
            [kind @ (MESSAGE | LATER..)] => {
                let length = usize::try_from(number).unwrap_or(usize::MAX);
                if length > MAX_MESSAGE {
                    return Err(FrameError::TooLarge(number));
                }
                let mut bytes = vec![0; length];
                from.read_exact(&mut bytes).await?;
                Ok(Some(if kind == MESSAGE { Self::Message(bytes) } else { Self::Later }))
            }
            [BEGIN] => Ok(Some(Self::Begin(number))),
            [PARTING] => Ok(Some(Self::Parting)),
            [other] => Err(FrameError::Unknown(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::{executor::block_on, io::Cursor};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn frames_read_back_in_order() {
        let frames = [Frame::Begin(7), Frame::Message(b"hello".to_vec()), Frame::Message(Vec::new()), Frame::Parting];
        let bytes: Vec<u8> = frames.iter().cloned().flat_map(Frame::encode).collect();
        let mut from = Cursor::new(bytes);
        for frame in frames {
            assert_eq!(block_on(Frame::read(&mut from)).unwrap(), Some(frame));
        }
        assert_eq!(block_on(Frame::read(&mut from)).unwrap(), None);
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_memory_is_taken() {
        let mut from = Cursor::new([MESSAGE, 255, 255, 255, 255]);
        let error = block_on(Frame::read(&mut from)).unwrap_err();
        assert_eq!(error.code(), Some("message-too-large"));
    }

    #[test]
    fn a_frame_of_a_later_build_is_skipped_with_what_is_in_it() {
        for kind in [LATER, 200, 255] {
            let bytes = [&[kind, 0, 0, 0, 3], &b"new"[..], &Frame::Parting.encode()].concat();
            let mut from = Cursor::new(bytes);
            assert_eq!(block_on(Frame::read(&mut from)).unwrap(), Some(Frame::Later));
            assert_eq!(block_on(Frame::read(&mut from)).unwrap(), Some(Frame::Parting));
        }
        let error = block_on(Frame::read(&mut Cursor::new([LATER, 255, 255, 255, 255]))).unwrap_err();
        assert_eq!(error.code(), Some("message-too-large"));
    }

    #[test]
    fn an_unknown_kind_is_refused() {
        let error = block_on(Frame::read(&mut Cursor::new([9, 0, 0, 0, 0]))).unwrap_err();
        assert_eq!(error.code(), Some("malformed-frame"));
    }

    #[test]
    fn an_end_within_a_frame_is_no_orderly_end() {
        let error = block_on(Frame::read(&mut Cursor::new([MESSAGE, 0, 0, 0, 9, 1]))).unwrap_err();
        assert!(matches!(error, FrameError::Io(_)));
        assert_eq!(error.code(), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut from = Cursor::new(bytes);
            while let Ok(Some(_)) = block_on(Frame::read(&mut from)) {}
        }
    }
}
