//! Rounds and what was answered in them, as they are shown.

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;

use super::bodies::{Ask, Scale, Turn, Under, Value};
use crate::{
    Cid, NodeId, Tree,
    fold::Key,
    kinds::{UNNAMED, posts::WordsState},
    limits,
    state::{Meeting, MeetingLists},
};

/// What is ended so soon, in milliseconds, and untouched, was not meant.
const MISTAKE_MS: u64 = 60 * 1_000;

/// A round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Its opening.
    pub cid: Cid,
    /// Who opened it.
    pub author: NodeId,
    /// Its author's clock, Unix milliseconds.
    pub at: u64,
    /// Its depth in the log.
    pub depth: u64,
    /// What for, in words.
    pub question: Arc<str>,
    /// What for.
    pub ask: Ask,
    /// Nobody sees what others answer until all show.
    pub sealed: bool,
    /// Each says as many things as it likes.
    pub many: bool,
    /// The place of the meeting it is of, if that was one in its past.
    pub meeting: Option<Key>,
    /// Who takes part in a round that is spoken, by their homes, in the order of their turns: at most twice [`limits::ORDER`].
    pub seats: Vec<Seat>,
    /// Whose turn it is.
    pub now: Option<NodeId>,
    /// Whose turn comes then.
    pub next: Option<NodeId>,
    /// Who ended it, if somebody has.
    pub closed: Option<Closed>,
    /// The reveal that most follow, once somebody has opened one.
    pub reveal: Option<Reveal>,
    /// How many people have answered.
    pub answered: usize,
    /// How many have said that they have nothing to say.
    pub passed: usize,
    /// How many have said that they have said it all.
    pub done: usize,
    /// Where each may say many things: how many were said, hidden or not, and not taken back.
    pub said: usize,
}

impl Round {
    /// Its place among all.
    pub fn key(&self) -> Key {
        (self.depth, self.cid)
    }

    /// Whether it goes on: nobody ended it, and the meeting it is of goes on, if need be in another.
    pub fn goes_on(&self, meetings: &MeetingLists) -> bool {
        self.closed.is_none() && self.meeting.is_none_or(|it| meetings.goes_on(&it))
    }

    /// Whether it is as if it had not been asked: so somebody ended it, and nobody has answered.
    pub fn is_undone(&self) -> bool {
        !self.is_touched() && self.closed.as_ref().is_some_and(|it| it.undone)
    }

    /// Whether anybody has answered, has said that there is nothing to say, or has had a turn.
    pub fn is_touched(&self) -> bool {
        self.answered + self.passed > 0 || self.seats.iter().any(|it| !it.waits())
    }

    /// Where it stands.
    pub fn state(&self) -> RoundState {
        let shown = if self.sealed { self.reveal.is_some() } else { self.closed.is_some() };
        if shown { RoundState::Revealed } else { RoundState::Open }
    }

    /// Who waits for its turn, in order; whose turn it is, too.
    pub fn waiting(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.seats.iter().filter(|it| it.waits()).map(|it| it.node)
    }
}

/// Whether what was answered in a round is its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoundState {
    /// Not yet.
    Open,
    /// A sealed one was revealed, another was closed.
    Revealed,
}

/// Somebody's place in a round that is spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Who.
    pub node: NodeId,
    /// What has become of its turn.
    pub turn: Option<Turn>,
}

impl Seat {
    /// Whether its turn is still to come, or is now.
    pub fn waits(&self) -> bool {
        !matches!(self.turn, Some(Turn::Spoken | Turn::Passed))
    }
}

/// The end of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The first closing, in the order of the log, since it last went on.
    pub cid: Cid,
    /// Who closed it.
    pub by: NodeId,
    /// Their clock, Unix milliseconds.
    pub at: u64,
    /// It was not meant.
    pub undone: bool,
}

/// The reveal that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reveal {
    /// Its event.
    pub cid: Cid,
    /// Who opened it.
    pub by: NodeId,
    /// Their clock, Unix milliseconds.
    pub at: u64,
}

/// Somebody's part in a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Who, by its home in the round's past.
    pub node: NodeId,
    /// Has answered.
    pub answered: bool,
    /// Has said that it has nothing to say, and has not answered.
    pub passed: bool,
    /// Has said that it has said it all.
    pub done: bool,
}

