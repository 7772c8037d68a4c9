//! Every way to change an access log, and what is found of it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use tempfile::TempDir;

use super::{
    AccessEntry, AccessLog, ChainKey, LogQuestion, Verified, folder, newest_lines, verify,
    verify_day,
};
use crate::{
    access::{AccessAnchor, Role, SealKey, Seat},
    time::{Date, Timestamp},
};

/// A store's anchors, and a folder of access logs.
struct House {
    folder: TempDir,
    anchors: Arc<Mutex<Vec<AccessAnchor>>>,
}

fn key() -> ChainKey {
    ChainKey::of(&SealKey::new([7; 32]))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn asked(at: Timestamp, route: &str) -> AccessEntry {
    AccessEntry {
        at,
        seat: Some(Seat::new(Role::Dispatcher, None, None).unwrap()),
        account: None,
        method: "GET",
        route: route.to_owned(),
        status: 200,
    }
}

impl House {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), anchors: Arc::default() }
    }

    fn open(&self, now: &str) -> AccessLog {
        let kept = Arc::clone(&self.anchors);
        let sink = move |anchor: &AccessAnchor| {
            let mut kept = kept.lock().unwrap();
            kept.retain(|known| (known.log, known.day) != (anchor.log, anchor.day));
            kept.push(*anchor);
            true
        };
        let anchors = self.anchors.lock().unwrap().clone();
        AccessLog::open(self.folder.path(), key(), &anchors, at(now), Box::new(sink)).unwrap()
    }

    /// A server that answers so many requests from then on, one a second, and stops.
    fn serves(&self, from: &str, requests: i64) {
        let log = self.open(from);
        for second in 0..requests {
            log.note(asked(at(from).plus_seconds(second), "/api/v1/sites"));
        }
        log.close();
    }

    fn verify(&self) -> Verified {
        let anchors = self.anchors.lock().unwrap().clone();
        let today: Date = "2026-11-24".parse().unwrap();
        verify(self.folder.path(), &key(), &anchors, today).unwrap()
    }

    /// What is found, each with the name of its file alone.
    fn faults(&self) -> Vec<String> {
        let home = format!("{}/", self.folder.path().display());
        self.verify().faults.iter().map(|fault| fault.to_string().replace(&home, "")).collect()
    }

    /// As [`House::faults`], of one day.
    fn faults_of(&self, day: &str) -> Vec<String> {
        let anchors = self.anchors.lock().unwrap().clone();
        let found = verify_day(self.folder.path(), &key(), &anchors, day.parse().unwrap()).unwrap();
        found.faults.iter().map(ToString::to_string).collect()
    }

    fn file(&self, day: &str) -> PathBuf {
        folder::file(&self.folder.path().join("1"), day.parse().unwrap())
    }

    fn lines(&self, day: &str) -> Vec<String> {
        let text = fs::read_to_string(self.file(day)).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// Writes a file anew, as somebody would who may.
    fn rewrite(&self, day: &str, change: impl FnOnce(&mut Vec<String>)) {
        let mut lines = self.lines(day);
        change(&mut lines);
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(self.file(day), text).unwrap();
    }
}

/// Three days: lines 1 to 5, 6 to 10 and 11 to 15.
fn three_days() -> House {
    let house = House::new();
    for day in ["2026-11-21", "2026-11-22", "2026-11-23"] {
        house.serves(&format!("{day}T10:00:00Z"), 5);
    }
    assert_eq!(house.faults(), [""; 0]);
    house
}

const MIDDLE: &str = "2026-11-22";

#[track_caller]
fn check(change: impl FnOnce(&House), expected: &[&str]) {
    let house = three_days();
    change(&house);
    assert_eq!(house.faults(), expected);
}

#[test]
fn what_nobody_touched_is_whole_over_days_and_starts() {
    let house = three_days();
    let verified = house.verify();
    assert_eq!((verified.lines, verified.files, verified.chains), (15, 3, 1));
    assert_eq!((verified.missed, verified.mended), (0, 0));
    let last = house.lines("2026-11-23").pop().unwrap();
    assert!(
        last.starts_with(
            r#"{"seq":15,"at":"2026-11-23T10:00:04Z","what":"request","role":"dispatcher","#
        ),
        "{last}"
    );
}

