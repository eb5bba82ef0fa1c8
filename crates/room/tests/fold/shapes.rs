//! The state as `window.paceline.state()` returns it: every field and word of `paceline.d.ts`, and nothing else.

use std::collections::BTreeSet;

use paceline_room::{
    Cid,
    body::{
        AgendaAt, AgendaItemAdded, AgendaItemDone, Answer, Asked, BatonClosed, BatonOpened, Introduced, MeetingClosed,
        MeetingOpened, PostKind, Posted, PromiseKept, PromiseRenewed, Promised, Stance, TimerSet, meetings::ItemKind,
    },
    state::{Act, PromiseState},
    testing::{World, unknown},
};
use serde_json::{Value, json};

use crate::support::{Moves, Node, whole};

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn json(node: &Node) -> Value {
    serde_json::to_value(node.state()).expect("a state is JSON")
}

#[test]
fn the_room_and_its_people_have_the_promised_shape() {
    let mut world = World::new(1);
    world.write(
        1,
        Introduced {
            name: "Ann".try_into().unwrap(),
            strengths: vec!["tea".try_into().unwrap()].try_into().unwrap(),
            hue: 3_u64.try_into().unwrap(),
        },
    );
    let state = json(&whole(&world));
    let promised = [
        "digest",
        "title",
        "purpose",
        "form",
        "founder",
        "people",
        "persons",
        "posts",
        "feedback",
        "batons",
        "promises",
        "meetings",
        "backlog",
        "rounds",
        "proposals",
        "version",
        "raised",
        "newer",
        "unknown",
        "versions",
    ];
    assert_eq!(keys(&state), promised.into());
    assert_eq!(state["title"], "A test room");
    assert_eq!(state["purpose"], "To try things out");
    assert_eq!(state["form"], "blank");
    assert_eq!(state["founder"], world.author(0).to_string());
    let digest = state["digest"].as_str().expect("a text");
    assert!(digest.len() == 64 && digest.bytes().all(|it| it.is_ascii_hexdigit() && !it.is_ascii_uppercase()));
    let ann =
        json!({ "node": world.author(1).to_string(), "name": "Ann", "strengths": ["tea"], "hue": 3, "split": false });
    assert_eq!(state["people"][1], ann);
    let alone = [0, 1].map(|i| json!([world.author(i).to_string()]));
    assert_eq!(state["persons"], json!([{ "nodes": alone[0], "name": "" }, { "nodes": alone[1], "name": "Ann" }]));
}

#[test]
fn what_a_newer_version_wrote_has_the_promised_shape() {
    let mut world = World::new(3);
    let later = world.write(1, unknown("seen-from-afar", &1.5));
    let state = json(&whole(&world));
    assert_eq!(state["newer"], false);
    let (cid, author) = (later.to_string(), world.author(1).to_string());
    assert_eq!(state["unknown"], json!([{ "cid": cid, "author": author, "kind": "seen-from-afar", "at": 2_000 }]));
}

#[test]
fn a_room_of_a_newer_version_says_so_and_shows_what_never_changes() {
    let mut world = World::founded_by(4, unknown("room-founded", &json!({ "fold": 2, "title": 7 })));
    world.post(1, "hello");
    world.open_baton(1, "who knows");
    let state = json(&whole(&world));
    assert_eq!((&state["newer"], &state["title"]), (&json!(true), &json!("")));
    assert_eq!(state["founder"], world.author(0).to_string());
    assert_eq!(
        (state["posts"][0]["text"].as_str(), state["batons"].as_array().map(Vec::len)),
        (Some("hello"), Some(0))
    );
    let kinds: Vec<_> = state["unknown"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["room-founded", "baton-opened"]);
}

#[test]
fn before_the_founding_event_is_here_there_is_nothing_to_show() {
    let state = json(&Node::new(World::new(1).room()));
    assert_eq!(
        (state["title"].clone(), state["founder"].clone(), state["people"].clone()),
        (json!(""), json!(null), json!([]))
    );
}

#[test]
fn posts_have_the_promised_shape() {
    let mut world = World::new(2);
    let words = world.say(1, "because");
    let mentions = vec![world.author(0)];
    let post = world.write(
        1,
        Posted {
            kind: PostKind::Driver,
            words,
            reply_to: None,
            tags: vec!["x".try_into().unwrap()].try_into().unwrap(),
            mentions: mentions.try_into().unwrap(),
        },
    );
    let words = world.say(1, "so");
    let reply = world.reply(1, words, post);
    let mut node = Node::new(world.room());
    node.admit_all(&world.blocks());
    assert_eq!(json(&node)["posts"][0]["words"], "missing");
    assert_eq!(json(&node)["posts"][0]["text"], Value::Null);
    node.fill(&world.blocks());
    let state = json(&node);
    let at = node.fold.post(&post).expect("a post").at;
    let shape = json!({
        "cid": post.to_string(), "author": world.author(1).to_string(), "kind": "driver", "words": "here",
        "text": "because",
        "replyTo": null, "tags": ["x"], "mentions": [world.author(0).to_string()], "at": at, "depth": 2, "edited": false, "contested": false,
    });
    assert_eq!(state["posts"][0], shape);
    assert_eq!(state["posts"][1]["replyTo"], post.to_string());
    world.retract(1, reply);
    assert_eq!(json(&whole(&world))["posts"][1]["words"], "retracted");
    let kinds = [PostKind::Update, PostKind::Question, PostKind::Idea, PostKind::Need, PostKind::Driver];
    assert_eq!(serde_json::to_value(kinds).expect("JSON"), json!(["update", "question", "idea", "need", "driver"]));
}

