//! Routes and providers: which screen the address and the session ask for.

use yew::prelude::*;

use crate::{
    browser,
    hooks::use_view,
    pages::{RoomPage, StartPage},
    session::Session,
    texts::t,
    title,
};

/// Properties of [`App`].
#[derive(PartialEq, Properties)]
pub struct AppProps {
    /// The page's session.
    pub session: Session,
}

/// The page, or what somebody practises on it.
#[component]
pub fn App(props: &AppProps) -> Html {
    let page = use_view(&props.session);
    use_return(page.practice);
    match props.session.practice().filter(|_| page.practice) {
        Some(session) => html! { <Shown key="practice" {session} /> },
        None => html! { <Shown key="page" session={props.session.clone()} /> },
    }
}

/// What one session shows.
#[component]
fn Shown(props: &AppProps) -> Html {
    let session = &props.session;
    let view = use_view(session);
    let title = view.room.as_ref().map(|room| room.title.clone());
    use_effect_with(title, |title| {
        title::set(match title {
            Some(title) if !title.is_empty() => t!("page-title", room = title.to_string()),
            _ => t!("paceline"),
        });
    });
    let screen = match &view.room {
        Some(room) => html! { <RoomPage key={room.room.to_string()} view={view.clone()} room={room.clone()} /> },
        None => html! { <StartPage view={view.clone()} opening={view.opening} /> },
    };
    html! { <ContextProvider<Session> context={session.clone()}>{ screen }</ContextProvider<Session>> }
}

/// Who leaves practice is where they began it.
#[hook]
fn use_return(practice: bool) {
    let before = use_mut_ref(|| false);
    use_effect_with(practice, move |now| {
        if before.replace(*now) && !*now {
            browser::focus_handle("practice-start");
        }
    });
}
