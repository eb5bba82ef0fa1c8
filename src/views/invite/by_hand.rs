//! Two codes, there and back, as text or as pictures: for places without any network service, and for two browsers that cannot
//! find each other. One guide for both sides, in numbered words: whoever makes the invite, and whoever takes it.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::{
    browser,
    components::{copyable::Copyable, fields::value_of, qr::Qr, scanner::ScanButton},
    hooks::use_session,
    people,
    session::{RoomView, Session, SessionError},
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
    let problem = use_state(|| None::<String>);
    // A notice would stand behind the dialog: what goes wrong here is said here, too.
    let failed = {
        let (session, problem) = (session.clone(), problem.setter());
        Callback::from(move |error: SessionError| {
            problem.set(Some(error.text.clone()));
            session.notify(error.code, error.text);
        })
    };
    let asked = use_state(|| 0_u32);
    let invite = use_invite(&session, *asked, &failed);
    let again = {
        let (asked, problem) = (asked.clone(), problem.setter());
        Callback::from(move |_: MouseEvent| {
            problem.set(None);
            asked.set(*asked + 1);
        })
    };
    let reply = use_state(|| Reply::None);
    let paste = use_node_ref();
    let take = taking(&session, &paste, &reply, &problem, failed);
    let room = &props.room;
    let met: Vec<String> =
        room.peers.iter().filter(|it| it.via == VIA).map(|it| people::name_in(&room.people, &it.node)).collect();
    html! {
        <ol class="by-hand-steps">
            <li><p>{ t!("by-hand-step-open") }</p></li>
            <li>
                if matches!(*reply, Reply::Given(_)) {
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
            <li>{ step_take(&paste, take, problem.as_deref()) }</li>
            <li><div aria-live="polite">{ step_reply(&reply, met.is_empty()) }</div></li>
            if !met.is_empty() {
                <li>
                    <p role="status" data-testid="by-hand-met">{ changing(t!("by-hand-met", names = texts::list(&met))) }</p>
                </li>
            }
        </ol>
    }
}

/// What became of the other's code.
enum Reply {
    /// None was taken yet.
    None,
    /// It was an invite: this goes back.
    Given(String),
    /// It was the reply to this tab's invite.
    Taken,
}

/// This tab's invite, once it is made; anew when it is asked for again.
#[hook]
fn use_invite(session: &Session, asked: u32, failed: &Callback<SessionError>) -> UseStateHandle<Option<String>> {
    let invite = use_state(|| None::<String>);
    let (session, setter, failed) = (session.clone(), invite.setter(), failed.clone());
    use_effect_with(asked, move |_| {
        spawn_local(async move {
            match session.out_of_band_invite().await {
                Ok(code) => setter.set(Some(code)),
                Err(error) => failed.emit(error),
            }
        });
    });
    invite
}

/// Takes the other's code, whichever it is.
fn taking(
    session: &Session,
    paste: &NodeRef,
    reply: &UseStateHandle<Reply>,
    problem: &UseStateHandle<Option<String>>,
    failed: Callback<SessionError>,
) -> Callback<String> {
    let (session, paste, reply, problem) = (session.clone(), paste.clone(), reply.setter(), problem.setter());
    Callback::from(move |code: String| {
        let (session, reply, paste, failed) = (session.clone(), reply.clone(), paste.clone(), failed.clone());
        problem.set(None);
        spawn_local(async move {
            match session.take_code(code).await {
                Ok(code) => {
                    reply.set(code.map_or(Reply::Taken, Reply::Given));
                    if let Some(paste) = paste.cast::<HtmlTextAreaElement>() {
                        paste.set_value("");
                    }
                }
                Err(error) => failed.emit(error),
            }
        });
    })
}

fn step_take(paste: &NodeRef, take: Callback<String>, problem: Option<&str>) -> Html {
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
    html! {
        <>
            <p>{ t!("by-hand-step-take") }</p>
            <ScanButton handle="by-hand-scan" label={t!("by-hand-scan-label")} on_text={take} />
            <form {onsubmit}>
                <label class="field">
                    <span>{ t!("by-hand-paste-label") }</span>
                    <textarea ref={paste.clone()} rows="2" data-testid="by-hand-paste" spellcheck="false" autocomplete="off" />
                </label>
                <button type="submit" class="button" data-testid="by-hand-submit">{ t!("by-hand-submit") }</button>
            </form>
            <div aria-live="polite">
                if let Some(problem) = problem { <p class="problem" data-testid="by-hand-problem">{ changing(problem.to_owned()) }</p> }
            </div>
        </>
    }
}

fn step_reply(reply: &Reply, alone: bool) -> Html {
    match reply {
        Reply::Given(code) => html! {
            <>
                <p>{ changing(t!("by-hand-step-reply")) }</p>
                <Qr text={code.clone()} handle="by-hand-reply-qr" label={t!("by-hand-reply-qr")} />
                <Copyable text={code.clone()} handle="by-hand-reply" label={t!("by-hand-reply-label")} />
            </>
        },
        Reply::Taken if alone => html! { <p>{ changing(t!("by-hand-connecting")) }</p> },
        _ => html! { <p>{ changing(t!("by-hand-step-wait")) }</p> },
    }
}
