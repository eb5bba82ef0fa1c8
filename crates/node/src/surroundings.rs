//! What a node is told and given by the place where it runs. Each trait is as small as it can be: a page, a host and a test
//! implement the same few methods, and a node knows no more of them.

use std::any::Any;

use futures::future::LocalBoxFuture;
use paceline_mesh::Lane;
use paceline_room::NodeId;

/// A call that was asked for later; dropping it takes it back.
pub type Timer = Box<dyn Any>;

/// Clock, executor and randomness. Everything runs in one thread.
pub trait Surroundings {
    /// Milliseconds on a clock that never goes back, with a fraction.
    fn now(&self) -> f64;
    /// The wall clock, Unix milliseconds. Only ever shown.
    fn wall_clock(&self) -> u64;
    /// Fills this with bytes that nobody can guess.
    fn random(&self, bytes: &mut [u8]);
    /// Runs a task to its end. It begins once the caller is done.
    fn spawn(&self, task: LocalBoxFuture<'static, ()>);
    /// Calls back once, in so many milliseconds or later.
    fn after(&self, millis: u32, call: Box<dyn FnOnce()>) -> Timer;
    /// Resolves when all else that waits for its turn has had one.
    fn turn(&self) -> LocalBoxFuture<'static, ()>;
}

/// What a node wants of its links. What they bring comes as [`paceline_mesh::Input`]s.
pub trait Links {
    /// Sends one message on the link with this peer; without one it is dropped.
    fn send(&self, peer: NodeId, lane: Lane, bytes: Vec<u8>);
    /// Drops the link: its peer broke the protocol.
    fn disconnect(&self, peer: NodeId);
    /// A relayed message that was carried here.
    fn carried(&self, bytes: Vec<u8>);
    /// Who is present and not linked, to be introduced.
    fn acquainted(&self, nodes: &[NodeId]);
    /// Whether others listen to newcomers.
    fn rest(&self, rest: bool);
    /// Closes all links at once, saying that this node leaves.
    fn goodbye(&self);
    /// Looks for the others (again).
    fn online(&self);
    /// The network may be another than before.
    fn network_changed(&self);
}

/// The key that this node holds, as the place keeps it: what is noted beside the node's database.
pub trait Key {
    /// Leaves behind what is not stored yet ([`paceline_store::Desk::note`]), at once; `None` takes it away. `false`: it is not
    /// kept.
    fn leave_unsaved(&self, note: Option<&str>) -> bool;
    /// Notes how far this node has written, so that a loss of its events is noticed. Nothing up to there is sent before it
    /// resolves; that is once it is noted, or cannot be: then a loss is noticed less. What takes too long is not waited for.
    fn note_written(&self, seq: u64) -> LocalBoxFuture<'static, ()>;
}