#[test]
fn an_altered_line_is_found() {
    check(
        |house| house.rewrite(MIDDLE, |lines| lines[1] = lines[1].replace("dispatcher", "admin")),
        &["1/2026-11-22.jsonl:2: line 7 was altered"],
    );
    check(
        |house| {
            house.rewrite(MIDDLE, |lines| {
                lines[4] = lines[4].replace("\"status\":200", "\"status\":403")
            })
        },
        &["1/2026-11-22.jsonl:5: line 10 was altered"],
    );
    check(
        |house| house.rewrite(MIDDLE, |lines| lines[2] = "{}".to_owned()),
        &[
            "1/2026-11-22.jsonl:3: is no line of an access log",
            "1/2026-11-22.jsonl:4: line 8 is missing before line 9",
        ],
    );
}

#[test]
fn a_line_that_was_made_with_another_key_is_found() {
    let stranger = ChainKey::of(&SealKey::new([8; 32]));
    check(
        |house| {
            house.rewrite(MIDDLE, |lines| {
                let line = key().read(&lines[1]).unwrap().line;
                lines[1] = stranger.sealed(&line).unwrap().0.trim_end().to_owned();
            });
        },
        &[
            "1/2026-11-22.jsonl:2: line 7 was altered",
            "1/2026-11-22.jsonl:3: line 8 does not follow the line before it, which was replaced",
        ],
    );
}

#[test]
fn a_removed_line_is_found_wherever_it_stood() {
    check(
        |house| house.rewrite(MIDDLE, |lines| drop(lines.remove(2))),
        &["1/2026-11-22.jsonl:3: line 8 is missing before line 9"],
    );
    check(
        |house| house.rewrite("2026-11-21", |lines| drop(lines.drain(..2))),
        &["1/2026-11-21.jsonl:1: lines 1 to 2 are missing before line 3"],
    );
    check(
        |house| house.rewrite("2026-11-23", |lines| drop(lines.pop())),
        &["1/2026-11-23.jsonl: line 15, which the store has anchored, is not in it"],
    );
}

#[test]
fn a_moved_or_doubled_line_is_found() {
    check(
        |house| house.rewrite(MIDDLE, |lines| lines.swap(1, 2)),
        &[
            "1/2026-11-22.jsonl:2: line 7 is missing before line 8",
            "1/2026-11-22.jsonl:3: line 7 stands behind line 8: it was moved or put in again",
            "1/2026-11-22.jsonl:4: line 8 is missing before line 9",
        ],
    );
    check(
        |house| house.rewrite(MIDDLE, |lines| lines.insert(2, lines[1].clone())),
        &["1/2026-11-22.jsonl:3: line 7 stands behind line 7: it was moved or put in again"],
    );
}

#[test]
fn a_file_that_was_cut_or_removed_is_found() {
    let cut = |house: &House, day: &str, bytes: u64| {
        let file = fs::OpenOptions::new().write(true).open(house.file(day)).unwrap();
        file.set_len(file.metadata().unwrap().len() - bytes).unwrap();
    };
    check(
        |house| cut(house, MIDDLE, 10),
        &[
            "1/2026-11-22.jsonl:5: is not finished",
            "1/2026-11-22.jsonl: line 10, which the store has anchored, is not in it",
            "1/2026-11-23.jsonl:1: line 10 is missing before line 11",
        ],
    );
    check(
        |house| cut(house, "2026-11-23", 10),
        &["1/2026-11-23.jsonl: line 15, which the store has anchored, is not in it"],
    );
    check(
        |house| fs::remove_file(house.file(MIDDLE)).unwrap(),
        &[
            "1/2026-11-22.jsonl: is gone: the store has anchored its end",
            "1/2026-11-23.jsonl:1: lines 6 to 10 are missing before line 11",
        ],
    );
    for (day, found) in [("2026-11-21", "1/2026-11-21.jsonl"), ("2026-11-23", "1/2026-11-23.jsonl")]
    {
        check(
            |house| fs::remove_file(house.file(day)).unwrap(),
            &[&format!("{found}: is gone: the store has anchored its end")],
        );
    }
    let house = three_days();
    fs::remove_dir_all(house.folder.path().join("1")).unwrap();
    let faults = house.faults();
    assert!(
        faults.len() == 1 && faults[0].contains("which the store has anchored, is not here"),
        "{faults:?}"
    );
}

