//! The real files: what is counted by hand and what GDAL reads is what is kept.

use std::collections::BTreeMap;

use geo::{Area, MultiPolygon};
use vigie::import::{ImportError, Options, buildings, sites, surroundings, tracts};

use super::{empty_app, ogr2ogr, wait_for};
use crate::support::shared_data;

#[test]
fn the_programmes_of_paris_come_whole() {
    let Some(file) = shared_data("logements-sociaux-finances-paris.csv") else { return };
    let reading = sites::read(&file, &Options::default()).unwrap();

    let sites = &reading.content.sites;
    assert_eq!((reading.summary.read, reading.summary.kept, sites.len()), (2605, 2605, 2605));
    assert_eq!(sites.iter().map(|site| site.dwellings).sum::<u32>(), 84_335);
    // 60 names of landlords, and `(vide)` on 53 rows.
    assert_eq!(reading.content.landlords.len(), 61);
    assert_eq!(reading.summary.repairs["no landlord named"].count, 53);
    let of = |id: &str| sites.iter().filter(|site| site.landlord.as_str() == id).count();
    assert_eq!((of("rivp"), of("elogie-siemp"), of("paris-habitat")), (619, 582, 563));
    assert_eq!(of("bailleur-inconnu"), 53);
}

#[test]
fn a_programme_has_its_code_and_keeps_its_address_to_itself() {
    let Some(file) = shared_data("logements-sociaux-finances-paris.csv") else { return };
    let sites = sites::read(&file, &Options::default()).unwrap().content.sites;

    let student_home = sites.iter().find(|site| site.code.as_str() == "PROG-2001646").unwrap();
    assert_eq!(student_home.name, "Résidence étudiante, 12e arrondissement");
    assert_eq!(student_home.address.as_deref(), Some("4, RUE DE CITEAUX"));
    // 23 numbers were given in two years: the later programme has a suffix.
    let suffixed = sites.iter().filter(|site| site.code.as_str().matches('-').count() == 2).count();
    assert_eq!(suffixed, 23);
}

#[test]
fn importing_the_same_file_twice_changes_nothing() {
    let Some(file) = shared_data("logements-sociaux-finances-paris.csv") else { return };
    let (app, _folder) = empty_app();
    let change = || sites::read(&file, &Options::default()).unwrap().content;

    let first = wait_for(app.import_stock(change())).unwrap();
    let second = wait_for(app.import_stock(change())).unwrap();

    assert_eq!((first.tally.added, second.tally.unchanged), (2605 + 61, 2605 + 61));
    assert_eq!((second.seq, second.tally.added, second.tally.changed), (None, 0, 0));
    app.close();
}

#[test]
fn the_buildings_of_monaco_are_those_that_gdal_reads() {
    let Some(file) = shared_data("monaco.osm.pbf") else { return };
    let name = file.to_str().unwrap();
    let query = ["-where", "building IS NOT NULL", "-lco", "COORDINATE_PRECISION=9"];
    let arguments =
        [&["-f", "GeoJSON", "/vsistdout/", name, "multipolygons"][..], &query[..]].concat();
    let Some(json) = ogr2ogr(&arguments) else { return };
    let collection: geojson::FeatureCollection = String::from_utf8(json).unwrap().parse().unwrap();
    let theirs: BTreeMap<String, f64> = collection.features.into_iter().map(of_gdal).collect();

    let reading = buildings::read(&file, &Options::default()).unwrap();

    let ours: BTreeMap<String, f64> = reading
        .content
        .buildings
        .iter()
        .map(|building| (building.id.to_string(), building.footprint.polygons().unsigned_area()))
        .collect();
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    for (id, area) in &ours {
        assert!((area - theirs[id]).abs() < 1e-5 * area, "{id}: {area} and {}", theirs[id]);
    }
    assert_eq!(ours.len(), 966);
}

/// The id and the area of a feature as GDAL's driver of OpenStreetMap tells them.
fn of_gdal(feature: geojson::Feature) -> (String, f64) {
    let id = |name: &str| feature.property(name).and_then(|id| id.as_str().map(str::to_owned));
    let id = match id("osm_way_id") {
        Some(way) => format!("way/{way}"),
        None => format!("relation/{}", id("osm_id").unwrap()),
    };
    let area: MultiPolygon<f64> = feature.geometry.unwrap().try_into().unwrap();
    (id, area.unsigned_area())
}

#[test]
fn the_surroundings_of_the_marais_are_streets_that_an_extract_has_cut() {
    let Some(file) = shared_data("paris-marais.osm.pbf") else { return };
    let reading = surroundings::read(&file, &Options::default()).unwrap();

    assert!(reading.content.surroundings.len() > 1000, "{}", reading.summary);
    assert!(reading.summary.repairs["line cut where nodes are not in the file"].count > 50);
    let archives = reading
        .content
        .surroundings
        .iter()
        .find(|around| around.name.as_deref() == Some("Rue des Archives"));
    assert_eq!(archives.map(|street| (street.class.as_str(), street.rank)), Some(("street", 3)));
}

#[test]
fn the_volumes_of_the_cite_are_all_kept() {
    let Some(file) = shared_data("paris-cite-volumes-batis.geojson") else { return };
    let reading = buildings::read(&file, &Options::default()).unwrap();
    assert_eq!((reading.summary.read, reading.summary.kept), (3103, 3103), "{}", reading.summary);
    assert!(reading.content.buildings.iter().all(|building| building.levels.is_some()));
}

#[test]
fn the_tracts_are_the_same_in_a_shapefile_and_in_a_geopackage() {
    let (Some(shapefile), Some(geopackage)) = (
        shared_data("contours-iris-paris/CONTOURS-IRIS.shp"),
        shared_data("contours-iris-paris.gpkg"),
    ) else {
        return;
    };
    let read = |file: &std::path::Path| tracts::read(file, &Options::default()).unwrap();
    let (one, other) = (read(&shapefile), read(&geopackage));
    assert_eq!((one.content.tracts.len(), one.summary.refused), (992, 0));
    assert_eq!(one.content, other.content);
    let marais = one.content.tracts.iter().find(|tract| tract.code.as_str() == "751041401");
    assert!(marais.is_some_and(|tract| tract.area.unsigned_area() > 0.0));
}

#[test]
fn calls_to_the_police_are_no_buildings() {
    let Some(file) = shared_data("portland-calls-2016-08.zip") else { return };
    let refused = buildings::read(&file, &Options::default()).unwrap_err();
    assert!(matches!(refused, ImportError::Unsupported { .. }), "{refused}");

    let folder = tempfile::tempdir().unwrap();
    let unpacked = folder.path().join("calls.shp");
    let inside = format!("/vsizip/{}", file.display());
    if ogr2ogr(&["-limit", "100", unpacked.to_str().unwrap(), &inside]).is_none() {
        return;
    }
    let reading = buildings::read(&unpacked, &Options::default()).unwrap();
    assert_eq!((reading.summary.kept, reading.summary.refused), (0, 100));
    assert_eq!(reading.summary.refusals["not a polygon"].examples[0].detail, "a point");
}
