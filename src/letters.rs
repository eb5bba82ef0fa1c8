//! Which letters look alike, by the tables of Unicode (UTS 39, `confusables.txt`). A part of its own: the tables weigh more than what
//! draws most views, and nobody waits for them.

use std::time::Duration;

use gloo::timers::future::sleep;

use crate::{
    browser,
    parts::{Comes, Part, part},
};

/// What names are compared by: equal for those that look alike.
type Skeleton = fn(&str) -> String;

const LETTERS: fn() -> &'static Part<Skeleton> =
    part!(letters: Skeleton = |text| unicode_security::skeleton(text).collect());

/// A room that was just opened has others to ask first.
const AFTER: Duration = Duration::from_secs(1);
/// Until it is asked again for tables that did not come.
const AGAIN: Duration = Duration::from_secs(30);

/// What all look like that look like this, if that is known here.
pub fn skeleton(text: &str) -> Option<String> {
    LETTERS().here().map(|it| it(text))
}

/// Waits until letters are known, as long as somebody waits for it; whether they were not before.
pub async fn come(waits: impl Fn() -> bool) -> bool {
    if LETTERS().is_here() {
        return false;
    }
    let mut pause = AFTER;
    while waits() {
        sleep(pause).await;
        if browser::has_network() && LETTERS().come().await.is_ok() {
            return true;
        }
        pause = AGAIN;
    }
    false
}
