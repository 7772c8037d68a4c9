//! The safety of crews: calls for help, the word that all is well, silence, and a second crew.

use std::{
    sync::atomic::{AtomicI64, Ordering::SeqCst},
    time::Instant,
};

use serde_json::{Value, json};
use vigie::{
    app::{App, Correction, NewIncident, StepRequest, Whereabouts, system_clock},
    http::Settings,
    incident::{Action, ActorRole, Channel, Command, Status},
    store::StoreUrl,
    time::Timestamp,
};

use crate::{
    following::Follower,
    server::wait_until,
    support::{Answer, Town, begin, patrol, site, town, town_by},
};

fn starts() -> Vec<crate::support::Start> {
    vec![
        site("PH-0001", 2.35, 48.85),
        patrol("TANGO-1", 2.35, 48.851),
        patrol("TANGO-2", 2.40, 48.851),
        patrol("TANGO-3", 2.36, 48.851),
    ]
}

/// Reports water on the site and has TANGO-1 take `steps`.
fn mission(town: &Town, steps: &[&str]) -> String {
    let place = json!({"site_code": "PH-0001"});
    let call = json!({"kind": "TEC-EAU", "channel": "call", "location": place});
    let id = town.post("/api/v1/incidents", call).json()["id"].as_str().unwrap().to_owned();
    for to in ["assigned"].iter().chain(steps) {
        let answer = step(town, &id, json!({"to": to, "actor": "dispatcher", "patrol": "TANGO-1"}));
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    id
}

fn step(town: &Town, id: &str, body: Value) -> Answer {
    town.post(&format!("/api/v1/incidents/{id}/transitions"), body)
}

fn keyed(town: &Town, key: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    town.send("POST", "/api/v1/alerts", &headers, body.to_string().into_bytes())
}

#[test]
fn a_call_for_help_is_on_the_dispatchers_screen_at_once_and_stays_until_a_person_ends_it() {
    let town = town(starts());
    let mut screen = Follower::of(town.address(), "?role=dispatcher");
    let recorded_at = system_clock().plus_seconds(1).to_string();
    let position = json!({"lon": 2.351, "lat": 48.851, "recorded_at": recorded_at});
    let sos = json!({"kind": "sos", "patrol": "TANGO-1", "position": position});

    let pressed = Instant::now();
    let raised = keyed(&town, "press-1", &sos);
    let heard = screen.next_of("alert").data;
    eprintln!("a call for help was on the stream after {:?}", pressed.elapsed());

    assert_eq!(raised.status, 201, "{}", raised.text());
    let alert = raised.json();
    assert_eq!(heard, alert);
    assert_eq!(
        (&alert["kind"], &alert["state"], &alert["level"]),
        (&json!("sos"), &json!("raised"), &json!(1))
    );
    assert_eq!((&alert["lon"], &alert["lat"]), (&json!(2.351), &json!(48.851)));
    let patrol = &town.get("/api/v1/patrols/TANGO-1").json()["properties"];
    assert_eq!(patrol["sos"], true);
    let again = town.post("/api/v1/alerts", json!({"kind": "sos", "patrol": "TANGO-1"}));
    assert_eq!((again.status, &again.json()["id"]), (200, &alert["id"]));

    let path = format!("/api/v1/alerts/{}", alert["id"].as_str().unwrap());
    let taken = town.post(&format!("{path}/acknowledge"), json!({"actor": "dispatcher"}));
    assert_eq!((taken.status, &taken.json()["state"]), (200, &json!("acknowledged")));
    assert_eq!(screen.next_of("alert").data["acknowledged_by"], "dispatcher");
    let end = json!({"actor": "dispatcher", "resolution": "assisted"});
    let ended = town.post(&format!("{path}/resolve"), &end);
    assert_eq!((ended.status, &ended.json()["resolution"]), (200, &json!("assisted")));

    let late = town.post(&format!("{path}/resolve"), &end);
    assert_eq!((late.status, &late.json()["alert_state"]), (409, &json!("resolved")));
    let repeated = keyed(&town, "press-1", &sos);
    assert_eq!((repeated.status, &repeated.json()["id"]), (200, &alert["id"]), "asked before");
    assert_eq!(town.get("/api/v1/alerts").json()["alerts"], json!([]));
    assert_eq!(town.get("/api/v1/alerts?state=all").json()["alerts"][0], ended.json());
    assert_eq!(keyed(&town, "press-2", &sos).status, 201, "a new call is a new alert");
}

#[test]
fn what_cannot_be_asked_of_alerts_is_refused_with_its_field() {
    let town = town(starts());
    let post = |path: &str, body: Value| town.post(&format!("/api/v1/{path}"), body).fault();
    let is = |(status, field, _): (u16, String, String)| (status, field);
    let raise = |body| is(post("alerts", body));
    assert_eq!(raise(json!({"kind": "sos", "patrol": "NOBODY"})), (404, "patrol".into()));
    assert_eq!(raise(json!({"kind": "signal_lost", "patrol": "TANGO-1"})), (422, "kind".into()));
    let who = json!({"kind": "sos", "patrol": "TANGO-1", "agent": "Dupont"});
    assert_eq!(raise(who), (422, "agent".into()));
    let id = "018f0000-0000-7000-8000-000000000000";
    let acknowledge = format!("alerts/{id}/acknowledge");
    assert_eq!(is(post(&acknowledge, json!({"actor": "dispatcher"}))), (404, "id".into()));
    assert_eq!(is(post(&acknowledge, json!({"actor": "mayor"}))), (422, "actor".into()));
    assert_eq!(is(post("patrols/TANGO-1/check-ins", json!({}))), (409, "id".into()));
    assert_eq!(is(post("patrols/NOBODY/check-ins", json!({}))), (404, "id".into()));
}

static EVENING_S: AtomicI64 = AtomicI64::new(0);

/// A clock that goes on when the test says so.
fn evening() -> Timestamp {
    system_clock().plus_seconds(EVENING_S.load(SeqCst))
}

#[test]
fn a_crew_on_site_that_does_not_say_that_all_is_well_is_an_alert_that_grows() {
    let town = town_by(evening, Settings::default(), starts());
    mission(&town, &["acknowledged", "en_route", "on_site"]);
    let check_in =
        || town.get("/api/v1/patrols/TANGO-1/mission").json()["mission"]["check_in"].clone();
    assert_eq!((&check_in()["every_s"], &check_in()["prompted_at"]), (&json!(900), &Value::Null));
    let said = town.post("/api/v1/patrols/TANGO-1/check-ins", json!({}));
    assert_eq!((said.status, said.json()), (200, check_in()), "{}", said.text());
    let mut screen = Follower::of(town.address(), "?role=dispatcher");
    let mut missed = || loop {
        let alert = screen.next_of("alert").data;
        if alert["kind"] == "check_in_missed" {
            break alert;
        }
    };

    EVENING_S.fetch_add(850, SeqCst);
    assert!(check_in()["prompted_at"].is_string(), "{}", check_in());
    EVENING_S.fetch_add(115, SeqCst);
    let alert = missed();
    assert_eq!((&alert["patrol"], &alert["site_code"]), (&json!("TANGO-1"), &json!("PH-0001")));
    EVENING_S.fetch_add(30, SeqCst);
    assert_eq!(missed()["level"], 2);
    EVENING_S.fetch_add(90, SeqCst);
    assert_eq!(missed()["level"], 3);
    let path = format!("/api/v1/alerts/{}/resolve", alert["id"].as_str().unwrap());
    town.post(&path, json!({"actor": "dispatcher", "resolution": "reached"}));
    assert_eq!(missed()["state"], "resolved");
}

static NIGHT_S: AtomicI64 = AtomicI64::new(0);

fn night() -> Timestamp {
    system_clock().plus_seconds(NIGHT_S.load(SeqCst))
}

/// Reports water on the site and sends that patrol.
fn send(app: &App, patrol: &str) {
    actix_web::rt::System::new().block_on(async {
        let new = NewIncident {
            kind: "TEC-EAU".parse().unwrap(),
            channel: Channel::Call,
            status: Status::Received,
            reported_at: None,
            whereabouts: Whereabouts::Site { code: "PH-0001".parse().unwrap(), building: None },
            key: None,
        };
        let command = Command {
            action: Action::Assigned,
            actor: ActorRole::Dispatcher,
            at: None,
            patrol: Some(patrol.parse().unwrap()),
            reason: None,
            duplicate_of: None,
            partner: None,
            override_reason: None,
            report: None,
            remark: None,
        };
        let incident = app.receive_incident(new).await.unwrap().incident.id;
        let correction = Correction::default();
        let sent = StepRequest { incident, command, correction, key: None };
        app.step_incident(sent).await.unwrap();
    });
}

#[test]
fn of_two_servers_that_watch_over_one_store_one_raises_an_alert() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let open = || App::open(url.parse::<StoreUrl>().unwrap().open().unwrap(), night).unwrap();
    let (one, other) = (open(), open());
    begin(&one, starts());
    send(&one, "TANGO-1");
    let alerts = |app: &App| app.snapshot().alerts().iter().cloned().collect::<Vec<_>>();

    NIGHT_S.fetch_add(200, SeqCst);

    wait_until("both know of it", || !alerts(&one).is_empty() && alerts(&one) == alerts(&other));
    std::thread::sleep(std::time::Duration::from_secs(3)); // three more looks of each
    assert_eq!((alerts(&one).len(), alerts(&other).len()), (1, 1));
    one.close();
    other.close();
}

