//! How much of a list is drawn. Others can fill any list, and each element costs every tab that draws it: so a list is drawn up to a
//! bound, how many there are beyond it is said, and a press shows some of them. All these bounds are here.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use paceline_room::{Cid, NodeId};
use web_sys::Element;
use yew::prelude::*;

use super::icons::{Icon, Sign};
use crate::{
    browser,
    session::{People, PersonView},
    texts::{self, changing, t},
};

/// Items of a list that are drawn at first, and how many more with each press.
pub const SHOWN: usize = 50;
/// ... of what stands inside of an item.
pub const WITHIN: usize = 10;
/// ... of what takes a line each inside of an item, or between two.
pub const LINES: usize = 12;
/// Choices of a list to choose from.
pub const CHOICES: usize = 200;
/// Nodes of what somebody wrote that are drawn at first.
pub const NODES: usize = 300;
/// ... where it stands inside of something else that somebody wrote.
pub const NODES_WITHIN: usize = 60;
/// Posts in a row of a key that is new here; what is beyond in a stretch is one line.
pub const OF_NEW: usize = 20;
/// Names in one line.
pub const NAMES: usize = 12;

/// A list, and whose: a view may have one for each of its items.
pub type Which = (&'static str, Option<Cid>);

/// Lists that somebody asked more of, each with how much of it is drawn.
type Asked = Rc<Vec<(Which, usize)>>;

/// How much of each list of a view is drawn. Equal as long as nobody asks for more.
#[derive(Clone)]
pub struct Shown {
    now: Asked,
    latest: Rc<RefCell<Asked>>,
    update: UseForceUpdateHandle,
}

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.now, &other.now)
    }
}

/// None of anything yet.
#[hook]
pub fn use_shown() -> Shown {
    let latest = use_mut_ref(Asked::default);
    let (now, update) = (latest.borrow().clone(), use_force_update());
    Shown { now, latest, update }
}

impl Shown {
    /// How many of a list are drawn.
    pub fn of(&self, which: Which, first: usize) -> usize {
        self.now.iter().find(|(it, _)| *it == which).map_or(first, |(_, shown)| *shown)
    }

    /// What shows more of a list of so many; stands right after it.
    pub fn more(&self, which: Which, first: usize, count: usize) -> Html {
        self.draw(which, first, count, false)
    }

    /// What shows more of a list of which the last are drawn; stands right before it.
    pub fn earlier(&self, which: Which, first: usize, count: usize) -> Html {
        self.draw(which, first, count, true)
    }

    /// People to choose one from, but for this node; who was chosen before stands there in any case.
    pub fn people<'a>(&self, which: Which, all: &'a People, me: NodeId, chosen: &str) -> Vec<&'a Arc<PersonView>> {
        let (others, shown) = (|| all.iter().filter(|it| it.person.node != me), self.of(which, CHOICES));
        let also = others().skip(shown).filter(|it| it.person.node.to_string() == chosen);
        others().take(shown).chain(also).collect()
    }

    /// Draws so many of a list from now on.
    pub fn ask(&self, which: Which, shown: usize) {
        {
            let latest = &mut *self.latest.borrow_mut();
            let others = latest.iter().filter(|(it, _)| *it != which).copied();
            *latest = Rc::new(others.chain([(which, shown)]).collect());
        }
        self.update.force_update();
    }

    fn draw(&self, which: Which, first: usize, count: usize, earlier: bool) -> Html {
        if count <= first {
            return Html::default();
        }
        let (asked, shown) = (self.clone(), self.of(which, first));
        let on_more = Callback::from(move |()| asked.ask(which, shown + SHOWN));
        html! { <More {shown} {count} {earlier} {on_more} /> }
    }
}

/// Several people in one line: the first of them, and how many others.
pub fn names<T: AsRef<str>>(all: impl ExactSizeIterator<Item = T>) -> String {
    let more = all.len().saturating_sub(NAMES);
    let names = texts::list(all.take(NAMES));
    if more > 0 { t!("names-and-more", names = names, n = more) } else { names }
}

#[derive(PartialEq, Properties)]
struct MoreProps {
    shown: usize,
    count: usize,
    earlier: bool,
    on_more: Callback<()>,
}

/// The button. Once it is pressed the keyboard goes to the first item that came: there reading goes on.
#[component]
fn More(props: &MoreProps) -> Html {
    let place = use_node_ref();
    let pressed = use_mut_ref(|| None::<usize>);
    {
        let (place, pressed, earlier) = (place.clone(), pressed.clone(), props.earlier);
        use_effect_with(props.shown, move |_| {
            if let (Some(at), Some(place)) = (pressed.borrow_mut().take(), place.cast::<Element>()) {
                read_on(&place, at, earlier);
            }
        });
    }
    let onclick = {
        let (at, earlier, on_more) = (props.shown, props.earlier, props.on_more.clone());
        Callback::from(move |_: MouseEvent| {
            *pressed.borrow_mut() = Some(if earlier { 0 } else { at });
            on_more.emit(());
        })
    };
    let left = props.count.saturating_sub(props.shown);
    let which = if left <= SHOWN { "rest" } else { "some" };
    let (words, icon) = match props.earlier {
        true => (t!("show-earlier", which = which, n = left, step = SHOWN), Icon::Up),
        false => (t!("show-more", which = which, n = left, step = SHOWN), Icon::Down),
    };
    html! {
        <div ref={place} class="more">
            if left > 0 {
                <button type="button" class="quiet-button" data-testid="more" {onclick}><Sign {icon} />{ changing(words) }</button>
            }
        </div>
    }
}

/// Gives an item of the list beside it the keyboard.
fn read_on(place: &Element, at: usize, earlier: bool) {
    let list = if earlier { place.next_element_sibling() } else { place.previous_element_sibling() };
    let item = list.and_then(|it| it.children().item(u32::try_from(at).ok()?).or_else(|| it.last_element_child()));
    if let Some(item) = item {
        if !item.has_attribute("tabindex") {
            let _ = item.set_attribute("tabindex", "-1");
        }
        browser::focus(&item);
    }
}
