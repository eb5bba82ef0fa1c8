//! A key in shares of which any two give it back: each byte is where a line of its own meets 0, a share one point of each line
//! (Shamir, *How to share a secret*, 1979, with a threshold of two; arithmetic in the field of AES, FIPS 197, section 4).
//!
//! Own code, since a line is all that two of n takes: the crates that are kept well share by polynomials of any degree, generic over
//! fields, and draw coefficients from an operating system that this crate does not have.

use zeroize::Zeroizing;

use super::cipher::KEY;

/// Bytes of a share: which it is, and one for each of the key.
pub const SHARE: usize = 1 + KEY;

/// The point at `x`, which is not 0.
pub(super) fn point(key: &[u8; KEY], slope: &[u8; KEY], x: u8) -> Zeroizing<[u8; SHARE]> {
    let mut share = Zeroizing::new([x; SHARE]);
    let ys = share.iter_mut().skip(1);
    for (y, (at_zero, slope)) in ys.zip(key.iter().zip(slope)) {
        *y = at_zero ^ times(*slope, x);
    }
    share
}

/// Where the lines through two points meet 0; `None` if they are the same point, or one is at 0.
pub(super) fn meet(one: &[u8; SHARE], other: &[u8; SHARE]) -> Option<Zeroizing<[u8; KEY]>> {
    let ([x1, ys1 @ ..], [x2, ys2 @ ..]) = (one, other);
    if *x1 == 0 || *x2 == 0 || x1 == x2 {
        return None;
    }
    // Lagrange's weights at 0; minus is plus.
    let apart = inverse(x1 ^ x2);
    let (weight1, weight2) = (times(*x2, apart), times(*x1, apart));
    let mut key = Zeroizing::new([0; KEY]);
    for (at_zero, (y1, y2)) in key.iter_mut().zip(ys1.iter().zip(ys2)) {
        *at_zero = times(*y1, weight1) ^ times(*y2, weight2);
    }
    Some(key)
}

/// In GF(2^8) modulo x^8 + x^4 + x^3 + x + 1. Neither branches nor looks anything up by what is secret.
fn times(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    for _ in 0..8 {
        product ^= a & (b & 1).wrapping_neg();
        a = (a << 1) ^ (0x1b & (a >> 7).wrapping_neg());
        b >>= 1;
    }
    product
}

/// What times `a` is 1: its 254th power, since the 255th is 1.
fn inverse(a: u8) -> u8 {
    (0..253).fold(a, |power, _| times(power, a))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sharing_calculates_in_the_field_of_aes() {
        // FIPS 197, section 4.2.
        assert_eq!((times(0x57, 0x83), times(0x57, 0x13)), (0xc1, 0xfe));
        for a in 1..=u8::MAX {
            assert_eq!(times(a, inverse(a)), 1, "{a}");
        }
    }

    #[test]
    fn any_two_points_give_the_key_and_one_gives_any_key_as_well() {
        let (key, slope) = ([0xa5; KEY], std::array::from_fn(|at| at as u8 * 7 + 1));
        let points: Vec<_> = (1..=16).map(|x| point(&key, &slope, x)).collect();
        for (at, one) in points.iter().enumerate() {
            for (other_at, other) in points.iter().enumerate() {
                assert_eq!(meet(one, other).map(|it| *it), (at != other_at).then_some(key));
            }
        }
        // For every other key there is a slope with which the first share is the very same.
        let other_key = [0x3c; KEY];
        let other_slope = std::array::from_fn(|at| slope[at] ^ key[at] ^ other_key[at]);
        assert_eq!(*point(&other_key, &other_slope, 1), *points[0]);
        let mut at_zero = *points[0];
        at_zero[0] = 0;
        assert_eq!(meet(&at_zero, &points[1]), None);
    }
}
