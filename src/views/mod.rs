//! What a person sees of a room: one folder a capability, and the table of all views. Tabs, single keys, the list of keys and what
//! waits for a person come from that table, and from nowhere else.
//!
//! A view knows the latest snapshot and what it may ask of the session. It does not know another view but by the handle that opens
//! it, and never reaches network, mesh or store: `cargo xtask check` proves both.

mod about;
mod amount;
mod at_post;
pub mod at_posts;
mod batons;
mod card;
pub mod cards;
mod decisions;
mod invite;
mod keys;
mod later;
mod loops;
mod meeting;
mod mentions;
mod minutes;
mod network;
mod newer;
mod people;
mod practice;
mod promises;
mod settings;
mod stream;
mod unsent;
mod verify;
mod view;
mod waiting;

use yew::prelude::*;

pub use view::{
    ABOUT, Context, Draw, Drawing, FOR_YOU, INVITE, KEYS, Keys, LOOPS, MainTab, NETWORK, PLAIN, Region, SETTINGS,
    STREAM, Tab, View, Views, Waits, press_button,
};
pub use waiting::use_waiting;

use crate::{
    components::{feedback::FEEDBACK, verify::VERIFY},
    parts::Comes,
    session::practice_part,
};

/// All views, in the order of the tabs and of the list of keys.
pub static VIEWS: &[View] = &[
    keys::VIEW,
    stream::VIEW,
    practice::LINE,
    practice::OFFER,
    decisions::CLOSING,
    meeting::BAR,
    meeting::CARD,
    meeting::LATER,
    unsent::VIEW,
    unsent::GONE,
    amount::VIEW,
    batons::VIEW,
    people::VIEW,
    people::NAME_BAR,
    people::CLAIMS,
    later::LINE,
    mentions::VIEW,
    people::CARDS,
    about::VIEW,
    decisions::VIEW,
    promises::VIEW,
    minutes::VIEW,
    loops::VIEW,
    invite::VIEW,
    network::VIEW,
    settings::VIEW,
    verify::VIEW,
    waiting::VIEW,
];

/// The view of a handle.
pub fn find(handle: &str) -> Option<&'static View> {
    VIEWS.iter().find(|it| it.tab.as_ref().is_some_and(|tab| tab.handle == handle))
}

/// The parts of the page, in the order in which they are fetched early.
pub fn parts() -> Vec<&'static dyn Comes> {
    let others: [&'static dyn Comes; 3] = [FEEDBACK(), VERIFY(), practice_part()];
    VIEWS.iter().filter_map(View::part).chain(others).collect()
}

/// What opens the view of a handle.
pub fn tab(handle: &str) -> Option<&'static Tab> {
    find(handle)?.tab.as_ref()
}

/// The views that a main tab holds.
pub fn of(group: MainTab) -> impl Iterator<Item = (&'static View, &'static Tab)> {
    let tabs = VIEWS.iter().filter(|it| it.region == Region::Beside).filter_map(|it| Some((it, it.tab.as_ref()?)));
    tabs.filter(move |(_, tab)| tab.group == group)
}

/// The main tab that holds what a handle opens.
pub fn main_of(handle: &str) -> Option<MainTab> {
    Some(tab(handle)?.group)
}

/// Whether a main tab opens anything.
pub fn has(group: MainTab) -> bool {
    match group {
        MainTab::Talk => true,
        MainTab::Meeting => VIEWS.iter().any(|it| it.region == Region::Card),
        group => of(group).next().is_some(),
    }
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
        for handle in [STREAM, ABOUT, LOOPS, NETWORK, SETTINGS, INVITE, KEYS, FOR_YOU] {
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