/// An answer that counts, or stands beside those that do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its event.
    pub cid: Cid,
    /// Whose it is, by its home in the round's past.
    pub node: NodeId,
    /// The key that wrote it.
    pub author: NodeId,
    /// Its author's clock, Unix milliseconds.
    pub at: u64,
    /// Its depth in the log.
    pub depth: u64,
    /// What is no text.
    pub value: Option<Value>,
    /// Where the text is, if it is one and was opened.
    pub words: Option<WordsState>,
    /// The text, if it is here.
    pub text: Option<Arc<str>>,
    /// Whether it can be seen: what was sealed opens by its author, or by two shares.
    pub opened: bool,
    /// The reveal has not seen it: it is no part of the result.
    pub apart: bool,
    /// What it was put under last.
    pub under: Option<Under>,
    /// Who did that.
    pub placed_by: Option<NodeId>,
}

/// All rounds in the orders in which they are looked for. Cheap to copy and to compare.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RoundLists {
    /// In display order.
    pub all: Tree<Key, Round>,
    /// By their meetings.
    pub of_meeting: Tree<(Cid, Key), Cid>,
    /// What can be seen of what was answered, by round, in display order.
    pub answers: Tree<(Cid, Key), Answer>,
    /// Who has a part in a round.
    pub parts: Tree<(Cid, NodeId), Part>,
}

/// An answer where it stands among the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The answer.
    pub answer: Arc<Answer>,
    /// The title that it stands under, itself or with what it was put to.
    pub theme: Option<String>,
    /// The first of those that say the same.
    pub group: Cid,
}

/// A title with what stands under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Theme {
    /// The title.
    pub title: String,
    /// The answers under it.
    pub answers: Vec<Cid>,
}

/// What came of a round, made from the lists when it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What can be seen of what was answered, in display order.
    pub answers: Vec<Placed>,
    /// Who has answered.
    pub answered: Vec<NodeId>,
    /// Who has said that it has nothing to say.
    pub passed: Vec<NodeId>,
    /// Who has said that it has said it all.
    pub done: Vec<NodeId>,
    /// Titles in the order of the first answer under each.
    pub themes: Vec<Theme>,
    /// Of a choice how many chose each, of dots how many each got, of a scale how often each number was given; what was answered
    /// apart is not in them.
    pub totals: Option<BTreeMap<String, u64>>,
}

impl RoundLists {
    /// The rounds of a meeting and of those that it goes on with, in display order.
    pub fn in_meeting(&self, meetings: &MeetingLists, meeting: &Meeting) -> impl Iterator<Item = &Arc<Round>> {
        let line: Vec<_> = meetings.line(meeting).map(|it| it.cid).collect();
        line.into_iter().rev().flat_map(|it| self.of_meeting(it))
    }

    /// Whether anything was done in a meeting: something was answered, a turn was over, or something stands on its agenda.
    pub fn is_touched(&self, meetings: &MeetingLists, meeting: &Meeting) -> bool {
        meetings.agenda(Some(meeting.cid)).next().is_some()
            || self.in_meeting(meetings, meeting).any(|it| it.is_touched())
    }

    /// Whether a meeting was begun by mistake: it ended within a minute, by the clocks of who began and who ended it, and nothing was
    /// done in it. An incident is none: somebody said what is broken.
    pub fn is_mistake(&self, meetings: &MeetingLists, meeting: &Meeting) -> bool {
        let is_short = meeting.ended.as_ref().is_some_and(|it| it.at.saturating_sub(meeting.at) < MISTAKE_MS);
        is_short && !meeting.is_incident() && !self.is_touched(meetings, meeting)
    }

    /// The rounds of one meeting, in display order.
    pub fn of_meeting(&self, meeting: Cid) -> impl Iterator<Item = &Arc<Round>> {
        let first = (meeting, (0, UNNAMED));
        let of = self.of_meeting.from(&first).take_while(move |((of, _), _)| *of == meeting);
        of.filter_map(|((_, key), _)| self.all.get(key))
    }

    /// What can be seen of what was answered in a round, in display order.
    pub fn answers_in(&self, round: Cid) -> impl Iterator<Item = &Arc<Answer>> {
        let first = (round, (0, UNNAMED));
        self.answers.from(&first).take_while(move |((of, _), _)| *of == round).map(|(_, it)| it)
    }

