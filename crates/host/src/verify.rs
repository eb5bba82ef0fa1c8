//! `paceline-host verify`: who wrote what in a room's file, and whether every signature holds. Nothing of it is kept or sent.

use std::{
    fmt::Write as _,
    fs::File,
    io::{ErrorKind, Read},
    path::Path,
};

use anyhow::{Context, Result, anyhow};
use paceline_room::verify::{Report, Verifier};

/// Bytes that are read at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// What the file holds, in words for a terminal.
///
/// # Errors
/// It cannot be read, or is not as its authors wrote it: the first fault, with its place.
pub fn verify(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let refused = |fault| anyhow!("{} is refused: {fault}", path.display());
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| anyhow!("no randomness: {error}"))?;
    let (mut verifier, mut piece) = (Verifier::new(secret), vec![0; PIECE_BYTES]);
    loop {
        let read = match file.read(&mut piece) {
            Ok(0) => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read.with_context(|| format!("{} cannot be read", path.display()))?,
        };
        verifier.push(piece.get(..read).unwrap_or_default()).map_err(refused)?;
    }
    Ok(told(&verifier.finish().map_err(refused)?))
}

fn told(report: &Report) -> String {
    let Report { room, title, events, words, lacking, names_tips, authors } = report;
    let mut text = format!(
        "Every signature holds, and nothing is missing that is named.\n\
         Room {} ({room})\n\
         {events} events by {} authors; {words} with their words, {lacking} whose words are not in the file (taken back, or not at \
         hand where it was made)\n",
        plain(title),
        authors.len(),
    );
    if !names_tips {
        text.push_str(
            "The file does not say which events are the last ones: some may have been left out at its end.\n",
        );
    }
    for it in authors {
        let name = if it.name.is_empty() { "(no name)".to_owned() } else { plain(&it.name) };
        let kinds: Vec<String> = it.kinds.iter().map(|(kind, many)| format!("{many} {}", plain(kind))).collect();
        _ = write!(text, "\n{name} ({})\n  {} events: {}\n", it.node, it.events(), kinds.join(", "));
        if it.split {
            text.push_str("  wrote two different events in one place: perhaps a copy of its key is in use elsewhere\n");
        }
    }
    text
}

/// What others wrote, on one line of a terminal and without power over it.
fn plain(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect()
}
