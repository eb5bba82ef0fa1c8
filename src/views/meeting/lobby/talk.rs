//! Where people talk while they meet. What is chosen travels with the meeting, as words that everybody reads.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::{browser, hooks::use_chosen, texts::t};

/// Properties of [`Talk`].
#[derive(PartialEq, Properties)]
pub struct TalkProps {
    /// Gets what to tell the others: a link, words, or nothing.
    pub on_talk: Callback<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Here,
    Call,
    Together,
    Writing,
}

impl Place {
    const ALL: [Self; 4] = [Self::Here, Self::Call, Self::Together, Self::Writing];

    const fn value(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Call => "call",
            Self::Together => "together",
            Self::Writing => "writing",
        }
    }

    fn label(self) -> String {
        match self {
            Self::Here => t!("talk-here"),
            Self::Call => t!("talk-call"),
            Self::Together => t!("talk-together"),
            Self::Writing => t!("talk-writing"),
        }
    }

    fn words(self, link: &str) -> String {
        match self {
            Self::Here => String::new(),
            Self::Call => link.trim().to_owned(),
            Self::Together => t!("talk-together-words"),
            Self::Writing => t!("talk-writing-words"),
        }
    }
}

/// Draws the choice.
#[component]
pub fn Talk(props: &TalkProps) -> Html {
    let place = use_state(|| Place::Here);
    let link = use_state(String::new);
    let shown = use_chosen(place.value());
    let pick = {
        let (place, link, on_talk) = (place.setter(), link.clone(), props.on_talk.clone());
        Callback::from(move |event: Event| {
            let value = event.target_unchecked_into::<HtmlSelectElement>().value();
            let chosen = Place::ALL.into_iter().find(|it| it.value() == value).unwrap_or(Place::Here);
            place.set(chosen);
            on_talk.emit(chosen.words(&link));
        })
    };
    let on_link = {
        let (link, on_talk) = (link.setter(), props.on_talk.clone());
        Callback::from(move |event: InputEvent| {
            let written = browser::value_of(&event);
            on_talk.emit(Place::Call.words(&written));
            link.set(written);
        })
    };
    html! {
        <div class="lobby-talk">
            <label class="field">
                <span>{ t!("lobby-talk") }</span>
                <select ref={shown} data-testid="where-talk" onchange={pick}>
                    { for Place::ALL.map(|it| html! { <option value={it.value()}>{ it.label() }</option> }) }
                </select>
            </label>
            if *place == Place::Call {
                <label class="field">
                    <span>{ t!("talk-call-link") }</span>
                    <input type="url" data-testid="call-link" dir="auto" maxlength="2000" value={link.to_string()} oninput={on_link} autocomplete="off" />
                </label>
            }
        </div>
    }
}
