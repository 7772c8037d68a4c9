//! What one landlord or one patrol learns of another: nothing, not by a list, a count, a search, a tag, a message, a
//! stream, nor by what an error says.

use serde_json::{Value, json};
use vigie::{access::Role, app::system_clock, patrol::PatrolId};

use super::{Guarded, Who};
use crate::following::Follower;

const LANDLORD: Who = Who::Role(Role::Landlord);
const OTHER_LANDLORD: Who = Who::Other(Role::Landlord);
const CREW: Who = Who::Role(Role::Patrol);
const OTHER_CREW: Who = Who::Other(Role::Patrol);
const DISPATCHER: Who = Who::Role(Role::Dispatcher);
const OPERATOR: Who = Who::Role(Role::Operator);
const PLANNER: Who = Who::Role(Role::Planner);

/// Texts of which each gives the landlord `two` away.
const OF_THE_OTHER: [&str; 4] = ["two", "Two", "BB-0", "[2.37"];

#[test]
fn a_landlord_reads_of_its_own_sites_and_of_no_others() {
    let town = Guarded::new();
    for path in [
        "/api/v1/landlords",
        "/api/v1/sites",
        "/api/v1/sites?q=bb",
        "/api/v1/sites?q=residence",
        "/api/v1/sites?bbox=2.3,48.8,2.4,48.9",
        "/api/v1/buildings",
        "/api/v1/buildings?q=BB-01",
        "/api/v1/buildings?bbox=2.3,48.8,2.4,48.9",
        "/api/v1/incidents",
        "/api/v1/incidents?open=true",
        "/api/v1/incidents?bbox=2.3,48.8,2.4,48.9",
        "/api/v1/heatmap?cell=site",
        "/api/v1/heatmap?cell=landlord&metric=rate",
        "/api/v1/heatmap?cell=h3:9&metric=rate",
        "/api/v1/heatmap?cell=h3:11&metric=density",
        "/api/v1/hotspots?cell=site",
        "/api/v1/hotspots?cell=h3:9",
        "/api/v1/hotspots/density?bandwidth=100",
        "/api/v1/hotspots/repeats",
        "/api/v1/hotspots/series",
        "/api/v1/kpis?by=landlord",
        "/api/v1/reports/morning",
        "/api/v1/reports/morning?f=csv",
        "/api/v1/reports/morning?f=geojson",
        "/api/v1/meta",
        "/api/v1/portraits/town/all",
        "/api/v1/portraits/site/AA-01",
        "/api/v1/portraits/landlord/one",
        "/api/v1/portraits/town/all?f=csv",
        "/api/v1/portraits/town/all?f=geojson",
        "/api/v1/subjects/halls",
    ] {
        let answer = town.reads(LANDLORD, path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        for word in OF_THE_OTHER {
            // The query comes back in the link and in the filters.
            let said = answer.text().replace("2.3,48.8", "");
            assert!(!said.contains(word), "{path} says {word}: {said}");
        }
    }
}

#[test]
fn a_landlord_is_drawn_its_own_sites_and_no_others() {
    let town = Guarded::new();
    for path in [
        "/tiles/sites/10/518/352.mvt",
        "/tiles/buildings/16/33195/22548.mvt",
        "/tiles/buildings/15/16599/11274.mvt",
        "/tiles/heatmap/10/518/352.mvt?cell=site&metric=rate",
        "/tiles/heatmap/10/518/352.mvt?cell=landlord&metric=rate",
    ] {
        let says = |who, word: &str| {
            let tile = town.reads(who, path).bytes;
            tile.windows(word.len()).any(|piece| piece == word.as_bytes())
        };
        for word in ["two", "BB-0"] {
            assert!(!says(LANDLORD, word), "{path} says {word}");
        }
    }
    let all = town.reads(DISPATCHER, "/tiles/sites/10/518/352.mvt").bytes;
    assert!(all.windows(4).any(|piece| piece == b"BB-0"), "the others are there");
}

#[test]
fn counts_are_of_what_is_shown() {
    let town = Guarded::new();
    let count = |who, path: &str| town.reads(who, path).json()["numberMatched"].as_u64().unwrap();
    for (path, all, own) in [
        ("/api/v1/landlords", 2, 1),
        ("/api/v1/sites", 4, 2),
        ("/api/v1/sites?q=residence&limit=1", 4, 2),
        ("/api/v1/buildings", 4, 2),
        ("/api/v1/incidents?limit=1", 2, 1),
    ] {
        assert_eq!((count(DISPATCHER, path), count(LANDLORD, path)), (all, own), "{path}");
    }
    let meta = town.reads(LANDLORD, "/api/v1/meta").json();
    let counts = json!({ "landlords": 1, "sites": 2, "buildings": 2, "dwellings": 80, "incidents": 1, "patrols": 0, "tracts": 0 });
    assert_eq!(meta["counts"], counts);
    assert_eq!(meta["bounds"], json!([2.35, 48.85, 2.36, 48.85]));
    let heat = town.reads(LANDLORD, "/api/v1/heatmap?cell=h3:7&metric=rate").json();
    let dwellings = heat["features"].as_array().unwrap().iter();
    let dwellings: u64 =
        dwellings.map(|cell| cell["properties"]["dwellings"].as_u64().unwrap()).sum();
    assert_eq!((heat["total"].as_u64(), dwellings), (Some(1), 80));
}

#[test]
fn what_belongs_to_another_landlord_is_answered_like_what_does_not_exist() {
    let town = Guarded::new();
    let (other, ghost) = (&town.other_incident, "0197a000-0000-7000-8000-000000000000");
    for (of_the_other, of_nobody) in [
        ("/api/v1/sites/BB-01".to_owned(), "/api/v1/sites/ZZ-01".to_owned()),
        (format!("/api/v1/incidents/{other}"), format!("/api/v1/incidents/{ghost}")),
        ("/api/v1/sites?landlord=two".to_owned(), "/api/v1/sites?landlord=zzz".to_owned()),
        ("/api/v1/buildings?landlord=two".to_owned(), "/api/v1/buildings?landlord=zzz".to_owned()),
        ("/api/v1/buildings?site=BB-01".to_owned(), "/api/v1/buildings?site=ZZ-01".to_owned()),
        ("/api/v1/incidents?landlord=two".to_owned(), "/api/v1/incidents?landlord=zzz".to_owned()),
        ("/api/v1/incidents?site=BB-01".to_owned(), "/api/v1/incidents?site=ZZ-01".to_owned()),
        ("/api/v1/heatmap?landlord=two".to_owned(), "/api/v1/heatmap?landlord=zzz".to_owned()),
        ("/api/v1/hotspots?landlord=two".to_owned(), "/api/v1/hotspots?landlord=zzz".to_owned()),
        (
            "/api/v1/heatmap?site=AA-01,BB-01".to_owned(),
            "/api/v1/heatmap?site=AA-01,ZZ-01".to_owned(),
        ),
        ("/api/v1/kpis?landlord=one,two".to_owned(), "/api/v1/kpis?landlord=one,zzz".to_owned()),
        (
            "/api/v1/reports/morning?landlord=two".to_owned(),
            "/api/v1/reports/morning?landlord=zzz".to_owned(),
        ),
        ("/api/v1/portraits/site/BB-01".to_owned(), "/api/v1/portraits/site/ZZ-01".to_owned()),
        ("/api/v1/portraits/landlord/two".to_owned(), "/api/v1/portraits/landlord/zzz".to_owned()),
        ("/api/v1/kpis?site=BB-01".to_owned(), "/api/v1/kpis?site=ZZ-01".to_owned()),
    ] {
        let said = |path: &str| {
            let answer = town.reads(LANDLORD, path);
            let plain = answer.text().replace("BB-01", "ZZ-01").replace("two", "zzz");
            (answer.status, plain.replace(other.as_str(), ghost))
        };
        let (there, nowhere) = (said(&of_the_other), said(&of_nobody));
        assert_eq!(there, nowhere, "{of_the_other}");
        assert_eq!(there.0, 404, "{of_the_other}");
        // Reports go to whom they are for: the room reads none.
        let who = if of_the_other.contains("reports") { OTHER_LANDLORD } else { DISPATCHER };
        assert_eq!(town.reads(who, &of_the_other).status, 200, "{of_the_other} is there");
    }
}

#[test]
fn a_landlord_is_told_of_no_crew() {
    let town = Guarded::new();
    let one = format!("/api/v1/incidents/{}", town.own_incident);
    for path in ["/api/v1/incidents", one.as_str()] {
        let answer = town.reads(LANDLORD, path);
        assert_eq!(answer.status, 200);
        assert!(!answer.text().contains("T-1"), "{}", answer.text());
    }
    let steps = town.reads(LANDLORD, &one).json()["properties"]["steps"].clone();
    assert_eq!(steps.as_array().unwrap().len(), 2, "what was done, but not by whom");
}

#[test]
fn a_tag_is_for_one_caller_and_does_not_change_with_what_others_live_through() {
    let town = Guarded::new();
    let tag = |who, path: &str| town.reads(who, path).header("etag").to_owned();
    for path in
        ["/api/v1/sites", "/api/v1/incidents", "/api/v1/heatmap", "/api/v1/meta", "/api/v1/kpis"]
    {
        let (own, other, all) =
            (tag(LANDLORD, path), tag(OTHER_LANDLORD, path), tag(DISPATCHER, path));
        assert!(own != other && own != all && other != all, "{path}");
        let bearer = format!("Bearer {}", town.token(OTHER_LANDLORD).unwrap());
        let headers = [("authorization", bearer.as_str()), ("if-none-match", own.as_str())];
        assert_eq!(town.town.get_with(path, &headers).status, 200, "{path} with another's tag");
    }

    let before = tag(LANDLORD, "/api/v1/incidents");
    town.sent_to_nobody("BB-02");
    let meanwhile = tag(LANDLORD, "/api/v1/incidents");
    town.sent_to_nobody("AA-02");

    assert_eq!(before, meanwhile, "something happened elsewhere");
    assert_ne!(meanwhile, tag(LANDLORD, "/api/v1/incidents"));
}

#[test]
fn a_page_that_was_kept_for_one_is_not_given_to_another() {
    let town = Guarded::new();
    for (first, second) in [(DISPATCHER, LANDLORD), (OTHER_LANDLORD, LANDLORD)] {
        for path in ["/api/v1/sites?limit=3", "/api/v1/buildings?limit=3", "/api/v1/landlords"] {
            town.reads(first, path);
            let answer = town.reads(second, path);
            assert!(!answer.text().contains("BB-"), "{path}: {}", answer.text());
            assert!(answer.vary().contains("authorization"), "{}", answer.vary());
            assert!(answer.header("cache-control").contains("private"));
        }
    }
}

#[test]
fn a_stream_tells_a_landlord_of_its_own_sites_alone() {
    let town = Guarded::new();
    let mut follower = town.follows(LANDLORD, "");

    town.sent_to_nobody("BB-02");
    town.sent_to_nobody("AA-02");

    let first = follower.next();
    assert_eq!(first.event, "incident");
    assert_eq!(first.data["properties"]["site_code"], "AA-02");
    for query in [
        "?role=dispatcher",
        "?role=patrol&patrol=T-1",
        "?role=landlord&landlord=two",
        "?role=landlord&landlord=zzz",
    ] {
        let refused = town.reads(LANDLORD, &format!("/api/v1/events{query}"));
        assert_eq!(refused.status, 403, "{query}");
        assert!(refused.text().contains("listens as itself alone"), "{query}");
    }
}

#[test]
fn an_operator_sees_what_is_not_over_and_is_told_what_has_gone() {
    let town = Guarded::new();
    let mut follower = town.follows(OPERATOR, "");
    let (own, ghost) = (&town.own_incident, "0197a000-0000-7000-8000-000000000000");
    let count = |who, query: &str| {
        let list = town.reads(who, &format!("/api/v1/incidents{query}")).json();
        list["numberMatched"].as_u64().unwrap()
    };
    assert_eq!((count(OPERATOR, ""), count(DISPATCHER, "")), (2, 2));

    let cancelled = json!({ "to": "cancelled", "reason": "mistake" });
    let path = format!("/api/v1/incidents/{own}/transitions");
    assert_eq!(town.asks(DISPATCHER, "POST", &path, Some(&cancelled)).status, 200);

    for query in ["", "?open=true", "?open=false", "?status=assigned,cancelled"] {
        assert_eq!(count(OPERATOR, query), 1, "{query}");
    }
    assert_eq!(count(DISPATCHER, ""), 2);
    let over = town.reads(OPERATOR, "/api/v1/incidents?status=cancelled,closed");
    assert_eq!((over.status, over.fault().1.as_str()), (403, "status"));
    for path in ["/api/v1/incidents/{id}", "/api/v1/patrols/nearest?incident={id}"] {
        let said = |id: &str| {
            let answer = town.reads(OPERATOR, &path.replace("{id}", id));
            (answer.status, answer.text().replace(id, ghost))
        };
        assert_eq!(said(own), said(ghost), "{path}");
        assert_eq!(said(own).0, 404, "{path}");
    }
    assert_eq!(town.reads(DISPATCHER, &format!("/api/v1/incidents/{own}")).status, 200);
    assert_eq!(follower.next_of("incident").data, json!({ "id": own, "gone": true }));
}

#[test]
fn a_stream_tells_an_operator_as_itself_alone() {
    let town = Guarded::new();
    for query in ["?role=dispatcher", "?role=landlord&landlord=one", "?role=patrol&patrol=T-1"] {
        let refused = town.reads(OPERATOR, &format!("/api/v1/events{query}"));
        assert_eq!(refused.status, 403, "{query}");
    }
    let mut follower = town.follows(OPERATOR, "?role=operator");
    town.sent_to_nobody("AA-02");
    assert_eq!(follower.next_of("incident").data["properties"]["status"], "received");
}

#[test]
fn a_crew_sees_itself_and_what_it_is_on() {
    let town = Guarded::new();
    let ids = |path: &str| -> Vec<Value> {
        let list = town.reads(CREW, path).json();
        list["features"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect()
    };

    assert_eq!(ids("/api/v1/patrols"), ["T-1"]);
    assert_eq!(town.reads(CREW, "/api/v1/incidents").status, 403);
    let nearest = format!("/api/v1/patrols/nearest?incident={}&available=false", town.own_incident);
    assert_eq!(ids(&nearest), ["T-1"]);
    assert_eq!(town.reads(CREW, "/api/v1/patrols/T-1/mission").status, 200);
    let alerts = |who| town.reads(who, "/api/v1/alerts").json()["alerts"].as_array().unwrap().len();
    assert_eq!((alerts(CREW), alerts(OTHER_CREW)), (1, 0));
}

#[test]
fn what_belongs_to_another_crew_is_answered_like_what_does_not_exist() {
    let town = Guarded::new();
    let (other, ghost) = (&town.other_incident, "0197a000-0000-7000-8000-000000000000");
    let (step, duty) =
        (json!({ "to": "acknowledged" }), json!({ "callsign": "X", "status": "off_duty" }));
    let sos = |id: &str| json!({ "kind": "sos", "patrol": id });
    let fix = |id: &str| json!([{ "patrol": id, "lon": 2.3, "lat": 48.8, "recorded_at": "2026-01-01T00:00:00Z" }]);
    let asked = |who, of: &str, incident: &str| {
        let path = |path: &str| path.replace("{id}", of).replace("{incident}", incident);
        [
            ("GET", path("/api/v1/patrols/{id}"), None),
            ("PUT", path("/api/v1/patrols/{id}"), Some(duty.clone())),
            ("GET", path("/api/v1/patrols/{id}/mission"), None),
            ("POST", path("/api/v1/patrols/{id}/check-ins"), Some(json!({}))),
            ("POST", path("/api/v1/incidents/{incident}/transitions"), Some(step.clone())),
            ("GET", path("/api/v1/patrols/nearest?incident={incident}"), None),
            ("POST", "/api/v1/alerts".to_owned(), Some(sos(of))),
            ("POST", "/api/v1/positions".to_owned(), Some(fix(of))),
        ]
        .map(|(method, path, body)| {
            let answer = town.asks(who, method, &path, body.as_ref());
            let plain = answer.text().replace(of, "ID").replace(incident, "INCIDENT");
            (method, path.replace(of, "ID").replace(incident, "INCIDENT"), answer.status, plain)
        })
    };

    let (there, nowhere) = (asked(CREW, "T-2", other), asked(CREW, "T-9", ghost));

    for (of_the_other, of_nobody) in there.iter().zip(&nowhere) {
        assert_eq!(of_the_other, of_nobody);
    }
    assert!(there[..7].iter().all(|(.., status, _)| *status == 404), "{there:?}");
    assert!(there[7].3.contains("\"accepted\":0"), "{there:?}");
    assert_eq!(town.reads(DISPATCHER, "/api/v1/patrols/T-9").status, 404, "nobody was made");
}

#[test]
fn a_crew_takes_its_own_steps_and_no_others() {
    let town = Guarded::new();
    let path = format!("/api/v1/incidents/{}/transitions", town.own_incident);
    let step = |body: Value| town.asks(CREW, "POST", &path, Some(&body));

    for forbidden in [
        json!({ "to": "cancelled", "reason": "mistake" }),
        json!({ "to": "reassigned", "reason": "better_placed" }),
        json!({ "to": "handed_over", "partner": "17" }),
        json!({ "to": "acknowledged", "patrol": "T-2" }),
        json!({ "to": "reinforced", "patrol": "T-2" }),
        json!({ "to": "acknowledged", "actor": "dispatcher" }),
    ] {
        assert_eq!(step(forbidden.clone()).status, 403, "{forbidden}");
    }
    for taken in ["acknowledged", "en_route", "on_site", "checked_in", "cleared"] {
        assert_eq!(step(json!({ "to": taken })).status, 200, "{taken}");
    }
    let report = json!({ "outcome": "ras", "people": "0", "with_police": false });
    assert_eq!(step(json!({ "to": "reported", "report": report })).status, 200);
    let read = town.reads(DISPATCHER, &format!("/api/v1/incidents/{}", town.own_incident)).json();
    let steps = read["properties"]["steps"].as_array().unwrap().clone();
    assert!(steps[2..].iter().all(|step| step["actor"] == "patrol"), "{steps:?}");
}

#[test]
fn a_crew_reads_no_report_of_another() {
    let town = Guarded::new();
    let step = |who, id: &str, body: Value| {
        let path = format!("/api/v1/incidents/{id}/transitions");
        assert_eq!(town.asks(who, "POST", &path, Some(&body)).status, 200, "{body}");
    };
    for taken in ["acknowledged", "en_route", "on_site", "cleared"] {
        step(CREW, &town.own_incident, json!({ "to": taken }));
    }
    let report = json!({ "outcome": "refusal", "people": "4-9", "with_police": true });
    step(CREW, &town.own_incident, json!({ "to": "reported", "report": report }));
    step(DISPATCHER, &town.other_incident, json!({ "to": "cancelled", "reason": "mistake" }));

    let recent = |crew, patrol: &str| {
        let id = town.sent_to("AA-01", patrol);
        let path = format!("/api/v1/patrols/{patrol}/mission");
        let told = town.reads(crew, &path).json()["mission"]["recent"].clone();
        step(DISPATCHER, &id, json!({ "to": "cancelled", "reason": "mistake" }));
        told.as_array().unwrap().iter().find(|one| one["id"] == json!(town.own_incident)).cloned()
    };
    let own = recent(CREW, "T-1").unwrap();
    let other = recent(OTHER_CREW, "T-2").unwrap();
    assert_eq!((&own["kind"], &own["outcome"]), (&json!("OCC-HAL"), &json!("refusal")));
    assert_eq!((&other["kind"], &other["outcome"]), (&json!("OCC-HAL"), &Value::Null));
}

#[test]
fn whoever_studies_places_knows_a_site_by_its_code() {
    let town = Guarded::new();
    let tomorrow = system_clock().plus_seconds(86_400).to_string();
    let hazards = json!({ "hazards": [{ "kind": "dog", "until": tomorrow }] });
    let path = "/api/v1/sites/AA-01/hazards";
    let flagged = town.asks(DISPATCHER, "PUT", path, Some(&hazards));
    assert_eq!(flagged.status, 200, "{}", flagged.text());
    for (who, is_named) in [(DISPATCHER, true), (PLANNER, false), (DISPATCHER, true)] {
        let found = |q: &str| town.reads(who, &format!("/api/v1/sites?q={q}")).json();
        assert_eq!(found("aa")["features"][0]["id"], "AA-01");
        assert_eq!(found("residence")["numberMatched"].as_u64() > Some(0), is_named);
        let listed = found("aa")["features"][0]["properties"]["name"].clone();
        let site = town.reads(who, "/api/v1/sites/AA-01").json()["properties"].clone();
        assert_eq!(listed, site["name"]);
        assert_eq!(listed == "AA-01", !is_named, "{listed}");
        assert_eq!(site["hazards"].as_array().unwrap().len(), usize::from(is_named));
        assert!(site["buildings"].as_array().is_some());
    }
}

#[test]
fn whoever_acts_is_who_asks() {
    let town = Guarded::new();
    let path = format!("/api/v1/alerts/{}/acknowledge", town.own_alert);
    let acknowledge = |who, body: Value| town.asks(who, "POST", &path, Some(&body));
    let operator = Who::Role(Role::Operator);

    assert_eq!(acknowledge(operator, json!({ "actor": "dispatcher" })).status, 403);
    assert_eq!(acknowledge(DISPATCHER, json!({ "actor": "patrol" })).status, 403);
    assert_eq!(acknowledge(DISPATCHER, json!({ "actor": "boss" })).status, 422);
    let taken = acknowledge(operator, json!({}));
    assert_eq!(taken.json()["acknowledged_by"], "operator");
}

#[test]
fn a_stream_ends_with_the_account_that_follows_it() {
    use vigie::app::AccountChange;
    let town = Guarded::new();
    let mut follower = town.follows(CREW, "");
    let accounts = town.town.app.snapshot().accounts().clone();
    let is_own = |patrol: &PatrolId| patrol.as_str() == "T-1";
    let own = accounts.iter().find(|account| account.seat.scope().patrol().is_some_and(is_own));
    let own = own.unwrap();

    let change = town.town.app.change_account(AccountChange::Disable(own.id));
    actix_web::rt::System::new().block_on(change).unwrap();
    town.sent_to_nobody("AA-02");

    assert!(follower.next_or_end().is_none());
}

impl Guarded {
    /// Takes down an incident on that site.
    fn sent_to_nobody(&self, site: &str) {
        let call =
            json!({ "kind": "TEC-POR", "channel": "call", "location": { "site_code": site } });
        assert_eq!(self.asks(DISPATCHER, "POST", "/api/v1/incidents", Some(&call)).status, 201);
    }

    pub(super) fn follows(&self, who: Who, query: &str) -> Follower {
        let bearer = format!("authorization: Bearer {}\r\n", self.token(who).unwrap());
        Follower::with(self.town.address(), query, None, &bearer)
    }
}
