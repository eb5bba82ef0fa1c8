//! Writes logs that cost others most into a folder, a file each, beside a meeting that was recorded: what the page's tests import.
//! `cargo run -p paceline-room --example hostile -- FOLDER EVENTS`; prints `NAME EVENTS` for each.

use std::{env, fs, path::PathBuf};

use paceline_room::{car::export, testing::hostile::Harm};

/// Events of the logs by which the worst is found, and how many of them are tried.
const TRIED: usize = 128;
const DRAWS: u64 = 4;

fn main() {
    let mut arguments = env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect("a folder"));
    let events: usize = arguments.next().and_then(|it| it.parse().ok()).expect("how many events");
    fs::create_dir_all(&folder).expect("the folder can be made");
    let write =
        |name: &str, file: &[u8]| fs::write(folder.join(name).with_extension("car"), file).expect("it is written");
    write("a-meeting", include_bytes!("../tests/vectors/meeting.car"));
    for harm in Harm::ALL {
        let scene = harm.log(harm.worst(DRAWS, TRIED), events);
        write(harm.name(), &export(&scene.log, |_| None));
        println!("{} {}", harm.name(), scene.log.len());
    }
}
