//! The table of commands that scripts have: name, arguments, what comes of it, and the call of the session that it is. `paceline.d.ts`
//! says the same for people, and is written by hand; `cargo xtask check` compares the two.

use futures::future::LocalBoxFuture;
use js_sys::Uint8Array;
use paceline_room::{
    Cid, NodeId,
    body::{Answer, PostKind, Stance},
    state::RoomState,
};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};

use super::{bad_argument, parse, to_js};
use crate::session::{
    ImportReport, LocalState, NewBaton, NewFeedback, NewPost, Outcome, Session, SessionError, Status,
};

/// The arguments of a call; missing ones are `undefined`.
pub type Arguments = [JsValue; 3];
/// What a command does. Boxed, so that what surrounds each call is in the page once.
pub type Call = fn(Session, Arguments) -> LocalBoxFuture<'static, Outcome<JsValue>>;

/// Writes the table: one line a command. What has a dot stands in an object of its own.
macro_rules! commands {
    ($session:ident: $($name:literal ($($argument:ident: $type:ty),*) -> $result:ty = $call:expr;)*) => {
        /// All commands.
        pub static COMMANDS: &[(&str, Call)] = &[$(($name, |$session, given| {
            Box::pin(async move {
                let [$($argument,)* ..] = given;
                $(let $argument = <$type>::taken($argument)?;)*
                let result: $result = $call?;
                Ok(result.given())
            })
        })),*];
    };
}

commands! { session:
    "found" (o: Found) -> String = session.found(o.title, o.purpose.unwrap_or_default(), o.form.unwrap_or_else(|| "blank".into())).await;
    "join" (link: String) -> () = session.join(link).await;
    "leave" () -> () = session.leave().await;
    "introduce" (o: Introduce) -> Cid = session.introduce(o.name, o.strengths, o.hue).await;

    "post" (o: Post) -> Cid = session.post(o.into()).await;
    "edit" (post: Cid, text: String) -> Cid = session.edit(post, text).await;
    "retract" (post: Cid) -> Cid = session.retract(post).await;
    "feedback" (o: Feedback) -> Cid = session.feedback(o.into()).await;
    "answer" (feedback: Cid, o: Answered) -> Cid = session.answer(feedback, o.r#as, o.text, o.by).await;
    "withdrawFeedback" (feedback: Cid) -> Cid = session.withdraw_feedback(feedback).await;

    "baton.open" (o: Baton) -> Cid = session.baton_open(o.into()).await;
    "baton.take" (baton: Cid) -> Cid = session.baton_take(baton).await;
    "baton.offer" (baton: Cid, to: NodeId, note: Option<String>) -> Cid = session.baton_offer(baton, to, note.unwrap_or_default()).await;
    "baton.withdraw" (offer: Cid) -> Cid = session.baton_withdraw(offer).await;
    "baton.accept" (offer: Cid) -> Cid = session.baton_accept(offer).await;
    "baton.decline" (offer: Cid, why: Option<String>) -> Cid = session.baton_decline(offer, why.unwrap_or_default()).await;
    "baton.release" (baton: Cid, note: Option<String>) -> Cid = session.baton_release(baton, note.unwrap_or_default()).await;
    "baton.stepIn" (baton: Cid) -> Cid = session.baton_step_in(baton).await;
    "baton.reclaim" (baton: Cid) -> Cid = session.baton_reclaim(baton).await;
    "baton.close" (baton: Cid, outcome: Option<String>) -> Cid = session.baton_close(baton, outcome.unwrap_or_default()).await;

    "status" () -> Status = session.status();
    "state" () -> RoomState = session.state();
    "local" () -> LocalState = session.local();
    "exportCar" () -> Bytes = session.export_car().await.map(Bytes);
    "importCar" (bytes: Bytes) -> ImportReport = session.import_car(bytes.0).await;

    "offline" () -> () = session.offline().await;
    "online" () -> () = session.online().await;
    "refuse" (node: NodeId) -> () = Ok::<_, SessionError>(session.refuse(node));
    "allow" (node: NodeId) -> () = Ok::<_, SessionError>(session.allow(node));
    "byHand.invite" () -> String = session.by_hand_invite().await;
    "byHand.reply" (invite: String) -> String = session.by_hand_reply(invite).await;
    "byHand.accept" (reply: String) -> () = session.by_hand_accept(reply).await;
}

#[derive(Deserialize)]
struct Found {
    title: String,
    purpose: Option<String>,
    form: Option<String>,
}

#[derive(Deserialize)]
struct Introduce {
    name: String,
    #[serde(default)]
    strengths: Vec<String>,
    hue: Option<u8>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Post {
    text: String,
    kind: Option<PostKind>,
    reply_to: Option<Cid>,
    #[serde(default)]
    tags: Vec<String>,
}

impl From<Post> for NewPost {
    fn from(Post { text, kind, reply_to, tags }: Post) -> Self {
        Self { text, kind: kind.unwrap_or(PostKind::Update), reply_to, tags }
    }
}

#[derive(Deserialize)]
struct Feedback {
    target: Cid,
    stance: Stance,
    text: Option<String>,
    #[serde(default)]
    sources: Vec<String>,
}

impl From<Feedback> for NewFeedback {
    fn from(Feedback { target, stance, text, sources }: Feedback) -> Self {
        Self { target, stance, text, sources }
    }
}

#[derive(Deserialize)]
struct Answered {
    r#as: Answer,
    #[serde(default)]
    text: String,
    by: Option<Cid>,
}

#[derive(Deserialize)]
struct Baton {
    title: String,
    need: Option<Cid>,
    #[serde(default)]
    strengths: Vec<String>,
    minutes: Option<u32>,
}

impl From<Baton> for NewBaton {
    fn from(Baton { title, need, strengths, minutes }: Baton) -> Self {
        Self { title, need, strengths, minutes }
    }
}

/// A file.
struct Bytes(Vec<u8>);

/// What a script hands over.
trait Taken: Sized {
    fn taken(value: JsValue) -> Outcome<Self>;
}

impl Taken for Bytes {
    fn taken(value: JsValue) -> Outcome<Self> {
        let bytes = value.dyn_into::<Uint8Array>().map_err(|_| bad_argument("expected a Uint8Array"))?;
        Ok(Self(bytes.to_vec()))
    }
}

/// What a script is given.
trait Given {
    fn given(self) -> JsValue;
}

impl Given for () {
    fn given(self) -> JsValue {
        JsValue::UNDEFINED
    }
}

impl Given for String {
    fn given(self) -> JsValue {
        self.into()
    }
}

impl Given for Cid {
    fn given(self) -> JsValue {
        self.to_string().into()
    }
}

impl Given for Bytes {
    fn given(self) -> JsValue {
        Uint8Array::from(self.0.as_slice()).into()
    }
}

/// What is read and shown as objects.
macro_rules! as_objects {
    (taken $($taken:ty),*; given $($given:ty),*) => {
        $(impl Taken for $taken {
            fn taken(value: JsValue) -> Outcome<Self> {
                parse(value)
            }
        })*
        $(impl Given for $given {
            fn given(self) -> JsValue {
                to_js(&self)
            }
        })*
    };
}

as_objects! {
    taken Found, Introduce, Post, Feedback, Answered, Baton, String, Option<String>, Cid, NodeId;
    given Status, RoomState, LocalState, ImportReport
}
