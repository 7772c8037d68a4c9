//! Collections show each role what the list of the same things shows it, and nothing else.

use serde_json::Value;
use vigie::{
    access::{Permission, Role},
    closed_list::ClosedList as _,
};

use super::{Guarded, Who, matrix::roles};

/// Each collection, what it asks for, and the list of the same things.
const COLLECTIONS: [(&str, Permission, &str); 8] = [
    ("sites", Permission::ReadStock, "/api/v1/sites"),
    ("buildings", Permission::ReadStock, "/api/v1/buildings"),
    ("tracts", Permission::ReadTracts, "/api/v1/tracts"),
    ("patrols", Permission::ReadPatrols, "/api/v1/patrols"),
    ("incidents", Permission::ReadIncidents, "/api/v1/incidents"),
    ("incidents_by_tract", Permission::ReadHeatmap, "/api/v1/heatmap?cell=tract&metric=rate"),
    ("incidents_by_site", Permission::ReadHeatmap, "/api/v1/heatmap?cell=site&metric=rate"),
    ("incidents_by_hexagon", Permission::ReadHeatmap, "/api/v1/heatmap?cell=h3:9&metric=rate"),
];

fn ids(page: &Value) -> Vec<String> {
    let features = page["features"].as_array().unwrap().iter();
    let mut ids: Vec<String> = features.map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

#[test]
fn a_collection_has_for_each_role_what_its_list_has() {
    let town = Guarded::new();
    let mut whos: Vec<Who> = roles().map(Who::Role).collect();
    whos.extend([Who::Other(Role::Landlord), Who::Other(Role::Patrol)]);
    for who in whos {
        let (Who::Role(role) | Who::Other(role)) = who else { continue };
        let told = town.reads(who, "/ogc/collections").json();
        let listed: Vec<&str> = told["collections"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap())
            .collect();
        for (name, permission, list) in COLLECTIONS {
            let may = role.may(permission);
            assert_eq!(listed.contains(&name), may, "{role:?} {name}");
            for path in ["", "/items", "/queryables", "/sortables", "/items/AA-01"] {
                let answer = town.reads(who, &format!("/ogc/collections/{name}{path}"));
                let expected: &[u16] = match (may, path) {
                    (false, _) => &[403],
                    (true, "/items/AA-01") => &[200, 404],
                    (true, _) => &[200],
                };
                assert!(
                    expected.contains(&answer.status),
                    "{role:?} {name}{path} {}",
                    answer.status
                );
                if !may {
                    let needed = format!("no permission `{}`", permission.as_str());
                    assert!(answer.text().contains(&needed), "{role:?} {name}: {}", answer.text());
                }
            }
            if may {
                let ours = town.reads(who, &format!("/ogc/collections/{name}/items")).json();
                let theirs = town.reads(who, list).json();
                assert_eq!(ids(&ours), ids(&theirs), "{who:?} {name}");
                let matched = theirs["numberMatched"].as_u64();
                assert!(matched.is_none_or(|all| ours["numberMatched"] == all), "{who:?} {name}");
            }
        }
    }
}

#[test]
fn a_landlord_finds_nothing_of_another_by_any_collection_or_filter() {
    let town = Guarded::new();
    let landlord = Who::Role(Role::Landlord);
    for (name, permission, _) in COLLECTIONS {
        if !Role::Landlord.may(permission) {
            continue;
        }
        for path in [
            String::new(),
            "/queryables".to_owned(),
            "/items".to_owned(),
            "/items?f=html".to_owned(),
            "/items?bbox=2.3,48.8,2.4,48.9".to_owned(),
            "/items?crs=http://www.opengis.net/def/crs/EPSG/0/2154&bbox=2.3,48.8,2.4,48.9"
                .to_owned(),
        ] {
            let answer = town.reads(landlord, &format!("/ogc/collections/{name}{path}"));
            assert_eq!(answer.status, 200, "{name}{path}: {}", answer.text());
            for word in ["Two", "\"two\"", "BB-0", "[2.37"] {
                assert!(
                    !answer.text().contains(word),
                    "{name}{path} says {word}: {}",
                    answer.text()
                );
            }
        }
    }
    for (name, filter) in [
        ("sites", "landlord=two"),
        ("sites", "code=BB-01"),
        ("buildings", "site_code=BB-01"),
        ("incidents", "landlord=two"),
        ("incidents_by_site", "id=BB-01"),
        ("sites", "filter=landlord='two'+OR+code+LIKE+'BB%25'"),
        ("buildings", "filter=S_INTERSECTS(geometry,BBOX(2.365,48.855,2.385,48.865))"),
        ("incidents", "filter=NOT+landlord='one'"),
        ("incidents_by_site", "filter=id+LIKE+'BB%25'"),
    ] {
        let page = town.reads(landlord, &format!("/ogc/collections/{name}/items?{filter}")).json();
        assert_eq!(
            (&page["numberMatched"], &page["numberReturned"]),
            (&0.into(), &0.into()),
            "{name}"
        );
        let all = town
            .reads(Who::Role(Role::Dispatcher), &format!("/ogc/collections/{name}/items?{filter}"));
        assert_ne!(all.json()["numberMatched"], 0, "{name}: {filter}");
    }
}

#[test]
fn a_feature_of_another_is_answered_like_one_that_is_not_there() {
    let town = Guarded::new();
    let ghost = "0197a000-0000-7000-8000-000000000000";
    for (who, collection, other, nobody) in [
        (Who::Role(Role::Landlord), "sites", "BB-01", "ZZ-01"),
        (Who::Role(Role::Landlord), "buildings", "BB-01-B1", "ZZ-01-B1"),
        (Who::Role(Role::Landlord), "incidents", town.other_incident.as_str(), ghost),
        (Who::Role(Role::Landlord), "incidents_by_site", "BB-01", "ZZ-01"),
        (Who::Role(Role::Patrol), "patrols", "T-2", "T-9"),
    ] {
        let path = |id: &str| format!("/ogc/collections/{collection}/items/{id}");
        let (of_the_other, of_nobody) =
            (town.reads(who, &path(other)), town.reads(who, &path(nobody)));
        assert_eq!((of_the_other.status, of_nobody.status), (404, 404), "{collection}");
        assert_eq!(of_the_other.text().replace(other, nobody), of_nobody.text(), "{collection}");
        let dispatcher = Who::Role(Role::Dispatcher);
        assert_eq!(town.reads(dispatcher, &path(other)).status, 200, "{collection} has it");
    }
}

#[test]
fn a_planner_reads_no_names_and_counts_pass_the_gate() {
    let town = Guarded::new();
    let planner = Who::Role(Role::Planner);
    let sites = town.reads(planner, "/ogc/collections/sites/items");
    assert!(sites.text().contains("AA-01") && !sites.text().contains("Résidence"));
    let named =
        town.reads(planner, "/ogc/collections/sites/items?name=R%C3%A9sidence%20AA-01").json();
    assert_eq!(named["numberMatched"], 0);
    for role in [Role::Partner, Role::Planner] {
        let counts = town.reads(Who::Role(role), "/ogc/collections/incidents_by_site/items");
        assert_eq!(
            (counts.header("etag"), counts.header("cache-control")),
            ("", "private, no-store")
        );
        for one in counts.json()["features"].as_array().unwrap() {
            // The two calls of today are of no month that is over.
            assert_eq!(one["properties"]["counts"], "published", "{one}");
            assert_eq!(one["properties"]["count"], 0, "{one}");
        }
    }
    let exact = town
        .reads(Who::Role(Role::Dispatcher), "/ogc/collections/incidents_by_site/items?id=BB-01");
    let exact = exact.json();
    assert_eq!(exact["features"][0]["properties"]["count"], 1);
    assert_eq!(exact["features"][0]["properties"]["counts"], "exact");
}

#[test]
fn an_operator_finds_nothing_that_is_over() {
    let town = Guarded::new();
    let dispatcher = Who::Role(Role::Dispatcher);
    let over = serde_json::json!({ "to": "cancelled", "reason": "mistake" });
    let path = format!("/api/v1/incidents/{}/transitions", town.other_incident);
    let done = town.asks(dispatcher, "POST", &path, Some(&over));
    assert!(done.status < 300, "{}", done.text());
    let count = |role| {
        let page = town.reads(Who::Role(role), "/ogc/collections/incidents/items").json();
        page["numberMatched"].as_u64().unwrap()
    };
    assert_eq!((count(Role::Dispatcher), count(Role::Operator)), (2, 1));
    let one = format!("/ogc/collections/incidents/items/{}", town.other_incident);
    assert_eq!(town.reads(Who::Role(Role::Operator), &one).status, 404);
}
