//! Posts whose past is not here yet, at the end of the road: the newest page can be read while the rest comes. Nothing can be
//! done with them, since what they build on may say otherwise.

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    components::{disc::disc_of, written::words_of},
    people,
    session::{Here, People, Unchecked},
    texts::t,
    when,
};

/// Properties of [`UncheckedPosts`].
#[derive(PartialEq, Properties)]
pub struct UncheckedProps {
    /// In display order.
    pub posts: Rc<[Unchecked]>,
    /// Who is known so far.
    pub people: People,
}

/// Draws them.
#[component]
pub fn UncheckedPosts(props: &UncheckedProps) -> Html {
    let draw = |post: &Unchecked| {
        let person = props.people.find(&post.author);
        let label = format!("n-{}", post.cid);
        html! {
            <article class="post level-0 next-0 unchecked" key={post.cid.to_string()} tabindex="-1" aria-labelledby={label.clone()}
                data-testid="post" data-cid={post.cid.to_string()} data-kind={post.kind.name()} data-sent="sent"
                data-contested="false" data-checked="false">
                { match person {
                    Some(it) => disc_of(&it.person, &it.name, it.here, false),
                    None => disc_of(&people::stranger(post.author), &people::nameless(&post.author), Here::Gone, false),
                } }
                <div class="post-body">
                    <header class="post-head">
                        <span class="post-author" dir="auto" id={label} data-testid="post-author" translate="no">{ people::name_in(&props.people, &post.author) }</span>
                        <time datetime={when::iso(post.at)}>{ when::clock(post.at) }</time>
                        <span class="mark" title={t!("unchecked-title")}>{ t!("unchecked") }</span>
                    </header>
                    <div class="post-text" data-testid="post-text" key={post.text.is_some().to_string()}>
                        { match &post.text {
                            Some(text) => words_of(&text.as_str().into(), &Rc::default()),
                            None => html! { <p class="trace">{ t!("words-missing") }</p> },
                        } }
                    </div>
                </div>
            </article>
        }
    };
    html! { <div class="road" role="feed" aria-label={t!("unchecked-posts")}>{ for props.posts.iter().map(draw) }</div> }
}
