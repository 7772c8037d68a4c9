//! Any bytes, under the name of any format, are read or refused by every layer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vigie::import::{Options, buildings, incidents, sites, surroundings, tracts};

const ENDINGS: [&str; 7] = ["csv", "geojson", "geojsonl", "shp", "gpkg", "fgb", "osm.pbf"];

fuzz_target!(|input: (u8, &[u8])| {
    let (ending, content) = (ENDINGS[usize::from(input.0) % ENDINGS.len()], input.1);
    let folder = tempfile::tempdir().expect("a folder for one file");
    let path = folder.path().join(format!("input.{ending}"));
    std::fs::write(&path, content).expect("one small file");
    let options = Options::default();
    let _ = sites::read(&path, &options);
    let _ = buildings::read(&path, &options);
    let _ = tracts::read(&path, &options);
    let _ = surroundings::read(&path, &options);
    let _ = incidents::read(&path, &options);
});
