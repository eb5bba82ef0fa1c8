//! All that waits for the person at this tab, each line one press from its place; a number in the tab's title, and a notification
//! where somebody looks elsewhere and has asked for that.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use paceline_room::Cid;
use yew::prelude::*;

use super::{Context, Draw, Drawing, FOR_YOU, MainTab, PLAIN, Region, Tab, View, Views, Waits};
use crate::{
    browser,
    components::{
        dialog::Dialog,
        icons::Icon,
        more::{SHOWN, Which, use_shown},
    },
    hooks::use_session,
    parts::part,
    session::{RoomView, Session},
    signals,
    texts::{changing, t},
    title,
};

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Dialog,
    tab: Some(Tab {
        handle: FOR_YOU,
        group: MainTab::More,
        icon: Icon::Bell,
        title: || t!("for-you"),
        key: Some(("f", || t!("key-for-you"))),
    }),
    draw: Draw::Later(part!(agreed: Drawing = |context: &Context| {
        html! {
            <ForYou room={context.room.clone()} views={context.views} open={context.open.clone()} on_close={context.close.clone()} />
        }
    })),
    ..PLAIN
};

const LINES: Which = ("for-you", None);

/// Properties of [`ForYou`].
#[derive(PartialEq, Properties)]
struct ForYouProps {
    /// The room.
    room: Rc<RoomView>,
    /// All views.
    views: Views,
    /// Opens a view.
    open: Callback<&'static str>,
    /// The dialog was closed.
    on_close: Callback<()>,
}

/// Draws the list.
#[component]
fn ForYou(props: &ForYouProps) -> Html {
    let (much, session) = (use_shown(), use_session());
    // Only here: a page that asks on loading is refused for good.
    use_effect_with((), |()| signals::ask_to_tell());
    let all = props.views.waiting(&props.room);
    let count = all.len();
    html! {
        <Dialog title={t!("for-you")} on_close={props.on_close.clone()}>
            if all.is_empty() { <p>{ t!("waits-nothing") }</p> }
            <ul class="plain-list waits" data-testid="waits">{ for all.into_iter().take(much.of(LINES, SHOWN)).map(|it| line(it, props, &session)) }</ul>
            { much.more(LINES, SHOWN, count) }
        </Dialog>
    }
}

fn line((place, waits): (&'static str, Waits), props: &ForYouProps, session: &Session) -> Html {
    let Waits { kind, about, in_stream, words, .. } = waits;
    let (open, close, session) = (props.open.clone(), props.on_close.clone(), session.clone());
    let onclick = Callback::from(move |_: MouseEvent| {
        close.emit(());
        open.emit(place);
        match about {
            Some(about) if in_stream => show(session.clone(), about),
            about => about.into_iter().for_each(go_to),
        }
    });
    html! {
        <li><button type="button" class="link-button wait" data-testid="wait" data-kind={kind} data-about={about.map(|it| it.to_string())} {onclick}>
            { changing(words) }
        </button></li>
    }
}

/// Shows a post, which is opened by that, once the stream is there.
fn show(session: Session, post: Cid) {
    Timeout::new(0, move || {
        session.note_opened(post);
        session.show_post(post);
    })
    .forget();
}

/// Shows something by name, once the dialog is gone and has given the keyboard back: its next press, if one is filled, gets that.
fn go_to(about: Cid) {
    Timeout::new(0, move || {
        if let Some(it) = browser::find(&format!("[data-cid='{about}']")) {
            it.scroll_into_view();
            let inside = |selector| it.query_selector(selector).ok().flatten();
            let next = inside("[data-primary='true']").or_else(|| inside("button, summary, a, input, textarea"));
            if let Some(next) = next {
                browser::focus(&next);
            }
        }
    })
    .forget();
}

/// Keeps the number in the tab's title, and tells who looks elsewhere that it has risen.
#[hook]
pub fn use_waiting(room: &RoomView, count: usize) {
    let room = room.title.clone();
    let before = use_mut_ref(|| count);
    use_effect_with(count, move |count| {
        title::set_count(*count);
        let before = before.replace(*count);
        if *count > before {
            signals::tell(&t!("for-you-notification", room = room.to_string(), n = *count));
        }
    });
    use_effect_with((), |()| || title::set_count(0));
}
