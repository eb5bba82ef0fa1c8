//! The camera: asked for when somebody wants to scan, let go as soon as they have.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, HtmlVideoElement, MediaDevices, MediaStream, MediaStreamConstraints, MediaStreamTrack};

use super::ScanError;

/// What is asked of the camera, in pixels: enough for a code of a few hundred characters, little enough to read often.
const SIDES: [(&str, f64); 2] = [("width", 1280.0), ("height", 720.0)];

/// The camera, on for as long as this lives.
pub struct Camera {
    stream: MediaStream,
    video: HtmlVideoElement,
}

impl Camera {
    /// Asks for the camera that looks away from the person, and shows it.
    pub async fn start(video: HtmlVideoElement) -> Result<Self, ScanError> {
        let stream = ask().await?;
        video.set_src_object(Some(&stream));
        let camera = Self { stream, video };
        // Some browsers need to be told, others play by themselves.
        if let Ok(playing) = camera.video.play() {
            let _ = JsFuture::from(playing).await;
        }
        Ok(camera)
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.video.set_src_object(None);
        for track in self.stream.get_tracks().iter() {
            track.unchecked_into::<MediaStreamTrack>().stop();
        }
    }
}

async fn ask() -> Result<MediaStream, ScanError> {
    let window = web_sys::window().ok_or(ScanError::Missing)?;
    if !window.is_secure_context() {
        return Err(ScanError::Insecure);
    }
    // Undefined where a policy takes it away.
    let devices = Reflect::get(&window.navigator(), &"mediaDevices".into()).unwrap_or(JsValue::UNDEFINED);
    let devices: MediaDevices = devices.dyn_into().map_err(|_| ScanError::Missing)?;
    let wanted = js_sys::Object::new();
    let set = |name: &str, value: &JsValue| {
        let _ = Reflect::set(&wanted, &name.into(), value);
    };
    set("facingMode", &"environment".into());
    for (side, pixels) in SIDES {
        let ideal = js_sys::Object::new();
        let _ = Reflect::set(&ideal, &"ideal".into(), &pixels.into());
        set(side, &ideal);
    }
    let constraints = MediaStreamConstraints::new();
    constraints.set_video(&wanted);
    let asked = devices.get_user_media_with_constraints(&constraints).map_err(|_| ScanError::Missing)?;
    let stream = JsFuture::from(asked).await.map_err(|error| why(&error))?;
    stream.dyn_into().map_err(|_| ScanError::Missing)
}

/// By the names of the Media Capture specification, section 10.2.
fn why(error: &JsValue) -> ScanError {
    let name = error.dyn_ref::<DomException>().map(DomException::name).unwrap_or_default();
    match name.as_str() {
        "NotAllowedError" | "SecurityError" => ScanError::Refused,
        _ => ScanError::Missing,
    }
}
