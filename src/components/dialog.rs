//! A native `<dialog>`: the browser keeps the keyboard inside it; we give it back to where it was.

use web_sys::{Element, HtmlDialogElement};
use yew::prelude::*;

use super::icons::{Icon, Sign};
use crate::{address::use_back, browser, texts::t};

/// Properties of [`Dialog`].
#[derive(PartialEq, Properties)]
pub struct DialogProps {
    /// Its heading and name.
    pub title: AttrValue,
    /// It was closed: by its button, by Escape, by going back.
    pub on_close: Callback<()>,
    /// What is in it.
    pub children: Children,
}

/// Shows a modal dialog for as long as it is drawn.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let dialog = use_node_ref();
    use_back(true, props.on_close.clone());
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            let opener = browser::focused();
            let element = dialog.cast::<HtmlDialogElement>();
            if let Some(element) = element.as_ref().filter(|element| !element.open()) {
                let _ = element.show_modal();
            }
            move || {
                if let Some(element) = element {
                    element.close();
                }
                if let Some(opener) = opener.filter(|opener| opener.is_connected()) {
                    browser::focus(&opener);
                }
            }
        });
    }
    let close = props.on_close.reform(|_: MouseEvent| ());
    let oncancel = {
        let on_close = props.on_close.clone();
        Callback::from(move |event: Event| {
            event.prevent_default();
            on_close.emit(());
        })
    };
    // A click on the backdrop is a click on the dialog itself, outside of its content.
    let onclick = {
        let (on_close, dialog) = (props.on_close.clone(), dialog.clone());
        Callback::from(move |event: MouseEvent| {
            if event.target_dyn_into::<Element>().is_some_and(|target| dialog.cast::<Element>() == Some(target)) {
                on_close.emit(());
            }
        })
    };
    html! {
        <dialog ref={dialog} class="dialog" aria-label={props.title.clone()} {oncancel} {onclick}>
            <div class="dialog-inside">
                <header class="dialog-head">
                    <h2>{ props.title.clone() }</h2>
                    <button type="button" class="icon-button" onclick={close} aria-label={t!("close-dialog")}>
                        <Sign icon={Icon::Close} />
                    </button>
                </header>
                { props.children.clone() }
            </div>
        </dialog>
    }
}
