//! A stretch of the stream. Only stretches near the window are drawn; the others keep their height, so that ten thousand
//! posts scroll like ten.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    rc::Rc,
};

use gloo::timers::callback::Timeout;
use paceline_room::{
    Cid, NodeId, Tree,
    fold::{Key, count_versions, feedback_on, versions_of},
    sorted,
    state::{DecisionLists, Feedback, Post, PostVersions},
    threads::{Row, Threads},
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlElement, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};
use yew::prelude::*;

use super::{
    super::{
        at_posts::{Mark, marks},
        cards::{self, Moment},
    },
    menu::Ask,
    post::{MARKS, PostView, TOLD},
    reach::Held,
    versions::{VERSIONS, Versions},
};
use crate::{
    browser,
    components::{
        more::{LINES, OF_NEW, Shown, WITHIN},
        told::Told,
    },
    excerpt,
    hooks::use_session,
    markdown::mentions::Named,
    people,
    session::{People, Place, Reaches, RoomView, Session, Unsent},
    texts::{changing, t},
    when::{self, Days},
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

/// What stands on the road, kept up to date.
pub type Rows = Rc<RefCell<Threads<Moment>>>;

/// How often they changed so far, and how many rows there are then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Version {
    /// How often.
    pub number: u32,
    /// How many.
    pub len: usize,
}

/// What somebody new here said in a row.
const FOLDED: &str = "folded";
/// The list of moments between two posts.
const MOMENTS: &str = "moments";

/// What posts need to know of the room around them.
pub struct Around {
    /// What the cards between them need to know, too.
    pub cards: cards::Around,
    people: People,
    feedback_on: Tree<(Cid, Key), Feedback>,
    versions: PostVersions,
    leaders: Rc<BTreeSet<NodeId>>,
    reach: Reaches,
    me: NodeId,
    leaving: Vec<(Place, AttrValue)>,
    /// Whose posts stand behind a notice, and the decision by which they do.
    notices: BTreeMap<NodeId, AttrValue>,
    sources: cards::Sources,
    shown: Shown,
    handles: bool,
    /// What day it is begins where another did not end.
    days: RefCell<Days>,
}

impl Around {
    /// Gathers it from a view.
    pub fn new(room: &RoomView, leaders: Rc<BTreeSet<NodeId>>, shown: Shown, handles: bool) -> Self {
        Self {
            cards: cards::Around::new(room),
            sources: cards::Sources::of(room),
            shown,
            people: room.people.clone(),
            feedback_on: room.feedback_on.clone(),
            versions: room.versions.clone(),
            leaders,
            reach: room.reach.clone(),
            me: room.me,
            leaving: room.unsent.iter().filter_map(leaving).collect(),
            notices: notices(&room.decisions),
            handles,
            days: RefCell::default(),
        }
    }

    /// What was said of a post.
    fn told(&self, post: Cid) -> Rc<Told> {
        let most = self.shown.of((TOLD, Some(post)), WITHIN);
        Rc::new(Told::of(feedback_on(&self.feedback_on, &post), most, &self.people, self.me))
    }

    /// What is told beside a post.
    fn marks(&self, post: Cid) -> (Rc<[Mark]>, usize) {
        let (marks, count) = marks(&self.sources, &self.cards, post, self.shown.of((MARKS, Some(post)), WITHIN));
        (marks.into(), count)
    }

    /// What a post has said, if it was edited.
    fn versions(&self, post: &Post) -> Versions {
        if !post.edited {
            return Versions::default();
        }
        let most = self.shown.of((VERSIONS, Some(post.cid)), WITHIN);
        let all = versions_of(&self.versions, &post.cid).take(most);
        let all = all.map(|it| (it.clone(), self.leaving(Place::Version(it.cid)))).collect();
        Versions { all, count: count_versions(&self.versions, &post.cid) }
    }

    /// The intent by which something is about to be taken back.
    fn leaving(&self, what: Place) -> Option<AttrValue> {
        self.leaving.iter().find(|(place, _)| *place == what).map(|(_, intent)| intent.clone())
    }

