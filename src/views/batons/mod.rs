//! Who leads what: free batons first, then mine, then the others', what is done last.

mod baton;
mod card;
mod history;
mod need;
mod offer;
mod open;
mod words;

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use paceline_room::{
    Cid, NodeId, sorted,
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
    called: |room, cid, name| {
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
    let offers = room.batons.iter().filter(|it| it.offered_to == Some(room.me));
    let back = room.batons.iter().filter(|it| it.may_reclaim == Some(room.me) && it.state != BatonState::Closed);
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
        let told: Rc<[_]> = room
            .feedback
            .iter()
            .filter(|it| baton.terms.iter().any(|term| term.from == it.target))
            .map(|it| tell(it, &room.people, room.me))
            .collect();
        let cid = baton.cid;
        let ignored: Rc<[_]> = room.ignored.iter().filter(|it| it.baton == cid).cloned().collect();
        let on_show = {
            let shown = shown.clone();
            Callback::from(move |()| shown.set(if *shown == Some(cid) { None } else { Some(cid) }))
        };
        html! {
            <BatonView key={cid.to_string()} baton={baton.clone()} people={room.people.clone()} me={room.me} {told} {ignored}
                overtime={room.overtime.contains(&cid)} handles={props.handles} shown={*shown == Some(cid)} {on_show} />
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
    let known = use_mut_ref(|| None::<BTreeMap<Cid, (Option<NodeId>, usize)>>);
    {
        let (say, people) = (said.setter(), props.room.people.clone());
        use_effect_with(props.room.batons.clone(), move |batons| {
            let now = sorted::map(batons.iter().map(|it| (it.cid, (it.holder, it.notes.len()))));
            let before = known.replace(Some(now));
            let known = |it: &Baton| before.as_ref()?.get(&it.cid).copied();
            let moved =
                batons.iter().filter(|it| before.is_some() && known(it).and_then(|(holder, _)| holder) != it.holder);
            // What was said comes first: it came with what moved the lead, or before.
            let said = batons.iter().filter(|_| before.is_some()).flat_map(|it| {
                let fresh = it.notes.len().saturating_sub(known(it).map_or(0, |(_, notes)| notes));
                it.notes.iter().rev().take(fresh.min(NOTES_SAID)).rev()
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
