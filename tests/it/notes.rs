//! The monthly note to partners: sums of what the publication gate lets through, and nothing beside that gives it away.

use vigie::incident::Status;

use crate::{
    reports::{Happened, in_town, record, seen_to, words},
    support::{Start, Town, begin, site_of},
};

/// So many incidents of that kind on that site in October, an hour apart from each other.
fn october(count: usize, site: &'static str, kind: &'static str) -> Vec<Happened> {
    const HOURS: [&str; 6] = [
        "2026-10-21T18:00:00Z",
        "2026-10-21T19:00:00Z",
        "2026-10-21T20:00:00Z",
        "2026-10-22T18:00:00Z",
        "2026-10-22T19:00:00Z",
        "2026-10-22T20:00:00Z",
    ];
    (0..count).map(|number| (HOURS[number % HOURS.len()], site, kind, Status::Closed)).collect()
}

#[test]
fn partners_read_no_count_below_five_and_the_others_as_coarsely() {
    let town = in_town();
    let october = [
        october(62, "PH-0001", "OCC-HAL"),
        october(33, "RI-0001", "NUI-MUS"),
        october(3, "PH-0002", "PER-VIF"),
    ];
    record(&town, &october.concat());

    let csv = town.get("/api/v1/reports/monthly?month=2026-10&f=csv");

    let rows: Vec<Vec<&str>> =
        csv.text().lines().skip(1).map(|line| line.split(';').collect()).collect();
    let value = |table: &str, key: &str| {
        let row = rows.iter().find(|row| row[1] == table && row[2] == key);
        row.map_or("", |row| row[4])
    };
    // With the one of HISTORY there are 99: 62 + 1 in halls, 33 nuisances, 3 persons.
    assert_eq!(value("total", "all"), "95");
    assert_eq!(value("family", "OCC"), "60");
    assert_eq!(value("family", "NUI"), "30");
    assert_eq!(value("family", "PER"), "<5");
    // 11 + 6 on Wednesdays at 20 h Paris time, 10 + 5 on Thursdays at 22 h.
    assert_eq!((value("weekday-hour", "3-20"), value("weekday-hour", "4-22")), ("15", "15"));
    let numbers: Vec<u64> = rows.iter().filter_map(|row| row[4].parse().ok()).collect();
    assert!(numbers.iter().all(|count| *count == 0 || *count >= 5), "{}", csv.text());
    for form in ["html", "geojson"] {
        let note = town.get(&format!("/api/v1/reports/monthly?month=2026-10&f={form}"));
        assert_eq!(note.status, 200);
        for secret in ["PH-0001", "RI-0001", "Résidence", "TANGO", "RIVP"] {
            assert!(!note.text().contains(secret), "{form} says {secret}");
        }
    }
}

#[test]
fn a_town_with_another_small_count_of_the_same_class_sends_the_same_note() {
    let note = |small: usize, f: &str| {
        let town = in_town();
        let october = [october(62, "PH-0001", "OCC-HAL"), october(33, "RI-0001", "NUI-MUS")];
        record(&town, &october.concat());
        // On a day and at an hour of their own, so that the day of the week is not told apart either.
        let few: Vec<Happened> =
            vec![("2026-10-28T02:00:00Z", "PH-0002", "PER-VIF", Status::Closed); small];
        record(&town, &few);
        town.get(&format!("/api/v1/reports/monthly?month=2026-10&f={f}")).text().to_owned()
    };
    for f in ["csv", "geojson", "html"] {
        assert_eq!(note(1, f), note(3, f), "{f}");
    }
}

/// The rows of the note of October that are of these tables.
fn note_rows(town: &Town, tables: &[&str]) -> Vec<String> {
    let csv = town.get("/api/v1/reports/monthly?month=2026-10&f=csv");
    assert_eq!(csv.status, 200);
    let of_tables = |line: &&str| tables.contains(&line.split(';').nth(1).unwrap_or(""));
    csv.text().lines().skip(1).filter(of_tables).map(str::to_owned).collect()
}

#[test]
fn totals_and_trends_are_those_of_the_units_whatever_the_small_counts_are() {
    let rows = |each: usize| {
        let town = in_town();
        let sites = ["PH-0001", "PH-0002", "PH-0003", "RI-0001"];
        let happened = sites.map(|site| october(each, site, "PER-VIF")).concat();
        record(&town, &happened);
        // One in August, so that the trend covers October.
        record(&town, &[("2026-08-03T10:00:00Z", "PH-0001", "NUI-MUS", Status::Closed)]);
        note_rows(&town, &["total", "trend", "family", "area"])
    };
    let (ones, fours) = (rows(1), rows(4));
    assert!(ones.iter().any(|row| row.contains(";trend;2026-10;")), "{ones:?}");
    assert_eq!(ones, fours);
}

#[test]
fn times_of_fewer_than_a_hundred_are_not_told() {
    let town = in_town();
    for _ in 0..6 {
        seen_to(&town);
    }
    let note = town.get("/api/v1/reports/monthly?month=2026-10");
    assert!(!note.text().contains("Délais"), "{}", note.text());
    assert_eq!(note_rows(&town, &["overall-median-p90"]), [""; 0]);
}

#[test]
fn what_happens_on_a_site_of_too_few_dwellings_is_in_no_figure_of_the_note() {
    let town = in_town();
    let Start::Stock(mut small) = site_of("RIVP", "RI-0002", 2.39, 48.86) else { unreachable!() };
    small.sites[0].dwellings = 5;
    begin(&town.app, [Start::Stock(small)]);
    let tables = ["total", "trend", "family", "area", "weekday-hour", "overall-median-p90"];
    let before = note_rows(&town, &tables);
    record(&town, &october(60, "RI-0002", "PER-VIF"));
    assert_eq!(note_rows(&town, &tables), before);
}

#[test]
fn a_note_of_a_month_without_a_store_says_so() {
    let town = in_town();
    let said =
        |month: &str| words(town.get(&format!("/api/v1/reports/monthly?month={month}")).text());
    assert!(said("2020-01").contains("ne contient rien de ce mois"));
    assert!(!said("2026-10").contains("ne contient rien de ce mois"));
    let night = |date: &str| {
        let path = format!("/api/v1/reports/morning?landlord=paris-habitat&date={date}");
        words(town.get(&path).text())
    };
    assert!(night("2020-01-01").contains("ne remonte pas à cette nuit"));
    assert!(!night("2026-11-23").contains("ne remonte pas à cette nuit"));
}
