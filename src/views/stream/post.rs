//! One post on the road: who, what, what others know about it, and what can be done with it.

use std::{rc::Rc, sync::Arc};

use gloo::timers::callback::Timeout;
use paceline_room::{
    Cid,
    body::PostKind,
    state::{Person, Post, WordsState},
    threads::Row,
};
use yew::prelude::*;

use super::{
    super::{
        MainTab,
        at_posts::{ACTS, Mark, act_at},
        press_button,
    },
    edit::{EDIT, EditFormProps},
    menu::{Ask, Menu, Open},
    reach::{Held, reach},
    versions::{VERSION_LIST, VersionListProps, Versions},
};
use crate::{
    browser,
    components::{
        disc::disc_of,
        doubtful::doubtful,
        feedback::{FEEDBACK, FeedbackFormProps},
        icons::sign,
        more::{Shown, WITHIN},
        opened::opened,
        told::{Told, loops, signals},
        written::words_of,
    },
    hooks::{use_about, use_session},
    markdown::{
        self,
        mentions::{self, Named},
    },
    session::{Here, Listener, Place, Session, opens},
    texts::{changing, t},
    when, words,
};

/// Lists at a post, of which not all may be drawn: what was said of it, and what capabilities tell beside it.
pub const TOLD: &str = "told";
pub const MARKS: &str = "marks";

/// Properties of [`PostView`]: small, so that a new post leaves the others alone.
#[derive(PartialEq, Properties)]
pub struct PostProps {
    /// The post and its place.
    pub row: Row,
    /// Who said it.
    pub author: Arc<Person>,
    /// How the author is called.
    pub name: AttrValue,
    /// Those whom it names, and what they are called.
    pub names: Rc<[Named]>,
    /// Whether the author is here.
    pub here: Here,
    /// Whether the author holds a baton.
    pub leads: bool,
    /// It is this node's own.
    pub mine: bool,
    /// The decision by which it stands behind a notice.
    pub notice: Option<AttrValue>,
    /// It is about to be taken back, by this intent.
    pub leaving: Option<AttrValue>,
    /// Whom it answers, where the drawing does not say it.
    pub answers: Option<AttrValue>,
    /// What others know about it.
    pub told: Rc<Told>,
    /// What it has said, if it was edited.
    pub versions: Versions,
    /// What capabilities tell beside it, and how much there is.
    pub marks: (Rc<[Mark]>, usize),
    /// How much of both is drawn.
    pub shown: Shown,
    /// How many members hold it, if it is recent.
    pub held: Option<Held>,
    /// Whether its loops carry the stable handles here.
    pub handles: bool,
    /// Its number among the posts drawn, from 1.
    pub position: usize,
    /// For the stream.
    pub on_ask: Callback<Ask>,
}

/// Draws a post.
#[component]
pub fn PostView(props: &PostProps) -> Html {
    let session = use_session();
    let post = &props.row.post;
    let open = use_open_form(&session, post.cid);
    use_about(&session, Place::Reply(post.cid).to_string());
    let article = use_node_ref();
    let shows = use_state(|| false);
    let close = {
        let (open, article) = (open.clone(), article.clone());
        Callback::from(move |()| {
            open.set(None);
            if let Some(article) = article.cast::<web_sys::Element>() {
                browser::focus(&article);
            }
        })
    };
    let on_open = {
        let open = open.clone();
        Callback::from(move |form| open.set(if *open == Some(form) { None } else { Some(form) }))
    };
    let label = format!("n-{}", post.cid);
    let classes = classes!(
        "post",
        format!("level-{}", props.row.level),
        format!("next-{}", props.row.next),
        post.contested.then_some("contested"),
        props.row.storing.then_some("storing"),
        is_gone(post).then_some("retracted"),
        props.mine.then_some("mine"),
    );
    html! {
        <article ref={article} class={classes} id={format!("p-{}", post.cid)} tabindex="-1" aria-labelledby={label.clone()}
            aria-posinset={props.position.to_string()} aria-setsize="-1" data-testid="post" data-cid={post.cid.to_string()}
            data-kind={post.kind.name()} data-sent={if props.row.storing { "storing" } else { "sent" }}
            data-contested={post.contested.to_string()} data-checked="true">
            { disc_of(&props.author, &props.name, props.here, props.leads) }
            <div class="post-body">
                { head(props, label, *open, &on_open) }
                { text(props, &shows) }
                { beneath(props, *open, &close) }
                if *open == Some(Open::Edit) {
                    { opened(EDIT, EditFormProps { post: post.clone(), on_close: close.clone() }) }
                }
                <div>{ signals(&props.told, props.handles) }</div>
                { props.shown.more((TOLD, Some(post.cid)), WITHIN, props.told.count) }
                <div>{ for props.marks.0.iter().map(mark) }</div>
                { props.shown.more((MARKS, Some(post.cid)), WITHIN, props.marks.1) }
                if let Some(intent) = &props.leaving {
                    <div class="row tight" key="leaving">
                        <button type="button" class="button plain" data-testid="undo" onclick={undo(&session, intent)}>{ t!("undo") }</button>
                    </div>
                } else if !props.row.storing {
                    <Menu key="menu" post={post.clone()} name={props.name.clone()} mine={props.mine} appreciated={props.told.appreciated}
                        open={*open} on_open={on_open} on_ask={props.on_ask.clone()} />
                }
                { form(props, *open, close) }
            </div>
        </article>
    }
}

