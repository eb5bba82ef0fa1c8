//! Two codes, there and back, as text or as pictures: for places without any network service, and for two browsers that cannot
//! find each other. One guide for both sides, in numbered words: whoever makes the invite, and whoever takes it.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::Copyable;
use crate::{
    browser,
    components::{fields::value_of, qr::Qr, scanner::ScanButton},
    hooks::use_session,
    people,
    session::{RoomView, SessionError},
    texts::{self, changing, t},
};

/// The kind of rendezvous that codes by hand are.
const VIA: &str = "by-hand";

/// Properties of [`ByHand`].
#[derive(PartialEq, Properties)]
pub struct ByHandProps {
    /// The room.
    pub room: Rc<RoomView>,
}

/// Draws the guide.
#[component]
pub fn ByHand(props: &ByHandProps) -> Html {
    let session = use_session();
    let invite = use_state(|| None::<String>);
    let reply = use_state(|| None::<String>);
    let connecting = use_state(|| false);
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
    let take = {
        let (reply, connecting, problem) = (reply.setter(), connecting.setter(), problem.setter());
        let paste = paste.clone();
        Callback::from(move |code: String| {
            let (session, reply, connecting, paste) =
                (session.clone(), reply.clone(), connecting.clone(), paste.clone());
            let failed = failed.clone();
            problem.set(None);
            spawn_local(async move {
                match session.take_code(code).await {
                    Ok(code) => {
                        connecting.set(code.is_none());
                        reply.set(code);
                        if let Some(paste) = paste.cast::<HtmlTextAreaElement>() {
                            paste.set_value("");
                        }
                    }
                    Err(error) => failed.emit(error),
                }
            });
        })
    };
    let onsubmit = {
        let (paste, take) = (paste.clone(), take.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let code = value_of(&paste);
            if code.is_empty() {
                return browser::focus_handle("by-hand-paste");
            }
            take.emit(code);
        })
    };
    let room = &props.room;
    let met: Vec<String> =
        room.peers.iter().filter(|it| it.via == VIA).map(|it| people::name_in(&room.people, &it.node)).collect();
    let step_reply = match &*reply {
        Some(code) => html! {
            <>
                <p>{ changing(t!("by-hand-step-reply")) }</p>
                <Qr text={code.clone()} handle="by-hand-reply-qr" label={t!("by-hand-reply-qr")} />
                <Copyable text={code.clone()} handle="by-hand-reply" label={t!("by-hand-reply-label")} />
            </>
        },
        None if *connecting && met.is_empty() => html! { <p>{ changing(t!("by-hand-connecting")) }</p> },
        None => html! { <p>{ changing(t!("by-hand-step-wait")) }</p> },
    };
    html! {
        <ol class="by-hand-steps">
            <li><p>{ t!("by-hand-step-open") }</p></li>
            <li>
                if reply.is_some() {
                    <p class="hint">{ changing(t!("by-hand-step-not-mine")) }</p>
                } else {
                    <p>{ changing(t!("by-hand-step-invite")) }</p>
                    if let Some(code) = &*invite {
                        <Qr text={code.clone()} handle="by-hand-invite-qr" label={t!("by-hand-invite-qr")} />
                        <Copyable text={code.clone()} handle="by-hand-invite" label={t!("by-hand-invite-label")} />
                    } else if problem.is_some() {
                        <button type="button" class="button plain" onclick={again}>{ t!("by-hand-again") }</button>
                    } else {
                        <p class="hint">{ t!("by-hand-preparing") }</p>
                    }
                }
            </li>
            <li>
                <p>{ t!("by-hand-step-take") }</p>
                <ScanButton handle="by-hand-scan" label={t!("by-hand-scan-label")} on_text={take} />
                <form {onsubmit}>
                    <label class="field">
                        <span>{ t!("by-hand-paste-label") }</span>
                        <textarea ref={paste} rows="2" data-testid="by-hand-paste" spellcheck="false" autocomplete="off" />
                    </label>
                    <button type="submit" class="button" data-testid="by-hand-submit">{ t!("by-hand-submit") }</button>
                </form>
                <div aria-live="polite">
                    if let Some(problem) = &*problem { <p class="problem" data-testid="by-hand-problem">{ changing(problem.clone()) }</p> }
                </div>
            </li>
            <li>
                <div aria-live="polite">{ step_reply }</div>
            </li>
            if !met.is_empty() {
                <li>
                    <p role="status" data-testid="by-hand-met">{ changing(t!("by-hand-met", names = texts::list(&met))) }</p>
                </li>
            }
        </ol>
    }
}
