//! Which room is open follows the address. Whoever says last where to go is followed, also while another room is being opened;
//! commands set the address first, and end once what they asked for is shown, or when somebody else said otherwise meanwhile.

use paceline_net::{HandCode, LinkError, RoomLink};

use super::{
    Session, browser,
    error::Outcome,
    notices::{self, SUPERSEDED},
};
use crate::address::{self, Place};

impl Session {
    /// The address may say something else: opens the room it names, or shows the start page. What cannot be read is told, and
    /// what is open stays, in the address too.
    pub fn follow_address(&self) {
        let wanted = self.0.wanted.borrow().clone();
        let (session, place) = (self.clone(), address::place());
        match place {
            Place::Room { link, newer } => {
                // In one spelling, and without what somebody put before it: people copy it from there.
                address::replace(&link.url(&address::page()));
                if wanted.as_ref() != Some(&link) {
                    self.0.newer_link.set(newer);
                    self.run(async move { session.go(Some(link)).await });
                }
            }
            Place::Start if wanted.is_some() => self.run(async move { session.go(None).await }),
            Place::Start => {}
            Place::Unreadable(error) => {
                if let Some(link) = wanted {
                    address::replace(&link.url(&address::page()));
                }
                self.notify(error.code(), notices::sentence(error.code()));
            }
        }
    }

    /// Opens the room of a link; resolves when it is shown.
    pub async fn join(&self, link: String) -> Outcome<()> {
        let (link, newer) = RoomLink::find(&link).map_err(|error| match error {
            LinkError::NotALink if HandCode::of(&link).is_some() => notices::error("code-not-link"),
            _ => notices::error(error.code()),
        })?;
        if !self.wants(&link) {
            address::go(&link.url(&address::page()));
        }
        self.0.newer_link.set(newer);
        self.go(Some(link.clone())).await?;
        self.show(&link).await
    }

    /// Leaves the open room; everything stays in this browser.
    pub async fn leave(&self) -> Outcome<()> {
        if self.0.wanted.borrow().is_some() {
            address::go(address::START);
        }
        self.go(None).await
    }

    async fn go(&self, to: Option<RoomLink>) -> Outcome<()> {
        self.want(to.as_ref());
        let Some(link) = to else {
            let _alone = self.0.changing.lock().await;
            if self.0.wanted.borrow().is_some() {
                return Err(notices::error("superseded"));
            }
            self.leave_now().await;
            return Ok(());
        };
        self.0.opening.set(self.0.opening.get() + 1);
        self.publish();
        let newer = self.0.newer_link.take();
        let opened = self.go_now(link.clone()).await;
        if let (true, true, Ok(engine)) = (newer, opened.is_ok(), self.engine()) {
            engine.skipped("newer-link-field");
        }
        self.0.opening.set(self.0.opening.get() - 1);
        self.publish();
        self.settle(&link, opened)
    }

    async fn go_now(&self, link: RoomLink) -> Outcome<()> {
        let _alone = self.0.changing.lock().await;
        self.still_wanted(&link)?;
        if self.is_open(&link) {
            return Ok(());
        }
        self.leave_now().await;
        let opened = self.open_held(link).await;
        self.0.preconnect.take();
        opened
    }

    /// Notes where to go.
    pub(super) fn want(&self, link: Option<&RoomLink>) {
        *self.0.wanted.borrow_mut() = link.cloned();
    }

    /// Whether it is this room that shall be open.
    pub(super) fn wants(&self, link: &RoomLink) -> bool {
        self.0.wanted.borrow().as_ref() == Some(link)
    }

    pub(super) fn is_open(&self, link: &RoomLink) -> bool {
        self.engine().is_ok_and(|engine| engine.link == *link)
    }

    /// Ends what somebody superseded.
    pub(super) fn still_wanted(&self, link: &RoomLink) -> Outcome<()> {
        if self.wants(link) { Ok(()) } else { Err(notices::error("superseded")) }
    }

    /// A room was opened, or could not be.
    pub(super) fn settle(&self, link: &RoomLink, opened: Outcome<()>) -> Outcome<()> {
        self.still_wanted(link)?;
        if let Err(error) = &opened
            && error.code != SUPERSEDED
            && !self.is_open(link)
        {
            // The same link may be tried again.
            self.want(None);
        }
        opened
    }

    /// Ends when the room that was opened is drawn.
    pub(super) async fn show(&self, link: &RoomLink) -> Outcome<()> {
        self.publish_now();
        // It is drawn before the event loop comes round.
        browser::take_turn().await;
        self.still_wanted(link)
    }

    /// Whether a room is being opened.
    pub fn is_opening(&self) -> bool {
        self.0.opening.get() > 0
    }
}
