//! What the page is made of: whose each function is, and what they weigh together.
//!
//! Shrinking keeps the names of functions; they are taken off afterwards, before the page is put together. What has names lies beside,
//! for [`areas`].

use std::{collections::BTreeMap, fs, ops::Range, path::PathBuf};

use anyhow::{Context, Result};
use rustc_demangle::demangle;
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use crate::repo;

/// Brotli's highest quality: the page is compressed once and downloaded often.
const BROTLI_QUALITY: i32 = 11;
/// Brotli's largest standard window, 2^22 bytes.
const BROTLI_WINDOW: i32 = 22;

/// Where what has names lies, in the folder of what is compiled.
const NAMED: &str = "page-named";
/// What was weighed the last time.
const BEFORE: &str = "page-weights.json";
/// The areas of a crate are its modules, if it is one of ours; those of others stay whole.
const OURS: &str = "paceline";
/// Maps, whatever they hold.
const MAPS: &str = "alloc::collections";
/// What no function is: texts and tables, and what holds the module together.
const DATA: &str = "(data)";
const FRAME: &str = "(imports, exports, types, tables)";
const NAMELESS: &str = "(no name)";

/// What functions of one area weigh together, in bytes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Area {
    /// How many there are.
    pub functions: usize,
    /// As they are.
    pub raw: usize,
    /// Compressed by themselves: a little more than they add to what they stand in.
    pub brotli: usize,
}

/// Keeps a module that has names, by that of its part, and returns it without them.
///
/// # Errors
/// It is no module, or cannot be kept.
pub fn keep_named(part: &str, module: &[u8]) -> Result<Vec<u8>> {
    let folder = named();
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(part).with_extension("wasm"), module)?;
    without_names(module)
}

/// Forgets what was kept of a build before.
///
/// # Errors
/// It cannot be removed.
pub fn forget() -> Result<()> {
    let folder = named();
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    Ok(())
}

/// What each area of each part of the last build weighs.
///
/// # Errors
/// Nothing was built, or what was is no module.
pub fn areas() -> Result<BTreeMap<String, BTreeMap<String, Area>>> {
    let parts = fs::read_dir(named()).context("no page was built here: `cargo xtask dist`")?;
    parts
        .map(|part| {
            let path = part?.path();
            let name = path.file_stem().context("a file without a name")?.to_string_lossy().into_owned();
            Ok((name, weigh(&fs::read(&path)?)?))
        })
        .collect()
}

/// What each area of each part weighed the last time that somebody asked, in bytes of brotli; notes what it weighs now.
///
/// # Errors
/// It cannot be noted.
pub fn since(areas: &BTreeMap<String, BTreeMap<String, Area>>) -> Result<BTreeMap<String, BTreeMap<String, usize>>> {
    let file = repo::target().join(BEFORE);
    let now: BTreeMap<_, BTreeMap<_, _>> =
        areas.iter().map(|(part, of)| (part, of.iter().map(|(area, it)| (area, it.brotli)).collect())).collect();
    let before = fs::read(&file).ok().and_then(|it| serde_json::from_slice::<serde_json::Value>(&it).ok());
    fs::write(&file, serde_json::to_vec(&now)?)?;
    let Some(serde_json::Value::Object(parts)) = before else { return Ok(BTreeMap::new()) };
    let sizes = |of: &serde_json::Value| {
        let areas = of.as_object().into_iter().flatten();
        areas.filter_map(|(area, size)| Some((area.clone(), size.as_u64()? as usize))).collect()
    };
    Ok(parts.iter().map(|(part, of)| (part.clone(), sizes(of))).collect())
}

/// As small as brotli makes it.
pub fn brotli(body: &[u8]) -> Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: body.len(),
        ..Default::default()
    };
    let mut smallest = Vec::new();
    brotli::BrotliCompress(&mut &body[..], &mut smallest, &params)?;
    Ok(smallest)
}

/// Where the modules of the last build are that have names.
pub fn named() -> PathBuf {
    repo::target().join(NAMED)
}

fn weigh(module: &[u8]) -> Result<BTreeMap<String, Area>> {
    let Functions { bodies, names, data, frame } = functions(module)?;
    let mut of: BTreeMap<String, (usize, Vec<u8>)> = BTreeMap::new();
    for (at, body) in bodies {
        let name = names.get(&at).map_or(NAMELESS.to_owned(), |it| area(it));
        let (functions, bytes) = of.entry(name).or_default();
        *functions += 1;
        bytes.extend_from_slice(module.get(body).unwrap_or_default());
    }
    for (name, range) in [(DATA, data), (FRAME, frame)] {
        let bytes = range.into_iter().flat_map(|it| module.get(it).unwrap_or_default()).copied();
        of.entry(name.to_owned()).or_default().1.extend(bytes);
    }
    of.into_iter()
        .map(|(name, (functions, bytes))| {
            let brotli = brotli(&bytes)?.len();
            Ok((name, Area { functions, raw: bytes.len(), brotli }))
        })
        .collect()
}

/// Where in a module its functions stand, by their numbers, and what else there is.
struct Functions {
    bodies: Vec<(u32, Range<usize>)>,
    names: BTreeMap<u32, String>,
    data: Vec<Range<usize>>,
    frame: Vec<Range<usize>>,
}

