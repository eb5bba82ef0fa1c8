//! Running what a person asked for.

use wasm_bindgen_futures::spawn_local;

use crate::session::{Outcome, Session};

/// Runs a command; what comes of it goes to `done`, an error becomes a notice. Where nothing follows, `Session::run` does.
pub fn then<T: 'static>(
    session: &Session,
    command: impl Future<Output = Outcome<T>> + 'static,
    done: impl FnOnce(T) + 'static,
) {
    let session = session.clone();
    spawn_local(async move {
        match command.await {
            Ok(value) => done(value),
            Err(error) => session.notify(error.code, error.text),
        }
    });
}
