//! How this node is connected: what is wrong and what a person can do, who is reached how, and what each way of finding others did.

use std::rc::Rc;

use paceline_room::sorted;
use yew::prelude::*;

use super::{Context, Draw, Drawing, INVITE, MainTab, NETWORK, PLAIN, Region, SETTINGS, Tab, View};
use crate::{
    components::{
        connection::{self, ConnectionProps},
        icons::Icon,
        more::{SHOWN, Which, names, use_shown},
        path::reached,
    },
    config::Discovery,
    hooks::use_figures,
    parts::part,
    people,
    session::{Connection, Here, PeerView, RendezvousState, RendezvousStatus, RoomView},
    texts::{self, changing, t},
    words,
};

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Beside,
    tab: Some(Tab {
        handle: NETWORK,
        group: MainTab::More,
        icon: Icon::Network,
        title: || t!("view-network"),
        key: Some(("w", || t!("key-network"))),
    }),
    draw: Draw::Later(part!(more: Drawing = |context: &Context| {
        let discovery = context.snapshot.discovery.clone();
        html! { <Network room={context.room.clone()} {discovery} open={context.open.clone()} /> }
    })),
    ..PLAIN
};

/// The list of who is reached.
const PEERS: Which = ("peers", None);
/// The kind of rendezvous that relays are.
const RELAY: &str = "nostr";

/// Properties of [`Network`].
#[derive(PartialEq, Properties)]
struct NetworkProps {
    /// The room.
    room: Rc<RoomView>,
    /// The servers in use.
    discovery: Rc<Discovery>,
    /// Opens another view.
    open: Callback<&'static str>,
}

/// Draws the view.
#[component]
fn Network(props: &NetworkProps) -> Html {
    let room = &props.room;
    let advice = advice(&Sight::of(room, &props.discovery));
    let peers = room.all_peers();
    let linked = sorted::set(peers.iter().map(|it| it.node));
    let beyond: Vec<_> = room
        .people
        .iter()
        .take_while(|it| it.here != Here::Gone)
        .filter(|it| !it.me && !linked.contains(&it.person.node))
        .map(|it| it.person.node)
        .collect();
    let met = room.connection == Connection::InSync;
    let much = use_shown();
    use_figures();
    let shown = much.of(PEERS, SHOWN);
    html! {
        <div class="network">
            <h3>{ t!("network-state") }</h3>
            <ConnectionWords ..ConnectionProps::of(room) />
            <ul class={classes!("plain-list", "waits", met.then_some("met"))}>{ for advice.iter().map(|it| it.draw(props)) }</ul>
            <h3>{ t!("network-peers") }</h3>
            if peers.is_empty() && beyond.is_empty() { <p>{ t!("network-nobody") }</p> }
            <ul class="plain-list peers">
                { for peers.iter().take(shown).map(|it| peer(it, room)) }
                { for beyond.iter().take(shown.saturating_sub(peers.len())).map(|node| html! {
                    <li key={node.to_string()} data-testid="network-peer" data-node={node.to_string()} data-path="through">
                        <strong translate="no"><bdi>{ people::name_in(&room.people, node) }</bdi></strong>
                        <span>{ t!("path-through") }</span>
                    </li>
                }) }
            </ul>
            { much.more(PEERS, SHOWN, peers.len() + beyond.len()) }
            <h3>{ t!("network-rendezvous") }</h3>
            <p class="hint">{ t!("network-rendezvous-words") }</p>
            if let Some(words) = words::relays_chosen(&props.discovery) { <p class="hint" data-testid="relays-chosen">{ changing(words) }</p> }
            if room.rendezvous.is_empty() { <p>{ t!("network-rendezvous-none") }</p> }
            <ul class="plain-list rendezvous">{ for room.rendezvous.iter().map(rendezvous) }</ul>
        </div>
    }
}

/// The words of the header again: on a phone the header has little room for them.
#[component]
fn ConnectionWords(props: &ConnectionProps) -> Html {
    html! { <p class="network-words">{ changing(connection::words(props)) }</p> }
}

fn peer(peer: &PeerView, room: &RoomView) -> Html {
    html! {
        <li key={peer.node.to_string()} data-testid="network-peer" data-node={peer.node.to_string()} data-path={peer.path.as_str()}>
            <strong translate="no"><bdi>{ people::name_in(&room.people, &peer.node) }</bdi></strong>
            <span>{ changing(reached(peer, &room.people)) }</span>
            if peer.direct { <span>{ changing(found(&peer.via)) }</span> }
        </li>
    }
}

