//! Routes and providers: which screen the address and the session ask for.

use gloo::events::EventListener;
use yew::prelude::*;

use crate::{
    browser,
    hooks::use_view,
    pages::{RoomPage, StartPage},
    route::{self, Route},
    session::Session,
    texts::t,
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
    // Known before the first drawing: the start page need not be drawn for who opens a room's link.
    let joining = use_state(|| matches!(route::parse(&browser::hash()), Route::Room(_)));
    use_address(session, joining.setter());
    use_open_room(view.room.as_ref().map(|room| room.link.to_string()));
    let title = view.room.as_ref().map(|room| room.title.clone());
    use_effect_with(title, |title| {
        if let Some(document) = browser::document() {
            document.set_title(&match title {
                Some(title) if !title.is_empty() => t!("page-title", room = title.to_string()),
                _ => t!("paceline"),
            });
        }
    });
    let screen = match &view.room {
        Some(room) => html! { <RoomPage key={room.room.to_string()} view={view.clone()} room={room.clone()} /> },
        None => html! { <StartPage view={view.clone()} opening={*joining || view.opening} /> },
    };
    html! { <ContextProvider<Session> context={session.clone()}>{ screen }</ContextProvider<Session>> }
}

/// The address opens and leaves rooms.
#[hook]
fn use_address(session: &Session, joining: UseStateSetter<bool>) {
    use_effect_with(session.clone(), move |session| {
        let session = session.clone();
        let go = move || {
            let open = session.view().room.as_ref().map(|room| route::parse(&room.link));
            match route::parse(&browser::hash()) {
                wanted if Some(&wanted) == open.as_ref() => {}
                Route::Room(_) => {
                    joining.set(true);
                    let (command, joining) = (session.clone(), joining.clone());
                    session.run(async move {
                        let joined = command.join(browser::address()).await;
                        joining.set(false);
                        joined
                    });
                }
                Route::Start if open.is_some() || session.is_opening() => {
                    let command = session.clone();
                    session.run(async move { command.leave().await });
                }
                Route::Start => {}
            }
        };
        go();
        let listener = browser::window().map(|window| EventListener::new(&window, "hashchange", move |_| go()));
        move || drop(listener)
    });
}

/// The address follows the session: a room that was founded, joined or left otherwise shows in it.
#[hook]
fn use_open_room(link: Option<String>) {
    let was_open = use_mut_ref(|| false);
    use_effect_with(link, move |link| {
        let wanted = link.as_deref().map(route::parse);
        if was_open.replace(wanted.is_some()) || wanted.is_some() {
            let wanted = wanted.unwrap_or(Route::Start);
            if route::parse(&browser::hash()) != wanted {
                browser::set_hash(&wanted.to_string());
            }
        }
    });
}
