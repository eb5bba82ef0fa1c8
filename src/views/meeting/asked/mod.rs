//! What else is asked of everybody in a meeting: to choose, to vote, to rate; and the form by which anybody asks.

mod open;
mod options;
mod result;

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    body::{
        rounds::{self, Ask},
        taking_back,
    },
    state::{Round, RoundState},
};
use yew::prelude::*;

pub use self::open::AskAll;
use self::{options::Options, result::Outcome};
use super::{
    now::{called, own_of},
    reveal::Reveal,
};
use crate::{
    components::undo::Undo,
    hooks::{use_commands, use_session},
    people,
    session::{Here, RoomView},
    texts::{changing, t},
};

/// Properties of [`Asked`].
#[derive(PartialEq, Properties)]
pub struct AskedProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// What is asked.
    pub round: Arc<Round>,
}

/// Draws it: what one answers, and what came of it once that is shown.
#[component]
pub fn Asked(props: &AskedProps) -> Html {
    let AskedProps { room, round } = props;
    let session = use_session();
    let shown = round.state() == RoundState::Revealed;
    // What is hidden changes nothing that is shown: it is opened again with each event.
    let hidden = use_memo((room.events, round.cid), |_| session.own_value(&round.cid));
    let own = if round.sealed { (*hidden).clone() } else { own_of(room, Some(round)) };
    let here = room.people.iter().filter(|it| it.here == Here::Here).count();
    html! {
        <section class="round" data-testid="round" data-cid={round.cid.to_string()} data-ask={kind(&round.ask)}
            data-state={if shown { "revealed" } else { "open" }} data-answered={round.answered.to_string()} data-of={here.to_string()}>
            <h3 dir="auto">{ changing(people::titled(&round.question)) }</h3>
            if shown {
                <Outcome room={room.clone()} round={round.clone()} />
            } else {
                <Options room={room.clone()} round={round.clone()} {own} />
                { ending(room, round) }
            }
            <div><Reopen room={room.clone()} round={round.clone()} /></div>
        </section>
    }
}

/// What shows the result.
fn ending(room: &Rc<RoomView>, round: &Arc<Round>) -> Html {
    if round.sealed {
        let answered = t!("asked-answered", n = round.answered);
        html! { <Reveal room={room.clone()} round={round.clone()} {answered} words={t!("asked-show")} filled={false} /> }
    } else {
        html! { <Close round={round.clone()} /> }
    }
}

#[derive(PartialEq, Properties)]
struct CloseProps {
    round: Arc<Round>,
}

#[component]
fn Close(props: &CloseProps) -> Html {
    let round = &props.round;
    let (commands, cid) = (use_commands(round.cid), round.cid);
    let busy = commands.busy;
    let onclick = Callback::from(move |_: MouseEvent| commands.act(rounds::Command::Close { round: cid }));
    html! {
        <>
            <p class="hint" role="status">{ changing(t!("asked-answered", n = round.answered)) }</p>
            <button type="button" class="button plain" data-testid="round-reveal" aria-disabled={busy} {onclick}>{ t!("asked-show") }</button>
        </>
    }
}

/// Properties of [`Reopen`].
#[derive(PartialEq, Properties)]
pub struct ReopenProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// What was ended.
    pub round: Arc<Round>,
    /// What is done once it goes on.
    #[prop_or_default]
    pub then: Callback<()>,
}

/// Who ended it, and the way back: who ended it can take that back.
#[component]
pub fn Reopen(props: &ReopenProps) -> Html {
    let ReopenProps { room, round, then } = props;
    let commands = use_commands(format!("undo {}", round.cid));
    let closed = round.closed.as_ref();
    let undo = {
        let (closing, then) = (closed.map(|it| it.cid), then.clone());
        Callback::from(move |()| {
            let then = then.clone();
            if let Some(post) = closing {
                commands.run(|session| async move {
                    session.act(taking_back::Command::Retract { post }).await?;
                    then.emit(());
                    Ok(())
                });
            }
        })
    };
    let text = closed.map(|it| t!("apart-close", by = called(room, &it.by))).unwrap_or_default();
    let told_only = closed.is_some_and(|it| it.by != room.me);
    html! { <Undo of={closed.map(|it| AttrValue::from(it.cid.to_string()))} {text} {undo} {told_only} /> }
}

const fn kind(ask: &Ask) -> &'static str {
    match ask {
        Ask::Words(_) => "words",
        Ask::Scale(_) => "scale",
        Ask::Choice(_) => "choice",
        Ask::Dots(_) => "dots",
        Ask::Spoken(_) => "spoken",
    }
}
