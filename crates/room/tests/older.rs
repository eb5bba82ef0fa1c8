//! What earlier builds wrote: it stays readable, to the bit, and shows what it showed. The files never change
//! (`tests/fixtures` at the top says what they are).

use std::sync::Arc;

use paceline_room::{
    Admission, Body, Event, Fold, Log, Words,
    car::{CarBlock, Reader, export},
};
use serde_json::Value;

const CAR: &[u8] = include_bytes!("../../../tests/fixtures/4dca91b/room.car");
const STATE: &str = include_str!("../../../tests/fixtures/4dca91b/state.json");

fn blocks() -> (Log, Vec<CarBlock>) {
    let (mut reader, mut blocks) = (Reader::new(), Vec::new());
    reader.push(CAR, &mut blocks).expect("a whole file");
    let log = Log::new(reader.room().expect("it names its room"));
    assert_eq!(reader.finish(), Ok(blocks.len()));
    (log, blocks)
}

/// Everything that was shown is shown; a contract only gains.
fn assert_shows(now: &Value, before: &Value, place: &str) {
    match before {
        Value::Object(fields) => {
            for (name, before) in fields {
                // Which hue somebody has is chosen anew where two are alike.
                if name != "hue" {
                    assert_shows(&now[name], before, &format!("{place}.{name}"));
                }
            }
        }
        Value::Array(items) => {
            assert_eq!(now.as_array().map(Vec::len), Some(items.len()), "{place}");
            items.iter().enumerate().for_each(|(nth, it)| assert_shows(&now[nth], it, &format!("{place}.{nth}")));
        }
        _ => assert_eq!(now, before, "{place}"),
    }
}

#[test]
fn a_room_that_an_earlier_build_exported_is_the_same_room() {
    let (mut log, blocks) = blocks();
    let (mut fold, mut words) = (Fold::default(), Vec::new());
    for it in &blocks {
        if Words::decode(&it.block).is_ok() {
            words.push(it);
            continue;
        }
        let Ok(Admission::Admitted(ix)) = log.admit(&it.block) else { panic!("{} is not admitted", it.cid) };
        fold.apply(&log, ix);
    }
    assert!(words.iter().all(|it| fold.words(&log, it.cid, &it.block)), "no words are lost");
    let before: Value = serde_json::from_str(STATE).expect("a state");
    let now = serde_json::to_value(fold.state(&log)).expect("a state is JSON");
    assert_shows(&now, &before["state"], "state");
    assert_eq!((now["newer"].as_bool(), fold.unknown().count()), (Some(false), 2), "two kinds that no build knows");
    let find = |cid: &_| blocks.iter().find(|it| it.cid == *cid).map(|it| Arc::clone(&it.block));
    // Today's header names the tips, too.
    let (now, before) = (export(&log, find), usize::try_from(blocks[0].at).expect("small"));
    assert!(now.ends_with(&CAR[before..]) && now.len() > CAR.len(), "and it goes out as it came in");
}

#[test]
fn what_an_earlier_build_wrote_is_written_the_same_way_today() {
    let (_, blocks) = blocks();
    let mut kinds = std::collections::BTreeSet::new();
    for it in blocks.iter().filter(|it| Words::decode(&it.block).is_err()) {
        let event = Event::decode_and_verify(&it.block).expect("it was admitted");
        if !matches!(event.body, Body::Unknown(_)) {
            // Without its author's key only what it says is compared.
            let bytes = serde_ipld_dagcbor::to_vec(&event.body).expect("a body is DAG-CBOR");
            assert!(it.block.windows(bytes.len()).any(|part| part == bytes), "{}", it.cid);
            kinds.insert(event.body.kind().to_owned());
        }
    }
    assert_eq!(kinds.len(), 20, "{kinds:?}");
}
