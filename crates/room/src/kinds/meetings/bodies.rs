//! What is said about meetings and what is on their agenda.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_bytes::ByteBuf;

use crate::{
    Cid, EventError,
    fields::Optional,
    kinds::{List, Note, Tag, Tags, Tips, Title, Within, bodies},
    limits,
};

bodies! {
    /// Opens a meeting. Its roles, its agenda and its rounds say themselves that they are of it.
    MeetingOpened {
        /// What it is called.
        title: Title,
        /// Name of its form.
        [optional] form: Tag,
        /// What each is asked to say, in the form's order.
        [optional] prompts: Prompts,
        /// Where it talks, if that is elsewhere.
        [optional] call_link: Note,
        /// The meeting it goes on with.
        [optional] resumes: Option<Cid>,
        /// What its form says besides, so that nobody else needs the form.
        [optional] values: MeetingValues,
    }
    /// Ends these meetings: all that its author has seen open.
    MeetingClosed {
        /// Their openings.
        meetings: Tips,
        /// A last word: the words block.
        [optional] words: Option<Cid>,
    }
    /// A baton is a role of a meeting, and ends with it.
    RoleOf {
        /// The meeting.
        meeting: Cid,
        /// The baton.
        baton: Cid,
    }
    /// Something to come to.
    AgendaItemAdded {
        /// What; empty if the post that it is about says it.
        title: Title,
        /// What is done about it.
        kind: ItemKind,
        /// Where it stands among the others.
        order: Order,
        /// The meeting; without one it is for later.
        [optional] meeting: Option<Cid>,
        /// How long it is meant to take.
        [optional] minutes: Option<Minutes>,
        /// Tags.
        [optional] tags: Tags,
        /// The post that it is about. Its words stay with it, so that they go when their author takes them back.
        [optional] about: Option<Cid>,
    }
    /// Changes what is given, and nothing else.
    AgendaItemChanged {
        /// The item.
        item: Cid,
        /// What.
        [optional] title: Title,
        /// How long.
        [optional] minutes: Option<Minutes>,
        /// Where it stands.
        [optional] order: Option<Order>,
        /// The meeting it is for now.
        [optional] meeting: Option<Cid>,
        /// For later: for no meeting, whichever is given.
        [optional] later: bool,
    }
    /// An item is done with, or is not after all.
    AgendaItemDone {
        /// The item.
        item: Cid,
        /// What came of it.
        [optional] outcome: Note,
        /// It is to be done again.
        [optional] again: bool,
    }
    /// The meeting has come to this item: the latest says where it is. It forbids nothing, and starts the item's time.
    AgendaAt {
        /// The meeting.
        meeting: Cid,
        /// The item; none: it is before the first.
        [optional] item: Option<Cid>,
        /// How long for it, from when this is heard, as a [`TimerSet`] about it says; 0 stops.
        [optional] seconds: Option<Seconds>,
    }
    /// Time for something, from when this is heard; the latest counts. It decides nothing.
    TimerSet {
        /// The meeting.
        meeting: Cid,
        /// How long; 0 stops.
        seconds: Seconds,
        /// What for.
        [optional] about: Option<Cid>,
    }
}

/// Questions or headings.
pub type Prompts = List<Title, { limits::TAGS }>;
/// How long an item is meant to take: up to a day.
pub type Minutes = Within<1, { 24 * 60 }>;
/// How long a timer runs.
pub type Seconds = Within<0, { limits::TIMER_SECONDS }>;

/// How long something takes that a form gives time to.
pub type FormSeconds = Within<{ limits::FORM_SECONDS_LEAST }, { limits::FORM_SECONDS }>;

/// Fields of a map inside a body, each absent rather than empty.
macro_rules! absent {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {$(
            $(#[$fdoc])*
            #[serde(default, skip_serializing_if = "Optional::is_empty", deserialize_with = "crate::fields::given")]
            pub $field: $type,
        )*}

        impl Optional for $name {
            fn is_empty(&self) -> bool {
                $(self.$field.is_empty())&&*
            }
        }
    };
}

