//! Vector tiles: what GDAL reads out of them, held against PostGIS on the real tracts; who is drawn what; and how clients keep them.

use std::{collections::HashMap, process::Command};

use geo::{Area as _, MultiPolygon};
use serde_json::{Value, json};
use vigie::import::{self, Options};

use crate::{
    postgres_cluster::Database,
    support::{Start, Town, begin, open_town_on_database, shared_data, site, site_of, town},
};

/// Half of what the earth measures around in EPSG:3857, in metres.
const HALF_WORLD_M: f64 = 20_037_508.342_789_244;
const MVT: &str = "application/vnd.mapbox-vector-tile";
/// The Île de la Cité lies in this tile of zoom 12.
const PARIS: &str = "12/2074/1409";

/// The features of a tile as GDAL reads them, in metres of EPSG:3857; `None` where GDAL is not there.
fn read_by_gdal(tile: &[u8], z_x_y: &str) -> Option<Vec<Value>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tile.mvt");
    std::fs::write(&path, tile).unwrap();
    let place: Vec<&str> = z_x_y.split('/').collect();
    let options = ["Z", "X", "Y"]
        .iter()
        .zip(&place)
        .flat_map(|(name, value)| ["-oo".to_owned(), format!("{name}={value}")]);
    let output = Command::new("ogr2ogr")
        .args(["-f", "GeoJSON", "/vsistdout/"])
        .arg(&path)
        .args(options)
        .args(["-oo", "CLIP=NO", "-lco", "RFC7946=NO"])
        .output();
    let Ok(output) = output else {
        eprintln!("skipped: ogr2ogr (Debian's gdal-bin) is not there");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    Some(read["features"].as_array().unwrap().clone())
}

fn area_m2(feature: &Value) -> f64 {
    let geometry: geojson::Geometry = serde_json::from_value(feature["geometry"].clone()).unwrap();
    let geometry = geo::Geometry::<f64>::try_from(geometry).unwrap();
    let polygons = match geometry {
        geo::Geometry::Polygon(polygon) => MultiPolygon::from(polygon),
        geo::Geometry::MultiPolygon(polygons) => polygons,
        other => panic!("{other:?}"),
    };
    polygons.unsigned_area()
}

/// The area of each tract in a tile, in units of its grid, as PostGIS draws it.
fn drawn_by_postgis(database: &Database, z_x_y: &str) -> HashMap<String, f64> {
    let envelope = format!("ST_TileEnvelope({})", z_x_y.replace('/', ","));
    let said = database.sql(&format!(
        "SELECT code, ST_Area(shape) FROM (
           SELECT code, ST_AsMVTGeom(ST_Transform(area, 3857), {envelope}, 4096, 64, true) AS shape FROM vigie.tract
         ) drawn WHERE shape IS NOT NULL"
    ));
    let row = |line: &str| {
        let (code, area) = line.split_once('|').unwrap();
        (code.to_owned(), area.parse().unwrap())
    };
    said.lines().filter(|line| !line.is_empty()).map(row).collect()
}

#[test]
fn the_real_tracts_are_drawn_where_postgis_draws_them() {
    let Some(tracts) = shared_data("contours-iris-paris.gpkg") else { return };
    let read = import::tracts::read(&tracts, &Options::default()).unwrap().content;
    let database = Database::fresh();
    let town = open_town_on_database(&database);
    begin(&town.app, [Start::Stock(read)]);

    for z_x_y in ["9/259/176", "11/1037/704", "12/2074/1409", "13/4149/2818", "15/16597/11273"] {
        let answer = town.get(&format!("/tiles/tracts/{z_x_y}.mvt"));
        assert_eq!((answer.status, answer.header("content-type")), (200, MVT), "{z_x_y}");
        assert!(answer.bytes.len() < 500_000, "{z_x_y}: {} bytes", answer.bytes.len());
        let Some(ours) = read_by_gdal(&answer.bytes, z_x_y) else { return };
        let theirs = drawn_by_postgis(&database, z_x_y);

        let zoom: i32 = z_x_y.split('/').next().unwrap().parse().unwrap();
        let unit_m = 2.0 * HALF_WORLD_M / 2_f64.powi(zoom) / 4096.0;
        let area_of = |feature: &Value| area_m2(feature) / unit_m.powi(2);
        let ours: HashMap<String, f64> = ours
            .iter()
            .map(|feature| {
                (feature["properties"]["code"].as_str().unwrap().to_owned(), area_of(feature))
            })
            .collect();
        let whole = |all: &HashMap<String, f64>| all.values().sum::<f64>();
        let off = (whole(&ours) - whole(&theirs)).abs() / whole(&theirs);
        assert!(off < 2e-3, "{z_x_y}: all of it differs by {off}");
        for (code, area) in &theirs {
            // A corner moves by two units at most up to zoom 15, so that an outline gains or loses that much along its length.
            let drawn = ours.get(code).copied().unwrap_or(0.0);
            let most = 2.0 * 6.0 * area.sqrt() + 32.0;
            assert!((drawn - area).abs() < most, "{z_x_y} {code}: {drawn} and {area}");
        }
        assert!(ours.keys().all(|code| theirs.contains_key(code)), "{z_x_y}: more than there is");
    }
}

