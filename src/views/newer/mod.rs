//! What a newer version wrote: a quiet line on the road, with who and when. What it says this build does not know; it keeps it
//! whole, and passes it on.

use std::sync::Arc;

use paceline_room::state::UnknownEvent;
use yew::prelude::*;

use super::card::{Around, Kind, Moment};
use crate::{
    components::disc::disc_of,
    texts::{changing, t},
    when,
};

/// Its cards in the stream.
pub const CARDS: Kind = Kind {
    changed: |before, now| {
        let changed = now.unknown.since(&before.unknown);
        changed.into_iter().map(|it| (*it.key, it.now.map(moment))).collect()
    },
};

fn moment(it: &Arc<UnknownEvent>) -> Moment {
    let event = it.clone();
    Box::new(move |around| newer(&event, around))
}

fn newer(event: &UnknownEvent, around: &Around) -> Html {
    let (author, name, here) = around.person(&event.author);
    html! {
        <p class="handoff newer" key={event.cid.to_string()} title={t!("newer-title")} data-testid="newer"
            data-cid={event.cid.to_string()}>
            { disc_of(&author, &name, here, false) }
            <span>{ changing(t!("newer-row", name = &*name)) }</span>
            <time datetime={when::iso(event.at)}>{ when::clock(event.at) }</time>
        </p>
    }
}
