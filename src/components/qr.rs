//! A text as a QR code, for a camera that looks at the screen.

use fast_qr::{ECL, QRBuilder};
use yew::prelude::*;

/// Blank modules around a QR code (ISO/IEC 18004 asks for four).
const QUIET_ZONE: usize = 4;
/// Longer texts are drawn with the least correction: from a screen nothing is lost, and larger modules read from further away.
const LONG: usize = 200;

/// Properties of [`Qr`].
#[derive(PartialEq, Properties)]
pub struct QrProps {
    /// What it says.
    pub text: AttrValue,
    /// What it is, for those who do not see it.
    pub label: AttrValue,
    /// Stable handle.
    pub handle: &'static str,
}

/// Draws it, as one path.
#[component]
pub fn Qr(props: &QrProps) -> Html {
    let drawn = use_memo(props.text.clone(), |text| draw(text));
    let Some((size, path)) = &*drawn else { return Html::default() };
    html! {
        <svg class={classes!("qr", (props.text.len() > LONG).then_some("dense"))} data-testid={props.handle} role="img"
            aria-label={props.label.clone()} viewBox={format!("0 0 {size} {size}")}>
            <rect width={size.to_string()} height={size.to_string()} class="qr-paper" />
            <path d={path.clone()} class="qr-ink" />
        </svg>
    }
}

/// Side in modules and the path of the dark ones, run by run.
fn draw(text: &str) -> Option<(usize, String)> {
    let correction = if text.len() > LONG { ECL::L } else { ECL::M };
    let code = QRBuilder::new(text).ecl(correction).build().ok()?;
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

    /// Modules of a side at that version (ISO/IEC 18004, section 6.3).
    const fn side(version: usize) -> usize {
        17 + 4 * version + 2 * QUIET_ZONE
    }

    #[test]
    fn a_link_is_drawn_with_its_quiet_zone() {
        let (size, path) = draw("https://example.org/#/r/AbC").expect("a link fits a QR code");
        assert!(size > side(1));
        // The finder pattern in the top left corner begins with seven dark modules.
        assert!(path.starts_with("M4 4h7v1h-7z"), "{path}");
    }

    #[test]
    fn a_code_by_hand_is_drawn_small_enough_for_a_phone() {
        let code = format!("INVITE:{}", "8K$2+Z/-%A".repeat(40));
        let (size, _) = draw(&code).expect("a code fits a QR code");
        assert!(size <= side(11), "{} modules", size - 2 * QUIET_ZONE);
    }
}
