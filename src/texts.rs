//! The page's texts: Fluent messages from `locales/`, embedded. Nothing else in `src/pages` and `src/components` holds
//! words for people. One language so far; adding one is a file and a line in [`bundle`].

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// English, the complete set.
const ENGLISH: &str = include_str!("../locales/en.ftl");

thread_local! {
    static BUNDLE: FluentBundle<FluentResource> = bundle(ENGLISH);
}

fn bundle(source: &str) -> FluentBundle<FluentResource> {
    let english: LanguageIdentifier = "en".parse().unwrap_or_default();
    let mut bundle = FluentBundle::new(vec![english]);
    // Invisible isolation marks around names would end up in copied text; names are isolated with <bdi> where it matters.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(usable, _)| usable);
    bundle.add_resource_overriding(resource);
    bundle
}

/// A text by its key. Use the macro [`t!`], which the test of this module reads.
pub fn text(key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
    BUNDLE.with(|bundle| {
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else { return key.to_owned() };
        let args: FluentArgs = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    })
}

/// A text by its key: `t!("invite")`, `t!("reach", stored = 2, of = 3)`.
macro_rules! t {
    ($key:literal) => {
        crate::texts::text($key, &[])
    };
    ($key:literal, $($name:ident = $value:expr),+ $(,)?) => {
        crate::texts::text($key, &[$((stringify!($name), $value.into())),+])
    };
}
pub(crate) use t;

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    fn used_in(folder: &Path, keys: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("a folder of sources").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                used_in(&entry, keys);
            } else if entry.extension().is_some_and(|it| it == "rs") {
                let source = fs::read_to_string(&entry).expect("a source file");
                for rest in source.split("t!(").skip(1) {
                    let literal = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                    keys.extend(literal.map(str::to_owned));
                }
            }
        }
    }

    fn defined() -> BTreeSet<String> {
        let starts_key = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase()) && line.contains(" =");
        ENGLISH.lines().filter(starts_key).filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
    }

    #[test]
    fn every_text_that_is_used_exists_and_none_is_unused() {
        let mut used = BTreeSet::new();
        used_in(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut used);
        used.retain(|key| {
            key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') && !key.is_empty()
        });
        // The examples in this module's own documentation are real keys, so they count as uses like any other.
        let defined = defined();
        let missing: Vec<_> = used.difference(&defined).collect();
        let unused: Vec<_> = defined.difference(&used).collect();
        assert!(missing.is_empty() && unused.is_empty(), "missing: {missing:?}, unused: {unused:?}");
    }

    #[test]
    fn the_message_file_reads_without_errors() {
        assert!(FluentResource::try_new(ENGLISH.to_owned()).is_ok());
    }
}
