//! The mark beside a time that cannot be.

use yew::prelude::*;

use crate::texts::t;

/// Draws it.
pub fn doubtful() -> Html {
    html! { <span class="mark" data-testid="doubtful" title={t!("doubtful-title")}>{ t!("doubtful") }</span> }
}
