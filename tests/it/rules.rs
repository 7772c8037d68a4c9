//! `vigie rules`: the program says what is wrong with rules, and what they would have raised on history.

use std::{path::Path, process::Output};

use serde_json::Value;
use tempfile::TempDir;
use vigie::{
    app::{App, system_clock},
    store::StoreUrl,
};

use crate::{
    server::vigie,
    support::{begin, site_of},
};

const RULES: &str = "
[territories]
canal = 'POLYGON((2.36 48.87, 2.38 48.87, 2.38 48.89, 2.36 48.89))'

[[rule]]
name = 'lift-then-calls'
about = 'Ascenseur arrêté, puis un incident sur la même résidence'
sequence = { steps = ['lifts.stopped', 'incident.*'], within = '2 h' }
closes_on = 'lifts.restarted'

[[rule]]
name = 'lift-silent'
absence = { after = 'lifts.alive', no = 'lifts.alive', within = '15 min' }

[[rule]]
name = 'canal-in-holidays'
on = 'territory'
territories = 'canal'
during = 'school_holidays.on'
count = { of = 'incident.OCC-*', at_least = 2, within = '3 h' }

[[rule]]
name = 'elsewhere'
sites = 'PH-9999'
count = { of = 'doors.forced', at_least = 1, within = '1 h' }
";

const INCIDENTS: &str = "kind;reported_at;site_code
OCC-HAL;2026-10-20T20:30:00Z;PH-0001
OCC-HAL;2026-10-20T21:00:00Z;PH-0002
OCC-HAL;2026-11-10T20:30:00Z;PH-0001
OCC-HAL;2026-11-10T21:00:00Z;PH-0002
";

/// Holidays in October; a lift that stops before the first incident, by the point where it stands, and one that falls silent.
const SIGNALS: &str = "source;kind;at;until;value;site_code;lon;lat
school_holidays;on;2026-10-16T22:00:00Z;2026-11-01T23:00:00Z;;;;
lifts;stopped;2026-10-20T20:00:00Z;;;;2.3700;48.8800
lifts;restarted;2026-10-20T21:10:00Z;;;PH-0001;;
lifts;alive;2026-11-11T08:10:00Z;;;PH-0002;;
lifts;alive;2026-11-11T08:00:00Z;;;PH-0002;;
noise;level;2026-11-11T08:00:00Z;;90,5;PH-0002;;
noise;level;2026-11-11T08:00:00Z;;loud;PH-0002;;
madame Dupont;level;2026-11-11T08:00:00Z;;;PH-0002;;
";

/// A store with two sites on the canal and their incidents, the rules, and a file of signals.
struct Bench {
    folder: TempDir,
    store: String,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
        let url: StoreUrl = store.parse().unwrap();
        let app = App::open(url.open().unwrap(), system_clock).unwrap();
        begin(
            &app,
            [site_of("RIVP", "PH-0001", 2.37, 48.88), site_of("RIVP", "PH-0002", 2.372, 48.88)],
        );
        app.close();
        let bench = Self { folder, store };
        let incidents = bench.written("incidents.csv", INCIDENTS);
        let imported = run(&["import", "incidents", &incidents, "--store", &bench.store]);
        assert_eq!(imported.status.code(), Some(0), "{imported:?}");
        bench
    }

    fn written(&self, name: &str, text: &str) -> String {
        written(self.folder.path(), name, text)
    }

    fn test(&self, options: &[&str]) -> (String, String) {
        let (rules, signals) =
            (self.written("rules.toml", RULES), self.written("signals.csv", SIGNALS));
        let asked = ["rules", "test", &rules, "--store", &self.store, "--signals", &signals];
        let output = run(&[&asked[..], options].concat());
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (out, err) = (text(output.stdout), text(output.stderr));
        assert_eq!(output.status.code(), Some(0), "{err}");
        (out, err)
    }
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn run(arguments: &[&str]) -> Output {
    vigie().args(arguments).output().unwrap()
}

