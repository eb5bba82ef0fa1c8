//! Verifying a room's file, from within a room.

use yew::prelude::*;

use super::{Context, MainTab, PLAIN, Region, Tab, View};
use crate::{
    components::{icons::Icon, verify::VerifyFile},
    texts::t,
};

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Beside,
    tab: Some(Tab {
        handle: "view-verify",
        group: MainTab::More,
        icon: Icon::Keys,
        title: || t!("view-verify"),
        key: None,
    }),
    draw: |_: &Context| html! { <VerifyFile /> },
    ..PLAIN
};
