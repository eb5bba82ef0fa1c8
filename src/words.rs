//! The room's words for kinds, stances and states: what stands in `data-` attributes and what people read.

use paceline_net::CHOSEN_RELAYS;
use paceline_room::{
    body::{Answer, PostKind, Stance},
    state::FeedbackState,
};

use crate::{
    components::icons::Icon,
    config::Discovery,
    session::{Connection, Here},
    texts::t,
};

/// All stances, lightest first.
pub const STANCES: [Stance; 5] =
    [Stance::Appreciate, Stance::BuildOn, Stance::Question, Stance::Concern, Stance::Correct];

/// What people call it.
pub fn kind_name(kind: PostKind) -> String {
    match kind {
        PostKind::Update => t!("kind-update"),
        PostKind::Question => t!("kind-question"),
        PostKind::Idea => t!("kind-idea"),
        PostKind::Need => t!("kind-need"),
        PostKind::Driver => t!("kind-driver"),
    }
}

/// The button that gives it: label, icon, handle.
pub fn stance_button(stance: Stance) -> (String, Icon, &'static str) {
    match stance {
        Stance::Appreciate => (t!("appreciate"), Icon::Appreciate, "feedback-appreciate"),
        Stance::BuildOn => (t!("build-on"), Icon::BuildOn, "feedback-build-on"),
        Stance::Question => (t!("question"), Icon::Question, "feedback-question"),
        Stance::Concern => (t!("concern"), Icon::Concern, "feedback-concern"),
        Stance::Correct => (t!("correct"), Icon::Correct, "feedback-correct"),
    }
}

/// The prompt of its form.
pub fn stance_prompt(stance: Stance) -> String {
    match stance {
        Stance::Appreciate => t!("prompt-appreciate"),
        Stance::BuildOn => t!("prompt-build-on"),
        Stance::Question => t!("prompt-question"),
        Stance::Concern => t!("prompt-concern"),
        Stance::Correct => t!("prompt-correct"),
    }
}

/// `Birch asks`: who did what.
pub fn stance_by(stance: Stance, name: &str) -> String {
    let name = name.to_owned();
    match stance {
        Stance::Appreciate => t!("by-appreciate", name = name),
        Stance::BuildOn => t!("by-build-on", name = name),
        Stance::Question => t!("by-question", name = name),
        Stance::Concern => t!("by-concern", name = name),
        Stance::Correct => t!("by-correct", name = name),
    }
}

/// How a loop is answered, as in `window.paceline`.
pub const fn answer_value(answer: Answer) -> &'static str {
    match answer {
        Answer::Adjusted => "adjusted",
        Answer::Noted => "noted",
        Answer::Declined => "declined",
    }
}

/// `data-state` of a loop.
pub const fn loop_value(state: FeedbackState) -> &'static str {
    match state {
        FeedbackState::Given => "given",
        FeedbackState::Open => "open",
        FeedbackState::Adjusted => "adjusted",
        FeedbackState::Noted => "noted",
        FeedbackState::Declined => "declined",
        FeedbackState::Withdrawn => "withdrawn",
    }
}

/// `data-here` of a person.
pub const fn here_value(here: Here) -> &'static str {
    match here {
        Here::Here => "here",
        Here::Away => "away",
        Here::Gone => "gone",
    }
}

/// Where somebody is.
pub fn here_name(here: Here) -> String {
    match here {
        Here::Here => t!("here"),
        Here::Away => t!("away"),
        Here::Gone => t!("gone"),
    }
}

/// `data-state` of the connection.
pub const fn connection_value(connection: Connection) -> &'static str {
    match connection {
        Connection::Connecting => "connecting",
        Connection::Alone => "alone",
        Connection::CatchingUp => "catching-up",
        Connection::InSync => "in-sync",
        Connection::Partial => "partial",
        Connection::Offline => "offline",
    }
}

/// Of how many relays a room uses some, and when they were tried; nothing where it uses all.
pub fn relays_chosen(discovery: &Discovery) -> Option<String> {
    let of = discovery.listed().len();
    let probed = match &discovery.page.probed {
        Some(probed) => t!("relays-probed", on = probed.on.clone()),
        None => t!("relays-not-probed"),
    };
    (of > CHOSEN_RELAYS).then(|| t!("relays-chosen", n = CHOSEN_RELAYS, of = of, probed = probed))
}
