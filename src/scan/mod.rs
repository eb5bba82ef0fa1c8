//! Reading QR codes with the camera: pictures from `camera`, their text from `reader`. Knows nothing of links and codes.

mod camera;
mod error;
mod reader;

use gloo::timers::future::TimeoutFuture;
use web_sys::HtmlVideoElement;

pub use camera::Camera;
pub use error::ScanError;
use reader::Reader;

/// Between two looks, in milliseconds: a person holds still for longer, and the page stays free.
const LOOK_EVERY_MS: u32 = 120;

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
