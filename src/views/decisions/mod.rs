//! What is to be decided, what was, and by which decisions the room has its rules.

mod card;
mod closing;
mod decided;
mod post;
mod rules;
mod standing;

use std::{rc::Rc, sync::Arc};

use paceline_room::state::{Proposal, ProposalState};
use yew::prelude::*;

use self::{closing::Closing, rules::HowThisWorks};
use super::{Context, Draw, Drawing, MainTab, PLAIN, Region, Tab, View, Waits};
use crate::{
    components::{
        decision::{
            Decisions, ProposalView, Propose,
            stage::{Stage, staged},
        },
        icons::{Icon, Sign},
        more::{SHOWN, WITHIN, Which, names, use_shown},
    },
    due, excerpt,
    hooks::use_draft,
    parts::part,
    session::{Place, RoomView},
    texts::t,
};

pub use card::CARDS;
pub use post::DECIDE_THIS;

/// Its handle.
const DECISIONS: &str = "view-decisions";
/// The lists: what is to be decided, what is, what is not any more, what was taken back.
const OPEN: Which = ("open", None);
const CARRIED: Which = ("carried", None);
const SUSPENDED: Which = ("suspended", None);
const WITHDRAWN: Which = ("withdrawn", None);
/// Of so many proposals, the newest, it is looked for reviews that are due.
const LOOKED_AT: usize = 128;

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Beside,
    tab: Some(Tab {
        handle: DECISIONS,
        group: MainTab::Agreed,
        icon: Icon::Decision,
        title: || t!("view-decisions"),
        key: None,
    }),
    waiting,
    called: |room, place, name| {
        let proposal = room.decisions.all.get(place)?;
        Some(t!("loop-about-proposal", name = name, words = excerpt::excerpt(&proposal.version.title, excerpt::QUOTED)))
    },
    draw: Draw::Later(
        part!(agreed: Drawing = |context: &Context| html! { <DecisionsView room={context.room.clone()} /> }),
    ),
    ..PLAIN
};

/// What decides by itself once all have answered, whatever is looked at.
pub const CLOSING: View = View {
    region: Region::Bar,
    draw: Draw::Now(|context: &Context| html! { <Closing all={Decisions::of(&context.room)} /> }),
    ..PLAIN
};

/// What asks the person here, one by one; and what was decided and is to be looked at again.
fn waiting(room: &RoomView) -> Vec<Waits> {
    if room.polls.is_empty() && room.decisions.all.is_empty() {
        return Vec::new();
    }
    let all = Decisions::of(room);
    let open = room
        .polls
        .iter()
        .filter_map(|poll| room.decisions.all.iter().rev().take(LOOKED_AT).find(|it| it.cid == poll.proposal));
    // In a meeting questions and reactions come first.
    let is_time = |it: &&Arc<Proposal>| staged(room, it).stage == Stage::Objections || !meets(room, it);
    let asked = open
        .filter(|it| all.asks_me(it))
        .filter(is_time)
        .map(|it| wait("ballot", it, t!("waits-ballot", title = title(it))));
    let newest = room.decisions.all.iter().rev().take(LOOKED_AT);
    let due = newest.filter(|it| is_due(&all, it)).map(|it| match it.trial {
        true => wait("review", it, t!("waits-trial", title = title(it))),
        false => wait("review", it, t!("waits-review", title = title(it))),
    });
    asked.chain(waited(&all)).chain(due).collect()
}

/// What the person here wanted to wait with, once the day has come: somebody has still not answered.
fn waited(all: &Decisions) -> impl Iterator<Item = Waits> {
    let over = all.postponed.iter().filter(|(it, _)| all.postponed_until(it).is_some_and(|(_, is_over)| is_over));
    over.filter_map(|(proposal, day)| {
        all.poll(proposal)?;
        let it = all.lists.all.iter().rev().take(LOOKED_AT).find(|it| it.cid == *proposal)?;
        let missing: Vec<_> = all.missing(it).into_iter().map(|it| all.called(it)).collect();
        let words = t!("waits-waited", title = title(it), day = due::told(*day), names = names(missing.iter()));
        (!missing.is_empty()).then(|| wait("waited", it, words))
    })
}

