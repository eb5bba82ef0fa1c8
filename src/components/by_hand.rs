//! Two codes, there and back: for places without any network service, and for two browsers that cannot find each other.

use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::{feedback::value_of, invite::Copyable};
use crate::{browser, hooks::use_session, session::SessionError, texts::t};

/// How the code begins that answers an invite (`paceline_net`, codes by hand).
const REPLY: &str = "reply.";

/// Draws the guide.
#[component]
pub fn ByHand() -> Html {
    let session = use_session();
    let invite = use_state(|| None::<String>);
    let reply = use_state(|| None::<String>);
    let connected = use_state(|| false);
    let problem = use_state(|| None::<String>);
    let asked = use_state(|| 0_u32);
    let paste = use_node_ref();
    // A notice would stand behind the dialog: what goes wrong here is said here, too.
    let failed = {
        let (session, problem) = (session.clone(), problem.setter());
        Callback::from(move |error: SessionError| {
            problem.set(Some(error.text.clone()));
            session.notify(error.code, error.text);
        })
    };
    {
        let (session, invite, failed) = (session.clone(), invite.setter(), failed.clone());
        use_effect_with(*asked, move |_| {
            spawn_local(async move {
                match session.by_hand_invite().await {
                    Ok(code) => invite.set(Some(code)),
                    Err(error) => failed.emit(error),
                }
            });
        });
    }
    let again = {
        let (asked, problem) = (asked.clone(), problem.setter());
        Callback::from(move |_: MouseEvent| {
            problem.set(None);
            asked.set(*asked + 1);
        })
    };
    let onsubmit = {
        let (paste, reply, connected, problem) = (paste.clone(), reply.setter(), connected.setter(), problem.setter());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let code = value_of(&paste);
            if code.is_empty() {
                return browser::focus_handle("by-hand-paste");
            }
            let (session, reply, connected, paste) = (session.clone(), reply.clone(), connected.clone(), paste.clone());
            let failed = failed.clone();
            problem.set(None);
            let clear = move || {
                if let Some(paste) = paste.cast::<HtmlTextAreaElement>() {
                    paste.set_value("");
                }
            };
            spawn_local(async move {
                // One field takes both codes: they say themselves which they are.
                let taken = if code.starts_with(REPLY) {
                    session.by_hand_accept(code).await.map(|()| None)
                } else {
                    session.by_hand_reply(code).await.map(Some)
                };
                match taken {
                    Ok(code) => {
                        connected.set(code.is_none());
                        reply.set(code);
                        clear();
                    }
                    Err(error) => failed.emit(error),
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
                } else if problem.is_some() {
                    <button type="button" class="button plain" onclick={again}>{ t!("by-hand-again") }</button>
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
                if let Some(problem) = &*problem {
                    <p class="problem">{ problem }</p>
                }
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
