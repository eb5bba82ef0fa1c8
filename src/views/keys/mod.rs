//! The list of keys.

use yew::prelude::*;

use crate::{components::dialog::Dialog, texts::t};

/// Properties of [`Keys`].
#[derive(PartialEq, Properties)]
pub struct KeysProps {
    /// The dialog was closed.
    pub on_close: Callback<()>,
}

/// Draws the dialog.
#[component]
pub fn Keys(props: &KeysProps) -> Html {
    let keys: [(&[&str], String); 13] = [
        (&["?"], t!("key-help")),
        (&["n"], t!("key-write")),
        (&["j", "k"], t!("key-posts")),
        (&["r"], t!("key-reply")),
        (&["a"], t!("key-appreciate")),
        (&["q", "c", "x"], t!("key-loops")),
        (&["e"], t!("key-edit")),
        (&["b"], t!("key-baton")),
        (&["l"], t!("key-view-loops")),
        (&["i"], t!("key-invite")),
        (&["w"], t!("key-network")),
        (&["s"], t!("key-settings")),
        (&["Esc"], t!("key-escape")),
    ];
    let row = |(keys, words): &(&[&str], String)| {
        html! {
            <div><dt>{ for keys.iter().map(|key| html! { <><kbd>{ *key }</kbd>{ " " }</> }) }</dt><dd>{ words }</dd></div>
        }
    };
    html! {
        <Dialog title={t!("keys-title")} on_close={props.on_close.clone()}>
            <dl class="keys">{ for keys.iter().map(row) }</dl>
            <p class="hint">{ t!("keys-off") }</p>
        </Dialog>
    }
}