fn title(it: &Proposal) -> String {
    excerpt::excerpt(&it.version.title, excerpt::QUOTED)
}

fn wait(kind: &'static str, it: &Proposal, words: String) -> Waits {
    Waits { kind, about: Some(it.cid), in_stream: false, count: 1, words }
}

/// Whether a proposal is of a meeting that goes on.
fn meets(room: &RoomView, it: &Proposal) -> bool {
    it.meeting.is_some_and(|it| room.meetings.goes_on(&it))
}

/// Whether something that was decided is to be looked at again by the person here: since the day has come, who took part is asked anew, until
/// they say so, or until somebody proposed to keep it or to drop it.
fn is_due(all: &Decisions, it: &Proposal) -> bool {
    if !all.comes_up(it) || all.following(it).is_some() {
        return false;
    }
    let own = all.lists.ballots_of(it.cid).filter(|it| all.is_me(it.node)).last();
    own.and_then(|own| due::day_of(own.at)).zip(it.review_on).is_some_and(|(said, day)| said < day)
}

#[derive(PartialEq, Properties)]
struct DecisionsProps {
    room: Rc<RoomView>,
}

/// Draws the view.
#[component]
fn DecisionsView(props: &DecisionsProps) -> Html {
    let room = &props.room;
    let all = Decisions::of(room);
    let of = |state: ProposalState| room.decisions.all.iter().rev().filter(move |it| it.state == state);
    let nothing = room.decisions.all.is_empty();
    html! {
        <>
            if !room.newer { <New all={all.clone()} /> }
            if nothing { <p class="empty">{ t!("decisions-empty") }</p> }
            <Group which={OPEN} title={t!("decisions-open")} all={all.clone()} rows={of(ProposalState::Open).cloned().collect::<Rc<[_]>>()} />
            <Group which={SUSPENDED} title={t!("decisions-suspended")} all={all.clone()} rows={of(ProposalState::Suspended).cloned().collect::<Rc<[_]>>()} />
            <Group which={CARRIED} title={t!("decisions-carried")} all={all.clone()} rows={of(ProposalState::Carried).cloned().collect::<Rc<[_]>>()} />
            <Group which={WITHDRAWN} title={t!("decisions-withdrawn")} all={all.clone()} rows={of(ProposalState::Withdrawn).cloned().collect::<Rc<[_]>>()} />
            <HowThisWorks room={room.clone()} />
        </>
    }
}

#[derive(PartialEq, Properties)]
struct GroupProps {
    which: Which,
    title: String,
    all: Decisions,
    rows: Rc<[Arc<Proposal>]>,
}

/// Proposals that stand alike, the newest first.
#[component]
fn Group(props: &GroupProps) -> Html {
    let GroupProps { which, title, all, rows } = props;
    let much = use_shown();
    if rows.is_empty() {
        return html! {};
    }
    html! {
        <section class="decisions">
            <h3>{ title }</h3>
            <div>{ for rows.iter().take(much.of(*which, WITHIN)).map(|it| html! {
                <ProposalView key={it.cid.to_string()} all={all.clone()} proposal={it.clone()} />
            }) }</div>
            { much.more(*which, SHOWN, rows.len()) }
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct NewProps {
    all: Decisions,
}

/// The button, and the form behind it.
#[component]
fn New(props: &NewProps) -> Html {
    let drafting = use_draft(Place::Proposal);
    let open = use_state(|| !drafting.draft.is_empty());
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let on_close = {
        let open = open.setter();
        Callback::from(move |()| open.set(false))
    };
    html! {
        <div class="new-promise">
            <button type="button" class="quiet-button" data-testid="proposal-open" onclick={toggle} aria-expanded={open.to_string()}>
                <Sign icon={Icon::Plus} />{ t!("proposal-new") }
            </button>
            <div>if *open { <Propose place={Place::Proposal} policy={props.all.policy} leads={true} {on_close} /> }</div>
        </div>
    }
}
