//! What a native select shows. It does not follow what a person chooses: that is the select's own affair.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// The reference to give to a select that is to show this value, at first and whenever the value changes. `selected` on an
/// option does not do it: options are put into the page last first, and a select keeps the one that was there alone.
#[hook]
pub fn use_chosen(value: impl Into<AttrValue>) -> NodeRef {
    let select = use_node_ref();
    let shown = select.clone();
    use_effect_with(value.into(), move |value: &AttrValue| {
        if let Some(select) = shown.cast::<HtmlSelectElement>() {
            select.set_value(value);
        }
    });
    select
}