#[test]
fn a_server_that_goes_on_behind_a_cut_end_does_not_hide_it() {
    let house = three_days();
    house.rewrite("2026-11-23", |lines| lines.truncate(2));
    house.serves("2026-11-23T12:00:00Z", 9);
    assert_eq!(house.faults(), ["1/2026-11-23.jsonl:3: lines 13 to 15 are missing before line 16"]);
}

#[test]
fn an_unfinished_line_is_cut_off_and_told_and_breaks_nothing() {
    let house = three_days();
    let mut bytes = fs::read(house.file("2026-11-23")).unwrap();
    bytes.extend_from_slice(br#"{"seq":16,"at":"2026-11-23T10:"#);
    fs::write(house.file("2026-11-23"), bytes).unwrap();
    assert_eq!(house.faults(), [""; 0], "a server may be writing it");

    house.serves("2026-11-23T12:00:00Z", 2);

    let verified = house.verify();
    assert_eq!((verified.lines, verified.mended, verified.faults.len()), (18, 1, 0));
    assert!(house.lines("2026-11-23")[5].contains("\"what\":\"mended\""));
}

#[test]
fn two_servers_write_a_chain_each() {
    let house = House::new();
    let (one, two) = (house.open("2026-11-23T10:00:00Z"), house.open("2026-11-23T10:00:00Z"));
    for second in 0..20 {
        let log = if second % 2 == 0 { &one } else { &two };
        log.note(asked(at("2026-11-23T10:00:00Z").plus_seconds(second), "/api/v1/kpis"));
    }
    one.close();
    two.close();
    let verified = house.verify();
    assert_eq!((verified.chains, verified.lines, verified.faults.len()), (2, 20, 0));
    let day = "2026-11-23".parse().unwrap();
    let read = |after, most| {
        let question = LogQuestion { day, after, accounts: None, route: None, most };
        let (lines, next) = newest_lines(house.folder.path(), &question).unwrap();
        (lines.into_iter().map(|line| line.at).collect::<Vec<_>>(), next)
    };
    let (all, none) = read(None, 20);
    let mut expected: Vec<String> =
        (0..20).map(|s| at("2026-11-23T10:00:00Z").plus_seconds(s).to_string()).collect();
    expected.reverse();
    assert_eq!((&all, none), (&expected, None), "newest first, over both");
    let (mut told, mut next) = read(None, 3);
    while let Some(place) = next {
        let (lines, after) = read(Some(place.to_string().parse().unwrap()), 3);
        told.extend(lines);
        next = after;
    }
    assert_eq!(told, all, "page by page");
}

#[test]
fn lines_are_read_from_the_end_and_what_is_no_line_is_passed_over() {
    let house = House::new();
    let begin = at("2026-11-23T10:00:00Z");
    let log = house.open("2026-11-23T10:00:00Z");
    for second in 0..1000 {
        let route = if second == 7 { "/api/v1/kpis" } else { "/api/v1/sites/{code}" };
        log.note(asked(begin.plus_seconds(second), route));
    }
    log.close();
    let file = house.folder.path().join("1/2026-11-23.jsonl");
    let mut text = fs::read_to_string(&file).unwrap();
    // More than is read at once, and more than any line has; then the beginning of one.
    text.push_str(&format!("{}\n{{\"seq\":", "x".repeat(300_000)));
    fs::write(&file, text).unwrap();
    let day = "2026-11-23".parse().unwrap();
    let all = LogQuestion { day, after: None, accounts: None, route: None, most: 2000 };

    let (lines, next) = newest_lines(house.folder.path(), &all).unwrap();
    let one = LogQuestion { route: Some("/api/v1/kpis".to_owned()), ..all.clone() };
    let (found, _) = newest_lines(house.folder.path(), &one).unwrap();
    let nobody = LogQuestion { accounts: Some(vec!["nobody".to_owned()]), ..all };

    let seconds: Vec<u64> = lines.iter().map(|line| line.seq).collect();
    assert_eq!((seconds, next), ((1..=1000).rev().collect(), None));
    assert_eq!(found.iter().map(|line| line.seq).collect::<Vec<_>>(), [8]);
    assert!(newest_lines(house.folder.path(), &nobody).unwrap().0.is_empty());
}

#[test]
fn an_answer_reads_a_bounded_part_of_a_day() {
    let house = House::new();
    house.serves("2026-11-23T10:00:00Z", 3);
    let file = house.folder.path().join("1/2026-11-23.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    let last = text.lines().last().unwrap();
    fs::write(&file, format!("{text}{}", format!("{last}\n").repeat(60_000))).unwrap();
    let day = "2026-11-23".parse().unwrap();
    let mut question = LogQuestion { day, after: None, accounts: None, route: None, most: 1 };
    question.route = Some("/api/v1/nothing".to_owned());

    let mut answers = 0;
    loop {
        let (lines, next) = newest_lines(house.folder.path(), &question).unwrap();
        assert!(lines.is_empty());
        answers += 1;
        if next.is_none() {
            break;
        }
        question.after = next;
    }

    let bytes = fs::metadata(&file).unwrap().len();
    assert_eq!(answers, bytes.div_ceil(16 << 20), "{bytes} bytes");
}

#[test]
fn a_day_alone_is_verified_behind_the_day_before() {
    let house = House::new();
    for day in ["2026-11-21", "2026-11-22", "2026-11-23"] {
        house.serves(&format!("{day}T10:00:00Z"), 3);
    }
    let faults = |day: &str| house.faults_of(day);
    assert_eq!([faults("2026-11-21"), faults("2026-11-22")], [vec![""; 0], vec![]]);
    let file = house.folder.path().join("1/2026-11-22.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("200", "404", 1)).unwrap();

    let found = faults("2026-11-22");

    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].ends_with("2026-11-22.jsonl:1: line 4 was altered"), "{found:?}");
    assert_eq!([faults("2026-11-21"), faults("2026-11-23")], [vec![""; 0], vec![]]);
    fs::remove_file(&file).unwrap();
    assert!(faults("2026-11-22")[0].contains("is gone"), "{:?}", faults("2026-11-22"));
    assert!(!faults("2026-11-23").is_empty(), "the line before is not there");
}

#[test]
fn a_clock_that_is_set_back_does_not_open_a_day_again() {
    let house = House::new();
    let log = house.open("2026-11-23T10:00:00Z");
    log.note(asked(at("2026-11-23T10:00:00Z"), "/api/v1/sites"));
    log.note(asked(at("2026-11-22T10:00:00Z"), "/api/v1/sites"));
    log.close();
    assert_eq!(house.lines("2026-11-23").len(), 2);
    assert_eq!(house.faults(), [""; 0]);
}

#[test]
fn what_is_over_a_year_old_is_removed_and_the_rest_stays_whole() {
    let house = House::new();
    for day in ["2025-10-30", "2025-10-31", "2025-11-01", "2026-11-23"] {
        house.serves(&format!("{day}T10:00:00Z"), 3);
    }
    let log = house.open("2026-11-24T10:00:00Z");
    log.prune("2026-11-24".parse().unwrap());
    log.note(asked(at("2026-11-24T10:00:00Z"), "/api/v1/sites"));
    log.close();

    let days = folder::days(&house.folder.path().join("1")).unwrap();
    let days: Vec<String> = days.iter().map(ToString::to_string).collect();
    assert_eq!(days, ["2025-11-01", "2026-11-23", "2026-11-24"]);
    assert_eq!(house.faults(), [""; 0]);
    house.rewrite("2025-11-01", |lines| drop(lines.remove(0)));
    assert_eq!(house.faults(), ["1/2025-11-01.jsonl:1: line 7 is missing before line 8"]);
}

#[test]
fn what_the_store_has_not_anchored_is_not_removed() {
    let house = House::new();
    house.serves("2025-10-30T10:00:00Z", 3);
    house.anchors.lock().unwrap().clear();
    let log = house.open("2026-11-24T10:00:00Z");
    log.prune("2026-11-24".parse().unwrap());
    log.close();
    assert!(Path::new(&house.file("2025-10-30")).exists());
}
