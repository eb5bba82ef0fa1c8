//! Reads QR codes in what a video shows: by the browser itself where it can (Barcode Detection API), else in the worker of
//! `crates/scan`, which is only then loaded.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures::{StreamExt as _, channel::mpsc, lock::Mutex};
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement, MessageEvent, Worker};

use super::ScanError;

/// The script that starts the worker, beside the page: written by Trunk. A module, since the policy forbids `importScripts`.
const SCRIPT: &str = "./paceline-scan_loader.js";
/// The name of the page's policy of trusted types.
const POLICY: &str = "paceline";
/// The longer side of a picture that is looked at, in pixels; in turn, since a hand that does not move shows the same again.
const MOST_SIDE: [f64; 2] = [960.0, 860.0];

/// One of the two.
pub enum Reader {
    /// The browser's own.
    Browser(JsValue),
    /// Ours.
    Worker(Box<Ours>),
}

impl Reader {
    /// The browser's, or else ours.
    pub async fn load() -> Result<Self, ScanError> {
        match browsers_own().await {
            Some(detector) => Ok(Self::Browser(detector)),
            None => Ours::load().await.map(Box::new).map(Self::Worker),
        }
    }

    /// The text of a QR code that the video shows just now.
    pub async fn read(&self, video: &HtmlVideoElement) -> Result<Option<String>, ScanError> {
        match self {
            Self::Browser(detector) => Ok(detect(detector, video).await),
            Self::Worker(worker) => worker.read(video).await,
        }
    }
}

/// A `BarcodeDetector` that reads QR codes.
async fn browsers_own() -> Option<JsValue> {
    let class: Function = Reflect::get(&js_sys::global(), &"BarcodeDetector".into()).ok()?.dyn_into().ok()?;
    let formats: Function = Reflect::get(&class, &"getSupportedFormats".into()).ok()?.dyn_into().ok()?;
    let formats: Promise = formats.call0(&class).ok()?.dyn_into().ok()?;
    let formats = JsFuture::from(formats).await.ok()?;
    let qr = JsValue::from("qr_code");
    if !Array::from(&formats).includes(&qr, 0) {
        return None;
    }
    let options = Object::new();
    Reflect::set(&options, &"formats".into(), &Array::of1(&qr)).ok()?;
    Reflect::construct(&class, &Array::of1(&options)).ok()
}

async fn detect(detector: &JsValue, video: &HtmlVideoElement) -> Option<String> {
    let method: Function = Reflect::get(detector, &"detect".into()).ok()?.dyn_into().ok()?;
    let found: Promise = method.call1(detector, video).ok()?.dyn_into().ok()?;
    // Fails while the video has no picture yet.
    let found = JsFuture::from(found).await.ok()?;
    Reflect::get(&Array::from(&found).get(0), &"rawValue".into()).ok()?.as_string()
}

/// The worker of `crates/scan`.
pub struct Ours {
    worker: Worker,
    answers: Mutex<mpsc::UnboundedReceiver<JsValue>>,
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    /// How many pictures were looked at.
    looked: Cell<usize>,
    _listeners: [Closure<dyn Fn(JsValue)>; 2],
}

impl Drop for Ours {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Ours {
    async fn load() -> Result<Self, ScanError> {
        let worker = start_worker().ok_or(ScanError::NoReader)?;
        let (tell, mut answers) = mpsc::unbounded();
        let tell = Rc::new(RefCell::new(Some(tell)));
        let told = tell.clone();
        let on_message = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
            if let (Some(tell), Some(event)) = (&*told.borrow(), event.dyn_ref::<MessageEvent>()) {
                let _ = tell.unbounded_send(event.data());
            }
        });
        // No answer comes any more: whoever waits for one is told by the end of the channel.
        let on_error = Closure::<dyn Fn(JsValue)>::new(move |_| drop(tell.borrow_mut().take()));
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        let (canvas, context) = canvas().ok_or(ScanError::NoReader)?;
        let ready = answers.next().await.is_some();
        let answers = Mutex::new(answers);
        let looked = Cell::default();
        let ours = Self { worker, answers, canvas, context, looked, _listeners: [on_message, on_error] };
        ready.then_some(ours).ok_or(ScanError::NoReader)
    }

    async fn read(&self, video: &HtmlVideoElement) -> Result<Option<String>, ScanError> {
        let Some(picture) = self.picture(video) else { return Ok(None) };
        let mut answers = self.answers.lock().await;
        self.worker.post_message(&picture).map_err(|_| ScanError::NoReader)?;
        answers.next().await.map(|text| text.as_string()).ok_or(ScanError::NoReader)
    }

    /// `{width, height, rgba}` of what the video shows; `None` while it shows nothing.
    fn picture(&self, video: &HtmlVideoElement) -> Option<Object> {
        let (width, height) = (f64::from(video.video_width()), f64::from(video.video_height()));
        if width < 1.0 || height < 1.0 {
            return None;
        }
        let looked = self.looked.replace(self.looked.get().wrapping_add(1));
        let scale = (MOST_SIDE[looked % MOST_SIDE.len()] / width.max(height)).min(1.0);
        let (width, height) = ((width * scale).round(), (height * scale).round());
        self.canvas.set_width(width as u32);
        self.canvas.set_height(height as u32);
        self.context.draw_image_with_html_video_element_and_dw_and_dh(video, 0.0, 0.0, width, height).ok()?;
        let pixels = self.context.get_image_data(0.0, 0.0, width, height).ok()?.data();
        let picture = Object::new();
        for (name, value) in [
            ("width", width.into()),
            ("height", height.into()),
            ("rgba", js_sys::Uint8Array::from(&pixels.0[..]).into()),
        ] {
            let value: JsValue = value;
            Reflect::set(&picture, &name.into(), &value).ok()?;
        }
        Some(picture)
    }
}

fn canvas() -> Option<(HtmlCanvasElement, CanvasRenderingContext2d)> {
    let canvas: HtmlCanvasElement = web_sys::window()?.document()?.create_element("canvas").ok()?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"willReadFrequently".into(), &true.into()).ok()?;
    let context = canvas.get_context_with_context_options("2d", &options).ok()??.dyn_into().ok()?;
    Some((canvas, context))
}

thread_local! {
    /// The script's name as a trusted type: the page's policy lets it be made once.
    static TRUSTED: Option<JsValue> = trusted(&js_sys::global());
}

/// A module worker. The page's policy wants scripts named by a trusted type, where the browser knows them.
fn start_worker() -> Option<Worker> {
    let global = js_sys::global();
    let class: Function = Reflect::get(&global, &"Worker".into()).ok()?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"type".into(), &"module".into()).ok()?;
    let script = TRUSTED.with(Clone::clone).unwrap_or_else(|| SCRIPT.into());
    Reflect::construct(&class, &Array::of2(&script, &options)).ok()?.dyn_into().ok()
}

fn trusted(global: &JsValue) -> Option<JsValue> {
    let types = Reflect::get(global, &"trustedTypes".into()).ok().filter(|types| types.is_object())?;
    let create: Function = Reflect::get(&types, &"createPolicy".into()).ok()?.dyn_into().ok()?;
    // It makes nothing but the one script's name.
    let make = Closure::<dyn Fn() -> JsValue>::new(|| SCRIPT.into());
    let rules = Object::new();
    Reflect::set(&rules, &"createScriptURL".into(), make.as_ref()).ok()?;
    let policy = create.call2(&types, &POLICY.into(), &rules).ok()?;
    let method: Function = Reflect::get(&policy, &"createScriptURL".into()).ok()?.dyn_into().ok()?;
    method.call1(&policy, &SCRIPT.into()).ok()
}
