//! How a promise of one's own ended: kept in one press, dropped with a reason.

use std::{cell::RefCell, rc::Rc};

use paceline_room::{Cid, body::promises::Command};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::{
    components::fields::{closes_on_escape, focus_on, submits_on_control_enter},
    hooks::{Drafting, use_chosen, use_commands, use_draft},
    session::Place,
    texts::t,
};

/// Properties of [`Ending`].
#[derive(PartialEq, Properties)]
pub struct EndingProps {
    /// The promise.
    pub promise: Cid,
    /// It is not dropped yet.
    pub open: bool,
    /// Its button is the next press.
    pub next: bool,
    /// Posts that may show that it was kept.
    pub posts: Rc<[(Cid, AttrValue)]>,
    /// To be set when a button is pressed: the row goes elsewhere, and the keyboard with it.
    pub acted: Rc<RefCell<bool>>,
}

/// The buttons, and what may be said with each.
#[component]
pub fn Ending(props: &EndingProps) -> Html {
    let promise = props.promise;
    let commands = use_commands(format!("promise {promise}"));
    let drafting = use_draft(Place::PromiseWord(promise));
    let dropping = use_state(|| !drafting.draft.is_empty());
    let evidence = use_state(|| None::<Cid>);
    let why = use_node_ref();
    {
        let why = why.clone();
        use_effect_with(*dropping, move |dropping| {
            if *dropping {
                focus_on(&why);
            }
        });
    }
    let keep = {
        let (commands, acted, evidence) = (commands.clone(), props.acted.clone(), *evidence);
        Callback::from(move |_: MouseEvent| {
            *acted.borrow_mut() = true;
            commands.act(Command::Keep { promise, evidence });
        })
    };
    let toggle = {
        let dropping = dropping.clone();
        Callback::from(move |_: MouseEvent| dropping.set(!*dropping))
    };
    let close = {
        let dropping = dropping.setter();
        Callback::from(move |()| dropping.set(false))
    };
    let on_choose = {
        let evidence = evidence.setter();
        use_callback((), move |chosen, ()| evidence.set(chosen))
    };
    let class = classes!("button", (!props.next || *dropping).then_some("plain"));
    html! {
        <>
            <div class="row" role="group" aria-label={t!("promise-actions")}>
                <button type="button" {class} data-testid="promise-keep" onclick={keep} aria-disabled={commands.busy}>{ t!("kept") }</button>
                if props.open {
                    <button type="button" class="button plain" data-testid="promise-drop" onclick={toggle}
                        aria-expanded={dropping.to_string()}>{ t!("dropped") }</button>
                }
            </div>
            <div>if !props.posts.is_empty() { <Shows posts={props.posts.clone()} {on_choose} /> }</div>
            <div>if props.open && *dropping { { reason(why, &drafting, &close, props) } }</div>
        </>
    }
}

#[derive(PartialEq, Properties)]
struct ShowsProps {
    posts: Rc<[(Cid, AttrValue)]>,
    on_choose: Callback<Option<Cid>>,
}

/// A post that shows that it was kept; none at first.
#[component]
fn Shows(props: &ShowsProps) -> Html {
    let chosen = use_chosen("");
    let onchange = props
        .on_choose
        .reform(|event: Event| event.target_dyn_into::<HtmlSelectElement>().and_then(|it| it.value().parse().ok()));
    let option = |(cid, words): &(Cid, AttrValue)| {
        html! { <option key={cid.to_string()} value={cid.to_string()}>{ words }</option> }
    };
    html! {
        <label class="field shows">
            <span>{ t!("promise-evidence") }</span>
            <select ref={chosen} data-testid="promise-evidence" translate="no" {onchange}>
                <option key="" value="">{ t!("promise-evidence-none") }</option>
                { for props.posts.iter().map(option) }
            </select>
        </label>
    }
}

/// Why it is dropped.
fn reason(field: NodeRef, drafting: &Drafting, on_close: &Callback<()>, props: &EndingProps) -> Html {
    let onsubmit = {
        let (drafting, field, acted) = (drafting.clone(), field.clone(), props.acted.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if drafting.now().text.trim().is_empty() {
                return focus_on(&field);
            }
            *acted.borrow_mut() = true;
            drafting.send("", || ());
        })
    };
    html! {
        <form class="inline-form" {onsubmit} onkeydown={closes_on_escape(on_close)}>
            <label class="field">
                <span>{ t!("drop-why") }</span>
                <textarea ref={field} rows="2" dir="auto" data-testid="promise-text" onkeydown={submits_on_control_enter()}
                    value={drafting.draft.text.clone()} oninput={drafting.on_text()} readonly={drafting.sending} />
            </label>
            <div class="row">
                <button type="submit" class={classes!("button", (!props.next).then_some("plain"))} data-testid="promise-submit" aria-disabled={drafting.sending.then_some("true")}>
                    { t!("dropped") }
                </button>
                <button type="button" class="quiet-button" onclick={on_close.reform(|_: MouseEvent| ())}>{ t!("cancel") }</button>
            </div>
        </form>
    }
}
