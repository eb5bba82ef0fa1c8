//! Saying something to everyone.

use std::rc::Rc;

use paceline_mesh::replica::Here;
use paceline_room::Cid;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::{
    disc::{Disc, disc_of},
    icons::{Icon, Sign},
};
use crate::{
    browser,
    hooks::{use_chosen, use_session},
    markdown,
    session::{NewPost, PersonView},
    tags::tags_in,
    texts::{changing, t},
    words,
};

/// The post that is being answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Replying {
    /// It.
    pub post: Cid,
    /// Its author.
    pub name: AttrValue,
    /// How it begins.
    pub excerpt: AttrValue,
}

/// Properties of [`Composer`].
#[derive(PartialEq, Properties)]
pub struct ComposerProps {
    /// The room, for the draft that a reload keeps.
    pub room: Cid,
    /// This node.
    pub me: Option<PersonView>,
    /// What is being answered.
    pub reply: Option<Replying>,
    /// The answer was given, or is not wanted any more.
    pub on_done: Callback<()>,
    /// Words that were taken back and are offered again.
    pub again: Option<Rc<str>>,
    /// They were put into the field.
    pub on_again: Callback<()>,
}

/// Draws the composer.
#[component]
pub fn Composer(props: &ComposerProps) -> Html {
    let session = use_session();
    let draft = format!("draft.{}", props.room);
    let text = use_state(|| browser::tab_note(&draft).unwrap_or_default());
    let preview = use_state(|| false);
    let kind = use_chosen(words::kind_value(words::KINDS[0]));
    {
        let (text, on_again) = (text.clone(), props.on_again.clone());
        use_effect_with(props.again.clone(), move |again| {
            if let Some(again) = again {
                if text.trim().is_empty() {
                    text.set(again.to_string());
                }
                on_again.emit(());
            }
        });
    }
    let oninput = {
        let (text, draft) = (text.setter(), draft.clone());
        Callback::from(move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<HtmlTextAreaElement>() {
                browser::set_tab_note(&draft, &field.value());
                text.set(field.value());
            }
        })
    };
    let submit = {
        let (text, kind, preview, on_done) = (text.clone(), kind.clone(), preview.setter(), props.on_done.clone());
        let reply_to = props.reply.as_ref().map(|it| it.post);
        Callback::from(move |()| {
            let said = text.trim().to_owned();
            if said.is_empty() {
                return browser::focus_handle("composer-text");
            }
            let chosen = kind.cast::<HtmlSelectElement>();
            let kind = words::kind_of(&chosen.as_ref().map(HtmlSelectElement::value).unwrap_or_default());
            let post = NewPost { tags: tags_in(&said), text: said.clone(), kind, reply_to };
            text.set(String::new());
            preview.set(false);
            browser::set_tab_note(&draft, "");
            if let Some(chosen) = chosen {
                chosen.set_selected_index(0);
            }
            on_done.emit(());
            let (session, text) = (session.clone(), text.setter());
            spawn_local(async move {
                if let Err(error) = session.post(post).await {
                    session.notify(error.code, error.text);
                    text.set(said);
                }
            });
        })
    };
    let onsubmit = {
        let submit = submit.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            submit.emit(());
            browser::focus_handle("composer-text");
        })
    };
    let onkeydown = {
        let (submit, on_done) = (submit, props.on_done.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.is_composing() {
                return;
            }
            let sends = event.ctrl_key()
                || event.meta_key()
                || !(event.shift_key() || browser::matches_media("(pointer: coarse)"));
            if event.key() == "Enter" && sends {
                event.prevent_default();
                submit.emit(());
            } else if event.key() == "Escape" {
                on_done.emit(());
            }
        })
    };
    let toggle = {
        let preview = preview.clone();
        Callback::from(move |_: MouseEvent| preview.set(!*preview))
    };
    let written = !text.trim().is_empty();
    let placeholder = if props.reply.is_some() { t!("composer-answer") } else { t!("composer-placeholder") };
    html! {
        <form class={classes!("composer", written.then_some("written"))} {onsubmit} aria-label={t!("composer")}>
            if let Some(me) = &props.me { { disc_of(&me.person, Here::Here, false) } } else { <Disc name="" hue={0} /> }
            <div class="composer-body">
                if let Some(reply) = &props.reply {
                    <p class="replying">
                        <Sign icon={Icon::Reply} />
                        <span><strong>{ changing(t!("replying-to", name = reply.name.to_string())) }</strong>{ " " }<bdi>{ changing(reply.excerpt.clone()) }</bdi></span>
                        <button type="button" class="icon-button" aria-label={t!("cancel-reply")}
                            onclick={props.on_done.reform(|_: MouseEvent| ())}><Sign icon={Icon::Close} /></button>
                    </p>
                }
                if *preview && written {
                    <div class="post-text preview" key={&**text} aria-label={t!("preview")} role="region">{ markdown::render(&text) }</div>
                }
                <textarea data-testid="composer-text" rows="1" dir="auto" aria-label={t!("composer-label")} {placeholder}
                    value={(*text).clone()} {oninput} {onkeydown} aria-describedby="composer-hint" />
                <div class="row">
                    <select ref={kind} data-testid="composer-kind" aria-label={t!("composer-kind")}>
                        { for words::KINDS.into_iter().map(|kind| html! {
                            <option value={words::kind_value(kind)}>{ words::kind_name(kind) }</option>
                        }) }
                    </select>
                    if written {
                        <button type="button" class="quiet-button" onclick={toggle} aria-pressed={preview.to_string()}>
                            { t!("preview") }
                        </button>
                    }
                    <p class="hint" id="composer-hint">{ t!("composer-hint") }</p>
                    <button type="submit" class="button send" data-testid="composer-submit">
                        <Sign icon={Icon::Send} /><span>{ t!("post") }</span>
                    </button>
                </div>
            </div>
        </form>
    }
}
