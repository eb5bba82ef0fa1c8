//! Staying at the newest post, or being told what came below: whoever reads further up is never moved.

use std::{cell::RefCell, mem, rc::Rc};

use gloo::{
    events::EventListener,
    render::{AnimationFrame, request_animation_frame},
    timers::callback::Timeout,
};
use paceline_room::{Cid, sorted, threads::Came};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ScrollBehavior, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

use super::{
    answers::{self, Above, is_above, is_answer, use_above},
    chunk::{Rows, Version},
    sight::{scroller, top_of_sight},
};
use crate::{
    browser, markdown, people,
    session::{Listener, RoomView, Session, shows},
    texts::t,
};

/// This close to the end counts as being there, in CSS pixels.
const NEAR_END: f64 = 160.0;
/// More new posts than this are announced by their number.
const ANNOUNCED: usize = 3;
/// Up to so many are put in the order in which they are read; more are told by their number alone.
const IN_ORDER: usize = 100;
/// Time for a screen reader to take up an announcement, in milliseconds.
const SAID_MS: u32 = 4_000;
/// Time for a stretch to be drawn before a post in it can be shown, in milliseconds.
const DRAWING_MS: u32 = 60;

/// What is new at the end of the road.
pub struct Newest {
    /// Posts that came while the reader was elsewhere.
    pub below: usize,
    /// Shows the first of them.
    pub show: Callback<MouseEvent>,
    /// The post that is to be shown, so that its stretch is drawn.
    pub wanted: Option<Cid>,
    /// For screen readers.
    pub said: String,
    /// Answers that stand above what is in sight.
    pub above: Rc<[Cid]>,
    /// Goes to a post, with the keyboard.
    pub go: Callback<Cid>,
}

/// A post that is to be shown, the how manieth, and whether with the keyboard.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Wanted {
    post: Cid,
    number: u32,
    focused: bool,
}

/// Follows what came.
#[hook]
pub fn use_newest(session: &Session, rows: &Rows, version: Version, room: &RoomView) -> Newest {
    let unseen = use_state(Vec::<Cid>::new);
    let (wanted, show_post) = use_wanted();
    let go = use_going(session, rows, &show_post);
    let above = use_above();
    let said = use_said();
    let at_end = use_end(&unseen);
    let place = use_placing(&unseen, &above, rows);
    let begun = use_mut_ref(|| false);
    {
        let (show_post, said) = (show_post.clone(), said.setter());
        let (rows, people, me) = (rows.clone(), room.people.clone(), room.me);
        use_effect_with(version, move |_| {
            let mut came = rows.borrow_mut().take_news();
            // What is there from the start is no news.
            if !begun.replace(true) || came.is_empty() {
                return;
            }
            if came.len() <= IN_ORDER {
                let rows = rows.borrow();
                sorted::short_list(&mut came, |it| rows.position(&it.post.cid));
            }
            let own = came.iter().rev().find(|it| it.post.author == me && it.storing).map(|it| it.post.cid);
            let others: Vec<_> = came.iter().filter(|it| it.post.author != me).collect();
            if !others.is_empty() {
                said.set(announcement(&others, |it| people::name_in(&people, &it.post.author)));
            }
            if form_at_hand().is_some() && !others.is_empty() {
                // The end goes away, and whoever fills a form stays.
                *at_end.borrow_mut() = false;
            }
            let elsewhere = !*at_end.borrow();
            let own = own.filter(|_| elsewhere);
            own.iter().for_each(|it| show_post.emit((*it, false)));
            place(others.iter().map(|it| (it.post.cid, elsewhere && own.is_none())).collect());
        });
    }
    let show = {
        let (unseen, show_post) = (unseen.clone(), show_post.clone());
        Callback::from(move |_: MouseEvent| {
            unseen.first().iter().for_each(|it| show_post.emit((**it, false)));
            unseen.set(Vec::new());
        })
    };
    Newest { below: unseen.len(), show, wanted, said: (*said).clone(), above: (*above).clone(), go }
}

