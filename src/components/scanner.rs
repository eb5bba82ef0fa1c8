//! What the camera sees, until it sees a QR code.

use futures::future::abortable;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlVideoElement;
use yew::prelude::*;

use super::opened::{Drawer, opened};
use crate::{
    hooks::use_session,
    parts::part,
    scan::{Camera, ScanError, look},
    session::Session,
    texts::{changing, t},
};

/// Properties of [`Scanner`].
#[derive(Clone, PartialEq, Properties)]
pub struct ScannerProps {
    /// What to hold before the camera.
    pub label: AttrValue,
    /// A text was read; the camera is off.
    pub on_text: Callback<String>,
    /// The person gave up, or the camera did; in the second case with the sentence that says why.
    pub on_end: Callback<Option<String>>,
}

/// Draws what the camera sees.
const SCANNER: Drawer<ScannerProps> =
    part!(invite: fn(&ScannerProps) -> Html = |props: &ScannerProps| html! { <Scanner ..props.clone() /> });

/// Shows the camera, and lets go of it when it is taken away.
#[component]
pub fn Scanner(props: &ScannerProps) -> Html {
    let session = use_session();
    let video = use_node_ref();
    let seen = use_state(|| false);
    {
        let (video, seen) = (video.clone(), seen.setter());
        let (on_text, on_end) = (props.on_text.clone(), props.on_end.clone());
        use_effect_with((), move |()| {
            let stop = video.cast::<HtmlVideoElement>().map(|video| {
                let (looking, stop) = abortable(scan(video, seen));
                spawn_local(async move {
                    match looking.await {
                        Ok(Ok(text)) => on_text.emit(text),
                        Ok(Err(error)) => on_end.emit(Some(say(&session, error))),
                        Err(_) => {}
                    }
                });
                stop
            });
            move || {
                if let Some(stop) = stop {
                    stop.abort();
                }
            }
        });
    }
    let stop = props.on_end.reform(|_: MouseEvent| None);
    html! {
        <div class="scanner">
            <video ref={video} data-testid="scan-video" aria-label={props.label.clone()} muted=true autoplay=true
                playsinline=true />
            <p role="status">{ changing(if *seen { props.label.to_string() } else { t!("scan-starting") }) }</p>
            <button type="button" class="button plain" data-testid="scan-stop" onclick={stop}>{ t!("scan-stop") }</button>
        </div>
    }
}

async fn scan(video: HtmlVideoElement, seen: UseStateSetter<bool>) -> Result<String, ScanError> {
    let _on = Camera::start(video.clone()).await?;
    seen.set(true);
    look(&video).await
}

/// Tells the person, and returns the sentence for where they look.
fn say(session: &Session, error: ScanError) -> String {
    let text = match error {
        ScanError::Refused => t!("notice-camera-refused"),
        ScanError::Missing => t!("notice-camera-missing"),
        ScanError::Insecure => t!("notice-camera-insecure"),
        ScanError::NoReader => t!("notice-scanner-missing"),
    };
    session.notify(error.code(), text.clone());
    text
}

/// Properties of [`ScanButton`].
#[derive(PartialEq, Properties)]
pub struct ScanButtonProps {
    /// Stable handle.
    pub handle: &'static str,
    /// What to hold before the camera.
    pub label: AttrValue,
    /// A text was read.
    pub on_text: Callback<String>,
}

/// A button that opens the camera beneath itself.
#[component]
pub fn ScanButton(props: &ScanButtonProps) -> Html {
    let open = use_state(|| false);
    let problem = use_state(|| None::<String>);
    let toggle = {
        let (open, problem) = (open.clone(), problem.setter());
        Callback::from(move |_: MouseEvent| {
            problem.set(None);
            open.set(!*open);
        })
    };
    let on_text = {
        let (open, on_text) = (open.setter(), props.on_text.clone());
        Callback::from(move |text: String| {
            open.set(false);
            on_text.emit(text);
        })
    };
    let on_end = {
        let (open, problem) = (open.setter(), problem.setter());
        Callback::from(move |why: Option<String>| {
            open.set(false);
            problem.set(why);
        })
    };
    html! {
        <div class="scan">
            <button type="button" class="button plain" data-testid={props.handle} onclick={toggle}
                aria-expanded={open.to_string()}>{ t!("scan") }</button>
            if *open { { opened(SCANNER, ScannerProps { label: props.label.clone(), on_text, on_end }) } }
            <div aria-live="polite">if let Some(problem) = &*problem { <p class="problem">{ changing(problem.clone()) }</p> }</div>
        </div>
    }
}
