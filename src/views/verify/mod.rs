//! Verifying a room's file, from within a room.

use super::{Draw, MainTab, PLAIN, Region, Tab, View};
use crate::{
    components::{icons::Icon, verify::verify_file},
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
    draw: Draw::Now(|_| verify_file()),
    ..PLAIN
};
