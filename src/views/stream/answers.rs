//! Answers to what stands far above: the end of the stream says so, until they were seen.

use std::rc::Rc;

use gloo::events::EventListener;
use paceline_room::{Cid, threads::Threads};
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::{
    chunk::Rows,
    sight::{is_in_sight, scroller},
};
use crate::{
    components::icons::{Icon, Sign},
    people,
    session::RoomView,
    texts::{changing, t},
    views::cards::Moment,
    when,
};

/// The newest so many are told one by one: it is one line.
const TOLD: usize = 1;
/// More are only counted, and of more than these not even that.
const COUNTED: usize = 99;

/// Answers that stand above what is in sight, the oldest first.
pub type Above = UseStateHandle<Rc<[Cid]>>;

/// Whether a row answers something.
pub fn is_answer(rows: &Threads<Moment>, cid: &Cid) -> bool {
    rows.post(cid).is_some_and(|it| it.reply_to.is_some())
}

/// Whether it stands above that post, too, the first in sight.
pub fn is_above(rows: &Threads<Moment>, cid: &Cid, first: &Cid) -> bool {
    is_answer(rows, cid) && rows.position(cid).zip(rows.position(first)).is_some_and(|(it, first)| it < first)
}

/// Adds answers that came.
pub fn add(above: &Above, came: Vec<Cid>) {
    if !came.is_empty() {
        let all: Vec<Cid> = above.iter().copied().chain(came).collect();
        above.set(all.iter().copied().skip(all.len().saturating_sub(COUNTED)).collect());
    }
}

/// None any more, and to be told from now on.
#[hook]
pub fn use_above() -> Above {
    let above = use_state(|| Rc::<[Cid]>::from([]));
    let now: Above = above.clone();
    use_effect_with((*above).clone(), move |all: &Rc<[Cid]>| {
        let all = all.clone();
        let listener = scroller().filter(|_| !all.is_empty()).map(|it| {
            EventListener::new(&it, "scroll", move |_| {
                let left: Rc<[Cid]> = all.iter().copied().filter(|it| !is_in_sight(it)).collect();
                if left.len() < all.len() {
                    now.set(left);
                }
            })
        });
        move || drop(listener)
    });
    above
}

/// Properties of [`AnswersAbove`].
#[derive(PartialEq, Properties)]
pub struct AnswersProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// All rows.
    pub rows: RowsOf,
    /// Those above.
    pub above: Rc<[Cid]>,
    /// Somebody goes there.
    pub on_go: Callback<Cid>,
}

/// All rows: the same for the life of the stream.
#[derive(Clone)]
pub struct RowsOf(pub Rows);

impl PartialEq for RowsOf {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Tells of them, the newest first. The container stays on the page, so that screen readers hear what comes into it.
#[component]
pub fn AnswersAbove(props: &AnswersProps) -> Html {
    let rows = props.rows.0.borrow();
    let line = |cid: &Cid| {
        let answer = rows.post(cid)?;
        let to = answer.reply_to.and_then(|it| rows.post(&it))?;
        let name = people::name_in(&props.room.people, &answer.author);
        let at = when::clock(to.at);
        let words = match props.room.joined.is_same(to.author, props.room.me) {
            true => t!("answers-yours", name = name, at = at),
            false => t!("answers-other", name = name, of = people::name_in(&props.room.people, &to.author), at = at),
        };
        let onclick = {
            let cid = *cid;
            props.on_go.reform(move |_: MouseEvent| cid)
        };
        Some(html! {
            <button type="button" class="quiet-button" key={cid.to_string()} data-about={cid.to_string()} {onclick}>
                <Sign icon={Icon::Up} /><span>{ changing(words) }</span>
            </button>
        })
    };
    let more = props.above.len().saturating_sub(TOLD);
    html! {
        <div class="answers-above" role="status" data-testid={(!props.above.is_empty()).then_some("answers-above")}>
            { for props.above.iter().rev().take(TOLD).filter_map(line) }
            if more > 0 { <span class="hint">{ changing(t!("answers-more", n = more)) }</span> }
        </div>
    }
}

/// What of the page has a post with this name.
pub fn post_of(target: Option<web_sys::EventTarget>) -> Option<Cid> {
    let element = target?.dyn_into::<Element>().ok()?;
    element.closest(".post").ok()??.get_attribute("data-cid")?.parse().ok()
}
