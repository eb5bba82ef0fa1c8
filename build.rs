//! Reads the page's texts (`locales/en.ftl`, Fluent) and writes them as the tables that `src/texts.rs` shows: the page carries
//! neither the file nor a reader of it, and a text that cannot be read, or says more than the page can show, does not build.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement, Variant, VariantKey},
    parser,
};

/// The texts in English, the complete set.
const ENGLISH: &str = "locales/en.ftl";
/// The text of a notice is called so, then its code: these alone are looked up by name while the page runs.
const NOTICE: &str = "notice-";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={ENGLISH}");
    let tables = tables(&fs::read_to_string(ENGLISH)?)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("texts.rs"), tables)?;
    Ok(())
}

fn tables(source: &str) -> Result<String, Box<dyn Error>> {
    let file = parser::parse(source).map_err(|(_, errors)| format!("{ENGLISH}: {errors:?}"))?;
    let mut texts = Vec::new();
    for entry in &file.body {
        match entry {
            Entry::Message(message) => texts.push((message.id.name, parts(words_of(message)?, message.id.name)?)),
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            other => return Err(format!("{ENGLISH}: only messages are used, not {other:?}").into()),
        }
    }
    texts.sort_unstable();
    if let Some([(key, _), _]) = texts.windows(2).find(|two| two[0].0 == two[1].0) {
        return Err(format!("{ENGLISH}: {key} is there twice").into());
    }
    let count = texts.len();
    let mut out = format!("/// The names of all texts, in order.\npub const KEYS: [&str; {count}] = [");
    texts.iter().try_for_each(|(key, _)| write!(out, "{key:?}, "))?;
    write!(
        out,
        "];\n/// The texts in English, in the order of their names.\npub static ENGLISH: [&[Part]; {count}] = ["
    )?;
    texts.iter().try_for_each(|(_, parts)| write!(out, "{parts}, "))?;
    write!(out, "];\n/// Where the text of each notice is, by its code.\npub static NOTICES: &[(&str, Text)] = &[")?;
    for (at, (key, _)) in texts.iter().enumerate() {
        if let Some(code) = key.strip_prefix(NOTICE) {
            write!(out, "({code:?}, Text({at})), ")?;
        }
    }
    out.push_str("];\n");
    Ok(out)
}

fn words_of<'a>(message: &'a Message<&'a str>) -> Result<&'a Pattern<&'a str>, String> {
    let words = message.value.as_ref().filter(|_| message.attributes.is_empty());
    words.ok_or_else(|| format!("{ENGLISH}: {} must be words and nothing else", message.id.name))
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
        other => Err(format!("{ENGLISH}: the page cannot show what {key} asks for: {other:?}")),
    }
}

fn choice(by: &InlineExpression<&str>, variants: &[Variant<&str>], key: &str) -> Result<String, String> {
    let InlineExpression::VariableReference { id } = by else {
        return Err(format!("{ENGLISH}: {key} must choose by a value"));
    };
    let (mut cases, mut otherwise) = (String::new(), None);
    for variant in variants {
        let (VariantKey::Identifier { name } | VariantKey::NumberLiteral { value: name }) = &variant.key;
        let parts = parts(&variant.value, key)?;
        if variant.default {
            otherwise = Some(parts);
        } else {
            cases += &format!("({name:?}, {parts}), ");
        }
    }
    let otherwise = otherwise.ok_or_else(|| format!("{ENGLISH}: {key} has no default"))?;
    Ok(format!("Part::Choice(&Choice {{ by: {:?}, cases: &[{cases}], otherwise: {otherwise} }})", id.name))
}
