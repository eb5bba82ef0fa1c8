//! Asks who somebody is, in the room and never in its way.

use std::rc::Rc;

use paceline_room::body::people::Command;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::same::OtherTab;
use crate::{
    browser,
    hooks::{use_commands, use_session},
    people,
    session::RoomView,
    texts::{changing, t},
};

/// Properties of [`NameBar`].
#[derive(PartialEq, Properties)]
pub struct NameBarProps {
    /// The room.
    pub room: Rc<RoomView>,
}

/// Draws the question that is open, if one is.
#[component]
pub fn NameBar(props: &NameBarProps) -> Html {
    let room = &props.room;
    if room.ask_who {
        return html! { <AskWho room={room.clone()} /> };
    }
    match &room.proposed_name {
        Some(name) => html! { <><OtherTab room={room.clone()} /><AskName name={name.clone()} /></> },
        None => Html::default(),
    }
}

#[derive(PartialEq, Properties)]
struct AskNameProps {
    name: Rc<str>,
}

/// A friendly name stands there; Enter accepts it.
#[component]
fn AskName(props: &AskNameProps) -> Html {
    let commands = use_commands("introduce");
    let busy = commands.busy;
    let field = use_node_ref();
    {
        let (field, name) = (field.clone(), props.name.clone());
        use_effect_with((), move |()| {
            if let Some(field) = field.cast::<HtmlInputElement>() {
                field.set_value(&name);
                // A phone would raise its keyboard over the room.
                if browser::focus_is_lost() && !browser::matches_media("(pointer: coarse)") {
                    let _ = field.focus();
                    field.select();
                }
            }
        });
    }
    let onsubmit = {
        let field = field.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(name) = field.cast::<HtmlInputElement>().map(|it| it.value().trim().to_owned()) else { return };
            if name.is_empty() {
                return;
            }
            commands.run(|session| async move {
                session.act(Command::Introduce { name, strengths: vec![], hue: None }).await?;
                if browser::focus_is_lost() || browser::find(".name-bar :focus").is_some() {
                    browser::focus_handle("composer-text");
                }
                Ok(())
            });
        })
    };
    html! {
        <form class="name-bar" {onsubmit}>
            <label for="name-in-room">{ t!("name-question") }</label>
            <input ref={field} id="name-in-room" type="text" dir="auto" maxlength="200" data-testid="name-input" autocomplete="nickname" />
            <button type="submit" class="button" data-testid="name-submit" aria-disabled={busy}>{ t!("name-accept") }</button>
        </form>
    }
}

#[derive(PartialEq, Properties)]
struct AskWhoProps {
    room: Rc<RoomView>,
}

/// Computers are shared: after a while we ask.
#[component]
fn AskWho(props: &AskWhoProps) -> Html {
    let session = use_session();
    let name = people::name_in(&props.room.people, &props.room.me);
    let stay = {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| session.stay())
    };
    let commands = use_commands("become-new");
    let busy = commands.busy;
    let become_new =
        Callback::from(move |_: MouseEvent| commands.run(|session| async move { session.become_new().await }));
    html! {
        <div class="name-bar" role="group" aria-label={t!("who-question", name = name.clone())}>
            <p>{ changing(t!("who-question", name = name.clone())) }</p>
            <button type="button" class="button" onclick={stay}>{ changing(t!("who-stay", name = name)) }</button>
            <button type="button" class="button plain" onclick={become_new} aria-disabled={busy}>{ t!("who-new") }</button>
        </div>
    }
}
