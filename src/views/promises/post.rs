//! A promise made of a post.

use std::sync::Arc;

use paceline_room::{
    Cid,
    state::{Post, Promise, PromiseState},
};
use yew::prelude::*;

use super::{
    super::{
        at_post::{Act, Form, Mark},
        card::{Around, Sources},
    },
    by_when::by_when,
};
use crate::{
    browser,
    components::{
        fields::{closes_on_escape, focus_on, submits_on_control_enter},
        icons::Icon,
        opened::{Drawer, opened},
    },
    excerpt,
    hooks::use_draft,
    parts::part,
    session::{Draft, Place},
    texts::t,
};

/// Its line in the table of what can be made of a post.
pub const DO_THIS: Act = Act {
    handle: Some("do-this"),
    icon: Icon::Promise,
    words: || t!("do-this"),
    rare: false,
    offered: |_| true,
    command: |_| None,
    form: Some(Form {
        place: Place::PromiseFrom,
        draw: |post, on_close| opened(FORM, DoThisProps { post: post.clone(), on_close }),
    }),
};

/// Who does what a post calls for, or has done it.
pub fn marks(sources: &Sources, around: &Around, post: Cid, most: usize) -> (Vec<Mark>, usize) {
    let told = |it: &&Arc<Promise>| matches!(it.state, PromiseState::Promised | PromiseState::Kept);
    let all: Vec<_> = sources.promises.promised_from(post).filter(told).collect();
    let mark = |it: &Arc<Promise>| {
        let name = around.person(&it.node).1.to_string();
        let words =
            if it.state == PromiseState::Kept { t!("post-did", name = name) } else { t!("post-does", name = name) };
        Mark { icon: Icon::Promise, words: words.into() }
    };
    (all.iter().take(most).map(|it| mark(it)).collect(), all.len())
}

/// Characters of a post that are proposed as the words of a promise.
const PROPOSED: usize = 200;

/// Draws it.
const FORM: Drawer<DoThisProps> =
    part!(forms: fn(&DoThisProps) -> Html = |props: &DoThisProps| html! { <DoThis ..props.clone() /> });

#[derive(Clone, PartialEq, Properties)]
struct DoThisProps {
    post: Arc<Post>,
    on_close: Callback<()>,
}

/// The person's own words once there are any, or were.
fn said(draft: &Draft, proposed: &str) -> String {
    let begun = !draft.text.is_empty() || !draft.field("begun").is_empty();
    if begun { draft.text.clone() } else { proposed.to_owned() }
}

/// What somebody will do, in the words of the post until they say it in their own.
#[component]
fn DoThis(props: &DoThisProps) -> Html {
    let drafting = use_draft(Place::PromiseFrom(props.post.cid));
    let field = use_node_ref();
    {
        let field = field.clone();
        use_effect_with((), move |()| focus_on(&field));
    }
    // Only once: words that are edited meanwhile must not replace what somebody reads here.
    let proposed = use_memo((), |()| excerpt::title(props.post.text.as_deref().unwrap_or_default(), PROPOSED));
    let value = said(&drafting.draft, &proposed);
    let oninput = {
        let drafting = drafting.clone();
        Callback::from(move |event: InputEvent| {
            let words = browser::value_of(&event);
            drafting.write(|draft| {
                // Also who deletes every word has begun.
                draft.set_field("begun", "1");
                draft.text = words;
            });
        })
    };
    let onsubmit = {
        let (drafting, field, proposed) = (drafting.clone(), field.clone(), proposed.clone());
        let on_close = props.on_close.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let said = said(&drafting.now(), &proposed);
            if said.trim().is_empty() {
                return focus_on(&field);
            }
            drafting.write(|draft| draft.text = said);
            let on_close = on_close.clone();
            drafting.send("", move || on_close.emit(()));
        })
    };
    html! {
        <form class="inline-form" {onsubmit} onkeydown={closes_on_escape(&props.on_close)}>
            <label class="field">
                <span>{ t!("do-this-what") }</span>
                <textarea ref={field} rows="2" dir="auto" data-testid="promise-text" onkeydown={submits_on_control_enter()}
                    {value} {oninput} readonly={drafting.sending} />
            </label>
            { by_when(&drafting) }
            <div class="row">
                <button type="submit" class="button" data-testid="promise-submit" aria-disabled={drafting.sending.then_some("true")}>
                    { t!("promise") }
                </button>
                <button type="button" class="quiet-button" onclick={props.on_close.reform(|_: MouseEvent| ())}>{ t!("cancel") }</button>
            </div>
        </form>
    }
}