/// Posts that came, each with whether it counts as below, and what looks where they stand.
#[derive(Default)]
struct Placing {
    came: Vec<(Cid, bool)>,
    frame: Option<AnimationFrame>,
}

/// Tells apart what came: answers to what stands above what is in sight, and what is below; what answers something far above is not below.
/// With the next frame, which is laid out anyway.
#[hook]
fn use_placing(unseen: &UseStateHandle<Vec<Cid>>, above: &Above, rows: &Rows) -> impl Fn(Vec<(Cid, bool)>) + 'static {
    let placing = use_mut_ref(Placing::default);
    let (unseen, above, rows) = (unseen.clone(), above.clone(), rows.clone());
    move |came: Vec<(Cid, bool)>| {
        if came.is_empty() {
            return;
        }
        let (unseen, above, rows, waits) = (unseen.clone(), above.clone(), rows.clone(), placing.clone());
        let mut placing = placing.borrow_mut();
        placing.came.extend(came);
        // What waits already is looked at by the latest frame: it alone knows what was counted last.
        placing.frame = Some(request_animation_frame(move |_| {
            let came = mem::take(&mut waits.borrow_mut().came);
            let rows = rows.borrow();
            let first = if came.iter().any(|(it, _)| is_answer(&rows, it)) { top_of_sight() } else { None };
            let is_before = |cid: &Cid| first.is_some_and(|first| is_above(&rows, cid, &first));
            let (before, after): (Vec<_>, Vec<_>) = came.into_iter().partition(|(it, _)| is_before(it));
            answers::add(&above, before.into_iter().map(|(it, _)| it).collect());
            let after: Vec<_> = after.into_iter().filter(|(_, counts)| *counts).map(|(it, _)| it).collect();
            if !after.is_empty() {
                unseen.set(unseen.iter().copied().chain(after).collect());
            }
        }));
    }
}

/// The post that is to be shown, and what shows one, with the keyboard or without.
#[hook]
fn use_wanted() -> (Option<Cid>, Callback<(Cid, bool)>) {
    let wanted = use_state(|| None::<Wanted>);
    use_effect_with(*wanted, move |wanted| {
        let timeout = wanted.map(|it| Timeout::new(DRAWING_MS, move || show(it.post, it.focused)));
        move || drop(timeout)
    });
    let number = use_mut_ref(|| 0);
    let show_post = use_callback(wanted.setter(), move |(post, focused), wanted| {
        *number.borrow_mut() += 1;
        wanted.set(Some(Wanted { post, number: *number.borrow(), focused }));
    });
    (wanted.map(|it| it.post), show_post)
}

/// Goes to a post that is pressed here, or that is asked for elsewhere.
#[hook]
fn use_going(session: &Session, rows: &Rows, show_post: &Callback<(Cid, bool)>) -> Callback<Cid> {
    let go = use_callback(show_post.clone(), |post, show_post| show_post.emit((post, true)));
    let (rows, going) = (rows.clone(), go.clone());
    use_effect_with(session.clone(), move |session| {
        let heard = session.listen(Listener::About(Box::new(move |about| {
            let post = shows(about).filter(|it| rows.borrow().post(it).is_some());
            post.into_iter().for_each(|it| going.emit(it));
        })));
        move || drop(heard)
    });
    go
}

