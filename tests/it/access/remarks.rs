//! What a crew adds to its report in its own words: off until an administrator turns it on, judged, and read by the room
//! alone.

use serde_json::{Value, json};
use vigie::access::Role;

use super::{Guarded, Who};
use crate::support::Answer;

const ADMIN: Who = Who::Role(Role::Admin);
const DISPATCHER: Who = Who::Role(Role::Dispatcher);
const CREW: Who = Who::Role(Role::Patrol);
const LANDLORD: Who = Who::Role(Role::Landlord);

const REMARK: &str = "Groom de la porte A cassé, hall ouvert.";

fn turn(town: &Guarded, on: bool) -> Value {
    let turned = town.asks(ADMIN, "PUT", "/api/v1/settings", Some(&json!({ "remarks": on })));
    assert_eq!(turned.status, 200, "{}", turned.text());
    turned.json()
}

/// Brings the crew `T-1` from what it was sent to.
fn leaves(town: &Guarded) {
    for to in ["acknowledged", "en_route", "on_site", "cleared"] {
        let step = json!({ "to": to });
        let path = format!("/api/v1/incidents/{}/transitions", town.own_incident);
        assert_eq!(town.asks(CREW, "POST", &path, Some(&step)).status, 200, "{to}");
    }
}

fn reports(town: &Guarded, remark: &str) -> Answer {
    let report =
        json!({ "outcome": "technical", "people": "0", "with_police": false, "remark": remark });
    let path = format!("/api/v1/incidents/{}/transitions", town.own_incident);
    town.asks(CREW, "POST", &path, Some(&json!({ "to": "reported", "report": report })))
}

fn one(town: &Guarded) -> String {
    format!("/api/v1/incidents/{}", town.own_incident)
}

#[test]
fn a_remark_is_refused_until_an_administrator_has_turned_remarks_on() {
    let town = Guarded::new();
    leaves(&town);
    let mission = || town.reads(CREW, "/api/v1/patrols/T-1/mission").json()["remarks"].clone();
    let off = town.reads(ADMIN, "/api/v1/settings").json();
    assert_eq!(off["remarks"], json!({ "on": false, "changed_at": null, "changed_by": null }));
    assert_eq!(mission(), false);

    let refused = reports(&town, REMARK);
    assert_eq!(refused.fault().0, 422);
    assert_eq!(refused.fault().1, "report.remark");
    assert!(!refused.text().contains("Groom"), "{}", refused.text());

    let on = turn(&town, true);
    assert_eq!(
        (&on["remarks"]["on"], &on["remarks"]["changed_by"]),
        (&json!(true), &json!("test"))
    );
    assert!(on["remarks"]["changed_at"].is_string());
    assert_eq!(mission(), true);
    let before = town.town.app.snapshot().seq();
    turn(&town, true);
    assert_eq!(town.town.app.snapshot().seq(), before, "it is on already");
    assert_eq!(reports(&town, REMARK).status, 200);

    turn(&town, false);
    assert_eq!(mission(), false);
    let kept = town.reads(DISPATCHER, &one(&town)).json();
    assert_eq!(kept["properties"]["report"]["remark"], REMARK, "what is there stays");
}

#[test]
fn a_remark_that_tells_of_a_person_is_refused_by_its_rule_and_not_repeated() {
    let town = Guarded::new();
    leaves(&town);
    turn(&town, true);
    for (remark, rule) in [
        ("rappeler le 06 39 98 12 40", "phone"),
        ("vu avec Mme Dupontel", "civility"),
        ("véhicule AB-123-CD", "plate"),
        ("c'est Karim qui a ouvert", "person"),
        ("portail du 12 rue Pasteur", "street"),
    ] {
        let refused = reports(&town, remark);
        let (status, field, reason) = refused.fault();
        assert_eq!((status, field.as_str()), (422, "report.remark"), "{remark}");
        assert!(reason.contains(&format!("`{rule}`")), "{remark}: {reason}");
        assert!(!refused.text().contains(remark), "{}", refused.text());
    }
    assert_eq!(reports(&town, &"é".repeat(141)).fault().1, "report.remark");
    assert_eq!(reports(&town, "a\nb").fault().1, "report.remark");
    assert_eq!(town.reads(DISPATCHER, &one(&town)).json()["properties"]["status"], "cleared");
}

#[test]
fn the_room_reads_a_remark_and_nobody_beyond_it_does() {
    let town = Guarded::new();
    leaves(&town);
    turn(&town, true);
    let mut landlord = town.follows(LANDLORD, "");
    let mut room = town.follows(DISPATCHER, "");
    assert_eq!(reports(&town, REMARK).status, 200);

    let incident = town.reads(DISPATCHER, &one(&town)).json();
    assert_eq!(incident["properties"]["report"]["remark"], REMARK);
    assert_eq!(
        incident["properties"]["steps"].as_array().unwrap().last().unwrap()["report"]["remark"],
        REMARK
    );
    let list = town.reads(DISPATCHER, "/api/v1/incidents");
    assert!(list.text().contains(REMARK));

    for path in ["/api/v1/incidents".to_owned(), one(&town)] {
        let read = town.reads(LANDLORD, &path);
        assert_eq!(read.status, 200, "{path}");
        assert!(read.text().contains("technical"), "the report is there: {}", read.text());
        assert!(!read.text().contains("Groom"), "{path}: {}", read.text());
    }
    let heard = landlord.next();
    assert_eq!(heard.data["properties"]["status"], "reported");
    assert!(!heard.data.to_string().contains("Groom"), "{}", heard.data);
    let told = loop {
        let told = room.next();
        if told.event == "incident" {
            break told;
        }
    };
    assert_eq!(told.data["properties"]["report"]["remark"], REMARK);

    for who in [Role::Partner, Role::Planner, Role::Landlord, Role::Admin, Role::Dpo].map(Who::Role)
    {
        for path in [
            "/api/v1/incidents".to_owned(),
            one(&town),
            "/api/v1/reports/monthly?f=geojson".to_owned(),
            "/api/v1/reports/monthly?f=csv".to_owned(),
            "/api/v1/reports/monthly".to_owned(),
            "/api/v1/reports/morning?landlord=one".to_owned(),
            "/api/v1/reports/morning?landlord=one&f=csv".to_owned(),
            "/api/v1/patrols/T-1/mission".to_owned(),
        ] {
            let read = town.reads(who, &path);
            let said = String::from_utf8_lossy(&read.bytes);
            assert!(!said.contains("Groom"), "{who:?} {path}: {said}");
        }
    }
    let morning = town.reads(LANDLORD, "/api/v1/reports/morning?landlord=one&f=csv");
    assert_eq!(morning.status, 200, "{}", morning.text());
}
