//! The moments at which a lead moved, or at which somebody said something of it: batons in the stream.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid, NodeId,
    fold::Key,
    sorted,
    state::{Act, Baton, Note, Term, TermBy},
};
use yew::prelude::*;

use super::{
    super::card::{Around, Change, Kind, Moment},
    words,
};
use crate::{
    components::{disc::disc_of, doubtful::doubtful},
    people::titled,
    texts::{changing, t},
    when,
};

/// The cards of batons in the stream.
pub const CARDS: Kind = Kind {
    changed: |before, now| {
        let changed = now.batons.since(&before.batons);
        changed.into_iter().flat_map(|it| changes(it.before, it.now)).collect()
    },
};

/// What is not as it was: of a baton that changed all is looked at, and what is drawn anew is what differs.
fn changes(before: Option<&Arc<Baton>>, now: Option<&Arc<Baton>>) -> Vec<Change> {
    let all = |it: Option<&Arc<Baton>>| it.map(handoffs).unwrap_or_default();
    let mut was = sorted::map(all(before).into_iter().map(|it| (it.key(), it)));
    let mut changes = Vec::new();
    for it in all(now) {
        if was.remove(&it.key()).as_ref() != Some(&it) {
            changes.push((it.key(), Some(it.moment())));
        }
    }
    changes.extend(was.into_keys().map(|key| (key, None)));
    changes
}

/// What happened to a lead.
#[derive(PartialEq)]
enum Moved {
    /// It went to somebody.
    Led(TermBy),
    /// Somebody wrote a word with what they did.
    Noted(Act, Option<NodeId>, Arc<str>),
}

/// A lead moved, or something was said of it.
#[derive(PartialEq)]
struct Handoff {
    /// The event.
    from: Cid,
    /// Whose.
    by: NodeId,
    /// What is led.
    title: Rc<str>,
    /// What it was.
    what: Moved,
    /// Its depth in the log: where it is drawn.
    depth: u64,
    /// By its author's clock.
    at: u64,
    /// Still leads.
    current: bool,
    /// On a branch that the network did not follow.
    parallel: bool,
}

/// All that happened to one baton.
fn handoffs(baton: &Arc<Baton>) -> Vec<Handoff> {
    let title: Rc<str> = titled(&baton.title).into();
    let of_note = title.clone();
    let terms = sorted::map(baton.terms.iter().map(|it| (it.from, it)));
    let led = baton.terms.iter().map(move |term| Handoff {
        from: term.from,
        by: term.holder,
        title: title.clone(),
        what: Moved::Led(term.by),
        depth: term.depth,
        at: term.began,
        current: term.until.is_none() && !term.parallel,
        parallel: term.parallel,
    });
    let noted = baton.notes.iter().map(move |note| Handoff {
        from: note.cid,
        by: note.author,
        title: of_note.clone(),
        what: Moved::Noted(note.act, note.to, note.text.clone()),
        depth: note.depth,
        at: note.at,
        current: false,
        parallel: is_beside(baton, terms.get(&note.term).copied(), note),
    });
    led.chain(noted).collect()
}

/// Whether what the word came with, in this term, is on a branch that the network did not follow.
pub fn is_beside(baton: &Baton, term: Option<&Term>, note: &Note) -> bool {
    match note.act {
        Act::Closed => baton.tip != note.cid,
        Act::Released => term.is_some_and(|it| it.parallel || it.until != Some(note.cid)),
        Act::Offered | Act::Declined => term.is_some_and(|it| it.parallel),
    }
}

impl Handoff {
    /// Where in the log it stands.
    fn key(&self) -> Key {
        (self.depth, self.from)
    }

    fn moment(self) -> Moment {
        Box::new(move |around| self.draw(around))
    }

    fn draw(&self, around: &Around) -> Html {
        let (person, name, here) = around.person(&self.by);
        let words = match &self.what {
            Moved::Led(by) => words::handoff(*by, &name, &self.title),
            Moved::Noted(act, to, text) => {
                let to = to.map(|to| around.person(&to).1);
                words::noted_of(*act, &name, to.as_deref().unwrap_or_default(), &self.title, text)
            }
        };
        html! {
            <p class={classes!("handoff", self.current.then_some("current"), self.parallel.then_some("parallel"))}
                key={self.from.to_string()}>
                { disc_of(&person, &name, here, self.current) }
                <span>{ changing(words) }</span>
                <time datetime={when::iso(self.at)}>{ when::clock(self.at) }</time>
                if around.is_doubtful(self.depth, self.from) { { doubtful() } }
                if self.parallel { <span class="mark stripes">{ t!("parallel-lead") }</span> }
            </p>
        }
    }
}
