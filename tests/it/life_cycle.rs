//! The life of an incident: each step is checked against what went before, and each has its time.

use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

use serde_json::{Value, json};
use vigie::{http::Settings, patrol::Availability, time::Timestamp};

use crate::support::{Answer, Town, patrol, patrol_that_is, site, town, town_by};

fn in_town() -> Town {
    town([
        site("PH-0001", 2.35, 48.85),
        site("PH-0002", 2.36, 48.85),
        patrol("TANGO-1", 2.35, 48.851),
        patrol("TANGO-2", 2.36, 48.851),
        patrol_that_is(Availability::OffDuty, "TANGO-3", None),
    ])
}

/// Takes down a call of that kind on that site.
fn call(town: &Town, kind: &str, site: &str) -> String {
    let body = json!({"kind": kind, "channel": "call", "location": {"site_code": site}});
    let answer = town.post("/api/v1/incidents", body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn step(town: &Town, id: &str, body: Value) -> Answer {
    town.post(&format!("/api/v1/incidents/{id}/transitions"), body)
}

/// A step by a dispatcher that says nothing else.
fn to(town: &Town, id: &str, to: &str) -> Answer {
    step(town, id, json!({"to": to, "actor": "dispatcher"}))
}

fn assign(town: &Town, id: &str, patrol: &str) -> Answer {
    step(town, id, json!({"to": "assigned", "actor": "dispatcher", "patrol": patrol}))
}

fn incident(town: &Town, id: &str) -> Value {
    town.get(&format!("/api/v1/incidents/{id}")).json()["properties"].clone()
}

fn status_of_patrol(town: &Town, id: &str) -> Value {
    let properties = &town.get(&format!("/api/v1/patrols/{id}")).json()["properties"];
    json!([properties["status"], properties["mission"], properties["stage"]])
}

#[test]
fn an_incident_lives_from_the_call_to_closure_over_two_roles() {
    let town = in_town();
    let id = call(&town, "TEC-EAU", "PH-0001");

    assert_eq!(to(&town, &id, "qualified").status, 200);
    let assigned = assign(&town, &id, "TANGO-1");
    assert_eq!(assigned.status, 200, "{}", assigned.text());
    let taken = assigned.json();
    assert_eq!(taken["status"], "assigned");
    assert_eq!(taken["patrols"][0]["id"], "TANGO-1");
    assert_eq!(taken["patrols"][0]["lead"], true);
    assert_eq!(status_of_patrol(&town, "TANGO-1"), json!(["busy", id, "assigned"]));
    for next in ["acknowledged", "en_route", "on_site", "checked_in", "cleared"] {
        let taken = step(&town, &id, json!({"to": next, "actor": "patrol", "patrol": "TANGO-1"}));
        assert_eq!(taken.status, 200, "{next}: {}", taken.text());
    }
    assert_eq!(status_of_patrol(&town, "TANGO-1"), json!(["available", null, null]));
    let report = json!({"outcome": "technical", "people": "0", "with_police": false});
    let reported = json!({"to": "reported", "actor": "patrol", "report": report});
    assert_eq!(step(&town, &id, reported).status, 200);
    assert_eq!(to(&town, &id, "closed").status, 200);

    let told = incident(&town, &id);
    assert_eq!((&told["status"], &told["allowed"]), (&json!("closed"), &json!([])));
    assert_eq!(told["report"], report);
    let steps = told["steps"].as_array().unwrap();
    let actions: Vec<&str> = steps.iter().map(|step| step["to"].as_str().unwrap()).collect();
    assert_eq!(
        actions.join(" "),
        "qualified assigned acknowledged en_route on_site checked_in cleared reported closed"
    );
    assert_eq!(steps[1]["actor"], "dispatcher");
    assert_eq!(steps[2]["actor"], "patrol");
    let times = told["times"].as_object().unwrap();
    assert!(times.values().all(Value::is_string), "{times:?}");
}

#[test]
fn a_step_that_is_not_allowed_is_a_409_that_says_what_is() {
    let town = in_town();
    let id = call(&town, "OCC-HAL", "PH-0001");

    let refused = to(&town, &id, "on_site");

    let (status, field, reason) = refused.fault();
    assert_eq!((status, field.as_str()), (409, "to"));
    assert_eq!(reason, "on_site cannot follow received");
    let problem = refused.json();
    assert_eq!(problem["incident_status"], "received");
    let allowed = json!(["qualified", "assigned", "cancelled", "handed_over", "no_action"]);
    assert_eq!(problem["allowed"], allowed);
    assert_eq!(incident(&town, &id)["steps"], json!([]), "nothing was recorded");
}

#[test]
fn of_two_dispatchers_who_assign_at_once_one_wins_and_the_other_is_told() {
    let town = in_town();
    let id = call(&town, "TEC-EAU", "PH-0001");

    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let ask = |patrol| {
            let (town, id) = (&town, &id);
            scope.spawn(move || assign(town, id, patrol))
        };
        let asked = [ask("TANGO-1"), ask("TANGO-2")];
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    });

    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let loser = answers.iter().find(|answer| answer.status == 409).unwrap().json();
    assert_eq!(loser["incident_status"], "assigned");
    let sent = incident(&town, &id)["patrols"].as_array().unwrap().len();
    assert_eq!(sent, 1);
}

