//! Running other programs: said before, checked after, their output passed through or read.

use std::{
    env,
    ffi::{OsStr, OsString},
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};

use crate::repo;

/// Says what is done now.
pub fn say(text: impl AsRef<str>) {
    println!("\n== {}", text.as_ref());
}

/// Says what is done now, does it, and says how long it took.
pub fn step<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    say(title);
    let start = Instant::now();
    let result = work().with_context(|| title.to_owned())?;
    println!("   done in {:.1} s", start.elapsed().as_secs_f64());
    Ok(result)
}

/// A program to run in the repository's root.
#[derive(Debug)]
pub struct Run {
    command: Command,
    name: String,
}

impl Run {
    /// A program by name or path.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(&program);
        command.current_dir(repo::root());
        Self { command, name: PathBuf::from(program.as_ref()).display().to_string() }
    }

    /// The cargo that runs this program.
    pub fn cargo() -> Self {
        let mut run = Self::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        run.name = "cargo".to_owned();
        // What cargo told this program about itself must not reach builds it starts.
        for (key, _) in env::vars_os() {
            if key.to_str().is_some_and(|key| key.starts_with("CARGO_PKG_") || key.starts_with("CARGO_MANIFEST_")) {
                run.command.env_remove(key);
            }
        }
        run
    }

    /// Adds an argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    /// Removes an environment variable.
    pub fn env_remove(mut self, key: &str) -> Self {
        self.command.env_remove(key);
        self
    }

    /// Runs in another folder.
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.command.current_dir(dir.into());
        self
    }

    /// Puts folders in front of `PATH`.
    pub fn path(self, dirs: &[PathBuf]) -> Result<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let joined: OsString = env::join_paths(dirs.iter().cloned().chain(env::split_paths(&path)))?;
        Ok(self.env("PATH", joined))
    }

    /// The program and its arguments, for messages.
    fn line(&self) -> String {
        let arguments = self.command.get_args().map(|argument| argument.to_string_lossy().into_owned());
        std::iter::once(self.name.clone()).chain(arguments).collect::<Vec<_>>().join(" ")
    }

    /// Runs to the end, output passed through.
    ///
    /// # Errors
    /// The program is not there, or it failed.
    pub fn run(mut self) -> Result<()> {
        println!("   $ {}", self.line());
        let status = self.command.status().with_context(|| format!("cannot start {}", self.name))?;
        if !status.success() {
            bail!("`{}` failed ({status})", self.line());
        }
        Ok(())
    }

    /// Runs to the end and returns what it printed; its errors are passed through.
    ///
    /// # Errors
    /// The program is not there, it failed, or it printed no UTF-8.
    pub fn read(mut self) -> Result<String> {
        let output =
            self.command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start {}", self.name))?;
        if !output.status.success() {
            bail!("`{}` failed ({})", self.line(), output.status);
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Whether it starts and succeeds; nothing is shown.
    pub fn succeeds(mut self) -> bool {
        let command = self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// Runs to the end, with nothing shown; the code with which it ends, if nothing ended it.
    ///
    /// # Errors
    /// The program is not there.
    pub fn code(mut self) -> Result<Option<i32>> {
        let command = self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(command.status().with_context(|| format!("cannot start {}", self.name))?.code())
    }

    /// Runs to the end; passes each line it prints (errors too, in order) through and to `seen`. Returns whether it succeeded.
    ///
    /// # Errors
    /// The program is not there.
    pub fn watch(mut self, mut seen: impl FnMut(&str)) -> Result<bool> {
        println!("   $ {}", self.line());
        let (reader, writer) = std::io::pipe()?;
        self.command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        let mut child = self.command.spawn().with_context(|| format!("cannot start {}", self.name))?;
        // The command holds the pipe's other end open; without it reading ends when the child and its children end.
        drop(self.command);
        let mut reader = BufReader::new(reader);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            let text = String::from_utf8_lossy(&line);
            print!("{text}");
            seen(text.trim_end());
            line.clear();
        }
        Ok(child.wait()?.success())
    }
}
