//! How the page looks, chosen for this browser.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::{browser, hooks::use_chosen, texts::t};

/// Light, dark, or as the system has it.
#[component]
pub fn Theme() -> Html {
    let theme = browser::preference("theme").unwrap_or_else(|| "auto".to_owned());
    let select = use_chosen(theme);
    let onchange = Callback::from(|event: Event| {
        if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
            browser::set_preference("theme", &select.value());
            browser::show_theme(&select.value());
        }
    });
    let option = |(value, label): (&'static str, String)| {
        html! { <option {value}>{ label }</option> }
    };
    let options = [("auto", t!("theme-auto")), ("light", t!("theme-light")), ("dark", t!("theme-dark"))];
    html! {
        <label class="field">
            <span>{ t!("theme") }</span>
            <select ref={select} data-testid="theme" {onchange}>{ for options.into_iter().map(option) }</select>
        </label>
    }
}
