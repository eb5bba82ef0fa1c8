//! The minutes of a meeting in this page's language, with the names that it shows.

mod decisions;

use paceline_node::People;
use paceline_room::{
    Cid, Day, NodeId,
    minutes::{Heading, Held, Minutes, Wording, html, incident::Sort, markdown, minutes},
    state::{Meeting, Post, PromiseState, TermBy},
};

use super::{Session, error::Outcome, notices};
use crate::{
    parts::{Part, part},
    people,
    texts::{self, t},
    when,
};

/// Writes the minutes of a meeting, as a page or as Markdown.
type Writing = fn(&Session, Option<Cid>, bool) -> Outcome<String>;

/// What writes them where nothing shows them: what does is a part itself.
const WRITING: fn() -> &'static Part<Writing> = part!(agreed: Writing = |session: &Session, meeting, page| match page {
    true => session.minutes_html(meeting),
    false => session.minutes(meeting),
});

struct Words {
    people: People,
}

impl Session {
    /// The minutes of a meeting as Markdown: of the one that is named, else of the one that goes on, else of the last.
    pub fn minutes(&self, meeting: Option<Cid>) -> Outcome<String> {
        let (minutes, words) = self.minutes_of(meeting)?;
        Ok(markdown(&minutes, &words))
    }

    /// The same as a page of its own (HTML), which needs nothing but itself.
    pub fn minutes_html(&self, meeting: Option<Cid>) -> Outcome<String> {
        let (minutes, words) = self.minutes_of(meeting)?;
        Ok(html(&minutes, &words, texts::language()))
    }

    /// Either, for who has nothing open that shows them.
    pub async fn minutes_soon(&self, meeting: Option<Cid>, page: bool) -> Outcome<String> {
        let write = WRITING().need().await.map_err(notices::part)?;
        write(self, meeting, page)
    }

    fn minutes_of(&self, meeting: Option<Cid>) -> Outcome<(Minutes, Words)> {
        let engine = self.engine()?;
        let replica = engine.node.replica();
        let (fold, log) = (replica.fold(), replica.log());
        let now = || fold.meeting_now(log).map(|it| it.leading.cid);
        let last = || fold.meetings().all.iter().next_back().map(|it| it.cid);
        let meeting = meeting.or_else(now).or_else(last).ok_or_else(|| notices::error("not-found"))?;
        let minutes = minutes(fold, log, &meeting).ok_or_else(|| notices::error("not-found"))?;
        let people = self.view().room.as_ref().map(|it| it.people.clone()).unwrap_or_default();
        Ok((minutes, Words { people }))
    }
}

/// Who began to lead what, and how.
pub fn led(by: TermBy, name: &str, title: &str) -> String {
    let (name, title) = (name.to_owned(), title.to_owned());
    match by {
        TermBy::Taken => t!("handoff-taken", name = name, title = title),
        TermBy::Accepted => t!("handoff-accepted", name = name, title = title),
        TermBy::SteppedIn => t!("handoff-stepped-in", name = name, title = title),
        TermBy::Reclaimed => t!("handoff-reclaimed", name = name, title = title),
        TermBy::Decision => t!("handoff-decision", name = name, title = title),
    }
}

/// Who let whom go on.
pub fn let_go_on(by: &str, name: &str) -> String {
    t!("lets-go-on", by = by.to_owned(), name = name.to_owned())
}

/// What sort of line of an incident's log it is, if it is one to be named.
pub fn sort_name(sort: Sort) -> Option<String> {
    match sort {
        Sort::Said | Sort::Here => None,
        Sort::Update => Some(t!("sort-update")),
        Sort::Severity => Some(t!("sort-severity")),
    }
}

impl Wording for Words {
    fn name(&self, node: &NodeId) -> String {
        people::name_in(&self.people, node)
    }

    fn when(&self, meeting: &Meeting) -> String {
        let (day, from) = (when::day(meeting.at), when::clock(meeting.at));
        match &meeting.ended {
            Some(ended) => t!("minutes-when", day = day, from = from, to = when::clock(ended.at)),
            None => t!("minutes-since", day = day, from = from),
        }
    }

    fn heading(&self, it: Heading) -> String {
        match it {
            Heading::Attended => t!("minutes-attended"),
            Heading::Timeline => t!("minutes-timeline"),
            Heading::Decisions => t!("minutes-decisions"),
            Heading::Agenda => t!("minutes-agenda"),
            Heading::Promises => t!("minutes-promises"),
            Heading::Roles => t!("minutes-roles"),
            Heading::Contested => t!("minutes-contested"),
            Heading::Open => t!("minutes-open"),
            Heading::Later => t!("minutes-later"),
        }
    }

    fn at(&self, at: u64) -> String {
        when::clock(at)
    }

    fn sort(&self, sort: Sort) -> Option<String> {
        sort_name(sort)
    }

    fn led(&self, by: TermBy, name: &str, title: &str) -> String {
        led(by, name, title)
    }

    fn let_go_on(&self, by: &str, name: &str) -> String {
        let_go_on(by, name)
    }

    fn held(&self, held: &Held) -> String {
        let from = when::clock(held.began);
        match held.ended {
            Some(ended) => t!("minutes-held", from = from, to = when::clock(ended)),
            None => t!("minutes-holds", from = from),
        }
    }

    fn promise(&self, state: PromiseState, renewed: bool, due: Option<Day>) -> String {
        match (state, due.map(|it| it.to_string())) {
            (PromiseState::Kept, _) => t!("minutes-kept"),
            (PromiseState::Dropped, _) => t!("minutes-dropped"),
            (_, Some(day)) if renewed => t!("minutes-still-due", day = day),
            (_, None) if renewed => t!("minutes-still"),
            (_, Some(day)) => t!("minutes-due", day = day),
            (_, None) => String::new(),
        }
    }

    fn no_words(&self) -> String {
        t!("minutes-no-words")
    }

    fn not_opened(&self) -> String {
        t!("minutes-not-opened")
    }

    fn apart(&self) -> String {
        t!("minutes-apart")
    }

    fn correction(&self, by: &str) -> String {
        t!("minutes-correction", name = by.to_owned())
    }

    fn wrote(&self, post: &Post) -> String {
        t!("minutes-wrote", name = self.name(&post.author), at = when::clock(post.at))
    }

    fn corrected(&self, by: &str) -> String {
        t!("minutes-corrected", name = by.to_owned())
    }

    fn asks(&self, by: &str, of: Option<&str>) -> String {
        match of {
            Some(of) => t!("minutes-asks", name = by.to_owned(), of = of.to_owned()),
            None => t!("minutes-asked", name = by.to_owned()),
        }
    }
}
