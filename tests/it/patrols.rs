//! Crews and where they are, and who is nearest, as a client sees it.

use insta::assert_json_snapshot;
use serde_json::{Value, json};
use vigie::{app::system_clock, patrol::Availability};

use crate::support::{Answer, Town, patrol, patrol_that_is, site, town};

/// RFC 3339, some seconds from now.
fn in_seconds(seconds: i64) -> String {
    system_clock().plus_seconds(seconds).to_string()
}

fn put(town: &Town, id: &str, position: Value) -> Answer {
    let body =
        json!({ "callsign": "Tango 1", "status": "available", "crew": 3, "position": position });
    town.put(&format!("/api/v1/patrols/{id}"), body)
}

fn position_of(town: &Town, id: &str) -> Value {
    town.get(&format!("/api/v1/patrols/{id}")).json()["geometry"]["coordinates"].clone()
}

#[test]
fn one_wrong_position_is_outvoted_by_the_next_two_and_by_a_call_for_help() {
    let town = town([]);
    let at = |lon: f64, lat: f64, ago_s: i64| json!({ "lon": lon, "lat": lat, "recorded_at": in_seconds(-ago_s) });
    assert_eq!(put(&town, "TANGO-1", at(0.0, 0.0, 50)).status, 200);

    assert_eq!(
        put(&town, "TANGO-1", at(2.35, 48.85, 40)).status,
        422,
        "one alone may be the wrong one"
    );
    assert_eq!(
        put(&town, "TANGO-1", at(12.5, 41.9, 30)).status,
        422,
        "nor does it agree with another"
    );
    assert_eq!(position_of(&town, "TANGO-1"), json!([0.0, 0.0]));
    assert_eq!(put(&town, "TANGO-1", at(2.35, 48.85, 20)).status, 422);
    assert_eq!(put(&town, "TANGO-1", at(2.3501, 48.85, 10)).status, 200);
    assert_eq!(position_of(&town, "TANGO-1"), json!([2.3501, 48.85]));

    let sos = json!({ "kind": "sos", "patrol": "TANGO-1", "position": at(7.42, 43.73, 1) });
    let raised = town.post("/api/v1/alerts", sos).json();
    assert_eq!((&raised["lon"], &raised["lat"]), (&json!(7.42), &json!(43.73)));
}

