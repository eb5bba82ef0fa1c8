//! All terms of a baton, parallel ones too: no term is ever lost.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid, NodeId,
    body::Stance,
    state::{Baton, IgnoredTransfer, Note, Term},
};
use web_sys::HtmlElement;
use yew::prelude::*;

use super::{card::is_beside, words};
use crate::{
    components::{
        disc::disc_of,
        feedback::{Attributed, FEEDBACK, FeedbackFormProps, Stances},
        more::{LINES, Shown},
        opened::opened,
    },
    people,
    session::{Here, People, PersonView},
    texts::{changing, t},
    when,
    words::stance_by,
};

/// The lists of a baton: its terms, what did not count, and of one term what was said with it.
pub const TERMS: &str = "terms";
pub const IGNORED: &str = "ignored";
const NOTES: &str = "notes";

/// What was said of a baton's terms, as far as it is drawn.
#[derive(PartialEq)]
pub struct Said {
    /// Loops on the current term that wait for an answer.
    pub loops: Vec<Attributed>,
    /// How many there are.
    pub open: usize,
    /// Of each term that is drawn: who appreciated it, and whether this node did.
    pub thanks: Vec<(Cid, Option<AttrValue>, bool)>,
}

/// Properties of [`History`].
#[derive(PartialEq, Properties)]
pub struct HistoryProps {
    /// The baton.
    pub baton: Arc<Baton>,
    /// Everybody.
    pub people: People,
    /// This node.
    pub me: NodeId,
    /// Feedback on its terms.
    pub said: Rc<Said>,
    /// Transfers of it that did not count: the first of them, and how many there are.
    pub ignored: (Rc<[Arc<IgnoredTransfer>]>, usize),
    /// How much of its lists is drawn.
    pub much: Shown,
    /// Unix milliseconds.
    pub now: u64,
}

/// Draws the terms; open by itself while a fork is not settled.
#[component]
pub fn History(props: &HistoryProps) -> Html {
    let baton = &props.baton;
    let open = use_state(|| baton.terms.iter().any(|term| term.parallel));
    let ontoggle = {
        let open = open.setter();
        Callback::from(move |event: Event| {
            if let Some(details) = event.target_dyn_into::<HtmlElement>() {
                open.set(details.has_attribute("open"));
            }
        })
    };
    {
        // A lead that turns out to be parallel is news: it is not hidden behind a click.
        let open = open.setter();
        let forked = baton.terms.iter().filter(|term| term.parallel).count();
        use_effect_with(forked, move |forked| {
            if *forked > 0 {
                open.set(true);
            }
        });
    }
    let term = |term: &Term| {
        html! {
            <TermView key={term.from.to_string()} term={term.clone()} person={props.people.find(&term.holder).cloned()}
                said={said(props, term)} much={props.much.clone()} thanks={thanks(props, term)}
                name={people::name_in(&props.people, &term.holder)} now={props.now} open={*open}
                mine={term.holder == props.me} />
        }
    };
    let ignored = |it: &Arc<IgnoredTransfer>| {
        let name = people::name_in(&props.people, &it.author);
        html! {
            <li key={it.cid.to_string()} data-testid="ignored-transfer" data-cid={it.cid.to_string()}>
                <span>{ changing(t!("ignored-by", name = name, why = words::why_ignored(it.why))) }</span>{ " " }
                if let Some(said) = &it.said { <q dir="auto" translate="no">{ &**said }</q>{ " " } }
                <time datetime={when::iso(it.at)}>{ when::clock(it.at) }</time>
            </li>
        }
    };
    let mut title = t!("terms", n = baton.terms.len());
    let (not_counted, count) = &props.ignored;
    if *count > 0 {
        title.push_str(&t!("terms-and-ignored", n = *count));
    }
    let (terms, these) = ((TERMS, Some(baton.cid)), (IGNORED, Some(baton.cid)));
    let untold = baton.terms.len().saturating_sub(props.much.of(terms, LINES));
    html! {
        <details class="history" data-testid="baton-history" open={*open} {ontoggle}>
            <summary>{ changing(title) }</summary>
            { props.much.earlier(terms, LINES, baton.terms.len()) }
            <ol start={(untold + 1).to_string()}>{ for baton.terms.iter().skip(untold).map(term) }</ol>
            if *count > 0 {
                <p class="hint" id={format!("i-{}", baton.cid)}>{ t!("ignored-transfers") }</p>
                <ul class="ignored" aria-labelledby={format!("i-{}", baton.cid)}>{ for not_counted.iter().map(ignored) }</ul>
                { props.much.more(these, LINES, *count) }
            }
        </details>
    }
}

