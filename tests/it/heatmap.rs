//! How many incidents, where, as a client sees it.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::support::{Town, site, site_of, town};

/// Three incidents on one site, one on another.
fn evening() -> Town {
    let town = town([site("PH-0754", 2.3522, 48.8566), site_of("RIVP", "RI-0001", 2.38, 48.87)]);
    for (site, kind, at) in [
        ("PH-0754", "OCC-HAL", "2026-03-06T18:30:00Z"),
        ("PH-0754", "OCC-HAL", "2026-03-06T23:30:00Z"),
        ("PH-0754", "TEC-ASC", "2026-03-08T12:00:00Z"),
        ("RI-0001", "OCC-HAL", "2026-03-07T12:00:00Z"),
    ] {
        let body = json!({ "kind": kind, "channel": "call", "reported_at": at, "location": { "site_code": site } });
        assert_eq!(town.post("/api/v1/incidents", body).status, 201);
    }
    town
}

#[test]
fn counts_by_site_come_with_rates_and_what_was_understood() {
    let answer = evening().get("/api/v1/heatmap?cell=site&metric=rate&landlord=paris-habitat&hours=18-2&days=fri,sat&kind=OCC-HAL");

    assert_eq!(answer.header("content-type"), "application/geo+json");
    let mut map = answer.json();
    map["features"][0]["geometry"]["coordinates"] = json!("…");
    assert_json_snapshot!(map, { ".timeStamp" => "[time]", ".features[].properties.density_per_km2" => "[density]" }, @r#"
    {
      "cell": "site",
      "counts": "exact",
      "features": [
        {
          "geometry": {
            "coordinates": "…",
            "type": "MultiPolygon"
          },
          "id": "PH-0754",
          "properties": {
            "count": 2,
            "density_per_km2": "[density]",
            "dwellings": 40,
            "rate_per_1000": 50.0,
            "value": 50.0
          },
          "type": "Feature"
        }
      ],
      "filters": {
        "bbox": null,
        "channel": [],
        "days": "fri,sat",
        "family": [],
        "from": null,
        "hours": "18-2",
        "kind": [
          "OCC-HAL"
        ],
        "landlord": [
          "paris-habitat"
        ],
        "site": [],
        "status": [],
        "to": null
      },
      "max": 50.0,
      "metric": "rate",
      "numberReturned": 1,
      "outside": 0,
      "sitesLeftOut": 0,
      "span": {
        "from": "2026-03-06T18:30:00Z",
        "to": "2026-03-08T12:00:00Z"
      },
      "suppressed": 0,
      "timeStamp": "[time]",
      "total": 2,
      "type": "FeatureCollection",
      "unit": "incidents per 1000 dwellings"
    }
    "#);
}

#[test]
fn every_kind_of_cell_counts_every_incident() {
    let town = evening();

    for cell in ["h3:7", "h3:8", "h3:9", "h3:10", "h3:11", "grid:200", "site", "landlord"] {
        let map = town.get(&format!("/api/v1/heatmap?cell={cell}")).json();
        let sum: u64 = map["features"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["properties"]["count"].as_u64().unwrap())
            .sum();
        assert_eq!((sum, map["total"].as_u64()), (4, Some(4)), "{cell}");
    }
    let tracts = town.get("/api/v1/heatmap?cell=tract").json();
    assert_eq!((&tracts["total"], &tracts["outside"]), (&json!(4), &json!(4)), "no tract is known");
}

#[test]
fn the_squares_of_200_m_have_insees_ids() {
    let map = evening().get("/api/v1/heatmap?cell=grid:200&bbox=2.35,48.85,2.36,48.86").json();

    assert_eq!(map["features"][0]["id"], "CRS3035RES200mN2889400E3760600");
    assert_eq!(map["features"][0]["geometry"]["coordinates"][0].as_array().unwrap().len(), 5);
}

#[test]
fn a_filter_that_is_not_understood_names_its_parameter() {
    let town = evening();
    for (query, status, field) in [
        ("cell=h3:12", 422, "cell"),
        ("cell=hexagons", 422, "cell"),
        ("metric=gi", 422, "metric"),
        ("hours=18", 422, "hours"),
        ("days=vendredi", 422, "days"),
        ("from=2026", 422, "from"),
        ("from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", 422, "to"),
        ("kind=occ-hal", 422, "kind"),
        ("channel=fax", 422, "channel"),
        ("status=lost", 422, "status"),
        ("landlord=nobody", 404, "landlord"),
        ("bbox=3,0,1,1", 422, "bbox"),
        ("colour=red", 400, "colour"),
    ] {
        let fault = town.get(&format!("/api/v1/heatmap?{query}")).fault();
        assert_eq!((fault.0, fault.1.as_str()), (status, field), "{query}: {}", fault.2);
    }
}