/// The form that is open at a post. What was half-written when the page was closed is open again.
#[hook]
fn use_open_form(session: &Session, cid: Cid) -> UseStateHandle<Option<Open>> {
    let open = use_state(|| half_written(session, cid));
    let setter = open.setter();
    use_effect_with((session.clone(), cid), move |(session, cid)| {
        let (asked, cid, about) = (session.clone(), *cid, opens(&Place::Reply(*cid)));
        let heard = session.listen(Listener::About(Box::new(move |it| {
            if it == about
                && let Some(form) = half_written(&asked, cid)
            {
                setter.set(Some(form));
            }
        })));
        move || drop(heard)
    });
    open
}

fn is_gone(post: &Post) -> bool {
    post.words == WordsState::Retracted
}

/// The form of this post in which somebody is writing.
fn half_written(session: &Session, cid: Cid) -> Option<Open> {
    match session.open_draft(|it| it.target() == Some(cid) && !matches!(it, Place::Reply(_)))? {
        Place::Edit(_) => Some(Open::Edit),
        Place::Feedback(_, stance) => Some(Open::Feedback(stance)),
        place => act_at(place).map(Open::Act),
    }
}

/// What is open beneath it.
fn form(props: &PostProps, open: Option<Open>, on_close: Callback<()>) -> Html {
    let post = &props.row.post;
    match open {
        Some(Open::Feedback(stance)) => {
            opened(FEEDBACK, FeedbackFormProps { target: post.cid, stance, on_close, plain: false })
        }
        Some(Open::Act(number)) => {
            let form = ACTS.get(number).and_then(|it| it.form.as_ref());
            form.map(|it| (it.draw)(post, on_close)).unwrap_or_default()
        }
        Some(Open::Edit | Open::Versions) | None => Html::default(),
    }
}

fn undo(session: &Session, intent: &AttrValue) -> Callback<MouseEvent> {
    let (session, intent) = (session.clone(), intent.clone());
    Callback::from(move |_| session.cancel_unsent(&intent))
}

fn head(props: &PostProps, label: String, open: Option<Open>, on_open: &Callback<Open>) -> Html {
    let post = &props.row.post;
    html! {
        <header class="post-head">
            <span class="post-author" dir="auto" id={label} data-testid="post-author" translate="no">{ props.name.clone() }</span>
            if props.mine { <span class="mark">{ t!("you") }</span> }
            if post.kind != PostKind::Update {
                <span class={classes!("kind", post.kind.name())}>{ words::kind_name(post.kind) }</span>
            }
            if let Some(name) = &props.answers { <span class="mark">{ changing(t!("to", name = name.to_string())) }</span> }
            <time datetime={when::iso(post.at)} translate="no">{ when::clock(post.at) }</time>
            if props.row.doubtful { { doubtful() } }
            if post.edited { { edited(post, open, on_open) } }
            if post.late { <span class="mark">{ t!("late") }</span> }
            if post.contested { <span class="mark alarm">{ t!("contested") }</span> }
            { reach(props.held.as_ref(), props.row.storing) }
        </header>
    }
}

/// That it was edited; what it said before is a press away.
fn edited(post: &Post, open: Option<Open>, on_open: &Callback<Open>) -> Html {
    if is_gone(post) {
        return html! { <span class="mark">{ t!("edited") }</span> };
    }
    let expanded = (open == Some(Open::Versions)).to_string();
    html! {
        <button type="button" class="quiet-button edited" data-testid="post-versions" aria-expanded={expanded} title={t!("edited-title")}
            onclick={on_open.reform(|_: MouseEvent| Open::Versions)}>{ t!("edited") }</button>
    }
}

