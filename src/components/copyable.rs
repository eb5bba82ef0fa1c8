//! A text to carry away.

use gloo::timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlTextAreaElement, MouseEvent};
use yew::prelude::*;

use crate::{
    browser,
    texts::{changing, t},
};

/// How long "copied" stands there, in milliseconds.
const COPIED_MS: u32 = 3_000;

/// Properties of [`Copyable`].
#[derive(PartialEq, Properties)]
pub struct CopyableProps {
    /// What to copy.
    pub text: AttrValue,
    /// Stable handle.
    pub handle: &'static str,
    /// What it is.
    pub label: AttrValue,
    /// Its button is filled: what a screen is for.
    #[prop_or(true)]
    pub filled: bool,
}

/// A text to carry away: selectable, with a button that copies it.
#[component]
pub fn Copyable(props: &CopyableProps) -> Html {
    let field = use_node_ref();
    let copied = use_state(|| false);
    {
        let field = field.clone();
        // As content and as value, so that it can be read both ways.
        use_effect_with(props.text.clone(), move |text| {
            if let Some(field) = field.cast::<HtmlTextAreaElement>() {
                field.set_text_content(Some(text));
                field.set_value(text);
            }
        });
    }
    {
        let setter = copied.setter();
        use_effect_with(*copied, move |copied| {
            let timeout = copied.then(|| Timeout::new(COPIED_MS, move || setter.set(false)));
            move || drop(timeout)
        });
    }
    let copy = {
        let (text, copied, field) = (props.text.to_string(), copied.setter(), field.clone());
        Callback::from(move |_: MouseEvent| {
            let (text, copied, field) = (text.clone(), copied.clone(), field.clone());
            spawn_local(async move {
                if browser::copy(text).await {
                    copied.set(true);
                } else if let Some(field) = field.cast::<HtmlTextAreaElement>() {
                    // Without a clipboard the text is at least ready to be copied by key.
                    let _ = field.focus();
                    field.select();
                }
            });
        })
    };
    html! {
        <div class="copyable">
            <label class="field">
                <span>{ props.label.clone() }</span>
                <textarea ref={field} readonly=true rows="2" data-testid={props.handle} spellcheck="false" />
            </label>
            <button type="button" class={classes!("button", (!props.filled).then_some("plain"))} onclick={copy}>
                <span aria-live="polite">{ changing(if *copied { t!("copied") } else { t!("copy") }) }</span>
            </button>
        </div>
    }
}
