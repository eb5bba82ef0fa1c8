//! How tabs find and reach each other: the servers of the page and own ones, each with a switch, and hiding one's address.

use std::rc::Rc;

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::{
    browser,
    config::{Choices, Discovery, IceServer, Kind, MAX_ENTRIES, is_mixed},
    hooks::{Filled, use_chosen, use_filled, use_session},
    texts::{changing, t},
    words,
};

/// Properties of [`ServerList`].
#[derive(PartialEq, Properties)]
pub struct ServerListProps {
    /// The servers and what was chosen of them.
    pub discovery: Rc<Discovery>,
}

/// Draws the part of Settings.
#[component]
pub fn ServerList(props: &ServerListProps) -> Html {
    let session = use_session();
    let discovery = &props.discovery;
    let choose = {
        let session = session.clone();
        Callback::from(move |choices: Choices| session.choose_servers(choices))
    };
    let hide = {
        let (choices, choose, now) = (discovery.choices.clone(), choose.clone(), discovery.used.relay_only);
        Callback::from(move |_: Event| choose.emit(Choices { relay_only: Some(!now), ..choices.clone() }))
    };
    html! {
        <section class="servers">
            <h3>{ t!("settings-finding") }</h3>
            <p class="hint">{ t!("settings-finding-words") }</p>
            { for groups(discovery).into_iter().map(|group| html! {
                <Group {group} choices={discovery.choices.clone()} choose={choose.clone()} />
            }) }
            <Add choices={discovery.choices.clone()} {choose} />
            <label class="switch">
                <input type="checkbox" role="switch" data-testid="relay-only" checked={discovery.used.relay_only} onchange={hide} />
                <span>{ t!("settings-relay-only") }<small>{ t!("settings-relay-only-words") }</small></span>
            </label>
        </section>
    }
}

/// One address of one kind.
#[derive(Clone, PartialEq)]
struct Entry {
    address: String,
    own: bool,
}

#[derive(Clone, PartialEq)]
struct Entries {
    title: String,
    hint: String,
    /// Of which each room uses some.
    long: Option<String>,
    entries: Vec<Entry>,
}

fn groups(discovery: &Discovery) -> [Entries; 3] {
    let both = |page: Vec<&String>, own: Vec<&String>| {
        let own: Vec<_> = own.into_iter().filter(|it| !page.contains(it)).collect();
        let entry = |own: bool| move |address: &String| Entry { address: address.clone(), own };
        page.into_iter().map(entry(false)).chain(own.into_iter().map(entry(true))).collect()
    };
    let (page, own) = (&discovery.page, &discovery.choices.own);
    let first = |servers: &'_ [IceServer]| -> Vec<String> {
        servers.iter().filter_map(|it| it.urls.first().cloned()).collect()
    };
    let (page_turn, own_turn) = (first(&page.turn), first(&own.turn));
    [
        Entries {
            title: t!("settings-relays"),
            hint: t!("settings-relays-words"),
            long: words::relays_chosen(discovery),
            entries: both(page.relays.iter().collect(), own.relays.iter().collect()),
        },
        Entries {
            title: t!("settings-stun"),
            hint: t!("settings-stun-words"),
            long: None,
            entries: both(page.stun.iter().collect(), own.stun.iter().collect()),
        },
        Entries {
            title: t!("settings-turn"),
            hint: t!("settings-turn-words"),
            long: None,
            entries: both(page_turn.iter().collect(), own_turn.iter().collect()),
        },
    ]
}

#[derive(PartialEq, Properties)]
struct GroupProps {
    group: Entries,
    choices: Choices,
    choose: Callback<Choices>,
}

#[component]
fn Group(props: &GroupProps) -> Html {
    let row = |entry: &Entry| {
        let on = !props.choices.off.contains(&entry.address);
        let (address, choices) = (entry.address.clone(), props.choices.clone());
        let toggle = {
            let (address, choices) = (address.clone(), choices.clone());
            props.choose.reform(move |_: Event| {
                let mut choices = choices.clone();
                if on {
                    choices.off.insert(address.clone());
                } else {
                    choices.off.remove(&address);
                }
                choices
            })
        };
        let remove = props.choose.reform(move |_: MouseEvent| without(choices.clone(), &address));
        let refused = is_mixed(&entry.address, &browser::address());
        html! {
            <li key={entry.address.clone()} data-testid="server" data-address={entry.address.clone()}>
                <label class="switch">
                    <input type="checkbox" role="switch" data-testid="server-switch" checked={on} onchange={toggle} />
                    <span>
                        <span class="address">{ &entry.address }</span>
                        if refused { <small>{ t!("server-mixed") }</small> }
                    </span>
                </label>
                if entry.own {
                    <button type="button" class="quiet-button" data-testid="server-remove" onclick={remove}
                        aria-label={t!("server-remove-label", address = entry.address.clone())}>{ t!("server-remove") }</button>
                }
            </li>
        }
    };
    html! {
        <>
            <h4>{ &props.group.title }</h4>
            <p class="hint">{ &props.group.hint }</p>
            if props.group.entries.is_empty() { <p>{ t!("servers-none") }</p> }
            if let Some(words) = &props.group.long {
                <details class="long-list" data-testid="servers-listed">
                    <summary>{ changing(words.clone()) }</summary>
                    <ul class="plain-list">{ for props.group.entries.iter().filter(|it| !it.own).map(row) }</ul>
                </details>
                <ul class="plain-list">{ for props.group.entries.iter().filter(|it| it.own).map(row) }</ul>
            } else {
                <ul class="plain-list">{ for props.group.entries.iter().map(row) }</ul>
            }
        </>
    }
}