#[test]
fn one_patrol_is_not_sent_to_two_incidents_unless_it_is_taken_from_the_first() {
    let town = in_town();
    let (first, second) = (call(&town, "ENV-ENC", "PH-0001"), call(&town, "TEC-EAU", "PH-0002"));
    assert_eq!(assign(&town, &first, "TANGO-1").status, 200);

    let refused = assign(&town, &second, "TANGO-1");

    assert_eq!(refused.status, 409);
    assert_eq!(refused.json()["mission"], json!(first));
    let pre_empt = json!({"to": "assigned", "actor": "dispatcher", "patrol": "TANGO-1", "override": "pre_empted"});
    assert_eq!(step(&town, &second, pre_empt).status, 200);
    let left = incident(&town, &first);
    assert_eq!((&left["status"], &left["reason"]), (&json!("qualified"), &json!("pre_empted")));
    assert_eq!(status_of_patrol(&town, "TANGO-1"), json!(["busy", second, "assigned"]));
}

#[test]
fn of_two_dispatchers_who_take_one_patrol_from_what_it_is_on_one_wins_and_the_other_is_told() {
    for why in ["pre_empted", "nobody_else"] {
        let town = in_town();
        let first = call(&town, "ENV-ENC", "PH-0001");
        let urgent = [call(&town, "TEC-EAU", "PH-0002"), call(&town, "NUI-MUS", "PH-0001")];
        assert_eq!(assign(&town, &first, "TANGO-1").status, 200);
        let take = || json!({"to": "assigned", "actor": "dispatcher", "patrol": "TANGO-1", "override": why});

        let answers = std::thread::scope(|scope| {
            let town = &town;
            let asked = urgent.each_ref().map(|id| scope.spawn(move || step(town, id, take())));
            asked.map(|one| one.join().unwrap())
        });

        let mut statuses = answers.each_ref().map(|answer| answer.status);
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{}", answers[0].text());
        let won = usize::from(answers[0].status != 200);
        let loser = answers[1 - won].json();
        assert_eq!((&loser["rule"], &loser["mission"]), (&json!("turned"), &json!(urgent[won])));
        let allowed = json!(["qualified", "assigned", "cancelled", "handed_over", "no_action"]);
        assert_eq!((&loser["incident_status"], &loser["allowed"]), (&json!("received"), &allowed));
        assert_eq!(status_of_patrol(&town, "TANGO-1"), json!(["busy", urgent[won], "assigned"]));
        assert_eq!(incident(&town, &urgent[1 - won])["steps"], json!([]), "nothing was recorded");
        let near =
            town.get(&format!("/api/v1/patrols/nearest?incident={}", urgent[1 - won])).json();
        let passed = &near["passed_over"].as_array().unwrap()[0];
        assert_eq!((&passed["patrol"], &passed["reason"]), (&json!("TANGO-1"), &json!("turned")));
        assert_eq!(passed["overrides"], json!([]), "{passed}");

        // Whoever wants it all the same says so in two steps, or waits until the crew has heard.
        let acknowledge = json!({"to": "acknowledged", "actor": "patrol", "patrol": "TANGO-1"});
        assert_eq!(step(&town, &urgent[won], acknowledge).status, 200);
        assert_eq!(step(&town, &urgent[1 - won], take()).status, 200);
    }
}

