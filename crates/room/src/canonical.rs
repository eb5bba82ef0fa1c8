//! The canonical form for others than events: what envelopes, letters and messages are held to as well.
//!
//! One pass over the bytes says whether they are the one encoding of what they say ([`check`]); so nothing need be written again
//! to find out, and fields that this build does not know may stand in them.

use crate::{EventError, scan};

/// Whether `bytes` are one value in canonical DAG-CBOR: shortest definite heads; unique text keys, shorter first; UTF-8; links
/// alone tagged; finite 64-bit floats; at most [`crate::limits::NESTING`] levels; nothing after.
///
/// # Errors
/// [`EventError::NotCanonical`], [`EventError::TooDeep`], or [`EventError::Malformed`] where it is no DAG-CBOR at all.
pub fn check(bytes: &[u8]) -> Result<(), EventError> {
    scan::check(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_broken_rule_is_told() {
        let good: [&[u8]; 6] =
            [&[0xa0], &[0x80], &[0x00], &[0xf6], &[0xa2, 0x61, b'b', 0, 0x62, b'a', b'a', 1], &[0x41, 7]];
        for bytes in good {
            assert_eq!(check(bytes), Ok(()), "{bytes:x?}");
        }
        let other_form: [&[u8]; 6] = [
            &[0x18, 23],
            &[0xa2, 0x62, b'a', b'a', 1, 0x61, b'b', 0],
            &[0xa2, 0x61, b'a', 1, 0x61, b'a', 1],
            &[0x9f, 0xff],
            &[0x00, 0x00],
            &[0xfa, 0, 0, 0, 0],
        ];
        for bytes in other_form {
            assert_eq!(check(bytes), Err(EventError::NotCanonical), "{bytes:x?}");
        }
        let none: [&[u8]; 5] = [&[], &[0xa1, 0x61], &[0xa1, 0, 0], &[0x61, 0xff], &[0xc1, 0]];
        for bytes in none {
            assert_eq!(check(bytes), Err(EventError::Malformed), "{bytes:x?}");
        }
        let nested = |levels: usize| [vec![0x81; levels], vec![0x80]].concat();
        assert_eq!(check(&nested(crate::limits::NESTING * 2)), Err(EventError::TooDeep));
        assert_eq!(check(&nested(crate::limits::NESTING - 2)), Ok(()));
    }

    proptest! {
        #[test]
        fn what_passes_is_what_the_general_encoder_writes(bytes in proptest::collection::vec(any::<u8>(), 0..24)) {
            if check(&bytes).is_ok() {
                let value: Result<ipld_core::ipld::Ipld, _> = serde_ipld_dagcbor::from_slice(&bytes);
                if let Ok(value) = value {
                    prop_assert_eq!(serde_ipld_dagcbor::to_vec(&value).unwrap(), bytes);
                }
            }
        }
    }
}
