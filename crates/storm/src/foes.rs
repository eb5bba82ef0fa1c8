//! Members who mean harm, in the world: how they come, what of it reaches others, and that they come back.

use paceline_fuzz_engine::Chance;
use paceline_mesh::{
    Input,
    testing::{Lie, Said},
    wire::BULK_CIDS,
};
use paceline_room::{Cid, NodeId};

use crate::{
    Who,
    foe::{Around, Deeds, Foe},
    harm::{Harm, Sent},
    world::{Event, World},
};

/// Between two turns of a foe, in milliseconds.
const TURN: u64 = 1_000;
/// Who was dropped comes back after so long.
const BACK: u64 = 2_500;
/// A foe that comes back is numbered so much higher.
const AGAIN: Who = 100;

impl World {
    /// Somebody joins who means harm.
    pub(crate) fn let_in(&mut self, who: Who, harm: Harm, size: usize) {
        if self.foes.contains_key(&who) {
            return;
        }
        let chance = Chance::new(self.seed ^ u64::from(who).wrapping_mul(0xff51_afd7_ed55_8ccd));
        let wall = crate::seat::EPOCH + self.now;
        let foe = Foe::new(harm, harm.log(size), &self.founding, chance, wall);
        self.ids.insert(foe.keypair.node(), who);
        self.foes.insert(who, foe);
        self.schedule(100, Event::FoeActs { who });
        self.link_with_all(who);
    }

    /// A foe hears something.
    pub(crate) fn tell_foe(&mut self, who: Who, input: Input) {
        self.with_foe(who, |foe, around| foe.hear(input, around));
    }

    /// Time has come for a foe.
    pub(crate) fn wake_foe(&mut self, who: Who) {
        let now = self.now;
        if let Some(foe) = self.foes.get_mut(&who).filter(|it| it.waking.is_some_and(|at| at <= now)) {
            foe.waking = None;
            self.tell_foe(who, Input::Tick);
        }
    }

    /// It is a foe's turn.
    pub(crate) fn let_act(&mut self, who: Who) {
        if self.foes.contains_key(&who) {
            self.with_foe(who, Foe::act);
            self.schedule(TURN + u64::from(who) % 700, Event::FoeActs { who });
        }
    }

    fn with_foe(&mut self, who: Who, deed: impl FnOnce(&mut Foe, &Around) -> Deeds) {
        let Some(mut foe) = self.foes.remove(&who) else { return };
        // Few want to know it, and it is long.
        let asks = matches!(foe.harm, Harm::Lies(Lie::SlowBlocks) | Harm::Sends(Sent::SpoiltSignatures));
        let honest = self.seats.values().find_map(|it| it.page.as_ref()).filter(|_| asks);
        let known: Vec<Cid> = honest.map_or_else(Vec::new, |page| {
            page.node.replica().log().entries().take(BULK_CIDS).map(|(_, it)| it.cid).collect()
        });
        let everybody: Vec<NodeId> = self.seats.values().map(|it| it.keypair.node()).collect();
        let linked = self.network.linked_with(who);
        let peers: Vec<NodeId> =
            linked.iter().filter_map(|it| self.seats.get(it)).map(|it| it.keypair.node()).collect();
        let founding = self.founding.clone();
        let (known, everybody, peers, now) = (&known[..], &everybody[..], &peers[..], self.now);
        let deeds = deed(&mut foe, &Around { founding: &founding, known, everybody, peers, now });
        let harm = foe.harm.name();
        let wake = deeds.wake.filter(|at| foe.waking.is_none_or(|waking| waking > *at));
        foe.waking = wake.or(foe.waking);
        self.foes.insert(who, foe);
        if let Some(at) = wake {
            self.schedule(at.saturating_sub(now), Event::FoeWake { who });
        }
        for (said, harmful) in deeds.said {
            self.foe_says(who, said, harmful.then_some(harm));
        }
    }

    /// Sends what a foe says, at its time.
    pub(crate) fn foe_says(&mut self, who: Who, said: Said, harm: Option<&'static str>) {
        match said.wait {
            0 => self.send(who, said.peer, said.lane, said.bytes, harm),
            wait => self.schedule(wait, Event::FoeSays { who, said: Said { wait: 0, ..said }, harm }),
        }
    }

    /// An honest node dropped a foe: it comes back, under a new key.
    pub(crate) fn drop_foe(&mut self, by: Who, who: Who) {
        self.tally.add("hostile member dropped", 1);
        self.break_line(by, who, None, "link to a hostile member dropped");
        let Some(foe) = self.foes.remove(&who) else { return };
        self.count_written(&foe);
        self.cut(who, None);
        self.schedule(BACK, Event::FoeReturns { who: who + AGAIN, harm: foe.harm, size: foe.log.len() });
    }

    /// Who means harm goes, for good.
    pub(crate) fn let_go(&mut self) {
        for (who, foe) in std::mem::take(&mut self.foes) {
            self.count_written(&foe);
            self.cut(who, None);
        }
        self.foes_gone = true;
    }

    /// What a foe wrote counts where an honest node took it in.
    fn count_written(&mut self, foe: &Foe) {
        let Some(page) = self.seats.values().find_map(|it| it.page.as_ref()) else { return };
        let replica = page.node.replica();
        let taken = foe.log.iter().skip(1).filter(|it| replica.log().find(&it.cid).is_some()).count();
        drop(replica);
        self.tally.add(foe.harm.name(), taken as u64);
    }
}