#[test]
fn a_patrol_that_is_put_is_answered_as_a_feature() {
    let town = town([]);

    let answer = put(
        &town,
        "TANGO-1",
        json!({ "lon": 2.35, "lat": 48.85, "recorded_at": in_seconds(0), "accuracy_m": 4.5 }),
    );

    assert_eq!((answer.status, answer.header("content-type")), (200, "application/geo+json"));
    assert_json_snapshot!(answer.json(), {
        ".properties.recorded_at" => "[time]", ".properties.position_age_s" => "[age]"
    }, @r#"
    {
      "geometry": {
        "coordinates": [
          2.35,
          48.85
        ],
        "type": "Point"
      },
      "id": "TANGO-1",
      "properties": {
        "accuracy_m": 4.5,
        "callsign": "Tango 1",
        "crew": 3,
        "id": "TANGO-1",
        "mission": null,
        "position_age_s": "[age]",
        "position_off_at": null,
        "recorded_at": "[time]",
        "sos": false,
        "stage": null,
        "stale": false,
        "status": "available"
      },
      "type": "Feature"
    }
    "#);
    assert_eq!(town.get("/api/v1/patrols").json()["features"][0]["id"], "TANGO-1");
}

#[test]
fn late_and_repeated_positions_change_nothing_and_impossible_ones_are_refused_with_index_and_reason()
 {
    let town = town([
        patrol("TANGO-1", 2.35, 48.85),
        patrol_that_is(Availability::OffDuty, "TANGO-2", None),
    ]);
    let at = |lon: f64, seconds: i64| json!({ "patrol": "TANGO-1", "lon": lon, "lat": 48.85, "recorded_at": in_seconds(seconds) });
    let newest = at(2.351, 20);

    let answer = town.post(
        "/api/v1/positions",
        json!([
            at(2.36, -600), newest, newest, at(2.34, 10),
            at(4.0, 30), at(2.35, 3600),
            { "patrol": "NOBODY", "lon": 2.35, "lat": 48.85, "recorded_at": in_seconds(0) },
            { "patrol": "TANGO-2", "lon": 2.35, "lat": 48.85, "recorded_at": in_seconds(0) },
            { "patrol": "TANGO-1", "lon": 2.35, "lat": 91, "recorded_at": in_seconds(0) },
            { "patrol": "TANGO-1", "lon": 2.35, "lat": 48.85, "recorded_at": "noon" },
        ]),
    );

    assert_eq!(answer.status, 200);
    let outcome = answer.json();
    assert_eq!((&outcome["accepted"], &outcome["ignored"]), (&json!(1), &json!(3)));
    let refused: Vec<_> = outcome["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["index"].as_u64().unwrap(), one["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(refused.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [4, 5, 6, 7, 8, 9]);
    assert!(refused[0].1.contains("faster than"), "{}", refused[0].1);
    assert!(refused[1].1.contains("in the future"), "{}", refused[1].1);
    assert_eq!(refused[2].1, "patrol `NOBODY` is not known");
    assert_eq!(refused[3].1, "patrol `TANGO-2` is off duty: its position is not collected");
    assert_eq!(position_of(&town, "TANGO-1"), json!([2.351, 48.85]));
}

#[test]
fn a_late_position_that_comes_with_a_put_changes_the_patrol_and_not_its_position() {
    let town = town([patrol("TANGO-1", 2.35, 48.85)]);

    let answer =
        put(&town, "TANGO-1", json!({ "lon": 2.36, "lat": 48.85, "recorded_at": in_seconds(-60) }));

    assert_eq!(answer.json()["properties"]["callsign"], "Tango 1");
    assert_eq!(answer.json()["geometry"]["coordinates"], json!([2.35, 48.85]));
}

#[test]
fn a_patrol_off_duty_has_no_position() {
    let town = town([patrol("TANGO-1", 2.35, 48.85)]);
    let body = json!({ "callsign": "T1", "status": "off_duty", "position": { "lon": 2.35, "lat": 48.85, "recorded_at": in_seconds(1) } });

    let answer = town.put("/api/v1/patrols/TANGO-1", body);

    assert_eq!(answer.json()["geometry"], Value::Null);
    assert_eq!(answer.json()["properties"]["recorded_at"], Value::Null);
}

#[test]
fn the_room_sees_since_when_a_crew_has_switched_its_position_off_and_nothing_else() {
    let town = town([
        site("PH-0754", 2.3522, 48.8566),
        patrol("TANGO-1", 2.3532, 48.8566),
        patrol("TANGO-2", 2.3700, 48.8566),
    ]);
    let at = |seconds| json!({ "lon": 2.36, "lat": 48.85, "recorded_at": in_seconds(seconds) });
    let put = |status: &str, more: Value| {
        let mut body = json!({ "callsign": "Tango 1", "status": status });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = town.put("/api/v1/patrols/TANGO-1", body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let feature = answer.json();
        (feature["geometry"].clone(), feature["properties"]["position_off_at"].clone())
    };
    let before = town.get("/api/v1/patrols").header("etag").to_owned();

    let (geometry, since) = put("available", json!({ "sharing": false, "position": at(1) }));
    let again = put("available", json!({ "sharing": false }));
    let unsaid = put("busy", json!({ "position": at(2) }));
    let fix =
        json!([{ "patrol": "TANGO-1", "lon": 2.36, "lat": 48.85, "recorded_at": in_seconds(3) }]);
    let sent = town.post("/api/v1/positions", fix);

    assert_eq!(geometry, Value::Null);
    assert!(since.is_string(), "{since}");
    assert_eq!([again, unsaid], [(Value::Null, since.clone()), (Value::Null, since.clone())]);
    assert_eq!(sent.json()["refused"][0]["index"], 0, "{}", sent.text());
    assert!(sent.text().contains("switched its position off"), "{}", sent.text());
    assert_eq!(position_of(&town, "TANGO-1"), Value::Null);
    let list = town.get("/api/v1/patrols");
    assert_ne!(list.header("etag"), before);
    assert_eq!(list.json()["features"][0]["properties"]["position_off_at"], since);
    assert_eq!(put("available", json!({})).1, since);
    let ranking = town.get("/api/v1/patrols/nearest?site=PH-0754").json();
    assert_eq!(ranking["features"][0]["id"], "TANGO-2");
    assert_eq!(ranking["passed_over"][0]["reasons"], json!(["position_off"]));

    assert_eq!(put("off_duty", json!({})).1, Value::Null, "off duty nobody asks");
    let (geometry, since) = put("available", json!({ "sharing": true, "position": at(4) }));
    assert_eq!((&geometry["coordinates"], since), (&json!([2.36, 48.85]), Value::Null));
}

#[test]
fn many_writers_at_once_leave_the_newest_position() {
    let town = town([patrol("TANGO-1", 2.35, 48.85)]);
    std::thread::scope(|scope| {
        for writer in 0..8_i64 {
            let town = &town;
            scope.spawn(move || {
                for step in 0..5_i64 {
                    let seconds = step * 8 + writer + 1;
                    let lon = 2.35 + seconds as f64 * 1e-5;
                    let report = json!([{ "patrol": "TANGO-1", "lon": lon, "lat": 48.85, "recorded_at": in_seconds(seconds.min(40)) }]);
                    assert_eq!(town.post("/api/v1/positions", report).status, 200);
                }
            });
        }
    });

    let last = town.get("/api/v1/patrols/TANGO-1").json();
    let lon = last["geometry"]["coordinates"][0].as_f64().unwrap();
    assert!((2.3501..=2.3504).contains(&lon), "{lon}");
}

#[test]
fn a_refused_patrol_names_its_field() {
    let town = town([]);
    let check = |id: &str, body: Value, field: &str| {
        let fault = town.put(&format!("/api/v1/patrols/{id}"), &body).fault();
        assert_eq!((fault.0, fault.1.as_str()), (422, field), "{body}: {}", fault.2);
    };

    check("TANGO%201", json!({ "callsign": "T", "status": "available" }), "id");
    check("T", json!({ "callsign": "", "status": "available" }), "callsign");
    check("T", json!({ "callsign": "T", "status": "asleep" }), "status");
    check("T", json!({ "callsign": "T", "status": "available", "crew": 13 }), "crew");
    check("T", json!({ "callsign": "T", "status": "available", "leader": "Jean" }), "leader");
    check(
        "T",
        json!({ "callsign": "T", "status": "available", "position": { "lon": 2, "lat": 95, "recorded_at": in_seconds(0) } }),
        "position.lat",
    );
    check(
        "T",
        json!({ "callsign": "T", "status": "available", "position": { "lon": 2, "lat": 45, "recorded_at": in_seconds(900) } }),
        "position.recorded_at",
    );
    check(
        "T",
        json!({ "callsign": "T", "status": "available", "position": { "lon": 2, "lat": 45 } }),
        "position.recorded_at",
    );
    assert_eq!(town.get("/api/v1/patrols/T").fault().0, 404);
}

#[test]
fn the_nearest_patrols_come_in_order_with_those_that_were_passed_over() {
    let town = town([
        site("PH-0754", 2.3522, 48.8566),
        patrol("TANGO-1", 2.3700, 48.8566),
        patrol("TANGO-2", 2.3532, 48.8566),
        patrol_that_is(Availability::Busy, "TANGO-3", Some((2.3523, 48.8566))),
        patrol_that_is(Availability::Available, "TANGO-4", None),
    ]);

    let answer = town.get("/api/v1/patrols/nearest?site=PH-0754&k=2");

    assert_eq!(answer.status, 200);
    let ranking = answer.json();
    let ids: Vec<_> =
        ranking["features"].as_array().unwrap().iter().map(|f| f["id"].clone()).collect();
    assert_eq!(ids, ["TANGO-2", "TANGO-1"]);
    assert_eq!(ranking["target"], json!({ "lon": 2.3522, "lat": 48.8566, "site_code": "PH-0754" }));
    assert_eq!(ranking["features"][0]["properties"]["rank"], 1);
    assert_eq!(ranking["features"][0]["properties"]["distance_m"], 73.38);
    assert_json_snapshot!(ranking["passed_over"], @r#"
    [
      {
        "callsign": "TANGO-3",
        "distance_m": 7.34,
        "eta_s": null,
        "overrides": [
          "pre_empted",
          "nobody_else"
        ],
        "patrol": "TANGO-3",
        "reason": "busy",
        "reasons": [
          "busy"
        ]
      },
      {
        "callsign": "TANGO-4",
        "distance_m": null,
        "eta_s": null,
        "overrides": [
          "position_confirmed",
          "nobody_else"
        ],
        "patrol": "TANGO-4",
        "reason": "no_position",
        "reasons": [
          "no_position"
        ]
      }
    ]
    "#);
}

#[test]
fn nearest_takes_a_position_a_site_or_an_incident_and_only_one() {
    let town = town([site("PH-0754", 2.3522, 48.8566), patrol("TANGO-1", 2.37, 48.8566)]);
    let incident =
        json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "PH-0754" } });
    let id = town.post("/api/v1/incidents", incident).json()["id"].as_str().unwrap().to_owned();
    let nearest = |query: &str| town.get(&format!("/api/v1/patrols/nearest?{query}"));

    assert_eq!(nearest("lon=2.3522&lat=48.8566&by=line").status, 200);
    assert_eq!(nearest(&format!("incident={id}")).json()["target"]["site_code"], "PH-0754");
    assert_eq!(nearest("site=PH-9999").fault().0, 404);
    assert_eq!(nearest("incident=00000000-0000-7000-8000-000000000000").fault().0, 404);
    for (query, field) in [
        ("", "lon,lat"),
        ("lon=2.3", "lat"),
        ("lon=2.3&lat=48.8&site=PH-0754", "lon,lat"),
        ("lon=2.3&lat=148", "lat"),
        ("lon=abc&lat=48", "lon"),
        ("site=ph%200754", "site"),
        ("incident=7", "incident"),
        ("site=PH-0754&k=0", "k"),
        ("site=PH-0754&k=51", "k"),
        ("site=PH-0754&by=foot", "by"),
        ("site=PH-0754&route=1", "route"),
        ("site=PH-0754&crew=0", "crew"),
        ("site=PH-0754&crew=13", "crew"),
        ("site=PH-0754&kind=occ", "kind"),
        ("site=PH-0754&kind=NO-SUCH", "kind"),
        ("site=PH-0754&available=yes", "available"),
    ] {
        let fault = nearest(query).fault();
        assert_eq!((fault.0, fault.1.as_str()), (422, field), "{query}: {}", fault.2);
    }
    let unknown = nearest("site=PH-0754&radius=3").fault();
    assert_eq!((unknown.0, unknown.1.as_str()), (400, "radius"));
}