/// What it says; a press away, where the room decided that it stands behind a notice.
fn text(props: &PostProps, shows: &UseStateHandle<bool>) -> Html {
    if props.leaving.is_some() {
        return html! { <p class="post-text trace" data-testid="post-text">{ t!("taking-back") }</p> };
    }
    let Some(title) = props.notice.as_ref().filter(|_| !props.mine && !is_gone(&props.row.post)) else {
        return said(props);
    };
    let expanded = **shows;
    let onclick = {
        let shows = shows.clone();
        Callback::from(move |_: MouseEvent| shows.set(!expanded))
    };
    html! {
        <>
            <p class="trace" key="notice" data-testid="behind-notice">
                <span>{ changing(t!("behind-notice", title = title.to_string())) }</span>
                <button type="button" class="quiet-button" data-testid="notice-show" aria-expanded={expanded.to_string()} {onclick}>
                    { changing(if expanded { t!("notice-hide") } else { t!("notice-show") }) }
                </button>
            </p>
            <div key="behind">if expanded { { said(props) } }</div>
        </>
    }
}

fn said(props: &PostProps) -> Html {
    let post = &props.row.post;
    let inside = match (post.words, &post.text) {
        (WordsState::Retracted, _) => html! { <p class="trace">{ t!("retracted") }</p> },
        (_, Some(text)) => named_in(text, &props.names),
        (_, None) => html! { <p class="trace">{ t!("words-missing") }</p> },
    };
    // Words that were edited, came or were taken back, or whose names changed, are drawn anew, not patched: see `changing`.
    let key = match (post.words, &post.text) {
        (WordsState::Retracted, _) => "retracted".to_owned(),
        (_, Some(text)) => {
            let names: Vec<&str> = props.names.iter().map(|it| &*it.name).collect();
            format!("said {} {text}", names.join(" "))
        }
        (_, None) => "missing".to_owned(),
    };
    html! {
        <div class="post-text" data-testid="post-text" {key} onclick={|event: MouseEvent| to_person(&event)}>{ inside }</div>
    }
}

/// Standing corrections, directly beneath the claim, and what it said before.
fn beneath(props: &PostProps, open: Option<Open>, on_close: &Callback<()>) -> Html {
    html! {
        <>
            { loops(&props.told.corrections, props.handles) }
            <div>{ listed(props, open, on_close) }</div>
        </>
    }
}

/// What it said before, for who looks.
fn listed(props: &PostProps, open: Option<Open>, on_close: &Callback<()>) -> Html {
    let post = &props.row.post;
    if open != Some(Open::Versions) || is_gone(post) || props.leaving.is_some() {
        return Html::default();
    }
    let (versions, names) = (props.versions.clone(), props.names.clone());
    let (mine, shown, on_close) = (props.mine, props.shown.clone(), on_close.clone());
    opened(VERSION_LIST, VersionListProps { post: post.cid, versions, names, mine, shown, on_close })
}

/// What somebody wrote, with those it names; who is called otherwise now stands after it.
fn named_in(text: &Arc<str>, names: &Rc<[Named]>) -> Html {
    let others = names.iter().filter(|it| mentions::find(text, &it.name).is_none());
    let others: Vec<_> = others.map(|it| markdown::mention(it.node, &format!("@{}", it.name))).collect();
    html! {
        <>
            { words_of(text, names) }
            if !others.is_empty() { <p class="mentioned">{ for others }</p> }
        </>
    }
}

/// Who is named leads to their card.
fn to_person(event: &MouseEvent) {
    let target = event.target_dyn_into::<web_sys::Element>();
    let named = target.and_then(|it| it.closest("[data-testid='mention']").ok()?);
    let Some(node) = named.and_then(|it| it.get_attribute("data-node")) else { return };
    press_button(None, MainTab::People.handle());
    Timeout::new(0, move || {
        if let Some(card) = browser::find(&format!("[data-testid='person-card'][data-node='{node}']")) {
            let _ = card.set_attribute("tabindex", "-1");
            browser::focus(&card);
        }
    })
    .forget();
}

fn mark(it: &Mark) -> Html {
    html! { <p class="signal" key={it.words.to_string()}>{ sign(it.icon) }<span>{ changing(it.words.clone()) }</span></p> }
}
