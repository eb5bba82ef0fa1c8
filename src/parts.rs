//! Parts of the page that come when they are asked for: files of their own, which `cargo xtask dist` cuts from the page where a
//! [`part!`] stands. What only they reach goes with them. In every other build (without the feature `split`) a part is a direct call.
//!
//! A part is asked for what it is for once, which may fail; what it gave is kept, and called from then on like everything else.

use std::{future::Future, pin::Pin, sync::OnceLock};

/// What a part gives, once it is here.
pub type Coming<D> = Pin<Box<dyn Future<Output = Result<D, Missing>>>>;

/// A part did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing;

#[cfg(feature = "split")]
impl From<wasm_split_helpers::SplitLoaderError> for Missing {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Self
    }
}

/// A part: what it gives is a function, made with [`part!`].
pub struct Part<D: 'static> {
    own: Option<D>,
    ask: Option<fn() -> Coming<D>>,
    kept: OnceLock<D>,
}

impl<D: Copy> Part<D> {
    /// A part that is in the page itself.
    #[cfg_attr(feature = "split", expect(dead_code, reason = "parts are files there"))]
    pub const fn own(it: D) -> Self {
        Self { own: Some(it), ask: None, kept: OnceLock::new() }
    }

    /// A part that comes.
    #[cfg_attr(not(feature = "split"), expect(dead_code, reason = "parts are in the page there"))]
    pub const fn later(ask: fn() -> Coming<D>) -> Self {
        Self { own: None, ask: Some(ask), kept: OnceLock::new() }
    }

    /// What it gives, as soon as it is here.
    ///
    /// # Errors
    /// It did not come.
    pub async fn need(&self) -> Result<D, Missing> {
        match (self.here(), self.ask) {
            (Some(here), _) => Ok(here),
            // Whoever asks at the same time is given the same.
            (None, Some(ask)) => ask().await.map(|it| *self.kept.get_or_init(|| it)),
            (None, None) => Err(Missing),
        }
    }

    /// What it gives, if it is here.
    pub fn here(&self) -> Option<D> {
        self.own.or_else(|| self.kept.get().copied())
    }
}

/// A part, whatever it gives.
pub trait Comes {
    /// Whether it is here.
    fn is_here(&self) -> bool;

    /// Asks for it, again if it did not come.
    fn come(&'static self) -> Coming<()>;
}

impl<D: Copy + Send + Sync> Comes for Part<D> {
    fn is_here(&self) -> bool {
        self.here().is_some()
    }

    fn come(&'static self) -> Coming<()> {
        Box::pin(async { self.need().await.map(|_| ()) })
    }
}

/// `part!(settings: fn(&Context) -> Html = draw)` is what knows that part: whatever names the same file shares it.
#[cfg(feature = "split")]
macro_rules! part {
    ($file:ident: $what:ty = $it:expr) => {
        || {
            // What is cut apart is put together by names, which Rust trusts nobody with. Here alone: of what is named so, the tool
            // that cuts writes both sides.
            #[allow(unsafe_code)]
            #[wasm_split_helpers::wasm_split($file, fallible, preload(#[allow(unsafe_code)] preload))]
            fn later() -> Result<$what, $crate::parts::Missing> {
                Ok($it)
            }
            static PART: $crate::parts::Part<$what> = $crate::parts::Part::later(|| Box::pin(later()));
            &PART
        }
    };
}

/// `part!(settings: fn(&Context) -> Html = draw)` is what knows that part, which is in the page itself.
#[cfg(not(feature = "split"))]
macro_rules! part {
    ($file:ident: $what:ty = $it:expr) => {
        || {
            static PART: $crate::parts::Part<$what> = $crate::parts::Part::own($it);
            &PART
        }
    };
}

pub(crate) use part;
