//! What must never be kept or said: names, telephone numbers, addresses, and the positions of callers.

use std::{fs, io::Read as _, path::Path};

use serde_json::json;
use vigie::store::StoreUrl;

use crate::{program::Program, server::put, support::site, support::town};

/// What a careless client may send in any field.
const PLANTED: [&str; 6] = [
    "Jeanne Dupontel",
    "0612345678",
    "jeanne.dupontel@example.org",
    "12 rue de la Roquette",
    "AB-123-CD",
    "2.35223344",
];

#[test]
fn what_tells_of_a_person_is_in_no_refusal() {
    let town = town([site("PH-0754", 2.3522, 48.8566)]);
    let good =
        json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "PH-0754" } });

    for planted in &PLANTED[..4] {
        for change in [
            json!({ "caller": planted }),
            json!({ "kind": planted }),
            json!({ "kind": { "of": planted } }),
            json!({ "channel": planted }),
            json!({ "reported_at": planted }),
            json!({ "building_id": planted }),
            json!({ "location": planted }),
            json!({ "location": { "site_code": planted } }),
            json!({ "location": { "lon": planted, "lat": 48.8 } }),
            json!({ "location": { "address": planted } }),
            json!({ "location": { "x": 1, "y": 2, "crs": planted } }),
            json!({ "location": { "x": 1, "y": 2, "crs": format!("EPSG:{planted}") } }),
        ] {
            let mut body = good.clone();
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let answer = town.post("/api/v1/incidents", &body);
            assert_eq!(answer.fault().0, 422, "{change}");
            assert!(!answer.text().contains(planted), "{change}: {}", answer.text());
        }
    }
}

#[test]
fn a_position_is_in_no_refusal() {
    let town = town([site("PH-0754", 2.3522, 48.8566)]);
    for location in [
        json!({ "lon": 3.414_213_5, "lat": 48.271_828_1 }),
        json!({ "lon": 3.414_213_5, "lat": 148.271_828_1 }),
        json!({ "x": 3.414_213_5, "y": 48.271_828_1, "crs": "EPSG:2154" }),
    ] {
        let body = json!({ "kind": "OCC-HAL", "channel": "call", "location": location });
        let answer = town.post("/api/v1/incidents", &body);
        assert_eq!(answer.fault().0, 422);
        assert!(
            !answer.text().contains("3.41421") && !answer.text().contains("8.27182"),
            "{}",
            answer.text()
        );
    }
}

#[test]
fn what_was_sent_is_in_neither_the_log_nor_the_store() {
    let program = Program::serving(&["--log", "debug", "--log-format", "json"]);
    program.import_one_site();
    for planted in PLANTED {
        let body = json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "PH-0754" }, "caller": planted });
        program.post("/api/v1/incidents", &body);
        let query: String = planted.bytes().map(|b| format!("%{b:02X}")).collect();
        program.get(&format!("/api/v1/sites?q={query}"));
        program.get(&format!("/api/v1/locate?lon={query}&lat=1"));
        program.get(&format!("/api/v1/sites/{query}"));
    }
    let near = json!({ "kind": "OCC-HAL", "channel": "call", "location": { "lon": 2.352_233_44, "lat": 48.856_611_22 } });
    assert_eq!(program.post("/api/v1/incidents", &near).0, 201);
    program.get("/api/v1/locate?lon=2.35223344&lat=48.85661122");

    let (log, folder) = program.stop();

    assert!(
        log.contains("\"http.route\":\"/api/v1/incidents\""),
        "the log has the patterns of routes: {log}"
    );
    for planted in PLANTED.into_iter().chain(["2.35223344", "48.85661122", "Dupontel"]) {
        assert!(!log.contains(planted), "`{planted}` is in the log: {log}");
        assert!(!is_in_a_file(folder.path(), planted.as_bytes()), "`{planted}` is in the store");
    }
    for coordinate in [2.352_233_44_f64, 48.856_611_22] {
        assert!(
            !is_in_a_file(folder.path(), &coordinate.to_be_bytes()),
            "{coordinate} is in the store"
        );
        assert!(
            !is_in_a_file(folder.path(), &coordinate.to_le_bytes()),
            "{coordinate} is in the store"
        );
    }
}

fn is_in_a_file(folder: &Path, needle: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        // The access log, too.
        if path.is_dir() {
            return is_in_a_file(&path, needle);
        }
        let mut content = Vec::new();
        fs::File::open(path).unwrap().read_to_end(&mut content).unwrap();
        content.windows(needle.len()).any(|part| part == needle)
    })
}

#[test]
fn that_a_crew_switches_its_position_off_is_in_the_log() {
    let program = Program::serving(&["--log", "info", "--log-format", "json"]);
    let put = |sharing: bool| {
        let body = json!({"callsign": "TANGO 1", "status": "available", "sharing": sharing});
        put(&program.address, "/api/v1/patrols/TANGO-1", &body).status
    };

    assert_eq!([put(true), put(false)], [200, 200]);

    let (log, _folder) = program.stop();
    let told = |sharing: bool| {
        let is_it = |line: &&str| {
            line.contains("\"patrol.id\":\"TANGO-1\"")
                && line.contains(&format!("\"patrol.sharing\":{sharing}"))
        };
        log.lines().filter(is_it).count()
    };
    assert_eq!((told(true), told(false)), (1, 1), "{log}");
}

#[test]
fn the_impact_assessment_names_every_table_of_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vigie.db");
    drop(format!("sqlite:{}", file.display()).parse::<StoreUrl>().unwrap().open().unwrap());
    let raw = rusqlite::Connection::open(&file).unwrap();
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
    let mut tables = raw.prepare(sql).unwrap();
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
    // What the migrations themselves have noted.
    let tables: Vec<String> =
        tables.map(Result::unwrap).filter(|name| name != "refinery_schema_history").collect();
    assert!(tables.len() > 20, "{tables:?}");

    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/dpia.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, listed) = page.split_once("### What is stored").unwrap();
    let (listed, _) = listed.split_once("### Who sees what").unwrap();
    let missing: Vec<&String> =
        tables.iter().filter(|name| !listed.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/dpia.md does not say what is in {missing:?}");
    let named = listed.split("store: ").skip(1).flat_map(|rest| {
        let cell = rest.split('|').next().unwrap_or_default();
        cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
    });
    let gone: Vec<String> = named.filter(|name| !tables.contains(name)).collect();
    assert!(gone.is_empty(), "docs/dpia.md names {gone:?}, which a store has not");
}
