//! `dist`: the static site, ready for any host and any sub-path.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::{
    node, policy,
    process::{Run, step},
    repo, split, styles,
    tools::{self, TRUNK, WASM_BINDGEN, WASM_SPLIT},
    weight,
};

/// What compressing makes smaller.
const COMPRESSIBLE: &[&str] = &["html", "js", "wasm", "css", "svg", "json", "webmanifest", "ts", "txt", "ftl"];

/// Where the checksums of the site's files stand.
pub const SUMS: &str = "SHA256SUMS";

/// Names of functions say what they were made for, so that it is known what that weighs. No file of the page holds them.
const WHOSE: &str = "-Csymbol-mangling-version=v0";

/// The compiler inlines what is called once, be it thousands of instructions. A browser compiles a function whole at its first call, and
/// once more, far more slowly, when any of it runs often. So an instruction costs sixteen times what it does elsewhere, and so does a
/// call: of what is called once only that is inlined which has less than some two hundred. What is to be fast rather than small
/// (`opt-level = 2` in `Cargo.toml`) is inlined as ever: its thresholds are sixteen times as high.
const WHOLE_FUNCTIONS: [&str; 4] = [
    "-Cllvm-args=-inline-instr-cost=80",
    "-Cllvm-args=-inline-call-penalty=400",
    "-Cllvm-args=-inlinedefault-threshold=3600",
    "-Cllvm-args=-inlinehint-threshold=5200",
];

/// What only the tests' own pages hold: their crate, their folder on the test server, and a sentence of the page that lies.
const TEST_ONLY: &[&str] = &["paceline_hostile", "test-only/", "I never lie"];

/// How the page names its parts to `assets/shell.js`, which waits for so many bytes of the second.
const PARTS: [&str; 2] = ["data-js=\"", "data-wasm=\""];

/// A file of the page and what it weighs, in bytes.
#[derive(Debug)]
pub struct Weight {
    /// Its name in `dist/`.
    pub file: String,
    /// As it is.
    pub raw: usize,
    /// As gzip, or raw if that is not made.
    pub gzip: usize,
    /// As brotli, or raw if that is not made.
    pub brotli: usize,
}

/// How much the build does for the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// As it is put on a host.
    Release,
    /// In seconds, for trying a change: neither shrunk nor compressed.
    Quick,
}

/// Builds the page into `dist/`.
///
/// # Errors
/// A tool is missing, the build failed, or the result would not run under its own policy.
pub fn run(build: Build) -> Result<Vec<Weight>> {
    tools::wasm_target()?;
    let tools = [TRUNK.ready()?, WASM_BINDGEN.ready()?, node::wasm_opt()?];
    let dist = repo::dist();
    // A quick build stays on the machine that made it, and shares what is compiled with every other build.
    let private = if build == Build::Release { private_paths()? } else { Vec::new() };
    // Trunk builds offline, so that it takes the tools it is given; the crates are fetched before.
    Run::cargo().args(["fetch", "--locked"]).run()?;
    match build {
        Build::Release => release(&tools, &flags(&private), &dist)?,
        Build::Quick => {
            step("Building the page (quick)", || trunk(&tools, &["--cargo-profile", "quick"], &dist)?.run())?
        }
    }
    let weights = step("Writing the policy, compressing", || {
        finish(&dist)?;
        refuse_test_pages(&dist)?;
        refuse_paths(&dist, &private)?;
        if build == Build::Quick {
            return Ok(Vec::new());
        }
        let weights = compress(&dist)?;
        sum(&dist)?;
        Ok(weights)
    })?;
    if build == Build::Quick {
        return Ok(weights);
    }
    let total = |of: fn(&Weight) -> usize| weights.iter().map(of).sum::<usize>() / 1024;
    println!(
        "   {} files, {} KiB, {} KiB with gzip, {} KiB with brotli: {}",
        weights.len(),
        total(|weight| weight.raw),
        total(|weight| weight.gzip),
        total(|weight| weight.brotli),
        dist.display()
    );
    Ok(weights)
}

