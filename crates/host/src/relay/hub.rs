//! Who listens to what. Finds the listeners of an event by its topics; keeps no event.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use thiserror::Error;

use super::{
    event::Event,
    filter::{Filter, Topic},
    limits::{FILTERS, SUBSCRIPTIONS, VALUES},
    message,
    outbox::{Backlog, Outbox},
};
use crate::tables::{BTreeMap, BTreeSet, HashMap, ground};

/// Why a subscription is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SubscribeError {
    /// Without a filter it would hear nothing.
    #[error("invalid: a subscription needs a filter")]
    NoFilter,
    /// More filters than one subscription may have.
    #[error("restricted: too many filters in one subscription (8 at most)")]
    TooManyFilters,
    /// More subscriptions than one connection may have.
    #[error("restricted: too many subscriptions (16 at most)")]
    TooManySubscriptions,
    /// More values than one connection may name.
    #[error("restricted: too many values in the filters of one connection (256 at most)")]
    TooManyValues,
}

/// The connections and their subscriptions.
#[derive(Debug, Default)]
pub struct Hub {
    waiting: Arc<Backlog>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    members: HashMap<u64, Connected>,
    listeners: HashMap<Topic, BTreeSet<Listener>>,
}

/// A subscription: the number of its connection, and its name.
type Listener = (u64, Arc<str>);

#[derive(Debug)]
struct Connected {
    outbox: Arc<Outbox>,
    subscriptions: BTreeMap<Arc<str>, Vec<Filter>>,
}

/// A connection's place in the hub; dropping it ends its subscriptions.
#[derive(Debug)]
pub struct Member {
    hub: Arc<Hub>,
    number: u64,
    /// What waits to be sent to it.
    pub outbox: Arc<Outbox>,
}

impl Hub {
    /// One more connection.
    pub fn join(self: &Arc<Self>) -> Member {
        let outbox = Arc::new(Outbox::new(Arc::clone(&self.waiting)));
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        state.members.insert(number, Connected { outbox: Arc::clone(&outbox), subscriptions: BTreeMap::new() });
        Member { hub: Arc::clone(self), number, outbox }
    }

    /// Passes an event on to all who listen, its sender too; returns to how many subscriptions.
    pub fn publish(&self, event: &Event) -> usize {
        let state = self.state();
        let heard: BTreeSet<&Listener> = event
            .topics()
            .filter_map(|(letter, value)| state.listeners.get(&Topic(letter, value.to_owned())))
            .flatten()
            .filter(|listener| state.wants(listener, event))
            .collect();
        if !heard.is_empty() {
            // What was not understood of the event is not passed on.
            let json = serde_json::to_string(event).unwrap_or_default();
            for (number, name) in &heard {
                if let Some(connected) = state.members.get(number) {
                    connected.outbox.push(message::event(name, &json));
                }
            }
        }
        heard.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        ground(|| state.members.values().flat_map(|it| it.subscriptions.keys()));
        state
    }
}

impl State {
    fn wants(&self, (number, name): &Listener, event: &Event) -> bool {
        let filters = self.members.get(number).and_then(|connected| connected.subscriptions.get(name));
        filters.is_some_and(|filters| filters.iter().any(|filter| filter.matches(event)))
    }

    fn remove(&mut self, number: u64, name: &str) {
        let removed = self.members.get_mut(&number).and_then(|connected| connected.subscriptions.remove_entry(name));
        let Some((name, filters)) = removed else { return };
        let listener = (number, name);
        for topic in filters.iter().flat_map(Filter::topics) {
            if let Some(listeners) = self.listeners.get_mut(&topic) {
                listeners.remove(&listener);
                if listeners.is_empty() {
                    self.listeners.remove(&topic);
                }
            }
        }
    }
}

impl Member {
    /// Starts a subscription, in place of one of the same name.
    ///
    /// # Errors
    /// It asks for more than a connection may; then one of the same name has ended, too.
    pub fn subscribe(&self, name: &str, filters: Vec<Filter>) -> Result<(), SubscribeError> {
        let mut state = self.hub.state();
        state.remove(self.number, name);
        let Some(connected) = state.members.get_mut(&self.number) else { return Ok(()) };
        if filters.is_empty() {
            return Err(SubscribeError::NoFilter);
        }
        if filters.len() > FILTERS {
            return Err(SubscribeError::TooManyFilters);
        }
        if connected.subscriptions.len() >= SUBSCRIPTIONS {
            return Err(SubscribeError::TooManySubscriptions);
        }
        let named = connected.subscriptions.values().flatten().chain(&filters).map(Filter::values).sum::<usize>();
        if named > VALUES {
            return Err(SubscribeError::TooManyValues);
        }
        let name: Arc<str> = name.into();
        let topics: Vec<Topic> = filters.iter().flat_map(Filter::topics).collect();
        connected.subscriptions.insert(Arc::clone(&name), filters);
        for topic in topics {
            state.listeners.entry(topic).or_default().insert((self.number, Arc::clone(&name)));
        }
        Ok(())
    }

