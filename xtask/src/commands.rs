//! The commands that scripts have are those of the contract: the table in the page (name, arguments, result) is compared with
//! `paceline.d.ts`, which is written by hand. The page may ask for less than the contract does, never for more.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, bail};

use crate::{
    contract::{CONTRACT, Members, members},
    repo,
};

/// The table.
const TABLE: &str = "src/scripting/commands.rs";
/// What else describes what scripts say.
const BESIDE: &str = "src/scripting/decisions.rs";
/// How it begins, and how it ends.
const PLACE: (&str, &str) = ("commands! { session:", "\n}\n");
/// What holds the commands in the contract.
const HOLDER: &str = "Paceline.";
/// What is a call and no command: it answers at once.
const NO_COMMAND: &[&str] = &["on"];

/// What types of the page are to scripts. What is an object there is compared by its fields, or has none to compare (`""`).
const TYPES: &[(&str, &str)] = &[
    ("()", "void"),
    ("Answer", "\"adjusted\" | \"noted\" | \"declined\""),
    ("Bytes", "Uint8Array"),
    ("ImportReport", ""),
    ("bool", "boolean"),
    ("String", "string"),
    ("u32", "number"),
    ("u64", "number"),
    ("u8", "number"),
    ("i64", "number"),
    ("AskFor", "Ask"),
    ("Turn", "\"joined\" | \"spoken\" | \"passed\" | \"away\" | \"again\""),
    ("NotesAs", "\"markdown\" | \"html\""),
    ("Ballot", "\"consent\" | \"concern\" | \"object\" | \"stand-aside\""),
    ("EffectFor", "Effect"),
];

/// A name, whether it may be left out, its type: of an argument, of a field of one, and of the result, whose name is empty.
type Piece = (String, bool, String);

/// Checks that table and contract agree.
///
/// # Errors
/// Names each command that differs.
pub fn check() -> Result<()> {
    let read = |path: &str| fs::read_to_string(repo::root().join(path)).with_context(|| path.to_owned());
    let table = read(TABLE)? + &read(BESIDE)?.replace("\npub struct ", "\nstruct ");
    let faults = faults(&table, &members(&read(CONTRACT)?))?;
    if !faults.is_empty() {
        bail!("{TABLE} and {CONTRACT} differ:\n  {}", faults.join("\n  "));
    }
    Ok(())
}

fn faults(table: &str, contract: &Members) -> Result<Vec<String>> {
    let commands = commands(table)?;
    let promised: BTreeMap<_, _> = contract
        .iter()
        .filter_map(|(name, what)| Some((name.strip_prefix(HOLDER)?, what)))
        .filter(|(name, what)| what.starts_with('(') && !NO_COMMAND.contains(name))
        .collect();
    let mut faults = Vec::new();
    for (name, pieces) in &commands {
        match promised.get(name.as_str()) {
            None => faults.push(format!("{name} is not in the contract")),
            Some(what) if !fits(pieces, &pieces_of(what)) => {
                let said: Vec<_> = pieces
                    .iter()
                    .map(|(name, free, what)| format!("{name}{}: {what}", if *free { "?" } else { "" }))
                    .collect();
                faults.push(format!("{name} takes and gives {}; the contract says {what}", said.join(", ")));
            }
            Some(_) => {}
        }
    }
    faults.extend(
        promised.keys().filter(|it| !commands.contains_key(**it)).map(|it| format!("{it} is not in the table")),
    );
    Ok(faults)
}

/// Whether the page takes whatever the contract lets scripts pass, and gives what it says.
fn fits(page: &[Piece], contract: &[Piece]) -> bool {
    let fits = |((name, free, what), (other, left_out, that)): (&Piece, &Piece)| {
        name == other && what == that && (*free || !left_out)
    };
    page.len() == contract.len() && page.iter().zip(contract).all(fits)
}

/// `(a: A, o: { b?: B }): Promise<C>` in pieces.
fn pieces_of(signature: &str) -> Vec<Piece> {
    let pieces = signature.split(['(', ')', '{', '}', ',', ';']).map(str::trim).filter(|it| !it.is_empty());
    let piece = |it: &str| {
        let (name, what) = it.split_once(':').unwrap_or(("", it));
        let what = what.trim().strip_prefix("Promise<").map_or(what.trim(), |it| it.strip_suffix('>').unwrap_or(it));
        (name.trim_end_matches('?').to_owned(), name.ends_with('?'), what.to_owned())
    };
    pieces.map(piece).collect()
}

