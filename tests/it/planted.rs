//! Planted values: names, numbers, addresses and a point are sent through every border of a real server, and are then
//! found nowhere: not in its store, its logs, its counters, a backup, nor in the memory of its process.
//!
//! What is asserted of memory: once the incident is closed, and the workers have answered some ordinary requests after
//! that, no writable region of the process holds any text that was planted in a body, in whatever case of letters, nor the
//! planted point as text. Not asserted: that addresses and headers are gone, for the framework keeps the heads of up to 128
//! requests a worker and overwrites each with the next that takes its place; and that the numbers of the point are gone,
//! for a stack keeps what a call has left until a deeper call comes.

use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
};

use serde_json::{Value, json};

use crate::{
    postgres_cluster::Cluster,
    server::{Server, authorization, import_sites, put, vigie},
    support::{Answer, ask},
};

/// What is typed into every field. Each holds words that nothing else says.
const TEXTS: [&str; 6] = [
    "Mme Jeanne Quervelanec",
    "rappeler le 06 39 98 12 47",
    "0639981248",
    "jeanne.quervelanec@example.org",
    "47 rue de la Quintefeuille",
    "plaque QX-482-ZK",
];
/// What is looked for: parts of the texts that are found in whatever is made of them.
const NEEDLES: [&str; 6] =
    ["quervelanec", "06 39 98 12 47", "0639981248", "jeanne.q", "quintefeuille", "qx-482-zk"];
/// What is put into addresses and headers, and nowhere else.
const HEAD_TEXTS: [&str; 4] = [
    "Mme Solange Penhoadic",
    "0639981249",
    "solange.penhoadic@example.org",
    "58 rue de la Grenouillère",
];
/// What is looked for of those.
const HEAD_NEEDLES: [&str; 4] = ["penhoadic", "0639981249", "solange.p", "grenouill"];
/// A point on the site `PH-0001` of [`import_sites`], by which it is found.
const POINT: [f64; 2] = [2.301_013_47, 48.850_051_39];
/// The same as text.
const POINT_TEXTS: [&str; 2] = ["2.30101347", "48.85005139"];
/// Ordinary requests after closure: each worker answers some of them.
const ORDINARY: usize = 200;

#[test]
fn what_was_planted_is_nowhere_once_it_is_closed_over_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let log = plant_and_look(&store, "json");
    assert_clean_text("the log", &log);
    assert_clean_files(folder.path());
}

#[test]
fn what_was_planted_is_nowhere_once_it_is_closed_over_postgresql() {
    let cluster = Cluster::new();
    let database = cluster.database();
    let log = plant_and_look(&database.url(), "text");
    assert_clean_text("the log", &log);
    cluster.stop();
    assert_clean_files(&cluster.data());
    cluster.start();
}

#[test]
fn what_is_looked_for_would_be_found() {
    let mut block = vec![0_u8; 64];
    block.extend(b"..JEANNE.Q..");
    block.extend(POINT[1].to_le_bytes());
    assert_eq!(found_in(&block), ["jeanne.q", "48.85005139 as a number"]);
    for text in TEXTS.iter().chain(&HEAD_TEXTS) {
        assert!(!found_in(text.as_bytes()).is_empty(), "{text}");
    }
}

/// Plants everything, closes the incident, looks at the counters, a backup and the memory; answers with the log.
fn plant_and_look(store: &str, log_format: &str) -> String {
    import_sites(store, 2);
    let options = ["--log", "debug", "--log-format", log_format].map(str::to_owned);
    let mut server = Server::start_with(store, "127.0.0.1:0", &options);
    let crew = json!({ "callsign": "Tango 1", "status": "available", "crew": 3 });
    assert_eq!(put(&server.address, "/api/v1/patrols/TANGO-1", &crew).status, 200);

    let incident = received(&server);
    for text in TEXTS {
        plant_in_bodies(&server, text, &incident);
        plant_in_files(store, text);
    }
    for text in HEAD_TEXTS {
        plant_in_addresses(&server, text);
        if text.is_ascii() {
            plant_in_headers(&server, text);
        }
    }
    close(&server, &incident);
    for _ in 0..ORDINARY {
        assert_eq!(server.get("/api/v1/kinds").status, 200);
    }

    let counters = server.get("/metrics");
    assert_clean_text("the counters", counters.text());
    let folder = tempfile::tempdir().unwrap();
    let backup =
        vigie().args(["backup", "--store", store]).arg(folder.path().join("b.db")).output();
    let backup = backup.unwrap();
    assert!(backup.status.success(), "{}", String::from_utf8_lossy(&backup.stderr));
    assert_clean_files(folder.path());
    assert_clean_memory(server.id());
    server.stop();
    server.log()
}

