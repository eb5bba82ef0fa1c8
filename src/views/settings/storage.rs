//! What the room takes up in this browser, and what extra tabs left behind.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{
    components::more::{SHOWN, Which, use_shown},
    hooks::{then, use_session},
    people,
    session::{DeviceView, Leftover, StorageView},
    texts::{changing, t},
    when,
};

/// The list of what other tabs left.
const LEFTOVERS: Which = ("leftovers", None);

/// Properties of [`Storage`].
#[derive(PartialEq, Properties)]
pub struct StorageProps {
    /// What this tab's own copy takes up.
    pub storage: StorageView,
}

/// Draws it. What other tabs left is read when this is opened, and again after each clearing.
#[component]
pub fn Storage(props: &StorageProps) -> Html {
    let session = use_session();
    let storage = props.storage;
    let device = use_state(|| None::<DeviceView>);
    let leftovers = use_state(Vec::<Leftover>::new);
    let read = use_state(|| 0_u32);
    let much = use_shown();
    {
        let (session, device, leftovers) = (session.clone(), device.setter(), leftovers.setter());
        use_effect_with(*read, move |_| {
            spawn_local(async move {
                device.set(session.device().await);
                match session.leftovers().await {
                    Ok(found) => leftovers.set(found),
                    Err(error) => session.notify(error.code, error.text),
                }
            });
        });
    }
    let clear = {
        let read = read.clone();
        Callback::from(move |node| {
            let (command, read) = (session.clone(), read.clone());
            then(&session, async move { command.clear_leftover(node).await }, move |()| read.set(*read + 1));
        })
    };
    let stored = t!("settings-storage", events = storage.events, size = size(storage.bytes));
    let promise = if storage.persisted { t!("settings-persisted") } else { t!("settings-not-persisted") };
    html! {
        <>
            <p>{ changing(format!("{stored} {promise}")) }</p>
            if let Some(device) = *device {
                <p>{ changing(t!("settings-device", used = size(device.used), quota = size(device.quota))) }</p>
            }
            if !leftovers.is_empty() {
                <h4>{ t!("leftovers") }</h4>
                <p class="hint">{ t!("leftovers-words") }</p>
                <ul class="plain-list leftovers">{ for leftovers.iter().take(much.of(LEFTOVERS, SHOWN)).map(|it| leftover(it, &clear)) }</ul>
                { much.more(LEFTOVERS, SHOWN, leftovers.len()) }
            }
        </>
    }
}

fn leftover(it: &Leftover, clear: &Callback<paceline_room::NodeId>) -> Html {
    let node = it.node;
    let name = people::called(&node, &it.name);
    let used = t!("leftover-used", day = when::day(it.used));
    let what = match it.holds {
        Some(holds) => t!("leftover-size", events = holds.events, size = size(holds.bytes)),
        None => t!("leftover-open"),
    };
    let button = it.holds.map(|holds| {
        let (label, words) = if holds.here {
            (t!("leftover-clear-of", name = name.clone()), t!("leftover-clear"))
        } else {
            (t!("leftover-take-in-of", name = name.clone()), t!("leftover-take-in"))
        };
        let onclick = clear.reform(move |_: MouseEvent| node);
        html! {
            <button type="button" class="button plain" data-testid="leftover-clear" aria-label={label} {onclick}>
                { changing(words) }
            </button>
        }
    });
    let only = it.holds.is_some_and(|holds| !holds.here).then(|| html! { <em>{ t!("leftover-only") }</em> });
    html! {
        <li key={node.to_string()} data-testid="leftover" data-node={node.to_string()}>
            <span><strong translate="no"><bdi>{ name }</bdi></strong><small>{ changing(format!("{what}, {used}")) }</small>{ only }</span>
            { button }
        </li>
    }
}

/// `312 KB`, `4.1 MB`, `10 GB`.
pub(super) fn size(bytes: u64) -> String {
    let kilo = bytes as f64 / 1_000.0;
    match kilo {
        ..1e3 => format!("{kilo:.0} KB"),
        ..1e6 => format!("{:.1} MB", kilo / 1e3),
        _ => format!("{:.1} GB", kilo / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        assert_eq!(size(311_900), "312 KB");
        assert_eq!(size(4_120_000), "4.1 MB");
        assert_eq!(size(10_737_418_240), "10.7 GB");
    }
}
