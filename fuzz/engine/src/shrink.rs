//! The smallest input that still fails: pieces are left out, ever smaller ones, then bytes are made plain (a simple *ddmin*: Zeller and
//! Hildebrandt, *Simplifying and Isolating Failure-Inducing Input*, 2002).

/// How often it is tried.
const TRIES: usize = 20_000;

/// Makes a list shorter as long as it fails: ever smaller pieces of it are left out. `fails` is asked what else would, and says when to
/// give up by saying no.
pub fn leave_out<T: Clone>(list: Vec<T>, mut fails: impl FnMut(&[T]) -> bool) -> Vec<T> {
    let mut least = list;
    let mut piece = least.len().div_ceil(2);
    while piece > 0 {
        let (mut at, before) = (0, least.len());
        while at < least.len() {
            let shorter = [least.get(..at), least.get(at + piece..)].into_iter().flatten().collect::<Vec<_>>().concat();
            if shorter.len() < least.len() && fails(&shorter) {
                least = shorter;
            } else {
                at += piece;
            }
        }
        // As long as single ones go, others may follow.
        piece = if piece == 1 && least.len() < before { 1 } else { piece / 2 };
    }
    least
}

/// Makes an input smaller as long as it fails. `fails` is asked what else would.
pub fn shrink(input: Vec<u8>, mut fails: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let mut tries = TRIES;
    let mut try_it = |input: &[u8]| {
        let may = tries > 0;
        tries = tries.saturating_sub(1);
        may && fails(input)
    };
    let mut least = leave_out(input, &mut try_it);
    for at in 0..least.len() {
        for plain in *b"0a" {
            let mut plainer = least.clone();
            let Some(byte) = plainer.get_mut(at).filter(|it| !it.is_ascii_alphanumeric()) else { break };
            *byte = plain;
            if try_it(&plainer) {
                least = plainer;
                break;
            }
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_makes_it_fail_is_left() {
        let input: Vec<u8> = (0..200).collect();
        let fails = |it: &[u8]| it.contains(&17) && it.contains(&180) && it.len() >= 3;
        let least = shrink(input, fails);
        assert!(least.len() == 3 && least.contains(&17) && least.contains(&180), "{least:?}");
    }

    #[test]
    fn it_ends_even_if_everything_fails() {
        assert_eq!(shrink(vec![1; 100_000], |_| true), b"");
        assert_eq!(shrink(vec![1; 10], |_| false), [1; 10]);
    }
}
