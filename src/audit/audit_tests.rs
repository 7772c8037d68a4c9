//! Every way to change an access log, and what is found of it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use tempfile::TempDir;

use super::{AccessEntry, AccessLog, ChainKey, Verified, folder, verify};
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
    let read = |skip, most| folder::lines_of_day(house.folder.path(), day, skip, most).unwrap();
    assert_eq!(read(0, 100).len(), 20);
    assert_eq!([read(0, 15), read(15, 15)].concat(), read(0, 100));
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
