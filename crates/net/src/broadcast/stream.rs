//! A byte stream over a channel that two nodes have for themselves.
//!
//! Messages: one byte of kind, then `0` data, `1` acknowledgement (total read, 8 bytes big endian), `2` the sender will send no
//! more, `3` the sender is gone.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use futures::{AsyncRead, AsyncWrite};
use send_wrapper::SendWrapper;

use super::flow::{Receiving, Sending};
use crate::channels::Channel;

/// The largest piece sent at once: big enough for throughput, small enough not to hold up the other tab.
const MAX_PIECE: usize = 64 * 1024;

const DATA: u8 = 0;
const ACK: u8 = 1;
const END: u8 = 2;
const GONE: u8 = 3;

/// One side of the stream. Dropping it tells the other side.
pub(crate) struct ChannelStream {
    channel: SendWrapper<Box<dyn Channel>>,
    sending: Sending,
    receiving: Receiving,
    /// Pieces not read to their end, without their kind byte; the first is read from `offset`.
    pieces: VecDeque<Vec<u8>>,
    offset: usize,
    ended: bool,
    their_end: bool,
    gone: bool,
}

impl ChannelStream {
    pub(crate) fn new(channel: Box<dyn Channel>) -> Self {
        Self {
            channel: SendWrapper::new(channel),
            sending: Sending::default(),
            receiving: Receiving::default(),
            pieces: VecDeque::new(),
            offset: 0,
            ended: false,
            their_end: false,
            gone: false,
        }
    }

    /// Takes in what has arrived; registers for more.
    fn pump(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        while !self.gone {
            let Poll::Ready(message) = self.channel.poll_next(cx) else { break };
            self.take_in(message).map_err(|error| {
                self.gone = true;
                io::Error::new(io::ErrorKind::InvalidData, error)
            })?;
        }
        Ok(())
    }

    fn take_in(&mut self, mut message: Vec<u8>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        match message.first() {
            Some(&DATA) => {
                message.remove(0);
                self.receiving.on_message(message.len())?;
                self.pieces.push_back(message);
            }
            Some(&ACK) => {
                let total = message.get(1..).and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes);
                self.sending.on_ack(total.ok_or("an acknowledgement has 8 bytes")?)?;
            }
            Some(&END) => self.their_end = true,
            Some(&GONE) => self.gone = true,
            _ => return Err("a message of unknown kind".into()),
        }
        Ok(())
    }

    fn read_piece(&mut self, buf: &mut [u8]) -> usize {
        let Some(piece) = self.pieces.front() else { return 0 };
        let rest = piece.get(self.offset..).unwrap_or_default();
        let count = rest.len().min(buf.len());
        for (slot, byte) in buf.iter_mut().zip(rest) {
            *slot = *byte;
        }
        self.offset += count;
        let length = piece.len();
        if self.offset == length {
            self.pieces.pop_front();
            self.offset = 0;
            if let Some(total) = self.receiving.on_read(length) {
                let [a, b, c, d, e, f, g, h] = total.to_be_bytes();
                self.channel.post(&[ACK, a, b, c, d, e, f, g, h]);
            }
        }
        count
    }
}

impl AsyncRead for ChannelStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        self.pump(cx)?;
        if !self.pieces.is_empty() {
            return Poll::Ready(Ok(self.read_piece(buf)));
        }
        if self.their_end || self.gone { Poll::Ready(Ok(0)) } else { Poll::Pending }
    }
}

impl AsyncWrite for ChannelStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.pump(cx)?;
        if self.gone && !self.pieces.is_empty() {
            // An error here would end the connection before what the other side said last is read.
            return Poll::Ready(Ok(buf.len()));
        }
        if self.gone || self.ended {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let count = buf.len().min(MAX_PIECE).min(self.sending.allowance());
        if count == 0 && !buf.is_empty() {
            return Poll::Pending;
        }
        let mut message = Vec::with_capacity(count + 1);
        message.push(DATA);
        message.extend_from_slice(buf.get(..count).unwrap_or_default());
        self.channel.post(&message);
        self.sending.on_sent(count);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.ended && !self.gone {
            self.ended = true;
            self.channel.post(&[END]);
        }
        Poll::Ready(Ok(()))
    }
}

impl Drop for ChannelStream {
    fn drop(&mut self) {
        if !self.gone {
            self.channel.post(&[GONE]);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::{AsyncReadExt as _, AsyncWriteExt as _, FutureExt as _, executor::block_on, future::join};

    use super::*;
    use crate::channels::{Channels as _, Hub};

    fn pair() -> (ChannelStream, ChannelStream) {
        let hub = Hub::default();
        let open = || ChannelStream::new(hub.open("x").unwrap());
        (open(), open())
    }

    #[test]
    fn a_megabyte_arrives_whole() {
        let (mut a, mut b) = pair();
        let sent: Vec<u8> = (0..1_000_000u32).map(|n| (n % 251) as u8).collect();
        let mut received = Vec::new();
        let writing = async {
            a.write_all(&sent).await.unwrap();
            a.close().await.unwrap();
        };
        block_on(join(writing, async { b.read_to_end(&mut received).await.unwrap() }));
        assert!(received == sent);
    }

    #[test]
    fn a_sender_waits_for_a_reader_that_pauses() {
        let (mut a, mut b) = pair();
        let sent = vec![1; 1_000_000];
        let mut writing = Box::pin(a.write_all(&sent));
        assert!(writing.as_mut().now_or_never().is_none(), "nobody reads");
        assert!(b.pieces.is_empty());
        let mut received = vec![0; sent.len()];
        block_on(join(async { writing.await.unwrap() }, async { b.read_exact(&mut received).await.unwrap() }));
        assert!(received == sent);
    }

    #[test]
    fn what_was_sent_is_read_before_the_end() {
        let (mut a, mut b) = pair();
        block_on(a.write_all(b"last words")).unwrap();
        drop(a);
        block_on(b.write_all(b"written before the last words are read")).unwrap();
        let mut received = Vec::new();
        block_on(b.read_to_end(&mut received)).unwrap();
        assert_eq!(received, b"last words");
        assert!(block_on(b.write_all(b"x")).is_err(), "nobody is there");
    }

    #[test]
    fn a_peer_that_sends_beyond_the_window_is_cut_off() {
        let hub = Hub::default();
        let mut rude = hub.open("x").unwrap();
        let mut stream = ChannelStream::new(hub.open("x").unwrap());
        for _ in 0..5 {
            rude.post(&[DATA; MAX_PIECE]);
        }
        let error = block_on(stream.read_exact(&mut [0; 1])).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn messages_of_no_kind_end_the_stream() {
        for message in [vec![], vec![9], vec![ACK, 1], vec![ACK, 0, 0, 0, 0, 0, 0, 0, 1]] {
            let hub = Hub::default();
            let mut rude = hub.open("x").unwrap();
            let mut stream = ChannelStream::new(hub.open("x").unwrap());
            rude.post(&message);
            let error = block_on(stream.read_exact(&mut [0; 1])).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{message:?}");
        }
    }
}
