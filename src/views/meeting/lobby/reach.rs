//! Who of those who are here reaches whom, in words, and what to do about those who are not reached.

use std::{rc::Rc, sync::Arc};

use paceline_room::NodeId;
use yew::prelude::*;

use super::test::{Said, Test, use_test};
use crate::{
    components::{
        more::{LINES, NAMES},
        path::reached,
    },
    hooks::{use_figures, use_session, use_while_seen},
    people,
    session::{Here, PersonView, RoomView, Way, Ways},
    texts::{changing, t},
    views::{INVITE, SETTINGS},
};

/// How often it is looked who is linked with whom, in milliseconds: of links between others no snapshot tells.
const LOOK_EVERY_MS: u32 = 1_000;
/// So many are all linked with each other where their networks allow it. Of more, that two are not says nothing.
const FEW: usize = 8;

/// Properties of [`Reach`].
#[derive(PartialEq, Properties)]
pub struct ReachProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// Opens another view.
    pub open: Callback<&'static str>,
}

/// Draws it.
#[component]
pub fn Reach(props: &ReachProps) -> Html {
    let ReachProps { room, open } = props;
    let (test, begin) = use_test();
    use_figures();
    // Who is at this tab comes first.
    let here: Vec<_> = room.people.iter().take_while(|it| it.here != Here::Gone).cloned().collect();
    let ways = use_ways(here.iter().map(|it| it.nodes.clone()).collect());
    let sight = Sight { room, here: &here, ways: &ways, test: &test };
    let others = ways.persons().saturating_sub(1);
    let found = sight.found();
    let silent = sight.silent();
    let is_lacking = !ways.reaches_all(0) || !found.is_empty() || !silent.is_empty();
    html! {
        <section class="lobby-reach" data-testid="reach" data-all={ways.reaches_all(0).to_string()} aria-labelledby="reach-heading">
            <h3 id="reach-heading">{ t!("reach-heading") }</h3>
            <ul class="plain-list">
                { for (0..ways.persons()).map(|at| sight.person(at)) }
                { for found.iter().take(NAMES).map(|node| found_only(room, node)) }
            </ul>
            <ul class="plain-list">{ for sight.sentences() }</ul>
            if is_lacking { { advice(open) } }
            if others + found.len() > 0 {
                <div class="row">
                    <button type="button" class="button plain" data-testid="reach-test" onclick={begin} aria-disabled={test.is_asking().then_some("true")}>
                        { changing(if test.is_asking() { t!("reach-testing") } else { t!("reach-test") }) }
                    </button>
                    <span role="status">
                        if test.is_done() { { changing(t!("reach-result", n = sight.reached(), of = others + found.len())) } }
                        if !silent.is_empty() { { changing(t!("reach-no-answer", names = silent.join(", "))) } }
                    </span>
                </div>
            }
        </section>
    }
}

/// Who is linked with whom, now and from then on.
#[hook]
fn use_ways(persons: Vec<Arc<[NodeId]>>) -> Ways {
    let session = use_session();
    let now = session.ways_among(&persons);
    let seen = use_state_eq(|| now.clone()).setter();
    use_while_seen(LOOK_EVERY_MS, persons, move |persons| seen.set(session.ways_among(persons)));
    now
}

/// What is said of them.
struct Sight<'a> {
    room: &'a RoomView,
    here: &'a [Arc<PersonView>],
    ways: &'a Ways,
    test: &'a Test,
}