/// An incident at the planted point, by which it was placed on its site.
fn received(server: &Server) -> String {
    let [lon, lat] = POINT;
    let call =
        json!({ "kind": "OCC-HAL", "channel": "call", "location": { "lon": lon, "lat": lat } });
    assert!(POINT_TEXTS.iter().all(|text| call.to_string().contains(text)), "{call}");
    let received = post(server, "/api/v1/incidents", &[], &call);
    assert_eq!(received.status, 201, "{}", received.text());
    assert_eq!(received.json()["site_code"], "PH-0001");
    received.json()["id"].as_str().unwrap().to_owned()
}

fn plant_in_bodies(server: &Server, text: &str, incident: &str) {
    let call = |more: Value| {
        let mut call =
            json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "PH-0002" } });
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        call
    };
    let calls = [
        call(json!({ "caller": text })),
        call(json!({ text: 1 })),
        call(json!({ "kind": text })),
        call(json!({ "channel": text })),
        call(json!({ "reported_at": text })),
        call(json!({ "building_id": text })),
        call(json!({ "location": { "address": text } })),
        call(json!({ "location": { "site_code": text } })),
        call(json!({ "location": { "x": 1, "y": 2, "crs": text } })),
    ];
    let batch: String = calls.iter().map(|call| format!("{call}\n")).collect();
    for call in &calls {
        refused(&post(server, "/api/v1/incidents", &[], call), text);
    }
    let ndjson = [("content-type", "application/x-ndjson"), authorization()];
    let answer = send(server, "POST", "/api/v1/incidents:batch", &ndjson, batch.into_bytes());
    assert_eq!(answer.status, 200);
    assert!(answer.lines().iter().all(|line| line["status"] == 422), "{}", answer.text());

    let steps = format!("/api/v1/incidents/{incident}/transitions");
    let report = json!({ "outcome": "ras", "people": "0", "with_police": false, "remark": text });
    for step in [
        json!({ "to": "reported", "report": report }),
        json!({ "to": "cancelled", "reason": text }),
        json!({ "to": "handed_over", "partner": text }),
        json!({ "to": "assigned", "patrol": text, "override": text }),
        json!({ "to": text, "actor": text }),
    ] {
        refused(&post(server, &steps, &[], &step), text);
    }
    for (path, body) in [
        ("/api/v1/patrols/TANGO-2", json!({ "callsign": text, "status": "available" })),
        ("/api/v1/sites/PH-0001/hazards", json!({ "hazards": [{ "kind": text, "until": text }] })),
        ("/api/v1/sites/PH-0001/hazards", json!({ "hazards": [], "note": text })),
    ] {
        refused(&put(&server.address, path, &body), text);
    }
    refused(&post(server, "/api/v1/alerts", &[], &json!({ "kind": text, "patrol": text })), text);
    let sign_in = json!({ "name": text, "password": text });
    assert!([401, 429].contains(&post(server, "/api/v1/session", &[], &sign_in).status));
    let first = json!({ "code": "x", "name": text, "password": text });
    assert!([401, 422, 429].contains(&post(server, "/api/v1/session/first", &[], &first).status));
}

fn plant_in_addresses(server: &Server, text: &str) {
    let written: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for path in [
        format!("/api/v1/sites?q={written}"),
        format!("/api/v1/buildings?q={written}"),
        format!("/api/v1/sites?{written}=1"),
        format!("/api/v1/sites/{written}"),
        format!("/api/v1/locate?lon={written}&lat=1"),
        format!("/api/v1/incidents?kind={written}"),
        format!("/{written}"),
    ] {
        server.get(&path);
    }
    // As a client that does not escape its words: the line is refused, or taken as it is.
    let plain = text.replace(' ', "+").replace('è', "e");
    server.get(&format!("/api/v1/sites?q={plain}"));
    server.get(&format!("/patrol/{plain}"));
    let body = json!({ "callsign": "Tango 3", "status": "available" });
    assert_eq!(put(&server.address, &format!("/api/v1/patrols/{plain}"), &body).status, 422);
}

