//! OGC API – Tiles: what is said of tiles, that they are those of `/tiles`, and that GDAL finds and reads them by itself.

use std::{collections::BTreeSet, path::Path, process::Command};

use serde_json::{Value, json};

use super::{JSON, grid_town, ids, link, path_of};
use crate::support::{Town, site, town};

const MVT: &str = "application/vnd.mapbox-vector-tile";
const REL: &str = "http://www.opengis.net/def/rel/ogc/1.0";

/// The tileset of a collection, come to by links alone.
fn tileset(town: &Town, collection: &str) -> Value {
    let about = town.get(&format!("/ogc/collections/{collection}")).json();
    let tilesets = link(&about, &format!("{REL}/tilesets-vector")).unwrap();
    let listed = town.get(&tilesets).json();
    let one = &listed["tilesets"][0];
    assert_eq!(one["dataType"], "vector");
    assert_eq!(one["crs"], "http://www.opengis.net/def/crs/EPSG/0/3857");
    town.get(&link(one, "self").unwrap()).json()
}

/// The path of a tile by the template of a tileset.
fn tile_path(tileset: &Value, [z, row, column]: [u32; 3]) -> String {
    let links = tileset["links"].as_array().unwrap();
    let item = links.iter().find(|link| link["rel"] == "item").unwrap();
    assert_eq!((&item["templated"], &item["type"]), (&json!(true), &json!(MVT)));
    let template = path_of(item["href"].as_str().unwrap());
    let filled = template.replace("{tileMatrix}", &z.to_string());
    filled.replace("{tileRow}", &row.to_string()).replace("{tileCol}", &column.to_string())
}

#[test]
fn a_tileset_says_where_its_tiles_are_and_how_far_they_reach() {
    let town = grid_town();
    for (collection, dimension) in [("sites", 0), ("buildings", 2)] {
        let tileset = tileset(&town, collection);
        assert_eq!(
            tileset["tileMatrixSetURI"],
            "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
        );
        let layer = &tileset["layers"][0];
        assert_eq!(
            (&layer["id"], &layer["geometryDimension"]),
            (&json!(collection), &json!(dimension))
        );
        assert!(layer["propertiesSchema"]["properties"]["landlord"]["description"].is_string());
        let extent = town.get(&format!("/ogc/collections/{collection}")).json();
        let west = extent["extent"]["spatial"]["bbox"][0][0].as_f64().unwrap();
        assert!((tileset["boundingBox"]["lowerLeft"][0].as_f64().unwrap() - west).abs() < 1e-6);

        // Every tile within the limits is there or empty; those beside them are none.
        let limits = tileset["tileMatrixSetLimits"].as_array().unwrap();
        let zooms =
            layer["minTileMatrix"].as_str().unwrap()..=layer["maxTileMatrix"].as_str().unwrap();
        assert_eq!(limits.first().unwrap()["tileMatrix"], **zooms.start());
        assert_eq!(limits.last().unwrap()["tileMatrix"], **zooms.end());
        let at_13 = limits.iter().find(|one| one["tileMatrix"] == "13").unwrap();
        let edge = |name: &str| at_13[name].as_u64().unwrap() as u32;
        let (rows, columns) =
            (edge("minTileRow")..=edge("maxTileRow"), edge("minTileCol")..=edge("maxTileCol"));
        let mut drawn = 0;
        for row in rows.start() - 1..=rows.end() + 1 {
            for column in columns.start() - 1..=columns.end() + 1 {
                let answer = town.get(&tile_path(&tileset, [13, row, column]));
                match rows.contains(&row) && columns.contains(&column) {
                    true => drawn += usize::from(answer.status == 200),
                    false => assert_eq!(answer.status, 404, "{row} {column}"),
                }
            }
        }
        assert!(drawn > 4, "{drawn}");
    }
    assert!(
        link(&town.get("/ogc/collections/patrols").json(), &format!("{REL}/tilesets-vector"))
            .is_none()
    );
}

