//! What a newer version wrote: a quiet line on the road, with who and when. What it says this build does not know; it keeps it
//! whole, and passes it on. And where the room was raised to a version.

use std::sync::Arc;

use paceline_room::state::{Raised, UnknownEvent};
use yew::prelude::*;

use super::card::{Around, Change, Kind, Moment};
use crate::{
    components::disc::disc_of,
    texts::{changing, t},
    when,
};

/// Its cards in the stream.
pub const CARDS: Kind = Kind {
    changed: |before, now| {
        let changed = now.unknown.since(&before.unknown);
        let unknown = changed.into_iter().map(|it| (*it.key, it.now.map(moment)));
        let raised = now.raised.since(&before.raised);
        unknown.chain(raised.into_iter().flat_map(|it| raises(it.before, it.now))).collect()
    },
};

/// A raise stands where it was written; another that comes before it takes its place.
fn raises(before: Option<&Arc<Raised>>, now: Option<&Arc<Raised>>) -> Vec<Change> {
    let moment = |it: &Arc<Raised>| -> Moment {
        let raised = it.clone();
        Box::new(move |around| row(&raised, around))
    };
    let gone = before.filter(|it| now.is_none_or(|now| now.key() != it.key())).map(|it| (it.key(), None));
    gone.into_iter().chain(now.map(|it| (it.key(), Some(moment(it))))).collect()
}

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

fn row(it: &Raised, around: &Around) -> Html {
    let (author, name, here) = around.person(&it.author);
    html! {
        <p class="handoff" key={it.cid.to_string()} data-testid="raised" data-cid={it.cid.to_string()} data-version={it.to.to_string()}>
            { disc_of(&author, &name, here, false) }
            <span>{ changing(t!("raised-row", name = &*name, n = it.to)) }</span>
            <time datetime={when::iso(it.at)}>{ when::clock(it.at) }</time>
        </p>
    }
}
