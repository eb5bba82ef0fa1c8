//! How an incident begins: one field, one press. Who says what is broken leads, until another does.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{
    browser,
    forms::FormIncident,
    hooks::{use_commands, use_draft},
    session::{Draft, Place},
    texts::{changing, t},
};

/// Properties of [`Declare`].
#[derive(PartialEq, Properties)]
pub struct DeclareProps {
    /// Name of its form.
    pub form: Rc<str>,
    /// What the form says.
    pub incident: FormIncident,
    /// To begin is the next press.
    pub primary: bool,
}

/// Draws it.
#[component]
pub fn Declare(props: &DeclareProps) -> Html {
    let DeclareProps { form, incident, primary } = props;
    let commands = use_commands("meeting");
    let drafting = use_draft(Place::Incident);
    let (field, busy) = (use_node_ref(), commands.busy);
    let onsubmit = {
        let (form, drafting, field) = (form.clone(), drafting.clone(), field.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let title = drafting.now().text.trim().to_owned();
            if title.is_empty() {
                if let Some(field) = field.cast::<HtmlInputElement>() {
                    browser::focus(&field);
                }
                return;
            }
            let form = form.to_string();
            commands.run(|session| async move {
                session.begin_meeting(form, title, String::new(), vec![]).await?;
                session.set_draft(&Place::Incident, |it| *it = Draft::default());
                Ok(())
            });
        })
    };
    html! {
        <form class="declare" data-testid="declare" {onsubmit}>
            <label class="field">
                <span dir="auto">{ changing(incident.question.clone()) }</span>
                <input ref={field} value={drafting.draft.text.clone()} oninput={drafting.on_text()}
                    type="text" dir="auto" maxlength="200" autocomplete="off" enterkeyhint="go" data-testid="incident-what" />
            </label>
            <button type="submit" class="button big" data-testid="incident-declare" data-primary={primary.then_some("true")} aria-disabled={busy}>
                { t!("incident-declare") }
            </button>
        </form>
    }
}
