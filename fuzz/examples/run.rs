//! Runs the targets by the engine beside this crate; `cargo xtask fuzz` calls it. An example, since `cargo fuzz` takes every program of
//! the crate for a target.
//!
//! ```text
//! --seconds N     how long each target is tried; without it each tries as many inputs as it says (`paceline_fuzz::tries_of`), the same
//!                 ones on every machine
//! --only NAME     one target
//! --seed N        other inputs
//! --replay FILE   one input of one target
//! --write-seeds   writes the seeds anew that targets make
//! ```
//!
//! The seeds of a target are the files of `seeds/NAME`: what it makes by itself, and inputs that once broke something. An input that
//! breaks a property is made small, written into the target folder, and named with the command that tries it again. The input at hand
//! is there as well, in case it ends the whole program.

#![forbid(unsafe_code)]

use std::{
    collections::BTreeSet,
    env,
    fs::{self, File},
    io::{self, Seek as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use paceline_fuzz::{
    Chance, TARGETS, Target,
    engine::{Fault, Session, attempt, shrink},
    tries_of,
};

/// What a page's stack has: who recurses deeper natively would break there.
const STACK: usize = 1024 * 1024;
/// Seeds that a target makes by itself, and their bytes in all.
const SEEDS: usize = 8;
const SEED_BYTES: usize = 6 * 1024;

#[derive(Debug)]
struct Options {
    seconds: Option<u64>,
    only: Option<String>,
    seed: u64,
    replay: Option<PathBuf>,
    write_seeds: bool,
}

/// How one target went.
struct Run {
    tried: u64,
    read: u64,
    fault: Option<String>,
}

fn main() -> ExitCode {
    let done = options().and_then(|options| {
        let targets: Vec<&Target> =
            TARGETS.iter().filter(|it| options.only.as_deref().is_none_or(|only| it.name == only)).collect();
        if targets.is_empty() {
            let names: Vec<_> = TARGETS.iter().map(|it| it.name).collect();
            return Err(format!("there is no such target; there are {}", names.join(", ")));
        }
        if options.write_seeds {
            return targets.iter().try_for_each(|it| write_seeds(it)).map(|()| true).map_err(|it| it.to_string());
        }
        match &options.replay {
            Some(file) => replay(&targets, file),
            None => Ok(run_all(&targets, &options)),
        }
    });
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, String> {
    let mut options = Options { seconds: None, only: None, seed: 1, replay: None, write_seeds: false };
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs something after it"));
        let number = |text: String| text.parse::<u64>().map_err(|_| format!("{text} is no number"));
        match argument.as_str() {
            "--seconds" => options.seconds = Some(number(value()?)?),
            "--only" => options.only = Some(value()?),
            "--seed" => options.seed = number(value()?)?,
            "--replay" => options.replay = Some(value()?.into()),
            "--write-seeds" => options.write_seeds = true,
            other => return Err(format!("{other} is not known here")),
        }
    }
    if options.replay.is_some() && options.only.is_none() {
        return Err("--replay needs the target: --only NAME".to_owned());
    }
    Ok(options)
}

/// This crate's folder, in the clone that it is run in.
fn folder() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
}

/// Where faults are written.
fn faults() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    folder().join("..").join(target).join("fuzz")
}

fn seeds_of(target: &Target) -> io::Result<Vec<Vec<u8>>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder().join("seeds").join(target.name))?.map(|it| Ok(it?.path())).collect::<io::Result<_>>()?;
    files.sort();
    files.iter().map(fs::read).collect()
}

fn write_seeds(target: &Target) -> io::Result<()> {
    let folder = folder().join("seeds").join(target.name);
    fs::create_dir_all(&folder)?;
    let (mut chance, mut bytes, mut made) = (Chance::new(1), 0, BTreeSet::new());
    for _ in 0..SEEDS * 100 {
        let input = (target.make)(&mut chance);
        if made.len() < SEEDS && bytes + input.len() <= SEED_BYTES && made.insert(input.clone()) {
            bytes += input.len();
            fs::write(folder.join(format!("made-{}", made.len())), input)?;
        }
    }
    Ok(())
}

fn replay(targets: &[&Target], file: &Path) -> Result<bool, String> {
    let input = fs::read(file).map_err(|it| format!("{}: {it}", file.display()))?;
    for target in targets {
        println!("{}: read: {}", target.name, (target.check)(&input));
    }
    Ok(true)
}

