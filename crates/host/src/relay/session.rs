//! One connection's side of the protocol: what it may ask, and what it is answered. Time is passed in; sockets are
//! elsewhere.

use std::time::Instant;

use super::{
    event::Event,
    filter::Filter,
    hub::Member,
    limits::{
        FILTERS, LISTENERS_PER_MESSAGE, MESSAGE_BURST, MESSAGES_PER_SECOND, REFUSALS, REFUSALS_FORGIVEN_PER_SECOND,
    },
    message::{self, Request},
};
use crate::{bucket::Bucket, gate::Pass};

/// What a client that sends too much is told.
pub const RATE_LIMITED: &str = "rate-limited: too many messages, try again in a few seconds";

/// A connected client.
#[derive(Debug)]
pub struct Session<'a> {
    /// This machine's clock in Unix seconds, if events are judged by it.
    clock: Option<fn() -> u64>,
    member: &'a Member,
    pass: &'a Pass,
    messages: Bucket,
    patience: Bucket,
}

/// The connection asked for too much that was refused: close it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfPatience;

impl<'a> Session<'a> {
    /// A client that said nothing yet.
    pub fn new(member: &'a Member, pass: &'a Pass, now: Instant) -> Self {
        let messages = Bucket::new(MESSAGE_BURST, MESSAGES_PER_SECOND, now);
        Self { clock: None, member, pass, messages, patience: Bucket::new(REFUSALS, REFUSALS_FORGIVEN_PER_SECOND, now) }
    }

    /// Judges events by this clock, in Unix seconds.
    #[must_use]
    pub const fn by_clock(self, clock: Option<fn() -> u64>) -> Self {
        Self { clock, ..self }
    }

    /// Answers one message, into the outbox.
    ///
    /// # Errors
    /// Too many were refused.
    pub fn hear(&mut self, text: &str, now: Instant) -> Result<(), OutOfPatience> {
        let allowed = self.messages.take(now) && self.pass.pay(now);
        let answered = match Request::read(text) {
            Err(error) => Err(message::notice(&error.to_string())),
            Ok(request) if allowed => self.answer(request, now),
            Ok(request) => Err(limited(&request)),
        };
        match answered {
            Ok(answer) => {
                answer.into_iter().for_each(|answer| self.member.outbox.push(answer));
                Ok(())
            }
            Err(refusal) => {
                self.member.outbox.push(refusal);
                if self.patience.take(now) { Ok(()) } else { Err(OutOfPatience) }
            }
        }
    }

    /// The answer, if there is one; an error is an answer, too, and tries the patience.
    fn answer(&self, request: Request, now: Instant) -> Result<Option<String>, String> {
        match request {
            Request::Event(event) => self.pass_on(&event, now).map(Some),
            Request::Subscribe(name, filters) => self
                .subscribe(&name, filters)
                .map(|()| Some(message::end_of_stored(&name)))
                .map_err(|why| message::closed(&name, &why)),
            Request::Unsubscribe(name) => {
                self.member.unsubscribe(&name);
                Ok(None)
            }
        }
    }

    fn pass_on(&self, event: &Event, now: Instant) -> Result<String, String> {
        let checked = self.clock.map_or(Ok(()), |clock| event.check_time(clock())).and_then(|()| event.check());
        checked.map_err(|error| message::ok(&event.id, false, &error.to_string()))?;
        let reached = self.member.publish(event);
        let more = u32::try_from(reached / LISTENERS_PER_MESSAGE).unwrap_or(u32::MAX);
        self.pass.charge(more, now);
        Ok(message::ok(&event.id, true, ""))
    }

    fn subscribe(&self, name: &str, filters: Vec<serde_json::Value>) -> Result<(), String> {
        // One more than allowed is enough to be refused; the rest need not be read.
        let filters = filters.into_iter().take(FILTERS + 1).map(Filter::read).collect::<Result<Vec<_>, _>>();
        let filters = filters.map_err(|error| error.to_string())?;
        self.member.subscribe(name, filters).map_err(|error| error.to_string())
    }
}

