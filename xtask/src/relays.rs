//! `relays`: tries every candidate of `xtask/relays.txt`, and writes the page's list anew: `assets/paceline.json` names the good ones and
//! the day, `docs/relays.md` says of each what came of it. The trying itself is an example of `paceline-host`, so that nothing it needs
//! is compiled with this.

use std::{collections::BTreeMap, fs, time::SystemTime};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::{
    process::{Run, say},
    repo,
};

/// All that might be used, one a line.
const CANDIDATES: &str = "xtask/relays.txt";
/// What the page reads.
const LIST: &str = "assets/paceline.json";
/// What people read.
const REPORT: &str = "docs/relays.md";
/// With fewer good ones it is rather this machine's network: then nothing is written.
const FEWEST: usize = 12;
/// More the page does not read.
const MOST: usize = 48;

/// Tries them, and writes what came of it.
///
/// # Errors
/// The prober could not be built, or too few relays are good.
pub fn run() -> Result<()> {
    let candidates = candidates(&read(CANDIDATES)?);
    say(format!("Trying {} relays: this asks each of them for a few sealed nothings", candidates.len()));
    let mut results = BTreeMap::new();
    let prober =
        Run::cargo().args(["run", "--quiet", "--locked", "--package", "paceline-host", "--example", "probe", "--"]);
    let succeeded = prober.args(&candidates).watch(|line| {
        let found: Option<Value> = serde_json::from_str(line).ok();
        if let Some((url, found)) = found.and_then(|it| Some((it.get("url")?.as_str()?.to_owned(), it))) {
            results.insert(url, found);
        }
    })?;
    if !succeeded {
        bail!("the prober ended with an error");
    }
    let good = good(&results);
    if good.len() < FEWEST {
        bail!(
            "only {} of {} relays are good, and fewer than {FEWEST} are no list: is there a network here? Nothing was written",
            good.len(),
            candidates.len()
        );
    }
    let on = today();
    write(LIST, &list(&read(LIST)?, &good, Some(&on))?)?;
    write(REPORT, &report(&candidates, Some((&on, &results))))?;
    println!("   {} of {} are good; wrote {LIST} and {REPORT}", good.len(), candidates.len());
    Ok(())
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(repo::root().join(path)).with_context(|| format!("{path} cannot be read"))
}

fn write(path: &str, text: &str) -> Result<()> {
    fs::write(repo::root().join(path), text).with_context(|| format!("{path} cannot be written"))
}

fn candidates(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut all: Vec<String> = lines.map(str::to_owned).collect();
    all.sort();
    all.dedup();
    all
}

/// The good ones, the quickest first where there are too many; in the order of their names.
fn good(results: &BTreeMap<String, Value>) -> Vec<String> {
    let mut good: Vec<_> = results.values().filter(|it| it.get("good") == Some(&Value::Bool(true))).collect();
    good.sort_by_key(|it| it.get("passes_ms").and_then(Value::as_u64).unwrap_or(u64::MAX));
    let mut good: Vec<String> =
        good.into_iter().take(MOST).filter_map(|it| it.get("url")?.as_str().map(str::to_owned)).collect();
    good.sort();
    good
}

/// The page's file with these relays in it.
fn list(file: &str, relays: &[String], probed: Option<&str>) -> Result<String> {
    let mut fields: serde_json::Map<String, Value> = serde_json::from_str(file).with_context(|| LIST.to_owned())?;
    fields.insert("relays".to_owned(), json!(relays));
    fields.insert("probed".to_owned(), probed.map_or(Value::Null, |on| json!({"on": on, "good": relays.len()})));
    Ok(serde_json::to_string_pretty(&Value::Object(fields))? + "\n")
}

