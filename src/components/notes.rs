//! The notes of a meeting, to be carried away: into the clipboard, or as a file.

use gloo::timers::callback::Timeout;
use paceline_room::Cid;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{
    browser,
    components::{export::file_name, reading::Reading},
    hooks::{then, use_session},
    session::Session,
    texts::{changing, t},
};

/// How long "copied" stands there, in milliseconds.
const COPIED_MS: u32 = 3_000;
/// Media type of Markdown (RFC 7763).
const MARKDOWN: &str = "text/markdown;charset=utf-8";
/// ... of a page.
const HTML: &str = "text/html;charset=utf-8";

/// Properties of [`Notes`].
#[derive(PartialEq, Properties)]
pub struct NotesProps {
    /// The meeting.
    pub meeting: Cid,
    /// What it is called: so is the file.
    pub title: String,
    /// To copy them is the next press.
    #[prop_or_default]
    pub primary: bool,
}

/// What takes them along.
#[component]
pub fn Notes(props: &NotesProps) -> Html {
    let session = use_session();
    let copied = use_state(|| false);
    {
        let setter = copied.setter();
        use_effect_with(*copied, move |copied| {
            let timeout = copied.then(|| Timeout::new(COPIED_MS, move || setter.set(false)));
            move || drop(timeout)
        });
    }
    let meeting = props.meeting;
    let copy = {
        let (session, copied) = (session.clone(), copied.setter());
        Callback::from(move |_: MouseEvent| {
            let (command, copied) = (session.clone(), copied.clone());
            then(&session, async move { command.minutes(Some(meeting)) }, move |text| {
                spawn_local(async move { copied.set(browser::copy(text).await) });
            });
        })
    };
    let page = save_page(&session, props);
    let save = {
        let name = format!("{}.md", file_name(&props.title));
        Callback::from(move |_: MouseEvent| {
            let (command, name) = (session.clone(), name.clone());
            then(&session, async move { command.minutes(Some(meeting)) }, move |text| {
                browser::download(text.as_bytes(), &name, MARKDOWN);
            });
        })
    };
    html! {
        <>
        <div class="row">
            <button type="button" class="button" data-testid="copy-notes" data-primary={props.primary.then_some("true")} onclick={copy}>
                <span aria-live="polite">{ changing(if *copied { t!("copied") } else { t!("minutes-copy") }) }</span>
            </button>
            <button type="button" class="button plain" data-testid="export-markdown" onclick={save}>{ t!("minutes-save") }</button>
            <button type="button" class="button plain" data-testid="export-html" onclick={page}>{ t!("minutes-page") }</button>
        </div>
        <Reading {meeting} />
        </>
    }
}

/// Downloads them as a page, which prints.
fn save_page(session: &Session, props: &NotesProps) -> Callback<MouseEvent> {
    let (session, meeting, name) = (session.clone(), props.meeting, format!("{}.html", file_name(&props.title)));
    Callback::from(move |_: MouseEvent| {
        let (command, name) = (session.clone(), name.clone());
        then(&session, async move { command.minutes_html(Some(meeting)) }, move |page| {
            browser::download(page.as_bytes(), &name, HTML);
        });
    })
}
