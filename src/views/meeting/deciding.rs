//! What a meeting decides: one proposal at a time, step by step. The step follows from who has answered; it suggests, and locks nothing.

mod asked;

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid,
    body::{
        decisions::{self, Ballot},
        rounds,
    },
    state::{Meeting, Proposal, Round},
};
use yew::prelude::*;

use self::asked::AskedAbout;
use super::now::called;
use crate::{
    components::{
        decision::{
            Decisions, ProposalView, Propose,
            stage::{Stage, Staged, decides, open_in, proposals_in, staged},
        },
        more::{WITHIN, Which, use_shown},
        undo::Undo,
    },
    hooks::{use_commands, use_draft},
    people,
    session::{Place, RoomView},
    texts::{changing, t},
};

/// What waits beside what is decided now.
const WAITING: Which = ("proposals", None);

/// Properties of [`Deciding`].
#[derive(Clone, PartialEq, Properties)]
pub struct DecidingProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The meeting.
    pub meeting: Meeting,
    /// The next press may stand in it.
    pub primary: bool,
}

/// Draws what is decided now, what waits, and the form by which anybody proposes.
#[component]
pub fn Deciding(props: &DecidingProps) -> Html {
    let DecidingProps { room, meeting, primary } = props;
    let chosen = use_state(|| None::<Cid>);
    let much = use_shown();
    let open = open_in(room, meeting);
    let now = chosen.and_then(|cid| open.iter().find(|it| it.cid == cid)).or(open.first());
    let last = proposals_in(room, meeting).into_iter().rev().find(|it| it.withdrawn.is_none());
    let now = now.or(last.as_ref()).map(|it| staged(room, it));
    let others = open.iter().filter(|it| now.as_ref().is_none_or(|now| now.proposal.cid != it.cid));
    let choose = |it: &Arc<Proposal>| {
        let (chosen, cid) = (chosen.setter(), it.cid);
        let onclick = Callback::from(move |_: MouseEvent| chosen.set(Some(cid)));
        html! {
            <li key={cid.to_string()}><button type="button" class="link-button" data-testid="proposal-next" data-about={cid.to_string()} {onclick}>
                { changing(people::titled(&it.version.title).to_string()) }
            </button></li>
        }
    };
    let count = open.len().saturating_sub(1);
    // Where nothing is proposed yet a meeting that is held for that begins with it.
    let begins = decides(meeting) && now.is_none() && !room.newer;
    html! {
        <section class="deciding" data-testid="deciding" data-step={now.as_ref().map_or("propose", |it| it.stage.value())}>
            <div>if let Some(now) = now.clone() { <Step key={now.proposal.cid.to_string()} room={room.clone()} now={now.clone()} primary={*primary} /> }</div>
            <div>if count > 0 {
                <p class="hint">{ t!("decide-then") }</p>
                <ul class="plain-list">{ for others.take(much.of(WAITING, WITHIN)).map(choose) }</ul>
                { much.more(WAITING, WITHIN, count) }
            }</div>
            if begins {
                <Propose key="begins" place={Place::Proposal} meeting={meeting.cid} policy={policy(room)} primary={*primary} />
            } else if !room.newer {
                <More key="more" ..props.clone() />
            }
            <ProposedBy room={room.clone()} meeting={meeting.clone()} />
        </section>
    }
}

fn policy(room: &RoomView) -> Option<paceline_room::body::Policy> {
    room.values.as_ref().map(|it| it.policy)
}

/// Something else to decide, in any meeting.
#[component]
fn More(props: &DecidingProps) -> Html {
    let DecidingProps { room, meeting, .. } = props;
    let drafting = use_draft(Place::Proposal);
    let open = use_state(|| !drafting.draft.is_empty());
    let set = |to: bool| {
        let open = open.setter();
        Callback::from(move |()| open.set(to))
    };
    if *open {
        html! { <Propose key="form" place={Place::Proposal} meeting={meeting.cid} policy={policy(room)} leads={true} on_close={set(false)} /> }
    } else {
        html! { <button key="open" type="button" class="quiet-button" data-testid="proposal-open" onclick={set(true).reform(|_: MouseEvent| ())}>{ t!("proposal-new") }</button> }
    }
}

#[derive(PartialEq, Properties)]
struct StepProps {
    room: Rc<RoomView>,
    now: Staged,
    primary: bool,
}

/// The proposal, what is asked about it, and what comes next.
#[component]
fn Step(props: &StepProps) -> Html {
    let StepProps { room, now, primary } = props;
    let Staged { proposal, questions, reactions, stage } = now;
    let asks = matches!(stage, Stage::Objections | Stage::Decided);
    let (mine, my_stage) = (room.joined.is_same(proposal.author, room.me), now.mine(room));
    let primary_at = |it: Stage| *primary && my_stage == Some(it);
    html! {
        <>
            <p class="notes-step" role="status"><strong>{ changing(named(*stage)) }</strong></p>
            <ProposalView all={Decisions::of(room)} proposal={proposal.clone()} {asks} primary={*primary && *stage == Stage::Objections} />
            <div>if let Some(round) = questions {
                <AskedAbout room={room.clone()} round={round.clone()} sort={Stage::Questions} answers={mine} open={!asks}
                    asks_me={my_stage == Some(Stage::Questions)} primary={primary_at(Stage::Questions)} />
            }</div>
            <div>if let Some(round) = reactions {
                <AskedAbout room={room.clone()} round={round.clone()} sort={Stage::Reactions} answers={false} open={!asks}
                    asks_me={my_stage == Some(Stage::Reactions)} primary={primary_at(Stage::Reactions)} />
            }</div>
            <div>if let Some(round) = reactions { <AskForObjections room={room.clone()} now={now.clone()} round={round.clone()} primary={*primary} /> }</div>
        </>
    }
}

