//! The page of a release, in parts: what a first visit needs, and files that come when something in them is opened.
//!
//! Where the page names a part (`src/parts.rs`), what is reached from there and from nowhere else is cut off, after linking. What is
//! left goes the usual way (bindings, then shrinking); the parts are shrunk alike. Parts fit the one build that they were cut from:
//! they lie in a folder that is named by it, and the page takes them by their hashes.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    thread,
};

use anyhow::{Context, Result, anyhow, bail};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};

use crate::{process::Run, repo, weight};

/// How the names of parts begin in `dist/`: each build has a folder of its own.
pub const PARTS: &str = "parts-";
/// The page's feature under which it has parts.
const FEATURE: &str = "split";
/// What brings the parts.
const LOADER: &str = "assets/parts.js";
/// What the tool that cuts writes beside the parts: which files each is made of.
const LINKS: &str = "__wasm_split.js";
/// How a piece is called there that one part alone needs, and the file of all others.
const OWN: &str = "split_";
const SHARED: &str = "shared";
/// Bytes below which a piece that several parts need has no file of its own.
const SMALL: usize = 16 * 1024;
/// How the page calls for a part there.
const CALL: &str = "__wasm_split_load_";
/// How a page starts where no part is cut off: Trunk builds it.
const WHOLE: &str = "<link data-trunk rel=\"rust\" data-bin=\"paceline\" ";
/// What `assets/shell.js` reads, before it is known.
const NAMELESS: &str = "<meta name=\"paceline-parts\">";
/// What else of `index.html` names files beside it.
const BESIDE: [&str; 2] = ["href=\"", "src=\""];
/// Where Trunk reads the rest of the page, in `dist/`, and how the repository is named from there.
const REST: &str = ".page";
const FROM_REST: &str = "../../";

/// What makes the page out of what is compiled.
#[derive(Debug)]
pub struct Tools {
    /// The folder of the tool that cuts.
    pub split: PathBuf,
    /// The folder of wasm-bindgen.
    pub bindgen: PathBuf,
    /// The folder of wasm-opt.
    pub opt: PathBuf,
}

/// Writes an `index.html` without the page's program, for Trunk to build the rest; returns where it is: in `dist/`, which Trunk clears,
/// and in a folder that is no crate's, of which Trunk would build the program all the same.
///
/// # Errors
/// It cannot be written, or `index.html` is not as expected.
pub fn rest_of_page(dist: &Path) -> Result<PathBuf> {
    let page = fs::read_to_string(repo::root().join("index.html"))?;
    let folder = dist.join(REST);
    fs::create_dir_all(&folder)?;
    let index = folder.join("index.html");
    fs::write(&index, without_program(&page)?)?;
    Ok(index)
}

/// Compiles the program of the page, cuts it, and puts it into `dist/`, where the rest is.
///
/// # Errors
/// A tool failed, or wrote something else than expected.
pub fn program(tools: &Tools, flags: &OsStr, dist: &Path) -> Result<()> {
    let source = fs::read_to_string(repo::root().join("index.html"))?;
    let folder = folder()?;
    let compiled = compile(flags)?;
    let cut = folder.join("cut");
    Run::new(program_in(&tools.split, "wasm-split-cli"))
        .args(["--target", "web", "--out-name", "paceline"])
        .args([&compiled, &cut])
        .run()?;
    let bound = folder.join("bound");
    Run::new(program_in(&tools.bindgen, "wasm-bindgen"))
        .args(["--target", "web", "--no-typescript", "--keep-lld-exports", "--out-name", "paceline", "--out-dir"])
        .args([&bound, &cut.join("paceline.wasm")])
        .run()?;
    let shrinking = shrinking(&source)?;
    weight::forget()?;
    let shrunk = |part: &str, file: &Path| -> Result<Vec<u8>> {
        let small = folder.join(format!("{part}.small.wasm"));
        Run::new(program_in(&tools.opt, "wasm-opt")).arg("-o").args([&small, file]).args(&shrinking).arg("-g").run()?;
        weight::keep_named(part, &fs::read(small)?)
    };
    let needs = needs(&fs::read_to_string(cut.join(LINKS))?)?;
    let all: BTreeSet<_> = needs.values().flatten().collect();
    // The main part takes as long as all others.
    let (main, pieces) = thread::scope(|scope| {
        let main = scope.spawn(|| shrunk("main", &bound.join("paceline_bg.wasm")));
        let piece = |it: &String| Ok((it.clone(), shrunk(it, &cut.join(format!("{it}.wasm")))?));
        let pieces = all.into_iter().map(piece).collect::<Result<BTreeMap<_, _>>>();
        (main.join(), pieces)
    });
    let main = main.map_err(|_| anyhow!("shrinking the main part ended early"))??;
    let pieces = pieces?;
    let glue = fs::read_to_string(bound.join("paceline.js"))?;
    write(&Cut { main, pieces, needs, glue }, dist)
}

