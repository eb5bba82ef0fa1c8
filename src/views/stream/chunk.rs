//! A stretch of the stream. Only stretches near the window are drawn; the others keep their height, so that ten thousand
//! posts scroll like ten.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
    rc::Rc,
    sync::Arc,
};

use paceline_room::{Cid, NodeId, sorted, state::Person};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlElement, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};
use yew::prelude::*;

use super::{
    super::newer::{more_newer, newer},
    post::{Ask, PostView},
    rows::{Before, Handoff, Moment, Moved, Row},
};
use crate::{
    browser,
    components::{disc::disc_of, doubtful::doubtful, feedback::Told},
    people,
    session::{Here, PersonView, Place, Reach, RoomView, Unsent},
    texts::{changing, t},
    when, words,
};

/// Posts in a stretch.
const CHUNK: usize = 12;
/// Posts in a stretch of stretches: of those far away not even the places are kept one by one.
pub const LONG_CHUNK: usize = 20 * CHUNK;
/// Stretches at the end that are drawn from the start: that is where reading begins.
const AT_END: usize = 2;
/// Height of a post that was never drawn, in CSS pixels.
const GUESS: f64 = 110.0;
/// How far outside of the window stretches are drawn.
const MARGIN: &str = "1500px 0px";

/// How many from a newer version are told one by one between two posts: there may be thousands.
const NEWER_SHOWN: usize = 5;

/// What posts need to know of the room around them.
pub struct Around {
    people: HashMap<NodeId, PersonView>,
    told: Rc<HashMap<Cid, Rc<[Told]>>>,
    leaders: BTreeSet<NodeId>,
    reach: Rc<std::collections::BTreeMap<Cid, Reach>>,
    me: NodeId,
    leaving: Vec<(Cid, AttrValue)>,
    handles: bool,
    moments: Rc<Before>,
    doubtful: Rc<BTreeSet<Cid>>,
    nothing: Rc<[Told]>,
}

impl Around {
    /// Gathers it from a view.
    pub fn new(room: &RoomView, told: Rc<HashMap<Cid, Rc<[Told]>>>, moments: Rc<Before>, handles: bool) -> Self {
        Self {
            people: room.people.iter().map(|it| (it.person.node, it.clone())).collect(),
            told,
            leaders: sorted::set(room.batons.iter().filter_map(|it| it.holder)),
            reach: room.reach.clone(),
            me: room.me,
            leaving: room.unsent.iter().filter_map(leaving).collect(),
            handles,
            moments,
            doubtful: room.doubtful.clone(),
            nothing: [].into(),
        }
    }

    /// Moments on the road, one after the other; of many from a newer version only the last are told one by one.
    pub fn moments(&self, moments: &[Moment]) -> Html {
        let unknown = |it: &&Moment| matches!(it, Moment::Newer(_));
        let mut untold = moments.iter().filter(unknown).count().saturating_sub(NEWER_SHOWN);
        let more = (untold > 0).then_some(untold);
        let one = |moment: &Moment| match moment {
            Moment::Handoff(it) => Some(self.handoff(it)),
            Moment::Newer(_) if untold > 0 => {
                untold -= 1;
                None
            }
            Moment::Newer(it) => {
                let (person, name, here) = self.person(&it.author);
                Some(newer(it, &person, &name, here))
            }
        };
        let told: Vec<Html> = moments.iter().filter_map(one).collect();
        html! { <>{ for more.map(more_newer) }{ for told }</> }
    }

    /// A moment on the road: the lead went to somebody, or somebody said something with it.
    fn handoff(&self, handoff: &Handoff) -> Html {
        let (person, name, here) = self.person(&handoff.by);
        let words = match &handoff.what {
            Moved::Led(by) => words::handoff(*by, &name, &handoff.title),
            Moved::Noted(act, to, text) => {
                let to = to.map(|to| self.person(&to).1);
                words::noted_of(*act, &name, to.as_deref().unwrap_or_default(), &handoff.title, text)
            }
        };
        html! {
            <p class={classes!("handoff", handoff.current.then_some("current"), handoff.parallel.then_some("parallel"))}
                key={handoff.from.to_string()}>
                { disc_of(&person, &name, here, handoff.current) }
                <span>{ changing(words) }</span>
                <time datetime={when::iso(handoff.at)}>{ when::clock(handoff.at) }</time>
                if self.doubtful.contains(&handoff.from) { { doubtful() } }
                if handoff.parallel { <span class="mark stripes">{ t!("parallel-lead") }</span> }
            </p>
        }
    }

    fn person(&self, node: &NodeId) -> (Arc<Person>, Rc<str>, Here) {
        match self.people.get(node) {
            Some(it) => (it.person.clone(), it.name.clone(), it.here),
            None => (Arc::new(people::stranger(*node)), people::nameless(node).into(), Here::Gone),
        }
    }
}

/// The post that an intent takes back, and the intent.
fn leaving(unsent: &Unsent) -> Option<(Cid, AttrValue)> {
    match unsent.place {
        Place::Retract(post) if unsent.held.is_empty() => Some((post, unsent.id.clone().into())),
        _ => None,
    }
}

/// Properties of [`Chunk`].
#[derive(Properties)]
pub struct ChunkProps {
    /// All rows.
    pub rows: Rc<Vec<Row>>,
    /// Number of this stretch among those of its size.
    pub number: usize,
    /// Posts in it: [`LONG_CHUNK`], or that of the stretches in such a one.
    #[prop_or(LONG_CHUNK)]
    pub size: usize,
    /// The room around.
    pub around: Rc<Around>,
    /// The row somebody goes to.
    pub wanted: Option<usize>,
    /// Reading begins at the end of the rows, not further on.
    pub at_end: bool,
    /// On paper everything is near.
    pub printing: bool,
    /// For the posts.
    pub on_ask: Callback<Ask>,
}

