//! Running what a person asked for.

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