    /// Moments before a post, or after the last.
    pub fn moments(&self, rows: &Threads<Moment>, before: Option<Cid>) -> Html {
        let which = (MOMENTS, before);
        let (told, count) = rows.moments(before.as_ref(), self.shown.of(which, LINES));
        if count == 0 {
            return Html::default();
        }
        let earlier = self.shown.earlier(which, LINES, count);
        let told = told.into_iter().map(|draw| draw(&self.cards));
        html! { <>{ earlier }<div class="moments">{ for told }</div></> }
    }
}

/// Whose posts stand behind a notice. There are few: most had to agree on each.
fn notices(all: &DecisionLists) -> BTreeMap<NodeId, AttrValue> {
    let called = |by: &Cid| all.all.iter().rev().find(|it| it.cid == *by).map(|it| people::titled(&it.version.title));
    let title = |by: &Cid| excerpt::excerpt(&called(by).unwrap_or_default(), excerpt::QUOTED).into();
    sorted::map(all.notices.entries().map(|(node, by)| (*node, title(by))))
}

/// What an intent takes back, and the intent.
fn leaving(unsent: &Unsent) -> Option<(Place, AttrValue)> {
    let leaves = unsent.place.takes_back() && unsent.held.is_empty();
    leaves.then(|| (unsent.place, unsent.id.clone().into()))
}

/// Properties of [`Chunk`].
#[derive(Properties)]
pub struct ChunkProps {
    /// All rows: they change, and then so does what is around them.
    pub rows: Rows,
    /// How many there are.
    pub len: usize,
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
        Rc::ptr_eq(&self.around, &other.around)
            && (self.len, self.number, self.size, self.wanted, self.at_end, self.printing)
                == (other.len, other.number, other.size, other.wanted, other.at_end, other.printing)
            && self.on_ask == other.on_ask
    }
}

impl ChunkProps {
    /// Which rows are in it.
    fn range(&self) -> Range<usize> {
        let from = (self.number * self.size).min(self.len);
        from..(from + self.size).min(self.len)
    }

    fn is_last(&self) -> bool {
        self.at_end && self.range().end + (AT_END - 1) * CHUNK >= self.len
    }

    fn is_wanted(&self) -> bool {
        self.wanted.is_some_and(|row| self.range().contains(&row))
    }
}

/// Draws a stretch, or holds its place.
#[component]
pub fn Chunk(props: &ChunkProps) -> Html {
    let node = use_node_ref();
    let session = use_session();
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
    let inside = drawn.then(|| if props.size > CHUNK { shorter(props) } else { posts(props, &session) });
    html! { <div ref={node} class="chunk">{ for inside }</div> }
}

/// The stretches in a long one.
fn shorter(props: &ChunkProps) -> Html {
    let Range { start, end } = props.range();
    let chunk = |number: usize| {
        html! {
            <Chunk key={number} rows={props.rows.clone()} len={props.len} {number} size={CHUNK} around={props.around.clone()}
                at_end={props.at_end} wanted={props.wanted} printing={props.printing} on_ask={props.on_ask.clone()} />
        }
    };
    (start / CHUNK..end.div_ceil(CHUNK)).map(chunk).collect()
}

fn posts(props: &ChunkProps, session: &Session) -> Html {
    let (Range { start, end }, rows) = (props.range(), props.rows.borrow());
    // Some before it, to see how long somebody new here has been talking.
    let from = start.saturating_sub(OF_NEW);
    let all = rows.rows(from..end, &mut |at| props.around.days.borrow_mut().begin(at));
    let folded = folded(props, &all, start - from, session);
    let fold = |at: usize| folded.iter().find(|fold| fold.contains(&at));
    let drawn = all.iter().enumerate().skip(start - from);
    drawn.map(|(at, row)| draw(props, &rows, row, from + at, fold(at).map(|it| (it.len(), it.start == at)))).collect()
}