/// Trunk builds what stands around the page's program, then the program comes in parts.
fn release(tools: &[PathBuf; 3], flags: &OsStr, dist: &Path) -> Result<()> {
    let [_, bindgen, opt] = tools.clone();
    let pieces = split::Tools { split: WASM_SPLIT.ready()?, bindgen, opt };
    step("Building what stands around the page", || {
        let index = split::rest_of_page(dist)?;
        trunk(tools, &["--release"], dist)?.arg(index).env("CARGO_ENCODED_RUSTFLAGS", flags).run()
    })?;
    step("Building the page (release; the first time takes minutes)", || split::program(&pieces, flags, dist))
}

fn trunk(tools: &[PathBuf], profile: &[&str], dist: &Path) -> Result<Run> {
    Run::new("trunk")
        .args(["build", "--offline", "--locked"])
        .args(profile)
        .arg("--dist")
        .arg(dist)
        // Trunk reads NO_COLOR as a boolean and refuses the usual `1`.
        .env_remove("NO_COLOR")
        .path(tools)
}

/// What each file in `dist/` weighs, as it was built last.
///
/// # Errors
/// Nothing was built, or a file cannot be read or compressed.
pub fn weigh() -> Result<Vec<Weight>> {
    compress(&repo::dist())
}

/// Puts the policy into the page and checks that it asks only for what is beside it.
fn finish(dist: &Path) -> Result<()> {
    let index = dist.join("index.html");
    let page = fs::read_to_string(&index).context("Trunk left no index.html")?;
    for attribute in ["href=\"", "src=\""].into_iter().chain(PARTS) {
        for target in page.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
            if target.is_empty() || target.starts_with('#') || target.starts_with("data:") {
                continue;
            }
            if target.starts_with('/') || target.contains("//") {
                bail!(
                    "index.html refers to {target}: the page must run from any sub-path and load nothing from elsewhere"
                );
            }
            if !dist.join(target).is_file() {
                bail!("index.html refers to {target}, which is not in dist/");
            }
        }
    }
    let page = styles::join(dist, &with_size(dist, page)?)?;
    fs::write(&index, policy::insert(&page)?)?;
    let contract = repo::root().join("paceline.d.ts");
    if contract.is_file() {
        fs::copy(contract, dist.join("paceline.d.ts"))?;
    }
    Ok(())
}

/// Says beside the name of the WebAssembly how large it is: hosts that compress it do not.
fn with_size(dist: &Path, page: String) -> Result<String> {
    let [_, wasm] = PARTS;
    let Some(name) = page.split(wasm).nth(1).and_then(|rest| rest.split('"').next()) else { return Ok(page) };
    let size = fs::metadata(dist.join(name))?.len();
    Ok(page.replacen(wasm, &format!("data-size=\"{size}\" {wasm}"), 1))
}

/// Folders of this machine that the compiler would write into the page, each with what stands there instead; where several hold a
/// file, the last counts.
fn private_paths() -> Result<Vec<(PathBuf, &'static str)>> {
    let home = env::home_dir().context("this user has no home folder")?;
    let cargo = env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let sysroot = PathBuf::from(Run::new("rustc").args(["--print", "sysroot"]).read()?.trim());
    let paths = [
        (home, "home"),
        (cargo.join("registry/src"), "crates"),
        (sysroot, "rust"),
        (repo::target(), "target"),
        (repo::root().to_owned(), "paceline"),
    ];
    // A folder as short as `/` says nothing about anybody, and would stand in every path.
    Ok(paths.into_iter().filter(|(path, _)| path.components().count() > 1).collect())
}

/// What the compiler is told besides what it is told anyway, as cargo reads it.
fn flags(private: &[(PathBuf, &str)]) -> OsString {
    let given = env::var("RUSTFLAGS").unwrap_or_default();
    let given: Vec<_> = [WHOSE].into_iter().chain(WHOLE_FUNCTIONS).chain(given.split_whitespace()).collect();
    let mut flags = OsString::from(given.join("\u{1f}"));
    for (path, name) in private {
        flags.push("\u{1f}--remap-path-prefix=");
        flags.push(path);
        flags.push("=");
        flags.push(name);
    }
    flags
}

