//! Letting others in: the link, the same as a picture, and codes carried by hand.

mod by_hand;

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlTextAreaElement, MouseEvent};
use yew::prelude::*;

use self::by_hand::ByHand;
use super::{Context, INVITE, PLAIN, Region, Tab, View};
use crate::{
    browser,
    components::{
        dialog::Dialog,
        icons::{Icon, Sign},
        qr::Qr,
    },
    session::RoomView,
    texts::{changing, t},
};

/// How long "copied" stands there, in milliseconds.
const COPIED_MS: u32 = 3_000;

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Dialog,
    tab: Some(Tab {
        handle: INVITE,
        icon: Icon::Invite,
        title: || t!("invite"),
        key: Some(("i", || t!("key-invite"))),
    }),
    draw: |context: &Context| html! { <Invite room={context.room.clone()} on_close={context.close.clone()} /> },
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
    let by_hand = use_state(|| false);
    let show = {
        let by_hand = by_hand.clone();
        Callback::from(move |_: MouseEvent| by_hand.set(!*by_hand))
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
                <button type="button" class="quiet-button" data-testid="by-hand-open" onclick={show}
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

/// Properties of [`Copyable`].
#[derive(PartialEq, Properties)]
pub struct CopyableProps {
    /// What to copy.
    pub text: AttrValue,
    /// Stable handle.
    pub handle: &'static str,
    /// What it is.
    pub label: AttrValue,
}

/// A text to carry away: selectable, with a button that copies it.
#[component]
pub fn Copyable(props: &CopyableProps) -> Html {
    let field = use_node_ref();
    let copied = use_state(|| false);
    {
        let field = field.clone();
        // As content and as value, so that it can be read both ways.
        use_effect_with(props.text.clone(), move |text| {
            if let Some(field) = field.cast::<HtmlTextAreaElement>() {
                field.set_text_content(Some(text));
                field.set_value(text);
            }
        });
    }
    {
        let setter = copied.setter();
        use_effect_with(*copied, move |copied| {
            let timeout = copied.then(|| Timeout::new(COPIED_MS, move || setter.set(false)));
            move || drop(timeout)
        });
    }
    let copy = {
        let (text, copied, field) = (props.text.to_string(), copied.setter(), field.clone());
        Callback::from(move |_: MouseEvent| {
            let (text, copied, field) = (text.clone(), copied.clone(), field.clone());
            spawn_local(async move {
                if browser::copy(text).await {
                    copied.set(true);
                } else if let Some(field) = field.cast::<HtmlTextAreaElement>() {
                    // Without a clipboard the text is at least ready to be copied by key.
                    let _ = field.focus();
                    field.select();
                }
            });
        })
    };
    html! {
        <div class="copyable">
            <label class="field">
                <span>{ props.label.clone() }</span>
                <textarea ref={field} readonly=true rows="2" data-testid={props.handle} spellcheck="false" />
            </label>
            <button type="button" class="button" onclick={copy}>
                <span aria-live="polite">{ changing(if *copied { t!("copied") } else { t!("copy") }) }</span>
            </button>
        </div>
    }
}
