//! `/api/v1/events`: in order, without a gap, to each who may hear it, whoever else is slow.

use std::collections::BTreeSet;

use serde_json::json;
use vigie::patrol::Availability;

use crate::{
    following::Follower,
    postgres_cluster::Database,
    server::{Server, get, import_sites, put, wait_until},
    support::{Town, ask, patrol, patrol_that_is, site, site_of, town},
};

/// Reports an incident; the number of its event.
#[track_caller]
fn report(town: &Town, site: &str) -> u64 {
    let body = json!({"kind": "OCC-HAL", "channel": "call", "location": {"site_code": site}});
    let answer = town.post("/api/v1/incidents", body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["seq"].as_u64().unwrap()
}

/// What Prometheus reads under that name.
fn counted(address: &str, name: &str) -> f64 {
    let text = get(address.trim_start_matches("http://"), "/metrics");
    let line = text.text().lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap().parse().unwrap()
}

#[test]
fn whoever_follows_hears_each_event_once_and_in_its_order() {
    let town = town([site("PH-0001", 2.30, 48.85), patrol("TANGO-1", 2.31, 48.85)]);
    let mut follower = Follower::silent(town.address(), "", None);
    let hello = follower.next();
    let begun = hello.data["seq"].as_u64().unwrap();
    assert_eq!((hello.event.as_str(), hello.id), ("hello", Some(begun)));
    assert!(hello.data["server_time"].as_str().unwrap().ends_with('Z'));

    let seqs: Vec<u64> = (0..20).map(|_| report(&town, "PH-0001")).collect();
    let body = json!({"callsign": "Tango 1", "status": "busy"});
    town.put("/api/v1/patrols/TANGO-1", body);

    let mut heard = follower.up_to(begun + 21);
    assert_eq!(heard.pop().unwrap(), (begun + 21, "patrol".to_owned()));
    let told: Vec<(u64, String)> =
        seqs.into_iter().map(|seq| (seq, "incident".to_owned())).collect();
    assert_eq!(heard, told);
    for header in [
        "content-type: text/event-stream",
        "cache-control: no-store",
        "x-accel-buffering: no",
        "content-encoding: identity",
    ] {
        assert!(follower.head.contains(header), "{header} is not in {}", follower.head);
    }
}

#[test]
fn a_message_is_what_the_lists_say() {
    let town = town([site("PH-0001", 2.30, 48.85)]);
    let mut follower = Follower::of(town.address(), "?role=operator");

    report(&town, "PH-0001");
    let body = json!({"callsign": "Tango 1", "status": "available"});
    town.put("/api/v1/patrols/TANGO-1", body);

    let list = |name| town.get(&format!("/api/v1/{name}")).json()["features"][0].clone();
    assert_eq!(follower.next_of("incident").data, list("incidents"));
    assert_eq!(follower.next_of("patrol").data, list("patrols"));
}

#[test]
fn whoever_comes_back_hears_what_it_missed_and_nothing_twice() {
    let town = town([site("PH-0001", 2.30, 48.85)]);
    let mut follower = Follower::of(town.address(), "");
    let first = report(&town, "PH-0001");
    follower.up_to(first);
    drop(follower);

    let mut witness = Follower::of(town.address(), "");
    let missed: Vec<u64> = (0..5).map(|_| report(&town, "PH-0001")).collect();
    witness.up_to(missed[4]);

    let mut back = Follower::silent(town.address(), "?last_event_id=1", Some(first));
    let hello = back.next();
    assert_eq!((hello.id, hello.data["seq"].as_u64()), (None, missed.last().copied()));
    let heard = |follower: &mut Follower, last| {
        follower.up_to(last).into_iter().map(|(id, _)| id).collect::<Vec<_>>()
    };
    assert_eq!(heard(&mut back, missed[4]), missed, "the header stands above the parameter");
    let next = report(&town, "PH-0001");
    assert_eq!(heard(&mut back, next), [next]);
    let query = format!("?last_event_id={}", missed[1]);
    let mut other = Follower::of(town.address(), &query);
    assert_eq!(heard(&mut other, next), [missed[2], missed[3], missed[4], next]);
}

#[test]
fn an_id_that_leads_nowhere_has_the_lists_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
    import_sites(&store, 1);
    let mut server = Server::start(&store);
    // A report is answered before the stream tells of it: what hears it knows that the stream is level.
    let mut witness = Follower::after(&server.address, "", None);
    server.report("PH-0001", "a");
    let seq = server.seq();
    witness.up_to(seq);
    let mut ahead = Follower::after(&server.address, "", Some(seq + 1));
    let reset = ahead.next();
    assert_eq!((reset.event.as_str(), reset.id), ("reset", Some(seq)));

    server.kill();
    let again = Server::start(&store);
    // Between the two a server that starts late may have signed that nothing was to be purged.
    let last = again.report("PH-0001", "b").json()["seq"].as_u64().unwrap();

    let mut behind = Follower::after(&again.address, "", Some(seq - 1));
    assert_eq!(behind.next().event, "reset");
    behind.up_to(last);
    let mut level = Follower::after(&again.address, "", Some(seq));
    assert_eq!(level.up_to(last), [(last, "incident".to_owned())], "nothing was missed");
}

