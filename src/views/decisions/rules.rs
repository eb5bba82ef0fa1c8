//! *How this works*: the room's rules, each with the decision that made it what it is. Nothing but a decision changes them.

use std::rc::Rc;

use paceline_room::{Cid, state::Rule};
use yew::prelude::*;

use super::{
    decided::told,
    standing::{Mandates, Notices},
};
use crate::{
    components::decision::decided_by,
    session::RoomView,
    texts::{changing, t},
};

/// Properties of [`HowThisWorks`].
#[derive(PartialEq, Properties)]
pub struct HowThisWorksProps {
    /// The room.
    pub room: Rc<RoomView>,
}

/// Draws them.
#[component]
pub fn HowThisWorks(props: &HowThisWorksProps) -> Html {
    let room = &props.room;
    let rules = &room.decisions.rules;
    let by = |it: Option<Cid>| it.map(|it| told(room, it));
    html! {
        <section class="rules" data-testid="rules">
            <h3>{ t!("how-this-works") }</h3>
            <p class="hint">{ t!("how-this-works-words") }</p>
            <dl>
                { rule("title", t!("rule-title"), room.title.to_string(), by(made(&rules.title))) }
                if !room.purpose.is_empty() { { rule("purpose", t!("rule-purpose"), room.purpose.to_string(), by(made(&rules.purpose))) } }
                if let Some(values) = &room.values {
                    { rule("policy", t!("rule-policy"), decided_by(values.policy), by(made(&rules.policy))) }
                    { rule("quorum", t!("rule-quorum"), t!("rule-quorum-is", n = values.quorum.get(), cap = u32::from(values.quorum_cap)),
                        by(made(&rules.quorum).or(made(&rules.quorum_cap)))) }
                    { rule("grace", t!("rule-grace"), t!("rule-grace-is", n = values.grace), by(made(&rules.grace))) }
                }
                if let Some(it) = room.raised.iter().next_back() {
                    { rule("version", t!("rule-version"), it.to.to_string(), Some(told(room, it.by))) }
                }
                if let Some(prompts) = &rules.prompts {
                    { rule("prompts", t!("rule-prompts"), prompts.is.join(" · "), Some(told(room, prompts.by))) }
                }
            </dl>
            <Notices room={room.clone()} />
            <Mandates room={room.clone()} />
        </section>
    }
}

fn made<T>(rule: &Option<Rule<T>>) -> Option<Cid> {
    rule.as_ref().map(|it| it.by)
}

fn rule(handle: &'static str, name: String, is: String, by: Option<String>) -> Html {
    let by = by.unwrap_or_else(|| t!("rule-founded"));
    html! {
        <div data-testid="rule" data-rule={handle}>
            <dt>{ name }</dt>
            <dd><span dir="auto">{ changing(is) }</span><span class="hint">{ changing(by) }</span></dd>
        </div>
    }
}
