//! `vigie simulate`: the program compares policies on a store, says what it found, and says the same again.

use serde_json::Value;
use tempfile::TempDir;
use vigie::{
    app::{App, Correction, NewIncident, StepRequest, Whereabouts, system_clock},
    incident::{Action, ActorRole, Channel, Command, Reason, Status},
    store::sqlite::SqliteStore,
    time::Timestamp,
};

use crate::{
    server::vigie,
    support::{Start, begin, patrol, shared_data, site},
};

/// A town of twelve sites in two rows, and three patrols.
fn store() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vigie.db");
    let app = App::open(Box::new(SqliteStore::open(&path).unwrap()), system_clock).unwrap();
    let sites = (0..12).map(|row: i32| {
        let (lon, lat) = (2.35 + 0.004 * f64::from(row % 6), 48.85 + 0.008 * f64::from(row / 6));
        site(&format!("PH-{row:04}"), lon, lat)
    });
    let patrols = (0..3).map(|row| patrol(&format!("TANGO-{row}"), 2.35, 48.85));
    begin(&app, sites.chain(patrols).collect::<Vec<Start>>());
    app.close();
    (folder, format!("sqlite:{}", path.display()))
}

/// Runs it; returns the exit code, standard output and standard error.
fn simulate(store: &str, options: &[&str]) -> (Option<i32>, String, String) {
    let output = vigie().args(["simulate", "--store", store]).args(options).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn simulated(store: &str, options: &[&str]) -> String {
    let (code, out, err) = simulate(store, options);
    assert_eq!(code, Some(0), "{err}");
    out
}

#[test]
fn policies_stand_side_by_side_with_intervals_and_a_verdict() {
    let (_folder, store) = store();

    let options = ["--policy", "line,random", "--replications", "20", "--calls", "40", "--json"];
    let told: Value = serde_json::from_str(&simulated(&store, &options)).unwrap();

    assert_eq!((&told["patrols"], &told["travel_by"]), (&3.into(), &"line".into()));
    let [line, random] = &told["policies"].as_array().unwrap()[..] else { panic!("{told}") };
    let number =
        |of: &Value, metric: &str, field: &str| of["metrics"][metric][field].as_f64().unwrap();
    assert!((35.0..45.0).contains(&number(line, "calls", "mean")), "{line}");
    assert_eq!(number(line, "calls", "mean"), number(random, "calls", "mean"), "the same evenings");
    for policy in [line, random] {
        assert!(
            number(policy, "overall_p90_s", "mean") > number(policy, "overall_median_s", "mean")
        );
        assert!(number(policy, "overall_median_s", "half_width") > 0.0);
        assert!((0.0..1.0).contains(&number(policy, "utilisation_share", "mean")));
    }
    let difference = &random["difference"];
    assert_eq!(difference["from"], "line");
    let travel = &difference["metrics"]["travel_mean_s"];
    assert_eq!(travel["verdict"], "higher", "who is sent by lot drives farther: {travel}");
    let apart = number(random, "travel_mean_s", "mean") - number(line, "travel_mean_s", "mean");
    assert!((travel["mean"].as_f64().unwrap() - apart).abs() < 1e-9);
}

#[test]
fn the_same_seed_says_the_same_and_another_seed_another() {
    let (_folder, store) = store();
    let of = |seed: &str, form: &str| {
        let options = [
            "--seed",
            seed,
            "--replications",
            "3",
            "--calls",
            "30",
            "--between",
            "round",
            "--preempt",
            form,
        ];
        simulated(&store, &options)
    };

    for form in ["--json", "--csv"] {
        assert_eq!(of("1", form), of("1", form));
        assert_ne!(of("1", form), of("2", form));
    }
}

fn cancelled(reason: Reason) -> Command {
    Command {
        action: Action::Cancelled,
        actor: ActorRole::Dispatcher,
        at: None,
        patrol: None,
        reason: Some(reason),
        duplicate_of: None,
        partner: None,
        override_reason: None,
        report: None,
        remark: None,
    }
}

#[test]
fn the_history_of_a_window_is_lived_again_call_by_call() {
    let (_folder, store) = store();
    let app = App::open(store_of(&store), system_clock).unwrap();
    let calls = [
        ("2026-06-19T16:05:00Z", Channel::Call),
        ("2026-06-19T16:06:00Z", Channel::Caretaker),
        ("2026-06-19T16:07:00Z", Channel::Patrol),
        ("2026-06-19T18:30:00Z", Channel::Call),
        ("2026-06-19T22:00:00Z", Channel::Call),
    ];
    let calls = calls.map(|(at, channel)| NewIncident {
        kind: "OCC-HAL".parse().unwrap(),
        channel,
        status: Status::Closed,
        reported_at: Some(at.parse().unwrap()),
        whereabouts: Whereabouts::Site { code: "PH-0003".parse().unwrap(), building: None },
        key: None,
    });
    actix_web::rt::System::new().block_on(async {
        for answer in app.receive_incidents(calls.to_vec()).await.unwrap() {
            answer.unwrap();
        }
        // What was cancelled as a mistake was no call.
        let reported_at = Some("2026-06-19T16:08:00Z".parse().unwrap());
        let wrong = NewIncident { status: Status::Received, reported_at, ..calls[0].clone() };
        let incident = app.receive_incident(wrong).await.unwrap().incident.id;
        let command = cancelled(Reason::Mistake);
        let correction = Correction::default();
        app.step_incident(StepRequest { incident, command, correction, key: None }).await.unwrap();
    });
    app.close();
    let window = ["--from", "2026-06-19T16:00:00Z", "--to", "2026-06-19T18:00:00Z"];

    let csv = simulated(&store, &[&window[..], &["--replications", "2", "--csv"]].concat());
    let table = simulated(&store, &[&window[..], &["--replications", "2"]].concat());

    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2 * 2 * 3, "two evenings, two policies, three calls: {csv}");
    assert_eq!(rows.iter().filter(|row| &row[6] == "true").count(), 8, "one is of the margin");
    assert!(rows.iter().all(|row| row[5].parse::<Timestamp>().is_ok() && !row[7].is_empty()));
    assert!(table.contains("the calls are the same in every evening"), "{table}");
    assert!(table.contains("call to on site, median"), "{table}");
}

