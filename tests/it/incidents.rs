//! Reporting incidents and reading them back, as a client sees it.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::support::{Town, site, site_of, town};

fn call(kind: &str) -> Value {
    json!({ "kind": kind, "channel": "call", "location": { "lon": 2.3522, "lat": 48.8566 } })
}

fn one_site() -> Town {
    town([site("PH-0754", 2.3522, 48.8566)])
}

#[test]
fn an_incident_is_put_on_the_site_and_building_of_its_position() {
    let town = one_site();

    let answer = town.post("/api/v1/incidents", call("OCC-HAL"));

    assert_eq!(answer.status, 201);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(answer.header("location"), format!("/api/v1/incidents/{id}"));
    assert_json_snapshot!(answer.json(), { ".id" => "[id]" }, @r#"
    {
      "building_id": "PH-0754-B1",
      "duplicates": [],
      "id": "[id]",
      "seq": 2,
      "site_code": "PH-0754",
      "status": "received"
    }
    "#);
}

#[test]
fn an_incident_is_read_back_at_the_place_of_its_building_and_not_at_the_position_given() {
    let town = one_site();
    let near = json!({ "kind": "TEC-ASC", "channel": "caretaker", "reported_at": "2026-03-01T12:00:00Z",
        "location": { "lon": 2.352_241, "lat": 48.856_613 } });
    let id = town.post("/api/v1/incidents", near).json()["id"].as_str().unwrap().to_owned();

    let answer = town.get(&format!("/api/v1/incidents/{id}"));

    assert_eq!(answer.header("content-type"), "application/geo+json");
    assert_json_snapshot!(answer.json(), { ".id" => "[id]", ".properties.id" => "[id]" }, @r#"
    {
      "geometry": {
        "coordinates": [
          2.3522,
          48.8566
        ],
        "type": "Point"
      },
      "id": "[id]",
      "properties": {
        "allowed": [
          "qualified",
          "assigned",
          "cancelled",
          "handed_over",
          "no_action"
        ],
        "building_id": "PH-0754-B1",
        "channel": "caretaker",
        "crew_min": 2,
        "id": "[id]",
        "kind": "TEC-ASC",
        "landlord": "paris-habitat",
        "merged": [],
        "merged_into": null,
        "partner": null,
        "patrols": [],
        "priority": "P1",
        "reason": null,
        "report": null,
        "reported_at": "2026-03-01T12:00:00Z",
        "site_code": "PH-0754",
        "status": "received",
        "steps": [],
        "target_s": 480,
        "times": {
          "acknowledged_at": null,
          "assigned_at": null,
          "cleared_at": null,
          "closed_at": null,
          "en_route_at": null,
          "on_site_at": null,
          "qualified_at": null,
          "reported_at": null
        }
      },
      "type": "Feature"
    }
    "#);
}

#[test]
fn a_place_may_be_told_in_lambert_93_or_by_its_site_code() {
    let town = one_site();
    let told = |location: Value| {
        let body = json!({ "kind": "OCC-HAL", "channel": "call", "location": location });
        town.post("/api/v1/incidents", body).json()["site_code"].clone()
    };

    let lambert = json!({ "x": 652_469.02, "y": 6_862_035.26, "crs": "EPSG:2154" });

    assert_eq!(told(lambert), "PH-0754");
    assert_eq!(told(json!({ "site_code": "PH-0754" })), "PH-0754");
}

#[test]
fn the_same_key_with_the_same_request_has_the_same_answer_and_records_nothing() {
    let town = one_site();
    let send = |body: &Value| {
        let headers = [("content-type", "application/json"), ("idempotency-key", "call-17")];
        town.send("POST", "/api/v1/incidents", &headers, body.to_string().into_bytes())
    };

    let first = send(&call("OCC-HAL"));
    let again = send(&call("OCC-HAL"));
    let other = send(&call("OCC-CAV"));

    assert_eq!((first.status, first.header("idempotency-replayed")), (201, ""));
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
    assert_eq!(again.json(), first.json());
    assert_eq!(other.status, 422);
    assert_eq!(other.json()["type"], "/problems/idempotency-key-reused");
    assert_eq!(town.get("/api/v1/incidents").json()["numberMatched"], 1);
}

#[test]
fn what_cannot_be_is_refused_with_its_field() {
    let town = one_site();
    let check = |change: Value, field: &str, reason: &str| {
        let mut body = call("OCC-HAL");
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let fault = town.post("/api/v1/incidents", &body).fault();
        assert_eq!(fault, (422, field.to_owned(), reason.to_owned()), "{change}");
    };

    check(json!({ "kind": "OCC-XXX" }), "kind", "is not in the nomenclature: see /api/v1/kinds");
    check(json!({ "kind": 7 }), "kind", "must be a string");
    check(
        json!({ "channel": "fax" }),
        "channel",
        "must be one of call, patrol, caretaker, partner, sensor",
    );
    check(
        json!({ "location": { "lon": 0.0, "lat": 0.0 } }),
        "location",
        "no site within 50 m of the position",
    );
    check(json!({ "location": { "lon": 2.35 } }), "location.lat", "is required beside lon");
    check(
        json!({ "location": { "lon": 181, "lat": 0 } }),
        "location.lon",
        "must be -180 to 180 degrees",
    );
    check(json!({ "location": {} }), "location", "give lon and lat, or x, y and crs, or site_code");
    check(json!({ "location": [2.35, 48.85] }), "location", "must be an object");
    check(
        json!({ "location": { "x": 1, "y": 2, "crs": "EPSG:999999" } }),
        "location.crs",
        "is not a known reference system",
    );
    check(
        json!({ "location": { "site_code": "PH-9999" } }),
        "location.site_code",
        "is not in the stock",
    );
    check(
        json!({ "location": { "site_code": "PH-0754" }, "building_id": "B9" }),
        "building_id",
        "is not in the stock",
    );
    check(
        json!({ "reported_at": "yesterday" }),
        "reported_at",
        "must be an RFC 3339 time with its offset, such as 2026-11-24T02:05:00Z",
    );
    check(
        json!({ "name": "Jean" }),
        "name",
        "is not a field here: expected one of `kind`, `channel`, `reported_at`, `location`, `building_id`",
    );
    assert_eq!(town.get("/api/v1/incidents").json()["numberMatched"], 0);
}

#[test]
fn incidents_are_listed_newest_first_page_by_page() {
    let town = one_site();
    for minute in 10..15 {
        let body = json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "PH-0754" },
            "reported_at": format!("2026-03-01T12:{minute}:00Z") });
        assert_eq!(town.post("/api/v1/incidents", body).status, 201);
    }

    let mut minutes = Vec::new();
    let mut next = Some("/api/v1/incidents?limit=2&kind=OCC-HAL".to_owned());
    while let Some(path) = next {
        let page = town.get(&path).json();
        assert_eq!(page["numberMatched"], 5);
        for feature in page["features"].as_array().unwrap() {
            minutes.push(feature["properties"]["reported_at"].as_str().unwrap()[14..16].to_owned());
        }
        next = page["links"][0]["href"].as_str().map(str::to_owned);
    }

    assert_eq!(minutes, ["14", "13", "12", "11", "10"]);
}

