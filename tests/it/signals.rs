//! Signals are taken in whole or not at all; rules at work open a situation, go on with it and close it, whatever happens to the
//! server meanwhile.

use serde_json::{Value, json};
use tempfile::TempDir;
use vigie::{app::system_clock, time::Timestamp};

use crate::{
    following::Follower,
    postgres_cluster::Database,
    server::{Server, import_sites, post, vigie, wait_until},
    support::{site, town},
};

const RULES: &str = "
lateness = '6 s'

[[rule]]
name = 'lift-then-calls'
about = 'Ascenseur arrêté, puis un incident'
sequence = { steps = ['lifts.stopped', 'incident.*'], within = '2 h' }
closes_on = 'lifts.restarted'
closes_after = '12 h'

[[rule]]
name = 'door-open'
about = 'Porte maintenue ouverte sans être refermée'
absence = { after = 'doors.held_open', no = 'doors.closed', within = '2 s' }
";

/// A store with three sites, and a file of rules.
struct Bench {
    folder: TempDir,
    store: String,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
        Self::over(folder, store)
    }

    fn over(folder: TempDir, store: String) -> Self {
        import_sites(&store, 3);
        let bench = Self { folder, store };
        bench.write("rules.toml", RULES);
        bench
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn start(&self) -> Server {
        let rules = self.folder.path().join("rules.toml").display().to_string();
        Server::start_with(&self.store, "127.0.0.1:0", &["--rules".to_owned(), rules])
    }
}

fn ago(seconds: i64) -> Timestamp {
    system_clock().plus_seconds(-seconds)
}

fn lift(kind: &str, at: Timestamp) -> Value {
    json!({"source": "lifts", "kind": kind, "site_code": "PH-0001", "at": at.to_string()})
}