/// What of these rows, from `first` on, is folded away: what somebody new here says in a row beyond a bound, until it is asked for. Never
/// what is said here, or where somebody goes.
fn folded(props: &ChunkProps, all: &[Row], first: usize, session: &Session) -> Vec<Range<usize>> {
    let mut folded: Vec<Range<usize>> = Vec::new();
    let mut begin = 0;
    for (at, row) in all.iter().enumerate() {
        let goes_on = at > 0 && all.get(at - 1).is_some_and(|before| before.post.author == row.post.author);
        if !goes_on {
            begin = at;
        }
        let own = row.storing || row.post.author == props.around.me;
        if at < first || at - begin < OF_NEW || own || !session.came_new(&row.post.cid) {
            continue;
        }
        match folded.last_mut() {
            Some(last) if last.end == at => last.end += 1,
            _ => folded.push(at..at + 1),
        }
    }
    let drawn = |at: usize| props.wanted == Some(props.range().start + at - first);
    folded.retain(|it| {
        let asked = all.get(it.start).is_some_and(|row| props.around.shown.of((FOLDED, Some(row.post.cid)), 0) > 0);
        it.len() > 1 && !asked && !props.printing && !it.clone().any(drawn)
    });
    folded
}

/// The line in the place of what is folded away. Once it is pressed the keyboard goes to the first of it.
fn more_from(around: &Around, cid: Cid, name: &AttrValue, count: usize) -> Html {
    let shown = around.shown.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        shown.ask((FOLDED, Some(cid)), count);
        Timeout::new(0, move || browser::find(&format!("#p-{cid}")).iter().for_each(browser::focus)).forget();
    });
    html! {
        <p class="handoff">
            <button type="button" class="quiet-button" data-testid="more-from" {onclick}>
                { changing(t!("more-from", n = count, name = &**name)) }
            </button>
        </p>
    }
}

/// Those whom a post names, as they are called now; nobody who is not known here.
fn names(around: &Around, post: &Post) -> Rc<[Named]> {
    let known = post.mentions.iter().filter_map(|node| around.people.find(node));
    known.map(|it| Named { name: (&*it.name).into(), node: it.person.node }).collect()
}

/// `fold`: it is folded away with so many others, of which it is the first.
fn draw(props: &ChunkProps, rows: &Threads<Moment>, row: &Row, at: usize, fold: Option<(usize, bool)>) -> Html {
    let around = &props.around;
    let (author, name, here) = around.cards.person(&row.post.author);
    let name = AttrValue::from(name.to_string());
    let names = names(around, &row.post);
    let answers = row.answers.map(|node| AttrValue::from(around.cards.person(&node).1.to_string()));
    let cid = row.post.cid;
    let moments = if row.level == 0 { around.moments(rows, Some(cid)) } else { Html::default() };
    let leaving = around.leaving(Place::Retract(cid));
    if let Some((count, first)) = fold {
        let line = first.then(|| more_from(around, cid, &name, count));
        return html! { <key={cid.to_string()}>{ moments }{ for line }</> };
    }
    let marks = around.marks(cid);
    let (told, versions) = (around.told(cid), around.versions(&row.post));
    // The key is the whole fragment's: without it a new post at the end makes Yew match each with its neighbour, and draw all anew.
    html! {
        <key={cid.to_string()}>
            if let Some(day) = row.new_day { <p class="milestone">{ changing(when::day(day)) }</p> }
            { moments }
            <PostView row={row.clone()} {author} {name} {names} {here} {answers} {told}
                notice={around.notices.get(&row.post.author).cloned()} {marks} {versions} shown={around.shown.clone()}
                leads={around.leaders.contains(&row.post.author)} mine={row.post.author == around.me} {leaving}
                held={around.reach.get(&row.post).map(|it| Held::new(it, &around.people))} handles={around.handles} position={at + 1}
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
        // What is told already is not told any more: some browsers would call what is gone.
        self.observer.take_records();
        self.observer.disconnect();
    }
}

fn watch(element: HtmlElement, near: UseStateSetter<bool>, height: Rc<RefCell<Option<f64>>>) -> Option<Watch> {
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
