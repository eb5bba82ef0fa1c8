//! Whether somebody types in a part of the page, as long as that is drawn.

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, HtmlElement};
use yew::prelude::*;

use crate::browser;

/// Whether a field within this has the keyboard.
#[hook]
pub fn use_writing_in(place: &NodeRef) -> bool {
    let writing = use_state_eq(|| false);
    {
        let (place, writing) = (place.clone(), writing.setter());
        use_effect_with((), move |()| {
            let listening = place.cast::<HtmlElement>().map(|place| {
                ["focusin", "focusout"].map(|name| {
                    let (within, writing) = (place.clone(), writing.clone());
                    EventListener::new(&place, name, move |event| {
                        let field = keyboard_at(event).filter(browser::is_field);
                        writing.set(field.is_some_and(|it| within.contains(Some(&it))));
                    })
                })
            });
            move || drop(listening)
        });
    }
    {
        // Some browsers say nothing of a field that goes while it has the keyboard: then the next drawing sees it.
        let writing = writing.clone();
        use_effect(move || {
            if *writing && browser::focus_is_lost() {
                writing.set(false);
            }
        });
    }
    *writing
}

/// What has the keyboard after it came to something, or left it.
fn keyboard_at(event: &Event) -> Option<HtmlElement> {
    let event = event.dyn_ref::<FocusEvent>()?;
    let to = if event.type_() == "focusin" { event.target() } else { event.related_target() };
    to?.dyn_into().ok()
}