#[test]
fn a_patrol_off_duty_is_sent_only_with_a_reason_and_goes_off_duty_only_after_it_has_left() {
    let town = in_town();
    let id = call(&town, "TEC-EAU", "PH-0001");

    assert_eq!(assign(&town, &id, "TANGO-3").fault().2, "patrol `TANGO-3` is off duty");
    let recalled = json!({"to": "assigned", "actor": "supervisor", "patrol": "TANGO-3", "override": "recalled_to_duty"});
    assert_eq!(step(&town, &id, recalled).status, 200);
    let off = json!({"callsign": "TANGO-3", "status": "off_duty", "crew": 3});
    let (status, field, _) = town.put("/api/v1/patrols/TANGO-3", &off).fault();
    assert_eq!((status, field.as_str()), (409, "status"));
    let cancelled = json!({"to": "cancelled", "actor": "dispatcher", "reason": "caller_withdrew"});
    assert_eq!(step(&town, &id, cancelled).status, 200);
    assert_eq!(town.put("/api/v1/patrols/TANGO-3", &off).status, 200);
}

#[test]
fn a_second_call_about_the_same_is_offered_and_merged() {
    let town = in_town();
    let first = call(&town, "OCC-HAL", "PH-0001");
    let body = json!({"kind": "OCC-HAL", "channel": "call", "location": {"site_code": "PH-0001"}});
    let received = town.post("/api/v1/incidents", body).json();
    assert_eq!(received["duplicates"][0]["id"], json!(first));
    let second = received["id"].as_str().unwrap();

    let merge = json!({"to": "cancelled", "actor": "operator", "reason": "duplicate", "duplicate_of": first});
    assert_eq!(step(&town, second, merge).status, 200);

    assert_eq!(incident(&town, second)["merged_into"], json!(first));
    assert_eq!(incident(&town, &first)["merged"], json!([second]));
    let itself = json!({"to": "cancelled", "actor": "operator", "reason": "duplicate", "duplicate_of": first});
    assert_eq!(step(&town, &first, itself).fault().1, "duplicate_of");
}

#[test]
fn what_was_taken_down_wrongly_is_corrected_when_it_is_qualified() {
    let town = in_town();
    let id = call(&town, "OCC-HAL", "PH-0001");
    let qualify = json!({"to": "qualified", "actor": "operator", "kind": "BIE-INC", "site_code": "PH-0002",
        "building_id": "PH-0002-B1"});

    assert_eq!(step(&town, &id, qualify).status, 200);

    let told = incident(&town, &id);
    let now = json!([told["kind"], told["priority"], told["site_code"], told["building_id"]]);
    assert_eq!(now, json!(["BIE-INC", "P1", "PH-0002", "PH-0002-B1"]));
    let listed = town.get("/api/v1/incidents?site=PH-0002&kind=BIE-INC&open=true").json();
    assert_eq!(listed["numberMatched"], 1);
}

#[test]
fn a_step_asked_again_under_its_key_is_taken_once() {
    let town = in_town();
    let id = call(&town, "TEC-EAU", "PH-0001");
    let path = format!("/api/v1/incidents/{id}/transitions");
    let ask = |patrol: &str| {
        let body = json!({"to": "assigned", "actor": "dispatcher", "patrol": patrol});
        let headers = [("content-type", "application/json"), ("idempotency-key", "tablet-7-1")];
        town.send("POST", &path, &headers, body.to_string().into_bytes())
    };

    let (first, again) = (ask("TANGO-1"), ask("TANGO-1"));

    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(first.json()["seq"], again.json()["seq"]);
    assert_eq!(incident(&town, &id)["steps"].as_array().unwrap().len(), 2);
    assert_eq!(ask("TANGO-2").status, 422, "another request under the same key");

    for next in ["acknowledged", "en_route"] {
        assert_eq!(to(&town, &id, next).status, 200);
    }
    let later = ask("TANGO-1");
    assert_eq!(later.header("idempotency-replayed"), "true");
    assert_eq!(later.json(), first.json(), "as it was then");
    assert_eq!(incident(&town, &id)["status"], "en_route");
}

