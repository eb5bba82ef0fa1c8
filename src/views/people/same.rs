//! One person in several tabs or on several devices: what offers it, what asks whether it is so, and what ends it.

use std::rc::Rc;

use paceline_room::{NodeId, body::persons::Command};
use yew::prelude::*;

use crate::{
    hooks::use_commands,
    people,
    session::{Here, PersonView, RoomView},
    texts::{changing, t},
};

/// Properties of [`Word`].
#[derive(PartialEq, Properties)]
pub struct WordProps {
    /// About whom.
    pub node: NodeId,
    /// That it is the same person, or is not.
    pub is: bool,
    /// What the button says.
    pub label: AttrValue,
}

/// A button that says of somebody that it is the person at this tab, or is not.
#[component]
pub fn Word(props: &WordProps) -> Html {
    let WordProps { node, is, label } = props;
    let commands = use_commands(format!("same {node}"));
    let (busy, node, is) = (commands.busy, *node, *is);
    let handle = if is { "also-me" } else { "not-me" };
    let onclick = Callback::from(move |_: MouseEvent| {
        commands.act(if is { Command::AlsoMe { node } } else { Command::NotMe { node } });
    });
    html! {
        <button type="button" class="button plain" data-testid={handle} data-node={node.to_string()} {onclick}
            aria-disabled={busy}>{ changing(label.to_string()) }</button>
    }
}

/// Properties of [`OtherTab`] and [`Claims`].
#[derive(PartialEq, Properties)]
pub struct RoomProps {
    /// The room.
    pub room: Rc<RoomView>,
}

/// To who has not said who it is yet: another tab of this browser is open here.
#[component]
pub fn OtherTab(props: &RoomProps) -> Html {
    let room = &props.room;
    let Some(node) = room.other_tabs.first() else { return Html::default() };
    let name = people::name_in(&room.people, node);
    html! {
        <div class="name-bar">
            <p>{ changing(t!("same-tab", name = name)) }</p>
            <Word node={*node} is=true label={t!("also-me")} />
        </div>
    }
}

/// Who says from elsewhere to be the person at this tab.
#[component]
pub fn Claims(props: &RoomProps) -> Html {
    let room = &props.room;
    let claim = |node: &NodeId| {
        let name = people::name_in(&room.people, node);
        html! {
            <div class="name-bar" key={node.to_string()} role="group" aria-label={t!("same-claim", name = name.clone())}>
                <p>{ changing(t!("same-claim", name = name)) }</p>
                <Word node={*node} is=true label={t!("same-yes")} />
                <Word node={*node} is=false label={t!("not-me")} />
            </div>
        }
    };
    html! { <>{ for room.claims.iter().map(claim) }</> }
}

/// What can be said of somebody on its card.
pub fn words_of(room: &RoomView, it: &PersonView) -> Html {
    if it.me {
        return html! { <>{ for others_of(room, it).into_iter().map(|node| ended(room, node)) }</> };
    }
    let node = it.person.node;
    let has_said = room.joined.claims.get(&(node, room.me)).is_some();
    if has_said {
        return html! {
            <p class="hint">{ t!("same-waits") }{ " " }<Word {node} is=false label={t!("not-me")} /></p>
        };
    }
    // Who has written nothing yet says it from there.
    let can_answer = it.here != Here::Gone && it.has_written();
    if can_answer && !room.newer {
        html! { <p><Word {node} is=true label={t!("also-me")} /></p> }
    } else {
        Html::default()
    }
}

/// The nodes of the person at this tab that this node can part from: those that joined it, or the one that it joined.
fn others_of(room: &RoomView, it: &PersonView) -> Vec<NodeId> {
    let home = it.person.node;
    if home == room.me { it.nodes.iter().copied().filter(|it| *it != home).collect() } else { vec![home] }
}

fn ended(room: &RoomView, node: NodeId) -> Html {
    let id = node.to_string();
    let mark = id.get(id.len().saturating_sub(4)..).unwrap_or_default().to_owned();
    let is_open = room.all_peers().iter().any(|it| it.node == node);
    let label = if is_open { t!("same-open", mark = mark) } else { t!("same-closed", mark = mark) };
    html! { <p class="hint" key={id}>{ changing(label) }{ " " }<Word {node} is=false label={t!("not-me")} /></p> }
}
