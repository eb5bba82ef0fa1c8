//! The start page: found a room, join one, go back to one of mine.

use std::rc::Rc;

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::{
    browser,
    components::{notices::Notices, scanner::ScanButton, theme::Theme, verify::verify_file},
    forms,
    hooks::{Commands, Filled, then, use_chosen, use_commands, use_filled, use_session},
    session::{RoomCard, View},
    texts::{changing, t},
    when,
};

/// Properties of [`StartPage`].
#[derive(PartialEq, Properties)]
pub struct StartProps {
    /// The latest view.
    pub view: Rc<View>,
    /// A link was opened and its room is on its way.
    pub opening: bool,
}

/// Draws the page.
#[component]
pub fn StartPage(props: &StartProps) -> Html {
    html! {
        <div class="start" data-testid="start">
            <Notices notices={props.view.notices.clone()} />
            <header class="hero">
                <Dawn />
                <div class="hero-words">
                    <p class="wordmark">{ t!("paceline") }</p>
                    <h1>{ t!("start-title") }</h1>
                    <p class="lead">{ t!("start-words") }</p>
                </div>
            </header>
            <main class="start-main">
                if props.opening {
                    <p class="opening" role="status">{ t!("opening") }</p>
                } else {
                    <div class="start-columns">
                        <Found hosted={props.view.hosted_forms} />
                        <div>
                            <Join />
                            <MyRooms rooms={props.view.rooms.clone()} />
                            <Verify />
                        </div>
                    </div>
                }
            </main>
            <footer class="start-foot"><p>{ t!("start-foot") }</p><Theme /></footer>
        </div>
    }
}

/// What verifies a file comes when somebody wants to see it.
#[component]
fn Verify() -> Html {
    let open = use_state(|| false);
    let ontoggle = {
        let open = open.setter();
        Callback::from(move |_: Event| open.set(true))
    };
    html! {
        <details class="start-verify" data-testid="start-verify" {ontoggle}>
            <summary>{ t!("start-verify") }</summary>
            if *open { { verify_file() } }
        </details>
    }
}

#[derive(PartialEq, Properties)]
struct FoundProps {
    /// How many forms the page's host has added: all are read again with each.
    hosted: usize,
}

#[component]
fn Found(props: &FoundProps) -> Html {
    let commands = use_commands("found");
    let busy = commands.busy;
    let all = use_memo(props.hosted, |_| forms::all());
    let filled = use_filled(FoundDraft::kept);
    let draft = filled.now();
    let form = form_of(&all, &draft).cloned();
    let chosen = form.as_ref().map(|it| it.name.clone()).unwrap_or_default();
    let shown = use_chosen(chosen);
    let onsubmit = {
        let (filled, forms) = (filled.clone(), all.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let draft = filled.now();
            if draft.title.trim().is_empty() {
                return browser::focus_handle("found-title");
            }
            let form = form_of(&forms, &draft).map(|it| it.name.clone()).unwrap_or_default();
            commands.run(|session| async move {
                session.found(draft.title, draft.purpose, form).await?;
                FoundDraft::default().keep();
                Ok(())
            });
        })
    };
    let on_title = writes(&filled, browser::value_of, |it, title| it.title = title);
    let on_purpose = writes(&filled, browser::value_of, |it, purpose| it.purpose = purpose);
    let on_form = writes(&filled, chosen_in, |it, form| it.form = form);
    html! {
        <section aria-labelledby="found-heading">
            <h2 id="found-heading">{ t!("found-heading") }</h2>
            <Tiles hosted={props.hosted} />
            <h3 id="found-own">{ t!("found-own") }</h3>
            <form {onsubmit} aria-labelledby="found-own">
                <label class="field">
                    <span>{ t!("found-title") }</span>
                    <input value={draft.title.clone()} oninput={on_title} type="text" dir="auto" maxlength="200" required=true data-testid="found-title" autocomplete="off"
                        placeholder={t!("found-title-example")} />
                </label>
                <label class="field">
                    <span>{ t!("found-purpose") }</span>
                    <textarea value={draft.purpose.clone()} oninput={on_purpose} rows="2" dir="auto" maxlength="2000" data-testid="found-purpose"
                        placeholder={t!("found-purpose-example")} />
                </label>
                <label class="field">
                    <span>{ t!("found-form") }</span>
                    <select ref={shown} data-testid="found-form" onchange={on_form} aria-describedby="form-preview">
                        { for all.iter().map(|form| html! { <option key={form.name.clone()} value={form.name.clone()}>{ &form.title }</option> }) }
                    </select>
                </label>
                if let Some(form) = &form { <FormPreview form={form.clone()} /> }
                <button type="submit" class="button big" data-primary="true" data-testid="found-submit" aria-disabled={busy}>{ t!("found-submit") }</button>
            </form>
        </section>
    }
}

