//! A room that is too much for this tab: what it should do, asked beside what is written, and what was chosen. *Settings* changes it
//! later.

use std::rc::Rc;

use yew::prelude::*;

use super::{Context, PLAIN, Region, SETTINGS, View};
use crate::{
    components::dialog::Dialog,
    hooks::use_session,
    session::{RoomView, Takes},
    texts::t,
};

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::BeforeComposer,
    draw: |context: &Context| {
        let room = &context.room;
        match room.takes {
            Takes::UntilFull if room.full => html! { <TooMuch room={room.clone()} /> },
            Takes::UntilFull | Takes::All => Html::default(),
            takes => html! { <Chosen {takes} settings={context.opens(SETTINGS)} /> },
        }
    },
    ..PLAIN
};

#[derive(PartialEq, Properties)]
struct TooMuchProps {
    room: Rc<RoomView>,
}

/// The question.
#[component]
fn TooMuch(props: &TooMuchProps) -> Html {
    let session = use_session();
    let leaving = use_state(|| false);
    let takes = |takes: Takes| {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| session.take(takes))
    };
    let leave = {
        let leaving = leaving.setter();
        Callback::from(move |_: MouseEvent| leaving.set(true))
    };
    let stay = use_callback(leaving.setter(), |(), leaving| leaving.set(false));
    html! {
        <section class="amount" data-testid="too-much" aria-labelledby="too-much-title">
            <h3 id="too-much-title">{ t!("too-much") }</h3>
            <p>{ t!("too-much-words") }</p>
            <ul>
                <li><button type="button" class="button plain" data-testid="take-nothing" onclick={takes(Takes::Nothing)}>{ t!("take-nothing") }</button>
                    <small>{ t!("take-nothing-words") }</small></li>
                <li><button type="button" class="button plain" data-testid="take-newest" onclick={takes(Takes::Newest)}>{ t!("take-newest") }</button>
                    <small>{ t!("take-newest-words") }</small></li>
                <li><button type="button" class="button plain" data-testid="leave-large" onclick={leave}>{ t!("leave-large") }</button>
                    <small>{ t!("leave-large-words") }</small></li>
            </ul>
            if *leaving { <Leaving room={props.room.clone()} on_stay={stay} /> }
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct LeavingProps {
    room: Rc<RoomView>,
    on_stay: Callback<()>,
}

/// Whether what is stored goes as well.
#[component]
fn Leaving(props: &LeavingProps) -> Html {
    let session = use_session();
    let leave = {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| {
            let command = session.clone();
            session.run(async move { command.leave().await });
        })
    };
    let remove = {
        let room = props.room.room;
        Callback::from(move |_: MouseEvent| {
            let command = session.clone();
            session.run(async move { command.forget(room).await });
        })
    };
    html! {
        <Dialog title={t!("leave-large")} on_close={props.on_stay.clone()}>
            <p>{ t!("leave-large-ask") }</p>
            <div class="row">
                <button type="button" class="button" data-testid="leave-large-keep" onclick={leave}>{ t!("leave-large-keep") }</button>
                <button type="button" class="button danger" data-testid="leave-large-remove" onclick={remove}>{ t!("leave-large-remove") }</button>
            </div>
        </Dialog>
    }
}

#[derive(PartialEq, Properties)]
struct ChosenProps {
    takes: Takes,
    settings: Callback<MouseEvent>,
}

/// What was chosen, and where it can be changed.
#[component]
fn Chosen(props: &ChosenProps) -> Html {
    let words = if props.takes == Takes::Nothing { t!("taking-nothing") } else { t!("taking-newest") };
    html! {
        <section class="amount" data-testid="taking" data-takes={crate::session::takes_word(props.takes)}>
            <p key={words.clone()}>{ words }</p>
            <button type="button" class="quiet-button" data-testid="taking-change" onclick={props.settings.clone()}>{ t!("taking-change") }</button>
        </section>
    }
}
