//! Part 1, Core and GeoJSON: each test is one or more abstract tests of the standard; `docs/conformance.md` says which.

use std::collections::BTreeSet;

use geo::{Intersects as _, Rect};
use serde_json::{Value, json};

use super::{GEO_JSON, JSON, grid, grid_town, ids, link, path_of};
use crate::support::{begin, patrol, patrol_that_is, shared_data, site, site_of, town};

#[test]
fn every_link_leads_to_what_it_says() {
    let town = town(grid(3, 2).into_iter().chain([patrol("T-1", 2.30, 48.80)]));
    let (mut known, mut waiting) = (BTreeSet::new(), vec![("/ogc".to_owned(), JSON.to_owned())]);
    while let Some((path, media_type)) = waiting.pop() {
        if !known.insert((path.clone(), media_type.clone())) {
            continue;
        }
        let answer = town.get_with(&path, &[("accept", &media_type)]);
        let told = answer.header("content-type").split(';').next().unwrap().to_owned();
        assert_eq!((answer.status, told.as_str()), (200, media_type.as_str()), "{path}");
        if !told.contains("json") || !path.starts_with("/ogc") {
            continue;
        }
        let document = answer.json();
        let collections = document["collections"].as_array().cloned().unwrap_or_default();
        for links in collections.iter().chain([&document]).map(|one| &one["links"]) {
            for link in links.as_array().into_iter().flatten() {
                let text = |member: &str| link[member].as_str().unwrap().to_owned();
                waiting.push((path_of(&text("href")), text("type")));
            }
        }
    }
    let seen = |path: &str| known.iter().any(|(known, _)| known.starts_with(path));
    for path in [
        "/ogc/conformance",
        "/ogc/collections/sites/items",
        "/openapi.json",
        "/docs",
        "/ogc/collections/buildings/queryables",
        "/ogc/collections/patrols/items?f=html",
    ] {
        assert!(seen(path), "{path} is linked from nowhere: {known:?}");
    }
}

#[test]
fn the_landing_page_and_what_is_declared() {
    let town = grid_town();
    let landing = town.get("/ogc").json();
    for rel in ["self", "alternate", "service-desc", "service-doc", "conformance", "data"] {
        assert!(link(&landing, rel).is_some(), "{rel}");
    }
    let conformance = town.get("/ogc/conformance").json();
    let classes = conformance["conformsTo"].as_array().unwrap();
    for class in [
        "ogcapi-features-1/1.0/conf/core",
        "ogcapi-features-1/1.0/conf/geojson",
        "ogcapi-features-1/1.0/conf/html",
        "ogcapi-features-2/1.0/conf/crs",
    ] {
        assert!(
            classes.contains(&json!(format!("http://www.opengis.net/spec/{class}"))),
            "{class}"
        );
    }
}

#[test]
fn a_collection_says_where_and_when_it_is() {
    let town = grid_town();
    let call =
        json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "AA-000" } });
    assert_eq!(town.post("/api/v1/incidents", call).status, 201);
    let told = town.get("/ogc/collections").json();
    for collection in told["collections"].as_array().unwrap() {
        let id = collection["id"].as_str().unwrap();
        assert_eq!(collection["itemType"], "feature", "{id}");
        let alone = town.get(&format!("/ogc/collections/{id}")).json();
        for member in ["id", "title", "description", "extent", "crs", "storageCrs"] {
            assert_eq!(alone[member], collection[member], "{id} {member}");
        }
        let items = town.get(&format!("/ogc/collections/{id}/items?limit=10000")).json();
        let Some(bbox) = collection["extent"]["spatial"]["bbox"][0].as_array() else { continue };
        let [west, south, east, north] = [0, 1, 2, 3].map(|at| bbox[at].as_f64().unwrap());
        let all =
            format!("/ogc/collections/{id}/items?limit=10000&bbox={west},{south},{east},{north}");
        assert_eq!(town.get(&all).json()["numberMatched"], items["numberMatched"], "{id}");
    }
    let temporal =
        &town.get("/ogc/collections/incidents").json()["extent"]["temporal"]["interval"][0];
    let [from, to] = [0, 1].map(|at| temporal[at].as_str().unwrap().to_owned());
    let path = format!("/ogc/collections/incidents/items?datetime={from}/{to}");
    assert_eq!(town.get(&path).json()["numberMatched"], 1);
}

