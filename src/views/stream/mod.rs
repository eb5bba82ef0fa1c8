//! What was said, on the road: posts with their threads, in stretches, and the composer at its end.

mod answers;
mod chunk;
mod composer;
mod edit;
mod menu;
mod picking;
mod post;
mod reach;
mod scroll;
mod sight;
mod unchecked;
mod versions;

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid, sorted,
    state::{Post, WordsState},
    threads::Threads,
};
use yew::prelude::*;

use self::{
    answers::{AnswersAbove, RowsOf, post_of},
    chunk::{Around, Chunk, LONG_CHUNK, Rows, Version},
    composer::{Composer, Replying},
    menu::Ask,
    scroll::{step, use_newest},
    unchecked::UncheckedPosts,
};
use super::{Context, Draw, Keys, MainTab, PLAIN, Region, STREAM, Tab, View, cards::Sources, press_button};
use crate::{
    browser,
    components::{
        decision::Decisions,
        icons::{Icon, Sign},
        more::{Shown, use_shown},
    },
    excerpt,
    hooks::{use_printing, use_session},
    people,
    session::{Connection, Listener, Place, RoomView, Session, Storing, Takes, random},
    texts::{changing, t},
};

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Middle,
    tab: Some(Tab { handle: STREAM, group: MainTab::Talk, icon: Icon::Stream, title: || t!("view-stream"), key: None }),
    keys: &[
        Keys { keys: &[("n", to_writing)], words: || t!("key-write") },
        Keys { keys: &[("j", || step(1)), ("k", || step(-1))], words: || t!("key-posts") },
        Keys { keys: &[("r", || press("post-reply"))], words: || t!("key-reply") },
        Keys { keys: &[("a", || press("feedback-appreciate"))], words: || t!("key-appreciate") },
        Keys {
            keys: &[
                ("q", || press("feedback-question")),
                ("c", || press("feedback-concern")),
                ("x", || press("feedback-correct")),
            ],
            words: || t!("key-loops"),
        },
        Keys { keys: &[("e", || press("post-edit"))], words: || t!("key-edit") },
    ],
    called: |room, place, name| {
        let post = room.posts.get(place)?;
        let words = excerpt::excerpt(post.text.as_deref().unwrap_or_default(), excerpt::QUOTED);
        Some(t!("loop-about-post", name = name, words = words))
    },
    draw: Draw::Now(|context: &Context| {
        html! {
            <Stream room={context.room.clone()} front={context.front} handles={!context.loops_elsewhere()}
                at_end={context.draw(Region::StreamEnd)} before_composer={context.draw(Region::BeforeComposer)} />
        }
    }),
    ..PLAIN
};

fn to_writing() -> bool {
    browser::focus_handle("composer-text");
    true
}

/// Presses a button of the post that has the keyboard.
fn press(handle: &str) -> bool {
    press_button(Some(".post"), handle)
}

/// Properties of [`Stream`].
#[derive(PartialEq, Properties)]
struct StreamProps {
    /// The room.
    room: Rc<RoomView>,
    /// Whether loops carry their stable handles here.
    handles: bool,
    /// After the posts.
    at_end: Html,
    /// Between the posts and the composer.
    before_composer: Html,
    /// Nothing stands in front of it.
    front: bool,
}

/// Draws the stream.
#[component]
fn Stream(props: &StreamProps) -> Html {
    let room = &props.room;
    let session = use_session();
    let replying = use_replying(&session);
    let shown = use_shown();
    let road = use_road(room, &shown, props.handles);
    let newest = use_newest(&session, &road.rows, road.version, room);
    let printing = use_printing();
    let opens = {
        let session = session.clone();
        Callback::from(move |target| post_of(target).iter().for_each(|it| session.note_opened(*it)))
    };
    let on_ask = {
        let replying = replying.setter();
        use_callback((), move |Ask::Reply(cid), ()| {
            replying.set(Some(cid));
            browser::focus_handle("composer-text");
        })
    };
    let cancel = {
        let replying = replying.setter();
        Callback::from(move |()| replying.set(None))
    };
    let reply = replying.and_then(|cid| replying_to(room, &road.rows, cid));
    let empty = road.rows.borrow().is_empty() && room.unchecked.is_empty();
    html! {
        <>
            // Where nothing in it takes the keyboard it does itself: it may be longer than a small screen.
            <div class="reading" tabindex={empty.then_some("0")} onclick={opens.reform(|it: MouseEvent| it.target())} onfocusin={opens.reform(|it: FocusEvent| it.target())}>
                { road.posts(room, newest.wanted, printing, &on_ask) }
                <div class="road">{ road.around.moments(&road.rows.borrow(), None) }</div>
                if !room.unchecked.is_empty() {
                    <UncheckedPosts posts={room.unchecked.clone()} people={room.people.clone()} />
                }
                { props.at_end.clone() }
                <div class="ahead">if empty { <p>{ changing(words_ahead(room)) }</p> }</div>
            </div>
            <div class="visually-hidden" role="log" aria-live="polite" aria-label={t!("newest-posts")}>{ changing(newest.said) }</div>
            <div class="writing">
                if newest.below > 0 {
                    <button type="button" class="new-below" onclick={newest.show}>
                        <Sign icon={Icon::Down} />{ changing(t!("new-below", n = newest.below)) }
                    </button>
                }
                <AnswersAbove room={room.clone()} rows={RowsOf(road.rows.clone())} above={newest.above.clone()} on_go={newest.go.clone()} />
                { props.before_composer.clone() }
                if room.takes != Takes::Nothing {
                    <Composer me={room.people.me().cloned()} people={room.people.clone()} {reply} on_done={cancel} unkept={room.unkept} front={props.front} />
                }
            </div>
        </>
    }
}