fn two_landlords() -> Town {
    town([
        site("AA-01", 2.350, 48.852),
        site("AA-02", 2.352, 48.853),
        site_of("Elogie", "BB-01", 2.354, 48.854),
    ])
}

#[test]
fn sites_and_buildings_are_drawn_with_what_is_known_of_them() {
    let town = two_landlords();

    let tile = town.get(&format!("/tiles/sites/{PARIS}.mvt"));
    let Some(sites) = read_by_gdal(&tile.bytes, PARIS) else { return };
    let codes: Vec<&str> =
        sites.iter().map(|site| site["properties"]["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["AA-01", "AA-02", "BB-01"]);
    assert_eq!(sites[0]["properties"]["dwellings"], 40);
    assert_eq!(sites[0]["properties"]["name"], "Résidence AA-01");
    let at: Vec<f64> = serde_json::from_value(sites[0]["geometry"]["coordinates"].clone()).unwrap();
    assert!((at[0] - 2.350 / 180.0 * HALF_WORLD_M).abs() < 5.0, "{at:?}");

    for (z_x_y, properties) in [
        ("12/2074/1409", json!({ "height_m": 15.0 })),
        (
            "16/33195/22547",
            json!({ "height_m": 15.0, "id": "AA-01-B1", "dwellings": 40, "site_code": "AA-01", "landlord": "paris-habitat", "levels": 5 }),
        ),
    ] {
        let tile = town.get(&format!("/tiles/buildings/{z_x_y}.mvt"));
        assert_eq!(tile.status, 200, "{z_x_y}");
        let buildings = read_by_gdal(&tile.bytes, z_x_y).unwrap();
        let mut drawn = buildings[0]["properties"].clone();
        drawn.as_object_mut().unwrap().remove("mvt_id");
        assert_eq!(drawn, properties, "{z_x_y}");
    }
}

#[test]
fn a_heatmap_is_drawn_with_the_counts_that_json_tells() {
    let town = two_landlords();
    for (code, calls) in [("AA-01", 3), ("BB-01", 1)] {
        for _ in 0..calls {
            let call =
                json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": code } });
            assert_eq!(town.post("/api/v1/incidents", call).status, 201);
        }
    }
    let told = town.get("/api/v1/heatmap?cell=h3:9&metric=count").json();
    let tile = town.get(&format!("/tiles/heatmap/{PARIS}.mvt?cell=h3:9&metric=count"));
    assert_eq!(tile.status, 200);
    let Some(drawn) = read_by_gdal(&tile.bytes, PARIS) else { return };
    let counts = |features: &[Value], id: &dyn Fn(&Value) -> Value| {
        let mut counts: Vec<(String, u64)> = features
            .iter()
            .map(|one| {
                (id(one).as_str().unwrap().to_owned(), one["properties"]["count"].as_u64().unwrap())
            })
            .collect();
        counts.sort();
        counts
    };
    let told = counts(told["features"].as_array().unwrap(), &|one| one["id"].clone());
    assert_eq!(counts(&drawn, &|one| one["properties"]["id"].clone()), told);
    assert_eq!(told.iter().map(|(_, count)| count).sum::<u64>(), 4);
}

#[test]
fn tracts_carry_the_figures_that_are_asked_for_and_nothing_where_insee_says_nothing() {
    let Some(tracts) = shared_data("contours-iris-paris.gpkg") else { return };
    let Some(incomes) = shared_data("BASE_TD_FILO_DISP_IRIS_2018.csv") else { return };
    let options = Options::default();
    let about = import::indicators::About::default();
    let stock = import::tracts::read(&tracts, &options).unwrap().content;
    let mut figures = vigie::stock::StockChange::default();
    figures
        .datasets
        .push(import::indicators::read(&incomes, &options, &about).unwrap().content.dataset);
    let town = town([Start::Stock(stock), Start::Stock(figures)]);

    let told = town.get("/api/v1/tracts?limit=1000&indicators=DISP_MED18").json();
    let tile = town.get(&format!("/tiles/tracts/{PARIS}.mvt?indicators=DISP_MED18"));
    let Some(drawn) = read_by_gdal(&tile.bytes, PARIS) else { return };
    let (mut known, mut unknown) = (0, 0);
    for tract in &drawn {
        let code = &tract["properties"]["code"];
        let features = told["features"].as_array().unwrap();
        let feature = features.iter().find(|feature| feature["id"] == *code).unwrap();
        let figure = &feature["properties"]["indicators"]["DISP_MED18"];
        assert_eq!(
            tract["properties"].get("DISP_MED18").unwrap_or(&Value::Null).as_f64(),
            figure.as_f64(),
            "{code}"
        );
        if figure.is_null() { unknown += 1 } else { known += 1 }
    }
    assert!(known > 100 && unknown > 5, "{known} known, {unknown} unknown");
}

#[test]
fn tiles_are_compressed_and_asked_for_again_only_when_something_changed() {
    let town = two_landlords();
    let path = format!("/tiles/sites/{PARIS}.mvt");

    let first = town.get_with(&path, &[("accept-encoding", "br")]);
    assert_eq!(first.header("content-encoding"), "br");
    let gzip = town.get_with(&path, &[("accept-encoding", "gzip")]).bytes;
    let mut unpacked = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(&gzip[..]);
    std::io::Read::read_to_end(&mut reader, &mut unpacked).unwrap();
    assert_eq!(unpacked, town.get(&path).bytes);
    let tag = first.header("etag").to_owned();
    let known = [("if-none-match", tag.as_str())];
    assert_eq!(town.get_with(&path, &known).status, 304);
    let call =
        json!({ "kind": "OCC-HAL", "channel": "call", "location": { "site_code": "AA-01" } });
    assert_eq!(town.post("/api/v1/incidents", call).status, 201);
    assert_eq!(town.get_with(&path, &known).status, 304, "the stock is as it was");

    let nothing = town.get("/tiles/sites/12/0/0.mvt");
    assert_eq!((nothing.status, nothing.bytes.len()), (204, 0));
    assert_eq!(town.get("/tiles/roads/12/2074/1409.mvt").status, 204, "no roads are known");
}

#[test]
fn what_is_no_tile_and_no_layer_is_told_by_name() {
    let town = two_landlords();
    for (path, status, field) in [
        ("/tiles/sites/23/0/0.mvt", 404, "z"),
        ("/tiles/sites/300/0/0.mvt", 404, "z"),
        ("/tiles/sites/-1/0/0.mvt", 404, "z"),
        ("/tiles/sites/2/4/0.mvt", 404, "x"),
        ("/tiles/sites/2/0/4.mvt", 404, "y"),
        ("/tiles/sites/2/0/north.mvt", 404, "y"),
        ("/tiles/streets/2/0/0.mvt", 404, "layer"),
        ("/tiles/streets.json", 404, "layer"),
        ("/tiles/sites/2/0/0.mvt?indicators=X", 422, "indicators"),
        ("/tiles/tracts/2/0/0.mvt?indicators=NOWHERE", 422, "indicators"),
        ("/tiles/tracts/2/0/0.mvt?colour=red", 400, "colour"),
        ("/tiles/heatmap/2/0/0.mvt?cell=triangle", 422, "cell"),
        ("/tiles/heatmap/2/9/0.mvt", 404, "x"),
    ] {
        let fault = town.get(path).fault();
        assert_eq!((fault.0, fault.1.as_str()), (status, field), "{path}: {}", fault.2);
    }
}

#[test]
fn each_layer_is_described_as_tilejson() {
    let town = two_landlords();
    for layer in ["sites", "buildings", "tracts", "roads", "heatmap"] {
        let told = town.get(&format!("/tiles/{layer}.json")).json();
        assert_eq!((&told["tilejson"], &told["scheme"]), (&json!("3.0.0"), &json!("xyz")));
        let address = format!("{}/tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt", town.address());
        assert_eq!(told["tiles"], json!([address]));
        assert_eq!(told["vector_layers"][0]["id"], layer);
        assert!(told["vector_layers"][0]["fields"].as_object().unwrap().len() > 3);
        assert!(told["minzoom"].as_u64() < told["maxzoom"].as_u64());
    }
    let bounds = town.get("/tiles/sites.json").json()["bounds"].clone();
    let bounds: [f64; 4] = serde_json::from_value(bounds).unwrap();
    for (told, site) in bounds.iter().zip([2.35, 48.852, 2.354, 48.854]) {
        assert!((told - site).abs() < 1e-3, "the sites and their buildings: {bounds:?}");
    }
}