#[test]
fn feedback_has_the_promised_shape() {
    let mut world = World::new(3);
    let post = world.post(1, "claim");
    world.send(1, 2);
    let words = world.say(2, "why?");
    let asked = world.feedback(2, post, Stance::Question, Some(words));
    let shape = json!({
        "cid": asked.to_string(), "author": world.author(2).to_string(), "target": post.to_string(),
        "stance": "question", "text": "why?", "state": "open",
    });
    assert_eq!(json(&whole(&world))["feedback"][0], shape);
    let given = world.feedback(2, post, Stance::BuildOn, None);
    world.feedback(2, post, Stance::Appreciate, None);
    world.feedback(2, post, Stance::Concern, None);
    world.feedback(2, post, Stance::Correct, None);
    world.send(2, 1);
    let all = json(&whole(&world))["feedback"].as_array().expect("a list").clone();
    let words = |field: &str| all.iter().map(|it| it[field].as_str().expect("a word").to_string()).collect::<Vec<_>>();
    assert_eq!(words("stance"), ["question", "build-on", "appreciate", "concern", "correct"]);
    assert_eq!(words("state"), ["open", "given", "given", "open", "open"]);
    for (answer, word) in [(Answer::Noted, "noted"), (Answer::Declined, "declined"), (Answer::Adjusted, "adjusted")] {
        world.answer(1, asked, answer, None);
        assert_eq!(json(&whole(&world))["feedback"][0]["state"], word);
    }
    world.withdraw(2, given);
    assert_eq!(json(&whole(&world))["feedback"][1]["state"], "withdrawn");
}

#[test]
fn batons_have_the_promised_shape() {
    let mut world = World::new(4);
    let title = "the release".to_string();
    let lead = world.write(
        0,
        BatonOpened {
            title: title.try_into().unwrap(),
            strengths: vec!["calm".try_into().unwrap()].try_into().unwrap(),
            minutes: Some(5),
            need: None,
        },
    );
    let shape = json!({
        "cid": lead.to_string(), "title": "the release", "state": "free", "holder": null, "offer": null,
        "offeredTo": null,
        "tip": lead.to_string(), "settled": true, "terms": [], "notes": [],
    });
    assert_eq!(json(&whole(&world))["batons"][0], shape);
    world.send(0, 1);
    let taken = world.take(1, lead, lead);
    let offer = world.offer(1, lead, taken, 2);
    let state = json(&whole(&world))["batons"][0].clone();
    assert_eq!((&state["state"], &state["holder"]), (&json!("offered"), &json!(world.author(1).to_string())));
    assert_eq!(
        (&state["offer"], &state["offeredTo"]),
        (&json!(offer.to_string()), &json!(world.author(2).to_string()))
    );
    let term = json!({
        "holder": world.author(1).to_string(), "from": taken.to_string(), "until": null, "by": "taken",
        "parallel": false,
    });
    assert_eq!(state["terms"], json!([term]));
    world.sync_all();
    world.send(1, 2);
    let accepted = world.accept(2, lead, taken, offer);
    world.send(2, 3);
    let stand_in = world.step_in(3, lead, accepted);
    world.send(3, 2);
    assert_eq!(json(&whole(&world))["batons"][0]["state"], "held");
    let back = world.reclaim(2, lead, &[stand_in]);
    let outcome = "shipped".to_string();
    let closed = world.write(2, BatonClosed { baton: lead, tip: back, outcome: outcome.try_into().unwrap(), by: None });
    let state = json(&whole(&world))["batons"][0].clone();
    let by: Vec<_> = state["terms"].as_array().expect("a list").iter().map(|it| it["by"].clone()).collect();
    assert_eq!(by, ["taken", "accepted", "stepped-in", "reclaimed"]);
    assert_eq!((&state["state"], &state["tip"]), (&json!("closed"), &json!(closed.to_string())));
    assert_eq!(state["terms"][0]["until"], accepted.to_string());
    let note = json!({
        "cid": closed.to_string(), "author": world.author(2).to_string(), "act": "closed", "term": back.to_string(),
        "to": null, "text": "shipped",
    });
    assert_eq!(state["notes"], json!([note]));
    let acts = [Act::Offered, Act::Declined, Act::Released, Act::Closed];
    assert_eq!(serde_json::to_value(acts).expect("JSON"), json!(["offered", "declined", "released", "closed"]));
    assert_eq!(serde_json::to_value(paceline_room::state::TermBy::Decision).expect("JSON"), "decision");
}

