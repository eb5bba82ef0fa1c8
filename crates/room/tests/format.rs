//! `docs/format.md` says of events what the code says: its tables are held against it here.

use std::{collections::BTreeMap, fs, path::Path};

use paceline_room::limits;

const FORMAT: &str = include_str!("../../../docs/format.md");
/// The table of kinds; the capabilities it names lie beside it.
const TABLE: &str = include_str!("../src/kinds.rs");
const CAPABILITIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/kinds");

/// What all files of a folder say.
fn sources(folder: &Path) -> String {
    let entries = fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry").path());
    let text = |path: &Path| fs::read_to_string(path).expect("a source");
    entries.map(|path| if path.is_dir() { sources(&path) } else { text(&path) }).collect()
}

/// What stands between that first line and the end of each block that it opens.
fn blocks<'a>(text: &'a str, first: &str) -> Vec<&'a str> {
    let begun = text.split(&format!("\n{first} {{\n")).skip(1).collect::<Vec<_>>();
    begun.into_iter().map(|it| it.split("\n}\n").next().expect("its end")).collect()
}

/// Names of bodies and their fields, as each `bodies!` lists them.
fn bodies() -> BTreeMap<String, Vec<String>> {
    let text = sources(Path::new(CAPABILITIES));
    let (mut bodies, mut body) = (BTreeMap::<_, Vec<_>>::new(), "");
    for line in blocks(&text, "bodies!").into_iter().flat_map(str::lines) {
        let text = line.trim_start();
        let depth = line.len() - text.len();
        if let Some((name, _)) = text.split_once(" {").filter(|_| depth == 4) {
            body = name;
            bodies.insert(body.to_owned(), Vec::new());
        } else if let (8, Some((field, _))) = (depth, text.split_once(": "))
            && !text.starts_with(['/', '#'])
        {
            bodies.entry(body.to_owned()).or_default().push(field.trim_start_matches("[optional] ").to_owned());
        }
    }
    bodies
}

/// Kinds by their names on the wire, with their fields.
fn kinds() -> BTreeMap<&'static str, Vec<String>> {
    let mut bodies = bodies();
    let rows = blocks(TABLE, "capabilities!").into_iter().flat_map(str::lines);
    let kinds = rows
        .filter_map(|line| line.trim().split_once(" = \""))
        .map(|(body, name)| {
            (name.split('"').next().expect("a name"), bodies.remove(body).expect("a body for each kind"))
        })
        .collect();
    assert!(bodies.is_empty(), "a kind for each body: {bodies:?}");
    kinds
}

/// Rows of the table whose head begins with that, by what is quoted first.
fn table(head: &str) -> BTreeMap<&'static str, Vec<&'static str>> {
    let rows = FORMAT.split(&format!("\n| {head} |")).nth(1).expect("the table").lines().skip(2);
    rows.take_while(|row| row.starts_with('|'))
        .map(|row| {
            let mut quoted = row.split('`').skip(1).step_by(2);
            (quoted.next().expect("a name"), quoted.collect())
        })
        .collect()
}

#[test]
fn every_kind_is_described_with_all_its_fields() {
    let (kinds, described) = (kinds(), table("kind"));
    assert!(kinds.len() > 15 && kinds["posted"].len() == 5);
    for (kind, fields) in kinds {
        let described = described.get(kind).unwrap_or_else(|| panic!("{kind} is described"));
        for field in fields {
            assert!(described.contains(&field.as_str()), "{kind} has a field {field}");
        }
    }
}

#[test]
fn the_described_limits_are_the_limits() {
    let limits = FORMAT.split("\n## Limits\n").nth(1).expect("the table of limits");
    let row =
        |of: &str| limits.lines().find(|row| row.starts_with(&format!("| {of} |"))).expect("a row").replace(',', "");
    for (of, limit) in [
        ("event block", limits::BLOCK_BYTES),
        ("text in a words block", limits::WORDS_BYTES),
        ("parents", limits::PARENTS),
        ("lists and maps in one another", limits::NESTING),
    ] {
        assert!(row(of).contains(&format!("| {limit}")), "{of}: {limit}");
    }
    assert_eq!(limits::NUMBER, (1 << 53) - 1);
    assert_eq!(limits::WORDS_BLOCK_BYTES - limits::WORDS_BYTES, 256);
}
