//! What repair promises: valid footprints, the area that a careful person expects, nothing needless.

use geo::{Area, MultiPolygon, Polygon, Validation, wkt};
use proptest::prelude::*;

use super::*;

/// The single place that calls the repair; the cases below are data. Areas are in square degrees.
#[track_caller]
fn check(polygons: MultiPolygon<f64>, area: f64, mended: &[&str]) {
    let repaired = Footprint::repair(polygons).unwrap();
    let found = repaired.footprint.polygons();
    assert!(found.is_valid(), "{found:?}");
    assert!((found.unsigned_area() - area).abs() < 1e-9, "{} {found:?}", found.unsigned_area());
    assert_eq!(repaired.mended, mended);
}

const CROSSING: &str = "a ring that crosses itself was cut at the crossing";

#[test]
fn a_bow_tie_is_two_triangles() {
    check(wkt!(MULTIPOLYGON(((0. 0.,2. 2.,2. 0.,0. 2.,0. 0.)))), 2.0, &[CROSSING]);
    // What the walls go round twice is outside by the even-odd rule.
    let spiral = wkt!(MULTIPOLYGON(((0. 0.,4. 0.,4. 4.,1. 4.,1. 1.,3. 1.,3. 5.,0. 5.,0. 0.))));
    check(spiral, 13.0, &[CROSSING]);
}

#[test]
fn repeated_corners_and_spikes_are_removed() {
    let words = ["3 repeated corners and spikes were removed"];
    check(wkt!(MULTIPOLYGON(((0. 0.,1. 0.,1. 0.,1. 1.,3. 3.,1. 1.,0. 1.,0. 0.)))), 1.0, &words);
    let at_the_start = wkt!(MULTIPOLYGON(((-1. 0.,1. 0.,1. 1.,0. 1.,0. 0.,-1. 0.))));
    check(at_the_start, 1.0, &["1 repeated corners and spikes were removed"]);
}

#[test]
fn holes_are_cut_out_wherever_they_lie() {
    check(
        wkt!(MULTIPOLYGON(((0. 0.,4. 0.,4. 4.,0. 4.,0. 0.),(5. 5.,6. 5.,6. 6.,5. 6.,5. 5.)))),
        16.0,
        &["a hole that is not inside its shell was cut out of it"],
    );
    check(
        wkt!(MULTIPOLYGON(((0. 0.,4. 0.,4. 4.,0. 4.,0. 0.),(1. 1.,3. 1.,3. 3.,1. 3.,1. 1.),(2. 2.,3.5 2.,3.5 3.5,2. 3.5,2. 2.)))),
        16.0 - 4.0 - 2.25 + 1.0,
        &["rings that meet were joined"],
    );
}

#[test]
fn a_hole_from_wall_to_wall_parts_the_building() {
    let parted =
        wkt!(MULTIPOLYGON(((0. 0.,4. 0.,4. 4.,0. 4.,0. 0.),(2. 0.,3. 2.,2. 4.,1. 2.,2. 0.))));
    check(parted.clone(), 12.0, &[HOLES_PART_IT]);
    assert_eq!(Footprint::repair(parted).unwrap().footprint.polygons().0.len(), 2);
    let hanging = wkt!(MULTIPOLYGON(((0. 0.,4. 0.,4. 4.,0. 4.,0. 0.),(2. 0.,3. 2.,1. 2.,2. 0.))));
    check(hanging, 14.0, &[]);
}

#[test]
fn parts_that_overlap_are_joined() {
    check(
        wkt!(MULTIPOLYGON(((0. 0.,2. 0.,2. 2.,0. 2.,0. 0.)),((1. 1.,3. 1.,3. 3.,1. 3.,1. 1.)))),
        7.0,
        &["parts that meet were joined"],
    );
}

#[test]
fn crossings_that_round_onto_one_another_are_told_apart_from_another_side() {
    let tangle = wkt!(MULTIPOLYGON(((
        2.3004 48.8007,2.3002 48.8001,2.3003 48.8002,2.3002 48.8003,2.3002 48.800399999999996,
        2.3005 48.8,2.3 48.8,2.3007 48.8007,2.3004 48.8007
    ))));
    assert!(
        std::panic::catch_unwind(|| cut_at_crossings(&tangle)).is_err(),
        "else it proves nothing"
    );
    let repaired = Footprint::repair(tangle).unwrap();
    assert!(repaired.footprint.polygons().is_valid());
    assert!(repaired.mended.contains(&CROSSING.to_owned()));
}

