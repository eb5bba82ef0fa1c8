//! Laws of growth: what the worst input known costs, and how that may grow with its size.
//!
//! Each kind of event states its laws beside it ([`Measured`]); one without does not compile. What is common to all is in
//! [`COMMON`]. A law is asserted by counts ([`cost`]) at n, 2 n and 4 n, never by clocks. What is stored is folded again at
//! every start, so a log that is slow once is slow for ever.

use std::collections::BTreeSet;

use crate::{
    cost,
    kinds::{self, Unknown},
    testing::hostile::Scene,
};

/// Sizes are once, twice and four times this, unless a law says otherwise.
const N: usize = 32;
/// What a law may grow by beyond what it says: which of two branches a draw prefers, whether a list has just been made longer.
const SLACK: u64 = 8;

/// How a cost may grow while the input does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grows {
    /// Not at all.
    Never,
    /// With the logarithm: so many looks more for twice the size.
    Halving(u64),
    /// With the size, but one look for so many. Every such law has its reason in ARCHITECTURE.md, too.
    Per(u64),
    /// With the size: so many looks for each. Every such law has its reason in ARCHITECTURE.md.
    Each(u64),
}

impl Grows {
    /// What the cost may rise by as the size rises from `n` to twice that.
    const fn bound(self, n: usize) -> u64 {
        SLACK
            + match self {
                Self::Never => 0,
                Self::Halving(looks) => looks,
                Self::Per(many) => n as u64 / many,
                Self::Each(looks) => looks * n as u64,
            }
    }
}

/// One law.
#[derive(Debug, Clone, Copy)]
pub struct Law {
    /// The worst input known, and what is measured of it.
    pub name: &'static str,
    /// How its cost may grow.
    pub grows: Grows,
    sizes: usize,
    cost: fn(usize) -> u64,
}

impl Law {
    /// A law; `cost` makes the input of a size and measures what it is about.
    pub const fn new(name: &'static str, grows: Grows, cost: fn(usize) -> u64) -> Self {
        Self { name, grows, sizes: N, cost }
    }

    /// The same, at so many, twice and four times as many.
    pub const fn at(self, sizes: usize) -> Self {
        Self { sizes, ..self }
    }

    /// What it costs at the three sizes.
    pub fn costs(&self) -> [u64; 3] {
        [1, 2, 4].map(|times| (self.cost)(times * self.sizes))
    }

    /// The same while every step walks over the whole log, which each law must find out.
    pub fn planted_costs(&self) -> [u64; 3] {
        cost::planted(|| self.costs())
    }

    /// Whether these costs keep it.
    pub fn is_kept_by(&self, [one, two, four]: [u64; 3]) -> bool {
        let grew = |from: u64, to: u64, n: usize| to.saturating_sub(from) <= self.grows.bound(n);
        grew(one, two, self.sizes) && grew(two, four, 2 * self.sizes)
    }

    /// What it costs, if it holds.
    ///
    /// # Errors
    /// A sentence with the costs that show that it does not.
    pub fn check(&self) -> Result<[u64; 3], String> {
        let costs = self.costs();
        if self.is_kept_by(costs) {
            Ok(costs)
        } else {
            Err(format!("{}: {costs:?} looks, and may grow {:?}", self.name, self.grows))
        }
    }
}

/// Says for each case of an enum which laws it has: a function that gives them, and a list of all. A case that is left out does
/// not compile.
#[macro_export]
macro_rules! laws_of {
    ($laws_of:ident, $all:ident, $cases:ident: $($case:pat => $laws:ident),* $(,)?) => {
        fn $laws_of(it: &$cases) -> &'static [$crate::testing::growth::Law] {
            match it { $($case => $laws,)* }
        }

        const $all: &[&[$crate::testing::growth::Law]] = &[$($laws),*];
    };
}

