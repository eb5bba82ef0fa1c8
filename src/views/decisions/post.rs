//! *Decide this*: a proposal from a post.

use std::sync::Arc;

use paceline_room::state::Post;
use yew::prelude::*;

use super::super::at_post::{Act, Form};
use crate::{
    components::{
        decision::{Propose, stage::decides},
        icons::Icon,
        opened::{Drawer, opened},
    },
    excerpt,
    hooks::{use_session, use_view},
    parts::part,
    session::Place,
    texts::t,
};

/// Characters of a post that are proposed as a title.
const PROPOSED: usize = 200;

/// Its line in the table of what can be made of a post.
pub const DECIDE_THIS: Act = Act {
    handle: Some("decide-this"),
    icon: Icon::Decision,
    words: || t!("decide-this"),
    rare: false,
    offered: |_| true,
    command: |_| None,
    form: Some(Form {
        place: Place::ProposalFrom,
        draw: |post, on_close| opened(FORM, DecideThisProps { post: post.clone(), on_close }),
    }),
};

/// Draws it.
const FORM: Drawer<DecideThisProps> =
    part!(forms: fn(&DecideThisProps) -> Html = |props: &DecideThisProps| html! { <DecideThis ..props.clone() /> });

#[derive(Clone, PartialEq, Properties)]
struct DecideThisProps {
    post: Arc<Post>,
    on_close: Callback<()>,
}

/// The form, with how the post begins in it; it belongs to the meeting that goes on, if one does.
#[component]
fn DecideThis(props: &DecideThisProps) -> Html {
    let session = use_session();
    let view = use_view(&session);
    let room = view.room.as_ref();
    // In a meeting that is held for that it is decided there.
    let meeting = room.and_then(|it| it.meeting.as_ref()).filter(|it| decides(it)).map(|it| it.cid);
    let policy = room.and_then(|it| it.values.as_ref()).map(|it| it.policy);
    let proposed = excerpt::title(props.post.text.as_deref().unwrap_or_default(), PROPOSED);
    html! {
        <Propose place={Place::ProposalFrom(props.post.cid)} {meeting} {policy} {proposed} leads={true} on_close={props.on_close.clone()} />
    }
}
