//! What a person sees of a room: one folder a capability, and the table of all views. Tabs, single keys, the list of keys and what
//! waits for a person come from that table, and from nowhere else.
//!
//! A view knows the latest snapshot and what it may ask of the session. It does not know another view but by the handle that opens
//! it, and never reaches network, mesh or store: `cargo xtask check` proves both.

mod about;
pub mod at_posts;
mod batons;
pub mod cards;
mod invite;
mod keys;
mod loops;
mod network;
mod newer;
mod people;
mod settings;
mod stream;
mod unsent;

use std::rc::Rc;

use paceline_room::Cid;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::{
    browser,
    components::icons::Icon,
    session::{RoomView, View as Snapshot},
};

/// The handles by which views open each other.
pub const STREAM: &str = "view-stream";
/// ... about the room: what stands beside the stream on a wide screen while nothing else was chosen.
pub const ABOUT: &str = "view-about";
/// ... all loops.
pub const LOOPS: &str = "view-loops";
/// ... how this node is connected.
pub const NETWORK: &str = "view-network";
/// ... what can be set.
pub const SETTINGS: &str = "view-settings";
/// ... letting others in.
pub const INVITE: &str = "invite-open";
/// ... the list of keys.
pub const KEYS: &str = "keys";

/// All views, in the order of the tabs and of the list of keys.
pub static VIEWS: &[View] = &[
    keys::VIEW,
    stream::VIEW,
    unsent::VIEW,
    unsent::GONE,
    batons::VIEW,
    people::VIEW,
    people::NAME_BAR,
    about::VIEW,
    loops::VIEW,
    invite::VIEW,
    network::VIEW,
    settings::VIEW,
];

/// Where a view stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// In the middle, whatever stands beside it.
    Middle,
    /// In the stream, after the posts.
    StreamEnd,
    /// Between the stream and the composer.
    BeforeComposer,
    /// In the column of what is always seen.
    Side,
    /// Beside the stream, one at a time; on a narrow screen in its place.
    Beside,
    /// In front of everything, until it is closed.
    Dialog,
}

/// A view.
pub struct View {
    /// Where it stands.
    pub region: Region,
    /// How a person opens it, if it is not always there.
    pub tab: Option<Tab>,
    /// Single keys that do something in it.
    pub keys: &'static [Keys],
    /// What in it waits for this node.
    pub waiting: fn(&RoomView) -> Vec<Waits>,
    /// What something of its capability is called that others said something about, and who answers for it.
    pub called: fn(&RoomView, &Cid, String) -> Option<String>,
    /// Draws it.
    pub draw: fn(&Context) -> Html,
}

/// A text of a table, asked for when it is shown.
pub type Words = fn() -> String;
/// Does something, and says whether it could.
pub type Act = fn() -> bool;

/// What a view is opened by.
pub struct Tab {
    /// Stable handle.
    pub handle: &'static str,
    /// Its sign.
    pub icon: Icon,
    /// What it is called.
    pub title: Words,
    /// The single key that opens it, and its words in the list of keys.
    pub key: Option<(&'static str, Words)>,
}

/// A line in the list of keys: what they do, and how it is told.
pub struct Keys {
    /// The keys.
    pub keys: &'static [(&'static str, Act)],
    /// Their words.
    pub words: Words,
}

/// Something that waits for this node.
pub struct Waits {
    /// How many things.
    pub count: usize,
    /// In words.
    pub words: String,
}

/// A view that is always there, has no keys, and in which nothing waits: for the others to differ from.
const PLAIN: View = View {
    region: Region::Side,
    tab: None,
    keys: &[],
    waiting: |_| Vec::new(),
    called: |_, _, _| None,
    draw: |_| Html::default(),
};

/// What views are drawn from.
pub struct Context {
    /// The latest snapshot.
    pub snapshot: Rc<Snapshot>,
    /// The open room in it.
    pub room: Rc<RoomView>,
    /// The handle of what stands beside the stream: [`STREAM`] for nothing.
    pub beside: &'static str,
    /// Opens the view of a handle.
    pub open: Callback<&'static str>,
    /// Closes the dialog.
    pub close: Callback<()>,
}

impl Context {
    /// Draws all views of a region.
    pub fn draw(&self, region: Region) -> Html {
        VIEWS.iter().filter(|it| it.region == region).map(|it| (it.draw)(self)).collect()
    }

    /// Opens the view of a handle.
    pub fn opens(&self, handle: &'static str) -> Callback<MouseEvent> {
        self.open.reform(move |_: MouseEvent| handle)
    }

    /// Loops may be drawn twice: their handles are where all of them are.
    fn loops_elsewhere(&self) -> bool {
        self.beside == LOOPS
    }
}

/// What something is called, whichever capability it belongs to.
fn called(room: &RoomView, it: &Cid, by: &str) -> Option<String> {
    VIEWS.iter().find_map(|view| (view.called)(room, it, by.to_owned()))
}

/// The view of a handle.
pub fn find(handle: &str) -> Option<&'static View> {
    VIEWS.iter().find(|it| it.tab.as_ref().is_some_and(|tab| tab.handle == handle))
}

/// What opens the view of a handle.
pub fn tab(handle: &str) -> Option<&'static Tab> {
    find(handle)?.tab.as_ref()
}

/// Does what a single key is for; says whether it could.
pub fn press(key: &str, open: &Callback<&'static str>) -> bool {
    let opened = |it: &'static View| it.tab.as_ref().filter(|tab| tab.key.is_some_and(|(it, _)| it == key));
    if let Some(tab) = VIEWS.iter().find_map(opened) {
        open.emit(tab.handle);
        return true;
    }
    let mut keys = VIEWS.iter().flat_map(|it| it.keys).flat_map(|it| it.keys);
    keys.find(|(it, _)| *it == key).is_some_and(|(_, act)| act())
}

/// Presses a button by its handle; with `inside`, the one in what has the keyboard.
fn press_button(inside: Option<&str>, handle: &str) -> bool {
    let selector = format!("[data-testid='{handle}']");
    let button = match inside {
        Some(inside) => browser::focused()
            .and_then(|it| it.closest(inside).ok().flatten())
            .and_then(|it| it.query_selector(&selector).ok().flatten()),
        None => browser::find(&selector),
    };
    let Some(button) = button.and_then(|it| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(it).ok()) else {
        return false;
    };
    button.click();
    true
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn each_key_and_each_handle_is_of_one_view_alone() {
        let (mut keys, mut handles) = (BTreeSet::from(["Escape"]), BTreeSet::new());
        for view in VIEWS {
            for (key, _) in view.keys.iter().flat_map(|it| it.keys) {
                assert!(keys.insert(key), "{key}");
            }
            if let Some(tab) = &view.tab {
                assert!(handles.insert(tab.handle), "{}", tab.handle);
                assert!(tab.key.is_none_or(|(key, _)| keys.insert(key)), "{}", tab.handle);
            }
        }
        for handle in [STREAM, ABOUT, LOOPS, NETWORK, SETTINGS, INVITE, KEYS] {
            assert!(handles.contains(handle), "{handle} opens a view");
        }
    }

    #[test]
    fn what_is_opened_stands_where_something_opens_it() {
        for view in VIEWS {
            let opened = matches!(view.region, Region::Middle | Region::Beside | Region::Dialog);
            assert_eq!(view.tab.is_some(), opened, "{:?}", view.region);
        }
    }
}
