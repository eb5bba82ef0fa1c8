//! How this node stands to the others, in words.

use yew::prelude::*;

use crate::{
    session::{Connection, RoomView},
    texts::{changing, t},
};

/// Properties of [`ConnectionState`].
#[derive(PartialEq, Properties)]
pub struct ConnectionProps {
    /// The state.
    pub connection: Connection,
    /// Events here and known to exist, while catching up.
    pub progress: Option<(usize, usize)>,
    /// Nodes present besides this one.
    pub others: usize,
    /// Alone for want of a network.
    pub unplugged: bool,
}

impl ConnectionProps {
    /// From a view.
    pub fn of(room: &RoomView) -> Self {
        let others = (room.people.len() - room.people.gone()).saturating_sub(1);
        Self {
            connection: room.connection,
            progress: room.progress,
            others: others.max(room.linked),
            unplugged: room.unplugged,
        }
    }
}

/// The state in words.
pub fn words(props: &ConnectionProps) -> String {
    match (props.connection, props.progress) {
        _ if props.unplugged => t!("connection-unplugged"),
        (Connection::Connecting, _) => t!("connection-connecting"),
        (Connection::Alone, _) => t!("connection-alone"),
        (Connection::CatchingUp, Some((here, of))) => {
            t!("connection-catching-up", here = grouped(here), of = grouped(of))
        }
        (Connection::CatchingUp, None) => t!("connection-catching-up-soon"),
        (Connection::InSync, _) => t!("connection-in-sync", n = props.others),
        (Connection::Partial, _) => t!("connection-partial"),
        (Connection::Offline, _) => t!("connection-offline"),
    }
}

/// Draws the state.
#[component]
pub fn ConnectionState(props: &ConnectionProps) -> Html {
    let value = crate::words::connection_value(props.connection);
    let words = words(props);
    html! {
        <div class={classes!("connection", value)} data-network={props.unplugged.then_some("none")}>
            <p data-testid="connection-state" data-state={value} role="status">{ changing(words) }</p>
            if let (Connection::CatchingUp, Some((here, of))) = (props.connection, props.progress) {
                <progress value={here.to_string()} max={of.to_string()} aria-label={t!("catching-up")} />
            }
        </div>
    }
}

/// `12,345`. Not by the browser's formatter: the first use of it stops the page for tens of milliseconds, while it catches up.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}