#[test]
fn a_step_that_cannot_be_is_refused_with_its_field() {
    let town = in_town();
    let id = call(&town, "TEC-EAU", "PH-0001");
    let check = |body: Value, field: &str| {
        let (status, at, _) = step(&town, &id, body).fault();
        assert_eq!((status, at.as_str()), (422, field));
    };
    check(json!({"to": "asigned", "actor": "dispatcher"}), "to");
    check(json!({"to": "qualified", "actor": "Jean"}), "actor");
    check(json!({"to": "qualified", "actor": "operator", "comment": "M. Dupont"}), "comment");
    check(json!({"to": "qualified", "actor": "operator", "at": "yesterday"}), "at");
    check(json!({"to": "qualified", "actor": "operator", "at": "2020-01-01T00:00:00Z"}), "at");
    check(json!({"to": "qualified", "actor": "operator", "kind": "NO-SUCH"}), "kind");
    check(json!({"to": "qualified", "actor": "operator", "site_code": "PH-9"}), "site_code");
    check(json!({"to": "assigned", "actor": "dispatcher"}), "patrol");
    check(json!({"to": "assigned", "actor": "dispatcher", "patrol": "TANGO-9"}), "patrol");
    check(json!({"to": "cancelled", "actor": "dispatcher"}), "reason");
    check(json!({"to": "handed_over", "actor": "operator"}), "partner");
    check(json!({"to": "handed_over", "actor": "operator", "partner": "16"}), "partner");
    let unknown = "01920000-0000-7000-8000-000000000000";
    assert_eq!(to(&town, unknown, "qualified").status, 404);
    assert_eq!(to(&town, "nonsense", "qualified").status, 404);
}

/// Takes an incident from the call to the report of TANGO-1.
fn reported(town: &Town, kind: &str, site: &str) -> String {
    let id = call(town, kind, site);
    assert_eq!(assign(town, &id, "TANGO-1").status, 200);
    for next in ["acknowledged", "en_route", "on_site", "cleared"] {
        assert_eq!(step(town, &id, json!({"to": next, "actor": "patrol"})).status, 200);
    }
    let report = json!({"outcome": "ras", "people": "0", "with_police": false});
    let taken = step(town, &id, json!({"to": "reported", "actor": "patrol", "report": report}));
    assert_eq!(taken.status, 200);
    id
}

#[test]
fn a_second_patrol_whose_lead_is_taken_away_takes_the_lead() {
    let town = in_town();
    let id = call(&town, "OCC-HAL", "PH-0001");
    assert_eq!(assign(&town, &id, "TANGO-1").status, 200);
    let reinforced = json!({"to": "reinforced", "actor": "dispatcher", "patrol": "TANGO-2"});
    assert_eq!(step(&town, &id, reinforced).status, 200);
    for next in ["acknowledged", "en_route", "on_site"] {
        let own = json!({"to": next, "actor": "patrol", "patrol": "TANGO-2"});
        assert_eq!(step(&town, &id, own).status, 200);
    }
    let away = json!({"to": "reassigned", "actor": "dispatcher", "reason": "patrol_unavailable"});
    assert_eq!(step(&town, &id, away).status, 200);
    assert_eq!(incident(&town, &id)["status"], "qualified");

    assert_eq!(assign(&town, &id, "TANGO-2").status, 200);

    let led = incident(&town, &id);
    assert_eq!((&led["status"], &led["patrols"][0]["lead"]), (&json!("on_site"), &json!(true)));
    assert_eq!(led["patrols"].as_array().unwrap().len(), 1);
    let mission = town.get("/api/v1/patrols/TANGO-2/mission").json()["mission"].clone();
    assert_eq!((&mission["lead"], &mission["stage"]), (&json!(true), &json!("on_site")));
}

