//! What can be done with a post: what is done most stands there, the rest one press further.

use std::sync::Arc;

use paceline_room::{
    Cid,
    body::Stance,
    state::{Post, WordsState},
};
use yew::prelude::*;

use super::super::at_posts::ACTS;
use crate::{
    browser,
    components::{
        feedback::Stances,
        fields::closes_on_escape,
        icons::{Icon, sign},
    },
    hooks::{use_commands, use_session},
    session::{Place, Session},
    texts::t,
};

/// The stance that takes one press.
const AT_ONCE: &[Stance] = &[Stance::Appreciate];
/// Those that ask for words.
const IN_WORDS: &[Stance] = &[Stance::BuildOn, Stance::Question, Stance::Concern, Stance::Correct];

/// What a post asks of the stream around it.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// Answer this post in the composer.
    Reply(Cid),
}

/// A form beneath a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// The words of feedback.
    Feedback(Stance),
    /// New words for it.
    Edit,
    /// What it said before.
    Versions,
    /// What a capability makes of it, by its number in the table.
    Act(usize),
}

/// Properties of [`Menu`].
#[derive(PartialEq, Properties)]
pub struct MenuProps {
    /// The post.
    pub post: Arc<Post>,
    /// Who said it.
    pub name: AttrValue,
    /// It is this node's own.
    pub mine: bool,
    /// This node has appreciated it already.
    pub appreciated: bool,
    /// The form that is open.
    pub open: Option<Open>,
    /// Opens a form, or closes it.
    pub on_open: Callback<Open>,
    /// For the stream.
    pub on_ask: Callback<Ask>,
}

/// Draws it. What is behind *more* is on the page, too: its single keys work.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let session = use_session();
    let (more, button) = (use_state(|| false), use_node_ref());
    let post = &props.post;
    let gone = post.words == WordsState::Retracted;
    let toggle = {
        let more = more.clone();
        Callback::from(move |_: MouseEvent| more.set(!*more))
    };
    let onkeydown = more.then(|| {
        let (more, button) = (more.setter(), button.clone());
        closes_on_escape(&Callback::from(move |()| {
            more.set(false);
            button.cast::<web_sys::Element>().iter().for_each(browser::focus);
        }))
    });
    let group = format!("m-{}", post.cid);
    html! {
        <div class="post-actions" role="group" aria-label={t!("post-actions", name = props.name.to_string())} {onkeydown}>
            { reply(props, &session) }
            if !gone {
                { acts(props, false) }
                if !props.mine { { stances(props, AT_ONCE) } }
                <button ref={button} type="button" class="quiet-button" data-testid="post-more" title={t!("post-more")} aria-label={t!("post-more")}
                    aria-expanded={more.to_string()} aria-controls={group.clone()} onclick={toggle}>
                    { sign(Icon::More) }<span class="button-word">{ t!("post-more") }</span>
                </button>
                <div class="post-rest" id={group} hidden={!*more}>
                    if props.mine { { own(props, &session) } } else { { stances(props, IN_WORDS) } }
                    { acts(props, true) }
                </div>
            }
        </div>
    }
}

fn reply(props: &MenuProps, session: &Session) -> Html {
    let cid = props.post.cid;
    let drafted = session.is_drafted(&Place::Reply(cid));
    let label = if drafted { format!("{} {}", t!("reply"), t!("draft")) } else { t!("reply") };
    html! {
        <button type="button" class="quiet-button" data-testid="post-reply" title={t!("reply")} aria-label={label}
            onclick={props.on_ask.reform(move |_: MouseEvent| Ask::Reply(cid))}>
            { sign(Icon::Reply) }<span class="button-word">{ t!("reply") }</span>
            if drafted { <span class="mark">{ t!("draft") }</span> }
        </button>
    }
}

fn stances(props: &MenuProps, which: &'static [Stance]) -> Html {
    let open = if let Some(Open::Feedback(stance)) = props.open { Some(stance) } else { None };
    html! {
        <Stances target={props.post.cid} {which} appreciated={props.appreciated} {open} on_open={props.on_open.reform(Open::Feedback)} />
    }
}

/// What capabilities make of it.
fn acts(props: &MenuProps, rare: bool) -> Html {
    let post = &props.post;
    let button = |number: usize| {
        let open = props.open == Some(Open::Act(number));
        html! { <ActButton key={number} post={post.clone()} {number} {open} on_open={props.on_open.reform(Open::Act)} /> }
    };
    let offered = |number: &usize| ACTS.get(*number).is_some_and(|it| it.rare == rare && (it.offered)(post));
    html! { <>{ for (0..ACTS.len()).filter(offered).map(button) }</> }
}

#[derive(PartialEq, Properties)]
struct ActProps {
    post: Arc<Post>,
    /// Which act of the table.
    number: usize,
    /// Its form is open.
    open: bool,
    on_open: Callback<usize>,
}

/// The button of an act: does it at once, or opens its form.
#[component]
fn ActButton(props: &ActProps) -> Html {
    let number = props.number;
    let commands = use_commands(format!("act {number} {}", props.post.cid));
    let Some(act) = ACTS.get(number) else { return Html::default() };
    let busy = commands.busy;
    let onclick = {
        let (post, on_open) = (props.post.clone(), props.on_open.clone());
        Callback::from(move |_: MouseEvent| match (act.command)(&post) {
            Some(command) => commands.act(command),
            None => on_open.emit(number),
        })
    };
    let label = (act.words)();
    let expanded = act.form.as_ref().map(|_| props.open.to_string());
    html! {
        <button type="button" class="quiet-button" data-testid={act.handle} {onclick} aria-disabled={busy} aria-expanded={expanded}
            title={label.clone()} aria-label={label.clone()}>
            { sign(act.icon) }<span class="button-word">{ label }</span>
        </button>
    }
}

/// What only its author does.
fn own(props: &MenuProps, session: &Session) -> Html {
    let retract = {
        let (session, cid) = (session.clone(), props.post.cid);
        Callback::from(move |_: MouseEvent| session.take_back(cid))
    };
    let edit = props.on_open.reform(|_: MouseEvent| Open::Edit);
    html! {
        <>
            <button type="button" class="quiet-button" data-testid="post-edit" onclick={edit} title={t!("edit")}
                aria-label={t!("edit")} aria-expanded={(props.open == Some(Open::Edit)).to_string()}>
                { sign(Icon::Edit) }<span class="button-word">{ t!("edit") }</span>
            </button>
            <button type="button" class="quiet-button" data-testid="post-retract" onclick={retract} title={t!("retract")}
                aria-label={t!("retract")}>
                { sign(Icon::Retract) }<span class="button-word">{ t!("retract") }</span>
            </button>
        </>
    }
}