/// A word with what was done: its event, what it says, and whether it was done apart from the others.
type Word = (Cid, AttrValue, bool);

/// What was said with what was done in a term: the last of it, and how much there is.
fn said(props: &HistoryProps, term: &Term) -> (Rc<[Word]>, usize) {
    let notes: Vec<&Note> = props.baton.notes.iter().filter(|it| it.term == term.from).collect();
    let untold = notes.len().saturating_sub(props.much.of((NOTES, Some(term.from)), LINES));
    let word = |it: &&Note| {
        let beside = is_beside(&props.baton, Some(term), it) && !term.parallel;
        (it.cid, noted(it, &props.people).into(), beside)
    };
    (notes.iter().skip(untold).map(word).collect(), notes.len())
}

/// Who appreciated a term, and whether this node did.
fn thanks(props: &HistoryProps, term: &Term) -> (Option<AttrValue>, bool) {
    let found = props.said.thanks.iter().find(|(it, ..)| *it == term.from);
    found.map(|(_, names, mine)| (names.clone(), *mine)).unwrap_or_default()
}

/// Who did what, with which word.
pub fn noted(note: &Note, people: &People) -> String {
    let to = note.to.map(|to| people::name_in(people, &to));
    words::noted(note.act, &people::name_in(people, &note.author), to.as_deref().unwrap_or_default(), &note.text)
}

#[derive(PartialEq, Properties)]
struct TermProps {
    term: Term,
    said: (Rc<[Word]>, usize),
    much: Shown,
    person: Option<Arc<PersonView>>,
    name: AttrValue,
    thanks: (Option<AttrValue>, bool),
    now: u64,
    open: bool,
    mine: bool,
}

#[component]
fn TermView(props: &TermProps) -> Html {
    let stance = use_state(|| None::<Stance>);
    let TermProps { term, person, name, .. } = props;
    let current = term.until.is_none() && !term.parallel;
    let until = term.ended.or((!current).then_some(term.began)).unwrap_or(props.now);
    let (thanks, thanked) = &props.thanks;
    let on_open = {
        let stance = stance.clone();
        Callback::from(move |wanted| stance.set(if *stance == Some(wanted) { None } else { Some(wanted) }))
    };
    let on_close = {
        let stance = stance.setter();
        Callback::from(move |()| stance.set(None))
    };
    let span = when::span(until.saturating_sub(term.began));
    let lasted = if current { t!("term-so-far", span = span) } else { t!("term-lasted", span = span) };
    html! {
        <li class={classes!("term", term.parallel.then_some("parallel"), current.then_some("current"))}>
            if let Some(person) = person { { disc_of(&person.person, name, Here::Here, current) } }
            <div>
                <p>
                    <strong translate="no"><bdi>{ name }</bdi></strong>{ " " }{ words::term_began(term.by) }{ " " }
                    <time datetime={when::iso(term.began)}>{ when::clock(term.began) }</time>
                    <span class="span">{ " " }{ changing(lasted) }</span>
                    if term.parallel { <span class="mark stripes">{ t!("parallel-lead") }</span> }
                </p>
                // In an element of their own: what is put between others is matched with its neighbours, see `changing`.
                { props.much.earlier((NOTES, Some(term.from)), LINES, props.said.1) }
                <div>
                    { for props.said.0.iter().map(|(cid, said, beside)| html! {
                        <p key={cid.to_string()} class="baton-said" data-testid="baton-said">
                            { changing(said.clone()) }
                            if *beside { <span class="mark stripes">{ t!("parallel-lead") }</span> }
                        </p>
                    }) }
                </div>
                if let Some(names) = thanks { <p class="signal"><span>{ changing(stance_by(Stance::Appreciate, names)) }</span></p> }
                if props.open && !props.mine {
                    <div class="row tight term-actions">
                        <Stances target={term.from} appreciated={*thanked} {on_open} open={*stance} />
                    </div>
                }
                if let Some(stance) = *stance { { opened(FEEDBACK, FeedbackFormProps { target: term.from, stance, on_close, plain: false }) } }
            </div>
        </li>
    }
}
