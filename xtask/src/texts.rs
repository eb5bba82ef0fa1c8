//! The page's texts and forms: every text that is used exists, none is unused, none has a word that only the code knows, every
//! notice is documented, also those of the shell, and every form and style is in the page.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{files, repo};

/// The texts in English, the complete set: a folder of files, one a capability.
const ENGLISH: &str = "locales/en/";
/// Where people look codes of notices up.
const NOTICES: &str = "docs/notices.md";
/// The text of a notice is called so, then its code.
const NOTICE: &str = "notice-";
/// Where the forms are embedded.
const FORMS: &str = "src/forms/mod.rs";

/// The page before it runs, with words of its own.
const SHELL: &str = "index.html";
/// What shows them.
const SHELL_SCRIPT: &str = "assets/shell.js";
/// How it names a notice.
const SHOWERS: &[&str] = &["end('", "return '", "told: '", " ? '", " : '"];
/// What the first picture says as the start page does, so that nothing changes when that takes its place.
const SAME: &[&str] = &["paceline", "start-title", "start-words"];

/// Words of the code that people never meet: each has a plain one in its place.
const HIDDEN: &[&str] = &["baton", "loop", "term", "node", "driver", "round", "seal", "theme", "effect"];
/// Such a word in the plural and as a verb.
const ENDINGS: &[&str] = &["", "s", "d", "ed", "ing"];
/// Where one of them stays all the same, and why.
const EXCEPTIONS: &[(&str, &str)] = &[("pass the baton", "the one idea of its own that the page teaches")];

/// How a source makes a notice.
const MAKERS: &[&str] =
    &["error(", "error_with(", "SessionError::new(", ".notify(", ".notice(", ".failed(", "Refused("];
/// Whose notices reach the page, besides its own.
const TELLING: &[&str] = &[
    "crates/room/src/command.rs",
    "crates/net/src/out_of_band.rs",
    "crates/net/src/driver.rs",
    "crates/net/src/link.rs",
    "crates/net/src/net.rs",
    "crates/net/src/nostr/trouble.rs",
    "crates/node/src/error.rs",
    "crates/store/src/error.rs",
];

/// Checks the repository.
///
/// # Errors
/// Lists the texts that are missing or unused, and the forms and styles that no build would have.
pub fn check() -> Result<()> {
    let read = |path: &str| fs::read_to_string(repo::root().join(path)).with_context(|| path.to_owned());
    let (mut used, mut codes) = (BTreeSet::new(), BTreeSet::new());
    let (mut english, mut hidden) = (String::new(), Vec::new());
    let (mut forms, mut styles) = (Vec::new(), Vec::new());
    for path in files::listed()? {
        let path = path.display().to_string();
        if path.starts_with("src/") && path.ends_with(".rs") {
            let source = read(&path)?;
            used.extend(used_in(&source));
            codes.extend(codes_in(&source));
        } else if TELLING.contains(&path.as_str()) {
            codes.extend(codes_in(&read(&path)?));
        } else if path.starts_with(ENGLISH) {
            let messages = read(&path)?;
            hidden.extend(hidden_in(&path, messages_of(&messages)));
            english += &messages;
        } else if path.starts_with("forms/") {
            let form = serde_json::from_str(&read(&path)?).with_context(|| path.clone())?;
            hidden.extend(hidden_in(&path, texts_of(&form)));
            forms.push(path);
        } else if path.starts_with("styles/") {
            styles.push(path);
        }
    }
    used.extend(codes.iter().map(|code| format!("{NOTICE}{code}")));
    let shell = read(SHELL)?;
    let mut faults = differences(&used, &defined_in(&english));
    faults.extend(faults_of_shell(&shell, &read(SHELL_SCRIPT)?, &english));
    hidden.extend(hidden_in(SHELL, shell.split('<').filter_map(|it| it.split_once('>')).map(|(_, words)| words)));
    faults.append(&mut hidden);
    codes.extend(codes_of_shell(&shell));
    faults.extend(undocumented(&codes, &documented_in(&read(NOTICES)?)));
    faults.extend(unnamed(&forms, FORMS, &read(FORMS)?));
    faults.extend(unnamed(&styles, SHELL, &shell));
    if !faults.is_empty() {
        bail!("{}", faults.join("\n  "));
    }
    Ok(())
}

