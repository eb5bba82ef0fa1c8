//! Letting others in: the link, the same as a picture, and codes carried by hand.

use std::rc::Rc;

use fast_qr::{ECL, QRBuilder};
use gloo::timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlTextAreaElement, MouseEvent};
use yew::prelude::*;

use super::{by_hand::ByHand, dialog::Dialog};
use crate::{browser, texts::t};

/// How long "copied" stands there, in milliseconds.
const COPIED_MS: u32 = 3_000;
/// Blank modules around a QR code (ISO/IEC 18004 asks for four).
const QUIET_ZONE: usize = 4;

/// Properties of [`Invite`].
#[derive(PartialEq, Properties)]
pub struct InviteProps {
    /// The room's link.
    pub link: Rc<str>,
    /// The dialog was closed.
    pub on_close: Callback<()>,
}

/// Draws the dialog.
#[component]
pub fn Invite(props: &InviteProps) -> Html {
    let by_hand = use_state(|| false);
    let show = {
        let by_hand = by_hand.clone();
        Callback::from(move |_: MouseEvent| by_hand.set(!*by_hand))
    };
    html! {
        <Dialog title={t!("invite-title")} on_close={props.on_close.clone()}>
            <p>{ t!("invite-words") }</p>
            <Copyable text={AttrValue::from(&*props.link)} handle="invite-link" label={t!("invite-link-label")} />
            <Qr text={props.link.clone()} label={t!("invite-qr-label")} />
            <p class="hint">{ t!("invite-secret") }</p>
            <div class="by-hand">
                <button type="button" class="quiet-button" data-testid="by-hand-open" onclick={show}
                    aria-expanded={by_hand.to_string()}>{ t!("by-hand-open") }</button>
                if *by_hand { <ByHand /> }
            </div>
        </Dialog>
    }
}

/// Properties of [`Copyable`].
#[derive(PartialEq, Properties)]
pub struct CopyableProps {
    /// What to copy.
    pub text: AttrValue,
    /// Stable handle.
    pub handle: &'static str,
    /// What it is.
    pub label: AttrValue,
}

/// A text to carry away: selectable, with a button that copies it.
#[component]
pub fn Copyable(props: &CopyableProps) -> Html {
    let field = use_node_ref();
    let copied = use_state(|| false);
    {
        let field = field.clone();
        // As content and as value, so that it can be read both ways.
        use_effect_with(props.text.clone(), move |text| {
            if let Some(field) = field.cast::<HtmlTextAreaElement>() {
                field.set_text_content(Some(text));
                field.set_value(text);
            }
        });
    }
    {
        let setter = copied.setter();
        use_effect_with(*copied, move |copied| {
            let timeout = copied.then(|| Timeout::new(COPIED_MS, move || setter.set(false)));
            move || drop(timeout)
        });
    }
    let copy = {
        let (text, copied, field) = (props.text.to_string(), copied.setter(), field.clone());
        Callback::from(move |_: MouseEvent| {
            let (text, copied, field) = (text.clone(), copied.clone(), field.clone());
            spawn_local(async move {
                if browser::copy(text).await {
                    copied.set(true);
                } else if let Some(field) = field.cast::<HtmlTextAreaElement>() {
                    // Without a clipboard the text is at least ready to be copied by key.
                    let _ = field.focus();
                    field.select();
                }
            });
        })
    };
    html! {
        <div class="copyable">
            <label class="field">
                <span>{ props.label.clone() }</span>
                <textarea ref={field} readonly=true rows="2" data-testid={props.handle} spellcheck="false" />
            </label>
            <button type="button" class="button" onclick={copy}>
                <span aria-live="polite">{ if *copied { t!("copied") } else { t!("copy") } }</span>
            </button>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct QrProps {
    text: Rc<str>,
    label: AttrValue,
}

/// A QR code as one path.
#[component]
fn Qr(props: &QrProps) -> Html {
    let drawn = use_memo(props.text.clone(), |text| draw(text));
    let Some((size, path)) = &*drawn else { return Html::default() };
    html! {
        <svg class="qr" data-testid="invite-qr" role="img" aria-label={props.label.clone()} viewBox={format!("0 0 {size} {size}")}>
            <rect width={size.to_string()} height={size.to_string()} class="qr-paper" />
            <path d={path.clone()} class="qr-ink" />
        </svg>
    }
}

/// Side in modules and the path of the dark ones, run by run.
fn draw(text: &str) -> Option<(usize, String)> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let mut path = String::new();
    for y in 0..code.size {
        let mut x = 0;
        while x < code.size {
            let run = (x..code.size).take_while(|x| code[y][*x].value()).count();
            if run > 0 {
                path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + QUIET_ZONE, y + QUIET_ZONE));
            }
            x += run.max(1);
        }
    }
    Some((code.size + 2 * QUIET_ZONE, path))
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_link_is_drawn_with_its_quiet_zone() {
        let (size, path) = draw("https://example.org/#/r/AbC").expect("a link fits a QR code");
        assert!(size > 21 + 2 * QUIET_ZONE);
        // The finder pattern in the top left corner begins with seven dark modules.
        assert!(path.starts_with("M4 4h7v1h-7z"), "{path}");
    }
}
