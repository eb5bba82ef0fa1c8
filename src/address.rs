//! The page's address and its history: the one source of which room is open, and the way back out of whatever lies over the page.
//!
//! `#/` is the start page, `#/r/<code>` a room; the fragment never reaches the host. What stands before `#` names the page, but for
//! what somebody put behind a `?`: that is about the one who was sent there, not about the room, and does not travel on.
//!
//! A dialog, or a view beside the stream, has an entry in the history of its own, so that *back* closes it. Such entries are numbered
//! in their state from 1; the entry of the page itself has no state.

use std::cell::{Cell, RefCell};

use gloo::{events::EventListener, timers::callback::Timeout};
use paceline_net::{RoomLink, link::LinkError};
use wasm_bindgen::JsValue;
use yew::prelude::*;

use crate::browser;

/// The start page.
pub const START: &str = "#/";

/// What an address asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The start page.
    Start,
    /// A room.
    Room {
        /// Which.
        link: RoomLink,
        /// A later build added something to the link, which was skipped.
        newer: bool,
    },
    /// Something that cannot be read.
    Unreadable(LinkError),
}

/// What the address asks for now.
pub fn place() -> Place {
    place_of(&browser::address())
}

fn place_of(address: &str) -> Place {
    match address.split_once('#') {
        None | Some((_, "" | "/")) => Place::Start,
        Some(_) => RoomLink::find(address).map_or_else(Place::Unreadable, |(link, newer)| Place::Room { link, newer }),
    }
}

/// The page's address alone.
pub fn page() -> String {
    page_of(&browser::address()).to_owned()
}

fn page_of(address: &str) -> &str {
    address.split(['#', '?']).next().unwrap_or_default()
}

thread_local! {
    static LAYERS: Layers = const { Layers {
        open: RefCell::new(Vec::new()),
        next: Cell::new(0),
        leaving: Cell::new(false),
        soon: RefCell::new(None),
        then: RefCell::new(None),
    } };
}

/// What lies over the page, and where in its history the browser is because of that.
struct Layers {
    /// The topmost last.
    open: RefCell<Vec<(u32, Callback<()>)>>,
    next: Cell<u32>,
    /// The browser is on its way back over entries that are not needed any more.
    leaving: Cell<bool>,
    /// It will be: what closes often makes place for something else.
    soon: RefCell<Option<Timeout>>,
    /// Where to go once it has arrived.
    then: RefCell<Option<Then>>,
}

/// What is to be done with the address.
enum Then {
    Go(String),
    Replace(String),
}

/// Lies over the page as long as this lives.
struct Layer(u32);

impl Drop for Layer {
    fn drop(&mut self) {
        LAYERS.with(|layers| layers.close(self.0));
    }
}

/// While `open`, *back* calls this, and does not leave the room.
#[hook]
pub fn use_back(open: bool, on_back: Callback<()>) {
    use_effect_with(open, move |open| {
        let layer = open.then(|| LAYERS.with(|layers| layers.open(on_back)));
        move || drop(layer)
    });
}

/// Goes to another place of this page; *back* leads here again.
pub fn go(address: &str) {
    LAYERS.with(|layers| layers.go(address));
}

/// Puts another address in the place of this one.
pub fn replace(address: &str) {
    if browser::address() != address
        && let Some(history) = browser::history()
    {
        let state = history.state().unwrap_or(JsValue::NULL);
        let _ = history.replace_state_with_url(&state, "", Some(address));
    }
}

/// Closes what lies over the page, and puts another address in the place of the page's.
pub fn start_over(address: &str) {
    LAYERS.with(|layers| {
        layers.open.borrow_mut().clear();
        layers.leave_entries();
        if layers.leaving.get() {
            *layers.then.borrow_mut() = Some(Then::Replace(address.to_owned()));
        } else {
            replace(address);
        }
    });
}

/// Calls back whenever the address may say something else, as long as the page lives. What lay over the page when it was reloaded does
/// so no more.
pub fn listen(changed: impl Fn() + Clone + 'static) {
    let Some(window) = browser::window() else { return };
    LAYERS.with(Layers::forget_above);
    for name in ["popstate", "hashchange"] {
        let changed = changed.clone();
        let listener = EventListener::new(&window, name, move |_| {
            LAYERS.with(Layers::arrived);
            changed();
        });
        listener.forget();
    }
}

