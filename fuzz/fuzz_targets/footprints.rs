//! Any corners are mended into a footprint that needs no mending, or are refused.
#![no_main]

use geo::{LineString, MultiPolygon, Polygon};
use libfuzzer_sys::fuzz_target;
use vigie::stock::Footprint;

fuzz_target!(|rings: Vec<Vec<(f64, f64)>>| {
    let mut rings: Vec<LineString<f64>> = rings.into_iter().map(LineString::from).collect();
    if rings.is_empty() {
        return;
    }
    let polygon = Polygon::new(rings.remove(0), rings);
    if let Ok(repaired) = Footprint::repair(MultiPolygon::new(vec![polygon])) {
        let again = Footprint::repair(repaired.footprint.polygons().clone());
        assert!(again.is_ok_and(|again| again.mended.is_empty()));
    }
});