/// What the line above says of it, and its step, while something is decided.
pub fn in_bar(room: &RoomView, meeting: &Meeting) -> Option<(String, &'static str)> {
    let of = |it: &Arc<Proposal>| {
        let stage = staged(room, it).stage;
        (named(stage), stage.value())
    };
    let told = open_in(room, meeting).first().map(of);
    told.or_else(|| {
        let last =
            decides(meeting).then(|| proposals_in(room, meeting).into_iter().rev().find(|it| it.withdrawn.is_none()));
        last.map(|it| it.as_ref().map_or_else(|| (t!("decide-propose"), "propose"), of))
    })
}

/// What a step is called.
fn named(stage: Stage) -> String {
    match stage {
        Stage::Questions => t!("decide-questions"),
        Stage::Reactions => t!("decide-reactions"),
        Stage::Objections => t!("decide-objections"),
        Stage::Decided => t!("decide-decided"),
    }
}

#[derive(PartialEq, Properties)]
struct AskForObjectionsProps {
    room: Rc<RoomView>,
    now: Staged,
    round: Arc<Round>,
    primary: bool,
}

/// From questions and reactions to the answer that counts: by who proposed it, as a rule; whoever does, all can take it back.
#[component]
fn AskForObjections(props: &AskForObjectionsProps) -> Html {
    let AskForObjectionsProps { room, now, round, primary } = props;
    let (proposal, reactions) = (now.proposal.cid, round.cid);
    let commands = use_commands(format!("objections {proposal}"));
    let undoing = use_commands(format!("undo objections {proposal}"));
    let asks = matches!(now.stage, Stage::Questions | Stage::Reactions);
    let mine = room.joined.is_same(now.proposal.author, room.me);
    let waiting = now.waiting(room);
    let filled = *primary && mine && waiting.is_empty() && now.stage == Stage::Reactions;
    let busy = commands.busy;
    let ask = Callback::from(move |_: MouseEvent| {
        commands.run(|session| async move { session.ask_for_objections(proposal, reactions).await });
    });
    let undo = Callback::from(move |()| undoing.act(rounds::Command::Reopen { round: reactions }));
    let closed = round.closed.as_ref();
    let text = closed.map(|it| t!("decide-asked-by", by = called(room, &it.by))).unwrap_or_default();
    let answered = room.decisions.ballots_of(proposal).any(|it| !room.joined.is_same(it.node, now.proposal.author));
    let names: Vec<_> = waiting.iter().map(|it| called(room, it)).collect();
    let words = match (asks, names.is_empty()) {
        (true, false) => t!("decide-waiting", names = crate::components::more::names(names.iter())),
        _ => String::new(),
    };
    html! {
        <>
            <p class="hint" data-testid="decide-waiting">{ changing(words) }</p>
            <div>if asks {
                <button type="button" class={classes!("button", (!filled).then_some("plain"))} data-testid="objections-ask" data-primary={filled.then_some("true")}
                    aria-disabled={busy} onclick={ask}>{ t!("decide-ask") }</button>
            }</div>
            <Undo of={closed.map(|it| AttrValue::from(it.cid.to_string()))} {text} {undo} told_only={answered} />
        </>
    }
}

#[derive(PartialEq, Properties)]
struct ProposedByProps {
    room: Rc<RoomView>,
    meeting: Meeting,
}

/// Who proposed something a moment ago; who did can take it back.
#[component]
fn ProposedBy(props: &ProposedByProps) -> Html {
    let ProposedByProps { room, meeting } = props;
    let commands = use_commands("undo proposal");
    let last = proposals_in(room, meeting).pop().filter(|it| it.withdrawn.is_none());
    let undo = {
        let proposal = last.as_ref().map(|it| it.cid);
        Callback::from(move |()| {
            proposal.into_iter().for_each(|proposal| commands.act(decisions::Command::Withdraw { proposal }))
        })
    };
    let title = |it: &Proposal| people::titled(&it.version.title).to_string();
    let text = last.as_ref().map(|it| t!("proposed-by", by = called(room, &it.author), title = title(it)));
    let told_only = last.as_ref().is_none_or(|it| {
        let answered = room.decisions.ballots_of(it.cid).any(|it| it.stance != Ballot::Consent);
        it.author != room.me || answered
    });
    html! { <Undo of={last.map(|it| AttrValue::from(it.cid.to_string()))} text={text.unwrap_or_default()} {undo} {told_only} /> }
}
