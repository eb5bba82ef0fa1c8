//! Two codes, there and back: for places without any network service, and for two browsers that cannot find each other.

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::{feedback::value_of, invite::Copyable};
use crate::{
    browser,
    hooks::{then, use_session},
    texts::t,
};

/// Draws the guide.
#[component]
pub fn ByHand() -> Html {
    let session = use_session();
    let invite = use_state(|| None::<String>);
    let reply = use_state(|| None::<String>);
    let connected = use_state(|| false);
    let paste = use_node_ref();
    {
        let (session, invite) = (session.clone(), invite.setter());
        use_effect_with((), move |()| {
            let command = session.clone();
            then(&session, async move { command.by_hand_invite().await }, move |code| invite.set(Some(code)));
        });
    }
    let onsubmit = {
        let (paste, reply, connected) = (paste.clone(), reply.setter(), connected.setter());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let code = value_of(&paste);
            if code.is_empty() {
                return browser::focus_handle("by-hand-paste");
            }
            let (session, reply, connected, paste) = (session.clone(), reply.clone(), connected.clone(), paste.clone());
            let clear = move || {
                if let Some(paste) = paste.cast::<HtmlTextAreaElement>() {
                    paste.set_value("");
                }
            };
            wasm_bindgen_futures::spawn_local(async move {
                // One field takes both codes: what is no reply to this tab's invite is tried as somebody's invite.
                if session.by_hand_accept(code.clone()).await.is_ok() {
                    connected.set(true);
                    return clear();
                }
                match session.by_hand_reply(code).await {
                    Ok(code) => {
                        reply.set(Some(code));
                        clear();
                    }
                    Err(error) => session.notify(error.code, error.text),
                }
            });
        })
    };
    html! {
        <ol class="by-hand-steps">
            <li>
                <p>{ t!("by-hand-step-invite") }</p>
                if let Some(code) = &*invite {
                    <Copyable text={code.clone()} handle="by-hand-invite" label={t!("by-hand-invite-label")} />
                } else {
                    <p class="hint">{ t!("by-hand-preparing") }</p>
                }
            </li>
            <li>
                <p>{ t!("by-hand-step-paste") }</p>
                <form {onsubmit}>
                    <label class="field">
                        <span>{ t!("by-hand-paste-label") }</span>
                        <textarea ref={paste} rows="2" data-testid="by-hand-paste" spellcheck="false" />
                    </label>
                    <button type="submit" class="button" data-testid="by-hand-submit">{ t!("by-hand-submit") }</button>
                </form>
            </li>
            <li aria-live="polite">
                if let Some(code) = &*reply {
                    <p>{ t!("by-hand-step-reply") }</p>
                    <Copyable text={code.clone()} handle="by-hand-reply" label={t!("by-hand-reply-label")} />
                } else if *connected {
                    <p>{ t!("by-hand-connected") }</p>
                } else {
                    <p>{ t!("by-hand-step-wait") }</p>
                }
            </li>
        </ol>
    }
}
