//! Figures that change by themselves.

use yew::prelude::*;

use super::use_session;

/// The caller shows figures that change by themselves: as long as it does, each change is drawn.
#[hook]
pub fn use_figures() {
    let session = use_session();
    use_effect_with((), move |()| {
        let showing = session.show_figures();
        move || drop(showing)
    });
}
