//! Before a meeting: which kind, who is here, the link for the others, and the one press that begins it.

mod reach;
mod talk;
mod test;

use std::rc::Rc;

use yew::prelude::*;

use self::{reach::Reach, talk::Talk};
use super::{incident::Declare, named::own_name, next::Expected};
use crate::{
    browser,
    components::{copyable::Copyable, own_name::introduction},
    forms::{self, Form},
    hooks::{Commands, use_chosen, use_commands, use_session, use_view},
    people,
    session::{Here, RoomView},
    texts::{changing, t},
    when,
};

/// Properties of [`Lobby`].
#[derive(PartialEq, Properties)]
pub struct LobbyProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// To begin is the next press.
    pub primary: bool,
    /// Opens another view.
    pub open: Callback<&'static str>,
    /// The settings stand beside it, where a name is asked for, too.
    pub settings: bool,
    /// Goes back to a meeting that was left open.
    pub back: Option<Callback<()>>,
}

/// Draws it.
#[component]
pub fn Lobby(props: &LobbyProps) -> Html {
    let room = &props.room;
    let session = use_session();
    let hosted = use_view(&session).hosted_forms;
    let all = use_memo(hosted, |_| forms::all().into_iter().filter(|it| it.meeting.is_some()).collect::<Vec<_>>());
    let form = use_state(|| room.form.to_string());
    let chosen = all.iter().find(|it| it.name == *form).or(all.first()).cloned();
    let name = chosen.as_ref().map(|it| it.name.clone()).unwrap_or_default();
    let shown = use_chosen(name.clone());
    let pick = {
        let form = form.setter();
        Callback::from(move |event: Event| {
            form.set(event.target_unchecked_into::<web_sys::HtmlSelectElement>().value());
        })
    };
    let incident = chosen.as_ref().and_then(|it| it.incident().cloned());
    let heading = if incident.is_some() { t!("incident-declare-heading") } else { t!("lobby-heading") };
    html! {
        <section class="lobby" data-testid={if incident.is_some() { "lobby-incident" } else { "lobby" }} aria-labelledby="lobby-heading">
            <h2 id="lobby-heading">{ changing(heading) }</h2>
            <div class="lobby-part">
                if let Some(incident) = incident.clone() { <Declare form={Rc::<str>::from(&*name)} {incident} primary={props.primary} /> }
            </div>
            <label class="field">
                <span>{ t!("lobby-form") }</span>
                <select ref={shown} data-testid="meeting-form" onchange={pick}>
                    { for all.iter().map(|it| html! { <option key={it.name.clone()} value={it.name.clone()}>{ &it.title }</option> }) }
                </select>
            </label>
            <div class="lobby-part">
                if incident.is_none() { <Before room={room.clone()} form={chosen} primary={props.primary} open={props.open.clone()} settings={props.settings} /> }
            </div>
            <div class="lobby-part">{ back_to(room, props.back.as_ref()) }</div>
        </section>
    }
}

/// The way back into a meeting that was left open.
fn back_to(room: &RoomView, back: Option<&Callback<()>>) -> Html {
    let (Some(before), Some(back)) = (&room.meeting, back) else { return html! {} };
    html! {
        <>
            <p class="hint">{ changing(t!("lobby-before", title = people::titled(&before.title))) }</p>
            <button type="button" class="button plain" data-testid="meeting-back" onclick={back.reform(|_: MouseEvent| ())}>{ t!("lobby-back") }</button>
        </>
    }
}

#[derive(PartialEq, Properties)]
struct BeforeProps {
    room: Rc<RoomView>,
    form: Option<Form>,
    primary: bool,
    open: Callback<&'static str>,
    settings: bool,
}

/// What is told, asked and sent around before a meeting that all wait for.
#[component]
fn Before(props: &BeforeProps) -> Html {
    let BeforeProps { room, form, primary, open, settings } = props;
    let (commands, name_field) = (use_commands("meeting"), use_node_ref());
    let call = use_state(String::new);
    let begin = beginning(&commands, room, form.as_ref(), &call, &name_field);
    let on_talk = {
        let call = call.setter();
        Callback::from(move |words| call.set(words))
    };
    html! {
        <>
            if let Some(form) = form { <p class="hint">{ changing(form.purpose.clone()) }</p> }
            <Expected room={room.clone()} form={form.as_ref().map(|it| it.name.clone()).unwrap_or_default()} />
            <Copyable text={room.link.to_string()} handle="lobby-link" label={t!("lobby-link")} filled={false} />
            { own_name(room, *settings, &name_field, "lobby-start") }
            <Talk {on_talk} />
            <Reach room={room.clone()} open={open.clone()} />
            <button type="button" class="button big" data-testid="lobby-start" data-primary={primary.then_some("true")} onclick={begin}>
                { t!("lobby-start") }
            </button>
        </>
    }
}

/// What begins the meeting.
fn beginning(
    commands: &Commands,
    room: &Rc<RoomView>,
    form: Option<&Form>,
    call: &UseStateHandle<String>,
    own_name: &NodeRef,
) -> Callback<MouseEvent> {
    let (commands, room, call, own_name) = (commands.clone(), room.clone(), call.clone(), own_name.clone());
    let (name, title) = form.map(|it| (it.name.clone(), it.title.clone())).unwrap_or_default();
    Callback::from(move |_: MouseEvent| {
        let here = room.people.iter().filter(|it| it.here == Here::Here).map(|it| it.person.node).collect();
        let title = t!("meeting-title", form = title.clone(), day = when::day(browser::now()));
        let (form, call) = (name.clone(), call.to_string());
        // Who wrote a name and pressed what is next means it.
        let introduce = introduction(&own_name);
        commands.run(|session| async move {
            if let Some(introduce) = introduce {
                session.act(introduce).await?;
            }
            session.begin_meeting(form, title, call, here).await
        });
    })
}
