//! Whose turn it is: the one who speaks, with its own lines, what the others want to talk about afterwards, and the one press that passes
//! it on. Who comes while others speak gets a turn at the end.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    NodeId,
    body::rounds::Turn,
    state::{Meeting, Round},
};
use yew::prelude::*;

use super::{
    super::Waits,
    afterwards::Afterwards,
    late::use_place,
    now::{called, ended_turn, going, seconds_of, turns_of},
    steps::{use_before, use_inert},
    writing::Own,
};
use crate::{
    components::{timer::Timer, undo::Undo},
    hooks::{use_commands, use_title},
    session::RoomView,
    signals,
    texts::{changing, t},
};

/// My turn waits for me.
pub fn waiting(room: &RoomView) -> Vec<Waits> {
    let mine = going(room).and_then(|it| turns_of(room, it)).filter(|it| is_me(room, it.now));
    let waits = |it: Arc<Round>| Waits {
        kind: "turn",
        about: Some(it.cid),
        in_stream: false,
        count: 1,
        words: t!("turn-yours"),
    };
    mine.map(waits).into_iter().collect()
}

/// Properties of [`Turns`].
#[derive(PartialEq, Properties)]
pub struct TurnsProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The meeting.
    pub meeting: Meeting,
    /// The round.
    pub round: Round,
    /// Nothing stands in front of it.
    pub primary: bool,
}

/// Draws it.
#[component]
pub fn Turns(props: &TurnsProps) -> Html {
    let TurnsProps { room, meeting, round, primary } = props;
    let commands = use_commands(round.cid);
    // Not held up by the step that it takes back.
    let undoing = use_commands(format!("undo {}", round.cid));
    let inert = use_inert(round.now);
    let mine = is_me(room, round.now);
    use_place(room, round);
    let before = use_before(round.now);
    let seconds = seconds_of(round);
    let name = |node: NodeId| called(room, &node);
    let next = round.next.map(name);
    let step = |state: Turn| {
        // Whose page does not speak keeps its place: it comes at the end, as long as others wait.
        let may_wait = tabs_of(room, round).filter(|_| state == Turn::Spoken && !mine);
        let (commands, round, now) = (commands.clone(), round.cid, round.now);
        Callback::from(move |_: MouseEvent| {
            let Some(node) = now.filter(|_| !inert) else { return };
            let nodes = may_wait.clone();
            commands.run(|session| async move {
                let away = nodes.is_some_and(|it| session.are_still(&it));
                session.turn(round, node, if away { Turn::Away } else { state }, seconds).await
            });
        })
    };
    let undo = {
        let round = round.cid;
        Callback::from(move |()| {
            if let Some(node) = before {
                undoing.run(|session| async move { session.turn(round, node, Turn::Again, seconds).await });
            }
        })
    };
    let of = before.map(|it| AttrValue::from(format!("{it}, {}", round.waiting().count())));
    // Who passes a turn on gives the next one its time.
    let by = room.meeting.as_ref().and_then(|it| it.timer.as_ref()).map_or(room.me, |it| it.by);
    let said = before.map(|it| ended_turn(room, name(by), &it)).unwrap_or_default();
    html! {
        <section class={classes!("turns", mine.then_some("mine"))} data-testid="turn" data-cid={round.cid.to_string()} aria-live="polite"
            data-now={round.now.map(|it| it.to_string())} data-next={round.next.map(|it| it.to_string())}>
            <p class="turn-now">
                <span>{ changing(match round.now {
                    Some(_) if mine => t!("turn-yours"),
                    Some(now) => t!("turn-speaks", name = name(now)),
                    None => t!("turn-all-spoken"),
                }) }</span>
                <span>if let (Some(timer), Some(_)) = (room.timer, round.now) { <Timer ends={timer.ends} /> }</span>
            </p>
            <p class="turn-next">{ changing(match (&round.next, &next) {
                (Some(_), _) if is_me(room, round.next) => t!("turn-then-you"),
                (_, Some(name)) => t!("turn-then", name = name.clone()),
                _ => String::new(),
            }) }</p>
            if mine { <Own room={room.clone()} meeting={meeting.clone()} /> }
            <Afterwards room={room.clone()} meeting={meeting.clone()} speaks={round.now.filter(|_| !mine)} over={round.now.is_none()} />
            if round.now.is_some() { { steps(mine, *primary, inert, next, step(Turn::Spoken), step(if mine { Turn::Passed } else { Turn::Away })) } }
            <Undo {of} text={said} {undo} />
        </section>
    }
}

fn is_me(room: &RoomView, node: Option<NodeId>) -> bool {
    node.is_some_and(|it| room.joined.is_same(it, room.me))
}

/// The tabs of who speaks, if others wait.
fn tabs_of(room: &RoomView, round: &Round) -> Option<Arc<[NodeId]>> {
    let of = room.people.iter().find(|it| Some(it.person.node) == round.now)?;
    round.next.is_some().then(|| of.nodes.clone())
}

/// Whose turn it is hears of it wherever it looks.
#[hook]
pub fn use_my_turn(mine: bool) {
    use_title(mine.then(|| t!("turn-yours")));
    use_effect_with(mine, |mine| {
        if *mine {
            signals::shake();
        }
    });
}

/// What passes the turn on.
fn steps(
    mine: bool,
    primary: bool,
    inert: bool,
    next: Option<String>,
    done: Callback<MouseEvent>,
    skip: Callback<MouseEvent>,
) -> Html {
    let disabled = inert.then_some("true");
    let words = match (mine, next) {
        (true, Some(name)) => t!("turn-done", name = name),
        (true, None) => t!("turn-done-last"),
        (false, _) => t!("turn-next-for-all"),
    };
    html! {
        <div class="row">
            <button type="button" class="button big" data-testid="turn-next" data-primary={(mine && primary).then_some("true")}
                aria-disabled={disabled} onclick={done}>{ changing(words) }</button>
            <button type="button" class="button plain" data-testid="turn-skip" aria-disabled={disabled} onclick={skip}>
                { changing(if mine { t!("turn-skip") } else { t!("turn-away") }) }
            </button>
        </div>
    }
}
