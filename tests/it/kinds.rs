//! The kinds of incident as an administrator replaces them: what is wrong is said at the start, and all goes by the file.

use std::{path::Path, process::Output};

use serde_json::{Value, json};
use vigie::{
    app::{App, system_clock},
    store::StoreUrl,
};

use crate::{
    server::{Server, post, vigie},
    support::{begin, site},
};

/// What `vigie kinds` prints.
fn printed() -> String {
    let output = vigie().arg("kinds").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The kinds as they ship but for OCC-HAL, which is more urgent, MIS-CON, which is gone, and ASC-BLO, which is new.
fn changed() -> String {
    let kept = printed();
    let kept = kept.lines().filter(|line| !line.starts_with("MIS-CON;"));
    let mut lines: Vec<&str> = kept.collect();
    let hall = lines.iter().position(|line| line.starts_with("OCC-HAL;")).unwrap();
    lines[hall] = "OCC-HAL;P1;Hall pris;Hall taken;4;5;17";
    lines.push("ASC-BLO;P4;Ascenseur bloqué;Lift stuck;1;1;landlord");
    lines.join("\n") + "\n"
}

fn written(folder: &Path, text: &str) -> String {
    let path = folder.join("kinds.csv");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// A store with one site.
fn store(folder: &Path) -> String {
    let store = format!("sqlite:{}", folder.join("vigie.db").display());
    let app = App::open(store.parse::<StoreUrl>().unwrap().open().unwrap(), system_clock).unwrap();
    begin(&app, [site("PH-0001", 2.35, 48.85)]);
    app.close();
    store
}

fn run(arguments: &[&str]) -> Output {
    vigie().args(arguments).output().unwrap()
}

#[track_caller]
fn assert_refused(output: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for word in words {
        assert!(said.contains(word), "{word} is not in: {said}");
    }
}

fn call(server: &Server, kind: &str) -> (u16, Value) {
    let body = json!({ "kind": kind, "channel": "call", "location": { "site_code": "PH-0001" } });
    let answer = post(&server.address, "/api/v1/incidents", &[], &body).unwrap();
    (answer.status, answer.json())
}

#[test]
fn what_is_printed_can_be_changed_and_everything_goes_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let (store, kinds) = (store(folder.path()), written(folder.path(), &changed()));
    let ours = format!("--kinds={kinds}");
    let mut server = Server::start(&store);
    let shipped = server.get("/api/v1/kinds").json();
    server.stop();
    let mut server = Server::start_with(&store, "127.0.0.1:0", std::slice::from_ref(&ours));

    let told = server.get("/api/v1/kinds").json();
    assert_ne!(told["version"], shipped["version"]);
    let all = told["kinds"].as_array().unwrap();
    assert_eq!(all.len(), 37);
    let last = json!({
        "code": "ASC-BLO", "family": "ASC", "label_fr": "Ascenseur bloqué", "label_en": "Lift stuck", "priority": "P4",
        "target_s": null, "crew_min": 1, "crew_min_night": 1, "partner": "landlord",
    });
    assert_eq!(all[36], last);

    let (status, hall) = call(&server, "OCC-HAL");
    assert_eq!(status, 201);
    let path = format!("/api/v1/incidents/{}", hall["id"].as_str().unwrap());
    let hall = server.get(&path).json();
    assert_eq!(hall["properties"]["priority"], "P1");
    assert!(hall["properties"]["crew_min"].as_u64().unwrap() >= 4, "{hall}");
    assert_eq!(call(&server, "ASC-BLO").0, 201);
    let (status, refused) = call(&server, "MIS-CON");
    assert_eq!((status, &refused["errors"][0]["value"]), (422, &json!("MIS-CON")));
    server.stop();

    // Without the file there would be incidents without priority or name.
    let serve = ["serve", "--listen=127.0.0.1:0", "--store", &store];
    assert_refused(&run(&serve), &["ASC-BLO", "--kinds FILE"]);
    assert_refused(&run(&["report", "monthly", "--store", &store]), &["ASC-BLO"]);
    let mut report = vigie();
    report.args(["report", "monthly", "--store", &store]).env("VIGIE_KINDS", &kinds);
    assert_eq!(report.output().unwrap().status.code(), Some(0));
    // Nor with a file from which what is used was taken.
    let less: String = changed()
        .lines()
        .filter(|line| !line.starts_with("OCC-HAL;"))
        .fold(String::new(), |text, line| text + line + "\n");
    let less = format!("--kinds={}", written(folder.path(), &less));
    assert_refused(&run(&[&serve[..], &[&less]].concat()), &["OCC-HAL", "kinds.csv"]);
    // What has nothing to do with kinds needs no file.
    assert_eq!(run(&["account", "list", "--store", &store]).status.code(), Some(0));
}

#[test]
fn all_faults_of_a_file_are_said_at_the_start_with_line_and_value() {
    let folder = tempfile::tempdir().unwrap();
    let text = changed().replace("OCC-ESC;P2;", "OCC-ESC;P7;").replace("ASC-BLO;", "asc blo;");
    let kinds = written(folder.path(), &text);
    let store = store(folder.path());

    let serve = run(&["serve", "--listen=127.0.0.1:0", "--store", &store, "--kinds", &kinds]);
    assert_refused(&serve, &[&kinds, "line 3: priority: `P7`", "line 38: ", "`asc blo`"]);
    assert_refused(&run(&["kinds", "--kinds", &kinds]), &["line 3: ", "line 38: "]);
    assert_refused(&run(&["kinds", "--kinds", "/nowhere"]), &["--kinds /nowhere"]);
}

#[test]
fn a_demo_takes_a_file_that_holds_what_it_calls_in() {
    let folder = tempfile::tempdir().unwrap();
    let kinds = written(folder.path(), &changed());
    let store = format!("sqlite:{}", folder.path().join("demo.db").display());
    let listen = "--listen=127.0.0.1:0";

    let demo = run(&["demo", "--make-only", listen, "--store", &store, "--kinds", &kinds]);
    assert_refused(&demo, &["the demo", "MIS-CON"]);
    assert!(!folder.path().join("demo.db").exists(), "nothing was made");
}
