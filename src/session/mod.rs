//! The one place that knows room, net and store: commands in, [`View`]s out.
//!
//! A person acts -> a method here -> `room` builds and signs an event -> `store` commits it -> `mesh` and `net` spread it
//! -> the view shows it as sent. Every method resolves once its event is durably stored, or rejects with a
//! [`SessionError`]; components and scripts call the same methods.

mod error;
mod view;

use std::rc::Rc;

use paceline_room::{
    Cid, NodeId,
    body::{Answer, PostKind, Stance},
};

pub use error::SessionError;
pub use view::{Connection, Notice, PeerView, PersonView, RoomCard, RoomView, StorageView, Storing, View};

/// The outcome of a command.
pub type Outcome<T> = Result<T, SessionError>;

/// A new post.
#[derive(Debug, Clone)]
pub struct NewPost {
    /// Its words.
    pub text: String,
    /// What it is.
    pub kind: PostKind,
    /// The post it answers.
    pub reply_to: Option<Cid>,
    /// Tags.
    pub tags: Vec<String>,
}

/// New feedback.
#[derive(Debug, Clone)]
pub struct NewFeedback {
    /// A post, or the transfer that began a term.
    pub target: Cid,
    /// How it stands to it.
    pub stance: Stance,
    /// Its words, if any.
    pub text: Option<String>,
    /// Links that support it.
    pub sources: Vec<String>,
}

/// A new baton.
#[derive(Debug, Clone)]
pub struct NewBaton {
    /// What is led.
    pub title: String,
    /// The need it answers.
    pub need: Option<Cid>,
    /// Strengths it calls for.
    pub strengths: Vec<String>,
    /// Meant length of a term.
    pub minutes: Option<u32>,
}

/// A page's session. Clones are the same session.
#[derive(Clone)]
pub struct Session(Rc<()>);

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Unsubscribes when dropped.
pub struct Subscription;

#[allow(missing_docs, unused_variables, clippy::unused_async)]
impl Session {
    /// The page has loaded: opens the registry of rooms. The room itself is opened by [`Session::join`].
    pub fn start() -> Self {
        Self(Rc::new(()))
    }
    /// The latest snapshot.
    pub fn view(&self) -> Rc<View> {
        Rc::new(View { rooms: [].into(), room: None, opening: false, notices: [].into(), offline: false })
    }
    /// Calls back with each new snapshot, at most once a frame.
    pub fn subscribe(&self, listener: impl Fn(Rc<View>) + 'static) -> Subscription {
        Subscription
    }
    /// Tells the person something; used for errors of commands by [`Session::run`].
    pub fn notify(&self, code: &'static str, text: impl Into<String>) {}
    /// Takes a notice away.
    pub fn dismiss(&self, id: u32) {}
    /// Runs a command a person asked for; an error becomes a notice.
    pub fn run<T: 'static>(&self, command: impl Future<Output = Outcome<T>> + 'static) {}

    /// Founds a room and opens it; returns its link.
    pub async fn found(&self, title: String, purpose: String, form: String) -> Outcome<String> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    /// Opens the room of a link; resolves when it can be shown.
    pub async fn join(&self, link: String) -> Outcome<()> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    /// Leaves the open room (everything stays in this browser).
    pub async fn leave(&self) -> Outcome<()> {
        Ok(())
    }
    /// Deletes a room and its keys from this browser.
    pub async fn forget(&self, room: Cid) -> Outcome<()> {
        Ok(())
    }
    /// Goes on in the open room as somebody new: another key.
    pub async fn become_new(&self) -> Outcome<()> {
        Ok(())
    }
    /// Stays who this tab was: stops asking.
    pub fn stay(&self) {}

    pub async fn introduce(&self, name: String, strengths: Vec<String>, hue: Option<u8>) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn post(&self, post: NewPost) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn edit(&self, post: Cid, text: String) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn retract(&self, post: Cid) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn feedback(&self, feedback: NewFeedback) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn answer(&self, feedback: Cid, answer: Answer, text: String, by: Option<Cid>) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn withdraw_feedback(&self, feedback: Cid) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn baton_open(&self, baton: NewBaton) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn baton_take(&self, baton: Cid) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn baton_offer(&self, baton: Cid, to: NodeId, note: String) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn baton_withdraw(&self, offer: Cid) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn baton_accept(&self, offer: Cid) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn baton_decline(&self, offer: Cid, why: String) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn baton_release(&self, baton: Cid, note: String) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn baton_step_in(&self, baton: Cid) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn baton_reclaim(&self, baton: Cid) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn baton_close(&self, baton: Cid, outcome: String) -> Outcome<Cid> {
        Err(SessionError::new("no-room", "There is no room open."))
    }

    /// Drops all links and keeps working.
    pub async fn offline(&self) -> Outcome<()> {
        Ok(())
    }
    pub async fn online(&self) -> Outcome<()> {
        Ok(())
    }
    /// No direct link with that node.
    pub fn refuse(&self, node: NodeId) {}
    pub fn allow(&self, node: NodeId) {}
    /// The code to give to somebody who cannot be reached otherwise.
    pub async fn by_hand_invite(&self) -> Outcome<String> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    /// The reply to a pasted invite.
    pub async fn by_hand_reply(&self, invite: String) -> Outcome<String> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    /// The pasted reply to one's own invite.
    pub async fn by_hand_accept(&self, reply: String) -> Outcome<()> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    /// The log as CAR.
    pub async fn export_car(&self) -> Outcome<Vec<u8>> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    pub async fn import_car(&self, bytes: Vec<u8>) -> Outcome<()> {
        Err(SessionError::new("no-room", "There is no room open."))
    }
    /// Tells others whether this tab is looked at.
    pub fn away(&self, away: bool) {}
    /// Why a transfer of a baton was ignored, in a plain sentence, if it was.
    pub fn why_ignored(&self, event: Cid) -> Option<String> {
        None
    }
}
