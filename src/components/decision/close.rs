//! Where somebody is absent: it is decided with those who are here, or waits until a day.

use std::sync::Arc;

use gloo::timers::callback::Timeout;
use paceline_room::{Day, body::decisions::Command, state::Proposal};
use web_sys::Element;
use yew::prelude::*;

use super::Decisions;
use crate::{
    browser,
    components::more::names,
    due,
    hooks::{use_commands, use_session},
    texts::{changing, t},
};

/// Properties of [`Close`].
#[derive(PartialEq, Properties)]
pub struct CloseProps {
    /// All.
    pub all: Decisions,
    /// The proposal.
    pub proposal: Arc<Proposal>,
    /// The next press may be here.
    pub primary: bool,
}

/// Where it would be decided all the same: with those who are here, or not before a day. Where all have answered nobody presses anything.
#[component]
pub fn Close(props: &CloseProps) -> Html {
    let CloseProps { all, proposal, primary } = props;
    let place = use_node_ref();
    let missing = all.missing(proposal);
    let holds = all.poll(&proposal.cid).is_some_and(|it| it.holds);
    if !holds || missing.is_empty() || all.newer {
        return html! {};
    }
    let absent = all.absent(&missing);
    // Who is here may still say something.
    let primary = *primary && absent.len() == missing.len();
    let names = names(missing.iter().map(|it| all.called(*it)).collect::<Vec<_>>().iter());
    let waits = all.postponed_until(&proposal.cid).filter(|(_, is_over)| !is_over);
    html! {
        <>
            <p class="hint" data-testid="ballots-missing">{ changing(t!("proposal-missing", names = names)) }</p>
            <div ref={place.clone()}>
                if let Some((day, _)) = waits {
                    <Waits key="waits" proposal={proposal.clone()} {day} on_change={moving(&place)} />
                } else {
                    <Choose key="choose" proposal={proposal.clone()} {primary} on_change={moving(&place)} />
                }
            </div>
        </>
    }
}

/// What was pressed goes: the keyboard stays where it stood, once what comes instead is drawn.
fn moving(place: &NodeRef) -> Callback<()> {
    let place = place.clone();
    Callback::from(move |()| {
        let place = place.clone();
        Timeout::new(0, move || {
            let button = place.cast::<Element>().and_then(|it| it.query_selector("button").ok().flatten());
            if let Some(button) = button.filter(|_| browser::focus_is_lost()) {
                browser::focus(&button);
            }
        })
        .forget();
    })
}

#[derive(PartialEq, Properties)]
struct ChooseProps {
    proposal: Arc<Proposal>,
    primary: bool,
    on_change: Callback<()>,
}

/// Now, or not before a day.
#[component]
fn Choose(props: &ChooseProps) -> Html {
    let ChooseProps { proposal, primary, on_change } = props;
    let (session, commands, proposal) = (use_session(), use_commands(format!("close {}", proposal.cid)), proposal.cid);
    let busy = commands.busy;
    let decide = Callback::from(move |_: MouseEvent| commands.act(Command::Close { proposal }));
    let day = due::next_friday();
    let wait = on_change.reform(move |_: MouseEvent| session.postpone(proposal, day));
    html! {
        <div class="row">
            <button type="button" class={classes!("button", (!primary).then_some("plain"))} data-testid="decision-close" data-primary={primary.then_some("true")}
                aria-disabled={busy} onclick={decide}>{ t!("decision-close") }</button>
            if let Some(day) = day {
                <button type="button" class="button plain" data-testid="decision-wait" data-until={day.to_string()} onclick={wait}>
                    { changing(t!("decision-wait", day = due::weekday(day))) }
                </button>
            }
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct WaitsProps {
    proposal: Arc<Proposal>,
    day: Day,
    on_change: Callback<()>,
}

/// It waits, unless whoever wanted that wants it no longer.
#[component]
fn Waits(props: &WaitsProps) -> Html {
    let WaitsProps { proposal, day, on_change } = props;
    let (session, proposal) = (use_session(), proposal.cid);
    let stop = on_change.reform(move |_: MouseEvent| session.postpone(proposal, None));
    html! {
        <div data-testid="decision-waits" data-until={day.to_string()}>
            <p role="status">{ changing(t!("decision-waits", day = due::told(*day))) }</p>
            <button type="button" class="quiet-button" data-testid="decision-wait-no-more" onclick={stop}>{ t!("decision-wait-no-more") }</button>
        </div>
    }
}
