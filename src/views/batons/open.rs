//! Opening a baton: by hand, or one that the room's form knows and nobody has opened yet.

use std::rc::Rc;

use paceline_room::{
    body::batons,
    fold::List,
    state::{Baton, BatonState},
};
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::{
    browser,
    components::{
        fields::closes_on_escape,
        icons::{Icon, Sign},
    },
    forms,
    hooks::{Commands, Drafting, use_commands, use_draft},
    session::Place,
    texts::t,
};

/// Properties of [`OpenBaton`].
#[derive(PartialEq, Properties)]
pub struct OpenBatonProps {
    /// Name of the room's form.
    pub form: Rc<str>,
    /// What is there already.
    pub batons: List<Baton>,
}

/// The button, and the form behind it.
#[component]
pub fn OpenBaton(props: &OpenBatonProps) -> Html {
    let commands = use_commands("baton-open");
    let drafting = use_draft(Place::BatonOpen);
    let open = use_state(|| !drafting.draft.text.is_empty());
    let button = use_node_ref();
    let title = use_node_ref();
    {
        let title = title.clone();
        use_effect_with(*open, move |open| {
            if let Some(title) = title.cast::<HtmlElement>().filter(|_| *open) {
                browser::focus(&title);
            }
        });
    }
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let close = {
        let (open, button) = (open.setter(), button.clone());
        Callback::from(move |()| {
            open.set(false);
            if let Some(button) = button.cast::<HtmlElement>() {
                browser::focus(&button);
            }
        })
    };
    let suggested = forms::by_name(&props.form)
        .map(|form| form.batons)
        .unwrap_or_default()
        .into_iter()
        .filter(|wanted| !props.batons.iter().any(|it| it.title == wanted.title && it.state != BatonState::Closed));
    html! {
        <div class="open-baton">
            <button ref={button} type="button" class="quiet-button" data-testid="baton-open" onclick={toggle}
                aria-expanded={open.to_string()}><Sign icon={Icon::Plus} />{ t!("open-baton") }</button>
            { for suggested.map(|wanted| suggestion(wanted, &commands)) }
            if *open { { form(title, &drafting, &close) } }
        </div>
    }
}

/// Opens one that the form knows.
fn suggestion(wanted: forms::FormBaton, commands: &Commands) -> Html {
    let (suggested, label) = (commands.clone(), wanted.title.clone());
    let onclick = Callback::from(move |_: MouseEvent| {
        let (title, minutes) = (wanted.title.clone(), wanted.minutes);
        suggested.act(batons::Command::Open { title, need: None, strengths: vec![], minutes });
    });
    html! { <button key={&*label} type="button" class="quiet-button" {onclick} aria-disabled={commands.busy}><Sign icon={Icon::Plus} />{ label.clone() }</button> }
}

/// What wants somebody to lead, and for how long.
fn form(title: NodeRef, drafting: &Drafting, on_close: &Callback<()>) -> Html {
    let onsubmit = {
        let (drafting, close) = (drafting.clone(), on_close.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if drafting.now().text.trim().is_empty() {
                return browser::focus_handle("baton-title");
            }
            let close = close.clone();
            drafting.send("", move || close.emit(()));
        })
    };
    html! {
        <form class="inline-form" {onsubmit} onkeydown={closes_on_escape(on_close)}>
            <label class="field">
                <span>{ t!("baton-title") }</span>
                <input ref={title} type="text" dir="auto" maxlength="200" data-testid="baton-title" autocomplete="off"
                    value={drafting.draft.text.clone()} oninput={drafting.on_text()} readonly={drafting.sending} />
            </label>
            <label class="field">
                <span>{ t!("baton-minutes") }</span>
                <input type="number" min="1" max="1440" inputmode="numeric" value={drafting.draft.field("minutes").to_owned()}
                    oninput={drafting.on_field("minutes")} readonly={drafting.sending} />
            </label>
            <div class="row">
                <button type="submit" class="button" data-testid="baton-submit"
                    aria-disabled={drafting.sending.then_some("true")}>{ t!("open") }</button>
                <button type="button" class="quiet-button" onclick={on_close.reform(|_: MouseEvent| ())}>{ t!("cancel") }</button>
            </div>
        </form>
    }
}
