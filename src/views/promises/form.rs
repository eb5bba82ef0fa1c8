//! A new promise, or an ask: what, who, by when.

use std::sync::Arc;

use paceline_room::NodeId;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::by_when::by_when;
use crate::{
    browser,
    components::{
        fields::{closes_on_escape, focus_on, submits_on_control_enter},
        icons::{Icon, Sign},
        more::{CHOICES, Which, use_shown},
    },
    hooks::{Drafting, use_chosen, use_draft},
    session::{Here, People, PersonView, Place},
    texts::{changing, t},
    words,
};

/// The list of those who can be asked.
const PEOPLE: Which = ("people", None);

/// Properties of [`NewPromise`].
#[derive(PartialEq, Properties)]
pub struct NewPromiseProps {
    /// Everybody.
    pub people: People,
    /// This node.
    pub me: NodeId,
    /// The form is opened, or closed.
    pub on_open: Callback<bool>,
}

/// The button, and the form behind it.
#[component]
pub fn NewPromise(props: &NewPromiseProps) -> Html {
    let drafting = use_draft(Place::Promise);
    let open = use_state(|| !drafting.draft.is_empty());
    let button = use_node_ref();
    use_effect_with((*open, props.on_open.clone()), |(open, on_open)| on_open.emit(*open));
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let on_close = {
        let (open, button) = (open.setter(), button.clone());
        use_callback((), move |(), ()| {
            open.set(false);
            if let Some(button) = button.cast::<HtmlElement>() {
                browser::focus(&button);
            }
        })
    };
    html! {
        <div class="new-promise">
            <button ref={button} type="button" class="quiet-button" data-testid="promise-open" onclick={toggle}
                aria-expanded={open.to_string()}><Sign icon={Icon::Plus} />{ t!("promise-new") }</button>
            if *open { <Form people={props.people.clone()} me={props.me} {drafting} {on_close} /> }
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct FormProps {
    people: People,
    me: NodeId,
    drafting: Drafting,
    on_close: Callback<()>,
}

#[component]
fn Form(props: &FormProps) -> Html {
    let FormProps { people, me, drafting, on_close } = props;
    let what = use_node_ref();
    let to = drafting.draft.field("to");
    let who = use_chosen(to.to_owned());
    {
        let what = what.clone();
        use_effect_with((), move |()| focus_on(&what));
    }
    let onsubmit = {
        let (drafting, what, on_close) = (drafting.clone(), what.clone(), on_close.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if drafting.now().text.trim().is_empty() {
                return focus_on(&what);
            }
            let on_close = on_close.clone();
            drafting.send("", move || on_close.emit(()));
        })
    };
    let option = |it: &Arc<PersonView>| {
        let name = it.name.to_string();
        let name = if it.here == Here::Here {
            name
        } else {
            t!("name-presence", name = name, presence = words::here_name(it.here))
        };
        // Another text is another element: browsers translate, see `changing`.
        let (node, words) = (it.person.node.to_string(), t!("promise-ask-of", name = name));
        html! { <option key={format!("{node} {words}")} value={node}>{ words }</option> }
    };
    let much = use_shown();
    let others = much.people(PEOPLE, people, *me, to);
    let submit = if to.is_empty() { t!("promise") } else { t!("ask") };
    html! {
        <form class="inline-form" {onsubmit} onkeydown={closes_on_escape(on_close)}>
            <label class="field">
                <span>{ t!("promise-what") }</span>
                <textarea ref={what} rows="2" dir="auto" data-testid="promise-text" onkeydown={submits_on_control_enter()}
                    value={drafting.draft.text.clone()} oninput={drafting.on_text()} readonly={drafting.sending} />
            </label>
            <label class="field">
                <span>{ t!("promise-who") }</span>
                <select ref={who} data-testid="promise-ask" oninput={drafting.on_field("to")}>
                    <option value="">{ t!("promise-me") }</option>
                    { for others.into_iter().map(option) }
                </select>
            </label>
            { much.more(PEOPLE, CHOICES, people.len().saturating_sub(1)) }
            // Who is asked says by when.
            <div>if to.is_empty() { { by_when(drafting) } }</div>
            <div class="row">
                <button type="submit" class="button" data-testid="promise-submit" aria-disabled={drafting.sending.then_some("true")}>
                    { changing(submit) }
                </button>
                <button type="button" class="quiet-button" onclick={on_close.reform(|_: MouseEvent| ())}>{ t!("cancel") }</button>
            </div>
        </form>
    }
}
