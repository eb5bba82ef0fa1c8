//! Offering a baton to somebody.

use std::sync::Arc;

use paceline_room::{Cid, NodeId};
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::{
    browser,
    components::{
        fields::closes_on_escape,
        more::{CHOICES, Which, use_shown},
        opened::Drawer,
    },
    hooks::{use_chosen, use_draft},
    parts::part,
    session::{Draft, Here, People, PersonView, Place},
    texts::t,
    words,
};

/// The list of those to whom it can be offered.
const PEOPLE: Which = ("people", None);

/// Properties of [`OfferForm`].
#[derive(Clone, PartialEq, Properties)]
pub struct OfferFormProps {
    /// What is offered.
    pub baton: Cid,
    /// Everybody.
    pub people: People,
    /// This node.
    pub me: NodeId,
    /// It was offered, or not.
    pub on_close: Callback<()>,
}

/// Draws it.
pub const OFFER: Drawer<OfferFormProps> =
    part!(forms: fn(&OfferFormProps) -> Html = |props: &OfferFormProps| html! { <OfferForm ..props.clone() /> });

/// To whom, and a word with it.
#[component]
fn OfferForm(props: &OfferFormProps) -> Html {
    let drafting = use_draft(Place::BatonOffer(props.baton));
    let first = use_state(|| props.people.iter().map(|it| it.person.node).find(|node| *node != props.me));
    let named = {
        let first = first.map(|node| node.to_string()).unwrap_or_default();
        move |draft: &Draft| Some(draft.field("to")).filter(|it| !it.is_empty()).unwrap_or(&first).to_owned()
    };
    let chosen = named(&drafting.draft);
    let to = use_chosen(chosen.clone());
    {
        let to = to.clone();
        use_effect_with((), move |()| {
            if let Some(to) = to.cast::<HtmlElement>() {
                browser::focus(&to);
            }
        });
    }
    let much = use_shown();
    let others = much.people(PEOPLE, &props.people, props.me, &chosen);
    let onsubmit = {
        let (drafting, on_close) = (drafting.clone(), props.on_close.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let to = named(&drafting.now());
            drafting.write(|draft| draft.set_field("to", &to));
            let on_close = on_close.clone();
            drafting.send("", move || on_close.emit(()));
        })
    };
    if others.is_empty() {
        return html! { <p class="empty">{ t!("nobody-to-offer") }</p> };
    }
    let option = |it: &&Arc<PersonView>| {
        let name = it.name.to_string();
        let label = if it.here == Here::Here {
            name
        } else {
            t!("name-presence", name = name, presence = words::here_name(it.here))
        };
        html! { <option value={it.person.node.to_string()}>{ label }</option> }
    };
    html! {
        <form class="inline-form" {onsubmit} onkeydown={closes_on_escape(&props.on_close)}>
            <label class="field">
                <span>{ t!("offer-to") }</span>
                <select ref={to} data-testid="baton-offer-to" translate="no" oninput={drafting.on_field("to")}>{ for others.iter().map(option) }</select>
            </label>
            { much.more(PEOPLE, CHOICES, props.people.len().saturating_sub(1)) }
            <label class="field">
                <span>{ t!("offer-note") }</span>
                <input type="text" dir="auto" maxlength="200" value={drafting.draft.text.clone()} oninput={drafting.on_text()}
                    readonly={drafting.sending} data-testid="baton-offer-note" />
            </label>
            <div class="row">
                <button type="submit" class="button" data-testid="baton-offer-submit" aria-disabled={drafting.sending.then_some("true")}>{ t!("offer") }</button>
                <button type="button" class="quiet-button" onclick={props.on_close.reform(|_: MouseEvent| ())}>{ t!("cancel") }</button>
            </div>
        </form>
    }
}