#[test]
fn features_say_what_the_lists_say() {
    let town = grid_town();
    for collection in ["sites", "buildings"] {
        let ours = town.get(&format!("/ogc/collections/{collection}/items?limit=1000"));
        let theirs = town.get(&format!("/api/v1/{collection}?limit=1000")).json();
        assert_eq!(ours.header("content-type"), GEO_JSON);
        let ours = ours.json();
        assert_eq!(ids(&ours), ids(&theirs), "{collection}");
        for (ours, theirs) in features(&ours).iter().zip(features(&theirs)) {
            assert_eq!(ours["geometry"], theirs["geometry"], "{collection}");
            for (name, value) in ours["properties"].as_object().unwrap() {
                let told = &theirs["properties"][name];
                let told = told.as_array().map_or(told.clone(), |all| json!(all.len()));
                assert_eq!(*value, told, "{collection} {name}");
            }
        }
        for name in ["numberMatched", "numberReturned"] {
            assert_eq!(ours[name], 30, "{collection} {name}");
        }
        assert!(ours["timeStamp"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
        let id = ids(&ours)[7].clone();
        let one = town.get(&format!("/ogc/collections/{collection}/items/{id}")).json();
        let mut alone = one.clone();
        alone.as_object_mut().unwrap().remove("links");
        assert_eq!(alone, ours["features"][7]);
        for rel in ["self", "alternate", "collection"] {
            assert!(link(&one, rel).is_some(), "{rel}");
        }
    }
}

fn features(page: &Value) -> &Vec<Value> {
    page["features"].as_array().unwrap()
}

#[test]
fn pages_follow_each_other_and_hold_what_is_asked_for() {
    let town = grid_town();
    let whole = ids(&town.get("/ogc/collections/sites/items?limit=99999999999999999999999").json());
    assert_eq!(whole.len(), 30);
    for (limit, filter) in
        [(7, ""), (7, "&landlord=elogie"), (4, "&bbox=2.295,48.795,2.335,48.835"), (30, "")]
    {
        let first = |limit| format!("/ogc/collections/sites/items?limit={limit}{filter}");
        let whole = ids(&town.get(&first(1000)).json());
        let query = format!("{limit}{filter}");
        let (mut read, mut next) = (Vec::new(), Some(first(limit)));
        while let Some(path) = next {
            let page = town.get(&path).json();
            assert_eq!(page["numberMatched"], whole.len(), "{path}");
            assert_eq!(page["numberReturned"], ids(&page).len(), "{path}");
            read.extend(ids(&page));
            next = link(&page, "next");
        }
        assert_eq!(read, whole, "{query}");
    }
}

#[test]
fn no_page_skips_or_repeats_while_the_data_changes() {
    let town = grid_town();
    let whole = ids(&town.get("/ogc/collections/sites/items?limit=1000").json());
    for query in ["limit=5", "limit=5&dwellings=40"] {
        let (mut read, mut next) =
            (Vec::new(), Some(format!("/ogc/collections/sites/items?{query}")));
        let mut round = 0;
        while let Some(path) = next {
            let page = town.get(&path).json();
            read.extend(ids(&page));
            next = link(&page, "next");
            // One before everything, one after everything that was there.
            for code in
                [format!("A0-{round:03}-{}", query.len()), format!("ZZ-{round:03}-{}", query.len())]
            {
                begin(&town.app, [site(&code, 2.5, 48.9)]);
            }
            round += 1;
            assert!(round < 40, "it ends");
        }
        let of_before: Vec<&String> = read.iter().filter(|code| whole.contains(code)).collect();
        assert_eq!(of_before, whole.iter().collect::<Vec<_>>(), "{query}");
        let distinct: BTreeSet<&String> = read.iter().collect();
        assert_eq!(distinct.len(), read.len(), "{query}: nothing comes twice");
    }
}

#[test]
fn incidents_that_come_in_change_no_later_page() {
    let town = grid_town();
    let call = |at: &str| {
        let call = json!({ "kind": "OCC-HAL", "channel": "call", "reported_at": at, "location": { "site_code": "AA-000" } });
        assert_eq!(town.post("/api/v1/incidents", call).status, 201, "{at}");
    };
    let now = vigie::app::system_clock();
    let ago = |minutes: i64| now.plus_seconds(-60 * minutes).to_string();
    (10..22).for_each(|minutes| call(&ago(minutes)));
    let whole = ids(&town.get("/ogc/collections/incidents/items").json());
    let (mut read, mut next, mut minutes) =
        (Vec::new(), Some("/ogc/collections/incidents/items?limit=5".to_owned()), 9);
    while let Some(path) = next {
        let page = town.get(&path).json();
        read.extend(ids(&page));
        next = link(&page, "next");
        call(&ago(minutes));
        minutes -= 1;
    }
    assert_eq!(read, whole);

    // Both ends of an interval are in it.
    let count = |datetime: &str| {
        let path = format!("/ogc/collections/incidents/items?datetime={datetime}");
        town.get(&path).json()["numberMatched"].as_u64().unwrap()
    };
    let all = count(&format!("{}/..", ago(100)));
    assert_eq!(count(&ago(12)), 1);
    assert_eq!(count(&format!("{}/{}", ago(14), ago(12))), 3);
    assert_eq!(count(&format!("../{}", ago(12))) + count(&format!("{}/..", ago(11))), all);
    assert_eq!(
        town.get("/ogc/collections/sites/items?datetime=2001-01-01T00:00:00Z").json()["numberMatched"],
        30
    );
}

#[test]
fn a_box_has_the_features_that_meet_it_and_those_that_are_nowhere() {
    let mut starts = grid(6, 5);
    starts.extend([
        patrol("T-1", 2.305, 48.805),
        patrol("T-2", 2.345, 48.835),
        patrol_that_is(vigie::patrol::Availability::Available, "T-3", None),
    ]);
    let town = town(starts);
    for collection in ["sites", "buildings", "patrols"] {
        let all = town.get(&format!("/ogc/collections/{collection}/items?limit=1000")).json();
        for (west, south, east, north) in [
            (2.295, 48.795, 2.315, 48.815),
            (2.30, 48.80, 2.30, 48.80),
            (2.3001, 48.8, 2.31, 48.81),
            (2.3002, 48.8, 2.3003, 48.81),
            (-180.0, -90.0, 180.0, 90.0),
            (10.0, 10.0, 11.0, 11.0),
        ] {
            let rect = Rect::new((west, south), (east, north));
            let expected: Vec<String> = features(&all)
                .iter()
                .filter(|one| one["geometry"].is_null() || shape(one).intersects(&rect))
                .map(|one| one["id"].as_str().unwrap().to_owned())
                .collect();
            for bbox in [
                format!("{west},{south},{east},{north}"),
                format!("{west},{south},-5,{east},{north},300"),
            ] {
                let found = town
                    .get(&format!("/ogc/collections/{collection}/items?limit=1000&bbox={bbox}"));
                assert_eq!(ids(&found.json()), expected, "{collection} {bbox}");
            }
        }
        // Across the antimeridian: all around the world but for what lies between.
        let around = town
            .get(&format!("/ogc/collections/{collection}/items?limit=1000&bbox=2.315,-90,2.305,90"))
            .json();
        let rect = Rect::new((2.305, -90.0), (2.315, 90.0));
        let beside = |one: &&Value| {
            one["geometry"].is_null() || !rect.intersects(&shape(one)) || one["id"] == "T-1"
        };
        let expected = features(&all).iter().filter(beside).count();
        assert_eq!(around["numberMatched"], expected, "{collection}");
    }
}

fn shape(feature: &Value) -> geo::Geometry<f64> {
    let geometry: geojson::Geometry = serde_json::from_value(feature["geometry"].clone()).unwrap();
    geometry.try_into().unwrap()
}

#[test]
fn each_property_is_a_filter() {
    let town = town([
        site("AA-01", 2.35, 48.85),
        site_of("Elogie", "BB-01", 2.36, 48.86),
        patrol("T-1", 2.35, 48.85),
    ]);
    for (collection, filter, expected) in [
        ("sites", "landlord=elogie", &["BB-01"][..]),
        ("sites", "landlord=elogie&code=AA-01", &[]),
        ("sites", "dwellings=40", &["AA-01", "BB-01"]),
        ("sites", "dwellings=40.0&name=R%C3%A9sidence+AA-01", &["AA-01"]),
        ("buildings", "height_m=15&site_code=BB-01", &["BB-01-B1"]),
        ("buildings", "levels=6", &[]),
        ("patrols", "status=available&crew=3", &["T-1"]),
    ] {
        let page = town.get(&format!("/ogc/collections/{collection}/items?{filter}")).json();
        assert_eq!(ids(&page), expected, "{collection} {filter}");
        assert_eq!(page["numberMatched"], expected.len(), "{collection} {filter}");
    }
    let names = town.get("/ogc/collections/sites/queryables");
    assert_eq!(names.header("content-type"), "application/schema+json");
    let names = names.json();
    let names: Vec<&String> = names["properties"].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["buildings", "code", "dwellings", "geometry", "landlord", "landlord_name", "name"]
    );
}

#[test]
fn whatever_is_unknown_or_cannot_be_used_is_a_400_that_names_it() {
    let town = grid_town();
    let crs = "http://www.opengis.net/def/crs";
    for (query, field, value) in [
        ("colour=red", "colour", None),
        ("LIMIT=3", "LIMIT", None),
        ("limit=3&limit=4", "limit", None),
        ("limit=0", "limit", Some("0")),
        ("limit=-1", "limit", Some("-1")),
        ("limit=", "limit", Some("")),
        ("limit=ten", "limit", Some("ten")),
        ("bbox=1,2,3", "bbox", Some("1,2,3")),
        ("bbox=1,2,3,95", "bbox", Some("1,2,3,95")),
        ("bbox=1,5,3,4", "bbox", Some("1,5,3,4")),
        ("bbox=a,b,c,d", "bbox", Some("a,b,c,d")),
        ("datetime=yesterday", "datetime", Some("yesterday")),
        (
            "datetime=2026-01-02T00:00:00Z/2026-01-01T00:00:00Z",
            "datetime",
            Some("2026-01-02T00:00:00Z/2026-01-01T00:00:00Z"),
        ),
        ("crs=EPSG:2154", "crs", None),
        (
            &format!("crs={crs}/EPSG/0/27700"),
            "crs",
            Some("http://www.opengis.net/def/crs/EPSG/0/27700"),
        ),
        (
            &format!("bbox=1,2,3,4&bbox-crs={crs}/EPSG/0/1"),
            "bbox-crs",
            Some("http://www.opengis.net/def/crs/EPSG/0/1"),
        ),
        ("f=xml", "f", Some("xml")),
        ("after=zz", "after", Some("zz")),
        ("dwellings=many", "dwellings", Some("many")),
        ("06+12+34+56+78=x", "(not repeated)", None),
    ] {
        let answer = town.get(&format!("/ogc/collections/sites/items?{query}"));
        let (status, named, _) = answer.fault();
        assert_eq!((status, named.as_str()), (400, field), "{query}: {}", answer.text());
        let told = &answer.json()["errors"][0]["value"];
        assert_eq!(told.as_str(), value, "{query}");
    }
    for path in [
        "/ogc",
        "/ogc/conformance",
        "/ogc/collections",
        "/ogc/collections/sites",
        "/ogc/collections/sites/queryables",
        "/ogc/collections/sites/items/AA-000",
    ] {
        for (query, field) in [("limit=3", "limit"), ("f=pdf", "f")] {
            let (status, named, _) = town.get(&format!("{path}?{query}")).fault();
            assert_eq!((status, named.as_str()), (400, field), "{path}");
        }
    }
    for path in [
        "streets",
        "streets/items",
        "streets/queryables",
        "sites/items/ZZ-9",
        "sites/items/no%20code",
        "incidents/items/7",
    ] {
        assert_eq!(town.get(&format!("/ogc/collections/{path}")).fault().0, 404, "{path}");
    }
}

#[test]
fn an_answer_is_told_again_only_when_something_changed() {
    let town = grid_town();
    let path = "/ogc/collections/sites/items";
    let first = town.get(path);
    assert!(first.vary().contains("accept"), "{}", first.vary());
    let tag = first.header("etag").to_owned();
    let known = [("if-none-match", tag.as_str())];
    assert_eq!(town.get_with(path, &known).status, 304);
    let html = town.get_with(path, &[("if-none-match", tag.as_str()), ("accept", "text/html")]);
    assert_eq!(html.status, 200, "a page is no GeoJSON");
    begin(&town.app, [site("CC-1", 2.4, 48.9)]);
    assert_eq!(town.get_with(path, &known).status, 200);
}

#[test]
fn tracts_come_with_the_figures_that_there_are() {
    use vigie::import::{self, Options};
    let Some(tracts) = shared_data("contours-iris-paris.gpkg") else { return };
    let Some(incomes) = shared_data("BASE_TD_FILO_DISP_IRIS_2018.csv") else { return };
    let (options, about) = (Options::default(), import::indicators::About::default());
    let stock = import::tracts::read(&tracts, &options).unwrap().content;
    let mut figures = vigie::stock::StockChange::default();
    let read = import::indicators::read(&incomes, &options, &about).unwrap();
    figures.datasets.push(read.content.dataset);
    let town = town([crate::support::Start::Stock(stock), crate::support::Start::Stock(figures)]);

    let ours = town.get("/ogc/collections/tracts/items?limit=10000").json();
    let theirs = town.get("/api/v1/tracts?limit=10000&indicators=DISP_MED18").json();
    assert_eq!(ids(&ours), ids(&theirs));
    let mut known = 0;
    for (ours, theirs) in features(&ours).iter().zip(features(&theirs)) {
        let (ours, theirs) =
            (&ours["properties"]["DISP_MED18"], &theirs["properties"]["indicators"]["DISP_MED18"]);
        assert_eq!(ours.as_f64(), theirs.as_f64());
        known += usize::from(ours.is_number());
    }
    assert!(known > 500, "{known}");
    let figure = &town.get("/ogc/collections/tracts/queryables").json()["properties"]["DISP_MED18"];
    assert!(figure["description"].as_str().unwrap().contains("2018"), "{figure}");

    let some =
        town.get("/ogc/collections/tracts/items?limit=10000&bbox=2.34,48.85,2.36,48.86").json();
    let rect = Rect::new((2.34, 48.85), (2.36, 48.86));
    let expected: Vec<String> = features(&ours)
        .iter()
        .filter(|one| shape(one).intersects(&rect))
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    assert!(expected.len() > 10);
    assert_eq!(ids(&some), expected);
}

#[test]
fn links_are_web_addresses_that_can_be_followed_whatever_was_sent() {
    let town = town(grid(2, 2));
    let page = town.get_with("/ogc", &[("x-forwarded-proto", "javascript")]).json();
    for link in page["links"].as_array().unwrap_or_else(|| panic!("{page}")) {
        let href = link["href"].as_str().unwrap();
        assert!(href.starts_with("http://127.0.0.1:"), "{href}");
    }
    // A name whose letters are escaped is that name.
    let page = town.get("/ogc/collections/sites/items?%66=json&limit=1").json();
    for rel in ["self", "alternate", "next"] {
        let path = link(&page, rel).unwrap_or_else(|| panic!("{rel}: {page}"));
        assert_eq!(town.get(&path).status, 200, "{rel}: {path}");
    }
}