#[test]
fn promises_have_the_promised_shape() {
    let mut world = World::new(11);
    let words = world.say(1, "the minutes, please");
    let ask = world.write(1, Asked { node: world.author(2), words });
    let words = world.say(1, "the venue");
    let promise = world.write(1, Promised { words, due: "2026-12-01".parse().ok(), from: Some(ask) });
    let words = world.say(1, "and the chairs?");
    let open = world.write(1, Asked { node: world.author(2), words });
    world.write(1, PromiseRenewed { promise, due: "2026-12-15".parse().ok() });
    world.write(1, PromiseKept { promise, evidence: None });
    let state = json(&whole(&world));
    let [me, other, promise, ask, open] = [
        world.author(1).to_string(),
        world.author(2).to_string(),
        promise.to_string(),
        ask.to_string(),
        open.to_string(),
    ];
    let at = state["promises"][0]["renewed"]["at"].clone();
    assert!(at.is_u64());
    let (due, renewed) = ("2026-12-15", json!({ "times": 1, "at": at }));
    let text = "and the chairs?";
    let rows = json!([
        { "cid": promise, "node": me, "text": "the venue", "state": "kept", "due": due, "renewed": renewed, "from": ask },
        { "cid": open, "node": other, "text": text, "state": "asked", "due": null, "renewed": null, "from": null },
    ]);
    assert_eq!(state["promises"], rows);
    let words = [PromiseState::Asked, PromiseState::Promised, PromiseState::Kept, PromiseState::Dropped];
    assert_eq!(serde_json::to_value(words).expect("JSON"), json!(["asked", "promised", "kept", "dropped"]));
}

#[test]
fn meetings_have_the_promised_shape() {
    let mut world = World::new(1);
    let title = |it: &str| it.try_into().unwrap();
    let open = |form: &str| MeetingOpened {
        title: title("Weekly"),
        form: form.try_into().unwrap(),
        prompts: Default::default(),
        call_link: Default::default(),
        resumes: None,
        values: Default::default(),
    };
    let [over, now] = ["", "stand-up"].map(|form| world.write(1, open(form)));
    let mut add = |name: &str, meeting: Option<Cid>| {
        let (order, minutes) = (vec![1].try_into().unwrap(), 5_u64.try_into().ok());
        let (title, kind) = (title(name), ItemKind::Talk);
        world.write(1, AgendaItemAdded { title, kind, order, meeting, minutes, tags: Default::default(), about: None })
    };
    let [left, done, planned, someday] =
        [("left", Some(over)), ("done", Some(over)), ("planned", Some(now)), ("someday", None)]
            .map(|(it, of)| add(it, of));
    world.write(1, AgendaItemDone { item: done, outcome: "so be it".try_into().unwrap(), again: false });
    world.write(1, AgendaAt { meeting: now, item: Some(planned), seconds: None });
    world.write(1, TimerSet { meeting: now, seconds: 90_u64.try_into().unwrap(), about: Some(planned) });
    world.write(1, MeetingClosed { meetings: vec![over].try_into().unwrap(), words: None });
    let state = json(&whole(&world));
    let [over, now, left, done, planned, someday] = [over, now, left, done, planned, someday].map(|it| it.to_string());
    let item = |cid: &str, title: &str, state: &str, outcome: Option<&str>| json!({ "cid": cid, "title": title, "about": null, "minutes": 5, "state": state, "outcome": outcome });
    let mut of_over = [item(&left, "left", "backlog", None), item(&done, "done", "done", Some("so be it"))];
    of_over.sort_by_key(|it| it["cid"].as_str().map(str::to_owned));
    let shown = state["meetings"].as_array().expect("a list");
    let [first, second] = [&shown[0], &shown[1]];
    assert_eq!(first["items"].as_array().map(Vec::len), Some(2));
    assert!(of_over.iter().all(|it| first["items"].as_array().is_some_and(|all| all.contains(it))));
    assert_eq!(
        (&first["cid"], &first["state"], &first["at"], &first["timer"]),
        (&json!(over), &json!("closed"), &json!(null), &json!(null))
    );
    let set_at = second["timer"]["setAt"].clone();
    assert!(set_at.is_u64());
    let timer = json!({ "seconds": 90, "setAt": set_at, "about": planned });
    let items = [item(&planned, "planned", "planned", None)];
    let expected = json!({ "cid": now, "title": "Weekly", "form": "stand-up", "state": "open", "at": planned, "items": items, "timer": timer });
    assert_eq!(*second, expected);
    let later = [item(&someday, "someday", "backlog", None), item(&left, "left", "backlog", None)];
    assert_eq!(state["backlog"], json!(later));
}
