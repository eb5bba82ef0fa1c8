//! Verifying a room's file: who wrote what in it, or the first fault with its place. It needs no room, and takes nothing in.

use std::rc::Rc;

use gloo::file::{Blob, futures::read_as_bytes};
use paceline_room::verify::{Author, Fault, Report, Verifier};
use wasm_bindgen_futures::spawn_local;
use web_sys::{File, HtmlInputElement};
use yew::prelude::*;

use super::{
    more::{SHOWN, Which, use_shown},
    opened::{Drawer, opened},
};
use crate::{
    browser,
    parts::part,
    people,
    session::{random, take_turn},
    texts::{changing, t},
};

/// Bytes that are looked at between two looks at the clock: some dozens of events.
const PIECE_BYTES: usize = 16 * 1024;
/// How long the page may not draw, in milliseconds: what is verified together comes on top.
const SLICE_MS: f64 = 30.0;
/// The list of who wrote in it.
const AUTHORS: Which = ("verified-authors", None);

/// What is known of a file.
#[derive(Clone, PartialEq)]
enum Verdict {
    /// So many hundredths of it were looked at.
    Reading(usize),
    Good(Rc<Report>),
    Refused(Fault),
    Unreadable,
}

/// What draws it.
pub const VERIFY: Drawer<()> = part!(verify: fn(&()) -> Html = |()| html! { <VerifyFile /> });

/// Draws a field for a file, and what comes of it.
pub fn verify_file() -> Html {
    opened(VERIFY, ())
}

/// A field for the file, and what comes of it.
#[component]
fn VerifyFile() -> Html {
    let verdict = use_state(|| None::<(String, Verdict)>);
    // A file that is chosen while another is looked at takes its place.
    let run = use_mut_ref(|| 0_u32);
    let onchange = {
        let (verdict, run) = (verdict.setter(), run.clone());
        Callback::from(move |event: Event| {
            let Some(field) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let Some(file) = field.files().and_then(|files| files.get(0)) else { return };
            let (mine, verdict, run) = (*run.borrow() + 1, verdict.clone(), run.clone());
            *run.borrow_mut() = mine;
            let name = file.name();
            let show = move |it| {
                let still = *run.borrow() == mine;
                if still {
                    verdict.set(Some((name.clone(), it)));
                }
                still
            };
            // So that the same file can be chosen again.
            field.set_value("");
            spawn_local(async move { verify(&file, show).await });
        })
    };
    html! {
        <div class="verify">
            <p class="hint">{ t!("verify-words") }</p>
            <label class="button plain file">
                <span>{ t!("verify-choose") }</span>
                <input type="file" accept=".car,application/vnd.ipld.car" data-testid="verify-file" {onchange} />
            </label>
            <div role="status">{ for verdict.as_ref().map(|(name, verdict)| line(name, verdict)) }</div>
            <div>
                if let Some((_, Verdict::Good(report))) = &*verdict { <Authors report={report.clone()} /> }
            </div>
        </div>
    }
}

/// Looks at a file piece by piece; `show` says whether somebody still wants to know.
async fn verify(file: &File, show: impl Fn(Verdict) -> bool) {
    let Ok(bytes) = read_as_bytes(&Blob::from(web_sys::Blob::from(file.clone()))).await else {
        show(Verdict::Unreadable);
        return;
    };
    let mut verifier = Verifier::new(random());
    let (mut read, mut shown) = (0, f64::NEG_INFINITY);
    for piece in bytes.chunks(PIECE_BYTES) {
        if browser::uptime() - shown > SLICE_MS {
            if !show(Verdict::Reading(read * 100 / bytes.len())) {
                return;
            }
            take_turn().await;
            shown = browser::uptime();
        }
        if let Err(fault) = verifier.push(piece) {
            show(Verdict::Refused(fault));
            return;
        }
        read += piece.len();
    }
    show(match verifier.finish() {
        Ok(report) => Verdict::Good(report.into()),
        Err(fault) => Verdict::Refused(fault),
    });
}

/// What came of it, in a sentence.
fn line(name: &str, verdict: &Verdict) -> Html {
    let (state, place, words) = match verdict {
        Verdict::Reading(hundredths) => ("reading", None, t!("verify-reading", name = name, n = *hundredths)),
        Verdict::Good(it) => ("good", None, good(name, it)),
        Verdict::Refused(fault) => ("refused", Some(fault.place), refused(name, fault)),
        Verdict::Unreadable => ("unreadable", None, t!("notice-file-unreadable")),
    };
    html! {
        <p data-testid="verify-result" data-state={state} data-block={place.map(|it| it.block.to_string())}
            data-at={place.map(|it| it.at.to_string())}>{ changing(words) }</p>
    }
}

fn good(name: &str, it: &Report) -> String {
    let ends = if it.names_tips { "named" } else { "open" };
    let (events, authors) = (it.events, it.authors.len());
    t!(
        "verify-good",
        name = name,
        events = events,
        authors = authors,
        words = it.words,
        lacking = it.lacking,
        ends = ends
    )
}

fn refused(name: &str, fault: &Fault) -> String {
    let (at, why) = (fault.place.at.to_string(), fault.reason.to_string());
    match (fault.place.block, fault.place.cid) {
        (0, _) => t!("verify-refused-header", name = name, at = at, why = why),
        (block, Some(cid)) => {
            t!("verify-refused", name = name, block = block, at = at, cid = cid.to_string(), why = why)
        }
        (block, None) => t!("verify-refused-unnamed", name = name, block = block, at = at, why = why),
    }
}

#[derive(PartialEq, Properties)]
struct AuthorsProps {
    report: Rc<Report>,
}

/// Who wrote how much.
#[component]
fn Authors(props: &AuthorsProps) -> Html {
    let much = use_shown();
    let all = &props.report.authors;
    html! {
        <>
            <ul class="plain-list" aria-label={t!("verify-authors")}>{ for all.iter().take(much.of(AUTHORS, SHOWN)).map(author) }</ul>
            { much.more(AUTHORS, SHOWN, all.len()) }
        </>
    }
}

fn author(it: &Author) -> Html {
    let node = it.node.to_string();
    html! {
        <li key={node.clone()} data-testid="verify-author" data-node={node.clone()} data-events={it.events().to_string()}>
            <strong dir="auto" translate="no">{ people::called(&it.node, &it.name) }</strong>
            <span class="hint">{ changing(t!("verify-author", n = it.events(), words = it.words)) }</span>
            if it.split { <span class="mark alarm">{ t!("verify-split") }</span> }
            <p class="hint" translate="no">{ node }</p>
        </li>
    }
}
