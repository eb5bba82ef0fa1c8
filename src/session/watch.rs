//! What follows the page's own life, for as long as the session lives.

use std::cell::RefCell;

use gloo::{events::EventListener, timers::callback::Interval};
use paceline_node::Pulse;

/// See [`Session::follow_page`](super::Session::follow_page).
#[derive(Default)]
pub struct Watch {
    pub listeners: RefCell<Vec<EventListener>>,
    pub clock: RefCell<Option<Interval>>,
    pub pulse: RefCell<Pulse>,
}
