//! The list of keys.

use yew::prelude::*;

use super::{Draw, Drawing, KEYS, MainTab, PLAIN, Region, Tab, View, Views};
use crate::{
    components::{dialog::Dialog, icons::Icon},
    parts::part,
    texts::t,
};

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Dialog,
    tab: Some(Tab {
        handle: KEYS,
        group: MainTab::More,
        icon: Icon::Keys,
        title: || t!("keys-title"),
        key: Some(("?", || t!("key-help"))),
    }),
    draw: Draw::Later(
        part!(more: Drawing = |context| html! { <KeyList views={context.views} on_close={context.close.clone()} /> }),
    ),
    ..PLAIN
};

/// Properties of [`KeyList`].
#[derive(PartialEq, Properties)]
struct KeyListProps {
    /// All views.
    views: Views,
    /// The dialog was closed.
    on_close: Callback<()>,
}

/// Draws the dialog.
#[component]
fn KeyList(props: &KeyListProps) -> Html {
    let lines = props.views.0.iter().flat_map(|view| {
        let inside = view.keys.iter().map(|it| line(it.keys.iter().map(|(key, _)| *key), (it.words)()));
        let opens = view.tab.iter().filter_map(|tab| tab.key).map(|(key, words)| line([key].into_iter(), words()));
        inside.chain(opens)
    });
    html! {
        <Dialog title={t!("keys-title")} on_close={props.on_close.clone()}>
            <dl class="keys">{ for lines }{ line(["Esc"].into_iter(), t!("key-escape")) }</dl>
            <p class="hint">{ t!("keys-off") }</p>
        </Dialog>
    }
}

fn line(keys: impl Iterator<Item = &'static str>, words: String) -> Html {
    html! { <div><dt>{ for keys.map(|key| html! { <><kbd>{ key }</kbd>{ " " }</> }) }</dt><dd>{ words }</dd></div> }
}