/// As cargo's tests are told, and so counted.
fn run_all(targets: &[&Target], options: &Options) -> bool {
    let long = options.seconds.map_or_else(|| "as many inputs as each says".to_owned(), |it| format!("{it} s each"));
    println!("     Running fuzz targets, {long}, of seed {} (paceline_fuzz)\n", options.seed);
    let (next, runs) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
            let run = run(target, options);
            let word = if run.fault.is_some() { "FAILED" } else { "ok" };
            println!("test {} ... {word} ({} inputs, {} of them read)", target.name, run.tried, run.read);
            runs.lock().unwrap_or_else(PoisonError::into_inner).push((target.name, run));
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, Into::into) {
            // Whoever cannot start leaves the work to the others.
            let _ = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        }
    });
    let runs = runs.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (name, fault) in runs.iter().filter_map(|(name, run)| Some((name, run.fault.as_ref()?))) {
        println!("\n---- {name} ----\n{fault}");
    }
    let failed = runs.iter().filter(|(_, run)| run.fault.is_some()).count() + targets.len() - runs.len();
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {word}. {} passed; {failed} failed; 0 ignored", targets.len() - failed);
    failed == 0
}

fn run(target: &Target, options: &Options) -> Run {
    let fault = |why: String| Run { tried: 0, read: 0, fault: Some(why) };
    let seeds = match seeds_of(target) {
        Ok(seeds) if seeds.is_empty() => return fault("it has no seeds".to_owned()),
        Ok(seeds) => seeds,
        Err(error) => return fault(format!("its seeds cannot be read: {error}")),
    };
    let mut at_hand = match AtHand::new(target) {
        Ok(at_hand) => at_hand,
        Err(error) => return fault(format!("inputs cannot be written down: {error}")),
    };
    let until = options.seconds.map(|it| Instant::now() + Duration::from_secs(it));
    let tries = tries_of(target.name);
    let goes_on = |tried: u64| until.map_or(tried < tries, |until| Instant::now() < until);
    let mut session = Session::new(target, &seeds, options.seed);
    // Seeds are all tried, however slow the machine is.
    while session.tried() <= seeds.len() as u64 || goes_on(session.tried()) {
        let input = session.next_input();
        at_hand.note(&input);
        match attempt(target.check, &input) {
            Ok(read) => session.told(input, read),
            Err(why) => {
                return Run { tried: session.tried(), read: session.read(), fault: Some(told(target, input, &why)) };
            }
        }
    }
    let fault = (session.read() == 0).then(|| "nothing was read in any input: its seeds are no seeds".to_owned());
    Run { tried: session.tried(), read: session.read(), fault }
}

/// Makes what broke a property small, and says how it is tried again.
fn told(target: &Target, input: Vec<u8>, fault: &Fault) -> String {
    let small = shrink(input, |it| attempt(target.check, it).err().is_some_and(|it| it.place == fault.place));
    let fault = attempt(target.check, &small).err().unwrap_or_else(|| fault.clone());
    let file = faults().join(format!("{}-{}", target.name, short_name(&small)));
    let kept = fs::write(&file, &small).map_or_else(|error| error.to_string(), |()| String::new());
    let shown = String::from_utf8_lossy(&small);
    format!(
        "{} at {}\n{} bytes: {:?}\n{kept}cargo xtask fuzz --only {} --replay {}",
        fault.why,
        fault.place,
        small.len(),
        shown.chars().take(300).collect::<String>(),
        target.name,
        file.display()
    )
}

/// A short name for bytes: FNV-1a.
fn short_name(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

/// The input that is being tried, in a file: what ends the whole program (a stack that overflows, memory that runs out) or never
/// comes to an end is found there.
///
/// Without it only what ends the whole program would be harder to find, so errors are passed over.
struct AtHand {
    path: PathBuf,
    file: File,
    length: usize,
}

impl AtHand {
    fn new(target: &Target) -> io::Result<Self> {
        fs::create_dir_all(faults())?;
        let path = faults().join(format!("{}-at-hand", target.name));
        Ok(Self { file: File::create(&path)?, path, length: 0 })
    }

    fn note(&mut self, input: &[u8]) {
        let _ = self.file.rewind().and_then(|()| self.file.write_all(input));
        // Cutting a file off takes far longer than writing to it.
        if input.len() < self.length {
            let _ = self.file.set_len(input.len() as u64);
        }
        self.length = input.len();
    }
}

impl Drop for AtHand {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