/// What came of each, for people.
fn report(candidates: &[String], probed: Option<(&str, &BTreeMap<String, Value>)>) -> String {
    let mut text = String::from(
        "# The relays of the page's list\n\n\
         Browsers find each other through Nostr relays. The file `paceline.json` beside the page names many small ones; each room uses\n\
         five of them, which its secret chooses, so that rooms spread and all members of a room choose the same. `cargo xtask relays` tries\n\
         every candidate of `xtask/relays.txt` (alive; takes an ephemeral event and the largest one; gives it to another client; takes\n\
         twelve at once; what its information document forbids), and writes that list and this page anew. It needs a network.\n\n",
    );
    let Some((on, results)) = probed else {
        text += "**Not probed yet**: nobody with a network has run it. The list names all candidates.\n\n";
        candidates.iter().for_each(|url| text += &format!("- {url}\n"));
        return text;
    };
    text += &format!(
        "Last probed on {on}.\n\n| relay | good | connects in | passes on in | of 12 at once | why not |\n| --- | --- | --- | --- | --- | --- |\n"
    );
    for url in candidates {
        let found = results.get(url).unwrap_or(&Value::Null);
        let millis =
            |name: &str| found.get(name).and_then(Value::as_u64).map_or("-".to_owned(), |ms| format!("{ms} ms"));
        let (good, burst) = (found.get("good") == Some(&Value::Bool(true)), found.get("burst").and_then(Value::as_u64));
        // What relays say is theirs: nothing of it may break the table.
        let plain = |c: char| if c == '|' || c.is_control() { ' ' } else { c };
        let why: String = found.get("why").and_then(Value::as_str).unwrap_or("").chars().map(plain).take(200).collect();
        text += &format!(
            "| {url} | {} | {} | {} | {} | {why} |\n",
            if good { "yes" } else { "no" },
            millis("connect_ms"),
            millis("passes_ms"),
            burst.unwrap_or(0),
        );
    }
    text
}

/// The day, UTC, as `2026-12-01`.
fn today() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    day(since.as_secs() / 86_400)
}

/// A day since 1970 in the calendar: Hinnant, "chrono-Compatible Low-Level Date Algorithms", for days after 1970.
fn day(days: u64) -> String {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results() -> BTreeMap<String, Value> {
        let found = |url: &str, good: bool, ms: u64, why: Option<&str>| {
            (
                url.to_owned(),
                json!({"url": url, "good": good, "connect_ms": ms, "passes_ms": ms, "burst": 12, "why": why}),
            )
        };
        BTreeMap::from([
            found("wss://b.example", true, 20, None),
            found("wss://a.example", true, 90, None),
            found("wss://c.example", false, 10, Some("blocked: you | and\nyours")),
        ])
    }

    #[test]
    fn the_list_names_the_good_ones_and_keeps_what_else_the_file_says() {
        let file = r#"{"relays": ["wss://old.example"], "stun": ["stun:s.example"], "probed": null}"#;
        let written: Value = serde_json::from_str(&list(file, &good(&results()), Some("2026-12-01")).unwrap()).unwrap();
        assert_eq!(
            written,
            json!({"relays": ["wss://a.example", "wss://b.example"], "stun": ["stun:s.example"], "probed": {"on": "2026-12-01", "good": 2}})
        );
        assert!(list("[]", &[], None).is_err());
    }

    #[test]
    fn of_too_many_the_quickest_are_taken() {
        let many = (0..100).map(|n| (format!("wss://{n:03}.example"), n));
        let many = many.map(|(url, n)| (url.clone(), json!({"url": url, "good": true, "passes_ms": 100 - n})));
        let good = good(&many.collect());
        assert_eq!((good.len(), good[0].as_str()), (MOST, "wss://052.example"));
    }

    #[test]
    fn the_report_says_of_each_what_came_of_it_and_no_relay_breaks_its_table() {
        let candidates =
            candidates("# why\nwss://c.example\n\nwss://a.example\nwss://a.example\nwss://never.example\n");
        let report = report(&candidates, Some(("2026-12-01", &results())));
        assert!(report.contains("Last probed on 2026-12-01"));
        assert!(report.contains("| wss://a.example | yes | 90 ms | 90 ms | 12 |  |\n"));
        assert!(report.contains("| wss://c.example | no | 10 ms | 10 ms | 12 | blocked: you   and yours |\n"));
        assert!(report.contains("| wss://never.example | no | - | - | 0 |  |\n"));
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (days, expected) in
            [(0, "1970-01-01"), (11_016, "2000-02-29"), (20_423, "2025-12-01"), (20_789, "2026-12-02")]
        {
            assert_eq!(day(days), expected);
        }
    }

    /// What is committed is what this would write, probed or not.
    #[test]
    fn the_list_the_candidates_and_the_report_agree() {
        let candidates = candidates(&read(CANDIDATES).unwrap());
        let file: Value = serde_json::from_str(&read(LIST).unwrap()).unwrap();
        let listed: Vec<String> = serde_json::from_value(file["relays"].clone()).unwrap();
        assert!((20..=MOST).contains(&listed.len()), "twenty or more");
        assert!(listed.iter().all(|url| candidates.contains(url)), "the list names candidates");
        let report_read = read(REPORT).unwrap();
        match file["probed"]["on"].as_str() {
            Some(on) => assert!(report_read.contains(&format!("Last probed on {on}."))),
            None => {
                assert_eq!(listed, candidates, "all of them, as long as nobody knows which are good");
                assert_eq!(report_read, report(&candidates, None));
            }
        }
    }
}
