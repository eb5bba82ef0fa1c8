//! What was sent and waits, or came back; and what to do when this browser's copy of the room is gone.

use std::{rc::Rc, sync::Arc};

use yew::prelude::*;

use super::{Context, Draw, PLAIN, Region, View};
use crate::{
    components::{
        export::use_export,
        icons::{Icon, sign},
        written::Written,
    },
    hooks::{use_commands, use_session},
    session::{Place, Session, Unsent},
    texts::{self, changing, t},
    words,
};

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::StreamEnd,
    draw: Draw::Now(|context: &Context| {
        let room = &context.room;
        html! { <UnsentList unsent={room.unsent.clone()} unfounded={room.title.is_empty()} ask_who={room.ask_who} /> }
    }),
    ..PLAIN
};

/// The line of what stands there while this browser's copy is gone.
pub const GONE: View = View {
    region: Region::BeforeComposer,
    draw: Draw::Now(|context: &Context| match context.room.gone {
        true => html! { <CopyGone title={context.room.title.clone()} /> },
        false => Html::default(),
    }),
    ..PLAIN
};

/// Properties of [`UnsentList`].
#[derive(PartialEq, Properties)]
struct UnsentListProps {
    /// What waits.
    unsent: Rc<[Unsent]>,
    /// Nothing of the room is here yet.
    unfounded: bool,
    /// Whether it is asked who sits here.
    ask_who: bool,
}

/// At the end of the stream: words that are no post yet.
#[component]
fn UnsentList(props: &UnsentListProps) -> Html {
    let session = use_session();
    let item = |it: &Unsent| {
        let held = !it.held.is_empty();
        let state = match (it.held.as_str(), props) {
            ("", UnsentListProps { ask_who: true, .. }) => t!("unsent-who"),
            ("", UnsentListProps { unfounded: true, .. }) => t!("unsent-alone"),
            ("", _) => t!("unsent-soon"),
            ("storage-gone", _) => t!("unsent-gone"),
            ("moved", _) => t!("unsent-moved"),
            (code, _) => texts::notice(code, &[]),
        };
        let click = |act: fn(&Session, &str)| {
            let (session, id) = (session.clone(), it.id.clone());
            Callback::from(move |_: MouseEvent| act(&session, &id))
        };
        html! {
            <li key={it.id.clone()} class={classes!("unsent", held.then_some("held"))} data-testid="unsent"
                data-state={if held { "held" } else { "waiting" }} data-place={it.place.to_string()}>
                <p class="unsent-head"><strong>{ what(&it.place) }</strong>{ " " }<span class="unsent-state">{ changing(state) }</span></p>
                if !it.draft.text.is_empty() { <div class="post-text" dir="auto"><Written text={Arc::<str>::from(&*it.draft.text)} /></div> }
                <div class="row tight">
                    if held && it.held != "target-gone" && it.held != "storage-gone" {
                        <button type="button" class="button plain" data-testid="unsent-retry"
                            onclick={click(Session::retry_unsent)}>{ t!("unsent-send") }</button>
                    }
                    <button type="button" class="quiet-button" data-testid="unsent-cancel"
                        onclick={click(Session::cancel_unsent)}>{ sign(Icon::Edit) }<span>{ t!("unsent-back") }</span></button>
                </div>
            </li>
        }
    };
    let listed = |it: &&Unsent| !(it.place.takes_back() && it.held.is_empty());
    let items: Vec<_> = props.unsent.iter().filter(listed).map(item).collect();
    if items.is_empty() {
        return Html::default();
    }
    html! { <ul class="unsent-list" aria-label={t!("unsent")}>{ for items }</ul> }
}

fn what(place: &Place) -> String {
    match place {
        Place::Composer => t!("unsent-post"),
        Place::Reply(_) => t!("unsent-reply"),
        Place::Edit(_) => t!("unsent-edit"),
        Place::Retract(_) => t!("retract"),
        Place::Version(_) => t!("version-delete"),
        Place::Feedback(_, stance) => words::stance_button(*stance).0,
        Place::Answer(_) => t!("unsent-answer"),
        Place::BatonOpen => t!("open-baton"),
        Place::BatonOffer(_) => t!("pass-baton"),
        Place::Nomination(_) => t!("nominate"),
        Place::BatonWord(_) => t!("add-a-word"),
        Place::Promise | Place::PromiseFrom(_) => t!("promise"),
        Place::PromiseWord(_) => t!("unsent-drop"),
        Place::Proposal | Place::ProposalFrom(_) => t!("unsent-proposal"),
        Place::Amendment(_) => t!("unsent-amendment"),
        Place::Ballot(_) => t!("unsent-ballot"),
        Place::Round(_) => t!("unsent-round"),
        Place::Line(_) | Place::Incident => t!("unsent-line"),
        Place::BatonDecline(_) => t!("decline"),
    }
}

/// Properties of [`CopyGone`].
#[derive(PartialEq, Properties)]
struct CopyGoneProps {
    /// The room.
    title: Rc<str>,
}

/// This browser's copy was deleted while the room is open: nothing is lost as long as this tab lives.
#[component]
fn CopyGone(props: &CopyGoneProps) -> Html {
    let storing = use_commands("store-anew");
    let store = {
        let storing = storing.clone();
        Callback::from(move |_: MouseEvent| storing.run(|session| async move { session.store_anew().await }))
    };
    let export = use_export(&props.title);
    html! {
        <div class="copy-gone" role="alert" data-testid="storage-gone">
            <p>{ t!("copy-gone") }</p>
            <div class="row tight">
                <button type="button" class="button" data-testid="store-anew" onclick={store} aria-disabled={storing.busy}>
                    { t!("store-anew") }
                </button>
                <button type="button" class="button plain" data-testid="storage-gone-export" onclick={export}>{ t!("export-car") }</button>
            </div>
        </div>
    }
}