    /// Who has a part in a round.
    pub fn parts_in(&self, round: Cid) -> impl Iterator<Item = &Arc<Part>> {
        let first = (round, NodeId::from_bytes([0; 32]));
        self.parts.from(&first).take_while(move |((of, _), _)| *of == round).map(|(_, it)| it)
    }

    /// What came of a round: looks at all that was answered in it.
    pub fn sheet(&self, round: &Round) -> Sheet {
        let answers: Vec<_> = self.answers_in(round.cid).cloned().collect();
        let answers = place(answers);
        let mut themes: Vec<Theme> = Vec::new();
        let mut at = BTreeMap::new();
        for it in &answers {
            let Some(title) = &it.theme else { continue };
            let next = themes.len();
            let at = *at.entry(title.as_str()).or_insert(next);
            if at == next {
                themes.push(Theme { title: title.clone(), answers: Vec::new() });
            }
            if let Some(theme) = themes.get_mut(at) {
                theme.answers.push(it.answer.cid);
            }
        }
        let who = |is: fn(&Part) -> bool| self.parts_in(round.cid).filter(|it| is(it)).map(|it| it.node).collect();
        let shown = !round.sealed || round.reveal.is_some();
        Sheet {
            totals: totals(&round.ask, &answers).filter(|_| shown),
            answered: who(|it| it.answered),
            passed: who(|it| it.passed),
            done: who(|it| it.done),
            answers,
            themes,
        }
    }

    /// Everything, as it is told to scripts.
    pub(crate) fn whole(&self) -> Vec<RoundWhole> {
        self.all.iter().map(|it| self.whole_of(it)).collect()
    }

    fn whole_of(&self, it: &Round) -> RoundWhole {
        let Sheet { answers, answered, passed, themes, totals, .. } = self.sheet(it);
        let answers = answers.into_iter().map(|placed| {
            let Placed { answer, theme, .. } = placed;
            let told = AnswerWhole::of(&it.ask, &answer);
            let (cid, node, opened) = (answer.cid, answer.node, answer.opened);
            AnsweredWhole { cid, node, answer: told, opened, theme }
        });
        RoundWhole {
            cid: it.cid,
            question: it.question.clone(),
            ask: AskWhole::of(&it.ask, it.many),
            sealed: it.sealed,
            state: it.state(),
            answers: answers.collect(),
            answered,
            passed,
            order: it.seats.iter().map(|it| it.node).collect(),
            now: it.now,
            next: it.next,
            themes,
            totals,
        }
    }
}

/// Finds for each answer the title that it stands under, and the first of those that say the same.
fn place(answers: Vec<Arc<Answer>>) -> Vec<Placed> {
    let at: BTreeMap<Cid, usize> = answers.iter().enumerate().map(|(at, it)| (it.cid, at)).collect();
    let linked: Vec<Option<usize>> = answers
        .iter()
        .map(|it| match &it.under {
            Some(Under::Answer(other)) => at.get(other).copied(),
            _ => None,
        })
        .collect();
    // Of each its group's first, as far as it is known (union-find, the smaller root stays).
    let mut first: Vec<usize> = (0..answers.len()).collect();
    let root = |first: &mut Vec<usize>, mut at: usize| {
        while let Some(up) = first.get(at).copied().filter(|up| *up != at) {
            let over = first.get(up).copied().unwrap_or(up);
            if let Some(it) = first.get_mut(at) {
                *it = over;
            }
            at = over;
        }
        at
    };
    for (one, other) in linked.iter().enumerate().filter_map(|(at, other)| Some((at, (*other)?))) {
        let (one, other) = (root(&mut first, one), root(&mut first, other));
        if let Some(it) = first.get_mut(one.max(other)) {
            *it = one.min(other);
        }
    }
    let theme = |from: usize| {
        let mut at = from;
        for _ in 0..limits::OPTIONS {
            if let Some(Under::Title(title)) = answers.get(at).and_then(|it| it.under.as_ref()) {
                return Some(title.to_string());
            }
            at = linked.get(at).copied().flatten()?;
        }
        None
    };
    let themes: Vec<_> = (0..answers.len()).map(theme).collect();
    let groups: Vec<_> = (0..answers.len()).map(|it| root(&mut first, it)).collect();
    let groups: Vec<_> = groups.into_iter().map(|it| answers.get(it).map_or(UNNAMED, |it| it.cid)).collect();
    let placed = answers.into_iter().zip(themes).zip(groups);
    placed.map(|((answer, theme), group)| Placed { answer, theme, group }).collect()
}

