//! Compressed bodies: which one a browser accepts, and making it when none was built beforehand.

use std::io::Write;

use anyhow::Result;

/// How a body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// gzip (RFC 1952).
    Gzip,
    /// Brotli (RFC 7932).
    Brotli,
}

/// Brotli's quality (0-11) for bodies compressed on the way out: close to the smallest in a tenth of the time.
const BROTLI_QUALITY: i32 = 7;
/// Brotli's largest standard window, 2^22 bytes.
const BROTLI_WINDOW: i32 = 22;

impl Encoding {
    /// The best one that an `Accept-Encoding` header allows (RFC 9110, section 12.5.3; only a weight of zero counts).
    pub fn accepted(header: &str) -> Self {
        let allows = |name: &str| {
            header.split(',').any(|part| {
                let mut fields = part.split(';').map(str::trim);
                fields.next().is_some_and(|token| token.eq_ignore_ascii_case(name))
                    && !fields.any(|field| {
                        field.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).is_some_and(|q| q <= 0.0)
                    })
            })
        };
        if allows("br") {
            Self::Brotli
        } else if allows("gzip") {
            Self::Gzip
        } else {
            Self::Identity
        }
    }

    /// The value of `Content-Encoding`.
    pub fn token(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    /// What a file compressed beforehand has after its name.
    pub fn suffix(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some(".gz"),
            Self::Brotli => Some(".br"),
        }
    }

    /// Compresses a body.
    ///
    /// # Errors
    /// Only what the compressor reports; writing to memory does not fail.
    pub fn encode(self, body: &[u8]) -> Result<Vec<u8>> {
        match self {
            Self::Identity => Ok(body.to_vec()),
            Self::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(body)?;
                Ok(encoder.finish()?)
            }
            Self::Brotli => {
                let params = brotli::enc::BrotliEncoderParams {
                    quality: BROTLI_QUALITY,
                    lgwin: BROTLI_WINDOW,
                    ..Default::default()
                };
                let mut encoded = Vec::new();
                brotli::BrotliCompress(&mut &*body, &mut encoded, &params)?;
                Ok(encoded)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn the_best_accepted_encoding_is_chosen() {
        for (header, expected) in [
            ("gzip, deflate, br, zstd", Encoding::Brotli),
            ("gzip, br;q=0", Encoding::Gzip),
            ("GZIP;q=0.5", Encoding::Gzip),
            ("brotli", Encoding::Identity),
            ("gzip;q=0.0", Encoding::Identity),
            ("", Encoding::Identity),
        ] {
            assert_eq!(Encoding::accepted(header), expected, "{header}");
        }
    }

    #[test]
    fn what_is_compressed_comes_back_the_same() {
        let body = b"paceline ".repeat(1_000);
        let mut gzip = Vec::new();
        flate2::read::GzDecoder::new(&Encoding::Gzip.encode(&body).unwrap()[..]).read_to_end(&mut gzip).unwrap();
        assert_eq!(gzip, body);
        let mut plain = Vec::new();
        let compressed = Encoding::Brotli.encode(&body).unwrap();
        assert!(compressed.len() < body.len() / 10);
        brotli::BrotliDecompress(&mut &compressed[..], &mut plain).unwrap();
        assert_eq!(plain, body);
    }
}