#[test]
fn every_filter_narrows_the_list() {
    let town = town([site("PH-0754", 2.3522, 48.8566), site_of("RIVP", "RI-0001", 2.38, 48.87)]);
    for (site, kind, at) in [
        ("PH-0754", "OCC-HAL", "2026-03-01T12:00:00Z"),
        ("PH-0754", "TEC-ASC", "2026-03-02T23:30:00Z"),
        ("RI-0001", "OCC-HAL", "2026-03-03T12:00:00Z"),
    ] {
        let body = json!({ "kind": kind, "channel": "call", "reported_at": at, "location": { "site_code": site } });
        assert_eq!(town.post("/api/v1/incidents", body).status, 201);
    }
    let matched = |query: &str| {
        town.get(&format!("/api/v1/incidents?{query}")).json()["numberMatched"].as_u64().unwrap()
    };

    assert_eq!(matched("kind=OCC-HAL"), 2);
    assert_eq!(matched("kind=OCC-HAL,TEC-ASC"), 3);
    assert_eq!(matched("site=RI-0001"), 1);
    assert_eq!(matched("landlord=rivp"), 1);
    assert_eq!(
        matched("from=2026-03-02T00:00:00Z&to=2026-03-03T12:00:00Z"),
        1,
        "the end is excluded"
    );
    assert_eq!(matched("bbox=2.35,48.85,2.36,48.86"), 2);
    assert_eq!(matched("status=closed"), 0);
    assert_eq!(matched("channel=patrol,sensor"), 0);
    assert_eq!(matched("hours=0-1&days=tue"), 1, "23:30 UTC is 00:30 on the next day in Paris");
}

#[test]
fn a_batch_is_answered_line_by_line_and_each_line_is_whole_or_nothing() {
    let town = one_site();
    let good = r#"{"kind":"OCC-HAL","channel":"call","reported_at":"2025-06-01T20:00:00Z","status":"closed","location":{"site_code":"PH-0754"},"idempotency_key":"row-1"}"#;
    let bad = r#"{"kind":"OCC-HAL","channel":"call","location":{"site_code":"PH-0754"},"caller":"Jean Dupont"}"#;
    let body = format!("{good}\n{bad}\n\nnot json\n{good}");

    let answer = town.send(
        "POST",
        "/api/v1/incidents:batch",
        &[("content-type", "application/x-ndjson")],
        body.into(),
    );

    assert_eq!(answer.status, 200);
    let lines = answer.lines();
    let statuses: Vec<_> = lines.iter().map(|line| line["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 422, 400, 201]);
    assert_eq!(lines[1]["problem"]["errors"][0]["field"], "caller");
    assert_eq!(lines[0]["id"], lines[3]["id"]);
    assert_eq!(lines[3]["replayed"], true);
    assert!(!answer.text().contains("Dupont"));
    let list = town.get("/api/v1/incidents").json();
    assert_eq!(list["numberMatched"], 1);
    assert_eq!(list["features"][0]["properties"]["status"], "closed");
}