#[test]
fn what_has_no_area_or_is_nowhere_is_refused() {
    let refused = |polygons| Footprint::repair(polygons).unwrap_err();
    assert_eq!(refused(MultiPolygon::new(Vec::new())), FootprintFault::Empty);
    assert_eq!(refused(wkt!(MULTIPOLYGON(((0. 0.,1. 1.,0. 0.))))), FootprintFault::Empty);
    assert_eq!(refused(wkt!(MULTIPOLYGON(((0. 0.,1. 1.,2. 2.,0. 0.))))), FootprintFault::Empty);
    assert_eq!(refused(wkt!(MULTIPOLYGON(((1. 1.,1. 1.,1. 1.,1. 1.))))), FootprintFault::Empty);
    let mut nan = wkt!(MULTIPOLYGON(((0. 0.,1. 0.,1. 1.,0. 0.))));
    nan.0[0].exterior_mut(|ring| ring.0[1].x = f64::NAN);
    assert_eq!(refused(nan), FootprintFault::NotFinite);
    assert!(matches!(
        refused(wkt!(MULTIPOLYGON(((0. 0.,181. 0.,1. 1.,0. 0.))))),
        FootprintFault::OffTheGlobe { lon: 181.0, .. }
    ));
}

#[test]
fn walls_run_as_rfc_7946_says_and_that_is_not_told() {
    let clockwise = wkt!(MULTIPOLYGON(((0. 0.,0. 1.,1. 1.,1. 0.,0. 0.))));
    let repaired = Footprint::repair(clockwise).unwrap();
    assert!(repaired.mended.is_empty());
    assert!(repaired.footprint.polygons().signed_area() > 0.0);
}

/// Rings of up to 12 corners on a coarse grid, where everything that can go wrong does.
fn any_polygons() -> impl Strategy<Value = MultiPolygon<f64>> {
    let corner = (0_i32..8, 0_i32..8)
        .prop_map(|(x, y)| Coord { x: 2.3 + f64::from(x) * 1e-4, y: 48.8 + f64::from(y) * 1e-4 });
    let ring = proptest::collection::vec(corner, 0..12).prop_map(LineString::new);
    let polygon = proptest::collection::vec(ring, 1..4).prop_map(|mut rings| {
        let shell = rings.remove(0);
        Polygon::new(shell, rings)
    });
    proptest::collection::vec(polygon, 0..4).prop_map(MultiPolygon::new)
}

/// A ring around a centre, star-shaped and so valid.
fn any_valid_ring() -> impl Strategy<Value = Polygon<f64>> {
    proptest::collection::vec(0.2_f64..1.0, 3..30).prop_map(|radii| {
        let count = radii.len() as f64;
        let corners = radii.iter().enumerate().map(|(index, radius)| {
            let angle = index as f64 / count * std::f64::consts::TAU;
            Coord { x: 2.3 + radius * angle.cos() * 1e-3, y: 48.8 + radius * angle.sin() * 1e-3 }
        });
        Polygon::new(LineString::from_iter(corners), Vec::new())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_repaired_is_valid_and_stays_as_it_is(polygons in any_polygons()) {
        if let Ok(repaired) = Footprint::repair(polygons) {
            prop_assert!(repaired.footprint.polygons().is_valid());
            let again = Footprint::repair(repaired.footprint.polygons().clone()).unwrap();
            prop_assert_eq!(&again.footprint, &repaired.footprint);
            prop_assert!(again.mended.is_empty(), "{:?}", again.mended);
        }
    }

    #[test]
    fn nothing_is_refused_that_has_an_area(polygons in any_polygons()) {
        let cut = cut_or_refuse(&polygons, 0);
        prop_assert!(cut.is_ok(), "no turn helps: {cut:?}");
        let area = cut.unwrap().unsigned_area();
        prop_assert_eq!(Footprint::repair(polygons).is_ok(), area > 1e-12, "{}", area);
    }

    #[test]
    fn a_valid_polygon_is_left_as_it_is(polygon in any_valid_ring()) {
        let polygons = MultiPolygon::new(vec![polygon]);
        prop_assume!(polygons.is_valid());
        let repaired = Footprint::repair(polygons.clone()).unwrap();
        prop_assert!(repaired.mended.is_empty());
        prop_assert_eq!(repaired.footprint.polygons(), &polygons);
    }

    #[test]
    fn no_coordinates_make_it_panic(
        corners in proptest::collection::vec((any::<f64>(), any::<f64>()), 0..20),
        scale in -330_i32..3,
    ) {
        let factor = 10_f64.powi(scale);
        let wild = corners.iter().map(|(x, y)| Coord { x: *x, y: *y });
        let tiny = corners.iter().map(|(x, y)| Coord { x: x.sin() * factor, y: y.sin() * factor });
        for ring in [LineString::from_iter(wild), LineString::from_iter(tiny)] {
            let _ = Footprint::repair(MultiPolygon::new(vec![Polygon::new(ring, Vec::new())]));
        }
    }
}