fn totals(ask: &Ask, answers: &[Placed]) -> Option<BTreeMap<String, u64>> {
    if ask.is_text() {
        return None;
    }
    let options = ask.options();
    let mut totals: BTreeMap<String, u64> = options.iter().map(|it| (it.to_string(), 0)).collect();
    let mut add = |name: String, many: u64| *totals.entry(name).or_default() += many;
    for value in answers.iter().filter(|it| !it.answer.apart).filter_map(|it| it.answer.value.as_ref()) {
        match value {
            Value::Number(it) => add(it.get().to_string(), 1),
            Value::Choice(it) => {
                if let Some(option) = options.get(it.get() as usize) {
                    add(option.to_string(), 1);
                }
            }
            Value::Dots(dots) => {
                for (option, many) in options.iter().zip(&**dots) {
                    add(option.to_string(), many.get());
                }
            }
        }
    }
    Some(totals)
}

/// A round, as `window.paceline.state()` has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoundWhole {
    /// Its opening.
    pub cid: Cid,
    /// What for, in words.
    pub question: Arc<str>,
    /// What for.
    pub ask: AskWhole,
    /// Nobody sees what others answer until all show.
    pub sealed: bool,
    /// Where it stands.
    pub state: RoundState,
    /// What can be seen.
    pub answers: Vec<AnsweredWhole>,
    /// Who has answered.
    pub answered: Vec<NodeId>,
    /// Who has nothing to say.
    pub passed: Vec<NodeId>,
    /// Who takes part in a round that is spoken.
    pub order: Vec<NodeId>,
    /// Whose turn it is.
    pub now: Option<NodeId>,
    /// Whose turn comes then.
    pub next: Option<NodeId>,
    /// Titles with what stands under them.
    pub themes: Vec<Theme>,
    /// What was counted.
    pub totals: Option<BTreeMap<String, u64>>,
}

/// An answer, as `window.paceline.state()` has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnsweredWhole {
    /// Its event.
    pub cid: Cid,
    /// Whose.
    pub node: NodeId,
    /// What it says.
    pub answer: Option<AnswerWhole>,
    /// Whether it can be seen.
    pub opened: bool,
    /// The title it stands under.
    pub theme: Option<String>,
}

/// What a round asks for, as scripts have it: one of these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct AskWhole {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub many: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dots: Option<DotsWhole>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spoken: Option<SpokenWhole>,
}

/// Points for options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct DotsWhole {
    pub budget: u64,
    pub options: Vec<String>,
}

/// Turns to speak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct SpokenWhole {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_each: Option<u64>,
}

/// An answer, as scripts have it: one of these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct AnswerWhole {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dots: Option<BTreeMap<String, u64>>,
}

impl AskWhole {
    fn of(ask: &Ask, many: bool) -> Self {
        let strings = |options: &[super::super::Title]| options.iter().map(ToString::to_string).collect();
        match ask {
            Ask::Words(_) => Self { words: Some(true), many: many.then_some(true), ..Self::default() },
            Ask::Scale(it) => Self { scale: Some(it.clone()), ..Self::default() },
            Ask::Choice(options) => Self { choice: Some(strings(options)), ..Self::default() },
            Ask::Dots(it) => {
                let dots = DotsWhole { budget: it.budget.get(), options: strings(&it.options) };
                Self { dots: Some(dots), ..Self::default() }
            }
            Ask::Spoken(it) => {
                let spoken = SpokenWhole { seconds_each: it.seconds.map(|it| it.get()) };
                Self { spoken: Some(spoken), ..Self::default() }
            }
        }
    }
}

impl AnswerWhole {
    fn of(ask: &Ask, answer: &Answer) -> Option<Self> {
        if let Some(text) = &answer.text {
            return Some(Self { text: Some(text.clone()), ..Self::default() });
        }
        Some(match answer.value.as_ref()? {
            Value::Number(it) => Self { number: Some(it.get()), ..Self::default() },
            Value::Choice(it) => Self { choice: Some(it.get()), ..Self::default() },
            Value::Dots(dots) => {
                let given = ask.options().iter().zip(&**dots).filter(|(_, many)| many.get() > 0);
                let dots = given.map(|(option, many)| (option.to_string(), many.get())).collect();
                Self { dots: Some(dots), ..Self::default() }
            }
        })
    }
}
