//! One ask or promise: who, what, by when, where it stands, and what can be done with it.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use paceline_room::{
    Cid, Day,
    body::Stance,
    state::{self, End, Promise, PromiseState, WordsState},
};
use web_sys::HtmlElement;
use yew::prelude::*;

use super::accept::Accept;
use crate::{
    browser,
    components::{
        disc::disc_of,
        ending::Ending,
        feedback::{FEEDBACK, FeedbackFormProps, Stances},
        icons::{Icon, sign},
        more::{NODES_WITHIN, Shown, WITHIN},
        opened::opened,
        told::{Told, loops, signals},
        written::Written,
    },
    due, excerpt,
    hooks::use_session,
    session::{Here, Session},
    texts::{changing, t},
};

/// The list of what was said of a promise.
pub const TOLD: &str = "told";

/// Who somebody is, what they are called, and whether they are here.
pub type Person = (Arc<state::Person>, AttrValue, Here);

/// What a row shows.
#[derive(PartialEq, Properties)]
pub struct Row {
    /// The ask or the promise.
    pub promise: Arc<Promise>,
    /// Who promised, or is asked.
    pub node: Person,
    /// Who wrote it: of an ask who asks.
    pub author: Person,
    /// This node promised, or is asked.
    pub to_me: bool,
    /// This node wrote it.
    pub by_me: bool,
    /// What it comes from, in words.
    pub after: Option<AttrValue>,
    /// What shows that it was kept, in words.
    pub shown_by: Option<AttrValue>,
    /// The ask that it comes from, if its words are this node's.
    pub ask: Option<Cid>,
    /// Its button is the one that is filled.
    pub next: bool,
    /// What was said of it.
    pub told: Rc<Told>,
    /// How much of that is drawn.
    pub shown: Shown,
    /// Events whose words are about to be deleted, each with its intent.
    pub leaving: Rc<[(Cid, AttrValue)]>,
    /// Posts that may show that it was kept.
    pub posts: Rc<[(Cid, AttrValue)]>,
    /// The day it is.
    pub today: Option<Day>,
    /// Somebody pressed a button of a row: the keyboard goes with it to where it is next.
    pub acted: Rc<RefCell<bool>>,
}

/// Whether its words were taken back.
pub fn is_gone(it: &Promise) -> bool {
    it.words == WordsState::Retracted
}

/// Whether whom it is asked of, or who promised it, can do something with it now.
pub fn can_be_done(it: &Promise) -> bool {
    match it.state {
        PromiseState::Asked => it.text.is_some(),
        PromiseState::Promised => true,
        PromiseState::Kept | PromiseState::Dropped => false,
    }
}

/// The beginning of its words, in one line.
pub fn said(it: &Promise) -> String {
    excerpt::excerpt(it.text.as_deref().unwrap_or("…"), excerpt::QUOTED)
}

/// As in `data-state`.
pub const fn value(state: PromiseState) -> &'static str {
    match state {
        PromiseState::Asked => "asked",
        PromiseState::Promised => "promised",
        PromiseState::Kept => "kept",
        PromiseState::Dropped => "dropped",
    }
}

/// Draws it.
#[component]
pub fn RowView(props: &Row) -> Html {
    let session = use_session();
    let item = use_node_ref();
    let promise = &props.promise;
    {
        let (item, acted, mine) = (item.clone(), props.acted.clone(), props.to_me);
        use_effect_with((), move |()| {
            if mine
                && acted.replace(false)
                && browser::focus_is_lost()
                && let Some(item) = item.cast::<HtmlElement>()
            {
                browser::focus(&item);
            }
        });
    }
    let (person, name, here) = if promise.state == PromiseState::Asked { &props.author } else { &props.node };
    let state = value(promise.state);
    html! {
        <li ref={item} class={classes!("promise", state)} tabindex="-1" data-testid="promise" data-cid={promise.cid.to_string()} data-state={state}
            data-due={promise.due.map(|it| it.to_string())} data-node={promise.node.to_string()}>
            { disc_of(person, name, *here, false) }
            <div class="promise-body">
                <p class="promise-head">
                    <strong>{ changing(head(props)) }</strong>
                    { by_when(props) }
                    if goes_on(promise) { <span class="mark" data-testid="promise-renewed">{ t!("promise-renewed") }</span> }
                    if promise.contested { <span class="mark alarm">{ t!("contested") }</span> }
                </p>
                { words_of(props, promise.cid, promise.words, promise.text.as_ref()) }
                <div class="promise-more">{ more(props) }</div>
                <div>{ loops(&props.told.corrections, false) }{ signals(&props.told, false) }</div>
                { props.shown.more((TOLD, Some(promise.cid)), WITHIN, props.told.count) }
                <div>{ actions(props) }</div>
                <div>if !props.by_me && !is_gone(promise) { <Feedback promise={promise.cid} appreciated={props.told.appreciated} /> }</div>
                <div class="row tight">
                    { delete(props, &session, promise.cid, props.by_me && !is_gone(promise)) }
                    { for props.ask.map(|ask| delete(props, &session, ask, true)) }
                    { for promise.end.as_ref().map(|end| delete(props, &session, end.cid, has_words(props, end))) }
                </div>
            </div>
        </li>
    }
}

#[derive(PartialEq, Properties)]
struct FeedbackProps {
    promise: Cid,
    appreciated: bool,
}