#[test]
fn a_crew_that_asks_for_reinforcement_gets_the_nearest_second_crew_or_hears_that_there_is_none() {
    let town = town(starts());
    let id = mission(&town, &["acknowledged", "en_route", "on_site"]);
    let reinforce = || step(&town, &id, json!({"to": "reinforced", "actor": "patrol"}));

    let first = reinforce();
    let second = reinforce();
    let third = reinforce();

    assert_eq!(
        (first.status, &first.json()["patrol"]),
        (200, &json!("TANGO-3")),
        "{}",
        first.text()
    );
    assert_eq!((second.status, &second.json()["patrol"]), (200, &json!("TANGO-2")));
    let (status, field, reason) = third.fault();
    assert_eq!((status, field.as_str()), (409, "patrol"));
    assert_eq!(reason, "no other patrol is available with a position that can be trusted");
}

#[test]
fn a_crew_that_said_that_all_is_well_is_answered_again_after_it_has_left() {
    let town = town(starts());
    let id = mission(&town, &["acknowledged", "en_route", "on_site"]);
    let say = |key: &str| {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        town.send("POST", "/api/v1/patrols/TANGO-1/check-ins", &headers, b"{}".to_vec())
    };
    let first = say("well-1");
    assert_eq!((first.status, &first.json()["every_s"]), (200, &json!(900)));
    let left = step(&town, &id, json!({"to": "cleared", "actor": "patrol"}));
    assert_eq!(left.status, 200);

    let again = say("well-1");

    assert_eq!((again.status, again.json()), (200, Value::Null), "nothing is due any more");
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(say("well-2").fault().0, 409, "it is on nothing");
    let told = town.get(&format!("/api/v1/incidents/{id}")).json();
    let steps = told["properties"]["steps"].as_array().unwrap().iter();
    assert_eq!(steps.filter(|step| step["to"] == "checked_in").count(), 1);
}
