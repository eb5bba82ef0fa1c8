//! What people do in a room: whatever can be done to what they see there, chosen by chance.

use paceline_fuzz_engine::Chance;
use paceline_mesh::Replica;
use paceline_room::{
    Cid,
    body::{Answer, PostKind, Stance, batons, feedback, people, posts, promises, taking_back},
    command::Command,
};

/// Something that somebody may want to do now; the room may still refuse it.
pub fn think(replica: &Replica, chance: &mut Chance, text: String) -> Command {
    let (fold, me) = (replica.fold(), replica.node());
    let all: Vec<_> = fold.posts().map(|it| (it.cid, it.author)).collect();
    let own: Vec<Cid> = all.iter().filter(|(_, author)| *author == me).map(|(cid, _)| *cid).collect();
    let post = chance.of(&all).map(|(cid, _)| *cid);
    let baton = chance.of(&fold.batons().map(|it| it.cid).collect::<Vec<_>>()).copied();
    let baton = baton.and_then(|it| fold.baton(&it));
    let nobody = Command::from(people::Command::Introduce { name: text.clone(), strengths: vec![], hue: None });
    let thought = match chance.below(16) {
        0 => None,
        1 => post.map(|post| reply(text.clone(), Some(post))),
        2 | 3 => chance.of(&own).map(|post| posts::Command::Edit { post: *post, text: text.clone() }.into()),
        4 => chance.of(&own).map(|post| taking_back::Command::Retract { post: *post }.into()),
        5 | 6 => post.map(|target| {
            let stance =
                *chance.of(&[Stance::Question, Stance::Concern, Stance::Appreciate]).unwrap_or(&Stance::Question);
            feedback::Command::Give { target, stance, text: Some(text.clone()), sources: vec![] }.into()
        }),
        7 => {
            let mine = fold.feedback().find(|it| it.addressee == Some(me)).map(|it| it.cid);
            mine.map(|feedback| {
                feedback::Command::Answer { feedback, answer: Answer::Noted, text: text.clone(), by: None }.into()
            })
        }
        8 => Some(promises::Command::Make { text: text.clone(), due: None, from: None }.into()),
        9 => {
            let mine = fold.promises().find(|it| it.node == me).map(|it| it.cid);
            mine.map(|promise| promises::Command::Keep { promise, evidence: post }.into())
        }
        10 => Some(batons::Command::Open { title: "Host".into(), strengths: vec![], minutes: None, need: None }.into()),
        11..14 => baton.map(|it| {
            let everybody: Vec<_> = fold.people().map(|it| it.node).collect();
            let (baton, to) = (it.cid, chance.of(&everybody).copied().unwrap_or(me));
            let command = match (it.holder, it.offer) {
                (None, _) => batons::Command::Take { baton },
                (_, Some(offer)) if it.offered_to == Some(me) => batons::Command::Accept { offer },
                (Some(holder), _) if holder == me && chance.once_in(2) => {
                    batons::Command::Offer { baton, to, note: String::new() }
                }
                (Some(holder), _) if holder == me => batons::Command::Release { baton, note: String::new() },
                _ if it.may_reclaim == Some(me) => batons::Command::Reclaim { baton },
                _ => batons::Command::StepIn { baton },
            };
            command.into()
        }),
        _ => Some(reply(text.clone(), None)),
    };
    thought.unwrap_or(nobody)
}

fn reply(text: String, reply_to: Option<Cid>) -> Command {
    posts::Command::Post { kind: PostKind::Update, text, reply_to, tags: vec![], mentions: vec![] }.into()
}
