//! What was said, on the road: posts with their threads, in stretches, and the composer at its end.

mod chunk;
mod composer;
mod post;
mod rows;
mod scroll;
mod unchecked;

use std::{collections::HashMap, rc::Rc, sync::Arc};

use paceline_room::{
    Cid,
    state::{Feedback, Post, WordsState},
};
use yew::prelude::*;

use self::{
    chunk::{Around, Chunk, LONG_CHUNK},
    composer::{Composer, Replying},
    post::Ask,
    rows::Row,
    scroll::use_newest,
    unchecked::UncheckedPosts,
};
use super::unsent::{CopyGone, UnsentList};
use crate::{
    browser,
    components::{
        feedback::{Told, tell},
        icons::{Icon, Sign},
    },
    excerpt,
    hooks::{use_printing, use_session},
    people,
    session::{Listener, PersonView, Place, RoomView, Session, Storing},
    texts::{changing, t},
    when,
};

pub use rows::is_beside;
pub use scroll::step;

/// Properties of [`Stream`].
#[derive(PartialEq, Properties)]
pub struct StreamProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// Whether loops carry their stable handles here.
    pub handles: bool,
    /// What stands at the end of the road instead of posts, in an empty room.
    pub empty: Html,
    /// Between the posts and the composer.
    pub before_composer: Html,
}

/// Draws the stream.
#[component]
pub fn Stream(props: &StreamProps) -> Html {
    let room = &props.room;
    let session = use_session();
    let replying = use_replying(&session);
    let posts = (room.posts.clone(), room.storing.clone(), room.doubtful.clone(), room.me);
    let rows = use_memo(posts, |(posts, storing, doubtful, me)| {
        let storing: Vec<_> = storing.iter().map(|it| Arc::new(as_post(it, *me))).collect();
        let mut days = when::Days::default();
        rows::rows(posts, &storing, doubtful, |at| days.begin(at))
    });
    let told = use_memo((room.feedback.clone(), room.people.clone(), room.me), |(feedback, people, me)| {
        tell_by_target(feedback, people, *me)
    });
    let placed = use_memo((rows.clone(), room.batons.clone(), room.unknown.clone()), |(rows, batons, unknown)| {
        let (before, after) = rows::place(rows, rows::moments(batons, unknown));
        (Rc::new(before), after)
    });
    let (before, after) = (placed.0.clone(), placed.1.clone());
    let local = (room.reach.clone(), room.unsent.clone(), room.doubtful.clone());
    let known = (room.people.clone(), room.batons.clone(), local, told, before);
    let around = use_memo((known, props.handles), |((_, _, _, told, before), handles)| {
        Around::new(room, told.clone(), before.clone(), *handles)
    });
    let newest = use_newest(&rows, room);
    let printing = use_printing();
    let on_ask = {
        let replying = replying.setter();
        use_callback((), move |Ask::Reply(cid), ()| {
            replying.set(Some(cid));
            browser::focus_handle("composer-text");
        })
    };
    let wanted = newest.wanted.and_then(|cid| rows.iter().position(|row| row.post.cid == cid));
    // While the newest page stands ahead of the rest, the rest is drawn only where somebody goes: it changes all the time.
    let at_end = room.unchecked.is_empty();
    let chunks = (0..rows.len().div_ceil(LONG_CHUNK)).map(|number| {
        html! {
            <Chunk key={number} rows={rows.clone()} {number} around={around.clone()} {at_end} {wanted} {printing} on_ask={on_ask.clone()} />
        }
    });
    let reply = replying.and_then(|cid| replying_to(room, &rows, cid));
    let cancel = {
        let replying = replying.setter();
        Callback::from(move |()| replying.set(None))
    };
    html! {
        <>
            <div class="reading">
                // A feed without posts would be a broken promise to assistive technology.
                <div class="road" role={(!rows.is_empty()).then_some("feed")}
                    aria-label={(!rows.is_empty()).then(|| t!("posts"))}>{ for chunks }</div>
                <div class="road">{ around.moments(&after) }</div>
                if !room.unchecked.is_empty() {
                    <UncheckedPosts posts={room.unchecked.clone()} people={room.people.clone()} />
                }
                <UnsentList unsent={room.unsent.clone()} unfounded={room.title.is_empty()} ask_who={room.ask_who} />
                <div class="ahead">if rows.is_empty() && after.is_empty() && room.unchecked.is_empty() { { props.empty.clone() } }</div>
            </div>
            <div class="visually-hidden" role="log" aria-live="polite" aria-label={t!("newest-posts")}>{ changing(newest.said) }</div>
            <div class="writing">
                if newest.below > 0 {
                    <button type="button" class="new-below" onclick={newest.show}>
                        <Sign icon={Icon::Down} />{ changing(t!("new-below", n = newest.below)) }
                    </button>
                }
                if room.gone { <CopyGone title={room.title.clone()} /> }
                { props.before_composer.clone() }
                <Composer me={me(room)} {reply} on_done={cancel} unkept={room.unkept} />
            </div>
        </>
    }
}

/// The post that is being answered: the one that was when the page was closed, or whose answer was refused or taken back, if nothing
/// else is being written.
#[hook]
fn use_replying(session: &Session) -> UseStateHandle<Option<Cid>> {
    let post = |it: Place| if let Place::Reply(post) = it { Some(post) } else { None };
    let replying = use_state(|| session.open_draft(|it| matches!(it, Place::Reply(_))).and_then(post));
    let now = use_mut_ref(|| None);
    *now.borrow_mut() = *replying;
    let setter = replying.setter();
    use_effect_with(session.clone(), move |session| {
        let asked = session.clone();
        let heard = session.listen(Listener::About(Box::new(move |about| {
            let Some(place @ Place::Reply(post)) = about.parse().ok() else { return };
            let back = now.borrow().is_none() && !asked.is_drafted(&Place::Composer);
            let (draft, sending) = asked.draft(&place);
            if back && draft.open && !sending {
                setter.set(Some(post));
            }
        })));
        move || drop(heard)
    });
    replying
}

fn me(room: &RoomView) -> Option<PersonView> {
    room.people.iter().find(|it| it.me).cloned()
}

fn as_post(storing: &Storing, me: paceline_room::NodeId) -> Post {
    Post {
        cid: storing.cid,
        author: me,
        kind: storing.kind,
        words: WordsState::Here,
        text: Some(storing.text.as_str().into()),
        reply_to: storing.reply_to,
        tags: vec![],
        mentions: vec![],
        at: browser::now(),
        depth: u64::MAX,
        edited: false,
        contested: false,
        late: false,
    }
}

fn replying_to(room: &RoomView, rows: &[Row], cid: Cid) -> Option<Replying> {
    let post = &rows.iter().find(|row| row.post.cid == cid)?.post;
    let excerpt = excerpt::excerpt(post.text.as_deref().unwrap_or_default(), excerpt::QUOTED);
    Some(Replying { post: cid, name: people::name_in(&room.people, &post.author).into(), excerpt: excerpt.into() })
}

fn tell_by_target(
    feedback: &[Arc<Feedback>],
    people: &[PersonView],
    me: paceline_room::NodeId,
) -> HashMap<Cid, Rc<[Told]>> {
    let mut by_target: HashMap<Cid, Vec<Told>> = HashMap::new();
    for it in feedback {
        by_target.entry(it.target).or_default().push(tell(it, people, me));
    }
    by_target.into_iter().map(|(target, told)| (target, told.into())).collect()
}
