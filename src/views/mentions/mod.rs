//! Who is named in a message is told so until they opened or answered it. It draws nothing: the message stands in the stream.

use paceline_room::state::Post;

use super::{PLAIN, Region, View, Waits};
use crate::{excerpt, people, session::RoomView, texts::t};

/// Its line in the table.
pub const VIEW: View = View { region: Region::StreamEnd, waiting, ..PLAIN };

/// The newest so many have a line each.
const LINES: usize = 10;

fn waiting(room: &RoomView) -> Vec<Waits> {
    let posts = room.mentions.iter().take(LINES).filter_map(|it| room.posts.get(it));
    let count = room.mentions.len().saturating_sub(LINES);
    let words = t!("waits-mentions", n = count);
    let more = (count > 0).then_some(Waits { kind: "mention", about: None, in_stream: true, count, words });
    posts.map(|it| waits(room, it)).chain(more).collect()
}

fn waits(room: &RoomView, post: &Post) -> Waits {
    let said = excerpt::excerpt(post.text.as_deref().unwrap_or_default(), excerpt::QUOTED);
    let name = people::name_in(&room.people, &post.author);
    let words = t!("waits-mention", name = name, words = said);
    Waits { kind: "mention", about: Some(post.cid), in_stream: true, count: 1, words }
}