impl Sight<'_> {
    fn name(&self, at: usize) -> String {
        self.here.get(at).map(|it| it.name.to_string()).unwrap_or_default()
    }

    /// How many of the others are reached: who was asked and is silent is not.
    fn reached(&self) -> usize {
        (1..self.ways.persons()).filter(|at| self.ways.between(0, *at) != Way::Cut && !self.is_silent(*at)).count()
    }

    fn is_silent(&self, at: usize) -> bool {
        self.here.get(at).is_some_and(|it| self.test.of(it) == Some(Said::Silent))
    }

    /// Who was asked and did not answer, by name.
    fn silent(&self) -> Vec<String> {
        (1..self.ways.persons()).filter(|at| self.is_silent(*at)).take(NAMES).map(|at| self.name(at)).collect()
    }

    /// Who was found, and is here for nobody: no link comes up, however often it is tried.
    fn found(&self) -> Vec<NodeId> {
        let failed = self.room.unlinked.iter().filter(|(_, failures)| *failures > 0).map(|(node, _)| *node);
        failed.filter(|node| !self.here.iter().any(|it| it.nodes.contains(node))).collect()
    }

    fn person(&self, at: usize) -> Html {
        let Some(person) = self.here.get(at) else { return Html::default() };
        let way = self.ways.between(0, at);
        let reaches_all = self.ways.reaches_all(at);
        let name = if person.me { t!("reach-you") } else { self.name(at) };
        let how = (!person.me && (self.test.is_done() || way != Way::Directly)).then(|| self.how(person, way));
        let answered = self.test.of(person).map(|it| (it != Said::Silent).to_string());
        let node = person.person.node.to_string();
        html! {
            <li key={node.clone()} class={classes!((!reaches_all || self.is_silent(at)).then_some("cut"))} data-testid="reach-person" data-node={node}
                data-way={(!person.me).then(|| value(way))} data-all={reaches_all.to_string()} data-answered={answered}>
                { tick(reaches_all && !self.is_silent(at)) }
                <strong translate="no"><bdi>{ name }</bdi></strong>
                if let Some(how) = how { { changing(how) } }
                { self.test.told(person) }
            </li>
        }
    }

    fn how(&self, person: &PersonView, way: Way) -> String {
        let peer = self.room.peers.iter().find(|it| person.nodes.contains(&it.node));
        match way {
            Way::Directly => peer.map_or_else(|| t!("path-webrtc"), |it| reached(it, &self.room.people)),
            Way::Through(at) => t!("path-through-name", name = self.name(at)),
            Way::Around => t!("path-through"),
            Way::Cut => t!("reach-cut"),
        }
    }

    /// Of the others, who reaches whom by a detour or not at all.
    fn sentences(&self) -> Vec<Html> {
        let few = self.ways.persons() <= FEW;
        let line = |key: String, way: Option<Way>, words: String| {
            html! { <li {key} data-testid={way.map(|_| "reach-pair")} data-way={way.map(value)}>{ changing(words) }</li> }
        };
        let pairs: Vec<_> = self.ways.apart().filter(|(_, _, way)| few || *way == Way::Cut).collect();
        let mut said: Vec<_> = pairs
            .iter()
            .take(LINES)
            .map(|(a, b, way)| line(format!("{a} {b}"), Some(*way), self.pair(self.name(*a), self.name(*b), *way)))
            .collect();
        let mut also = |key: &str, words: String| said.push(line(key.to_owned(), None, words));
        if pairs.len() > LINES {
            also("more", t!("reach-more", n = pairs.len() - LINES));
        }
        if self.here.len() > self.ways.persons() {
            also("first", t!("reach-first", n = self.ways.persons(), of = self.here.len()));
        }
        match self.ways.persons() {
            0 | 1 => also("alone", t!("reach-alone")),
            _ if !self.ways.reaches_all(0) || !self.found().is_empty() || !self.silent().is_empty() => {}
            _ if few => also("all", t!("reach-everybody")),
            _ => also("many", t!("reach-many")),
        }
        said
    }

    fn pair(&self, one: String, other: String, way: Way) -> String {
        match way {
            Way::Through(0) => t!("reach-through-you", one = one, other = other),
            Way::Through(at) => t!("reach-through", one = one, other = other, through = self.name(at)),
            Way::Directly | Way::Around => t!("reach-around", one = one, other = other),
            Way::Cut => t!("reach-apart", one = one, other = other),
        }
    }
}

const fn value(way: Way) -> &'static str {
    match way {
        Way::Directly => "direct",
        Way::Through(_) => "through",
        Way::Around => "around",
        Way::Cut => "cut",
    }
}

fn tick(reaches_all: bool) -> Html {
    let (mark, words) = if reaches_all { ("✓", t!("reach-all")) } else { ("×", t!("reach-not-all")) };
    html! {
        <span class="tick">
            <span aria-hidden="true" translate="no">{ mark }</span>
            <span class="visually-hidden">{ changing(words) }</span>
        </span>
    }
}

fn found_only(room: &RoomView, node: &NodeId) -> Html {
    html! {
        <li key={node.to_string()} class="cut" data-testid="reach-person" data-node={node.to_string()} data-way="cut">
            { tick(false) }
            <strong translate="no"><bdi>{ people::name_in(&room.people, node) }</bdi></strong>
            { changing(t!("reach-found")) }
        </li>
    }
}

fn advice(open: &Callback<&'static str>) -> Html {
    let to = |handle: &'static str, label: String| {
        let onclick = open.reform(move |_: MouseEvent| handle);
        html! { <button type="button" class="link-button" {onclick}>{ label }</button> }
    };
    html! {
        <div class="reach-advice" data-testid="reach-advice">
            <p>{ t!("reach-advice") }</p>
            <div class="row">
                { to(INVITE, t!("invite")) }
                { to(SETTINGS, t!("view-settings")) }
            </div>
        </div>
    }
}
