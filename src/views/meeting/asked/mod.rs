//! What else is asked of everybody in a meeting: to choose, to vote, to rate; and the form by which anybody asks.

mod open;
mod options;
mod result;
mod slider;

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    body::rounds::{self, Ask},
    state::{Round, RoundState},
};
use yew::prelude::*;

pub use self::open::AskAll;
use self::{options::Options, result::Outcome};
use super::{
    now::{called, home, own_of},
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
                <Pass room={room.clone()} round={round.clone()} />
                { ending(room, round) }
            }
            <div><Reopen room={room.clone()} round={round.clone()} /></div>
        </section>
    }
}

/// What shows the result.
fn ending(room: &Rc<RoomView>, round: &Arc<Round>) -> Html {
    if round.sealed {
        let answered = answered(round);
        html! { <Reveal room={room.clone()} round={round.clone()} {answered} words={t!("asked-show")} filled={false} /> }
    } else {
        html! { <Close round={round.clone()} /> }
    }
}

/// How many have answered, and how many will not.
fn answered(round: &Round) -> String {
    let answered = t!("asked-answered", n = round.answered);
    if round.passed > 0 { format!("{answered} {}", t!("asked-passed", n = round.passed)) } else { answered }
}

/// Says that one has nothing to say; who answers after all has.
#[component]
fn Pass(props: &AskedProps) -> Html {
    let AskedProps { room, round } = props;
    let (commands, cid) = (use_commands(format!("pass {}", round.cid)), round.cid);
    let busy = commands.busy;
    let mine = room.rounds.parts_in(cid).find(|it| it.node == home(room));
    if mine.is_some_and(|it| it.answered) {
        return html! {};
    }
    let passed = mine.is_some_and(|it| it.passed);
    let onclick = Callback::from(move |_: MouseEvent| {
        if !passed {
            commands.act(rounds::Command::Pass { round: cid });
        }
    });
    html! { <button type="button" class="quiet-button" data-testid="round-pass" aria-pressed={passed.to_string()} aria-disabled={busy} {onclick}>{ t!("asked-pass") }</button> }
}

/// Properties of [`AskedLast`].
#[derive(PartialEq, Properties)]
pub struct AskedLastProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// What was asked last beside what the meeting's form asks, undone or not.
    pub last: Option<Arc<Round>>,
}

/// Who asked something of everybody, and, until somebody answers, the way back.
#[component]
pub fn AskedLast(props: &AskedLastProps) -> Html {
    let AskedLastProps { room, last } = props;
    let commands = use_commands("undo asked");
    let last = last.as_ref().filter(|it| !it.is_undone());
    let undo = {
        let round = last.map(|it| it.cid);
        Callback::from(move |()| round.into_iter().for_each(|round| commands.act(rounds::Command::Undo { round })))
    };
    let question = |it: &Round| people::titled(&it.question).to_owned();
    let text = last.map(|it| t!("asked-by", by = called(room, &it.author), question = question(it)));
    let told_only = last.is_some_and(|it| it.is_touched());
    html! { <Undo of={last.map(|it| AttrValue::from(it.cid.to_string()))} text={text.unwrap_or_default()} {undo} {told_only} /> }
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
            <p class="hint" role="status">{ changing(answered(round)) }</p>
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

/// Who ended it, and the way back, for everybody.
#[component]
pub fn Reopen(props: &ReopenProps) -> Html {
    let ReopenProps { room, round, then } = props;
    let commands = use_commands(format!("undo {}", round.cid));
    let closed = round.closed.as_ref().filter(|it| !it.undone);
    let undo = {
        let (round, then) = (round.cid, then.clone());
        Callback::from(move |()| {
            let then = then.clone();
            commands.run(|session| async move {
                session.act(rounds::Command::Reopen { round }).await?;
                then.emit(());
                Ok(())
            });
        })
    };
    let text = closed.map(|it| t!("apart-close", by = called(room, &it.by))).unwrap_or_default();
    html! { <Undo of={closed.map(|it| AttrValue::from(it.cid.to_string()))} {text} {undo} /> }
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
