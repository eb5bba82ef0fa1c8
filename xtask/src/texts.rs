//! The page's texts and forms: every text that is used exists, none is unused, and every form file is embedded.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result, bail};

use crate::repo;

/// The texts in English, the complete set.
const ENGLISH: &str = "locales/en.ftl";
/// Where the forms are embedded.
const FORMS: &str = "src/forms.rs";

/// Checks the repository.
///
/// # Errors
/// Lists the texts that are missing or unused, and the form files that no build would have.
pub fn check() -> Result<()> {
    let read = |path: &str| fs::read_to_string(repo::root().join(path)).with_context(|| path.to_owned());
    let mut used = BTreeSet::new();
    let mut forms = Vec::new();
    for path in repo::files()? {
        let path = path.display().to_string();
        if path.starts_with("src/") && path.ends_with(".rs") {
            used.extend(used_in(&read(&path)?));
        } else if path.starts_with("forms/") {
            forms.push(path);
        }
    }
    let mut faults = differences(&used, &defined_in(&read(ENGLISH)?));
    let embedded = read(FORMS)?;
    faults.extend(forms.iter().filter(|form| !embedded.contains(*form)).map(|form| format!("{form} is not embedded")));
    if !faults.is_empty() {
        bail!("{}", faults.join("\n  "));
    }
    Ok(())
}

/// The keys in `t!("key")` and `t!("key", ...)`, however the formatter breaks the lines.
fn used_in(source: &str) -> impl Iterator<Item = String> {
    let keys = source.split("t!(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    // What ends in `t!` without being it (`assert!("...")`) holds a sentence, not a key.
    let is_key =
        |key: &&str| !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    keys.filter(is_key).map(str::to_owned)
}

fn defined_in(messages: &str) -> BTreeSet<String> {
    let starts = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
    messages.lines().filter(starts).filter_map(|line| line.split_once(" =")).map(|(key, _)| key.to_owned()).collect()
}

fn differences(used: &BTreeSet<String>, defined: &BTreeSet<String>) -> Vec<String> {
    let missing = used.difference(defined).map(|key| format!("the text {key} is used and not in {ENGLISH}"));
    let unused = defined.difference(used).map(|key| format!("the text {key} is in {ENGLISH} and not used"));
    missing.chain(unused).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(keys: &[&str]) -> BTreeSet<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    #[test]
    fn keys_are_found_on_one_line_and_on_several() {
        let source = "t!(\"one\") t!(\n    \"two\",\n    n = 1\n) assert!(\"Not a key\") t!($key)";
        assert_eq!(used_in(source).collect::<Vec<_>>(), ["one", "two"]);
    }

    #[test]
    fn messages_are_told_from_comments_and_variants() {
        let messages = "# a = b\none = One\ntwo = { $n ->\n    [one] 1\n   *[other] 2\n}\n";
        assert_eq!(defined_in(messages), set(&["one", "two"]));
    }

    #[test]
    fn a_text_missing_or_unused_is_named() {
        let faults = differences(&set(&["one", "two"]), &set(&["two", "three"]));
        assert!(faults.len() == 2 && faults[0].contains("one") && faults[1].contains("three"), "{faults:?}");
    }
}