fn limited(request: &Request) -> String {
    match request {
        Request::Event(event) => message::ok(&event.id, false, RATE_LIMITED),
        Request::Subscribe(name, _) => message::closed(name, RATE_LIMITED),
        Request::Unsubscribe(_) => message::notice(RATE_LIMITED),
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use serde_json::{Value, json};

    use super::{
        super::{event::tests::signed, hub::Hub},
        *,
    };
    use crate::gate::{Gate, GateLimits};

    /// A client at a relay of its own.
    struct Client {
        member: Member,
        pass: Pass,
    }

    impl Client {
        fn at(hub: &Arc<Hub>, gate: &Arc<Gate>) -> Self {
            Self { member: hub.join(), pass: gate.enter([192, 0, 2, 1].into(), Instant::now()).unwrap() }
        }

        fn alone() -> Self {
            Self::at(&Arc::default(), &Gate::new(GateLimits::default()))
        }

        fn heard(&self) -> Vec<Value> {
            std::iter::from_fn(|| self.member.outbox.try_next())
                .map(|message| serde_json::from_str(&message.unwrap()).unwrap())
                .collect()
        }

        fn says(&self, message: &Value) -> Vec<Value> {
            let now = Instant::now();
            Session::new(&self.member, &self.pass, now).hear(&message.to_string(), now).unwrap();
            self.heard()
        }
    }

    #[test]
    fn a_subscriber_hears_what_another_publishes_until_it_closes() {
        let (hub, gate) = (Arc::default(), Gate::new(GateLimits::default()));
        let [ada, ben] = [Client::at(&hub, &gate), Client::at(&hub, &gate)];
        assert_eq!(ben.says(&json!(["REQ", "s", {"#x": ["topic"]}])), [json!(["EOSE", "s"])]);
        let event = signed(1, 20_001, &[("x", "topic")], "sealed");
        assert_eq!(ada.says(&json!(["EVENT", event])), [json!(["OK", event.id, true, ""])]);
        assert_eq!(ben.heard(), [json!(["EVENT", "s", event])]);
        assert_eq!(ben.says(&json!(["CLOSE", "s"])), Vec::<Value>::new());
        ada.says(&json!(["EVENT", event]));
        assert_eq!(ben.heard(), Vec::<Value>::new());
    }

    #[test]
    fn every_refusal_says_why_in_the_form_nip_01_prescribes() {
        let client = Client::alone();
        let answer = |message: Value| client.says(&message).remove(0);
        let stored = signed(1, 1, &[], "");
        let why = |answer: &Value, at: usize| answer[at].as_str().unwrap().to_owned();
        let refused = answer(json!(["EVENT", stored]));
        assert_eq!((&refused[0], &refused[1], &refused[2]), (&json!("OK"), &json!(stored.id), &json!(false)));
        assert!(why(&refused, 3).starts_with("blocked: "));
        let nosy = answer(json!(["REQ", "all", {}]));
        assert_eq!((&nosy[0], &nosy[1]), (&json!("CLOSED"), &json!("all")));
        assert!(why(&nosy, 2).starts_with("restricted: "));
        assert!(why(&answer(json!(["REQ", "none"])), 2).starts_with("invalid: "));
        let odd = answer(json!(["COUNT", "x"]));
        assert_eq!(odd[0], "NOTICE");
        assert!(why(&odd, 1).starts_with("unsupported: "));
    }

    #[test]
    fn where_events_are_judged_by_their_time_only_what_is_written_about_now_passes() {
        let client = Client::alone();
        let event = signed(1, 20_001, &[("x", "topic")], "");
        let answer = |clock: Option<fn() -> u64>| {
            let now = Instant::now();
            let mut session = Session::new(&client.member, &client.pass, now).by_clock(clock);
            session.hear(&json!(["EVENT", event]).to_string(), now).unwrap();
            client.heard().remove(0)
        };
        let refused = |why: &str| json!(["OK", event.id, false, why]);
        let taken = json!(["OK", event.id, true, ""]);
        assert_eq!(event.created_at, 1_700_000_000);
        assert_eq!(answer(None), taken);
        assert_eq!(answer(Some(|| 1_700_000_060)), taken);
        assert_eq!(answer(Some(|| 1_700_000_061)), refused("invalid: ephemeral event expired"));
        assert_eq!(answer(Some(|| 1_699_999_100)), taken);
        assert_eq!(answer(Some(|| 1_699_999_099)), refused("invalid: created_at too late"));
    }

    #[test]
    fn who_sends_too_much_is_told_then_closed_and_may_go_on_after_a_while() {
        let client = Client::alone();
        let start = Instant::now();
        let mut session = Session::new(&client.member, &client.pass, start);
        let event = json!(["EVENT", signed(1, 20_001, &[("x", "topic")], "")]).to_string();
        for _ in 0..MESSAGE_BURST {
            session.hear(&event, start).unwrap();
        }
        assert!(client.heard().iter().all(|answer| answer[2] == true));
        session.hear(&event, start).unwrap();
        session.hear("[\"REQ\",\"s\",{\"#x\":[\"a\"]}]", start).unwrap();
        let refused = client.heard();
        assert_eq!((&refused[0][2], &refused[0][3]), (&json!(false), &json!(RATE_LIMITED)));
        assert_eq!(refused[1], json!(["CLOSED", "s", RATE_LIMITED]));
        session.hear(&event, start + Duration::from_secs(1)).unwrap();
        assert_eq!(client.heard()[0][2], true);
        let flood = (0..1_000).position(|_| session.hear("no JSON", start + Duration::from_secs(1)).is_err());
        assert!(flood.is_some_and(|messages| messages <= REFUSALS as usize));
    }

    #[test]
    fn an_event_that_reaches_many_costs_its_sender_more() {
        let hub: Arc<Hub> = Arc::default();
        let gate = Gate::new(GateLimits { messages_per_second: 1, ..GateLimits::default() });
        let listeners: Vec<Member> = (0..LISTENERS_PER_MESSAGE * 10).map(|_| Arc::clone(&hub).join()).collect();
        for listener in &listeners {
            listener.subscribe("s", vec![Filter::read(json!({"#x": ["topic"]})).unwrap()]).unwrap();
        }
        let client = Client::at(&hub, &gate);
        let start = Instant::now();
        let mut session = Session::new(&client.member, &client.pass, start);
        let event = json!(["EVENT", signed(1, 20_001, &[("x", "topic")], "")]).to_string();
        session.hear(&event, start).unwrap();
        session.hear(&event, start).unwrap();
        let answers = client.heard();
        assert_eq!((&answers[0][2], &answers[1][2]), (&json!(true), &json!(false)));
    }
}
