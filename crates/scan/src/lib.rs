//! Reads QR codes in pictures of a camera. It knows no camera and no page: bytes in, text out.
//!
//! A crate of its own, so that it is no part of what everybody downloads: most browsers on phones read QR codes themselves, and
//! most people never scan one.
#![forbid(unsafe_code)]

/// Larger pictures are not looked at, in pixels: a camera asked for 1280 by 720 gives 921,600.
pub const MAX_PIXELS: usize = 4_000_000;
/// Bytes of a pixel as a canvas has it: red, green, blue, opacity.
const RGBA: usize = 4;

/// How much smaller a picture is tried again in which nothing was read, in hundredths of its sides. At some sizes one in ten of codes as
/// large as ours is not found, and a hand that does not move shows the same again.
const SMALLER: [usize; 4] = [90, 80, 66, 50];

/// The text of the first QR code in a picture, as a canvas holds it (rows of RGBA). `None`: there is none that can be read.
pub fn read(width: usize, height: usize, rgba: &[u8]) -> Option<String> {
    let pixels = width.checked_mul(height).filter(|pixels| (1..=MAX_PIXELS).contains(pixels))?;
    if rgba.len() != pixels.checked_mul(RGBA)? {
        return None;
    }
    let grey = Grey { width, height, pixels: rgba.chunks(RGBA).map(brightness).collect() };
    grey.read().or_else(|| SMALLER.iter().find_map(|hundredths| grey.smaller(*hundredths).read()))
}

/// A picture without colours.
struct Grey {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Grey {
    fn at(&self, x: usize, y: usize) -> u8 {
        self.pixels.get(y * self.width + x).copied().unwrap_or(0)
    }

    fn read(&self) -> Option<String> {
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(self.width, self.height, |x, y| self.at(x, y));
        // Of several finds some are often no codes at all.
        picture.detect_grids().iter().find_map(|grid| grid.decode().ok().map(|(_, text)| text))
    }

    /// The same with sides of so many hundredths: each pixel is the mean of what it covers, row by row and then column by column.
    fn smaller(&self, hundredths: usize) -> Self {
        let side = |all: usize| (all * hundredths / 100).max(1);
        let (width, height) = (side(self.width), side(self.height));
        let rows =
            (0..self.height).flat_map(|y| (0..width).map(move |x| mean(self.width, width, x, |at| self.at(at, y))));
        let narrow = Self { width, height: self.height, pixels: rows.collect() };
        let narrow = &narrow;
        let pixels =
            (0..height).flat_map(|y| (0..width).map(move |x| mean(self.height, height, y, |at| narrow.at(x, at))));
        Self { width, height, pixels: pixels.collect() }
    }
}

/// What the pixel at this place of `few` covers of `many`, each by how much of it.
fn mean(many: usize, few: usize, at: usize, pixel: impl Fn(usize) -> u8) -> u8 {
    // In parts of which a pixel of the many has `few`, and one of the few `many`.
    let (from, to) = (at * many, (at + 1) * many);
    let covered = |it: usize| to.min((it + 1) * few) - from.max(it * few);
    let sum: usize = (from / few..to.div_ceil(few)).map(|it| covered(it) * usize::from(pixel(it))).sum();
    u8::try_from(sum / many).unwrap_or(u8::MAX)
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
    fn codes_by_hand_are_read_at_the_size_at_which_a_camera_happens_to_take_them() {
        let mut drawn = 1_u64;
        let mut draw = |most: usize| {
            drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (drawn >> 33) as usize % most
        };
        for _ in 0..24 {
            let letters = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
            let long = 380 + draw(60);
            let code: String = (0..long).map(|_| char::from(letters[draw(letters.len())])).collect();
            let text = format!("INVITE:{code}");
            // In the middle of what a camera takes, which the canvas has at three quarters of its size.
            let modules = fast_qr::QRBuilder::new(text.as_str()).build().unwrap().size + 8;
            let (side, code) = picture(&text, 648 / modules);
            let mut film = Grey { width: 1280, height: 720, pixels: vec![150; 1280 * 720] };
            let (left, top) = ((film.width - side) / 2, (film.height - side) / 2);
            for (y, row) in code.chunks(side * RGBA).enumerate() {
                for (x, pixel) in row.chunks(RGBA).enumerate() {
                    film.pixels[(top + y) * film.width + left + x] = brightness(pixel);
                }
            }
            let canvas = film.smaller(75);
            let rgba: Vec<u8> = canvas.pixels.iter().flat_map(|it| [*it, *it, *it, 255]).collect();
            assert_eq!(read(canvas.width, canvas.height, &rgba).as_deref(), Some(&*text));
        }
    }

    #[test]
    fn a_smaller_picture_has_the_means_of_what_it_covers() {
        let grey = Grey { width: 4, height: 2, pixels: vec![0, 100, 200, 40, 20, 80, 100, 60] };
        let half = grey.smaller(50);
        assert_eq!((half.width, half.height, half.pixels), (2, 1, vec![50, 100]));
        assert_eq!(grey.smaller(1).pixels, [75]);
        assert_eq!(Grey { width: 3, height: 1, pixels: vec![0, 90, 180] }.smaller(66).pixels, [90]);
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
