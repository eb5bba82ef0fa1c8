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

/// A text by its key. Use the macro [`t!`], which `cargo xtask check` reads.
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
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn the_message_file_reads_without_errors() {
        assert!(FluentResource::try_new(ENGLISH.to_owned()).is_ok());
    }

    #[test]
    fn a_text_takes_its_values_and_its_number() {
        assert_eq!(t!("reach", stored = 2, of = 3), "2 of 3");
        assert_eq!(t!("connection-in-sync", n = 1), "in sync with 1 other");
        assert_eq!(t!("connection-in-sync", n = 7), "in sync with 7 others");
    }

    #[test]
    fn a_key_that_is_missing_shows_itself() {
        assert_eq!(text("no-such-key", &[]), "no-such-key");
    }
}