/// All laws are kept; prints what each costs.
///
/// # Panics
/// One is not: tells all that are wrong.
pub fn assert_kept<'a>(laws: impl IntoIterator<Item = &'a Law>) {
    let mut wrong = Vec::new();
    for law in laws {
        match law.check() {
            Ok(costs) => println!("{}: {costs:?} {:?}", law.name, law.grows),
            Err(it) => wrong.push(it),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Each of these laws would find a walk over everything.
///
/// # Panics
/// One would not: tells all that are blind.
pub fn assert_sighted<'a>(laws: impl IntoIterator<Item = &'a Law>) {
    let costs = laws.into_iter().map(|law| (law, law.planted_costs()));
    let blind: Vec<_> = costs.filter(|(law, costs)| law.is_kept_by(*costs)).map(|(law, it)| (law.name, it)).collect();
    assert!(blind.is_empty(), "{blind:#?}");
}

/// Each function by which others drive a machine, in these sources, has laws, each law a name of its own, and every map counts.
/// `receivers`: `&mut self` or, behind a lock, `&self`. `tableless`: those that look at nothing that grows.
///
/// # Panics
/// Something has none: tells all.
pub fn assert_measured(sources: &[&str], receivers: &[&str], laws: &[(&str, &[Law])], tableless: &[&str]) {
    let sources = sources.iter().map(|it| it.split("#[cfg(test)]\nmod tests").next().unwrap_or_default());
    let (mut wrong, mut found) = (Vec::new(), BTreeSet::new());
    for source in sources {
        for (at, _) in source.match_indices("pub fn ").chain(source.match_indices("pub(crate) fn ")) {
            let (_, rest) = source[at..].split_once("fn ").unwrap_or_default();
            let (head, rest) = rest.split_once('(').unwrap_or_default();
            let name = head.split('<').next().unwrap_or_default();
            if receivers.iter().any(|it| rest.trim_start().starts_with(it)) {
                found.insert(name.to_owned());
            }
        }
        let plain = |line: &&str| {
            let std = line.contains("std::collections::") || line.trim().starts_with("collections::");
            line.contains("litemap::") || std && (line.contains("Map") || line.contains("Set"))
        };
        wrong.extend(source.lines().filter(plain).map(|line| format!("does not count: {}", line.trim())));
    }
    let named = laws.iter().map(|(name, _)| name).chain(tableless);
    let named: BTreeSet<String> = named.map(|name| (*name).to_owned()).collect();
    wrong.extend(found.difference(&named).map(|it| format!("has no law: {it}")));
    wrong.extend(named.difference(&found).map(|it| format!("is not there: {it}")));
    let mut names = BTreeSet::new();
    for (of, laws) in laws {
        wrong.extend(laws.is_empty().then(|| format!("has no law: {of}")));
        wrong.extend(laws.iter().filter(|law| !names.insert(law.name)).map(|law| format!("twice: {}", law.name)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What has laws of growth: every kind of event.
#[diagnostic::on_unimplemented(
    message = "the kind `{Self}` has no law of growth",
    note = "say what the worst input of this kind costs: `impl Measured for ..` in the file `growth.rs` of its capability"
)]
pub trait Measured {
    /// Its laws; at least one.
    const LAWS: &'static [Law];
}

/// All laws of this crate, with the kind's name on the wire, or what else they are about.
pub fn laws() -> impl Iterator<Item = (&'static str, &'static Law)> {
    let kinds = kinds::LAWS.iter().copied();
    let all = kinds.chain([("unknown", Unknown::LAWS), ("common", COMMON)]);
    all.flat_map(|(of, laws)| laws.iter().map(move |law| (of, law)))
}

/// What all kinds share: the log with its chains and tips, and the words.
pub const COMMON: &[Law] = &[
    Law::new("the clock of an event that is the last of n twins", Grows::Halving(1), |n| {
        let mut it = Scene::new();
        it.twins(1, n);
        it.last
    })
    .at(512),
    Law::new("the clock of an event that joins two sides which saw every other of n twins", Grows::Per(256), |n| {
        let mut it = Scene::new();
        let twins = it.twins(1, n);
        let sides = [0, 1].map(|odd| it.gather(2 + odd, twins.iter().skip(odd).step_by(2).copied().collect()));
        it.join(4, &sides);
        it.join(5, &sides);
        it.last
    })
    .at(256),
    Law::new("the parents of what is about to be written, in a log of n tips", Grows::Never, |n| {
        let mut it = Scene::new();
        it.twins(1, n);
        let (node, body) = (it.node(2), it.introduced());
        cost::of(|| it.log.draft(node, 0, body.into())).1
    })
    .at(128),
    Law::new("words that come after they were wanted and taken back n times", Grows::Never, |n| {
        let mut it = Scene::new();
        let words = it.words(1);
        for _ in 0..n {
            let post = it.write(1, it.posted(words.0, None));
            it.retract(1, post);
        }
        it.write(1, it.posted(words.0, None));
        it.fill(&words)
    }),
    Law::new("words that n posts show", Grows::Each(20), |n| {
        let mut it = Scene::new();
        let words = it.words(1);
        (0..n).for_each(|_| _ = it.write(1, it.posted(words.0, None)));
        it.fill(&words)
    }),
];
