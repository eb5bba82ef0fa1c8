//! What a post has said: each version with its time, the latest first, and for its author what deletes it.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid,
    state::{PostVersion, WordsState},
};
use yew::prelude::*;

use crate::{
    components::{
        fields::closes_on_escape,
        icons::{Icon, sign},
        more::{Shown, WITHIN},
        opened::Drawer,
        written::words_of,
    },
    hooks::use_session,
    markdown::mentions::Named,
    parts::part,
    session::Session,
    texts::{changing, t},
    when,
};

/// The list, of which not all may be drawn.
pub const VERSIONS: &str = "versions";

/// What is drawn of a post's versions.
#[derive(Clone, PartialEq, Default)]
pub struct Versions {
    /// The latest first, each with the intent by which it is about to be taken back.
    pub all: Rc<[(Arc<PostVersion>, Option<AttrValue>)]>,
    /// How many there are.
    pub count: usize,
}

/// Properties of [`VersionList`].
#[derive(Clone, PartialEq, Properties)]
pub struct VersionListProps {
    /// The post.
    pub post: Cid,
    /// What it has said.
    pub versions: Versions,
    /// Those whom it names.
    pub names: Rc<[Named]>,
    /// It is this node's own.
    pub mine: bool,
    /// How much is drawn.
    pub shown: Shown,
    /// Escape was pressed.
    pub on_close: Callback<()>,
}

/// Draws them.
pub const VERSION_LIST: Drawer<VersionListProps> =
    part!(forms: fn(&VersionListProps) -> Html = |props: &VersionListProps| html! { <VersionList ..props.clone() /> });

/// Draws them.
#[component]
fn VersionList(props: &VersionListProps) -> Html {
    let session = use_session();
    let onkeydown = closes_on_escape(&props.on_close);
    // What is shown now is the latest of which words are left.
    let now = props.versions.all.iter().map(|(it, _)| it).find(|it| it.words != WordsState::Retracted).map(|it| it.cid);
    let version = |(it, leaving): &(Arc<PostVersion>, Option<AttrValue>)| {
        html! {
            <li key={it.cid.to_string()} data-testid="post-version" data-cid={it.cid.to_string()} data-words={name_of(it.words)}>
                <p class="hint">
                    <time datetime={when::iso(it.at)} translate="no">{ format!("{}, {}", when::day(it.at), when::clock(it.at)) }</time>
                    if now == Some(it.cid) { <span class="mark">{ t!("version-now") }</span> }
                </p>
                { words(it, leaving.is_some(), &props.names) }
                <div>{ for props.mine.then(|| buttons(it, leaving.as_ref(), &session)) }</div>
            </li>
        }
    };
    html! {
        <div class="versions" {onkeydown}>
            <ul class="plain-list" aria-label={t!("versions")} data-testid="versions">{ for props.versions.all.iter().map(version) }</ul>
            { props.shown.more((VERSIONS, Some(props.post)), WITHIN, props.versions.count) }
        </div>
    }
}

fn words(it: &PostVersion, leaving: bool, names: &Rc<[Named]>) -> Html {
    let (key, inside) = match (it.words, &it.text) {
        _ if leaving => ("leaving", html! { <p class="trace">{ t!("taking-back") }</p> }),
        (WordsState::Retracted, _) => ("retracted", html! { <p class="trace">{ t!("retracted") }</p> }),
        (_, Some(text)) => ("here", words_of(text, names)),
        (_, None) => ("missing", html! { <p class="trace">{ t!("words-missing") }</p> }),
    };
    html! { <div class="said" {key}>{ inside }</div> }
}

/// What deletes it; or, for a while, what undoes that.
fn buttons(it: &PostVersion, leaving: Option<&AttrValue>, session: &Session) -> Html {
    let session = session.clone();
    if let Some(intent) = leaving.cloned() {
        let undo = Callback::from(move |_: MouseEvent| session.cancel_unsent(&intent));
        return html! { <button key="undo" type="button" class="button plain" data-testid="undo" onclick={undo}>{ t!("undo") }</button> };
    }
    if it.words == WordsState::Retracted {
        return Html::default();
    }
    let cid = it.cid;
    let delete = Callback::from(move |_: MouseEvent| session.take_version_back(cid));
    html! {
        <button key="delete" type="button" class="quiet-button" data-testid="version-delete" onclick={delete}>
            { sign(Icon::Retract) }<span>{ changing(t!("version-delete")) }</span>
        </button>
    }
}

/// As it stands in `data-words`, and in `window.paceline`.
const fn name_of(words: WordsState) -> &'static str {
    match words {
        WordsState::Here => "here",
        WordsState::Missing => "missing",
        WordsState::Retracted => "retracted",
    }
}