/// What stands on the road, at one time.
struct Road {
    rows: Rows,
    version: Version,
    around: Rc<Around>,
}

/// Follows what changes: nobody walks through all posts.
#[hook]
fn use_road(room: &Rc<RoomView>, shown: &Shown, handles: bool) -> Road {
    let rows = use_mut_ref(|| Threads::new(u64::from_le_bytes(random())));
    let followed = use_mut_ref(|| (0, Sources::default()));
    let own = (room.storing.clone(), room.me);
    let storing =
        use_memo(own, |(storing, me)| storing.iter().map(|it| Arc::new(as_post(it, *me))).collect::<Vec<_>>());
    let sources = Sources::of(room);
    let known = (room.posts.clone(), storing, room.doubtful.clone(), sources.clone());
    let following = rows.clone();
    let version = use_memo(known, move |(posts, storing, doubtful, sources)| {
        let (mut rows, mut followed) = (following.borrow_mut(), followed.borrow_mut());
        rows.follow(posts, storing, doubtful);
        for (key, moment) in sources.changed(&followed.1) {
            match moment {
                Some(it) => rows.put(key, it),
                None => rows.take(key),
            }
        }
        *followed = (followed.0 + 1, sources.clone());
        Version { number: followed.0, len: rows.len() }
    });
    let version = *version;
    let leaders = use_memo(room.led.clone(), |led| sorted::set(led.iter().filter_map(|it| it.holder)));
    let local =
        (room.reach.clone(), room.unsent.clone(), room.doubtful.clone(), room.versions.clone(), Decisions::of(room));
    let known = (room.people.clone(), sources, local, room.feedback_on.clone(), version);
    let around = use_memo((known, leaders.clone(), shown.clone(), handles), |(_, leaders, shown, handles)| {
        Around::new(room, leaders.clone(), shown.clone(), *handles)
    });
    Road { rows, version, around }
}

impl Road {
    /// The posts, in long stretches.
    fn posts(&self, room: &RoomView, wanted: Option<Cid>, printing: bool, on_ask: &Callback<Ask>) -> Html {
        let (rows, len, around) = (&self.rows, self.version.len, &self.around);
        let wanted = wanted.and_then(|cid| rows.borrow().position(&cid));
        // While the newest page stands ahead of the rest, the rest is drawn only where somebody goes: it changes all the time.
        let at_end = room.unchecked.is_empty();
        let chunks = (0..len.div_ceil(LONG_CHUNK)).map(|number| {
            html! {
                <Chunk key={number} rows={rows.clone()} {len} {number} around={around.clone()} {at_end} {wanted} {printing} on_ask={on_ask.clone()} />
            }
        });
        // A feed without posts would be a broken promise to assistive technology; and of two, the one that is read is the feed.
        let feed = len > 0 && at_end;
        html! { <div class="road" role={feed.then_some("feed")} aria-label={feed.then(|| t!("posts"))}>{ for chunks }</div> }
    }
}

/// What stands ahead in an empty room.
fn words_ahead(room: &RoomView) -> String {
    if room.connection == Connection::CatchingUp {
        return t!("stream-catching-up");
    }
    let on_its_way = room.title.is_empty() && !room.newer;
    if on_its_way { t!("stream-on-its-way") } else { t!("stream-empty") }
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

fn replying_to(room: &RoomView, rows: &Rows, cid: Cid) -> Option<Replying> {
    let post = rows.borrow().post(&cid)?.clone();
    let excerpt = excerpt::excerpt(post.text.as_deref().unwrap_or_default(), excerpt::QUOTED);
    Some(Replying { post: cid, name: people::name_in(&room.people, &post.author).into(), excerpt: excerpt.into() })
}