/// The keys in `t!("key")` and `t!("key", ...)`, however the formatter breaks the lines.
fn used_in(source: &str) -> impl Iterator<Item = String> {
    // What ends in `t!` without being it (`assert!("...")`) holds a sentence, not a key.
    source.split("t!(").skip(1).filter_map(literal).filter(|it| is_key(it)).map(str::to_owned)
}

/// The codes of notices that a source makes: `error("code")` and its kin, and the arms of a `fn code`.
fn codes_in(source: &str) -> BTreeSet<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let made = MAKERS.iter().flat_map(|maker| source.split(maker).skip(1).filter_map(literal));
    let named = source.split("fn code(").skip(1).flat_map(|body| {
        let body = body.split("\n    }\n").next().unwrap_or_default();
        body.split("=>").skip(1).filter_map(literal)
    });
    made.chain(named).filter(|it| is_key(it)).map(str::to_owned).collect()
}

/// The string that a text begins with.
fn literal(text: &str) -> Option<&str> {
    text.trim_start().strip_prefix('"')?.split('"').next()
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// What stands in the first column of the first table.
fn documented_in(document: &str) -> BTreeSet<String> {
    let table = document.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let first = table.filter_map(|line| line.split('|').nth(1));
    first.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// The codes of the notices that stand in the shell.
fn codes_of_shell(shell: &str) -> BTreeSet<String> {
    shell.split("data-code=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// Codes that its script shows and that have no sentence, sentences that nothing shows, words that differ from the start page's.
fn faults_of_shell(shell: &str, script: &str, english: &str) -> Vec<String> {
    let template = shell.split("<template").nth(1).and_then(|it| it.split("</template>").next()).unwrap_or_default();
    let there = codes_of_shell(template);
    let shown = SHOWERS.iter().flat_map(|maker| script.split(maker).skip(1).filter_map(|rest| rest.split('\'').next()));
    let shown: BTreeSet<String> = shown.filter(|it| is_key(it)).map(str::to_owned).collect();
    let missing = shown.difference(&there).map(|code| format!("{SHELL_SCRIPT} shows {code}, which is not in {SHELL}"));
    let unused = there.difference(&shown).map(|code| format!("{SHELL} has words for {code}, which nothing shows"));
    let words = |key: &str| {
        english.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = ")).unwrap_or_default().to_owned()
    };
    let other = SAME.iter().filter(|key| {
        let words = words(key);
        words.is_empty() || !shell.contains(&format!(">{words}<"))
    });
    let other = other.map(|key| format!("{SHELL} does not say what the text {key} says"));
    missing.chain(unused).chain(other).collect()
}

/// The lines of messages, without comments, keys, names of variants and of what is put in.
fn messages_of(messages: &str) -> impl Iterator<Item = String> {
    messages.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let variant = line.trim_start().trim_start_matches('*');
        let text = match variant.strip_prefix('[') {
            Some(rest) => rest.split_once(']').map_or(rest, |(_, text)| text),
            None if line.starts_with(|c: char| c.is_ascii_lowercase()) => line.split_once(" =").map_or(line, |it| it.1),
            None => line,
        };
        let mut pieces = text.split('$');
        let first = pieces.next().unwrap_or_default().to_owned();
        pieces.fold(first, |all, piece| all + piece.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-'))
    })
}

/// Every text of a data file.
fn texts_of(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(all) => all.iter().flat_map(texts_of).collect(),
        Value::Object(all) => all.values().flat_map(texts_of).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// The texts that have a word which only the code knows.
fn hidden_in<Text: AsRef<str>>(place: &str, texts: impl IntoIterator<Item = Text>) -> Vec<String> {
    let is_hidden =
        |word: &str| HIDDEN.iter().any(|it| word.strip_prefix(it).is_some_and(|end| ENDINGS.contains(&end)));
    let fault = |text: Text| {
        let text = text.as_ref().trim();
        let left = EXCEPTIONS.iter().fold(text.to_lowercase(), |left, (words, _)| left.replace(words, ""));
        let word = left.split(|c: char| !c.is_alphanumeric()).find(|word| is_hidden(word))?;
        Some(format!("{place} says {word:?}, which people never meet: {text}"))
    };
    texts.into_iter().filter_map(fault).collect()
}

/// Files that no page would have, since what takes them in does not name them.
fn unnamed(files: &[String], place: &str, source: &str) -> Vec<String> {
    files.iter().filter(|it| !source.contains(*it)).map(|it| format!("{it} is not named in {place}")).collect()
}

fn undocumented(codes: &BTreeSet<String>, documented: &BTreeSet<String>) -> Vec<String> {
    let missing = codes.difference(documented).map(|code| format!("the notice {code} is not in {NOTICES}"));
    let gone = documented.difference(codes).map(|code| format!("{NOTICES} tells of {code}, which nothing makes"));
    missing.chain(gone).collect()
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
    fn codes_of_notices_are_found_where_they_are_made() {
        let source = "notices::error(\"one\") x.notify(\"two\", y) error(error)\n    fn code(self) {\n        A => \"three\",\n    }\n\
                      B => \"not-a-code\"\n#[cfg(test)] error(\"four\")";
        assert_eq!(codes_in(source), set(&["one", "two", "three"]));
    }

    #[test]
    fn a_notice_that_is_not_documented_is_named_and_one_that_is_gone() {
        let document = "# Codes\n| code | when |\n| --- | --- |\n| `one`, `two` | `x` |\n\n| `other` |\n";
        let faults = undocumented(&set(&["two", "three"]), &documented_in(document));
        assert!(faults.len() == 2 && faults[0].contains("three") && faults[1].contains("one"), "{faults:?}");
    }

    #[test]
    fn a_word_that_only_the_code_knows_is_named_in_messages_and_forms() {
        let messages = "# A baton.\nbaton-open = New role\nterms = { $rounds ->\n    [term] { $node } leads\n   *[other] Two { $n } rounds\n}\n";
        let faults = hidden_in("a.ftl", messages_of(messages));
        assert_eq!(faults, ["a.ftl says \"rounds\", which people never meet: Two {  } rounds"]);
        let form = serde_json::json!({ "batons": [{ "title": "A free Baton" }], "steps": ["Sealed", "Wait"] });
        let faults = hidden_in("a.json", texts_of(&form));
        assert!(faults.len() == 2 && faults[0].contains("\"baton\"") && faults[1].contains("\"sealed\""), "{faults:?}");
    }

    #[test]
    fn an_idiom_and_longer_words_are_no_words_of_the_code() {
        assert_eq!(hidden_in("it", ["Pass the baton to …", "Determined around here", "Whose? Ground rules"]), [""; 0]);
        assert_eq!(hidden_in("it", ["Pass the baton: a baton is passed", "themed", "looping", "the node’s"]).len(), 4);
    }

    #[test]
    fn a_file_that_nothing_takes_in_is_named() {
        let files = ["styles/a.css", "styles/b.css"].map(str::to_owned);
        let faults = unnamed(&files, "index.html", "<link href=\"styles/a.css\">");
        assert_eq!(faults, ["styles/b.css is not named in index.html"]);
    }

    #[test]
    fn the_shell_shows_what_it_has_words_for_and_says_what_the_start_page_says() {
        let english = "paceline = Paceline\nstart-title = A room\nstart-words = Words.\n";
        let shell = "<template><p data-code=\"page-ended\"></p></template><h1>A room</h1><p>Paceline</p><p>Words.</p>";
        let script = "end('page-ended'); clock('setTimeout')";
        assert_eq!(faults_of_shell(shell, script, english), [""; 0]);
        let faults = faults_of_shell(&shell.replace("A room", "A link"), &script.replace("ended", "gone"), english);
        assert!(faults[0].contains("page-gone") && faults[1].contains("page-ended"), "{faults:?}");
        assert!(faults[2].contains("start-title") && faults.len() == 3, "{faults:?}");
    }

    #[test]
    fn a_text_missing_or_unused_is_named() {
        let faults = differences(&set(&["one", "two"]), &set(&["two", "three"]));
        assert!(faults.len() == 2 && faults[0].contains("one") && faults[1].contains("three"), "{faults:?}");
    }
}