impl Layers {
    fn open(&self, on_back: Callback<()>) -> Layer {
        let id = self.next.get();
        self.next.set(id.wrapping_add(1));
        self.open.borrow_mut().push((id, on_back));
        self.add_entries();
        Layer(id)
    }

    fn close(&self, id: u32) {
        let before = self.count();
        self.open.borrow_mut().retain(|(it, _)| *it != id);
        if self.count() < before {
            *self.soon.borrow_mut() = Some(Timeout::new(0, || LAYERS.with(Self::leave_entries)));
        }
    }

    fn count(&self) -> usize {
        self.open.borrow().len()
    }

    fn add_entries(&self) {
        let Some(history) = browser::history().filter(|_| !self.leaving.get()) else { return };
        for number in depth() + 1..=self.count() {
            let _ = history.push_state_with_url(&JsValue::from(number as f64), "", None);
        }
    }

    fn leave_entries(&self) {
        let spare = depth().saturating_sub(self.count());
        let Some(history) = browser::history().filter(|_| spare > 0 && !self.leaving.get()) else { return };
        self.leaving.set(i32::try_from(spare).is_ok_and(|spare| history.go_with_delta(-spare).is_ok()));
    }

    fn go(&self, address: &str) {
        if self.leaving.get() {
            *self.then.borrow_mut() = Some(Then::Go(address.to_owned()));
            return;
        }
        let Some(history) = browser::history() else { return };
        // The entry of what lies over the page is not worth going back to.
        let over = depth() > 0;
        self.open.borrow_mut().clear();
        let _ = if over {
            history.replace_state_with_url(&JsValue::NULL, "", Some(address))
        } else {
            history.push_state_with_url(&JsValue::NULL, "", Some(address))
        };
    }

    /// The browser is at another entry: a person went there, or it came back over spare ones.
    fn arrived(&self) {
        if self.leaving.replace(false) {
            match self.then.take() {
                Some(Then::Go(address)) => self.go(&address),
                Some(Then::Replace(address)) => replace(&address),
                None => {}
            }
            self.add_entries();
            return;
        }
        // What is closed may open and close others.
        while self.count() > depth() {
            let closed = self.open.borrow_mut().pop();
            if let Some((_, on_back)) = closed {
                on_back.emit(());
            }
        }
        self.forget_above();
    }

    /// Going forward leads to entries of what was closed: they are entries of the page now.
    fn forget_above(&self) {
        if depth() > self.count()
            && let Some(history) = browser::history()
        {
            let state = if self.count() == 0 { JsValue::NULL } else { JsValue::from(self.count() as f64) };
            let _ = history.replace_state_with_url(&state, "", None);
        }
    }
}

/// The number of the entry of the history.
fn depth() -> usize {
    // A whole number that was put there.
    browser::history().and_then(|it| it.state().ok()?.as_f64()).unwrap_or_default() as usize
}

#[cfg(test)]
mod tests {
    use paceline_room::Cid;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_room_is_told_from_the_start_page_and_from_what_cannot_be_read() {
        let link = RoomLink { room: Cid::of(b"a room"), secret: [7; 32] };
        let code = link.code();
        for start in
            ["https://a.example/p/", "https://a.example/p/#", "https://a.example/p/#/", "https://a.example/?x=1#/"]
        {
            assert_eq!(place_of(start), Place::Start, "{start}");
        }
        for page in
            ["https://a.example/p/", "https://a.example/p/index.html", "https://a.example/?fbclid=x&utm_source=y"]
        {
            assert_eq!(
                place_of(&format!("{page}#/r/{code}")),
                Place::Room { link: link.clone(), newer: false },
                "{page}"
            );
            assert_eq!(
                place_of(&format!("{page}#/r/{code}).")),
                Place::Room { link: link.clone(), newer: false },
                "{page}"
            );
        }
        for bad in ["#/r/", "#/r/AbC", "#/settings"] {
            assert!(matches!(place_of(&format!("https://a.example/{bad}")), Place::Unreadable(_)), "{bad}");
        }
    }

    #[test]
    fn the_page_is_named_without_what_was_put_behind_it() {
        for address in
            ["https://a.example/p/#/r/x", "https://a.example/p/?fbclid=1#/r/x", "https://a.example/p/?a=b?c#d"]
        {
            assert_eq!(page_of(address), "https://a.example/p/");
        }
        assert_eq!(page_of("https://a.example/p/index.html?x"), "https://a.example/p/index.html");
    }
}