/// Nothing in the page tells of the machine that built it.
fn refuse_paths(dist: &Path, private: &[(PathBuf, &str)]) -> Result<()> {
    for path in files_in(dist)? {
        let body = fs::read(&path)?;
        for (private, _) in private {
            let private = [private.as_os_str().as_encoded_bytes(), std::path::MAIN_SEPARATOR_STR.as_bytes()].concat();
            if body.windows(private.len()).any(|part| part == private) {
                bail!("{} holds the path {} of this machine", path.display(), String::from_utf8_lossy(&private));
            }
        }
    }
    Ok(())
}

/// Nothing of the tests may be handed out with the page.
fn refuse_test_pages(dist: &Path) -> Result<()> {
    for path in files_in(dist)? {
        let (name, body) = (path.display().to_string(), fs::read(&path)?);
        for marker in TEST_ONLY {
            if name.contains(marker) || body.windows(marker.len()).any(|part| part == marker.as_bytes()) {
                bail!("{name} is for the tests only ({marker}) and must not be in dist/");
            }
        }
    }
    Ok(())
}

/// Writes a `.gz` and a `.br` beside each file that gets smaller, for hosts that serve them.
fn compress(dist: &Path) -> Result<Vec<Weight>> {
    let mut weights = Vec::new();
    for path in files_in(dist)? {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_owned();
        if matches!(extension.as_str(), "br" | "gz") {
            continue;
        }
        let body = fs::read(&path)?;
        let file = path.strip_prefix(dist)?.display().to_string();
        let mut weight = Weight { file, raw: body.len(), gzip: body.len(), brotli: body.len() };
        if COMPRESSIBLE.contains(&extension.as_str()) {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            gzip.write_all(&body)?;
            weight.gzip = keep(&path, "gz", &body, &gzip.finish()?)?;
            weight.brotli = keep(&path, "br", &body, &weight::brotli(&body)?)?;
        }
        weights.push(weight);
    }
    Ok(weights)
}

/// Writes the SHA-256 of every file, as `sha256sum --check` reads it: a host, or whoever built the same, compares.
fn sum(dist: &Path) -> Result<()> {
    let mut sums = String::new();
    for path in files_in(dist)? {
        let name = path.strip_prefix(dist)?.to_str().context("a name in dist/ is not text")?.replace('\\', "/");
        if name != SUMS {
            let hash = Sha256::digest(fs::read(&path)?);
            sums.extend(hash.iter().map(|byte| format!("{byte:02x}")));
            sums.push_str(&format!("  {name}\n"));
        }
    }
    Ok(fs::write(dist.join(SUMS), sums)?)
}

fn keep(path: &Path, suffix: &str, body: &[u8], compressed: &[u8]) -> Result<usize> {
    if compressed.len() >= body.len() {
        return Ok(body.len());
    }
    let mut name = path.to_owned().into_os_string();
    name.push(format!(".{suffix}"));
    fs::write(name, compressed)?;
    Ok(compressed.len())
}