#[test]
fn positions_come_together_and_only_when_somebody_moved() {
    let town = town([
        patrol("TANGO-1", 2.31, 48.85),
        patrol("TANGO-2", 2.32, 48.85),
        patrol_that_is(Availability::OffDuty, "TANGO-3", None),
    ]);
    let mut follower = Follower::of(town.address(), "");
    let mut told = BTreeSet::new();
    while told.len() < 2 {
        let positions = follower.next_of("positions");
        assert_eq!(positions.id, None);
        let patrols = positions.data["patrols"].as_array().unwrap().clone();
        told.extend(patrols.iter().map(|patrol| patrol["id"].as_str().unwrap().to_owned()));
    }
    assert!(!told.contains("TANGO-3"));

    let recorded_at = vigie::app::system_clock().plus_seconds(10).to_string();
    let position =
        json!([{"patrol": "TANGO-2", "lon": 2.3201, "lat": 48.85, "recorded_at": recorded_at}]);
    town.post("/api/v1/positions", position);

    let moved = follower.next_of("positions").data;
    let expected = json!({"patrols": [{"id": "TANGO-2", "lon": 2.3201, "lat": 48.85, "recorded_at": recorded_at, "accuracy_m": null}]});
    assert_eq!(moved, expected);
}

#[test]
fn each_role_hears_what_it_may_and_learns_that_time_goes_on() {
    let town = town([
        site_of("Paris Habitat", "PH-0001", 2.30, 48.85),
        site_of("RIVP", "RI-0001", 2.31, 48.85),
        patrol("TANGO-1", 2.31, 48.85),
        patrol("TANGO-2", 2.31, 48.85),
    ]);
    let mut landlord = Follower::of(town.address(), "?role=landlord&landlord=rivp");
    let mut crew = Follower::of(town.address(), "?role=patrol&patrol=TANGO-2");

    let other = report(&town, "PH-0001");
    let own = report(&town, "RI-0001");
    for patrol in ["TANGO-1", "TANGO-2"] {
        let body = json!({"callsign": patrol, "status": "available"});
        town.put(&format!("/api/v1/patrols/{patrol}"), body);
    }

    assert_eq!(landlord.next().id, Some(own));
    let beat = landlord.next();
    assert_eq!(
        (beat.event.as_str(), beat.id),
        ("", None),
        "how much happened elsewhere is not told"
    );
    let heard = crew.next();
    assert_eq!((heard.event.as_str(), heard.id), ("patrol", Some(other + 3)));
    assert_eq!(heard.data["id"], "TANGO-2");
    assert_eq!(crew.next().event, "", "no incident of others, no positions");
}

