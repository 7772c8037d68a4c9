//! The stock and what lies around it, as a client sees it.

use geo::{LineString, MultiPolygon, polygon};
use insta::assert_json_snapshot;
use vigie::{
    stock::{StockChange, Surrounding, SurroundingClass, SurroundingShape},
    tract::{Tract, TractKind},
};

use crate::support::{Start, Town, site, site_of, town};

fn three_sites() -> Town {
    town([
        site("PH-0754", 2.3522, 48.8566),
        site("PH-0755", 2.3622, 48.8566),
        site_of("RIVP", "RI-0001", 2.38, 48.87),
    ])
}

#[test]
fn a_site_is_a_point_with_what_is_known_of_it_and_never_its_address() {
    let answer = three_sites().get("/api/v1/sites/PH-0754");

    assert_json_snapshot!(answer.json(), @r#"
    {
      "geometry": {
        "coordinates": [
          2.3522,
          48.8566
        ],
        "type": "Point"
      },
      "id": "PH-0754",
      "properties": {
        "access": null,
        "buildings": [
          "PH-0754-B1"
        ],
        "code": "PH-0754",
        "dwellings": 40,
        "hazards": [],
        "instructions": null,
        "landlord": "paris-habitat",
        "landlord_name": "Paris Habitat",
        "name": "Résidence PH-0754",
        "tracts": []
      },
      "type": "Feature"
    }
    "#);
}

#[test]
fn a_building_has_a_footprint_and_always_a_height() {
    let list = three_sites().get("/api/v1/buildings?site=PH-0754").json();

    assert_eq!(list["features"][0]["geometry"]["type"], "Polygon");
    assert_json_snapshot!(list["features"][0]["properties"], @r#"
    {
      "dwellings": 40,
      "halls": [
        {
          "label": "A",
          "lat": 48.8566,
          "lon": 2.3522
        }
      ],
      "height_m": 15.0,
      "id": "PH-0754-B1",
      "landlord": "paris-habitat",
      "levels": 5,
      "site_code": "PH-0754",
      "tracts": []
    }
    "#);
}

#[test]
fn landlords_come_with_their_sums_and_the_box_around_their_sites() {
    let list = three_sites().get("/api/v1/landlords").json();

    assert_eq!(list["numberMatched"], 2);
    assert_eq!(list["features"][0]["geometry"]["type"], "Polygon");
    assert_json_snapshot!(list["features"][0]["properties"], @r#"
    {
      "buildings": 2,
      "dwellings": 80,
      "id": "paris-habitat",
      "name": "Paris Habitat",
      "sites": 2
    }
    "#);
}

#[test]
fn a_list_of_sites_is_cut_by_box_landlord_and_words() {
    let town = three_sites();
    let codes = |query: &str| {
        let list = town.get(&format!("/api/v1/sites?{query}")).json();
        let features = list["features"].as_array().unwrap().clone();
        features.iter().map(|f| f["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };

    assert_eq!(codes(""), ["PH-0754", "PH-0755", "RI-0001"]);
    assert_eq!(codes("bbox=2.35,48.85,2.36,48.86"), ["PH-0754"]);
    assert_eq!(codes("landlord=rivp"), ["RI-0001"]);
    assert_eq!(codes("q=ph-0755"), ["PH-0755"]);
    assert_eq!(codes("q=R%C3%89SIDENCE&limit=1"), ["PH-0754"]);
}

#[test]
fn pages_follow_their_next_links_to_the_end() {
    let town = three_sites();
    let first = town.get("/api/v1/sites?limit=2&q=residence").json();
    let next = first["links"][0]["href"].as_str().unwrap();
    let second = town.get(next).json();

    assert_eq!((&first["numberMatched"], &first["numberReturned"]), (&3.into(), &2.into()));
    assert_eq!(second["features"][0]["id"], "RI-0001");
    assert_eq!(second["links"], serde_json::json!([]));
}

#[test]
fn short_lists_come_whole_or_in_pages_as_the_client_likes() {
    let town = three_sites();
    for path in ["/api/v1/landlords", "/api/v1/patrols"] {
        let whole = town.get(path).json();
        assert_eq!(whole["numberReturned"], whole["numberMatched"], "{path}");
        assert_eq!(town.get(&format!("{path}?limit=0")).fault().0, 422, "{path}");
        assert_eq!(town.get(&format!("{path}?after=xyz")).fault().0, 422, "{path}");
    }

    let first = town.get("/api/v1/landlords?limit=1").json();
    let second = town.get(first["links"][0]["href"].as_str().unwrap()).json();

    assert_eq!((&first["numberMatched"], &first["numberReturned"]), (&2.into(), &1.into()));
    assert_ne!(first["features"][0]["id"], second["features"][0]["id"]);
    assert_eq!(second["links"], serde_json::json!([]));
}

#[test]
fn what_is_not_there_is_a_404_and_what_is_not_understood_names_its_parameter() {
    let town = three_sites();
    for path in [
        "/api/v1/sites/PH-9999",
        "/api/v1/sites/ph%200754",
        "/api/v1/sites?landlord=nobody",
        "/api/v1/buildings?site=PH-9999",
    ] {
        assert_eq!(town.get(path).fault().0, 404, "{path}");
    }
    for (path, status, field) in [
        ("/api/v1/sites?colour=red", 400, "colour"),
        ("/api/v1/sites?limit=2&limit=3", 400, "limit"),
        ("/api/v1/kinds?lang=fr", 400, "lang"),
        ("/api/v1/meta?x=1", 400, "x"),
        ("/api/v1/sites?limit=0", 422, "limit"),
        ("/api/v1/sites?limit=many", 422, "limit"),
        ("/api/v1/sites?limit=10001", 422, "limit"),
        ("/api/v1/sites?bbox=1,2,3", 422, "bbox"),
        ("/api/v1/sites?after=zz", 422, "after"),
        ("/api/v1/buildings?site=a%20b", 422, "site"),
        ("/api/v1/surroundings?class=lava", 422, "class"),
        ("/api/v1/tracts?after=00", 422, "after"),
    ] {
        let fault = town.get(path).fault();
        assert_eq!((fault.0, fault.1.as_str()), (status, field), "{path}: {}", fault.2);
    }
}

#[test]
fn surroundings_and_tracts_are_drawn_as_they_are() {
    let river = Surrounding {
        id: "way/1".to_owned(),
        class: SurroundingClass::Water,
        name: Some("La Seine".to_owned()),
        rank: 1,
        height_m: None,
        shape: SurroundingShape::Line(LineString::from(vec![(2.3, 48.85), (2.4, 48.850_000_012)])),
    };
    let area = polygon![(x: 2.3, y: 48.8), (x: 2.4, y: 48.8), (x: 2.4, y: 48.9), (x: 2.3, y: 48.8)];
    let tract = Tract {
        code: "751010101".parse().unwrap(),
        vintage: None,
        name: "Les Halles 1".to_owned(),
        kind: TractKind::Housing,
        area: MultiPolygon(vec![area]),
    };
    let change =
        StockChange { surroundings: vec![river], tracts: vec![tract], ..StockChange::default() };
    let town = town([Start::Stock(change)]);

    let around = town.get("/api/v1/surroundings?class=water,street").json();
    let tracts = town.get("/api/v1/tracts").json();

    assert_json_snapshot!(around["features"][0], @r#"
    {
      "geometry": {
        "coordinates": [
          [
            2.3,
            48.85
          ],
          [
            2.4,
            48.85
          ]
        ],
        "type": "LineString"
      },
      "id": "way/1",
      "properties": {
        "class": "water",
        "name": "La Seine",
        "rank": 1
      },
      "type": "Feature"
    }
    "#);
    assert_eq!(tracts["features"][0]["geometry"]["type"], "Polygon");
    assert_json_snapshot!(tracts["features"][0]["properties"], @r#"
    {
      "code": "751010101",
      "dwellings": 0.0,
      "indicators": {},
      "kind": "H",
      "name": "Les Halles 1",
      "vintage": null
    }
    "#);
}

#[test]
fn meta_says_how_much_there_is_and_where_to_look_first() {
    let meta = three_sites().get("/api/v1/meta").json();

    assert_json_snapshot!(meta, { ".version" => "[version]" }, @r#"
    {
      "bounds": [
        2.3522,
        48.8566,
        2.38,
        48.87
      ],
      "center": [
        2.3622,
        48.8566
      ],
      "counts": {
        "buildings": 3,
        "dwellings": 120,
        "incidents": 0,
        "landlords": 2,
        "patrols": 0,
        "sites": 3,
        "tracts": 0
      },
      "demo": false,
      "demo_note": null,
      "name": "Vigie",
      "roads": false,
      "seq": 3,
      "style_url": null,
      "time_zone": "Europe/Paris",
      "version": "[version]"
    }
    "#);
}

#[test]
fn kinds_have_their_family_priority_and_labels() {
    let kinds = town([]).get("/api/v1/kinds").json();

    assert_eq!(kinds["kinds"].as_array().unwrap().len(), 37);
    assert_json_snapshot!(kinds["kinds"][0], @r#"
    {
      "code": "OCC-HAL",
      "crew_min": 2,
      "crew_min_night": 3,
      "family": "OCC",
      "label_en": "Lobby occupied",
      "label_fr": "Occupation de hall",
      "partner": null,
      "priority": "P2",
      "target_s": 900
    }
    "#);
}
