//! A need wants somebody to lead: a baton made of a post.

use paceline_room::body::{PostKind, batons};

use super::super::at_post::Act;
use crate::{components::icons::Icon, excerpt, texts::t};

/// Its line in the table of what can be made of a post.
pub const OPEN_FOR: Act = Act {
    handle: None,
    icon: Icon::Baton,
    words: || t!("need-baton"),
    rare: true,
    offered: |post| post.kind == PostKind::Need,
    command: |post| {
        let title = excerpt::title(post.text.as_deref().unwrap_or_default(), NEED_TITLE);
        Some(batons::Command::Open { title, need: Some(post.cid), strengths: vec![], minutes: None }.into())
    },
    form: None,
};

/// Characters of a need that become the title of its baton.
const NEED_TITLE: usize = 80;
