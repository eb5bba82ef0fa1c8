//! The command line. Nothing is read from the environment or from files.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context, Result, bail};

/// What `--help` prints.
pub const HELP: &str = "paceline-host: serves the built page of Paceline

  --dir DIR          the folder with the page (default: dist)
  --listen ADDRESS   where to listen (default: 127.0.0.1:8080)
  --port PORT        another port on the same address
  --lan              let other devices in the local network open it (0.0.0.0)
  --help             this text";

/// What the host was asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The folder that is served.
    pub dir: PathBuf,
    /// The address to listen on; port 0 lets the system choose.
    pub listen: SocketAddr,
}

impl Options {
    /// Reads the arguments; `None` when help was asked for.
    ///
    /// # Errors
    /// An unknown argument, a missing or malformed value.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Option<Self>> {
        let mut arguments = arguments.into_iter();
        let mut options = Self { dir: PathBuf::from("dist"), listen: SocketAddr::from(([127, 0, 0, 1], 8080)) };
        let mut port = None;
        let mut lan = false;
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{argument} needs a value after it"));
            match argument.as_str() {
                "--dir" => options.dir = PathBuf::from(value()?),
                "--listen" => {
                    let text = value()?;
                    options.listen =
                        text.parse().with_context(|| format!("{text} is not an address like 127.0.0.1:8080"))?;
                }
                "--port" => {
                    let text = value()?;
                    port = Some(text.parse().with_context(|| format!("{text} is not a port (0 to 65535)"))?);
                }
                "--lan" => lan = true,
                "--help" | "-h" => return Ok(None),
                other => bail!("unknown argument {other}; --help lists what there is"),
            }
        }
        if lan {
            options.listen.set_ip([0, 0, 0, 0].into());
        }
        if let Some(port) = port {
            options.listen.set_port(port);
        }
        Ok(Some(options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Options>> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn without_arguments_only_this_machine_can_open_it() {
        let options = parse("").unwrap().unwrap();
        assert!(options.listen.ip().is_loopback());
        assert_eq!(options.dir, PathBuf::from("dist"));
    }

    #[test]
    fn the_lan_is_let_in_only_when_asked_for() {
        assert!(parse("--lan --port 9000").unwrap().unwrap().listen.ip().is_unspecified());
        assert_eq!(parse("--lan --port 9000").unwrap().unwrap().listen.port(), 9000);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        assert!(parse("--fast").unwrap_err().to_string().contains("--fast"));
        assert!(parse("--dir").unwrap_err().to_string().contains("needs a value"));
        assert!(parse("--listen here").unwrap_err().to_string().contains("here"));
        assert!(parse("--port 70000").unwrap_err().to_string().contains("70000"));
        assert_eq!(parse("--help").unwrap(), None);
    }
}
