//! What somebody wrote: drawn up to a bound of nodes, the rest when somebody asks for it.

use std::{rc::Rc, sync::Arc};

use web_sys::HtmlElement;
use yew::prelude::*;

use super::{
    icons::{Icon, Sign},
    more::NODES,
};
use crate::{
    browser,
    markdown::{self, mentions::Named},
    people,
    texts::{changing, t},
};

/// Properties of [`Written`].
#[derive(PartialEq, Properties)]
pub struct WrittenProps {
    /// The words, with their marks.
    pub text: Arc<str>,
    /// Nodes at first.
    #[prop_or(NODES)]
    pub nodes: usize,
    /// Those who are named in it.
    #[prop_or_default]
    pub names: Rc<[Named]>,
}

/// What somebody wrote, if there is anything to see in it.
pub fn words_of(text: &Arc<str>, names: &Rc<[Named]>) -> Html {
    if people::is_visible(text) {
        html! { <Written text={text.clone()} names={names.clone()} /> }
    } else {
        html! { <p class="trace">{ t!("nothing-to-see") }</p> }
    }
}

/// Draws it. Other words are another one: give it, or what it stands in, a key.
#[component]
pub fn Written(props: &WrittenProps) -> Html {
    let whole = use_state(|| false);
    let end = use_node_ref();
    let (drawn, left) =
        markdown::begin_naming(&props.text, if *whole { usize::MAX } else { props.nodes }, &props.names);
    let onclick = {
        let (whole, end) = (whole.setter(), end.clone());
        Callback::from(move |_: MouseEvent| {
            // The button goes; reading goes on before the place where it stood.
            if let Some(end) = end.cast::<HtmlElement>() {
                browser::focus(&end);
            }
            whole.set(true);
        })
    };
    if left == 0 && !*whole {
        return drawn;
    }
    // The whole is drawn anew, not patched: see `changing`.
    html! {
        <>
            <><key={whole.to_string()}>{ drawn }</></>
            <div ref={end} class="more" tabindex="-1">
                if left > 0 {
                    <button type="button" class="quiet-button" data-testid="more" {onclick}>
                        <Sign icon={Icon::Down} />{ changing(t!("show-rest", n = left)) }
                    </button>
                }
            </div>
        </>
    }
}
