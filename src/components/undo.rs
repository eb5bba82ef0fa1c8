//! Ten seconds in which what was just done can be undone.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::texts::{changing, t};

/// For how long it is offered, in milliseconds.
const OFFERED_MS: u32 = 10_000;

/// Properties of [`Undo`].
#[derive(PartialEq, Properties)]
pub struct UndoProps {
    /// What was done: another one is offered anew, none is not offered.
    pub of: Option<AttrValue>,
    /// A sentence that says what was done, and by whom if it was another.
    pub text: AttrValue,
    /// Does the inverse: a command of who draws this.
    pub undo: Callback<()>,
    /// Only another can: it is told, and no more.
    #[prop_or_default]
    pub told_only: bool,
}

/// Draws the sentence and its button as long as that is offered. What is there when it is first drawn was done before, and is not
/// offered. The container stays on the page, so that screen readers hear what comes into it.
#[component]
pub fn Undo(props: &UndoProps) -> Html {
    let offered = use_state(|| None::<AttrValue>);
    let before = use_mut_ref(|| props.of.clone());
    {
        let (of, offered) = (props.of.clone(), offered.setter());
        use_effect_with(of, move |of| {
            let is_new = std::mem::replace(&mut *before.borrow_mut(), of.clone()) != *of;
            let over = (is_new && of.is_some()).then(|| {
                offered.set(of.clone());
                Timeout::new(OFFERED_MS, move || offered.set(None))
            });
            move || drop(over)
        });
    }
    let is_offered = offered.is_some() && *offered == props.of;
    let undo = {
        let (undo, offered) = (props.undo.clone(), offered.setter());
        Callback::from(move |_: MouseEvent| {
            offered.set(None);
            undo.emit(());
        })
    };
    html! {
        <div class="undo" role="status">
            if is_offered {
                <span>{ changing(props.text.to_string()) }</span>
                if !props.told_only { <button type="button" class="button plain" data-testid="undo" onclick={undo}>{ t!("undo") }</button> }
            }
        </div>
    }
}
