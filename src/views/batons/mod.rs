//! Who leads what: free batons first, then mine, then the others', what is done last.

mod baton;
mod card;
mod choosing;
mod history;
mod need;
mod offer;
mod open;
mod words;

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid, NodeId,
    body::Stance,
    fold::{List, feedback_on},
    state::{Baton, BatonState, Feedback, FeedbackState, IgnoredTransfer, Term},
};
use yew::prelude::*;

use self::{
    baton::{BatonView, LOOPS},
    choosing::Choosing,
    history::{IGNORED, Said, TERMS, noted},
    open::OpenBaton,
};
use super::{Context, Draw, Keys, PLAIN, Region, View, Waits, press_button};
use crate::{
    components::{
        feedback::tell,
        more::{LINES, SHOWN, Shown, WITHIN, names, use_shown},
    },
    people,
    session::{Lets, RoomView, lets_go_on},
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
        Some(t!("loop-about-term", name = name, title = people::titled(&baton.title)))
    },
    draw: Draw::Now(
        |context: &Context| html! { <Batons room={context.room.clone()} handles={!context.loops_elsewhere()} /> },
    ),
    ..PLAIN
};

/// The list of all batons.
const BATONS: &str = "batons";

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

/// What is offered to this node, what it may reclaim, and what nobody leads.
fn waiting(room: &RoomView) -> Vec<Waits> {
    let offers = room.for_me.iter().filter(|it| it.offered_to == Some(room.me));
    let back = room.for_me.iter().filter(|it| it.may_reclaim == Some(room.me) && it.state != BatonState::Closed);
    let back = back.filter(|it| !lets_go_on(room, it));
    let waits = |kind, it: &Baton, words| Waits { kind, about: Some(it.cid), in_stream: false, count: 1, words };
    let offers = offers.map(|it| waits("offer", it, t!("waits-offer", title = people::titled(&it.title))));
    let back = back.map(|it| waits("reclaim", it, t!("waits-reclaim", title = people::titled(&it.title))));
    let chosen = room.mandates.iter().filter(|it| matches!(it.lets, Lets::Lead(to) | Lets::Back(to) if to == room.me));
    let chosen = chosen.filter_map(|it| {
        let baton = room.batons.iter().find(|baton| baton.cid == it.baton)?;
        let title = people::titled(&baton.title);
        Some(match it.lets {
            Lets::Back(_) => waits("reclaim", baton, t!("waits-reclaim", title = title)),
            _ => waits("mandate", baton, t!("waits-mandate", title = title)),
        })
    });
    let more = room.for_me.len().saturating_sub(LINES);
    let more = (more > 0).then(|| Waits {
        kind: "offer",
        about: None,
        in_stream: false,
        count: more,
        words: t!("waits-batons", n = more),
    });
    let free = room.free.iter().take(LINES);
    let free = free.map(|it| waits("role", it, t!("waits-role", title = people::titled(&it.title))));
    chosen.chain(offers).chain(back).take(LINES).chain(more).chain(free).collect()
}

/// All, in the order in which they are drawn.
fn ranked(room: &RoomView) -> impl Iterator<Item = &Arc<Baton>> {
    let lists = [&room.for_me, &room.free, &room.led_by_me, &room.led, &room.closed];
    let me = room.me;
    (0..).zip(lists).flat_map(move |(wanted, list)| list.iter().filter(move |it| rank(it, me) == wanted))
}

/// What was said of the terms of a baton that are drawn.
fn said(baton: &Baton, room: &RoomView, shown: &Shown) -> Said {
    let on = |term: &Term| -> Vec<&Arc<Feedback>> {
        let on = feedback_on(&room.feedback_on, &term.from);
        on.filter(|it| it.state != FeedbackState::Withdrawn).collect()
    };
    let current = baton.terms.iter().rev().find(|term| !term.parallel && term.until.is_none());
    let open: Vec<_> = current
        .into_iter()
        .flat_map(on)
        .filter(|it| it.stance.opens_loop() && it.state == FeedbackState::Open)
        .collect();
    let most = shown.of((LOOPS, Some(baton.cid)), WITHIN);
    let thanks = |term: &Term| {
        let all: Vec<_> =
            on(term).into_iter().filter(|it| it.stance == Stance::Appreciate).map(|it| it.author).collect();
        let named =
            |node: &NodeId| if *node == room.me { t!("you-subject") } else { people::name_in(&room.people, node) };
        let names = (!all.is_empty()).then(|| names(all.iter().map(named)).into());
        (term.from, names, all.contains(&room.me))
    };
    let untold = baton.terms.len().saturating_sub(shown.of((TERMS, Some(baton.cid)), LINES));
    Said {
        loops: open.iter().take(most).map(|it| tell(it, &room.people, room.me)).collect(),
        open: open.len(),
        thanks: baton.terms.iter().skip(untold).map(thanks).collect(),
    }
}

/// What was done with a baton and did not count: so much of it as is drawn, and how much there is.
fn ignored(baton: Cid, room: &RoomView, shown: &Shown) -> (Rc<[Arc<IgnoredTransfer>]>, usize) {
    let (first, last) = (Cid::from_digest([0; 32]), Cid::from_digest([255; 32]));
    let count = room.ignored.rank(&(baton, (u64::MAX, last))) - room.ignored.rank(&(baton, (0, first)));
    let most = shown.of((IGNORED, Some(baton)), LINES).min(count);
    (room.ignored.from(&(baton, (0, first))).take(most).map(|(_, it)| it.clone()).collect(), count)
}

/// Draws all batons and the way to open one.
#[component]
fn Batons(props: &BatonsProps) -> Html {
    let room = &props.room;
    let shown = use_state(|| None::<Cid>);
    let much = use_shown();
    let draw = |baton: &Arc<Baton>| {
        let cid = baton.cid;
        let said = Rc::new(said(baton, room, &much));
        let ignored = ignored(cid, room, &much);
        let on_show = {
            let shown = shown.clone();
            Callback::from(move |()| shown.set(if *shown == Some(cid) { None } else { Some(cid) }))
        };
        html! {
            <BatonView key={cid.to_string()} baton={baton.clone()} people={room.people.clone()} me={room.me} {said} {ignored} much={much.clone()}
                choosing={Choosing::of(baton, room)} policy={room.values.as_ref().map(|it| it.policy)} newer={room.newer}
                vanished={room.vanished.clone()} unheard={room.unheard.contains(&cid)} overtime={room.overtime.contains(&cid)} handles={props.handles}
                shown={*shown == Some(cid)} {on_show} />
        }
    };
    html! {
        <section class="batons" aria-labelledby="batons-title">
            <h2 id="batons-title">{ t!("batons") }</h2>
            if room.batons.len() == room.ended.len() { <p class="empty">{ t!("batons-empty") }</p> }
            <ul class="baton-list">{ for ranked(room).take(much.of((BATONS, None), SHOWN)).map(draw) }</ul>
            { much.more((BATONS, None), SHOWN, room.batons.len() - room.ended.len()) }
            // What a baton is in a newer version, only that one knows.
            if !room.newer { <OpenBaton form={room.form.clone()} batons={room.batons.clone()} /> }
            <Handoffs room={room.clone()} />
        </section>
    }
}

fn rank(baton: &Baton, me: NodeId) -> usize {
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
                        t!(
                            "announce-leads",
                            name = people::name_in(&people, &holder),
                            title = people::titled(&it.title)
                        )
                    }
                    None => t!("announce-free", title = people::titled(&it.title)),
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
