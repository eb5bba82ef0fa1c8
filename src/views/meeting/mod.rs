//! The meeting that goes on: one line above the talk, and the card that says what we do now; where there is none, how to begin one.

mod apart;
mod asked;
mod bar;
mod card;
mod lobby;
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

use self::{bar::Bar, card::Card};
use super::{Context, MainTab, PLAIN, Region, SETTINGS, View};

/// Its line above the talk.
pub const BAR: View = View {
    region: Region::Bar,
    draw: |context: &Context| {
        let to = context.open.reform(|()| MainTab::Meeting.handle());
        html! { <Bar room={context.room.clone()} {to} /> }
    },
    ..PLAIN
};

/// Its card.
pub const CARD: View = View {
    region: Region::Card,
    comes: |room| room.meeting.as_ref().map(|it| it.cid),
    waiting: turns::waiting,
    draw: |context: &Context| {
        let talk = context.open.reform(|()| MainTab::Talk.handle());
        let (open, settings) = (context.open.clone(), context.beside == SETTINGS);
        html! { <Card room={context.room.clone()} primary={!context.covered} {talk} {open} {settings} /> }
    },
    ..PLAIN
};
