//! What was promised before this meeting: first of all, and only who promised says what became of it.

use std::{rc::Rc, sync::Arc};

use paceline_room::state::{Meeting, Promise, PromiseState};
use yew::prelude::*;

use crate::{
    components::{
        ending::Ending,
        more::{WITHIN, Which, use_shown},
        written::Written,
    },
    people,
    session::RoomView,
    texts::{changing, t},
};

/// What was promised.
const BEFORE: Which = ("before", None);

/// Properties of [`LastTime`].
#[derive(PartialEq, Properties)]
pub struct LastTimeProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The meeting.
    pub meeting: Meeting,
}

/// Draws them, the own ones first.
#[component]
pub fn LastTime(props: &LastTimeProps) -> Html {
    let LastTimeProps { room, meeting } = props;
    let much = use_shown();
    let is_mine = |it: &Promise| room.joined.is_same(it.node, room.me);
    let before =
        |it: &&Arc<Promise>| it.state == PromiseState::Promised && (it.depth, it.cid) < (meeting.depth, meeting.cid);
    let mut all: Vec<_> = room.promises.open.iter().filter(before).cloned().collect();
    all.sort_by_key(|it| (!is_mine(it), it.depth, it.cid));
    if all.is_empty() {
        return html! {};
    }
    let draw = |it: &Arc<Promise>| {
        let name = people::name_in(&room.people, &it.node);
        html! { <Kept key={it.cid.to_string()} promise={it.clone()} mine={is_mine(it)} {name} /> }
    };
    html! {
        <section class="last-time" aria-labelledby="last-time">
            <h3 id="last-time">{ t!("last-time") }</h3>
            <ul class="plain-list">{ for all.iter().take(much.of(BEFORE, WITHIN)).map(draw) }</ul>
            { much.more(BEFORE, WITHIN, all.len()) }
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct KeptProps {
    promise: Arc<Promise>,
    mine: bool,
    name: String,
}

#[component]
fn Kept(props: &KeptProps) -> Html {
    let KeptProps { promise, mine, name } = props;
    let (acted, still) = (use_mut_ref(|| false), use_state(|| false));
    let posts = use_memo((), |()| [] as [(paceline_room::Cid, AttrValue); 0]);
    let goes_on = {
        let still = still.setter();
        Callback::from(move |_: MouseEvent| still.set(true))
    };
    html! {
        <li class="wrote" data-testid="promise" data-cid={promise.cid.to_string()} data-state="promised" data-node={promise.node.to_string()}>
            <strong translate="no"><bdi>{ if *mine { t!("you-subject") } else { name.clone() } }</bdi></strong>
            if let Some(text) = &promise.text { <Written text={text.clone()} /> }
            if *mine && *still {
                <p class="hint">{ changing(t!("last-time-goes-on")) }</p>
            } else if *mine {
                <Ending promise={promise.cid} open={true} next={false} posts={posts as Rc<[_]>} {acted} />
                <button type="button" class="quiet-button" data-testid="promise-still" onclick={goes_on}>{ t!("last-time-still") }</button>
            }
        </li>
    }
}
