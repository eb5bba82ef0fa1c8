//! The log of an incident, the latest first: when, who, what. A line that matters for the look back is marked by anybody, in one press.

use std::rc::Rc;

use paceline_room::{
    NodeId,
    body::{Stance, feedback, taking_back},
    fold::feedback_on,
    minutes::incident::{Latest, Moment, Sort},
    state::{FeedbackState, Post},
};
use yew::prelude::*;

use super::super::now::{called, home};
use crate::{
    components::{
        more::{NODES_WITHIN, Which},
        written::Written,
    },
    hooks::use_commands,
    people,
    session::{RoomView, led, let_go_on, sort_name},
    texts::{changing, t},
    when,
};

/// The log.
pub const LINES: Which = ("log", None);

/// Properties of [`Lines`].
#[derive(PartialEq, Properties)]
pub struct LinesProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// What of its log is drawn.
    pub log: Rc<Latest>,
}

/// Draws it.
#[component]
pub fn Lines(props: &LinesProps) -> Html {
    let LinesProps { room, log } = props;
    let draw = |it: &Moment| {
        let key = it.key().1.to_string();
        html! { <Line {key} room={room.clone()} moment={it.clone()} /> }
    };
    html! {
        <ol class="plain-list log" reversed=true aria-label={t!("incident-log-label")} data-testid="incident-log">{ for log.moments.iter().map(draw) }</ol>
    }
}

#[derive(PartialEq, Properties)]
struct LineProps {
    room: Rc<RoomView>,
    moment: Moment,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let LineProps { room, moment } = props;
    let name = |node: &NodeId| called(room, node);
    let (at, kind, content) = match moment {
        Moment::Said { post, sort, stars } => (post.at, sort_value(*sort), said(room, post, *sort, stars)),
        Moment::Led { holder, by, title, at, .. } => {
            (*at, "lead", html! { <p>{ changing(led(*by, &name(holder), &people::titled(title))) }</p> })
        }
        Moment::LetGoOn { by, holder, at, .. } => {
            let name = |node: &NodeId| people::name_in(&room.people, node);
            (*at, "lead", html! { <p>{ changing(let_go_on(&name(by), &name(holder))) }</p> })
        }
    };
    html! {
        <li class={classes!("log-line", kind)} data-testid="log-line" data-cid={moment.key().1.to_string()} data-sort={kind}>
            <time datetime={when::iso(at)} translate="no">{ when::clock(at) }</time>
            <div class="log-said">{ content }</div>
        </li>
    }
}

const fn sort_value(sort: Sort) -> &'static str {
    match sort.tag() {
        Some(tag) => tag,
        None => "said",
    }
}

fn said(room: &Rc<RoomView>, post: &Post, sort: Sort, stars: &[NodeId]) -> Html {
    let text = match &post.text {
        Some(text) => html! { <Written key={text.to_string()} text={text.clone()} nodes={NODES_WITHIN} /> },
        None => html! { <p key="missing" class="hint">{ t!("minutes-no-words") }</p> },
    };
    html! {
        <>
            <p class="log-by">
                <strong translate="no"><bdi>{ people::name_in(&room.people, &post.author) }</bdi></strong>
                <span class="mark">{ changing(sort_name(sort).unwrap_or_default()) }</span>
            </p>
            <div>{ text }</div>
            <Star room={room.clone()} post={post.clone()} stars={stars.to_vec()} />
        </>
    }
}

#[derive(PartialEq, Properties)]
struct StarProps {
    room: Rc<RoomView>,
    post: Post,
    stars: Vec<NodeId>,
}

/// Marks a line for the look back, or takes that back.
#[component]
fn Star(props: &StarProps) -> Html {
    let StarProps { room, post, stars } = props;
    let commands = use_commands(format!("star {}", post.cid));
    let (target, busy, count) = (post.cid, commands.busy, stars.len());
    let mine = stars.contains(&home(room));
    let own = feedback_on(&room.feedback_on, &target)
        .find(|it| it.author == room.me && it.stance == Stance::Appreciate && it.state == FeedbackState::Given);
    let own = own.map(|it| it.cid);
    let onclick = Callback::from(move |_: MouseEvent| match own {
        Some(feedback) => commands.act(taking_back::Command::Withdraw { feedback }),
        None => {
            commands.act(feedback::Command::Give { target, stance: Stance::Appreciate, text: None, sources: vec![] })
        }
    });
    html! {
        <button type="button" class="quiet-button star" data-testid="incident-star" data-count={count.to_string()} aria-pressed={mine.to_string()}
            aria-disabled={busy} aria-label={t!("incident-star", n = count)} title={t!("incident-star-title")} {onclick}>
            <span aria-hidden="true" translate="no">{ if count > 0 { "★" } else { "☆" } }</span>
            if count > 0 { <span aria-hidden="true" translate="no">{ count }</span> }
        </button>
    }
}
