//! Waits that vary, so that nodes that were set going together do not act together for ever.

use paceline_mesh::replica::Millis;

/// Up to a quarter more or less. `random` fills with random bytes.
pub(crate) fn vary(wait: Millis, random: fn(&mut [u8])) -> Millis {
    let mut byte = [0];
    random(&mut byte);
    let [byte] = byte;
    wait - wait / 4 + wait / 2 * Millis::from(byte) / 255
}
