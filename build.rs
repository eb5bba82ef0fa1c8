//! Reads the page's texts (`locales/en/`, Fluent, one file a capability) and writes them as the tables that `src/texts.rs` shows: the page
//! carries neither the files nor a reader of them, and a text that cannot be read, or says more than the page can show, does not build.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement, Variant, VariantKey},
    parser,
};

/// Where the texts are, a folder a language.
const LOCALES: &str = "locales";
/// The language of the complete set.
const LANGUAGE: &str = "en";
/// The text of a notice is called so, then its code: these alone are looked up by name while the page runs.
const NOTICE: &str = "notice-";
/// What a text may choose by, if it chooses by a number (CLDR's plural categories); what holds for any other number comes last.
const CATEGORIES: [&str; 5] = ["zero", "one", "two", "few", "many"];
const OTHER: &str = "other";

/// Texts by name, each as an expression of type `&[Part]`.
type Texts = Vec<(String, String)>;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(LOCALES).join(LANGUAGE);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", folder.display());
    if env::var_os("CARGO_FEATURE_SPLIT").is_some() {
        // Who cuts needs to know what refers to what.
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
    let mut texts = Texts::new();
    for file in fs::read_dir(&folder)? {
        let path = file?.path();
        texts_of(&fs::read_to_string(&path)?, &mut texts).map_err(|why| format!("{}: {why}", path.display()))?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("texts.rs"), tables(texts)?)?;
    Ok(())
}

fn texts_of(source: &str, texts: &mut Texts) -> Result<(), String> {
    let file = parser::parse(source).map_err(|(_, errors)| format!("{errors:?}"))?;
    for entry in &file.body {
        match entry {
            Entry::Message(message) => {
                texts.push((message.id.name.to_owned(), parts(words_of(message)?, message.id.name)?));
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            other => return Err(format!("only messages are used, not {other:?}")),
        }
    }
    Ok(())
}

fn tables(mut texts: Texts) -> Result<String, Box<dyn Error>> {
    texts.sort_unstable();
    if let Some([(key, _), _]) = texts.windows(2).find(|two| two[0].0 == two[1].0) {
        return Err(format!("{LOCALES}/{LANGUAGE}: {key} is there twice").into());
    }
    let count = texts.len();
    let mut out = format!("/// The language of the texts.\npub const LANGUAGE: &str = {LANGUAGE:?};\n");
    write!(out, "/// The names of all texts, in order.\npub const KEYS: [&str; {count}] = [")?;
    texts.iter().try_for_each(|(key, _)| write!(out, "{key:?}, "))?;
    write!(
        out,
        "];\n/// The texts, in the order of their names: each is where it is said, and nowhere else.\npub const TEXTS: [&[Part]; {count}] = ["
    )?;
    texts.iter().try_for_each(|(_, parts)| write!(out, "{parts}, "))?;
    write!(out, "];\n/// Where the text of each notice is, by its code.\npub static NOTICES: &[(&str, Text)] = &[")?;
    for (at, (key, _)) in texts.iter().enumerate() {
        if let Some(code) = key.strip_prefix(NOTICE) {
            write!(out, "({code:?}, Text(TEXTS[{at}])), ")?;
        }
    }
    out.push_str("];\n");
    Ok(out)
}

fn words_of<'a>(message: &'a Message<&'a str>) -> Result<&'a Pattern<&'a str>, String> {
    let words = message.value.as_ref().filter(|_| message.attributes.is_empty());
    words.ok_or_else(|| format!("{} must be words and nothing else", message.id.name))
}

/// A pattern as an expression of type `&[Part]`.
fn parts(pattern: &Pattern<&str>, key: &str) -> Result<String, String> {
    let parts: Result<Vec<_>, _> = pattern.elements.iter().map(|element| part(element, key)).collect();
    Ok(format!("&[{}]", parts?.join(", ")))
}

fn part(element: &PatternElement<&str>, key: &str) -> Result<String, String> {
    let value = match element {
        PatternElement::TextElement { value } => return Ok(format!("Part::Words({value:?})")),
        PatternElement::Placeable { expression: Expression::Inline(value) } => value,
        PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
            return choice(selector, variants, key);
        }
    };
    match value {
        InlineExpression::StringLiteral { value } => Ok(format!("Part::Words({value:?})")),
        InlineExpression::VariableReference { id } => Ok(format!("Part::Value({:?})", id.name)),
        other => Err(format!("the page cannot show what {key} asks for: {other:?}")),
    }
}

fn choice(by: &InlineExpression<&str>, variants: &[Variant<&str>], key: &str) -> Result<String, String> {
    let InlineExpression::VariableReference { id } = by else {
        return Err(format!("{key} must choose by a value"));
    };
    let (mut cases, mut otherwise, mut counted) = (String::new(), None, false);
    for variant in variants {
        let (VariantKey::Identifier { name } | VariantKey::NumberLiteral { value: name }) = &variant.key;
        let parts = parts(&variant.value, key)?;
        if variant.default {
            otherwise = Some((name, parts));
        } else {
            counted |= CATEGORIES.contains(name);
            cases += &format!("({name:?}, {parts}), ");
        }
    }
    let (last, otherwise) = otherwise.ok_or_else(|| format!("{key} has no default"))?;
    if counted && *last != OTHER {
        return Err(format!("{key} chooses by a number: its default must be {OTHER}"));
    }
    Ok(format!("Part::Choice(&Choice {{ by: {:?}, cases: &[{cases}], otherwise: {otherwise} }})", id.name))
}