/// A room in one press: a kind of it each, meetings first; those of the page's host behind one more.
#[component]
fn Tiles(props: &FoundProps) -> Html {
    let commands = use_commands("found");
    let ours = use_memo((), |()| {
        let (mut meetings, others): (Vec<_>, Vec<_>) = forms::bundled().into_iter().partition(forms::Form::is_to_meet);
        meetings.extend(others);
        meetings
    });
    let hosted = use_memo(props.hosted, |_| forms::hosted());
    html! {
        <>
            <ul class="start-tiles" aria-label={t!("tiles")}>{ for ours.iter().map(|form| tile(form, &commands)) }</ul>
            <div>
                if !hosted.is_empty() {
                    <details data-testid="other-kinds">
                        <summary>{ t!("tiles-others") }</summary>
                        <ul class="start-tiles">{ for hosted.iter().map(|form| tile(form, &commands)) }</ul>
                    </details>
                }
            </div>
        </>
    }
}

fn tile(form: &forms::Form, commands: &Commands) -> Html {
    let (name, meets) = (form.name.clone(), form.is_to_meet());
    let called = if meets { form.title.clone() } else { t!("tile-room") };
    let onclick = {
        let commands = commands.clone();
        Callback::from(move |_: MouseEvent| {
            let title = t!("meeting-title", form = called.clone(), day = when::short_day(browser::now()));
            let form = name.clone();
            commands.run(|session| async move {
                let founded = if meets {
                    session.found_to_meet(title, form).await
                } else {
                    session.found(title, String::new(), form).await
                };
                founded.map(drop)
            });
        })
    };
    html! {
        <li key={&*form.name}>
            <button type="button" class="start-tile" data-testid="start-tile" data-form={form.name.clone()} aria-disabled={commands.busy} {onclick}>
                <strong dir="auto">{ &form.title }</strong>
                <span dir="auto">{ form.in_short() }</span>
            </button>
        </li>
    }
}

/// The form that is chosen: the first, until somebody chooses.
fn form_of<'a>(all: &'a [forms::Form], draft: &FoundDraft) -> Option<&'a forms::Form> {
    all.iter().find(|it| it.name == draft.form).or(all.first())
}

/// Writes what an event brings into the draft.
fn writes<E: 'static>(
    filled: &Filled<FoundDraft>,
    value: fn(&E) -> String,
    set: fn(&mut FoundDraft, String),
) -> Callback<E> {
    let filled = filled.clone();
    Callback::from(move |event: E| {
        filled.change(|draft| {
            set(draft, value(&event));
            draft.keep();
        });
    })
}

fn chosen_in(event: &Event) -> String {
    event.target_dyn_into::<HtmlSelectElement>().map(|it| it.value()).unwrap_or_default()
}

/// Where it is kept.
const FOUND: &str = "found";

/// What is written into the form, kept in this browser until the room is founded: there is no node yet whose database could hold it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct FoundDraft {
    title: String,
    form: String,
    purpose: String,
}

impl FoundDraft {
    fn kept() -> Self {
        let kept = browser::preference(FOUND).unwrap_or_default();
        let mut parts = kept.splitn(3, '\n').map(str::to_owned);
        let mut part = || parts.next().unwrap_or_default();
        Self { title: part(), form: part(), purpose: part() }
    }

    fn keep(&self) {
        let Self { title, form, purpose } = self;
        let kept = if *self == Self::default() { String::new() } else { format!("{title}\n{form}\n{purpose}") };
        browser::set_preference(FOUND, &kept);
    }
}

#[derive(PartialEq, Properties)]
struct FormPreviewProps {
    form: forms::Form,
}

#[component]
fn FormPreview(props: &FormPreviewProps) -> Html {
    let form = &props.form;
    html! {
        <div class="form-preview" id="form-preview" aria-live="polite">
            <div key={&*form.name}>
                <p>{ &form.purpose }</p>
                if !form.batons.is_empty() {
                    <ul class="preview-batons" aria-label={t!("batons")}>
                        { for form.batons.iter().map(|it| html! { <li>{ &it.title }</li> }) }
                    </ul>
                }
                if !form.prompts.is_empty() {
                    <ol>{ for form.prompts.iter().map(|it| html! { <li>{ it }</li> }) }</ol>
                }
            </div>
        </div>
    }
}

