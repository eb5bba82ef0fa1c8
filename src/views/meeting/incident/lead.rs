//! Who leads an incident; what is offered where its leader is gone, comes back, or would rather pass it on. Nobody gets it by itself.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid,
    body::{Stance, batons, feedback},
    state::{Baton, BatonState, Meeting, TermBy},
};
use yew::prelude::*;

use super::super::now::{called, is_mine, runs};
use crate::{
    components::{
        fields::closes_on_escape,
        more::{CHOICES, Which, use_shown},
        undo::Undo,
    },
    hooks::{Commands, use_chosen, use_commands, use_draft},
    session::{Here, Place, RoomView, lets_go_on, may_step_in},
    texts::{changing, t},
};

/// Those to whom it can be passed.
const PEOPLE: Which = ("lead", None);

/// How the person at this tab stands to the lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Has it, at this tab.
    Leads,
    /// It is offered to this tab.
    Offered(Cid),
    /// Had it until another took over, and may take it back.
    Back,
    /// Nobody has it.
    Free,
    /// Who has it is not heard any more.
    Unheard,
    /// Another has it.
    Another,
}

/// How this tab stands to the lead of an incident.
pub fn standing(room: &RoomView, meeting: &Meeting) -> Standing {
    let Some(baton) = runs(room, meeting) else { return Standing::Another };
    let me = Some(room.me);
    match baton.offer.filter(|_| baton.offered_to == me) {
        Some(offer) => Standing::Offered(offer),
        None if baton.holder == me => Standing::Leads,
        None if baton.state == BatonState::Closed => Standing::Another,
        None if baton.may_reclaim == me && !lets_go_on(room, &baton) => Standing::Back,
        None if baton.state == BatonState::Free => Standing::Free,
        None if may_step_in(room, &baton) => Standing::Unheard,
        None => Standing::Another,
    }
}

/// What takes the lead, as it stands.
fn taking(standing: Standing, baton: Cid) -> Option<batons::Command> {
    match standing {
        Standing::Free => Some(batons::Command::Take { baton }),
        Standing::Unheard => Some(batons::Command::StepIn { baton }),
        _ => None,
    }
}

/// Properties of [`TakeLead`] and [`Lead`].
#[derive(Clone, PartialEq, Properties)]
pub struct LeadProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The incident.
    pub meeting: Meeting,
    /// To take it is the next press.
    #[prop_or_default]
    pub primary: bool,
}

/// The button, where anybody may press it.
#[component]
pub fn TakeLead(props: &LeadProps) -> Html {
    let LeadProps { room, meeting, primary } = props;
    let commands = use_commands(format!("lead {}", meeting.cid));
    let busy = commands.busy;
    let take = runs(room, meeting).and_then(|it| taking(standing(room, meeting), it.cid));
    let Some(take) = take else { return html! {} };
    let onclick = Callback::from(move |_: MouseEvent| commands.act(take.clone()));
    html! {
        <button type="button" class={classes!("button", (!primary).then_some("plain"))} data-testid="take-lead"
            data-primary={primary.then_some("true")} aria-disabled={busy} {onclick}>{ t!("take-lead") }</button>
    }
}

/// Who leads, and what this tab may do about it.
#[component]
pub fn Lead(props: &LeadProps) -> Html {
    let LeadProps { room, meeting, primary } = props;
    let commands = use_commands(format!("lead {}", meeting.cid));
    let Some(baton) = runs(room, meeting) else { return html! {} };
    let stands = standing(room, meeting);
    let name = baton.holder.map(|it| called(room, &it)).unwrap_or_default();
    let words = match (stands, baton.holder) {
        (_, None) => t!("lead-nobody"),
        (Standing::Unheard, _) => t!("lead-unheard", name = name.clone()),
        (Standing::Offered(_), _) => t!("lead-offered", name = name.clone()),
        (Standing::Back, _) => t!("lead-taken-over", name = name.clone()),
        _ if is_mine(room, meeting) => t!("lead-you"),
        _ => t!("lead-is", name = name.clone()),
    };
    html! {
        <section class="lead-line" data-testid="incident-lead" data-node={baton.holder.map(|it| it.to_string())} aria-label={t!("lead")}>
            <p role="status">{ changing(words) }</p>
            <div class="row">
                <TakeLead ..props.clone() />
                { answers(stands, &baton, &commands, *primary, &name) }
            </div>
            if stands == Standing::Leads { <Pass room={room.clone()} baton={baton.clone()} /> }
            <Told room={room.clone()} {baton} />
        </section>
    }
}