#[test]
fn the_example_that_ships_is_checked_and_a_fault_is_told_with_rule_field_and_value() {
    let folder = tempfile::tempdir().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/rules.toml");
    let good = run(&["rules", "check", example.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&good.stdout);
    assert_eq!(good.status.code(), Some(0), "{good:?}");
    assert!(said.contains("5 rules, 1 territories, lateness 120 s"), "{said}");

    let text =
        RULES.replace("'15 min'", "'15 minutes'").replace("lifts.restarted", "lift.restarted");
    let bad = run(&["rules", "check", &written(folder.path(), "rules.toml", &text)]);
    let said = String::from_utf8_lossy(&bad.stderr);
    assert_eq!(bad.status.code(), Some(1), "{bad:?}");
    assert!(said.contains("rule `lift-silent`: absence.within: `15 minutes`: must be"), "{said}");
    assert!(
        said.contains("rule `lift-then-calls`: closes_on: `lift.restarted`: there is no"),
        "{said}"
    );
}

#[test]
fn history_tells_what_rules_would_have_raised_and_how_often_each_week() {
    let bench = Bench::new();
    let window = ["--from", "2026-10-12T00:00:00Z", "--to", "2026-11-16T00:00:00Z"];

    let (out, err) = bench.test(&[&window[..], &["--json"]].concat());
    let told: Value = serde_json::from_str(&out).unwrap();

    assert!(err.is_empty(), "{err}");
    let by_week = |rule: usize| &told["rules"][rule]["by_week"];
    assert_eq!(told["rules"][0]["rule"], "lift-then-calls");
    let week = serde_json::json!([0, 1, 0, 0, 0, 0]);
    assert_eq!(by_week(0), &week, "the lift is at a point that is on the site");
    assert_eq!(
        by_week(1),
        &serde_json::json!([0, 0, 0, 0, 1, 0]),
        "silent from the later sign of life on"
    );
    assert_eq!(by_week(2), &week, "not in November, which is no holiday");
    assert_eq!(told["weeks"][1], "2026-10-19");
    assert_eq!((&told["heard"], &told["unheard"]), (&9.into(), &1.into()));
    let summary = &told["files"][0];
    assert_eq!((&summary["kept"], &summary["refused"]), (&6.into(), &2.into()));
    assert!(!out.contains("Dupont"), "{out}");

    let (out, err) = bench.test(&window);
    assert!(out.contains("lift-then-calls         1     0.2        1"), "{out}");
    assert!(err.contains("rule `elsewhere`: sites: the store has no `PH-9999`"), "{err}");
    assert!(err.contains("8 read, 6 kept") && !err.contains("Dupont"), "{err}");
}

#[test]
fn every_situation_is_a_row_and_comes_out_alike_each_time() {
    let bench = Bench::new();

    let (out, _) = bench.test(&["--csv", "--to", "2026-11-16T00:00:00Z"]);

    let mut rows = csv::Reader::from_reader(out.as_bytes());
    let rows: Vec<Vec<String>> = rows
        .records()
        .map(|row| row.unwrap().iter().skip(1).map(str::to_owned).collect())
        .collect();
    assert_eq!(
        rows,
        [
            "lift-then-calls,site PH-0001,2026-10-20T20:30:00Z,2026-10-20T20:30:00Z,1,PH-0001,2026-10-20T21:00:00Z,quiet",
            "canal-in-holidays,territory canal,2026-10-20T21:00:00Z,2026-10-20T21:00:00Z,1,PH-0002,2026-10-20T21:30:00Z,quiet",
            "lift-silent,site PH-0002,2026-11-11T08:25:00Z,2026-11-11T08:25:00Z,1,PH-0002,2026-11-11T08:55:00Z,quiet",
        ]
        .map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>())
    );
    assert_eq!(bench.test(&["--csv", "--to", "2026-11-16T00:00:00Z"]).0, out, "ids too");
}

#[test]
fn a_column_that_signals_have_not_stops_the_reading() {
    let bench = Bench::new();
    let rules = bench.written("rules.toml", RULES);
    let signals = bench
        .written("named.csv", "source;kind;at;locataire\nlifts;alive;2026-11-11T08:00:00Z;x\n");

    let output = run(&["rules", "test", &rules, "--store", &bench.store, "--signals", &signals]);

    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("`locataire`: a signal has no such column"), "{said}");
}

#[test]
fn what_goes_with_what_is_told_and_never_as_a_cause() {
    let bench = Bench::new();
    // Eight weeks of evenings, each with an incident, and with two more where it storms: every fourth.
    let (mut incidents, mut storms) = ("kind;reported_at;site_code\n".to_owned(), String::new());
    let first: vigie::time::Date = "2025-01-06".parse().unwrap();
    for day in 0..56 {
        let date = first.plus_days(day);
        for minute in 0..if day % 4 == 0 { 3 } else { 1 } {
            incidents += &format!("NUI-MUS;{date}T20:0{minute}:00Z;PH-0001\n");
        }
        if day % 4 == 0 {
            storms += &format!("weather;storm;{date}T20:00:00Z;{date}T20:30:00Z\n");
        }
    }
    let incidents = bench.written("noise.csv", &incidents);
    let imported = run(&["import", "incidents", &incidents, "--store", &bench.store]);
    assert_eq!(imported.status.code(), Some(0), "{imported:?}");
    let signals = bench.written("storms.csv", &format!("source;kind;at;until\n{storms}"));
    let window = ["--from", "2025-01-05T23:00:00Z", "--to", "2025-03-02T23:00:00Z"];
    let asked = ["rules", "associate", "--store", &bench.store, "--signals", &signals];

    for unit in ["hour", "day"] {
        let told = run(&[&asked[..], &window, &["--unit", unit, "--json"]].concat());
        let told: Value = serde_json::from_slice(&told.stdout).unwrap();
        let [pair] = &told.as_array().unwrap()[..] else { panic!("{told}") };
        assert_eq!((&pair["with"], &pair["family"]), (&"weather.storm".into(), &"NUI".into()));
        assert_eq!(
            (&pair["incidents_with"], &pair["finding"]),
            (&42.into(), &"goes_with_more".into())
        );
        assert!((pair["ratio"].as_f64().unwrap() - 3.0).abs() < 1e-9, "{pair}");
    }
    let told = run(&[&asked[..], &window].concat());
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains("weather.storm goes with more NUI: 3.00 times as many"), "{told}");
    assert!(told.contains("need not come from it") && !told.contains("cause"), "{told}");
    let rows = run(&[&asked[..], &window, &["--csv", "--with", "lifts.stopped"]].concat());
    let rows = String::from_utf8(rows.stdout).unwrap();
    assert!(rows.lines().nth(1).unwrap().starts_with("lifts.stopped,NUI,too_few,0,0,"), "{rows}");
}
