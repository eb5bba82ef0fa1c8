//! The field in which somebody says what to be called here.

use std::rc::Rc;

use paceline_room::body::people::Command;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{browser, hooks::use_commands, texts::t};

/// Properties of [`OwnName`].
#[derive(PartialEq, Properties)]
pub struct OwnNameProps {
    /// What stands there at first, ready to be accepted. With nothing to accept the field does not take the keyboard either.
    pub proposed: Option<Rc<str>>,
    /// What is asked.
    pub label: AttrValue,
    /// The field, for whoever takes what stands in it along with something else.
    pub field: NodeRef,
    /// The handle of what gets the keyboard afterwards.
    pub next: &'static str,
}

/// Draws it; Enter accepts.
#[component]
pub fn OwnName(props: &OwnNameProps) -> Html {
    let OwnNameProps { proposed, label, field, next } = props;
    let commands = use_commands("introduce");
    let busy = commands.busy;
    {
        let (field, proposed) = (field.clone(), proposed.clone());
        use_effect_with((), move |()| {
            if let (Some(field), Some(name)) = (field.cast::<HtmlInputElement>(), proposed) {
                field.set_value(&name);
                // A phone would raise its keyboard over the room.
                if browser::focus_is_lost() && !browser::matches_media("(pointer: coarse)") {
                    let _ = field.focus();
                    field.select();
                }
            }
        });
    }
    let onsubmit = {
        let (field, next) = (field.clone(), *next);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(introduce) = introduction(&field) else { return };
            commands.run(|session| async move {
                session.act(introduce).await?;
                if browser::focus_is_lost() || browser::find(".name-bar :focus").is_some() {
                    browser::focus_handle(next);
                }
                Ok(())
            });
        })
    };
    html! {
        <form class="name-bar" {onsubmit}>
            <label for="name-in-room">{ label.clone() }</label>
            <input ref={field} id="name-in-room" type="text" dir="auto" maxlength="200" data-testid="name-input" autocomplete="nickname" />
            <button type="submit" class="button" data-testid="name-submit" aria-disabled={busy}>{ t!("name-accept") }</button>
        </form>
    }
}

/// What the words in the field come to, if there are any.
pub fn introduction(field: &NodeRef) -> Option<Command> {
    let name = field.cast::<HtmlInputElement>()?.value().trim().to_owned();
    (!name.is_empty()).then(|| Command::Introduce { name, strengths: vec![], hue: None })
}