#[track_caller]
fn send(server: &Server, signals: &[Value]) -> Value {
    let body = json!({ "signals": signals });
    let answer = post(&server.address, "/api/v1/signals", &[], &body).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn situations(server: &Server, query: &str) -> Vec<Value> {
    let answer = server.get(&format!("/api/v1/situations{query}"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["situations"].as_array().unwrap().clone()
}

#[track_caller]
fn wait_for(server: &Server, query: &str, count: usize) -> Vec<Value> {
    wait_until(&format!("{count} situations"), || situations(server, query).len() == count);
    situations(server, query)
}

#[test]
fn a_signal_counts_once_however_often_it_comes() {
    let town = town([site("PH-0001", 2.30, 48.85)]);
    let stopped = lift("stopped", ago(60));
    let level = json!({"source": "noise", "kind": "level", "lon": 2.30, "lat": 48.85, "value": 91.5, "at": "2026-11-24T02:05:00Z"});

    let taken = |signals: Value| town.post("/api/v1/signals", json!({ "signals": signals })).json();
    assert_eq!(taken(json!([stopped, level])), json!({"new": 2, "known": 0}));
    assert_eq!(taken(json!([level, stopped, level])), json!({"new": 0, "known": 3}));
    let other = json!({"source": "noise", "kind": "level", "lon": 2.30, "lat": 48.85, "value": 91.6, "at": "2026-11-24T02:05:00Z"});
    assert_eq!(taken(json!([other, other])), json!({"new": 1, "known": 1}));
}

#[test]
fn what_no_source_declares_is_refused_by_its_field_and_nothing_of_it_is_kept() {
    let town = town([site("PH-0001", 2.30, 48.85)]);
    let good = lift("stopped", ago(60));
    let changed = |field: &str, value: Value| {
        let mut bad = good.clone();
        bad[field] = value;
        bad
    };
    let soon = system_clock().plus_seconds(600).to_string();
    let cases = [
        (changed("source", json!("tides")), "signals[1].source", "there is no source `tides`"),
        (changed("kind", json!("ajar")), "signals[1].kind", "no kind `ajar`"),
        (changed("source", json!("mme dupont")), "signals[1].source", ""),
        (changed("value", json!(3.5)), "signals[1].value", "has no value"),
        (changed("at", json!("yesterday")), "signals[1].at", ""),
        (changed("at", json!(soon)), "signals[1].at", "ahead of the server's clock"),
        (changed("until", json!("2030-01-01T00:00:00Z")), "signals[1].until", "is an instant"),
        (changed("lon", json!(2.3)), "signals[1].site_code,lon,lat,area", "give one place"),
        (changed("site_code", json!("DUPONT-7")), "signals[1].site_code", "not in the stock"),
        (changed("reference", json!("06 39 98 12 34")), "signals[1].reference", ""),
        (changed("note", json!("à rappeler")), "signals[1].note", "is not a field here"),
    ];
    for (bad, field, reason) in cases {
        let body = json!({ "signals": [good, bad] });
        let answer = town.post("/api/v1/signals", body);
        let (status, at, told) = answer.fault();
        assert_eq!((status, &*at), (422, field), "{bad}: {}", answer.text());
        assert!(told.contains(reason), "{bad}: {told}");
        for personal in ["dupont", "DUPONT", "39 98", "rappeler"] {
            assert!(!answer.text().contains(personal), "{}", answer.text());
        }
    }
    for count in [0, 1001] {
        let body = json!({ "signals": vec![good.clone(); count] });
        assert_eq!(town.post("/api/v1/signals", body).fault().1, "signals");
    }
    let taken = town.post("/api/v1/signals", json!({ "signals": [good] })).json();
    assert_eq!(taken, json!({"new": 1, "known": 0}), "of those refused nothing was kept");
}

#[test]
fn a_name_of_a_field_that_tells_of_a_person_is_not_repeated() {
    let town = town([]);
    for name in ["Jean-Dupont", "badge-de-Karim"] {
        let body = json!({ "signals": [{ name: 1 }] });
        let answer = town.post("/api/v1/signals", body);
        assert_eq!(answer.status, 422);
        assert!(!answer.text().contains(name), "{}", answer.text());
    }
}

#[test]
fn each_source_says_what_it_takes() {
    let town = town([]);
    let sources = town.get("/api/v1/signals/sources").json();
    let noise = sources["sources"].as_array().unwrap().iter().find(|one| one["source"] == "noise");
    let level = &noise.unwrap()["kinds"][1];
    assert_eq!(level["kind"], "level");
    assert_eq!((&level["unit"], &level["most"]), (&json!("dB"), &json!(160.0)));
    assert_eq!(level["places"], json!(["site", "point"]));
}

#[test]
fn a_rule_opens_one_situation_goes_on_with_it_and_closes_it_and_the_room_is_told() {
    let bench = Bench::new();
    let server = bench.start();
    let mut follower = Follower::of(&server.address, "");

    // In the wrong order, and the first of them twice.
    assert_eq!(server.report("PH-0001", "1").status, 201);
    send(&server, &[lift("stopped", ago(1)), lift("stopped", ago(1))]);
    let open = &wait_for(&server, "", 1)[0];
    assert_eq!(open["rule"], "lift-then-calls");
    assert_eq!(open["about"], "Ascenseur arrêté, puis un incident");
    assert_eq!((&open["on"], &open["subject"]), (&json!("site"), &json!("PH-0001")));
    assert_eq!((&open["times"], &open["closed_at"]), (&json!(1), &Value::Null));
    assert_eq!(follower.next_of("situation").data, *open);

    assert_eq!(server.report("PH-0002", "2").status, 201, "another site is another matter");
    send(&server, &[lift("restarted", system_clock())]);
    let over = follower.next_of("situation").data;
    assert_eq!((&over["id"], &over["closed_by"]), (&open["id"], &json!("signal")));
    assert_eq!(situations(&server, ""), [] as [Value; 0]);
    assert_eq!(situations(&server, "?state=all&rule=lift-then-calls&site=PH-0001"), [over]);
    assert_eq!(situations(&server, "?state=all&site=PH-0002"), [] as [Value; 0]);
}

#[test]
fn what_does_not_come_is_missed_though_nothing_else_comes() {
    let bench = Bench::new();
    let server = bench.start();
    let door = |kind: &str| {
        let at = system_clock().to_string();
        json!({"source": "doors", "kind": kind, "lon": 2.301, "lat": 48.85, "at": at, "reference": "d-1"})
    };
    send(&server, &[door("held_open")]);
    let open = &wait_for(&server, "", 1)[0];
    assert_eq!((&open["rule"], &open["subject"]), (&json!("door-open"), &json!("PH-0001")));
    send(&server, &[door("closed")]);
    let over = wait_for(&server, "?state=all", 1);
    wait_until("it is over", || situations(&server, "").is_empty());
    assert_eq!(over[0]["id"], open["id"]);
}

#[test]
fn a_situation_outlives_the_server_and_goes_on_as_it_was() {
    let bench = Bench::new();
    let mut server = bench.start();
    send(&server, &[lift("stopped", ago(1))]);
    assert_eq!(server.report("PH-0001", "1").status, 201);
    let open = wait_for(&server, "", 1)[0].clone();
    // What was acknowledged a moment before, and that no rule has heard yet.
    assert_eq!(server.report("PH-0001", "2").status, 201);
    send(&server, &[lift("stopped", ago(0))]);
    server.kill();

    let mut server = bench.start();
    wait_until("the second incident counts", || situations(&server, "")[0]["times"] == json!(2));
    let again = &situations(&server, "?state=all")[..];
    assert_eq!(again.len(), 1, "{again:?}");
    assert_eq!((&again[0]["id"], &again[0]["opened_at"]), (&open["id"], &open["opened_at"]));
    send(&server, &[lift("restarted", system_clock())]);
    wait_until("it is over", || situations(&server, "").is_empty());
    assert_eq!(situations(&server, "?state=all")[0]["closed_by"], "signal");

    // The same rules on the same store, afterwards.
    server.stop();
    let rules = bench.folder.path().join("rules.toml");
    let mut test = vigie();
    let test = test.args(["rules", "test", "--csv", "--store", &bench.store]).arg(rules);
    let output = test.output().unwrap();
    let rows = String::from_utf8(output.stdout).unwrap();
    let row = rows.lines().find(|row| row.contains("lift-then-calls")).unwrap();
    assert!(row.starts_with(open["id"].as_str().unwrap()), "{row} is not {open}");
    assert!(row.ends_with(",signal"), "{row}");
}

#[test]
fn rules_that_are_gone_leave_no_situation_open_and_new_ones_do_not_tell_of_old_times() {
    let bench = Bench::new();
    let mut server = bench.start();
    send(&server, &[lift("stopped", ago(1))]);
    assert_eq!(server.report("PH-0001", "1").status, 201);
    wait_for(&server, "", 1);
    server.stop();

    let other = "lateness = '6 s'\n[[rule]]\nname = 'lift-stops'\ncloses_after = '1 s'\n\
                 count = { of = 'lifts.stopped', at_least = 1, within = '1 s' }\n";
    bench.write("rules.toml", other);
    let long_ago = "source;kind;at;site_code\nlifts;stopped;2026-11-02T08:00:00Z;PH-0003\n";
    let file = bench.write("signals.csv", long_ago);
    let import = vigie().args(["import", "signals", &file, "--store", &bench.store]).output();
    let import = import.unwrap();
    assert_eq!(import.status.code(), Some(0), "{import:?}");
    let said = String::from_utf8(import.stdout).unwrap();
    assert!(said.contains("signals: 1 taken in, 0 were there already"), "{said}");

    let server = bench.start();
    wait_until("the old one is over", || {
        let old = situations(&server, "?state=all&rule=lift-then-calls");
        old.iter().all(|one| one["closed_by"] == "unwatched")
    });
    send(&server, &[lift("stopped", ago(1))]);
    wait_until("the new rule is at work", || {
        let new = situations(&server, "?state=all&rule=lift-stops");
        new.iter().any(|one| one["closed_by"] == "quiet")
    });
    let found = situations(&server, "?state=all&rule=lift-stops");
    assert!(found.iter().all(|one| one["subject"] == "PH-0001"), "{found:?}");
}

#[test]
fn two_servers_over_one_database_find_a_situation_once() {
    let database = Database::fresh();
    let bench = Bench::over(tempfile::tempdir().unwrap(), database.url());
    let servers = [bench.start(), bench.start()];
    let mut follower = Follower::of(&servers[0].address, "");
    send(&servers[0], &[lift("stopped", ago(1))]);
    assert_eq!(servers[1].report("PH-0001", "1").status, 201);
    let open = wait_for(&servers[0], "", 1);
    wait_until("the other shows it", || situations(&servers[1], "") == open);
    send(&servers[1], &[lift("restarted", system_clock())]);
    wait_until("it is over for both", || {
        servers.iter().all(|server| situations(server, "").is_empty())
    });
    assert_eq!(follower.next_of("situation").data["closed_at"], Value::Null);
    let over = follower.next_of("situation").data;
    assert_eq!(over, situations(&servers[1], "?state=all")[0]);
    let told = database.sql("SELECT count(*) FROM vigie.event WHERE situation IS NOT NULL");
    assert_eq!(told.trim(), "2", "one event as it opened, one as it closed");
}

#[test]
fn a_file_of_rules_or_sources_with_a_fault_stops_the_start() {
    let bench = Bench::new();
    let rules = bench.write(
        "bad.toml",
        "[[rule]]\nname = 'x'\ncount = { of = 'tides.high', at_least = 1, within = '1 h' }\n",
    );
    let sources = bench.write("sources.csv", "source;kind;places;unit;least;most;lasts;label_fr;label_en\ntides;high;site;;;;never;Marée;Tide\n");
    for (options, said) in [
        (vec!["--rules", &rules], "tides"),
        (vec!["--sources", &sources], "by which rules hear of incidents"),
    ] {
        let mut serve = vigie();
        let output = serve
            .args(["serve", "--listen", "127.0.0.1:0", "--store", &bench.store])
            .args(options)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains(said), "{told}");
    }
}