#[test]
fn on_real_roads_who_looks_at_the_road_is_there_sooner() {
    let (Some(roads), Some(sites)) =
        (shared_data("paris-marais.osm.pbf"), shared_data("logements-sociaux-finances-paris.csv"))
    else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
    for (layer, file) in [("sites", sites), ("roads", roads)] {
        let import = vigie().args(["import", layer, "--store", &store]).arg(file).output().unwrap();
        assert!(import.status.success(), "{}", String::from_utf8_lossy(&import.stderr));
    }

    let options = ["--patrols", "8", "--calls", "40", "--between", "round", "--json"];
    let told: Value = serde_json::from_str(&simulated(&store, &options)).unwrap();

    assert_eq!(told["travel_by"], "road");
    assert!(
        told["sites_out_of_reach"].as_u64().unwrap() > 2000,
        "the roads are those of the Marais"
    );
    assert_eq!(told["policies"][0]["policy"], "line");
    let difference = &told["policies"][1]["difference"]["metrics"]["travel_mean_s"];
    assert_eq!(difference["verdict"], "lower", "{difference}");
    let mean_s = difference["mean"].as_f64().unwrap();
    assert!((-60.0..-10.0).contains(&mean_s), "{difference}");
}

fn store_of(name: &str) -> Box<dyn vigie::store::Store> {
    name.parse::<vigie::store::StoreUrl>().unwrap().open().unwrap()
}

#[test]
fn patrols_on_shift_alone_are_sent() {
    let (_folder, store) = store();

    let options = ["--shift", "18-20", "--patrols", "2", "--replications", "5", "--json"];
    let told: Value = serde_json::from_str(&simulated(&store, &options)).unwrap();

    let unserved = told["policies"][0]["metrics"]["unserved"]["mean"].as_f64().unwrap();
    assert!(unserved > 50.0, "after 20:00 nobody is there: {unserved}");
}

#[test]
fn what_cannot_be_simulated_is_said() {
    let (_folder, store) = store();
    let fault = |options: &[&str]| {
        let (code, _, err) = simulate(&store, options);
        (code, err)
    };

    let (code, err) = fault(&["--policy", "road"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("the store has no roads"), "{err}");
    let (code, err) = fault(&["--from", "2026-06-19T16:00:00Z", "--to", "2026-06-19T18:00:00Z"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("with --calls N they are drawn"), "{err}");
    let (code, err) = fault(&["--policy", "nearest"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("is not one of line, road, random, fixed"), "{err}");
    let (code, err) = fault(&["--shift", "18"]);
    assert_eq!(code, Some(2), "{err}");
    let (code, err) = fault(&["--replications", "10000", "--calls", "100000"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("are more than 10000000"), "{err}");
}