/// A program that was cut.
struct Cut {
    /// What a first visit loads.
    main: Vec<u8>,
    /// What comes later, by name.
    pieces: BTreeMap<String, Vec<u8>>,
    /// Which of those each part is made of.
    needs: BTreeMap<String, Vec<String>>,
    /// The page's module.
    glue: String,
}

impl Cut {
    /// The files that come later, by name, each made of pieces.
    fn files(&self) -> BTreeMap<&str, Vec<&[u8]>> {
        let mut files: BTreeMap<&str, Vec<&[u8]>> = BTreeMap::new();
        for (name, body) in &self.pieces {
            files.entry(self.file_of(name)).or_default().push(body);
        }
        files
    }

    /// Which files each part is made of.
    fn parts(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        self.needs.iter().map(|(part, of)| (part.as_str(), of.iter().map(|it| self.file_of(it)).collect())).collect()
    }

    /// The file that a piece goes into: what several parts need and is small stands in one file for all, since each would be a
    /// request more than it weighs.
    fn file_of<'a>(&self, piece: &'a str) -> &'a str {
        let is_small = self.pieces.get(piece).is_some_and(|it| it.len() < SMALL);
        let own = piece.strip_prefix(OWN);
        own.unwrap_or(if is_small { SHARED } else { piece })
    }
}

fn write(cut: &Cut, dist: &Path) -> Result<()> {
    let mut all = Sha256::new();
    all.update(&cut.main);
    cut.pieces.values().for_each(|it| all.update(it));
    let stamp = short(&all.finalize());
    let folder = format!("{PARTS}{stamp}");
    fs::create_dir_all(dist.join(&folder))?;
    let mut files = BTreeMap::new();
    for (name, pieces) in cut.files() {
        let body = pieces.concat();
        let file = format!("{folder}/{name}-{}.wasm", short(&Sha256::digest(&body)));
        fs::write(dist.join(&file), &body)?;
        let lengths: Vec<_> = pieces.iter().map(|it| it.len()).collect();
        files.insert(name, (format!("./{file}"), integrity(&body), lengths));
    }
    let loader = fs::read_to_string(repo::root().join(LOADER))?;
    let loader = format!(
        "const FILES = {};\nconst PARTS = {};\n{}",
        serde_json::to_string(&files)?,
        serde_json::to_string(&cut.parts())?,
        without_comments(&loader)
    );
    let glue = with_loader(&cut.glue, &loader, cut.needs.keys())?;
    let base = format!("paceline-{stamp}");
    let glue = glue.replace("paceline_bg.wasm", &format!("{base}_bg.wasm"));
    fs::write(dist.join(format!("{base}.js")), &glue)?;
    fs::write(dist.join(format!("{base}_bg.wasm")), &cut.main)?;
    let index = dist.join("index.html");
    let page = fs::read_to_string(&index)?;
    Ok(fs::write(&index, with_program(&page, &base, &integrity(glue.as_bytes()), &integrity(&cut.main))?)?)
}

