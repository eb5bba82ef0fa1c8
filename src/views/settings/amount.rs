//! How much of the room this tab takes.

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
        let chosen = event.target_dyn_into::<HtmlSelectElement>().and_then(|it| takes_of(&it.value()));
        let command = session.clone();
        session.run(async move { chosen.map_or(Ok(()), |takes| command.take(takes)) });
    });
    let option = |(takes, label): (Takes, String)| html! { <option value={takes_word(takes)}>{ label }</option> };
    let options = [
        (Takes::UntilFull, t!("settings-takes-until-full")),
        (Takes::All, t!("settings-takes-all")),
        (Takes::Newest, t!("settings-takes-newest")),
        (Takes::Nothing, t!("settings-takes-nothing")),
    ];
    html! {
        <label class="field">
            <span>{ t!("settings-takes") }</span>
            <select ref={select} data-testid="takes" {onchange}>{ for options.into_iter().map(option) }</select>
        </label>
    }
}