#[test]
fn the_tablet_of_a_patrol_shows_its_mission_and_the_reports_that_it_owes() {
    let town = in_town();
    let before = reported(&town, "OCC-HAL", "PH-0001");
    let id = call(&town, "TEC-EAU", "PH-0001");
    let mission = || town.get("/api/v1/patrols/TANGO-1/mission").json();
    assert_eq!(mission()["mission"], Value::Null);
    assert_eq!(assign(&town, &id, "TANGO-1").status, 200);

    let told = mission();

    assert_eq!(told["patrol"]["status"], "busy");
    let shown = &told["mission"];
    assert_eq!(shown["incident"]["id"], json!(id));
    assert_eq!(shown["allowed"], json!(["acknowledged"]));
    assert_eq!(shown["site"]["code"], "PH-0001");
    assert_eq!(shown["site"]["landlord"], "Paris Habitat");
    assert_eq!(shown["recent"][0]["id"], json!(before));
    assert_eq!(shown["recent"][0]["outcome"], "ras");
    for next in ["acknowledged", "en_route", "on_site", "cleared"] {
        assert_eq!(step(&town, &id, json!({"to": next, "actor": "patrol"})).status, 200);
    }
    let after = mission();
    assert_eq!(after["mission"], Value::Null, "free for the next one");
    assert_eq!(after["reports_due"][0]["id"], json!(id));
    assert_eq!(town.get("/api/v1/patrols/TANGO-9/mission").status, 404);
}

