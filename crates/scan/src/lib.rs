//! Reads QR codes in pictures of a camera. It knows no camera and no page: bytes in, text out.
//!
//! A crate of its own, so that it is no part of what everybody downloads: most browsers on phones read QR codes themselves, and
//! most people never scan one.

/// Larger pictures are not looked at, in pixels: a camera asked for 1280 by 720 gives 921,600.
pub const MAX_PIXELS: usize = 4_000_000;
/// Bytes of a pixel as a canvas has it: red, green, blue, opacity.
const RGBA: usize = 4;

/// The text of the first QR code in a picture, as a canvas holds it (rows of RGBA). `None`: there is none that can be read.
pub fn read(width: usize, height: usize, rgba: &[u8]) -> Option<String> {
    let pixels = width.checked_mul(height).filter(|pixels| (1..=MAX_PIXELS).contains(pixels))?;
    if rgba.len() != pixels.checked_mul(RGBA)? {
        return None;
    }
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        brightness(rgba.get((y * width + x) * RGBA..).unwrap_or_default())
    });
    // Of several finds some are often no codes at all.
    picture.detect_grids().iter().find_map(|grid| grid.decode().ok().map(|(_, text)| text))
}

/// ITU-R BT.601, in 256ths.
fn brightness(pixel: &[u8]) -> u8 {
    let [red, green, blue, ..] = pixel else { return 0 };
    let sum = 77 * u32::from(*red) + 150 * u32::from(*green) + 29 * u32::from(*blue);
    u8::try_from(sum >> 8).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A code on grey, `scale` pixels a module.
    fn picture(text: &str, scale: usize) -> (usize, Vec<u8>) {
        let code = fast_qr::QRBuilder::new(text).build().unwrap();
        let side = (code.size + 8) * scale;
        let mut rgba = Vec::new();
        for y in 0..side {
            for x in 0..side {
                let (x, y) = (x / scale, y / scale);
                let inside = (4..code.size + 4).contains(&x) && (4..code.size + 4).contains(&y);
                let dark = inside && code[y - 4][x - 4].value();
                rgba.extend_from_slice(if dark { &[20, 30, 40, 255] } else { &[200, 210, 190, 255] });
            }
        }
        (side, rgba)
    }

    #[test]
    fn a_link_and_a_code_by_hand_are_read() {
        let code = format!("INVITE:{}", "8K$2+Z/-%A".repeat(39));
        for (text, scale) in [("https://example.org/#/r/AbC-_9", 4), (code.as_str(), 3)] {
            let (side, rgba) = picture(text, scale);
            assert_eq!(read(side, side, &rgba).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_picture_without_a_code_gives_nothing() {
        assert_eq!(read(64, 64, &[128; 64 * 64 * 4]), None);
    }

    #[test]
    fn what_is_no_picture_gives_nothing() {
        assert_eq!(read(0, 0, &[]), None);
        assert_eq!(read(2, 2, &[0; 15]), None);
        assert_eq!(read(usize::MAX, 2, &[0; 16]), None);
    }
}
