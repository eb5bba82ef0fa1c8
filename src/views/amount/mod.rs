//! What to do with a room that is more than a tab takes without asking. Its person chooses once, and is told what was chosen for as long
//! as something is left out; Settings change it.

use web_sys::Element;
use yew::prelude::*;

use paceline_room::Cid;

use super::{Context, Draw, PLAIN, Region, SETTINGS, View};
use crate::{
    browser,
    components::dialog::Dialog,
    hooks::use_session,
    session::{Session, Takes, takes_word},
    texts::{changing, t},
};

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::BeforeComposer,
    draw: Draw::Now(|context: &Context| {
        let room = &context.room;
        if !room.takes.leaves_out(room.full) {
            return Html::default();
        }
        html! { <Amount room={room.room} takes={room.takes} events={room.storage.events} change={context.opens(SETTINGS)} /> }
    }),
    ..PLAIN
};

/// Properties of [`Amount`].
#[derive(PartialEq, Properties)]
struct AmountProps {
    room: Cid,
    takes: Takes,
    /// Of the room, in this browser.
    events: usize,
    /// Opens what changes it.
    change: Callback<MouseEvent>,
}

/// The question, or what was answered. It keeps its place, and with it the keyboard.
#[component]
fn Amount(props: &AmountProps) -> Html {
    let session = use_session();
    let place = use_node_ref();
    let leaving = use_state(|| false);
    let leave = {
        let leaving = leaving.setter();
        move |now: bool| {
            let leaving = leaving.clone();
            Callback::from(move |()| leaving.set(now))
        }
    };
    let choice = |takes: Takes, words: String| {
        let (session, place) = (session.clone(), place.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            let command = session.clone();
            session.run(async move { command.take(takes) });
            if let Some(place) = place.cast::<Element>() {
                browser::focus(&place);
            }
        });
        html! { <button type="button" class="button plain" data-testid={format!("take-{}", takes_word(takes))} {onclick}>{ words }</button> }
    };
    let words = match props.takes {
        Takes::Newest => t!("amount-newest"),
        Takes::Nothing => t!("amount-nothing"),
        Takes::UntilFull | Takes::All => t!("amount-full", events = props.events),
    };
    let asks = !matches!(props.takes, Takes::Newest | Takes::Nothing);
    html! {
        <div ref={place.clone()} class="amount" role="group" aria-label={t!("amount")} tabindex="-1" data-testid="amount"
            data-takes={takes_word(props.takes)}>
            <p role="status">{ changing(words) }</p>
            <div class="row" key={asks.to_string()}>
                if asks {
                    { choice(Takes::Nothing, t!("amount-take-nothing")) }
                    { choice(Takes::Newest, t!("amount-take-newest")) }
                    <button type="button" class="button plain" data-testid="take-leave" onclick={leave(true).reform(|_: MouseEvent| ())}>
                        { t!("amount-leave") }
                    </button>
                } else {
                    <button type="button" class="button plain" data-testid="amount-change" onclick={props.change.clone()}>
                        { t!("amount-change") }
                    </button>
                }
            </div>
            if *leaving { { leaving_dialog(&session, props.room, leave(false)) } }
        </div>
    }
}

/// Whether what is stored stays.
fn leaving_dialog(session: &Session, room: Cid, on_close: Callback<()>) -> Html {
    let (leaves, forgets) = (session.clone(), session.clone());
    let keep = on_close.reform(move |_: MouseEvent| {
        let command = leaves.clone();
        leaves.run(async move { command.leave().await });
    });
    let remove = on_close.reform(move |_: MouseEvent| {
        let command = forgets.clone();
        forgets.run(async move { command.forget(room).await });
    });
    html! {
        <Dialog title={t!("amount-leave-title")} {on_close}>
            <p>{ t!("amount-leave-words") }</p>
            <div class="row">
                <button type="button" class="button plain" data-testid="leave-keep" onclick={keep}>{ t!("amount-leave-keep") }</button>
                <button type="button" class="button danger" data-testid="leave-remove" onclick={remove}>{ t!("amount-leave-remove") }</button>
            </div>
        </Dialog>
    }
}
