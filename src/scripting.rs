//! `window.paceline`: what a person at the tab can do, for scripts, bots, diagnostics and benchmarks. The same in every
//! build; its contract is `paceline.d.ts`. It only translates: the commands and what they call are a table ([`commands`]).

mod commands;
mod decisions;
mod values;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Function, Object, Promise, Reflect};
use litemap::LiteMap;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::future_to_promise;

use self::{
    commands::{COMMANDS, Call},
    values::{bad_argument, js_error, to_js},
};
use crate::session::{Listener, Session};

/// The number of the contract: it rises by one when `paceline.d.ts` gains something; `cargo xtask contract` holds the two together.
const API: u32 = 1;

/// Puts `paceline` on the window, read-only.
pub fn install(session: &Session) {
    let api = Object::new();
    set(&api, "version", &env!("CARGO_PKG_VERSION").into());
    set(&api, "api", &API.into());
    install_commands(&api, session);
    install_listeners(&api, session);
    Object::freeze(&api);
    if let Some(window) = web_sys::window() {
        let property = Object::new();
        set(&property, "value", &api);
        set(&property, "enumerable", &JsValue::TRUE);
        Object::define_property(window.unchecked_ref::<Object>(), &"paceline".into(), &property);
    }
}

/// The commands of the table, those with a dot in objects of their own.
fn install_commands(api: &Object, session: &Session) {
    let mut groups: Vec<(&str, Object)> = Vec::new();
    for (name, call) in COMMANDS {
        let Some((group, name)) = name.split_once('.') else {
            install_command(api, session, name, *call);
            continue;
        };
        if groups.last().is_none_or(|(it, _)| *it != group) {
            groups.push((group, Object::new()));
        }
        if let Some((_, target)) = groups.last() {
            install_command(target, session, name, *call);
        }
    }
    for (group, target) in groups {
        Object::freeze(&target);
        set(api, group, &target);
    }
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

fn install_command(target: &Object, session: &Session, name: &str, call: Call) {
    let session = session.clone();
    let closure = Closure::<dyn Fn(JsValue, JsValue, JsValue) -> Promise>::new(move |a, b, c| {
        let work = call(session.clone(), [a, b, c]);
        future_to_promise(async move { work.await.map_err(js_error) })
    });
    set(target, name, closure.as_ref());
    closure.forget(); // lives as long as the page
}

fn set(target: &Object, name: &str, value: &JsValue) {
    // Fails only on frozen objects, and these are ours and fresh.
    let _ = Reflect::set(target, &name.into(), value);
}
