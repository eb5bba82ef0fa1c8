//! "My rooms": what this browser remembers of those that were opened.

use paceline_store::RoomRecord;

use super::{
    Session, browser,
    error::Outcome,
    names,
    notices::storage,
    places::{self, Places, storage_key},
    view::RoomCard,
};
use crate::address;

impl Session {
    /// Remembers the name with the key, to ask "go on as ...?".
    pub(super) async fn note_name(&self) {
        let (Ok(engine), Ok(places)) = (self.engine(), self.places().await) else { return };
        let name = engine.node.replica().fold().person(&engine.me).map(|it| it.name.clone());
        // Only a convenience: the name itself is in the log.
        let _ = places.keys.note_used(engine.me, name.as_deref(), None).await;
    }

    /// Notes what came and what was seen of the open room.
    pub(super) async fn note_news(&self) {
        self.keep_holdings();
        let (Ok(engine), Ok(places)) = (self.engine(), self.places().await) else { return };
        let events = engine.node.replica().log().len();
        // Only "my rooms" counts with it; the next note makes up for one that could not be stored.
        let _ = places.keys.rooms().note(engine.link.room, storage_key(&engine.link), events, engine.seen.get()).await;
    }

    /// Remembers the open room among "my rooms".
    pub(super) async fn note_room(&self) {
        let (Ok(engine), Ok(places)) = (self.engine(), self.places().await) else { return };
        let record = {
            let replica = engine.node.replica();
            let (fold, events) = (replica.fold(), replica.log().len());
            RoomRecord {
                room: engine.link.room,
                db_key: storage_key(&engine.link),
                link_code: engine.link.code(),
                title: fold.title().to_owned(),
                purpose: fold.purpose().to_owned(),
                opened: browser::wall_clock(),
                seen: engine.seen.get(),
                events,
            }
        };
        if let Err(error) = places.keys.rooms().upsert(record).await {
            let error = storage(error);
            self.notify(error.code, error.text);
        }
    }

    /// Reads "my rooms" anew.
    pub(super) async fn list_rooms(&self) {
        let listed = match self.places().await {
            Ok(places) => places.keys.rooms().list().await.map_err(storage),
            Err(error) => Err(error),
        };
        match listed {
            Ok(entries) => {
                let page = address::page();
                let card = |record: RoomRecord| RoomCard {
                    room: record.room,
                    link: format!("{page}{}{}", paceline_net::link::ROUTE, record.link_code),
                    new: record.unseen(),
                    title: names::plain(&record.title),
                    purpose: record.purpose,
                    last_opened: record.opened,
                    events: record.events,
                };
                *self.0.rooms.borrow_mut() = entries.into_iter().map(|entry| card(entry.record)).collect();
            }
            Err(error) => self.notify(error.code, error.text),
        }
        if self.engine().is_ok() {
            // Nobody sees the list of rooms beside one that is open.
            self.publish_calmly();
        } else {
            self.publish();
        }
    }

    /// Keys and databases; opened once. Where nothing can be stored no room is opened: what is shown as sent must be stored. Who
    /// practises has none.
    pub(super) async fn places(&self) -> Outcome<Places> {
        self.may_keep()?;
        let mut opened = self.0.places.lock().await;
        if let Some(places) = &*opened {
            return Ok(places.clone());
        }
        let opening = self.0.opening_keys.take().unwrap_or_else(places::begin);
        let keys = opening.await.map_err(storage)?;
        let places = Places { keys };
        *opened = Some(places.clone());
        Ok(places)
    }
}