fn plant_in_headers(server: &Server, text: &str) {
    let call =
        json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "PH-0009" } });
    for name in [
        "idempotency-key",
        "x-request-id",
        "x-forwarded-for",
        "user-agent",
        "referer",
        "cookie",
        "origin",
        "last-event-id",
        "if-none-match",
        "x-caller",
    ] {
        let answer = post(server, "/api/v1/incidents", &[(name, text)], &call);
        assert_eq!(answer.status, 422, "{name}: {}", answer.text());
        assert!(!answer.text().contains(text), "{name}: {}", answer.text());
    }
}

/// Files beside the running server, which follows its store.
fn plant_in_files(store: &str, text: &str) {
    let folder = tempfile::tempdir().unwrap();
    let header = "code;bailleur;nom;adresse;logements;lon;lat;consignes;acces";
    // A street's number and a plate are no rule of names: they are planted where words are judged.
    let is_name = !text.contains("rue") && !text.contains("plaque");
    let named = if is_name { text } else { "Mme Quervelanec" };
    let rows = [
        format!("PH-0001;{named};Résidence;;4;2.301;48.85;;"),
        format!("PH-0001;Paris Habitat;{named};;4;2.301;48.85;;"),
        format!("PH-0001;Paris Habitat;Résidence;{named};4;2.301;48.85;;"),
        format!("PH-0001;Paris Habitat;Résidence;;4;2.301;48.85;{text};"),
        format!("PH-0001;Paris Habitat;Résidence;;4;2.301;48.85;;{text}"),
        format!("{named};Paris Habitat;Résidence;;4;2.301;48.85;;"),
        format!("PH-0001;Paris Habitat;Résidence;;{text};2.301;48.85;;"),
    ];
    let incidents = [
        format!("code_incident;date_heure;code_site;reference\nOCC-HAL;{text};PH-0001;a\n"),
        format!(
            "code_incident;date_heure;code_site;canal\nOCC-HAL;2026-01-01T00:00:00Z;PH-0001;{text}\n"
        ),
        format!("code_incident;date_heure;code_site\nOCC-HAL;2026-01-01T00:00:00Z;{text}\n"),
        format!(
            "code_incident;date_heure;code_site;{text}\nOCC-HAL;2026-01-01T00:00:00Z;PH-0001;1\n"
        ),
        format!(
            "code_incident;date_heure;code_site;locataire\nOCC-HAL;2026-01-01T00:00:00Z;PH-0001;{text}\n"
        ),
    ];
    let sites = rows.iter().map(|row| ("sites", format!("{header}\n{row}\n")));
    let incidents = incidents.into_iter().map(|file| ("incidents", file));
    for (at, (layer, content)) in sites.chain(incidents).enumerate() {
        let file = folder.path().join(format!("{at}.csv"));
        fs::write(&file, &content).unwrap();
        let import = vigie().args(["import", layer, "--store", store]).arg(&file).output().unwrap();
        let said = [import.stdout, import.stderr].concat();
        assert!(!import.status.success(), "{content}: {}", String::from_utf8_lossy(&said));
        assert_clean_text(&content, &String::from_utf8_lossy(&said));
    }
    for name in [text, named] {
        let post = name.to_lowercase().replace([' ', '@'], ".");
        let mut create = vigie();
        create.args(["token", "create", "--role", "partner", "--store", store, "--label", &post]);
        let made = create.output().unwrap();
        assert_eq!(made.status.code(), Some(2), "{}", String::from_utf8_lossy(&made.stderr));
    }
}

/// Takes the incident to its end.
fn close(server: &Server, incident: &str) {
    let path = format!("/api/v1/incidents/{incident}/transitions");
    let sent = json!({ "to": "assigned", "patrol": "TANGO-1", "override": "position_confirmed" });
    let steps = [
        sent,
        json!({ "to": "acknowledged" }),
        json!({ "to": "en_route" }),
        json!({ "to": "on_site" }),
        json!({ "to": "cleared" }),
        json!({ "to": "reported", "report": { "outcome": "ras", "people": "0", "with_police": false } }),
        json!({ "to": "closed" }),
    ];
    for step in steps {
        let taken = post(server, &path, &[], &step);
        assert_eq!(taken.status, 200, "{step}: {}", taken.text());
    }
}

