//! The room: its head, and where the views of the table stand.

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    address::use_back,
    browser,
    components::{
        connection::{ConnectionProps, ConnectionState},
        icons::Sign,
        notices::Notices,
    },
    hooks::use_keys,
    session::{RoomView, View as Snapshot},
    texts::{changing, t},
    views::{self, Context, Region, Tab, VIEWS, View, Views},
};

/// Properties of [`RoomPage`].
#[derive(PartialEq, Properties)]
pub struct RoomProps {
    /// The latest snapshot.
    pub view: Rc<Snapshot>,
    /// The open room.
    pub room: Rc<RoomView>,
}

/// Draws the room.
#[component]
pub fn RoomPage(props: &RoomProps) -> Html {
    let beside = use_state(|| views::STREAM);
    let dialog = use_state(|| None::<&'static str>);
    let open = use_opening(&beside, &dialog);
    let close = use_callback(dialog.setter(), |(), dialog| dialog.set(None));
    let leave = beside.setter();
    use_back(*beside != views::STREAM, Callback::from(move |()| leave.set(views::STREAM)));
    let (snapshot, room) = (props.view.clone(), props.room.clone());
    let context = Context { snapshot, room, beside: *beside, open, close, views: Views(VIEWS) };
    // Always one node: children are matched from the last on, and one more would make all before it anew.
    let dialog = dialog.and_then(views::find).map(|it| (it.draw)(&context)).unwrap_or_default();
    html! {
        <div class={classes!("room", (*beside != views::STREAM).then_some("beside"))} data-testid="room">
            <button type="button" class="skip button" onclick={|_: MouseEvent| browser::focus_handle("composer-text")}>
                { t!("skip-to-writing") }
            </button>
            { head(&context) }
            <Notices notices={context.snapshot.notices.clone()} />
            <main class="room-main">
            <section class="side" aria-label={t!("side")}>{ context.draw(Region::Side) }</section>
            <section class="said-here" aria-label={t!("stream")}>{ context.draw(Region::Middle) }</section>
            <nav class="views" aria-label={t!("views")}>{ tabs(&context) }</nav>
            // It scrolls, and there may be nothing in it to reach with the keyboard.
            <section class="view" tabindex="0" aria-label={t!("view")}>{ beside_the_stream(&context) }</section>
            </main>
            { dialog }
        </div>
    }
}

/// Opens the view of a handle; single keys open views, too.
#[hook]
fn use_opening(
    beside: &UseStateHandle<&'static str>,
    dialog: &UseStateHandle<Option<&'static str>>,
) -> Callback<&'static str> {
    // Setters never change: one callback, and one listener, for the life of the page.
    let open = use_callback((beside.setter(), dialog.setter()), |handle: &'static str, (beside, dialog)| {
        match views::find(handle).map(|it| it.region) {
            Some(Region::Dialog) => dialog.set(Some(handle)),
            _ => beside.set(handle),
        }
    });
    let pressed = use_callback(open.clone(), |key: String, open: &Callback<&'static str>| match key.as_str() {
        "Escape" => {
            open.emit(views::STREAM);
            true
        }
        key => views::press(key, open),
    });
    use_keys(pressed);
    open
}

fn head(context: &Context) -> Html {
    let room = &context.room;
    let title = match &*room.title {
        "" if room.newer => t!("newer-room-title"),
        "" => t!("room-untitled"),
        title => title.to_owned(),
    };
    html! {
        <header class="room-head">
            <a class="home" href="#/" aria-label={t!("home")}><Mark /></a>
            <div class="room-words">
                <h1 dir="auto" data-testid="room-title">{ changing(title) }</h1>
                if !room.purpose.is_empty() { <p class="purpose" dir="auto">{ changing(room.purpose.to_string()) }</p> }
                if room.newer { <p class="purpose" data-testid="newer-room">{ t!("newer-room") }</p> }
            </div>
            <ConnectionState ..ConnectionProps::of(room) />
            { for views::tab(views::INVITE).map(|it| html! {
                <button type="button" class="button invite" data-testid={it.handle} onclick={context.opens(it.handle)}>
                    <Sign icon={it.icon} /><span>{ (it.title)() }</span>
                </button>
            }) }
        </header>
    }
}

/// The view beside the stream. On a wide screen something always stands there.
fn beside_the_stream(context: &Context) -> Html {
    let chosen = if context.beside == views::STREAM { views::ABOUT } else { context.beside };
    let Some((view, tab)) = views::find(chosen).zip(views::tab(chosen)) else {
        return Html::default();
    };
    html! { <><h2>{ changing((tab.title)()) }</h2>{ (view.draw)(context) }</> }
}

fn tabs(context: &Context) -> Html {
    let tabs = VIEWS.iter().filter(|it| it.region != Region::Dialog);
    let tabs = tabs.filter_map(|view| Some(tab(view, view.tab.as_ref()?, context)));
    html! {
        <>
            { for tabs }
            { for views::tab(views::KEYS).map(|it| html! {
                <button type="button" class="tab tab-keys" onclick={context.opens(it.handle)} aria-label={(it.title)()} title={(it.title)()}>
                    <Sign icon={it.icon} />
                </button>
            }) }
        </>
    }
}

fn tab(view: &View, tab: &'static Tab, context: &Context) -> Html {
    let handle = tab.handle;
    let current = context.beside == handle;
    let default = (handle == views::ABOUT && context.beside == views::STREAM).then_some("by-default");
    let waiting = (view.waiting)(&context.room);
    let words: Vec<_> = waiting.iter().map(|it| &*it.words).collect();
    html! {
        <button type="button" class={classes!("tab", current.then_some("current"), default, format!("tab-{handle}"))}
            data-testid={handle} aria-pressed={current.to_string()} onclick={context.opens(handle)}>
            <Sign icon={tab.icon} /><span>{ (tab.title)() }</span>
            if !waiting.is_empty() {
                <span class="count-mark"><span aria-hidden="true" translate="no">{ waiting.iter().map(|it| it.count).sum::<usize>() }</span>
                    <span class="visually-hidden">{ changing(words.join(" ")) }</span></span>
            }
        </button>
    }
}

/// Three on a road, the front one in yellow.
#[component]
fn Mark() -> Html {
    html! {
        <svg class="brand" viewBox="0 0 40 40" width="40" height="40" aria-hidden="true" focusable="false">
            <path d="M3 35 C14 32 23 25 37 6" class="brand-road" />
            <circle cx="8" cy="31" r="3.4" class="brand-dot" />
            <circle cx="18" cy="24.5" r="4.4" class="brand-dot" />
            <circle cx="29.5" cy="14" r="6.6" class="brand-front" />
        </svg>
    }
}
