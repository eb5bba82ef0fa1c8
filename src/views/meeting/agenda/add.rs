//! The form by which anybody puts something on an agenda, or keeps it for later.

use paceline_room::{
    Cid,
    body::meetings::{self, NewItem},
    limits,
};
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

use crate::{
    browser,
    components::fields::{closes_on_escape, focus_on, value_of},
    hooks::use_commands,
    texts::t,
};

/// Properties of [`Add`].
#[derive(PartialEq, Properties)]
pub struct AddProps {
    /// The meeting; none: it is for later.
    pub meeting: Option<Cid>,
}

/// Draws the button, and the form once it was pressed.
#[component]
pub fn Add(props: &AddProps) -> Html {
    let open = use_state(|| false);
    let closed = use_mut_ref(|| false);
    let button = use_node_ref();
    {
        // Who closes the form goes on where it was opened.
        let (button, closed) = (button.clone(), closed.clone());
        use_effect_with(*open, move |_| {
            if let Some(button) = button.cast::<HtmlElement>().filter(|_| closed.replace(false)) {
                browser::focus(&button);
            }
        });
    }
    let show = {
        let open = open.setter();
        Callback::from(move |_: MouseEvent| open.set(true))
    };
    let close = {
        let open = open.setter();
        Callback::from(move |()| {
            closed.replace(true);
            open.set(false);
        })
    };
    let words = if props.meeting.is_some() { t!("agenda-add") } else { t!("agenda-add-later") };
    if *open {
        html! { <Form key="form" meeting={props.meeting} {close} /> }
    } else {
        html! { <button key="open" ref={button} type="button" class="quiet-button" data-testid="agenda-add" onclick={show}>{ words }</button> }
    }
}

#[derive(PartialEq, Properties)]
struct FormProps {
    meeting: Option<Cid>,
    close: Callback<()>,
}

/// Stays open, so that one thing can follow another. What is not fit the browser says at the field, before anything is sent.
#[component]
fn Form(props: &FormProps) -> Html {
    let commands = use_commands("agenda add");
    let (title, minutes) = (use_node_ref(), use_node_ref());
    {
        let title = title.clone();
        use_effect_with((), move |()| focus_on(&title));
    }
    let onsubmit = {
        let (commands, title, minutes, meeting) = (commands.clone(), title.clone(), minutes.clone(), props.meeting);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let (named, takes) =
                (value_of(&title), minutes.cast::<HtmlInputElement>().and_then(|it| it.value().parse().ok()));
            if named.is_empty() {
                return focus_on(&title);
            }
            let item = NewItem { minutes: takes, meeting: Some(meeting), ..NewItem::talk(named) };
            let fields = [title.clone(), minutes.clone()];
            commands.run(|session| async move {
                session.act(meetings::Command::Add(item)).await?;
                for field in fields.iter().filter_map(|it| it.cast::<HtmlInputElement>()) {
                    field.set_value("");
                }
                focus_on(&fields[0]);
                Ok(())
            });
        })
    };
    html! {
        <form class="inline-form agenda-form" {onsubmit} onkeydown={closes_on_escape(&props.close)}>
            <label class="field">
                <span>{ t!("agenda-title") }</span>
                <input ref={title} type="text" dir="auto" maxlength={limits::TITLE_CHARS.to_string()} data-testid="agenda-title" autocomplete="off" />
            </label>
            <label class="field agenda-minutes">
                <span>{ t!("agenda-minutes") }</span>
                <input ref={minutes} type="number" inputmode="numeric" min="1" max={(limits::TIMER_SECONDS / 60).to_string()} step="1" data-testid="agenda-minutes" autocomplete="off" />
            </label>
            <div class="row">
                <button type="submit" class="button plain" data-testid="agenda-submit" aria-disabled={commands.busy}>{ t!("agenda-submit") }</button>
                <button type="button" class="quiet-button" onclick={props.close.reform(|_: MouseEvent| ())}>{ t!("cancel") }</button>
            </div>
        </form>
    }
}