#[test]
fn times_are_summed_up_by_evening_landlord_kind_and_priority() {
    let town = in_town();
    reported(&town, "TEC-EAU", "PH-0001");
    reported(&town, "ENV-ENC", "PH-0002");
    call(&town, "TEC-EAU", "PH-0001");

    let groups = |by: &str| town.get(&format!("/api/v1/kpis?by={by}")).json()["groups"].clone();

    let kinds = groups("kind");
    let keys: Vec<&str> =
        kinds.as_array().unwrap().iter().map(|group| group["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["ENV-ENC", "TEC-EAU"], "a call that nobody has taken up has no times");
    let times = &kinds[1];
    for figure in ["take_up", "assignment", "travel", "overall", "duration", "report_delay"] {
        assert_eq!(times[figure]["count"], 1, "{figure}");
        assert!(times[figure]["median_s"].as_f64().unwrap() >= 0.0);
    }
    assert_eq!(times["within_target"], 1.0);
    assert_eq!(groups("landlord")[0]["key"], "paris-habitat");
    assert_eq!(groups("priority")[0]["key"], "P2");
    assert_eq!(groups("evening")[0]["incidents"], 2);
    assert_eq!(town.get("/api/v1/kpis?by=operator").fault().1, "by");
}

/// What the clock of one test says.
static HOUR_MS: AtomicI64 = AtomicI64::new(0);

fn hour() -> Timestamp {
    Timestamp::from_unix_ms(HOUR_MS.load(SeqCst)).unwrap()
}

#[test]
fn the_crew_that_is_asked_for_is_the_one_that_will_be_judged() {
    let it_is = |at: &str| HOUR_MS.store(at.parse::<Timestamp>().unwrap().unix_ms(), SeqCst);
    it_is("2035-06-01T19:00:00Z"); // 21:00 in Paris
    let town = town_by(hour, Settings::default(), [site("PH-0001", 2.35, 48.85)]);
    let patrol = |id: &str, crew: u8| {
        let position = json!({"lon": 2.35, "lat": 48.851, "recorded_at": hour().to_string()});
        let body =
            json!({"callsign": id, "status": "available", "crew": crew, "position": position});
        assert_eq!(town.put(&format!("/api/v1/patrols/{id}"), body).status, 200);
    };
    let id = call(&town, "OCC-HAL", "PH-0001");
    let listed = town.get("/api/v1/incidents?open=true");
    assert_eq!(listed.json()["features"][0]["properties"]["crew_min"], 2, "by day");

    it_is("2035-06-01T20:30:00Z"); // 22:30
    patrol("TANGO-1", 2);
    patrol("TANGO-2", 1);

    assert_eq!(incident(&town, &id)["crew_min"], 3, "by night");
    let tag = listed.header("etag").to_owned();
    let listed = town.get_with("/api/v1/incidents?open=true", &[("if-none-match", &tag)]);
    assert_eq!(listed.status, 200, "the list is another one at night");
    let ranked = |query: &str| {
        let path = format!("/api/v1/patrols/nearest?incident={id}&by=line&{query}");
        let answer = town.get(&path).json();
        let ids = answer["features"].as_array().unwrap().iter().map(|one| one["id"].clone());
        let over = answer["passed_over"].as_array().unwrap().iter();
        (ids.collect::<Vec<_>>(), over.map(|one| one["reason"].clone()).collect::<Vec<_>>())
    };
    assert_eq!(ranked("kind=OCC-HAL"), (vec![], vec![json!("too_few"), json!("too_few")]));
    assert_eq!(ranked("kind=ENV-ENC"), (vec![json!("TANGO-1")], vec![json!("too_few")]));
    assert_eq!(ranked("kind=ENV-ENC&crew=3").0, Vec::<Value>::new(), "the larger one counts");
    assert_eq!(ranked("crew=1").0.len(), 2, "whoever comes second");
    assert_eq!(assign(&town, &id, "TANGO-1").status, 409);
    let agreed = json!({"to": "assigned", "actor": "dispatcher", "patrol": "TANGO-1",
        "override": "crew_accepted"});
    assert_eq!(step(&town, &id, agreed).status, 200);
    let second = json!({"to": "reinforced", "actor": "dispatcher", "patrol": "TANGO-2"});
    assert_eq!(step(&town, &id, second).status, 200, "one agent more is one agent more");
    let called_off = json!({"to": "cancelled", "actor": "dispatcher", "reason": "false_alarm"});
    assert_eq!(step(&town, &id, called_off).status, 200);

    it_is("2035-06-02T08:00:00Z");
    assert_eq!(incident(&town, &id)["crew_min"], 3, "as it was judged");
}

static TARGET_MS: AtomicI64 = AtomicI64::new(0);

fn by_the_target() -> Timestamp {
    Timestamp::from_unix_ms(TARGET_MS.load(SeqCst)).unwrap()
}

#[test]
fn a_target_that_passes_while_nobody_comes_is_missed() {
    let it_is = |at: &str| TARGET_MS.store(at.parse::<Timestamp>().unwrap().unix_ms(), SeqCst);
    it_is("2035-06-01T12:00:00Z");
    let town = town_by(by_the_target, Settings::default(), [site("PH-0001", 2.35, 48.85)]);
    // Within 15 minutes; ENV-ENC has no target.
    let [waits, qualified, late, withdrawn, _] =
        ["TEC-EAU", "TEC-EAU", "TEC-EAU", "TEC-EAU", "ENV-ENC"]
            .map(|kind| call(&town, kind, "PH-0001"));
    let cancel = |id: &str, reason: &str| {
        let body = json!({"to": "cancelled", "actor": "dispatcher", "reason": reason});
        assert_eq!(step(&town, id, body).status, 200);
    };
    let told = |etag: &str| {
        let answer = town.get_with("/api/v1/kpis", &[("if-none-match", etag)]);
        let groups = (answer.status == 200).then(|| answer.json()["groups"].clone());
        let group =
            groups.map(|groups| json!([groups[0]["incidents"], groups[0]["within_target"]]));
        (group, answer.header("etag").to_owned())
    };
    assert_eq!(to(&town, &qualified, "qualified").status, 200);
    assert_eq!(to(&town, &late, "qualified").status, 200);
    it_is("2035-06-01T12:10:00Z");
    cancel(&withdrawn, "caller_withdrew");

    let (before, etag) = told("");
    it_is("2035-06-01T12:16:00Z");
    let (after, etag) = told(&etag);
    cancel(&late, "caller_withdrew");

    assert_eq!(before, Some(json!([3, null])), "nothing is decided yet");
    assert_eq!(after, Some(json!([4, 0.0])), "three wait, and one was called off in time");
    assert_eq!(told(&etag).0, after, "called off too late");
    assert_eq!(to(&town, &waits, "qualified").status, 200);
}
