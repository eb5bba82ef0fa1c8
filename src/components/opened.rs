//! What a part of the page draws, or that the part comes, or that it did not.

use std::{cell::Cell, rc::Rc};

use gloo::{events::EventListener, timers::callback::Timeout};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::dialog::Dialog;
use crate::{
    browser,
    parts::{Comes, Part},
    texts::{changing, t},
};

/// How long a part may take before a word is said about it, in milliseconds: what comes at once does not flicker.
const QUIET: u32 = 200;

/// What a part draws, once it is here. Each is another, so that what it is drawn from is never old.
#[derive(Clone)]
pub struct Drawn(Rc<dyn Fn() -> Option<Html>>);

impl Drawn {
    /// Drawn so.
    pub fn new(draw: impl Fn() -> Option<Html> + 'static) -> Self {
        Self(Rc::new(draw))
    }
}

impl PartialEq for Drawn {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// A part that something needs.
#[derive(Clone, Copy)]
pub struct Needed(pub &'static dyn Comes);

impl Needed {
    fn place(self) -> *const () {
        std::ptr::from_ref(self.0).cast()
    }
}

impl PartialEq for Needed {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.place(), other.place())
    }
}

/// Properties of [`Opened`].
#[derive(PartialEq, Properties)]
pub struct OpenedProps {
    /// The part that draws it.
    pub part: Needed,
    /// What it draws.
    pub drawn: Drawn,
    /// What stands there is a dialog: what it is called, and what closes it.
    #[prop_or_default]
    pub dialog: Option<(String, Callback<()>)>,
}

/// A part that draws something of this.
pub type Drawer<P> = fn() -> &'static Part<fn(&P) -> Html>;

/// Draws what a part draws of this, as soon as the part is here.
pub fn opened<P: 'static>(part: Drawer<P>, of: P) -> Html {
    let part = part();
    let drawn = Drawn::new(move || part.here().map(|draw| draw(&of)));
    html! { <Opened part={Needed(part)} {drawn} /> }
}

/// How far it is.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// It was asked for a moment ago.
    Asked,
    /// It takes a while.
    Slow,
    /// It did not come.
    Missing,
    /// It is here.
    Here,
}

/// Draws what a part draws, and asks for the part first if it is not here.
#[component]
pub fn Opened(props: &OpenedProps) -> Html {
    let state = use_state(|| State::Asked);
    let tries = use_state(|| 0_u32);
    use_part(props.part, *tries, state.setter());
    let again = use_callback((tries.setter(), *tries), |(), (set, tries)| set.set(tries + 1));
    {
        let again = again.clone();
        use_effect_with(*state == State::Missing, move |missing| {
            let window = browser::window().filter(|_| *missing);
            let heard = window.map(|it| EventListener::new(&it, "online", move |_| again.emit(())));
            move || drop(heard)
        });
    }
    if let Some(drawn) = (props.drawn.0)() {
        return drawn;
    }
    let said = said(*state, again);
    match &props.dialog {
        Some((title, on_close)) => {
            html! { <Dialog title={title.clone()} on_close={on_close.clone()}>{ said }</Dialog> }
        }
        None => said,
    }
}

/// Asks for a part when it is first needed, and with each further try.
#[hook]
fn use_part(part: Needed, tries: u32, set: UseStateSetter<State>) {
    use_effect_with((part, tries), move |(part, _)| {
        let part = part.0;
        let slow = (!part.is_here()).then(|| {
            let (slow, done) = (set.clone(), set.clone());
            let is_done = Rc::new(Cell::new(false));
            let answered = is_done.clone();
            set.set(State::Asked);
            spawn_local(async move {
                let came = part.come().await;
                answered.set(true);
                done.set(if came.is_ok() { State::Here } else { State::Missing });
            });
            Timeout::new(QUIET, move || {
                if !is_done.get() {
                    slow.set(State::Slow);
                }
            })
        });
        move || drop(slow)
    });
}

/// What is said in its place.
fn said(state: State, again: Callback<()>) -> Html {
    let words = match state {
        State::Missing => t!("part-failed"),
        State::Slow => t!("part-coming"),
        State::Asked | State::Here => String::new(),
    };
    let missing = state == State::Missing;
    html! {
        <div class="part" aria-busy={(!missing).to_string()}>
            // What is said later is read aloud in an element that was there before.
            <p role="status" data-testid={missing.then_some("part-failed")}>{ changing(words) }</p>
            if missing {
                <button type="button" class="button plain" data-testid="part-retry" onclick={again.reform(|_: MouseEvent| ())}>
                    { t!("part-retry") }
                </button>
            }
        </div>
    }
}