fn found(via: &str) -> String {
    match via {
        "broadcast-channel" => t!("found-same-browser"),
        RELAY => t!("found-relay"),
        "by-hand" => t!("found-by-hand"),
        "room" => t!("found-room"),
        _ => t!("found-otherwise"),
    }
}

fn rendezvous(status: &RendezvousStatus) -> Html {
    let name = match (status.kind, &status.url) {
        (_, Some(url)) => url.clone(),
        ("broadcast-channel", _) => t!("rendezvous-same-browser"),
        ("by-hand", _) => t!("rendezvous-by-hand"),
        ("room", _) => t!("rendezvous-room"),
        (kind, _) => kind.to_owned(),
    };
    let why = status.code.map(|code| texts::notice(code, &[]));
    html! {
        <li key={name.clone()} data-testid="rendezvous" data-kind={status.kind} data-state={status.state.as_str()}>
            <strong>{ name }</strong>
            <span>{ changing(state(status.state)) }</span>
            <span>{ changing(t!("rendezvous-counts", sent = status.sent, received = status.received)) }</span>
            if let Some(why) = why { <span class="why">{ changing(why) }</span> }
            if let Some(said) = &status.said { <span class="why">{ changing(t!("rendezvous-said", said = said.clone())) }</span> }
        </li>
    }
}

fn state(state: RendezvousState) -> String {
    match state {
        RendezvousState::Open => t!("rendezvous-open"),
        RendezvousState::Connecting => t!("rendezvous-connecting"),
        RendezvousState::Slow => t!("rendezvous-slow"),
        RendezvousState::Refused => t!("rendezvous-refused"),
        RendezvousState::BackedOff => t!("rendezvous-backed-off"),
        RendezvousState::Resting => t!("rendezvous-resting"),
        RendezvousState::Unavailable => t!("rendezvous-unavailable"),
    }
}

/// What advice depends on.
#[derive(Debug, Clone, Default, PartialEq)]
struct Sight {
    offline: bool,
    unplugged: bool,
    alone: bool,
    relays: usize,
    /// Relays that listen, or rest because the room does their work.
    relays_open: Vec<String>,
    /// Relays that are being connected to.
    relays_coming: usize,
    /// A relay takes this machine's time for wrong.
    clock_refused: bool,
    turn: bool,
    relay_only: bool,
    out_of_band: bool,
    /// Names of those found whom no link reaches, after failed attempts.
    unreached: Vec<String>,
}

impl Sight {
    fn of(room: &RoomView, discovery: &Discovery) -> Self {
        let relays = || room.rendezvous.iter().filter(|it| it.kind == RELAY);
        let failed = room.unlinked.iter().filter(|(_, failures)| *failures > 0);
        Self {
            offline: room.connection == Connection::Offline,
            unplugged: room.unplugged,
            alone: !room.peers.iter().any(|it| it.direct),
            relays: discovery.used.relays.len(),
            relays_open: relays()
                .filter(|it| matches!(it.state, RendezvousState::Open | RendezvousState::Resting))
                .filter_map(|it| it.url.clone())
                .collect(),
            relays_coming: relays()
                .filter(|it| matches!(it.state, RendezvousState::Connecting | RendezvousState::Slow))
                .count(),
            clock_refused: relays().any(|it| it.code == Some("relay-clock")),
            turn: !discovery.used.turn.is_empty(),
            relay_only: discovery.used.relay_only,
            out_of_band: room.rendezvous.iter().any(|it| it.kind == "by-hand" && it.state == RendezvousState::Open),
            unreached: failed.map(|(node, _)| people::name_in(&room.people, node)).collect(),
        }
    }
}

/// What is wrong, in the order in which a person should look at it.
#[derive(Debug, Clone, PartialEq)]
enum Advice {
    Offline,
    Unplugged,
    ClockRefused,
    NoRelay,
    RelaysComing,
    RelaysUnreachable,
    AloneOn(Vec<String>),
    NoWayThrough { names: Vec<String>, turn: bool },
    RelayOnlyWithoutTurn,
    NoWebrtc,
}

