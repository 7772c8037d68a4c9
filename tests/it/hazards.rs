//! Hazards of a site: set as a whole, told to whoever is concerned, over by themselves.

use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

use serde_json::{Value, json};
use vigie::{app::system_clock, http::Settings, time::Timestamp};

use crate::{
    following::Follower,
    postgres_cluster::Database,
    server::{Server, get, import_sites, put, wait_until},
    support::{Answer, Start, Town, patrol, site, town, town_by},
};

const SITE: &str = "/api/v1/sites/PH-0001";

fn starts() -> Vec<Start> {
    vec![
        site("PH-0001", 2.35, 48.85),
        site("PH-0002", 2.36, 48.85),
        patrol("TANGO-1", 2.35, 48.851),
        patrol("TANGO-2", 2.40, 48.851),
    ]
}

/// An RFC 3339 time some hours from now.
fn in_hours(hours: i64) -> String {
    system_clock().plus_seconds(hours * 3600).to_string()
}

/// Sets the hazards of PH-0001: a kind and its end each.
fn set(town: &Town, hazards: &[(&str, &str)]) -> Answer {
    let hazards: Vec<Value> =
        hazards.iter().map(|(kind, until)| json!({"kind": kind, "until": until})).collect();
    town.put(&format!("{SITE}/hazards"), json!({"hazards": hazards}))
}

fn kinds(hazards: &Value) -> Vec<&str> {
    hazards.as_array().unwrap().iter().map(|hazard| hazard["kind"].as_str().unwrap()).collect()
}