    /// Ends a subscription, if there is one of this name.
    pub fn unsubscribe(&self, name: &str) {
        self.hub.state().remove(self.number, name);
    }

    /// See [`Hub::publish`].
    pub fn publish(&self, event: &Event) -> usize {
        self.hub.publish(event)
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let mut state = self.hub.state();
        let connected = state.members.get(&self.number);
        let names: Vec<_> = connected.iter().flat_map(|connected| connected.subscriptions.keys().cloned()).collect();
        for name in names {
            state.remove(self.number, &name);
        }
        state.members.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{super::event::tests::signed, *};

    fn filter(value: Value) -> Filter {
        Filter::read(value).unwrap()
    }

    fn heard(member: &Member) -> Vec<String> {
        std::iter::from_fn(|| member.outbox.try_next()).map(|message| message.unwrap()).collect()
    }

    #[test]
    fn an_event_reaches_those_who_listen_once_a_subscription_and_nobody_else() {
        let hub = Arc::new(Hub::default());
        let [sender, listener, other] = [hub.join(), hub.join(), hub.join()];
        sender.subscribe("own", vec![filter(json!({"#x": ["a"]}))]).unwrap();
        listener.subscribe("one", vec![filter(json!({"#x": ["a"]})), filter(json!({"#y": ["b"]}))]).unwrap();
        other.subscribe("one", vec![filter(json!({"#x": ["c"]}))]).unwrap();
        let event = signed(1, 20_001, &[("x", "a"), ("y", "b")], "words");
        assert_eq!(sender.publish(&event), 2);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(heard(&sender), [format!("[\"EVENT\",\"own\",{json}]")]);
        assert_eq!(heard(&listener), [format!("[\"EVENT\",\"one\",{json}]")]);
        assert_eq!(heard(&other), Vec::<String>::new());
    }

    #[test]
    fn nothing_is_kept_for_who_comes_later_or_of_who_left() {
        let hub = Arc::new(Hub::default());
        let sender = hub.join();
        let event = signed(1, 20_001, &[("x", "a")], "");
        assert_eq!(sender.publish(&event), 0);
        let late = hub.join();
        late.subscribe("one", vec![filter(json!({"#x": ["a"]}))]).unwrap();
        assert_eq!(heard(&late), Vec::<String>::new());
        late.subscribe("one", vec![filter(json!({"#x": ["b"]}))]).unwrap();
        assert_eq!(sender.publish(&event), 0);
        late.unsubscribe("one");
        late.subscribe("two", vec![filter(json!({"#x": ["a"]}))]).unwrap();
        drop(late);
        assert_eq!(sender.publish(&event), 0);
        let state = hub.state();
        assert_eq!((state.listeners.len(), state.members.len()), (0, 1));
    }

    #[test]
    fn each_bound_on_subscriptions_has_its_words() {
        let hub = Arc::new(Hub::default());
        let member = hub.join();
        let topics = |count: usize| filter(json!({"#x": (0..count).map(|n| n.to_string()).collect::<Vec<_>>()}));
        assert_eq!(member.subscribe("a", vec![]), Err(SubscribeError::NoFilter));
        assert_eq!(member.subscribe("a", vec![topics(1); FILTERS + 1]), Err(SubscribeError::TooManyFilters));
        assert_eq!(member.subscribe("a", vec![topics(VALUES + 1)]), Err(SubscribeError::TooManyValues));
        for n in 0..SUBSCRIPTIONS {
            member.subscribe(&n.to_string(), vec![topics(1)]).unwrap();
        }
        assert_eq!(member.subscribe("more", vec![topics(1)]), Err(SubscribeError::TooManySubscriptions));
        // One in place of another is not one more.
        assert_eq!(member.subscribe("0", vec![topics(2)]), Ok(()));
        assert_eq!(member.subscribe("0", vec![topics(VALUES)]), Err(SubscribeError::TooManyValues));
    }
}
