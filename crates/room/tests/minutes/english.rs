//! The words in which minutes are written here.

use paceline_room::{
    Day, Fold, NodeId,
    body::decisions::Ballot,
    minutes::{DecisionEntry, DecisionWording, Heading, Held, Wording, incident::Sort},
    state::{Cast, Meeting, PromiseState, TermBy},
};

/// English, with times as they are.
pub struct English<'a>(pub &'a Fold);

impl Wording for English<'_> {
    fn name(&self, node: &NodeId) -> String {
        self.0.person(node).map_or_else(|| "somebody".into(), |it| it.name.clone())
    }

    fn when(&self, meeting: &Meeting) -> String {
        let ended =
            meeting.ended.as_ref().map_or_else(|| "it goes on".into(), |it| format!("to {}", it.at - meeting.at));
        format!("From 0 {ended}")
    }

    fn heading(&self, it: Heading) -> String {
        format!("{it:?}")
    }

    fn at(&self, _: u64) -> String {
        "then".into()
    }

    fn sort(&self, sort: Sort) -> Option<String> {
        (sort != Sort::Said).then(|| format!("{sort:?}"))
    }

    fn led(&self, by: TermBy, name: &str, title: &str) -> String {
        format!("{name}: {title}, {by:?}")
    }

    fn let_go_on(&self, by: &str, name: &str) -> String {
        format!("{by} lets {name} go on")
    }

    fn held(&self, held: &Held) -> String {
        held.ended.map_or_else(|| "leads".into(), |it| format!("led for {}", it - held.began))
    }

    fn promise(&self, state: PromiseState, renewed: bool, due: Option<Day>) -> String {
        let stands = if renewed { format!("{state:?} anew") } else { format!("{state:?}") };
        due.map_or_else(|| stands.clone(), |it| format!("{stands}, by {it}"))
    }

    fn wrote(&self, post: &paceline_room::state::Post) -> String {
        self.name(&post.author)
    }

    fn no_words(&self) -> String {
        "(no words)".into()
    }

    fn not_opened(&self) -> String {
        "(hidden)".into()
    }

    fn apart(&self) -> String {
        "answered apart".into()
    }

    fn correction(&self, by: &str) -> String {
        format!("{by} corrects")
    }

    fn corrected(&self, by: &str) -> String {
        format!("{by} had written")
    }

    fn asks(&self, by: &str, of: Option<&str>) -> String {
        of.map_or_else(|| format!("{by} asks"), |of| format!("{by} asks {of}"))
    }
}

impl DecisionWording for English<'_> {
    fn decision(&self, it: &DecisionEntry) -> String {
        format!("{:?}, by {}", it.proposal.state, self.name(&it.proposal.author))
    }

    fn ballot(&self, it: &Cast) -> String {
        match it.stance {
            Ballot::Consent => "consents".into(),
            Ballot::Concern => "worries".into(),
            Ballot::Object if it.counts => "objects".into(),
            Ballot::Object => "objected".into(),
            Ballot::StandAside => "stands aside".into(),
        }
    }

    fn fix(&self) -> String {
        "Fix".into()
    }

    fn before(&self) -> String {
        "Before".into()
    }
}
