//! What comes of what happens in the open room: those who listen are told, and so is the person.

use paceline_room::Cid;

use super::{
    Session, browser,
    engine::Happened,
    error::SessionError,
    listen::{EventSeen, Listener, PeerSeen},
    notices::{self, SUPERSEDED},
    view::Notice,
};

/// Notices shown at once; older ones go.
const NOTICES: usize = 20;

impl Session {
    /// Tells the person something. The same thing twice is told once.
    pub fn notify(&self, code: &'static str, text: impl Into<String>) {
        self.notify_about(code, text, None);
    }

    pub(super) fn notify_about(&self, code: &'static str, text: impl Into<String>, about: Option<Cid>) {
        if code == SUPERSEDED {
            // Who went elsewhere meanwhile knows.
            return;
        }
        let (text, id) = (text.into(), self.0.next_notice.get());
        self.0.next_notice.set(id + 1);
        let mut notices = self.0.notices.borrow_mut();
        if notices.iter().any(|it| it.code == code && it.text == text && it.about == about) {
            return;
        }
        notices.push(Notice { code, text, about, id });
        if notices.len() > NOTICES {
            notices.remove(0);
        }
        drop(notices);
        self.publish();
    }

    /// Takes a notice away.
    pub fn dismiss(&self, id: u32) {
        self.0.notices.borrow_mut().retain(|it| it.id != id);
        self.publish();
    }

    /// Reacts to what the engine of the open room tells.
    pub(super) fn on_happened(&self, what: Happened) {
        match what {
            Happened::Admitted { cid, author, kind } => {
                let seen = EventSeen { cid, author, kind };
                self.0.board.each(|it| {
                    if let Listener::Event(call) = it {
                        call(&seen);
                    }
                });
                self.publish_calmly();
                self.note_soon();
            }
            Happened::Peer { node, up } => {
                if up {
                    self.greet();
                    if !self.0.met.replace(true) {
                        browser::mark("paceline:first-peer");
                    }
                }
                if up {
                    self.linked_with(node);
                    if let Some(practice) = self.practice() {
                        practice.notify("practice-visited", notices::sentence("practice-visited"));
                    }
                }
                let seen = PeerSeen { node, up };
                self.0.board.each(|it| {
                    if let Listener::Peer(call) = it {
                        call(&seen);
                    }
                });
                self.publish();
            }
            Happened::Changed => self.publish_calmly(),
            Happened::Own => self.publish(),
            Happened::TimeDoubted => self.ask_the_time(),
            Happened::TimeLearned => self.tell_the_time(),
            Happened::KeyTaken => self.give_up_key(),
            // Without a network there is no relay: that is said in other words.
            Happened::Notice(SessionError { code: "no-relay", .. }) if !browser::has_network() => {}
            Happened::Notice(SessionError { code, text }) => self.notify(code, text),
        }
    }

    /// Tells whoever shows what this is about that it changed: the place of a draft, or what a command is about.
    pub(super) fn told(&self, about: &str) {
        self.0.board.each(|it| {
            if let Listener::About(call) = it {
                call(about);
            }
        });
    }
}