#[component]
fn Join() -> Html {
    let session = use_session();
    let scanned = session.clone();
    let link = use_node_ref();
    let onsubmit = {
        let link = link.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let pasted = link.cast::<HtmlInputElement>().map(|it| it.value().trim().to_owned()).unwrap_or_default();
            if pasted.is_empty() {
                return browser::focus_handle("join-link");
            }
            let command = session.clone();
            then(&session, async move { command.join(pasted).await }, |()| ());
        })
    };
    let on_text = {
        let (session, link) = (scanned, link.clone());
        Callback::from(move |text: String| {
            if let Some(link) = link.cast::<HtmlInputElement>() {
                link.set_value(&text);
            }
            let command = session.clone();
            then(&session, async move { command.join(text).await }, |()| ());
        })
    };
    html! {
        <section aria-labelledby="join-heading">
            <h2 id="join-heading">{ t!("join-heading") }</h2>
            <form class="join" {onsubmit}>
                <label class="field">
                    <span>{ t!("join-link") }</span>
                    <input ref={link} type="text" inputmode="url" data-testid="join-link" autocomplete="off" spellcheck="false" />
                </label>
                <button type="submit" class="button" data-testid="join-submit">{ t!("join-submit") }</button>
            </form>
            <ScanButton handle="join-scan" label={t!("join-scan-label")} {on_text} />
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct MyRoomsProps {
    rooms: Rc<[RoomCard]>,
}

#[component]
fn MyRooms(props: &MyRoomsProps) -> Html {
    html! {
        <section aria-labelledby="my-rooms-heading" data-testid="my-rooms">
            <h2 id="my-rooms-heading">{ t!("my-rooms") }</h2>
            if props.rooms.is_empty() {
                <p class="empty">{ t!("my-rooms-empty") }</p>
            } else {
                <ul class="my-rooms">{ for props.rooms.iter().map(card) }</ul>
            }
        </section>
    }
}

fn card(card: &RoomCard) -> Html {
    // The fragment alone: the page is the one that is open, whatever was put behind its name.
    let href = format!("#{}", card.link.split_once('#').map_or("/", |(_, route)| route));
    let opened = t!("my-rooms-opened", day = when::day(card.last_opened), clock = when::clock(card.last_opened));
    html! {
        <li key={card.room.to_string()}>
            <a {href} dir="auto">{ changing(if card.title.is_empty() { t!("room-untitled") } else { card.title.clone() }) }</a>
            if card.new > 0 { <span class="new">{ changing(t!("my-rooms-new", n = card.new)) }</span> }
            if !card.purpose.is_empty() { <p dir="auto">{ changing(card.purpose.clone()) }</p> }
            <p class="when">{ changing(opened) }</p>
        </li>
    }
}

/// A road at dawn, and a paceline on it: the one in front wears yellow, for now.
#[component]
fn Dawn() -> Html {
    let rider = |(at, (x, y, r)): (usize, (u32, u32, u32))| {
        html! { <circle cx={x.to_string()} cy={y.to_string()} r={r.to_string()} class={format!("rider rider-{at}")} /> }
    };
    let riders = [(193, 343, 24), (327, 329, 22), (453, 314, 20), (571, 299, 18), (681, 282, 16), (783, 262, 15)];
    html! {
        <svg class="dawn" viewBox="0 0 1280 400" preserveAspectRatio="xMidYMax slice" aria-hidden="true" focusable="false">
            <circle cx="1030" cy="206" r="92" class="dawn-sun" />
            <path class="dawn-far" d="M0 312 C180 282 360 308 540 262 S800 150 930 196 S1180 226 1280 180 V440 H0 Z" />
            <path class="dawn-near" d="M0 366 C220 330 420 344 640 300 S1060 226 1280 262 V440 H0 Z" />
            <path class="dawn-road" d="M-20 392 C240 362 560 330 800 274 C1010 225 1100 214 1300 206" />
            { for riders.into_iter().enumerate().map(rider) }
            <circle cx="880" cy="235" r="20" class="rider-ring" />
            <circle cx="880" cy="235" r="13" class="rider rider-front" />
        </svg>
    }
}