/// What can be said of it to who wrote it.
#[component]
fn Feedback(props: &FeedbackProps) -> Html {
    let stance = use_state(|| None::<Stance>);
    let on_open = {
        let stance = stance.clone();
        Callback::from(move |wanted| stance.set(if *stance == Some(wanted) { None } else { Some(wanted) }))
    };
    let on_close = {
        let stance = stance.setter();
        Callback::from(move |()| stance.set(None))
    };
    html! {
        <>
            <div class="row tight term-actions" role="group" aria-label={t!("promise-feedback")}>
                <Stances target={props.promise} appreciated={props.appreciated} {on_open} open={*stance} />
            </div>
            <div>if let Some(stance) = *stance { { opened(FEEDBACK, FeedbackFormProps { target: props.promise, stance, on_close, plain: true }) } }</div>
        </>
    }
}

/// Whether it was said to go on, and does.
fn goes_on(it: &Promise) -> bool {
    it.state == PromiseState::Promised && it.renewed.is_some()
}

fn head(props: &Row) -> String {
    let (name, to) = (props.author.1.to_string(), props.node.1.to_string());
    let who = if props.by_me { "me" } else { "other" };
    match props.promise.state {
        PromiseState::Asked => {
            let who = if props.by_me || !props.to_me { who } else { "to-me" };
            t!("promise-asked", who = who, name = name, to = to)
        }
        PromiseState::Promised => t!("promise-made", who = who, name = name),
        PromiseState::Kept => t!("promise-kept", who = who, name = name),
        PromiseState::Dropped => t!("promise-dropped", who = who, name = name),
    }
}

/// The day, and how close it is while that matters.
fn by_when(props: &Row) -> Html {
    let Some(day) = props.promise.due else { return Html::default() };
    let hint = props.today.filter(|_| props.promise.state == PromiseState::Promised);
    let hint = hint.and_then(|today| due::hint(day, today));
    let alarm = hint.as_ref().is_some_and(|(_, late)| *late);
    let words = match hint {
        Some((hint, _)) => format!("{} · {hint}", t!("promise-due", day = due::told(day))),
        None => t!("promise-due", day = due::told(day)),
    };
    html! { <time class={classes!("mark", alarm.then_some("alarm"))} datetime={day.to_string()}>{ changing(words) }</time> }
}

/// Words of an event: as they are, on their way, being deleted, or gone.
fn words_of(props: &Row, event: Cid, state: WordsState, text: Option<&Arc<str>>) -> Html {
    let leaving = props.leaving.iter().any(|(it, _)| *it == event);
    let (key, inside) = match (state, text) {
        _ if leaving => ("leaving".into(), html! { <p class="trace">{ t!("taking-back") }</p> }),
        (WordsState::Retracted, _) => ("retracted".into(), html! { <p class="trace">{ t!("retracted") }</p> }),
        (_, Some(text)) => (format!("said {text}"), html! { <Written text={text.clone()} nodes={NODES_WITHIN} /> }),
        (_, None) => ("missing".into(), html! { <p class="trace">{ t!("words-missing") }</p> }),
    };
    html! { <div class="said" {key}>{ inside }</div> }
}

/// What it comes from, and how it ended.
fn more(props: &Row) -> Html {
    let quote = |words: &AttrValue| html! { <p class="about" dir="auto">{ changing(words.clone()) }</p> };
    let end = |end: &End| match end.words {
        Some(state) => html! { <div class="why">{ words_of(props, end.cid, state, end.why.as_ref()) }</div> },
        None => Html::default(),
    };
    html! {
        <>
            if let Some(after) = &props.after { { quote(after) } }
            if let Some(post) = &props.shown_by { { quote(post) } }
            { for props.promise.end.as_ref().map(end) }
        </>
    }
}

/// The words with which this node dropped it are here to be deleted.
fn has_words(props: &Row, end: &End) -> bool {
    props.to_me && end.words.is_some_and(|it| it != WordsState::Retracted)
}

/// What can be done with it.
fn actions(props: &Row) -> Html {
    let promise = &props.promise;
    let leaving = props.leaving.iter().any(|(it, _)| *it == promise.cid);
    match (promise.state, &promise.text) {
        (PromiseState::Asked, Some(text)) if !leaving => {
            html! { <Accept ask={promise.cid} text={text.clone()} next={props.next} acted={props.acted.clone()} /> }
        }
        (PromiseState::Promised | PromiseState::Dropped, _) if props.to_me => {
            let open = promise.state == PromiseState::Promised;
            html! { <Ending promise={promise.cid} {open} next={props.next} posts={props.posts.clone()} acted={props.acted.clone()} /> }
        }
        (PromiseState::Asked | PromiseState::Promised | PromiseState::Kept | PromiseState::Dropped, _) => {
            Html::default()
        }
    }
}

/// Deletes the words of an event of this node, and undoes that as long as it can be.
fn delete(props: &Row, session: &Session, event: Cid, offered: bool) -> Html {
    let leaving = props.leaving.iter().find(|(it, _)| *it == event).map(|(_, intent)| intent.clone());
    let session = session.clone();
    match leaving {
        Some(intent) => {
            let onclick = Callback::from(move |_: MouseEvent| session.cancel_unsent(&intent));
            html! { <button key="undo" type="button" class="button plain" data-testid="undo" {onclick}>{ t!("undo") }</button> }
        }
        None if offered => {
            let onclick = Callback::from(move |_: MouseEvent| session.take_back(event));
            html! {
                <button key="delete" type="button" class="quiet-button" data-testid="promise-delete" {onclick}>
                    { sign(Icon::Retract) }<span>{ t!("delete-words") }</span>
                </button>
            }
        }
        None => Html::default(),
    }
}
