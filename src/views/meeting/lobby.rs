//! Before a meeting: which kind, who is here, the link for the others, and the one press that begins it.

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    browser,
    components::copyable::Copyable,
    forms,
    hooks::{use_chosen, use_commands},
    people,
    session::{Here, RoomView},
    texts::{self, changing, t},
    when,
};

/// Properties of [`Lobby`].
#[derive(PartialEq, Properties)]
pub struct LobbyProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// To begin is the next press.
    pub primary: bool,
}

/// Draws it.
#[component]
pub fn Lobby(props: &LobbyProps) -> Html {
    let room = &props.room;
    let commands = use_commands("meeting");
    let all = use_memo((), |()| forms::all().into_iter().filter(|it| it.meeting.is_some()).collect::<Vec<_>>());
    let form = use_state(|| room.form.to_string());
    let chosen = all.iter().find(|it| it.name == *form).or(all.first()).cloned();
    let name = chosen.as_ref().map(|it| it.name.clone()).unwrap_or_default();
    let shown = use_chosen(name.clone());
    let call = use_state(String::new);
    let pick = {
        let form = form.setter();
        Callback::from(move |event: Event| {
            form.set(event.target_unchecked_into::<web_sys::HtmlSelectElement>().value());
        })
    };
    let on_call = {
        let call = call.setter();
        Callback::from(move |event: InputEvent| call.set(browser::value_of(&event)))
    };
    let begin = {
        let (room, call) = (room.clone(), call.clone());
        let title = chosen.as_ref().map(|it| it.title.clone()).unwrap_or_default();
        Callback::from(move |_: MouseEvent| {
            let here = room.people.iter().filter(|it| it.here == Here::Here).map(|it| it.person.node).collect();
            let title = t!("meeting-title", form = title.clone(), day = when::day(browser::now()));
            let (form, call) = (name.clone(), call.to_string());
            commands.run(|session| async move { session.begin_meeting(form, title, call, here).await });
        })
    };
    let here = room.people.iter().filter(|it| it.here == Here::Here);
    let names: Vec<String> = here.map(|it| if it.me { t!("you-subject") } else { it.name.to_string() }).collect();
    html! {
        <section class="lobby" data-testid="lobby" aria-labelledby="lobby-heading">
            <h2 id="lobby-heading">{ t!("lobby-heading") }</h2>
            <label class="field">
                <span>{ t!("lobby-form") }</span>
                <select ref={shown} data-testid="meeting-form" onchange={pick}>
                    { for all.iter().map(|it| html! { <option value={it.name.clone()}>{ &it.title }</option> }) }
                </select>
            </label>
            if let Some(form) = &chosen { <p class="hint">{ &form.purpose }</p> }
            <p class="lobby-here">{ changing(t!("lobby-here", names = texts::list(&names))) }</p>
            <Copyable text={room.link.to_string()} handle="lobby-link" label={t!("lobby-link")} filled={false} />
            <label class="field">
                <span>{ t!("lobby-call") }</span>
                <input type="url" data-testid="call-link" dir="auto" maxlength="2000" value={call.to_string()} oninput={on_call} autocomplete="off" />
            </label>
            <button type="button" class="button big" data-testid="lobby-start" data-primary={props.primary.then_some("true")} onclick={begin}>
                { t!("lobby-start") }
            </button>
            if let Some(before) = &room.meeting { <p class="hint">{ changing(t!("lobby-before", title = people::titled(&before.title))) }</p> }
        </section>
    }
}
