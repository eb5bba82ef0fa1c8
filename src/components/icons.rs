//! Small line drawings, 20 by 20, in the colour of the text around them. Decoration: what they mean stands beside them
//! in words or in the label of the button.

use yew::prelude::*;

/// Which drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Icon {
    Appreciate,
    BuildOn,
    Question,
    Concern,
    Correct,
    Reply,
    Edit,
    Retract,
    Send,
    Close,
    Down,
    Up,
    Room,
    Stream,
    Loops,
    Settings,
    Network,
    Invite,
    Keys,
    Plus,
    Baton,
    Promise,
    Decision,
    Meeting,
    People,
    More,
    Bell,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Appreciate => "M10 16 C4 12 3 9 3 7 a3.5 3.5 0 0 1 7 -1 a3.5 3.5 0 0 1 7 1 C17 9 16 12 10 16 Z",
            Self::BuildOn => "M3 16 H17 M3 11.5 H13 M10 8 V3 M7.5 5.5 H12.5",
            Self::Question => "M7 7 a3 3 0 1 1 4.6 2.5 C10.4 10.3 10 11 10 12.4 M10 15.6 v.4",
            Self::Concern => "M10 3 V12 M10 15.4 v.6",
            Self::Correct => "M3 15 C6 9 9 19 12 12 S15 5 17 4 M4 5 l4 4 M8 5 l-4 4",
            Self::Reply => "M8 5 L3.5 9.5 L8 14 M4 9.5 H12 a4.5 4.5 0 0 1 4.5 4.5 V16",
            Self::Edit => "M4 16 l.8 -3.4 L13 4.4 l2.6 2.6 L7.4 15.2 Z",
            Self::Retract => "M4.5 6 H15.5 M8 6 V4 h4 v2 M6 6 l.8 10 h6.4 L14 6",
            Self::Send | Self::Up => "M10 16 V4.5 M5 9 l5 -4.8 L15 9",
            Self::Close => "M5 5 L15 15 M15 5 L5 15",
            Self::Down => "M10 4 V15.5 M5 11 l5 4.8 L15 11",
            Self::Room => "M4 17 V6 L10 3 L16 6 V17 M8 17 V11 h4 V17",
            Self::Stream => "M5 3 V17 M9 6 H17 M9 10 H15 M9 14 H17",
            Self::Loops => "M15.5 7 A6 6 0 1 0 16 11 M16 3.5 V7.2 H12.3",
            Self::Settings => "M3 6 H9 M13 6 H17 M3 14 H7 M11 14 H17 M11 4 V8 M9 12 V16",
            Self::Network => {
                "M10 5.5 L5 14 H15 Z M10 5.5 a1.6 1.6 0 1 0 0 -.1 M5 15.6 a1.6 1.6 0 1 0 0 -.1 M15 15.6 a1.6 1.6 0 1 0 0 -.1"
            }
            Self::Invite => {
                "M8.5 11.5 l3 -3 M7 9.5 l-2.2 2.2 a2.6 2.6 0 0 0 3.6 3.6 L10.6 13 M9.4 7 l2.3 -2.3 \
                             a2.6 2.6 0 0 1 3.6 3.6 L13 10.6"
            }
            Self::Keys => "M3 6 H17 V14 H3 Z M6 9 h.1 M10 9 h.1 M14 9 h.1 M7 11.5 H13",
            Self::Meeting => "M10 3 a7 7 0 1 0 .1 0 M10 6 V10.4 L13 12",
            Self::People => {
                "M7.5 9.5 a3 3 0 1 0 -.1 0 M2.5 16.5 C2.5 12.6 12.5 12.6 12.5 16.5 M13 9.5 a2.6 2.6 0 1 0 -.8 -5 M14 12.6 C16.4 12.8 17.5 14.4 17.5 16.5"
            }
            Self::Bell => {
                "M4 14.5 H16 C14.6 13 14.5 11.5 14.5 9 a4.5 4.5 0 0 0 -9 0 C5.5 11.5 5.4 13 4 14.5 Z M8.4 16.8 h3.2"
            }
            Self::More => "M4.5 10 h.1 M10 10 h.1 M15.5 10 h.1",
            Self::Plus => "M10 4 V16 M4 10 H16",
            Self::Decision => {
                "M10 3 V17 M3 7 H17 M3 7 l-1 5 a3 3 0 0 0 5 0 L6 7 M14 7 l-1 5 a3 3 0 0 0 5 0 L17 7 M7 17 H13"
            }
            Self::Promise => "M16.5 9 V15.5 H3.5 V4.5 H12 M7 9 l3 3 L17 4.5",
            Self::Baton => "M4 13.5 L13.5 4 a1.8 1.8 0 0 1 2.5 2.5 L6.5 16 a1.8 1.8 0 0 1 -2.5 -2.5 Z",
        }
    }
}

/// Properties of [`Sign`].
#[derive(PartialEq, Properties)]
pub struct SignProps {
    /// Which drawing.
    pub icon: Icon,
}

/// Draws an icon.
#[component]
pub fn Sign(props: &SignProps) -> Html {
    sign(props.icon)
}

/// The same without a component of its own, where there are hundreds of them.
pub fn sign(icon: Icon) -> Html {
    html! {
        <svg class="sign" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
            <path d={icon.path()} />
        </svg>
    }
}
