//! The access log of a running server: what a line says, that nothing can be changed unseen, and who reads it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    server::{Server, import_sites, vigie, wait_until},
    support::{Answer, ask},
};

/// A store of two sites, beside which servers keep their access logs.
struct House {
    folder: TempDir,
    store: String,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
        import_sites(&store, 2);
        Self { folder, store }
    }

    fn token(&self, role: &str) -> String {
        let made = vigie()
            .args(["token", "create", "--role", role, "--label", role, "--store", &self.store])
            .output();
        String::from_utf8(made.unwrap().stdout).unwrap().trim_end().to_owned()
    }

    /// The only file of the first server's chain: the tests take less than a day, but for one in 86,400.
    fn file(&self) -> PathBuf {
        let chain = self.folder.path().join("access-log/1");
        let mut files = fs::read_dir(chain).unwrap().map(|entry| entry.unwrap().path());
        files.find(|file| file.extension().is_some_and(|one| one == "jsonl")).unwrap()
    }

    fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.file()).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Waits until so many requests are in it.
    #[track_caller]
    fn wait_for_lines(&self, count: usize) -> Vec<Value> {
        let there =
            || self.folder.path().join("access-log/1").exists() && has_file(self.folder.path());
        wait_until("lines are written", || there() && self.lines().len() >= count);
        self.lines()
    }

    fn verify(&self) -> Output {
        vigie().args(["audit", "verify", "--store", &self.store]).output().unwrap()
    }

    #[track_caller]
    fn is_whole(&self) -> String {
        let output = self.verify();
        let said = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}{errors}");
        said
    }
}

fn has_file(folder: &Path) -> bool {
    let mut files = fs::read_dir(folder.join("access-log/1")).unwrap();
    files.any(|entry| entry.unwrap().path().extension().is_some_and(|one| one == "jsonl"))
}

fn as_whom(server: &Server, token: Option<&str>, path: &str) -> Answer {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let header = bearer.as_ref().map(|bearer| ("authorization", bearer.as_str()));
    let headers: Vec<(&str, &str)> = header.into_iter().collect();
    ask(&format!("http://{}{path}", server.address), "GET", &headers, Vec::new()).unwrap()
}

#[test]
fn a_line_says_who_asked_for_which_route_and_nothing_of_what_was_asked() {
    let house = House::new();
    let (dpo, landlord) = (house.token("dpo"), {
        let made = vigie()
            .args(["token", "create", "--role", "landlord", "--landlord", "paris-habitat"])
            .args(["--label", "landlord"])
            .args(["--store", &house.store])
            .output();
        String::from_utf8(made.unwrap().stdout).unwrap().trim_end().to_owned()
    });
    let server = Server::start(&house.store);

    assert_eq!(server.get("/api/v1/sites/PH-0001").status, 200);
    assert_eq!(as_whom(&server, None, "/api/v1/sites?q=secret-words").status, 401);
    assert_eq!(as_whom(&server, Some(&dpo), "/api/v1/incidents").status, 403);
    assert_eq!(as_whom(&server, Some(&landlord), "/api/v1/sites?q=secret-words").status, 200);
    assert_eq!(as_whom(&server, Some(&landlord), "/api/v1/nothing/secret-words").status, 404);
    assert_eq!(server.get("/healthz").status, 200);

    let lines = house.wait_for_lines(5);
    let told: Vec<String> = lines
        .iter()
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
            let (role, landlord, route) = (text("role"), text("landlord"), text("route"));
            format!(
                "{} {role} {landlord} {} {route} {}",
                line["seq"],
                text("method"),
                line["status"]
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "1 dispatcher - GET /api/v1/sites/{code} 200",
            "2 - - GET /api/v1/sites 401",
            "3 dpo - GET /api/v1/incidents 403",
            "4 landlord paris-habitat GET /api/v1/sites 200",
            "5 - - GET unknown 404",
        ]
    );
    assert!(lines[0]["account"].as_str().unwrap().len() == 36 && lines[1]["account"].is_null());
    let text = fs::read_to_string(house.file()).unwrap();
    for secret in ["PH-0001", "secret-words", "vgt_", "127.0.0.1", "tests"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }

    let read = as_whom(&server, Some(&dpo), "/api/v1/access-log");
    assert_eq!(read.status, 200, "{}", read.text());
    assert_eq!(read.json()["lines"].as_array().unwrap().len(), 5);
    assert_eq!(read.json()["lines"][1]["landlord"], "paris-habitat");
    house.wait_for_lines(6);
    let newest = as_whom(&server, Some(&dpo), "/api/v1/access-log?limit=1");
    assert_eq!(newest.json()["lines"][0]["route"], "/api/v1/access-log", "reading is taken down");
    let after = newest.json()["next"].as_str().unwrap().to_owned();
    let rest = as_whom(&server, Some(&dpo), &format!("/api/v1/access-log?after={after}"));
    let numbers: Vec<Value> =
        rest.json()["lines"].as_array().unwrap().iter().map(|line| line["seq"].clone()).collect();
    assert_eq!(numbers, [5, 4, 3, 2, 1]);
    filters(&server, &dpo);
    assert_eq!(
        as_whom(&server, Some(&dpo), "/api/v1/access-log?day=2020-01-01").json()["lines"],
        serde_json::json!([])
    );
    assert_eq!(as_whom(&server, Some(&dpo), "/api/v1/access-log?day=today").status, 422);
}

