//! Who may be sent, which rule speaks against it, and which reason lifts which rule.

use serde_json::{Value, json};
use vigie::app::system_clock;

use crate::support::{Answer, Town, site, town};

/// Every reason that may be given.
const OVERRIDES: [&str; 5] =
    ["pre_empted", "crew_accepted", "recalled_to_duty", "position_confirmed", "nobody_else"];

/// Takes down water on that site: two agents are asked for.
fn call(town: &Town, site: &str) -> String {
    let body = json!({"kind": "TEC-EAU", "channel": "call", "location": {"site_code": site}});
    town.post("/api/v1/incidents", body).json()["id"].as_str().unwrap().to_owned()
}

fn step(town: &Town, id: &str, body: Value) -> Answer {
    town.post(&format!("/api/v1/incidents/{id}/transitions"), body)
}

fn send(town: &Town, id: &str, patrol: &Value, why: Option<&str>) -> Answer {
    step(
        town,
        id,
        json!({"to": "assigned", "actor": "dispatcher", "patrol": patrol, "override": why}),
    )
}

/// Records a patrol that said where it is so many seconds ago, where it did.
fn put(town: &Town, id: &str, status: &str, crew: u8, said_s_ago: Option<i64>) {
    let position = said_s_ago.map(|s| {
        let recorded_at = system_clock().plus_seconds(-s).to_string();
        json!({"lon": 2.35, "lat": 48.851, "recorded_at": recorded_at})
    });
    let body = json!({"callsign": id, "status": status, "crew": crew, "position": position});
    assert_eq!(town.put(&format!("/api/v1/patrols/{id}"), body).status, 200);
}

#[test]
fn a_patrol_that_was_passed_over_is_sent_for_each_reason_that_is_offered_and_for_no_other() {
    let town = town([site("PH-0001", 2.35, 48.85), site("PH-0002", 2.36, 48.85)]);
    put(&town, "AWAY", "available", 3, Some(0));
    put(&town, "BUSY", "busy", 3, Some(0));
    put(&town, "OFF", "off_duty", 3, None);
    put(&town, "FEW", "available", 1, Some(0));
    put(&town, "OLD", "available", 3, Some(600));
    put(&town, "LOST", "available", 3, None);
    put(&town, "OFF-FEW", "off_duty", 1, None);
    put(&town, "ALL", "busy", 1, Some(600));
    let elsewhere = call(&town, "PH-0002");
    assert_eq!(send(&town, &elsewhere, &json!("AWAY"), None).status, 200);
    let nearest = "/api/v1/patrols/nearest?site=PH-0001&kind=TEC-EAU&by=line";
    let over = town.get(nearest).json()["passed_over"].as_array().unwrap().clone();
    let told: Vec<String> = over
        .iter()
        .map(|one| format!("{}: {} {}", one["patrol"], one["reasons"], one["overrides"]))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    "ALL": ["busy","too_few","stale"] ["nobody_else"]
    "AWAY": ["busy"] ["pre_empted","nobody_else"]
    "BUSY": ["busy"] ["pre_empted","nobody_else"]
    "FEW": ["too_few"] ["crew_accepted","nobody_else"]
    "OLD": ["stale"] ["position_confirmed","nobody_else"]
    "LOST": ["no_position"] ["position_confirmed","nobody_else"]
    "OFF": ["off_duty"] ["recalled_to_duty","nobody_else"]
    "OFF-FEW": ["off_duty","too_few"] ["nobody_else"]
    "#);

    for one in &over {
        for why in OVERRIDES {
            let is_offered = one["overrides"].as_array().unwrap().contains(&json!(why));
            if town.get("/api/v1/patrols/AWAY").json()["properties"]["mission"].is_null() {
                assert_eq!(send(&town, &elsewhere, &json!("AWAY"), None).status, 200);
            }
            let id = call(&town, "PH-0001");

            let answer = send(&town, &id, &one["patrol"], Some(why));

            let told = format!("{} {why}: {}", one["patrol"], answer.text());
            assert_eq!(answer.status, if is_offered { 200 } else { 409 }, "{told}");
            if !is_offered {
                // Where it said nothing of its position, that is too old as well.
                let rule = answer.json()["rule"].as_str().unwrap().replace("stale", "");
                assert!(one["reasons"].to_string().contains(&rule), "{told}");
            }
            let end = json!({"to": "cancelled", "actor": "dispatcher", "reason": "mistake"});
            assert_eq!(step(&town, &id, end).status, 200);
        }
    }
}

#[test]
fn a_rule_that_the_reason_does_not_lift_is_named() {
    let town = town([site("PH-0001", 2.35, 48.85)]);
    put(&town, "ALL", "busy", 1, Some(600));
    let id = call(&town, "PH-0001");
    let rule = |why: Option<&str>| {
        let refused = send(&town, &id, &json!("ALL"), why);
        assert_eq!(refused.status, 409);
        (refused.json()["rule"].clone(), refused.fault().2)
    };

    assert_eq!(rule(None), (json!("busy"), "patrol `ALL` is busy".to_owned()));
    let (left, reason) = rule(Some("pre_empted"));
    assert_eq!(left, "too_few");
    assert_eq!(reason, "patrol `ALL` has 1 agents aboard, and 2 are asked for");
    assert_eq!(rule(Some("crew_accepted")).0, "busy");
    assert_eq!(send(&town, &id, &json!("ALL"), Some("nobody_else")).status, 200);
}
