//! How much of this room is taken in.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::{
    hooks::{use_chosen, use_session},
    session::{Takes, takes_of, takes_word},
    texts::t,
};

/// Properties of [`Amount`].
#[derive(PartialEq, Properties)]
pub struct AmountProps {
    /// What was chosen.
    pub takes: Takes,
}

/// Draws the choice.
#[component]
pub fn Amount(props: &AmountProps) -> Html {
    let session = use_session();
    let select = use_chosen(takes_word(props.takes));
    let onchange = Callback::from(move |event: Event| {
        if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
            session.take(takes_of(&select.value()));
        }
    });
    let options = [
        (Takes::UntilFull, t!("take-until-full")),
        (Takes::All, t!("take-all")),
        (Takes::Newest, t!("take-newest")),
        (Takes::Nothing, t!("take-nothing")),
    ];
    let option = |(takes, label): (Takes, String)| html! { <option value={takes_word(takes)}>{ label }</option> };
    html! {
        <label class="field">
            <span>{ t!("amount") }</span>
            <select ref={select} data-testid="take-choice" {onchange}>{ for options.into_iter().map(option) }</select>
        </label>
    }
}
