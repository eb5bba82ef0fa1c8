//! Letting others in: the link, the same as a picture, an entry for the calendar, and codes carried by hand.

mod by_hand;
mod calendar;

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::MouseEvent;
use yew::prelude::*;

use self::{by_hand::ByHand, calendar::Calendar};
use super::{Context, Draw, Drawing, INVITE, MainTab, PLAIN, Region, Tab, View};
use crate::{
    browser,
    components::{
        copyable::Copyable,
        dialog::Dialog,
        icons::{Icon, Sign},
        qr::Qr,
    },
    parts::part,
    session::RoomView,
    texts::t,
};

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Dialog,
    tab: Some(Tab {
        handle: INVITE,
        group: MainTab::More,
        icon: Icon::Invite,
        title: || t!("invite"),
        key: Some(("i", || t!("key-invite"))),
    }),
    draw: Draw::Later(
        part!(invite: Drawing = |context: &Context| html! { <Invite room={context.room.clone()} on_close={context.close.clone()} /> }),
    ),
    ..PLAIN
};

/// Properties of [`Invite`].
#[derive(PartialEq, Properties)]
struct InviteProps {
    /// The room.
    room: Rc<RoomView>,
    /// The dialog was closed.
    on_close: Callback<()>,
}

/// Draws the dialog.
#[component]
fn Invite(props: &InviteProps) -> Html {
    let (by_hand, calendar) = (use_state(|| false), use_state(|| false));
    let turn = |it: &UseStateHandle<bool>| {
        let it = it.clone();
        Callback::from(move |_: MouseEvent| it.set(!*it))
    };
    let link = &props.room.link;
    html! {
        <Dialog title={t!("invite-title")} on_close={props.on_close.clone()}>
            <p>{ t!("invite-words") }</p>
            <Copyable text={AttrValue::from(&**link)} handle="invite-link" label={t!("invite-link-label")} />
            if browser::can_share() { <Share title={props.room.title.clone()} link={link.clone()} /> }
            <Qr text={AttrValue::from(&**link)} handle="invite-qr" label={t!("invite-qr-label")} />
            <p class="hint">{ t!("invite-secret") }</p>
            <div class="by-hand">
                <button type="button" class="quiet-button" data-testid="calendar-open" onclick={turn(&calendar)}
                    aria-expanded={calendar.to_string()}>{ t!("calendar-open") }</button>
                if *calendar { <Calendar room={props.room.clone()} /> }
            </div>
            <div class="by-hand">
                <button type="button" class="quiet-button" data-testid="by-hand-open" onclick={turn(&by_hand)}
                    aria-expanded={by_hand.to_string()}>{ t!("by-hand-open") }</button>
                if *by_hand { <ByHand room={props.room.clone()} /> }
            </div>
        </Dialog>
    }
}

#[derive(PartialEq, Properties)]
struct ShareProps {
    title: Rc<str>,
    link: Rc<str>,
}

/// The browser's own ways to send something on; what people know from every other page.
#[component]
fn Share(props: &ShareProps) -> Html {
    let onclick = {
        let (title, link) = (props.title.clone(), props.link.clone());
        Callback::from(move |_: MouseEvent| {
            let (title, link) = (title.clone(), link.clone());
            spawn_local(async move {
                // Whoever changes their mind has not failed.
                let _ = browser::share(&title, &link).await;
            });
        })
    };
    html! {
        <button type="button" class="button plain" data-testid="invite-share" {onclick}>
            <Sign icon={Icon::Send} /><span>{ t!("share") }</span>
        </button>
    }
}
