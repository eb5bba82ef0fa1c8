//! Saying something to everyone.

use std::sync::Arc;

use paceline_room::{Cid, body::PostKind, limits};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::picking::{Picking, use_picking};
use crate::{
    browser,
    components::{
        disc::{Disc, disc_of},
        icons::{Icon, Sign},
    },
    hooks::{Drafting, use_chosen, use_draft, use_session},
    markdown,
    session::{Draft, Here, People, PersonView, Place, Session},
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
    /// This node.
    pub me: Option<Arc<PersonView>>,
    /// Everybody.
    pub people: People,
    /// What is being answered.
    pub reply: Option<Replying>,
    /// The answer was given, or is put aside.
    pub on_done: Callback<()>,
    /// Storage refuses what is being written.
    pub unkept: bool,
    /// Nothing stands in front: to post is the next press.
    pub front: bool,
}

/// Draws the composer.
#[component]
pub fn Composer(props: &ComposerProps) -> Html {
    let session = use_session();
    let place = props.reply.as_ref().map_or(Place::Composer, |it| Place::Reply(it.post));
    let drafting = use_draft(place);
    let (preview, field) = (use_state(|| false), use_node_ref());
    let picking = use_picking(&field, &drafting, &props.people);
    // What is on its way stands in the stream; the field is free for what comes next.
    let draft = if drafting.sending { Draft::default() } else { drafting.draft.clone() };
    let kind = use_chosen(PostKind::named(draft.field("kind")).unwrap_or(PostKind::Update).name());
    let submit = submitting(&session, &drafting, preview.setter(), &props.on_done);
    let onsubmit = {
        let submit = submit.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            submit.emit(());
            browser::focus_handle("composer-text");
        })
    };
    let onkeydown = keys(&picking, submit, props.on_done.clone());
    let toggle = {
        let preview = preview.clone();
        Callback::from(move |_: MouseEvent| preview.set(!*preview))
    };
    let written = !draft.text.trim().is_empty();
    let aside = props.reply.is_some() && session.is_drafted(&Place::Composer);
    let placeholder = if props.reply.is_some() { t!("composer-answer") } else { t!("composer-placeholder") };
    html! {
        <form class={classes!("composer", written.then_some("written"))} {onsubmit} aria-label={t!("composer")}>
            if let Some(me) = &props.me { { disc_of(&me.person, &me.name, Here::Here, false) } } else { <Disc name="" hue={0} /> }
            <div class="composer-body">
                { replying(props) }
                if *preview && written {
                    <div class="post-text preview" key={draft.text.clone()} aria-label={t!("preview")} role="region">{ markdown::render(&draft.text) }</div>
                }
                { picking.draw() }
                { text_field(&field, &draft, &drafting, &picking, (placeholder, onkeydown)) }
                { warnings(&draft, props.unkept && written) }
                <div class="row">
                    { kinds(kind, &drafting) }
                    if written {
                        <button type="button" class="quiet-button" onclick={toggle} aria-pressed={preview.to_string()}>
                            { t!("preview") }
                        </button>
                    }
                    <p class="hint" id="composer-hint">{ changing(if aside { t!("composer-aside") } else { t!("composer-hint") }) }</p>
                    <button type="submit" class="button send" data-primary={props.front.then_some("true")} data-testid="composer-submit">
                        <Sign icon={Icon::Send} /><span>{ t!("post") }</span>
                    </button>
                </div>
            </div>
        </form>
    }
}

/// Where it is written; `@` names somebody.
fn text_field(
    field: &NodeRef,
    draft: &Draft,
    drafting: &Drafting,
    picking: &Picking,
    (placeholder, onkeydown): (String, Callback<KeyboardEvent>),
) -> Html {
    let look = {
        let picking = picking.clone();
        Callback::from(move |()| picking.look())
    };
    let oninput = {
        let (drafting, look) = (drafting.clone(), look.clone());
        Callback::from(move |event: InputEvent| {
            drafting.write(|draft| {
                draft.text = browser::value_of(&event);
                if draft.text.is_empty() {
                    draft.set_field("mentions", "");
                }
            });
            look.emit(());
        })
    };
    html! {
        <textarea ref={field} data-testid="composer-text" rows="1" dir="auto" aria-label={t!("composer-label")} {placeholder}
            value={draft.text.clone()} {oninput} {onkeydown} onclick={look.reform(|_: MouseEvent| ())} aria-describedby="composer-hint"
            aria-autocomplete="list" aria-controls={picking.list_id()} aria-activedescendant={picking.active_id()} />
    }
}