fn filters(server: &Server, dpo: &str) {
    let found = |query: &str| {
        let answer = as_whom(server, Some(dpo), &format!("/api/v1/access-log?{query}"));
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        let lines = answer.json()["lines"].as_array().unwrap().clone();
        lines.iter().map(|line| line["name"].as_str().unwrap_or("-").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("account=landlord"), ["landlord"]);
    assert_eq!(found("account=dpo&route=/api/v1/incidents"), ["dpo"]);
    assert_eq!(found("route=/api/v1/sites&account=landlord"), ["landlord"]);
    assert_eq!(found("account=landlord&route=/api/v1/kpis"), [""; 0]);
    let status =
        |query: &str| as_whom(server, Some(dpo), &format!("/api/v1/access-log?{query}")).status;
    let refused =
        ["account=nobody", "route=Jean+Dupont", "after=x", "limit=0", "limit=1001", "skip=5"];
    assert_eq!(refused.map(status), [404, 422, 422, 422, 422, 400]);
}

#[test]
fn the_officer_sees_whether_the_lines_of_a_day_are_as_they_were_written() {
    let house = House::new();
    let dpo = house.token("dpo");
    let server = Server::start(&house.store);
    for _ in 0..3 {
        assert_eq!(server.get("/api/v1/kinds").status, 200);
    }
    house.wait_for_lines(3);
    let check =
        |query: &str| as_whom(&server, Some(&dpo), &format!("/api/v1/access-log/check{query}"));

    let before = check("");
    let text = fs::read_to_string(house.file()).unwrap();
    fs::write(house.file(), text.replacen("200", "404", 1)).unwrap();
    let after = check("");

    assert_eq!(
        (before.status, &before.json()["whole"]),
        (200, &Value::Bool(true)),
        "{}",
        before.text()
    );
    let found = after.json();
    assert_eq!(
        (&found["whole"], &found["fault_count"]),
        (&Value::Bool(false), &1.into()),
        "{found}"
    );
    assert_eq!(found["faults"][0]["line"], 1);
    assert_eq!(found["faults"][0]["what"], "line 1 was altered");
    let file = found["faults"][0]["file"].as_str().unwrap().to_owned();
    assert!(file.starts_with("1/") && file.ends_with(".jsonl"), "{file}");
    assert_eq!(check("?day=2020-01-01").json()["whole"], true);
    assert_eq!(check("?day=today").status, 422);
}

#[test]
fn a_changed_line_is_named_by_file_and_number() {
    let house = House::new();
    let server = Server::start(&house.store);
    for _ in 0..5 {
        server.get("/api/v1/sites");
    }
    house.wait_for_lines(5);
    server.signal("TERM");
    // It anchors the end before it goes.
    wait_until("the end is anchored", || {
        house.is_whole().contains("5 lines in 1 files of 1 servers, 1 anchors")
    });
    let file = house.file();
    let whole = fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();

    let altered = whole.replacen("\"seq\":3,\"at\":\"2", "\"seq\":3,\"at\":\"3", 1);
    for (text, found) in [
        (altered, ":3: line 3 was altered"),
        (lines[..4].concat(), ": line 5, which the store has anchored, is not in it"),
        (
            [lines[0], lines[2], lines[1], lines[3], lines[4]].concat(),
            ":3: line 2 stands behind line 3",
        ),
    ] {
        fs::write(&file, text).unwrap();
        let output = house.verify();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains(&format!("{}{found}", file.display())), "{said}");
    }
    fs::write(&file, whole).unwrap();
    house.is_whole();
}

#[test]
fn the_chain_goes_on_over_kill_9_and_two_servers_write_one_each() {
    let house = House::new();
    let mut count = 0;
    for _ in 0..3 {
        let mut server = Server::start(&house.store);
        for _ in 0..10 {
            server.get("/api/v1/meta");
        }
        count += 10;
        house.wait_for_lines(count);
        server.kill();
    }
    let mut text = fs::read_to_string(house.file()).unwrap();
    text.push_str("{\"seq\":31,\"at\":");
    fs::write(house.file(), text).unwrap();

    let (one, two) = (Server::start(&house.store), Server::start(&house.store));
    assert!(one.log().contains("ended with an unfinished line"), "{}", one.log());
    for server in [&one, &two] {
        server.get("/api/v1/meta");
    }

    wait_until("both are there", || house.is_whole().contains("33 lines in 2 files of 2 servers"));
    assert!(house.is_whole().contains("1 unfinished lines were cut off"), "{}", house.is_whole());
}