/// Without an own server, and without a trace of it.
fn without(mut choices: Choices, address: &str) -> Choices {
    choices.own.relays.retain(|it| it != address);
    choices.own.stun.retain(|it| it != address);
    choices.own.turn.retain(|it| it.urls.first().is_none_or(|first| first != address));
    choices.off.remove(address);
    choices
}

/// With another server; `Err` in words.
fn with(mut choices: Choices, kind: Kind, entry: &str, name: &str, password: &str) -> Result<Choices, String> {
    let address = kind.resolve(entry, &browser::address()).map_err(|why| why.to_string())?;
    if is_mixed(&address, &browser::address()) {
        return Err(t!("server-mixed"));
    }
    let own = &mut choices.own;
    let turn = || own.turn.iter().filter_map(|it| it.urls.first());
    let (known, count) = match kind {
        Kind::Relay => (own.relays.contains(&address), own.relays.len()),
        Kind::Stun => (own.stun.contains(&address), own.stun.len()),
        Kind::Turn => (turn().any(|it| *it == address), own.turn.len()),
    };
    if known {
        return Err(t!("server-known"));
    }
    if count >= MAX_ENTRIES {
        return Err(t!("servers-full", most = MAX_ENTRIES));
    }
    match kind {
        Kind::Relay => own.relays.push(address),
        Kind::Stun => own.stun.push(address),
        Kind::Turn if name.is_empty() || password.is_empty() => return Err(t!("turn-incomplete")),
        Kind::Turn => own.turn.push(IceServer {
            urls: vec![address],
            username: Some(name.to_owned()),
            credential: Some(password.to_owned()),
        }),
    }
    Ok(choices)
}

#[derive(PartialEq, Properties)]
struct AddProps {
    choices: Choices,
    choose: Callback<Choices>,
}

fn value_of(field: &NodeRef) -> String {
    field.cast::<HtmlInputElement>().map(|it| it.value().trim().to_owned()).unwrap_or_default()
}

/// Adds a server of one's own.
#[component]
fn Add(props: &AddProps) -> Html {
    let kind = use_filled(|| Kind::Relay);
    let problem = use_state(|| None::<String>);
    let (address, name, password) = (use_node_ref(), use_node_ref(), use_node_ref());
    let select = use_chosen("relay");
    let onsubmit = {
        let (kind, problem) = (kind.clone(), problem.setter());
        let fields = [address.clone(), name.clone(), password.clone()];
        let (choices, choose) = (props.choices.clone(), props.choose.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let [address, name, password] = fields.each_ref().map(value_of);
            match with(choices.clone(), kind.now(), &address, &name, &password) {
                Ok(choices) => {
                    problem.set(None);
                    for field in fields.iter().filter_map(NodeRef::cast::<HtmlInputElement>) {
                        field.set_value("");
                    }
                    choose.emit(choices);
                }
                Err(why) => {
                    problem.set(Some(t!("server-refused", why = why)));
                    browser::focus_handle("server-address");
                }
            }
        })
    };
    let now = kind.now();
    html! {
        <form {onsubmit} class="add-server">
            <h4>{ t!("server-add-title") }</h4>
            { kinds(select, kind) }
            <label class="field">
                <span>{ t!("server-address") }</span>
                <input ref={address} type="text" inputmode="url" data-testid="server-address" autocomplete="off" spellcheck="false"
                    placeholder={example(now)} aria-describedby="server-problem" />
            </label>
            if now == Kind::Turn { { field(name, "turn-name", t!("turn-name")) }{ field(password, "turn-password", t!("turn-password")) } }
            <p id="server-problem" class={classes!(problem.is_some().then_some("problem"))} aria-live="polite"
                data-testid="server-problem">{ changing((*problem).clone().unwrap_or_default()) }</p>
            <button type="submit" class="button plain" data-testid="server-add">{ t!("server-add") }</button>
        </form>
    }
}

const fn example(kind: Kind) -> &'static str {
    match kind {
        Kind::Relay => "wss://relay.example.org",
        Kind::Stun => "stun:stun.example.org:3478",
        Kind::Turn => "turn:turn.example.org:3478",
    }
}

fn field(field: NodeRef, handle: &'static str, label: String) -> Html {
    html! {
        <label class="field">
            <span>{ label }</span>
            <input ref={field} type="text" data-testid={handle} autocomplete="off" spellcheck="false" />
        </label>
    }
}

/// What kind of server it is.
fn kinds(select: NodeRef, kind: Filled<Kind>) -> Html {
    let onchange = Callback::from(move |event: Event| {
        let chosen = event.target_dyn_into::<HtmlSelectElement>().map(|it| it.value()).unwrap_or_default();
        let chosen = match chosen.as_str() {
            "stun" => Kind::Stun,
            "turn" => Kind::Turn,
            _ => Kind::Relay,
        };
        kind.change(|kind| *kind = chosen);
    });
    html! {
        <label class="field">
            <span>{ t!("server-kind") }</span>
            <select ref={select} data-testid="server-kind" {onchange}>
                <option value="relay">{ t!("server-kind-relay") }</option>
                <option value="stun">{ t!("server-kind-stun") }</option>
                <option value="turn">{ t!("server-kind-turn") }</option>
            </select>
        </label>
    }
}
