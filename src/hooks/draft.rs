//! What somebody writes at a place: kept by the session as they write, so that no form and no closing of one loses a word.

use yew::prelude::*;

use super::use_session;
use crate::{
    browser,
    session::{Draft, Listener, Place, Session},
};

/// Redraws the caller whenever something about this is told: a draft's place, or what a command is about.
#[hook]
pub fn use_about(session: &Session, about: String) {
    let redraw = use_force_update();
    use_effect_with((session.clone(), about), move |(session, about)| {
        let about = about.clone();
        let heard = session.listen(Listener::About(Box::new(move |it| {
            if it == about {
                redraw.force_update();
            }
        })));
        move || drop(heard)
    });
}

/// A draft and what can be done with it.
#[derive(Clone, PartialEq)]
pub struct Drafting {
    session: Session,
    /// Where it is written.
    pub place: Place,
    /// What was written when this was drawn; while it is on its way, what was sent. Whatever sends it asks for [`Drafting::now`].
    pub draft: Draft,
    /// It is on its way: the field shows it and takes nothing.
    pub sending: bool,
}

/// The draft of a place, for the form that is drawn now.
#[hook]
pub fn use_draft(place: Place) -> Drafting {
    let session = use_session();
    use_about(&session, place.to_string());
    {
        let session = session.clone();
        use_effect_with(place, move |place| {
            let place = *place;
            let note = move |open: bool| {
                let (draft, sending) = session.draft(&place);
                if !sending && !draft.is_empty() && draft.open != open {
                    session.set_draft(&place, |it| it.open = open);
                }
            };
            note(true);
            move || note(false)
        });
    }
    let (draft, sending) = session.draft(&place);
    Drafting { session, place, draft, sending }
}

impl Drafting {
    /// What is written now: keys may have come since it was drawn.
    pub fn now(&self) -> Draft {
        self.session.draft(&self.place).0
    }

    /// Notes with what is about to be sent what it is about, unless it is on its way already.
    pub fn note(&self, field: &str, value: &str) {
        if !self.session.draft(&self.place).1 {
            self.write(|draft| draft.set_field(field, value));
        }
    }

    /// Changes it.
    pub fn write(&self, change: impl FnOnce(&mut Draft)) {
        self.session.set_draft(&self.place, |draft| {
            draft.open = true;
            change(draft);
        });
    }

    /// For the field of its words.
    pub fn on_text(&self) -> Callback<InputEvent> {
        let drafting = self.clone();
        Callback::from(move |event: InputEvent| {
            let text = browser::value_of(&event);
            drafting.write(|draft| draft.text = text);
        })
    }

    /// For another field of the form.
    pub fn on_field(&self, name: &'static str) -> Callback<InputEvent> {
        let drafting = self.clone();
        Callback::from(move |event: InputEvent| {
            drafting.write(|draft| draft.set_field(name, &browser::value_of(&event)))
        })
    }

    /// Sends it, once: `done` when it is stored. What is refused is in its field again, and a notice says why.
    pub fn send(&self, act: &'static str, done: impl FnOnce() + 'static) {
        let about = self.place.to_string();
        if self.session.is_running(&about) {
            return;
        }
        match self.session.send(self.place, act) {
            Ok(sent) => self.session.run_once(&about, async move {
                sent.await?;
                done();
                Ok(())
            }),
            Err(error) => self.session.notify(error.code, error.text),
        }
    }
}