/// The commands of the table by name, each in pieces as the contract has them.
fn commands(table: &str) -> Result<BTreeMap<String, Vec<Piece>>> {
    let lines = table.split_once(PLACE.0).and_then(|(_, rest)| rest.split_once(PLACE.1)).map(|(lines, _)| lines);
    let lines = lines.with_context(|| format!("{TABLE} has no `{}`", PLACE.0))?;
    let mut commands = BTreeMap::new();
    for line in lines.lines().map(str::trim).filter(|it| it.starts_with('"')) {
        let parts = || {
            let (name, rest) = line.strip_prefix('"')?.split_once("\" (")?;
            let (arguments, rest) = rest.split_once(") -> ")?;
            Some((name, arguments, rest.split_once(" = ")?.0))
        };
        let (name, arguments, result) = parts().with_context(|| format!("{TABLE} cannot be read at {line}"))?;
        let mut pieces = Vec::new();
        for (name, what) in arguments.split(", ").filter_map(|it| it.split_once(": ")) {
            let given = inside("Option<", what);
            match fields(table, given.as_deref().unwrap_or(what)) {
                Some(fields) => {
                    pieces.push((name.to_owned(), given.is_some(), String::new()));
                    pieces.extend(fields);
                }
                None => pieces.push(piece(name, what, false)),
            }
        }
        pieces.push(piece("", result, false));
        if commands.insert(name.to_owned(), pieces).is_some() {
            bail!("{TABLE} has {name} twice");
        }
    }
    Ok(commands)
}

/// The fields of a struct of the table's file, as scripts write them.
fn fields(table: &str, name: &str) -> Option<Vec<Piece>> {
    let (_, rest) = table.split_once(&format!("\nstruct {name} {{\n"))?;
    let (body, _) = rest.split_once("\n}")?;
    let mut free = false;
    let mut fields = Vec::new();
    for line in body.lines().map(str::trim) {
        if line == "#[serde(default)]" {
            free = true;
        } else if let Some((name, what)) = line.trim_end_matches(',').split_once(": ") {
            fields.push(piece(&camel(name.trim_start_matches("r#")), what, std::mem::take(&mut free)));
        }
    }
    Some(fields)
}

fn piece(name: &str, what: &str, free: bool) -> Piece {
    let optional = inside("Option<", what);
    let free = free || optional.is_some();
    let what = optional.unwrap_or_else(|| what.to_owned());
    if let Some(what) = inside("Option<", &what) {
        return (name.to_owned(), free, format!("{what} | null"));
    }
    let known = |what: &str| TYPES.iter().find(|(it, _)| *it == what).map_or(what, |(_, it)| *it).to_owned();
    let what = inside("Vec<", &what).map_or_else(|| known(&what), |it| format!("{}[]", known(&it)));
    (name.to_owned(), free, what)
}

/// What is inside `Option<..>`, or another.
fn inside(outer: &str, what: &str) -> Option<String> {
    Some(what.strip_prefix(outer)?.strip_suffix('>')?.to_owned())
}

/// `reply_to` as scripts write it.
fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |camel, part| {
        let (head, tail) = part.split_at(part.len().min(1));
        camel + &head.to_uppercase() + tail
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "commands! { session:\n    \"say\" (o: Say) -> Cid = session.say(o).await;\n    \
        \"baton.offer\" (baton: Cid, note: Option<String>) -> () = x;\n\n    \"list\" () -> ImportReport = y;\n}\n\
        struct Say {\n    text: String,\n    reply_to: Option<Cid>,\n    #[serde(default)]\n    tags: Vec<String>,\n    r#as: Answer,\n    to: Option<Option<Cid>>,\n}\n";
    const CONTRACT: &str = "interface Paceline {\n  readonly api: number;\n  \
        say(o: { text: string; replyTo?: Cid; tags?: string[]; as: \"adjusted\" | \"noted\" | \"declined\"; to?: Cid | null }): Promise<Cid>;\n  \
        readonly baton: { offer(baton: Cid, note?: string): Promise<void>; };\n  \
        list(): Promise<{ n: number }>;\n  on(name: \"x\", fn: (e: E) => void): () => void;\n}\n";

    fn told(table: &str, contract: &str) -> Vec<String> {
        faults(table, &members(contract)).expect("reads")
    }

    #[test]
    fn a_table_that_does_what_the_contract_says_passes() {
        assert_eq!(told(TABLE, CONTRACT), [""; 0]);
        // The page may ask for less.
        assert_eq!(told(&TABLE.replace("text: String", "text: Option<String>"), CONTRACT), [""; 0]);
    }

    #[test]
    fn each_difference_is_named_with_its_command() {
        for (from, to, command) in [
            ("\"say\"", "\"tell\"", "tell is not in the contract"),
            ("reply_to: Option<Cid>", "reply_to: Cid", "say"),
            ("reply_to", "answer_to", "say"),
            ("text: String", "text: u32", "say"),
            ("to: Option<Option<Cid>>", "to: Option<Cid>", "say"),
            ("note: Option<String>", "note: String", "baton.offer"),
            ("baton: Cid, note", "note", "baton.offer"),
            ("-> () = x", "-> Cid = x", "baton.offer"),
        ] {
            let faults = told(&TABLE.replace(from, to), CONTRACT);
            assert!(faults.iter().any(|it| it.contains(command)), "{from} to {to}: {faults:?}");
        }
        let faults = told(TABLE, &CONTRACT.replace("list()", "lists()"));
        assert_eq!(faults, ["list is not in the contract", "lists is not in the table"]);
    }

    #[test]
    fn a_table_that_is_not_there_or_cannot_be_read_is_a_fault() {
        assert!(faults("commands! { other:\n}\n", &members(CONTRACT)).is_err());
        assert!(faults(&TABLE.replace(" -> Cid = session", " = session"), &members(CONTRACT)).is_err());
    }
}
