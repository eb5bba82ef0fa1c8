//! A Nostr relay in memory: passes each event on to all who subscribed, and counts.

use std::{
    cell::RefCell,
    collections::VecDeque,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use paceline_net::sockets::{Socket, SocketError, SocketEvent, Sockets};
use serde_json::{Value, json};

/// Clones are the same relay.
#[derive(Clone, Default)]
pub struct Relay(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    down: bool,
    clients: Vec<Rc<RefCell<Client>>>,
    events: usize,
}

#[derive(Default)]
struct Client {
    subscriptions: Vec<(String, Value)>,
    inbox: VecDeque<SocketEvent>,
    waker: Option<Waker>,
}

impl Client {
    fn push(&mut self, event: SocketEvent) {
        self.inbox.push_back(event);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn say(&mut self, message: &Value) {
        self.push(SocketEvent::Text(message.to_string()));
    }
}

impl Relay {
    /// Refuses connections, and breaks those that there are.
    pub fn set_down(&self, down: bool) {
        let mut state = self.0.borrow_mut();
        state.down = down;
        if down {
            let clients = state.clients.drain(..);
            clients.for_each(|client| client.borrow_mut().push(SocketEvent::Closed(SocketError::Unreachable)));
        }
    }

    /// Events that came from anybody.
    pub fn events(&self) -> usize {
        self.0.borrow().events
    }

    /// Sockets that are open.
    pub fn sockets(&self) -> usize {
        self.0.borrow().clients.len()
    }

    fn publish(&self, event: &Value) {
        self.0.borrow_mut().events += 1;
        for client in &self.0.borrow().clients {
            let mut client = client.borrow_mut();
            let matching =
                |filter: &Value| filter["#x"][0] == event["tags"][0][1] && filter["kinds"][0] == event["kind"];
            let names: Vec<String> =
                client.subscriptions.iter().filter(|(_, it)| matching(it)).map(|(name, _)| name.clone()).collect();
            names.iter().for_each(|name| client.say(&json!(["EVENT", name, event])));
        }
    }
}

impl Sockets for Relay {
    fn open(&self, _: &str) -> Result<Box<dyn Socket>, SocketError> {
        let client = Rc::new(RefCell::new(Client::default()));
        if self.0.borrow().down {
            client.borrow_mut().push(SocketEvent::Closed(SocketError::Unreachable));
        } else {
            client.borrow_mut().push(SocketEvent::Open);
            self.0.borrow_mut().clients.push(Rc::clone(&client));
        }
        Ok(Box::new(End { relay: self.clone(), client }))
    }
}

struct End {
    relay: Relay,
    client: Rc<RefCell<Client>>,
}

impl Socket for End {
    fn send(&mut self, text: &str) {
        let message: Value = serde_json::from_str(text).expect("nodes write JSON");
        match message[0].as_str() {
            Some("REQ") => {
                let mut client = self.client.borrow_mut();
                let name = message[1].as_str().unwrap_or_default().to_owned();
                client.say(&json!(["EOSE", name]));
                client.subscriptions.push((name, message[2].clone()));
            }
            Some("EVENT") => {
                self.client.borrow_mut().say(&json!(["OK", message[1]["id"], true, ""]));
                self.relay.publish(&message[1]);
            }
            _ => self.client.borrow_mut().subscriptions.retain(|(name, _)| message[1] != json!(name)),
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<SocketEvent> {
        let mut client = self.client.borrow_mut();
        match client.inbox.pop_front() {
            Some(event) => Poll::Ready(event),
            None => {
                client.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.relay.0.borrow_mut().clients.retain(|client| !Rc::ptr_eq(client, &self.client));
    }
}
