//! The forms that the page's host adds: takes them over, and tells what of them was not taken as it is written.

use super::{Session, SessionError, notices};
use crate::{
    forms::{self, Read, Said, What},
    texts::t,
};

/// So many places of a file are named, the others counted.
const NAMED: usize = 3;

impl Session {
    /// Fetches them. Whoever is quicker begins with those of this build.
    pub(super) async fn fetch_forms(&self) {
        for (file, read) in self.0.config.fetch_forms().await {
            let Read { form, said } = forms::take_over(read);
            if !said.is_empty() {
                let SessionError { code, text } = told(&file, form.is_some(), &said);
                self.notify(code, text);
            }
        }
        self.publish_calmly();
    }
}

/// What was said of a file, as a notice.
fn told(file: &str, is_used: bool, said: &[Said]) -> SessionError {
    let what: Vec<String> = said.iter().take(NAMED).map(words).collect();
    let (file, what) = (("file", file.into()), ("what", what.join("; ").into()));
    if is_used {
        let more = ("more", said.len().saturating_sub(NAMED).into());
        notices::error_with("form-changed", &[file, what, more])
    } else {
        notices::error_with("form-unread", &[file, what])
    }
}

fn words(said: &Said) -> String {
    let place = said.place.as_str();
    match said.what {
        What::Absent => t!("form-absent"),
        What::TooLong => t!("form-too-long", n = forms::reading::MAX_BYTES / 1024),
        What::Malformed => t!("form-malformed"),
        What::Nameless => t!("form-nameless"),
        What::Taken => t!("form-taken", name = place),
        What::Cut => t!("form-cut", place = place),
        What::Cleaned => t!("form-cleaned", place = place),
        What::Clamped => t!("form-clamped", place = place),
        What::Shortened => t!("form-shortened", place = place),
        What::Repeated => t!("form-repeated", place = place),
        What::Unknown => t!("form-unknown", place = place),
        What::Unfit => t!("form-unfit", place = place),
    }
}
