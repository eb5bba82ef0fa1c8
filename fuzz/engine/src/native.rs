//! Trying one input and outliving it: a panic is caught, and says where it came from. Not in a page, where a panic is the end.

use std::{
    cell::{Cell, RefCell},
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What the panic said.
    pub why: String,
    /// Where it came from: file and line.
    pub place: String,
}

thread_local! {
    static TRYING: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<Option<Fault>> = const { RefCell::new(None) };
}

/// Tries one input: whether something was read in it.
///
/// # Errors
/// It panicked.
pub fn attempt(check: fn(&[u8]) -> bool, input: &[u8]) -> Result<bool, Fault> {
    outlive(|| check(input))
}

/// Does something that may panic.
///
/// # Errors
/// It panicked.
pub fn outlive<T>(work: impl FnOnce() -> T) -> Result<T, Fault> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !TRYING.get() {
                return usual(info);
            }
            let place = info.location().map_or_else(String::new, |it| format!("{}:{}", it.file(), it.line()));
            let why = info.payload_as_str().unwrap_or("a panic without words").to_owned();
            LAST.set(Some(Fault { why, place }));
        }));
    });
    TRYING.set(true);
    let tried = panic::catch_unwind(AssertUnwindSafe(work));
    TRYING.set(false);
    tried.map_err(|_| LAST.take().unwrap_or_else(|| Fault { why: String::new(), place: String::new() }))
}
