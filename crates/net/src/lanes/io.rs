//! The two tasks of a lane: one reads its stream, one writes it.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    io,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use futures::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, channel::oneshot, future::LocalBoxFuture,
    io::BufReader,
};
use paceline_mesh::Lane;
use paceline_room::NodeId;

use super::{
    frame::{Frame, FrameError},
    queue::LaneQueue,
};
use crate::{envelope::Run, events::EventQueue};

/// Whose turn it is on one lane of a link: connections are read in the order in which the peer went over to them, each to its
/// end, so that nothing is lost or overtaken when a link changes its path.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    current: Cell<u32>,
    over: Cell<bool>,
    wakers: RefCell<Vec<Waker>>,
}

impl Turn {
    /// The link is down: nobody's turn comes any more.
    pub(crate) fn end(&self) {
        self.over.set(true);
        self.wake();
    }

    fn pass(&self, turn: u32) {
        self.current.set(turn.saturating_add(1));
        self.wake();
    }

    fn wake(&self) {
        self.wakers.borrow_mut().drain(..).for_each(Waker::wake);
    }

    /// Waits for that turn; `false`: it will not come.
    async fn wait(&self, turn: u32) -> bool {
        poll_fn(|cx: &mut Context<'_>| {
            if self.over.get() || self.current.get() > turn {
                return Poll::Ready(false);
            }
            if self.current.get() == turn {
                return Poll::Ready(true);
            }
            self.wakers.borrow_mut().push(cx.waker().clone());
            Poll::Pending
        })
        .await
    }
}

