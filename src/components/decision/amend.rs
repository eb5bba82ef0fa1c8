//! Another text for one's own proposal, in one's own words or by somebody's fix; then all are asked again.

use std::sync::Arc;

use paceline_room::state::Proposal;
use yew::prelude::*;

use crate::{
    browser,
    components::{
        fields::{closes_on_escape, focus_on, submits_on_control_enter},
        opened::Drawer,
    },
    hooks::{Drafting, use_commands, use_draft},
    parts::part,
    session::Place,
    texts::t,
};

/// The fields of a draft: that somebody has begun, and the ballot whose fix is taken up.
const BEGUN: &str = "begun";
const FIX: &str = "fix";

/// Properties of [`Amend`].
#[derive(Clone, PartialEq, Properties)]
pub struct AmendProps {
    /// The proposal.
    pub proposal: Arc<Proposal>,
    /// The form is closed.
    pub on_close: Callback<()>,
    /// To send it is the next press.
    pub primary: bool,
}

/// Puts a fix below the text as it is: whoever takes it up puts both together.
pub fn take_up(drafting: &Drafting, text: &str, ballot: String, fix: &str) {
    drafting.write(|draft| {
        let before = if draft.field(BEGUN).is_empty() { text.to_owned() } else { draft.text.clone() };
        draft.text = format!("{}\n\n{fix}", before.trim_end());
        draft.set_field(BEGUN, "1");
        draft.set_field(FIX, &ballot);
    });
}

/// Draws it.
pub const AMEND: Drawer<AmendProps> =
    part!(forms: fn(&AmendProps) -> Html = |props: &AmendProps| html! { <Amend ..props.clone() /> });

/// Draws the form.
#[component]
fn Amend(props: &AmendProps) -> Html {
    let AmendProps { proposal, on_close, primary } = props;
    let (cid, field) = (proposal.cid, use_node_ref());
    let drafting = use_draft(Place::Amendment(cid));
    let commands = use_commands(Place::Amendment(cid));
    {
        let field = field.clone();
        use_effect_with((), move |()| focus_on(&field));
    }
    let begun = !drafting.draft.field(BEGUN).is_empty();
    let value = if begun {
        drafting.draft.text.clone()
    } else {
        proposal.version.text.as_deref().unwrap_or_default().to_owned()
    };
    let oninput = {
        let drafting = drafting.clone();
        Callback::from(move |event: InputEvent| {
            let words = browser::value_of(&event);
            drafting.write(|draft| {
                draft.set_field(BEGUN, "1");
                draft.text = words;
            });
        })
    };
    let onsubmit = {
        let (drafting, commands, on_close, field) =
            (drafting.clone(), commands.clone(), on_close.clone(), field.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let draft = drafting.now();
            if draft.field(BEGUN).is_empty() || draft.text.trim().is_empty() {
                return focus_on(&field);
            }
            let on_close = on_close.clone();
            commands.run(|session| async move {
                session.amend(cid).await?;
                on_close.emit(());
                Ok(())
            });
        })
    };
    html! {
        <form class="inline-form" {onsubmit} onkeydown={closes_on_escape(on_close)}>
            <label class="field">
                <span>{ t!("amend-text") }</span>
                <textarea ref={field} rows="4" dir="auto" data-testid="amend-text" onkeydown={submits_on_control_enter()} {value} {oninput}
                    readonly={commands.busy.is_some()} />
            </label>
            <div class="row">
                <button type="submit" class={classes!("button", (!primary).then_some("plain"))} data-testid="amend-submit" data-primary={primary.then_some("true")}
                    aria-disabled={commands.busy}>{ t!("amend-submit") }</button>
                <button type="button" class="quiet-button" onclick={on_close.reform(|_: MouseEvent| ())}>{ t!("cancel") }</button>
            </div>
        </form>
    }
}
