//! Small things the page asks of the browser: focus, clipboard, local preferences, downloads, media queries. Whatever
//! may be missing (private mode, plain http) is an `Option` here, never a panic.

use paceline_store::Settings;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Element, HtmlElement, VisibilityState, Window};

/// The window.
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// The document.
pub fn document() -> Option<Document> {
    window()?.document()
}

/// Whether nobody looks at this tab.
pub fn is_hidden() -> bool {
    document().is_some_and(|it| it.hidden())
}

/// Whether the browser has any network at all; where it does not say, it has.
pub fn has_network() -> bool {
    window().is_none_or(|it| it.navigator().on_line())
}

/// The element that has the keyboard, unless it is the page itself.
pub fn focused() -> Option<HtmlElement> {
    let element = document()?.active_element()?;
    (element.tag_name() != "BODY").then(|| element.dyn_into().ok())?
}

/// Whether what has the keyboard is typed in.
pub fn is_writing() -> bool {
    focused().is_some_and(|it| is_field(&it))
}

/// Whether somebody can type in an element, or choose in it.
pub fn is_field(element: &HtmlElement) -> bool {
    matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT") || element.is_content_editable()
}

/// Whether nothing stands in a field. Of what can be chosen something always does.
pub fn is_empty(field: &HtmlElement) -> bool {
    let value = js_sys::Reflect::get(field, &"value".into()).ok().and_then(|it| it.as_string());
    value.is_some_and(|it| it.trim().is_empty())
}

/// Whether nothing has the keyboard: what had it is gone.
pub fn focus_is_lost() -> bool {
    focused().is_none()
}

/// Gives an element the keyboard.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// Gives the element with this `data-testid` the keyboard.
pub fn focus_handle(handle: &str) {
    if let Some(element) = find(&format!("[data-testid='{handle}']")) {
        focus(&element);
    }
}

/// The first element that matches a selector.
pub fn find(selector: &str) -> Option<Element> {
    document()?.query_selector(selector).ok()?
}

/// The whole address.
pub fn address() -> String {
    window().and_then(|window| window.location().href().ok()).unwrap_or_default()
}

/// The history of this tab.
pub fn history() -> Option<web_sys::History> {
    window()?.history().ok()
}

/// The page's folder, so that pages in other folders of one origin keep apart.
pub fn page_path() -> String {
    let path = window().and_then(|window| window.location().pathname().ok());
    paceline_store::folder(&path.unwrap_or_default())
}

/// A media query that holds now.
pub fn matches_media(query: &str) -> bool {
    window().and_then(|window| window.match_media(query).ok().flatten()).is_some_and(|media| media.matches())
}

/// Copies text; false where the browser does not allow it.
pub async fn copy(text: String) -> bool {
    // `navigator.clipboard` is undefined on pages over plain http.
    let Some(window) = window() else { return false };
    let clipboard = js_sys::Reflect::get(&window.navigator(), &"clipboard".into()).unwrap_or(JsValue::UNDEFINED);
    let Ok(clipboard) = clipboard.dyn_into::<web_sys::Clipboard>() else { return false };
    JsFuture::from(clipboard.write_text(&text)).await.is_ok()
}

/// Whether the browser can hand something to other apps.
pub fn can_share() -> bool {
    window().is_some_and(|window| {
        js_sys::Reflect::get(&window.navigator(), &"share".into()).is_ok_and(|share| share.is_function())
    })
}

/// Lets a person choose where a link goes.
pub async fn share(title: &str, link: &str) -> Option<()> {
    let navigator = window()?.navigator();
    let share: js_sys::Function = js_sys::Reflect::get(&navigator, &"share".into()).ok()?.dyn_into().ok()?;
    let what = js_sys::Object::new();
    for (name, value) in [("title", title), ("url", link)] {
        js_sys::Reflect::set(&what, &name.into(), &value.into()).ok()?;
    }
    let shared: js_sys::Promise = share.call1(&navigator, &what).ok()?.dyn_into().ok()?;
    JsFuture::from(shared).await.ok().map(drop)
}

/// A preference of this browser.
pub fn preference(name: &str) -> Option<String> {
    let former = || window()?.local_storage().ok()??.get_item(&former_name(name)).ok()?;
    Settings::new(&page_path()).get(name).or_else(former)
}

/// Remembers a preference, if this browser remembers anything.
pub fn set_preference(name: &str, value: &str) {
    Settings::new(&page_path()).set(name, Some(value));
}

/// What earlier builds called a preference or a note, whatever the page.
fn former_name(name: &str) -> String {
    format!("paceline.{name}")
}

fn note_name(name: &str) -> String {
    format!("paceline note {} {name}", page_path())
}

/// Something this tab keeps over a reload.
pub fn tab_note(name: &str) -> Option<String> {
    let storage = window()?.session_storage().ok()??;
    let read = |name: &str| storage.get_item(name).ok()?;
    read(&note_name(name)).or_else(|| read(&former_name(name)))
}

/// Keeps something over a reload; an empty value forgets it.
pub fn set_tab_note(name: &str, value: &str) {
    if let Some(storage) = window().and_then(|window| window.session_storage().ok().flatten()) {
        let _ = storage.remove_item(&former_name(name));
        let name = note_name(name);
        let _ = if value.is_empty() { storage.remove_item(&name) } else { storage.set_item(&name, value) };
    }
}

/// What stands in the field that an event comes from.
pub fn value_of(event: &web_sys::InputEvent) -> String {
    let field = event.target().map(JsValue::from).unwrap_or(JsValue::UNDEFINED);
    js_sys::Reflect::get(&field, &"value".into()).ok().and_then(|it| it.as_string()).unwrap_or_default()
}

/// Offers bytes as a file to keep.
pub fn download(bytes: &[u8], name: &str, media_type: &str) -> Option<()> {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(media_type);
    let blob = web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    let address = web_sys::Url::create_object_url_with_blob(&blob).ok()?;
    let anchor: web_sys::HtmlAnchorElement = document()?.create_element("a").ok()?.dyn_into().ok()?;
    anchor.set_href(&address);
    anchor.set_download(name);
    anchor.click();
    // The browser has taken hold of the blob by the time the click returns to the event loop.
    gloo::timers::callback::Timeout::new(10_000, move || {
        let _ = web_sys::Url::revoke_object_url(&address);
    })
    .forget();
    Some(())
}

/// Tells the shell that the page has broken, and why.
pub fn tell_end(why: &str) {
    let about = web_sys::CustomEventInit::new();
    about.set_detail(&why.into());
    let event = web_sys::CustomEvent::new_with_event_init_dict("paceline:panic", &about);
    if let (Some(window), Ok(event)) = (window(), event) {
        let _ = window.dispatch_event(&event);
    }
}

/// Puts the chosen theme (`auto`, `light`, `dark`) on the page.
pub fn show_theme(theme: &str) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        let _ = root.set_attribute("data-theme", theme);
    }
}

/// How long the page is open, in milliseconds: a clock that nobody sets, by which the room's countdowns end.
pub fn uptime() -> f64 {
    window().and_then(|window| window.performance()).map_or(0.0, |it| it.now())
}

/// Whether the page can be seen.
pub fn is_shown() -> bool {
    document().is_some_and(|document| document.visibility_state() == VisibilityState::Visible)
}

/// Now, Unix milliseconds.
pub fn now() -> u64 {
    js_sys::Date::now() as u64
}