fn functions(module: &[u8]) -> Result<Functions> {
    let mut found = Functions { bodies: Vec::new(), names: BTreeMap::new(), data: Vec::new(), frame: Vec::new() };
    let mut next = 0;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        match &payload {
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    next += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
                found.frame.push(imports.range());
            }
            Payload::CodeSectionEntry(body) => {
                found.bodies.push((next, body.range()));
                next += 1;
            }
            // Its bodies come one by one.
            Payload::CodeSectionStart { .. } => {}
            Payload::DataSection(data) => found.data.push(data.range()),
            Payload::CustomSection(custom) => {
                let KnownCustom::Name(names) = custom.as_known() else { continue };
                for name in names {
                    let Name::Function(functions) = name? else { continue };
                    for function in functions {
                        let function = function?;
                        found.names.insert(function.index, function.name.to_owned());
                    }
                }
            }
            other => found.frame.extend(other.as_section().map(|(_, range)| range)),
        }
    }
    Ok(found)
}

/// Whose a function is: the crate where what it is about is from, and the module in one of ours.
///
/// ```text
/// <paceline_room::kinds::posts::Posted as serde::Serialize>::serialize  ->  paceline_room::kinds
/// core::ptr::drop_in_place<alloc::vec::Vec<paceline_mesh::Row>>         ->  paceline_mesh
/// alloc::collections::btree::map::BTreeMap<K,V,A>::insert               ->  alloc::collections
/// ```
fn area(name: &str) -> String {
    let name = without_hashes(&format!("{:#}", demangle(name)));
    let is_path = |it: char| it.is_alphanumeric() || matches!(it, '_' | ':');
    let mut paths = name.split(|it| !is_path(it)).filter(|it| it.contains("::") && !it.starts_with(':'));
    let first = paths.next().unwrap_or(&name);
    // What drops something, or calls it, is that something's.
    let generic = ["core::", "alloc::", "std::"].iter().any(|it| first.starts_with(it)) && !first.starts_with(MAPS);
    let path = if generic { paths.find(|it| it.starts_with(OURS)).unwrap_or(first) } else { first };
    let mut steps = path.split("::");
    let owner = steps.next().unwrap_or(path);
    let module = steps.next().filter(|_| owner.starts_with(OURS) || matches!(owner, "core" | "alloc" | "std"));
    // What starts with a capital is no module.
    match module.filter(|it| it.starts_with(char::is_lowercase)) {
        Some(module) => format!("{owner}::{module}"),
        None => owner.to_owned(),
    }
}

/// A name without what tells crates of one name apart: `yew[fa3eb292af99ae45]::html`.
fn without_hashes(name: &str) -> String {
    let mut parts = name.split('[');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(']') {
            Some((hash, rest)) if hash.len() > 8 && hash.chars().all(|it| it.is_ascii_hexdigit()) => {
                plain.push_str(rest)
            }
            _ => {
                plain.push('[');
                plain.push_str(part);
            }
        }
    }
    plain
}

/// The module without the names of its functions.
fn without_names(module: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(module.len());
    // Magic and version.
    out.extend_from_slice(module.get(..8).context("no module")?);
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Payload::CustomSection(custom) = &payload
            && custom.name() == "name"
        {
            continue;
        }
        let Some((id, range)) = payload.as_section() else { continue };
        out.push(id);
        length(&mut out, range.len());
        out.extend_from_slice(module.get(range).context("a section without its bytes")?);
    }
    Ok(out)
}

/// A number as WebAssembly writes it (LEB128).
fn length(out: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        out.push(number as u8 & 0x7f | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_of_the_crate_that_it_is_about_and_of_a_module_of_ours() {
        let areas = [
            (
                "<paceline_room::kinds::posts::Posted as serde::ser::Serialize>::serialize::h0123456789abcdef",
                "paceline_room::kinds",
            ),
            ("core::ptr::drop_in_place<alloc::vec::Vec<paceline_mesh::Row>>", "paceline_mesh"),
            ("<alloc::collections::btree::map::BTreeMap<paceline_room::cid::Cid, u8>>::insert", "alloc::collections"),
            ("_RNvNtCs1234_3yew4html4draw", "yew"),
            ("<paceline_room[8784dc571e9c966e]::event::Event>::read", "paceline_room::event"),
            (
                "core[c5930c85a12de822]::ptr::drop_in_place::<[paceline_mesh[7e2e93f4fdc3fdf4]::wire::Item; 3]>",
                "paceline_mesh::wire",
            ),
            ("main", "main"),
        ];
        for (name, of) in areas {
            assert_eq!(area(name), of, "{name}");
        }
    }

    /// A module of two functions, the second of which is longer, as bytes of the format.
    fn module(names: bool) -> Vec<u8> {
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        // Types: one without arguments. Functions: two of it. Code: one that does nothing, one that does so three times.
        for section in [&[1, 4, 1, 0x60, 0, 0][..], &[3, 3, 2, 0, 0], &[10, 10, 2, 2, 0, 0x0b, 5, 0, 1, 1, 1, 0x0b]] {
            bytes.extend_from_slice(section);
        }
        if names {
            let name = b"\x04name\x01\x0a\x02\x00\x02ab\x01\x03yew";
            bytes.extend_from_slice(&[0, name.len() as u8]);
            bytes.extend_from_slice(name);
        }
        bytes
    }

    #[test]
    fn names_tell_whose_bytes_are_and_are_not_sent() {
        assert_eq!(without_names(&module(true)).unwrap(), module(false));
        let areas = weigh(&module(true)).unwrap();
        let raw = |of: &str| areas.get(of).map(|it| (it.functions, it.raw));
        assert_eq!((raw("ab"), raw("yew"), raw(NAMELESS)), (Some((1, 2)), Some((1, 5)), None));
        assert!(areas.get(FRAME).is_some_and(|it| it.raw < 16), "what functions are made of counts once");
        assert_eq!(weigh(&module(false)).unwrap().get(NAMELESS).map(|it| it.raw), Some(7));
        assert!(without_names(b"none").is_err());
    }
}
