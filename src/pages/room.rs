//! The room: who leads what, what was said, and one view beside it.

use std::rc::Rc;

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::{
    address::use_back,
    browser,
    components::{
        connection::{ConnectionProps, ConnectionState},
        icons::{Icon, Sign},
        notices::Notices,
    },
    hooks::use_keys,
    session::{RoomView, View},
    texts::{changing, t},
    views::{
        about::About,
        batons::Batons,
        invite::Invite,
        keys::Keys,
        loops::{self, Loops},
        network::Network,
        people::{NameBar, PeopleList},
        settings::Settings,
        stream::{self, Stream},
    },
};

/// What stands beside the stream; on a narrow screen in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    Nothing,
    About,
    Loops,
    Network,
    Settings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    Invite,
    Keys,
}

/// Properties of [`RoomPage`].
#[derive(PartialEq, Properties)]
pub struct RoomProps {
    /// The latest view.
    pub view: Rc<View>,
    /// The open room.
    pub room: Rc<RoomView>,
}

/// Draws the room.
#[component]
pub fn RoomPage(props: &RoomProps) -> Html {
    let room = &props.room;
    let beside = use_state(|| Beside::Nothing);
    let shown = use_state(|| Shown::Nothing);
    use_keys(keys(&beside, &shown));
    let leave = beside.setter();
    use_back(*beside != Beside::Nothing, Callback::from(move |()| leave.set(Beside::Nothing)));
    let close = {
        let shown = shown.setter();
        Callback::from(move |()| shown.set(Shown::Nothing))
    };
    let open = |wanted: Shown| {
        let shown = shown.setter();
        Callback::from(move |_: MouseEvent| shown.set(wanted))
    };
    let handles = *beside != Beside::Loops;
    let title = match &*room.title {
        "" if room.newer => t!("newer-room-title"),
        "" => t!("room-untitled"),
        title => title.to_owned(),
    };
    html! {
        <div class={classes!("room", (*beside != Beside::Nothing).then_some("beside"))} data-testid="room">
            <button type="button" class="skip button" onclick={|_: MouseEvent| browser::focus_handle("composer-text")}>
                { t!("skip-to-writing") }
            </button>
            <header class="room-head">
                <a class="home" href="#/" aria-label={t!("home")}><Mark /></a>
                <div class="room-words">
                    <h1 dir="auto" data-testid="room-title">{ changing(title) }</h1>
                    if !room.purpose.is_empty() { <p class="purpose" dir="auto">{ changing(room.purpose.to_string()) }</p> }
                    if room.newer { <p class="purpose" data-testid="newer-room">{ t!("newer-room") }</p> }
                </div>
                <ConnectionState ..ConnectionProps::of(room) />
                <button type="button" class="button invite" data-testid="invite-open" onclick={open(Shown::Invite)}>
                    <Sign icon={Icon::Invite} /><span>{ t!("invite") }</span>
                </button>
            </header>
            <Notices notices={props.view.notices.clone()} />
            <main class="room-main">
            <section class="side" aria-label={t!("side")}>
                <Batons room={room.clone()} {handles} />
                <PeopleList room={room.clone()} />
            </section>
            <section class="said-here" aria-label={t!("stream")}>
                <Stream room={room.clone()} {handles} empty={empty(room)}
                    before_composer={if *beside == Beside::Settings { Html::default() } else { html! { <NameBar room={room.clone()} /> } }} />
            </section>
            <nav class="views" aria-label={t!("views")}>{ views(&beside, &shown, room) }</nav>
            <section class="view" aria-label={t!("view")}>{ view(&beside, &shown, props) }</section>
            </main>
            if *shown == Shown::Invite { <Invite room={room.clone()} on_close={close.clone()} /> }
            if *shown == Shown::Keys { <Keys on_close={close} /> }
        </div>
    }
}

fn empty(room: &RoomView) -> Html {
    if room.connection == crate::session::Connection::CatchingUp {
        return html! { <p>{ changing(t!("stream-catching-up")) }</p> };
    }
    let on_its_way = room.title.is_empty() && !room.newer;
    let words = if on_its_way { t!("stream-on-its-way") } else { t!("stream-empty") };
    html! { <p>{ changing(words) }</p> }
}

fn view(beside: &UseStateHandle<Beside>, shown: &UseStateHandle<Shown>, props: &RoomProps) -> Html {
    let room = props.room.clone();
    match **beside {
        Beside::Nothing | Beside::About => {
            let beside = beside.setter();
            let on_loops = Callback::from(move |()| beside.set(Beside::Loops));
            html! { <><h2>{ changing(t!("view-about")) }</h2><About {room} {on_loops} /></> }
        }
        Beside::Loops => html! { <><h2>{ changing(t!("view-loops")) }</h2><Loops {room} /></> },
        Beside::Network => {
            let (shown, beside) = (shown.setter(), beside.setter());
            let on_invite = Callback::from(move |()| shown.set(Shown::Invite));
            let on_settings = Callback::from(move |()| beside.set(Beside::Settings));
            let finding = props.view.finding.clone();
            html! { <><h2>{ changing(t!("view-network")) }</h2><Network {room} {finding} {on_invite} {on_settings} /></> }
        }
        Beside::Settings => {
            html! { <><h2>{ changing(t!("view-settings")) }</h2><Settings {room} offline={props.view.offline} finding={props.view.finding.clone()} /></> }
        }
    }
}

