//! The same buildings in every format and reference system are the same stock.

use std::path::Path;

use serde_json::json;
use vigie::{
    import::{Options, buildings},
    stock::Building,
};

use super::ogr2ogr;

/// Largest difference between the corners of one building in two formats, in degrees: a centimetre.
const TOLERANCE_DEG: f64 = 1e-7;

/// GDAL's formats, the endings of their files, and what to say so that columns keep their names.
const FORMATS: [(&str, &str); 5] = [
    ("GeoJSON", "geojson"),
    ("GeoJSONSeq", "geojsonl"),
    ("ESRI Shapefile", "shp"),
    ("GPKG", "gpkg"),
    ("FlatGeobuf", "fgb"),
];

/// Fifty buildings of Paris, every fifth with a courtyard and every seventh of two parts.
fn fifty_buildings() -> serde_json::Value {
    let square = |x: f64, y: f64, side: f64| {
        json!([[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]])
    };
    let features: Vec<_> = (0..50)
        .map(|number| {
            let x = 2.30 + f64::from(number % 10) * 0.003;
            let y = 48.84 + f64::from(number / 10) * 0.002;
            let mut rings = vec![square(x, y, 0.0006)];
            if number % 5 == 0 {
                rings.push(square(x + 0.0002, y + 0.0002, 0.0002));
            }
            let mut parts = vec![json!(rings)];
            if number % 7 == 0 {
                parts.push(json!([square(x + 0.001, y, 0.0003)]));
            }
            json!({
                "type": "Feature",
                "properties": {
                    "id": format!("B-{number}"), "hauteur": 3.5 + f64::from(number),
                    "niveaux": number % 9, "code_site": "PH 0754", "nom": "Cité « Été »",
                },
                "geometry": {"type": "MultiPolygon", "coordinates": parts},
            })
        })
        .collect();
    json!({"type": "FeatureCollection", "features": features})
}

fn read(file: &Path) -> Vec<Building> {
    let reading = buildings::read(file, &Options::default()).unwrap();
    assert_eq!(reading.summary.kept, 50, "{}: {}", file.display(), reading.summary);
    reading.content.buildings
}

/// Whether two buildings are one but for the last digits of their corners, wherever rings begin.
#[track_caller]
fn assert_same(one: &Building, other: &Building, file: &Path) {
    let but_walls = |b: &Building| {
        (b.id.clone(), b.site.clone(), b.site_was_given, b.height_m, b.levels, b.dwellings)
    };
    assert_eq!(but_walls(one), but_walls(other), "{}", file.display());
    let far = |a: &Building, b: &Building| {
        a.footprint
            .corners()
            .map(|corner| {
                let near = b
                    .footprint
                    .corners()
                    .map(|c| (c.lon() - corner.lon()).hypot(c.lat() - corner.lat()));
                near.fold(f64::INFINITY, f64::min)
            })
            .fold(0.0, f64::max)
    };
    let difference = far(one, other).max(far(other, one));
    assert!(difference < TOLERANCE_DEG, "{}: {difference}°", file.display());
}

#[test]
fn every_format_and_system_gives_the_same_stock() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("original.geojson");
    std::fs::write(&original, fifty_buildings().to_string()).unwrap();
    let expected = read(&original);
    assert_eq!(expected[0].site.as_ref().map(ToString::to_string).as_deref(), Some("PH-0754"));

    for (format, ending) in FORMATS {
        for system in ["EPSG:4326", "EPSG:2154", "EPSG:3857"] {
            // RFC 7946 and its sequences know only WGS 84.
            if format == "GeoJSONSeq" && system != "EPSG:4326" {
                continue;
            }
            let file = folder.path().join(format!("{}.{ending}", system.replace(':', "-")));
            let (to, from) = (file.to_str().unwrap(), original.to_str().unwrap());
            let mut arguments = vec!["-f", format, "-t_srs", system, to, from];
            if format.starts_with("GeoJSON") {
                arguments.extend(["-lco", "COORDINATE_PRECISION=10"]);
            }
            if ogr2ogr(&arguments).is_none() {
                return;
            }
            let mut found = read(&file);
            found.sort_by_key(|building| building.id.as_str()[2..].parse::<u32>().unwrap());
            for (one, other) in expected.iter().zip(&found) {
                assert_same(one, other, &file);
            }
        }
    }
}

#[test]
fn a_file_that_does_not_say_its_system_is_not_guessed_at() {
    let folder = tempfile::tempdir().unwrap();
    let (original, file) = (folder.path().join("o.geojson"), folder.path().join("b.shp"));
    std::fs::write(&original, fifty_buildings().to_string()).unwrap();
    let (to, from) = (file.to_str().unwrap(), original.to_str().unwrap());
    if ogr2ogr(&["-t_srs", "EPSG:2154", to, from]).is_none() {
        return;
    }
    std::fs::remove_file(file.with_extension("prj")).unwrap();

    let refused = buildings::read(&file, &Options::default()).unwrap_err();
    assert!(refused.to_string().contains("--crs EPSG:n"), "{refused}");

    let lambert_93 = Options { crs: Some("EPSG:2154".parse().unwrap()), ..Options::default() };
    assert_eq!(buildings::read(&file, &lambert_93).unwrap().summary.kept, 50);
    let elsewhere = Options { crs: Some("EPSG:2913".parse().unwrap()), ..Options::default() };
    let reading = buildings::read(&file, &elsewhere).unwrap();
    assert_eq!((reading.summary.kept, reading.summary.refused), (0, 50), "{}", reading.summary);
}

#[test]
fn one_layer_of_a_geopackage_can_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let (original, file) = (folder.path().join("o.geojson"), folder.path().join("b.gpkg"));
    std::fs::write(&original, fifty_buildings().to_string()).unwrap();
    let (to, from) = (file.to_str().unwrap(), original.to_str().unwrap());
    if ogr2ogr(&["-nln", "bâti", to, from]).is_none() {
        return;
    }
    ogr2ogr(&["-update", "-nln", "reste \"neuf\"", "-where", "niveaux = 3", to, from]);
    let kept = |layer: Option<&str>| {
        let options = Options { layer: layer.map(str::to_owned), ..Options::default() };
        buildings::read(&file, &options).map(|reading| reading.summary)
    };
    assert_eq!(kept(Some("bâti")).unwrap().kept, 50);
    assert_eq!(kept(Some("reste \"neuf\"")).unwrap().kept, 6);
    let both = kept(None).unwrap();
    assert_eq!((both.kept, both.refusals["id comes twice"].count), (50, 6));
    assert!(kept(Some("autre")).unwrap_err().to_string().contains("no layer `autre`; it has bâti"));
}
