//! The session of this page and its latest view.

use std::rc::Rc;

use yew::prelude::*;

use crate::session::{Session, View};

/// The page's session.
///
/// # Panics
/// Outside of the provider in `app.rs`: a mistake of the programmer, not of any input.
#[hook]
pub fn use_session() -> Session {
    use_context::<Session>().expect("components live inside the session's provider")
}

/// The latest view; redraws the caller with each new one.
#[hook]
pub fn use_view(session: &Session) -> Rc<View> {
    let view = use_state(|| session.view());
    let setter = view.setter();
    use_effect_with(session.clone(), move |session| {
        // What changed between the first draw and this effect must not be missed.
        setter.set(session.view());
        let subscription = session.subscribe(move |view| setter.set(view));
        move || drop(subscription)
    });
    (*view).clone()
}
