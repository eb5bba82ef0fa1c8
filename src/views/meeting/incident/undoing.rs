//! What the person at this tab has just said in the log, and for a while the way back: that it is here, or an update. The words of that are in the
//! field again, and the time until the next one is what it was.

use std::rc::Rc;

use paceline_room::{
    Cid,
    fold::Key,
    minutes::incident::{Latest, Moment, Sort},
    state::{Meeting, Post},
};
use yew::prelude::*;

use super::super::now::timer_of;
use crate::{
    components::undo::Undo,
    hooks::{seconds_left, use_commands},
    session::RoomView,
    texts::t,
};

/// Properties of [`Undoing`].
#[derive(PartialEq, Properties)]
pub struct UndoingProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The incident.
    pub meeting: Meeting,
    /// What of its log is drawn.
    pub log: Rc<Latest>,
}

/// Draws it.
#[component]
pub fn Undoing(props: &UndoingProps) -> Html {
    let UndoingProps { room, meeting, log } = props;
    let commands = use_commands("undo line");
    let before = use_time_before(room, meeting);
    let last = log.moments.iter().find_map(|it| own(it, room));
    let key = last.map(|(post, _)| (post.depth, post.cid));
    let newest = use_newest(key);
    let last = last.filter(|_| key == newest);
    let text = match last {
        Some((_, Sort::Update)) => t!("update-said"),
        Some(_) => t!("here-said"),
        None => String::new(),
    };
    let undo = {
        let said = last.map(|(post, sort)| (post.cid, sort));
        let meeting = meeting.cid;
        Callback::from(move |()| {
            let Some((post, sort)) = said else { return };
            let seconds = (sort == Sort::Update).then(|| before.map_or(0, |ends| seconds_left(ends).max(1)));
            commands.run(|session| async move { session.unsay(meeting, post, seconds).await });
        })
    };
    let of = last.map(|(post, _)| AttrValue::from(post.cid.to_string()));
    html! { <Undo {of} {text} {undo} /> }
}

/// A line by which this tab says that it is here, or where it stands.
fn own<'a>(it: &'a Moment, room: &RoomView) -> Option<(&'a Post, Sort)> {
    match it {
        Moment::Said { post, sort: sort @ (Sort::Here | Sort::Update), .. } if post.author == room.me => {
            Some((post, *sort))
        }
        _ => None,
    }
}

/// The newest that there ever was: what is seen again since that was taken back is not offered.
#[hook]
fn use_newest(key: Option<Key>) -> Option<Key> {
    let kept = use_mut_ref(|| None::<Key>);
    let newest = (*kept.borrow()).max(key);
    *kept.borrow_mut() = newest;
    newest
}

/// When the time ends, or ended, that ran before the one that runs now.
#[hook]
fn use_time_before(room: &RoomView, meeting: &Meeting) -> Option<u64> {
    let kept = use_mut_ref(|| (None::<(Cid, u64)>, None::<u64>));
    let now = timer_of(room, meeting).filter(|it| it.about.is_none()).map(|it| (it.set, it.ends));
    let (last, before) = *kept.borrow();
    let before = if last.map(|(set, _)| set) == now.map(|(set, _)| set) { before } else { last.map(|(_, ends)| ends) };
    *kept.borrow_mut() = (now, before);
    before
}
