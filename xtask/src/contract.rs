//! `contract`: `window.paceline` as scripts know it only gains, and its number rises when it does.
//!
//! `xtask/contract.txt` lists every member of `paceline.d.ts` with the number under which it came, 0 for what was there before there was
//! a number. While a number is *open* (no page with it was given out) more may come under it; once it is *closed*, the next member
//! raises the number. Nothing that is listed may go or change, but that a value may become one of more.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, bail};

use crate::repo;

/// What scripts may rely on.
pub const CONTRACT: &str = "paceline.d.ts";
/// Its members, as they were given out.
const LIST: &str = "xtask/contract.txt";
/// Where the page says its number.
const NUMBER: (&str, &str) = ("src/scripting.rs", "const API: u32 = ");

/// Members by name, each with its type as it is written.
pub type Members = BTreeMap<String, String>;

/// The list: its number, whether that is open, and the members with theirs.
#[derive(Debug, Default, PartialEq, Eq)]
struct List {
    number: u32,
    open: bool,
    members: BTreeMap<String, (u32, String)>,
}

/// Checks that contract, list and number agree.
///
/// # Errors
/// Says what differs, and what to do.
pub fn check() -> Result<()> {
    let (members, number, list) = read()?;
    let next = list.follow(members, number)?;
    if next != list {
        bail!("{CONTRACT} has gained something: run `cargo xtask contract`, and commit {LIST}");
    }
    Ok(())
}

/// Takes what the contract gained into the list.
///
/// # Errors
/// Something went or changed, or the number has to rise first.
pub fn run() -> Result<()> {
    let (members, number, list) = read()?;
    fs::write(repo::root().join(LIST), list.follow(members, number)?.to_text()).context(LIST)
}

fn read() -> Result<(Members, u32, List)> {
    let text = |path: &str| fs::read_to_string(repo::root().join(path)).with_context(|| path.to_owned());
    let source = text(NUMBER.0)?;
    let number = source.split(NUMBER.1).nth(1).and_then(|rest| rest.split(';').next()).and_then(|it| it.parse().ok());
    let number = number.with_context(|| format!("{} does not say `{}`", NUMBER.0, NUMBER.1))?;
    Ok((members(&text(CONTRACT)?), number, List::parse(&text(LIST)?)?))
}

impl List {
    fn parse(text: &str) -> Result<Self> {
        let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let mut list = Self::default();
        let head = lines.next().unwrap_or_default();
        let (number, state) = head.strip_prefix("api ").and_then(|it| it.split_once(' ')).context("no number")?;
        list.number = number.parse().context("the number of the list")?;
        list.open = match state {
            "open" => true,
            "closed" => false,
            other => bail!("{LIST}: a number is open or closed, not {other}"),
        };
        for line in lines {
            let (since, member) = line.split_once(' ').with_context(|| format!("{LIST}: {line}"))?;
            let (name, what) = member.split_once(" = ").with_context(|| format!("{LIST}: {line}"))?;
            list.members.insert(name.to_owned(), (since.parse()?, what.to_owned()));
        }
        Ok(list)
    }

    fn to_text(&self) -> String {
        let state = if self.open { "open" } else { "closed" };
        let mut text = format!(
            "# Members of {CONTRACT}, each with the number under which it came: written by `cargo xtask contract`, which says what this\n\
             # is for. Whoever gives a page out writes `closed` after the number.\napi {} {state}\n",
            self.number
        );
        for (name, (since, what)) in &self.members {
            text.push_str(&format!("{since} {name} = {what}\n"));
        }
        text
    }

