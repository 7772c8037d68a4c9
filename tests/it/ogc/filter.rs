//! Part 3 and CQL2: what a filter finds, against what looking at every feature finds.

use std::collections::BTreeSet;

use geo::{Contains as _, Geometry, Intersects as _, Rect, polygon};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{grid, ids, link};
use crate::support::{Answer, Start, Town, patrol, patrol_that_is, town};

/// A grid of sites of 10, 11, … dwellings, and patrols of which one is nowhere.
fn varied() -> Town {
    let mut starts = grid(6, 5);
    for (at, start) in starts.iter_mut().enumerate() {
        if let Start::Stock(change) = start {
            change.sites[0].dwellings = 10 + at as u32;
            change.sites[0].name = format!("Résidence {}", ["des Lilas", "d'Été", "100 %"][at % 3]);
            change.buildings[0].levels = (at % 4 != 0).then_some(at as u16 % 4);
        }
    }
    starts.extend([
        patrol("T-1", 2.30, 48.80),
        patrol_that_is(vigie::patrol::Availability::OffDuty, "T-2", None),
    ]);
    town(starts)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn ask(town: &Town, collection: &str, filter: &str, more: &str) -> Answer {
    town.get(&format!(
        "/ogc/collections/{collection}/items?limit=1000&filter={}{more}",
        encoded(filter)
    ))
}

fn all(town: &Town, collection: &str) -> Vec<Value> {
    let page = town.get(&format!("/ogc/collections/{collection}/items?limit=1000")).json();
    page["features"].as_array().unwrap().clone()
}

fn shape(feature: &Value) -> Geometry<f64> {
    let geometry: geojson::Geometry = serde_json::from_value(feature["geometry"].clone()).unwrap();
    geometry.try_into().unwrap()
}

#[test]
fn a_filter_finds_what_looking_at_each_feature_finds() {
    let town = varied();
    let number = |one: &Value, name: &str| one["properties"][name].as_f64();
    let text = |one: &Value, name: &str| one["properties"][name].as_str().unwrap().to_owned();
    type Law<'a> = &'a dyn Fn(&Value) -> bool;
    let dwellings = |one: &Value| number(one, "dwellings").unwrap();
    let polygon = polygon![
        (x: 2.295, y: 48.795), (x: 2.345, y: 48.795), (x: 2.295, y: 48.845), (x: 2.295, y: 48.795),
    ];
    let inside = |one: &Value| Geometry::from(polygon.clone()).intersects(&shape(one));
    let within = |one: &Value| polygon.contains(&shape(one));
    let laws: &[(&str, &str, Law)] = &[
        ("sites", "dwellings > 20 AND landlord = 'elogie'", &|one| {
            dwellings(one) > 20.0 && text(one, "landlord") == "elogie"
        }),
        ("sites", "dwellings BETWEEN 15 AND 18 OR code IN ('AA-000', 'BB-029', 'ZZ')", &|one| {
            (15.0..=18.0).contains(&dwellings(one))
                || ["AA-000", "BB-029"].contains(&text(one, "code").as_str())
        }),
        ("sites", "name LIKE '%100 \\%'", &|one| text(one, "name").ends_with("100 %")),
        ("sites", "casei(accenti(name)) = 'residence d''ete'", &|one| {
            text(one, "name") == "Résidence d'Été"
        }),
        ("sites", "NOT (dwellings + 2) * 2 <= 40", &|one| (dwellings(one) + 2.0) * 2.0 > 40.0),
        ("sites", "dwellings % 7 = 3", &|one| dwellings(one) % 7.0 == 3.0),
        ("sites", "dwellings % 7 < buildings * 3", &|one| {
            dwellings(one) % 7.0 < number(one, "buildings").unwrap() * 3.0
        }),
        (
            "sites",
            "S_INTERSECTS(geometry, POLYGON((2.295 48.795, 2.345 48.795, 2.295 48.845, 2.295 48.795)))",
            &inside,
        ),
        ("buildings", "levels IS NULL", &|one| number(one, "levels").is_none()),
        ("buildings", "levels IS NOT NULL AND NOT levels = 1", &|one| {
            number(one, "levels").is_some_and(|it| it != 1.0)
        }),
        ("buildings", "levels > 1", &|one| number(one, "levels").is_some_and(|it| it > 1.0)),
        (
            "buildings",
            "S_INTERSECTS(geometry, POLYGON((2.295 48.795, 2.345 48.795, 2.295 48.845, 2.295 48.795)))",
            &inside,
        ),
        (
            "buildings",
            "S_WITHIN(geometry, POLYGON((2.295 48.795, 2.345 48.795, 2.295 48.845, 2.295 48.795)))",
            &within,
        ),
        ("buildings", "S_DISJOINT(geometry, BBOX(2.305, 48.805, 2.335, 48.835))", &|one| {
            !Rect::new((2.305, 48.805), (2.335, 48.835)).intersects(&shape(one))
        }),
        ("patrols", "geometry IS NULL", &|one| one["geometry"].is_null()),
        ("patrols", "T_AFTER(recorded_at, DATE('2020-01-01'))", &|one| {
            one["properties"]["recorded_at"].is_string()
        }),
        ("patrols", "S_DISJOINT(geometry, POINT(0 0))", &|one| !one["geometry"].is_null()),
    ];
    for (collection, filter, law) in laws {
        let expected: Vec<String> = all(&town, collection)
            .iter()
            .filter(|one| law(one))
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect();
        let found = ask(&town, collection, filter, "");
        assert_eq!(found.status, 200, "{filter}: {}", found.text());
        assert_eq!(ids(&found.json()), expected, "{filter}");
        assert_eq!(found.json()["numberMatched"], expected.len(), "{filter}");
        let whole = all(&town, collection).len();
        assert!(!expected.is_empty() && expected.len() < whole, "{filter} tells nothing apart");
        let same = ask(&town, collection, filter, "&filter-lang=cql2-text");
        assert_eq!(ids(&same.json()), expected);
    }
}

#[test]
fn a_filter_is_written_in_json_too_and_goes_with_every_other_parameter() {
    let town = varied();
    let filter = json!({ "op": "and", "args": [
        { "op": ">=", "args": [{ "property": "dwellings" }, 20] },
        { "op": "s_intersects", "args": [{ "property": "geometry" }, { "type": "Polygon",
            "coordinates": [[[2.295, 48.795], [2.355, 48.795], [2.355, 48.825], [2.295, 48.825], [2.295, 48.795]]] }] },
    ] })
    .to_string();
    let in_json = ids(&ask(&town, "sites", &filter, "&filter-lang=cql2-json").json());
    let text = "dwellings >= 20 AND S_INTERSECTS(geometry, BBOX(2.295, 48.795, 2.355, 48.825))";
    let in_text = ids(&ask(&town, "sites", text, "").json());
    assert_eq!((in_json.len(), &in_json), (8, &in_text));

    let with =
        ids(&ask(&town, "sites", text, "&landlord=elogie&bbox=2.295,48.795,2.325,48.9").json());
    assert_eq!(with, ["BB-013"]);

    let (mut read, mut next) = (
        Vec::new(),
        Some(format!("/ogc/collections/sites/items?limit=3&filter={}", encoded(text))),
    );
    while let Some(path) = next {
        let page = town.get(&path).json();
        assert_eq!(page["numberMatched"], 8);
        read.extend(ids(&page));
        next = link(&page, "next");
    }
    assert_eq!(read, in_text);
}

#[test]
fn shapes_of_a_filter_are_in_the_system_that_it_says() {
    let town = varied();
    let epsg = "http://www.opengis.net/def/crs/EPSG/0/";
    let here =
        ids(&ask(&town, "sites", "S_INTERSECTS(geometry, BBOX(2.315, 48.805, 2.345, 48.835))", "")
            .json());
    assert_eq!(here.len(), 9);
    let swapped = ask(
        &town,
        "sites",
        "S_INTERSECTS(geometry, BBOX(48.805, 2.315, 48.835, 2.345))",
        &format!("&filter-crs={epsg}4326"),
    );
    assert_eq!(ids(&swapped.json()), here);
    // A site in Lambert-93 as the server itself tells it, and some metres around.
    let told = town.get(&format!("/ogc/collections/sites/items/AA-008?crs={epsg}2154")).json();
    let [x, y] = [0, 1].map(|at| told["geometry"]["coordinates"][at].as_f64().unwrap());
    let around =
        format!("S_INTERSECTS(geometry, BBOX({}, {}, {}, {}))", x - 5.0, y - 5.0, x + 5.0, y + 5.0);
    let found = ask(&town, "sites", &around, &format!("&filter-crs={epsg}2154&crs={epsg}2154"));
    assert_eq!(ids(&found.json()), ["AA-008"]);
    assert_eq!(found.json()["features"][0]["geometry"], told["geometry"]);
}

#[test]
fn incidents_are_found_by_their_time() {
    let town = varied();
    let now = vigie::app::system_clock();
    let ago = |minutes: i64| now.plus_seconds(-60 * minutes).to_string();
    for minutes in 1..=10 {
        let call = json!({ "kind": "OCC-HAL", "channel": "call", "reported_at": ago(minutes), "location": { "site_code": "AA-000" } });
        assert_eq!(town.post("/api/v1/incidents", call).status, 201);
    }
    let count = |filter: &str| {
        let found = ask(&town, "incidents", filter, "");
        assert_eq!(found.status, 200, "{filter}: {}", found.text());
        found.json()["numberMatched"].as_u64().unwrap()
    };
    let (from, to) = (ago(7), ago(3));
    assert_eq!(
        count(&format!("reported_at >= TIMESTAMP('{from}') AND reported_at <= TIMESTAMP('{to}')")),
        5
    );
    assert_eq!(count(&format!("T_INTERSECTS(reported_at, INTERVAL('{from}', '{to}'))")), 5);
    assert_eq!(count(&format!("T_DURING(reported_at, INTERVAL('{from}', '{to}'))")), 3);
    assert_eq!(count(&format!("T_AFTER(reported_at, TIMESTAMP('{to}'))")), 2);
    assert_eq!(count(&format!("T_BEFORE(reported_at, INTERVAL('{from}', '..'))")), 3);
    assert_eq!(count("status = 'received' AND kind = 'OCC-HAL' AND channel <> 'sensor'"), 10);
}

#[test]
fn a_filter_that_cannot_be_used_is_a_400_that_says_where_and_repeats_nothing() {
    let town = varied();
    for (filter, more, field, reason) in [
        (
            "dwellings >",
            "",
            "filter",
            "cannot be read at character 12: expected a property or a value",
        ),
        ("colour = 1", "", "filter", "names `colour`, which is none of the queryables"),
        ("\"M. Jean Dupont\" = 1", "", "filter", "names what is none of the queryables"),
        (
            "dwellings = 'Jean Dupont'",
            "",
            "filter",
            "= takes two numbers, two texts, two times or two truths",
        ),
        ("dwellings = 1", "&filter-lang=sql", "filter-lang", "must be cql2-text or cql2-json"),
        ("dwellings = 1", "&filter-lang=cql2-json", "filter", "is no CQL2 JSON: it is no JSON"),
        (
            "S_INTERSECTS(geometry, POINT(2 95))",
            "",
            "filter",
            "(2.0, 95.0) is not a coordinate of EPSG:4326",
        ),
        ("dwellings = 1", "&filter-crs=EPSG:4326", "filter-crs", ""),
    ] {
        let answer = ask(&town, "sites", filter, more);
        let (status, named, told) = answer.fault();
        assert_eq!((status, named.as_str()), (400, field), "{filter}");
        assert!(told.contains(reason), "{filter}: {told}");
        assert!(!answer.text().contains("Dupont"), "{}", answer.text());
    }
    let long = format!("dwellings IN ({})", vec!["1"; 2100].join(","));
    assert!(ask(&town, "sites", &long, "").status >= 400);
    let deep = format!("{}dwellings = 1{}", "(".repeat(500), ")".repeat(500));
    assert_eq!(ask(&town, "sites", &deep, "").fault().0, 400);
}

#[test]
fn the_classes_that_are_declared_are_those_of_the_operators_that_are_known() {
    let town = varied();
    let told = town.get("/ogc/conformance").json();
    let classes: BTreeSet<&str> = told["conformsTo"]
        .as_array()
        .unwrap()
        .iter()
        .map(|class| class.as_str().unwrap())
        .collect();
    let cql2 = "http://www.opengis.net/spec/cql2/1.0/conf/";
    for (class, collection, filter) in [
        ("basic-cql2", "sites", "NOT dwellings = 1 AND TRUE"),
        (
            "advanced-comparison-operators",
            "sites",
            "code LIKE '%' AND dwellings BETWEEN 1 AND 2 AND code IN ('x')",
        ),
        ("case-insensitive-comparison", "sites", "CASEI(code) = 'x'"),
        ("accent-insensitive-comparison", "sites", "ACCENTI(code) = 'x'"),
        ("basic-spatial-functions", "sites", "S_INTERSECTS(geometry, BBOX(1, 1, 2, 2))"),
        (
            "basic-spatial-functions-plus",
            "sites",
            "S_INTERSECTS(geometry, MULTIPOLYGON(((1 1, 2 1, 2 2, 1 1))))",
        ),
        (
            "spatial-functions",
            "sites",
            "S_EQUALS(geometry, POINT(1 1)) OR S_TOUCHES(geometry, POINT(1 1)) OR S_CROSSES(geometry, LINESTRING(1 1, 2 2)) OR S_OVERLAPS(geometry, POINT(1 1)) OR S_CONTAINS(geometry, POINT(1 1))",
        ),
        (
            "temporal-functions",
            "incidents",
            "T_MEETS(INTERVAL('2026-01-01', reported_at), INTERVAL(reported_at, '..')) OR T_STARTS(reported_at, DATE('2026-01-01'))",
        ),
        ("property-property", "sites", "code = name"),
        ("arithmetic", "sites", "dwellings * 2 > 3 - 1"),
        ("cql2-text", "sites", "TRUE"),
    ] {
        assert!(classes.contains(format!("{cql2}{class}").as_str()), "{class}");
        let answer = ask(&town, collection, filter, "");
        assert_eq!(answer.status, 200, "{class}: {}", answer.text());
    }
    assert!(classes.contains(format!("{cql2}cql2-json").as_str()));
    for not_there in ["functions", "array-functions"] {
        assert!(!classes.contains(format!("{cql2}{not_there}").as_str()), "{not_there}");
    }
}
