//! What is done to an input to make another of it: the *havoc* stage of AFL (Zalewski, *Technical whitepaper for afl-fuzz*, section 5),
//! with pieces of other inputs and words of the format.

use crate::Chance;

/// Most changes at once: more, and nothing is left of what was valid.
const CHANGES: usize = 6;
/// Bytes that are the ends of something.
const EDGES: [u8; 12] = [0, 1, 0x17, 0x18, 0x1f, 0x20, 0x7f, 0x80, 0xa0, 0xf6, 0xfe, 0xff];
/// How often a piece is repeated at most: what costs more than its bytes shows when there is much of it.
const REPEATS: usize = 400;

/// Changes an input. `other`: one to take pieces from.
pub(crate) fn mutate(input: &mut Vec<u8>, chance: &mut Chance, words: &[&str], other: &[u8], most: usize) {
    for _ in 0..=chance.below(CHANGES) {
        change(input, chance, words, other);
        input.truncate(most);
    }
}

fn change(input: &mut Vec<u8>, chance: &mut Chance, words: &[&str], other: &[u8]) {
    let at = chance.below(input.len());
    let most = if chance.once_in(4) { 64 } else { 4 };
    let length = 1 + chance.below(most);
    let end = (at + length).min(input.len());
    match chance.below(14) {
        0 | 1 => with(input, at, |byte| *byte ^= 1 << chance.below(8)),
        2 => with(input, at, |byte| *byte = chance.number() as u8),
        3 => with(input, at, |byte| *byte = chance.of(&EDGES).copied().unwrap_or_default()),
        4 => with(input, at, |byte| *byte = byte.wrapping_add(chance.below(9) as u8).wrapping_sub(4)),
        5 => put(input, at, end, &[]),
        6 => put(input, at, at, &chance.bytes(length)),
        7 => {
            let piece = input.get(at..end).unwrap_or_default().to_vec();
            let place = chance.below(input.len() + 1);
            put(input, place, place, &piece);
        }
        8 => {
            let piece = input.get(at..end).unwrap_or_default().to_vec();
            let most = if chance.once_in(8) { REPEATS } else { 8 };
            let times = chance.below(most);
            put(input, at, at, &piece.repeat(times));
        }
        9 => {
            let from = chance.below(other.len());
            let piece = other.get(from..(from + length).min(other.len())).unwrap_or_default();
            put(input, at, end, piece);
        }
        10 => {
            let from = chance.below(other.len());
            input.truncate(at);
            input.extend_from_slice(other.get(from..).unwrap_or_default());
        }
        11 => {
            let place = chance.below(input.len());
            let piece = input.get(at..end).unwrap_or_default().to_vec();
            put(input, place, (place + piece.len()).min(input.len()), &piece);
        }
        12 if !words.is_empty() => {
            let end = if chance.once_in(2) { end } else { at };
            put(input, at, end, chance.of(words).map_or(&[][..], |it| it.as_bytes()));
        }
        _ if chance.once_in(8) => input.truncate(at),
        _ => with(input, at, |byte| *byte = byte.swap_bytes() ^ 0x20),
    }
}

fn with(input: &mut [u8], at: usize, change: impl FnOnce(&mut u8)) {
    if let Some(byte) = input.get_mut(at) {
        change(byte);
    }
}

/// Puts a piece in the place of what is there.
fn put(input: &mut Vec<u8>, at: usize, end: usize, piece: &[u8]) {
    let end = end.min(input.len());
    input.splice(at.min(end)..end, piece.iter().copied());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_change_leaves_what_fits() {
        let mut chance = Chance::new(1);
        let (mut input, mut lengths) = (Vec::new(), std::collections::BTreeSet::new());
        for _ in 0..20_000 {
            mutate(&mut input, &mut chance, &["word"], b"another input", 500);
            assert!(input.len() <= 500);
            lengths.insert(input.len());
        }
        assert!(lengths.len() > 300, "{} lengths", lengths.len());
    }
}