fn advice(sight: &Sight) -> Vec<Advice> {
    if sight.offline {
        return vec![Advice::Offline];
    }
    if sight.unplugged {
        return vec![Advice::Unplugged];
    }
    let mut advice = Vec::new();
    if sight.clock_refused {
        advice.push(Advice::ClockRefused);
    }
    if !sight.out_of_band {
        advice.push(Advice::NoWebrtc);
    }
    if sight.relay_only && !sight.turn {
        advice.push(Advice::RelayOnlyWithoutTurn);
    }
    if !sight.unreached.is_empty() {
        advice.push(Advice::NoWayThrough { names: sight.unreached.clone(), turn: sight.turn });
    }
    let relays = match (sight.relays, sight.relays_open.is_empty(), sight.relays_coming) {
        (0, ..) => Some(Advice::NoRelay),
        (_, false, _) if sight.alone => Some(Advice::AloneOn(sight.relays_open.clone())),
        (_, false, _) => None,
        (_, true, 0) => Some(Advice::RelaysUnreachable),
        _ if sight.alone => Some(Advice::RelaysComing),
        _ => None,
    };
    advice.extend(relays);
    advice
}

impl Advice {
    const fn value(&self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Unplugged => "unplugged",
            Self::ClockRefused => "clock-refused",
            Self::NoRelay => "no-relay",
            Self::RelaysComing => "relays-coming",
            Self::RelaysUnreachable => "relays-unreachable",
            Self::AloneOn(_) => "alone",
            Self::NoWayThrough { .. } => "no-way-through",
            Self::RelayOnlyWithoutTurn => "relay-only-without-turn",
            Self::NoWebrtc => "no-webrtc",
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Offline => t!("advice-offline"),
            Self::Unplugged => t!("advice-unplugged"),
            Self::ClockRefused => t!("advice-clock-refused"),
            Self::NoRelay => t!("advice-no-relay"),
            Self::RelaysComing => t!("advice-relays-coming"),
            Self::RelaysUnreachable => t!("advice-relays-unreachable"),
            Self::AloneOn(relays) => t!("advice-alone", relays = relays.join(", ")),
            Self::NoWayThrough { names: all, turn: false } => t!("advice-no-way-through", names = names(all.iter())),
            Self::NoWayThrough { names: all, turn: true } => {
                t!("advice-no-way-through-turn", names = names(all.iter()))
            }
            Self::RelayOnlyWithoutTurn => t!("notice-relay-only-without-turn"),
            Self::NoWebrtc => t!("notice-webrtc-unavailable"),
        }
    }

    fn draw(&self, props: &NetworkProps) -> Html {
        let (label, go) = match self {
            Self::NoRelay | Self::RelaysUnreachable | Self::AloneOn(_) | Self::RelaysComing => {
                (Some(t!("invite")), INVITE)
            }
            Self::NoWebrtc | Self::Unplugged | Self::ClockRefused => (None, SETTINGS),
            _ => (Some(t!("view-settings")), SETTINGS),
        };
        let onclick = props.open.reform(move |_: MouseEvent| go);
        html! {
            <li key={self.value()} data-testid="network-advice" data-code={self.value()}>
                <p>{ changing(self.words()) }</p>
                if let Some(label) = label {
                    <button type="button" class="link-button" {onclick}>{ label }</button>
                }
            </li>
        }
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn sight() -> Sight {
        Sight { alone: true, relays: 2, out_of_band: true, ..Sight::default() }
    }

    #[test]
    fn each_state_has_its_own_words() {
        let open = vec!["wss://a.example/".to_owned()];
        for (sight, expected) in [
            (Sight { offline: true, unplugged: true, ..sight() }, vec![Advice::Offline]),
            (Sight { unplugged: true, ..sight() }, vec![Advice::Unplugged]),
            (
                Sight { clock_refused: true, relays_open: open.clone(), alone: false, ..sight() },
                vec![Advice::ClockRefused],
            ),
            (Sight { relays: 0, ..sight() }, vec![Advice::NoRelay]),
            (Sight { relays_coming: 1, ..sight() }, vec![Advice::RelaysComing]),
            (sight(), vec![Advice::RelaysUnreachable]),
            (Sight { relays_open: open.clone(), ..sight() }, vec![Advice::AloneOn(open.clone())]),
            (Sight { relays_open: open.clone(), alone: false, ..sight() }, vec![]),
            (Sight { out_of_band: false, relays: 0, ..sight() }, vec![Advice::NoWebrtc, Advice::NoRelay]),
            (
                Sight { relay_only: true, relays_open: open.clone(), alone: false, ..sight() },
                vec![Advice::RelayOnlyWithoutTurn],
            ),
            (
                Sight { unreached: vec!["Ben".into()], relays_open: open, alone: false, ..sight() },
                vec![Advice::NoWayThrough { names: vec!["Ben".into()], turn: false }],
            ),
        ] {
            assert_eq!(advice(&sight), expected, "{sight:?}");
            for one in expected {
                assert!(one.words().contains(' '), "{one:?} is told in words");
            }
        }
    }
}