/// All files under a folder, in order.
fn files_in(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_in(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> tempfile::TempDir {
        let dir = tempfile::TempDir::new().unwrap();
        fs::write(dir.path().join("index.html"), format!("<meta charset=\"utf-8\">{body}")).unwrap();
        fs::write(dir.path().join("a.css"), "p { color: red } ".repeat(100)).unwrap();
        dir
    }

    #[test]
    fn the_sums_are_those_of_all_files_as_sha256sum_reads_them() {
        let dist = tempfile::tempdir().unwrap();
        fs::create_dir(dist.path().join("sub")).unwrap();
        fs::write(dist.path().join("sub/b"), "abc").unwrap();
        fs::write(dist.path().join("a"), "").unwrap();
        // What an earlier build left is not summed.
        fs::write(dist.path().join(SUMS), "old").unwrap();
        sum(dist.path()).unwrap();
        let expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n\
                        ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  sub/b\n";
        assert_eq!(fs::read_to_string(dist.path().join(SUMS)).unwrap(), expected);
    }

    #[test]
    fn a_page_that_loads_from_elsewhere_or_from_the_root_is_refused() {
        for target in ["https://example.org/a.css", "//example.org/a.css", "/a.css", "missing.css"] {
            let dir = page(&format!("<link rel=\"stylesheet\" href=\"{target}\">"));
            assert!(finish(dir.path()).unwrap_err().to_string().contains(target), "{target}");
        }
        finish(page("<link rel=\"stylesheet\" href=\"./a.css\">").path()).unwrap();
    }

    #[test]
    fn a_page_of_the_tests_is_refused_by_name_and_by_what_it_holds() {
        let dir = page("");
        refuse_test_pages(dir.path()).unwrap();
        fs::create_dir(dir.path().join("more")).unwrap();
        for (file, body) in [("paceline_hostile.js", "0"), ("more/page.js", "fetch('./test-only/raw.js')")] {
            let file = dir.path().join(file);
            fs::write(&file, body).unwrap();
            assert!(refuse_test_pages(dir.path()).unwrap_err().to_string().contains("tests only"), "{body}");
            fs::remove_file(file).unwrap();
        }
        fs::write(dir.path().join("a.wasm"), b"\0asm I never lie \xff").unwrap();
        assert!(refuse_test_pages(dir.path()).is_err());
    }

    #[test]
    fn the_parts_of_the_page_are_there_and_the_large_one_says_how_large() {
        let parts = |js: &str, wasm: &str| page(&format!("<meta data-js=\"{js}\" data-wasm=\"{wasm}\">"));
        assert!(finish(parts("./a.css", "./b.wasm").path()).unwrap_err().to_string().contains("b.wasm"));
        assert!(finish(parts("./b.js", "./a.css").path()).unwrap_err().to_string().contains("b.js"));
        let dir = parts("./a.css", "./a.css");
        finish(dir.path()).unwrap();
        let size = fs::read(dir.path().join("a.css")).unwrap().len();
        let built = fs::read_to_string(dir.path().join("index.html")).unwrap();
        assert!(built.contains(&format!("data-size=\"{size}\" data-wasm=\"./a.css\"")), "{built}");
    }

    #[test]
    fn a_page_that_names_a_folder_of_the_builder_is_refused() {
        let dir = page("");
        let private = [(PathBuf::from("/home/ada"), "home"), (PathBuf::from("/home/ada/paceline"), "paceline")];
        refuse_paths(dir.path(), &private).unwrap();
        fs::write(dir.path().join("a.wasm"), b"\0asm \xff/home/ada/.cargo/registry/src/lib.rs").unwrap();
        assert!(refuse_paths(dir.path(), &private).unwrap_err().to_string().contains("a.wasm"));
    }

    #[test]
    fn the_compiler_is_told_what_stands_for_each_folder() {
        let told = flags(&[(PathBuf::from("/home/a b"), "home"), (PathBuf::from("/src"), "paceline")]);
        let told = told.into_string().unwrap();
        let mut told = told.split('\u{1f}').rev();
        assert_eq!(told.next(), Some("--remap-path-prefix=/src=paceline"));
        assert_eq!(told.next(), Some("--remap-path-prefix=/home/a b=home"));
    }

    #[test]
    fn each_file_is_weighed_and_compressed_beside_itself() {
        let dir = page("");
        let weights = compress(dir.path()).unwrap();
        let style = weights.iter().find(|weight| weight.file == "a.css").unwrap();
        assert!(style.brotli < style.raw / 4 && style.gzip < style.raw / 4);
        assert_eq!(fs::read(dir.path().join("a.css.br")).unwrap().len(), style.brotli);
        // Compressing again does not compress what was compressed.
        assert_eq!(compress(dir.path()).unwrap().len(), weights.len());
    }
}