/// Whether the reader is at the end; who is, stays there, and has seen all.
#[hook]
fn use_end(unseen: &UseStateHandle<Vec<Cid>>) -> Rc<RefCell<bool>> {
    let at_end = use_mut_ref(|| true);
    {
        let (at_end, unseen) = (at_end.clone(), unseen.clone());
        use_effect_with(unseen.is_empty(), move |is_empty| {
            let is_empty = *is_empty;
            let listener = scroller().map(|scroller| {
                let (reading, mut before) = (scroller.clone(), scroller.scroll_top());
                EventListener::new(&scroller, "scroll", move |_| {
                    let (now, top) = (is_at_end(), reading.scroll_top());
                    // Posts that come make the end go away; only who moves up has left it.
                    if now || top < before {
                        *at_end.borrow_mut() = now;
                    }
                    before = top;
                    if now && !is_empty {
                        unseen.set(Vec::new());
                    }
                })
            });
            move || drop(listener)
        });
    }
    let staying = at_end.clone();
    // Feedback and answers make posts longer: who is at the end stays there, or where the form is that they fill: its buttons must not
    // move while one is pressed. With the next frame, which is laid out anyway; where nobody looks there is none, and nothing is drawn.
    use_effect(move || {
        let frame = request_animation_frame(move |_| {
            if *staying.borrow() {
                form_at_hand().as_ref().map_or_else(to_end, keep_in_sight);
            }
        });
        move || drop(frame)
    });
    at_end
}

/// What is read out. Read out, it is over: words may be taken back, and must not stay here then.
#[hook]
fn use_said() -> UseStateHandle<String> {
    let said = use_state(String::new);
    let setter = said.setter();
    use_effect_with((*said).clone(), move |words| {
        let timeout = (!words.is_empty()).then(|| Timeout::new(SAID_MS, move || setter.set(String::new())));
        move || drop(timeout)
    });
    said
}

fn announcement(fresh: &[&Came], name: impl Fn(&Came) -> String) -> String {
    if fresh.len() > ANNOUNCED {
        return t!("announce-many", n = fresh.len());
    }
    let say = |it: &&Came| {
        let words = markdown::plain(it.post.text.as_deref().unwrap_or_default());
        t!("announce-post", name = name(it), words = words)
    };
    fresh.iter().map(say).collect::<Vec<_>>().join(" ")
}

fn is_at_end() -> bool {
    scroller().is_none_or(|it| {
        // Hidden behind a view, it has no height: nobody is reading, and the newest post is what they will want.
        f64::from(it.scroll_height()) - f64::from(it.scroll_top()) - f64::from(it.client_height()) < NEAR_END
    })
}

fn to_end() {
    if let Some(it) = scroller() {
        it.set_scroll_top(it.scroll_height());
    }
}

/// The form among the posts that has the keyboard.
fn form_at_hand() -> Option<Element> {
    let form = browser::focused()?.closest("form").ok().flatten()?;
    scroller()?.contains(Some(&form)).then_some(form)
}

/// Moves only what is not whole in sight.
fn keep_in_sight(element: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

fn show(cid: Cid, focused: bool) {
    if let Some(article) = browser::find(&format!("#p-{cid}")) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Center);
        let still = browser::matches_media("(prefers-reduced-motion: reduce)");
        options.set_behavior(if still { ScrollBehavior::Auto } else { ScrollBehavior::Smooth });
        article.scroll_into_view_with_scroll_into_view_options(&options);
        if focused || browser::focus_is_lost() {
            browser::focus(&article);
        }
    }
}

/// Moves the keyboard to the next (`1`) or previous (`-1`) post that is drawn; from outside of the stream to the last one.
pub fn step(by: i32) -> bool {
    let Some(posts) = browser::document().and_then(|it| it.query_selector_all(".road .post").ok()) else {
        return false;
    };
    let current = browser::focused().and_then(|it| it.closest(".post").ok().flatten());
    let at = (0..posts.length())
        .find(|at| posts.item(*at).and_then(|it| it.dyn_into::<Element>().ok()).is_some_and(|it| Some(it) == current));
    let next = match at {
        Some(at) => at.checked_add_signed(by),
        None => posts.length().checked_sub(1),
    };
    let Some(post) = next.and_then(|at| posts.item(at)).and_then(|it| it.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    browser::focus(&post);
    true
}
