//! What shows at once what all have hidden: a countdown for all, in which anybody may ask to wait.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid,
    body::{meetings, rounds},
    state::Round,
};
use yew::prelude::*;

use crate::{
    hooks::{Commands, use_commands, use_seconds_left},
    people,
    session::RoomView,
    texts::{self, changing, t},
};

/// How long anybody may ask to wait (section 9 of the room's design).
const COUNTDOWN_SECONDS: u64 = 5;

/// Properties of [`Reveal`].
#[derive(PartialEq, Properties)]
pub struct RevealProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// What is hidden.
    pub round: Arc<Round>,
    /// How many have answered, in words.
    pub answered: AttrValue,
    /// What the button says.
    pub words: AttrValue,
    /// It is the next press.
    pub filled: bool,
}

/// Draws who has answered, and the button or the countdown.
#[component]
pub fn Reveal(props: &RevealProps) -> Html {
    let RevealProps { room, round, answered, words, filled } = props;
    let commands = use_commands(round.cid);
    let timer = room.timer.filter(|it| it.about == Some(round.cid));
    let left = use_seconds_left(timer.map_or(0, |it| it.ends));
    let asked: Vec<String> = room
        .waits
        .iter()
        .filter(|(_, it)| *it == round.cid)
        .map(|(node, _)| people::name_in(&room.people, node))
        .collect();
    let over = timer.filter(|_| left == 0 && asked.is_empty()).map(|it| it.set);
    let show = use_showing(&commands, round.cid, over);
    let wait = {
        let (commands, round) = (commands.clone(), round.cid);
        Callback::from(move |_: MouseEvent| commands.run(|session| async move { session.hold(round).await }))
    };
    html! {
        <div class="reveal" role="status">
            <p>{ changing(answered.to_string()) }</p>
            if !asked.is_empty() { <p data-testid="waits-asked">{ changing(t!("notes-wait-asked", names = texts::list(&asked))) }</p> }
            if left > 0 {
                <p class="countdown" data-testid="countdown">{ changing(t!("notes-shown-in", n = left as usize)) }</p>
                <button key="wait" type="button" class="button plain" data-testid="round-wait" aria-disabled={commands.busy} onclick={wait}>{ t!("notes-wait") }</button>
            } else {
                <button key="show" type="button" class={classes!("button", (!filled).then_some("plain"))} data-testid="round-reveal"
                    data-primary={filled.then_some("true")} aria-disabled={commands.busy} onclick={show}>{ words }</button>
            }
        </div>
    }
}

/// Begins the countdown; whoever pressed shows all when it is over, and nobody else, so that all is shown once.
#[hook]
fn use_showing(commands: &Commands, round: Cid, over: Option<Cid>) -> Callback<MouseEvent> {
    let pressed = use_state(|| None::<Cid>);
    {
        let commands = commands.clone();
        use_effect_with((over, *pressed), move |(over, pressed)| {
            if over.is_some() && over == pressed {
                commands.act(rounds::Command::Reveal { round });
            }
        });
    }
    let (commands, pressed) = (commands.clone(), pressed.setter());
    Callback::from(move |_: MouseEvent| {
        let pressed = pressed.clone();
        commands.run(|session| async move {
            let timer = meetings::Command::Timer { seconds: COUNTDOWN_SECONDS, about: Some(round) };
            pressed.set(Some(session.act(timer).await?));
            Ok(())
        });
    })
}

/// Whose hidden answer is not here yet though all is shown: it opens by itself when two others, or its own tab, are there.
pub fn closed(room: &RoomView, round: &Round) -> Html {
    let mut names: Vec<String> = Vec::new();
    for answer in room.rounds.answers_in(round.cid).filter(|it| !it.opened) {
        let name = people::name_in(&room.people, &answer.node);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    html! { <div role="status">if !names.is_empty() { <p class="hint" data-testid="round-closed">{ changing(t!("round-closed", names = texts::list(&names))) }</p> }</div> }
}
