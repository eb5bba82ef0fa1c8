//! `paceline-host verify`, as somebody calls it: the program itself, on files.

use std::{fs, path::Path, process::Command};

use paceline_room::{car::export, testing::World, verify::verify};
use tempfile::TempDir;

/// How it ends, and what it prints and complains of.
fn run(folder: &Path, file: &[u8]) -> (Option<i32>, String, String) {
    let path = folder.join("room.car");
    fs::write(&path, file).expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_paceline-host")).arg("verify").arg(&path).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn room() -> Vec<u8> {
    let mut world = World::new(41);
    world.introduce(1, "Ada\u{1b}[31m");
    world.sync_all();
    world.post(1, "first");
    world.post(2, "beside it");
    export(&world.whole(), |cid| world.words(cid))
}

#[test]
fn a_good_file_is_told_by_its_authors_and_what_they_wrote() {
    let folder = TempDir::new().expect("a folder");
    let (code, said, complaint) = run(folder.path(), &room());
    assert_eq!((code, complaint.as_str()), (Some(0), ""));
    for words in
        ["Every signature holds", "4 events by 3 authors", "2 with their words", "2 events: 1 introduced, 1 posted"]
    {
        assert!(said.contains(words), "{words} in {said}");
    }
    assert!(
        said.contains("Ada [31m (12D3KooW") && !said.contains('\u{1b}'),
        "names have no power over a terminal: {said}"
    );
    assert!(!said.contains("left out at its end"), "{said}");
}

#[test]
fn a_file_that_was_changed_or_cut_is_refused_with_the_place() {
    let folder = TempDir::new().expect("a folder");
    let good = room();
    let mut places = std::collections::BTreeSet::new();
    for at in (0..good.len()).step_by(good.len() / 40) {
        let mut changed = good.clone();
        changed[at] ^= 1;
        let fault = verify(&changed, [1; 32]).expect_err("changed");
        let (code, said, complaint) = run(folder.path(), &changed);
        assert_eq!((code, said.as_str()), (Some(1), ""));
        assert!(complaint.contains(&format!("room.car is refused: {fault}")), "{complaint}");
        places.insert(fault.place.block);
    }
    assert!(places.len() > 5, "header and blocks: {places:?}");
    for cut in [0, 10, good.len() / 2, good.len() - 1] {
        assert_eq!(run(folder.path(), &good[..cut]).0, Some(1), "cut at {cut}");
    }
    let missing = Command::new(env!("CARGO_BIN_EXE_paceline-host")).args(["verify", "no-such-file"]).output();
    let missing = missing.expect("it runs");
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("no-such-file cannot be opened"));
}
