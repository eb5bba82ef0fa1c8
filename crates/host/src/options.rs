//! The command line. Nothing is read from the environment or from files.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand};

use crate::{
    gate::{CONNECTIONS, CONNECTIONS_PER_ADDRESS, GateLimits, MESSAGES_PER_SECOND},
    proxy::ProxyHeader,
    site_config::Relays,
};

/// Serves the built page of Paceline, and the relay by which browsers on it find each other.
///
/// The talk itself never passes through here: browsers connect to each other directly, and rooms that are open go on
/// when this program stops. The relay sees neither words nor names nor links, only random bytes under random topics,
/// and keeps nothing.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "paceline-host", version, after_help = EXAMPLES, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub struct Options {
    /// Something else than serving
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The folder with the page, as `cargo xtask dist` leaves it
    #[arg(long, default_value = "dist", value_name = "FOLDER")]
    pub dir: PathBuf,

    /// Let other devices in the local network open it, too
    #[arg(long, conflicts_with = "listen")]
    pub lan: bool,

    /// Listen on this port; 0 lets the system choose one
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,

    /// Listen on this address [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,

    /// Serve https with this certificate (chain) and its key, both PEM files
    #[arg(long, num_args = 2, value_names = ["CERTIFICATE", "KEY"], conflicts_with = "self_signed")]
    pub tls: Option<Vec<PathBuf>>,

    /// Serve https with a certificate of our own, which is kept: each browser warns once, then camera and offline start
    /// work
    #[arg(long)]
    pub self_signed: bool,

    /// The folder to keep that certificate in [default: paceline/host in your cache folder]
    #[arg(long, value_name = "FOLDER", requires = "self_signed")]
    pub cache: Option<PathBuf>,

    /// Which relays the page is told of, in the paceline.json beside it
    #[arg(long, value_enum, default_value_t, value_name = "WHICH")]
    pub relays: Relays,

    /// Serve files only, no relay; the page's paceline.json is served as it is
    #[arg(long, conflicts_with = "relays")]
    pub no_relay: bool,

    /// Most connections at a time
    #[arg(long, default_value_t = CONNECTIONS, value_name = "NUMBER", help_heading = "Limits")]
    pub connections: usize,

    /// Take the address of who connects to the relay from the header that your proxy sets, X-Forwarded-For unless you
    /// name the other one. Only for a host that nobody reaches past the proxy: others could claim any address
    #[arg(long, value_enum, value_name = "HEADER", num_args = 0..=1, default_missing_value = "x-forwarded-for",
          require_equals = true)]
    pub behind_proxy: Option<ProxyHeader>,

    /// Most connections of one address
    #[arg(long, default_value_t = CONNECTIONS_PER_ADDRESS, value_name = "NUMBER", help_heading = "Limits")]
    pub connections_per_address: usize,

    /// Messages to the relay each second of one address, in the long run
    #[arg(long, default_value_t = MESSAGES_PER_SECOND, value_name = "NUMBER", help_heading = "Limits",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub messages_per_second: u32,

    /// Refuse events that are more than a minute old or a quarter of an hour ahead of this machine's clock, as most public
    /// relays do: to try out what a page with a wrong clock makes of it
    #[arg(long, help_heading = "Limits")]
    pub strict_clock: bool,

    /// Only check these arguments, and say what is wrong
    #[arg(long)]
    pub check: bool,
}

/// What it does instead of serving.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Say who wrote what in a room's file, and whether every signature holds; fails with the first fault and its place
    Verify {
        /// The file, as a page exports it (CAR)
        file: PathBuf,
    },
}

const EXAMPLES: &str = "Examples:
  paceline-host                        on this machine only, http://127.0.0.1:8080/
  paceline-host --lan --self-signed    for phones and laptops in the same network
  paceline-host --listen 0.0.0.0:443 --tls fullchain.pem privkey.pem
  paceline-host --behind-proxy         for a proxy on this machine, http://127.0.0.1:8080/
  paceline-host verify room.car        whether that file is whole and as its authors wrote it

Stop it with ctrl-c.";

impl Options {
    /// Where to listen.
    pub fn address(&self) -> SocketAddr {
        let mut address = self.listen.unwrap_or_else(|| ([127, 0, 0, 1], 8080).into());
        if self.lan {
            address.set_ip([0, 0, 0, 0].into());
        }
        if let Some(port) = self.port {
            address.set_port(port);
        }
        address
    }

    /// How much is let in.
    pub fn limits(&self) -> GateLimits {
        GateLimits {
            connections: self.connections,
            per_address: self.connections_per_address,
            messages_per_second: self.messages_per_second,
        }
    }

    /// Which relays the page is told of.
    pub fn relays(&self) -> Relays {
        if self.no_relay { Relays::Page } else { self.relays }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, clap::Error> {
        Options::try_parse_from(std::iter::once("paceline-host").chain(line.split_whitespace()))
    }

    #[test]
    fn without_arguments_only_this_machine_can_open_it() {
        let options = parse("").unwrap();
        assert!(options.address().ip().is_loopback());
        assert_eq!(options.dir, PathBuf::from("dist"));
        assert_eq!((options.relays(), options.limits()), (Relays::Own, GateLimits::default()));
    }

    #[test]
    fn a_file_is_verified_and_nothing_served_meanwhile() {
        let file = PathBuf::from("room.car");
        assert_eq!(parse("verify room.car").unwrap().command, Some(Command::Verify { file }));
        assert!(parse("--port 9000 verify room.car").is_err() && parse("verify").is_err());
    }

    #[test]
    fn the_lan_is_let_in_only_when_asked_for() {
        let address = parse("--lan --port 9000").unwrap().address();
        assert!(address.ip().is_unspecified());
        assert_eq!(address.port(), 9000);
    }

    #[test]
    fn headers_of_proxies_are_believed_only_when_asked_for() {
        let header = |line| parse(line).unwrap().behind_proxy;
        assert_eq!(header(""), None);
        assert_eq!(header("--behind-proxy"), Some(ProxyHeader::XForwardedFor));
        assert_eq!(header("--behind-proxy=forwarded --port 9000"), Some(ProxyHeader::Forwarded));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (line, said) in [
            ("--fast", "--fast"),
            ("--dir", "--dir"),
            ("--listen here", "here"),
            ("--port 70000", "70000"),
            ("--tls one.pem", "--tls"),
            ("--tls a b --self-signed", "--self-signed"),
            ("--lan --listen 127.0.0.1:1", "--listen"),
            ("--messages-per-second 0", "messages-per-second"),
            ("--behind-proxy=via", "via"),
        ] {
            assert!(parse(line).unwrap_err().to_string().contains(said), "{line}");
        }
    }

    #[test]
    fn help_names_every_way_to_start_and_what_the_relay_sees() {
        let help = parse("--help").unwrap_err().to_string();
        for words in
            ["--self-signed", "--lan", "--relays", "--behind-proxy", "random bytes", "Examples:", "[default: 1024]"]
        {
            assert!(help.contains(words), "{words} in\n{help}");
        }
    }
}