#[test]
fn a_crew_hears_of_its_missions_until_it_is_off_them_and_the_landlord_of_no_crew() {
    let town = town([
        site("PH-0001", 2.30, 48.85),
        patrol("TANGO-1", 2.31, 48.85),
        patrol("TANGO-2", 2.32, 48.85),
    ]);
    let mut crew = Follower::of(town.address(), "?role=patrol&patrol=TANGO-1");
    let mut landlord = Follower::of(town.address(), "?role=landlord&landlord=paris-habitat");
    let body = json!({"kind": "OCC-HAL", "channel": "call", "location": {"site_code": "PH-0001"}});
    let incident = town.post("/api/v1/incidents", body).json()["id"].as_str().unwrap().to_owned();
    let step = |body| {
        let answer = town.post(&format!("/api/v1/incidents/{incident}/transitions"), body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["seq"].as_u64().unwrap()
    };

    let sent = step(json!({"to": "assigned", "actor": "dispatcher", "patrol": "TANGO-1"}));
    step(json!({"to": "reassigned", "actor": "dispatcher", "reason": "better_placed"}));
    let last = step(json!({"to": "assigned", "actor": "dispatcher", "patrol": "TANGO-2"}));

    let patrol = crew.next();
    assert_eq!((patrol.event.as_str(), patrol.id), ("patrol", None));
    assert_eq!(
        (&patrol.data["properties"]["status"], &patrol.data["properties"]["mission"]),
        (&json!("busy"), &json!(incident))
    );
    let told = crew.next_of("incident");
    assert_eq!(told.data["properties"]["patrols"][0]["id"], "TANGO-1");
    while crew.last_id < Some(sent) {
        crew.next_of("incident");
    }
    let free = crew.next();
    assert_eq!(
        (free.event.as_str(), &free.data["properties"]["mission"]),
        ("patrol", &json!(null))
    );
    assert_eq!(crew.next_of("incident").data["properties"]["status"], "qualified");
    assert_eq!(crew.next().event, "", "what others do on it is not told any more");
    while landlord.last_id < Some(last) {
        let told = landlord.next_of("incident").data;
        assert_eq!(told["properties"]["patrols"], json!([]));
    }
}

#[test]
fn who_listens_must_be_said_rightly() {
    let town = town([site("PH-0001", 2.30, 48.85), patrol("TANGO-1", 2.31, 48.85)]);
    let fault = |query: &str| {
        let (status, field, _) = town.get(&format!("/api/v1/events{query}")).fault();
        (status, field)
    };

    assert_eq!(fault("?role=king"), (422, "role".to_owned()));
    assert_eq!(fault("?role=patrol"), (422, "patrol".to_owned()));
    assert_eq!(fault("?role=patrol&patrol=T%201"), (422, "patrol".to_owned()));
    assert_eq!(fault("?role=patrol&patrol=TANGO-9"), (404, "patrol".to_owned()));
    assert_eq!(fault("?role=landlord"), (422, "landlord".to_owned()));
    assert_eq!(fault("?role=landlord&landlord=nobody"), (404, "landlord".to_owned()));
    assert_eq!(fault("?landlord=paris-habitat"), (422, "landlord".to_owned()));
    assert_eq!(fault("?role=operator&patrol=TANGO-1"), (422, "patrol".to_owned()));
    assert_eq!(fault("?last_event_id=x"), (422, "last_event_id".to_owned()));
    assert_eq!(fault("?since=1"), (400, "since".to_owned()));
    let header = [("last-event-id", "-1")];
    let refused = town.get_with("/api/v1/events", &header).fault();
    assert_eq!((refused.0, refused.1.as_str()), (422, "Last-Event-ID"));
    let head = ask(&format!("{}/api/v1/events", town.address()), "HEAD", &[], Vec::new()).unwrap();
    assert_eq!((head.status, head.header("content-type")), (200, "text/event-stream"));
    assert_eq!(town.get("/healthz").status, 200, "the connection goes on after a HEAD");
}

#[test]
fn a_flood_is_told_as_one_reset() {
    let town = town([site("PH-0001", 2.30, 48.85)]);
    let mut follower = Follower::of(town.address(), "");
    let line = json!({"kind": "OCC-HAL", "channel": "call", "location": {"site_code": "PH-0001"}});
    let lines = format!("{line}\n").repeat(3000);
    let ndjson = [("content-type", "application/x-ndjson")];

    let answer = town.send("POST", "/api/v1/incidents:batch", &ndjson, lines.into_bytes());
    assert_eq!(answer.lines().len(), 3000);
    let last = report(&town, "PH-0001");

    let mut told = 0;
    while follower.last_id < Some(last) {
        told += usize::from(!follower.next().event.is_empty());
    }
    assert!(told < 1000, "{told} messages");
}

#[test]
fn a_client_that_is_stuck_is_let_go_hinders_nobody_and_loses_nothing() {
    let town = town([site("PH-0001", 2.30, 48.85)]);
    let address = town.address().to_owned();
    let line = json!({"kind": "OCC-HAL", "channel": "call", "location": {"site_code": "PH-0001"}});
    let lines = format!("{line}\n").repeat(200);
    let ndjson = [("content-type", "application/x-ndjson")];
    let mut stuck = Follower::silent(&address, "", None);
    let begun = stuck.next().id.unwrap();
    let mut quick = Follower::of(&address, "");

    // Far more than the sockets of both sides take.
    let mut last = begun;
    while last < begun + 40_000 {
        town.send("POST", "/api/v1/incidents:batch", &ndjson, lines.clone().into_bytes());
        last += 200;
        quick.up_to(last);
    }

    wait_until("the stuck client is let go", || counted(&address, "vigie_event_listeners") == 1.0);
    let heard = std::iter::from_fn(|| stuck.next_or_end()).filter_map(|message| message.id).count();
    assert!(heard < 40_000, "it was let go: {heard}");
    // It has its last id: what came after it is no longer kept, and so the lists are read again.
    let mut back = Follower::after(&address, "", stuck.last_id);
    assert_eq!(back.next().event, "reset");
    let next = report(&town, "PH-0001");
    assert_eq!(back.up_to(next), [(next, "incident".to_owned())]);
    assert_eq!(quick.up_to(next), [(next, "incident".to_owned())]);
}

#[test]
fn two_servers_over_one_database_tell_the_same() {
    let database = Database::fresh();
    import_sites(&database.url(), 2);
    let servers = [Server::start(&database.url()), Server::start(&database.url())];
    let mut followers: Vec<Follower> =
        servers.iter().map(|server| Follower::of(&server.address, "")).collect();

    let mut last = 0;
    for number in 0..40 {
        let answer = servers[number % 2].report("PH-0001", &number.to_string());
        last = answer.json()["seq"].as_u64().unwrap();
    }
    let body = json!({"callsign": "Lima 1", "status": "available"});
    put(&servers[0].address, "/api/v1/patrols/lima-1", &body);

    let heard: Vec<_> = followers.iter_mut().map(|follower| follower.up_to(last + 1)).collect();
    assert_eq!(heard[0], heard[1]);
    assert_eq!(heard[0].len(), 41);
    // Whoever loses its server goes on with the other.
    let mut moved = Follower::after(&servers[1].address, "", Some(last - 3));
    let events: Vec<u64> = moved.up_to(last + 1).into_iter().map(|(id, _)| id).collect();
    assert_eq!(events, [last - 2, last - 1, last, last + 1]);
}

#[test]
fn a_server_that_is_told_to_stop_ends_its_streams_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let server = Server::start(&store);
    let mut follower = Follower::of(&server.address, "");

    server.signal("TERM");

    assert!(follower.next_or_end().is_none());
    wait_until("it has stopped", || server.log().contains("stopped"));
    assert!(!server.log().contains("panic"), "{}", server.log());
}

