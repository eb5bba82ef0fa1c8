//! Asks, promises and what became of them: a line each in the stream.

use std::sync::Arc;

use paceline_room::{
    NodeId,
    fold::Key,
    state::{Promise, PromiseState},
};
use yew::prelude::*;

use super::{
    super::card::{Around, Kind, Moment},
    row::said,
};
use crate::{
    components::{disc::disc_of, doubtful::doubtful},
    excerpt,
    texts::{changing, t},
    when,
};

/// The cards of promises in the stream.
pub const CARDS: Kind = Kind {
    changed: |before, now| {
        let changed = now.promises.all.since(&before.promises.all);
        let was = changed.iter().filter_map(|it| it.before).flat_map(moments).map(|(key, _)| (key, None));
        let is = changed.iter().filter_map(|it| it.now).flat_map(moments).map(|(key, it)| (key, Some(it)));
        was.chain(is).collect()
    },
};

/// That it was asked or promised, that it goes on, as was said last, and how it ended.
fn moments(it: &Arc<Promise>) -> impl Iterator<Item = (Key, Moment)> + use<> {
    let begun = it.clone();
    let first: Moment = Box::new(move |around| {
        let words = said(&begun);
        let told = |name: &str| match begun.state {
            PromiseState::Asked => {
                let to = around.person(&begun.node).1.to_string();
                t!("road-asked", name = name.to_owned(), to = to, words = words.clone())
            }
            _ => t!("road-promised", name = name.to_owned(), words = words.clone()),
        };
        line(around, (begun.depth, begun.cid), begun.author, begun.at, told)
    });
    let ended = it.clone();
    let last = it.end.as_ref().map(|end| {
        let draw: Moment = Box::new(move |around| {
            ended
                .end
                .as_ref()
                .map(|end| {
                    let words = said(&ended);
                    let told = |name: &str| match end.words {
                        None => t!("road-kept", name = name.to_owned(), words = words.clone()),
                        Some(_) => {
                            let why = excerpt::excerpt(end.why.as_deref().unwrap_or("…"), excerpt::QUOTED);
                            t!("road-dropped", name = name.to_owned(), words = words.clone(), why = why)
                        }
                    };
                    line(around, (end.depth, end.cid), ended.node, end.at, told)
                })
                .unwrap_or_default()
        });
        ((end.depth, end.cid), draw)
    });
    let goes_on = it.clone();
    let renewed = it.renewed.map(|renewed| {
        let draw: Moment = Box::new(move |around| {
            let told = |name: &str| t!("road-renewed", name = name.to_owned(), words = said(&goes_on));
            line(around, (renewed.depth, renewed.cid), goes_on.node, renewed.at, told)
        });
        ((renewed.depth, renewed.cid), draw)
    });
    std::iter::once(((it.depth, it.cid), first)).chain(renewed).chain(last)
}

fn line(around: &Around, (depth, event): Key, by: NodeId, at: u64, told: impl Fn(&str) -> String) -> Html {
    let (person, name, here) = around.person(&by);
    html! {
        <p class="handoff" key={event.to_string()}>
            { disc_of(&person, &name, here, false) }
            <span>{ changing(told(&name)) }</span>
            <time datetime={when::iso(at)}>{ when::clock(at) }</time>
            if around.is_doubtful(depth, event) { { doubtful() } }
        </p>
    }
}
