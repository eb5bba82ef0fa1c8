//! The page itself: which build it is, how long it held people up, what memory it holds.

use yew::prelude::*;

use super::{build::Build, storage::size};
use crate::{
    components::copyable::Copyable,
    hooks::{use_session, use_while_seen},
    session::{Meter, PageReport},
    texts::{changing, t},
};

/// How often it is looked at while it is shown, in milliseconds.
const EVERY_MS: u32 = 1_000;

/// Draws the part of Settings.
#[component]
pub fn ThisPage() -> Html {
    let session = use_session();
    let build = use_memo((), |()| Build::of_page());
    let page = session.page();
    let seen = use_state_eq(|| page).setter();
    use_while_seen(EVERY_MS, (), move |()| seen.set(session.page()));
    html! {
        <section>
            <h3>{ t!("settings-page") }</h3>
            { for build.as_ref().iter().map(drawn) }
            <p data-testid="page-pause">{ changing(pause(&page)) }</p>
            <p data-testid="page-memory">{ changing(memory(&page)) }</p>
        </section>
    }
}

fn drawn(build: &Build) -> Html {
    html! {
        <>
            <p>
                { t!("settings-build", version = env!("CARGO_PKG_VERSION")) }{ " " }
                <code translate="no" data-testid="page-build">{ build.code.clone() }</code>
            </p>
            <p class="hint">{ t!("settings-build-words") }</p>
            <details class="long-list">
                <summary>{ t!("settings-sums") }</summary>
                <Copyable text={build.sums.clone()} handle="page-sums" label={t!("settings-sums-label")} filled=false />
            </details>
        </>
    }
}

fn pause(page: &PageReport) -> String {
    match page.longest_task_ms {
        0 if page.measured_by == Meter::Clock => t!("settings-pause-unknown"),
        0 => t!("settings-pause-none"),
        longest => t!("settings-pause", seconds = format!("{:.1}", f64::from(longest) / 1e3)),
    }
}

fn memory(page: &PageReport) -> String {
    t!("settings-memory", all = size(page.memory_bytes), room = size(page.log_bytes + page.words_bytes))
}
