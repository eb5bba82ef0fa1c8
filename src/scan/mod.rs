//! Reading QR codes with the camera: pictures from `camera`, their text from `reader`. Knows nothing of links and codes.

mod camera;
mod reader;

use gloo::timers::future::TimeoutFuture;
use web_sys::HtmlVideoElement;

pub use camera::Camera;
use reader::Reader;

/// Between two looks, in milliseconds: a person holds still for longer, and the page stays free.
const LOOK_EVERY_MS: u32 = 120;

/// Why nothing is read; each is a notice, by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanError {
    /// The person, or a policy, said no.
    Refused,
    /// There is none, or another program has it.
    Missing,
    /// The page came over plain http: browsers give it no camera.
    Insecure,
    /// The part that reads QR codes could not be loaded.
    NoReader,
}

impl ScanError {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refused => "camera-refused",
            Self::Missing => "camera-missing",
            Self::Insecure => "camera-insecure",
            Self::NoReader => "scanner-missing",
        }
    }
}

/// Looks until a QR code is read; ends by being dropped.
pub async fn look(video: &HtmlVideoElement) -> Result<String, ScanError> {
    let reader = Reader::load().await?;
    loop {
        if let Some(text) = reader.read(video).await? {
            return Ok(text);
        }
        TimeoutFuture::new(LOOK_EVERY_MS).await;
    }
}
