//! Much data, slow readers, and readers that do not read at all.

use std::{cell::Cell, io, rc::Rc};

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt, channel::oneshot, future::join4};
use libp2p_swarm::{Stream, StreamProtocol};
use libp2p_webrtc_browser::MAX_UNREAD;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

use crate::{
    node::{connected, raw_pair},
    post::Post,
};

const BULK: StreamProtocol = StreamProtocol::new("/bulk/1");
const PING: StreamProtocol = StreamProtocol::new("/ping/1");
const SIZE: usize = 5 * 1024 * 1024;

/// Bytes that show where they belong.
fn pattern(at: usize, len: usize) -> Vec<u8> {
    (at..at + len).map(|at| (at ^ (at >> 8) ^ (at >> 16)) as u8).collect()
}

async fn send(mut to: impl AsyncWrite + Unpin, sent: Rc<Cell<usize>>) -> io::Result<()> {
    while sent.get() < SIZE {
        let chunk = pattern(sent.get(), (SIZE - sent.get()).min(64 * 1024));
        sent.set(sent.get() + to.write(&chunk).await?);
    }
    to.close().await
}

/// Reads everything once it is told to begin; says whether it was what was sent.
async fn receive(mut from: impl AsyncRead + Unpin, begin: oneshot::Receiver<()>) -> bool {
    begin.await.unwrap();
    let mut all = Vec::new();
    from.read_to_end(&mut all).await.unwrap();
    all == pattern(0, SIZE)
}

async fn ping(stream: &mut Stream, rounds: usize) {
    let mut byte = [0];
    for _ in 0..rounds {
        stream.write_all(&byte).await.unwrap();
        stream.flush().await.unwrap();
        stream.read_exact(&mut byte).await.unwrap();
    }
}

async fn echo(mut stream: Stream) {
    let mut byte = [0];
    while stream.read_exact(&mut byte).await.is_ok() {
        stream.write_all(&byte).await.unwrap();
        stream.flush().await.unwrap();
    }
}

#[wasm_bindgen_test]
async fn senders_park_while_readers_pause_and_then_five_megabytes_arrive_each_way() {
    let (mut a, mut b) = connected(&Post::default()).await;
    let (mut bulk, mut pings) = (b.streams.accept(BULK).unwrap(), b.streams.accept(PING).unwrap());
    wasm_bindgen_futures::spawn_local(async move { echo(pings.next().await.unwrap().1).await });
    let mut clock = a.streams.open_stream(b.me, PING).await.unwrap();
    let mut stream_a = a.streams.open_stream(b.me, BULK).await.unwrap();
    // The other side hears of a stream with its first byte.
    stream_a.write_all(b"!").await.unwrap();
    stream_a.flush().await.unwrap();
    let mut stream_b = bulk.next().await.unwrap().1;
    stream_b.read_exact(&mut [0]).await.unwrap();

    let (read_a, write_a) = stream_a.split();
    let (read_b, write_b) = stream_b.split();
    let (sent_a, sent_b) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let (begin_a, on_a) = oneshot::channel();
    let (begin_b, on_b) = oneshot::channel();
    let pause = async {
        // Whole rounds over the same connection in which neither sender gets on: they are parked.
        let mut before = (0, 0);
        while before.0 == 0 || before.1 == 0 || before != (sent_a.get(), sent_b.get()) {
            before = (sent_a.get(), sent_b.get());
            ping(&mut clock, 20).await;
        }
        console_log!("parked after {} and {} bytes", before.0, before.1);
        assert!(before.0.max(before.1) <= 1024 * 1024, "{before:?}");
        let begin = js_sys::Date::now();
        begin_a.send(()).unwrap();
        begin_b.send(()).unwrap();
        begin
    };
    let work = join4(
        send(write_a, Rc::clone(&sent_a)),
        send(write_b, Rc::clone(&sent_b)),
        receive(read_a, on_a),
        receive(read_b, on_b),
    );
    let (begin, (done_a, done_b, right_a, right_b)) = futures::future::join(pause, work).await;
    console_log!("the rest took {} ms", js_sys::Date::now() - begin);
    done_a.unwrap();
    done_b.unwrap();
    assert!(right_a && right_b);
}

#[wasm_bindgen_test]
async fn the_browser_never_holds_more_than_the_high_mark_and_every_byte_arrives() {
    let ((mut a, _), (b, _)) = raw_pair().await;
    let (begin, on) = oneshot::channel();
    begin.send(()).unwrap();
    let (tell, most) = oneshot::channel();
    // A task of its own: nothing but the browser's event wakes it when there is room again.
    wasm_bindgen_futures::spawn_local(async move {
        let (mut sent, mut most) = (0, 0);
        while sent < SIZE {
            let chunk = pattern(sent, (SIZE - sent).min(1000));
            sent += a.write(&chunk).await.unwrap();
            most = most.max(a.buffered());
        }
        a.close().await.unwrap();
        tell.send(most).unwrap();
    });
    assert!(receive(b, on).await);
    let most = most.await.unwrap();
    assert!(most > 0 && most <= 128 * 1024, "{most}");
}

#[wasm_bindgen_test]
async fn a_peer_that_runs_ahead_of_the_reader_without_end_is_cut_off() {
    let ((mut a, _), (mut b, _)) = raw_pair().await;
    let chunk = vec![7; 16 * 1024];
    let mut sent = 0;
    while sent < 4 * MAX_UNREAD {
        match a.write_all(&chunk).await {
            Ok(()) => sent += chunk.len(),
            Err(_) => break,
        }
    }
    assert!(sent > MAX_UNREAD / 2 && sent < 2 * MAX_UNREAD, "{sent}");
    let mut all = Vec::new();
    let end = b.read_to_end(&mut all).await;
    assert_eq!(end.unwrap_err().kind(), io::ErrorKind::InvalidData);
    assert!(!all.is_empty() && all.len() <= MAX_UNREAD);
}