impl PartialEq for ChunkProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.rows, &other.rows)
            && Rc::ptr_eq(&self.around, &other.around)
            && (self.number, self.size, self.wanted, self.at_end, self.printing)
                == (other.number, other.size, other.wanted, other.at_end, other.printing)
            && self.on_ask == other.on_ask
    }
}

impl ChunkProps {
    /// Which rows are in it.
    fn range(&self) -> Range<usize> {
        let from = (self.number * self.size).min(self.rows.len());
        from..(from + self.size).min(self.rows.len())
    }

    fn is_last(&self) -> bool {
        self.at_end && self.range().end + (AT_END - 1) * CHUNK >= self.rows.len()
    }

    fn is_wanted(&self) -> bool {
        self.wanted.is_some_and(|row| self.range().contains(&row))
    }
}

/// Draws a stretch, or holds its place.
#[component]
pub fn Chunk(props: &ChunkProps) -> Html {
    let node = use_node_ref();
    let near = use_state(|| false);
    let height = use_mut_ref(|| None::<f64>);
    {
        let (node, near, height) = (node.clone(), near.setter(), height.clone());
        use_effect_with((), move |()| {
            let watch = node.cast::<HtmlElement>().and_then(|element| watch(element, near, height));
            move || drop(watch)
        });
    }
    let drawn = *near || props.printing || props.is_wanted() || props.is_last();
    {
        let (node, rows) = (node.clone(), props.range().len());
        use_effect_with((drawn, rows), move |_| {
            let Some(element) = node.cast::<HtmlElement>() else { return };
            let style = element.style();
            if drawn {
                let _ = style.remove_property("height");
            } else {
                let height = height.borrow().unwrap_or(rows as f64 * GUESS);
                let _ = style.set_property("height", &format!("{height}px"));
            }
        });
    }
    let inside = drawn.then(|| if props.size > CHUNK { shorter(props) } else { posts(props) });
    html! { <div ref={node} class="chunk">{ for inside }</div> }
}

/// The stretches in a long one.
fn shorter(props: &ChunkProps) -> Html {
    let Range { start, end } = props.range();
    let chunk = |number: usize| {
        html! {
            <Chunk key={number} rows={props.rows.clone()} {number} size={CHUNK} around={props.around.clone()}
                at_end={props.at_end} wanted={props.wanted} printing={props.printing} on_ask={props.on_ask.clone()} />
        }
    };
    (start / CHUNK..end.div_ceil(CHUNK)).map(chunk).collect()
}

fn posts(props: &ChunkProps) -> Html {
    props.range().zip(&props.rows[props.range()]).map(|(at, row)| draw(props, row, at)).collect()
}

fn draw(props: &ChunkProps, row: &Row, at: usize) -> Html {
    let around = &props.around;
    let (author, name, here) = around.person(&row.post.author);
    let name = AttrValue::from(name);
    let answers = row.answers.map(|node| AttrValue::from(around.person(&node).1));
    let cid = row.post.cid;
    let moments = around.moments.get(&cid);
    let leaving = around.leaving.iter().find(|(post, _)| *post == cid).map(|(_, intent)| intent.clone());
    let feedback = around.told.get(&cid).unwrap_or(&around.nothing).clone();
    // The key is the whole fragment's: without it a new post at the end makes Yew match each with its neighbour, and draw all anew.
    html! {
        <key={cid.to_string()}>
            if let Some(day) = row.new_day { <p class="milestone">{ changing(when::day(day)) }</p> }
            { for moments.map(|it| around.moments(it)) }
            <PostView row={row.clone()} {author} {name} {here} {answers} {feedback}
                leads={around.leaders.contains(&row.post.author)} mine={row.post.author == around.me} {leaving}
                reach={around.reach.get(&cid).copied()} handles={around.handles} position={at + 1}
                on_ask={props.on_ask.clone()} />
        </>
    }
}

/// Watches whether an element is near the window; stops when dropped.
struct Watch {
    observer: IntersectionObserver,
    _callback: Closure<dyn FnMut(js_sys::Array)>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

fn watch(
    element: HtmlElement,
    near: UseStateSetter<bool>,
    height: Rc<std::cell::RefCell<Option<f64>>>,
) -> Option<Watch> {
    let watched = element.clone();
    let callback = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
        let Some(entry) = entries.pop().dyn_into::<IntersectionObserverEntry>().ok() else { return };
        if entry.is_intersecting() {
            near.set(true);
        } else if !is_in_use(&element) {
            *height.borrow_mut() = Some(entry.bounding_client_rect().height()).filter(|it| *it > 0.0);
            near.set(false);
        }
    });
    let options = IntersectionObserverInit::new();
    options.set_root_margin(MARGIN);
    // The margin counts only for the root itself, so the root has to be what scrolls.
    options.set_root(watched.closest(".reading").ok().flatten().as_ref());
    let observer = IntersectionObserver::new_with_options(callback.as_ref().unchecked_ref(), &options).ok()?;
    observer.observe(&watched);
    Some(Watch { observer, _callback: callback })
}

/// The keyboard is in it, or half-written words are.
fn is_in_use(element: &HtmlElement) -> bool {
    let focused = browser::focused().is_some_and(|it| element.contains(Some(&it)));
    focused || element.query_selector(".inline-form").ok().flatten().is_some()
}
