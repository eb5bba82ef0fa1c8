//! `window.paceline`: what a person at the tab can do, for scripts, bots, diagnostics and benchmarks. The same in every
//! build; its contract is `paceline.d.ts`. It only translates: every call is a method of [`Session`].

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures::future::LocalBoxFuture;
use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use litemap::LiteMap;
use paceline_room::{
    Cid, NodeId,
    body::{Answer, PostKind, Stance},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::future_to_promise;

use crate::{
    session::{Listener, NewBaton, NewFeedback, NewPost, Outcome, Session, SessionError},
    texts::t,
};

/// The number of the contract: it rises by one when `paceline.d.ts` gains something; `cargo xtask contract` holds the two together.
const API: u32 = 1;

/// The arguments of a call; missing ones are `undefined`.
type Args = [JsValue; 3];

#[derive(Deserialize)]
struct FoundArgs {
    title: String,
    #[serde(default)]
    purpose: Option<String>,
    #[serde(default)]
    form: Option<String>,
}

#[derive(Deserialize)]
struct IntroduceArgs {
    name: String,
    #[serde(default)]
    strengths: Vec<String>,
    #[serde(default)]
    hue: Option<u8>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostArgs {
    text: String,
    #[serde(default)]
    kind: Option<PostKind>,
    #[serde(default)]
    reply_to: Option<Cid>,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Deserialize)]
struct FeedbackArgs {
    target: Cid,
    stance: Stance,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    sources: Vec<String>,
}

#[derive(Deserialize)]
struct AnswerArgs {
    #[serde(rename = "as")]
    answer: Answer,
    #[serde(default)]
    text: String,
    #[serde(default)]
    by: Option<Cid>,
}

#[derive(Deserialize)]
struct BatonArgs {
    title: String,
    #[serde(default)]
    need: Option<Cid>,
    #[serde(default)]
    strengths: Vec<String>,
    #[serde(default)]
    minutes: Option<u32>,
}

/// Puts `paceline` on the window, read-only.
pub fn install(session: &Session) {
    let api = Object::new();
    set(&api, "version", &env!("CARGO_PKG_VERSION").into());
    set(&api, "api", &API.into());
    install_rooms(&api, session);
    install_talk(&api, session);
    install_batons(&api, session);
    install_diagnostics(&api, session);
    install_links(&api, session);
    install_listeners(&api, session);
    Object::freeze(&api);
    if let Some(window) = web_sys::window() {
        let property = Object::new();
        set(&property, "value", &api);
        set(&property, "enumerable", &JsValue::TRUE);
        Object::define_property(window.unchecked_ref::<Object>(), &"paceline".into(), &property);
    }
}

fn install_rooms(api: &Object, session: &Session) {
    method(api, session, "found", |session, [options, ..]| async move {
        let it: FoundArgs = parse(options)?;
        let form = it.form.unwrap_or_else(|| "blank".into());
        session.found(it.title, it.purpose.unwrap_or_default(), form).await.map(Into::into)
    });
    method(api, session, "join", |session, [link, ..]| async move { done(session.join(parse(link)?).await) });
    method(api, session, "leave", |session, _| async move { done(session.leave().await) });
    method(api, session, "introduce", |session, [options, ..]| async move {
        let it: IntroduceArgs = parse(options)?;
        named(session.introduce(it.name, it.strengths, it.hue).await)
    });
}

fn install_talk(api: &Object, session: &Session) {
    method(api, session, "post", |session, [options, ..]| async move {
        let PostArgs { text, kind, reply_to, tags } = parse(options)?;
        named(session.post(NewPost { text, kind: kind.unwrap_or(PostKind::Update), reply_to, tags }).await)
    });
    method(api, session, "edit", |session, [post, text, _]| async move {
        named(session.edit(parse(post)?, parse(text)?).await)
    });
    method(api, session, "retract", |session, [post, ..]| async move { named(session.retract(parse(post)?).await) });
    method(api, session, "feedback", |session, [options, ..]| async move {
        let FeedbackArgs { target, stance, text, sources } = parse(options)?;
        named(session.feedback(NewFeedback { target, stance, text, sources }).await)
    });
    method(api, session, "answer", |session, [feedback, options, _]| async move {
        let AnswerArgs { answer, text, by } = parse(options)?;
        named(session.answer(parse(feedback)?, answer, text, by).await)
    });
    method(api, session, "withdrawFeedback", |session, [feedback, ..]| async move {
        named(session.withdraw_feedback(parse(feedback)?).await)
    });
}

fn install_batons(api: &Object, session: &Session) {
    let baton = Object::new();
    method(&baton, session, "open", |session, [options, ..]| async move {
        let BatonArgs { title, need, strengths, minutes } = parse(options)?;
        named(session.baton_open(NewBaton { title, need, strengths, minutes }).await)
    });
    method(
        &baton,
        session,
        "take",
        |session, [baton, ..]| async move { named(session.baton_take(parse(baton)?).await) },
    );
    method(&baton, session, "offer", |session, [baton, to, note]| async move {
        let to: NodeId = parse(to)?;
        named(session.baton_offer(parse(baton)?, to, optional(note)?).await)
    });
    method(&baton, session, "withdraw", |session, [offer, ..]| async move {
        named(session.baton_withdraw(parse(offer)?).await)
    });
    method(&baton, session, "accept", |session, [offer, ..]| async move {
        named(session.baton_accept(parse(offer)?).await)
    });
    method(&baton, session, "decline", |session, [offer, why, _]| async move {
        named(session.baton_decline(parse(offer)?, optional(why)?).await)
    });
    method(&baton, session, "release", |session, [baton, note, _]| async move {
        named(session.baton_release(parse(baton)?, optional(note)?).await)
    });
    method(&baton, session, "stepIn", |session, [baton, ..]| async move {
        named(session.baton_step_in(parse(baton)?).await)
    });
    method(&baton, session, "reclaim", |session, [baton, ..]| async move {
        named(session.baton_reclaim(parse(baton)?).await)
    });
    method(&baton, session, "close", |session, [baton, outcome, _]| async move {
        named(session.baton_close(parse(baton)?, optional(outcome)?).await)
    });
    Object::freeze(&baton);
    set(api, "baton", &baton);
}

fn install_diagnostics(api: &Object, session: &Session) {
    method(api, session, "status", |session, _| async move { shown(&session.status()?) });
    method(api, session, "state", |session, _| async move { shown(&session.state()?) });
    method(api, session, "local", |session, _| async move { shown(&session.local()?) });
    method(api, session, "exportCar", |session, _| async move {
        Ok(Uint8Array::from(session.export_car().await?.as_slice()).into())
    });
    method(api, session, "importCar", |session, [bytes, ..]| async move {
        let bytes = bytes.dyn_into::<Uint8Array>().map_err(|_| bad_argument("expected a Uint8Array"))?;
        shown(&session.import_car(bytes.to_vec()).await?)
    });
}

fn install_links(api: &Object, session: &Session) {
    method(api, session, "offline", |session, _| async move { done(session.offline().await) });
    method(api, session, "online", |session, _| async move { done(session.online().await) });
    method(api, session, "refuse", |session, [node, ..]| async move {
        session.refuse(parse(node)?);
        Ok(JsValue::UNDEFINED)
    });
    method(api, session, "allow", |session, [node, ..]| async move {
        session.allow(parse(node)?);
        Ok(JsValue::UNDEFINED)
    });
    let by_hand = Object::new();
    method(&by_hand, session, "invite", |session, _| async move { session.by_hand_invite().await.map(Into::into) });
    method(&by_hand, session, "reply", |session, [invite, ..]| async move {
        session.by_hand_reply(parse(invite)?).await.map(Into::into)
    });
    method(&by_hand, session, "accept", |session, [reply, ..]| async move {
        done(session.by_hand_accept(parse(reply)?).await)
    });
    Object::freeze(&by_hand);
    set(api, "byHand", &by_hand);
}

/// `on(name, listener)` returns a function that stops listening. Whoever throws that function away goes on listening: what is
/// subscribed is kept here, not with the function, which the browser may collect.
fn install_listeners(api: &Object, session: &Session) {
    let session = session.clone();
    let kept = Rc::new(RefCell::new(LiteMap::new_vec()));
    let next = Cell::new(0_u32);
    let on =
        Closure::<dyn Fn(String, Function) -> Result<JsValue, JsValue>>::new(move |name: String, call: Function| {
            let call = move |detail: JsValue| {
                // A listener's own mistake is the page's to report, not ours to fail on.
                if let Err(error) = call.call1(&JsValue::NULL, &detail) {
                    web_sys::console::error_1(&error);
                }
            };
            let listener = match name.as_str() {
                "event" => Listener::Event(Box::new(move |it| call(to_js(it)))),
                "peer" => Listener::Peer(Box::new(move |it| call(to_js(it)))),
                "state" => Listener::State(Box::new(move |it| call(to_js(it)))),
                _ => return Err(js_error(bad_argument("listen to event, peer or state"))),
            };
            let number = next.replace(next.get() + 1);
            kept.borrow_mut().insert(number, session.listen(listener));
            let kept = Rc::clone(&kept);
            let stop = move || drop(kept.borrow_mut().remove(&number));
            Ok(Closure::<dyn Fn()>::new(stop).into_js_value())
        });
    set(api, "on", on.as_ref());
    on.forget(); // lives as long as the page
}

fn method<F, R>(target: &Object, session: &Session, name: &str, call: F)
where
    F: Fn(Session, Args) -> R + 'static,
    R: Future<Output = Outcome<JsValue>> + 'static,
{
    let session = session.clone();
    install_method(target, name, Box::new(move |args| Box::pin(call(session.clone(), args))));
}

/// Boxed, so that what surrounds each call is in the page once.
fn install_method(target: &Object, name: &str, call: Box<dyn Fn(Args) -> LocalBoxFuture<'static, Outcome<JsValue>>>) {
    let closure = Closure::<dyn Fn(JsValue, JsValue, JsValue) -> Promise>::new(move |a, b, c| {
        let work = call([a, b, c]);
        future_to_promise(async move { work.await.map_err(js_error) })
    });
    set(target, name, closure.as_ref());
    closure.forget(); // lives as long as the page
}

fn set(target: &Object, name: &str, value: &JsValue) {
    // Fails only on frozen objects, and these are ours and fresh.
    let _ = Reflect::set(target, &name.into(), value);
}

fn parse<T: DeserializeOwned>(value: JsValue) -> Outcome<T> {
    serde_wasm_bindgen::from_value(value).map_err(|error| bad_argument(error.to_string()))
}

fn optional(value: JsValue) -> Outcome<String> {
    if value.is_undefined() || value.is_null() { Ok(String::new()) } else { parse(value) }
}

fn bad_argument(why: impl Into<String>) -> SessionError {
    SessionError::new("bad-argument", t!("notice-bad-argument", why = why.into()))
}

fn to_js<T: Serialize + ?Sized>(value: &T) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::UNDEFINED)
}

fn shown<T: Serialize + ?Sized>(value: &T) -> Outcome<JsValue> {
    Ok(to_js(value))
}

fn named(outcome: Outcome<Cid>) -> Outcome<JsValue> {
    outcome.map(|cid| cid.to_string().into())
}

fn done(outcome: Outcome<()>) -> Outcome<JsValue> {
    outcome.map(|()| JsValue::UNDEFINED)
}

/// An `Error` with a `code`: the `PacelineError` of the contract.
fn js_error(error: SessionError) -> JsValue {
    let js = js_sys::Error::new(&error.text);
    js.set_name("PacelineError");
    let _ = Reflect::set(&js, &"code".into(), &error.code.into());
    js.into()
}