fn views(beside: &UseStateHandle<Beside>, shown: &UseStateHandle<Shown>, room: &RoomView) -> Html {
    let waiting = loops::waiting(room);
    let tab = |wanted: Beside, icon: Icon, label: String, handle: &'static str, count: usize| {
        // On a wide screen the stream is always there, and what is beside it when nothing is chosen is about the room.
        let current = **beside == wanted;
        let setter = beside.setter();
        let onclick = Callback::from(move |_: MouseEvent| setter.set(wanted));
        let default = (wanted == Beside::About && **beside == Beside::Nothing).then_some("by-default");
        html! {
            <button type="button" class={classes!("tab", current.then_some("current"), default, format!("tab-{handle}"))}
                data-testid={handle} aria-pressed={current.to_string()} {onclick}>
                <Sign {icon} /><span>{ label }</span>
                if count > 0 { <span class="count-mark"><span aria-hidden="true" translate="no">{ count }</span>
                    <span class="visually-hidden">{ changing(t!("waits-loops", n = count)) }</span></span> }
            </button>
        }
    };
    let keys = {
        let shown = shown.setter();
        Callback::from(move |_: MouseEvent| shown.set(Shown::Keys))
    };
    html! {
        <>
            { tab(Beside::Nothing, Icon::Stream, t!("view-stream"), "view-stream", 0) }
            { tab(Beside::About, Icon::Room, t!("view-about"), "view-about", 0) }
            { tab(Beside::Loops, Icon::Loops, t!("view-loops"), "view-loops", waiting) }
            { tab(Beside::Network, Icon::Network, t!("view-network"), "view-network", 0) }
            { tab(Beside::Settings, Icon::Settings, t!("view-settings"), "view-settings", 0) }
            <button type="button" class="tab tab-keys" onclick={keys} aria-label={t!("keys-title")} title={t!("keys-title")}>
                <Sign icon={Icon::Keys} />
            </button>
        </>
    }
}

fn keys(beside: &UseStateHandle<Beside>, shown: &UseStateHandle<Shown>) -> Callback<String, bool> {
    let (beside, shown) = (beside.setter(), shown.setter());
    // Setters never change: one listener for the life of the page.
    Callback::from(move |key: String| {
        match key.as_str() {
            "?" => shown.set(Shown::Keys),
            "i" => shown.set(Shown::Invite),
            "l" => beside.set(Beside::Loops),
            "s" => beside.set(Beside::Settings),
            "w" => beside.set(Beside::Network),
            "n" => browser::focus_handle("composer-text"),
            "b" => return press(None, "baton-open"),
            "j" => return stream::step(1),
            "k" => return stream::step(-1),
            "r" => return press(Some(".post"), "post-reply"),
            "a" => return press(Some(".post"), "feedback-appreciate"),
            "q" => return press(Some(".post"), "feedback-question"),
            "c" => return press(Some(".post"), "feedback-concern"),
            "x" => return press(Some(".post"), "feedback-correct"),
            "e" => return press(Some(".post"), "post-edit"),
            "Escape" => beside.set(Beside::Nothing),
            _ => return false,
        }
        true
    })
}

/// Presses a button by its handle; with `inside`, the one in what has the keyboard.
fn press(inside: Option<&str>, handle: &str) -> bool {
    let selector = format!("[data-testid='{handle}']");
    let button = match inside {
        Some(inside) => browser::focused()
            .and_then(|it| it.closest(inside).ok().flatten())
            .and_then(|it| it.query_selector(&selector).ok().flatten()),
        None => browser::find(&selector),
    };
    let Some(button) = button.and_then(|it| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(it).ok()) else {
        return false;
    };
    button.click();
    true
}

/// Three on a road, the front one in yellow.
#[component]
pub fn Mark() -> Html {
    html! {
        <svg class="brand" viewBox="0 0 40 40" width="40" height="40" aria-hidden="true" focusable="false">
            <path d="M3 35 C14 32 23 25 37 6" class="brand-road" />
            <circle cx="8" cy="31" r="3.4" class="brand-dot" />
            <circle cx="18" cy="24.5" r="4.4" class="brand-dot" />
            <circle cx="29.5" cy="14" r="6.6" class="brand-front" />
        </svg>
    }
}
