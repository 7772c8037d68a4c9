//! Retention: the real program purges both stores, and what is gone cannot be read back from their files.

mod accounts;
mod disturbed;
mod signals;

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;
use vigie::{
    access::{Role, Seat},
    app::{App, NewToken, system_clock},
    event::Fact,
    incident::{Action, IdempotencyKey, Incident, IncidentId, Status},
    patrol::Availability,
    store::{Batch, NewFact, StoreUrl},
    time::Timestamp,
};

use crate::{
    following::Follower,
    postgres_cluster::Database,
    program::run,
    server::{Server, wait_until},
    store::fixture::{alert, batch, commit, incident, key, patrol_fact, stepped, stock_fact},
    support::{Answer, ask},
};

/// A store, and the folder in which its data lies.
enum Place {
    Sqlite(TempDir),
    Postgres(Database),
}

impl Place {
    fn both() -> [Self; 2] {
        [Self::Sqlite(tempfile::tempdir().unwrap()), Self::Postgres(Database::fresh())]
    }

    fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().join("vigie.db").display()),
            Self::Postgres(database) => database.url(),
        }
    }

    fn open(&self) -> App {
        let store = self.url().parse::<StoreUrl>().unwrap().open().unwrap();
        App::open(store, system_clock).unwrap()
    }

    /// Everything that lies on the disk, with what memory still held back.
    fn bytes(&self) -> Vec<u8> {
        let folder = match self {
            Self::Sqlite(folder) => folder.path().to_owned(),
            Self::Postgres(database) => {
                database.sql("CHECKPOINT");
                let oid =
                    database.sql("SELECT oid FROM pg_database WHERE datname = current_database()");
                database.cluster.data().join("base").join(oid.trim())
            }
        };
        files(&folder).iter().flat_map(|file| fs::read(file).unwrap()).collect()
    }

    fn says(&self, arguments: &[&str]) -> String {
        let output = run(&[arguments, &["--store", &self.url()]].concat());
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn says_json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.says(arguments)).unwrap()
    }

    fn refuses(&self, arguments: &[&str]) -> String {
        let output = run(&[arguments, &["--store", &self.url()]].concat());
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Takes down incidents of that day, each with a key and a crew; their ids and the digests of their keys.
    fn fill(&self, numbers: std::ops::Range<u32>, reported_at: Timestamp) -> Vec<Vec<u8>> {
        let mut store = self.url().parse::<StoreUrl>().unwrap().open().unwrap();
        let mut traces = Vec::new();
        for number in numbers {
            let received = history(number, reported_at);
            let asked = key(&format!("call of {number}"));
            traces.push(received.id.uuid().as_bytes().to_vec());
            traces.push(asked.0.digest().to_vec());
            let sent = stepped(&stepped(&received, Action::Qualified, 1), Action::Assigned, 1);
            let over = stepped(&sent, Action::NoAction, 1);
            let recorded = |incident: &Incident| Fact::IncidentRecorded(incident.clone());
            let qualified = Incident { steps: over.steps[..1].to_vec(), ..received.clone() };
            let mut facts =
                vec![NewFact { fact: recorded(&received), author: None, key: Some(asked) }];
            facts.extend(batch([recorded(&qualified), recorded(&sent), recorded(&over)]).facts);
            commit(&mut *store, Batch { recorded_at: reported_at, facts, fixes: vec![] }).unwrap();
        }
        traces
    }

    /// A stock, three crews and an alert of long ago.
    fn furnish(&self) {
        let mut store = self.url().parse::<StoreUrl>().unwrap().open().unwrap();
        let crews = (1..=3).map(|number| patrol_fact(number, Availability::Available));
        let facts = (1..=3).map(stock_fact).chain(crews);
        commit(&mut *store, batch(facts.chain([Fact::AlertRecorded(alert(1, 1, None))]))).unwrap();
    }

    /// The ids of the incidents that there are.
    fn incidents(&self) -> Vec<Uuid> {
        let app = self.open();
        let snapshot = app.snapshot();
        let parts = snapshot.incidents().parts();
        let mut ids: Vec<Uuid> =
            parts.iter().flat_map(|part| part.id()).map(|id| id.uuid()).collect();
        app.close();
        ids.sort_unstable();
        ids
    }

    fn token(&self, role: Role) -> String {
        let app = self.open();
        let seat = Seat::new(role, None, None).unwrap();
        let new = NewToken { label: "officer".parse().unwrap(), seat, expires_at: None };
        let (token, _) = actix_web::rt::System::new().block_on(app.give_token(new)).unwrap();
        app.close();
        token
    }
}

