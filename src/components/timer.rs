//! A countdown, as everybody in the room sees it.

use yew::prelude::*;

use crate::{
    hooks::use_seconds_left,
    texts::{changing, t},
};

/// Properties of [`Timer`].
#[derive(PartialEq, Properties)]
pub struct TimerProps {
    /// When it is at zero, by [`crate::browser::uptime`], in milliseconds: `ends` of the room's countdown.
    pub ends: u64,
    /// Called once when it comes to zero while it is drawn: not if it was there before.
    #[prop_or_default]
    pub at_zero: Callback<()>,
}

/// Draws it, as `4:05`.
#[component]
pub fn Timer(props: &TimerProps) -> Html {
    let left = use_seconds_left(props.ends);
    let ran = use_mut_ref(|| false);
    {
        let (at_zero, ends) = (props.at_zero.clone(), props.ends);
        use_effect_with((ends, left == 0), move |(_, is_over)| {
            let did_run = std::mem::replace(&mut *ran.borrow_mut(), !*is_over);
            if *is_over && did_run {
                at_zero.emit(());
            }
        });
    }
    let (minutes, seconds) = (left / 60, left % 60);
    html! {
        <span class="timer" role="timer" data-testid="timer" data-left={left.to_string()}
            aria-label={t!("timer-left", minutes = minutes, seconds = seconds)}>
            { changing(clock(left)) }
        </span>
    }
}

/// Seconds as a clock shows them.
fn clock(left: u64) -> String {
    format!("{}:{:02}", left / 60, left % 60)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::{browser, hooks::seconds_left};

    #[test]
    fn what_is_left_reads_as_on_a_clock() {
        for (left, shown) in [(0, "0:00"), (5, "0:05"), (65, "1:05"), (300, "5:00"), (86_400, "1440:00")] {
            assert_eq!(clock(left), shown);
        }
    }

    #[test]
    fn a_second_that_has_begun_is_left_and_what_is_over_is_zero() {
        let now = browser::uptime() as u64;
        assert_eq!(seconds_left(now.saturating_sub(5_000)), 0);
        assert_eq!(seconds_left(now + 3_600_000), 3_600);
    }
}
