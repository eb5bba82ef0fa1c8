//! What somebody proposes: in one field if they like, and behind one more press how it is decided and what it changes in the room.

use paceline_room::{Cid, body::Policy, state::BatonState};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::decided_by;
use crate::{
    browser,
    components::{
        fields::{closes_on_escape, submits_on_control_enter},
        more::CHOICES,
    },
    due, excerpt,
    hooks::{Drafting, use_chosen, use_commands, use_draft, use_session, use_view},
    people,
    session::{Asked, Place, REVIEW_DAYS},
    texts::{changing, t},
};

/// The fields of a draft. What they mean says `session::express::decisions`.
const TITLE: &str = "title";
const REVIEW: &str = "review";
const POLICY: &str = "policy";
const CHANGES: &str = "changes";
const VALUE: &str = "value";
const TRIAL: &str = "trial";
const BEGUN: &str = "begun";
/// Nobody looks at it again.
const NEVER: &str = "none";
/// Characters of a title that stand in what is asked about it.
const QUOTED: usize = 120;
/// What a decision can change by this form, by their names in a draft.
const CHANGEABLE: [&str; 8] = ["title", "purpose", "policy", "quorum", "grace", "prompts", "notice", "close"];
/// From the loosest on.
const POLICIES: [(&str, Policy); 4] = [
    ("advice", Policy::Advice),
    ("majority", Policy::Majority),
    ("consent", Policy::Consent),
    ("unanimous", Policy::Unanimous),
];

/// Properties of [`Propose`].
#[derive(Clone, PartialEq, Properties)]
pub struct ProposeProps {
    /// Where it is written.
    pub place: Place,
    /// The meeting in which it is decided.
    #[prop_or_default]
    pub meeting: Option<Cid>,
    /// How the room decides.
    pub policy: Option<Policy>,
    /// What is proposed until somebody says it in their own words.
    #[prop_or_default]
    pub proposed: AttrValue,
    /// To propose is the next press.
    #[prop_or_default]
    pub primary: bool,
    /// It comes with the keyboard in it.
    #[prop_or_default]
    pub leads: bool,
    /// Closes it, if it can be.
    #[prop_or_default]
    pub on_close: Option<Callback<()>>,
}

/// Draws the form.
#[component]
pub fn Propose(props: &ProposeProps) -> Html {
    let ProposeProps { place, primary, on_close, .. } = props;
    let drafting = use_draft(*place);
    let commands = use_commands(place);
    let field = use_node_ref();
    {
        let (field, leads) = (field.clone(), props.leads);
        use_effect_with((), move |()| {
            if leads && let Some(field) = field.cast::<HtmlInputElement>() {
                browser::focus(&field);
            }
        });
    }
    // Only once: words that are edited meanwhile must not replace what somebody reads here.
    let proposed = use_memo((), |()| props.proposed.clone());
    let title = titled(&drafting, &proposed);
    let on_title = begins(&drafting, &proposed, |draft, words| draft.set_field(TITLE, &words));
    let on_text = begins(&drafting, &proposed, |draft, words| draft.text = words);
    let onsubmit = proposing(props, &drafting, &commands, &field, &proposed);
    let busy = commands.busy;
    html! {
        <form class="inline-form propose" {onsubmit} onkeydown={on_close.as_ref().map(closes_on_escape)}>
            <label class="field">
                <span>{ t!("proposal-title") }</span>
                <input ref={field} type="text" dir="auto" maxlength="200" autocomplete="off" data-testid="proposal-title" value={title} oninput={on_title}
                    readonly={busy.is_some()} />
            </label>
            <label class="field">
                <span>{ t!("proposal-text") }</span>
                <textarea rows="3" dir="auto" data-testid="proposal-text" onkeydown={submits_on_control_enter()} value={drafting.draft.text.clone()}
                    oninput={on_text} readonly={busy.is_some()} />
            </label>
            <Review drafting={drafting.clone()} />
            <details class="propose-more" data-testid="proposal-more">
                <summary>{ t!("proposal-more") }</summary>
                <More {drafting} policy={props.policy} />
            </details>
            <div class="row">
                <button type="submit" class={classes!("button", (!primary).then_some("plain"))} data-testid="proposal-submit" data-primary={primary.then_some("true")}
                    aria-disabled={busy}>{ t!("proposal-submit") }</button>
                if let Some(close) = on_close { <button type="button" class="quiet-button" onclick={close.reform(|_: MouseEvent| ())}>{ t!("cancel") }</button> }
            </div>
        </form>
    }
}

