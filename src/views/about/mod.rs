//! What the room is for, what waits for me, and how it hangs together.

use std::rc::Rc;

use yew::prelude::*;

use super::{ABOUT, Context, Draw, MainTab, PLAIN, Region, Tab, View, Views};
use crate::{
    components::{
        icons::Icon,
        more::{SHOWN, Which, use_shown},
        path::way,
    },
    forms, people,
    session::{PeerView, People, RoomView},
    texts::{changing, t},
};

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Beside,
    tab: Some(Tab { handle: ABOUT, group: MainTab::More, icon: Icon::Room, title: || t!("view-about"), key: None }),
    draw: Draw::Now(
        |context: &Context| html! { <About room={context.room.clone()} views={context.views} open={context.open.clone()} /> },
    ),
    ..PLAIN
};

/// The list of who is reached.
const PEERS: Which = ("peers", None);

/// Properties of [`About`].
#[derive(PartialEq, Properties)]
struct AboutProps {
    /// The room.
    room: Rc<RoomView>,
    /// All views.
    views: Views,
    /// Opens a view.
    open: Callback<&'static str>,
}

/// Draws the view.
#[component]
fn About(props: &AboutProps) -> Html {
    let room = &props.room;
    let form = use_memo((room.form.clone(), forms::count_hosted()), |(form, _)| forms::by_name(form));
    let peers = room.all_peers();
    let much = use_shown();
    html! {
        <>
            { for_me(props) }
            if let Some(form) = form.as_ref() {
                <h3>{ t!("form-is", title = form.title.clone()) }</h3>
                <p>{ &form.purpose }</p>
                { list(t!("form-steps"), &form.steps, true) }
                { list(t!("form-prompts"), &form.prompts, true) }
                { list(t!("form-norms"), &form.norms, false) }
            }
            <h3>{ t!("held-by") }</h3>
            <p>{ t!("held-by-words") }</p>
            if !peers.is_empty() {
                <ul class="plain-list peers">{ for peers.iter().take(much.of(PEERS, SHOWN)).map(|it| peer(it, &room.people)) }</ul>
            }
            { much.more(PEERS, SHOWN, peers.len()) }
        </>
    }
}

/// What can be answered in a view of its own comes first.
fn for_me(props: &AboutProps) -> Html {
    let waits = |view: &View| (view.waiting)(&props.room);
    let elsewhere = |tab: &Tab, words: String| {
        let handle = tab.handle;
        let onclick = props.open.reform(move |_: MouseEvent| handle);
        html! { <li><button type="button" class="link-button" {onclick}>{ changing(words) }</button></li> }
    };
    let there: Vec<Html> = props
        .views
        .0
        .iter()
        .filter_map(|view| Some((view.tab.as_ref()?, view)))
        .flat_map(|(tab, view)| waits(view).into_iter().map(move |it| elsewhere(tab, it.words)))
        .collect();
    let here: Vec<Html> = props
        .views
        .0
        .iter()
        .filter(|view| view.tab.is_none())
        .flat_map(waits)
        .map(|it| html! { <li>{ changing(it.words) }</li> })
        .collect();
    html! {
        <>
            <h3>{ t!("waits") }</h3>
            if there.is_empty() && here.is_empty() { <p>{ t!("waits-nothing") }</p> }
            <ul class="plain-list waits">{ for there }{ for here }</ul>
        </>
    }
}

fn list(title: String, lines: &[String], numbered: bool) -> Html {
    if lines.is_empty() {
        return Html::default();
    }
    let items = lines.iter().map(|line| html! { <li>{ line }</li> });
    let list = if numbered {
        html! { <ol>{ for items }</ol> }
    } else {
        html! { <ul>{ for items }</ul> }
    };
    html! { <><h4>{ title }</h4>{ list }</> }
}

fn peer(peer: &PeerView, people: &People) -> Html {
    let name = people::name_in(people, &peer.node);
    html! { <li key={peer.node.to_string()}><strong translate="no"><bdi>{ name }</bdi></strong>{ " " }{ changing(way(peer, people)) }</li> }
}
