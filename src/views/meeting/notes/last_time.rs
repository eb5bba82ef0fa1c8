//! What was promised before this meeting: first of all, and only who promised says what became of it.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    NodeId,
    body::{promises, taking_back},
    state::{Meeting, Promise, PromiseState, Renewal},
};
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::{
    browser,
    components::{
        ending::Ending,
        more::{WITHIN, Which, use_shown},
        undo::Undo,
        written::Written,
    },
    due,
    hooks::{Commands, use_commands, use_session},
    people,
    session::RoomView,
    texts::{changing, t},
    views::meeting::now::next_time,
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
    let (session, much) = (use_session(), use_shown());
    let renewed = use_memo((room.events, meeting.cid), |(_, cid)| session.renewed_in(cid));
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
        let renewed = renewed.get(&(it.depth, it.cid)).cloned();
        html! {
            <Answered key={it.cid.to_string()} promise={it.clone()} {renewed} meeting={meeting.clone()} me={room.me} mine={is_mine(it)} {name} />
        }
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
struct AnsweredProps {
    promise: Arc<Promise>,
    /// What was said of it in this meeting: that it goes on.
    renewed: Option<Arc<Renewal>>,
    meeting: Meeting,
    me: NodeId,
    /// The person here promised it.
    mine: bool,
    name: String,
}

/// One, with its question for who promised it, and for all what that said.
#[component]
fn Answered(props: &AnsweredProps) -> Html {
    let AnsweredProps { promise, renewed, meeting, me, mine, name } = props;
    let (item, acted) = (use_node_ref(), use_mut_ref(|| false));
    let commands = use_commands(format!("still {}", promise.cid));
    let posts = use_memo((), |()| [] as [(paceline_room::Cid, AttrValue); 0]);
    {
        // Its button goes once it is pressed, and the keyboard stays.
        let (item, acted) = (item.clone(), acted.clone());
        use_effect_with(renewed.is_some(), move |_| {
            if acted.replace(false)
                && browser::focus_is_lost()
                && let Some(item) = item.cast::<HtmlElement>()
            {
                browser::focus(&item);
            }
        });
    }
    let goes_on = {
        let (commands, acted, meeting, promise) = (commands.clone(), acted.clone(), meeting.clone(), promise.cid);
        Callback::from(move |_: MouseEvent| {
            *acted.borrow_mut() = true;
            commands.act(promises::Command::Renew { promise, due: next_time(&meeting) });
        })
    };
    let due = promise.due.map(|it| it.to_string());
    html! {
        <li ref={item} class="wrote" tabindex="-1" data-testid="promise" data-cid={promise.cid.to_string()} data-state="promised"
            data-due={due} data-still={renewed.is_some().then_some("true")} data-node={promise.node.to_string()}>
            <strong translate="no"><bdi>{ if *mine { t!("you-subject") } else { name.clone() } }</bdi></strong>
            if let Some(text) = &promise.text { <Written text={text.clone()} /> }
            <div>if let Some(renewed) = renewed { <p class="hint">{ changing(still(renewed)) }</p> }</div>
            <div>
                if *mine && renewed.is_none() {
                    <Ending promise={promise.cid} open={true} next={false} posts={posts as Rc<[_]>} {acted} />
                    <button type="button" class="button plain" data-testid="promise-still" onclick={goes_on}
                        aria-disabled={commands.busy}>{ t!("last-time-still") }</button>
                }
            </div>
            if *mine { { undo(renewed.as_deref().filter(|it| it.by == *me), &commands) } }
        </li>
    }
}

/// That it goes on, and until when.
fn still(renewed: &Renewal) -> String {
    match renewed.due {
        Some(day) => t!("last-time-until", day = due::told(day)),
        None => t!("last-time-still"),
    }
}

/// For a while the way back, at the tab that said so.
fn undo(own: Option<&Renewal>, commands: &Commands) -> Html {
    let (commands, said) = (commands.clone(), own.map(|it| it.cid));
    let undo = Callback::from(move |()| {
        if let Some(post) = said {
            commands.act(taking_back::Command::Retract { post });
        }
    });
    html! { <Undo of={said.map(|it| AttrValue::from(it.to_string()))} text={own.map(still).unwrap_or_default()} {undo} /> }
}
