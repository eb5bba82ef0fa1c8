//! The meeting that goes on: one line above the talk, and the card that says what we do now; where there is none, how to begin one.

mod afterwards;
mod agenda;
mod apart;
mod asked;
mod bar;
mod card;
mod deciding;
mod hands;
mod incident;
mod late;
mod later;
mod lobby;
mod named;
mod next;
mod notes;
mod now;
mod over;
mod reveal;
mod steps;
mod turns;
mod voting;
mod writing;

use yew::prelude::*;

use self::{bar::Bar, card::Card, later::Later};
use super::{Context, Draw, Drawing, MainTab, PLAIN, Region, SETTINGS, Tab, View};
use crate::{components::icons::Icon, parts::part, texts::t};

/// Its handle.
const LATER_HANDLE: &str = "view-agenda";

/// Its line above the talk.
pub const BAR: View = View {
    region: Region::Bar,
    draw: Draw::Now(|context: &Context| {
        let to = context.open.reform(|()| MainTab::Meeting.handle());
        html! { <Bar room={context.room.clone()} {to} front={context.front} /> }
    }),
    ..PLAIN
};

/// Its card.
pub const CARD: View = View {
    region: Region::Card,
    comes: |room| room.meeting.as_ref().map(|it| it.cid),
    waiting: |room| turns::waiting(room).into_iter().chain(incident::waiting(room)).collect(),
    draw: Draw::Later(part!(meeting: Drawing = |context: &Context| {
        let talk = context.open.reform(|()| MainTab::Talk.handle());
        let (open, settings) = (context.open.clone(), context.beside == SETTINGS);
        let beside_later = context.beside == LATER_HANDLE;
        html! { <Card room={context.room.clone()} primary={!context.covered} {talk} {open} {settings} {beside_later} /> }
    })),
    ..PLAIN
};

/// What is for later.
pub const LATER: View = View {
    region: Region::Beside,
    tab: Some(Tab {
        handle: LATER_HANDLE,
        group: MainTab::More,
        icon: Icon::Meeting,
        title: || t!("view-agenda"),
        key: None,
    }),
    draw: Draw::Later(part!(meeting: Drawing = |context: &Context| html! { <Later room={context.room.clone()} /> })),
    ..PLAIN
};