/// Sends what is written.
fn submitting(
    session: &Session,
    drafting: &Drafting,
    preview: UseStateSetter<bool>,
    on_done: &Callback<()>,
) -> Callback<()> {
    let (session, drafting, on_done) = (session.clone(), drafting.clone(), on_done.clone());
    Callback::from(move |()| {
        let place = drafting.place;
        // As it is now, whatever was drawn last.
        let (draft, sending) = session.draft(&place);
        let said = draft.text.trim();
        if sending || said.is_empty() {
            return browser::focus_handle("composer-text");
        }
        drafting.write(|draft| draft.set_field("tags", &tags_in(said).join(" ")));
        match session.send(place, "") {
            Ok(sent) => {
                session.run(sent);
                preview.set(false);
                on_done.emit(());
            }
            Err(error) => session.notify(error.code, error.text),
        }
    })
}

/// Enter sends where there is a keyboard for it, Escape puts an answer aside.
fn keys(picking: &Picking, submit: Callback<()>, on_done: Callback<()>) -> Callback<KeyboardEvent> {
    let picking = picking.clone();
    Callback::from(move |event: KeyboardEvent| {
        if event.is_composing() || picking.takes(&event) {
            return;
        }
        let sends =
            event.ctrl_key() || event.meta_key() || !(event.shift_key() || browser::matches_media("(pointer: coarse)"));
        if event.key() == "Enter" && sends {
            event.prevent_default();
            submit.emit(());
        } else if event.key() == "Escape" {
            on_done.emit(());
        }
    })
}

fn replying(props: &ComposerProps) -> Html {
    let Some(reply) = &props.reply else { return Html::default() };
    html! {
        <p class="replying">
            <Sign icon={Icon::Reply} />
            <span><strong>{ changing(t!("replying-to", name = reply.name.to_string())) }</strong>{ " " }<bdi>{ changing(reply.excerpt.clone()) }</bdi></span>
            <button type="button" class="icon-button" aria-label={t!("cancel-reply")}
                onclick={props.on_done.reform(|_: MouseEvent| ())}><Sign icon={Icon::Close} /></button>
        </p>
    }
}

/// It is too long to be sent, or is not kept.
fn warnings(draft: &Draft, unkept: bool) -> Html {
    let over = draft.text.trim().len().saturating_sub(limits::WORDS_BYTES);
    html! {
        <>
            if over > 0 {
                <p class="hint warning" role="status" data-testid="composer-too-long">{ changing(t!("composer-too-long", n = over)) }</p>
            }
            if unkept {
                <p class="hint warning" role="status" data-testid="composer-unkept">{ t!("composer-unkept") }</p>
            }
        </>
    }
}

/// What the post is.
fn kinds(chosen: NodeRef, drafting: &Drafting) -> Html {
    let onchange = {
        let drafting = drafting.clone();
        Callback::from(move |event: Event| {
            let chosen = event.target_dyn_into::<HtmlSelectElement>().map(|it| it.value()).unwrap_or_default();
            let chosen = if chosen == PostKind::Update.name() { String::new() } else { chosen };
            drafting.write(|draft| draft.set_field("kind", &chosen));
        })
    };
    html! {
        <select ref={chosen} data-testid="composer-kind" aria-label={t!("composer-kind")} {onchange}>
            { for PostKind::ALL.into_iter().map(|kind| html! {
                <option value={kind.name()}>{ words::kind_name(kind) }</option>
            }) }
        </select>
    }
}