/// What a lane's tasks report.
#[derive(Debug)]
pub(crate) enum Report {
    /// The peer has named its run: the lane is open both ways.
    Greeted(Run),
    /// The peer's turn has come on this connection.
    Begun,
    /// The peer drops the link without leaving the room.
    Parting,
    /// A frame of a later build was skipped.
    Later,
    /// Nothing more will be read. `Err`: not an orderly end; the code, if the peer is to blame.
    ReadEnd(Result<(), Option<&'static str>>),
    /// Nothing more will be written.
    WriteEnd,
}

/// What the reading task needs.
pub(crate) struct Reader {
    pub(crate) peer: NodeId,
    pub(crate) lane: Lane,
    pub(crate) events: Rc<EventQueue>,
    /// Comes when the link is up: nothing is delivered before.
    pub(crate) turn: oneshot::Receiver<Rc<Turn>>,
}

/// Starts both tasks of a lane over `stream`.
pub(crate) fn tasks<S>(
    stream: S,
    run: Run,
    queue: Rc<LaneQueue>,
    reader: Reader,
    report: impl Fn(Report) + Clone + 'static,
) -> [LocalBoxFuture<'static, ()>; 2]
where
    S: AsyncRead + AsyncWrite + 'static,
{
    let (read_half, write_half) = stream.split();
    let reading = {
        let report = report.clone();
        async move {
            let end = read(read_half, reader, &report).await.map_err(|error| error.code());
            report(Report::ReadEnd(end));
        }
    };
    let writing = async move {
        // A stream that cannot be written is a connection that fails: its end is reported by the swarm.
        let _ = write(write_half, run, &queue).await;
        report(Report::WriteEnd);
    };
    [Box::pin(reading), Box::pin(writing)]
}

async fn read(from: impl AsyncRead + Unpin, reader: Reader, report: &impl Fn(Report)) -> Result<(), FrameError> {
    let mut from = BufReader::new(from);
    let mut run = Run::default();
    from.read_exact(&mut run).await?;
    report(Report::Greeted(run));
    let Ok(turn) = reader.turn.await else { return Ok(()) };
    let mut mine = None;
    while let Some(frame) = Frame::read(&mut from).await? {
        match frame {
            Frame::Begin(number) if mine.is_none() => {
                if !turn.wait(number).await {
                    return Ok(());
                }
                mine = Some(number);
                report(Report::Begun);
            }
            Frame::Message(bytes) if mine.is_some() => {
                reader.events.received(reader.peer, reader.lane, bytes, || turn.over.get()).await;
            }
            Frame::Parting => report(Report::Parting),
            Frame::Later => report(Report::Later),
            Frame::Begin(_) | Frame::Message(_) => return Err(FrameError::OutOfTurn),
        }
    }
    mine.inspect(|number| turn.pass(*number));
    Ok(())
}

async fn write(mut to: impl AsyncWrite + Unpin, run: Run, queue: &LaneQueue) -> io::Result<()> {
    to.write_all(&run).await?;
    let mut flushed = false;
    loop {
        let next = poll_fn(|cx| match queue.poll_next(cx) {
            Poll::Pending if !flushed => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
            Poll::Ready(next) => Poll::Ready(Some(next)),
        })
        .await;
        match next {
            Some(Some(frame)) => {
                to.write_all(&frame.encode()).await?;
                flushed = false;
            }
            Some(None) => return to.close().await,
            None => {
                to.flush().await?;
                flushed = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt as _, StreamExt as _, executor::LocalPool, task::LocalSpawnExt as _};

    use super::*;
    use crate::{lanes::queue::MAX_QUEUED_LIVE, pipe, types::NetEvent};

    const PEER: NodeId = NodeId::from_bytes([1; 32]);

    /// One connection of a peer: what the peer puts into `queue` is read here.
    struct Wire {
        queue: Rc<LaneQueue>,
        reports: Rc<RefCell<Vec<Report>>>,
    }

    fn connect(pool: &LocalPool, events: &Rc<EventQueue>, turn: &Rc<Turn>) -> Wire {
        let (near, far) = pipe::pair();
        let queue = Rc::new(LaneQueue::new(MAX_QUEUED_LIVE));
        let reports = Rc::new(RefCell::new(Vec::new()));
        let (attach, turn_comes) = oneshot::channel();
        attach.send(Rc::clone(turn)).unwrap();
        let reader = Reader { peer: PEER, lane: Lane::Live, events: Rc::clone(events), turn: turn_comes };
        let idle = Rc::new(LaneQueue::new(MAX_QUEUED_LIVE));
        let noted = Rc::clone(&reports);
        let here = tasks(near, [1; 16], idle, reader, move |report| noted.borrow_mut().push(report));
        let (_, never) = oneshot::channel();
        let other = Reader { peer: PEER, lane: Lane::Live, events: Rc::clone(events), turn: never };
        let there = tasks(far, [2; 16], Rc::clone(&queue), other, |_| {});
        for task in here.into_iter().chain(there) {
            pool.spawner().spawn_local(task).unwrap();
        }
        Wire { queue, reports }
    }

    fn message(text: &str) -> Frame {
        Frame::Message(text.as_bytes().to_vec())
    }

    fn texts(events: &Rc<EventQueue>) -> Vec<String> {
        let mut texts = Vec::new();
        let mut stream = Rc::clone(events).stream();
        while let Some(Some(event)) = stream.next().now_or_never() {
            if let NetEvent::Received { bytes, .. } = event {
                texts.push(String::from_utf8(bytes).unwrap());
            }
        }
        texts
    }

    #[test]
    fn messages_arrive_in_order_and_runs_are_exchanged() {
        let (mut pool, events, turn) = (LocalPool::new(), Rc::default(), Rc::default());
        let wire = connect(&pool, &events, &turn);
        wire.queue.push(Frame::Begin(0)).unwrap();
        wire.queue.push(message("a")).unwrap();
        wire.queue.push(message("b")).unwrap();
        pool.run_until_stalled();
        assert_eq!(texts(&events), ["a", "b"]);
        assert!(matches!(wire.reports.borrow()[..], [Report::Greeted([2, ..]), Report::Begun]));
    }

    #[test]
    fn a_change_of_connection_loses_and_reorders_nothing() {
        let (mut pool, events, turn) = (LocalPool::new(), Rc::default(), Rc::default());
        let first = connect(&pool, &events, &turn);
        let second = connect(&pool, &events, &turn);
        second.queue.push(Frame::Begin(1)).unwrap();
        second.queue.push(message("c")).unwrap();
        pool.run_until_stalled();
        assert!(texts(&events).is_empty(), "the first has not had its turn");
        first.queue.push(Frame::Begin(0)).unwrap();
        first.queue.push(message("a")).unwrap();
        first.queue.push(message("b")).unwrap();
        first.queue.close();
        pool.run_until_stalled();
        assert_eq!(texts(&events), ["a", "b", "c"]);
    }

    #[test]
    fn a_message_before_its_turn_was_announced_is_refused() {
        let (mut pool, events, turn) = (LocalPool::new(), Rc::default(), Rc::default());
        let wire = connect(&pool, &events, &turn);
        wire.queue.push(message("a")).unwrap();
        pool.run_until_stalled();
        let reports = wire.reports.borrow();
        assert!(matches!(reports.last(), Some(Report::ReadEnd(Err(Some("malformed-frame"))))), "{reports:?}");
    }

    #[test]
    fn nothing_is_delivered_after_the_link_is_down() {
        let (mut pool, events, turn) = (LocalPool::new(), Rc::default(), Rc::<Turn>::default());
        let wire = connect(&pool, &events, &turn);
        wire.queue.push(Frame::Begin(0)).unwrap();
        pool.run_until_stalled();
        turn.end();
        wire.queue.push(message("late")).unwrap();
        pool.run_until_stalled();
        assert!(texts(&events).is_empty());
    }
}