/// Names the program in the page, and has the browser fetch it early: its module and its WebAssembly, each with its hash.
fn with_program(page: &str, base: &str, js: &str, wasm: &str) -> Result<String> {
    const HEAD: &str = "</head>";
    let named = format!("<meta name=\"paceline-parts\" data-js=\"./{base}.js\" data-wasm=\"./{base}_bg.wasm\">");
    let early = format!(
        "<link rel=\"modulepreload\" href=\"./{base}.js\" crossorigin=\"anonymous\" integrity=\"{js}\">\
         <link rel=\"preload\" href=\"./{base}_bg.wasm\" crossorigin=\"anonymous\" integrity=\"{wasm}\" as=\"fetch\" type=\"application/wasm\">"
    );
    if [NAMELESS, HEAD].iter().any(|it| page.matches(it).count() != 1) {
        bail!("what Trunk built has no place for the program: {NAMELESS}");
    }
    Ok(page.replace(NAMELESS, &named).replace(HEAD, &format!("{early}{HEAD}")))
}

fn integrity(body: &[u8]) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(body)))
}

/// Where the pieces lie while they are made.
fn folder() -> Result<PathBuf> {
    let folder = repo::target().join("page");
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn program_in(folder: &Path, name: &str) -> PathBuf {
    folder.join(name).with_extension(std::env::consts::EXE_EXTENSION)
}

/// Returns what was compiled.
fn compile(flags: &OsStr) -> Result<PathBuf> {
    let target = repo::target();
    Run::cargo()
        .args(["build", "--release", "--offline", "--locked", "--target", "wasm32-unknown-unknown"])
        .args(["--bin", "paceline", "--features", FEATURE, "--target-dir"])
        .arg(&target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags)
        // Who cuts needs the names; what is cut does not have them.
        .env("CARGO_PROFILE_RELEASE_STRIP", "none")
        .run()?;
    Ok(target.join("wasm32-unknown-unknown/release/paceline.wasm"))
}

/// `index.html` without the page's program, as it names files from where Trunk reads it.
fn without_program(page: &str) -> Result<String> {
    let mut lines = Vec::new();
    let mut found = 0;
    for line in page.lines() {
        if line.trim_start().starts_with(WHOLE) {
            found += 1;
            lines.push(NAMELESS.to_owned());
        } else if line.contains("data-trunk") {
            lines.push(BESIDE.iter().fold(line.to_owned(), |line, it| line.replace(it, &format!("{it}{FROM_REST}"))));
        } else {
            lines.push(line.to_owned());
        }
    }
    if found != 1 {
        bail!("index.html must hold one line `{WHOLE}..`");
    }
    Ok(lines.join("\n"))
}

/// How `index.html` has the program shrunk.
fn shrinking(page: &str) -> Result<Vec<String>> {
    let line = page.lines().find(|it| it.trim_start().starts_with(WHOLE)).context("index.html names no program")?;
    let said = |name: &str| line.split_once(&format!(" {name}=\""))?.1.split_once('"').map(|(it, _)| it);
    let level = said("data-wasm-opt").context("index.html does not say how the program is shrunk")?;
    let more = said("data-wasm-opt-params").unwrap_or_default().split_whitespace().map(str::to_owned);
    Ok(std::iter::once(format!("-O{level}")).chain(more).collect())
}

/// Which files each part is made of, read from what the tool wrote:
///
/// ```js
/// const __chunk_1 = makeLoad(() => { .. fetch(new URL("./chunk_1.wasm", import.meta.url)) .. }, []);
/// export const __wasm_split_load_a = wrapAsyncCb(makeLoad(() => { .. "./split_a.wasm" .. }, [__chunk_1]));
/// ```
fn needs(links: &str) -> Result<BTreeMap<String, Vec<String>>> {
    let mut shared = BTreeMap::new();
    let mut parts = BTreeMap::new();
    for (at, _) in links.match_indices("const __") {
        let statement = links.get(at + "const ".len()..).unwrap_or_default();
        let statement = statement
            .find("\nconst ")
            .into_iter()
            .chain(statement.find("\nexport "))
            .min()
            .map_or(statement, |end| &statement[..end]);
        let (name, rest) =
            statement.split_once(" = ").with_context(|| format!("{LINKS} cannot be read at {statement}"))?;
        let file =
            rest.split_once("new URL(\"./").and_then(|(_, it)| it.split_once(".wasm\"")).map(|(it, _)| it.to_owned());
        let needed = rest.rsplit_once('[').and_then(|(_, it)| it.split_once(']')).map(|(it, _)| it).unwrap_or_default();
        let needed = needed.split(", ").filter(|it| !it.is_empty()).map(str::to_owned);
        match name.strip_prefix(CALL) {
            Some(part) => _ = parts.insert(part.to_owned(), (file, needed.collect::<Vec<_>>())),
            None => _ = shared.insert(name.to_owned(), file.with_context(|| format!("{name} is no file"))?),
        }
    }
    if parts.is_empty() {
        bail!("{LINKS} names no part");
    }
    let files = |(part, (own, shared_with)): (String, (Option<String>, Vec<String>))| {
        let found = shared_with.iter().map(|it| shared.get(it).cloned().with_context(|| format!("{it} is not there")));
        Ok((part, found.chain(own.map(Ok)).collect::<Result<Vec<_>>>()?))
    };
    parts.into_iter().map(files).collect()
}

/// Puts what brings the parts into the page's module, in place of imports of it.
fn with_loader<'a>(glue: &str, loader: &str, parts: impl Iterator<Item = &'a String>) -> Result<String> {
    let calls: Vec<_> = parts.map(|it| format!("{CALL}{it}: part({})", serde_json::Value::from(it.as_str()))).collect();
    let mut out = format!("{loader}const calls = {{ {} }};\n", calls.join(", "));
    let mut found = 0;
    for line in glue.lines() {
        match line.strip_prefix("import * as ").and_then(|it| it.split_once(" from ")) {
            Some((name, from)) if from.contains(LINKS) => {
                found += 1;
                out.push_str(&format!("const {name} = calls;\n"));
            }
            _ if line.starts_with("import ") => bail!("the page's module imports more than its parts: {line}"),
            _ => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    if found == 0 {
        bail!("the page's module does not import {LINKS}");
    }
    Ok(out)
}

fn without_comments(script: &str) -> String {
    let lines = script.lines().filter(|it| !it.trim_start().starts_with("//") && !it.trim_start().starts_with("/**"));
    lines.fold(String::new(), |all, line| all + line + "\n")
}

fn short(hash: &[u8]) -> String {
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINKS_WRITTEN: &str = r#"import { initSync } from "./paceline.js";
function makeLoad(fetcher, deps) {
    const parallel = deps.map(d => d());
}
/* a, b */
const __chunk_3 = makeLoad(() => {
    const src = fetch(new URL("./chunk_3.wasm", import.meta.url));
    return async (imports) => (WebAssembly.instantiateStreaming(src, imports));
}
, []);
export const __wasm_split_load_b = wrapAsyncCb(makeLoad(() => async (_imp) => ({}), [__chunk_3]));
export const __wasm_split_load_a = wrapAsyncCb(makeLoad(() => {
    const src = fetch(new URL("./split_a.wasm", import.meta.url));
    return async (imports) => (WebAssembly.instantiateStreaming(src, imports));
}
, [__chunk_3]));
"#;

    #[test]
    fn which_files_a_part_is_made_of_is_read_from_what_the_tool_wrote() {
        let needs = needs(LINKS_WRITTEN).unwrap();
        assert_eq!(needs["a"], ["chunk_3", "split_a"]);
        assert_eq!(needs["b"], ["chunk_3"], "a part may be made of what others need alone");
        assert_eq!(needs.len(), 2);
        assert!(super::needs("import {} from 'x';").unwrap_err().to_string().contains("no part"));
        let lost = LINKS_WRITTEN.replace("const __chunk_3", "const __chunk_4");
        assert!(super::needs(&lost).unwrap_err().to_string().contains("__chunk_3"));
    }

    #[test]
    fn the_module_brings_its_parts_itself_and_imports_nothing() {
        let parts = ["a".to_owned(), "b".to_owned()];
        let import = |name: &str| format!("import * as {name} from \"./__wasm_split.js\"\n");
        let glue = import("import1") + &import("import2") + "let wasm;\n";
        let joined = with_loader(&glue, "const part = 0;\n", parts.iter()).unwrap();
        assert_eq!(
            joined,
            "const part = 0;\nconst calls = { __wasm_split_load_a: part(\"a\"), __wasm_split_load_b: part(\"b\") };\n\
             const import1 = calls;\nconst import2 = calls;\nlet wasm;\n"
        );
        let more = glue.clone() + "import { x } from './snippets/x.js';\n";
        assert!(with_loader(&more, "", parts.iter()).unwrap_err().to_string().contains("snippets"));
        assert!(with_loader("let wasm;\n", "", parts.iter()).is_err());
    }

    #[test]
    fn the_page_as_it_is_has_a_place_for_its_program_and_says_how_it_is_shrunk() {
        let page = fs::read_to_string(repo::root().join("index.html")).unwrap();
        let rest = without_program(&page).unwrap();
        assert_eq!(rest.matches(NAMELESS).count(), 1);
        assert!(!rest.contains("data-bin=\"paceline\"") && rest.contains("data-bin=\"paceline-scan\""));
        assert!(rest.contains("href=\"../../styles/tokens.css\"") && rest.contains("src=\"../../assets/shell.js\""));
        assert!(rest.contains("href=\"paceline.json\""), "what is named once it is built stays as it is");
        assert!(without_program(&rest).is_err(), "a page without a program");
        let shrinking = shrinking(&page).unwrap();
        assert_eq!(shrinking[0], "-Oz");
        assert!(shrinking.contains(&"--low-memory-unused".to_owned()));
        let named = with_program(&rest, "paceline-12", "sha256-a", "sha256-b").unwrap();
        assert!(named.contains("data-js=\"./paceline-12.js\" data-wasm=\"./paceline-12_bg.wasm\""));
        assert_eq!(named.matches("preload\" href=\"./paceline-12").count(), 2);
        assert!(with_program(&named, "paceline-12", "", "").is_err());
    }

    #[test]
    fn what_is_written_names_each_part_by_its_build_and_its_bytes() {
        let dist = tempfile::tempdir().unwrap();
        let page = format!("<head>{NAMELESS}</head>");
        let large = "l".repeat(SMALL);
        let cut = |part: &str| Cut {
            main: b"main".to_vec(),
            pieces: [("chunk_1", "c1"), ("chunk_2", "c2 "), ("chunk_3", &large), ("split_a", part)]
                .map(|(it, body)| (it.to_owned(), body.into()))
                .into(),
            needs: BTreeMap::from([("a".to_owned(), ["chunk_1", "chunk_3", "split_a"].map(str::to_owned).into())]),
            glue: "import * as import1 from \"./__wasm_split.js\"\nnew URL('paceline_bg.wasm')\n".to_owned(),
        };
        let mut folders = BTreeSet::new();
        for part in ["one", "two"] {
            fs::write(dist.path().join("index.html"), &page).unwrap();
            write(&cut(part), dist.path()).unwrap();
            let built = fs::read_to_string(dist.path().join("index.html")).unwrap();
            let base = built.split("data-js=\"./").nth(1).and_then(|it| it.split(".js\"").next()).unwrap();
            let stamp = base.strip_prefix("paceline-").unwrap();
            let glue = fs::read_to_string(dist.path().join(format!("{base}.js"))).unwrap();
            let large = ("chunk_3", &*large, "[16384]");
            for (name, body, lengths) in [("a", part, "[3]"), ("shared", "c1c2 ", "[2,3]"), large] {
                let file = format!("{PARTS}{stamp}/{name}-{}.wasm", short(&Sha256::digest(body)));
                assert_eq!(fs::read(dist.path().join(&file)).unwrap(), body.as_bytes());
                let named = format!("\"{name}\":[\"./{file}\",\"{}\",{lengths}]", integrity(body.as_bytes()));
                assert!(glue.contains(&named), "{named}: {glue}");
            }
            assert!(glue.contains("const PARTS = {\"a\":[\"a\",\"chunk_3\",\"shared\"]};"), "{glue}");
            assert!(glue.contains(&format!("{base}_bg.wasm")));
            folders.insert(stamp.to_owned());
        }
        assert_eq!(folders.len(), 2, "another part is another build");
    }
}
