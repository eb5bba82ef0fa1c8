//! The few things the session needs of the browser besides storage and links: clocks, marks, turns of the event loop.

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use futures::channel::oneshot;
use js_sys::{Date, Function, Object, Reflect};
use paceline_mesh::replica::Millis;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageChannel, Performance};

pub use crate::browser::{has_network, is_hidden};

thread_local! {
    /// The page's clock: asking the window for it takes ten times as long as reading it.
    static PERFORMANCE: Option<Performance> = web_sys::window().and_then(|it| it.performance());
}

fn performance() -> Option<Performance> {
    PERFORMANCE.with(Clone::clone)
}

/// Milliseconds since the page was opened; never goes back.
pub fn now() -> Millis {
    fine_now() as Millis
}

/// The same with a fraction.
pub fn fine_now() -> f64 {
    PERFORMANCE.with(|it| it.as_ref().map_or(0.0, Performance::now))
}

/// The wall clock, Unix milliseconds. Only ever shown.
pub fn wall_clock() -> u64 {
    Date::now() as u64
}

/// Bytes of memory that the page's WebAssembly holds: it never gives any back.
pub fn memory() -> u64 {
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    memory.buffer().unchecked_into::<js_sys::ArrayBuffer>().byte_length().into()
}

/// A User Timing mark.
pub fn mark(name: &str) {
    if let Some(performance) = performance() {
        // A mark that cannot be made is no reason to fail.
        let _ = performance.mark(name);
    }
}

/// The same, with how many events are here.
pub fn mark_with(name: &str, events: usize) {
    let Some(performance) = performance() else { return };
    let Some(mark) = Reflect::get(&performance, &"mark".into()).ok().and_then(|it| it.dyn_into::<Function>().ok())
    else {
        return;
    };
    let options = Object::new();
    let _ = Reflect::set(&options, &"detail".into(), &(events as u32).into());
    let _ = mark.call2(&performance, &name.into(), &options);
}

/// Bytes nobody can guess.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill_random(&mut bytes);
    bytes
}

/// The same, filled in.
pub fn fill_random(bytes: &mut [u8]) {
    // Every browser that runs wasm has `crypto.getRandomValues`; without it no key could have been made either.
    getrandom::fill(bytes).expect("crypto.getRandomValues exists wherever wasm runs");
}

thread_local! {
    /// One channel for all turns: making one costs ten times as much as a message.
    static TURNS: Option<Turns> = Turns::new();
}

/// Those who wait for the event loop to come round.
struct Turns {
    channel: MessageChannel,
    waiting: Rc<RefCell<VecDeque<oneshot::Sender<()>>>>,
    _on_message: Closure<dyn FnMut(JsValue)>,
}

impl Turns {
    fn new() -> Option<Self> {
        let channel = MessageChannel::new().ok()?;
        let waiting: Rc<RefCell<VecDeque<oneshot::Sender<()>>>> = Rc::default();
        let called = waiting.clone();
        let on_message = Closure::<dyn FnMut(JsValue)>::new(move |_| {
            let next = called.borrow_mut().pop_front();
            if let Some(tell) = next {
                // Whoever asked may have gone.
                let _ = tell.send(());
            }
        });
        channel.port1().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Some(Self { channel, waiting, _on_message: on_message })
    }

    /// One message for each who waits.
    fn ask(&self) -> Option<oneshot::Receiver<()>> {
        self.channel.port2().post_message(&JsValue::NULL).ok()?;
        let (tell, told) = oneshot::channel();
        self.waiting.borrow_mut().push_back(tell);
        Some(told)
    }
}

/// Lets the event loop take a turn: input, painting and messages come first. Timers would be clamped to 4 ms (1 s when
/// hidden); messages between ports are not.
pub async fn take_turn() {
    if let Some(told) = TURNS.with(|turns| turns.as_ref().and_then(Turns::ask)) {
        let _ = told.await;
    }
}
