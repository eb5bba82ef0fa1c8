//! What web-sys does not have as a stable binding, called by name; and waiting.

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A property; `undefined` if there is none, if it cannot be read, or if `object` has no properties at all.
pub(crate) fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A plain object of these fields.
pub(crate) fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = js_sys::Object::new();
    for (name, value) in fields {
        // A new plain object refuses no property.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

/// Calls a method.
pub(crate) fn call(object: &JsValue, name: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let method: Function = get(object, name).dyn_into()?;
    method.apply(object, &arguments.iter().collect::<Array>())
}

/// Waits so many milliseconds, or longer in a hidden tab.
pub(crate) async fn sleep(millis: i32) {
    let timer = Promise::new(&mut |resolve, _| {
        if call(&js_sys::global(), "setTimeout", &[resolve.clone().into(), millis.into()]).is_err() {
            // No timers: whoever waits goes on at once rather than never.
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    });
    let _ = JsFuture::from(timer).await;
}

/// Web storage by name, where the browser allows it.
pub(crate) fn storage(name: &str) -> Option<web_sys::Storage> {
    get(&js_sys::global(), name).dyn_into().ok()
}

/// The name and message of a thrown value.
pub(crate) fn describe(thrown: &JsValue) -> (String, String) {
    let text = |name| get(thrown, name).as_string().unwrap_or_default();
    (text("name"), text("message"))
}