absent! {
    /// What the form of a meeting says about it. Where it says nothing, each page does as is usual; it decides nothing.
    MeetingValues {
        /// What the form is called.
        title: Title,
        /// How long each speaks, if they speak in turn.
        seconds_each: Option<FormSeconds>,
        /// So many days later the next one is held, as a rule.
        every_days: Option<Within<1, { limits::FORM_DAYS }>>,
        /// How long all write notes.
        write_seconds: Option<FormSeconds>,
        /// How many votes on notes each has.
        dots: Option<Within<1, { limits::DOTS }>>,
        /// How long all vote.
        vote_seconds: Option<FormSeconds>,
        /// How long a note is talked about.
        talk_seconds: Option<FormSeconds>,
        /// In an incident, which a meeting is by this: how long after an update the next one is due.
        update_seconds: Option<FormSeconds>,
    }
}

/// What is done about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ItemKind {
    Talk,
    Round,
    Decision,
}

/// Where something stands among others, so that two can order side by side: a fractional index, the digits of a number between 0
/// and 1 to the base 256, of which the last is not 0. Compared as bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Order(Box<[u8]>);

impl Order {
    /// Before all others; none has it.
    pub(super) fn least() -> Self {
        Self(Box::default())
    }

    /// A place after one and before another, or at an end. Close to a neighbour at the ends, so that names stay short.
    ///
    /// # Errors
    /// So much was put between two neighbours that the place has no short name.
    pub fn between(after: Option<&Self>, before: Option<&Self>) -> Result<Self, EventError> {
        let low: &[u8] = after.map_or(&[], |it| &it.0);
        // Of two that stand side by side their authors decide: what comes between stands after both.
        let mut high = before.map(|it| &*it.0).filter(|high| low < *high);
        let (mut digits, mut at) = (Vec::new(), 0);
        loop {
            let digit = |of: &[u8]| u16::from(of.get(at).copied().unwrap_or(0));
            let (least, most) = (digit(low), high.map_or(256, digit));
            let step = match (at < low.len(), high.is_some()) {
                _ if most - least < 2 => 0,
                (true, false) => 1,
                (false, true) if low.is_empty() => most - least - 1,
                _ => (most - least) / 2,
            };
            digits.push((least + step) as u8);
            if step > 0 {
                return digits.try_into();
            }
            high = high.filter(|_| most == least);
            at += 1;
        }
    }
}

impl TryFrom<Vec<u8>> for Order {
    type Error = EventError;

    fn try_from(digits: Vec<u8>) -> Result<Self, EventError> {
        match digits.last() {
            None | Some(0) => Err(EventError::OutOfRange),
            _ if digits.len() > limits::ORDER_BYTES => Err(EventError::FieldTooLong),
            _ => Ok(Self(digits.into())),
        }
    }
}

impl Serialize for Order {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Order {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ByteBuf::deserialize(deserializer)?.into_vec().try_into().map_err(D::Error::custom)
    }
}

impl Optional for bool {
    fn is_empty(&self) -> bool {
        !self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn between(after: Option<&Order>, before: Option<&Order>) -> Order {
        Order::between(after, before).expect("a short name")
    }

    proptest! {
        #[test]
        fn a_place_is_between_its_neighbours(one: Vec<u8>, other: Vec<u8>) {
            let [one, other] = [one, other].map(|it| Order::try_from(it).ok());
            let (low, high) = if one < other { (one, other) } else { (other, one) };
            if let Ok(it) = Order::between(low.as_ref(), high.as_ref()) {
                prop_assert!(low.as_ref().is_none_or(|low| *low < it));
                prop_assert!(low == high || high.is_none_or(|high| it < high));
            }
        }
    }

    #[test]
    fn hundreds_fit_at_one_end_and_what_does_not_is_refused() {
        let mut last = between(None, None);
        (0..2_000).for_each(|_| last = between(Some(&last), None));
        let mut first = last.clone();
        (0..2_000).for_each(|_| first = between(None, Some(&first)));
        assert!(first < last);
        let mut high = last;
        let refused = (0..1_000).find_map(|_| match Order::between(Some(&first), Some(&high)) {
            Ok(it) => {
                high = it;
                None
            }
            Err(error) => Some(error),
        });
        assert_eq!(refused, Some(EventError::FieldTooLong));
        assert_eq!(Order::try_from(vec![1; limits::ORDER_BYTES + 1]), Err(EventError::FieldTooLong));
        assert_eq!(Order::try_from(vec![1, 0]), Err(EventError::OutOfRange));
    }
}