/// The person's own words once there are any, or were.
fn titled(drafting: &Drafting, proposed: &str) -> String {
    let draft = drafting.now();
    if draft.field(BEGUN).is_empty() { proposed.to_owned() } else { draft.field(TITLE).to_owned() }
}

fn begins(
    drafting: &Drafting,
    proposed: &AttrValue,
    write: fn(&mut crate::session::Draft, String),
) -> Callback<InputEvent> {
    let (drafting, proposed) = (drafting.clone(), proposed.clone());
    Callback::from(move |event: InputEvent| {
        let words = browser::value_of(&event);
        drafting.write(|draft| {
            // Also who deletes every word has begun; who has not yet touched the title has the one that is proposed.
            if draft.field(BEGUN).is_empty() {
                draft.set_field(TITLE, &proposed);
            }
            draft.set_field(BEGUN, "1");
            write(draft, words);
        });
    })
}

/// What proposes it.
fn proposing(
    props: &ProposeProps,
    drafting: &Drafting,
    commands: &crate::hooks::Commands,
    field: &NodeRef,
    proposed: &AttrValue,
) -> Callback<SubmitEvent> {
    let (drafting, commands, field, proposed) = (drafting.clone(), commands.clone(), field.clone(), proposed.clone());
    let (place, meeting, on_close) = (props.place, props.meeting, props.on_close.clone());
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let (title, text) = (titled(&drafting, &proposed), drafting.now().text);
        if title.trim().is_empty() && text.trim().is_empty() {
            if let Some(field) = field.cast::<HtmlInputElement>() {
                browser::focus(&field);
            }
            return;
        }
        drafting.write(|draft| {
            draft.set_field(BEGUN, "1");
            draft.set_field(TITLE, &title);
        });
        let called = excerpt::excerpt(if title.trim().is_empty() { &text } else { &title }, QUOTED);
        let asked = |meeting| {
            let questions = t!("decide-questions-about", title = called.clone());
            (meeting, Asked { questions, reactions: t!("decide-reactions-to", title = called) })
        };
        let (meeting, on_close) = (meeting.map(asked), on_close.clone());
        commands.run(|session| async move {
            session.propose(place, meeting).await?;
            on_close.iter().for_each(|it| it.emit(()));
            Ok(())
        });
    })
}

#[derive(PartialEq, Properties)]
struct ReviewProps {
    drafting: Drafting,
}

/// When it is looked at again: in some months, where nobody says otherwise.
#[component]
fn Review(props: &ReviewProps) -> Html {
    let drafting = &props.drafting;
    let day = match drafting.draft.field(REVIEW) {
        "" => due::in_days(REVIEW_DAYS).map(|it| it.to_string()).unwrap_or_default(),
        NEVER => String::new(),
        day => day.to_owned(),
    };
    let oninput = {
        let drafting = drafting.clone();
        Callback::from(move |event: InputEvent| {
            let day = browser::value_of(&event);
            drafting.write(|draft| draft.set_field(REVIEW, if day.is_empty() { NEVER } else { &day }));
        })
    };
    html! {
        <label class="field">
            <span>{ t!("proposal-review-on") }</span>
            <input type="date" data-testid="proposal-review" min="1970-01-02" max="9999-12-31" value={day} {oninput} />
        </label>
    }
}

#[derive(PartialEq, Properties)]
struct MoreProps {
    drafting: Drafting,
    policy: Option<Policy>,
}

