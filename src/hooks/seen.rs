//! What somebody sees: behind another tab nothing is drawn anew.

use std::rc::Rc;

use gloo::events::EventListener;
use yew::prelude::*;

use crate::{browser, session::RoomView};

/// The room as it is, or, while nobody looks at this tab, as it was when somebody last did. Drawn anew at once when somebody does
/// again: until then words that were taken back meanwhile stand in the page that nobody sees.
#[hook]
pub fn use_seen(room: &Rc<RoomView>) -> Rc<RoomView> {
    let seen = use_mut_ref(|| room.clone());
    let draw = use_force_update();
    use_effect_with((), move |()| {
        let listener = browser::document().map(|it| {
            EventListener::new(&it, "visibilitychange", move |_| {
                if !browser::is_hidden() {
                    draw.force_update();
                }
            })
        });
        move || drop(listener)
    });
    let mut seen = seen.borrow_mut();
    if !browser::is_hidden() || seen.room != room.room {
        *seen = room.clone();
    }
    seen.clone()
}