    /// The list for these members under this number.
    fn follow(&self, mut members: Members, number: u32) -> Result<Self> {
        let mut faults = Vec::new();
        let mut next = Self { number, open: self.open || number > self.number, members: BTreeMap::new() };
        let mut gained = false;
        for (name, (since, what)) in &self.members {
            match members.remove(name) {
                Some(now) if is_wider(&now, what) => {
                    gained |= now != *what;
                    next.members.insert(name.clone(), (*since, now));
                }
                Some(now) => faults.push(format!("{name} was {what}, and is {now}")),
                None => faults.push(format!("{name} is gone")),
            }
        }
        gained |= !members.is_empty();
        next.members.extend(members.into_iter().map(|(name, what)| (name, (number, what))));
        if !faults.is_empty() {
            bail!("the contract of {CONTRACT} only gains:\n  {}", faults.join("\n  "));
        }
        let (file, constant) = NUMBER;
        if number < self.number || number > self.number + 1 || (number > self.number) != (gained && !self.open) {
            let due = self.number + u32::from(gained && !self.open);
            bail!("{file}: `{constant}{number}` should be {due}: the number rises by one when the contract gains");
        }
        Ok(next)
    }
}

/// Whether all that was fits into what is, as far as text shows: the same; the same and more in a union; what may be left out besides.
fn is_wider(now: &str, before: &str) -> bool {
    let pieces = |it: &str| it.split([';', ',', '(', ')', '{', '}']).map(|it| it.trim().to_owned()).collect::<Vec<_>>();
    let mut before = pieces(before).into_iter().filter(|it| !it.is_empty()).peekable();
    let fits = pieces(now)
        .into_iter()
        .filter(|it| !it.is_empty())
        .all(|piece| before.next_if(|it| is_more(&piece, it)).is_some() || piece.contains("?: "));
    fits && before.next().is_none()
}

/// One piece of a type: `a: "x" | "y"`.
fn is_more(now: &str, before: &str) -> bool {
    let parts = |it: &str| {
        let (name, what) = it.split_once(": ").unwrap_or(("", it));
        (name.to_owned(), what.split(" | ").map(str::to_owned).collect::<Vec<_>>())
    };
    let ((now_name, now), (name, before)) = (parts(now), parts(before));
    now_name == name && before.iter().all(|it| now.contains(it))
}

/// The members of all interfaces and types: `Paceline.baton.open`, `Stance`. Calls with several forms are one member.
pub fn members(source: &str) -> Members {
    let mut found = Members::new();
    let mut path: Vec<String> = Vec::new();
    let mut statement = String::new();
    let mut round = 0_u32;
    for c in without_comments(source).chars() {
        match c {
            '(' => round += 1,
            ')' => round = round.saturating_sub(1),
            _ => {}
        }
        match c {
            '{' | '}' | ';' if round == 0 => {
                // The last member of an object may lack its semicolon; what follows an object (`[]`, `>`) has no name.
                let member = split(&statement);
                if let Some((name, what)) = member.as_ref().filter(|(_, what)| !what.is_empty()) {
                    let name = path.iter().chain([name]).map(String::as_str).collect::<Vec<_>>().join(".");
                    let entry = found.entry(name).or_default();
                    let and = if entry.is_empty() { "" } else { " & " };
                    entry.push_str(&format!("{and}{what}"));
                }
                match c {
                    '{' => path.push(member.map_or_else(|| name_of(&statement), |(name, _)| name)),
                    '}' => _ = path.pop(),
                    _ => {}
                }
                statement.clear();
            }
            _ => statement.push(c),
        }
    }
    found
}

/// The name and the type of `readonly a: b`, `a?: b`, `a(b): c`, `type a = b`.
fn split(statement: &str) -> Option<(String, String)> {
    let statement = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    let statement = ["readonly ", "type "].iter().fold(&*statement, |it, word| it.strip_prefix(word).unwrap_or(it));
    let at = statement.find(['(', ':', '=', '?'])?;
    let (name, what) = statement.split_at_checked(at)?;
    let name = name.trim();
    let what = what.strip_prefix([':', '=']).unwrap_or(what).trim();
    let is_name = !name.is_empty() && name.chars().all(|it| it.is_alphanumeric() || it == '_');
    is_name.then(|| (name.to_owned(), what.to_owned()))
}

