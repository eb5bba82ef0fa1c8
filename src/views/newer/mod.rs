//! What a newer version wrote: a quiet line on the road, with who and when. What it says this build does not know; it keeps it
//! whole, and passes it on.

use paceline_room::state::{Person, UnknownEvent};
use yew::prelude::*;

use crate::{
    components::disc::disc_of,
    session::Here,
    texts::{changing, t},
    when,
};

/// One event.
pub fn newer(event: &UnknownEvent, author: &Person, name: &str, here: Here) -> Html {
    html! {
        <p class="handoff newer" key={event.cid.to_string()} title={t!("newer-title")} data-testid="newer"
            data-cid={event.cid.to_string()}>
            { disc_of(author, name, here, false) }
            <span>{ changing(t!("newer-row", name = name)) }</span>
            <time datetime={when::iso(event.at)}>{ when::clock(event.at) }</time>
        </p>
    }
}

/// So many before them, untold.
pub fn more_newer(count: usize) -> Html {
    html! {
        <p class="handoff newer" key="more-newer" title={t!("newer-title")} data-testid="newer-more">
            <span>{ changing(t!("newer-more", n = count)) }</span>
        </p>
    }
}
