//! What the room is for, what waits for me, and how it hangs together.

use std::rc::Rc;

use paceline_room::state::BatonState;
use yew::prelude::*;

use super::loops::waiting;
use crate::{
    components::path::reached,
    forms, people,
    session::{PeerView, PersonView, RoomView},
    texts::{changing, t},
};

/// Properties of [`About`].
#[derive(PartialEq, Properties)]
pub struct AboutProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// Goes to the loops.
    pub on_loops: Callback<()>,
}

/// Draws the view.
#[component]
pub fn About(props: &AboutProps) -> Html {
    let room = &props.room;
    let form = use_memo(room.form.clone(), |form| forms::by_name(form));
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
            if !room.peers.is_empty() { <ul class="plain-list peers">{ for room.peers.iter().map(|it| peer(it, &room.people)) }</ul> }
        </>
    }
}

fn for_me(props: &AboutProps) -> Html {
    let room = &props.room;
    let loops = waiting(room);
    let offers = room.batons.iter().filter(|it| it.offered_to == Some(room.me));
    let back = room.batons.iter().filter(|it| it.may_reclaim == Some(room.me) && it.state != BatonState::Closed);
    let waits: Vec<Html> = offers
        .map(|it| html! { <li>{ changing(t!("waits-offer", title = it.title.clone())) }</li> })
        .chain(back.map(|it| html! { <li>{ changing(t!("waits-reclaim", title = it.title.clone())) }</li> }))
        .collect();
    let nothing = loops == 0 && waits.is_empty();
    html! {
        <>
            <h3>{ t!("waits") }</h3>
            if nothing { <p>{ t!("waits-nothing") }</p> }
            <ul class="plain-list waits">
                if loops > 0 {
                    <li><button type="button" class="link-button" onclick={props.on_loops.reform(|_: MouseEvent| ())}>
                        { changing(t!("waits-loops", n = loops)) }
                    </button></li>
                }
                { for waits }
            </ul>
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

fn peer(peer: &PeerView, people: &[PersonView]) -> Html {
    let name = people::name_in(people, &peer.node);
    html! { <li key={peer.node.to_string()}><strong translate="no"><bdi>{ name }</bdi></strong>{ " " }{ changing(reached(peer, people)) }</li> }
}
