//! Something on an agenda, and what can be done about it.

use std::{cell::RefCell, rc::Rc};

use paceline_room::{Cid, body::meetings::Command};
use yew::prelude::*;

use crate::{
    browser,
    components::icons::{Icon, Sign},
    hooks::{Commands, use_commands},
    texts::{changing, t},
};

/// What a row offers.
#[derive(Clone, PartialEq)]
pub struct Buttons {
    /// The item.
    pub item: Cid,
    /// What it is called.
    pub title: AttrValue,
    /// The one above it that it can change places with.
    pub above: Option<Cid>,
    /// The one below it.
    pub below: Option<Cid>,
    /// ... and the one below that.
    pub below_next: Option<Cid>,
    /// The meeting is at it.
    pub here: bool,
    /// It is done.
    pub done: bool,
    /// The next press is here.
    pub next: bool,
    /// The meeting has just moved on.
    pub inert: bool,
}

/// Properties of [`Row`].
#[derive(PartialEq, Properties)]
pub struct RowProps {
    /// What it offers.
    pub buttons: Buttons,
    /// How long it is meant to take.
    pub minutes: Option<u64>,
}

/// Draws it.
#[component]
pub fn Row(props: &RowProps) -> Html {
    let RowProps { buttons, minutes } = props;
    let commands = use_commands(format!("agenda {}", buttons.item));
    let moved = use_kept_focus(buttons.item, (buttons.above, buttons.below));
    let (state, word) = match (buttons.done, buttons.here) {
        (true, _) => ("done", t!("agenda-is-done")),
        (_, true) => ("here", t!("agenda-is-here")),
        _ => ("planned", String::new()),
    };
    let about = minutes.map(|it| t!("agenda-takes", n = it)).unwrap_or_default();
    html! {
        <li class={classes!("agenda-item", state)} data-testid="agenda-item" data-cid={buttons.item.to_string()} data-state={state} aria-current={buttons.here.then_some("step")}>
            <div class="agenda-head">
                <p class="agenda-line">
                    <span class="agenda-name" dir="auto">{ changing(buttons.title.to_string()) }</span>
                    <span class="hint">{ changing(about) }</span>
                    <strong class="agenda-state">{ changing(word) }</strong>
                </p>
                <div class="row tight">{ order(buttons, &commands, &moved) }</div>
            </div>
            <div class="row tight">{ main(buttons, &commands) }{ park(buttons, &commands) }</div>
        </li>
    }
}

/// A button of something on an agenda: where nothing is to be done, it says so and does nothing.
pub fn press(handle: &'static str, words: String, title: &str, commands: &Commands, command: Option<Command>) -> Html {
    let disabled = if command.is_none() { Some("true") } else { commands.busy };
    let label = t!("agenda-button", words = words.clone(), title = title.to_owned());
    let commands = commands.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        if let Some(command) = command.clone() {
            commands.act(command);
        }
    });
    html! { <button key={handle} type="button" class="quiet-button" data-testid={handle} aria-label={label} aria-disabled={disabled} {onclick}>{ words }</button> }
}

/// What moves the meeting on, and what says that something is done.
fn main(buttons: &Buttons, commands: &Commands) -> Html {
    let Buttons { item, title, here, done, next, inert, .. } = buttons;
    let (item, outcome) = (*item, String::new());
    if *done {
        return press("agenda-again", t!("agenda-again"), title, commands, Some(Command::Again { item }));
    }
    let come = (!inert).then_some(Command::At { item: Some(item), seconds: None });
    let end = (!inert).then_some(Command::Done { item, outcome });
    let big = |handle: &'static str, words: String, command: Option<Command>| {
        let label = t!("agenda-button", words = words.clone(), title = title.to_string());
        let (commands, busy) = (commands.clone(), if *inert { Some("true") } else { commands.busy });
        let onclick = Callback::from(move |_: MouseEvent| {
            if let Some(command) = command.clone() {
                commands.act(command);
            }
        });
        html! {
            <button key={handle} type="button" class={classes!("button", (!*next).then_some("plain"))} data-testid={handle} aria-label={label}
                data-primary={next.then_some("true")} aria-disabled={busy} {onclick}>{ words }</button>
        }
    };
    if *here {
        big("agenda-done", t!("agenda-done"), end)
    } else {
        let quiet = press("agenda-done", t!("agenda-done"), title, commands, end);
        html! { <>{ big("agenda-here", t!("agenda-here"), come) }{ quiet }</> }
    }
}

fn moved_to(item: Cid, before: Option<Cid>, meeting: Option<Option<Cid>>) -> Command {
    Command::Change { item, title: None, minutes: None, before: Some(before), meeting }
}

/// What keeps it for later.
fn park(buttons: &Buttons, commands: &Commands) -> Html {
    let Buttons { item, title, done, .. } = buttons;
    if *done {
        return Html::default();
    }
    press("agenda-park", t!("agenda-park"), title, commands, Some(moved_to(*item, None, Some(None))))
}

/// What moves it among the others.
fn order(buttons: &Buttons, commands: &Commands, moved: &Rc<RefCell<Option<&'static str>>>) -> Html {
    let Buttons { item, title, above, below, below_next, .. } = buttons;
    let step = |handle: &'static str, icon: Icon, words: String, command: Option<Command>| {
        let disabled = if command.is_none() { Some("true") } else { commands.busy };
        let label = t!("agenda-button", words = words, title = title.to_string());
        let (commands, moved) = (commands.clone(), moved.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            if let Some(command) = command.clone() {
                moved.replace(Some(handle));
                commands.act(command);
            }
        });
        html! { <button key={handle} type="button" class="icon-button" data-testid={handle} aria-label={label} aria-disabled={disabled} {onclick}><Sign {icon} /></button> }
    };
    html! {
        <>
            { step("agenda-up", Icon::Up, t!("agenda-up"), above.map(|it| moved_to(*item, Some(it), None))) }
            { step("agenda-down", Icon::Down, t!("agenda-down"), below.map(|_| moved_to(*item, *below_next, None))) }
        </>
    }
}

/// A row that moves in the page loses the keyboard: the button by which somebody moved it has it again.
#[hook]
fn use_kept_focus(item: Cid, place: (Option<Cid>, Option<Cid>)) -> Rc<RefCell<Option<&'static str>>> {
    let moved = use_mut_ref(|| None::<&'static str>);
    {
        let moved = moved.clone();
        use_effect_with(place, move |_| {
            let button = moved.take().filter(|_| browser::focus_is_lost());
            let selector =
                button.map(|it| format!("[data-testid='agenda-item'][data-cid='{item}'] [data-testid='{it}']"));
            if let Some(button) = selector.and_then(|it| browser::find(&it)) {
                browser::focus(&button);
            }
        });
    }
    moved
}