/// Has that patrol sent to the site.
fn send(town: &Town, site: &str, patrol: &str) {
    let place = json!({"site_code": site});
    let call = json!({"kind": "TEC-EAU", "channel": "call", "location": place});
    let id = town.post("/api/v1/incidents", call).json()["id"].as_str().unwrap().to_owned();
    let sent = json!({"to": "assigned", "actor": "dispatcher", "patrol": patrol});
    let answer = town.post(&format!("/api/v1/incidents/{id}/transitions"), sent);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn a_put_sets_the_whole_list_and_the_same_again_changes_nothing() {
    let town = town(starts());
    let properties = || town.get(SITE).json()["properties"].clone();
    let (day, week) = (in_hours(24), in_hours(168));
    let nothing = properties();
    assert_eq!((&nothing["hazards"], &nothing["access"]), (&json!([]), &Value::Null));
    assert_eq!(nothing["instructions"], Value::Null);

    let first = set(&town, &[("weapon", &week), ("dog", &day)]);

    assert_eq!(first.status, 200, "{}", first.text());
    let hazards = first.json()["hazards"].clone();
    assert_eq!(kinds(&hazards), ["dog", "weapon"]);
    assert_eq!((&hazards[0]["until"], &hazards[1]["until"]), (&json!(day), &json!(week)));
    assert_eq!(properties()["hazards"], hazards);
    let seq = town.get("/api/v1/meta").json()["seq"].clone();
    assert_eq!(set(&town, &[("dog", &day), ("weapon", &week)]).json()["hazards"], hazards);
    assert_eq!(town.get("/api/v1/meta").json()["seq"], seq, "nothing was written");

    let later = set(&town, &[("dog", &week), ("ambush", &day)]).json()["hazards"].clone();
    assert_eq!(kinds(&later), ["dog", "ambush"]);
    assert_eq!(later[0]["since"], hazards[0]["since"], "it was flagged all the time");
    assert_eq!(set(&town, &[]).json()["hazards"], json!([]));
    assert_eq!(properties()["hazards"], json!([]));
}

#[test]
fn what_cannot_be_is_refused_with_its_field_and_nothing_is_set() {
    let town = town(starts());
    let (past, day, far) = (in_hours(-1), in_hours(24), in_hours(24 * 90 + 1));
    let fault = |hazards: &[(&str, &str)]| {
        let answer = set(&town, hazards);
        let error = answer.json()["errors"][0].clone();
        let text = |name: &str| error[name].as_str().unwrap_or("-").to_owned();
        (answer.status, text("field"), text("value"), text("reason"))
    };

    let (status, field, value, reason) = fault(&[("dog", &day), ("weapon", &past)]);
    assert_eq!((status, field.as_str(), value), (422, "hazards[1].until", past));
    assert!(reason.starts_with("must be after now"), "{reason}");
    let (status, field, value, reason) = fault(&[("dog", &far)]);
    assert_eq!((status, field.as_str(), value), (422, "hazards[0].until", far));
    assert!(reason.starts_with("is at most 90 days ahead"), "{reason}");
    let (status, field, value, reason) = fault(&[("dog", &day), ("dog", &day)]);
    assert_eq!((status, field.as_str(), value.as_str()), (422, "hazards[1].kind", "dog"));
    assert_eq!(reason, "comes twice");
    let (status, field, _, reason) = fault(&[("M. Dupont", &day)]);
    assert_eq!((status, field.as_str()), (422, "hazards[0].kind"));
    assert_eq!(reason, "must be one of dog, weapon, structure, chemical, ambush, lighting");
    assert_eq!(fault(&[("dog", "tomorrow")]).1, "hazards[0].until");
    assert_eq!(fault(&[("dog", "")]).0, 422);
    let no_end = town.put(&format!("{SITE}/hazards"), json!({"hazards": [{"kind": "dog"}]}));
    assert_eq!((no_end.status, no_end.fault().1.as_str()), (422, "hazards[0].until"));
    for nowhere in ["PH-9999", "not a code"] {
        let path = format!("/api/v1/sites/{}/hazards", nowhere.replace(' ', "%20"));
        assert_eq!(town.put(&path, json!({"hazards": []})).status, 404, "{nowhere}");
    }

    assert_eq!(town.get(SITE).json()["properties"]["hazards"], json!([]));
}

#[test]
fn a_crew_that_is_sent_there_and_the_control_room_hear_at_once_and_nobody_else() {
    let town = town(starts());
    send(&town, "PH-0001", "TANGO-1");
    send(&town, "PH-0002", "TANGO-2");
    let mut room = Follower::of(town.address(), "?role=dispatcher");
    let mut crew = Follower::of(town.address(), "?role=patrol&patrol=TANGO-1");
    let mut others = Follower::of(town.address(), "?role=patrol&patrol=TANGO-2");

    set(&town, &[("dog", &in_hours(1))]);
    set(&town, &[]);

    for follower in [&mut room, &mut crew] {
        let told = follower.next_of("site");
        assert_eq!(told.data["id"], "PH-0001");
        assert_eq!(kinds(&told.data["properties"]["hazards"]), ["dog"]);
        assert_eq!(follower.next_of("site").data["properties"]["hazards"], json!([]));
    }
    let site = town.get(SITE).json();
    assert_eq!(site["properties"]["hazards"], json!([]));
    let mission = &town.get("/api/v1/patrols/TANGO-1/mission").json()["mission"];
    assert_eq!(mission["site"]["hazards"], json!([]));
    let off = json!({"callsign": "Tango 2", "status": "busy"});
    town.put("/api/v1/patrols/TANGO-2", off);
    loop {
        let heard = others.next();
        assert_ne!(heard.event, "site");
        assert_ne!(heard.event, "stock", "no list is to be read again");
        if heard.event == "patrol" && heard.data["properties"]["callsign"] == "Tango 2" {
            break;
        }
    }
}

#[test]
fn a_hazard_is_over_when_its_time_has_come_and_check_ins_follow() {
    static AHEAD_S: AtomicI64 = AtomicI64::new(0);
    fn clock() -> Timestamp {
        system_clock().plus_seconds(AHEAD_S.load(SeqCst))
    }
    let town = town_by(clock, Settings::default(), starts());
    send(&town, "PH-0001", "TANGO-1");
    let mission = || town.get("/api/v1/patrols/TANGO-1/mission").json()["mission"].clone();
    let incident = mission()["incident"]["id"].as_str().unwrap().to_owned();
    for to in ["acknowledged", "en_route", "on_site"] {
        let step = json!({"to": to, "actor": "patrol", "patrol": "TANGO-1"});
        town.post(&format!("/api/v1/incidents/{incident}/transitions"), step);
    }
    assert_eq!(mission()["check_in"]["every_s"], 900);

    let until = in_hours(1);
    set(&town, &[("ambush", &until)]);

    let told = mission();
    assert_eq!(told["site"]["hazards"][0]["kind"], "ambush");
    assert_eq!(told["site"]["hazards"][0]["until"], json!(until));
    assert_eq!(told["check_in"]["every_s"], 480);
    AHEAD_S.store(3601, SeqCst);
    let told = mission();
    assert_eq!((&told["site"]["hazards"], &told["check_in"]["every_s"]), (&json!([]), &json!(900)));
    assert_eq!(town.get(SITE).json()["properties"]["hazards"], json!([]));
}

#[test]
fn another_server_over_the_same_database_knows_and_tells() {
    let database = Database::fresh();
    import_sites(&database.url(), 2);
    let (one, two) = (Server::start(&database.url()), Server::start(&database.url()));
    let mut elsewhere = Follower::of(&two.address, "");
    let body = json!({"hazards": [{"kind": "structure", "until": in_hours(2)}]});

    let answer = put(&one.address, "/api/v1/sites/PH-0001/hazards", &body);

    assert_eq!(answer.status, 200, "{}", answer.text());
    let told = elsewhere.next_of("site");
    assert_eq!(told.data["properties"]["hazards"], answer.json()["hazards"]);
    wait_until("the other server answers so", || {
        let site = get(&two.address, "/api/v1/sites/PH-0001").json();
        site["properties"]["hazards"] == answer.json()["hazards"]
    });
}
