//! The host as browsers, phones and attackers see it: real sockets, a folder like `dist/`.

#[cfg(target_os = "linux")]
mod abuse;
mod probing;
mod relaying;
mod securing;
mod serving;
mod support;
mod verifying;