/// The name in `interface Paceline extends Other`.
fn name_of(statement: &str) -> String {
    statement.split_whitespace().nth(1).unwrap_or_default().to_owned()
}

fn without_comments(source: &str) -> String {
    let mut kept = String::new();
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "// A.\ntype Kind = \"a\" | \"b\";\ninterface Error2 extends Error { /** c; */ code: string; }\n\
        interface P {\n  readonly api: number;\n  go(o: { a: string; b?: number }): Promise<void>;\n  \
        readonly baton: {\n open(a: A): P<C>; };\n  on(n: \"x\", f: (e: { c: C }) => void): () => void;\n  \
        on(n: \"y\", f: () => void): () => void;\n  list: { c: C; more: { d: D }[] }[];\n last?: N;\n  take(b: B): Promise<{ n: N }>;\n}\n";

    fn list(number: u32, open: bool, source: &str) -> List {
        let members = members(source).into_iter().map(|(name, what)| (name, (0, what))).collect();
        List { number, open, members }
    }

    #[test]
    fn members_are_found_at_every_depth() {
        let found = members(SOURCE);
        let names: Vec<_> = found.keys().map(String::as_str).collect();
        let expected = [
            "Error2.code",
            "Kind",
            "P.api",
            "P.baton.open",
            "P.go",
            "P.last",
            "P.list.c",
            "P.list.more.d",
            "P.on",
            "P.take",
            "P.take.n",
        ];
        assert_eq!(names, expected);
        assert_eq!(found["P.baton.open"], "(a: A): P<C>");
        assert!(found["P.on"].contains("\"x\"") && found["P.on"].contains("\"y\""));
    }

    #[test]
    fn what_goes_or_changes_is_refused_and_what_widens_is_not() {
        let before = list(1, true, SOURCE);
        for (from, to, ok) in [
            ("code: string;", "", false),
            ("code: string;", "code: number;", false),
            ("code: string;", "code: string | null;", true),
            ("\"a\" | \"b\"", "\"b\" | \"a\" | \"c\"", true),
            ("\"a\" | \"b\"", "\"a\"", false),
            ("open(a: A)", "open(a: B)", false),
            ("open(a: A)", "open(a: A, b?: B)", true),
            ("open(a: A)", "open(a: A, b: B)", false),
            ("b?: number }", "b?: number; c?: C }", true),
            ("b?: number }", "}", false),
            ("{ n: N }", "{ n: N; m: M }", true),
            ("{ n: N }", "{ m: M }", false),
            ("api: number;", "api: number; more: string;", true),
        ] {
            let now = members(&SOURCE.replace(from, to));
            assert_eq!(before.follow(now, 1).is_ok(), ok, "{from} to {to}");
        }
    }

    #[test]
    fn a_gain_raises_the_number_once_it_is_closed() {
        let more = members(&SOURCE.replace("api: number;", "api: number; more: string;"));
        assert!(list(1, true, SOURCE).follow(more.clone(), 2).is_err(), "not while it is open");
        let closed = list(1, false, SOURCE);
        assert!(closed.follow(more.clone(), 1).is_err());
        assert!(closed.follow(more.clone(), 3).is_err());
        assert!(closed.follow(members(SOURCE), 2).is_err(), "nothing was gained");
        let next = closed.follow(more.clone(), 2).expect("rises");
        assert_eq!((next.number, next.open, next.members["P.more"].0), (2, true, 2));
        assert_eq!(next.follow(more, 2).expect("again"), next);
    }

    #[test]
    fn a_list_survives_being_written() {
        let list = list(3, false, SOURCE);
        assert_eq!(List::parse(&list.to_text()).expect("reads"), list);
        assert!(List::parse("api x open").is_err() && List::parse("").is_err());
    }
}