/// Both answers to what waits for this tab: neither is the usual one for who comes back.
fn answers(stands: Standing, baton: &Baton, commands: &Commands, primary: bool, name: &str) -> Html {
    let (cid, busy) = (baton.cid, commands.busy);
    let act = |command: paceline_room::command::Command| {
        let commands = commands.clone();
        Callback::from(move |_: MouseEvent| commands.act(command.clone()))
    };
    match stands {
        Standing::Offered(offer) => html! {
            <>
                <button type="button" class="button" data-testid="lead-accept" data-primary={primary.then_some("true")} aria-disabled={busy}
                    onclick={act(batons::Command::Accept { offer }.into())}>{ changing(t!("lead-accept")) }</button>
                <button type="button" class="button plain" data-testid="lead-decline" aria-disabled={busy}
                    onclick={act(batons::Command::Decline { offer, why: String::new() }.into())}>{ changing(t!("decline")) }</button>
            </>
        },
        Standing::Back => {
            let thanks =
                feedback::Command::Give { target: baton.tip, stance: Stance::Appreciate, text: None, sources: vec![] };
            html! {
                <>
                    <button type="button" class="button plain" data-testid="lead-back" aria-disabled={busy}
                        onclick={act(batons::Command::Reclaim { baton: cid }.into())}>{ changing(t!("reclaim")) }</button>
                    <button type="button" class="button plain" data-testid="lead-let-go-on" aria-disabled={busy}
                        onclick={act(thanks.into())}>{ changing(t!("let-go-on", name = name.to_owned())) }</button>
                </>
            }
        }
        _ => html! {},
    }
}

#[derive(PartialEq, Properties)]
struct OfBaton {
    room: Rc<RoomView>,
    baton: Arc<Baton>,
}

/// Who took the lead just now, for everybody; who did lets it go again for a while.
#[component]
fn Told(props: &OfBaton) -> Html {
    let OfBaton { room, baton } = props;
    let commands = use_commands(format!("undo lead {}", baton.cid));
    let taken = baton.terms.last().is_some_and(|it| {
        it.from == baton.tip && it.holder == room.me && matches!(it.by, TermBy::Taken | TermBy::SteppedIn)
    });
    let said =
        baton.holder.map(|it| if taken { t!("lead-you-took") } else { t!("lead-took", name = called(room, &it)) });
    let undo = {
        let baton = baton.cid;
        Callback::from(move |()| commands.act(batons::Command::Release { baton, note: String::new() }))
    };
    let of = baton.holder.map(|_| AttrValue::from(baton.tip.to_string()));
    html! { <Undo {of} text={said.unwrap_or_default()} {undo} told_only={!taken} /> }
}

/// To whom the lead is to be passed: it moves once they say yes.
#[component]
fn Pass(props: &OfBaton) -> Html {
    let OfBaton { room, baton } = props;
    let drafting = use_draft(Place::BatonOffer(baton.cid));
    let commands = use_commands(format!("lead {}", baton.cid));
    let (open, much) = (use_state(|| false), use_shown());
    let to = drafting.draft.field("to").to_owned();
    let chosen = use_chosen(to.clone());
    if let (Some(offer), Some(to)) = (baton.offer, baton.offered_to) {
        let busy = commands.busy;
        let back = Callback::from(move |_: MouseEvent| commands.act(batons::Command::Withdraw { offer }));
        return html! {
            <div class="row tight">
                <span>{ changing(t!("lead-you-offer", name = called(room, &to))) }</span>
                <button type="button" class="quiet-button" data-testid="lead-withdraw" aria-disabled={busy} onclick={back}>{ t!("withdraw-offer") }</button>
            </div>
        };
    }
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let close = open.setter().clone();
    let others = much.people(PEOPLE, &room.people, room.me, &to);
    let others = others.into_iter().filter(|it| it.here != Here::Gone || it.person.node.to_string() == to);
    let option = |it: &Arc<_>| option(it);
    let onsubmit = {
        let (drafting, close) = (drafting.clone(), close.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if !drafting.now().field("to").is_empty() {
                drafting.send("", {
                    let close = close.clone();
                    move || close.set(false)
                });
            }
        })
    };
    let on_escape = closes_on_escape(&Callback::from(move |()| close.set(false)));
    html! {
        <>
            <button type="button" class="quiet-button" data-testid="lead-pass" aria-expanded={open.to_string()} onclick={toggle}>{ t!("lead-pass") }</button>
            if *open {
                <form class="inline-form" {onsubmit} onkeydown={on_escape}>
                    <label class="field">
                        <span>{ t!("offer-to") }</span>
                        <select ref={chosen} data-testid="lead-pass-to" oninput={drafting.on_field("to")}>
                            <option key="" value="">{ t!("lead-choose") }</option>
                            { for others.map(option) }
                        </select>
                    </label>
                    { much.more(PEOPLE, CHOICES, room.people.len().saturating_sub(1)) }
                    <button type="submit" class="button plain" data-testid="lead-pass-submit" aria-disabled={drafting.sending.then_some("true")}>{ t!("offer") }</button>
                </form>
            }
        </>
    }
}

fn option(it: &crate::session::PersonView) -> Html {
    let node = it.person.node.to_string();
    html! { <option key={node.clone()} value={node} translate="no">{ it.name.to_string() }</option> }
}
