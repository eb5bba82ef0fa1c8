//! An entry for a calendar (iCalendar, RFC 5545), written and nothing else: no clock, no browser. The crates for it bring time zones,
//! parsers and random numbers along, which every visitor would download; what one entry needs is below.

/// Octets of a line, without its end (RFC 5545, 3.1).
const LINE: usize = 75;

/// How often it is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// Once.
    #[default]
    Never,
    /// From Monday to Friday.
    Weekdays,
    /// Once a week.
    Weekly,
}

impl Repeats {
    /// In the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Never, Self::Weekdays, Self::Weekly];

    /// Stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Weekdays => "weekdays",
            Self::Weekly => "weekly",
        }
    }

    const fn rule(self) -> Option<&'static str> {
        match self {
            Self::Never => None,
            Self::Weekdays => Some("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
            Self::Weekly => Some("FREQ=WEEKLY"),
        }
    }
}

/// What is entered.
pub struct Entry<'a> {
    /// The same for the same entry: who adds it twice has it once.
    pub uid: &'a str,
    /// What it is called, whatever people wrote.
    pub title: &'a str,
    /// What stands in it.
    pub words: &'a str,
    /// Where it is: an address without anything that needs to be escaped.
    pub link: &'a str,
    /// When it was written, as [`stamp`] has it.
    pub written: &'a str,
    /// When it begins.
    pub begins: &'a str,
    /// When it ends.
    pub ends: &'a str,
    /// How often it is.
    pub repeats: Repeats,
}

/// `20261129T090000Z` of `2026-11-29T09:00:00.000Z`, and the same without `Z` for the hour of whoever reads it; nothing of what
/// is no time of a year with four digits.
pub fn stamp(iso: &str) -> Option<String> {
    let (day, clock) = iso.split_once('T')?;
    let (seconds, rest) = clock.split_once('.')?;
    let digits: String = [day, "T", seconds].concat().chars().filter(|it| !matches!(it, '-' | ':')).collect();
    let is_whole = digits.len() == 15 && day.len() == 10 && digits.chars().all(|it| it == 'T' || it.is_ascii_digit());
    is_whole.then(|| digits + if rest.ends_with('Z') { "Z" } else { "" })
}

/// The file.
pub fn file(entry: &Entry) -> String {
    let mut out = String::new();
    for whole in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Paceline//Paceline//EN", "BEGIN:VEVENT"] {
        line(&mut out, whole);
    }
    for (name, value) in
        [("UID", entry.uid), ("DTSTAMP", entry.written), ("DTSTART", entry.begins), ("DTEND", entry.ends)]
    {
        line(&mut out, &[name, ":", value].concat());
    }
    if let Some(rule) = entry.repeats.rule() {
        line(&mut out, &["RRULE:", rule].concat());
    }
    line(&mut out, &["SUMMARY:", &text(entry.title)].concat());
    line(&mut out, &["DESCRIPTION:", &text(entry.words)].concat());
    line(&mut out, &["LOCATION:", &text(entry.link)].concat());
    line(&mut out, &["URL:", entry.link].concat());
    line(&mut out, "END:VEVENT");
    line(&mut out, "END:VCALENDAR");
    out
}

/// One line, folded between characters.
fn line(out: &mut String, whole: &str) {
    let mut taken = 0;
    for it in whole.chars() {
        if taken + it.len_utf8() > LINE {
            out.push_str("\r\n ");
            taken = 1;
        }
        out.push(it);
        taken += it.len_utf8();
    }
    out.push_str("\r\n");
}

/// Words as a value (3.3.11): whatever some reader takes for the end of a line is escaped, and no control character is left.
fn text(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for it in words.replace("\r\n", "\n").chars() {
        match it {
            '\\' | ';' | ',' => out.extend(['\\', it]),
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push_str("\\n"),
            it if it.is_control() => {}
            it => out.push(it),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn written(title: &str, repeats: Repeats) -> String {
        let link = "https://a.example/#/r/abc";
        let (written, begins, ends) = ("20261128T120000Z", "20261129T090000Z", "20261129T091500Z");
        file(&Entry { uid: "x@y", title, words: "Two\nlines", link, written, begins, ends, repeats })
    }

    /// Names and values as a reader has them: unfolded, split, and with nothing escaped.
    fn read(file: &str) -> Vec<(String, String)> {
        let unfolded = file.replace("\r\n ", "");
        let lines = unfolded.strip_suffix("\r\n").expect("each line ends").split("\r\n");
        let value = |escaped: &str| {
            let (mut out, mut rest) = (String::new(), escaped.chars());
            while let Some(it) = rest.next() {
                match (it, (it == '\\').then(|| rest.next().expect("something is escaped"))) {
                    (_, Some('n')) => out.push('\n'),
                    (_, Some(escaped)) => out.push(escaped),
                    (it, None) => out.push(it),
                }
            }
            out
        };
        lines.map(|it| it.split_once(':').expect("a name")).map(|(name, it)| (name.to_owned(), value(it))).collect()
    }

    const HOSTILE: [&str; 6] = [
        "Crew\r\nEND:VEVENT\r\nBEGIN:VALARM",
        "a;b,c\\n\\\\;",
        "END:VEVENT",
        "one\u{2028}two\u{85}three\rfour",
        "",
        "\\",
    ];

    #[test]
    fn a_hostile_title_stays_a_title() {
        for title in HOSTILE {
            let all = read(&written(title, Repeats::Weekdays));
            let names: Vec<_> = all.iter().map(|(name, _)| &**name).collect();
            let entry =
                ["UID", "DTSTAMP", "DTSTART", "DTEND", "RRULE", "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "END"];
            assert_eq!(names, [&["BEGIN", "VERSION", "PRODID", "BEGIN"][..], &entry, &["END"]].concat(), "{title:?}");
            let plain = title.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}'], "\n");
            assert_eq!(all.iter().find(|(name, _)| name == "SUMMARY").map(|(_, it)| it), Some(&plain));
        }
    }

    #[test]
    fn lines_are_folded_at_75_octets_and_never_inside_of_a_character() {
        for wide in ["a", "é", "橋", "🚲"] {
            for before in 0..6 {
                let title = "x".repeat(before) + &wide.repeat(120);
                let file = written(&title, Repeats::Never);
                assert!(file.split("\r\n").all(|it| it.len() <= LINE), "{title}");
                assert!(file.split("\r\n").any(|it| it.len() + wide.len() > LINE), "no line is shorter than need be");
                assert!(read(&file).contains(&("SUMMARY".into(), title)));
            }
        }
    }

    #[test]
    fn a_calendar_entry_says_how_often_it_is() {
        assert!(!written("Crew", Repeats::Never).contains("RRULE"));
        assert!(written("Crew", Repeats::Weekly).contains("\r\nRRULE:FREQ=WEEKLY\r\n"));
    }

    #[test]
    fn a_time_is_stamped_or_is_none() {
        assert_eq!(stamp("2026-11-29T09:00:00.000Z").as_deref(), Some("20261129T090000Z"));
        assert_eq!(stamp("2026-11-29T09:00:00.000").as_deref(), Some("20261129T090000"));
        for bad in ["", "+275760-09-13T00:00:00.000Z", "2026-11-29", "2026-11-29T09:00.000Z", "20é6-11-29T9:00:00.0Z"]
        {
            assert_eq!(stamp(bad), None, "{bad}");
        }
    }
}