#[test]
fn an_incident_that_was_on_another_landlords_site_leaves_the_first_ones_stream_and_list() {
    let town = town([
        site_of("Paris Habitat", "PH-0001", 2.35, 48.85),
        site_of("RIVP", "RV-0001", 2.36, 48.85),
    ]);
    let body = json!({"kind": "OCC-HAL", "channel": "call", "location": {"site_code": "PH-0001"}});
    let id = town.post("/api/v1/incidents", body).json()["id"].as_str().unwrap().to_owned();
    let follow = |landlord: &str| {
        Follower::of(town.address(), &format!("?role=landlord&landlord={landlord}"))
    };
    let (mut first, mut second) = (follow("paris-habitat"), follow("rivp"));

    let moved = json!({"to": "qualified", "actor": "operator", "site_code": "RV-0001"});
    let moved = town.post(&format!("/api/v1/incidents/{id}/transitions"), moved).json();

    let mut told = || first.next_of("incident");
    let left = std::iter::repeat_with(&mut told).find(|told| told.id == moved["seq"].as_u64());
    let left = left.unwrap();
    assert_eq!(left.data, json!({"id": id, "gone": true}), "and nothing of where it is");
    assert_eq!(second.next_of("incident").data["properties"]["site_code"], "RV-0001");
    let listed = |landlord: &str| {
        let list = town.get(&format!("/api/v1/incidents?landlord={landlord}"));
        list.json()["numberMatched"].clone()
    };
    assert_eq!((listed("paris-habitat"), listed("rivp")), (json!(0), json!(1)));
    let next = json!({"to": "cancelled", "actor": "operator", "reason": "mistake"});
    town.post(&format!("/api/v1/incidents/{id}/transitions"), next);
    assert_eq!(second.next_of("incident").data["properties"]["status"], "cancelled");
    let own = json!({"kind": "NUI-MUS", "channel": "call", "location": {"site_code": "PH-0001"}});
    let own = town.post("/api/v1/incidents", own).json();
    assert_eq!(first.next_of("incident").data["id"], own["id"], "it hears of the other no more");
}
