//! IndexedDB and the browser's globals from outside: what a test needs to build old, foreign and broken databases, to look at
//! records as they lie there, and to let the browser refuse things.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Runs a script as the body of an async function with these arguments.
pub async fn script(body: &str, arguments: &[JsValue]) -> JsValue {
    let body = format!("return (async () => {{ {body} }})()");
    let names: Vec<String> = (0..arguments.len()).map(|at| format!("a{at}")).collect();
    let function = Function::new_with_args(&names.join(","), &body);
    let promise: Promise =
        function.apply(&JsValue::NULL, &arguments.iter().collect::<Array>()).expect("runs").unchecked_into();
    JsFuture::from(promise).await.expect("the script succeeds")
}

const HELPERS: &str = "
    const wait = (it) => new Promise((yes, no) => { it.onsuccess = () => yes(it.result); it.onerror = () => no(it.error); });
    const open = (name, version, upgrade) => {
        const request = version ? indexedDB.open(name, version) : indexedDB.open(name);
        request.onupgradeneeded = () => upgrade && upgrade(request.result);
        return wait(request);
    };
    const done = (tx) => new Promise((yes, no) => { tx.oncomplete = () => yes(); tx.onabort = () => no(tx.error); });
";

/// The same with helpers `wait`, `open` and `done`.
pub async fn idb(body: &str, arguments: &[JsValue]) -> JsValue {
    script(&format!("{HELPERS}{body}"), arguments).await
}

/// Puts one record into a store of a database as it is.
pub async fn put(name: &str, store: &str, key: JsValue, value: JsValue) {
    let body = "
        const db = await open(a0);
        const tx = db.transaction(a1, 'readwrite');
        tx.objectStore(a1).put(a3, a2);
        await done(tx);
        db.close();";
    idb(body, &[name.into(), store.into(), key, value]).await;
}

/// Every record of a store: its key as text, and its bytes if it is bytes.
pub async fn records(name: &str, store: &str) -> Vec<(String, Option<Vec<u8>>)> {
    let body = "
        const db = await open(a0);
        const tx = db.transaction(a1);
        const keys = wait(tx.objectStore(a1).getAllKeys()), values = wait(tx.objectStore(a1).getAll());
        const all = [await keys, await values];
        db.close();
        return all;";
    let all: Array = idb(body, &[name.into(), store.into()]).await.unchecked_into();
    let (keys, values): (Array, Array) = (all.get(0).unchecked_into(), all.get(1).unchecked_into());
    let text = |key: JsValue| key.as_string().or_else(|| key.as_f64().map(|it| it.to_string())).unwrap_or_default();
    let bytes = |value: JsValue| value.dyn_into::<Uint8Array>().ok().map(|it| it.to_vec());
    keys.iter().zip(values.iter()).map(|(key, value)| (text(key), bytes(value))).collect()
}

/// Replaces a property for as long as this lives.
pub struct Patched {
    object: Object,
    name: &'static str,
    before: JsValue,
}

impl Patched {
    /// `path`: where the object is, from the global one. `value`: an expression; `before` is what was there.
    pub fn new(path: &[&str], name: &'static str, value: &str) -> Self {
        let object = path.iter().fold(js_sys::global(), |object, name| {
            Reflect::get(&object, &(*name).into()).expect("exists").unchecked_into()
        });
        let before: JsValue = Object::get_own_property_descriptor(&object, &name.into());
        let function = Function::new_with_args("before", &format!("return {value}"));
        let old = if before.is_undefined() { before.clone() } else { get(&before, "value") };
        let descriptor = Object::new();
        let value = function.call1(&JsValue::NULL, &old).expect("an expression");
        for (field, it) in [("value", value), ("configurable", true.into()), ("writable", true.into())] {
            Reflect::set(&descriptor, &field.into(), &it).expect("a plain object");
        }
        Object::define_property(&object, &name.into(), &descriptor);
        Self { object, name, before }
    }
}

impl Drop for Patched {
    fn drop(&mut self) {
        if self.before.is_undefined() {
            let _ = Reflect::delete_property(&self.object, &self.name.into());
        } else {
            Object::define_property(&self.object, &self.name.into(), self.before.unchecked_ref());
        }
    }
}

pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).expect("an object")
}
