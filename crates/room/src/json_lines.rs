//! The log as JSON lines (<https://jsonlines.org>): one event a line, in display order, for whoever reads a room with tools that know
//! nothing of blocks. `docs/format.md` says what stands in a line.
//!
//! It is to be read, not to be brought back: signatures are left out. What no build understands is written like everything else,
//! from its block. Names are the caller's.

use std::{fmt::Write as _, sync::Arc};

use base32ct::{Base32Unpadded, Encoding};
use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{
    Cid, EventError, Ix, Log, NodeId, Words,
    log::Entry,
    scan::{Item, Reader},
    words::Text,
};

/// Fields of bodies whose 32 bytes are a node; in lists, bytes are nodes everywhere.
const NODES: [&str; 3] = ["node", "to", "next"];
/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;

/// All events. `words` looks up words blocks, as in [`car::export`](crate::car::export); `name` says what somebody is called.
pub fn export(log: &Log, mut words: impl FnMut(&Cid) -> Option<Arc<[u8]>>, name: impl Fn(&NodeId) -> String) -> String {
    let mut order: Vec<(u64, Cid, Ix)> = log.entries().map(|(ix, entry)| (entry.event.depth, entry.cid, ix)).collect();
    order.sort_unstable();
    let mut lines = String::new();
    for (_, _, ix) in order {
        let entry = log.entry(ix);
        let said = entry.event.body.words().and_then(|it| words(&it));
        let said = said.and_then(|it| Words::decode(&it).ok()).filter(|it| it.1 == entry.event.author);
        line(&mut lines, entry, said.as_ref(), &name(&entry.event.author));
    }
    lines
}

fn line(out: &mut String, entry: &Entry, words: Option<&Words>, name: &str) {
    let event = &entry.event;
    _ = write!(out, "{{\"cid\":\"{}\",\"kind\":", entry.cid);
    text(out, event.body.kind());
    _ = write!(out, ",\"author\":\"{}\",\"name\":", event.author);
    text(out, name);
    _ = write!(out, ",\"seq\":{},\"depth\":{},\"at\":\"{}\",\"prev\":", event.seq, event.depth, iso(event.at));
    match &event.prev {
        Some(prev) => _ = write!(out, "\"{prev}\""),
        None => out.push_str("null"),
    }
    out.push_str(",\"parents\":[");
    for (nth, parent) in event.parents.iter().enumerate() {
        _ = write!(out, "{}\"{parent}\"", if nth > 0 { "," } else { "" });
    }
    out.push_str("],\"body\":");
    let before = out.len();
    if body(out, &entry.block).is_err() {
        // It was admitted, so its body can be read.
        out.truncate(before);
        out.push_str("null");
    }
    match words.map(|it| &it.4) {
        Some(Text::One(one)) => {
            out.push_str(",\"words\":");
            text(out, one);
        }
        Some(Text::List(all)) => {
            out.push_str(",\"words\":[");
            for (nth, one) in all.iter().enumerate() {
                out.push_str(if nth > 0 { "," } else { "" });
                text(out, one);
            }
            out.push(']');
        }
        None => {}
    }
    out.push_str("}\n");
}

/// What stands under the kind in the body of a block that was admitted.
fn body(out: &mut String, block: &[u8]) -> Result<(), EventError> {
    let mut reader = Reader::new(block);
    let mut last = None;
    for _ in 0..reader.map()? {
        let key = reader.key(last)?;
        last = Some(key);
        if key == b"body" {
            reader.map()?;
            reader.text()?;
            return value(out, &mut reader, "", false);
        }
        reader.value(0)?;
    }
    Err(EventError::Malformed)
}

/// One value; `key` is the field that it stands in. A block that was admitted is nested within [`limits::NESTING`](crate::limits::NESTING).
fn value(out: &mut String, reader: &mut Reader, key: &str, listed: bool) -> Result<(), EventError> {
    match reader.next()? {
        Item::Number(number) => _ = write!(out, "{number}"),
        Item::Negative(number) => _ = write!(out, "{}", -1 - i128::from(number)),
        Item::Float(number) => _ = write!(out, "{number:?}"),
        Item::Bool(it) => _ = write!(out, "{it}"),
        Item::Null => out.push_str("null"),
        Item::Text(it) => text(out, it),
        Item::Link(cid) => {
            let mut letters = vec![0; Base32Unpadded::encoded_len(cid)];
            // The letters have the room that they ask for.
            let cid = Base32Unpadded::encode(cid, &mut letters).unwrap_or_default();
            _ = write!(out, "\"b{cid}\"");
        }
        Item::Bytes(bytes) => match <[u8; 32]>::try_from(bytes) {
            Ok(node) if listed || NODES.contains(&key) => _ = write!(out, "\"{}\"", NodeId::from_bytes(node)),
            _ => _ = write!(out, "\"{}\"", BASE64_STANDARD.encode(bytes)),
        },
        Item::List(count) => {
            out.push('[');
            for nth in 0..count {
                out.push_str(if nth > 0 { "," } else { "" });
                value(out, reader, key, true)?;
            }
            out.push(']');
        }
        Item::Map(count) => {
            out.push('{');
            for nth in 0..count {
                out.push_str(if nth > 0 { "," } else { "" });
                let key = reader.text()?;
                text(out, key);
                out.push(':');
                value(out, reader, key, false)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// A text as JSON has it (RFC 8259, section 7). The line separators of Unicode are marked too: what breaks lines elsewhere breaks none
/// here.
fn text(out: &mut String, text: &str) {
    out.push('"');
    for it in text.chars() {
        match it {
            '"' | '\\' => out.extend(['\\', it]),
            '\n' => out.push_str("\\n"),
            it if it.is_control() || matches!(it, '\u{2028}' | '\u{2029}') => {
                _ = write!(out, "\\u{:04x}", u32::from(it))
            }
            it => out.push(it),
        }
    }
    out.push('"');
}

/// A time in UTC (ISO 8601), by the calendar of "days from civil" turned round (Hinnant, 2013). Years beyond 9999 carry their sign.
fn iso(at: u64) -> String {
    const DAYS_BEFORE_1970: u64 = 719_468;
    const ERA_DAYS: u64 = 146_097;
    let (days, rest) = (at / DAY_MS + DAYS_BEFORE_1970, at % DAY_MS);
    let (era, of_era) = (days / ERA_DAYS, days % ERA_DAYS);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let year = if year > 9_999 { format!("+{year:06}") } else { format!("{year:04}") };
    let (seconds, millis) = (rest / 1_000, rest % 1_000);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{millis:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (at, said) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (1_790_000_000_000, "2026-09-21T14:13:20.000Z"),
            (253_402_300_800_000, "+010000-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(iso(at), said);
        }
        let _ = iso(crate::limits::NUMBER);
    }

    #[test]
    fn no_text_ends_its_line_or_its_quotes() {
        let mut out = String::new();
        text(&mut out, "a\"b\\c\nd\re\u{0}f\u{7f}g\u{85}h\u{2028}i é 🥾");
        assert_eq!(out, r#""a\"b\\c\nd\u000de\u0000f\u007fg\u0085h\u2028i é 🥾""#);
    }
}