#[test]
fn tiles_are_those_of_the_map_by_row_and_column() {
    let town = town([site("AA-01", 2.35, 48.85)]);
    let tileset = tileset(&town, "sites");
    let ours = town.get(&tile_path(&tileset, [12, 1409, 2074]));
    let theirs = town.get("/tiles/sites/12/2074/1409.mvt");
    assert_eq!((ours.status, ours.header("content-type"), &ours.bytes), (200, MVT, &theirs.bytes));
    assert!(!ours.bytes.is_empty());
    let again = town.get_with(
        &tile_path(&tileset, [12, 1409, 2074]),
        &[("if-none-match", ours.header("etag"))],
    );
    assert_eq!(again.status, 304);
    assert_eq!(
        town.get(&tile_path(&tileset, [12, 2074, 1409])).status,
        404,
        "row and column the other way round"
    );
}

#[test]
fn what_is_no_tile_is_told_by_its_name() {
    let town = grid_town();
    let base = "/ogc/collections/sites/tiles/WebMercatorQuad";
    for (path, status, field) in [
        (format!("{base}/23/0/0"), 404, "tileMatrix"),
        (format!("{base}/x/0/0"), 404, "tileMatrix"),
        (format!("{base}/1/2/0"), 404, "tileRow"),
        (format!("{base}/1/0/2"), 404, "tileCol"),
        ("/ogc/collections/sites/tiles/WorldCRS84Quad".to_owned(), 404, "tileMatrixSetId"),
        ("/ogc/tileMatrixSets/WorldCRS84Quad".to_owned(), 404, "tileMatrixSetId"),
        ("/ogc/collections/patrols/tiles".to_owned(), 404, "collection"),
        (format!("{base}/1/0/1?indicators=X"), 400, "indicators"),
        (format!("{base}/1/0/0?size=2"), 400, "size"),
        (format!("{base}?f=xml"), 400, "f"),
        (format!("{base}/1/0/1?f=png"), 400, "f"),
        (format!("{base}/18/0/0"), 404, "tileMatrix"),
    ] {
        let answer = town.get(&path);
        assert_eq!(answer.status, status, "{path} {}", answer.text());
        assert_eq!(answer.json()["errors"][0]["field"], field, "{path}");
    }
}

#[test]
fn the_matrix_set_is_the_one_of_web_maps() {
    let town = grid_town();
    let list =
        town.get(&link(&town.get("/ogc").json(), &format!("{REL}/tiling-schemes")).unwrap()).json();
    let one = &list["tileMatrixSets"][0];
    assert_eq!(one["id"], "WebMercatorQuad");
    let set = town.get(&link(one, &format!("{REL}/tiling-scheme")).unwrap()).json();
    let matrices = set["tileMatrices"].as_array().unwrap();
    assert_eq!(matrices.len(), 25);
    for (z, matrix) in matrices.iter().enumerate() {
        assert_eq!(matrix["id"], z.to_string());
        assert_eq!(matrix["matrixWidth"], 1 << z);
        assert_eq!(matrix["cornerOfOrigin"], "topLeft");
    }
    let answer = town.get_with("/ogc/tileMatrixSets/WebMercatorQuad", &[("accept", JSON)]);
    assert_eq!(answer.header("content-type"), JSON);
}

#[test]
fn gdal_comes_from_a_collection_to_its_tiles_by_itself() {
    let town = grid_town();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // The box of the grid in metres of Web Mercator.
    let frame = ["255000", "6230000", "264000", "6260000"];
    for collection in ["sites", "buildings"] {
        let output = Command::new(root.join("target/gis/bin/python"))
            .arg(root.join("tests/gis/tiles.py"))
            .args([&format!("{}/ogc/collections/{collection}", town.address()), "13"])
            .args(frame)
            .env("NO_PROXY", "127.0.0.1")
            .output()
            .expect("`make target/gis/.installed` installs pyogrio");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let read: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(read["crs"], "EPSG:3857", "{collection}");
        let keys: BTreeSet<&str> =
            read["keys"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        if collection == "sites" {
            let sites = town.get("/api/v1/sites?limit=100").json();
            let expected = ids(&sites);
            assert_eq!(keys.into_iter().collect::<Vec<_>>(), expected);
            assert_eq!(read["landlords"], json!(["elogie", "paris-habitat"]));
        } else {
            assert!(read["shapes"].as_u64().unwrap() >= 30, "{read}");
        }
    }
}
