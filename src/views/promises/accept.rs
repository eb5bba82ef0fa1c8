//! Taking an ask up: one press, and by when, if somebody says so.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use paceline_room::Cid;
use yew::prelude::*;

use super::by_when::by_when;
use crate::{hooks::use_draft, session::Place, texts::t};

/// Properties of [`Accept`].
#[derive(PartialEq, Properties)]
pub struct AcceptProps {
    /// The ask.
    pub ask: Cid,
    /// Its words.
    pub text: Arc<str>,
    /// It is the next press.
    pub next: bool,
    /// To be set when it is pressed: the row goes elsewhere, and the keyboard with it.
    pub acted: Rc<RefCell<bool>>,
}

/// What was asked is promised as it was asked.
#[component]
pub fn Accept(props: &AcceptProps) -> Html {
    let drafting = use_draft(Place::PromiseFrom(props.ask));
    let onclick = {
        let (drafting, text, acted) = (drafting.clone(), props.text.clone(), props.acted.clone());
        Callback::from(move |_: MouseEvent| {
            *acted.borrow_mut() = true;
            drafting.write(|draft| draft.text = text.to_string());
            drafting.send("", || ());
        })
    };
    let busy = drafting.sending.then_some("true");
    let class = classes!("button", (!props.next).then_some("plain"));
    html! {
        <div class="row take-up">
            { by_when(&drafting) }
            <button type="button" {class} data-testid="promise-accept" {onclick} aria-disabled={busy}>{ t!("do-this") }</button>
        </div>
    }
}
