//! What differs between two texts, word by word: the longest words in common stay (Wagner and Fischer, 1974), what is before and
//! behind them alike is never compared. Where too much differs, all of it does.

/// So many pairs of words are compared at most: two texts of five hundred words that have nothing in common.
const MOST: usize = 250_000;

/// A piece of both texts, or of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Of both.
    Same(&'a str),
    /// It was there.
    Gone(&'a str),
    /// It is there now.
    Come(&'a str),
}

/// The pieces in order; of what changes at one place, what is gone comes first.
pub fn difference<'a>(before: &'a str, now: &'a str) -> Vec<Piece<'a>> {
    let (was, is) = (words(before), words(now));
    let first = was.iter().zip(&is).take_while(|(one, other)| one == other).count();
    let least = was.len().min(is.len()) - first;
    let last = was.iter().rev().zip(is.iter().rev()).take(least).take_while(|(one, other)| one == other).count();
    let (begin, rest) = was.split_at(first);
    let (gone, end) = rest.split_at(rest.len() - last);
    let come = is.get(first..is.len() - last).unwrap_or_default();
    let mut pieces: Vec<Piece> = begin.iter().map(|it| Piece::Same(it)).collect();
    if gone.len().saturating_mul(come.len()) > MOST {
        pieces.extend(gone.iter().map(|it| Piece::Gone(it)));
        pieces.extend(come.iter().map(|it| Piece::Come(it)));
    } else {
        compare(gone, come, &mut pieces);
    }
    pieces.extend(end.iter().map(|it| Piece::Same(it)));
    pieces
}

/// Words with the space behind them.
fn words(text: &str) -> Vec<&str> {
    text.split_inclusive(char::is_whitespace).collect()
}

fn compare<'a>(was: &[&'a str], is: &[&'a str], pieces: &mut Vec<Piece<'a>>) {
    // How many words are in common from a place in each on.
    let wide = is.len() + 1;
    let mut common = vec![0_u32; (was.len() + 1) * wide];
    let of = |common: &[u32], at: usize, to: usize| common.get(at * wide + to).copied().unwrap_or_default();
    for (at, one) in was.iter().enumerate().rev() {
        for (to, other) in is.iter().enumerate().rev() {
            let most = match one == other {
                true => of(&common, at + 1, to + 1) + 1,
                false => of(&common, at + 1, to).max(of(&common, at, to + 1)),
            };
            if let Some(it) = common.get_mut(at * wide + to) {
                *it = most;
            }
        }
    }
    let (mut at, mut to) = (0, 0);
    loop {
        match (was.get(at), is.get(to)) {
            (Some(one), Some(other)) if one == other => {
                pieces.push(Piece::Same(other));
                (at, to) = (at + 1, to + 1);
            }
            (Some(one), other) if other.is_none() || of(&common, at + 1, to) >= of(&common, at, to + 1) => {
                pieces.push(Piece::Gone(one));
                at += 1;
            }
            (_, Some(other)) => {
                pieces.push(Piece::Come(other));
                to += 1;
            }
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// As `same -gone +come`.
    fn told(before: &str, now: &str) -> String {
        let piece = |it: &Piece| match it {
            Piece::Same(it) => it.trim().to_owned(),
            Piece::Gone(it) => format!("-{}", it.trim()),
            Piece::Come(it) => format!("+{}", it.trim()),
        };
        difference(before, now).iter().map(piece).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_in_common_stay_and_what_changed_is_told_where_it_stands() {
        for (before, now, expected) in [
            ("", "", ""),
            ("a b c", "a b c", "a b c"),
            ("", "a", "+a"),
            ("a", "", "-a"),
            ("we meet each day", "we meet each week", "we meet each -day +week"),
            ("we meet each day", "we meet on Monday", "we meet -each -day +on +Monday"),
            ("a b c d", "a x c y d", "a -b +x c +y d"),
            ("a a b", "a b", "a -a b"),
            ("one", "one\ntwo", "-one +one +two"),
        ] {
            assert_eq!(told(before, now), expected, "{before} to {now}");
        }
    }

    #[test]
    fn both_texts_can_be_read_from_the_pieces_however_long_they_are() {
        let (before, now) = ("a b c ".repeat(400), "c d ".repeat(600));
        for (before, now) in [(before.as_str(), now.as_str()), ("x  y\nz", "x y\nz"), ("a b", "b a")] {
            let pieces = difference(before, now);
            let read = |left_out: fn(&Piece) -> bool| {
                let text = |it: &Piece| match *it {
                    Piece::Same(it) | Piece::Gone(it) | Piece::Come(it) => it.to_owned(),
                };
                pieces.iter().filter(|it| !left_out(it)).map(text).collect::<String>()
            };
            assert_eq!(read(|it| matches!(it, Piece::Come(_))), before);
            assert_eq!(read(|it| matches!(it, Piece::Gone(_))), now);
        }
    }
}
