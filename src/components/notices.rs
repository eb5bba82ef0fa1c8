//! What happened, what was kept, what to do next: sentences above the page, never in its way.

use std::rc::Rc;

use yew::prelude::*;

use super::icons::{Icon, Sign};
use crate::{
    hooks::use_session,
    session::Notice,
    texts::{changing, t},
};

/// Properties of [`Notices`].
#[derive(PartialEq, Properties)]
pub struct NoticesProps {
    /// What to tell, oldest first.
    pub notices: Rc<[Notice]>,
}

/// Draws all notices. The container stays on the page, so that screen readers hear what comes into it.
#[component]
pub fn Notices(props: &NoticesProps) -> Html {
    let session = use_session();
    let notice = |notice: &Notice| {
        let (session, id) = (session.clone(), notice.id);
        let dismiss = Callback::from(move |_: MouseEvent| session.dismiss(id));
        html! {
            <div class="notice" key={id} data-testid="notice" data-code={notice.code}>
                <p>{ changing(notice.text.clone()) }</p>
                <button type="button" class="icon-button" onclick={dismiss} aria-label={t!("dismiss")}>
                    <Sign icon={Icon::Close} />
                </button>
            </div>
        }
    };
    html! { <div class="notices" role="status" aria-label={t!("notices")}>{ for props.notices.iter().map(notice) }</div> }
}
