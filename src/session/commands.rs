//! What a person or a script does: a [`Command`] of the room, or whatever else ends with an [`Outcome`].

use futures::future::LocalBoxFuture;
use paceline_node::Acts;
use paceline_room::{Cid, body::batons, command::Command};
use wasm_bindgen_futures::spawn_local;

use super::{
    Session,
    error::{Outcome, SessionError},
    express::seen,
    handoffs, notices,
};

impl Session {
    /// Does what somebody asks for; resolves once its event is durably stored, or says why not.
    pub fn act(&self, command: impl Into<Command>) -> LocalBoxFuture<'static, Outcome<Cid>> {
        Box::pin(self.clone().act_now(command.into()))
    }

    async fn act_now(self, command: Command) -> Outcome<Cid> {
        let node = self.engine()?.node.clone();
        let command = seen(command).map_err(notices::node)?;
        self.offered(&command)?;
        let introduces = matches!(command, Command::People(_));
        let cid = node.act(command).await.map_err(notices::node)?;
        if introduces {
            self.note_name().await;
        }
        Ok(cid)
    }

    /// Does all of this in one step: whatever happens meanwhile, all of it is stored or nothing. Resolves with the events' names, in
    /// this order.
    pub fn act_all(&self, acts: Acts) -> LocalBoxFuture<'static, Outcome<Vec<Cid>>> {
        let session = self.clone();
        Box::pin(async move {
            let node = session.engine()?.node.clone();
            node.act_all(acts.each(seen)).await.map_err(notices::node)
        })
    }

    /// Whether this node may do it now, as far as that is not for the log to say: a holder who is here is not pushed aside.
    fn offered(&self, command: &Command) -> Outcome<()> {
        let Command::Batons(batons::Command::StepIn { baton }) = command else { return Ok(()) };
        self.publish_now();
        let view = self.view();
        let held = view.room.as_ref().and_then(|room| Some((room, room.batons.iter().find(|it| it.cid == *baton)?)));
        if held.is_some_and(|(room, baton)| !handoffs::may_step_in(room, baton)) {
            return Err(notices::error("still-here"));
        }
        Ok(())
    }

    /// Runs a command a person asked for; an error becomes a notice.
    pub fn run<T: 'static>(&self, command: impl Future<Output = Outcome<T>> + 'static) {
        self.spawn(Box::pin(async move { command.await.map(drop) }));
    }

    /// The same, unless a command about the same thing runs already: two clicks do it once.
    pub fn run_once<T: 'static>(&self, about: &str, command: impl Future<Output = Outcome<T>> + 'static) {
        self.spawn_once(about.to_owned(), Box::pin(async move { command.await.map(drop) }));
    }

    fn spawn_once(&self, about: String, command: LocalBoxFuture<'static, Outcome<()>>) {
        if self.is_running(&about) {
            return;
        }
        self.0.running.borrow_mut().push(about.clone());
        self.told(&about);
        let session = self.clone();
        self.spawn(Box::pin(async move {
            let outcome = command.await;
            // What it did is on the screen before it can be started again.
            session.publish_now();
            session.0.running.borrow_mut().retain(|it| *it != about);
            session.told(&about);
            outcome
        }));
    }

    /// Whether a command about this runs.
    pub fn is_running(&self, about: &str) -> bool {
        self.0.running.borrow().iter().any(|it| it == about)
    }

    /// Boxed, so that what surrounds each command is in the page once.
    fn spawn(&self, command: LocalBoxFuture<'static, Outcome<()>>) {
        let session = self.clone();
        spawn_local(async move {
            if let Err(SessionError { code, text }) = command.await {
                session.notify(code, text);
            }
        });
    }
}
