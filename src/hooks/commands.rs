//! Running what a person asked for.

use paceline_room::command::Command;
use yew::prelude::*;

use super::{draft::use_about, use_session};
use crate::session::{Outcome, Session};

/// Runs a command; what comes of it goes to `done`, an error becomes a notice. Where nothing follows, `Session::run` does.
pub fn then<T: 'static>(
    session: &Session,
    command: impl Future<Output = Outcome<T>> + 'static,
    done: impl FnOnce(T) + 'static,
) {
    session.run(async move {
        done(command.await?);
        Ok(())
    });
}

/// The commands about one thing, of which one runs at a time.
#[derive(Clone, PartialEq)]
pub struct Commands {
    session: Session,
    about: AttrValue,
    /// `aria-disabled` of their buttons.
    pub busy: Option<&'static str>,
}

/// The commands about a thing: two clicks do one of them once, whoever draws it, and however long storing takes.
#[hook]
pub fn use_commands(about: impl ToString) -> Commands {
    let (session, about) = (use_session(), about.to_string());
    use_about(&session, about.clone());
    let busy = session.is_running(&about).then_some("true");
    Commands { session, about: about.into(), busy }
}

impl Commands {
    /// Runs one, unless one runs.
    pub fn run<T: 'static, F>(&self, command: impl FnOnce(Session) -> F)
    where
        F: Future<Output = Outcome<T>> + 'static,
    {
        self.session.run_once(&self.about, command(self.session.clone()));
    }

    /// Does what the room knows, unless a command runs.
    pub fn act(&self, command: impl Into<Command>) {
        let command = command.into();
        self.run(|session| session.act(command));
    }
}
