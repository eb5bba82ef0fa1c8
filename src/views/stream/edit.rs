//! New words for one's own post.

use std::sync::Arc;

use paceline_room::state::Post;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::{
    browser,
    components::{
        fields::{closes_on_escape, submits_on_control_enter},
        opened::Drawer,
    },
    hooks::use_draft,
    parts::part,
    session::{Draft, Place},
    texts::t,
};

/// Properties of [`EditForm`].
#[derive(Clone, PartialEq, Properties)]
pub struct EditFormProps {
    /// The post.
    pub post: Arc<Post>,
    /// It was changed, or not.
    pub on_close: Callback<()>,
}

/// Draws it.
pub const EDIT: Drawer<EditFormProps> =
    part!(forms: fn(&EditFormProps) -> Html = |props: &EditFormProps| html! { <EditForm ..props.clone() /> });

/// Its words, to be said better.
#[component]
fn EditForm(props: &EditFormProps) -> Html {
    let drafting = use_draft(Place::Edit(props.post.cid));
    let text = use_node_ref();
    {
        let text = text.clone();
        use_effect_with((), move |()| {
            if let Some(text) = text.cast::<HtmlTextAreaElement>() {
                browser::focus(&text);
            }
        });
    }
    // Only until somebody types: words that arrive while somebody edits must not replace what is being typed.
    let before = use_memo((), |()| props.post.text.clone().unwrap_or_default());
    let begun = !drafting.draft.is_empty();
    let value = if begun { drafting.draft.text.clone() } else { before.to_string() };
    let oninput = {
        let (drafting, before) = (drafting.clone(), before.clone());
        Callback::from(move |event: InputEvent| {
            let words = browser::value_of(&event);
            drafting.write(|draft| {
                if *words == **before {
                    *draft = Draft::default();
                } else {
                    // Also who deletes every word has begun.
                    draft.set_field("begun", "1");
                    draft.text = words;
                }
            });
        })
    };
    let onsubmit = {
        let (drafting, on_close) = (drafting.clone(), props.on_close.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let (draft, on_close) = (drafting.now(), on_close.clone());
            if draft.is_empty() {
                on_close.emit(());
            } else if !draft.text.trim().is_empty() {
                drafting.send("", move || on_close.emit(()));
            }
        })
    };
    let onkeydown = closes_on_escape(&props.on_close);
    html! {
        <form class="inline-form" {onsubmit} {onkeydown}>
            <label class="field">
                <span>{ t!("edit-label") }</span>
                <textarea ref={text} rows="3" dir="auto" data-testid="post-edit-text" onkeydown={submits_on_control_enter()}
                    {value} {oninput} readonly={drafting.sending} />
            </label>
            <div class="row">
                <button type="submit" class="button" data-testid="post-edit-submit"
                    aria-disabled={drafting.sending.then_some("true")}>{ t!("save") }</button>
                <button type="button" class="quiet-button" onclick={props.on_close.reform(|_: MouseEvent| ())}>
                    { t!("cancel") }
                </button>
            </div>
        </form>
    }
}
