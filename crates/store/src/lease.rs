//! Who holds a key, agreed by asking: over a channel that reaches all tabs, whoever wants a key asks, and whoever has it
//! objects. It replaces Web Locks where they are missing; where they exist it tells at once that waiting is in vain.
//!
//! A holder always objects. Of two that ask at the same time the one with the smaller random number objects. A tab may be busy for
//! longer than anybody waits: its objection comes late, and who holds the key since then must write no more with it.

use paceline_room::NodeId;
use serde::{Deserialize, Serialize};

/// How long to wait for an objection.
pub(crate) const OBJECTION_MILLIS: i32 = 300;

/// What tabs say to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Message {
    /// May I have this key?
    Ask {
        /// Whose.
        node: NodeId,
        /// The tab that asks.
        tab: u64,
    },
    /// No: it is taken.
    Object {
        /// Whose.
        node: NodeId,
        /// The tab that asked.
        to: u64,
    },
}

/// Where a tab stands with one key, until it releases it.
///
/// | from | to | when |
/// | --- | --- | --- |
/// | asking | held | nobody objects in time |
/// | asking | lost | somebody objects, or a rival with a smaller number asks |
/// | held | lost | a late objection |
/// | any but locked | locked | a Web Lock was granted |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Waiting for objections.
    Asking,
    /// It is ours, as far as anybody said.
    Held,
    /// It is ours, whatever anybody says.
    Locked,
    /// Somebody else has it.
    Lost,
}

impl Standing {
    /// Whether the table above has a line for it.
    const fn may_become(self, to: Self) -> bool {
        match (self, to) {
            (Self::Asking, Self::Held) | (Self::Asking | Self::Held, Self::Lost) => true,
            (Self::Asking | Self::Held | Self::Lost, Self::Locked) => true,
            (Self::Asking | Self::Held | Self::Locked | Self::Lost, _) => false,
        }
    }
}

/// One tab's claim on one key.
#[derive(Debug, Clone)]
pub(crate) struct Lease {
    node: NodeId,
    tab: u64,
    standing: Standing,
}

impl Lease {
    /// A claim; `tab` is random. The message is to be sent at once.
    pub(crate) fn ask(node: NodeId, tab: u64) -> (Self, Message) {
        (Self { node, tab, standing: Standing::Asking }, Message::Ask { node, tab })
    }

    pub(crate) fn standing(&self) -> Standing {
        self.standing
    }

    fn set(&mut self, to: Standing) {
        debug_assert!(self.standing.may_become(to), "{:?} -> {to:?}", self.standing);
        self.standing = to;
    }

    /// A Web Lock was granted, which settles it.
    pub(crate) fn locked(&mut self) {
        self.set(Standing::Locked);
    }

    /// Nobody objected in time.
    pub(crate) fn hold(&mut self) {
        if self.standing == Standing::Asking {
            self.set(Standing::Held);
        }
    }

    /// Somebody said something; the answer, if one is due.
    pub(crate) fn hear(&mut self, message: Message) -> Option<Message> {
        match message {
            Message::Object { node, to } if node == self.node && to == self.tab => {
                if matches!(self.standing, Standing::Asking | Standing::Held) {
                    self.set(Standing::Lost);
                }
                None
            }
            Message::Ask { node, tab } if node == self.node && tab != self.tab => {
                match self.standing {
                    Standing::Asking if tab < self.tab => self.set(Standing::Lost),
                    Standing::Asking | Standing::Held | Standing::Locked => {
                        return Some(Message::Object { node, to: tab });
                    }
                    Standing::Lost => {}
                }
                None
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node() -> NodeId {
        NodeId::from_bytes([1; 32])
    }

    /// Both hear everything the other says, until nobody says anything.
    fn converse(one: &mut Lease, other: &mut Lease, to_other: Option<Message>, to_one: Option<Message>) {
        if let Some(message) = to_other {
            let answer = other.hear(message);
            converse(one, other, None, answer);
        }
        if let Some(message) = to_one {
            let answer = one.hear(message);
            converse(one, other, answer, None);
        }
    }

    #[test]
    fn a_free_key_is_held_and_then_defended() {
        let (mut one, _) = Lease::ask(node(), 5);
        one.hold();
        let (mut other, ask) = Lease::ask(node(), 3);
        converse(&mut one, &mut other, None, Some(ask));
        other.hold();
        assert_eq!((one.standing(), other.standing()), (Standing::Held, Standing::Lost));
    }

    #[test]
    fn of_two_that_ask_at_once_exactly_one_holds_the_key() {
        for (tab_one, tab_other) in [(1, 2), (2, 1)] {
            // The second ask may or may not find the first: it was said before the second tab listened.
            for heard in [true, false] {
                let (mut one, ask_one) = Lease::ask(node(), tab_one);
                let (mut other, ask_other) = Lease::ask(node(), tab_other);
                converse(&mut one, &mut other, heard.then_some(ask_one), Some(ask_other));
                one.hold();
                other.hold();
                let held = [&one, &other].iter().filter(|it| it.standing() == Standing::Held).count();
                assert_eq!(held, 1, "{tab_one} {tab_other} {heard}");
            }
        }
    }

    #[test]
    fn other_keys_and_other_tabs_change_nothing() {
        let (mut lease, ask) = Lease::ask(node(), 5);
        let other = NodeId::from_bytes([2; 32]);
        assert_eq!(lease.hear(ask), None, "one's own voice");
        assert_eq!(lease.hear(Message::Ask { node: other, tab: 1 }), None);
        assert_eq!(lease.hear(Message::Object { node: other, to: 5 }), None);
        assert_eq!(lease.hear(Message::Object { node: node(), to: 6 }), None);
        assert_eq!(lease.standing(), Standing::Asking);
        lease.hold();
        assert_eq!(lease.standing(), Standing::Held);
    }

    #[test]
    fn a_late_objection_is_heard_and_the_first_holder_keeps_the_key() {
        let (mut busy, _) = Lease::ask(node(), 5);
        busy.hold();
        for tab in [3, 7] {
            let (mut later, ask) = Lease::ask(node(), tab);
            // The holder is busy for longer than the other waits.
            later.hold();
            assert_eq!(later.standing(), Standing::Held);
            converse(&mut busy, &mut later, None, Some(ask));
            assert_eq!((busy.standing(), later.standing()), (Standing::Held, Standing::Lost));
            later.hold();
            assert_eq!(later.standing(), Standing::Lost, "it is too late to hold it");
        }
    }

    #[test]
    fn a_web_lock_settles_it_whatever_was_said() {
        let (mut lease, _) = Lease::ask(node(), 5);
        lease.hear(Message::Object { node: node(), to: 5 });
        lease.locked();
        lease.hear(Message::Object { node: node(), to: 5 });
        let answer = lease.hear(Message::Ask { node: node(), tab: 1 });
        assert_eq!((lease.standing(), answer), (Standing::Locked, Some(Message::Object { node: node(), to: 1 })));
    }

    #[test]
    fn messages_survive_the_channel() {
        for message in [Message::Ask { node: node(), tab: 7 }, Message::Object { node: node(), to: 7 }] {
            let json = serde_json::to_string(&message).expect("encodes");
            assert_eq!(serde_json::from_str::<Message>(&json).expect("decodes"), message);
        }
        assert!(serde_json::from_str::<Message>("{\"ask\":{}}").is_err());
    }
}
