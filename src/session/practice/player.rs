//! Whom the page plays in a room for practice, and what each does next: decided by what a person would see of the room, done by the
//! commands that a person has. Knows no session.

use paceline_mesh::replica::Here;
use paceline_room::{Cid, body::rounds::Ask};

use super::super::view::RoomView;

/// So many are there with the person at the tab.
pub const PLAYED: usize = 3;
/// Who founds the room and runs the meeting.
pub const FOUNDER: usize = 1;
/// Who is stuck; the others are not.
const STUCK: usize = 3;
/// The first questions of the meeting's form that each answers.
const ANSWERED: usize = 2;

/// What somebody does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Says who it is.
    Introduce,
    /// Begins the meeting.
    Begin,
    /// Answers a question: the round, and which of them it is.
    Write(Cid, usize),
    /// Has spoken.
    Speak(Cid, Option<u64>),
    /// Ends the meeting.
    End(Cid),
}

impl Act {
    /// For so many beats in a row it is what comes next before it is done, so that it can be followed.
    const fn patience(self) -> u32 {
        match self {
            Self::Introduce => 1,
            Self::Begin | Self::Write(..) => 2,
            Self::Speak(..) | Self::End(_) => 5,
        }
    }
}

/// One who is played, by the number in its name, or nobody.
#[derive(Debug, Default)]
pub struct Player {
    /// The number; 0 is the person at the tab.
    pub number: usize,
    wants: Option<Act>,
    beats: u32,
}

impl Player {
    /// The one of this number.
    pub fn new(number: usize) -> Self {
        Self { number, ..Self::default() }
    }

    /// A beat has passed, and this is what comes next: whether it is time to do it.
    pub fn beat(&mut self, next: Option<Act>) -> Option<Act> {
        self.beats = if self.wants == next { self.beats + 1 } else { 1 };
        self.wants = next;
        let ripe = next.filter(|it| self.beats >= it.patience());
        if ripe.is_some() {
            self.beats = 0;
        }
        ripe
    }

    /// What comes next for it in the room as it sees it.
    pub fn next(&self, room: &RoomView) -> Option<Act> {
        if room.proposed_name.is_some() {
            return Some(Act::Introduce);
        }
        let Some(meeting) = &room.meeting else {
            let here = room.people.iter().filter(|it| it.here == Here::Here).count();
            let begins = self.number == FOUNDER && room.meetings.all.is_empty() && here > PLAYED;
            return begins.then_some(Act::Begin);
        };
        let rounds = || room.rounds.in_meeting(&room.meetings, meeting);
        let asked = rounds().filter(|it| matches!(it.ask, Ask::Words(_))).enumerate();
        let mut open = asked.filter(|(place, _)| *place < ANSWERED || self.number == STUCK);
        let is_new = |round: Cid| room.rounds.answers_in(round).all(|it| it.node != room.me);
        if let Some((place, round)) = open.find(|(_, it)| is_new(it.cid)) {
            return Some(Act::Write(round.cid, place));
        }
        let (turns, seconds) = rounds().find_map(|it| match &it.ask {
            Ask::Spoken(spoken) => Some((it, spoken.seconds.map(|it| it.get()))),
            _ => None,
        })?;
        let runs = room.meetings.roles_of(meeting.cid).any(|role| room.led_by_me.iter().any(|it| it.cid == role));
        match turns.now {
            Some(now) => (now == room.me).then_some(Act::Speak(turns.cid, seconds)),
            None => runs.then_some(Act::End(meeting.cid)),
        }
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn an_act_is_done_once_it_came_next_for_long_enough_and_another_waits_anew() {
        let mut player = Player::new(2);
        let (speak, end) = (Act::Speak(Cid::of(b"round"), None), Act::End(Cid::of(b"meeting")));
        let mut beats = |next, count: u32| (0..count).filter_map(|_| player.beat(next)).collect::<Vec<_>>();
        assert_eq!(beats(Some(speak), speak.patience() - 1), [], "who has the turn speaks for a while");
        assert_eq!(beats(Some(end), end.patience() - 1), [], "what comes next now waits from now on");
        assert_eq!(beats(Some(end), 1), [end]);
        assert_eq!(beats(None, 10), []);
        assert_eq!(beats(Some(speak), speak.patience()), [speak]);
        assert_eq!(beats(Some(speak), speak.patience()), [speak], "if it did not come about it is tried again");
    }
}
