//! Who leads what: free batons first, then mine, then the others', what is done last.

mod baton;
mod card;
mod history;
mod need;
mod offer;
mod open;
mod words;

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid, NodeId,
    fold::{List, feedback_on},
    sorted,
    state::{Baton, BatonState},
};
use yew::prelude::*;

use self::{baton::BatonView, history::noted, open::OpenBaton};
use super::{Context, Keys, PLAIN, Region, View, Waits, press_button};
use crate::{
    components::feedback::tell,
    people,
    session::RoomView,
    texts::{changing, t},
};

pub use card::CARDS;
pub use need::OPEN_FOR;

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Side,
    keys: &[Keys { keys: &[("b", || press_button(None, "baton-open"))], words: || t!("key-baton") }],
    waiting,
    called: |room, (_, cid), name| {
        let baton = room.batons.iter().find(|it| it.terms.iter().any(|term| term.from == *cid))?;
        Some(t!("loop-about-term", name = name, title = baton.title.clone()))
    },
    draw: |context: &Context| html! { <Batons room={context.room.clone()} handles={!context.loops_elsewhere()} /> },
    ..PLAIN
};

/// Words read out at once of one baton; the history has them all.
const NOTES_SAID: usize = 3;

/// Properties of [`Batons`].
#[derive(PartialEq, Properties)]
struct BatonsProps {
    /// The room.
    room: Rc<RoomView>,
    /// Whether loops carry their stable handles here.
    handles: bool,
}

/// What is offered to this node, and what it may reclaim.
fn waiting(room: &RoomView) -> Vec<Waits> {
    let offers = room.for_me.iter().filter(|it| it.offered_to == Some(room.me));
    let back = room.for_me.iter().filter(|it| it.may_reclaim == Some(room.me) && it.state != BatonState::Closed);
    let offers = offers.map(|it| t!("waits-offer", title = it.title.clone()));
    let back = back.map(|it| t!("waits-reclaim", title = it.title.clone()));
    offers.chain(back).map(|words| Waits { count: 1, words }).collect()
}

/// Draws all batons and the way to open one.
#[component]
fn Batons(props: &BatonsProps) -> Html {
    let room = &props.room;
    let shown = use_state(|| None::<Cid>);
    let mut batons: Vec<&Arc<Baton>> = room.batons.iter().collect();
    sorted::short_list(&mut batons, |baton| rank(baton, room.me));
    let draw = |baton: &Arc<Baton>| {
        let on_terms = baton.terms.iter().flat_map(|term| feedback_on(&room.feedback_on, &term.from));
        let told: Rc<[_]> = on_terms.map(|it| tell(it, &room.people, room.me)).collect();
        let cid = baton.cid;
        let ignored: Rc<[_]> = room
            .ignored
            .from(&(cid, (0, Cid::from_digest([0; 32]))))
            .map(|(_, it)| it)
            .take_while(|it| it.baton == cid)
            .cloned()
            .collect();
        let on_show = {
            let shown = shown.clone();
            Callback::from(move |()| shown.set(if *shown == Some(cid) { None } else { Some(cid) }))
        };
        html! {
            <BatonView key={cid.to_string()} baton={baton.clone()} people={room.people.clone()} me={room.me} {told} {ignored}
                vanished={room.vanished.clone()} overtime={room.overtime.contains(&cid)} handles={props.handles} shown={*shown == Some(cid)} {on_show} />
        }
    };
    html! {
        <section class="batons" aria-labelledby="batons-title">
            <h2 id="batons-title">{ t!("batons") }</h2>
            if batons.is_empty() { <p class="empty">{ t!("batons-empty") }</p> }
            <ul class="baton-list">{ for batons.into_iter().map(draw) }</ul>
            // What a baton is in a newer version, only that one knows.
            if !room.newer { <OpenBaton form={room.form.clone()} batons={room.batons.clone()} /> }
            <Handoffs room={room.clone()} />
        </section>
    }
}

fn rank(baton: &Baton, me: NodeId) -> u8 {
    let for_me = baton.offered_to == Some(me) || baton.may_reclaim == Some(me);
    match baton.state {
        BatonState::Closed => 4,
        _ if for_me => 0,
        BatonState::Free => 1,
        _ if baton.holder == Some(me) => 2,
        _ => 3,
    }
}

#[derive(PartialEq, Properties)]
struct HandoffsProps {
    room: Rc<RoomView>,
}

/// Tells screen readers where a baton went.
#[component]
fn Handoffs(props: &HandoffsProps) -> Html {
    let said = use_state(String::new);
    let known = use_mut_ref(|| None::<List<Baton>>);
    {
        let (say, people) = (said.setter(), props.room.people.clone());
        use_effect_with(props.room.batons.clone(), move |batons| {
            // What is there from the start is no news.
            let before = known.replace(Some(batons.clone())).unwrap_or_else(|| batons.clone());
            let changed = batons.since(&before);
            let changed = || changed.iter().filter_map(|it| Some((it.before, it.now?)));
            let moved = changed().filter(|(was, is)| was.and_then(|it| it.holder) != is.holder).map(|(_, is)| is);
            // What was said comes first: it came with what moved the lead, or before.
            let said = changed().flat_map(|(was, is)| {
                let fresh = is.notes.len().saturating_sub(was.map_or(0, |it| it.notes.len()));
                let mut last: Vec<_> = is.notes.iter().rev().take(fresh.min(NOTES_SAID)).collect();
                last.reverse();
                last
            });
            let said = said.map(|it| noted(it, &people)).collect::<Vec<_>>();
            let words: Vec<_> = moved
                .map(|it| match it.holder {
                    Some(holder) => {
                        t!("announce-leads", name = people::name_in(&people, &holder), title = it.title.clone())
                    }
                    None => t!("announce-free", title = it.title.clone()),
                })
                .collect();
            let words: Vec<_> = said.into_iter().chain(words).collect();
            if !words.is_empty() {
                say.set(words.join(" "));
            }
        });
    }
    html! { <p class="visually-hidden" role="status" aria-live="polite">{ changing((*said).clone()) }</p> }
}
