//! The table of commands that scripts have: name, arguments, what comes of it, and the call of the session that it is.
//! `paceline.d.ts` says the same for people, and is written by hand; `cargo xtask check` compares the two.

use std::collections::BTreeMap;

use futures::future::LocalBoxFuture;
use js_sys::Uint8Array;
use paceline_room::{
    Cid, NodeId,
    body::{
        Answer, List, PostKind, Stance, batons, decisions, feedback,
        meetings::{self, ItemKind},
        people, persons, posts, promises,
        rounds::{self, Ask, Dots, Said, Scale, Spoken, True, Turn},
        taking_back,
    },
    state::RoomState,
};
use serde::{Deserialize, Deserializer};
use wasm_bindgen::{JsCast, JsValue};

use super::{
    decisions::{BallotFor, Proposal},
    values::{bad_argument, day, parse, to_js},
};
use crate::session::{
    ImportReport, LocalState, Outcome, PracticeReport, Session, SessionError, Status, Takes, takes_of,
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
    "take" (what: Takes) -> () = session.take(what);
    "introduce" (o: Introduce) -> Cid = session.act(o.command()).await;

    "post" (o: Post) -> Cid = session.act(o.command()).await;
    "edit" (post: Cid, text: String) -> Cid = session.act(posts::Command::Edit { post, text }).await;
    "retract" (post: Cid) -> Cid = session.act(taking_back::Command::Retract { post }).await;
    "retractVersion" (version: Cid) -> Cid = session.act(taking_back::Command::RetractVersion { version }).await;
    "feedback" (o: Feedback) -> Cid = session.act(o.command()).await;
    "answer" (feedback: Cid, o: Answered) -> Cid = session.act(o.command(feedback)).await;
    "withdrawFeedback" (feedback: Cid) -> Cid = session.act(taking_back::Command::Withdraw { feedback }).await;

    "baton.open" (o: Baton) -> Cid = session.act(o.command()).await;
    "baton.take" (baton: Cid) -> Cid = session.act(batons::Command::Take { baton }).await;
    "baton.offer" (baton: Cid, to: NodeId, note: Option<String>) -> Cid = session.act(batons::Command::Offer { baton, to, note: note.unwrap_or_default() }).await;
    "baton.withdraw" (offer: Cid) -> Cid = session.act(batons::Command::Withdraw { offer }).await;
    "baton.accept" (offer: Cid) -> Cid = session.act(batons::Command::Accept { offer }).await;
    "baton.decline" (offer: Cid, why: Option<String>) -> Cid = session.act(batons::Command::Decline { offer, why: why.unwrap_or_default() }).await;
    "baton.release" (baton: Cid, note: Option<String>) -> Cid = session.act(batons::Command::Release { baton, note: note.unwrap_or_default() }).await;
    "baton.stepIn" (baton: Cid) -> Cid = session.act(batons::Command::StepIn { baton }).await;
    "baton.reclaim" (baton: Cid) -> Cid = session.act(batons::Command::Reclaim { baton }).await;
    "baton.close" (baton: Cid, outcome: Option<String>) -> Cid = session.act(batons::Command::Close { baton, outcome: outcome.unwrap_or_default() }).await;

    "lead.nominate" (baton: Cid, node: NodeId, why: String) -> Cid = session.act(batons::Command::Nominate { baton, node, why }).await;

    "promise.ask" (node: NodeId, text: String) -> Cid = session.act(promises::Command::Ask { node, text }).await;
    "promise.make" (o: Promise) -> Cid = session.act(o.command()?).await;
    "promise.keep" (promise: Cid, evidence: Option<Cid>) -> Cid = session.act(promises::Command::Keep { promise, evidence }).await;
    "promise.renew" (promise: Cid, due: Option<String>) -> Cid = session.act(promises::Command::Renew { promise, due: day(due)? }).await;
    "promise.drop" (promise: Cid, why: String) -> Cid = session.act(promises::Command::Drop { promise, why }).await;

    "decision.propose" (o: Proposal) -> Cid = session.act(o.command()?).await;
    "decision.amend" (proposal: Cid, text: String) -> Cid = session.act(decisions::Command::Amend { proposal, text, title: None, fix: None }).await;
    "decision.ballot" (proposal: Cid, o: BallotFor) -> Cid = session.act(o.command(proposal)).await;
    "decision.close" (proposal: Cid) -> Cid = session.act(decisions::Command::Close { proposal }).await;
    "decision.withdraw" (proposal: Cid) -> Cid = session.act(decisions::Command::Withdraw { proposal }).await;

    "meeting.open" (o: Option<Meeting>) -> Cid = open_meeting(&session, o.unwrap_or_default()).await;
    "meeting.close" (meeting: Cid, note: Option<String>) -> Cid = session.act(meetings::Command::Close { meeting, note: note.unwrap_or_default() }).await;
    "meeting.role" (meeting: Cid, baton: Cid) -> Cid = session.act(meetings::Command::RoleOf { meeting, baton }).await;
    "meeting.addItem" (o: NewItem) -> Cid = session.act(meetings::Command::Add(o.item())).await;
    "meeting.changeItem" (item: Cid, o: ChangedItem) -> Cid = session.act(o.command(item)).await;
    "meeting.doneItem" (item: Cid, outcome: Option<String>) -> Cid = session.act(meetings::Command::Done { item, outcome: outcome.unwrap_or_default() }).await;
    "meeting.undoneItem" (item: Cid) -> Cid = session.act(meetings::Command::Again { item }).await;
    "meeting.at" (item: Cid) -> Cid = session.act(meetings::Command::At { item: Some(item), seconds: None }).await;
    "meeting.timer" (o: TimerFor) -> Cid = session.act(meetings::Command::Timer { seconds: o.seconds, about: o.about }).await;
    "meeting.hand" (up: bool) -> () = session.hand(up);

    "round.wait" (round: Cid) -> () = session.wait_with(round);
    "round.open" (o: Round) -> Cid = session.act(o.command()?).await;
    "round.answer" (round: Cid, answer: RoundAnswer) -> Cid = session.act(answer.command(round)?).await;
    "round.pass" (round: Cid) -> Cid = session.act(rounds::Command::Pass { round }).await;
    "round.turn" (round: Cid, node: NodeId, state: Turn) -> Cid = session.act(rounds::Command::Turn { round, node, state }).await;
    "round.done" (round: Cid) -> Cid = session.act(rounds::Command::Done { round }).await;
    "round.close" (round: Cid) -> Cid = session.act(rounds::Command::Close { round }).await;
    "round.reopen" (round: Cid) -> Cid = session.act(rounds::Command::Reopen { round }).await;
    "round.undo" (round: Cid) -> Cid = session.act(rounds::Command::Undo { round }).await;
    "round.reveal" (round: Cid) -> Cid = session.act(rounds::Command::Reveal { round }).await;
    "round.place" (answer: Cid, under: Option<Under>) -> Cid = session.act(rounds::Command::Place { answer, under: under.map(Under::under).transpose()? }).await;

    "person.alsoMe" (node: NodeId) -> Cid = session.act(persons::Command::AlsoMe { node }).await;
    "person.notMe" (node: NodeId) -> Cid = session.act(persons::Command::NotMe { node }).await;

    "minutes" (o: Option<Minutes>) -> String = o.unwrap_or_default().of(&session).await;

    "status" () -> Status = session.status();
    "state" () -> RoomState = session.state();
    "local" () -> LocalState = session.local();
    "practice" () -> PracticeReport = Ok(session.practice_report());
    "exportCar" () -> Bytes = session.export_car().await.map(Bytes);
    "exportJson" () -> String = session.export_json().await;
    "importCar" (bytes: Bytes) -> ImportReport = session.import_car(bytes.0).await;

    "offline" () -> () = session.offline().await;
    "online" () -> () = session.online().await;
    "refuse" (node: NodeId) -> () = Ok::<_, SessionError>(session.refuse(node));
    "allow" (node: NodeId) -> () = Ok::<_, SessionError>(session.allow(node));
    "byHand.invite" () -> String = session.out_of_band_invite().await;
    "byHand.reply" (invite: String) -> String = session.out_of_band_reply(invite).await;
    "byHand.accept" (reply: String) -> () = session.out_of_band_accept(reply).await;
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

impl Introduce {
    fn command(self) -> people::Command {
        let Self { name, strengths, hue } = self;
        people::Command::Introduce { name, strengths, hue }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Post {
    text: String,
    kind: Option<PostKind>,
    reply_to: Option<Cid>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    mentions: Vec<NodeId>,
}

impl Post {
    fn command(self) -> posts::Command {
        let Self { text, kind, reply_to, tags, mentions } = self;
        posts::Command::Post { text, kind: kind.unwrap_or(PostKind::Update), reply_to, tags, mentions }
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

impl Feedback {
    fn command(self) -> feedback::Command {
        let Self { target, stance, text, sources } = self;
        feedback::Command::Give { target, stance, text, sources }
    }
}

#[derive(Deserialize)]
struct Answered {
    r#as: Answer,
    #[serde(default)]
    text: String,
    by: Option<Cid>,
}

impl Answered {
    fn command(self, feedback: Cid) -> feedback::Command {
        let Self { r#as, text, by } = self;
        feedback::Command::Answer { feedback, answer: r#as, text, by }
    }
}

#[derive(Deserialize)]
struct Baton {
    title: String,
    need: Option<Cid>,
    #[serde(default)]
    strengths: Vec<String>,
    minutes: Option<u32>,
}

impl Baton {
    fn command(self) -> batons::Command {
        let Self { title, need, strengths, minutes } = self;
        batons::Command::Open { title, need, strengths, minutes }
    }
}

#[derive(Deserialize)]
struct Promise {
    text: String,
    due: Option<String>,
    from: Option<Cid>,
}

impl Promise {
    fn command(self) -> Outcome<promises::Command> {
        let Self { text, due, from } = self;
        Ok(promises::Command::Make { text, due: day(due)?, from })
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Meeting {
    title: Option<String>,
    form: Option<String>,
    #[serde(default)]
    prompts: Vec<String>,
    #[serde(default)]
    agenda: Vec<NewItem>,
    call_link: Option<String>,
    resumes: Option<Cid>,
}

/// A meeting without a name is called after its form.
async fn open_meeting(session: &Session, o: Meeting) -> Outcome<Cid> {
    let Meeting { title, form, prompts, call_link, agenda, resumes } = o;
    let title = title.filter(|it| !it.trim().is_empty()).or_else(|| form.clone()).unwrap_or_default();
    let (form, call_link) = (form.unwrap_or_default(), call_link.unwrap_or_default());
    let open = meetings::Command::Open { title, form, prompts, call_link, resumes, values: Default::default() };
    session.open_meeting_with(open, agenda.into_iter().map(NewItem::item).collect()).await
}

#[derive(Deserialize)]
struct NewItem {
    title: String,
    minutes: Option<u64>,
    kind: Option<ItemKind>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default, deserialize_with = "given")]
    meeting: Option<Option<Cid>>,
    about: Option<Cid>,
}

impl NewItem {
    fn item(self) -> meetings::NewItem {
        let Self { title, minutes, kind, tags, meeting, about } = self;
        let kind = kind.unwrap_or(ItemKind::Talk);
        meetings::NewItem { title, kind, minutes, tags, meeting, about }
    }
}

#[derive(Deserialize)]
struct ChangedItem {
    title: Option<String>,
    minutes: Option<u64>,
    #[serde(default, deserialize_with = "given")]
    before: Option<Option<Cid>>,
    #[serde(default, deserialize_with = "given")]
    meeting: Option<Option<Cid>>,
}

impl ChangedItem {
    fn command(self, item: Cid) -> meetings::Command {
        let Self { title, minutes, before, meeting } = self;
        meetings::Command::Change { item, title, minutes, before, meeting }
    }
}

#[derive(Deserialize, Default)]
struct Minutes {
    meeting: Option<Cid>,
    r#as: Option<NotesAs>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum NotesAs {
    Markdown,
    Html,
}

impl Minutes {
    async fn of(self, session: &Session) -> Outcome<String> {
        session.minutes_soon(self.meeting, matches!(self.r#as, Some(NotesAs::Html))).await
    }
}

/// `null` is something that was said.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Cid>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
struct TimerFor {
    seconds: u64,
    about: Option<Cid>,
}

#[derive(Deserialize)]
struct Round {
    question: String,
    ask: AskFor,
    #[serde(default)]
    sealed: bool,
    meeting: Option<Cid>,
    #[serde(default)]
    order: Vec<NodeId>,
}

/// One of these.
#[derive(Deserialize)]
struct AskFor {
    #[serde(default)]
    words: bool,
    #[serde(default)]
    many: bool,
    scale: Option<ScaleFor>,
    choice: Option<Vec<String>>,
    dots: Option<DotsFor>,
    spoken: Option<SpokenFor>,
}

#[derive(Deserialize)]
struct ScaleFor {
    min: i64,
    max: i64,
    low: String,
    high: String,
}

#[derive(Deserialize)]
struct DotsFor {
    budget: u64,
    options: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SpokenFor {
    seconds_each: Option<u64>,
}

impl Round {
    fn command(self) -> Outcome<rounds::Command> {
        let Self { question, ask, sealed, meeting, order } = self;
        let many = ask.many;
        let ask = ask.ask().ok_or_else(|| bad_argument("ask: one of words, scale, choice, dots, spoken"))?;
        Ok(rounds::Command::Open { question, ask, sealed, meeting, order, many })
    }
}

impl AskFor {
    /// If it is one, within its limits.
    fn ask(self) -> Option<Ask> {
        match self {
            Self { words: true, scale: None, choice: None, dots: None, spoken: None, .. } => Some(Ask::Words(True)),
            Self { words: false, scale: Some(it), choice: None, dots: None, spoken: None, .. } => {
                let (min, max) = (it.min.try_into().ok()?, it.max.try_into().ok()?);
                Some(Ask::Scale(Scale { min, max, low: it.low.try_into().ok()?, high: it.high.try_into().ok()? }))
            }
            Self { words: false, scale: None, choice: Some(it), dots: None, spoken: None, .. } => {
                List::of(it).ok().map(Ask::Choice)
            }
            Self { words: false, scale: None, choice: None, dots: Some(it), spoken: None, .. } => {
                let (budget, options) = (it.budget.try_into().ok()?, List::of(it.options).ok()?);
                Some(Ask::Dots(Dots { budget, options }))
            }
            Self { words: false, scale: None, choice: None, dots: None, spoken: Some(it), .. } => {
                let seconds = it.seconds_each.map(TryInto::try_into).transpose().ok()?;
                Some(Ask::Spoken(Spoken { seconds }))
            }
            _ => None,
        }
    }
}

/// One of these.
#[derive(Deserialize)]
struct RoundAnswer {
    text: Option<String>,
    number: Option<i64>,
    choice: Option<u64>,
    dots: Option<Points>,
}

/// By option.
type Points = BTreeMap<String, u64>;

impl RoundAnswer {
    fn command(self, round: Cid) -> Outcome<rounds::Command> {
        let answer = match self {
            Self { text: Some(it), number: None, choice: None, dots: None } => Said::Text(it),
            Self { text: None, number: Some(it), choice: None, dots: None } => Said::Number(it),
            Self { text: None, number: None, choice: Some(it), dots: None } => Said::Choice(it),
            Self { text: None, number: None, choice: None, dots: Some(it) } => Said::Dots(it),
            _ => return Err(bad_argument("answer: one of text, number, choice, dots")),
        };
        Ok(rounds::Command::Answer { round, answer })
    }
}

/// One of these.
#[derive(Deserialize)]
struct Under {
    title: Option<String>,
    answer: Option<Cid>,
}

impl Under {
    fn under(self) -> Outcome<rounds::Under> {
        match self {
            Self { title: Some(title), answer: None } => {
                title.try_into().map(rounds::Under::Title).map_err(|_| bad_argument("title: at most 200 characters"))
            }
            Self { title: None, answer: Some(answer) } => Ok(rounds::Under::Answer(answer)),
            _ => Err(bad_argument("under: a title, or an answer")),
        }
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

impl Taken for Takes {
    fn taken(value: JsValue) -> Outcome<Self> {
        let takes = value.as_string().and_then(|word| takes_of(&word));
        takes.ok_or_else(|| bad_argument("expected until-full, all, newest or nothing"))
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
    taken Found, Introduce, Post, Feedback, Answered, Baton, Promise, Proposal, BallotFor, Option<Meeting>, Option<Minutes>, NewItem,
        ChangedItem, TimerFor, Round, RoundAnswer, Turn, Option<Under>, bool, String, Option<String>, Cid, Option<Cid>, NodeId;
    given Status, RoomState, LocalState, PracticeReport, ImportReport
}
