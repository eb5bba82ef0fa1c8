//! Messages out: each in the form that its receiver reads. Deliberately knows no bounds: who sends has asked for them.

use super::{Lane, Output, Replica};
use crate::{
    plumtree::{Cover, Origin},
    wire::{Bulk, Form, Live, Push},
};
use paceline_room::{Cid, NodeId};

impl Replica {
    pub(super) fn send_live(&mut self, peer: NodeId, message: &Live) {
        let bytes = message.encode_as(self.form_of(&peer));
        self.out.push(Output::Send { peer, lane: Lane::Live, bytes });
    }

    pub(super) fn send_bulk(&mut self, peer: NodeId, message: &Bulk) {
        let form = self.form_of(&peer);
        if form == Form::Placed && matches!(message, Bulk::Since(_)) {
            // Builds that speak it do not know it.
            return;
        }
        let bytes = message.encode_as(form);
        self.out.push(Output::Send { peer, lane: Lane::Bulk, bytes });
    }

    fn form_of(&self, peer: &NodeId) -> Form {
        self.links.get(peer).map_or(Form::Named, |link| link.form)
    }

    pub(super) fn spread(&mut self, cid: Cid, origin: Origin) {
        let author = self.log.find(&cid).map(|ix| self.log.entry(ix).event.author);
        let roster = &self.roster;
        let cover = |to: &NodeId| author.map_or(Cover::Author, |author| roster.cover(&author, to));
        let spreads = self.tree.spread(cid, origin, cover, self.now);
        self.send_spread(spreads);
    }

    pub(super) fn push_message(&self, cid: &Cid, hops: u8, direct: bool) -> Option<Live> {
        let ix = self.log.find(cid)?;
        let crate::wire::Item(block, words) = crate::serve::item(&self.log, ix, &self.words);
        Some(Live::Push(Push(block, words, hops, direct)))
    }
}
