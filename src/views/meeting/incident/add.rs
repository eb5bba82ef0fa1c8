//! What an incident gets when it needs it: how bad it is, somebody who writes, somebody who talks to those outside. Nothing of it is there at
//! first.

use std::{rc::Rc, sync::Arc};

use paceline_room::{
    Cid,
    body::taking_back,
    minutes::incident::Sort,
    state::{BatonState, Meeting, Post},
};
use yew::prelude::*;

use super::{super::now::called, line::saying, roles::titles_of};
use crate::{
    components::undo::Undo,
    excerpt::{QUOTED, excerpt},
    hooks::use_commands,
    session::RoomView,
    texts::t,
};

/// How bad it can be, as it stands in the log.
const SEVERITIES: [&str; 3] = ["low", "high", "critical"];

/// What a line of the log that says how bad it is is called: one of ours by its words, another as it is.
pub fn severity_name(said: &str) -> String {
    match said {
        "low" => t!("severity-low"),
        "high" => t!("severity-high"),
        "critical" => t!("severity-critical"),
        other => excerpt(other, QUOTED),
    }
}

/// Properties of [`Add`].
#[derive(PartialEq, Properties)]
pub struct AddProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The incident.
    pub meeting: Meeting,
    /// The latest line that says how bad it is.
    pub severity: Option<Arc<Post>>,
}

/// Draws it.
#[component]
pub fn Add(props: &AddProps) -> Html {
    let AddProps { room, meeting, severity } = props;
    let commands = use_commands(format!("add {}", meeting.cid));
    let open = use_state(|| false);
    let added = use_state(|| None::<(Cid, String)>);
    let now = severity.as_ref().and_then(|it| it.text.as_deref());
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let there = titles_of(room, meeting);
    let chip = |it: &&'static str| {
        let (commands, value, busy) = (commands.clone(), *it, commands.busy);
        let onclick = Callback::from(move |_: MouseEvent| commands.act(saying(Sort::Severity, value.to_owned())));
        html! {
            <button key={value} type="button" class="chip" data-testid="incident-severity" data-value={value} aria-pressed={(now == Some(value)).to_string()}
                aria-disabled={busy} {onclick}>{ severity_name(value) }</button>
        }
    };
    let role = |(value, title): (&'static str, String)| {
        let (commands, meeting, busy, name) = (commands.clone(), meeting.cid, commands.busy, title.clone());
        let added = added.setter();
        let onclick = Callback::from(move |_: MouseEvent| {
            let title = title.clone();
            let added = added.clone();
            commands.run(|session| async move {
                let baton = session.add_role(meeting, title.clone()).await?;
                added.set(Some((baton, title)));
                Ok(())
            });
        });
        html! {
            <button key={value} type="button" class="chip" data-testid="incident-role" data-value={value} aria-disabled={busy} {onclick}>{ name }</button>
        }
    };
    let roles = [("scribe", t!("role-scribe")), ("liaison", t!("role-liaison"))];
    let roles = roles.into_iter().filter(|(_, title)| !there.contains(title));
    html! {
        <div class="incident-adds">
            <button type="button" class="quiet-button" data-testid="incident-add" aria-expanded={open.to_string()} onclick={toggle}>{ t!("incident-add") }</button>
            <div>if *open {
                <div class="row" role="group" aria-label={t!("severity")}>{ for SEVERITIES.iter().map(chip) }</div>
                <div class="row" role="group" aria-label={t!("batons")}>{ for roles.map(role) }</div>
            }</div>
            <Said room={room.clone()} severity={severity.clone()} />
            <Added room={room.clone()} added={(*added).clone()} />
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct AddedProps {
    room: Rc<RoomView>,
    added: Option<(Cid, String)>,
}

/// What this tab has just added to be led, and for a while the way back, as long as nobody has it.
#[component]
fn Added(props: &AddedProps) -> Html {
    let AddedProps { room, added } = props;
    let commands = use_commands("undo role");
    let text = added.as_ref().map(|(_, title)| t!("role-added", title = title.clone()));
    let baton = added.as_ref().map(|(baton, _)| *baton);
    let is_free = |it: Cid| room.batons.iter().any(|baton| baton.cid == it && baton.state == BatonState::Free);
    let undo = Callback::from(move |()| {
        baton.into_iter().for_each(|baton| commands.run(|session| async move { session.remove_role(baton).await }));
    });
    let of = baton.map(|it| AttrValue::from(it.to_string()));
    html! { <Undo {of} text={text.unwrap_or_default()} {undo} told_only={!baton.is_some_and(is_free)} /> }
}

#[derive(PartialEq, Properties)]
struct SaidProps {
    room: Rc<RoomView>,
    severity: Option<Arc<Post>>,
}

/// Who said how bad it is, and for a while the way back.
#[component]
fn Said(props: &SaidProps) -> Html {
    let SaidProps { room, severity } = props;
    let commands = use_commands("undo severity");
    let said = severity.as_ref().map(|it| {
        let text = it.text.as_deref().map(severity_name).unwrap_or_default();
        t!("severity-said", by = called(room, &it.author), severity = text)
    });
    let (post, mine) = (severity.as_ref().map(|it| it.cid), severity.as_ref().is_some_and(|it| it.author == room.me));
    let undo = Callback::from(move |()| {
        post.into_iter().for_each(|post| commands.act(taking_back::Command::Retract { post }));
    });
    let of = post.map(|it| AttrValue::from(it.to_string()));
    html! { <Undo {of} text={said.unwrap_or_default()} {undo} told_only={!mine} /> }
}
