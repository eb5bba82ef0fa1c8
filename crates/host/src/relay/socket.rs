//! One WebSocket: frames in, what waits in the outbox out, pings, and an end for each way to end.

use std::time::Instant;

use futures::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::time;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message, Utf8Bytes,
        error::CapacityError,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

use super::{
    hub::Member,
    limits::{CLOSE_TIMEOUT, IDLE_TIMEOUT, MESSAGE_BYTES, PING_EVERY, WRITE_TIMEOUT},
    session::{RATE_LIMITED, Session},
};
use crate::{closing::Closing, gate::Pass};

/// Bytes read at a time: messages are small and connections many.
const READ_BUFFER: usize = 4 * 1024;
/// Most bytes that wait in the socket itself: one message that goes out, and room for control frames.
const WRITE_BUFFER: usize = 2 * MESSAGE_BYTES;

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The client closed, broke off or broke the protocol: nothing to say.
    Gone,
    /// It read too slowly or fell silent: nobody would read what we say.
    Silent,
    /// A message was larger than allowed.
    TooLarge,
    /// It sent binary data, which no message is.
    Binary,
    /// Too many of its messages were refused.
    TooMuch,
    /// The host is full, and another address has fewer connections.
    SentOut,
    /// The host stops.
    Stopping,
}

/// Serves one connection until it ends. `clock`: see [`Session::by_clock`].
pub async fn serve(upgraded: Upgraded, member: &Member, pass: &Pass, clock: Option<fn() -> u64>, mut closing: Closing) {
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER)
        .max_message_size(Some(MESSAGE_BYTES))
        .max_frame_size(Some(MESSAGE_BYTES));
    let mut socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
    let session = Session::new(member, pass, Instant::now()).by_clock(clock);
    let end = talk(&mut socket, member, session, pass, &mut closing).await;
    if let Some(goodbye) = goodbye(end) {
        let _ = time::timeout(CLOSE_TIMEOUT, close(&mut socket, goodbye)).await;
    }
}

async fn talk(
    socket: &mut Socket,
    member: &Member,
    mut session: Session<'_>,
    pass: &Pass,
    closing: &mut Closing,
) -> End {
    let mut ping = time::interval_at(time::Instant::now() + PING_EVERY, PING_EVERY);
    let mut heard = Instant::now();
    loop {
        let outgoing = tokio::select! {
            () = closing.asked() => return End::Stopping,
            () = pass.sent_out() => return End::SentOut,
            frame = socket.next() => {
                heard = Instant::now();
                match frame {
                    Some(Ok(Message::Text(text))) => {
                        if session.hear(&text, heard).is_err() {
                            return End::TooMuch;
                        }
                        continue;
                    }
                    Some(Ok(Message::Binary(_))) => return End::Binary,
                    // Pings are answered by the socket itself.
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                    Some(Err(Error::Capacity(CapacityError::MessageTooLong { .. }))) => return End::TooLarge,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return End::Gone,
                }
            }
            outgoing = member.outbox.next() => match outgoing {
                Ok(text) => Message::Text(text.into()),
                Err(_) => return End::Silent,
            },
            _ = ping.tick() => {
                if heard.elapsed() > IDLE_TIMEOUT {
                    return End::Silent;
                }
                Message::Ping(Default::default())
            }
        };
        match time::timeout(WRITE_TIMEOUT, socket.send(outgoing)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return End::Gone,
            Err(_) => return End::Silent,
        }
    }
}

/// What is said at the end, if anybody may still listen.
fn goodbye(end: End) -> Option<CloseFrame> {
    let (code, reason) = match end {
        End::Gone | End::Silent => return None,
        End::TooLarge => (CloseCode::Size, "a message is too large (32 KiB at most)"),
        End::Binary => (CloseCode::Unsupported, "messages are text"),
        End::TooMuch => (CloseCode::Policy, RATE_LIMITED),
        End::SentOut => (CloseCode::Again, "too many connections, try again in a few seconds"),
        End::Stopping => (CloseCode::Away, "the host stops"),
    };
    Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) })
}

/// Sends the close frame and waits for the other side's, so that what it has sent does not reset the connection first.
async fn close(socket: &mut Socket, goodbye: CloseFrame) {
    if socket.close(Some(goodbye)).await.is_ok() {
        while let Some(Ok(_)) = socket.next().await {}
    }
}