fn history(number: u32, reported_at: Timestamp) -> Incident {
    // Nothing of an id may look like something else in a file.
    let digest = IdempotencyKey::of_row(b"incident", number.into());
    let id = IncidentId::new(Uuid::from_slice(&digest.digest()[..16]).unwrap());
    Incident { id, reported_at, ..incident(number, 1 + number % 3, Status::Received) }
}

fn months_ago(months: i32) -> Timestamp {
    system_clock().months_before(months)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// How many of the traces lie in `bytes`.
fn found(bytes: &[u8], traces: &[Vec<u8>]) -> usize {
    let heads: std::collections::HashMap<&[u8], &Vec<u8>> =
        traces.iter().map(|trace| (&trace[..8], trace)).collect();
    let mut seen = std::collections::HashSet::new();
    for at in 0..bytes.len().saturating_sub(8) {
        if let Some(trace) = heads.get(&bytes[at..at + 8])
            && bytes[at..].starts_with(trace)
        {
            seen.insert(*trace);
        }
    }
    seen.len()
}

fn count_of(row: &Value, what: &str) -> u64 {
    let removed = row["removed"].as_array().unwrap().iter();
    removed.filter(|one| one["what"] == what).map(|one| one["count"].as_u64().unwrap()).sum()
}

fn over(rows: &Value, what: &str) -> u64 {
    rows.as_array().unwrap().iter().map(|row| count_of(row, what)).sum()
}

#[test]
fn what_is_over_is_gone_from_the_files_and_what_is_not_is_there() {
    for place in Place::both() {
        place.furnish();
        let old = place.fill(0..600, months_ago(37));
        let middle = place.fill(600..700, months_ago(14));
        let young = place.fill(700..800, months_ago(2));
        assert_eq!(found(&place.bytes(), &old), old.len());

        let rows = place.says_json(&["purge", "--json"]);

        assert_eq!(over(&rows, "incidents"), 600, "{rows}");
        assert_eq!(over(&rows, "receipts"), 700);
        assert_eq!(over(&rows, "alerts"), 1);
        // Two of the steps of each name the crew; those of incidents that go do not have to be counted.
        assert!((200..=1400).contains(&over(&rows, "identities")), "{rows}");
        let bytes = place.bytes();
        assert_eq!(found(&bytes, &old), 0, "{}", place.url());
        // Of those in the middle the keys are gone, and the incidents are there.
        assert_eq!(found(&bytes, &middle), middle.len() / 2);
        assert_eq!(found(&bytes, &young), young.len());
        assert_eq!(place.incidents().len(), 200);
        let again = place.says_json(&["purge", "--json"]);
        assert_eq!(again.as_array().unwrap().len(), 1);
        assert_eq!(again[0]["removed"], json!([]));
    }
}

#[test]
fn the_crew_of_a_step_is_forgotten_after_thirteen_months() {
    for place in Place::both() {
        place.furnish();
        place.fill(0..1, months_ago(14));
        place.fill(1..2, months_ago(12));

        place.says(&["purge"]);

        let app = place.open();
        let crews = |number, months| {
            let incident = app.snapshot().incident(history(number, months_ago(months)).id).unwrap();
            incident.steps.iter().filter(|step| step.patrol.is_some()).count()
        };
        assert_eq!([crews(0, 14), crews(1, 12)], [0, 2], "{}", place.url());
        app.close();
    }
}

#[test]
fn a_dry_run_tells_what_would_go_and_changes_nothing() {
    for place in Place::both() {
        place.furnish();
        place.fill(0..20, months_ago(40));
        let before = place.incidents();

        let told = place.says_json(&["purge", "--dry-run", "--json"]);
        let words = place.says(&["purge", "--dry-run"]);

        let due = |what: &str| {
            let mut due = told.as_array().unwrap().iter().filter(|one| one["what"] == what);
            due.next().unwrap()["count"].clone()
        };
        assert_eq!([due("incidents"), due("receipts"), due("alerts")], [20, 20, 1]);
        assert!(words.contains("36 months") && words.contains("24 h"), "{words}");
        assert_eq!(place.incidents(), before);
        assert_eq!(place.says_json(&["purge", "list", "--json"]), json!([]));
    }
}

#[test]
fn the_register_is_signed_and_shows_what_was_done_to_it() {
    for place in Place::both() {
        place.furnish();
        place.fill(0..3, months_ago(40));
        place.says(&["purge"]);
        place.says(&["purge"]);
        let good = place.says(&["purge", "verify"]);
        assert!(good.starts_with("2 purges, each signed"), "{good}");

        let forge = "UPDATE {purge} SET removed = replace(removed, 'incidents', 'hazards') WHERE number = 1";
        match &place {
            Place::Sqlite(folder) => {
                let raw = rusqlite::Connection::open(folder.path().join("vigie.db")).unwrap();
                let plain = forge.replace("{purge}", "purge");
                assert!(raw.execute_batch(&plain).is_err(), "a purge is never changed");
                assert!(raw.execute_batch("DELETE FROM purge").is_err());
                raw.execute_batch(&format!("DROP TRIGGER purge_is_never_changed; {plain}"))
                    .unwrap();
            }
            Place::Postgres(database) => {
                let table = "vigie.purge";
                let plain = forge.replace("{purge}", table);
                database.sql(&format!("ALTER TABLE {table} DISABLE TRIGGER USER; {plain}"));
            }
        }

        let said = place.refuses(&["purge", "verify"]);
        assert!(said.contains("the signature of purge 1 is not that of its text"), "{said}");
    }
}

#[test]
fn what_the_officer_holds_stays_until_it_is_lifted() {
    for place in Place::both() {
        place.furnish();
        place.fill(0..9, months_ago(40));
        let (officer, dispatcher) = (place.token(Role::Dpo), place.token(Role::Dispatcher));
        let until = system_clock().plus_seconds(86_400).to_string();
        let all = ["hold", "set", "--to", &until, "--reason", "inspection", "--until", &until];
        let all = place.says(&all);
        let server = Server::start(&place.url());
        wait_until("it has caught up with the rest", || {
            place.says_json(&["purge", "list", "--json"]).as_array().unwrap().len() == 1
        });
        let post = |token: &str, path: &str, body: &Value| -> Answer {
            let bearer = format!("Bearer {token}");
            let headers =
                [("authorization", bearer.as_str()), ("content-type", "application/json")];
            let url = format!("http://{}{path}", server.address);
            ask(&url, "POST", &headers, body.to_string().into_bytes()).unwrap()
        };
        let hold = json!({ "site": "PH-0001", "reason": "complaint", "until": until });

        let refused = post(&dispatcher, "/api/v1/holds", &hold);
        let nothing = json!({ "reason": "complaint", "until": until });
        let everything = post(&officer, "/api/v1/holds", &nothing);
        let free = json!({ "site": "PH-0001", "reason": "M. Dupont", "until": until });
        let in_words = post(&officer, "/api/v1/holds", &free);
        let set = post(&officer, "/api/v1/holds", &hold);
        assert_eq!(
            [refused.status, everything.status, in_words.status, set.status],
            [403, 422, 422, 201]
        );
        place.says(&["hold", "lift", all.trim()]);
        assert!(!in_words.text().contains("Dupont"), "{}", in_words.text());
        place.says(&["purge"]);
        assert_eq!(place.incidents().len(), 3, "those of the site");

        let id = set.json()["id"].as_str().unwrap().to_owned();
        let lifted = post(&officer, &format!("/api/v1/holds/{id}/lift"), &Value::Null);
        assert_eq!(lifted.status, 200, "{}", lifted.text());
        assert_eq!(lifted.json()["lifted_by"], "officer");
        assert_eq!(post(&officer, &format!("/api/v1/holds/{id}/lift"), &Value::Null).status, 409);
        place.says(&["purge"]);

        assert_eq!(place.incidents().len(), 0);
        let bearer = format!("Bearer {officer}");
        let read = |path: &str| {
            let url = format!("http://{}{path}", server.address);
            ask(&url, "GET", &[("authorization", &bearer)], Vec::new()).unwrap().json()
        };
        wait_until("the server follows", || {
            read("/api/v1/purges")["purges"].as_array().unwrap().len() == 3
        });
        let register = read("/api/v1/purges");
        assert_eq!(register["believed"], true);
        assert_eq!(register["purges"][1]["holds"], json!([id]));
        assert_eq!(count_of(&register["purges"][2], "incidents"), 3);
        assert_eq!(read("/api/v1/holds")["holds"][1]["in_force"], false);
    }
}

#[test]
fn a_hold_of_the_command_line_keeps_one_incident() {
    for place in Place::both() {
        place.furnish();
        place.fill(0..4, months_ago(40));
        let kept = history(2, months_ago(40)).id;
        let until = system_clock().plus_seconds(86_400).to_string();
        let id = kept.to_string();
        let set = ["hold", "set", "--incident", &id, "--reason", "inspection", "--until", &until];
        let hold = place.says(&set);

        place.says(&["purge"]);

        assert_eq!(place.incidents(), [kept.uuid()]);
        assert!(place.says(&["hold", "list"]).contains("inspection"));
        place.says(&["hold", "lift", hold.trim()]);
        assert!(place.refuses(&["hold", "lift", hold.trim()]).contains("the hold is over"));
        let unknown =
            ["hold", "set", "--site", "PH-0077", "--reason", "complaint", "--until", &until];
        assert!(place.refuses(&unknown).contains("not in the stock"));
    }
}

#[test]
fn servers_follow_a_purge_and_clients_come_back_across_it() {
    for place in Place::both() {
        place.furnish();
        place.fill(0..30, months_ago(40));
        place.fill(30..35, months_ago(1));
        let (to, until) = (months_ago(2).to_string(), system_clock().plus_seconds(86_400));
        let until = until.to_string();
        let held = ["hold", "set", "--to", &to, "--reason", "inspection", "--until", &until];
        let hold = place.says(&held);
        let server = Server::start(&place.url());
        wait_until("it has caught up with the rest", || {
            place.says_json(&["purge", "list", "--json"]).as_array().unwrap().len() == 1
        });
        assert_eq!(server.incidents(), 35);
        place.says(&["hold", "lift", hold.trim()]);
        let before = server.seq();

        place.says(&["purge"]);

        wait_until("the server follows", || server.incidents() == 5);
        assert_eq!(server.report("PH-0001", "after the purge").status, 201);
        let mut follower = Follower::silent(&server.address, "", Some(before));
        assert_eq!(follower.next().event, "hello");
        assert_eq!(follower.next().event, "reset");
    }
}

#[test]
fn of_two_servers_one_does_the_purge_of_the_night() {
    for place in Place::both() {
        place.furnish();
        place.fill(0..3, months_ago(40));
        let (one, other) = (place.open(), place.open());
        let runtime = actix_web::rt::System::new();
        let due_at = system_clock();

        let rows = runtime.block_on(async {
            let both = futures_util::future::join(
                one.purge_of_night(due_at),
                other.purge_of_night(due_at),
            );
            let (a, b) = both.await;
            [a.unwrap().len(), b.unwrap().len()]
        });

        assert_eq!(rows.iter().sum::<usize>(), 1, "{rows:?}");
        assert_eq!(runtime.block_on(one.purge_of_night(due_at)).unwrap(), []);
        one.close();
        other.close();
        assert_eq!(place.says_json(&["purge", "list", "--json"]).as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_server_that_starts_catches_up_with_what_was_missed_and_says_so() {
    for place in Place::both() {
        place.furnish();
        place.fill(0..30, months_ago(40));
        place.fill(30..33, months_ago(1));

        let server = Server::start(&place.url());

        wait_until("it has caught up", || server.incidents() == 3);
        let counted = |name: &str| {
            let text = server.get("/metrics").text().to_owned();
            let line = text.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
            line.unwrap().trim().parse::<f64>().unwrap()
        };
        assert!((0.0..60.0).contains(&counted("vigie_purge_age_seconds ")));
        let rows = place.says_json(&["purge", "list", "--json"]);
        assert_eq!(rows[0]["cause"], "daily");
        assert_eq!(over(&rows, "incidents"), 30);
        let told = place.says(&["doctor"]);
        assert!(told.contains("ok    purge      last purge at"), "{told}");
    }
}

#[test]
fn the_doctor_tells_of_a_purge_that_was_missed() {
    for place in Place::both() {
        place.furnish();

        let before = place.says(&["doctor"]);
        place.says(&["purge"]);

        assert!(before.contains("warn  purge      no purge yet"), "{before}");
        assert!(place.says(&["doctor"]).contains("ok    purge"), "{before}");
    }
}
