//! What the forms of several views do alike: reading a field, putting the keyboard into one, the keys that close and send.

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::browser;

/// The trimmed words in a text field.
pub fn value_of(field: &NodeRef) -> String {
    field.cast::<HtmlTextAreaElement>().map(|it| it.value().trim().to_owned()).unwrap_or_default()
}

/// Puts the keyboard into a field.
pub fn focus_on(field: &NodeRef) {
    if let Some(field) = field.cast::<HtmlTextAreaElement>() {
        browser::focus(&field);
    }
}

/// Escape closes a form, and nothing around it.
pub fn closes_on_escape(on_close: &Callback<()>) -> Callback<KeyboardEvent> {
    let on_close = on_close.clone();
    Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() {
            event.stop_propagation();
            on_close.emit(());
        }
    })
}

/// Control and Enter sends a form from a text field of several lines.
pub fn submits_on_control_enter() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            let form = event.target_dyn_into::<HtmlTextAreaElement>().and_then(|it| it.form());
            if let Some(form) = form {
                let _ = form.request_submit();
            }
        }
    })
}
