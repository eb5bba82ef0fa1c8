//! The room: its head, and where the views of the table stand.

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
    hooks::{use_early, use_keys, use_seen, use_session},
    session::{Connection, RoomView, View as Snapshot},
    texts::{changing, t},
    views::{self, Context, MainTab, Region, Tab, VIEWS, View, Views, use_waiting},
};

/// Properties of [`RoomPage`].
#[derive(PartialEq, Properties)]
pub struct RoomProps {
    /// The latest snapshot.
    pub view: Rc<Snapshot>,
    /// The open room.
    pub room: Rc<RoomView>,
}

/// Where a person looks.
#[derive(Clone, Copy, PartialEq)]
struct Looking {
    /// What stands beside the stream: [`views::STREAM`] for nothing.
    beside: &'static str,
    /// The card stands in the place of the stream.
    card: bool,
    /// Posts that were here when the card came.
    read: usize,
}

/// Draws the room.
#[component]
pub fn RoomPage(props: &RoomProps) -> Html {
    let (snapshot, room) = (props.view.clone(), props.room.clone());
    let session = use_session();
    let looking = use_state(|| Looking { beside: views::STREAM, card: session.is_to_meet(), read: 0 });
    let dialog = use_state(|| None::<&'static str>);
    let open = use_opening(&looking, &dialog, &room);
    use_coming(&looking, &room);
    let close = use_callback(dialog.setter(), |(), dialog| dialog.set(None));
    let back = looking.clone();
    use_back(
        looking.beside != views::STREAM,
        Callback::from(move |()| back.set(Looking { beside: views::STREAM, ..*back })),
    );
    let waiting = Views(VIEWS).waiting(&room).iter().map(|(_, it)| it.count).sum();
    use_waiting(&room, waiting);
    let waiting = use_seen(&Rc::new(waiting));
    use_early(is_quiet(room.connection), views::parts);
    let (front, covered) = (dialog.is_none() && !looking.card, dialog.is_some());
    let live = Context { snapshot, room, beside: looking.beside, front, covered, open, close, views: Views(VIEWS) };
    let context = use_seen_of(&live);
    let parts = [
        (looking.beside != views::STREAM).then_some("beside"),
        context.room.meeting.is_some().then_some("meets"),
        (looking.card && looking.beside == views::STREAM).then_some("at-card"),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    // Always one node: children are matched from the last on, and one more would make all before it anew.
    let dialog = dialog.and_then(views::find).map(|it| it.draw(&context)).unwrap_or_default();
    html! {
        <div class={classes!("room", parts)} data-testid="room">
            <button type="button" class="skip button" onclick={|_: MouseEvent| browser::focus_handle("composer-text")}>
                { t!("skip-to-writing") }
            </button>
            { head(&context, *waiting) }
            <Notices notices={context.snapshot.notices.clone()} />
            <main class="room-main">
            <section class="side" aria-label={t!("side")}>{ context.draw(Region::Side) }</section>
            <section class="said-here" aria-label={t!("stream")}>
                <div class="bar-place">{ live.draw(Region::Bar) }</div>
                { middle(&context, &live, looking.card) }
            </section>
            <nav class="views" aria-label={t!("views")}>{ tabs(&context, &looking) }</nav>
            // It scrolls, and there may be nothing in it to reach with the keyboard.
            <section class="view" tabindex="0" aria-label={t!("view")}>{ beside_the_stream(&context) }</section>
            </main>
            { dialog }
        </div>
    }
}

/// Nothing that is awaited is held up by what is fetched early.
const fn is_quiet(connection: Connection) -> bool {
    matches!(connection, Connection::Alone | Connection::InSync | Connection::Partial)
}

/// What of it somebody has seen or sees: of what goes on together all is drawn, since that calls who looks elsewhere.
#[hook]
fn use_seen_of(live: &Context) -> Context {
    let snapshot = use_seen(&live.snapshot);
    let room = snapshot.room.clone().unwrap_or_else(|| live.room.clone());
    Context { snapshot, room, ..live.clone() }
}

/// What people do together now, or what they say.
fn middle(context: &Context, live: &Context, card: bool) -> Html {
    if card {
        html! { <div class="card-place" tabindex="-1">{ live.draw(Region::Card) }</div> }
    } else {
        context.draw(Region::Middle)
    }
}

/// Opens the view of a handle; single keys open views, too.
#[hook]
fn use_opening(
    looking: &UseStateHandle<Looking>,
    dialog: &UseStateHandle<Option<&'static str>>,
    room: &RoomView,
) -> Callback<&'static str> {
    // What it needs to know of now: the callback is the same for the life of the page, and so is the listener.
    let now = use_mut_ref(|| (**looking, 0));
    *now.borrow_mut() = (**looking, room.posts.len());
    let open = use_callback((looking.setter(), dialog.setter()), move |handle: &'static str, (looking, dialog)| {
        let (before, posts) = *now.borrow();
        let after = match MainTab::ALL.into_iter().find(|it| it.handle() == handle) {
            Some(MainTab::Talk) => Looking { beside: views::STREAM, card: false, ..before },
            Some(MainTab::Meeting) => at_the_card(before, posts),
            Some(main) if views::main_of(before.beside) == Some(main) => before,
            Some(main) => match views::of(main).next() {
                Some((_, tab)) => Looking { beside: tab.handle, ..before },
                None => before,
            },
            None => match views::find(handle).map(|it| it.region) {
                Some(Region::Dialog) => return dialog.set(Some(handle)),
                _ => Looking { beside: handle, ..before },
            },
        };
        looking.set(after);
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

fn at_the_card(before: Looking, posts: usize) -> Looking {
    let read = if before.card { before.read } else { posts };
    Looking { beside: views::STREAM, card: true, read }
}

/// A card that comes moves nobody who writes: it waits until the field is gone in which they do. Whoever was about to write is led to
/// what is written in the card.
#[hook]
fn use_coming(looking: &UseStateHandle<Looking>, room: &RoomView) {
    let coming = VIEWS.iter().filter(|it| it.region == Region::Card).find_map(|it| (it.comes)(room));
    let (waits, leads) = (use_mut_ref(|| None::<HtmlElement>), use_mut_ref(|| false));
    let come = {
        let (looking, leads, posts) = (looking.clone(), leads.clone(), room.posts.len());
        move |would_write: bool| {
            *leads.borrow_mut() = would_write;
            looking.set(at_the_card(*looking, posts));
        }
    };
    {
        let (waits, come) = (waits.clone(), come.clone());
        use_effect_with(coming, move |coming| {
            let writes = coming.and_then(|_| written_in());
            if coming.is_some() && writes.is_none() {
                come(browser::is_writing());
            }
            *waits.borrow_mut() = writes;
        });
    }
    use_effect(move || {
        let gone = waits.borrow_mut().take_if(|it| !it.is_connected());
        if gone.is_some() && written_in().is_none() {
            come(true);
        }
    });
    let card = looking.card;
    use_effect(move || {
        if *leads.borrow() && card {
            *leads.borrow_mut() = lead_into_card();
        }
    });
}

/// What somebody writes in. In the stream that is a field in which something stands: who is about to write there writes as well in the card.
fn written_in() -> Option<HtmlElement> {
    let is_writing = |it: &HtmlElement| !browser::is_empty(it) || it.closest(".said-here").ok().flatten().is_none();
    browser::focused().filter(browser::is_field).filter(is_writing)
}

/// Brings the keyboard of who would have written to what is written in the card. Returns whether that is still to come.
fn lead_into_card() -> bool {
    let (Some(card), focused) = (browser::find(".card-place"), browser::focused()) else { return false };
    if focused.is_some_and(|it| it.class_name() != card.class_name()) {
        return false;
    }
    // A phone would raise its keyboard over the card.
    let field = (!browser::matches_media("(pointer: coarse)")).then(|| browser::find(".card-place textarea"));
    browser::focus(field.clone().flatten().as_ref().unwrap_or(&card));
    field.is_some_and(|it| it.is_none())
}

fn head(context: &Context, waiting: usize) -> Html {
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
                if room.newer { <p class="purpose" data-testid="newer-room">{ changing(older(room)) }</p> }
            </div>
            <ConnectionState ..ConnectionProps::of(room) />
            { bell(context, waiting) }
            { for views::tab(views::INVITE).map(|it| html! {
                <button type="button" class="button invite" data-testid={it.handle} onclick={context.opens(it.handle)}>
                    <Sign icon={it.icon} /><span>{ (it.title)() }</span>
                </button>
            }) }
        </header>
    }
}

/// What this page cannot do in a room that is newer than it.
fn older(room: &RoomView) -> String {
    if room.raised.iter().next().is_some() { t!("newer-raised", n = room.version) } else { t!("newer-room") }
}

/// How much waits for the person here.
fn bell(context: &Context, waiting: usize) -> Html {
    html! {
        { for views::tab(views::FOR_YOU).map(|it| html! {
            <button type="button" class="icon-button for-you" data-testid={it.handle} data-count={waiting.to_string()} title={(it.title)()}
                aria-label={t!("for-you-count", n = waiting)} onclick={context.opens(it.handle)}>
                <Sign icon={it.icon} />
                if waiting > 0 { <span class="count-mark" aria-hidden="true" translate="no">{ waiting }</span> }
            </button>
        }) }
    }
}

/// The view beside the stream. On a wide screen something always stands there.
fn beside_the_stream(context: &Context) -> Html {
    let chosen = if context.beside == views::STREAM { views::ABOUT } else { context.beside };
    let Some((view, shown)) = views::find(chosen).zip(views::tab(chosen)) else {
        return Html::default();
    };
    html! {
        <>
            <div class="views-within" role="group" aria-label={main_name(shown.group)}>
                { for views::of(shown.group).map(|(view, it)| tab(view, it, context)) }
            </div>
            <h2>{ changing((shown.title)()) }</h2>
            { view.draw(context) }
        </>
    }
}

/// The main tabs, and the list of keys.
fn tabs(context: &Context, looking: &Looking) -> Html {
    let unread = if looking.card { context.room.posts.len().saturating_sub(looking.read) } else { 0 };
    html! {
        <>
            { for MainTab::ALL.into_iter().filter(|it| views::has(*it)).map(|it| main_tab(it, context, looking, unread)) }
            { for views::tab(views::KEYS).map(|it| html! {
                <button type="button" class="tab tab-keys" onclick={context.opens(it.handle)} aria-label={(it.title)()} title={(it.title)()}>
                    <Sign icon={it.icon} />
                </button>
            }) }
        </>
    }
}

fn main_name(main: MainTab) -> String {
    match main {
        MainTab::Talk => t!("tab-talk"),
        MainTab::Meeting => t!("tab-meeting"),
        MainTab::Agreed => t!("tab-agreed"),
        MainTab::People => t!("tab-people"),
        MainTab::More => t!("tab-more"),
    }
}

const fn main_sign(main: MainTab) -> Icon {
    match main {
        MainTab::Talk => Icon::Stream,
        MainTab::Meeting => Icon::Meeting,
        MainTab::Agreed => Icon::Promise,
        MainTab::People => Icon::People,
        MainTab::More => Icon::More,
    }
}

fn main_tab(main: MainTab, context: &Context, looking: &Looking, unread: usize) -> Html {
    let current = match views::main_of(context.beside) {
        Some(MainTab::Talk) if looking.card => MainTab::Meeting,
        shown => shown.unwrap_or(MainTab::Talk),
    };
    let waiting: Vec<_> = views::of(main).flat_map(|(view, _)| (view.waiting)(&context.room)).collect();
    let (count, words, mark) = match main {
        MainTab::Talk if unread > 0 => (unread, t!("talk-unread", n = unread), Some("unread")),
        _ => {
            let words: Vec<_> = waiting.iter().map(|it| &*it.words).collect();
            (waiting.iter().map(|it| it.count).sum(), words.join(" "), None)
        }
    };
    let handle = main.handle();
    html! {
        <button type="button" class={classes!("tab", (current == main).then_some("current"), format!("tab-{handle}"))}
            data-testid={handle} aria-pressed={(current == main).to_string()} onclick={context.opens(handle)}>
            <Sign icon={main_sign(main)} /><span>{ main_name(main) }</span>
            { counted(count, words, mark) }
        </button>
    }
}

/// A tab within a main one.
fn tab(view: &View, tab: &'static Tab, context: &Context) -> Html {
    let handle = tab.handle;
    let current = context.beside == handle;
    let default = (handle == views::ABOUT && context.beside == views::STREAM).then_some("by-default");
    let waiting = (view.waiting)(&context.room);
    let words: Vec<_> = waiting.iter().map(|it| &*it.words).collect();
    html! {
        <button type="button" class={classes!("tab", current.then_some("current"), default, format!("tab-{handle}"))} key={handle}
            data-testid={handle} aria-pressed={current.to_string()} onclick={context.opens(handle)}>
            <span>{ (tab.title)() }</span>
            { counted(waiting.iter().map(|it| it.count).sum(), words.join(" "), None) }
        </button>
    }
}

fn counted(count: usize, words: String, handle: Option<&'static str>) -> Html {
    if count == 0 {
        return Html::default();
    }
    html! {
        <span class="count-mark" data-testid={handle}><span aria-hidden="true" translate="no">{ count }</span>
            <span class="visually-hidden">{ changing(words) }</span></span>
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