/// How it is decided, and what it changes in the room; for a while, if it is a trial.
#[component]
fn More(props: &MoreProps) -> Html {
    let MoreProps { drafting, policy } = props;
    let (chosen, changed) = (drafting.draft.field(POLICY).to_owned(), drafting.draft.field(CHANGES).to_owned());
    let (policies, changes) = (use_chosen(chosen), use_chosen(changed.clone()));
    let stricter = POLICIES.iter().filter(|(_, it)| policy.is_some_and(|policy| *it > policy));
    let on_trial = {
        let drafting = drafting.clone();
        Callback::from(move |event: Event| {
            let on = event.target_unchecked_into::<HtmlInputElement>().checked();
            drafting.write(|draft| draft.set_field(TRIAL, if on { "1" } else { "" }));
        })
    };
    html! {
        <>
            <label class="field">
                <span>{ t!("proposal-policy") }</span>
                <select ref={policies} data-testid="proposal-policy" oninput={drafting.on_field(POLICY)}>
                    <option value="">{ changing(policy.map_or_else(String::new, decided_by)) }</option>
                    { for stricter.map(|(name, it)| html! { <option key={*name} value={*name}>{ decided_by(*it) }</option> }) }
                </select>
            </label>
            <label class="field">
                <span>{ t!("proposal-changes") }</span>
                <select ref={changes} data-testid="proposal-effect" oninput={drafting.on_field(CHANGES)}>
                    <option value="">{ t!("proposal-changes-nothing") }</option>
                    { for CHANGEABLE.iter().map(|it| html! { <option key={*it} value={*it}>{ change_called(it) }</option> }) }
                </select>
            </label>
            <div>if !changed.is_empty() { <To key={changed.clone()} drafting={drafting.clone()} what={changed.clone()} /> }</div>
            <div>if !changed.is_empty() {
                <label class="switch">
                    <input type="checkbox" role="switch" data-testid="proposal-trial" checked={!drafting.draft.field(TRIAL).is_empty()} onchange={on_trial} />
                    <span>{ t!("proposal-try") }</span>
                </label>
            }</div>
        </>
    }
}

#[derive(PartialEq, Properties)]
struct ToProps {
    drafting: Drafting,
    what: String,
}

/// What it is changed to.
#[component]
fn To(props: &ToProps) -> Html {
    let ToProps { drafting, what } = props;
    let value = drafting.draft.field(VALUE).to_owned();
    let shown = use_chosen(value.clone());
    let oninput = drafting.on_field(VALUE);
    let field = match what.as_str() {
        "notice" | "close" => html! { <Choices drafting={drafting.clone()} of={what.clone()} /> },
        "policy" => html! {
            <select ref={shown} data-testid="proposal-effect-value" {oninput}>
                <option value="">{ t!("proposal-changes-choose") }</option>
                { for POLICIES.iter().map(|(name, it)| html! { <option key={*name} value={*name}>{ decided_by(*it) }</option> }) }
            </select>
        },
        "quorum" => {
            html! { <input type="number" min="0" max="100" data-testid="proposal-effect-value" {value} {oninput} /> }
        }
        "grace" => {
            html! { <input type="number" min="5" max="86400" data-testid="proposal-effect-value" {value} {oninput} /> }
        }
        "title" => {
            html! { <input type="text" dir="auto" maxlength="200" data-testid="proposal-effect-value" {value} {oninput} /> }
        }
        _ => {
            html! { <textarea rows="2" dir="auto" data-testid="proposal-effect-value" {value} {oninput} /> }
        }
    };
    html! { <label class="field"><span>{ t!("proposal-changes-to") }</span>{ field }</label> }
}

#[derive(PartialEq, Properties)]
struct ChoicesProps {
    drafting: Drafting,
    of: String,
}

/// Whose messages, or which role.
#[component]
fn Choices(props: &ChoicesProps) -> Html {
    let ChoicesProps { drafting, of } = props;
    let session = use_session();
    let (view, shown) = (use_view(&session), use_chosen(drafting.draft.field(VALUE).to_owned()));
    let Some(room) = view.room.as_ref() else { return html! {} };
    let all: Vec<(String, String)> = match of.as_str() {
        "notice" => {
            let others = room.people.iter().filter(|it| it.person.node != room.me);
            others.take(CHOICES).map(|it| (it.person.node.to_string(), it.name.to_string())).collect()
        }
        _ => {
            let open = room.batons.iter().rev().filter(|it| it.state != BatonState::Closed);
            open.take(CHOICES).map(|it| (it.cid.to_string(), people::titled(&it.title).to_string())).collect()
        }
    };
    html! {
        <select ref={shown} translate="no" data-testid="proposal-effect-value" oninput={drafting.on_field(VALUE)}>
            <option value="">{ t!("proposal-changes-choose") }</option>
            { for all.into_iter().map(|(value, name)| html! { <option key={value.clone()} {value}>{ name }</option> }) }
        </select>
    }
}

fn change_called(what: &str) -> String {
    match what {
        "title" => t!("rule-title"),
        "purpose" => t!("rule-purpose"),
        "policy" => t!("rule-policy"),
        "quorum" => t!("rule-quorum"),
        "notice" => t!("proposal-notice"),
        "close" => t!("proposal-close-role"),
        "grace" => t!("rule-grace"),
        _ => t!("rule-prompts"),
    }
}