#[track_caller]
fn refused(answer: &Answer, text: &str) {
    assert_eq!(answer.status, 422, "{text}: {}", answer.text());
    assert!(!answer.text().contains(text), "{}", answer.text());
}

#[track_caller]
fn post(server: &Server, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    let mut headers = headers.to_vec();
    headers.extend([("content-type", "application/json"), authorization()]);
    send(server, "POST", path, &headers, body.to_string().into_bytes())
}

#[track_caller]
fn send(
    server: &Server,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Answer {
    ask(&format!("http://{}{path}", server.address), method, headers, body).unwrap()
}

#[track_caller]
fn assert_clean_text(what: &str, text: &str) {
    let found = found_in(text.as_bytes());
    assert!(found.is_empty(), "{what} has {found:?}");
}

/// Fails where a file below `folder` holds something that was planted.
#[track_caller]
fn assert_clean_files(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            assert_clean_files(&path);
        } else if let Ok(content) = fs::read(&path) {
            let found = found_in(&content);
            assert!(found.is_empty(), "{} has {found:?}", path.display());
        }
    }
}

/// Fails where a writable region of the process holds a text that was planted in a body: what a dump of it would hold.
fn assert_clean_memory(process: u32) {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let (mut read, mut found) = (0, Vec::new());
    for line in maps.lines() {
        let mut columns = line.split_whitespace();
        let (range, rights) = (columns.next().unwrap(), columns.next().unwrap());
        let (from, to) = range.split_once('-').unwrap();
        let [from, to] = [from, to].map(|end| u64::from_str_radix(end, 16).unwrap());
        if !rights.starts_with("rw") {
            continue;
        }
        let mut region = vec![0; usize::try_from(to - from).unwrap()];
        memory.seek(SeekFrom::Start(from)).unwrap();
        if memory.read_exact(&mut region).is_err() {
            continue; // not of memory: a device
        }
        read += region.len();
        let name = columns.last().unwrap_or("anonymous");
        let small = region.to_ascii_lowercase();
        let told = |needle: String| {
            format!("{needle} in {name} at {range}: {}", around(&small, needle.as_bytes()))
        };
        found.extend(texts_in(&small).into_iter().map(told));
    }
    assert!(read > 10_000_000, "the memory was read: {read} bytes");
    assert!(found.is_empty(), "{found:#?}");
}

/// What stands around the first `needle`, which says whose it is.
fn around(content: &[u8], needle: &[u8]) -> String {
    let at = content.windows(needle.len()).position(|piece| piece == needle).unwrap_or(0);
    let piece = &content[at.saturating_sub(60)..content.len().min(at + 80)];
    piece.escape_ascii().to_string()
}

/// What of the planted is in `content`, whatever the case.
fn found_in(content: &[u8]) -> Vec<String> {
    let small = content.to_ascii_lowercase();
    let heads = HEAD_NEEDLES.iter().filter(|text| has(&small, text.as_bytes()));
    let numbers = POINT.iter().zip(POINT_TEXTS).filter(|(number, _)| {
        has(content, &number.to_le_bytes()) || has(content, &number.to_be_bytes())
    });
    let numbers = numbers.map(|(_, text)| format!("{text} as a number"));
    let mut found = texts_in(&small);
    found.extend(heads.map(|text| (*text).to_owned()).chain(numbers));
    found
}

/// What of the texts that were planted in bodies, and of the point as text, is in `small`.
fn texts_in(small: &[u8]) -> Vec<String> {
    let texts = NEEDLES.iter().chain(&POINT_TEXTS).filter(|text| has(small, text.as_bytes()));
    texts.map(|text| (*text).to_owned()).collect()
}

/// Whether `needle` is in `content`. By its first byte first: regions are large.
fn has(content: &[u8], needle: &[u8]) -> bool {
    let starts = content.iter().enumerate().filter(|(_, byte)| **byte == needle[0]);
    starts.map(|(at, _)| &content[at..]).any(|rest| rest.starts_with(needle))
}
