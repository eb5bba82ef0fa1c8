//! What a view is: where it stands, what opens it, what waits in it, how it is drawn. The table of them is above.

use std::rc::Rc;

use paceline_room::{Cid, fold::Key};
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::{
    browser,
    components::{
        icons::Icon,
        opened::{Drawn, Needed, Opened},
    },
    parts::{Comes, Part},
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
/// ... all that waits for this node.
pub const FOR_YOU: &str = "for-you";
/// ... letting others in.
pub const INVITE: &str = "invite-open";
/// ... the list of keys.
pub const KEYS: &str = "keys";

/// What the main tabs hold: the handles by which they are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MainTab {
    /// The stream.
    Talk,
    /// The meeting's card, in the place of the stream.
    Meeting,
    /// What was agreed.
    Agreed,
    /// Who is here.
    People,
    /// All else.
    More,
}

impl MainTab {
    /// In the order in which they stand.
    pub const ALL: [Self; 5] = [Self::Talk, Self::Meeting, Self::Agreed, Self::People, Self::More];

    /// Stable handle.
    pub const fn handle(self) -> &'static str {
        match self {
            Self::Talk => "tab-talk",
            Self::Meeting => "tab-meeting",
            Self::Agreed => "tab-agreed",
            Self::People => "tab-people",
            Self::More => "tab-more",
        }
    }
}

/// Where a view stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// In the middle, whatever stands beside it, but for the card.
    Middle,
    /// Above the middle, always: one line.
    Bar,
    /// In the place of the middle and the composer, while there is something to do together.
    Card,
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
    /// What makes a card come to the front by itself, once for each.
    pub comes: fn(&RoomView) -> Option<Cid>,
    /// What in it waits for this node.
    pub waiting: fn(&RoomView) -> Vec<Waits>,
    /// What something of its capability is called that others said something about, by its place in the log, and who answers
    /// for it.
    pub called: fn(&RoomView, &Key, String) -> Option<String>,
    /// Draws it.
    pub draw: Draw,
}

/// What draws a view.
pub type Drawing = fn(&Context) -> Html;

/// How a view is drawn.
pub enum Draw {
    /// At once.
    Now(Drawing),
    /// As soon as the part is here that does it.
    Later(fn() -> &'static Part<Drawing>),
}

impl View {
    /// Draws it, or that it comes.
    pub fn draw(&self, context: &Context) -> Html {
        match self.draw {
            Draw::Now(draw) => draw(context),
            Draw::Later(part) => self.opened(part(), context.clone()),
        }
    }

    fn opened(&self, part: &'static Part<Drawing>, context: Context) -> Html {
        let title = self.tab.as_ref().filter(|_| self.region == Region::Dialog).map(|it| (it.title)());
        let dialog = title.map(|it| (it, context.close.clone()));
        let drawn = Drawn::new(move || part.here().map(|draw| draw(&context)));
        html! { <Opened part={Needed(part)} {drawn} {dialog} /> }
    }

    /// The part that draws it, if one does.
    pub fn part(&self) -> Option<&'static dyn Comes> {
        match self.draw {
            Draw::Now(_) => None,
            Draw::Later(part) => Some(part()),
        }
    }

    /// The handle that opens the place of something that waits in it.
    fn place(&self, waits: &Waits) -> &'static str {
        match (self.region, &self.tab) {
            _ if waits.in_stream => MainTab::Talk.handle(),
            (Region::Card, _) => MainTab::Meeting.handle(),
            (_, Some(tab)) => tab.handle,
            // What is always seen on a wide screen stands beside the talk alone on a phone.
            _ => MainTab::Talk.handle(),
        }
    }
}

/// The table of views: the same for the life of the page.
#[derive(Clone, Copy)]
pub struct Views(pub &'static [View]);

impl PartialEq for Views {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Views {
    /// All that waits for this node, with the handle that opens its place.
    pub fn waiting(&self, room: &RoomView) -> Vec<(&'static str, Waits)> {
        self.0.iter().flat_map(|view| (view.waiting)(room).into_iter().map(|it| (view.place(&it), it))).collect()
    }

    /// What something is called, whichever capability it belongs to.
    pub fn called(&self, room: &RoomView, it: &Key, by: &str) -> Option<String> {
        self.0.iter().find_map(|view| (view.called)(room, it, by.to_owned()))
    }
}

/// A text of a table, asked for when it is shown.
pub type Words = fn() -> String;
/// Does something, and says whether it could.
pub type Act = fn() -> bool;

/// What a view is opened by.
pub struct Tab {
    /// Stable handle.
    pub handle: &'static str,
    /// The main tab that holds it.
    pub group: MainTab,
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
    /// What sort of thing: a stable name.
    pub kind: &'static str,
    /// The one thing, if it is one.
    pub about: Option<Cid>,
    /// That one stands in the stream.
    pub in_stream: bool,
    /// How many things.
    pub count: usize,
    /// In words.
    pub words: String,
}

/// A view that is always there, has no keys, and in which nothing waits: for the others to differ from.
pub const PLAIN: View = View {
    region: Region::Side,
    tab: None,
    keys: &[],
    comes: |_| None,
    waiting: |_| Vec::new(),
    called: |_, _, _| None,
    draw: Draw::Now(|_| Html::default()),
};

/// What views are drawn from.
#[derive(Clone)]
pub struct Context {
    /// The latest snapshot.
    pub snapshot: Rc<Snapshot>,
    /// The open room in it.
    pub room: Rc<RoomView>,
    /// The handle of what stands beside the stream: [`STREAM`] for nothing.
    pub beside: &'static str,
    /// Nothing stands in front of the stream: its filled button is the next press.
    pub front: bool,
    /// A dialog stands in front of everything.
    pub covered: bool,
    /// Opens the view of a handle.
    pub open: Callback<&'static str>,
    /// Closes the dialog.
    pub close: Callback<()>,
    /// All views.
    pub views: Views,
}

impl Context {
    /// Draws all views of a region.
    pub fn draw(&self, region: Region) -> Html {
        self.views.0.iter().filter(|it| it.region == region).map(|it| it.draw(self)).collect()
    }

    /// Opens the view of a handle.
    pub fn opens(&self, handle: &'static str) -> Callback<MouseEvent> {
        self.open.reform(move |_: MouseEvent| handle)
    }

    /// Loops may be drawn twice: their handles are where all of them are.
    pub(super) fn loops_elsewhere(&self) -> bool {
        self.beside == LOOPS
    }
}

/// Presses a button by its handle; with `inside`, the one in what has the keyboard.
pub fn press_button(inside: Option<&str>, handle: &str) -> bool {
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
