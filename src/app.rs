//! Routes and providers: which screen the address and the session ask for.

use yew::prelude::*;

use crate::{
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

/// The page.
#[component]
pub fn App(props: &AppProps) -> Html {
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
